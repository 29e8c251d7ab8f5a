/** Every event and status of every rule has its words, with nothing left to fill in, and a status fits under a node. */
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import protection from '../../nodes/protection/locales/en-US/protection.json' with { type: 'json' };
import relay from '../../nodes/relay-out/locales/en-US/relay-out.json' with { type: 'json' };
import monitor from '../../nodes/cell-monitor/locales/en-US/cell-monitor.json' with { type: 'json' };
import type { ProtectionEvent } from '../../src/engine/protection/decision.ts';
import { FLAGS, MEASURED } from '../../src/engine/protection/quantity.ts';
import type { Rule } from '../../src/engine/protection/rule.ts';
import { PROFILES } from '../../src/engine/profiles/index.ts';
import { textsOf } from '../../src/node-red/texts.ts';
import type { Red } from '../../src/node-red/types.ts';
import { eventText } from '../../src/texts/event-text.ts';
import { translateFrom } from '../../src/texts/translate.ts';

const translate = translateFrom(protection, relay, monitor);
const LONGEST = 24;
/** Rows about silence, which tell of one missing value and of a wrong number of cells in words of their own. */
const SILENCE = ['silenceCharge', 'silenceLoad', 'silenceAlternator', 'silenceSensors'];
/** Why a permission may be off besides a row of the table; `starting` has a status of its own. */
const REASONS = ['band', 'waiting', 'minimum-off', 'switches', 'combined', 'precharge', 'inactive', 'not-configured'];
const MANUFACTURERS_CODE = /^[A-Z]-[A-Z]+\d+$/;

const RULES = Object.values(PROFILES).flatMap((profile) => profile.rules.map((rule) => ({ profile, rule })));
const ruleOf = (profile: keyof typeof PROFILES, id: string): Rule => {
  const rule = PROFILES[profile].rules.find((one) => one.id === id);
  assert.ok(rule, `${profile} has no row ${id}`);
  return rule;
};

/** An event of a rule, with a value on everything that can have one. */
function eventOf(rule: Rule, given: Partial<ProtectionEvent> = {}): ProtectionEvent {
  const quantity = (rule.trip ?? rule.clear[0]!).of;
  const isFlag = FLAGS.includes(quantity);
  return {
    rule: rule.rule,
    row: rule.id,
    // The code of this row is the device's own.
    code: rule.id === 'device-fault' ? 'E-X99' : (rule.code ?? null),
    severity: rule.severity,
    edge: 'raised',
    quantity,
    missing: null,
    cell: 3,
    value: isFlag ? null : 1.5,
    threshold: isFlag ? null : 2,
    duration: 4,
    at: 0,
    count: 1,
    first: 0,
    denies: rule.denies,
    ...given,
  };
}

const textOf = (event: ProtectionEvent): string => eventText(event, 'house', translate).text;

