/**
 * Between Node-RED and what a node does with a message. A message comes from anybody: it may throw when it is looked at, and
 * it may hold a PIN that nobody else is to see.
 */
import { forgetPin } from '../runtime/command.ts';
import type { Translate } from '../texts/translate.ts';
import type { Done, Message, RedNode, Send } from './types.ts';

/** As much of what was thrown as helps to find its cause. */
const LONGEST_CAUSE = 80;

/**
 * A listener that never throws, answers at most once, and takes the PIN out of a message before anything is reported with it.
 * @param handle what the node does with a message; it may throw, and may answer later
 */
export function safeInput(
  handle: (message: Message, done: Done) => void,
  translate: Translate,
): (this: RedNode, message: Message, send: Send, done: Done) => void {
  return (message, _send, done) => {
    let isAnswered = false;
    const once: Done = (error) => {
      if (isAnswered) return;
      isAnswered = true;
      forgetPin(message);
      done(error);
    };
    try {
      handle(message, once);
    } catch (error) {
      once(new Error(translate('bms-config.message.unreadable', { cause: causeOf(error) })));
    }
  };
}

/** Looked at with care: what was thrown comes from the message. */
function causeOf(error: unknown): string {
  try {
    return error instanceof Error ? String(error.message).slice(0, LONGEST_CAUSE) : typeof error;
  } catch {
    return 'unknown';
  }
}
