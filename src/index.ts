/** What the nodes take from the library. All of them load this one bundle, so that there is one runtime. */
export { parseBus } from './links/bus/address.ts';
export type { BusNode, PackNode } from './node-red/config-nodes.ts';
export {
  cellMessages,
  messageObservation,
  monitorStatus,
  readingMessage,
  sourceProblem,
  type CellMemory,
} from './node-red/monitor.ts';
export { packSetup } from './node-red/pack-setup.ts';
export { connectProtection } from './node-red/protection-view.ts';
export { connectRelay } from './node-red/relay-view.ts';
export { statusLine } from './node-red/status.ts';
export { textsOf } from './node-red/texts.ts';
export { isWired, type NodeConfig, type Red, type RedNode } from './node-red/types.ts';
export { host } from './runtime/host.ts';
export { pinGuard } from './runtime/pin.ts';
export type { StampedReading } from './runtime/stamp.ts';
