/**
 * Defects that other battery supervisors have or had, each as a test that would fail with it. The names say where it was
 * seen, so that nobody takes a rule here for overcautious; nothing of their code is used.
 */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { PROTECTION_NAMES, type ProtectionName, type SettingName } from '../../src/engine/pack/schema.ts';
import type { ProtectionEvent } from '../../src/engine/protection/decision.ts';
import { PROFILE_IDS, type ProfileId } from '../../src/engine/vocabulary.ts';
import { Bench, settingsOf, type Said } from '../support/pack.ts';

const raised = (bench: Bench): string[] => bench.engine.protection.decision(bench.now).active.map((e) => e.row);
const why = (bench: Bench, role: 'charge' | 'load'): string | null =>
  bench.engine.protection.decision(bench.now).roles[role].reason;

describe('what others got wrong: cells', function () {
  // Many sequences; a slow or busy machine needs more than the usual time.
  this.timeout(60_000);
  for (const id of PROFILE_IDS) {
    it(`foxBMS drops a cell that is far from the others: one cell 301 mV and more above them still ends charging (${id})`, () => {
      const limit = Number(settingsOf(id).values.cellOvervoltage);
      for (const lead of [0.301, 0.35, 0.4, 0.5, 0.6, 0.75]) {
        for (const cell of [0, 1, 2, 3]) {
          const high = Math.round((limit + 0.01) * 100) / 100;
          const cells = Array.from({ length: 4 }, (_, i) => (i === cell ? high : high - lead));
          const bench = new Bench(id).say({ soc: 50 });
          assert.ok(bench.charge);
          bench.keep(6, { cells });
          assert.equal(bench.charge, false, `cell ${cell + 1} at ${high} V, the others ${lead} V below`);
          const { active } = bench.engine.protection.decision(bench.now);
          const event = active.find((e) => e.row === 'cell-overvoltage');
          assert.deepEqual([event?.cell, event?.value], [cell + 1, high], 'the event names the cell and its own value');
        }
      }
    });

    it(`foxBMS drops a cell that is far from the others: one cell far below them still cuts the loads (${id})`, () => {
      const limit = Number(settingsOf(id).values.cellUndervoltage);
      for (const cell of [0, 3]) {
        const cells = Array.from({ length: 4 }, (_, i) => (i === cell ? limit - 0.01 : 3.3));
        const bench = new Bench(id).say({ soc: 50 }).keep(40, { cells });
        assert.equal(bench.load, false, `cell ${cell + 1}`);
      }
    });
  }

  it('foxBMS looks for a wire that is off at two places only: it is found at every place', () => {
    for (const count of [3, 4, 5, 8, 16, 255]) {
      for (let place = 0; place + 1 < count; place++) {
        if (count === 255 && place % 17 !== 0 && place !== 253) continue;
        for (const lean of [0.31, -0.31]) {
          const cells = Array.from({ length: count }, (_, i) =>
            i === place ? 3.3 + lean : i === place + 1 ? 3.3 - lean : 3.3,
          );
          const given = { cells: count, cellOvervoltage: 4, cellUndervoltage: 2.5, preAlarmMode: 'off' };
          const bench = new Bench('lifepo4', {
            given: { ...given, cellOvervoltageCritical: 4.2, onPlausibilityDelay: 3 },
          });
          bench.say({ cells: Array<number>(count).fill(3.3) });
          assert.ok(bench.charge);
          bench.keep(4, { cells });
          const found = bench.engine.protection.decision(bench.now).active.find((e) => e.row === 'open-wire');
          assert.equal(found?.cell, place + 1, `${count} cells, between ${place + 1} and ${place + 2}`);
          assert.equal(bench.charge, false);
        }
      }
    }
  });

  it('diyBMS clears every rule when one module is not valid: an unknown cell clears nothing, and trips go on', () => {
    const trips: [string, Said, Said][] = [
      ['cell-overvoltage', { cells: [3.7, 3.3, 3.3, 3.3] }, { cells: [null, 3.3, 3.3, 3.3] }],
      ['cell-overvoltage', { cells: [3.7, 3.3, 3.3, 3.3] }, { cells: [3.3, 3.3, 3.3, null] }],
      ['cell-undervoltage', { cells: [2.7, 3.3, 3.3, 3.3] }, { cells: [null, 3.3, 3.3, 3.3] }],
      ['charge-temperature-high', { temperatures: [20, 50] }, { temperatures: [20, null] }],
      ['charge-temperature-low', { temperatures: [20, 0] }, { temperatures: [20, null] }],
      ['discharge-temperature-high', { temperatures: [20, 65] }, { temperatures: [20, null] }],
      ['charge-overcurrent', { current: 150 }, { current: null }],
      ['discharge-overcurrent', { current: -150 }, { current: null }],
    ];
    for (const [row, bad, lost] of trips) {
      const bench = new Bench('lifepo4').say().keep(40, bad);
      assert.ok(raised(bench).includes(row), row);
      // For as long as anybody likes, and for a moment between two good looking seconds.
      bench.keep(200, lost);
      assert.ok(raised(bench).includes(row), `${row} was cleared by something unknown`);
      for (let i = 0; i < 30; i++) bench.say(lost).say();
      assert.ok(raised(bench).includes(row), `${row} was cleared although every second second is unknown`);
      // On its way: the value is lost in the last second of the delay.
      const late = new Bench('lifepo4').say().keep(2, bad).keep(60, lost);
      assert.ok(raised(late).includes(row), `${row} was forgiven on its way`);
    }
    // A cell that is lost hides no other.
    const other = new Bench('lifepo4').say().keep(4, { cells: [null, 3.3, 3.3, 3.7] });
    assert.ok(raised(other).includes('cell-overvoltage'));
  });

  it('diyBMS compares the lowest inner temperature with an outer sensor: the coldest of the battery counts, wherever it is', () => {
    const colds: [string, Parameters<Bench['engine']['observe']>[1]][] = [
      ['a sensor beside the cells', { temperatures: [20, -1, 30] }],
      [
        'the sensor of one cell',
        { temperatures: [20], cells: [1, 2, 3, 4].map((c) => ({ cell: c, temperature: c === 3 ? -1 : 20 })) },
      ],
      [
        'the lowest that the device tells',
        { temperatureMin: { value: -1, cell: 2 }, temperatureMax: { value: 20, cell: 1 } },
      ],
    ];
    for (const [where, seen] of colds) {
      const bench = new Bench('lifepo4').say();
      for (let i = 0; i < 8; i++) {
        bench.now += 1;
        const rest = { current: 0, voltage: 13.2, bmsTemperature: 40 };
        bench.engine.observe(
          'device',
          { cells: [1, 2, 3, 4].map((cell) => ({ cell, voltage: 3.3 })), ...rest },
          bench.now,
        );
        bench.engine.observe('device', seen, bench.now);
        bench.judge();
      }
      assert.equal(why(bench, 'charge'), 'charge-temperature-low', where);
    }
    // The board's own temperature is not the battery's: neither its cold nor its heat.
    for (const bmsTemperature of [-30, 70]) {
      assert.equal(
        new Bench('lifepo4').say().keep(10, { bmsTemperature }).charge,
        true,
        `board at ${bmsTemperature} °C`,
      );
    }
  });
});

