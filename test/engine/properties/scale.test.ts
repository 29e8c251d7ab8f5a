/**
 * The number of cells and their order change nothing that is decided.
 *
 * A sense wire that is off is a pattern of neighbours (one cell leans up by what the next leans down), so for that one row
 * the place of a cell matters; which single cell is frozen is looked for cell by cell, too. Their policies are `ignore` here.
 */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Given } from '../../../src/engine/pack/validate.ts';
import type { ProtectionEvent } from '../../../src/engine/protection/decision.ts';
import { PROFILE_IDS, type PermissionRole, type ProfileId } from '../../../src/engine/vocabulary.ts';
import { Bench, settingsOf } from '../../support/pack.ts';
import { CALM, cases, PATIENT, play, sequences, VARIANTS, type Moment } from './support/sequences.ts';

const PATTERNS: Given = { onPlausibility: 'ignore', onFrozen: 'ignore' };
const CHOICES: readonly Given[] = [...VARIANTS, ...PATIENT].map((given) => ({ ...given, ...PATTERNS }));

const told = (events: readonly ProtectionEvent[]): string[] => events.map((e) => `${e.row}/${e.edge}`);
const decided = (bench: Bench, roles: readonly PermissionRole[]): unknown => {
  const decision = bench.engine.protection.decision(bench.now);
  return [decision.preAlarm, decision.latched, ...roles.map((role) => decision.roles[role])];
};

/** The alternator's limit is a voltage of the whole pack and does not grow with it. */
const SCALED: readonly PermissionRole[] = ['charge', 'load', 'contactor', 'shed', 'aux', 'precharge'];

/** The four cells again and again; the pack's sensor reads the same for each cell. */
function grown(moment: Moment, cells: number): Moment {
  const again = <T>(list: readonly T[]): T[] => Array.from({ length: cells }, (_, i) => list[i % list.length]!);
  const wide = again(moment.cells);
  const sum = (list: readonly (number | null)[]): number => list.reduce<number>((all, v) => all + (v ?? 3.3), 0);
  const wanted = (sum(moment.cells) + (moment.beside ?? 0)) * (cells / moment.cells.length);
  return {
    ...moment,
    cells: wide,
    warmth: again(moment.warmth),
    beside: moment.beside === null ? null : wanted - sum(wide),
  };
}

function benchOf(id: ProfileId, given: Given, cells: number): Bench {
  const bench = new Bench(id, { given: { ...given, cells } });
  play(bench, grown(CALM, cells));
  return bench;
}

/** What the owner gives for the whole pack belongs to four cells: as much for each of the others. */
const perPack = (given: Given): boolean => 'packOvervoltage' in given || 'alternatorVoltageLimit' in given;

describe('the number of cells and their order', function () {
  // Many sequences; a slow or busy machine needs more than the usual time.
  this.timeout(60_000);
  for (const id of PROFILE_IDS) {
    it(`ECS-8 123-R1 4, 16 and 255 cells with the same extremes decide the same (${id})`, () => {
      const choices = CHOICES.filter((given) => !perPack(given)).map((given) => ({
        alternatorVoltageLimit: 'off',
        ...given,
      }));
      fc.assert(
        fc.property(cases(id, choices), ([given, moments]) => {
          const few = benchOf(id, given, 4);
          const others = [16, 255].map((cells) => ({ cells, bench: benchOf(id, given, cells) }));
          for (const moment of moments) {
            play(few, moment);
            for (const { cells, bench } of others) {
              play(bench, grown(moment, cells));
              assert.deepEqual(decided(bench, SCALED), decided(few, SCALED), `${cells} cells at ${few.now}`);
              assert.deepEqual(told(bench.events), told(few.events), `${cells} cells at ${few.now}`);
            }
          }
        }),
        { numRuns: 60 },
      );
    });

    it(`the order of the cells changes nothing but the cell's number (${id})`, () => {
      const order = fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4 });
      fc.assert(
        fc.property(cases(id, CHOICES), order, ([given, moments], places) => {
          const as = benchOf(id, given, 4);
          const turned = benchOf(id, given, 4);
          for (const moment of moments) {
            play(as, moment);
            const mixed = {
              ...moment,
              cells: places.map((i) => moment.cells[i] ?? null),
              warmth: places.map((i) => moment.warmth[i] ?? null),
            };
            play(turned, mixed);
            assert.deepEqual(
              [decided(turned, SCALED), turned.allowed('alternator')],
              [decided(as, SCALED), as.allowed('alternator')],
            );
            const plain = (events: readonly ProtectionEvent[]): unknown =>
              events.map((e) => ({ ...e, cell: e.cell === null }));
            assert.deepEqual(plain(turned.events), plain(as.events));
            if (moment.way === 'heard') for (const e of turned.events) assertNames(e, mixed);
          }
        }),
        { numRuns: 150 },
      );
    });

    it(`the cell that an event names is one that has the value (${id})`, () => {
      fc.assert(
        fc.property(sequences(settingsOf(id)), (moments) => {
          const bench = benchOf(id, {}, 4);
          for (const moment of moments) {
            play(bench, moment);
            if (moment.way === 'heard') for (const e of bench.events) assertNames(e, moment);
          }
        }),
        { numRuns: 150 },
      );
    });
  }
});

function assertNames(event: ProtectionEvent, moment: Moment): void {
  const of = event.quantity;
  if (event.cell === null || event.value === null) return;
  if (of === 'cellMin' || of === 'cellMax') assert.equal(moment.cells[event.cell - 1], event.value, event.row);
  if (of.startsWith('temperature')) assert.equal(moment.warmth[event.cell - 1], event.value, event.row);
}
