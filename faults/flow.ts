/** The pieces that the flows of the scenarios are built from. */
import type { Flow, FlowNode } from '../test/support/node-red-process.ts';

export type RelayBoardKind = 'modbus-timed' | 'modbus-plain';

export interface ChainOptions {
  /** `tcp://…` or the path of a serial port. */
  readonly bms: string;
  readonly board: string;
  readonly cells: number;
  readonly relays: RelayBoardKind;
  /** Further properties of the pack node. */
  readonly pack: Readonly<Record<string, unknown>>;
}

/** The names that the pieces have in every flow. */
export const TAB = 'tab';
export const PACK = 'pack';
export const MONITOR = 'monitor';
export const PROTECTION = 'protection';
export const CHARGE_RELAY = 'charge-relay';
export const LOAD_RELAY = 'load-relay';
export const BMS_LINE = 'bms-line';
export const BOARD_LINE = 'board-line';

/**
 * A line to a device: serial where the address is a path. Its name must not be its id: Node-RED takes every property
 * that is the id of a config node for a reference to it.
 */
export function line(id: string, address: string): FlowNode {
  return { id, type: 'bms-bus', name: `the ${id}`, kind: address.startsWith('tcp://') ? 'tcp' : 'serial', address };
}

export interface RelayOptions {
  readonly id: string;
  readonly role: 'charge' | 'load' | 'contactor';
  readonly board: RelayBoardKind;
  readonly bus?: string;
  readonly unit?: number;
  /** From 1, as printed on the board. */
  readonly channel: number;
  readonly wires?: readonly string[];
}

export function relay(options: RelayOptions): FlowNode {
  const { id, role, board, bus = BOARD_LINE, unit = 1, channel, wires = [] } = options;
  return {
    id,
    type: 'bms-relay-out',
    z: TAB,
    name: id,
    role,
    pack: PACK,
    packs: [],
    board,
    bus,
    unit: String(unit),
    channel: String(channel),
    wiring: 'NO',
    x: 700,
    y: 100 + 60 * channel,
    wires: [wires],
  };
}

/** Pack, monitor, protection and the two relays: charge on the board's first contact, load on its second. */
export function chain(options: ChainOptions): Flow {
  const { bms, board, cells, relays, pack } = options;
  return [
    { id: TAB, type: 'tab', label: 'chain', disabled: false },
    line(BMS_LINE, bms),
    line(BOARD_LINE, board),
    {
      id: PACK,
      type: 'bms-config',
      name: 'house',
      profile: '123smartbms',
      cells: String(cells),
      capacity: '280',
      link: '123smartbms',
      bus: BMS_LINE,
      firstClose: false,
      ...pack,
    },
    {
      id: MONITOR,
      type: 'bms-cell-monitor',
      z: TAB,
      name: 'cells',
      pack: PACK,
      x: 200,
      y: 100,
      wires: [[PROTECTION], []],
    },
    {
      id: PROTECTION,
      type: 'bms-protection',
      z: TAB,
      name: 'protection',
      pack: PACK,
      x: 400,
      y: 100,
      wires: [[CHARGE_RELAY], [LOAD_RELAY], [], [], []],
    },
    relay({ id: CHARGE_RELAY, role: 'charge', board: relays, channel: 1 }),
    relay({ id: LOAD_RELAY, role: 'load', board: relays, channel: 2 }),
  ];
}

/** A button. `wires` are ids. */
export function button(
  id: string,
  wires: readonly string[],
  properties: Readonly<Record<string, unknown>> = {},
): FlowNode {
  const props = [{ p: 'payload' }];
  return {
    id,
    type: 'inject',
    z: TAB,
    name: id,
    props,
    repeat: '',
    once: false,
    payload: '',
    payloadType: 'date',
    x: 100,
    y: 400,
    wires: [wires],
    ...properties,
  };
}

export interface FunctionOptions {
  readonly wires?: readonly (readonly string[])[];
  /** Modules of Node.js it may use, by the name they have in the code. */
  readonly modules?: Readonly<Record<string, string>>;
  /** Runs when the node is started. */
  readonly start?: string;
}

/** A function node as a user writes one. */
export function code(id: string, func: string, options: FunctionOptions = {}): FlowNode {
  const { wires = [[]], modules = {}, start = '' } = options;
  return {
    id,
    type: 'function',
    z: TAB,
    name: id,
    func,
    outputs: wires.length,
    timeout: 0,
    noerr: 0,
    initialize: start,
    finalize: '',
    libs: Object.entries(modules).map(([name, module]) => ({ var: name, module })),
    x: 300,
    y: 400,
    wires,
  };
}

/** A neighbour that never finishes closing: Node-RED waits 15 s for it at every deploy that restarts it. */
export function neverCloses(id: string): FlowNode {
  return { id, type: 'rig-never-closes', z: TAB, name: id, x: 100, y: 500, wires: [] };
}

/** Says every status of the flow's nodes in Node-RED's log, for the alarms that no contact can show. */
export function statusInLog(): Flow {
  return [
    { id: 'statuses', type: 'status', z: TAB, name: '', scope: null, x: 100, y: 600, wires: [['say-status']] },
    code(
      'say-status',
      "node.log('rig ' + JSON.stringify({ node: msg.status.source.id, fill: msg.status.fill, text: msg.status.text }));",
    ),
  ];
}

/** Says what a relay node sends in Node-RED's log. */
export function relayInLog(): FlowNode {
  return code('say-relay', "node.log('rig ' + JSON.stringify({ relay: msg.relay, payload: msg.payload }));");
}

/** The flow with some properties of one node changed. */
export function changed(flow: Flow, id: string, properties: Readonly<Record<string, unknown>>): Flow {
  if (!flow.some((node) => node.id === id)) throw new Error(`the flow has no node ${id}`);
  return flow.map((node) => (node.id === id ? { ...node, ...properties } : node));
}

/** The flow without some nodes. */
export function without(flow: Flow, ...ids: readonly string[]): Flow {
  const left = flow.filter((node) => !ids.includes(node.id));
  if (left.length !== flow.length - ids.length) throw new Error(`the flow lacks one of ${ids.join(', ')}`);
  return left;
}
