/** Every event and status of every rule has its words, with nothing left to fill in, and a status fits under a node. */
import assert from 'node:assert/strict';
import protection from '../../nodes/protection/locales/en-US/protection.json' with { type: 'json' };
import relay from '../../nodes/relay-out/locales/en-US/relay-out.json' with { type: 'json' };
import monitor from '../../nodes/cell-monitor/locales/en-US/cell-monitor.json' with { type: 'json' };
import type { ProtectionEvent } from '../../src/engine/protection/decision.ts';
import { PROFILES } from '../../src/engine/profiles/index.ts';
import { eventText } from '../../src/texts/event-text.ts';
import { translateFrom } from '../../src/texts/translate.ts';

const translate = translateFrom(protection, relay, monitor);
const LONGEST = 24;

describe('texts', () => {
  for (const profile of Object.values(PROFILES)) {
    for (const rule of profile.rules) {
      it(`${profile.id}: ${rule.id} is told in words when it is raised and when it clears`, () => {
        const quantity = (rule.trip ?? rule.clear[0]!).of;
        const silence = quantity === 'silenceCharge' || quantity === 'silenceLoad';
        const kinds = silence
          ? ([
              ['communication', null],
              ['sensor', 'current'],
              ['plausibility', 'cellMin'],
            ] as const)
          : ([[rule.rule, null]] as const);
        for (const [id, missing] of kinds) {
          for (const edge of ['raised', 'cleared'] as const) {
            const event: ProtectionEvent = {
              rule: id,
              row: rule.id,
              code: rule.code ?? null,
              severity: rule.severity,
              edge,
              quantity,
              missing,
              cell: 3,
              value: 1.5,
              threshold: 2,
              duration: 4,
              at: 0,
              denies: rule.denies,
            };
            const { title, text } = eventText(event, 'house', translate);
            for (const words of [title, text]) {
              assert.doesNotMatch(words, /bms-|__|undefined|null/, words);
              assert.ok(words.length > 8, words);
            }
            assert.match(title, /^house: /);
          }
        }
        for (const off of rule.denies.length > 0 ? ['charge', 'load', 'both'] : []) {
          const status = `${translate(`bms-protection.status.${off}`)}: ${translate(`bms-protection.status.reason.${silence ? 'sensor' : rule.id}`)}`;
          assert.doesNotMatch(status, /bms-/);
          assert.ok(status.length <= LONGEST, `${status} (${status.length})`);
        }
      });
    }
  }

  it('every status fits under a node', () => {
    for (const [node, catalogue] of Object.entries({ ...protection, ...relay, ...monitor })) {
      for (const [key, text] of Object.entries((catalogue as { status: Record<string, unknown> }).status)) {
        if (typeof text === 'string') assert.ok(text.length <= LONGEST, `${node} ${key}: ${text} (${text.length})`);
      }
    }
  });
});
