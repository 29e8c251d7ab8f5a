/**
 * Boards without a timer of their own, on a line on which anything may go wrong: no contact closes without a lease that
 * runs, an opening that gets through is quick, and nothing is called confirmed that is not so.
 */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { createGx } from '../../src/simulator/gx.ts';
import { createKmtronicBoard } from '../../src/simulator/kmtronic-board.ts';
import { createLcusBoard } from '../../src/simulator/lcus-board.ts';
import { seconds } from '../runtime/support/arbitrary-seconds.ts';
import { createDalyBms, createJbdBms, createJkBms } from './support/bms-switches.ts';
import { createLineBench, type LineBench } from './support/line-bench.ts';

interface Kind {
  readonly name: string;
  readonly bench: () => LineBench;
  /** Longest an opening may take on a line whose board answers (s). */
  readonly opening: number;
  readonly readsBack: boolean;
  readonly faults: readonly string[];
  /** Switches of a BMS cannot be inverted. */
  readonly heldOn?: readonly boolean[];
}

const lcus = (answers: 'text' | 'bytes' | 'nothing') => (): LineBench =>
  createLineBench('lcus', (clock, onEdge) => createLcusBoard({ clock, channels: 4, onEdge, answers }));
const kmtronic = (channels: number) => (): LineBench =>
  createLineBench('kmtronic', (clock, onEdge) => createKmtronicBoard({ clock, channels, onEdge }));
const gx = (): LineBench => createLineBench('gx', (clock, onEdge) => createGx({ clock, onEdge }));

const jbd = (): LineBench => createLineBench('jbd', (clock, onEdge) => createJbdBms({ clock, onEdge }));
const daly = (): LineBench => createLineBench('daly', (clock, onEdge) => createDalyBms({ clock, onEdge }));
const jk = (): LineBench => createLineBench('jk', (clock, onEdge) => createJkBms({ clock, onEdge }));

/** The way, the pause behind a command, a question cut short, and another relay's opening before ours. */
const BYTES = { opening: 0.3, faults: ['dead', 'garbage on', 'slow 0.3', 'slow 0.8', 'slow 3', 'unplugged'] };
/**
 * A BMS answers commands too, with the same bytes each time: an answer that comes seconds late cannot be told from that to a
 * newer command.
 */
const BMS = { readsBack: true, heldOn: [true], ...BYTES, faults: BYTES.faults.filter((fault) => fault !== 'slow 3') };
const KINDS: readonly Kind[] = [
  { name: 'LCUS that tells in text', bench: lcus('text'), readsBack: true, ...BYTES },
  { name: 'LCUS that tells in bytes', bench: lcus('bytes'), readsBack: true, ...BYTES },
  { name: 'LCUS that tells nothing', bench: lcus('nothing'), readsBack: false, ...BYTES },
  { name: 'KMTronic with four relays', bench: kmtronic(4), readsBack: true, ...BYTES },
  // Which questions it knows is found out by its silence: a board that answers after 2 s only is beyond that.
  { name: 'KMTronic with two relays', bench: kmtronic(2), readsBack: true, ...BYTES, faults: BMS.faults },
  { name: 'a JBD BMS', bench: jbd, ...BMS },
  { name: 'a Daly BMS', bench: daly, ...BMS },
  // Two frames with a pause between them, in which a question may be asked.
  { name: 'a JK BMS', bench: jk, ...BMS, opening: 0.9 },
  {
    name: 'GX',
    bench: gx,
    opening: 1.3,
    readsBack: true,
    faults: ['dead', 'garbage on', 'exceptions on', 'slow 0.8', 'slow 3', 'unplugged'],
  },
];

/** Seconds after a fault in which the line may still be busy with it. */
const AFTERMATH = 7;
/** Seconds that bytes are on their way, and one look of ours. */
const ON_THE_WAY = 0.03;

/** Seconds before the end of a lease in which it is no longer held. */
const NEAR_THE_END = 1.2;

/** Seconds until a command has been read back, or found not to be. */
const READ_BACK = 3;

const stepsWith = (faults: readonly string[]) =>
  fc.array(
    fc.record({
      relay: fc.constantFrom(0, 0, 0, 1),
      ask: fc.constantFrom('hold', 'hold', 'hold', 'hold', 'release', 'nothing'),
      lasts: seconds(0, 8),
      fault: fc.oneof(
        { weight: 5, arbitrary: fc.constant(null) },
        { weight: 2, arbitrary: fc.constantFrom(...faults) },
      ),
      wait: seconds(0, 2.5),
    }),
    { minLength: 3, maxLength: 25 },
  );

