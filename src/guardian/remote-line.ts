/** A bus that the guardian keeps, as the links of this process see it. */
import type { BusSpec, BusStatus, ModbusResult } from '../links/bus/bus.ts';
import { createListeners } from '../links/bus/listeners.ts';
import type { AnswerData } from '../links/bus/modbus-codec.ts';
import { LONGEST_WAIT } from '../links/bus/modbus-line.ts';
import type { Backend } from '../links/bus/movable.ts';
import type { BusUse } from '../links/bus/registry.ts';
import type { Away, Channel } from './client.ts';

export function remoteLine(channel: Channel, spec: BusSpec, use: BusUse): Backend & Away {
  const { clock, id, send } = channel;
  const statusListeners = createListeners<[BusStatus]>();
  const byteListeners = createListeners<[Uint8Array, number]>();
  const waiting = new Map<number, (result: ModbusResult<AnswerData>) => void>();
  let status: BusStatus = { state: 'connecting', problem: `opening ${spec.path}` };
  let questions = 0;

  function become(next: BusStatus): void {
    status = next;
    statusListeners.tell(next);
  }

  function failAll(text: string): void {
    const all = [...waiting.values()];
    waiting.clear();
    for (const settle of all) settle({ ok: false, reason: 'not-open', text });
  }

  function close(): void {
    if (status.state === 'closed') return;
    send({ t: 'line-close', id });
    channel.end();
    failAll('closed');
    byteListeners.clear();
    become({ state: 'closed', problem: 'closed' });
    statusListeners.clear();
  }

  return {
    transport: {
      path: spec.path,
      status: () => status,
      onStatus: (listener) => statusListeners.add(listener),
      onBytes: (listener) => byteListeners.add(listener),
      write(bytes) {
        if (status.state !== 'open') return false;
        send({ t: 'write', id, bytes });
        return true;
      },
      reopen(reason) {
        if (status.state === 'open') send({ t: 'reopen', id, reason });
      },
      close,
    },
    line:
      use === 'bytes'
        ? null
        : {
            request(request, { urgent = false, notAfter, ...more }) {
              if (status.state !== 'open') {
                return Promise.resolve({ ok: false, reason: 'not-open', text: status.problem ?? 'not open' });
              }
              const n = ++questions;
              const latest = notAfter ?? (urgent ? Infinity : clock.now() + LONGEST_WAIT);
              return new Promise((settle) => {
                waiting.set(n, settle);
                send({ t: 'ask', id, n, request, urgent, notAfter: latest, ...more });
              });
            },
            close: () => failAll('closed'),
          },
    begin() {
      send({ t: 'line', id, spec, use });
    },
    lost(why) {
      failAll(why);
      if (status.state !== 'closed') become({ state: 'lost', problem: why });
    },
    received(message) {
      if (status.state === 'closed') return;
      if (message.t === 'status') become(message.status);
      else if (message.t === 'bytes') byteListeners.tell(message.chunk, message.at);
      else if (message.t === 'refused') become({ state: 'lost', problem: `${spec.path}: ${message.problem.problem}` });
      else if (message.t === 'answer') {
        waiting.get(message.n)?.(message.result);
        waiting.delete(message.n);
      }
    },
  };
}
