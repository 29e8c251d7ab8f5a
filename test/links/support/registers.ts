/** Answers with a block of registers, a few of them changed, as a protocol decodes them. */
import assert from 'node:assert/strict';
import { DEFAULT_OPTIONS, type LinkOptions } from '../../../src/links/options.ts';
import type { Decoded, Protocol } from '../../../src/links/protocol.ts';
import { words } from './rtu.ts';

type Taken = Extract<Decoded, { readonly ok: true }>;

export interface Registers {
  /** Decodes a frame, which must be a good one. */
  readonly taken: (bytes: Uint8Array, options?: Partial<LinkOptions>) => Taken;
  /** Decodes the block, with the words that are named by their place changed. */
  readonly block: (changed?: Readonly<Record<number, number>>, options?: Partial<LinkOptions>) => Taken;
}

/** For the block that a unit answers to function 3. */
export function registersOf(protocol: Protocol, unit: number, registers: readonly number[]): Registers {
  const taken: Registers['taken'] = (bytes, options = {}) => {
    const decoded = protocol.decode(bytes, { ...DEFAULT_OPTIONS, ...options });
    assert.ok(decoded.ok, JSON.stringify(decoded));
    return decoded;
  };
  const block: Registers['block'] = (changed = {}, options = {}) => {
    const values = registers.map((word, at) => changed[at] ?? word);
    return taken(words(unit, 3, values), options);
  };
  return { taken, block };
}
