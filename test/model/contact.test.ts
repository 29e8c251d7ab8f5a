/**
 * The property on which everything rests: whatever goes wrong, a contact is closed only while a lease runs that was given on
 * fresh and clear readings; and when everything is well again, it closes again.
 *
 * `CELLWARDEN_RUNS=20000` for a long run, `CELLWARDEN_SEED` for another one.
 */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { createHouse } from './support/bench.ts';
import { trouble, type Fault } from './support/faults.ts';

const RUNS = Number(process.env['CELLWARDEN_RUNS'] ?? 500);
const SEED = Number(process.env['CELLWARDEN_SEED'] ?? 20_261_121);
/** Seconds of healthy running after which everything is closed again. */
const HEALTHY = 600;
/** Seconds in which what was still on its way arrives. */
const SETTLING = 15;

describe('a contact, whatever goes wrong', function () {
  this.timeout(Math.max(120_000, RUNS * 400));

  it('VLB-9 VSB-1 123-R21 is closed only by a lease on fresh and clear readings, and closes again when all is well', async () => {
    await fc.assert(
      fc.asyncProperty(trouble, async ({ faults, seed }) => {
        const house = createHouse(seed);
        const { world } = house;
        const isBroken = (): boolean => house.broken() !== null;
        const isWell = (): boolean => house.contacts().every(Boolean);
        const run = async (until: number, isOver = isBroken): Promise<void> => {
          await world.run(until, isOver);
          assert.equal(house.broken(), null);
        };

        await run(world.now() + 90, () => isWell() || isBroken());
        assert.ok(isWell(), 'everything is closed before anything goes wrong');
        for (const { at, what } of timeline(faults, world.now() + 2)) {
          await run(at);
          what(house);
        }
        const well = world.now();
        await run(well + SETTLING);
        await run(well + HEALTHY, () => isWell() || isBroken());
        assert.deepEqual(house.contacts(), [true, true, true, true], 'ten healthy minutes have passed');
      }),
      { numRuns: RUNS, seed: SEED, endOnFailure: process.env['CELLWARDEN_NO_SHRINK'] !== undefined },
    );
  });
});

type Step = { readonly at: number; readonly what: (house: ReturnType<typeof createHouse>) => void };

/** Begins and ends of the faults, in order. */
function timeline(faults: readonly Fault[], from: number): Step[] {
  let at = from;
  const steps = faults.flatMap((fault): Step[] => {
    at += fault.after;
    return [
      { at, what: (house) => house.begin(fault) },
      { at: at + fault.lasts, what: (house) => house.end(fault) },
    ];
  });
  return steps.toSorted((a, b) => a.at - b.at);
}
