/** What chargers and loads may use: less before it must be nothing, down at once, up late and slowly. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { LimitKeeper, type LimitInputs, type Limits } from '../../src/engine/limits/limits.ts';
import type { PackSettings, SettingValue } from '../../src/engine/pack/settings.ts';
import type { SettingName } from '../../src/engine/pack/schema.ts';
import type { Given } from '../../src/engine/pack/validate.ts';
import type { ProfileId } from '../../src/engine/vocabulary.ts';
import { settingsOf } from '../support/pack.ts';

const WELL: LimitInputs = {
  cellMin: 3.3,
  cellMax: 3.31,
  temperatureMin: 20,
  temperatureMax: 22,
  soc: 60,
  chargeAllowed: true,
  loadAllowed: true,
};
const UNKNOWN: LimitInputs = {
  cellMin: Number.NaN,
  cellMax: Number.NaN,
  temperatureMin: Number.NaN,
  temperatureMax: Number.NaN,
  soc: Number.NaN,
  chargeAllowed: false,
  loadAllowed: false,
};
const FORBIDDEN = { chargeAllowed: false, loadAllowed: false };

/** A pack of 4 cells and 100 A, and the limits it has given so far. */
class Pack {
  readonly keeper: LimitKeeper;
  now = 5000;

  constructor(profile: ProfileId = 'lifepo4', given: Given = {}) {
    this.keeper = new LimitKeeper(settingsOf(profile, given));
  }

  /** One step, `seconds` after the one before. */
  say(said: Partial<LimitInputs> = {}, seconds = 1): Limits {
    this.now += seconds;
    return this.keeper.step({ ...WELL, ...said }, this.now);
  }

  /** The same every second for so long; the limits of the last step. */
  keep(seconds: number, said: Partial<LimitInputs> = {}): Limits {
    for (let i = 1; i < seconds; i++) this.say(said);
    return this.say(said);
  }
}

/** The limits of a pack that has known nothing else. */
const at = (said: Partial<LimitInputs>, profile: ProfileId = 'lifepo4', given: Given = {}): Limits =>
  new Pack(profile, given).say(said);

/** Settings as no dialog would let them through. */
function bent(change: Partial<Record<SettingName, SettingValue>>): PackSettings {
  const settings = settingsOf('lifepo4');
  return { ...settings, values: { ...settings.values, ...change } };
}

/** No limit is more than any. */
const amperes = (limit: number | null): number => limit ?? Infinity;

const near = (actual: number | null, expected: number, what = ''): void =>
  assert.ok(actual !== null && Math.abs(actual - expected) < 1e-9, `${what} ${actual} is not ${expected}`);

/** From the last step on, shown in steps: not above the value, less than one step (1.5 A of 100 A) below. */
const about = (actual: number | null, expected: number, what = ''): void =>
  assert.ok(
    actual !== null && actual <= expected + 1e-9 && actual > expected - 1.5 - 1e-9,
    `${what} ${actual} A, not ${expected}`,
  );

