/** Benches that close themselves, and what tests look for in what they see. */
import assert from 'node:assert/strict';
import type { Protocol } from '../../../src/links/protocol.ts';
import type { DeviceKind } from '../../../src/simulator/device.ts';
import { createLinkBench, type LinkBench, type LinkBenchOptions } from './link-bench.ts';

export const near = (actual: unknown, wanted: number, within: number): void =>
  assert.ok(typeof actual === 'number' && Math.abs(actual - wanted) <= within, `${String(actual)} is not ${wanted}`);

/** To be called inside a `describe`: gives the way to open benches; they are closed behind each of its tests. */
export function benches(under: {
  readonly protocol: Protocol;
  readonly device: DeviceKind;
}): (options?: Partial<LinkBenchOptions>) => LinkBench {
  const { protocol, device } = under;
  const open: LinkBench[] = [];
  afterEach(() => {
    for (const one of open.splice(0)) one.close();
  });
  return (options = {}) => {
    const made = createLinkBench({ protocol, device, ...options });
    open.push(made);
    return made;
  };
}

/** The names of the flags that are set in a part of a frame. */
export function setIn(part: unknown): string[] {
  const flags = part as Readonly<Record<string, boolean>>;
  return Object.keys(flags).filter((name) => flags[name]);
}
