/**
 * A restart at any moment allows nothing that was not allowed, and forgets nothing that was raised.
 *
 * Patterns of several readings (jumps, frozen values, how fast a cell falls) are looked for anew after a start, and so is which cell has a sensor.
 * Sequences here leave both out; what a restart does to them stands in `examples.test.ts`.
 */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Given } from '../../../src/engine/pack/validate.ts';
import type { PackMemory } from '../../../src/engine/pack-engine.ts';
import { PERMISSION_ROLES, PROFILE_IDS, type ProfileId } from '../../../src/engine/vocabulary.ts';
import { Bench } from '../../support/pack.ts';
import { CALM, cases, healthyBench, PATIENT, play, VARIANTS, type Moment } from './support/sequences.ts';

const RUNS = 120;
const PATTERNS: Given = { onPlausibility: 'warn', onFrozen: 'warn' };
const PATTERN_ROWS = ['jumps', 'frozen', 'pre-alarm-soon'];
const CHOICES = VARIANTS.map((given) => ({ ...given, ...PATTERNS }));
/** The resistor is in because the contactor was closed and must close again; aux follows what is measured now. */
const ROLES = PERMISSION_ROLES.filter((role) => role !== 'precharge' && role !== 'aux');

/** Rules that follow from the moment alone: the first reading after the start tells them again. */
const OF_THE_MOMENT = ['communication', 'sensor', 'remote', 'soc-unknown', 'self-lockout', 'health'];

/** The process after a restart: another clock, and only what was stored. Nobody confirms a first close. */
function restarted(bench: Bench, id: ProfileId, given: Given, memory: PackMemory = stored(bench)): Bench {
  const after = new Bench(id, { given, memory, memoryAt: 7, firstClose: false });
  after.now = 7;
  return after;
}

function stored(bench: Bench): PackMemory {
  return JSON.parse(JSON.stringify(bench.engine.memory(bench.now))) as PackMemory;
}

const roles = (bench: Bench): boolean[] => ROLES.map((role) => bench.allowed(role));

/** Goes on with the last moment for a while, with and without a restart in between. */
function assertNothingGained(id: ProfileId, given: Given, moments: readonly Moment[]): void {
  const bench = healthyBench(id, given);
  for (const moment of moments) play(bench, moment);
  const before = roles(bench);
  const after = restarted(bench, id, given);
  assert.deepEqual(
    roles(after),
    ROLES.map(() => false),
    'allowed before anything is known',
  );
  const last: Moment = { ...(moments.at(-1) ?? CALM), way: 'heard', after: 1, button: null, warmth: CALM.warmth };
  // What was off stays off until it would have come on without the restart, too.
  const since = before.map((allowed) => allowed);
  for (let i = 0; i < 12; i++) {
    play(bench, last);
    play(after, last);
    roles(bench).forEach((allowed, k) => (since[k] ||= allowed));
    // How long the loads have been cut does not go on counting while nothing runs: the drain is seen that much later.
    const { reason } = bench.engine.protection.decision(bench.now).roles.contactor;
    if (reason === 'undervoltage-drain') since[ROLES.indexOf('contactor')] = true;
    roles(after).forEach((allowed, k) => {
      assert.ok(!allowed || since[k], `${ROLES[k]} is allowed ${i + 1} s after a restart, and was not before`);
    });
  }
}

describe('a restart at any moment', function () {
  // Many sequences; a slow or busy machine needs more than the usual time.
  this.timeout(60_000);
  for (const id of PROFILE_IDS) {
    it(`allows nothing that was not allowed (${id})`, () => {
      fc.assert(
        fc.property(cases(id, CHOICES), ([given, moments]) => assertNothingGained(id, given, moments)),
        { numRuns: RUNS },
      );
    });

    it(`ECS-10 forgets no raised row: it stays until its clear values are seen (${id})`, () => {
      fc.assert(
        fc.property(cases(id), ([given, moments]) => {
          const bench = healthyBench(id, given);
          for (const moment of moments) play(bench, moment);
          const { active } = bench.engine.protection.decision(bench.now);
          const after = restarted(bench, id, given);
          after.engine.protection.tick(after.now);
          const now = after.engine.protection.decision(after.now).active.map((e) => e.row);
          const { raised } = stored(bench).protection;
          for (const { row } of raised)
            if (!PATTERN_ROWS.includes(row)) assert.ok(now.includes(row), `${row} was stored and is not raised`);
          for (const { row, rule, denies, severity } of active) {
            // A gate that was waited for is looked at anew; everything else that denies something is stored.
            const gate = severity === 'info' || PATTERN_ROWS.includes(row);
            if (denies.length === 0 || gate || OF_THE_MOMENT.includes(rule)) continue;
            assert.ok(now.includes(row), `${row} was raised and is forgotten`);
          }
        }),
        { numRuns: RUNS },
      );
    });

    it(`what is remembered is plain data: a way through JSON changes nothing (${id})`, () => {
      fc.assert(
        fc.property(cases(id), cases(id), ([given, moments], [, more]) => {
          const bench = healthyBench(id, given);
          for (const moment of moments) play(bench, moment);
          const memory = bench.engine.memory(bench.now);
          assert.deepEqual(stored(bench), memory);
          const direct = restarted(bench, id, given, memory);
          const through = restarted(bench, id, given);
          for (const moment of more) {
            play(direct, moment);
            play(through, moment);
            assert.deepEqual(roles(through), roles(direct));
            assert.deepEqual(through.events, direct.events);
          }
        }),
        { numRuns: RUNS / 2 },
      );
    });
  }

  it('OGT-14 does not cut short what delays closing: minimum off, switches an hour', () => {
    const some = fc.constantFrom(...PROFILE_IDS).chain((id) => fc.tuple(fc.constant(id), cases(id, PATIENT)));
    fc.assert(
      fc.property(some, ([id, [given, moments]]) => assertNothingGained(id, { ...given, ...PATTERNS }, moments)),
      { numRuns: RUNS },
    );
  });

  it('what is remembered and not used yet is remembered again: a start without a reading loses nothing', () => {
    const some = fc.constantFrom(...PROFILE_IDS).chain((id) => fc.tuple(fc.constant(id), cases(id)));
    fc.assert(
      fc.property(some, ([id, [given, moments]]) => {
        const bench = healthyBench(id, given);
        for (const moment of moments) play(bench, moment);
        const memory = stored(bench);
        assert.deepEqual(stored(restarted(bench, id, given)), memory);
      }),
      { numRuns: RUNS },
    );
  });
});
