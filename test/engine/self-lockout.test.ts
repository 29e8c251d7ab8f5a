/**
 * A dark night must end: the battery is emptied, the computer that supervises it dies or not, the sun comes back, and
 * everything is on again without anybody's hand (VSB-11), in every profile and whatever was remembered.
 */
import assert from 'node:assert/strict';
import type { PackMemory } from '../../src/engine/pack-engine.ts';
import { PROFILE_IDS } from '../../src/engine/vocabulary.ts';
import { Bench, settingsOf, type BenchOptions } from '../support/pack.ts';
import { resolveSettings } from '../../src/engine/pack/validate.ts';

const CELLS = (voltage: number): { cells: number[] } => ({ cells: [voltage, voltage, voltage, voltage] });

/** Under load until the loads are cut, then at rest. */
function emptied(bench: Bench): Bench {
  bench.say(CELLS(3.3)).keep(60, { ...CELLS(3.25), current: -20 });
  for (let voltage = 3.2; voltage > 1.9 && bench.load; voltage -= 0.01) {
    bench.keep(10, { ...CELLS(voltage), current: -20 });
  }
  assert.equal(bench.load, false, 'the loads are cut in the end');
  return bench.keep(30, CELLS(2.4));
}

/** The sun: charging whenever it is allowed, the cells rising with it. */
function sunrise(bench: Bench): Bench {
  let voltage = 2.4;
  for (let second = 0; second < 3 * 3600; second++) {
    const charging = bench.charge && bench.allowed('contactor');
    if (charging) voltage = Math.min(3.4, voltage + 0.001);
    // A real cell's last digit is never still.
    bench.say({ ...CELLS(voltage + (second % 3) * 1e-3), current: charging ? 20 : 0, starter: 13.8 });
  }
  return bench;
}

describe('the way back from a dark night', () => {
  for (const profile of PROFILE_IDS) {
    const bench = (options: BenchOptions = {}): Bench => new Bench(profile, { firstClose: false, ...options });

    it(`VSB-11 ${profile}: charging stays allowed while the loads are off, and brings them back`, () => {
      const night = emptied(new Bench(profile));
      assert.equal(night.charge, true);
      assert.equal(night.allowed('contactor'), true);
      sunrise(night);
      assert.deepEqual([night.charge || profile === '123smartbms', night.load], [true, true]);
    });

    it(`VSB-11 ${profile}: also when the computer died in between and remembers`, () => {
      const night = emptied(new Bench(profile));
      const memory = JSON.parse(JSON.stringify(night.engine.memory(night.now))) as PackMemory;
      const morning = bench({ memory }).say({ ...CELLS(2.4), starter: 13.8 });
      assert.equal(morning.load, false, 'the stored trip holds the loads');
      assert.equal(morning.charge, true, 'and not the charger');
      assert.equal(sunrise(morning).load, true);
    });

    it(`VSB-11 ${profile}: also with a resistor before the contactor`, () => {
      const given = { precharge: 'resistor', prechargeTime: 5 };
      const night = emptied(new Bench(profile, { given }).keep(10));
      const memory = JSON.parse(JSON.stringify(night.engine.memory(night.now))) as PackMemory;
      assert.equal(sunrise(bench({ memory, given })).load, true);
    });

    it(`VSB-11 ${profile}: also when everything was forgotten and a first close is confirmed`, () => {
      assert.equal(sunrise(bench({ firstClose: true })).load, true);
    });

    it(`VSB-11 ${profile}: also when the loads were locked for being cut too often`, () => {
      const given = { retries: 2, retryWindow: 86_400 };
      const night = new Bench(profile, { given }).say(CELLS(3.3));
      for (let i = 0; i < 3; i++) {
        night.keep(120, { ...CELLS(1.95), current: -20 });
        if (i < 2) night.keep(120, CELLS(3.3));
      }
      assert.equal(night.load, false);
      assert.ok(
        night.engine.protection.decision(0).active.some((event) => event.rule === 'lock'),
        'the third cut locks',
      );
      const memory = JSON.parse(JSON.stringify(night.engine.memory(night.now))) as PackMemory;
      assert.equal(sunrise(night).load, true);
      assert.equal(sunrise(bench({ memory, given })).load, true);
    });
  }

  it('self-lockout: a pack that feeds its own supervisor is told so at configuration and at every start', () => {
    for (const supply of ['supervisorSupply', 'relaySupply', 'chargerSupply'] as const) {
      for (const output of ['load', 'contactor']) {
        const resolved = resolveSettings('lifepo4', { cells: 4, capacity: 100, [supply]: output });
        assert.ok(resolved.ok);
        assert.deepEqual(
          resolved.warnings.map(({ kind, setting }) => [kind, setting]),
          [['self-lockout', supply]],
        );
        const bench = new Bench('lifepo4', { given: { [supply]: output } }).say();
        assert.ok(bench.edges.includes('self-lockout/raised'));
        assert.deepEqual([bench.charge, bench.load], [true, true], 'it is a warning');
      }
    }
    assert.deepEqual(
      new Bench('lifepo4').say().edges.filter((edge) => edge.startsWith('self-lockout')),
      [],
    );
    assert.equal(settingsOf('lifepo4').values.supervisorSupply, 'independent');
  });
});
