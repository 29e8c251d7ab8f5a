/** The list of those who must agree beside the packs, by plain booleans: a topic and a timeout each. */
import { relayText } from '../catalogue.ts';
import { byId, make } from '../form.ts';

/** As typed: the timeout may still be anything. */
export interface TypedSender {
  readonly topic: string;
  readonly timeout: string;
}

const list = (): HTMLElement | null => byId('cellwarden-senders');

/** Shows the rows of a node's senders, and lets rows be added and taken away. */
export function prepareSenders(node: EditorNode, changed: () => void): void {
  list()?.replaceChildren(...sendersIn(node['senders']).map((sender) => row(sender, changed)));
  byId('cellwarden-add-sender')?.addEventListener('click', () => {
    const added = row({ topic: '', timeout: '' }, changed);
    list()?.append(added);
    added.querySelector('input')?.focus();
    changed();
  });
}

/** What stands in the rows; a row in which nothing was typed is none. Whole timeouts come as numbers. */
export function typedSenders(): { topic: string; timeout: string | number }[] {
  const rows = [...(list()?.querySelectorAll('.cw-sender') ?? [])];
  return rows
    .map((one): TypedSender => {
      const [topic, timeout] = [...one.querySelectorAll('input')].map(({ value }) => value.trim());
      return { topic: topic ?? '', timeout: timeout ?? '' };
    })
    .filter(({ topic, timeout }) => topic !== '' || timeout !== '')
    .map(({ topic, timeout }) => ({ topic, timeout: /^\d{1,6}$/.test(timeout) ? Number(timeout) : timeout }));
}

/** What a node holds, as far as it can be shown; anything else is shown as an empty row, which is wrong too. */
function sendersIn(given: unknown): TypedSender[] {
  if (!Array.isArray(given)) return [];
  return given.map((one: unknown): TypedSender => {
    const { topic, timeout } = typeof one === 'object' && one !== null ? (one as Record<string, unknown>) : {};
    return { topic: textOf(topic), timeout: textOf(timeout) };
  });
}

function textOf(given: unknown): string {
  return typeof given === 'string' || typeof given === 'number' ? String(given) : '';
}

function row({ topic, timeout }: TypedSender, changed: () => void): HTMLElement {
  const name = input(topic, relayText('label.topic'), '');
  const seconds = input(timeout, relayText('label.timeout'), 'cw-short');
  seconds.inputMode = 'numeric';
  const remove = make('button', 'red-ui-button', make('i', 'fa fa-times'));
  remove.type = 'button';
  remove.title = relayText('label.removeSender');
  remove.setAttribute('aria-label', remove.title);
  const element = make('div', 'cw-sender', name, seconds, make('span', 'cw-unit', 's'), remove);
  remove.addEventListener('click', () => {
    element.remove();
    changed();
  });
  return element;
}

function input(value: string, label: string, className: string): HTMLInputElement {
  const element = make('input', className);
  element.type = 'text';
  element.value = value;
  element.placeholder = label;
  element.setAttribute('aria-label', label);
  return element;
}
