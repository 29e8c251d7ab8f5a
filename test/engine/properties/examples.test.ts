/** Short sequences at which a property did not hold when it was first tried: the smallest that show it. */
import assert from 'node:assert/strict';
import { resolveSettings, type Given } from '../../../src/engine/pack/validate.ts';
import type { PackMemory } from '../../../src/engine/pack-engine.ts';
import { PROFILE_IDS, type ProfileId } from '../../../src/engine/vocabulary.ts';
import { Bench, type Said } from '../../support/pack.ts';

const restarted = (bench: Bench, id: ProfileId, given: Given): Bench => {
  const memory = JSON.parse(JSON.stringify(bench.engine.memory(bench.now))) as PackMemory;
  return new Bench(id, { given, memory, firstClose: false });
};

describe('outlasting', () => {
  it('VLB-2 VLB-20 without a threshold for the pre-alarm a low cell still cuts the loads', () => {
    for (const id of PROFILE_IDS)
      for (const preAlarmMode of ['continuous', 'off']) {
        const given: Given = { preAlarm: 'off', preAlarmMode, cellUndervoltage: 2.8 };
        const bench = new Bench(id, { given }).say({ soc: 50 });
        assert.ok(bench.load);
        bench.keep(120, { cells: [2.7, 3.2, 3.2, 3.2] });
        assert.equal(bench.load, false, `${id}, mode ${preAlarmMode}: a cell at 2.70 V for two minutes`);
      }
  });

  it('OGT-4 OGT-9 a clear value that is switched off clears nothing: it is refused, or the trip value counts', () => {
    const violated: [string, Said][] = [
      ['chargeTemperatureMax', { temperatures: [50] }],
      ['chargeTemperatureMin', { temperatures: [-1] }],
      ['dischargeTemperatureMax', { temperatures: [65] }],
      ['chargeCurrentMax', { current: 150 }],
      ['cellOvervoltageCritical', { cells: [3.95, 3.3, 3.3, 3.3] }],
      ['cellUndervoltageCritical', { cells: [2.4, 3.3, 3.3, 3.3] }],
    ];
    for (const [name, said] of violated) {
      const given: Given = { [`${name}Clear`]: 'off' };
      if (!resolveSettings('lifepo4', { cells: 4, capacity: 100, ...given }).ok) continue;
      const bench = new Bench('lifepo4', { given }).say().keep(20, said);
      for (let i = 0; i < 200; i++) {
        bench.say(said);
        const cleared = bench.events.filter((e) => e.edge === 'cleared' && e.row !== 'contactor').map((e) => e.row);
        assert.deepEqual(cleared, [], `${name}: cleared at ${bench.now} while it is violated`);
      }
    }
  });

  it('OGT-6 123-R6 a hot bypassing cell hides no other sensor: 61 °C beside the cells cut the loads', () => {
    const bench = new Bench('lifepo4').say();
    for (let i = 0; i < 8; i++) {
      bench.now += 1;
      const voltages = [3.5, 3.4, 3.4, 3.4];
      const warmth = [70, 20, 20, 20];
      bench.engine.observe(
        'device',
        {
          cells: voltages.map((voltage, k) => ({ cell: k + 1, voltage, temperature: warmth[k]! })),
          temperatures: [61],
          current: 0,
          voltage: 13.7,
        },
        bench.now,
      );
      bench.judge();
    }
    assert.equal(bench.load, false);
  });
});

describe('unknown values clear nothing', () => {
  const mismatch = { cells: [3.3, 3.3, 3.3, 3.3], voltage: 14.2 };
  const tripped = (): Bench => new Bench('lifepo4').say().keep(31, mismatch);

  it('OGT-14 a pack voltage that is lost does not clear the wrong sum of the cells', () => {
    const bench = tripped();
    assert.equal(bench.charge, false);
    bench.keep(40, { ...mismatch, voltage: null });
    assert.equal(bench.charge, false, 'nobody has seen the sum right again');
  });

  it('OGT-14 a cell that is lost for a while does not clear a wire that is off', () => {
    const wire = { cells: [3.7, 2.9, 3.3, 3.3, 3.3] };
    const given: Given = {
      cells: 5,
      cellOvervoltage: 4,
      cellOvervoltageCritical: 'off',
      cellUndervoltage: 2.5,
      preAlarm: 2.6,
    };
    const bench = new Bench('lifepo4', { given: { ...given, cellUndervoltageCritical: 2.4 } });
    bench.say({ cells: [3.3, 3.3, 3.3, 3.3, 3.3] }).keep(40, wire);
    const wires = (): boolean => bench.engine.protection.decision(bench.now).active.some((e) => e.row === 'open-wire');
    assert.ok(wires());
    bench.keep(15, { cells: [3.7, 2.9, 3.3, null, 3.3] });
    bench.say(wire);
    assert.ok(wires(), 'it was off before the cell was lost, and is when it is back');
  });

  it('OGT-14 cells that are lost for a moment do not clear frozen values', () => {
    const given: Given = { onFrozenDelay: 30 };
    const bench = new Bench('lifepo4', { given }).keep(2, { current: 0 });
    bench.keep(40, { current: 50 });
    assert.equal(bench.charge, false);
    bench.say({ cells: [null, null, null, null], current: 50 });
    bench.say({ current: 50 });
    assert.equal(bench.charge, false, 'no cell has moved');
  });
});