describe('limits: charge voltage', () => {
  it('VLB-10 a well pack is charged up to the balance voltage of all cells', () => {
    assert.equal(at({}).maxChargeVoltage, 3.45 * 4);
    assert.equal(at({}, '123smartbms').maxChargeVoltage, 14);
    assert.equal(at({}, '123smartbms', { cells: 16 }).maxChargeVoltage, 56);
    assert.equal(at({ cellMax: 3.5 }, '123smartbms').maxChargeVoltage, 14);
  });

  it('VLB-10 a cell that runs ahead brings the voltage down in proportion', () => {
    near(at({ cellMax: 3.55 }).maxChargeVoltage, 13.6); // half way from 3.45 to 3.65: half way from 13.8 to 13.4 V
    near(at({ cellMax: 3.6 }).maxChargeVoltage, 13.5);
    near(at({ cellMax: 3.575 }, '123smartbms').maxChargeVoltage, 13.7);
  });

  it('the voltage never falls below 3.35 V a cell, nor below the balance voltage where that is lower', () => {
    for (const cellMax of [3.65, 3.9, 12, Infinity]) near(at({ cellMax }).maxChargeVoltage, 13.4, `at ${cellMax} V`);
    near(at({ cellMax: 4 }, 'lifepo4', { balanceVoltage: 3.3 }).maxChargeVoltage, 13.2);
  });

  it('the voltage is not 0 V when nothing is allowed or known: at the start it is the full one', () => {
    assert.equal(at(UNKNOWN).maxChargeVoltage, 3.45 * 4);
    assert.equal(at({ ...FORBIDDEN }).maxChargeVoltage, 3.45 * 4);
    near(at({ ...FORBIDDEN, cellMax: 3.7 }).maxChargeVoltage, 13.4);
  });

  it('while the highest cell is unknown the voltage stays, and rises a full hold time after it is known', () => {
    const pack = new Pack();
    near(pack.say({ cellMax: 3.6 }).maxChargeVoltage, 13.5);
    near(pack.keep(500, UNKNOWN).maxChargeVoltage, 13.5);
    near(pack.keep(60).maxChargeVoltage, 13.5, 'known for 59 s');
    near(pack.keep(11).maxChargeVoltage, 13.51, 'known for 70 s');
  });

  it('in the middle of its rise an unknown cell stops it', () => {
    const pack = new Pack();
    pack.say({ cellMax: 3.6 });
    const risen = pack.keep(161).maxChargeVoltage;
    near(risen, 13.6);
    near(pack.say({ cellMax: Number.NaN }).maxChargeVoltage, 13.601);
    near(pack.keep(100, { cellMax: Number.NaN }).maxChargeVoltage, 13.601);
  });

  it('the voltage falls at once, waits 60 s and rises by 1 mV/s', () => {
    const pack = new Pack();
    pack.say();
    near(pack.say({ cellMax: 3.55 }, 0.1).maxChargeVoltage, 13.6);
    near(pack.say({}, 1).maxChargeVoltage, 13.6);
    near(pack.say({}, 60).maxChargeVoltage, 13.6);
    near(pack.say({}, 50).maxChargeVoltage, 13.65);
    near(pack.say({}, 1).maxChargeVoltage, 13.651);
    assert.equal(pack.say({}, 1000).maxChargeVoltage, 3.45 * 4);
  });

  it('more than 16 cells rise at the same pace a cell', () => {
    const rise = (cells: number): number => {
      const pack = new Pack('lifepo4', { cells });
      const low = pack.say({ cellMax: 3.65 }).maxChargeVoltage;
      pack.say({}, 1);
      return pack.say({}, 60 + 10).maxChargeVoltage - low;
    };
    near(rise(8), 0.01);
    near(rise(16), 0.01);
    near(rise(64), 0.04);
  });
});

