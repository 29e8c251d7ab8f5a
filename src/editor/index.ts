/** The one global of the editor page: what the dialogs of this package call. */
import { validateBus } from './bus.ts';
import css from './dialog.css';
import { validatePack } from './pack/validate.ts';
import { validateRelay } from './relay/validate.ts';

export { busDialog } from './bus.ts';
export { packDialog } from './pack/dialog.ts';
export { relayDialog } from './relay/dialog.ts';

const VALIDATORS: Readonly<Record<string, (node: EditorNode, property: string, value: unknown) => string | null>> = {
  'bms-config': validatePack,
  'bms-bus': validateBus,
  'bms-relay-out': validateRelay,
};

/**
 * What a default's `validate` answers.
 * @returns true, or the sentence that says what is wrong and what to do
 */
export function validate(node: EditorNode, property: string, value: unknown): true | string {
  return VALIDATORS[node.type]?.(node, property, value) ?? true;
}

// Every dialog of the package loads this script; the style is needed once.
if (document.getElementById('cellwarden-style') === null) {
  const style = document.createElement('style');
  style.id = 'cellwarden-style';
  style.textContent = css;
  document.head.append(style);
}
