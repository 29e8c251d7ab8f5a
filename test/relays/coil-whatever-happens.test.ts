/** A timed coil on a line on which anything may go wrong: never held past the lease, never called what it is not. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { seconds } from '../runtime/support/arbitrary-seconds.ts';
import type { BoardBench } from './support/board-bench.ts';
import { relayOnBoard, tell } from './support/relay-on-board.ts';

/** Longest an opening may take on a line whose board answers (s): one request on its way, and its own. */
const OPENING = 1.3;
/** What may happen to a relay on a board; a fault lasts for its step. */
const happening = fc.record({
  ask: fc.constantFrom('hold', 'hold', 'hold', 'hold', 'release', 'nothing'),
  lasts: seconds(0, 8),
  fault: fc.oneof(
    { weight: 5, arbitrary: fc.constant(null) },
    { weight: 1, arbitrary: fc.constantFrom('dead', 'exceptions on', 'slow 0.8', 'slow 3', 'unplugged') },
  ),
  wait: seconds(0, 2.5),
});
/** Seconds after a fault in which the line may still be busy with it. */
const AFTERMATH = 4;
/** Seconds that the relay takes off a hold for its way to the board, and a tenth that the board cannot count. */
const TRAVEL = 0.7;

describe('a timed coil, whatever happens on the line', () => {
  for (const heldCoil of [true, false]) {
    it(`is never held past the lease, and opens soon after a release that gets through (coil ${heldCoil ? 'on' : 'off'})`, async function () {
      this.timeout(30_000);
      let looks = 0;
      const heal = (bench: BoardBench): void => {
        for (const line of ['alive', 'exceptions off', 'slow off']) tell(bench, line);
        bench.plugged(true);
      };
      await fc.assert(
        fc.asyncProperty(fc.array(happening, { minLength: 3, maxLength: 25 }), async (steps) => {
          const bench = relayOnBoard({ heldCoil });
          const { relay, clock, pass, contact, plugged } = bench;
          // Before the first word the contact is where it was; "released" is where we put it first.
          relay.release();
          await pass(1);
          let longest = -Infinity;
          let newest = -Infinity;
          let settled = -Infinity;
          let released = Infinity;
          let obstructedUntil = -Infinity;
          const look = (): void => {
            const now = clock.now();
            const held = contact() === heldCoil;
            if (held) looks++;
            if (held) assert.ok(now < longest + 1e-6, `held ${(now - longest).toFixed(3)} s after its lease`);
            if (now < obstructedUntil) return;
            const late = now - Math.max(released, obstructedUntil);
            if (held) assert.ok(late < OPENING, `held ${late.toFixed(2)} s after its release`);
            const { verified, commanded } = relay.state();
            if (verified && !commanded) assert.equal(held, false, 'called open and confirmed');
            // The board counts the way off and lets go a little early; until the lease is over that is not noticed.
            if (verified && commanded && settled <= now && now < newest - TRAVEL)
              assert.equal(held, true, 'called closed and confirmed');
          };
          for (const { ask, lasts, fault, wait } of steps) {
            if (fault !== null) {
              if (fault === 'unplugged') plugged(false);
              else tell(bench, fault);
              obstructedUntil = Infinity;
            }
            if (ask === 'hold') {
              released = Infinity;
              // Renewed in its last moments, the contact may have let go: it is given the time to close again.
              if (clock.now() >= newest - TRAVEL) settled = clock.now() + OPENING;
              newest = clock.now() + lasts;
              longest = Math.max(longest, newest);
              relay.hold(clock.now() + lasts);
            } else if (ask === 'release') {
              released = Math.min(released, clock.now());
              relay.release();
            }
            await pass(wait, look);
            if (fault === null) continue;
            heal(bench);
            obstructedUntil = clock.now() + AFTERMATH;
          }
          relay.release();
          await pass(AFTERMATH + OPENING, look);
          assert.equal(contact(), !heldCoil);
          assert.deepEqual(relay.state(), {
            commanded: false,
            actual: false,
            verified: true,
            problem: null,
            fault: null,
          });
        }),
        { numRuns: 80 },
      );
      assert.ok(looks > 1000, `the contact was held at ${looks} looks only: too few to tell`);
    });
  }
});
