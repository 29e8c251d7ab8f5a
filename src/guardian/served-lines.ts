/** The lines that links of Node-RED use, on buses that the guardian keeps because a relay hangs on them. */
import type { BusRegistry, BusUse, HeldLine } from '../links/bus/registry.ts';
import type { BusSpec } from '../links/bus/bus.ts';
import type { FromGuardian, ToGuardian } from './protocol.ts';

type Asked = Extract<ToGuardian, { t: 'ask' }>;

export interface ServedLines {
  open(id: number, spec: BusSpec, use: BusUse): void;
  write(id: number, bytes: Uint8Array): void;
  reopen(id: number, reason: string): void;
  ask(question: Asked): void;
  close(id: number): void;
  closeAll(): void;
}

/** @param send to Node-RED */
export function createServedLines(buses: BusRegistry, send: (message: FromGuardian) => void): ServedLines {
  const lines = new Map<number, { held: HeldLine; stops: (() => void)[] }>();

  function close(id: number): void {
    const line = lines.get(id);
    if (line === undefined) return;
    lines.delete(id);
    for (const stop of line.stops) stop();
    line.held.release();
  }

  return {
    open(id, spec, use) {
      const claim = buses.line(spec, use);
      if (!claim.ok) return send({ t: 'refused', id, problem: claim.problem });
      const { transport } = claim.bus;
      const stops = [transport.onStatus((status) => send({ t: 'status', id, status }))];
      // The bytes of a Modbus line are for the one who asked, and that is this process.
      if (use === 'bytes') stops.push(transport.onBytes((chunk, at) => send({ t: 'bytes', id, chunk, at })));
      lines.set(id, { held: claim.bus, stops });
      send({ t: 'status', id, status: transport.status() });
    },
    write: (id, bytes) => void lines.get(id)?.held.transport.write(bytes),
    reopen: (id, reason) => lines.get(id)?.held.transport.reopen(reason),
    ask({ id, n, request, t: _t, ...how }) {
      const line = lines.get(id)?.held.line ?? null;
      if (line === null) {
        return send({ t: 'answer', id, n, result: { ok: false, reason: 'not-open', text: 'the line is closed' } });
      }
      // A Modbus line never rejects.
      void line.request(request, how).then((result) => send({ t: 'answer', id, n, result }));
    },
    close,
    closeAll() {
      for (const id of lines.keys()) close(id);
    },
  };
}
