/** The properties of a relay node as they stand: in the form while its dialog is open, otherwise in the node. */
import type { BusKind } from '../../links/bus/bus.ts';
import { RELAY_PROPERTIES, type RelayProperties } from '../../node-red/relay-fields.ts';
import { valueOf } from '../form.ts';

/** What the properties say, by name; `over` counts before what stands there. */
export function propertiesOf(node: EditorNode, over: RelayProperties = {}): RelayProperties {
  const standing = RELAY_PROPERTIES.map((name): [string, unknown] => [name, valueOf(node, name)]);
  return { ...Object.fromEntries(standing), packs: node['packs'], ...over };
}

/** The node of an id, `null` when there is none: Node-RED itself says `undefined` then. */
export function nodeOf(id: unknown): EditorNode | null {
  return typeof id === 'string' && id !== '' ? (RED.nodes.node(id) ?? null) : null;
}

/** The kind of a bus as its node says; `null` for one that does not exist. */
export function kindOfBus(id: unknown): BusKind | null {
  const bus = nodeOf(id);
  if (bus === null) return null;
  const kind = bus['kind'];
  return kind === 'tcp' || kind === 'modbus-tcp' ? kind : 'serial';
}