describe('a restart', () => {
  it('OGT-14 does not cut short the minimum time off', () => {
    const given: Given = { minimumOff: 60 };
    const before = new Bench('lifepo4', { given })
      .say()
      .keep(3, { cells: [3.7, 3.3, 3.3, 3.3] })
      .keep(12);
    assert.equal(before.engine.protection.decision(before.now).roles.charge.reason, 'minimum-off');
    assert.equal(restarted(before, 'lifepo4', given).say().charge, false);
  });

  it('OGT-14 does not cut short the switches an hour', () => {
    const given: Given = { switchesPerHour: 1 };
    const before = new Bench('lifepo4', { given })
      .say()
      .keep(3, { cells: [3.7, 3.3, 3.3, 3.3] })
      .keep(12);
    assert.equal(before.engine.protection.decision(before.now).roles.charge.reason, 'switches');
    assert.equal(restarted(before, 'lifepo4', given).say().charge, false);
  });

  it('OGT-14 loses no counted opening, also when it ends again before anything was heard', () => {
    const given: Given = { retries: 3 };
    const before = new Bench('lifepo4', { given }).say().keep(3, { cells: [3.7, 3.3, 3.3, 3.3] });
    const { roles } = before.engine.memory(before.now).protection;
    assert.equal(roles?.charge?.openings.length, 1);
    const after = restarted(before, 'lifepo4', given);
    assert.deepEqual(after.engine.memory(after.now).protection.roles, roles);
  });

  it('OGT-14 does not take frozen values for living ones', () => {
    const given: Given = { onFrozenDelay: 30 };
    const before = new Bench('lifepo4', { given }).keep(2, { current: 0 }).keep(40, { current: 50 });
    assert.equal(before.charge, false);
    assert.equal(restarted(before, 'lifepo4', given).say({ current: 50 }).charge, false, 'no cell has moved');
  });

  it('OGT-14 does not forget jumps before a quiet minute was seen', () => {
    const given: Given = { onPlausibility: 'stop-both', onPlausibilityDelay: 1 };
    const before = new Bench('lifepo4', { given }).say();
    for (let i = 0; i < 8; i++) before.say({ temperatures: [i % 2 === 0 ? 20 : 38] });
    assert.equal(before.load, false);
    assert.equal(restarted(before, 'lifepo4', given).say().load, false);
  });

  it('VLB-9 does not forget that a cell had a sensor', () => {
    const seen = (lost: boolean) => ({
      cells: [1, 2, 3, 4].map((cell) => ({ cell, voltage: 3.3, temperature: lost && cell === 2 ? null : 20 })),
      current: 0,
      voltage: 13.2,
    });
    const tell = (bench: Bench, lost: boolean, seconds: number): Bench => {
      for (let i = 0; i < seconds; i++) {
        bench.now += 1;
        bench.engine.observe('device', seen(lost), bench.now);
        bench.judge();
      }
      return bench;
    };
    const before = tell(tell(new Bench('lifepo4'), false, 2), true, 10);
    assert.equal(before.charge, false);
    assert.equal(tell(restarted(before, 'lifepo4', {}), true, 1).charge, false);
  });
});

describe('edges', () => {
  it('OGT-14 the contactor opens with an event of its own, whatever else happens in that second', () => {
    const bench = new Bench('lifepo4').say();
    bench.keep(2, { cells: [3.95, 3.3, 3.3, 3.3] });
    assert.deepEqual([bench.charge, bench.allowed('contactor')], [false, true]);
    bench.say({ cells: [3.95, 3.3, 3.3, 3.3] });
    // Something else is told in the very second in which the contactor opens.
    bench.say({ cells: [3.95, 3.3, 3.3, 3.3], hardware: { fault: 'E1' } });
    assert.equal(bench.allowed('contactor'), false);
    assert.ok(
      bench.edges.some((edge) => edge.startsWith('contactor')),
      bench.edges.join(),
    );
  });
});

describe('liveness', () => {
  it('OGT-5 a loop of short circuits ends after a reset, also in a pack without a current sensor', () => {
    const bench = new Bench('123smartbms').say({ soc: 50, current: null });
    for (let i = 0; i < 4; i++) {
      bench.say({ current: null, hardware: { shortCircuit: true } });
      bench.say({ current: null, hardware: { shortCircuit: false } });
    }
    assert.equal(bench.load, false);
    bench.keep(60, { current: null });
    bench.engine.protection.reset();
    bench.keep(60, { current: null });
    bench.engine.protection.reset();
    bench.keep(2, { current: null });
    assert.equal(bench.load, true, bench.engine.protection.decision(bench.now).roles.load.reason ?? '');
  });
});
