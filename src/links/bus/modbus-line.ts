/**
 * The one who talks on a Modbus line: strictly one request at a time, each answer checked against its request, pauses
 * as the line needs them. Shared by all handles of a bus.
 */
import type { Clock } from '../../engine/clock.ts';
import type { ModbusResult } from './bus.ts';
import { type AnswerData, exceptionText, rtuAnswerLength } from './modbus-codec.ts';
import { createMbapFraming, createRtuFraming, type Outcome, type Unanswered } from './modbus-framing.ts';
import { createRequestQueue, type Job } from './modbus-queue.ts';
import { checkRequest, isRead, type ModbusRequest } from './modbus-request.ts';
import type { Transport } from './transport.ts';

/** How the line wants to be treated. Times in seconds. */
export interface LineManners {
  readonly framing: 'rtu' | 'mbap';
  /** Silence between two frames. */
  readonly gap: number;
  /** Silence after a time-out, before the next request: an answer that is on its way must be over. */
  readonly quiet: number;
  /** Time one byte takes on the wire. */
  readonly perByte: number;
  /** Make a fresh connection when nothing at all answers: a network peer that was restarted never says so. */
  readonly reopenWhenSilent: boolean;
}

export interface JobOptions {
  readonly timeout: number;
  readonly urgent?: boolean;
  readonly notAfter?: number;
  readonly pause?: number;
  readonly answersAtZero?: boolean;
}

export interface ModbusLine {
  /** Never rejects; resolves exactly once. */
  request(request: ModbusRequest, options: JobOptions): Promise<ModbusResult<AnswerData>>;
  /** Fails what waits and what is under way with `not-open`. The transport is not closed. */
  close(): void;
}

/** An ordinary request that could not be sent for so long is of no use any more. */
export const LONGEST_WAIT = 5;
/** On a line that never falls quiet a request is sent all the same after so long. */
const LONGEST_QUIET = 0.5;
/** A network connection on which so many requests in a row, over so many seconds, brought not a single byte is dead. */
const DEAD_AFTER_REQUESTS = 5;
const DEAD_AFTER = 10;
/** Gateway exceptions: the gateway lives, the unit behind it does not, and finding out took as long as a time-out. */
const UNIT_IS_SILENT = [10, 11];

