/** Faults of measuring (OGT-14): what is found, after how long, and what the owner chose to do about it. */
import assert from 'node:assert/strict';
import type { Observation } from '../../src/engine/reading/observation.ts';
import { PROFILE_IDS, type ProfileId } from '../../src/engine/vocabulary.ts';
import type { Given } from '../../src/engine/pack/validate.ts';
import { Bench, type Said } from '../support/pack.ts';

/** Times that are the same for every profile, and every other watch on measuring off. */
const QUIET: Given = {
  communicationTimeoutCharge: 5,
  communicationTimeoutLoad: 20,
  onSensor: 'stop-both',
  onSensorDelay: 0,
  onPlausibility: 'ignore',
  onFrozen: 'ignore',
  starterVoltageMin: 'off',
  packOvervoltage: 'off',
  packUndervoltage: 'off',
};
const pack = (profile: ProfileId, given: Given): Bench => new Bench(profile, { given: { ...QUIET, ...given } });

const ROLES = ['charge', 'load', 'contactor', 'shed'] as const;
const off = (bench: Bench): string => ROLES.filter((role) => !bench.allowed(role)).join(' ');
const active = (bench: Bench): string[] =>
  bench.engine.protection
    .decision(bench.now)
    .active.filter((e) => e.rule !== 'soc-unknown')
    .map((e) => `${e.rule}${e.code === null ? '' : `(${e.code})`} ${e.severity}`);

/** What each policy takes away. */
const POLICIES = [
  ['warn', ''],
  ['stop-charge', 'charge'],
  ['stop-both', 'charge load shed'],
] as const;

/** A fault that stays: told after `delay` seconds and not before, taking away what the policy says, and gone after `good`. */
function judged(bench: Bench, bad: Said, delay: number, told: string, roles: string, good: Said, clear: number): void {
  assert.equal(off(bench), '');
  for (let i = 0; i < delay; i++) bench.say(bad);
  assert.ok(!active(bench).includes(told), `told too early: ${active(bench).join()}`);
  assert.equal(off(bench), '', 'before its time');
  bench.say(bad);
  assert.ok(active(bench).includes(told), active(bench).join());
  assert.equal(off(bench), roles);
  for (let i = 0; i < clear; i++) bench.say(good);
  assert.ok(active(bench).includes(told), 'ended too early');
  bench.say(good);
  assert.ok(!active(bench).includes(told), active(bench).join());
  assert.equal(off(bench), '');
}

const severity = (policy: string): string => (policy === 'warn' ? 'warning' : 'alarm');

describe('faults of measuring: a sensor is lost', () => {
  const gone: Said = { temperatures: [null] };

  for (const profile of PROFILE_IDS) {
    it(`OGT-14 ${profile}: warn tells it and stops nothing`, () => {
      const bench = pack(profile, { onSensor: 'warn', onSensorDelay: 10 }).say().keep(14, gone);
      assert.deepEqual([active(bench), off(bench)], [[], '']);
      bench.say(gone);
      assert.deepEqual([active(bench), off(bench)], [['sensor warning'], '']);
      bench.keep(300, gone);
      assert.equal(off(bench), '');
      assert.deepEqual([active(bench.say()), bench.edges], [[], ['sensor/cleared']]);
    });

    it(`OGT-14 ${profile}: stop-charge takes charging after the timeout and the delay, the loads stay`, () => {
      const bench = pack(profile, { onSensor: 'stop-charge', onSensorDelay: 10 }).say().keep(14, gone);
      assert.equal(off(bench), '');
      bench.say(gone);
      assert.equal(off(bench), 'charge');
      assert.ok(
        active(bench).some((text) => text.startsWith('sensor ')),
        active(bench).join(),
      );
      assert.equal(off(bench.keep(300, gone)), 'charge');
      assert.equal(off(bench.say()), '');
    });

    it(`OGT-14 ${profile}: stop-both takes charging, and later the loads where they rest on it`, () => {
      const bench = pack(profile, { onSensorDelay: 10, dischargeTemperatureMax: 60 }).say().keep(14, gone);
      assert.equal(off(bench), '');
      assert.equal(off(bench.say(gone)), 'charge');
      assert.ok(active(bench).includes('sensor alarm'), active(bench).join());
      assert.equal(off(bench.keep(14, gone)), 'charge');
      assert.equal(off(bench.say(gone)), 'charge load contactor shed');
      assert.equal(off(bench.say()), '');
    });

    it(`OGT-14 ${profile}: ignore neither tells nor stops`, () => {
      const bench = pack(profile, { onSensor: 'ignore' }).say().keep(300, gone);
      assert.deepEqual([active(bench), off(bench)], [[], '']);
    });

    it(`OGT-14 ${profile}: no policy excuses a cell that is not measured`, () => {
      for (const onSensor of ['ignore', 'warn', 'stop-charge', 'stop-both']) {
        const bench = pack(profile, { onSensor, onSensorDelay: 60 }).say();
        bench.keep(5, { cells: [3.3, null, 3.3, 3.3] });
        assert.equal(bench.charge, false, onSensor);
        bench.keep(15, { cells: [3.3, null, 3.3, 3.3] });
        assert.equal(bench.load, false, onSensor);
      }
    });
  }
});

