/** The packs that must allow: the first in a field of Node-RED's, the others as ticks. */
import { relayText } from '../catalogue.ts';
import { byId, field, make, showRow } from '../form.ts';

const boxes = (): HTMLInputElement[] => [
  ...document.querySelectorAll<HTMLInputElement>('#cellwarden-packs input[type=checkbox]'),
];

/** Where there is only one pack, it is meant. */
export function choosePack(): void {
  const select = field('node-input', 'pack');
  if (!(select instanceof HTMLSelectElement) || (select.value !== '' && select.value !== '_ADD_')) return;
  const [only, ...others] = [...select.options].filter(({ value }) => value !== '' && value !== '_ADD_');
  if (only === undefined || others.length > 0) return;
  select.value = only.value;
  $(select).trigger('change');
}

/** Every pack of the flow file, the ones chosen before and gone since too: a tick that vanishes is no decision. */
export function listPacks(node: EditorNode): void {
  const chosen = Array.isArray(node['packs']) ? node['packs'].filter((id) => typeof id === 'string') : [];
  const packs = new Map<string, string>();
  RED.nodes.eachConfig((config) => {
    if (config.type === 'bms-config') packs.set(config.id, config.name || config.id);
  });
  for (const id of chosen) if (!packs.has(id)) packs.set(id, relayText('label.packGone', { id }));
  const ticks = [...packs].map(([id, name]) => {
    const box = make('input', '');
    box.type = 'checkbox';
    box.value = id;
    box.checked = chosen.includes(id);
    return make('label', 'cw-check', box, name);
  });
  byId('cellwarden-packs')?.replaceChildren(...ticks);
}

/** The first pack needs no tick; where there is no other one, the row goes. */
export function showPacks(first: string): void {
  let others = 0;
  for (const box of boxes()) {
    const row = box.parentElement;
    if (row !== null) row.hidden = box.value === first;
    if (box.value !== first) others += 1;
  }
  showRow('cellwarden-packs-row', others > 0);
}

/** The ticked packs beside the first. */
export function furtherPacks(first: string): string[] {
  return boxes()
    .filter((box) => box.checked && box.value !== first)
    .map((box) => box.value);
}
