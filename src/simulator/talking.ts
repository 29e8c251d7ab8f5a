/** A simulated device that talks by itself, on any line: its rhythm, and the faults of the line. */
import type { Clock } from '../engine/clock.ts';
import { type Commands, obey } from './control.ts';
import type { SimulatedDevice } from './device.ts';
import { createLineFaults } from './line-faults.ts';

export interface TalkingOptions {
  readonly clock: Clock;
  /** s from one turn to the next. */
  readonly period: number;
  /** What is said in a turn, in order. */
  readonly say: () => readonly Uint8Array[];
  /** Commands of the device itself, beside those of the line. */
  readonly commands?: Commands;
}

/**
 * Starts the device; the first turn is one period later. Beside its own it has the commands of its line
 * (`line-faults.ts`).
 */
export function talkingDevice({ clock, period, say, commands = {} }: TalkingOptions): SimulatedDevice {
  const faults = createLineFaults(4712);
  const all: Commands = { ...faults.commands, ...commands };
  const listeners = new Set<(bytes: Uint8Array) => void>();
  const due = new Set<() => void>();

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
      for (const lump of faults.lumps(whole)) {
        put(lump, after);
        after += faults.between;
      }
    }
  }

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
