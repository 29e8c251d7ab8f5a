/** A bus as the line of a contact. */
import type { BusBase } from '../links/bus/bus.ts';

/** Calls back with `null` when the bus opens, and with the reason when it is lost. */
export function onBusLine(bus: Pick<BusBase, 'onStatus'>, listener: (problem: string | null) => void): () => void {
  return bus.onStatus(({ state, problem }) => {
    if (state === 'open') listener(null);
    else if (problem !== null) listener(problem);
  });
}
