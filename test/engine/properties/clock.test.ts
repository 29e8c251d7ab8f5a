/** Decisions rest on the monotonic clock alone: neither the wall clock nor how long the process has run changes one. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { PROFILE_IDS, type ProfileId } from '../../../src/engine/vocabulary.ts';
import type { Given } from '../../../src/engine/pack/validate.ts';
import { Bench } from '../../support/pack.ts';
import { CALM, cases, PATIENT, play, VARIANTS, type Moment } from './support/sequences.ts';

const RUNS = 60;
const ALL = [...VARIANTS, ...PATIENT];
const FIFTY_YEARS = 50 * 365.25 * 86_400_000;

/** Everything that was decided and told, with the times counted from the start. */
function story(
  id: ProfileId,
  given: Given,
  moments: readonly Moment[],
  from: number,
  wall: (i: number) => number,
): unknown[] {
  const bench = new Bench(id, { given });
  bench.now = from;
  return [CALM, ...moments].map((moment, i) => {
    play(bench, moment, wall(i));
    const { roles, preAlarm, latched } = bench.engine.protection.decision(bench.now);
    const events = bench.events.map((e) => ({ ...e, at: e.at - from, first: e.first - from }));
    return { roles, preAlarm, latched, events, limits: bench.engine.limits(bench.now), soc: bench.engine.soc };
  });
}

describe('only monotonic time decides', function () {
  // Many sequences; a slow or busy machine needs more than the usual time.
  this.timeout(60_000);
  for (const id of PROFILE_IDS) {
    it(`the wall clock may jump by fifty years at every reading (${id})`, () => {
      const jumps = fc.array(fc.double({ min: -FIFTY_YEARS, max: FIFTY_YEARS, noNaN: true }), { minLength: 1 });
      fc.assert(
        fc.property(cases(id, ALL), jumps, ([given, moments], walls) => {
          const now = Date.UTC(2026, 0, 1);
          const steady = story(id, given, moments, 1000, (i) => now + i * 1000);
          const jumping = story(id, given, moments, 1000, (i) => now + walls[i % walls.length]!);
          assert.deepEqual(jumping, steady);
        }),
        { numRuns: RUNS },
      );
    });

    // 49.7 days are 2^32 ms; 2^31 ms and 2^31 s are counters that others have, 1e9 s are 31 years without a restart.
    for (const from of [0, 2 ** 32 / 1000 - 64, 2 ** 31 / 1000 - 64, 5e6, 1e9, 2 ** 31 - 64]) {
      it(`a process that has run for ${Math.round(from)} s decides as a new one (${id})`, () => {
        // Whole and half seconds alone are the same at any distance from zero.
        const exact = Math.round(from * 2) / 2;
        fc.assert(
          fc.property(cases(id, ALL), ([given, moments]) => {
            const wall = (): number => 0;
            assert.deepEqual(story(id, given, moments, exact, wall), story(id, given, moments, 1000, wall));
          }),
          { numRuns: RUNS / 4 },
        );
      });
    }
  }
});
