/**
 * What must be true of a pack before a contact may be closed, written down once more from the contract and the
 * requirements. Nothing of the product is imported here, so that no error of the product can be an error of the model.
 *
 * It knows necessary conditions only: closed means that a lease runs which was given on fresh and clear readings. Whether
 * a contact that may be closed has to be, is the liveness half of the property.
 *
 * Slack is stated here and nowhere else:
 * - a rule may wait for its own delay, and one frame more (`FRAME`); a protection that was stopped for one frame, too;
 * - a clear delay may look shorter by one frame, because readings come once a second.
 */

export type ModelRole = 'charge' | 'load';

/** V, A, °C and s, with the names of the settings. */
export interface Numbers {
  readonly cellOvervoltage: number;
  readonly cellOvervoltageClear: number;
  readonly leaseCharge: number;
  readonly leaseLoad: number;
}

export const USUAL: Numbers = { cellOvervoltage: 3.65, cellOvervoltageClear: 3.45, leaseCharge: 5, leaseLoad: 60 };
export const CHANGED: Numbers = { cellOvervoltage: 3.6, cellOvervoltageClear: 3.4, leaseCharge: 3, leaseLoad: 30 };

/** The rest of the settings, the same in every run; the pack is given all of them by name. */
export const FIXED = {
  cellOvervoltageDelay: 2,
  cellOvervoltageClearDelay: 10,
  cellUndervoltage: 2.8,
  cellUndervoltageClear: 3.2,
  cellUndervoltageDelay: 5,
  cellUndervoltageClearDelay: 10,
  cellUndervoltageCritical: 2.5,
  cellUndervoltageCriticalClear: 3.2,
  cellUndervoltageCriticalDelay: 0,
  cellUndervoltageCriticalClearDelay: 10,
  preAlarmDelay: 2,
  preAlarmMinimum: 30,
  chargeTemperatureMin: 5,
  chargeTemperatureMinClear: 7,
  chargeTemperatureMax: 45,
  chargeTemperatureMaxClear: 42,
  dischargeTemperatureMin: -20,
  dischargeTemperatureMinClear: -17,
  dischargeTemperatureMax: 60,
  dischargeTemperatureMaxClear: 50,
  chargeCurrentMax: 100,
  chargeCurrentMaxClear: 90,
  dischargeCurrentMax: 100,
  dischargeCurrentMaxClear: 90,
  communicationTimeoutCharge: 5,
  communicationTimeoutLoad: 60,
} as const;

/** The four temperature limits have the same delays, and so have the two currents. */
export const DELAYS = { temperature: 5, temperatureClear: 60, current: 10, currentClear: 60 } as const;

/** Cells of the pack. */
export const CELLS = 4;
/** A value older than this is not known (s): the shorter of the two communication timeouts. */
const STALE = 5;
/** One frame (s). */
const FRAME = 1.1;

interface Known {
  readonly value: number | null;
  readonly at: number;
}

/** What the pack could know when it made a reading. */
export interface Snapshot {
  /** Counts up with every reading. */
  readonly sequence: number;
  readonly cells: readonly Known[];
  readonly isMiscounted: boolean;
  readonly temperature: Known;
  readonly current: Known;
}

/** One device's frame as the world sent it: `undefined` is not told, `null` told as unknown or impossible. */
export interface Told {
  readonly cells: readonly (number | null | undefined)[];
  readonly temperature: number | null | undefined;
  readonly current: number | null | undefined;
  /** The device's own count. */
  readonly cellCount: number;
}

type Value = 'cellMax' | 'cellMin' | 'temperature' | 'current';

interface ModelRule {
  readonly denies: ModelRole;
  readonly of: Value;
  readonly trips: (value: number, numbers: Numbers) => boolean;
  readonly clears: (value: number, numbers: Numbers) => boolean;
  readonly delay: number;
  readonly clearDelay: number;
}

const F = FIXED;
const hot = DELAYS.temperature;
const cool = DELAYS.temperatureClear;

