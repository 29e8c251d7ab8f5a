/**
 * Who may ask next on a Modbus line: urgent before ordinary, answering units before silent ones, and nothing that has
 * waited past its time. A silent unit is backed off for the sake of the others only: alone on the line it is asked on,
 * because it may be back within the time that its relays still hold. Pure but for its own lists; time comes in as an argument (monotonic seconds).
 */
import type { ModbusResult } from './bus.ts';
import type { AnswerData } from './modbus-codec.ts';
import { isRead, type ModbusRequest } from './modbus-request.ts';

export interface Job {
  readonly request: ModbusRequest;
  readonly urgent: boolean;
  /** Must not be sent after this second. */
  readonly notAfter: number;
  /** Seconds to wait for its answer. */
  readonly timeout: number;
  /** Seconds of silence that the unit wants afterwards. */
  readonly pause?: number;
  readonly settle: (result: ModbusResult<AnswerData>) => void;
}

export interface RequestQueue {
  /** Takes a job in, or settles it at once: queue full, or its unit is backed off. */
  add(job: Job, now: number): void;
  /** The job to send now, taken off the queue. Settles those that must not be sent any more. */
  next(now: number): Job | null;
  /** Seconds until a job that is held back may go; `null` when none is. */
  heldFor(now: number): number | null;
  /** What came of a job: its unit answered, or kept silent. With `holdReads` further reads to it wait that long. */
  note(job: Job, outcome: 'answered' | 'silent', now: number, holdReads?: number): void;
  /** Settles everything. */
  fail(result: ModbusResult<AnswerData>): void;
  readonly waiting: number;
}

export const MOST_WAITING = 16;
/** All coils of the largest boards, one by one: an opening must find room. */
const MOST_URGENT = 64;
/** So many time-outs in a row make a unit a silent one… */
export const SILENT_AFTER = 3;
/** …which is asked only once in so many seconds, so that it does not starve the others on the line… */
const BACK_OFF = 2;
/**
 * …which are those units that have been asked something within so many seconds. That none of them waits at this moment
 * is not enough: a renewal keeps for half a second, a time-out lasts a whole one, and two relays that are renewed in
 * step would find the line taken by the silent one every time.
 */
const OTHERS_WITHIN = 10;
/** When an urgent request to a silent unit found no answer again, so many requests of answering units go first. */
const OTHERS_FIRST = 4;

interface Unit {
  silent: number;
  notBefore: number;
  readsFrom: number;
  /** When somebody last wanted to ask it something. */
  askedAt: number;
}

/** An empty queue. */
export function createRequestQueue(): RequestQueue {
  let urgent: Job[] = [];
  let ordinary: Job[] = [];
  const units = new Map<number, Unit>();
  let othersFirst = 0;

  function unitOf(job: Job): Unit {
    const known = units.get(job.request.unit);
    if (known !== undefined) return known;
    const unit = { silent: 0, notBefore: 0, readsFrom: 0, askedAt: -Infinity };
    units.set(job.request.unit, unit);
    return unit;
  }

  const isSilent = (job: Job): boolean => unitOf(job).silent >= SILENT_AFTER;
  const othersAsk = (unit: number, now: number): boolean =>
    [...units].some(([id, { askedAt }]) => id !== unit && now - askedAt < OTHERS_WITHIN);
  const isBackedOff = (job: Job, now: number): boolean =>
    isSilent(job) && now < unitOf(job).notBefore && othersAsk(job.request.unit, now);
  const isHeld = (job: Job, now: number): boolean => isRead(job.request) && now < unitOf(job).readsFrom;

  /** Settles the jobs for which `why` gives a reason, and keeps the others. */
  function sift(jobs: Job[], why: (job: Job) => ModbusResult<AnswerData> | null): Job[] {
    return jobs.filter((job) => {
      const result = why(job);
      if (result !== null) job.settle(result);
      return result === null;
    });
  }

  function backedOff(job: Job, now: number): ModbusResult<AnswerData> {
    const left = Math.max(0, unitOf(job).notBefore - now).toFixed(1);
    return {
      ok: false,
      reason: 'timeout',
      text: `unit ${job.request.unit} keeps silent; it is asked again in ${left} s`,
    };
  }

  function take(job: Job): Job {
    urgent = urgent.filter((other) => other !== job);
    ordinary = ordinary.filter((other) => other !== job);
    return job;
  }

  return {
    add(job, now) {
      unitOf(job).askedAt = now;
      if (job.urgent) {
        if (!isRead(job.request)) {
          // An older "close" must not be sent after this "open". Which coils of a board are the same contact (flash
          // coils 0200 + n are) only the board knows, so every write that waits for the unit goes.
          const { unit } = job.request;
          ordinary = sift(ordinary, (other) =>
            other.request.unit === unit && !isRead(other.request)
              ? lineFailure('overtaken by an urgent request')
              : null,
          );
        }
        if (urgent.length >= MOST_URGENT) return job.settle(lineFailure('queue full'));
        urgent.push(job);
        return;
      }
      if (isBackedOff(job, now)) return job.settle(backedOff(job, now));
      if (ordinary.length >= MOST_WAITING) return job.settle(lineFailure('queue full'));
      ordinary.push(job);
    },

    next(now) {
      const tooLate = (job: Job): ModbusResult<AnswerData> | null =>
        !(now <= job.notAfter) ? lineFailure('too late: it waited past its time') : null;
      urgent = sift(urgent, tooLate);
      ordinary = sift(ordinary, (job) => tooLate(job) ?? (isBackedOff(job, now) ? backedOff(job, now) : null));

      const ready = (job: Job): boolean => !isHeld(job, now);
      const answering = (job: Job): boolean => ready(job) && !isSilent(job);
      const first = urgent.find(answering) ?? urgent.find(ready);
      if (first !== undefined && isSilent(first) && othersFirst > 0) {
        const other = ordinary.find(answering);
        if (other !== undefined) {
          othersFirst -= 1;
          return take(other);
        }
      }
      const job = first ?? ordinary.find(ready);
      return job === undefined ? null : take(job);
    },

    heldFor(now) {
      const held = [...urgent, ...ordinary].filter((job) => isHeld(job, now)).map((job) => unitOf(job).readsFrom - now);
      return held.length === 0 ? null : Math.min(...held);
    },

    note(job, outcome, now, holdReads = 0) {
      const unit = unitOf(job);
      if (holdReads > 0) unit.readsFrom = now + holdReads;
      if (outcome === 'answered') {
        unit.silent = 0;
        return;
      }
      unit.silent += 1;
      if (unit.silent >= SILENT_AFTER) unit.notBefore = now + BACK_OFF;
      othersFirst = job.urgent && unit.silent >= SILENT_AFTER ? OTHERS_FIRST : 0;
    },

    fail(result) {
      const all = [...urgent, ...ordinary];
      urgent = [];
      ordinary = [];
      for (const job of all) job.settle(result);
    },

    get waiting() {
      return urgent.length + ordinary.length;
    },
  };
}

function lineFailure(text: string): ModbusResult<AnswerData> {
  return { ok: false, reason: 'line', text };
}
