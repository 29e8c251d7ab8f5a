/**
 * What the protection judges when a reading has come along the wire. The wire decides that something is judged, and
 * how fresh it is: cut, it is silence. What is judged is the pack's own knowledge; what was brought may only make it worse.
 */
import { BAD_FLAGS, isBad } from '../engine/reading/hardware-table.ts';
import type { CellValue, Reading, Value } from '../engine/reading/reading.ts';
import { isPossible, isWorseCurrent, worsen, WORSE_FIELDS } from './worse.ts';

/** Values that a reading on the wire keeps fresh. */
const FIELDS = ['voltage', 'current', ...WORSE_FIELDS] as const;
/** A manufacturer's code for a fault is short. */
const LONGEST_CODE = 32;

export class Tightener {
  readonly #balanceVoltage: number;
  /** Monotonic second at which each of the fields was last known by what came along the wire; -Infinity: never. */
  readonly #known = new Float64Array(FIELDS.length).fill(-Infinity);

  readonly #staleAfter: number;

  /**
   * @param staleAfter seconds after which a value is no longer known
   * @param balanceVoltage from which on a cell counts as full (V)
   */
  constructor(staleAfter: number, balanceVoltage: number) {
    this.#staleAfter = staleAfter;
    this.#balanceVoltage = balanceVoltage;
  }

  /**
   * Makes `own` worse by what was given.
   *
   * A part that is unknown, or no number, keeps nothing fresh: in its time the own value becomes unknown, or one that may
   * trip but clears nothing, and silence opens. So does one that speaks for a part of the pack only.
   * @param own what was known at `knownAt`; changed in place, its ages count at `countedAt` afterwards
   * @param given the reading as it came, perhaps through hands that changed it
   * @param countedAt the monotonic second at which the given reading's ages count
   */
  tighten(own: Reading, knownAt: number, given: Reading, now: number, countedAt: number): void {
    for (let i = 0; i < FIELDS.length; i++) {
      const field = FIELDS[i]!;
      const value: Value | CellValue | undefined = own[field];
      if (value === undefined) continue;
      const brought = partOf(given[field]);
      const isKnown = isPossible(field, brought.value) && Number.isFinite(brought.age);
      if (value.age === null) continue;
      const age = value.age - (knownAt - countedAt);
      if (isKnown) this.#known[i] = Math.max(this.#known[i]!, countedAt - Math.max(age, brought.age, 0));
      value.age = countedAt - this.#known[i]!;
      if ('whole' in value) {
        const isFresh = value.age + (now - countedAt) < this.#staleAfter;
        if (!isFresh) value.age = age;
        value.whole = value.whole && brought.whole && isFresh;
      }
      if (!isKnown || value.value === null) continue;
      if (field === 'current') {
        if (isWorseCurrent(brought.value, value.value)) value.value = brought.value;
      } else if (field !== 'voltage') this.#worsen(own, field, value.value, brought);
    }
    blame(own, given.hardware);
  }

  #worsen(own: Reading, field: (typeof WORSE_FIELDS)[number], before: number, { value, cell }: Brought): void {
    if (!worsen(own, field, value, cell)) return;
    // A lower cell is worse, except that it could hide that all of them are full: then it speaks for itself only.
    const full = this.#balanceVoltage;
    if (field === 'cellMin' && before >= full && value < full) own.cellMin.whole = false;
  }
}

interface Brought {
  /** NaN where it is no number. */
  readonly value: number;
  readonly age: number;
  readonly cell: number | null;
  readonly whole: boolean;
}

const NOTHING: Brought = { value: Number.NaN, age: Number.NaN, cell: null, whole: false };

/** Each property is looked at once: what it is made of may answer differently the second time. */
function partOf(given: unknown): Brought {
  if (typeof given !== 'object' || given === null) return NOTHING;
  const { value, age, cell, whole } = given as Record<string, unknown>;
  return { value: numberOr(value), age: numberOr(age), cell: cellNumber(cell), whole: whole === true };
}

function numberOr(given: unknown): number {
  return typeof given === 'number' ? given : Number.NaN;
}

function cellNumber(given: unknown): number | null {
  return typeof given === 'number' && Number.isInteger(given) && given > 0 ? given : null;
}

/** Flags that take something away are believed of everybody. */
function blame(own: Reading, given: unknown): void {
  if (typeof given !== 'object' || given === null) return;
  const flags = given as Record<string, unknown>;
  for (const name of BAD_FLAGS) {
    const flag = flags[name];
    if (isBad(name, flag)) own.hardware[name] = flag as boolean;
  }
  const { fault } = flags;
  // The device's own code stays; and by way of bytes, because a slice of a text keeps the whole of it in memory.
  if (typeof fault !== 'string' || fault === '' || isBad('fault', own.hardware.fault)) return;
  own.hardware.fault = Buffer.from(fault.slice(0, LONGEST_CODE)).toString();
}
