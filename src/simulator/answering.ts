/** A simulated device that answers when asked, on any line: framing, faults of the line, and the way back. */
import type { Clock } from '../engine/clock.ts';
import { type Commands, numberOr, obey, plain } from './control.ts';
import type { Peer, SimulatedDevice } from './device.ts';
import { createRandom } from './random.ts';

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

/**
 * Starts the device. Faults of its line: `silence`/`resume`, `noise RATE|off` (share of the bits that flip),
 * `slow SECONDS|off`, `trickle BYTES|off` (answers come in lumps of so many bytes).
 */
export function answeringDevice({ clock, take, commands = {}, delay = 0 }: AnsweringOptions): SimulatedDevice {
  const random = createRandom(4711);
  const faults = { silent: false, bitErrors: 0, slow: 0, lump: 0 };
  const peers = new Set<Peer>();

  function disturb(bytes: Uint8Array): Uint8Array {
    if (faults.bitErrors === 0) return bytes;
    return bytes.map((byte) => {
      let flips = 0;
      for (let bit = 0; bit < 8; bit++) if (random() < faults.bitErrors) flips |= 1 << bit;
      return byte ^ flips;
    });
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

  function connect(send: (bytes: Uint8Array) => void): Peer {
    const look = take();
    let waiting: Uint8Array = new Uint8Array();
    let cancelPause: (() => void) | null = null;
    const due = new Set<() => void>();
    /** A line is a line: no answer overtakes one that was given before it. */
    let last = -Infinity;

    function answer(bytes: Uint8Array): void {
      const out = disturb(bytes);
      const lumps = faults.lump === 0 ? [out] : cut(out, faults.lump);
      for (const [index, lump] of lumps.entries()) {
        const now = clock.now();
        last = Math.max(now + delay + faults.slow + index * 0.005, last);
        if (last <= now) {
          send(lump);
          continue;
        }
        const cancel = clock.after(last - now, () => {
          due.delete(cancel);
          send(lump);
        });
        due.add(cancel);
      }
    }

    const peer: Peer = {
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
        for (const cancel of due) cancel();
        due.clear();
        peers.delete(peer);
      },
    };
    peers.add(peer);
    return peer;
  }

  return {
    connect,
    command: (line) => obey(all, line),
    close() {
      for (const peer of peers) peer.close();
    },
  };
}

function cut(bytes: Uint8Array, size: number): Uint8Array[] {
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => bytes.slice(i * size, (i + 1) * size));
}