describe('faults of measuring: a lost sensor is named', () => {
  const gone: Said = { temperatures: [null] };
  const named = (profile: ProfileId): unknown =>
    pack(profile, { onSensor: 'warn' })
      .say()
      .keep(5, gone)
      .events.find((e) => e.rule === 'sensor')?.missing;

  it('OGT-14 lifepo4: the one that is missing while others still come', () => {
    assert.match(String(named('lifepo4')), /^temperature/);
  });

  it('OGT-14 123smartbms: also where no rule reads any other sensor', () => {
    assert.match(String(named('123smartbms')), /^temperature/);
  });
});

describe('faults of measuring: values that cannot be', () => {
  for (const profile of PROFILE_IDS) {
    for (const [policy, roles] of POLICIES) {
      const with_ = { onPlausibility: policy, onPlausibilityDelay: 10 };

      it(`OGT-14 ${profile}: ${policy} when the cells do not add up to the pack, by more than 80 mV a cell`, () => {
        const told = `plausibility(sum) ${severity(policy)}`;
        const near = pack(profile, with_)
          .say()
          .keep(60, { voltage: 13.2 + 0.079 * 4 });
        assert.deepEqual(active(near), []);
        judged(pack(profile, with_).say(), { voltage: 13.2 + 0.081 * 4 }, 10, told, roles, {}, 10);
        judged(pack(profile, with_).say(), { voltage: 13.2 - 0.081 * 4 }, 10, told, roles, {}, 10);
      });

      it(`OGT-14 ${profile}: ${policy} when a value jumps three times within a minute`, () => {
        const bench = pack(profile, with_).say();
        // A temperature, up and down by more than a battery can: two jumps, and a third.
        const jump = (): Bench => bench.say({ temperatures: [36] }).say({ temperatures: [20] });
        jump().keep(20);
        assert.deepEqual(active(bench), [], 'two are news, not a fault');
        bench.say({ temperatures: [36] });
        bench.keep(9, { temperatures: [36] });
        assert.deepEqual(active(bench), [], 'the delay is not over');
        bench.keep(2, { temperatures: [36] });
        assert.deepEqual(active(bench), [`plausibility(jumps) ${severity(policy)}`]);
        assert.equal(off(bench), roles);
        bench.keep(70, { temperatures: [36] });
        assert.deepEqual([active(bench), off(bench)], [[], '']);
      });

      it(`OGT-14 ${profile}: ${policy} when a sense wire is off`, () => {
        const told = `plausibility(wire) ${severity(policy)}`;
        const wire = { cells: [3.3, 3.61, 2.99, 3.3, 3.3, 3.3] };
        const well = { cells: [3.3, 3.3, 3.3, 3.3, 3.3, 3.3] };
        const bench = pack(profile, { ...with_, cells: 6, cellUndervoltage: 2.6, preAlarmMode: 'off' }).say(well);
        judged(bench, wire, 10, told, roles, well, 10);
      });
    }

    it(`OGT-14 ${profile}: ignore says nothing about any of them`, () => {
      const bench = pack(profile, { onPlausibility: 'ignore' }).say();
      for (let i = 0; i < 30; i++) bench.say({ voltage: 15 - (i % 2), temperatures: [20 + 16 * (i % 2)] });
      assert.deepEqual(active(bench), []);
    });
  }

  it('OGT-14 a loose wire is found between any two cells, and names the lower one', () => {
    for (const cells of [3, 4, 8, 16]) {
      for (let wire = 1; wire < cells; wire++) {
        for (const lean of [0.31, -0.31]) {
          const bench = pack('lifepo4', { cells, onPlausibility: 'warn', onPlausibilityDelay: 0 });
          const row = Array.from({ length: cells }, (_, i) =>
            i + 1 === wire ? 3.3 + lean : i === wire ? 3.3 - lean : 3.3,
          );
          bench.say({ cells: row });
          const event = bench.events.find((e) => e.code === 'wire');
          assert.deepEqual([event?.cell, event?.value], [wire, 0.31], `${cells} cells, wire ${wire}, ${lean} V`);
        }
      }
    }
  });

  it('OGT-14 what looks like a wire and is none: less than 0.3 V, the same side, not opposite, others off too', () => {
    for (const cells of [
      [3.3, 3.59, 3.01, 3.3, 3.3],
      [3.3, 3.61, 3.61, 3.3, 3.3],
      [3.3, 3.61, 3.3, 2.99, 3.3],
      [3.3, 3.64, 2.85, 3.3, 3.3],
      [3.45, 3.61, 2.99, 3.3, 3.15],
    ]) {
      const bench = pack('lifepo4', { cells: 5, onPlausibility: 'warn', onPlausibilityDelay: 0 }).keep(3, { cells });
      assert.ok(!active(bench).some((text) => text.includes('wire')), cells.join());
    }
  });

  it('OGT-14 cells jump too; slow moves, gaps and single jumps do not count', () => {
    const given = { onPlausibility: 'warn', onPlausibilityDelay: 0 };
    const cell = (v: number): Said => ({ cells: [3.3, 3.3, 3.3, v] });
    const jumpy = pack('lifepo4', given).say();
    for (let i = 0; i < 3; i++) jumpy.say(cell(2.75)).keep(3);
    assert.ok(active(jumpy).includes('plausibility(jumps) warning'), active(jumpy).join());
    const slow = pack('lifepo4', given).say();
    for (let i = 0; i < 5; i++) slow.say(cell(3.05)).say(cell(2.81)).say(cell(3.05)).say();
    assert.ok(!active(slow).some((text) => text.includes('jumps')), active(slow).join());
    const rare = pack('lifepo4', given).say();
    for (let i = 0; i < 6; i++)
      rare.say({ temperatures: [i % 2 === 0 ? 36 : 20] }).keep(30, { temperatures: [i % 2 === 0 ? 36 : 20] });
    assert.deepEqual(active(rare), [], 'every half minute one');
    const far = pack('lifepo4', { ...given, communicationTimeoutCharge: 60, communicationTimeoutLoad: 60 }).say();
    for (let i = 0; i < 8; i++) far.say({ temperatures: [i % 2 === 0 ? 36 : 20] }, 6);
    assert.deepEqual(active(far), [], 'six seconds apart nothing is known about how fast it went');
  });
});

