/** What the nodes take from the library. All of them load this one bundle, so that there is one runtime. */
export { parseBus } from './links/bus/address.ts';
export type { BusNode, PackNode } from './node-red/config-nodes.ts';
export {
  cellMessages,
  monitorStatus,
  readingMessage,
  sourceProblem,
  type CellMemory,
} from './node-red/monitor.ts';
export { monitorInput } from './node-red/monitor-input.ts';
export { linkAdmin } from './node-red/link-admin.ts';
export { packAdmin } from './node-red/pack-admin.ts';
export { packSetup } from './node-red/pack-setup.ts';
export { connectProtection } from './node-red/protection-view.ts';
export { relayAdmin, type RelayNode } from './node-red/relay-admin.ts';
export { connectRelay } from './node-red/relay-view.ts';
export { safeInput } from './node-red/safe-input.ts';
export { statusLine } from './node-red/status.ts';
export { textsOf } from './node-red/texts.ts';
export { isWired, type NodeConfig, type Red, type RedNode } from './node-red/types.ts';
export { host } from './runtime/host.ts';
export { pinGuard, throttleOf } from './runtime/pin.ts';
export { adoptStore, listStores, storesRoot } from './runtime/store-folders.ts';
export type { StampedReading } from './runtime/stamp.ts';
