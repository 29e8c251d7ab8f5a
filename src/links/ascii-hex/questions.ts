/** Asks questions in the shared envelope. */
import type { Ask, AskOptions, Failure, Heard } from '../device.ts';
import { type Answered, findAnswer, type Refusals, type Wanted } from './answer.ts';
import { type Envelope, sealEnvelope } from './envelope.ts';

/** Seconds of silence the line gets after an answer: half-duplex adapters need a moment to turn round. */
const PAUSE = 0.03;

/** Asks one device. Never rejects. */
export type AskQuestion = <T>(
  question: Envelope,
  read: Wanted<T>['read'],
  more?: { readonly wrong?: Wanted<T>['wrong']; readonly options?: AskOptions },
) => Promise<Heard<Answered<T>>>;

/** @param refusals return codes of this maker beside the common ones */
export function createAskQuestion(ask: Ask, refusals: Refusals = {}): AskQuestion {
  return (question, read, { wrong, options } = {}) => {
    const wanted = { question, read, refusals, ...(wrong === undefined ? {} : { wrong }) };
    return ask(sealEnvelope(question), (heard) => findAnswer(heard, wanted), { pause: PAUSE, ...options });
  };
}

/** Something that need not be asked in every cycle, or that a device may not know. */
export interface Seldom<T> {
  /** The newest value; `null`: none has come. */
  value(): T | null;
  /** Asks again when it is due. A failure changes nothing. */
  refresh(ask: () => Promise<Heard<Answered<T>>>): Promise<void>;
}

/** @param every cycles from one time to the next */
export function createSeldom<T>(every: number): Seldom<T> {
  let newest: T | null = null;
  let cycles = 0;
  return {
    value: () => newest,
    async refresh(ask) {
      if (cycles > 0) {
        cycles -= 1;
        return;
      }
      const heard = await ask();
      if (heard.ok) newest = heard.value.value;
      cycles = every - 1;
    },
  };
}

/** Failures in a row after which one of several answers in a cycle counts as missing. */
const LASTING = 3;

/**
 * Passes a failure on once it lasts: a single lost answer is an ordinary event, and what it did not bring gets old by
 * itself.
 */
export function createLasting(): (heard: Heard<unknown>) => Failure | null {
  let failures = 0;
  return (heard) => {
    failures = heard.ok ? 0 : failures + 1;
    return heard.ok || failures < LASTING ? null : heard;
  };
}