describe('what others got wrong: time', function () {
  // Many sequences; a slow or busy machine needs more than the usual time.
  this.timeout(60_000);
  /** What trips each rule with a delay, beyond its threshold, and the row it raises. */
  const TRIPS: Readonly<Partial<Record<ProtectionName, { row: string; say: (limit: number) => Said }>>> = {
    cellOvervoltage: { row: 'cell-overvoltage', say: (v) => ({ cells: [v + 0.01, 3.3, 3.3, 3.3] }) },
    cellOvervoltageCritical: { row: 'cell-overvoltage-critical', say: (v) => ({ cells: [v + 0.01, 3.3, 3.3, 3.3] }) },
    cellUndervoltage: { row: 'cell-undervoltage', say: (v) => ({ cells: [v - 0.01, 3.3, 3.3, 3.3] }) },
    cellUndervoltageCritical: { row: 'cell-undervoltage-critical', say: (v) => ({ cells: [v - 0.01, 3.3, 3.3, 3.3] }) },
    preAlarm: { row: 'pre-alarm', say: (v) => ({ cells: [v - 0.01, 3.3, 3.3, 3.3] }) },
    chargeTemperatureMin: { row: 'charge-temperature-low', say: (t) => ({ temperatures: [t - 1] }) },
    chargeTemperatureMax: { row: 'charge-temperature-high', say: (t) => ({ temperatures: [t + 1] }) },
    dischargeTemperatureMin: { row: 'discharge-temperature-low', say: (t) => ({ temperatures: [t - 1] }) },
    dischargeTemperatureMax: { row: 'discharge-temperature-high', say: (t) => ({ temperatures: [t + 1] }) },
    chargeCurrentMax: { row: 'charge-overcurrent', say: (i) => ({ current: i + 1 }) },
    dischargeCurrentMax: { row: 'discharge-overcurrent', say: (i) => ({ current: -i - 1 }) },
    dischargeCurrentPeak: { row: 'discharge-overcurrent-peak', say: (i) => ({ current: -i - 1 }) },
    packOvervoltage: { row: 'pack-overvoltage', say: (v) => ({ voltage: v + 0.1 }) },
    packUndervoltage: { row: 'pack-undervoltage', say: (v) => ({ voltage: v - 0.1 }) },
    imbalance: { row: 'imbalance', say: (v) => ({ cells: [3.3, 3.3, 3.3, 3.3 + v + 0.001] }) },
    bmsTemperatureMax: { row: 'bms-temperature-high', say: (t) => ({ bmsTemperature: t + 1 }) },
    shedSoc: { row: 'shed-soc', say: () => ({}) },
    alternatorVoltageLimit: { row: 'alternator-limit', say: (v) => ({ voltage: v + 0.1, starter: 13.8 }) },
    starterVoltageMin: { row: 'alternator-starter', say: (v) => ({ starter: v - 0.1 }) },
    heaterTemperature: { row: 'heater', say: (t) => ({ temperatures: [t - 1] }) },
    auxSoc: { row: 'aux-soc', say: () => ({}) },
  };
  /** Every protection is on, whatever the product's own numbers are; a profile's numbers stay where it has some. */
  const ALL_ON: Readonly<Partial<Record<SettingName, number | string>>> = {
    dischargeTemperatureMin: -20,
    dischargeTemperatureMinClear: -17,
    dischargeTemperatureMax: 60,
    dischargeTemperatureMaxClear: 50,
    chargeCurrentMax: 100,
    chargeCurrentMaxClear: 90,
    dischargeCurrentMax: 100,
    dischargeCurrentMaxClear: 90,
    dischargeCurrentPeak: 200,
    dischargeCurrentPeakClear: 90,
    packOvervoltage: 14.6,
    packOvervoltageClear: 14.4,
    packUndervoltage: 11,
    packUndervoltageClear: 12,
    imbalance: 0.15,
    imbalanceClear: 0.1,
    bmsTemperatureMax: 85,
    bmsTemperatureMaxClear: 75,
    shedSoc: 60,
    shedSocClear: 70,
    alternatorVoltageLimit: 14.2,
    alternatorVoltageLimitClear: 13.7,
    starterVoltageMin: 13,
    starterVoltageMinClear: 13,
    auxSoc: 60,
    auxSocClear: 70,
  };
  const ALIEN: Readonly<Partial<Record<ProfileId, readonly ProtectionName[]>>> = {
    // The product has one stage.
    '123smartbms': ['cellOvervoltageCritical', 'cellUndervoltageCritical'],
    'offgridtec-smart-pro': ['cellOvervoltageCritical', 'cellUndervoltageCritical'],
    // The battery alone has no peak.
    'victron-smart-lithium': ['dischargeCurrentPeak'],
  };

  for (const id of PROFILE_IDS) {
    const own = settingsOf(id).values;
    const given = Object.fromEntries(
      Object.entries(ALL_ON).filter(([name]) => own[name as SettingName] === null || name.startsWith('auxSoc')),
    );
    for (const name of PROTECTION_NAMES.filter((n) => !ALIEN[id]?.includes(n))) {
      it(`foxBMS has a delay named 2000 ms that is 1000: ${name} waits for its delay, to the second (${id})`, () => {
        const { row, say } = TRIPS[name]!;
        const choices =
          name === 'heaterTemperature' ? { auxRule: 'heater' } : name === 'auxSoc' ? { auxRule: 'soc' } : {};
        const waits =
          name === 'cellUndervoltage'
            ? { preAlarmMode: 'off' }
            : name === 'preAlarm'
              ? { preAlarmMode: 'continuous' }
              : {};
        const delays = [...new Set([Number(own[`${name}Delay`]), 0, 1, 2, 3, 7])];
        for (const delay of delays) {
          const settings = { ...given, ...choices, ...waits, retries: 'off', [`${name}Delay`]: delay };
          const limit = Number(settingsOf(id, settings).values[name]);
          const bench = new Bench(id, { given: settings }).say({ soc: 65, starter: 13.8, bmsTemperature: 20 });
          assert.ok(!raised(bench).includes(row), `${row} is raised from the start`);
          if (name === 'shedSoc' || name === 'auxSoc') bench.engine.seedSoc(0.5);
          for (let second = 0; second <= delay; second++) {
            bench.say({ starter: 13.8, bmsTemperature: 20, ...say(limit) });
            assert.equal(raised(bench).includes(row), second >= delay, `${row}: ${second} s of ${delay} s`);
          }
        }
      });
    }

    it(`foxBMS, dbus-serialbattery: silence opens after its time, to the second (${id})`, () => {
      for (const [charge, load] of [
        [Number(own.communicationTimeoutCharge), Number(own.communicationTimeoutLoad)],
        [3, 9],
        [9, 3],
      ]) {
        const times = { communicationTimeoutCharge: charge, communicationTimeoutLoad: load };
        const bench = new Bench(id, { given: times }).say({ soc: 50 });
        for (let second = 1; second <= Math.max(charge!, load!) + 1; second++) {
          bench.silence();
          assert.deepEqual([bench.charge, bench.load], [second < charge!, second < load!], `${second} s of silence`);
        }
      }
    });

    it(`dbus-serialbattery charges for half an hour on frozen values: silence opens, whatever the last voltage was (${id})`, () => {
      for (const voltage of [3.0, 3.225, 3.3, 3.375, 3.4]) {
        const bench = new Bench(id).say({ cells: Array<number>(4).fill(voltage), soc: 50 });
        const before = bench.charge;
        assert.ok(before, `${voltage} V`);
        for (let second = 0; second < Number(own.communicationTimeoutLoad); second++) bench.silence();
        assert.deepEqual([bench.charge, bench.load, bench.allowed('shed')], [false, false, false], `${voltage} V`);
      }
    });
  }

  it('123SmartBMS-Venus measures staleness by the wall clock: it may stand still, jump or run backwards', () => {
    for (const wall of [() => 0, (i: number) => -i * 1e9, (i: number) => (i % 2) * 1.5e12, () => Number.NaN]) {
      const bench = new Bench('lifepo4').say();
      for (let i = 1; i <= 60; i++) {
        bench.now += 1;
        const { protection } = bench.engine;
        protection.step(bench.engine.reading(bench.now, wall(i)), bench.now);
        assert.deepEqual([bench.charge, bench.load], [i < 5, i < 60], `${i} s of silence`);
      }
    }
  });

  it('Battery-Emulator tests its counters at 49.7 days: no age and no delay knows a largest second', () => {
    const story = (from: number): string[] => {
      const bench = new Bench('lifepo4');
      bench.now = from;
      const told: string[] = [];
      const tell = (said: Said | null, seconds: number): void => {
        for (let i = 0; i < seconds; i++) {
          if (said === null) bench.silence();
          else bench.say(said);
          const events = bench.events.map((e: ProtectionEvent) => `${e.row}/${e.edge}/${e.duration}`);
          told.push([bench.now - from, bench.charge, bench.load, bench.preAlarm, ...events].join(' '));
        }
      };
      tell({}, 3);
      tell({ cells: [3.7, 3.3, 3.3, 3.3] }, 5);
      tell({}, 15);
      tell({ cells: [2.7, 3.3, 3.3, 3.3] }, 40);
      tell({}, 15);
      tell(null, 70);
      tell({}, 70);
      return told;
    };
    const wanted = story(1000);
    assert.ok(wanted.some((line) => line.includes('cell-undervoltage/raised')));
    for (const from of [0, 2 ** 31 / 1000 - 40, 2 ** 32 / 1000 - 40, 5e6, 1e9, 2 ** 31 - 40, 2 ** 32 - 40]) {
      // Whole seconds, as a test that counts them must have.
      assert.deepEqual(story(Math.round(from)), wanted, `from second ${from}`);
    }
  });
});

