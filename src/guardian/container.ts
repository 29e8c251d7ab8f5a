/**
 * In a container everything ends with its first process, the guardian too: it cannot outlive Node-RED there. So it is told
 * before, when the container is stopped in order.
 */
import { existsSync } from 'node:fs';

/** Files that Docker and Podman put into every container. */
const MARKS = ['/.dockerenv', '/run/.containerenv'];

export function isInContainer(exists: (path: string) => boolean = existsSync): boolean {
  return MARKS.some((path) => exists(path));
}

/** What is used of `process`. */
export interface Signals {
  listenerCount(signal: string): number;
  on(signal: string, listener: () => void): unknown;
}

/**
 * Calls back when this process is told to end. Only beside somebody who ends it: the first listener of a signal takes away
 * what the system does by itself.
 */
export function beforeEnd(signals: Signals, call: () => void): void {
  for (const signal of ['SIGTERM', 'SIGINT']) if (signals.listenerCount(signal) > 0) signals.on(signal, call);
}
