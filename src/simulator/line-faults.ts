/** What goes wrong on the line of a simulated BMS, the same for one that answers and one that talks by itself. */
import { type Commands, numberOr, plain } from './control.ts';
import { createRandom, flipBits } from './random.ts';

export interface LineFaults {
  readonly silent: boolean;
  /** s that everything comes later. */
  readonly slow: number;
  /** s from one lump to the next; 0 while nothing is cut. */
  readonly between: number;
  /** What goes out as one piece comes in these lumps, bits flipped as the noise is. */
  lumps(bytes: Uint8Array): Uint8Array[];
  /**
   * `silence`/`resume`, `noise RATE|off` (share of the bits that flip), `slow SECONDS|off`, `trickle BYTES|off` (lumps of
   * so many bytes).
   */
  readonly commands: Commands;
}

const LUMP_EVERY = 0.005;

/** A line without a fault. */
export function createLineFaults(seed: number): LineFaults {
  const random = createRandom(seed);
  const faults = { silent: false, bitErrors: 0, slow: 0, lump: 0 };
  return {
    get silent() {
      return faults.silent;
    },
    get slow() {
      return faults.slow;
    },
    get between() {
      return faults.lump === 0 ? 0 : LUMP_EVERY;
    },
    lumps(bytes) {
      const out = flipBits(bytes, faults.bitErrors, random);
      const size = faults.lump === 0 ? Math.max(1, out.length) : faults.lump;
      return Array.from({ length: Math.ceil(out.length / size) }, (_, i) => out.slice(i * size, (i + 1) * size));
    },
    commands: {
      silence: plain(() => {
        faults.silent = true;
      }),
      resume: plain(() => {
        faults.silent = false;
      }),
      'noise RATE|off': numberOr(0, 1, ['off'], (rate) => {
        faults.bitErrors = rate === 'off' ? 0 : rate;
      }),
      'slow SECONDS|off': numberOr(0, 60, ['off'], (seconds) => {
        faults.slow = seconds === 'off' ? 0 : seconds;
      }),
      'trickle BYTES|off': numberOr(1, 1000, ['off'], (bytes) => {
        faults.lump = bytes === 'off' ? 0 : Math.round(bytes);
      }),
    },
  };
}
