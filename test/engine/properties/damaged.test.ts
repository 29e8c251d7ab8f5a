/** Values that are none: whatever stands where a number should, nothing throws, and nothing is allowed for it. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Observation } from '../../../src/engine/reading/observation.ts';
import type { Reading } from '../../../src/engine/reading/reading.ts';
import { PERMISSION_ROLES, PROFILE_IDS } from '../../../src/engine/vocabulary.ts';
import { CALM, cases, healthyBench, observationOf, play } from './support/sequences.ts';

const RUNS = 100;

/** Nothing of this is a measurement of a battery. */
const NO_NUMBER = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    undefined,
    Number.NaN,
    Infinity,
    -Infinity,
    '',
    '3.3',
    'x',
    true,
    false,
    {},
    [],
    [3.3],
  ),
  fc.constantFrom<unknown>(1e9, -1e9, 1e308, Number.MAX_VALUE, -Number.MAX_VALUE, Number.MAX_SAFE_INTEGER, -1e-9 - 100),
  fc.string(),
);
/** What a needed value of a reading may be replaced with: no number, or one that no battery has. */
const THINGS: readonly unknown[] = [
  null,
  undefined,
  Number.NaN,
  Infinity,
  -Infinity,
  1e9,
  -1e9,
  1e308,
  -1e308,
  '',
  '3.3',
  'x',
  true,
  {},
  [],
  [3.3],
];
const NEVER_TRUE = fc.constantFrom(...THINGS);

type Put = (seen: Record<string, unknown>, thing: unknown) => void;

/** Every value that charging or the loads of some profile rest on, as a source tells it. */
const TOLD: Readonly<Record<string, Put>> = {
  'one cell': (seen, thing) => {
    const cells = seen['cells'] as Record<string, unknown>[];
    cells[2] = { ...cells[2], voltage: thing };
  },
  'every cell': (seen, thing) => {
    seen['cells'] = (seen['cells'] as Record<string, unknown>[]).map((cell) => ({ ...cell, voltage: thing }));
  },
};

/** Every value that charging and the loads rest on, as a reading holds it. */
const HELD = ['cellMin', 'cellMax'] as const;

