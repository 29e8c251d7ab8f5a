/** Every advice has its words, in all its variants, with its numbers in their units and nothing left to fill in. */
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import protection from '../../nodes/protection/locales/en-US/protection.json' with { type: 'json' };
import type { Advice, AdviceId } from '../../src/engine/advice/advice.ts';
import { Recovery } from '../../src/engine/advice/recovery.ts';
import { RECOVERY_ABORTS, type RecoveryStage } from '../../src/engine/advice/recovery-plan.ts';
import type { AdviceFacts } from '../../src/engine/advice/facts.ts';
import { ADVICE_RULES } from '../../src/engine/advice/rules.ts';
import { textsOf } from '../../src/node-red/texts.ts';
import type { Red } from '../../src/node-red/types.ts';
import { adviceText } from '../../src/texts/advice-text.ts';
import { translateFrom } from '../../src/texts/translate.ts';
import { Advised, NO_RECOVERY } from '../engine/advice/facts.ts';
import { SETTINGS, sampleOf } from '../engine/figures/support/samples.ts';

const translate = translateFrom(protection);
const HOUR = 3600;
const DAY = 86_400;

/** Every number that an advice may name. */
const NUMBERS = {
  amps: 10,
  volts: 14.2,
  cellVolts: 2.71,
  mean: 3.2,
  below: 0.12,
  missing: 100,
  hours: 55.4,
  left: 2,
  days: 31,
  every: 7,
  restarts: 27,
  cuts: 30,
  cycles: 2600,
  celsius: 34,
  percent: 0.18,
  soc: 0.95,
  soh: 0.78,
};

const adviceOf = (id: AdviceId, variant: string | null, given: Partial<Advice> = {}): Advice => ({
  id,
  variant,
  severity: 'info',
  cell: 3,
  numbers: NUMBERS,
  ...given,
});

/** The recovery has no plain sentence: it is always at some stage. */
const ALL = ADVICE_RULES.flatMap(({ id, variants = [] }) =>
  [...(id === 'deep-discharge-recovery' ? [] : [null]), ...variants].map((variant) => [id, variant] as const),
);

describe('texts of advice', () => {
  for (const [id, variant] of ALL) {
    it(`${id}${variant === null ? '' : `, ${variant}`} is told in words`, () => {
      for (const edge of ['raised', 'cleared'] as const) {
        const known = adviceText(adviceOf(id, variant), 'house', translate, edge);
        assert.match(known.title, /^house: \w/);
        assert.match(known.text, /\.$/);
        for (const words of [known.title, known.text]) {
          assert.doesNotMatch(words, /bms-|__|undefined|null|NaN|Infinity|unknown| {2}/, words);
          assert.ok(words.length > 8, words);
        }
        const unknown = adviceText(adviceOf(id, variant, { cell: null, numbers: {} }), 'house', translate, edge);
        assert.doesNotMatch(unknown.text, /bms-|__|undefined|null|NaN| {2}/, unknown.text);
      }
      // What is over is told without numbers: after a restart they are not known.
      const over = adviceText(adviceOf(id, variant), 'house', translate, 'cleared').text;
      assert.equal(
        adviceText(adviceOf(id, null, { cell: null, numbers: {} }), 'house', translate, 'cleared').text,
        over,
      );
    });
  }

  it('no sentence stands there that no advice has', () => {
    const { 'a-cell': word, ...ids } = protection['bms-protection'].advice;
    assert.equal(word, 'one cell');
    const there = Object.entries(ids).flatMap(([id, texts]) => Object.keys(texts).map((key) => `${id}.${key}`));
    const wanted = ALL.flatMap(([id, variant]) => [
      `${id}.title`,
      `${id}.done`,
      variant === null ? `${id}.text` : `${id}.text-${variant}`,
    ]);
    assert.deepEqual(there.sort(), [...new Set(wanted)].sort());
  });

  it('the catalogue as Node-RED reads it says the same', async () => {
    const require = createRequire(createRequire(import.meta.url).resolve('node-red/package.json'));
    const { i18n } = require('@node-red/util') as {
      i18n: {
        init(settings: { lang: string }): Promise<void>;
        registerMessageCatalog(namespace: string, folder: string, file: string): Promise<void>;
        _(key: string, detail?: object): string;
      };
    };
    await i18n.init({ lang: 'en-US' });
    await i18n.registerMessageCatalog(
      '@cellwarden/node-red-bms/bms-protection',
      path.resolve(fileURLToPath(import.meta.url), '../../../nodes/protection/locales'),
      'protection.json',
    );
    const texts = textsOf({ _: (key: string, detail?: object) => i18n._(key, detail) } as unknown as Red);
    for (const [id, variant] of ALL) {
      const advice = adviceOf(id, variant);
      assert.deepEqual(adviceText(advice, 'house', texts), adviceText(advice, 'house', translate), id);
    }
  });
});

