/**
 * The one who talks on a line of plain bytes behind which devices hang: strictly one thing at a time, so that an answer
 * belongs to the question before it. Shared by every relay of a board, and by every link and switch of the BMSes there.
 *
 * A relay board's answers carry no number and mostly no end mark: an answer is over when the line falls quiet, and one
 * that comes late looks like one to the next question. So whatever arrives unasked is thrown away, and after a question
 * that found no answer the next answers are not believed until those that may still be on their way have come.
 *
 * Whoever can tell a whole answer to this very question when it sees one (`whole`) waits for nothing: it is over with
 * its last byte, and late answers to other questions are none.
 */
import type { Clock } from '../../engine/clock.ts';
import type { ByteBus } from './bus.ts';

/** Seconds to wait for the first byte of an answer. */
export const ANSWER_WITHIN = 0.5;
/** Seconds without a byte after which an answer is over: USB adapters and bridges hand bytes over in lumps. */
export const QUIET = 0.1;
/** Seconds between a command and whatever follows it: as long as KMTronic's own example waits. */
export const GAP = 0.05;
/** Seconds that a question on its way may still take once an opening waits. */
export const HURRY = 0.1;
/** Seconds an answer may take from its first byte to its last; eight lines of text take 0.1 at 9600 Bd. */
const LONGEST_ANSWER = 1;
/** The same for an answer that is recognised by its contents; the longest that is asked for takes 0.5 at 9600 Bd. */
const LONGEST_WHOLE = 2;
/** Bytes of the longest answer, several times over: of a relay board, and of what is recognised by its contents. */
const MOST_BYTES = 512;
const MOST_WHOLE = 16_384;
/** Seconds that no question is asked after one without an answer: a late one comes then, and is thrown away. */
const LATE = 0.5;
/** At most so many answers are waited for and thrown away after questions that found none. */
const MOST_OWED = 3;
/** The same where commands are answered too. */
const MOST_OWED_IN_ALL = 16;
/** Seconds that bytes nobody asked for keep a question from the line, where it recognises its own answer among them. */
const LONGEST_QUIET = 0.5;
/** Seconds after which a question that could not be asked is of no use. */
const LONGEST_WAIT = 5;
/** Commands that may wait, each kind. */
const MOST_WAITING = 32;
/** A network connection on which so many questions, over so many seconds, brought no byte at all is dead. */
const DEAD_AFTER_QUESTIONS = 5;
const DEAD_AFTER = 10;

export interface CommandOptions {
  /** The contact it is about. */
  readonly channel: number;
  /** Lets go of the contact: takes every command that holds it, and still waits, off the queue. */
  readonly opens: boolean;
  /** Goes before everything that waits. */
  readonly urgent: boolean;
  /** Monotonic second after which it must not be sent any more. */
  readonly notAfter: number;
  /** An answer to the command is to be expected. It is thrown away, but not taken for that to a question. */
  readonly answered?: boolean;
}

export interface QuestionOptions {
  /** Sent after a question that brought nothing, see `lcus.ts`. */
  readonly filler?: Uint8Array;
  /** Recognises the whole answer to this question among all bytes heard since it was sent. Total. */
  readonly whole?: (heard: Uint8Array) => boolean;
  /** Seconds to wait for the first byte; default 0.5. */
  readonly timeout?: number;
  /** Seconds without a byte after which what came is all; default 0.1. */
  readonly quiet?: number;
  /** Seconds of silence after the answer before the next question. */
  readonly pause?: number;
  /** The device talks by itself too: the question does not wait until it falls quiet. */
  readonly streams?: boolean;
  /** The answer is over when the line falls quiet and not before: asking while others talk would be of no use. */
  readonly untilQuiet?: boolean;
}

/** What came of something that was asked or commanded. */
export type LineAnswer<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly text: string };

export interface ByteLine {
  /** Sends a command; what it is answered is not looked at. Resolves when the board has had time for it; never rejects. */
  command(bytes: Uint8Array, options: CommandOptions): Promise<LineAnswer<true>>;
  /**
   * Asks, and resolves with what came until the line fell quiet; `null` when nothing did. Never rejects. The same
   * question that still waits is asked once for all who want to know.
   */
  ask(question: Uint8Array, options?: QuestionOptions): Promise<LineAnswer<Uint8Array | null>>;
  /** Monotonic second of the last byte heard; -Infinity before the first. */
  heardAt(): number;
  /** Takes what waits off the queue, the openings excepted, and calls back when those are through. */
  finish(done: () => void): void;
}

interface Command extends CommandOptions {
  readonly kind: 'command';
  readonly bytes: Uint8Array;
  readonly settle: (answer: LineAnswer<true>) => void;
}

interface Question {
  readonly kind: 'question';
  readonly bytes: Uint8Array;
  readonly options: QuestionOptions;
  readonly notAfter: number;
  readonly settles: ((answer: LineAnswer<Uint8Array | null>) => void)[];
}

