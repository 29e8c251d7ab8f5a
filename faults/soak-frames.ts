/** The frames of a healthy 123\SmartBMS through days and nights, with the events of a plant, over a line that flips bits. */
import { FRAME_LENGTH, PAIR_COUNT, writeFrame } from '../src/simulator/123smartbms-frame.ts';

export const CELLS = 8;
const DAY = 86_400;
/** Raw counts of the device: its temperature is 0.857 × count − 232. */
const counts = (celsius: number): number => Math.round((celsius + 232) / 0.857);
const BITS = FRAME_LENGTH * 8;
/** Both permissions of the device itself. */
const ALLOWED = 0x03;

export interface Shown {
  /** V of the cell that stands out; `null`: none does. */
  readonly outlier: number | null;
  /** °C of the pack. */
  readonly celsius: number | null;
}

/** Numbers from 0 to 1, the same for the same seed (a linear congruence of 2^32, its high bits). */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 4_294_967_296;
  };
}

/** The frame of that second (s since the start): the voltages follow the sun a little, and never stand still. */
export function frameAt(second: number, { outlier, celsius }: Shown): Uint8Array {
  const sun = Math.sin((second / DAY) * 2 * Math.PI);
  // The last digit of a real device is never quiet: one that stands still is taken to be frozen.
  const noise = ((Math.imul(second, 0x9e3779b1) >>> 28) % 4) * 0.005;
  const base = 3.3 + 0.04 * sun + noise;
  const volts = Array.from({ length: CELLS }, (_, i) => base + ((second * 7 + i * 3) % 5) * 0.005);
  const odd = second % CELLS;
  if (outlier !== null) volts[3] = outlier;
  const lowest = volts.indexOf(Math.min(...volts));
  const highest = volts.indexOf(Math.max(...volts));
  const raw = counts(celsius ?? 20 + 3 * sun);
  const inward = Math.max(0, 40 * sun);
  const outward = Math.max(0, -40 * sun);
  return writeFrame({
    currentIn: inward,
    currentOut: outward,
    voltage: volts.reduce((a, b) => a + b, 0),
    lowestVoltage: { value: volts[lowest]!, cell: lowest + 1 },
    highestVoltage: { value: volts[highest]!, cell: highest + 1 },
    lowestTemperature: { value: raw, cell: 1 },
    highestTemperature: { value: raw, cell: 2 },
    cellCount: CELLS,
    cell: { number: odd + 1, voltage: volts[odd]!, temperature: raw },
    status: ALLOWED,
    collectedToday: 100,
    stored: 1000,
    consumedToday: 100,
    soc: Math.round(60 + 25 * Math.sin((second / DAY) * 2 * Math.PI - Math.PI / 2)),
    collectedTotal: Math.floor(second / 3600),
    consumedTotal: Math.floor(second / 3600),
    pair: { key: second % PAIR_COUNT, value: 1 },
    capacity: 7.2,
    vMin: 2.8,
    vMax: 3.65,
    vBalance: 3.5,
  });
}

/** A line that flips this share of the bits. `spoil` changes the frame in place and says whether anything was flipped. */
export function createLine(share: number, random: () => number): { spoil(frame: Uint8Array): boolean } {
  // Bits until the next flip, drawn at once: nearly every frame passes untouched.
  const draw = (): number => (share === 0 ? Infinity : Math.floor(Math.log(1 - random()) / Math.log(1 - share)));
  let left = draw();
  return {
    spoil(frame) {
      let flipped = false;
      while (left < BITS) {
        frame[left >> 3]! ^= 1 << (left & 7);
        flipped = true;
        left += 1 + draw();
      }
      left -= BITS;
      return flipped;
    },
  };
}