describe('values that are none', function () {
  // Many sequences; a slow or busy machine needs more than the usual time.
  this.timeout(60_000);
  for (const id of PROFILE_IDS) {
    for (const [what, put] of Object.entries(TOLD)) {
      it(`${what}: told by a source, it is unknown, and silence opens (${id})`, () => {
        fc.assert(
          fc.property(NO_NUMBER, (thing) => {
            const bench = healthyBench(id);
            const { values } = bench.engine.settings;
            const patience = Math.max(
              Number(values.communicationTimeoutCharge),
              Number(values.communicationTimeoutLoad),
            );
            for (let i = 0; i < patience; i++) {
              bench.now += 1;
              const seen = { ...observationOf(CALM) } as Record<string, unknown>;
              put(seen, thing);
              bench.engine.observe('device', seen, bench.now);
              bench.judge();
            }
            assert.deepEqual([bench.charge, bench.load, bench.allowed('alternator')], [false, false, false]);
          }),
          { numRuns: RUNS },
        );
      });
    }

    it(`whatever a source says, in any place, nothing throws (${id})`, () => {
      const anywhere = fc.record(
        {
          cells: fc.oneof(
            NO_NUMBER.filter((thing) => thing === undefined),
            fc.array(
              fc.record(
                {
                  cell: fc.oneof(fc.integer({ min: -2, max: 300 }), NO_NUMBER),
                  voltage: NO_NUMBER,
                  temperature: NO_NUMBER,
                },
                { requiredKeys: [] },
              ),
              { maxLength: 6 },
            ),
          ),
          temperatures: fc.array(NO_NUMBER, { maxLength: 3 }),
          voltage: NO_NUMBER,
          current: NO_NUMBER,
          soc: NO_NUMBER,
          starterVoltage: NO_NUMBER,
          alternatorCurrent: NO_NUMBER,
          bmsTemperature: NO_NUMBER,
          cellMin: fc.record({ value: NO_NUMBER, cell: NO_NUMBER }),
          cellMax: fc.record({ value: NO_NUMBER, cell: NO_NUMBER }),
          hardware: fc.record({ cellCommunication: NO_NUMBER, shortCircuit: NO_NUMBER, bmsOverTemperature: NO_NUMBER }),
        },
        { requiredKeys: [] },
      );
      fc.assert(
        fc.property(fc.array(anywhere, { maxLength: 8 }), (sequence) => {
          const bench = healthyBench(id);
          for (const seen of sequence) {
            bench.now += 1;
            bench.engine.observe('device', seen as Observation, bench.now);
            bench.judge();
            bench.engine.memory(bench.now);
            bench.engine.protection.decision(bench.now);
          }
        }),
        { numRuns: RUNS },
      );
    });

    it(`whatever stands in a reading, in any place, a step does not throw and alone brings nothing on (${id})`, () => {
      fc.assert(
        fc.property(cases(id), fc.nat(), NO_NUMBER, ([given, moments], which, thing) => {
          const bench = healthyBench(id, given);
          for (const moment of moments) play(bench, moment);
          const fresh = healthyBench(id, given);
          // From nothing: a pack that has never heard anything complete allows nothing because of one strange value.
          for (const on of [bench, fresh]) {
            on.now += 1;
            on.engine.observe('device', observationOf(CALM), on.now);
            const reading = damaged(on.engine.reading(on.now, 0), which, thing);
            on.engine.protection.step(reading, on.now);
            on.engine.protection.decision(on.now);
            on.engine.memory(on.now);
          }
        }),
        { numRuns: RUNS },
      );
    });
  }

  for (const part of HELD) {
    it(`VLB-9 ${part} of a reading, replaced on its way: it is unknown or violated, and never good`, () => {
      fc.assert(
        fc.property(fc.constantFrom(...PROFILE_IDS), NEVER_TRUE, (id, thing) => {
          const bench = healthyBench(id);
          const { protection, settings } = bench.engine;
          const { values } = settings;
          const patience = Math.max(Number(values.communicationTimeoutCharge), Number(values.communicationTimeoutLoad));
          for (let i = 0; i < patience + 40; i++) {
            bench.now += 1;
            bench.engine.observe('device', observationOf(CALM), bench.now);
            const reading = bench.engine.reading(bench.now, 0);
            (reading[part] as { value: unknown }).value = thing;
            protection.step(reading, bench.now);
          }
          // The lowest cell speaks for the loads, the highest for charging; what is no value speaks for nobody.
          const role = part === 'cellMin' ? 'load' : 'charge';
          assert.equal(bench.allowed(role), false, `${part} is ${String(thing)}`);
        }),
        { numRuns: RUNS },
      );
    });
  }

  it('an engine that has heard nothing but values that are none allows nothing at all', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...PROFILE_IDS),
        fc.array(NO_NUMBER, { minLength: 1, maxLength: 20 }),
        (id, things) => {
          const bench = healthyBench(id);
          const { protection } = bench.engine;
          const cold = healthyBench(id);
          assert.ok(cold.load);
          for (const thing of things) {
            bench.now += 30;
            bench.engine.observe('device', allOf(thing), bench.now);
            bench.judge();
          }
          bench.now += 60;
          bench.judge();
          assert.deepEqual(
            PERMISSION_ROLES.filter((role) => role !== 'precharge' && role !== 'aux' && protection.allowed(role)),
            [],
          );
        },
      ),
      { numRuns: RUNS * 2 },
    );
  });
});

function allOf(thing: unknown): Observation {
  return {
    cells: [1, 2, 3, 4].map((cell) => ({ cell, voltage: thing as number, temperature: thing as number })),
    temperatures: [thing as number],
    voltage: thing as number,
    current: thing as number,
  };
}

/** Puts `thing` in place of one value of the reading. Its parts stay objects: what has none is no reading. */
function damaged(reading: Reading, which: number, thing: unknown): Reading {
  const copy = structuredClone(reading) as unknown as Record<string, unknown>;
  const leaves: { in: Record<string, unknown>; key: string }[] = [];
  const collect = (part: Record<string, unknown>): void => {
    for (const [key, value] of Object.entries(part)) {
      if (typeof value === 'object' && value !== null) collect(value as Record<string, unknown>);
      else leaves.push({ in: part, key });
    }
  };
  collect(copy);
  const leaf = leaves[which % leaves.length]!;
  leaf.in[leaf.key] = thing;
  return copy as unknown as Reading;
}
