/**
 * The Bluetooth side of a 123\SmartBMS (123-R1, 123-R17): shows the PIN, starts the stream, and asks for what the device
 * holds until a turn of records is there. Nothing else is ever sent: no setting is read or written, and the records with
 * the PIN in them are not asked for.
 */
import type { Ask, AskOptions, Device, Failure, Found, Heard, Polled } from '../device.ts';
import type { LinkOptions } from '../options.ts';
import { FLUSH, linesOf, login, START_STREAM, verdictOf } from './lines.ts';
import { addTo, createObserver, createTurn, isWhole } from './observe.ts';
import { type Counters, readRecord, type SmartBmsRecord } from './record.ts';

/** Seconds from one `$` to the next, as the vendor's app does it. */
const EVERY = 0.33;
/** What the device holds comes in packets; its end is where none comes for so long. */
const FLUSHED: AskOptions = { timeout: EVERY, quiet: 0.3, repeats: 0, untilQuiet: true };
const COMMANDED: AskOptions = { timeout: EVERY, quiet: 0.3, repeats: 0 };
/** Seconds before a cycle's beginning at which the oldest record of it was measured: one `$`, its quiet and a pause. */
const HELD = 0.8;
/** `$` in a turn at most, and those without any answer after which the stream counts as ended. */
const LONGEST_TURN = 9;
const SILENT_AFTER = 3;
/** `$` after a command until its answer is given up: of a device that is new, and of one that has just answered. */
const PATIENT = 10;
const HASTY = 2;
/** Cycles without a stream for which a device that has just answered is asked hastily. */
const HASTY_CYCLES = 3;
/** Cycles that a PIN is not shown again after it was refused. */
const REFUSED_FOR = 30;

const SILENT: Failure = { ok: false, reason: 'silent', text: 'no answer' };
const NO_RECORDS = 'it answers, but no record of values comes: check that no phone is connected to it';

/** @param options `secret` is the PIN, `variant` the generation */
export function createSmartBms123Ble(ask: Ask, options: LinkOptions): Device {
  const observer = createObserver();
  let streaming = false;
  /** Cycles in a row that brought nothing. */
  let lost = Infinity;
  let barred = 0;
  let counters: Counters = {};

  /** A command and as many `$` as its answer needs. */
  async function command(bytes: Uint8Array): Promise<Heard<boolean>> {
    let heard: Heard<boolean> = await ask(bytes, findVerdict, COMMANDED);
    const patience = lost < HASTY_CYCLES ? HASTY : PATIENT;
    for (let tries = 0; tries < patience && !heard.ok && heard.reason !== 'line'; tries += 1) {
      const next: Heard<boolean> = await ask(FLUSH, findVerdict, COMMANDED);
      // That nothing more came says less than that something else did.
      if (next.ok || next.reason !== 'silent') heard = next;
    }
    return heard;
  }

  async function start(): Promise<Failure | null> {
    if (barred > 0) {
      barred -= 1;
      return WRONG_PIN;
    }
    const known = await command(login(options.secret));
    if (!known.ok) return known;
    if (!known.value) {
      barred = REFUSED_FOR;
      return WRONG_PIN;
    }
    const started = await command(START_STREAM);
    if (!started.ok) return started;
    if (!started.value)
      return { ok: false, reason: 'refused', text: 'it refuses to tell its values, although it took the PIN' };
    // What it held until now may be of any age.
    await ask(FLUSH, findRecords, FLUSHED);
    streaming = true;
    return null;
  }

  const findRecords = (heard: Uint8Array): Found<SmartBmsRecord[]> | null => {
    const records = linesOf(heard).flatMap((line) => readRecord(line, options) ?? []);
    return records.length > 0 ? { kind: 'answer', value: records } : null;
  };

  async function turn(): Promise<Polled> {
    const seen = createTurn();
    let heardAny = false;
    let silent = 0;
    for (let flushes = 0; flushes < LONGEST_TURN && silent < SILENT_AFTER && !isWhole(seen); flushes += 1) {
      const heard = await ask(FLUSH, findRecords, FLUSHED);
      if (!heard.ok && heard.reason === 'line') return { seen: null, failure: heard };
      silent = !heard.ok && heard.reason === 'silent' ? silent + 1 : 0;
      heardAny ||= silent === 0;
      for (const record of heard.ok ? heard.value : []) {
        addTo(seen, record);
        if ('counters' in record) counters = { ...counters, ...record.counters };
      }
    }
    if (silent >= SILENT_AFTER) return { seen: null, failure: SILENT };
    if (seen.pack !== null && seen.cell !== null)
      return { seen: observer.observe(seen, HELD, counters), failure: null };
    return { seen: null, failure: heardAny ? { ok: false, reason: 'noise', text: NO_RECORDS } : SILENT };
  }

  return {
    async poll() {
      const failure = streaming ? null : await start();
      const polled = failure === null ? await turn() : { seen: null, failure };
      if (polled.seen === null) {
        streaming = false;
        lost += 1;
      } else lost = 0;
      return polled;
    },
    /** It tells no name. Asked first on a line that is new, or new again: what it has held since is of any age. */
    identify() {
      streaming = false;
      return Promise.resolve({ ok: true, value: 'a 123\\SmartBMS' });
    },
  };
}

const WRONG_PIN: Failure = {
  ok: false,
  reason: 'refused',
  text:
    'it refuses the PIN: enter the one that is set in its app (1234 from the factory; 5 s on its button bring it back), ' +
    'it is shown again in half a minute',
};

function findVerdict(heard: Uint8Array): Found<boolean> | null {
  const verdict = linesOf(heard)
    .map(verdictOf)
    .findLast((one) => one !== null);
  return verdict === undefined ? null : { kind: 'answer', value: verdict === 'yes' };
}