const RULES: readonly ModelRule[] = [
  {
    denies: 'charge',
    of: 'cellMax',
    trips: (v, n) => v >= n.cellOvervoltage,
    clears: (v, n) => v < n.cellOvervoltageClear,
    delay: F.cellOvervoltageDelay,
    clearDelay: F.cellOvervoltageClearDelay,
  },
  {
    // VLB-4: the warning sounds for 30 s first.
    denies: 'load',
    of: 'cellMin',
    trips: (v) => v <= F.cellUndervoltage,
    clears: (v) => v >= F.cellUndervoltageClear,
    delay: F.preAlarmDelay + F.preAlarmMinimum + F.cellUndervoltageDelay,
    clearDelay: F.cellUndervoltageClearDelay,
  },
  {
    denies: 'load',
    of: 'cellMin',
    trips: (v) => v <= F.cellUndervoltageCritical,
    clears: (v) => v >= F.cellUndervoltageCriticalClear,
    delay: F.cellUndervoltageCriticalDelay,
    clearDelay: F.cellUndervoltageCriticalClearDelay,
  },
  {
    denies: 'charge',
    of: 'temperature',
    trips: (v) => v < F.chargeTemperatureMin,
    clears: (v) => v >= F.chargeTemperatureMinClear,
    delay: hot,
    clearDelay: cool,
  },
  {
    denies: 'charge',
    of: 'temperature',
    trips: (v) => v > F.chargeTemperatureMax,
    clears: (v) => v <= F.chargeTemperatureMaxClear,
    delay: hot,
    clearDelay: cool,
  },
  {
    denies: 'load',
    of: 'temperature',
    trips: (v) => v < F.dischargeTemperatureMin,
    clears: (v) => v >= F.dischargeTemperatureMinClear,
    delay: hot,
    clearDelay: cool,
  },
  {
    denies: 'load',
    of: 'temperature',
    trips: (v) => v > F.dischargeTemperatureMax,
    clears: (v) => v <= F.dischargeTemperatureMaxClear,
    delay: hot,
    clearDelay: cool,
  },
  {
    denies: 'charge',
    of: 'current',
    trips: (v) => v > F.chargeCurrentMax,
    clears: (v) => v < F.chargeCurrentMaxClear,
    delay: DELAYS.current,
    clearDelay: DELAYS.currentClear,
  },
  {
    denies: 'load',
    of: 'current',
    trips: (v) => -v > F.dischargeCurrentMax,
    clears: (v) => -v < F.dischargeCurrentMaxClear,
    delay: DELAYS.current,
    clearDelay: DELAYS.currentClear,
  },
];

interface RuleState {
  /** Beyond the limit since then, as the protection has heard; `null`: not. */
  since: number | null;
  tripped: boolean;
  clearSince: number | null;
}

const NEVER: Known = { value: null, at: -Infinity };

export class Model {
  #numbers: Numbers = USUAL;
  #cells: Known[] = Array.from({ length: CELLS }, () => NEVER);
  #isMiscounted = false;
  #temperature = NEVER;
  #current = NEVER;
  /** The newest reading that was judged. */
  #judged = -Infinity;
  /** Seconds at which everything of that kind was known last, as the protection has heard. */
  #cellsAt = -Infinity;
  #temperatureAt = -Infinity;
  #currentAt = -Infinity;
  /** Since when the protection has run and been heard without a break. */
  #runsSince = Infinity;
  readonly #rules: RuleState[] = RULES.map(() => ({ since: null, tripped: false, clearSince: null }));
  readonly #deniedSince: Record<ModelRole, number> = { charge: Infinity, load: Infinity };

  /** A frame reached the pack. While the device counts other cells than the pack has, each is known but never all of them. */
  observed(told: Told, at: number): void {
    told.cells.forEach((value, i) => {
      if (value !== undefined) this.#cells[i] = { value, at };
    });
    this.#isMiscounted = told.cellCount !== CELLS;
    if (told.temperature !== undefined) this.#temperature = { value: told.temperature, at };
    if (told.current !== undefined) this.#current = { value: told.current, at };
  }

