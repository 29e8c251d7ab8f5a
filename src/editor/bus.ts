/** The dialog of a bus: what kind of line, and where it is. */
import { parseBus, type BusProblem } from '../links/bus/address.ts';
import { busText } from './catalogue.ts';
import { byId, closeForm, field, make, note, onChange, openForm, showRow, textOf } from './form.ts';
import { isEnvironment } from './judge.ts';
import { harmless } from './sentence.ts';

const PREFIX = 'node-config-input';
const LINE_FIELDS = ['baudRate', 'dataBits', 'parity', 'stopBits'] as const;

/** The dialog says `address` for what a bus setting calls its path. */
const FIELD_OF: Readonly<Record<BusProblem['field'], string>> = {
  kind: 'kind',
  path: 'address',
  baudRate: 'baudRate',
  dataBits: 'dataBits',
  parity: 'parity',
  stopBits: 'stopBits',
};

/** @returns the sentence, or `null` when the field is right; each field is judged by itself */
export function validateBus(node: EditorNode, property: string, value: unknown): string | null {
  const kind = property === 'kind' ? value : textOf(node, 'kind');
  // What the environment gives is checked at deploy time.
  if (isEnvironment(value) || isEnvironment(kind)) return null;
  const line = LINE_FIELDS.some((name) => name === property) ? { [property]: value } : {};
  const parsed = parseBus({ kind, path: property === 'address' ? value : '/dev/null', ...line });
  if (parsed.ok || FIELD_OF[parsed.problem.field] !== property) return null;
  return busSentence(parsed.problem);
}

/** Lists the ports of the computer Node-RED runs on, stable names first; a click takes one. */
function findPorts(): void {
  const list = byId('cellwarden-ports-list');
  const say = (text: string): void => {
    list?.replaceChildren(text);
    showRow('cellwarden-ports-list', true);
  };
  $.ajax({ url: 'cellwarden/ports', type: 'GET', dataType: 'json' })
    .done((answer) => {
      const ports = portsIn(answer);
      if (ports.length === 0) return say(busText('ports.none'));
      list?.replaceChildren(...ports.map(portButton));
      showRow('cellwarden-ports-list', true);
    })
    .fail(() => say(busText('ports.unanswered')));
}

interface Port {
  readonly path: string;
  readonly about: string;
}

function portsIn(answer: unknown): Port[] {
  const ports: unknown = typeof answer === 'object' && answer !== null ? Reflect.get(answer, 'ports') : null;
  if (!Array.isArray(ports)) return [];
  return ports.flatMap((one: unknown): Port[] => {
    if (typeof one !== 'object' || one === null) return [];
    const { path, now, about } = one as Record<string, unknown>;
    if (typeof path !== 'string') return [];
    return [{ path, about: [now, about].filter((text) => typeof text === 'string' && text !== '').join(', ') }];
  });
}

function portButton({ path, about }: Port): HTMLElement {
  const button = make('button', 'red-ui-button', path);
  button.type = 'button';
  button.title = about;
  button.addEventListener('click', () => {
    const address = field(PREFIX, 'address');
    if (address === null) return;
    address.value = path;
    $(address).trigger('change');
  });
  return button;
}

function busSentence({ problem, value }: BusProblem): string {
  return busText(`problem.${problem}`, { value: harmless(value) });
}

export const busDialog = {
  prepare(node: EditorNode): void {
    openForm(node, PREFIX);
    const line = byId('cellwarden-line');
    if (line instanceof HTMLDetailsElement) line.open = LINE_FIELDS.some((name) => textOf(node, name) !== '');
    const refresh = (): void => show(node);
    byId('cellwarden-ports')?.addEventListener('click', findPorts);
    onChange('.cellwarden-bus', refresh);
    refresh();
  },
  close(node: { readonly id: string }): void {
    closeForm(node);
  },
};

function show(node: EditorNode): void {
  const kind = textOf(node, 'kind');
  const address = field(PREFIX, 'address');
  if (address instanceof HTMLInputElement) address.placeholder = busText(`example.${kind}`);
  note('cellwarden-address-about', busText(`hint.${kind}`));
  showRow('cellwarden-line', kind === 'serial');
  showRow('cellwarden-ports-row', kind === 'serial');
  if (kind !== 'serial') showRow('cellwarden-ports-list', false);
  // ttyUSB0 is whatever was plugged in first: after a restart it may be the other device.
  const wanders = kind === 'serial' && /^\/dev\/tty(USB|ACM)\d+$/.test(textOf(node, 'address').trim());
  note('cellwarden-address-note', wanders ? busText('note.wandering') : '');
  const typed = textOf(node, 'address').trim();
  note('cellwarden-address-problem', typed === '' ? '' : (validateBus(node, 'address', typed) ?? ''));
}
