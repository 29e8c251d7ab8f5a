/** A simulated device that answers when asked, on any line: framing, faults of the line, and the way back. */
import type { Clock } from '../engine/clock.ts';
import { type Commands, obey } from './control.ts';
import { createPeers, type Peer, type SimulatedDevice } from './device.ts';
import { createLineFaults } from './line-faults.ts';
import { createOrderedLine } from './ordered-line.ts';

/** What a device makes of the bytes that wait: how many it takes off, and what it says to them. */
export interface Taken {
  /** 0: they may become something with more bytes. */
  readonly used: number;
  readonly answers?: readonly Uint8Array[];
}

export interface AnsweringOptions {
  readonly clock: Clock;
  /** One for each line: looks at the bytes that wait, of which there is at least one. Total. */
  readonly take: () => (waiting: Uint8Array) => Taken;
  /** Commands of the device itself, beside those of the line. */
  readonly commands?: Commands;
  /** s it takes to answer. */
  readonly delay?: number;
}

/** s of quiet after which a request that was cut short is forgotten. */
const PAUSE = 0.1;
const MOST_WAITING = 4096;

/** Starts the device; beside its own it has the commands of its line (`line-faults.ts`). */
export function answeringDevice({ clock, take, commands = {}, delay = 0 }: AnsweringOptions): SimulatedDevice {
  const faults = createLineFaults(4711);
  const all: Commands = { ...faults.commands, ...commands };
  const peers = createPeers();

  function connect(send: (bytes: Uint8Array) => void): Peer {
    const look = take();
    let waiting: Uint8Array = new Uint8Array();
    let cancelPause: (() => void) | null = null;
    const line = createOrderedLine(clock, send);

    function answer(bytes: Uint8Array): void {
      for (const [index, lump] of faults.lumps(bytes).entries()) {
        line.put(lump, delay + faults.slow + index * faults.between);
      }
    }

    return peers.open({
      receive(bytes) {
        cancelPause?.();
        cancelPause = null;
        if (faults.silent) {
          waiting = new Uint8Array();
          return;
        }
        waiting = Uint8Array.from(Buffer.concat([waiting, bytes]).subarray(-MOST_WAITING));
        while (waiting.length > 0) {
          const { used, answers = [] } = look(waiting);
          for (const one of answers) answer(one);
          if (used === 0) break;
          waiting = waiting.slice(used);
        }
        if (waiting.length > 0) {
          cancelPause = clock.after(PAUSE, () => {
            waiting = new Uint8Array();
          });
        }
      },
      close() {
        cancelPause?.();
        line.close();
      },
    });
  }

  return {
    connect,
    command: (line) => obey(all, line),
    close: () => peers.close(),
  };
}
