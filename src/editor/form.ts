/**
 * The dialogs that are open now. A validator asks for the other fields of its node: while the dialog is open they are
 * what stands in the form, otherwise what the node has.
 */

export type Prefix = 'node-input' | 'node-config-input';

const open = new Map<string, Prefix>();

export function openForm(node: EditorNode, prefix: Prefix): void {
  open.set(node.id, prefix);
}

export function closeForm(node: { readonly id: string }): void {
  open.delete(node.id);
}

/** The value of a node's property as it stands; a config node not chosen yet is ''. */
export function valueOf(node: EditorNode, property: string): unknown {
  const prefix = open.get(node.id);
  const element = prefix === undefined ? null : field(prefix, property);
  return element === null ? node[property] : read(element);
}

/** The same as text, '' when there is nothing. */
export function textOf(node: EditorNode, property: string): string {
  const value = valueOf(node, property);
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

export type Field = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

export function field(prefix: Prefix, property: string): Field | null {
  const element = document.getElementById(`${prefix}-${property}`);
  if (element instanceof HTMLInputElement || element instanceof HTMLSelectElement) return element;
  return element?.tagName === 'TEXTAREA' ? (element as HTMLTextAreaElement) : null;
}

export function byId(id: string): HTMLElement | null {
  return document.getElementById(id);
}

/** Shows or hides the row a field stands in. */
export function showRow(id: string, shown: boolean): void {
  const row = byId(id);
  if (row !== null) row.hidden = !shown;
}

/** Fills a note; an empty text takes it away. */
export function note(id: string, text: string): void {
  const element = byId(id);
  if (element === null) return;
  element.textContent = text;
  element.hidden = text === '';
}

/** Options for a select, and the choice that was made before. */
export function fillSelect(
  select: Field | null,
  options: readonly [value: string, label: string][],
  value: unknown,
): void {
  if (!(select instanceof HTMLSelectElement)) return;
  select.replaceChildren(...options.map(([of, label]) => new Option(label, of)));
  select.value = typeof value === 'string' ? value : '';
}

/** Runs `refresh` on every change of a form, typed, chosen or made by Node-RED itself. */
export function onChange(form: string, refresh: () => void): void {
  $(form).on('change keyup paste input', refresh);
}

function read(element: Field): string | boolean {
  if (element instanceof HTMLInputElement && element.type === 'checkbox') return element.checked;
  return element.value === '_ADD_' ? '' : element.value;
}

/** A new element; a class list and children in one go. */
export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className: string,
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  if (className !== '') element.className = className;
  element.append(...children);
  return element;
}
