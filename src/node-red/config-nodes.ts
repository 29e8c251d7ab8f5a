/** What the config nodes offer to the nodes that refer to them. */
import type { BusSpec } from '../links/bus/bus.ts';
import type { PackRuntime } from '../runtime/pack-runtime.ts';
import type { RedNode } from './types.ts';

export interface BusNode extends RedNode {
  /** The line's address and settings, or `null` when they are wrong. */
  spec: BusSpec | null;
}

export interface PackNode extends RedNode {
  /** The running pack; `null` while its settings are refused. */
  pack: PackRuntime | null;
  /** Why there is no pack: one sentence a problem. */
  problems: readonly string[];
  /** The name as set, also while the settings are refused. */
  packName: string;
}