describe('faults of measuring: frozen values', () => {
  /** Cells that follow their current, as they do: `step` is the second. */
  const lively = (second: number, current: number): Said => ({
    cells: [3.3, 3.301, 3.302, 3.303].map((v) => v + 0.0005 * current + 0.0001 * (second % 5)),
    current,
  });

  for (const profile of PROFILE_IDS) {
    for (const [policy, roles] of POLICIES) {
      it(`OGT-14 ${profile}: ${policy} when no cell moves although the current has changed a lot`, () => {
        const bench = pack(profile, { onFrozen: policy, onFrozenDelay: 60 }).say();
        bench.keep(59, { current: -25 });
        assert.deepEqual([active(bench), off(bench)], [[], '']);
        bench.say({ current: -25 });
        assert.deepEqual([active(bench), off(bench)], [[`frozen ${severity(policy)}`], roles]);
        bench.keep(60, { current: 0 });
        assert.equal(off(bench), roles, 'the same values are no new evidence');
        bench.say({ cells: [3.3, 3.3, 3.3, 3.301] });
        assert.deepEqual([active(bench), off(bench)], [[], '']);
      });
    }

    it(`OGT-14 ${profile}: ignore says nothing`, () => {
      const bench = pack(profile, { onFrozen: 'ignore' }).say().keep(3000, { current: -25 });
      assert.deepEqual([active(bench), off(bench)], [[], '']);
    });
  }

  it('OGT-14 a part of the capacity that has flowed is evidence too; rest on the plateau is none', () => {
    const given = { onFrozen: 'warn', onFrozenDelay: 60 };
    const rest = pack('lifepo4', given).keep(3600, { current: -0.5 });
    assert.deepEqual(active(rest), [], 'half an hour of 0.5 A moves nothing');
    // 10 A out of 100 Ah: 15 % are 5400 s.
    const bench = pack('lifepo4', given).say({ current: -10 }).keep(5398, { current: -10 });
    assert.deepEqual(active(bench), []);
    bench.keep(4, { current: -10 });
    assert.deepEqual(active(bench), ['frozen warning']);
  });

  it('OGT-14 cells that follow the current are not frozen', () => {
    const bench = pack('lifepo4', { onFrozen: 'warn', onFrozenDelay: 60 });
    for (let second = 0; second < 900; second++) bench.say(lively(second, second % 200 < 100 ? -40 : 20));
    assert.deepEqual(active(bench), []);
  });

  for (const [policy, roles] of POLICIES) {
    it(`OGT-14 one cell that stays while the others move is named: ${policy}`, () => {
      const bench = pack('lifepo4', { onFrozen: policy, onFrozenDelay: 60 });
      let seen = false;
      for (let second = 0; second < 200 && !seen; second++) {
        const v = 3.25 + 0.0005 * second;
        bench.say({ cells: [v, v + 0.001, 3.3, v + 0.002], current: 10 });
        seen = bench.events.some((e) => e.rule === 'frozen');
      }
      const event = bench.events.find((e) => e.rule === 'frozen');
      assert.deepEqual([event?.cell, event?.severity], [3, severity(policy)]);
      assert.ok(Number(event?.value) >= 60, String(event?.value));
      assert.equal(off(bench), roles);
    });
  }
});