describe('what others got wrong: unknown values', function () {
  // Many sequences; a slow or busy machine needs more than the usual time.
  this.timeout(60_000);
  it('LibreSolar goes on with old data when a reading failed: what is missing, null or absent opens', () => {
    const losses: [string, Said][] = [
      ['all cells', { cells: [null, null, null, null] }],
      ['one cell', { cells: [3.3, null, 3.3, 3.3] }],
      ['all temperatures', { temperatures: [null] }],
      ['one temperature of two', { temperatures: [20, null] }],
      ['the current', { current: null }],
    ];
    for (const id of PROFILE_IDS) {
      const { values } = settingsOf(id);
      const timeouts = [Number(values.communicationTimeoutCharge), Number(values.communicationTimeoutLoad)];
      for (const [what, lost] of losses) {
        if (what === 'the current' && values.chargeCurrentMax === null) continue;
        const bench = new Bench(id).say({ soc: 50, temperatures: [20, 20] });
        bench.keep(Math.max(...timeouts), lost);
        assert.equal(bench.charge, false, `${id}: charging goes on without ${what}`);
        assert.ok(raised(bench).length > 0, `${id}: nobody is told that ${what} is missing`);
        const loads =
          what.includes('cell') || (what.includes('temperature') && values.dischargeTemperatureMax !== null);
        if (loads) assert.equal(bench.load, false, `${id}: the loads go on without ${what}`);
      }
      // Absent altogether, while the source itself keeps talking.
      const mute = new Bench(id).say({ soc: 50 });
      for (let i = 0; i < Math.max(...timeouts); i++) {
        mute.now += 1;
        mute.engine.observe('device', { voltage: 13.2 }, mute.now);
        mute.judge();
      }
      assert.deepEqual([mute.charge, mute.load], [false, false], id);
    }
  });

  it('LibreSolar #19 never recovers from a failed reading: everything comes back by itself', () => {
    for (const id of PROFILE_IDS) {
      const bench = new Bench(id).say({ soc: 50 });
      for (const lost of [
        { cells: [null, 3.3, 3.3, 3.3] },
        { temperatures: [null] },
        { current: null },
        null,
      ] as (Said | null)[]) {
        for (let i = 0; i < 90; i++) {
          if (lost === null) bench.silence();
          else bench.say(lost);
        }
        bench.keep(70);
        assert.deepEqual([bench.charge, bench.load], [true, true], `${id} after ${JSON.stringify(lost)}`);
      }
    }
  });

  it('ENNOID does nothing about a sum that does not fit: the cells and the pack disagree, and the policy acts', () => {
    const wrong: Said = { cells: [3.3, 3.3, 3.3, 3.3], voltage: 14.2 };
    const acts: [string, boolean, boolean, boolean][] = [
      ['ignore', true, true, false],
      ['warn', true, true, true],
      ['stop-charge', false, true, true],
      ['stop-both', false, false, true],
    ];
    for (const id of PROFILE_IDS) {
      for (const [onPlausibility, charge, load, told] of acts) {
        const bench = new Bench(id, { given: { onPlausibility, onPlausibilityDelay: 10, packOvervoltage: 'off' } });
        bench.say({ soc: 50 }).keep(10, wrong);
        assert.ok(!raised(bench).includes('sum-of-cells'), 'too early');
        bench.say(wrong);
        assert.deepEqual([bench.charge, bench.load], [charge, load], `${id}, ${onPlausibility}`);
        assert.equal(raised(bench).includes('sum-of-cells'), told, `${id}, ${onPlausibility}`);
        bench.keep(11);
        assert.deepEqual([bench.charge, bench.load], [true, true], `${id}, ${onPlausibility}: over`);
      }
    }
  });

  it("123SmartBMS-Venus takes a current with the sign 'X' for 0 A: it is unknown, and counted by what flowed around it", () => {
    const bench = new Bench('lifepo4').say({ current: -36, soc: 50 }).keep(100, { current: -36 });
    const before = bench.engine.soc;
    bench.keep(4, { current: null });
    const reading = bench.engine.reading(bench.now, 0);
    assert.deepEqual([reading.current.value, reading.current.cause], [null, 'reported']);
    assert.ok(bench.charge, 'a lost second or two is no fault');
    bench.keep(6, { current: -36 });
    const flowed = ((before - bench.engine.soc) * 100 * 3600) / 36;
    assert.ok(Math.abs(flowed - 10) < 0.01, `ten seconds of 36 A were counted as ${flowed} s`);
    // For long: nobody says 0 A, and charging ends with the name of what is missing.
    bench.keep(5, { current: null });
    assert.equal(bench.charge, false);
    const event = bench.events.find((e) => e.row === 'silence-charge');
    assert.deepEqual([event?.edge, event?.rule, event?.missing], ['raised', 'sensor', 'current']);
    assert.equal(bench.engine.reading(bench.now, 0).current.value, null);
  });
});

