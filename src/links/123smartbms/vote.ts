/**
 * What to believe of the last three frames.
 *
 * Protection rests on the extremes in every frame, but the frame's checksum has 8 bits: about 1 damaged frame in 256
 * passes, and of those with two flipped bits more. So no single frame is believed. Each value is voted on by itself,
 * because a frame that is wrong in one place is usually right in the others.
 */
import { agrees, believed, majority, repeated, type Tolerance } from './agreement.ts';
import type { Frame, KeyValue, Status } from './codec.ts';

/** How many frames have a vote. */
const VOTERS = 3;
/** Seconds: an older frame has no vote. Frames come every 0.5 or 1 s (123-R1). */
const OLDEST_VOTE = 5;

interface Quantity {
  readonly of: (frame: Frame) => number | null;
  readonly tolerance: Tolerance;
}

const exactly: Tolerance = () => 0;
const within =
  (absolute: number, share = 0): Tolerance =>
  (value) =>
    Math.max(absolute, Math.abs(value) * share);

export const CELL_TOLERANCE = 0.02; // V: the cell modules' accuracy (123-R1)
export const TEMPERATURE_TOLERANCE = 3; // °C
const cell = within(CELL_TOLERANCE);
const temperature = within(TEMPERATURE_TOLERANCE);
const current = within(5, 0.2); // A
const energy = within(20); // Wh
const total = within(1); // kWh

const QUANTITIES = {
  cellMin: { of: (frame) => frame.cellMin.voltage, tolerance: cell },
  cellMax: { of: (frame) => frame.cellMax.voltage, tolerance: cell },
  temperatureMin: { of: (frame) => frame.temperatureMin.celsius, tolerance: temperature },
  temperatureMax: { of: (frame) => frame.temperatureMax.celsius, tolerance: temperature },
  packVoltage: { of: (frame) => frame.packVoltage, tolerance: within(0.5, 0.01) },
  current: { of: (frame) => frame.current, tolerance: current },
  currentIn: { of: (frame) => frame.currentIn, tolerance: current },
  currentOut: { of: (frame) => frame.currentOut, tolerance: current },
  soc: { of: (frame) => frame.soc, tolerance: within(1) },
  energyCollectedToday: { of: (frame) => frame.energyCollectedToday, tolerance: energy },
  energyStored: { of: (frame) => frame.energyStored, tolerance: energy },
  energyConsumedToday: { of: (frame) => frame.energyConsumedToday, tolerance: energy },
  energyCollectedTotal: { of: (frame) => frame.energyCollectedTotal, tolerance: total },
  energyConsumedTotal: { of: (frame) => frame.energyConsumedTotal, tolerance: total },
  capacity: { of: (frame) => frame.capacity, tolerance: exactly },
  vMinSetting: { of: (frame) => frame.vMinSetting, tolerance: exactly },
  vMaxSetting: { of: (frame) => frame.vMaxSetting, tolerance: exactly },
  vBalanceSetting: { of: (frame) => frame.vBalanceSetting, tolerance: exactly },
} as const satisfies Record<string, Quantity>;

export type QuantityName = keyof typeof QUANTITIES;
const NAMES = Object.keys(QUANTITIES) as QuantityName[];

/** For each flag the answer while as many frames say yes as no: the one that permits less and warns more. */
const CAREFUL: Status = {
  chargeAllowed: false,
  loadAllowed: false,
  cellCommunicationError: true,
  vMin: true,
  vMax: true,
  tMin: true,
  tMax: true,
  socNotCalibrated: true,
};
const FLAGS = Object.keys(CAREFUL) as (keyof Status)[];

/** The extremes that name a cell. */
export type ExtremeName = 'cellMin' | 'cellMax' | 'temperatureMin' | 'temperatureMax';

export interface Believed {
  /** In the unit of the frame's field; `null`: the device says it does not know. */
  readonly value: number | null;
  /** Seconds from the frame it came from to the newest one; 0 when it is the newest. */
  readonly age: number;
}

export interface Verdict {
  readonly cellCount: number;
  /** `null`: the frames do not agree yet, so there is nothing new to say. */
  readonly values: Readonly<Record<QuantityName, Believed | null>>;
  /** Cell number of each extreme; `null` where it is not one of the cells. */
  readonly cellNumbers: Readonly<Record<ExtremeName, number | null>>;
  readonly status: Status;
  /** The newest frame's own cell, with its number and the count it was sent beside still to be judged. */
  readonly newest: Frame;
  /** Slow values of frames that agree with a neighbour in everything: each comes only every 20 s and has no vote. */
  readonly keyValues: readonly { readonly pair: KeyValue; readonly at: number }[];
}

export interface Vote {
  /**
   * Adds the frame measured at a monotonic second. Returns what to believe now, or `null` while fewer than two frames
   * of the last 5 s agree even on the number of cells.
   */
  add(frame: Frame, at: number): Verdict | null;
}