interface Current {
  readonly job: Command | Question;
  readonly since: number;
  readonly heard: number[];
  cancel: () => void;
  /** When it is given up for an opening; Infinity while none waits. */
  hurriedTo: number;
}

export interface ByteLineOptions {
  /** Make a fresh connection when a board that used to answer no longer does: a dead network peer never says so. */
  readonly reopenWhenSilent: boolean;
}

/** Talks on `bus` from now until the bus is given back. */
export function createByteLine(bus: ByteBus, clock: Clock, { reopenWhenSilent }: ByteLineOptions): ByteLine {
  let commands: Command[] = [];
  let questions: Question[] = [];
  let current: Current | null = null;
  let questionsFrom = -Infinity;
  /** Until then whatever arrives unasked may go on. */
  let quietFrom = -Infinity;
  /** Since when such bytes alone have kept a question from the line; `null`: they do not. */
  let keptSince: number | null = null;
  let cancelWait: (() => void) | null = null;
  let heardAt = -Infinity;
  /** Answers that may still come to questions that were given up. */
  let owed = 0;
  let unanswered = 0;
  let openedAt = clock.now();
  let whenDone: (() => void) | null = null;

  function settle(job: Command | Question, answer: { readonly ok: false; readonly text: string }): void {
    if (job.kind === 'command') job.settle(answer);
    else for (const each of job.settles) each(answer);
  }

  function sift(keep: (job: Command | Question) => string | null): void {
    const off = (job: Command | Question): boolean => {
      const why = keep(job);
      if (why !== null) settle(job, failure(why));
      return why === null;
    };
    commands = commands.filter(off);
    questions = questions.filter(off);
  }

  /** Sends the next, or comes back when it may be sent. */
  function proceed(): void {
    cancelWait?.();
    cancelWait = null;
    while (current === null && bus.status().state === 'open') {
      const now = clock.now();
      sift((job) => (now <= job.notAfter ? null : 'too late: it waited past its time'));
      const job = commands.find(({ urgent }) => urgent) ?? commands[0] ?? questions[0];
      if (job === undefined) {
        keptSince = null;
        break;
      }
      const from = job.kind === 'command' ? now : earliest(job);
      if (now < from) {
        cancelWait = clock.after(Math.min(from, job.notAfter + 0.001) - now, proceed);
        return;
      }
      if (job.kind === 'command') commands = commands.filter((other) => other !== job);
      else questions = questions.slice(1);
      send(job);
    }
    if (whenDone !== null && current === null && commands.length === 0) whenDone();
  }

  /** When a question may be sent. */
  function earliest({ options }: Question): number {
    const now = clock.now();
    if (options.streams === true) return questionsFrom;
    const patient = options.whole === undefined || options.untilQuiet === true;
    if (patient || questionsFrom > now || quietFrom <= now) return Math.max(questionsFrom, quietFrom);
    keptSince ??= now;
    return Math.min(quietFrom, keptSince + LONGEST_QUIET);
  }

  function send(job: Command | Question): void {
    if (job.kind === 'question') keptSince = null;
    if (!bus.write(job.bytes)) return settle(job, failure(`${bus.path} takes no more bytes`));
    const wait = job.kind === 'command' ? GAP : within(job);
    if (job.kind === 'command' && job.answered === true) owed = Math.min(MOST_OWED_IN_ALL, owed + 1);
    current = { job, since: clock.now(), heard: [], hurriedTo: Infinity, cancel: clock.after(wait, over) };
  }

  /** The time of what is under way is up. */
  function over(): void {
    if (current === null) return;
    const { job, heard, hurriedTo, cancel } = current;
    cancel();
    current = null;
    const hurried = hurriedTo < Infinity;
    if (job.kind === 'command') job.settle({ ok: true, value: true });
    else if (heard.length === 0) unheard(job, hurried);
    else if (hurried && clock.now() - heardAt < QUIET - 1e-6) askAgain(job, QUIET);
    else heardOut(job, heard);
    proceed();
  }

  /** The whole answer to the question under way is there. */
  function answered(job: Question, value: Uint8Array): void {
    current?.cancel();
    current = null;
    questionsFrom = Math.max(questionsFrom, clock.now() + (job.options.pause ?? 0));
    for (const each of job.settles) each({ ok: true, value });
    proceed();
  }

  function unheard(job: Question, hurried: boolean): void {
    const { filler, whole } = job.options;
    if (filler !== undefined) bus.write(filler);
    owed = Math.max(owed, Math.min(MOST_OWED, owed + 1));
    // Given up for an opening: that it found no answer says nothing about the board.
    if (hurried) return askAgain(job, LATE);
    // What recognises its answer is not fooled by a late one to somebody else.
    questionsFrom = clock.now() + (whole === undefined ? LATE : QUIET);
    unanswered += 1;
    for (const each of job.settles) each({ ok: true, value: null });
    const silence = clock.now() - Math.max(heardAt, openedAt);
    if (reopenWhenSilent && heardAt > -Infinity && unanswered >= DEAD_AFTER_QUESTIONS && silence >= DEAD_AFTER) {
      bus.reopen(`nothing has answered at ${bus.path} for ${DEAD_AFTER} s`);
    }
  }

  function askAgain(job: Question, pause: number): void {
    if (job.settles.length > 0) questions.unshift(job);
    questionsFrom = clock.now() + pause;
  }

  function heardOut(job: Question, heard: readonly number[]): void {
    if (owed > 0 && job.options.whole === undefined) {
      // Perhaps the answer to a question before this one.
      owed -= 1;
      return askAgain(job, 0);
    }
    const value = Uint8Array.from(heard);
    for (const each of job.settles) each({ ok: true, value });
  }

  function down(problem: string | null): void {
    const text = problem ?? 'not open';
    cancelWait?.();
    cancelWait = null;
    owed = 0;
    unanswered = 0;
    questionsFrom = quietFrom = -Infinity;
    keptSince = null;
    const job = current?.job;
    current?.cancel();
    current = null;
    if (job !== undefined) settle(job, failure(text));
    sift(() => text);
    whenDone?.();
  }

  /** An opening waits: the question that is under way is cut short. */
  function hurry(): void {
    if (current === null || current.job.kind === 'command' || current.hurriedTo < Infinity) return;
    const now = clock.now();
    const { heard, since } = current;
    if (heard.length === 0 && since + within(current.job) - now <= HURRY) return;
    current.hurriedTo = now + HURRY;
    current.cancel();
    current.cancel = clock.after(heard.length === 0 ? HURRY : Math.max(0, heardAt + QUIET - now), over);
  }

  bus.onBytes((chunk, at) => {
    const lump = at - heardAt > QUIET;
    heardAt = at;
    unanswered = 0;
    if (current === null || current.job.kind === 'command') {
      if (lump && owed > 0) owed -= 1;
      quietFrom = at + QUIET;
      return;
    }
    const { job, heard, since, hurriedTo } = current;
    const { whole, quiet = QUIET } = job.options;
    heard.push(...chunk.subarray(0, (whole === undefined ? MOST_BYTES : MOST_WHOLE) - heard.length));
    if (whole !== undefined) {
      const value = Uint8Array.from(heard);
      if (whole(value)) return answered(job, value);
    }
    const longest = whole === undefined ? LONGEST_ANSWER : LONGEST_WHOLE;
    const end = Math.min(at + quiet, since + longest, hurriedTo);
    current.cancel();
    current.cancel = clock.after(Math.max(0, end - clock.now()), over);
  });
  bus.onStatus(({ state, problem }) => {
    if (state !== 'open') return down(problem);
    openedAt = clock.now();
    proceed();
  });

  const notOpen = (): { readonly ok: false; readonly text: string } | null => {
    const { state, problem } = bus.status();
    return state === 'open' ? null : failure(problem ?? 'not open');
  };

  return {
    command(bytes, options) {
      const closed = notOpen();
      if (closed !== null) return Promise.resolve(closed);
      return new Promise((resolve) => {
        const { channel, opens, urgent } = options;
        if (opens) {
          sift((job) =>
            job.kind === 'command' && job.channel === channel && !job.opens ? 'overtaken by an opening' : null,
          );
        }
        if (commands.filter((job) => job.urgent === urgent).length >= MOST_WAITING) {
          return resolve(failure('queue full'));
        }
        commands.push({ kind: 'command', bytes, settle: resolve, ...options });
        if (urgent) hurry();
        proceed();
      });
    },
    ask(question, options = {}) {
      const closed = notOpen();
      if (closed !== null) return Promise.resolve(closed);
      return new Promise((resolve) => {
        const same = questions.find(({ bytes }) => Buffer.compare(bytes, question) === 0);
        if (same !== undefined) return void same.settles.push(resolve);
        if (questions.length >= MOST_WAITING) return resolve(failure('queue full'));
        const notAfter = clock.now() + LONGEST_WAIT;
        questions.push({ kind: 'question', bytes: question, options, notAfter, settles: [resolve] });
        proceed();
      });
    },
    heardAt: () => heardAt,
    finish(done) {
      sift((job) => (job.kind === 'command' && job.opens ? null : 'given back'));
      whenDone = () => {
        whenDone = null;
        done();
      };
      if (current !== null && current.job.kind === 'question') {
        // Nobody wants to know any more: it is not asked again.
        settle(current.job, failure('given back'));
        current.job.settles.length = 0;
        if (commands.length > 0) hurry();
        else {
          // Nothing has to go out after it: whoever wants the line next need not wait for an answer to nobody.
          current.cancel();
          current = null;
          owed = Math.min(MOST_OWED, owed + 1);
        }
      }
      proceed();
    },
  };
}

/** Seconds in which an answer must have begun. */
function within({ options }: Question): number {
  return options.timeout ?? ANSWER_WITHIN;
}

function failure(text: string): { readonly ok: false; readonly text: string } {
  return { ok: false, text };
}
