/** What is wrong with a field of the relay dialog, in a sentence; judged by the code that the runtime judges with. */
import { BOARD_TRAITS } from '../../relays/boards.ts';
import {
  boardOf,
  RELAY_PROPERTIES,
  relayProblem,
  type RelayProperties,
  type RelayProperty,
} from '../../node-red/relay-fields.ts';
import { nameOf, relayText } from '../catalogue.ts';
import { isEnvironment } from '../judge.ts';
import { linkOf } from '../pack/validate.ts';
import { harmless } from '../sentence.ts';
import { kindOfBus, nodeOf, propertiesOf } from './properties.ts';

/** @returns the sentence, or `null` when the field is right */
export function validateRelay(node: EditorNode, property: string, value: unknown): string | null {
  if (property === 'packs') return packsProblem(value);
  return isRelayProperty(property) ? fieldProblem(property, propertiesOf(node, { [property]: value })) : null;
}

/** What is wrong with one of the properties as they stand. What the environment gives is judged at deploy time. */
export function fieldProblem(property: RelayProperty, of: RelayProperties): string | null {
  const value = of[property];
  if (isEnvironment(value)) return null;
  if (property === 'bus') return busProblem(of);
  return sentenceOf(property, of);
}

function isRelayProperty(property: string): property is RelayProperty {
  return (RELAY_PROPERTIES as readonly string[]).includes(property);
}

function sentenceOf(property: RelayProperty, of: RelayProperties): string | null {
  const found = relayProblem(property, of, kindOfBus(of['bus']));
  if (found === null) return null;
  // Node-RED shows the sentences of validators as HTML.
  const detail = Object.entries(found.detail).map(([name, word]) => [name, harmless(String(word))]);
  return relayText(`problem.${found.key}`, Object.fromEntries(detail) as Record<string, string>);
}

function busProblem(of: RelayProperties): string | null {
  const board = boardOf(of);
  if (board === null || BOARD_TRAITS[board].bus === null) return null;
  const id = of['bus'] === '_ADD_' ? '' : of['bus'];
  const bus = nodeOf(id);
  if (bus?.valid === false) return relayText('problem.bus-wrong', { name: nameOf(bus) });
  // Which kind it will be is known at deploy time only.
  const found = isEnvironment(bus?.['kind']) ? null : sentenceOf('bus', { ...of, bus: id });
  if (found !== null || bus === null) return found;
  let taken = false;
  RED.nodes.eachConfig((config) => {
    if (config.type === 'bms-config' && config['bus'] === bus.id && linkOf(config) !== 'message') taken = true;
  });
  return taken ? relayText('problem.bus-taken', { name: nameOf(bus) }) : null;
}

/** A pack that must allow and does not exist any more never allows: say so before the relay stays open for it. */
function packsProblem(value: unknown): string | null {
  if (value === undefined || value === '') return null;
  const ids: unknown[] = Array.isArray(value) ? value : [value];
  const gone = ids.some((id) => !isEnvironment(id) && nodeOf(id) === null);
  return gone ? relayText('problem.pack-gone') : null;
}
