/**
 * Asking several Modbus units one after the other, so that those that are dead cost the others little time: silence of
 * all of them shows within seconds, and no value grows old because of a unit that does not answer.
 */
import type { Clock } from '../engine/clock.ts';
import type { Failure } from './device.ts';

/** Seconds that units which do not answer may cost in one sweep: two time-outs. */
const PATIENCE = 1.5;
/** The same in the first sweep: somebody may be waiting to see whether anything is there at all. */
const FIRST_PATIENCE = 0.5;

export interface Swept<U> {
  /** Units that answered, in the order in which they were asked. */
  readonly heard: readonly U[];
  /** Units that were asked and did not. */
  readonly missed: ReadonlyMap<U, Failure>;
  /** It was cut short, and the last units asked were silent one after the other. */
  readonly fellSilent: boolean;
}

export interface Sweep<U> {
  /** Asks each unit once, as far as patience goes; `ask` tells what went wrong, or `null`. Never rejects if `ask` does not. */
  run(ask: (unit: U) => Promise<Failure | null>): Promise<Swept<U>>;
}

/** A sweep over these units: those that answered last time first, in this order, then the others in turn. */
export function createSweep<U>(units: readonly U[], clock: Clock): Sweep<U> {
  let others: readonly U[] = units;
  let patience = FIRST_PATIENCE;

  return {
    async run(ask) {
      const heard: U[] = [];
      const missed = new Map<U, Failure>();
      const mostWaited = patience;
      patience = PATIENCE;
      let waited = 0;
      let isCut = false;
      for (const unit of [...units.filter((one) => !others.includes(one)), ...others]) {
        const began = clock.now();
        const failure = await ask(unit);
        if (failure === null) {
          heard.push(unit);
          continue;
        }
        missed.set(unit, failure);
        waited += clock.now() - began;
        const isHopeless = failure.reason === 'line' || (failure.reason === 'silent' && heard.length === 0);
        isCut = isHopeless || waited >= mostWaited;
        if (isCut) break;
      }
      others = [...others.filter((unit) => !heard.includes(unit) && !missed.has(unit)), ...missed.keys()];
      return { heard, missed, fellSilent: isCut && isSilence([...missed.values()]) };
    },
  };
}

function isSilence(failures: readonly Failure[]): boolean {
  return failures.length >= 2 && failures.slice(-2).every(({ reason }) => reason === 'silent');
}