describe('limits: charge current', () => {
  it('VLB-16 OGT-9 a well pack may be charged with all the settings allow', () => {
    assert.equal(at({}).maxChargeCurrent, 100);
    assert.equal(at({}, 'lifepo4', { chargeCurrentMax: 5 }).maxChargeCurrent, 5);
    assert.equal(at({ cellMax: 3.4, temperatureMin: 15, temperatureMax: 40 }).maxChargeCurrent, 100);
  });

  it('the current falls with the highest cell to a twentieth at the overvoltage limit', () => {
    about(at({ cellMax: 3.525 }).maxChargeCurrent, 52.5); // half way from 3.40 to 3.65
    about(at({ cellMax: 3.6499 }).maxChargeCurrent, 5.1);
    assert.equal(at({ cellMax: 3.65 }).maxChargeCurrent, 5);
    assert.equal(at({ cellMax: 3.8 }).maxChargeCurrent, 5);
  });

  it('in absorption, every cell at its balance voltage, there is still plenty', () => {
    for (const [profile, volt] of [
      ['lifepo4', 3.45],
      ['123smartbms', 3.5],
    ] as const) {
      const { maxChargeCurrent } = at({ cellMin: volt, cellMax: volt, soc: 100 }, profile, { chargeCurrentMax: 100 });
      assert.ok(maxChargeCurrent !== null && maxChargeCurrent > 70, `${profile}: ${maxChargeCurrent} A`);
    }
  });

  it('an overvoltage clear value below the balance voltage makes the slope begin there', () => {
    const given = { cellOvervoltageClear: 3.35 };
    assert.equal(at({ cellMax: 3.3 }, 'lifepo4', given).maxChargeCurrent, 100);
    about(at({ cellMax: 3.475 }, 'lifepo4', given).maxChargeCurrent, 52.5);
    const off = new LimitKeeper(bent({ cellOvervoltageClear: null }));
    about(off.step({ ...WELL, cellMax: 3.525 }, 1).maxChargeCurrent, 52.5);
  });

  it('VLB-16 the current falls towards the cold from 10 K and towards the heat from 5 K before the limit', () => {
    about(at({ temperatureMin: 10 }).maxChargeCurrent, 52.5); // 5…15 °C
    about(at({ temperatureMax: 42.5 }).maxChargeCurrent, 52.5); // 40…45 °C
    for (const temperatureMin of [5, 0, -40, -Infinity]) assert.equal(at({ temperatureMin }).maxChargeCurrent, 5);
    for (const temperatureMax of [45, 60, Infinity]) assert.equal(at({ temperatureMax }).maxChargeCurrent, 5);
  });

  it('the smallest factor counts, they do not multiply', () => {
    about(at({ temperatureMin: 10, cellMax: 3.525 }).maxChargeCurrent, 52.5);
  });

  it('an unknown cell or temperature leaves a twentieth; a temperature nobody asks for leaves all', () => {
    assert.equal(at({ cellMax: Number.NaN }).maxChargeCurrent, 5);
    assert.equal(at({ temperatureMin: Number.NaN }).maxChargeCurrent, 5);
    assert.equal(at({ temperatureMax: Number.NaN }).maxChargeCurrent, 5);
    const off = { chargeTemperatureMin: 'off', chargeTemperatureMax: 'off' };
    const blind = { temperatureMin: Number.NaN, temperatureMax: Number.NaN };
    assert.equal(at(blind, 'lifepo4', off).maxChargeCurrent, 100);
    assert.equal(at(blind, 'lifepo4', { ...off, chargeTemperatureMax: 45 }).maxChargeCurrent, 5);
  });

  it('SOC does not slow charging: only a full charge puts a wrong SOC right', () => {
    for (const soc of [0, 99, 100, Number.NaN]) assert.equal(at({ soc }).maxChargeCurrent, 100);
  });

  it('VLB-10 not allowed is 0 A, at once', () => {
    const pack = new Pack();
    pack.say();
    assert.equal(pack.say({ chargeAllowed: false }, 0).maxChargeCurrent, 0);
    assert.equal(at(UNKNOWN).maxChargeCurrent, 0);
  });

  it('allowed again the current stays at 0 A for 30 s, then rises by 5 A/s', () => {
    const pack = new Pack();
    pack.say(FORBIDDEN);
    const shown: (number | null)[] = [];
    for (let i = 0; i < 53; i++) shown.push(pack.say().maxChargeCurrent);
    assert.deepEqual(shown.slice(0, 31), Array<number>(31).fill(0));
    for (let i = 32; i < 50; i++) about(shown[i]!, (i - 30) * 5, `after ${i} s`);
    assert.deepEqual(shown.slice(50), [100, 100, 100]);
  });

  it('looked at often, the rise begins with a twentieth and shows no step below 1.5 %', () => {
    const pack = new Pack();
    pack.say(FORBIDDEN);
    pack.say();
    pack.say({}, 30);
    const shown = new Set<number>();
    for (let i = 0; i < 300; i++) shown.add(amperes(pack.say({}, 0.1).maxChargeCurrent));
    const [nothing, first, ...more] = [...shown];
    assert.deepEqual([nothing, first, more.at(-1)], [0, 5, 100]);
    assert.equal(more.length, 64); // 6.5, 8 … 99.5, 100
    more.slice(0, -1).forEach((limit, i) => near(limit, 6.5 + 1.5 * i));
  });

  it('a big pack rises by 2 % of its maximum a second', () => {
    const pack = new Pack('lifepo4', { capacity: 1000 });
    pack.say(FORBIDDEN);
    pack.say();
    const { maxChargeCurrent } = pack.say({}, 30 + 10);
    assert.ok(maxChargeCurrent !== null && maxChargeCurrent <= 200 && maxChargeCurrent > 185, `${maxChargeCurrent} A`);
    assert.equal(pack.say({}, 40).maxChargeCurrent, 1000);
  });

  it('without a maximum there is no limit while allowed and 0 A while not', () => {
    const pack = new Pack('123smartbms');
    const both = (limits: Limits): unknown[] => [limits.maxChargeCurrent, limits.maxDischargeCurrent];
    assert.deepEqual(both(pack.say({ cellMax: 3.64, cellMin: 2.81 })), [null, null]);
    assert.deepEqual(both(pack.say(FORBIDDEN)), [0, 0]);
    assert.deepEqual(both(pack.say()), [null, null]);
  });
});