describe('texts', () => {
  for (const { profile, rule } of RULES) {
    it(`${profile.id}: ${rule.id} is told in words when it is raised and when it clears`, () => {
      const silence = SILENCE.includes((rule.trip ?? rule.clear[0]!).of);
      const missing = [
        { rule: 'sensor', missing: 'current' },
        { rule: 'plausibility', missing: 'cellMin' },
      ] as const;
      for (const kind of [{}, ...(silence || rule.gate === true ? missing : [])]) {
        for (const edge of ['raised', 'cleared'] as const) {
          const { title, text } = eventText(eventOf(rule, { ...kind, edge }), 'house', translate);
          for (const words of [title, text]) {
            assert.doesNotMatch(words, /bms-|__|undefined|null|NaN|Infinity| {2}/, words);
            assert.ok(words.length > 8, words);
          }
          assert.match(title, /^house: /);
          assert.match(text, /\.$/, text);
          // What has no number says so in its own sentence, not with a hole in a general one.
          if (FLAGS.includes((rule.trip ?? rule.clear[0]!).of)) assert.doesNotMatch(text, /unknown/, text);
        }
      }
      for (const off of rule.denies.length > 0 || rule.policy !== undefined ? ['charge', 'load', 'both'] : []) {
        for (const reason of silence ? [rule.id, 'sensor'] : [rule.id]) statusFits(off, reason);
      }
    });
  }

  for (const reason of REASONS) {
    it(`a permission that is off for the reason ${reason} says so under a node`, () => {
      for (const off of ['charge', 'load', 'both']) statusFits(off, reason);
    });
  }

  function statusFits(off: string, reason: string): void {
    const status = `${translate(`bms-protection.status.${off}`)}: ${translate(`bms-protection.status.reason.${reason}`)}`;
    assert.doesNotMatch(status, /bms-/);
    assert.ok(status.length <= LONGEST, `${status} (${status.length})`);
  }

  it('every status fits under a node', () => {
    for (const [node, catalogue] of Object.entries({ ...protection, ...relay, ...monitor })) {
      for (const [key, text] of Object.entries((catalogue as { status: Record<string, unknown> }).status)) {
        if (typeof text === 'string') assert.ok(text.length <= LONGEST, `${node} ${key}: ${text} (${text.length})`);
      }
    }
  });

  it('every value that can be missing has a name', () => {
    const waited = RULES.filter(({ rule }) => rule.gate).flatMap(({ rule }) => rule.clear.map(({ of }) => of));
    // An unknown state of charge is skipped, and a flag is never unknown.
    const names = new Set([...MEASURED, ...waited.filter((of) => of !== 'soc' && !FLAGS.includes(of))]);
    for (const name of names) {
      const text = textOf(eventOf(ruleOf('lifepo4', 'sensor'), { missing: name }));
      assert.match(text, /^The .+ has been missing/, `${name}: ${text}`);
    }
  });
});

describe('numbers in events', () => {
  const SECOND = { value: 5, threshold: 5 };
  for (const [profile, row, given, said] of [
    ['lifepo4', 'cell-overvoltage', { value: 3.6512, threshold: 3.65 }, /3\.651 V, limit 3\.650 V/],
    ['lifepo4', 'bms-temperature-high', { value: 86, threshold: 85 }, /86\.0 °C, limit 85\.0 °C/],
    [
      'lifepo4',
      'sum-of-cells',
      { value: 0.091, threshold: 0.08, duration: 30 },
      /^For 30 s .* 0\.091 V a cell.* 0\.080 V\./,
    ],
    ['lifepo4', 'open-wire', { value: 0.4, cell: 7 }, /^cell 7 and the next one read wrong by 0\.400 V/],
    ['lifepo4', 'jumps', { value: 3, threshold: 3 }, /jumped 3 times within a minute/],
    ['lifepo4', 'frozen', { value: 905, cell: null }, /voltage of the pack has not changed for 15 min/],
    ['lifepo4', 'persisting', { value: 90_000 }, /for 25\.0 h/],
    ['lifepo4', 'persisting', { value: 864_000 }, /for 10 days/],
    ['lifepo4', 'silence-charge', SECOND, /for 5\.0 s/],
    ['lifepo4', 'lock-load', { value: 11, threshold: 10 }, /cut 11 times lately, more than the 10 retries/],
    ['lifepo4', 'pre-alarm-soon', { value: 24, cell: 5 }, /cut in about 24 s/],
    ['victron-smart-bms-12-200', 'alternator-hot', { value: 0.98, duration: 300 }, /For 5 min .* 98 % of the current/],
    ['victron-smart-bms-12-200', 'alternator-current', { value: 1.2, threshold: 1.1 }, /120 % .* limit 110 %/],
    ['victron-smart-bms-12-200', 'alternator-starter', { value: 12.6, threshold: 13 }, /12\.60 V.*13\.00 V/],
  ] as const) {
    it(`${row}: ${String(said)}`, () => assert.match(textOf(eventOf(ruleOf(profile, row), given)), said));
  }

  it('a number that is none is told as unknown', () => {
    for (const value of [null, Infinity, Number.NaN]) {
      assert.match(textOf(eventOf(ruleOf('lifepo4', 'pre-alarm-soon'), { value })), /in about unknown/);
    }
  });
});

