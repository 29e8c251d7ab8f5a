/** The warning before the loads are cut (VLB-3, VLB-4, VLB-20, VSB-6), the same for every profile that has one. */
import assert from 'node:assert/strict';
import { PROFILE_IDS, type ProfileId } from '../../src/engine/vocabulary.ts';
import type { Given } from '../../src/engine/pack/validate.ts';
import { Bench, type Said } from '../support/pack.ts';

/** Where a profile has other numbers of its own: Offgridtec warns at 2.5 V, the 123 not at all. */
const LIKE_VICTRON: Given = {
  cellUndervoltage: 2.8,
  cellUndervoltageClear: 3.2,
  cellUndervoltageDelay: 0,
  cellUndervoltageClearDelay: 0,
  preAlarm: 3.1,
  preAlarmClear: 3.2,
  preAlarmDelay: 0,
  preAlarmClearDelay: 0,
  preAlarmMinimum: 30,
  preAlarmMode: 'continuous',
};
/** Offgridtec's own cut waits for no warning (OGT-2). */
const WAITING = PROFILE_IDS.filter((id) => id !== 'offgridtec-smart-pro');
/** The profiles with a second stage, which acts at once. */
const DEEP = WAITING.filter((id) => id !== '123smartbms');

const pack = (profile: ProfileId, given: Given = {}): Bench =>
  new Bench(profile, { given: { ...LIKE_VICTRON, ...given } }).say();
const third = (v: number): Said => ({ cells: [3.3, 3.3, v, 3.3] });
const told = (bench: Bench): string[] => bench.events.filter((e) => e.rule === 'pre-alarm').map((e) => e.row);

/** Falls by `slope` volts a second from `from`; the seconds at which the warning came and at which the loads went. */
function falling(bench: Bench, from: number, slope: number): { warned: number; cut: number } {
  let warned = Number.NaN;
  for (let second = 0; second < 600; second++) {
    bench.say(third(Math.max(2.51, from - slope * second)));
    if (bench.preAlarm && Number.isNaN(warned)) warned = bench.now;
    if (!bench.load) return { warned, cut: bench.now };
  }
  return { warned, cut: Number.NaN };
}

