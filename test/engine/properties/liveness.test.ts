/** A healthy pack is allowed again in the end, whatever came before; and what is kept of the past does not grow. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Given } from '../../../src/engine/pack/validate.ts';
import { PROFILE_IDS, type PermissionRole } from '../../../src/engine/vocabulary.ts';
import { Bench } from '../../support/pack.ts';
import { CALM, cases, healthyBench, PATIENT, play, VARIANTS, type Moment } from './support/sequences.ts';

const RUNS = 60;

/** A battery that works: its voltages move a little from second to second, as no frozen device's do. */
function healthy(seconds: number, bench: Bench, over: Partial<Moment> = {}): void {
  for (let i = 0; i < seconds; i++) {
    const cells = CALM.cells.map((v) => (over.cells?.[0] ?? v!) + (i % 2) * 0.001);
    play(bench, { ...CALM, ...over, cells });
  }
}

const state = (bench: Bench): unknown => {
  const { roles, preAlarm } = bench.engine.protection.decision(bench.now);
  const why = (role: PermissionRole): string | null => roles[role].reason;
  return { charge: why('charge'), load: why('load'), contactor: why('contactor'), shed: why('shed'), preAlarm };
};
const ON = { charge: null, load: null, contactor: null, shed: null, preAlarm: false };

/** The time after which an owner comes and looks, and by then every timer of a row has run out. */
const LONG = 400;

describe('a healthy pack is allowed again', function () {
  // Many sequences; a slow or busy machine needs more than the usual time.
  this.timeout(60_000);
  for (const id of PROFILE_IDS) {
    it(`after a reset, once the switch is on, whatever came before (${id})`, () => {
      fc.assert(
        fc.property(cases(id, VARIANTS), ([given, moments]) => {
          const bench = healthyBench(id, given);
          for (const moment of moments) play(bench, moment);
          bench.engine.protection.remote = true;
          bench.engine.seedSoc(0.5);
          healthy(LONG, bench);
          bench.engine.protection.reset();
          // A loop of short circuits ends when the battery is charged: that shows that the loads are off (OGT-5).
          healthy(15, bench, { current: 5, cells: [3.46] });
          healthy(LONG, bench);
          assert.deepEqual(state(bench), ON);
        }),
        { numRuns: RUNS },
      );
    });

    it(`without anybody, where nothing is latched: after the timers of its rows, or of the lock (${id})`, () => {
      const choices: readonly Given[] = [{ retries: 2, retryWindow: 60 }, { retries: 2, retryWindow: 300 }, ...PATIENT];
      fc.assert(
        fc.property(cases(id, choices, { faults: false, buttons: false }), ([given, moments]) => {
          const bench = healthyBench(id, given);
          for (const moment of moments) play(bench, moment);
          bench.engine.seedSoc(0.5);
          healthy(LONG, bench);
          // Only the number of switches an hour may take longer.
          if ('switchesPerHour' in given) {
            play(bench, { ...CALM, after: 3600 });
            healthy(LONG, bench);
          }
          assert.deepEqual(state(bench), ON);
        }),
        { numRuns: RUNS },
      );
    });
  }

  it('what is remembered does not grow', () => {
    const bench = new Bench('lifepo4', { given: { retries: 3, retryWindow: 86_400 } }).say();
    const sizes: number[][] = [];
    for (let i = 0; i < 40_000; i++) {
      bench.say({ cells: [3.3, 3.3, 3.3, i % 40 < 20 ? 3.7 : 3.3] });
      if (i % 10_000 < 9_999) continue;
      const { protection } = bench.engine.memory(bench.now);
      const { log, ...rest } = protection;
      sizes.push([JSON.stringify(rest).length, JSON.stringify(log).length]);
    }
    assert.ok(
      sizes.every(([rest, log]) => rest! < 600 && log! < 20_000),
      String(sizes),
    );
  });
});