describe('what others got wrong: switching', function () {
  // Many sequences; a slow or busy machine needs more than the usual time.
  this.timeout(60_000);
  const LIMITS: readonly SettingName[] = [
    'cellOvervoltage',
    'cellOvervoltageClear',
    'cellOvervoltageCritical',
    'cellOvervoltageCriticalClear',
    'cellUndervoltage',
    'cellUndervoltageClear',
    'cellUndervoltageCritical',
    'cellUndervoltageCriticalClear',
    'preAlarm',
    'preAlarmClear',
    'balanceVoltage',
  ];
  for (const name of LIMITS) {
    it(`diyBMS #296 chatters at a limit: noise of 10 mV at ${name} moves nothing more than once in 30 s (lifepo4)`, () => {
      const limit = Number(settingsOf('lifepo4').values[name]);
      const noise = fc.array(fc.integer({ min: -10, max: 10 }), { minLength: 240, maxLength: 240 });
      // From either side of the limit, and with all cells there or one of them.
      const from = fc.constantFrom(2.45, 3.3, 3.7, 3.95);
      fc.assert(
        fc.property(noise, from, fc.boolean(), fc.constantFrom(0.5, 1), (steps, start, all, seconds) => {
          const bench = new Bench('lifepo4').say().keep(80, { cells: Array<number>(4).fill(start) });
          const moved = new Map<string, number>();
          for (const step of steps) {
            const noisy = Math.round((limit + step / 1000) * 1000) / 1000;
            const before = ['charge', 'load', 'contactor', 'shed'].map((r) => bench.allowed(r as 'charge'));
            bench.say({ cells: all ? Array<number>(4).fill(noisy) : [3.3, noisy, 3.3, 3.3] }, seconds);
            ['charge', 'load', 'contactor', 'shed'].forEach((role, i) => {
              if (bench.allowed(role as 'charge') === before[i]) return;
              const since = bench.now - (moved.get(role) ?? -Infinity);
              assert.ok(since >= 30, `${role} moved twice within ${since} s`);
              moved.set(role, bench.now);
            });
          }
        }),
        { numRuns: 40 },
      );
    });
  }

  it('diyBMS #282 switches a relay off and nobody knows why: each edge of each permission has one cause', () => {
    const causes: [Said | null, number, 'charge' | 'load', string][] = [
      [{ cells: [3.7, 3.3, 3.3, 3.3] }, 3, 'charge', 'cell-overvoltage'],
      [{ cells: [2.4, 3.3, 3.3, 3.3] }, 1, 'load', 'cell-undervoltage-critical'],
      [{ temperatures: [0] }, 6, 'charge', 'charge-temperature-low'],
      [{ temperatures: [50] }, 6, 'charge', 'charge-temperature-high'],
      [{ temperatures: [65] }, 6, 'load', 'discharge-temperature-high'],
      [{ current: -250 }, 2, 'load', 'discharge-overcurrent-peak'],
      [{ hardware: { shortCircuit: true } }, 1, 'load', 'short-circuit'],
      [null, 5, 'charge', 'silence-charge'],
    ];
    for (const [said, seconds, role, row] of causes) {
      const bench = new Bench('lifepo4').say();
      const openings: string[][] = [];
      for (let i = 0; i < seconds; i++) {
        const before = bench.allowed(role);
        if (said === null) bench.silence();
        else bench.say(said);
        if (before && !bench.allowed(role)) {
          openings.push(bench.events.filter((e) => e.denies.includes(role)).map((e) => e.row));
        }
      }
      assert.deepEqual(openings, [[row]], `${role} opens once, and ${row} alone is the cause`);
      assert.equal(why(bench, role), row);
    }
  });

  it('diyBMS #4 does not act when the communication is lost: it does, and says so', () => {
    for (const id of PROFILE_IDS) {
      const bench = new Bench(id).say({ soc: 50 });
      const told: string[] = [];
      for (let i = 0; i < 61; i++) {
        bench.silence();
        told.push(...bench.events.filter((e) => e.rule === 'communication').map((e) => `${e.row}/${e.edge}`));
      }
      assert.deepEqual([bench.charge, bench.load], [false, false], id);
      assert.ok(told.includes('silence-charge/raised') && told.includes('silence-load/raised'), told.join());
      // Without anybody who brings readings: time alone is enough.
      const alone = new Bench(id).say({ soc: 50 });
      for (let i = 0; i < 61; i++) alone.engine.protection.tick((alone.now += 1));
      assert.deepEqual([alone.charge, alone.load], [false, false], `${id}, by the clock alone`);
    }
  });
});
