/** What goes wrong between a simulated relay board and its line, the same for every kind of board. */
import type { Clock } from '../engine/clock.ts';
import { choice, type Commands, numberOr, plain } from './control.ts';

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
  close(): void;
}

/** Noise keeps the length of what it spoils, and has neither text nor a byte that means on or off. */
const NOISE = 0xa5;

/** A board without a fault. `onPower` is told when its power goes or comes back. */
export function createBoardFaults(clock: Clock, onPower: (on: boolean) => void): BoardFaults {
  const faults = { dead: false, powered: true, garbage: false, slow: 0 };
  const lines = new Set<AnswerLine>();

  return {
    hears: () => !faults.dead && faults.powered,
    line(send) {
      const answers = new Set<() => void>();
      /** A line is a line: no answer overtakes one that was given before it. */
      let last = -Infinity;
      const line: AnswerLine = {
        answer(bytes) {
          const out = faults.garbage ? bytes.map((byte) => byte ^ NOISE) : bytes;
          const now = clock.now();
          last = Math.max(now + faults.slow, last);
          if (last <= now) return send(out);
          const cancel = clock.after(last - now, () => {
            answers.delete(cancel);
            send(out);
          });
          answers.add(cancel);
        },
        close() {
          for (const cancel of answers) cancel();
          answers.clear();
          lines.delete(line);
        },
      };
      lines.add(line);
      return line;
    },
    commands: {
      dead: plain(() => {
        faults.dead = true;
      }),
      alive: plain(() => {
        faults.dead = false;
      }),
      'garbage on|off': choice(['on', 'off'], (word) => {
        faults.garbage = word === 'on';
      }),
      'slow SECONDS|off': numberOr(0, 600, ['off'], (seconds) => {
        faults.slow = seconds === 'off' ? 0 : seconds;
      }),
      'power on|off': choice(['on', 'off'], (word) => {
        const on = word === 'on';
        if (on === faults.powered) return;
        faults.powered = on;
        onPower(on);
      }),
    },
    close() {
      for (const line of lines) line.close();
    },
  };
}