describe('what advice says', () => {
  const said = (id: AdviceId, facts: Partial<AdviceFacts>, settings = {}): string =>
    adviceText(new Advised(settings).see(facts).of(id), 'house', translate).text;

  const cut: Partial<AdviceFacts> = { loadsCut: true, cutCell: 3, cutVoltage: 2.79, cutMean: 3.21 };
  for (const [title, id, facts, words] of [
    ['OGT-11 8 days', 'recharge-now', { ...cut, timeToDamage: 200 * HOUR }, /cell 3 is empty.* in about 8 days/],
    ['VLB-17 hours', 'recharge-now', { ...cut, timeToDamage: 20 * HOUR }, /in about 20\.0 h/],
    ['OGT-11 VLB-17 no time is known', 'recharge-now', cut, /within days.*disconnect its positive cable/],
    ['OGT-11 nothing is left', 'recharge-now', { ...cut, timeToDamage: 0 }, /used up by now/],
    [
      'VLB-13 the manual’s example',
      'imbalance',
      { balance: 'imbalance', missingAh: 100, missingCell: 2, repairHours: 55.6, repairRestarts: 27 },
      /cell 2 lacks 100\.0 Ah.*55\.6 h at 14\.2 V.*27 times/,
    ],
    [
      'VLB-13 a single restart',
      'imbalance',
      { balance: 'imbalance', missingAh: 4, missingCell: 2, repairHours: 2.2, repairRestarts: 1.1 },
      /cell 2 lacks 4\.0 Ah.*started again about once for it/,
    ],
    [
      'VLB-21 defective, not imbalance',
      'cell-sags',
      { saggingCell: 4, saggingBy: 0.15 },
      /cell 4 .*0\.15 V.*not imbalance/,
    ],
    ['VLB-21 one cell', 'loads-cut-by-one-cell', { ...cut, balance: 'unknown' }, /cell 3 was at 2\.79 V.*3\.21 V/],
    [
      'VLB-21 normal rebalancing',
      'rebalancing',
      { balance: 'balancing', chargeCuts: 9, chargeCutsFor: HOUR, sinceChargeCut: 60 },
      /9 times.*normal.*one to three minutes.*12 hours/,
    ],
    [
      'VLB-31 a hold for a limited time',
      'rebalancing-too-long',
      { balance: 'imbalance', chargeCuts: 9, chargeCutsFor: 13 * HOUR },
      /For 13\.0 h.*absorption voltage for a limited time/,
    ],
    ['VLB-12 days', 'full-charge-due', { daysSinceFull: 31 }, /31 days ago; one is due every 30 days.*14\.2 V/],
    ['VLB-12 past 30', 'full-charge-due', { daysSinceFull: Number.NaN }, /more than 30 days ago/],
    ['VLB-25 OGT-16', 'first-charge', { everFull: false }, /14\.2 V.*5\.0 A or less.*each battery alone.*balanced/],
    [
      'OGT-13 OGT-17',
      'balance-by-hand',
      { balance: 'imbalance', shortCharges: true },
      /20–30 %.*90 %.*30–60 min.*14\.2 V/,
    ],
    ['OGT-13 VLB-32', 'storage', { idleFor: 20 * DAY, soc: 0.95 }, /20 days.*95 %.*50–60 %.*13\.2 V.*0–20 °C/],
    ['OGT-13', 'storage-recharge', { idleFor: 61 * DAY }, /61 days.*two to three months/],
    ['OGT-13', 'storage-cycle', { idleFor: 181 * DAY }, /181 days.*whole cycle/],
    ['VLB-12', 'soc-uncertain', { sigma: 0.1 }, /within 20 %.*full charge/],
    ['VLB-15', 'capacity-low', { soh: 0.78, cycles: 2600 }, /78 % .*2600 full cycles.*2500/],
  ] as const) {
    it(`${title}: ${String(words)}`, () => assert.match(said(id, facts), words));
  }

  it('VLB-18 each stage with the volts and amperes of a pack of eight cells and 200 Ah', () => {
    const settings = { cells: 8, capacity: 200 };
    const at = (stage: RecoveryStage, given = {}): string =>
      said('deep-discharge-recovery', { recovery: { ...NO_RECOVERY, stage, ...given } }, settings);
    assert.match(
      at('trickle', { cell: 5, cellVoltage: 1.62 }),
      /cell 5, is at 1\.62 V.*27\.6 V.*0\.1 A at most.*2\.5 V/,
    );
    assert.match(at('slow', { cell: 5, cellVoltage: 2.6 }), /20 A at most, up to 27\.6 V.*half an hour.*hot or bulges/);
    assert.match(at('fill', { left: 6 * HOUR }), /28\.4 V and to 100 A at most.*another 6\.0 h/);
    assert.match(at('settle', { left: 3 * HOUR }), /rest for 3\.0 h/);
    assert.match(at('rest', { left: 24 * HOUR }), /another 24\.0 h/);
    assert.match(at('passed'), /may be used again/);
    assert.match(at('check-wire', { cell: 2, cellVoltage: 0 }), /cell 2 is 0\.00 V.*wire is off, or the cell is dead/);
    assert.match(
      said('recovery-current', { recovery: { ...NO_RECOVERY, stage: 'slow', tooMuch: true } }, settings),
      /20 A at most/,
    );
  });

  it('VLB-18 each way of giving up says to stop or to take the battery out of service', () => {
    for (const abort of RECOVERY_ABORTS) {
      const recovery = { ...NO_RECOVERY, stage: 'aborted' as const, abort, cell: 3, cellVoltage: 2.3 };
      assert.match(said('deep-discharge-recovery', { recovery }), /Stop charging|out of service/, abort);
    }
  });

  it('VLB-18 what a recovery shows is what is told', () => {
    const recovery = new Recovery(SETTINGS);
    for (let k = 0; k < 3; k++) recovery.step(sampleOf({ dt: 60, cells: [2.9, 2.9, 1.5, 2.9] }));
    assert.match(said('deep-discharge-recovery', { recovery }), /cell 3, is at 1\.50 V.*13\.8 V and to 0\.1 A/);
  });
});