interface Voter {
  readonly frame: Frame;
  readonly at: number;
  /** Agrees with the frame before or after it in everything. */
  confirmed: boolean;
}

function sayTheSame(a: Frame, b: Frame): boolean {
  return (
    a.cellCount === b.cellCount &&
    FLAGS.every((flag) => a.status[flag] === b.status[flag]) &&
    NAMES.every((name) => agrees(QUANTITIES[name].of(a), QUANTITIES[name].of(b), QUANTITIES[name].tolerance))
  );
}

/**
 * A frame that counts other cells may come from another pack: its value is evidence like any other, but it makes nothing
 * fresh.
 */
function vote(voters: readonly Voter[], name: QuantityName, cellCount: number, now: number): Believed | null {
  const { of, tolerance } = QUANTITIES[name];
  const values = voters.map(({ frame }) => of(frame));
  const place = believed(values, tolerance);
  const voter = place === null ? undefined : voters[place];
  if (voter === undefined) return null;
  const ours = voters.findLast(({ frame }) => frame.cellCount === cellCount);
  return { value: of(voter.frame), age: now - Math.min(voter.at, ours?.at ?? voter.at) };
}

function voteCellNumber(voters: readonly Voter[], name: ExtremeName, cellCount: number): number | null {
  const newest = voters.at(-1)!.frame[name].cell;
  if (voters.at(-2)?.frame[name].cell === newest) return newest >= 1 && newest <= cellCount ? newest : null;
  const numbers = voters.map(({ frame }) => frame[name].cell);
  const number = repeated(numbers) ?? numbers.at(-1) ?? 0; // extremes of even cells wander: then the newest
  return number >= 1 && number <= cellCount ? number : null;
}

/** The newest frame as it stands: what three values that agree come to, without counting them one by one. */
function unanimous(frame: Frame): Record<QuantityName, Believed> {
  const now = (value: number | null): Believed => ({ value, age: 0 });
  return {
    cellMin: now(frame.cellMin.voltage),
    cellMax: now(frame.cellMax.voltage),
    temperatureMin: now(frame.temperatureMin.celsius),
    temperatureMax: now(frame.temperatureMax.celsius),
    packVoltage: now(frame.packVoltage),
    current: now(frame.current),
    currentIn: now(frame.currentIn),
    currentOut: now(frame.currentOut),
    soc: now(frame.soc),
    energyCollectedToday: now(frame.energyCollectedToday),
    energyStored: now(frame.energyStored),
    energyConsumedToday: now(frame.energyConsumedToday),
    energyCollectedTotal: now(frame.energyCollectedTotal),
    energyConsumedTotal: now(frame.energyConsumedTotal),
    capacity: now(frame.capacity),
    vMinSetting: now(frame.vMinSetting),
    vMaxSetting: now(frame.vMaxSetting),
    vBalanceSetting: now(frame.vBalanceSetting),
  };
}

function record<K extends string, V>(names: readonly K[], value: (name: K) => V): Record<K, V> {
  return Object.fromEntries(names.map((name) => [name, value(name)])) as Record<K, V>;
}

/** A vote that has heard nothing yet. */
export function createVote(): Vote {
  const voters: Voter[] = [];

  /** The newest two confirm each other when they say the same; returns those that were not confirmed before. */
  function confirm(): Voter[] {
    const before = voters.at(-2);
    const newest = voters.at(-1);
    if (before === undefined || newest === undefined || !sayTheSame(before.frame, newest.frame)) return [];
    const confirmed = before.confirmed ? [newest] : [before, newest];
    for (const voter of confirmed) voter.confirmed = true;
    return confirmed;
  }

  return {
    add(frame, at) {
      while (voters.length > 0 && (voters.length === VOTERS || at - voters[0]!.at > OLDEST_VOTE)) voters.shift();
      voters.push({ frame, at, confirmed: false });
      const confirmed = confirm();
      // Two in a row that say the same in everything have the majority, whatever the third says.
      const agreed = confirmed.length > 0;
      const cellCount = agreed ? frame.cellCount : repeated(voters.map((voter) => voter.frame.cellCount));
      if (cellCount === null) return null;
      return {
        cellCount,
        values: agreed ? unanimous(frame) : record(NAMES, (name) => vote(voters, name, cellCount, at)),
        cellNumbers: {
          cellMin: voteCellNumber(voters, 'cellMin', cellCount),
          cellMax: voteCellNumber(voters, 'cellMax', cellCount),
          temperatureMin: voteCellNumber(voters, 'temperatureMin', cellCount),
          temperatureMax: voteCellNumber(voters, 'temperatureMax', cellCount),
        },
        status: agreed
          ? frame.status
          : record(FLAGS, (flag) =>
              majority(
                voters.map((voter) => voter.frame.status[flag]),
                CAREFUL[flag],
              ),
            ),
        newest: frame,
        keyValues: confirmed.flatMap((voter) =>
          voter.frame.keyValue === null ? [] : [{ pair: voter.frame.keyValue, at: voter.at }],
        ),
      };
    },
  };
}