describe('what follows from an event, and how often it has been', () => {
  it('OGT-14 a fault of measuring says what its policy does, and nothing where it only warns', () => {
    for (const row of ['frozen', 'sum-of-cells', 'jumps', 'open-wire']) {
      const rule = ruleOf('lifepo4', row);
      const stops = /Charging stops|loads are cut/;
      assert.doesNotMatch(textOf(eventOf(rule, { denies: [] })), stops);
      assert.match(textOf(eventOf(rule, { denies: ['charge', 'alternator'] })), /Charging stops\./);
      const both = textOf(eventOf(rule, { denies: ['charge', 'load', 'alternator', 'shed'] }));
      assert.match(both, /Charging stops\. The loads are cut\./);
    }
  });

  it('VSB-2 the alternator is told of where it stops alone, and not beside charging', () => {
    assert.match(
      textOf(eventOf(ruleOf('victron-smart-bms-12-200', 'alternator-starter'))),
      /alternator does not charge\./,
    );
    assert.doesNotMatch(textOf(eventOf(ruleOf('lifepo4', 'charge-temperature-low'))), /alternator/);
    assert.doesNotMatch(textOf(eventOf(ruleOf('lifepo4', 'cell-undervoltage'))), /can wait/);
    assert.match(textOf(eventOf(ruleOf('lifepo4', 'shed-soc'))), /can wait are switched off/);
  });

  it('OGT-14 an event that comes again says how often, and within what time; the first one and a cleared one do not', () => {
    const rule = ruleOf('lifepo4', 'cell-undervoltage');
    const again = { count: 3, first: 100, at: 7300 };
    assert.match(textOf(eventOf(rule, again)), /That makes 3 times within 2\.0 h\./);
    for (const once of [
      { ...again, count: 1 },
      { ...again, edge: 'cleared' as const },
    ]) {
      assert.doesNotMatch(textOf(eventOf(rule, once)), /That makes/);
    }
  });

  it('OGT-14 a fault that persists says so, and what to send to support', () => {
    const text = textOf(eventOf(ruleOf('lifepo4', 'persisting'), { value: 86_400 }));
    assert.match(text, /does not clear by itself/);
    assert.match(text, /event log.*settings.*last readings/);
  });

  it('VSB-11 a lock-out says why it is one and how to get rid of it', () => {
    const text = textOf(eventOf(ruleOf('lifepo4', 'self-lockout')));
    assert.match(text, /undervoltage then darkens what must switch charging on again/);
    assert.match(text, /ahead of the switched outputs/);
  });

  const contactor = (given: Partial<ProtectionEvent>): ProtectionEvent =>
    eventOf(
      {
        id: 'contactor',
        rule: 'contactor',
        from: [],
        severity: 'info',
        trip: { of: 'current', is: '>', than: 0 },
        clear: [],
        denies: ['contactor'],
      },
      given,
    );

  it('ECS-10 the main contactor says why it opened, in words, and that it closed', () => {
    const rows = RULES.filter(({ rule }) => rule.denies.includes('contactor')).map(({ rule }) => rule.id);
    for (const code of [...rows, ...REASONS]) {
      const text = textOf(contactor({ code, value: -12.34, threshold: null }));
      assert.doesNotMatch(text, /bms-|__|undefined|null/, text);
      const reason = translate(`bms-protection.status.reason.${code}`);
      assert.ok(text.includes(`(${reason})`) && text.includes('-12.3 A'), text);
      assert.doesNotMatch(text, /main contactor opens/i, 'its sentence says so already');
    }
    assert.match(textOf(contactor({ edge: 'cleared', duration: 90 })), /closed after 90 s\.$/);
  });
});

