/** Relays and their currents: a weld is found within its time, and nothing that merely fades or is silent counts as one. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { RelayFeedback } from '../../../src/engine/detect/welded.ts';
import type { Given } from '../../../src/engine/pack/validate.ts';
import { PROFILE_IDS } from '../../../src/engine/vocabulary.ts';
import { Bench, type Said } from '../../support/pack.ts';
import { cases, healthyBench, PATIENT, play, VARIANTS } from './support/sequences.ts';

const RUNS = 100;
const SETTLED = 3;
const CONTACTOR_DELAY = 2;
const GIVEN: Given = {
  followDevice: 'yes',
  starterVoltageMin: 'off',
  onPlausibility: 'ignore',
  onFrozen: 'ignore',
  contactorDelay: CONTACTOR_DELAY,
};
/** Both taken away by an alarm: the device forbids it. */
const FORBIDDEN: Said = { hardware: { chargeAllowed: false, loadAllowed: false } };

const isAboutRelays = (rule: string): boolean => rule === 'relay-mismatch' || rule === 'relay-welded';
const relayRows = (bench: Bench): string[] =>
  bench.engine.protection
    .decision(bench.now)
    .active.filter((e) => isAboutRelays(e.rule))
    .map((e) => e.row);

/** A current through relays that open at some time: it goes on, or fades. */
const plant = fc.record({
  role: fc.constantFrom('charge' as const, 'load' as const),
  /** Charge: the test has been made, or an alarm has taken charging away. */
  proven: fc.boolean(),
  amperes: fc.double({ min: 3, max: 90, noNaN: true }),
  /** Seconds between readings. */
  step: fc.constantFrom(0.2, 0.25, 0.5, 0.7, 1, 1.3, 2),
  /** Steps before the relays open. */
  before: fc.integer({ min: 1, max: 20 }),
  /** Seconds after the opening in which the current fades. */
  tail: fc.double({ min: 0, max: 2, noNaN: true }),
});

interface Plant {
  readonly role: 'charge' | 'load';
  readonly proven: boolean;
  readonly amperes: number;
  readonly step: number;
  readonly before: number;
  readonly tail: number;
}

/** Lets the plant run up to the opening, at which the alarm comes too; then `seconds` more with what `flows` says of each. */
function run(
  bench: Bench,
  { role, proven, amperes, step, before }: Plant,
  seconds: number,
  flows: (after: number) => boolean,
): void {
  const sign = role === 'charge' ? 1 : -1;
  bench.feedback('contactor', {}).feedback(role, { proven });
  for (let i = 0; i < before; i++) bench.say({ current: sign * amperes }, step);
  const opened = bench.now;
  bench.feedback(role, { open: true, proven });
  while (bench.now - opened < seconds) {
    const after = bench.now + step - opened;
    bench.say({ ...FORBIDDEN, current: flows(after) ? sign * amperes : 0 }, step);
  }
}

describe('relays', function () {
  // Many sequences; a slow or busy machine needs more than the usual time.
  this.timeout(60_000);

  for (const id of PROFILE_IDS) {
    it(`without a word of the relays no row about them is ever raised (${id})`, () => {
      fc.assert(
        fc.property(cases(id, [...VARIANTS, ...PATIENT]), ([given, moments]) => {
          const bench = healthyBench(id, given);
          for (const moment of moments) {
            play(bench, moment);
            assert.deepEqual(relayRows(bench), []);
          }
          assert.deepEqual(
            bench.engine.protection.log.entries().filter((e) => isAboutRelays(e.rule)),
            [],
          );
        }),
        { numRuns: RUNS / 2 },
      );
    });

    it(`VLB-10 ECS-10 a welded charge relay opens the main contactor within 3 s and the contactor's delay (${id})`, () => {
      fc.assert(
        fc.property(plant, (given) => {
          const bench = new Bench(id, { given: GIVEN }).say().say();
          // A step until the opening is seen, one until its alarm is, and one until the next measurement.
          const most = SETTLED + CONTACTOR_DELAY + 3 * given.step;
          run(bench, { ...given, role: 'charge' }, most, () => true);
          assert.deepEqual(relayRows(bench), ['charge-relay-welded']);
          assert.equal(bench.allowed('contactor'), false);
        }),
        { numRuns: RUNS },
      );
    });

    it(`VLB-10 ECS-10 welded load relays open it too when they are proven, and are told when not (${id})`, () => {
      fc.assert(
        fc.property(plant, (given) => {
          const bench = new Bench(id, { given: GIVEN }).say().say();
          run(bench, { ...given, role: 'load' }, SETTLED + CONTACTOR_DELAY + 3 * given.step, () => true);
          const row = given.proven ? 'load-relay-welded' : 'load-relay-still-drawing';
          assert.deepEqual([relayRows(bench), bench.allowed('contactor')], [[row], !given.proven]);
        }),
        { numRuns: RUNS },
      );
    });

    it(`VLB-10 a current that is gone within 2 s is never a weld (${id})`, () => {
      fc.assert(
        fc.property(plant, (given) => {
          const bench = new Bench(id, { given: GIVEN }).say().say();
          run(bench, given, 30, (after) => after <= given.tail);
          assert.deepEqual([relayRows(bench), bench.allowed('contactor')], [[], true]);
        }),
        { numRuns: RUNS },
      );
    });

    it(`VLB-10 whatever relays say and currents do: without a current for 3 s through open relays, no weld (${id})`, () => {
      const said = fc.record<RelayFeedback>({
        open: fc.boolean(),
        fault: fc.constantFrom(null, null, null, 'stays-closed', 'stays-open', 'lost'),
        proven: fc.boolean(),
      });
      const moment = fc.record({
        role: fc.constantFrom('charge' as const, 'load' as const),
        feedback: fc.option(said),
        speaks: fc.boolean(),
        current: fc.constantFrom(null, 0, 0.9, 1.1, 20, -1.9, -2.1, -20),
        forbidden: fc.boolean(),
        times: fc.integer({ min: 1, max: 6 }),
      });
      fc.assert(
        fc.property(fc.array(moment, { maxLength: 30 }), (moments) => {
          const bench = new Bench(id, { given: { ...GIVEN, onSensor: 'warn' } }).say().say();
          /** Seconds, by role: open, and with a current through it. */
          const through = { charge: 0, load: 0 };
          const open = { charge: false, load: false };
          for (const { role, feedback, speaks, current, forbidden, times } of moments) {
            if (speaks) {
              bench.feedback(role, feedback);
              open[role] = feedback?.open === true;
              if (!open[role]) through[role] = 0;
            }
            for (let i = 0; i < times; i++) {
              bench.say({ ...(forbidden ? FORBIDDEN : {}), current });
              const flows = { charge: (current ?? 0) > 1, load: (current ?? 0) < -2 };
              for (const path of ['charge', 'load'] as const) {
                through[path] = open[path] && flows[path] ? through[path] + 1 : 0;
                const welds = bench.events.filter((e) => e.rule === 'relay-welded' && e.edge === 'raised');
                const blamed = welds.some((e) => e.row.startsWith(path));
                assert.ok(!blamed || through[path] > SETTLED, `${path} after ${through[path]} readings`);
              }
            }
          }
        }),
        { numRuns: RUNS },
      );
    });
  }
});