describe('faults of measuring: the number of cells', () => {
  const say = (bench: Bench, seen: Observation, seconds: number): Bench => {
    for (let i = 0; i < seconds; i++) {
      bench.now += 1;
      bench.engine.observe('device', { temperatures: [20], current: 0, voltage: 13.2, ...seen }, bench.now);
      bench.judge();
    }
    return bench;
  };
  const extremes = { cellMin: { value: 3.3, cell: 1 }, cellMax: { value: 3.3, cell: 2 } };
  const four = [1, 2, 3, 4].map((cell) => ({ cell, voltage: 3.3 }));

  for (const profile of PROFILE_IDS) {
    it(`OGT-14 ${profile}: a device that counts another number is not believed`, () => {
      for (const cellCount of [3, 5]) {
        const bench = say(pack(profile, {}), { cellCount, ...extremes }, 10);
        assert.deepEqual([bench.charge, bench.load], [false, false], `${cellCount} cells from the start`);
        const later = say(pack(profile, {}), { cellCount: 4, ...extremes }, 3);
        assert.deepEqual([later.charge, later.load], [true, true]);
        say(later, { cellCount, ...extremes }, 5);
        assert.equal(later.charge, false, `${cellCount} cells all of a sudden`);
        assert.ok(active(later).includes('plausibility alarm'), active(later).join());
        say(later, { cellCount, ...extremes }, 15);
        assert.equal(later.load, false);
        say(later, { cellCount: 4, ...extremes }, 1);
        assert.deepEqual([later.charge, later.load], [true, true]);
      }
    });

    it(`OGT-14 ${profile}: a cell with a number beyond the last one is a miscount`, () => {
      const bench = say(pack(profile, {}), { cells: four }, 3);
      assert.deepEqual([bench.charge, bench.load], [true, true]);
      say(bench, { cells: [...four, { cell: 5, voltage: 3.3 }] }, 5);
      assert.equal(bench.charge, false);
      assert.ok(active(bench).includes('plausibility alarm'), active(bench).join());
    });
  }
});
