/** A simulated device that talks by itself, on any line: its rhythm, and the faults of the line. */
import type { Clock } from '../engine/clock.ts';
import { type Commands, numberOr, obey, plain } from './control.ts';
import type { SimulatedDevice } from './device.ts';
import { createRandom } from './random.ts';

export interface TalkingOptions {
  readonly clock: Clock;
  /** s from one turn to the next. */
  readonly period: number;
  /** What is said in a turn, in order. */
  readonly say: () => readonly Uint8Array[];
  /** Commands of the device itself, beside those of the line. */
  readonly commands?: Commands;
}

/** s between two lumps of a trickle. */
const LUMP_EVERY = 0.005;

/**
 * Starts the device; the first turn is one period later. Faults of its line: `silence`/`resume`, `noise RATE|off` (share
 * of the bits that flip), `slow SECONDS|off` (what is said comes so much later), `trickle BYTES|off` (in lumps).
 */
export function talkingDevice({ clock, period, say, commands = {} }: TalkingOptions): SimulatedDevice {
  const random = createRandom(4712);
  const faults = { silent: false, bitErrors: 0, slow: 0, lump: 0 };
  const listeners = new Set<(bytes: Uint8Array) => void>();
  const due = new Set<() => void>();

  function disturb(bytes: Uint8Array): Uint8Array {
    if (faults.bitErrors === 0) return bytes;
    return bytes.map((byte) => {
      let flips = 0;
      for (let bit = 0; bit < 8; bit++) if (random() < faults.bitErrors) flips |= 1 << bit;
      return byte ^ flips;
    });
  }

  function put(bytes: Uint8Array, after: number): void {
    const tell = (): void => {
      for (const listener of listeners) listener(bytes);
    };
    if (after <= 0) return tell();
    const cancel = clock.after(after, () => {
      due.delete(cancel);
      tell();
    });
    due.add(cancel);
  }

  function turn(): void {
    let after = faults.slow;
    for (const whole of say()) {
      if (faults.silent) continue;
      const bytes = disturb(whole);
      const size = faults.lump === 0 ? bytes.length : faults.lump;
      for (let at = 0; at < bytes.length; at += size) {
        put(bytes.slice(at, at + size), after);
        if (faults.lump > 0) after += LUMP_EVERY;
      }
    }
  }

  const all: Commands = {
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
    ...commands,
  };
  const stop = clock.every(period, turn);
  return {
    connect(send) {
      listeners.add(send);
      return { receive: () => undefined, close: () => void listeners.delete(send) };
    },
    command: (line) => obey(all, line),
    close() {
      stop();
      for (const cancel of due) cancel();
      due.clear();
      listeners.clear();
    },
  };
}
