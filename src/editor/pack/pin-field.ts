/**
 * The field of the PIN. What is typed goes to the runtime, which gives back a hash; only the hash gets into the hidden field
 * that Node-RED takes the credential from. The browser cannot hash by itself on a page that comes without TLS.
 */
import { KEPT, LONGEST_PIN, pinProblem, SHORTEST_PIN } from '../../runtime/pin-text.ts';
import { packText } from '../catalogue.ts';
import { byId, note } from '../form.ts';
import { textIn } from './answer.ts';
import { pinText } from './pin-kind.ts';

/** Milliseconds a notice stays. */
const NOTICE = 15_000;

function pinSentence(typed: string): string {
  return packText(`pin.${pinProblem(typed)}`, { min: SHORTEST_PIN, max: LONGEST_PIN });
}

export interface PinField {
  /** The dialog is being saved: from here on the answer goes to the node itself. */
  save(node: EditorNode): void;
}

export function pinField(): PinField {
  const shown = byId('cellwarden-pin');
  const kept = byId('node-config-input-pin');
  if (!(shown instanceof HTMLInputElement) || !(kept instanceof HTMLInputElement)) return { save: () => undefined };
  const before = kept.value;
  shown.value = before.startsWith('scrypt$') ? KEPT : before;
  /** The text that was sent last, and what came back for it. */
  let asked: { readonly text: string; hash: string | null } | null = null;
  let saved: EditorNode | null = null;

  const ask = (text: string): void => {
    if (asked?.text === text) return;
    const mine: { readonly text: string; hash: string | null } = { text, hash: null };
    asked = mine;
    const failed = (sentence: string): void => {
      if (asked !== mine) return;
      asked = null;
      if (saved === null) note('cellwarden-pin-problem', sentence);
      else RED.notify(packText('pin.not-kept', { problem: sentence }), { type: 'error', timeout: NOTICE });
    };
    $.ajax({
      url: 'cellwarden/pin',
      type: 'POST',
      dataType: 'json',
      contentType: 'application/json',
      data: JSON.stringify({ pin: text }),
    })
      .done((answer) => {
        const hash = textIn(answer, 'hash');
        if (hash === null) return failed(packText('pin.unanswered'));
        if (asked !== mine) return;
        mine.hash = hash;
        if (saved === null) kept.value = hash;
        else keepLate(saved, hash);
      })
      .fail((request) => failed(textIn(request.responseJSON, 'error') ?? packText('pin.unanswered')));
  };

  /** Brings the hidden field to what is typed, as far as that can be done at once. */
  const settle = (): void => {
    const text = shown.value;
    const what = pinText(text);
    note('cellwarden-pin-problem', what === 'wrong' ? pinSentence(text) : '');
    if (what !== 'new') asked = null;
    if (what === 'none' || what === 'environment') kept.value = text;
    else kept.value = what === 'new' && asked?.text === text && asked.hash !== null ? asked.hash : before;
    if (what === 'new') ask(text);
  };
  shown.addEventListener('change', settle);
  // A sentence about a PIN that is still being typed would come too early; one that is right now goes at once.
  shown.addEventListener('input', () => {
    if (pinText(shown.value) !== 'wrong') note('cellwarden-pin-problem', '');
  });

  return {
    save(node) {
      settle();
      saved = node;
      if (pinText(shown.value) !== 'wrong') return;
      RED.notify(packText('pin.not-kept', { problem: pinSentence(shown.value) }), { type: 'error', timeout: NOTICE });
    },
  };
}

/** The dialog was closed before the answer came. */
function keepLate(node: EditorNode, hash: string): void {
  const credentials = (node['credentials'] ?? {}) as Record<string, unknown>;
  credentials['pin'] = hash;
  credentials['has_pin'] = true;
  node['credentials'] = credentials;
  node['changed'] = true;
  RED.nodes.dirty(true);
}
