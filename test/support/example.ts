/** The examples of the package, as shipped. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Flow, FlowNode } from './node-red-process.ts';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** File names, in the order of the import menu. */
export const EXAMPLES: readonly string[] = readdirSync(join(ROOT, 'examples'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.json'))
  .toSorted();

export const FIRST_EXAMPLE = '1 - 123SmartBMS to relays.json';

/** @param folder the package to take it from; the checkout unless given */
export function readExample(name: string, folder = ROOT): Flow {
  return JSON.parse(readFileSync(join(folder, 'examples', name), 'utf8')) as Flow;
}

/** The first example with nothing but its two addresses replaced. */
export function firstExampleAt(bms: string, board: string, folder = ROOT): Flow {
  return readExample(FIRST_EXAMPLE, folder).map((node) => {
    if (node.type !== 'bms-bus') return node;
    return { ...node, address: node['name'] === 'BMS cable' ? bms : board };
  });
}

/** The node of a flow with this name. */
export function named(flow: Flow, name: string): FlowNode {
  const node = flow.find((one) => one['name'] === name);
  if (node === undefined) throw new Error(`the flow has no node called "${name}"`);
  return node;
}
