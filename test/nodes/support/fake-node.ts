/** A node of Node-RED as our views see it, with everything it did written down. */
import bmsBus from '../../../nodes/bms-bus/locales/en-US/bms-bus.json' with { type: 'json' };
import bmsConfig from '../../../nodes/bms-config/locales/en-US/bms-config.json' with { type: 'json' };
import cellMonitor from '../../../nodes/cell-monitor/locales/en-US/cell-monitor.json' with { type: 'json' };
import protection from '../../../nodes/protection/locales/en-US/protection.json' with { type: 'json' };
import relayOut from '../../../nodes/relay-out/locales/en-US/relay-out.json' with { type: 'json' };
import type { Message, NodeStatus, RedNode } from '../../../src/node-red/types.ts';
import { translateFrom, type Translate } from '../../../src/texts/translate.ts';

/** The English texts of all nodes. */
export const english: Translate = translateFrom(bmsBus, bmsConfig, cellMonitor, protection, relayOut);

export interface FakeNode extends RedNode {
  /** Messages by output, oldest first. */
  readonly out: Message[][];
  readonly statuses: NodeStatus[];
  readonly warnings: string[];
  readonly errors: string[];
}

/** @param outputs how many outputs it has, all of them wired; or the wires themselves */
export function createFakeNode(id: string, outputs: number | string[][]): FakeNode {
  const wires = typeof outputs === 'number' ? Array.from({ length: outputs }, (_, i) => [`${id}-${i}`]) : outputs;
  const out: Message[][] = wires.map(() => []);
  const statuses: NodeStatus[] = [];
  const warnings: string[] = [];
  const errors: string[] = [];
  return {
    id,
    name: id,
    type: 'test',
    wires,
    out,
    statuses,
    warnings,
    errors,
    send(message) {
      const ports = Array.isArray(message) ? message : [message];
      ports.forEach((port, i) => {
        if (port !== null) out[i]!.push(...(Array.isArray(port) ? port : [port]));
      });
    },
    status: (status) => void statuses.push(status),
    log: () => undefined,
    warn: (text) => void warnings.push(text),
    error: (text) => void errors.push(text),
    on: () => undefined,
  };
}

/** A `done` that keeps what it was called with. */
export function createDone(): { (error?: Error): void; readonly calls: (Error | undefined)[] } {
  const calls: (Error | undefined)[] = [];
  return Object.assign((error?: Error) => void calls.push(error), { calls });
}
