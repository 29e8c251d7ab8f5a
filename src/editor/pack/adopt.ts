/** Offers the stored states that belong to no pack of this flow: of a pack that was deleted, or of another machine. */
import { packText } from '../catalogue.ts';
import { field, fillSelect, showRow } from '../form.ts';
import { harmless } from '../sentence.ts';
import { storedIn, type Stored } from './answer.ts';

/** Shows the row as soon as there is something to choose. */
export function offerStored(node: EditorNode): void {
  const select = field('node-config-input', 'adopt');
  if (!(select instanceof HTMLSelectElement)) return;
  const chosen = typeof node['adopt'] === 'string' ? node['adopt'] : '';
  const fill = (stored: readonly Stored[]): void => {
    const others = stored.filter(({ id }) => id !== node.id && !RED.nodes.node(id));
    const options = others.map(({ id, name, at }): [string, string] => [id, labelOf(name === '' ? id : name, at)]);
    // A choice that was made stays one, or saving the dialog would take it back.
    if (chosen !== '' && !options.some(([id]) => id === chosen)) options.push([chosen, harmless(chosen)]);
    fillSelect(select, [['', packText('adopt.nothing')], ...options], chosen);
    showRow('cellwarden-adopt-row', options.length > 0);
    showRow('cellwarden-adopt-about', options.length > 0);
  };
  fill([]);
  $.ajax({ url: 'cellwarden/stores', type: 'GET', dataType: 'json' }).done((answer) => fill(storedIn(answer)));
}

function labelOf(name: string, at: number): string {
  return packText('adopt.state', { name: harmless(name), date: new Date(at).toLocaleString() });
}
