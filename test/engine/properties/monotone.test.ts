/**
 * A worse value never allows more, second by second, whatever came before.
 *
 * Left out on purpose, because there a worse value may rightly end in more being allowed: what counts events of the past
 * (locks, minimum off, switches an hour: who has been off all the time has tripped once, who comes and goes trips often),
 * and the watches over measuring faults (a jump, a wire that is off, frozen values and a wrong sum are patterns of
 * several values: one value that moves away can break the pattern). Their policies are `ignore` here. One signal for both
 * (`combined`) charges no more while the loads are cut, so there a higher cell may rightly bring charging back. And the contactor
 * waits for the charge path only where that has just opened: its delay is 0 here.
 */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Given } from '../../../src/engine/pack/validate.ts';
import { PROFILE_IDS, type PermissionRole } from '../../../src/engine/vocabulary.ts';
import { cases, healthyBench, play, VARIANTS, type Moment } from './support/sequences.ts';

const RUNS = 60;
const PATTERNS: Given = { onPlausibility: 'ignore', onFrozen: 'ignore', retries: 'off', contactorDelay: 0 };
const CHOICES: readonly Given[] = VARIANTS.filter((given) => !('retries' in given || 'combined' in given)).map((v) => ({
  ...v,
  ...PATTERNS,
}));

type Worse = (moment: Moment, by: number, cell: number) => Moment;

interface Direction {
  readonly title: string;
  readonly worse: Worse;
  readonly steps: readonly number[];
  readonly roles: readonly PermissionRole[];
  /** What the owner has set for both, beside the choices. */
  readonly given?: Given;
  /** What is left out of the sequence for both. */
  readonly both?: (moment: Moment) => Moment;
}

/** Whether a cell bypasses decides whether its sensor is believed (123-R6): where cells move, none of them is hot. */
const noneHot = (m: Moment): Moment => ({ ...m, warmth: m.warmth.map((t) => (t !== null && t > 25 ? 20 : t)) });

/** The contactor also opens for an empty battery that is still drained; a higher cell may rightly end that. */
const NO_DRAIN: Given = { cellUndervoltageCritical: 'off', cellUndervoltageCriticalClear: 'off' };

const CHARGING: readonly PermissionRole[] = ['charge', 'alternator', 'contactor'];
const LOADS: readonly PermissionRole[] = ['load', 'shed'];

const shift = (cells: readonly (number | null)[], by: number, only: number | null = null): (number | null)[] =>
  cells.map((v, i) => (v === null || (only !== null && i !== only) ? v : Math.max(0, v + by)));
/** What the pack's own sensor reads stays the same while the cells move: the sum is told beside them. */
const sameSum = (before: Moment, cells: (number | null)[]): Moment => {
  const sum = (list: readonly (number | null)[]): number => list.reduce<number>((all, v) => all + (v ?? 3.3), 0);
  return { ...before, cells, beside: before.beside === null ? null : before.beside + sum(before.cells) - sum(cells) };
};
const below = (limit: number, by: number) => (t: number | null) => (t !== null && t < limit ? t - by : t);
const above = (limit: number, by: number) => (t: number | null) => (t !== null && t > limit ? t + by : t);