describe('limits: discharge current', () => {
  it('VLB-16 OGT-9 a well pack may give all the settings allow', () => {
    assert.equal(at({}).maxDischargeCurrent, 100);
    assert.equal(at({}, 'lifepo4', { dischargeCurrentMax: 10 }).maxDischargeCurrent, 10);
    assert.equal(at({ cellMin: 3.2, soc: 10, temperatureMin: -10, temperatureMax: 55 }).maxDischargeCurrent, 100);
  });

  it('the current falls with the lowest cell from the pre-alarm on to a twentieth at the cut', () => {
    about(at({ cellMin: 3 }).maxDischargeCurrent, 52.5); // half way from 3.20 to 2.80
    for (const cellMin of [2.8, 2.5, 0, -Infinity]) assert.equal(at({ cellMin }).maxDischargeCurrent, 5);
  });

  it('VLB-3 without pre-alarm the slope is as wide as between its usual voltages', () => {
    const from = (change: Partial<Record<SettingName, SettingValue>>, cellMin: number): number | null =>
      new LimitKeeper(bent(change)).step({ ...WELL, cellMin }, 1).maxDischargeCurrent;
    const off = { preAlarm: null, preAlarmClear: null };
    assert.equal(from(off, 3.1), 100);
    about(from(off, 2.95), 52.5);
    assert.equal(from({ preAlarmClear: null, preAlarm: 3 }, 3), 100);
    about(from({ preAlarmClear: null, preAlarm: 3 }, 2.9), 52.5);
  });

  it('a pre-alarm below the cut, as is possible while it is switched off, leaves only the cut', () => {
    const given = { preAlarmMode: 'off', preAlarm: 2.6, preAlarmClear: 2.7 };
    assert.equal(at({ cellMin: 2.81 }, 'lifepo4', given).maxDischargeCurrent, 100);
    assert.equal(at({ cellMin: 2.8 }, 'lifepo4', given).maxDischargeCurrent, 5);
  });

  it('VLB-16 the current falls towards the limits of temperature and with the last 10 % of SOC', () => {
    about(at({ temperatureMin: -15 }).maxDischargeCurrent, 52.5);
    about(at({ temperatureMax: 57.5 }).maxDischargeCurrent, 52.5);
    about(at({ soc: 5 }).maxDischargeCurrent, 52.5);
    for (const said of [{ temperatureMin: -20 }, { temperatureMax: 60 }, { soc: 0 }]) {
      assert.equal(at(said).maxDischargeCurrent, 5, JSON.stringify(said));
    }
  });

  it('an unknown cell or temperature leaves a twentieth, an unknown SOC or a temperature nobody asks for leaves all', () => {
    assert.equal(at({ cellMin: Number.NaN }).maxDischargeCurrent, 5);
    assert.equal(at({ temperatureMin: Number.NaN }).maxDischargeCurrent, 5);
    assert.equal(at({ temperatureMax: Number.NaN }).maxDischargeCurrent, 5);
    assert.equal(at({ soc: Number.NaN }).maxDischargeCurrent, 100);
    const off = { dischargeTemperatureMin: 'off', dischargeTemperatureMax: 'off' };
    const blind = { temperatureMin: Number.NaN, temperatureMax: Number.NaN };
    assert.equal(at(blind, 'lifepo4', off).maxDischargeCurrent, 100);
  });

  it('VLB-10 0 A, at which inverters switch off, only while the loads are not allowed; the floor at once after', () => {
    const pack = new Pack();
    pack.say();
    assert.equal(pack.say({ loadAllowed: false }, 0).maxDischargeCurrent, 0);
    for (let i = 0; i <= 30; i++) assert.equal(pack.say().maxDischargeCurrent, 5, `after ${i} s`);
    about(pack.keep(10).maxDischargeCurrent, 50);
    assert.equal(pack.keep(10).maxDischargeCurrent, 100);
  });

  it('a short dip lowers at once and is over after 30 s and the rise', () => {
    const pack = new Pack();
    pack.say();
    about(pack.say({ cellMin: 3 }, 0.5).maxDischargeCurrent, 52.5);
    about(pack.say({}, 1).maxDischargeCurrent, 52.5);
    about(pack.say({}, 30).maxDischargeCurrent, 52.5);
    about(pack.say({}, 5).maxDischargeCurrent, 77.5);
    assert.equal(pack.say({}, 5).maxDischargeCurrent, 100);
  });

  it('values that tremble do not make the limits tremble', () => {
    const pack = new Pack();
    let before = pack.say({ cellMin: 3, cellMax: 3.5 });
    let changes = 0;
    for (let i = 0; i < 3600; i++) {
      const by = (i % 7) / 1000;
      const after = pack.say({ cellMin: 3 - by, cellMax: 3.5 + by });
      if (after.maxChargeVoltage !== before.maxChargeVoltage) changes++;
      if (after.maxChargeCurrent !== before.maxChargeCurrent) changes++;
      if (after.maxDischargeCurrent !== before.maxDischargeCurrent) changes++;
      before = after;
    }
    // Down in at most as many steps as the trembling is wide, and never up.
    assert.ok(changes <= 12, `${changes} changes in an hour`);
  });
});

