/** Two buttons: "Find" asks the line what answers there, "Test" shows one reading, both before anything is deployed. */
import { busPropertyOf, OPTION_NAMES, type Place, PLACES, propertyOf } from '../../links/places.ts';
import { packText } from '../catalogue.ts';
import { byId, field, note, textOf } from '../form.ts';
import { textIn } from './answer.ts';
import { busFields } from './link-fields.ts';

const PREFIX = 'node-config-input';

/** Prepares both buttons. `choose` puts a protocol that was found into the form. */
export function prepareTry(node: EditorNode, choose: (link: string) => void): void {
  const find = byId('cellwarden-find');
  const test = byId('cellwarden-try');
  const ask = (path: string, body: object, waiting: string, show: (answer: unknown) => void): void => {
    for (const button of [find, test]) if (button instanceof HTMLButtonElement) button.disabled = true;
    note('cellwarden-try-result', packText(waiting));
    $.ajax({
      url: `cellwarden/${path}`,
      type: 'POST',
      dataType: 'json',
      contentType: 'application/json',
      data: JSON.stringify(body),
    })
      .done(show)
      .fail((request) => {
        const answer: unknown = request.responseJSON;
        note('cellwarden-try-result', textIn(answer, 'error') ?? packText('try.unanswered'));
      })
      .always(() => {
        for (const button of [find, test]) if (button instanceof HTMLButtonElement) button.disabled = false;
      });
  };
  find?.addEventListener('click', () => {
    const bus = busFields(textOf(node, busPropertyOf('link')));
    if (bus === null) return note('cellwarden-try-result', packText('bus.missing'));
    ask('find', { bus }, 'try.finding', (answer) => showFound(answer, choose));
  });
  test?.addEventListener('click', () => {
    const [first, ...others] = placesToTry(node);
    if (first === undefined) return;
    const lines: string[] = [];
    const tryOne = (place: Place, left: readonly Place[]): void => {
      const bus = busFields(textOf(node, busPropertyOf(place)));
      if (bus === null) return note('cellwarden-try-result', [...lines, packText('bus.missing')].join('\n'));
      const names = [place, 'cells', ...OPTION_NAMES.map((option) => propertyOf(place, option))];
      const config = Object.fromEntries(names.map((name) => [name, field(PREFIX, name)?.value ?? '']));
      ask('try', { bus, config: { ...config, id: node.id, place } }, 'try.trying', (answer) => {
        lines.push(...(place === 'link' ? [] : [packText(`link.${place}`)]), triedText(answer));
        note('cellwarden-try-result', lines.join('\n'));
        const [next, ...rest] = left;
        if (next !== undefined) tryOne(next, rest);
      });
    };
    tryOne(first, others);
  });
}

function showFound(answer: unknown, choose: (link: string) => void): void {
  const problem = textIn(answer, 'problem');
  const near = nearIn(answer);
  if (near.length > 0) {
    offerDevices(near);
    return note('cellwarden-try-result', [packText('try.near'), ...near.map(labelOfNear)].join('\n'));
  }
  const list: unknown = typeof answer === 'object' && answer !== null ? Reflect.get(answer, 'found') : null;
  const [first]: unknown[] = Array.isArray(list) ? list : [];
  const title = textIn(first, 'title');
  const link = textIn(first, 'link');
  if (title === null || link === null) {
    return note('cellwarden-try-result', [packText('try.nothing'), problem ?? ''].filter(Boolean).join('\n'));
  }
  choose(link);
  note('cellwarden-try-result', [packText('try.found', { title }), ...linesIn(first)].join('\n'));
}

interface Near {
  readonly address: string;
  readonly name: string;
}

function nearIn(answer: unknown): Near[] {
  const near: unknown = typeof answer === 'object' && answer !== null ? Reflect.get(answer, 'near') : null;
  if (!Array.isArray(near)) return [];
  return near.flatMap((one: unknown): Near[] => {
    const address = textIn(one, 'address');
    return address === null ? [] : [{ address, name: textIn(one, 'name') ?? '' }];
  });
}

const labelOfNear = ({ address, name }: Near): string => (name === '' ? address : `${address}  ${name}`);

/** What was seen may be picked in the fields that name a device. */
function offerDevices(near: readonly Near[]): void {
  const list = byId('cellwarden-near');
  list?.replaceChildren(...near.map((one) => new Option(labelOfNear(one), one.address)));
}

function triedText(answer: unknown): string {
  return textIn(answer, 'problem') ?? linesIn(answer).join('\n');
}

/** The devices that can be asked. */
export function placesToTry(node: EditorNode): Place[] {
  return PLACES.filter((place) => !['', 'message'].includes(textOf(node, place)));
}

function linesIn(answer: unknown): string[] {
  const lines: unknown = typeof answer === 'object' && answer !== null ? Reflect.get(answer, 'lines') : null;
  return Array.isArray(lines) ? lines.filter((line): line is string => typeof line === 'string') : [];
}
