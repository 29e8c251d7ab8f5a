/** What the cell monitor makes of messages: readings of the source "message", bytes of a BMS's line, and polls. */
import type { Clock } from '../engine/clock.ts';
import type { Observation } from '../engine/reading/observation.ts';
import type { PackRuntime } from '../runtime/pack-runtime.ts';
import { badnessOfObservation } from './badness.ts';
import { createByteIntake } from './byte-intake.ts';
import { createIntake } from './intake.ts';
import { messageObservation } from './monitor.ts';
import type { Done, Message } from './types.ts';

export interface MonitorInputOptions {
  readonly pack: Pick<PackRuntime, 'feed' | 'poll' | 'observe'>;
  readonly clock: Clock;
  /** Told how many messages were shed, once a window. */
  readonly shed?: (count: number) => void;
}

export interface MonitorInput {
  /** Takes a message in. `done` is called when it has been used, or when it is shed. */
  input(message: Message, done: Done): void;
  /** Drops what waits. */
  close(): void;
}

interface Item {
  readonly seen: Observation | null;
  readonly done: Done;
}

/** @returns the way in; a storm of messages is cut down to the newest and the worst (`intake.ts`) */
export function monitorInput({ pack, clock, shed }: MonitorInputOptions): MonitorInput {
  const told = shed === undefined ? {} : { shed };
  const bytes = createByteIntake({ clock, feed: (chunk) => pack.feed(chunk), ...told });
  const intake = createIntake<Item>({
    clock,
    handle({ seen, done }, at) {
      if (seen === null) pack.poll();
      else pack.observe('message', seen, at);
      done();
    },
    give: ({ done }, error) => done(error),
    badness: ({ seen }) => (seen === null ? [] : badnessOfObservation(seen)),
    ...told,
  });
  return {
    input(message, done) {
      const payload = message['payload'];
      if (payload instanceof Uint8Array) {
        bytes.push(payload);
        return done();
      }
      const seen = messageObservation(message);
      intake.take({ seen, done }, seen === null ? 'poll' : kindOf(message));
    },
    close() {
      bytes.close();
      intake.close();
    },
  };
}

/** Readings by hand are told apart by their topic. */
export function kindOf(message: Message): string {
  const topic = message['topic'];
  return `message ${typeof topic === 'string' ? topic : ''}`;
}