describe('limits: discharge warning', () => {
  it('warns before 0 A: at a quarter of the current, by any cause', () => {
    assert.equal(at({}).dischargeWarning, false);
    assert.equal(at({ cellMin: 2.885 }).dischargeWarning, false);
    for (const said of [{ cellMin: 2.884 }, { soc: 2.1 }, { temperatureMin: -18 }, { cellMin: Number.NaN }]) {
      assert.equal(at(said).dischargeWarning, true, JSON.stringify(said));
    }
  });

  it('warns where the settings give no maximum', () => {
    assert.equal(at({ cellMin: 2.81 }, '123smartbms').dischargeWarning, true);
  });

  it('does not warn of what has happened', () => {
    const pack = new Pack();
    assert.equal(pack.say({ cellMin: 2.8 }).dischargeWarning, true);
    assert.equal(pack.say({ cellMin: 2.8, loadAllowed: false }).dischargeWarning, false);
    assert.equal(pack.say().dischargeWarning, false, 'the loads are back and the pack is well');
  });

  it('does not flicker: it stays for 30 s after the last cause', () => {
    const pack = new Pack();
    pack.say({ cellMin: 2.85 });
    assert.equal(pack.say({}, 1).dischargeWarning, true);
    assert.equal(pack.say({}, 29).dischargeWarning, true);
    assert.equal(pack.say({}, 1).dischargeWarning, false);
  });
});