  /** What a reading made now can hold at most. */
  snapshot(sequence: number): Snapshot {
    return {
      sequence,
      cells: [...this.#cells],
      isMiscounted: this.#isMiscounted,
      temperature: this.#temperature,
      current: this.#current,
    };
  }

  /** A reading reached the protection; one that is not newer than the last says nothing. */
  judge(seen: Snapshot, now: number): void {
    if (seen.sequence <= this.#judged) return;
    this.#judged = seen.sequence;
    const known = (one: Known): boolean => one.value !== null && now - one.at < STALE;
    const cells = seen.cells.filter(known);
    const isWhole = cells.length === CELLS && !seen.isMiscounted;
    if (isWhole) this.#cellsAt = Math.max(this.#cellsAt, Math.min(...cells.map(({ at }) => at)));
    if (known(seen.temperature)) this.#temperatureAt = seen.temperature.at;
    if (known(seen.current)) this.#currentAt = seen.current.at;
    const voltages = cells.map(({ value }) => value!);
    const values: Record<Value, number | null> = {
      cellMax: voltages.length === 0 ? null : Math.max(...voltages),
      cellMin: voltages.length === 0 ? null : Math.min(...voltages),
      temperature: known(seen.temperature) ? seen.temperature.value : null,
      current: known(seen.current) ? seen.current.value : null,
    };
    RULES.forEach((rule, i) => {
      const value = values[rule.of];
      const state = this.#rules[i]!;
      // Unknown neither trips nor clears; a part of the cells trips, but cannot clear.
      const clear = value !== null && rule.clears(value, this.#numbers);
      const part = (rule.of === 'cellMax' || rule.of === 'cellMin') && !isWhole;
      if (clear && !part) state.clearSince ??= now;
      else state.clearSince = null;
      if (value === null) return;
      if (rule.trips(value, this.#numbers)) state.since ??= now;
      else state.since = null;
    });
    this.tick(now, true);
  }

  /**
   * Time has passed.
   * @param isGiving the protection runs, and somebody hears it
   */
  tick(now: number, isGiving: boolean): void {
    // Nobody judges while nothing runs; what is still beyond its limit then is seen when it runs again.
    this.#runsSince = isGiving ? Math.min(this.#runsSince, now) : Infinity;
    RULES.forEach((rule, i) => {
      const state = this.#rules[i]!;
      const due = Math.max((state.since ?? Infinity) + rule.delay, this.#runsSince);
      if (now - due > FRAME) state.tripped = true;
      const isClear = state.clearSince !== null && now - state.clearSince >= rule.clearDelay - FRAME;
      if (state.tripped && isClear) state.tripped = false;
    });
    for (const role of ['charge', 'load'] as const) {
      // One that has not heard anything since it began says nothing: relays live on what is left of their leases.
      const isSilent = !isGiving || this.#oldest() === -Infinity;
      if (isSilent || this.#mayAllow(role, now)) this.#deniedSince[role] = Infinity;
      else this.#deniedSince[role] = Math.min(this.#deniedSince[role], now);
    }
  }

  /** Since when the protection has had to say no; Infinity: it has not. */
  deniedSince(role: ModelRole): number {
    return this.#deniedSince[role];
  }

  /** The latest end of a lease that may be given now; -Infinity where none may be. */
  grant(role: ModelRole, now: number): number {
    this.tick(now, true);
    if (!this.#mayAllow(role, now)) return -Infinity;
    const lease = role === 'charge' ? this.#numbers.leaseCharge : this.#numbers.leaseLoad;
    return Math.min(now + lease, this.#oldest() + timeoutOf(role));
  }

  /** Other settings: the pack begins anew, with what was raised. */
  settings(numbers: Numbers): void {
    this.#numbers = numbers;
    this.restarted(true);
  }

  /**
   * The pack begins anew and knows no reading yet.
   * @param remembers what was raised stood on the disk, and still does
   */
  restarted(remembers: boolean): void {
    this.#cells = Array.from({ length: CELLS }, () => NEVER);
    this.#isMiscounted = false;
    this.#temperature = this.#current = NEVER;
    this.#judged = this.#cellsAt = this.#temperatureAt = this.#currentAt = -Infinity;
    for (const state of this.#rules) {
      state.since = state.clearSince = null;
      state.tripped &&= remembers;
    }
  }

  #oldest(): number {
    return Math.min(this.#cellsAt, this.#temperatureAt, this.#currentAt);
  }

  #mayAllow(role: ModelRole, now: number): boolean {
    if (now - this.#oldest() > timeoutOf(role)) return false;
    return RULES.every((rule, i) => rule.denies !== role || !this.#rules[i]!.tripped);
  }
}

function timeoutOf(role: ModelRole): number {
  return role === 'charge' ? F.communicationTimeoutCharge : F.communicationTimeoutLoad;
}