/** Talks Modbus on `transport`, from now until `close`. */
export function createModbusLine(transport: Transport, manners: LineManners, clock: Clock): ModbusLine {
  const framing = manners.framing === 'rtu' ? createRtuFraming() : createMbapFraming();
  const queue = createRequestQueue();
  let current: { readonly job: Job; readonly cancelTimeout: () => void } | null = null;
  let cancelPause: (() => void) | null = null;
  let closed = false;
  let pause = 0;
  let finishedAt = Number.NEGATIVE_INFINITY;
  // A line may be open before anybody asks on it.
  let heardAt = clock.now();
  /** Since when a request has been kept from the line by the pause. */
  let keptSince: number | null = null;
  let unheard = 0;

  const mayTalk = (): boolean => !closed && current === null && transport.status().state === 'open';

  /** Sends the next request, or comes back when it may be sent. */
  function proceed(): void {
    cancelPause?.();
    cancelPause = null;
    while (mayTalk() && queue.waiting > 0) {
      const now = clock.now();
      const wait = pauseLeft(now);
      if (wait > 0) return comeBackIn(wait);
      keptSince = null;
      const job = queue.next(now);
      if (job === null) {
        const held = queue.heldFor(now);
        if (held !== null) comeBackIn(held);
        return;
      }
      send(job);
    }
    keptSince = null;
  }

  function comeBackIn(seconds: number): void {
    // Whole milliseconds, rounded up: a timer of the system would cut 1.75 ms down to 1.
    cancelPause = clock.after(Math.ceil(seconds * 1000) / 1000, proceed);
  }

  function pauseLeft(now: number): number {
    keptSince ??= now;
    const left = Math.min(Math.max(finishedAt, heardAt) + pause, keptSince + LONGEST_QUIET) - now;
    return left > 1e-6 ? left : 0;
  }

  function send(job: Job): void {
    const bytes = framing.begin(job.request);
    if (!transport.write(bytes)) {
      framing.giveUp();
      job.settle({ ok: false, reason: 'line', text: `${transport.path} takes no more bytes` });
      return;
    }
    const onTheWire = (bytes.length + rtuAnswerLength(job.request)) * manners.perByte;
    current = { job, cancelTimeout: clock.after(job.timeout + onTheWire, timedOut) };
  }

  function finish(result: ModbusResult<AnswerData>, nextPause: number): void {
    if (current === null) return;
    const { job, cancelTimeout } = current;
    cancelTimeout();
    current = null;
    pause = Math.max(nextPause, job.pause ?? 0);
    finishedAt = clock.now();
    job.settle(result);
  }

  function timedOut(): void {
    if (current === null) return;
    const { job } = current;
    const unanswered = framing.giveUp();
    queue.note(job, 'silent', clock.now(), mayAnswerLate(job, unanswered) ? job.timeout : 0);
    unheard += 1;
    finish(failure(job, unanswered), manners.quiet);
    if (manners.reopenWhenSilent && unheard >= DEAD_AFTER_REQUESTS && clock.now() - heardAt >= DEAD_AFTER) {
      transport.reopen(`nothing has answered at ${transport.path} for ${DEAD_AFTER} s`);
    }
    proceed();
  }

  /**
   * An RTU answer to a read does not say which address it is about: until a late one can no longer come, no other read
   * may go to that unit. Modbus TCP numbers its answers, a write's echo says what was written, and enough garbled bytes
   * were the answer.
   */
  function mayAnswerLate({ request }: Job, unanswered: Unanswered): boolean {
    if (manners.framing !== 'rtu' || !isRead(request)) return false;
    return !(unanswered.heard === 'noise' && unanswered.bytes >= rtuAnswerLength(request));
  }

  function answered(outcome: Outcome): void {
    if (outcome.kind === 'not-modbus') return transport.reopen(`what answers at ${transport.path} is no Modbus TCP`);
    if (current === null) return;
    const { job } = current;
    const silent = outcome.kind === 'exception' && UNIT_IS_SILENT.includes(outcome.code);
    queue.note(job, silent ? 'silent' : 'answered', clock.now());
    finish(toResult(job, outcome), manners.gap);
    proceed();
  }

  function down(problem: string | null): void {
    const result = notOpen(problem);
    framing.reset();
    cancelPause?.();
    cancelPause = null;
    finish(result, 0);
    queue.fail(result);
  }

  const stopBytes = transport.onBytes((chunk, at) => {
    heardAt = at;
    unheard = 0;
    const outcome = framing.receive(chunk);
    if (outcome !== null) answered(outcome);
  });
  const stopStatus = transport.onStatus(({ state, problem }) => {
    if (state !== 'open') return down(problem);
    framing.reset();
    heardAt = clock.now();
    unheard = 0;
    pause = manners.gap;
    proceed();
  });

  return {
    request(request, { timeout, urgent = false, notAfter, pause: afterwards = 0, answersAtZero = false }) {
      const { state, problem } = transport.status();
      const wrong =
        manners.framing === 'rtu' && request.unit === 0 && !(answersAtZero && isRead(request))
          ? 'unit 0 means everybody, and nobody answers'
          : null;
      const illegal = checkRequest(request) ?? wrong;
      if (illegal !== null) return Promise.resolve({ ok: false, reason: 'request', text: illegal });
      if (closed || state !== 'open') return Promise.resolve(notOpen(problem));
      return new Promise((settle) => {
        const now = clock.now();
        const latest = notAfter ?? (urgent ? Number.POSITIVE_INFINITY : now + LONGEST_WAIT);
        queue.add({ request, urgent, notAfter: latest, timeout, pause: afterwards, settle }, now);
        proceed();
      });
    },
    close() {
      if (closed) return;
      closed = true;
      stopBytes();
      stopStatus();
      down('closed');
    },
  };
}

function notOpen(problem: string | null): ModbusResult<AnswerData> {
  return { ok: false, reason: 'not-open', text: problem ?? 'not open' };
}

function toResult({ request }: Job, outcome: Exclude<Outcome, { kind: 'not-modbus' }>): ModbusResult<AnswerData> {
  if (outcome.kind === 'answer') return { ok: true, value: outcome.data };
  if (outcome.kind === 'exception') {
    const text = `unit ${request.unit} refused: ${exceptionText(outcome.code)} (exception ${outcome.code})`;
    return { ok: false, reason: 'exception', text, code: outcome.code };
  }
  return { ok: false, reason: 'mismatch', text: `the answer does not fit the question (wrong ${outcome.why})` };
}

function failure({ request, timeout }: Job, unanswered: Unanswered): ModbusResult<AnswerData> {
  const text = `unit ${request.unit} did not answer within ${timeout} s`;
  if (unanswered.heard === 'nothing') return { ok: false, reason: 'timeout', text };
  if (unanswered.heard === 'noise') {
    return { ok: false, reason: 'line', text: `${text}; ${unanswered.bytes} bytes came that are no answer` };
  }
  return { ok: false, reason: 'mismatch', text: `${text}; an answer to something else came (wrong ${unanswered.why})` };
}