describe('limits: time', () => {
  it('a moment before the last one counts as the last one: nothing is over sooner', () => {
    const pack = new Pack();
    pack.say();
    const low = pack.say({ cellMax: 3.6, cellMin: 2.85 }, -4000);
    assert.deepEqual(pack.say({}, 4000), low);
    assert.deepEqual(pack.say({}, 29), low);
    const rising = pack.say({}, 200);
    assert.ok(rising.maxChargeVoltage > low.maxChargeVoltage);
    assert.deepEqual(pack.say({}, -100), rising);
    assert.deepEqual(pack.say({}, 100), rising);
    assert.equal(pack.say({}, 500).maxChargeVoltage, 3.45 * 4);
  });

  it('a hold time ends without a dent, whatever the seconds round to', () => {
    for (let tenth = 0; tenth < 200; tenth++) {
      const pack = new Pack();
      pack.now = tenth / 10;
      const low = pack.say({ cellMax: 3.65 }, 0).maxChargeCurrent;
      pack.say({}, 0);
      const shown = [29.9, 30, 30.1].map((seconds) => {
        pack.now = (tenth + seconds * 10) / 10;
        return pack.say({}, 0).maxChargeCurrent;
      });
      assert.deepEqual(shown, [low, low, low], `from ${tenth / 10} s`);
    }
  });
});

interface Row extends LimitInputs {
  /** Seconds since the row before. */
  step: number;
}

const orUnknown = (arbitrary: fc.Arbitrary<number>): fc.Arbitrary<number> =>
  fc.oneof({ weight: 9, arbitrary }, { weight: 1, arbitrary: fc.constant(Number.NaN) });
const numbers = (min: number, max: number): fc.Arbitrary<number> => fc.double({ min, max, noNaN: true });
const mostly = fc.oneof({ weight: 5, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) });
const row = fc.record<Row>({
  cellMin: orUnknown(numbers(2.5, 3.6)),
  cellMax: orUnknown(numbers(3, 3.8)),
  temperatureMin: orUnknown(numbers(-30, 30)),
  temperatureMax: orUnknown(numbers(10, 70)),
  soc: orUnknown(numbers(0, 100)),
  chargeAllowed: mostly,
  loadAllowed: mostly,
  step: fc.oneof(fc.constantFrom(0, 0.5, 1, 30, 60), numbers(0, 100)),
});
const wellRow = fc.record<Row>({
  cellMin: numbers(2.9, 3.4),
  cellMax: numbers(3.35, 3.6),
  temperatureMin: fc.constant(20),
  temperatureMax: fc.constant(20),
  soc: fc.constant(50),
  chargeAllowed: fc.constant(true),
  loadAllowed: fc.constant(true),
  step: numbers(0, 60),
});
const history = fc.array(fc.oneof(row, wellRow), { minLength: 1, maxLength: 40 });
const packs = fc
  .tuple(
    fc.constantFrom<ProfileId>('lifepo4', '123smartbms'),
    fc.record(
      {
        cells: fc.constantFrom(4, 16, 100),
        capacity: fc.constantFrom(12, 100, 1000),
        balanceVoltage: fc.constantFrom(3.3, 3.4, 3.55, 3.65),
        cellOvervoltageClear: fc.constantFrom(3.3, 3.5, 3.65),
        chargeCurrentMax: fc.constantFrom('off', 30, 400),
        dischargeCurrentMax: fc.constantFrom(10, 200),
        chargeTemperatureMin: fc.constantFrom('off', 0),
        chargeTemperatureMax: fc.constantFrom('off', 50),
        dischargeTemperatureMin: fc.constantFrom('off', -10),
      },
      { requiredKeys: [] },
    ),
  )
  .map(([profile, given]) => settingsOf(profile, { dischargeCurrentPeak: 'off', ...given }));

