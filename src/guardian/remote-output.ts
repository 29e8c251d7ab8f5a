/** An output that the guardian keeps, as the relay sees it. */
import { createListeners } from '../links/bus/listeners.ts';
import type { OutputSpec } from '../relays/output-spec.ts';
import type { RelayOutput, RelayState } from '../relays/relay.ts';
import type { Away, Channel } from './client.ts';
import type { OnExit } from './protocol.ts';

const UNKNOWN = { actual: null, verified: false, problem: null, fault: null } as const;

export function remoteOutput(channel: Channel, spec: OutputSpec, onExit: OnExit): RelayOutput & Away {
  const { clock, id, send } = channel;
  const listeners = createListeners<[]>();
  let until = -Infinity;
  /** A guardian that is started anew is told what was wanted; before anybody asked, nothing is. */
  let asked = false;
  let told: RelayState | null = null;
  let problem: string | null = null;

  const held = (): boolean => until > clock.now();
  const changed = (): void => listeners.tell();
  const ask = (): void => send(held() ? { t: 'hold', id, until } : { t: 'release', id });

  return {
    hold(to) {
      const was = held();
      until = to;
      asked = true;
      ask();
      if (was !== held()) changed();
    },
    release() {
      const was = held();
      until = -Infinity;
      asked = true;
      ask();
      if (was) changed();
    },
    state() {
      const commanded = held();
      if (problem !== null) return { commanded, ...UNKNOWN, problem, fault: 'lost' };
      if (told === null) return { commanded, ...UNKNOWN };
      const { actual, fault } = told;
      return {
        commanded,
        actual,
        verified: told.verified && told.commanded === commanded,
        problem: told.problem,
        fault,
      };
    },
    onChange: (listener) => listeners.add(listener),
    close() {
      listeners.clear();
      send({ t: 'close', id });
      channel.end();
    },
    begin() {
      send({ t: 'output', id, spec, onExit });
      if (asked) ask();
    },
    lost(why) {
      told = null;
      problem = why;
      changed();
    },
    received(message) {
      if (message.t === 'refused')
        problem = `the guardian cannot use ${message.problem.value}: ${message.problem.problem}`;
      else if (message.t === 'state') {
        told = message.state;
        problem = null;
      } else return;
      changed();
    },
  };
}