describe('remedies', () => {
  /** A word of what the manuals ask for, for each of their codes. */
  const REMEDIES = {
    'VLB-8': {
      'A-SL9': /chargers off at once.*controls/,
      'A-SL11': /Charge as soon as/,
      'W-SL12': /Charge as soon as/,
      'A-SL15': /cooled/,
      'A-SL22': /warm enough/,
      'E-SL1': /balancer.*dealer/,
      'E-SL2': /internal communication.*dealer/,
      'E-SL9': /overlap.*dealer/,
      'E-SL10': /updated.*dealer/,
      'E-SL24': /restart.*terminals.*hardware/,
      'E-SL119': /factory settings/,
    },
    'VSB-7': {
      'E-B30': /calibration.*dealer/i,
      'E-B31': /factory settings.*3 minutes.*configure/,
      'E-B32': /cable.*falsely.*pre-alarm/,
      'E-B33': /reference.*dealer/,
      'A-A12': /short circuit.*load.*inrush/,
      'A-B11': /loads off and charge/,
      'A-B15': /fuse.*connections.*cooler/,
      'W-B12': /loads off or charge/,
    },
  } as const;

  for (const [requirement, codes] of Object.entries(REMEDIES)) {
    for (const [code, remedy] of Object.entries(codes)) {
      it(`${requirement} ${code} comes with its remedy when it is raised, and without when it clears`, () => {
        const rule = RULES.find((one) => one.rule.code === code)?.rule ?? ruleOf('lifepo4', 'device-fault');
        const of = `bms-protection.remedy.${code}`;
        assert.match(translate(of), remedy);
        assert.ok(textOf(eventOf(rule, { code })).endsWith(translate(of)));
        assert.ok(!textOf(eventOf(rule, { code, edge: 'cleared' })).includes(translate(of)));
      });
    }
  }

  it("VLB-8 A-SL9 and E-SL9 are different things, and a code's remedy takes the place of the row's", () => {
    const high = textOf(eventOf(ruleOf('victron-smart-lithium', 'cell-overvoltage-critical')));
    assert.equal(high.match(/chargers off at once/g)?.length, 1, high);
    const fault = textOf(eventOf(ruleOf('lifepo4', 'device-fault'), { code: 'E-SL9' }));
    assert.match(fault, /E-SL9\..*overlap/);
    assert.doesNotMatch(fault, /chargers/);
  });

  it('VLB-8 VSB-7 every code of a profile has its remedy, and every remedy is one of a code that the manuals name', () => {
    const named: string[] = Object.values(REMEDIES).flatMap((codes) => Object.keys(codes));
    const used = RULES.map(({ rule }) => rule.code ?? '').filter((code) => MANUFACTURERS_CODE.test(code));
    assert.deepEqual(
      [...new Set(used)].filter((code) => !named.includes(code)),
      [],
    );
    const there = Object.keys(protection['bms-protection'].remedy).filter((code) => code !== 'other');
    assert.deepEqual(there.sort(), [...named].sort());
  });

  it('VSB-7 a fault without a remedy of ours sends to the manual, in whatever words the device names it', () => {
    for (const code of ['E-X99', 'constructor', 'toString', '7: cell.low', '', 'E-B31 ', 'other']) {
      const text = textOf(eventOf(ruleOf('lifepo4', 'device-fault'), { code }));
      assert.match(text, /^The BMS reports a fault of its own, .*Look it up in the manual of the BMS\.$/, text);
    }
    assert.match(textOf(eventOf(ruleOf('lifepo4', 'device-fault'), { code: null })), /of its own, unknown\./);
  });
});

describe('the catalogues as Node-RED reads them', () => {
  interface Internationalization {
    init(settings: { lang: string }): Promise<void>;
    registerMessageCatalog(namespace: string, folder: string, file: string): Promise<void>;
    _(key: string, detail?: object): string;
  }

  it('say of every event what they say without Node-RED', async () => {
    const require = createRequire(createRequire(import.meta.url).resolve('node-red/package.json'));
    const { i18n } = require('@node-red/util') as { i18n: Internationalization };
    await i18n.init({ lang: 'en-US' });
    await i18n.registerMessageCatalog(
      '@cellwarden/node-red-bms/bms-protection',
      path.resolve(fileURLToPath(import.meta.url), '../../../nodes/protection/locales'),
      'protection.json',
    );
    const texts = textsOf({ _: (key: string, detail?: object) => i18n._(key, detail) } as unknown as Red);
    const faults = ['E-SL9', 'E-X99', 'constructor', '7: cell.low', '<b>'].map((code) =>
      eventOf(ruleOf('lifepo4', 'device-fault'), { code }),
    );
    for (const event of [...RULES.map(({ rule }) => eventOf(rule, { count: 2, at: 60 })), ...faults]) {
      assert.deepEqual(eventText(event, 'house', texts), eventText(event, 'house', translate), event.row);
    }
  });
});