/** A history that is worse at every moment, or as bad. */
interface Worse {
  cellMin: number;
  cellMax: number;
  temperatureMin: number;
  temperatureMax: number;
  soc: number;
  noCharge: boolean;
  noLoad: boolean;
}
const orNothing = (max: number): fc.Arbitrary<number> => fc.oneof(fc.constant(0), numbers(0, max));
const worse = fc.record<Worse>({
  cellMin: orNothing(0.3),
  cellMax: orNothing(0.3),
  temperatureMin: orNothing(15),
  temperatureMax: orNothing(15),
  soc: orNothing(30),
  noCharge: mostly.map((b) => !b),
  noLoad: mostly.map((b) => !b),
});

const value = (settings: PackSettings, name: SettingName): number => Number(settings.values[name] ?? Number.NaN);

describe('properties of the limits', () => {
  it('VLB-10 the voltage stays between floor and base, currents between 0 and their maximum, 0 A means not allowed', () => {
    fc.assert(
      fc.property(packs, history, (settings, rows) => {
        const keeper = new LimitKeeper(settings);
        const base = value(settings, 'balanceVoltage') * value(settings, 'cells');
        const floor = Math.min(base, 3.35 * value(settings, 'cells'));
        const chargeMax = value(settings, 'chargeCurrentMax');
        const dischargeMax = value(settings, 'dischargeCurrentMax');
        let now = 0;
        for (const said of rows) {
          now += said.step;
          const limits = keeper.step(said, now);
          const { maxChargeVoltage: voltage, maxChargeCurrent: charge, maxDischargeCurrent: discharge } = limits;
          assert.ok(voltage >= floor && voltage <= base, `${voltage} V`);
          if (!said.chargeAllowed) assert.equal(charge, 0);
          else if (Number.isNaN(chargeMax)) assert.equal(charge, null);
          else assert.ok(charge !== null && charge >= 0 && charge <= chargeMax, `charge ${charge} A`);
          if (!said.loadAllowed) assert.equal(discharge, 0);
          else if (Number.isNaN(dischargeMax)) assert.equal(discharge, null);
          else
            assert.ok(
              discharge !== null && discharge >= 0.05 * dischargeMax && discharge <= dischargeMax,
              `discharge ${discharge} A`,
            );
          if (!said.loadAllowed) assert.equal(limits.dischargeWarning, false);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('a history that is worse at every moment never ends with a higher limit or without the warning', () => {
    const pairs = fc.array(fc.tuple(fc.oneof(row, wellRow), worse), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(packs, pairs, fc.boolean(), (settings, rows, cutsLoads) => {
        const good = new LimitKeeper(settings);
        const bad = new LimitKeeper(settings);
        let now = 0;
        for (const [said, by] of rows) {
          now += said.step;
          const better = good.step(said, now);
          const lesser = bad.step(
            {
              cellMin: said.cellMin - by.cellMin,
              cellMax: said.cellMax + by.cellMax,
              temperatureMin: said.temperatureMin - by.temperatureMin,
              temperatureMax: said.temperatureMax + by.temperatureMax,
              soc: said.soc - by.soc,
              chargeAllowed: said.chargeAllowed && !by.noCharge,
              loadAllowed: said.loadAllowed && !(cutsLoads && by.noLoad),
            },
            now,
          );
          assert.ok(lesser.maxChargeVoltage <= better.maxChargeVoltage, 'voltage');
          assert.ok(amperes(lesser.maxChargeCurrent) <= amperes(better.maxChargeCurrent), 'charge current');
          assert.ok(amperes(lesser.maxDischargeCurrent) <= amperes(better.maxDischargeCurrent), 'discharge current');
          if (!cutsLoads) assert.ok(lesser.dischargeWarning || !better.dischargeWarning, 'warning');
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('no limit rises within its hold time after it fell, nor faster than it may', () => {
    fc.assert(
      fc.property(packs, history, (settings, rows) => {
        const keeper = new LimitKeeper(settings);
        const cells = value(settings, 'cells');
        const watch = (hold: number, rate: number, step: number) => {
          let before = Number.NaN;
          let fellAt = -Infinity;
          return (limit: number, at: number, seconds: number): void => {
            if (limit < before) fellAt = at;
            if (limit > before) {
              assert.ok(at - fellAt >= hold, `rose ${at - fellAt} s after it fell`);
              assert.ok(limit - before <= rate * seconds + step + 1e-6, `rose by ${limit - before} in ${seconds} s`);
            }
            before = limit;
          };
        };
        const current = (max: number): ReturnType<typeof watch> => watch(30, Math.max(5, 0.02 * max), 0.05 * max);
        const voltage = watch(60, 0.001 * Math.max(1, cells / 16), 0);
        const charge = current(value(settings, 'chargeCurrentMax'));
        const dischargeMax = value(settings, 'dischargeCurrentMax');
        const discharge = current(dischargeMax);
        let now = 0;
        for (const said of rows) {
          now += said.step;
          const limits = keeper.step(said, now);
          voltage(limits.maxChargeVoltage, now, said.step);
          if (!Number.isNaN(value(settings, 'chargeCurrentMax')))
            charge(amperes(limits.maxChargeCurrent), now, said.step);
          // Between 0 and the floor stands the permission alone.
          const floor = 0.05 * dischargeMax;
          if (!Number.isNaN(dischargeMax))
            discharge(Math.max(floor, amperes(limits.maxDischargeCurrent)), now, said.step);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('the voltage is the lowest of all that was ever asked for, each held for 60 s and lifted by 1 mV/s from then on', () => {
    const steps = fc.array(fc.tuple(numbers(3.3, 3.8), numbers(0, 150)), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(steps, (rows) => {
        const keeper = new LimitKeeper(settingsOf('lifepo4'));
        const asked: { voltage: number; until: number }[] = [];
        let now = 0;
        for (const [cellMax, seconds] of rows) {
          now += seconds;
          const last = asked.at(-1);
          if (last !== undefined) last.until = now;
          asked.push({ voltage: Math.max(13.4, Math.min(13.8, 13.8 - 2 * (cellMax - 3.45))), until: now });
          const bounds = asked.map(({ voltage, until }) => voltage + 0.001 * Math.max(0, now - until - 60));
          near(keeper.step({ ...WELL, cellMax }, now).maxChargeVoltage, Math.min(13.8, ...bounds), `at ${now} s`);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('what is shown changes by 1.5 % of the maximum at least, or to 0 or to all', () => {
    fc.assert(
      fc.property(history, (rows) => {
        const keeper = new LimitKeeper(settingsOf('lifepo4'));
        let now = 0;
        let before = keeper.step(WELL, 0);
        for (const said of rows) {
          now += said.step;
          const after = keeper.step(said, now);
          for (const name of ['maxChargeCurrent', 'maxDischargeCurrent'] as const) {
            const [a, b] = [Number(before[name]), Number(after[name])];
            if (a !== b && b !== 0 && b !== 100 && a !== 100)
              assert.ok(Math.abs(b - a) >= 1.5 - 1e-9, `${a} to ${b} A`);
          }
          before = after;
        }
      }),
      { numRuns: 300 },
    );
  });

  it('how often we are asked in between makes no difference', () => {
    const cuts = fc.array(numbers(0, 1), { maxLength: 4 });
    fc.assert(
      fc.property(packs, fc.array(fc.tuple(fc.oneof(row, wellRow), cuts), { maxLength: 30 }), (settings, rows) => {
        const coarse = new LimitKeeper(settings);
        const fine = new LimitKeeper(settings);
        let now = 0;
        let last: LimitInputs | null = null;
        for (const [said, between] of rows) {
          if (last !== null) {
            for (const cut of [...between].sort((a, b) => a - b)) fine.step(last, now + cut * said.step);
          }
          now += said.step;
          assert.deepEqual(fine.step(said, now), coarse.step(said, now));
          last = said;
        }
      }),
      { numRuns: 1000 },
    );
  });
});
