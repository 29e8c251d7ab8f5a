/** What goes wrong between a simulated relay board and its line, the same for every kind of board. */
import type { Clock } from '../engine/clock.ts';
import { type Commands, numberOr, onOff, plain } from './control.ts';
import { createOrderedLine } from './ordered-line.ts';

/** One line's share: the way back for answers. */
export interface AnswerLine {
  /** Sends an answer: at once, late, or as so much noise. */
  answer(bytes: Uint8Array): void;
  /** What was still to be answered is not. */
  close(): void;
}

export interface BoardFaults {
  /** The board hears and obeys: it has power, and is not dead. */
  hears(): boolean;
  line(send: (bytes: Uint8Array) => void): AnswerLine;
  readonly commands: Commands;
}

/** Noise keeps the length of what it spoils, and has neither text nor a byte that means on or off. */
const NOISE = 0xa5;

/** A board without a fault. `onPower` is told when its power goes or comes back. */
export function createBoardFaults(clock: Clock, onPower: (on: boolean) => void): BoardFaults {
  const faults = { dead: false, powered: true, garbage: false, slow: 0 };

  return {
    hears: () => !faults.dead && faults.powered,
    line(send) {
      const ordered = createOrderedLine(clock, send);
      return {
        answer(bytes) {
          ordered.put(faults.garbage ? bytes.map((byte) => byte ^ NOISE) : bytes, faults.slow);
        },
        close: () => ordered.close(),
      };
    },
    commands: {
      dead: plain(() => {
        faults.dead = true;
      }),
      alive: plain(() => {
        faults.dead = false;
      }),
      'garbage on|off': onOff((on) => {
        faults.garbage = on;
      }),
      'slow SECONDS|off': numberOr(0, 600, ['off'], (seconds) => {
        faults.slow = seconds === 'off' ? 0 : seconds;
      }),
      'power on|off': onOff((on) => {
        if (on === faults.powered) return;
        faults.powered = on;
        onPower(on);
      }),
    },
  };
}
