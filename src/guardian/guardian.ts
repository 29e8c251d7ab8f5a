/**
 * The guardian: a small process beside Node-RED that owns the outputs which stay as they were commanded. It opens them
 * when their leases are not renewed, and when Node-RED is gone: at once, or at the end of the lease, as each is set.
 */
import type { Clock } from '../engine/clock.ts';
import type { BusRegistry } from '../links/bus/registry.ts';
import type { OpenedOutput } from '../relays/open-output.ts';
import type { OutputSpec } from '../relays/output-spec.ts';
import { createKeptOutputs } from './kept-outputs.ts';
import type { FromGuardian, Inheritance, ToGuardian } from './protocol.ts';
import { createServedLines } from './served-lines.ts';

/** A signal to end says that the service is stopped when Node-RED ends within so many seconds. */
const SIGNAL_COUNTS = 30;
/** Between two looks whether everything is done (s). */
const LOOK = 0.05;

export interface GuardianOptions {
  readonly clock: Clock;
  readonly buses: BusRegistry;
  readonly open: (spec: OutputSpec) => OpenedOutput;
  readonly send: (message: FromGuardian) => void;
  /** Bytes of memory this process uses. */
  readonly memory: () => number;
  /** Ends this process. */
  readonly exit: () => void;
}

export interface Guardian {
  receive(message: ToGuardian): void;
  /** Node-RED has ended, in whatever way. */
  parentGone(): void;
  /** Somebody wants this process to end: a service manager that stops everything, or a hand on the keyboard. */
  signalled(): void;
  /** This process can no longer be trusted: everything is opened, and it ends. */
  fail(): void;
  /** What is held, for the guardian of the Node-RED that was started meanwhile; `null` while the own one lives. */
  handOver(): Inheritance[] | null;
  inherit(held: readonly Inheritance[]): void;
}

export function createGuardian({ clock, buses, open, send, memory, exit }: GuardianOptions): Guardian {
  const outputs = createKeptOutputs(clock, open);
  const lines = createServedLines(buses, send);
  let signalledAt = -Infinity;
  let isOrphan = false;
  /** Everything is being opened for good: no hold counts any more. */
  let isEnding = false;
  let stopLooking: (() => void) | null = null;

  function endWhenDone(): void {
    stopLooking ??= clock.every(LOOK, () => {
      if (!outputs.isDone(isEnding)) return;
      stopLooking?.();
      exit();
    });
  }

  /** The service is stopped: this process will be killed soon, so nothing can be held any longer. */
  function stopNow(): void {
    isEnding = true;
    outputs.releaseAll();
    endWhenDone();
  }

  return {
    receive(message) {
      switch (message.t) {
        case 'output': {
          const { id, spec, onExit } = message;
          const problem = outputs.claim(id, spec, onExit, (state) => send({ t: 'state', id, state }));
          if (problem !== null) send({ t: 'refused', id, problem });
          return;
        }
        case 'hold':
          return isEnding ? undefined : outputs.hold(message.id, message.until);
        case 'release':
          return outputs.release(message.id);
        case 'close':
          return outputs.close(message.id);
        case 'line':
          return lines.open(message.id, message.spec, message.use);
        case 'line-close':
          return lines.close(message.id);
        case 'write':
          return lines.write(message.id, message.bytes);
        case 'reopen':
          return lines.reopen(message.id, message.reason);
        case 'ask':
          return lines.ask(message);
        case 'ping':
          return send({ t: 'pong', n: message.n, rss: memory() });
        case 'stopping':
          isEnding = true;
          return outputs.releaseAll();
        default:
          message satisfies never;
      }
    },
    parentGone() {
      isOrphan = true;
      outputs.orphan();
      lines.closeAll();
      if (clock.now() - signalledAt < SIGNAL_COUNTS) stopNow();
      else endWhenDone();
    },
    signalled() {
      signalledAt = clock.now();
      if (isOrphan) stopNow();
    },
    fail: stopNow,
    handOver() {
      if (!isOrphan) return null;
      const held = outputs.handOver();
      buses.closeAll();
      endWhenDone();
      return held;
    },
    inherit: (held) => outputs.inherit(held),
  };
}