describe('pre-alarm', () => {
  for (const profile of PROFILE_IDS) {
    it(`VLB-3 VLB-1 VLB-20 VSB-6 ${profile}: on at 3.10 V, not at 3.11 V; off once the lowest cell is above 3.20 V`, () => {
      const bench = pack(profile).keep(60, third(3.11));
      assert.equal(bench.preAlarm, false);
      bench.say(third(3.1));
      assert.deepEqual([bench.preAlarm, bench.load], [true, true]);
      const event = bench.events.find((e) => e.row === 'pre-alarm');
      assert.deepEqual(
        [event?.rule, event?.severity, event?.cell, event?.value, event?.threshold, event?.denies],
        ['pre-alarm', 'warning', 3, 3.1, 3.1, []],
      );
      bench.keep(60, third(3.2));
      assert.equal(bench.preAlarm, true, '3.20 V is not above 3.20 V');
      bench.say(third(3.201));
      assert.deepEqual([bench.preAlarm, bench.load, bench.charge], [false, true, true]);
    });

    it(`VLB-20 VSB-6 ${profile}: not available is no warning, and the cut does not wait for one`, () => {
      const bench = pack(profile, { preAlarmMode: 'off' }).keep(60, third(2.81));
      assert.deepEqual([bench.preAlarm, bench.load], [false, true]);
      bench.say(third(2.79));
      assert.deepEqual([bench.preAlarm, bench.load, told(bench)], [false, false, []]);
    });

    it(`VLB-4 VSB-6 ${profile}: under a heavy load the slope warns before the threshold does`, () => {
      // With a threshold this near the cut a fast fall would leave three seconds.
      const bench = pack(profile, { preAlarm: 2.85, preAlarmClear: 2.95 });
      const rows: string[] = [];
      for (let second = 0; second < 60 && rows.length === 0; second++) {
        bench.say(third(3.3 - 0.02 * second));
        rows.push(...told(bench));
      }
      assert.deepEqual(rows, ['pre-alarm-soon']);
      assert.ok((bench.engine.reading(bench.now, 0).cellMin.value ?? 0) > 2.85, 'above the threshold');
      assert.deepEqual([bench.preAlarm, bench.load], [true, true]);
      const event = bench.events.find((e) => e.row === 'pre-alarm-soon');
      assert.deepEqual([event?.code, event?.severity, event?.cell, event?.denies], ['soon', 'warning', 3, []]);
      bench.keep(5, third(3.1));
      assert.equal(bench.preAlarm, false, 'the load is off again');
    });

    it(`VLB-4 ${profile}: a slow fall is not warned of before the threshold`, () => {
      const bench = pack(profile);
      const rows: string[] = [];
      for (let second = 0; second < 300 && rows.length === 0; second++) {
        bench.say(third(3.25 - 0.001 * second));
        rows.push(...told(bench));
      }
      assert.deepEqual(rows, ['pre-alarm']);
    });
  }

  for (const profile of WAITING) {
    it(`VLB-4 VSB-6 ${profile}: 30 s or more before the loads go, also when the cell drops all at once`, () => {
      const bench = pack(profile).say(third(2.7));
      assert.deepEqual([bench.preAlarm, bench.load], [true, true]);
      bench.keep(29, third(2.7));
      assert.deepEqual([bench.preAlarm, bench.load], [true, true], '29 s');
      bench.say(third(2.7));
      assert.equal(bench.load, false, '30 s');
      assert.equal(bench.preAlarm, false, 'VLB-3 off once the loads are cut');
    });

    for (const slope of [0.002, 0.005, 0.01, 0.02]) {
      it(`VLB-4 VSB-6 ${profile}: at ${slope * 1000} mV/s the warning is half a minute and the cut is not late`, () => {
        const bench = pack(profile);
        const { warned, cut } = falling(bench, 3.3, slope);
        assert.ok(cut - warned >= 30, `${cut - warned} s`);
        // The cell was at 2.80 V after so many seconds; only the half minute may delay the cut.
        const reached = 1001 + Math.ceil(0.5 / slope) + 1;
        assert.ok(cut <= Math.max(reached, warned + 30) + 2, `cut at ${cut}, due at ${Math.max(reached, warned + 30)}`);
      });
    }

    it(`VLB-4 ${profile}: the cell that is back above the cut in time keeps its loads`, () => {
      const bench = pack(profile).keep(25, third(2.75)).keep(60, third(2.95));
      assert.deepEqual([bench.preAlarm, bench.load], [true, true]);
    });
  }

  it('VLB-4 an inrush is no slope: a dip of a second does not warn', () => {
    for (const profile of DEEP) {
      const bench = pack(profile);
      const rows: string[] = [];
      for (let i = 0; i < 20; i++) {
        rows.push(...told(bench.say(third(i === 10 ? 3.15 : 3.3))));
      }
      assert.deepEqual(rows, [], profile);
    }
  });

  for (const profile of DEEP) {
    it(`VLB-4 VLB-10 ECS-10 VLB-8 ${profile}: below 2.50 V the cut is immediate, warned or not`, () => {
      const held = pack(profile).keep(20, third(2.51));
      assert.deepEqual([held.preAlarm, held.load], [true, true], 'above 2.50 V the half minute counts');
      held.say(third(2.49));
      assert.deepEqual([held.preAlarm, held.load, held.allowed('shed')], [false, false, false]);
      assert.ok(held.events.some((e) => e.row === 'cell-undervoltage-critical' && e.edge === 'raised'));
      assert.equal(held.charge, true, 'VSB-11 charging stays possible');
      assert.equal(pack(profile).say(third(2.49)).load, false);
    });
  }

  it('VLB-3 silence of the device sounds it too, as long as the loads are still on', () => {
    const bench = pack('lifepo4').silence(5);
    assert.deepEqual([bench.preAlarm, bench.charge, bench.load], [true, false, true]);
    bench.silence(55);
    assert.deepEqual([bench.preAlarm, bench.load], [false, false]);
  });
});
