/**
 * What feeds the computer, the relays and the charger, as the packs of a relay say. Fed through an output that the pack
 * switches, they go dark when they are needed.
 */
import { profileValues } from '../../engine/pack/validate.ts';
import { choiceText, labelOf, nameOf, relayText, warningSentence } from '../catalogue.ts';
import { byId, note } from '../form.ts';
import { isProfile } from '../pack/placeholder.ts';
import { givenOf, judged } from '../pack/validate.ts';
import { nodeOf } from './properties.ts';

const SUPPLIES = ['supervisorSupply', 'relaySupply', 'chargerSupply'] as const;

/** Lets the button beside the supplies open the dialog of the pack. */
export function prepareSupplies(): void {
  byId('cellwarden-edit-pack')?.addEventListener('click', () => byId('node-input-btn-pack-edit')?.click());
}

/** @param packs ids of the packs that are chosen */
export function showSupplies(packs: readonly string[]): void {
  const nodes = packs.map(nodeOf).filter((node) => node !== null);
  note('cellwarden-supplies', nodes.length === 0 ? relayText('supply.none') : suppliesOf(nodes).join('\n'));
  note('cellwarden-supplies-problem', nodes.flatMap(lockoutsOf).join('\n'));
}

/** A line each; below the name of their pack where there are several. */
function suppliesOf(nodes: readonly EditorNode[]): string[] {
  return nodes.flatMap((node) => {
    const profile = node['profile'] ?? 'lifepo4';
    if (!isProfile(profile)) return [relayText('supply.unknown', { pack: nameOf(node) })];
    const values = profileValues(profile, givenOf(node));
    const supplies = SUPPLIES.map((name) =>
      relayText('supply.one', { setting: labelOf(name), value: choiceText(String(values[name])) }),
    );
    return nodes.length === 1 ? supplies : [relayText('supply.of', { pack: nameOf(node) }), ...supplies];
  });
}

/** The sentences that the pack's own dialog says, with the wiring that avoids it. */
function lockoutsOf(node: EditorNode): string[] {
  return judged(node['profile'] ?? 'lifepo4', givenOf(node))
    .warnings.filter(({ kind }) => kind === 'self-lockout')
    .map(warningSentence);
}