const DIRECTIONS: readonly Direction[] = [
  {
    title: 'one higher cell',
    worse: (m, by, cell) => sameSum(m, shift(m.cells, by, cell)),
    steps: [0.01, 0.1, 0.3, 1],
    roles: CHARGING,
    given: NO_DRAIN,
  },
  {
    title: 'higher cells',
    worse: (m, by) => sameSum(m, shift(m.cells, by)),
    steps: [0.01, 0.1, 0.4],
    roles: CHARGING,
    given: NO_DRAIN,
  },
  {
    title: 'one lower cell',
    worse: (m, by, cell) => sameSum(m, shift(m.cells, -by, cell)),
    steps: [0.01, 0.1, 0.3, 1],
    roles: LOADS,
    both: noneHot,
  },
  {
    title: 'lower cells',
    worse: (m, by) => sameSum(m, shift(m.cells, -by)),
    steps: [0.01, 0.1, 0.4],
    roles: LOADS,
    both: noneHot,
  },
  {
    title: 'more cold',
    worse: (m, by) => ({ ...m, warmth: m.warmth.map(below(15, by)), outside: below(15, by)(m.outside) }),
    steps: [0.1, 2, 10],
    roles: [...CHARGING, ...LOADS],
  },
  {
    title: 'more heat',
    worse: (m, by) => ({ ...m, warmth: m.warmth.map(above(25, by)), outside: above(25, by)(m.outside) }),
    steps: [0.1, 2, 10],
    roles: [...CHARGING, ...LOADS],
  },
  {
    title: 'more current into the battery',
    worse: (m, by) => ({ ...m, current: m.current !== null && m.current > 0 ? m.current + by : m.current }),
    steps: [0.5, 10, 1000],
    roles: CHARGING,
    given: NO_DRAIN,
  },
  {
    title: 'more current out of the battery',
    worse: (m, by) => ({ ...m, current: m.current !== null && m.current < 0 ? m.current - by : m.current }),
    steps: [0.5, 10, 1000],
    roles: LOADS,
  },
  {
    title: 'a lower pack voltage',
    worse: (m, by) => ({ ...m, beside: m.beside === null ? null : m.beside - by }),
    steps: [0.1, 1, 4],
    roles: LOADS,
  },
  {
    title: 'a higher pack voltage',
    worse: (m, by) => ({ ...m, beside: m.beside === null ? null : m.beside + by }),
    steps: [0.1, 1, 4],
    roles: CHARGING,
    // What is drained is asked once the loads are cut, and a pack that looks empty is cut earlier.
    given: NO_DRAIN,
  },
  {
    title: 'a good cell that is not told',
    worse: (m, _, cell) => ({ ...m, cells: m.cells.map((v, i) => (i === cell && v === 3.3 ? null : v)) }),
    steps: [0],
    roles: [...CHARGING, ...LOADS],
  },
  {
    title: 'a good temperature that is not told',
    worse: (m) => ({ ...m, outside: m.outside === 20 ? null : m.outside }),
    steps: [0],
    roles: [...CHARGING, ...LOADS],
  },
  {
    title: 'a current at rest that is not told',
    worse: (m) => ({ ...m, current: m.current === 0 ? null : m.current }),
    steps: [0],
    roles: [...CHARGING, ...LOADS],
  },
  {
    title: 'a device that says nothing instead of something good',
    worse: (m) => (m.cells.every((v) => v === 3.3) && isGood(m) ? { ...m, way: 'silent' } : m),
    steps: [0],
    roles: [...CHARGING, ...LOADS],
  },
];

function isGood(m: Moment): boolean {
  const warm = [...m.warmth, m.outside].every((t) => t === 20);
  return (
    warm && m.current === 0 && m.beside === 0 && m.communication && !m.shortCircuit && !m.hot && m.starter === 13.8
  );
}

describe('a worse value never allows more', function () {
  // Many sequences; a slow or busy machine needs more than the usual time.
  this.timeout(60_000);
  for (const id of PROFILE_IDS) {
    for (const { title, worse, steps, roles, given: fixed = {}, both = (m: Moment) => m } of DIRECTIONS) {
      it(`${title} (${id})`, () => {
        fc.assert(
          fc.property(
            cases(
              id,
              CHOICES.map((choice) => ({ ...choice, ...fixed })),
            ),
            fc.constantFrom(...steps),
            fc.nat({ max: 3 }),
            ([given, moments], by, cell) => {
              const as = healthyBench(id, given);
              const other = healthyBench(id, given);
              for (const bench of [as, other]) bench.engine.seedSoc(0.5);
              for (const moment of moments.map(both)) {
                play(as, moment);
                play(other, worse(moment, by, cell));
                for (const role of roles) {
                  const more = other.allowed(role) && !as.allowed(role);
                  assert.ok(!more, `${role} is allowed at ${as.now} with ${title}, and is not without`);
                }
              }
            },
          ),
          { numRuns: RUNS },
        );
      });
    }
  }
});