describe('a board without a timer, whatever happens on the line', () => {
  for (const { name, bench: start, opening, readsBack, faults, heldOn: ways = [true, false] } of KINDS) {
    for (const heldOn of ways) {
      it(`${name}: closes only within a lease, and opens soon (held ${heldOn ? 'on' : 'off'})`, async function () {
        this.timeout(60_000);
        const seen = { closings: 0, confirmedOpen: 0, confirmedHeld: 0 };
        await fc.assert(
          fc.asyncProperty(stepsWith(faults), async (steps) => {
            const { clock, board, edges, relay, tell, plugged, pass } = start();
            const outputs = [relay(1, heldOn), relay(2, heldOn)];
            /** Its lease, and since when it has been released. */
            const leases = outputs.map(() => ({ until: -Infinity, released: clock.now(), settled: -Infinity }));
            for (const output of outputs) output.release();
            await pass(5);
            edges.length = 0;
            let obstructedUntil = -Infinity;

            // As the runtime does: a lease that ends is a release.
            const own = (): void => {
              for (const [index, lease] of leases.entries()) {
                if (lease.until > clock.now() || lease.released < Infinity) continue;
                lease.released = clock.now();
                outputs[index]!.release();
              }
            };
            const look = (): void => {
              own();
              const now = clock.now();
              for (const { at, coil, closed } of edges.splice(0)) {
                if (closed !== heldOn) continue;
                seen.closings++;
                const lease = leases[coil]!;
                assert.ok(at < Math.min(lease.until, lease.released) + ON_THE_WAY, 'closed without a lease');
              }
              for (const [index, lease] of leases.entries()) {
                const held = board.contacts()[index] === heldOn;
                const late = now - Math.max(lease.released, obstructedUntil);
                assert.ok(!held || late < opening, `held ${late.toFixed(2)} s after its release`);
                const { verified, commanded } = outputs[index]!.state();
                if (!verified) continue;
                // Near its end a lease is too short for a hold, and the contact is opened a little early: that is
                // noticed when it is read back, and a renewal that comes then closes it again.
                if (commanded && (now > lease.until - NEAR_THE_END || now < lease.settled)) continue;
                assert.equal(held, commanded, 'called confirmed');
                if (commanded) seen.confirmedHeld++;
                else seen.confirmedOpen++;
              }
            };
            const heal = (): void => {
              plugged(true);
              tell('alive');
              tell('slow off');
              tell('garbage off');
              if (faults.includes('exceptions on')) tell('exceptions off');
            };

            for (const { relay: index, ask, lasts, fault, wait } of steps) {
              if (fault !== null) {
                if (fault === 'unplugged') plugged(false);
                else tell(fault);
                obstructedUntil = Infinity;
              }
              const lease = leases[index]!;
              if (ask === 'hold') {
                if (clock.now() > lease.until - NEAR_THE_END) lease.settled = clock.now() + READ_BACK;
                Object.assign(lease, { until: clock.now() + lasts, released: lasts > 0 ? Infinity : clock.now() });
                outputs[index]!.hold(clock.now() + lasts);
              } else if (ask === 'release') {
                lease.released = Math.min(lease.released, clock.now());
                outputs[index]!.release();
              }
              await pass(wait, look);
              if (fault === null) continue;
              heal();
              obstructedUntil = clock.now() + AFTERMATH;
            }
            for (const [index, lease] of leases.entries()) {
              lease.released = Math.min(lease.released, clock.now());
              outputs[index]!.release();
            }
            await pass(AFTERMATH + 2, look);
            assert.deepEqual(board.contacts().slice(0, 2), [!heldOn, !heldOn]);
            for (const output of outputs) {
              const { actual, verified, problem, fault } = output.state();
              const rest = readsBack ? [false, true, null, null] : [null, false, null, null];
              assert.deepEqual([actual, verified, problem, fault], rest);
            }
          }),
          { numRuns: 60 },
        );
        assert.ok(seen.closings > 60, `closed ${seen.closings} times only: too few to tell`);
        assert.equal(seen.confirmedHeld > 500, readsBack);
        assert.equal(seen.confirmedOpen > 500, readsBack);
      });
    }
  }
});
