/** The dialog of a relay: what it may do, who must allow it, and on which board it sits. */
import { ROLES } from '../engine/vocabulary.ts';
import { nameOf, relayText } from './catalogue.ts';
import { isRefused, remark } from './fail-safe.ts';
import {
  byId,
  closeForm,
  field,
  fillSelect,
  make,
  note,
  onChange,
  openForm,
  showRow,
  textOf,
  valueOf,
} from './form.ts';
import { isEnvironment } from './judge.ts';
import { linkOf } from './pack/validate.ts';

const PREFIX = 'node-input';
/** Modbus: 1…247 are addresses of single devices. */
const UNIT_MAX = 247;
/** More relays than any board has; past it the number is a coil address or a slip. */
const CHANNEL_MAX = 256;
const BOARDS = ['modbus-timed', 'modbus-plain', 'message'] as const;
const WIRINGS = ['NO', 'NC'] as const;
const HAS_NO_DEFAULT: readonly string[] = ['role', 'bus'];

/** @returns the sentence, or `null` when the field is right */
export function validateRelay(node: EditorNode, property: string, value: unknown): string | null {
  // A flow written by hand may leave out what has a default; the runtime fills in the same one.
  if (isEnvironment(value) || (value === undefined && !HAS_NO_DEFAULT.includes(property))) return null;
  const onModbus = boardOf(node) !== 'message';
  switch (property) {
    case 'role':
      return oneOf(value, ROLES, 'problem.role');
    case 'board':
      return oneOf(value, BOARDS, 'problem.board');
    case 'wiring':
      if (isRefused(String(value), textOf(node, 'role'))) return relayText('problem.normally-closed');
      return oneOf(value, WIRINGS, 'problem.wiring');
    case 'bus':
      return onModbus ? busProblem(value) : null;
    case 'unit':
      return onModbus ? wholeNumber(value, UNIT_MAX, 'problem.unit') : null;
    case 'channel':
      return onModbus ? wholeNumber(value, CHANNEL_MAX, 'problem.channel') : null;
    case 'packs':
      return packsProblem(value);
    default:
      return null;
  }
}

function boardOf(node: EditorNode): string {
  return valueOf(node, 'board') === undefined ? (node['bus'] ? 'modbus-timed' : 'message') : textOf(node, 'board');
}

function oneOf(value: unknown, choices: readonly string[], key: string): string | null {
  if (choices.some((choice) => choice === value)) return null;
  return relayText(key, { choices: choices.join(', ') });
}

function wholeNumber(value: unknown, max: number, key: string): string | null {
  const text = typeof value === 'string' || typeof value === 'number' ? String(value).trim() : '';
  const number = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  return number >= 1 && number <= max ? null : relayText(key, { max });
}

function busProblem(value: unknown): string | null {
  const bus = typeof value === 'string' ? RED.nodes.node(value) : null;
  if (bus === null) return relayText(!value || value === '_ADD_' ? 'problem.no-bus' : 'problem.bus-gone');
  if (bus.valid === false) return relayText('problem.bus-wrong', { name: nameOf(bus) });
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
  const gone = ids.some((id) => typeof id !== 'string' || (!isEnvironment(id) && RED.nodes.node(id) === null));
  return gone ? relayText('problem.pack-gone') : null;
}

export const relayDialog = {
  prepare(node: EditorNode): void {
    fillSelect(
      field(PREFIX, 'role'),
      ROLES.map((name) => [name, relayText(`role.${name}`)]),
      node['role'],
    );
    fillSelect(
      field(PREFIX, 'board'),
      BOARDS.map((name) => [name, relayText(`board.${name}`)]),
      boardOf(node),
    );
    fillSelect(
      field(PREFIX, 'wiring'),
      WIRINGS.map((name) => [name, relayText(`wiring.${name}`)]),
      node['wiring'] ?? 'NO',
    );
    listPacks(node);
    // From here on the fields count; before, the selects were still empty.
    openForm(node, PREFIX);
    const refresh = (): void => show(node);
    onChange('.cellwarden-relay', refresh);
    refresh();
  },

  save(node: EditorNode): void {
    node['packs'] = chosenPacks(textOf(node, 'pack'));
    closeForm(node);
  },

  close(node: { readonly id: string }): void {
    closeForm(node);
  },
};

const packBoxes = (): HTMLInputElement[] => [
  ...document.querySelectorAll<HTMLInputElement>('#cellwarden-packs input[type=checkbox]'),
];

function chosenPacks(first: string): string[] {
  return packBoxes()
    .filter((box) => box.checked && box.value !== first)
    .map((box) => box.value);
}

/** Every pack of the flow file, the ones chosen before and gone since too: a tick that vanishes is no decision. */
function listPacks(node: EditorNode): void {
  const chosen = Array.isArray(node['packs']) ? node['packs'].filter((id) => typeof id === 'string') : [];
  const packs = new Map<string, string>();
  RED.nodes.eachConfig((config) => {
    if (config.type === 'bms-config') packs.set(config.id, config.name || config.id);
  });
  for (const id of chosen) if (!packs.has(id)) packs.set(id, relayText('label.packGone', { id }));
  const boxes = [...packs].map(([id, name]) => {
    const box = make('input', '');
    box.type = 'checkbox';
    box.value = id;
    box.checked = chosen.includes(id);
    return make('label', 'cw-check', box, name);
  });
  byId('cellwarden-packs')?.replaceChildren(...boxes);
}

function show(node: EditorNode): void {
  const role = textOf(node, 'role');
  const board = textOf(node, 'board');
  const first = textOf(node, 'pack');
  let others = 0;
  for (const box of packBoxes()) {
    const row = box.parentElement;
    if (row !== null) row.hidden = box.value === first;
    if (box.value !== first) others += 1;
  }
  showRow('cellwarden-packs-row', others > 0);
  for (const name of ['bus', 'unit', 'channel']) showRow(`cellwarden-relay-${name}-row`, board !== 'message');
  note('cellwarden-role-about', relayText(`about.${role}`));
  const wiring = textOf(node, 'wiring');
  const found = remark(board, wiring, role);
  note('cellwarden-remark', found === null ? '' : relayText(`remark.${found}`));
  note('cellwarden-wiring-problem', isRefused(wiring, role) ? relayText('problem.normally-closed') : '');
}
