/**
 * A charge or discharge switch of a BMS itself, as a contact. The BMS stays as it was commanded, and keeps protecting the
 * cells by itself: its MOSFETs may be open although the switch allows, which is read back as open.
 *
 * A BMS may keep its switches in a memory that does not take writes for ever. So nothing is written that the BMS says it
 * has already, openings that somebody waits for excepted, and what is not followed is not repeated for ever either.
 */
import type { Clock } from '../engine/clock.ts';
import type { ByteLine } from '../links/bus/byte-line.ts';
import type { HeldByteLine } from '../links/bus/byte-lines.ts';
import type { Answer, ContactDriver, Wish } from './contact.ts';
import { onBusLine } from './on-bus-line.ts';

export type BmsSwitch = 'charge' | 'discharge';
export type BothSwitches = Readonly<Record<BmsSwitch, boolean>>;

export interface BmsSwitchStatus {
  /** The MOSFETs conduct. */
  readonly conducts: BothSwitches;
  /** The switches are set so, as far as the BMS tells; it may hold a MOSFET open all the same. */
  readonly allows: BothSwitches;
}

/** What a kind of BMS says and hears. */
export interface BmsSwitchProtocol {
  readonly question: Uint8Array;
  /** Reads an answer to it; `null` for anything that is none. `before`: how the switches were set when last known. Total. */
  read(answer: Uint8Array, before: BothSwitches | null): BmsSwitchStatus | null;
  /** One command carries both switches. */
  readonly together: boolean;
  /** What sets a switch, frame by frame. `both` is how the two are to stand after it. */
  frames(which: BmsSwitch, both: BothSwitches): readonly Uint8Array[];
}

/** Seconds between the frames of one command, and before a command is read back. */
const PAUSE = 0.15;
/** Questions before a BMS is said not to answer: the first one may only wake it. */
const TRIES = 2;
/** Seconds for which the last reading says how the switches are set. */
const FRESH = 10;
/** Writes that were not followed although the BMS answers, and the seconds between further ones. */
const MOST_WRITES = 5;
const REST = 60;
/** Seconds that a renewal may wait its turn. */
const TRAVEL = 1;

const DONE: Answer<true> = { ok: true, value: true };
const OVERTAKEN: Answer<never> = { ok: false, text: 'overtaken' };
const TAKEN_ALONG = { ok: false, text: 'switched off together with the other switch of the BMS' } as const;

interface Switch {
  /** What its relay wants; `null`: no relay of ours has it. */
  wanted: boolean | null;
  /** What was written to it last from here. */
  written: boolean | null;
  /** Number of the newest wish. */
  latest: number;
  /** Writes in a row that a reading has shown not to be followed. */
  disobeyed: number;
  /** Monotonic second of the newest write, and whether a reading has judged it. */
  writtenAt: number;
  judged: boolean;
  /** An opening of several frames that is under way: whoever wants the same waits for it. */
  opening: Promise<Answer<true>> | null;
  /** How often it was switched off together with the other one, though its relay wanted it on. */
  takenAlong: number;
  /** Tells its relay of the line. */
  tell: ((problem: string | null) => void) | null;
}

/** The BMS behind a line: what is known of it is known to both its relays, and one command may carry both. */
interface SwitchedBms {
  send(which: BmsSwitch, wish: Wish): Promise<Answer<true>>;
  /** Whether the MOSFETs of a switch conduct. */
  read(which: BmsSwitch): Promise<Answer<boolean>>;
  /** The line was opened anew: somebody may have moved the switches, or put another BMS there. */
  forget(): void;
  /** Its relay has gone. */
  leave(which: BmsSwitch): void;
  /** Who is told when the switch was moved together with the other. */
  listen(which: BmsSwitch, tell: (problem: string | null) => void): void;
}

const known = new WeakMap<ByteLine, SwitchedBms>();

function bmsOn(line: ByteLine, clock: Clock, protocol: BmsSwitchProtocol): SwitchedBms {
  const there = known.get(line);
  if (there !== undefined) return there;
  const bms = createSwitchedBms(line, clock, protocol);
  known.set(line, bms);
  return bms;
}

const newSwitch = (): Switch => ({
  wanted: null,
  written: null,
  latest: 0,
  disobeyed: 0,
  writtenAt: -Infinity,
  judged: true,
  opening: null,
  takenAlong: 0,
  tell: null,
});

function createSwitchedBms(line: ByteLine, clock: Clock, protocol: BmsSwitchProtocol): SwitchedBms {
  const switches: Readonly<Record<BmsSwitch, Switch>> = { charge: newSwitch(), discharge: newSwitch() };
  /** How the switches are set: as last read, and as written since. */
  let set: BothSwitches | null = null;
  let readAt = -Infinity;
  /** The last question found no answer. */
  let silent = false;
  /** Renewals one after another, and openings of several frames. */
  let turn: Promise<unknown> = Promise.resolve();
  let openings: Promise<unknown> = Promise.resolve();
  let interruptions = 0;

  const isFresh = (): boolean => clock.now() - readAt <= FRESH;
  const pause = (): Promise<void> => new Promise((resolve) => void clock.after(PAUSE, resolve));

  async function read(): Promise<Answer<BmsSwitchStatus>> {
    let text = 'the BMS does not answer';
    for (let tries = 0; tries < TRIES; tries += 1) {
      const heard = await line.ask(protocol.question);
      if (!heard.ok) return heard;
      if (heard.value === null) continue;
      const status = protocol.read(heard.value, set);
      if (status !== null) {
        set = status.allows;
        readAt = clock.now();
        silent = false;
        judge(status.conducts);
        return { ok: true, value: status };
      }
      text = `the BMS answered ${heard.value.length} bytes that make no sense`;
    }
    silent = true;
    // Whoever does not answer may not have heard either: only what is heard wears anything out.
    for (const one of [switches.charge, switches.discharge]) one.disobeyed = 0;
    return { ok: false, text };
  }

  function judge(conducts: BothSwitches): void {
    for (const which of ['charge', 'discharge'] as const) {
      const one = switches[which];
      if (conducts[which] === one.written) one.disobeyed = 0;
      else if (!one.judged) one.disobeyed += 1;
      one.judged = true;
    }
  }

  /** The BMS answers, and has not followed this very command several times. */
  const rests = ({ disobeyed, writtenAt }: Switch): boolean =>
    disobeyed >= MOST_WRITES && clock.now() - writtenAt < REST;

  /**
   * How both are to stand when one is moved. The other stays as it is; only its own relay's wish moves it, and letting
   * one go never switches the other on.
   */
  function bothWith(which: BmsSwitch, on: boolean): BothSwitches {
    const other = otherThan(which);
    const { wanted } = switches[other];
    const is = set?.[other] ?? false;
    const stays = on ? (wanted ?? is) : is && wanted !== false;
    return which === 'charge' ? { charge: on, discharge: stays } : { charge: stays, discharge: on };
  }

  /**
   * Frames that belong together, without those of another command between them. An opening waits for no renewal: one
   * that is halfway through is given up.
   */
  async function sendFrames(
    one: Switch,
    frames: readonly Uint8Array[],
    on: boolean,
    notAfter: number,
    isWanted: () => boolean,
  ): Promise<Answer<true>> {
    if (!on && one.opening !== null) return one.opening;
    const run = async (): Promise<Answer<true>> => {
      const begun = interruptions;
      for (const [index, frame] of frames.entries()) {
        if (index > 0) await pause();
        if (!isWanted() || (on && begun !== interruptions)) return OVERTAKEN;
        // One channel for both: a renewal that still waits might undo an opening that carries both, or part its frames.
        const sent = await line.command(frame, { channel: 1, opens: !on, urgent: !on, notAfter, answered: true });
        if (!sent.ok) return sent;
      }
      return DONE;
    };
    if (!on) interruptions += 1;
    if (frames.length === 1) return run();
    const mine = openings.then(run);
    if (on) return mine;
    openings = mine;
    one.opening = mine;
    const sent = await mine;
    one.opening = null;
    return sent;
  }

  async function write(which: BmsSwitch, on: boolean, mine: number, notAfter: number): Promise<Answer<true>> {
    const one = switches[which];
    const both = bothWith(which, on);
    const other = switches[otherThan(which)];
    // The other may have been switched on and not read yet. Its relay shall not believe what it reads meanwhile.
    const alsoOff = !on && protocol.together && !both[otherThan(which)] && other.wanted === true;
    if (alsoOff) {
      other.takenAlong += 1;
      other.tell?.(TAKEN_ALONG.text);
    }
    const isWanted = (): boolean => (on ? one.latest === mine : one.wanted !== true);
    const sent = await sendFrames(one, protocol.frames(which, both), on, notAfter, isWanted);
    if (alsoOff) {
      other.takenAlong += 1;
      other.tell?.(null);
    }
    if (!sent.ok) return sent;
    // What was written off counts as off at once, what was written on when it is read.
    if (set !== null) {
      set = { charge: set.charge && both.charge, discharge: set.discharge && both.discharge };
    }
    const moved: readonly BmsSwitch[] = protocol.together ? ['charge', 'discharge'] : [which];
    for (const name of moved) switches[name].written = both[name];
    one.writtenAt = clock.now();
    one.judged = false;
    await pause();
    return DONE;
  }

  async function letGo(which: BmsSwitch, mine: number, urgent: boolean): Promise<Answer<true>> {
    const one = switches[which];
    if (one.latest !== mine) return OVERTAKEN;
    const isOff = set !== null && !set[which] && one.written === false;
    if ((isOff && !urgent && isFresh()) || rests(one)) return DONE;
    const needsOther = protocol.together && switches[otherThan(which)].wanted !== false;
    // As last read is good enough from a BMS that does not answer now; one that has never answered is not commanded.
    if (needsOther && (set === null || (!isFresh() && !silent))) {
      const status = await read();
      if (one.latest !== mine) return OVERTAKEN;
      if (!status.ok && set === null) return status;
    }
    return write(which, false, mine, Infinity);
  }

  async function hold(which: BmsSwitch, mine: number, notAfter: number): Promise<Answer<true>> {
    const one = switches[which];
    // An opening of the other switch takes a command for both off the queue: then it is sent once more.
    for (let tries = 1; ; tries += 1) {
      if (!isFresh()) {
        const status = await read();
        if (!status.ok) return status;
      }
      if (one.latest !== mine) return OVERTAKEN;
      if (clock.now() > notAfter) return { ok: false, text: 'too late: it waited past its time' };
      if ((set?.[which] === true && one.written !== false) || rests(one)) return DONE;
      const sent = await write(which, true, mine, notAfter);
      if (sent.ok || one.latest !== mine || tries >= TRIES) return sent;
    }
  }

  return {
    send(which, { holds, urgent, notAfter }) {
      const one = switches[which];
      const mine = ++one.latest;
      if (one.wanted !== holds) one.disobeyed = 0;
      one.wanted = holds;
      // Renewals go one after another, so that each knows what the one before has set; an opening waits for nobody.
      // Both let go at the same moment, as packs do, are one command: it is put together when both are known.
      if (!holds) return Promise.resolve().then(() => letGo(which, mine, urgent));
      const mineDone = turn.then(() => hold(which, mine, notAfter));
      turn = mineDone;
      return mineDone;
    },
    async read(which) {
      const one = switches[which];
      const before = one.takenAlong;
      const status = await read();
      if (!status.ok) return status;
      return one.takenAlong === before ? { ok: true, value: status.value.conducts[which] } : TAKEN_ALONG;
    },
    forget() {
      readAt = -Infinity;
      silent = false;
      for (const one of [switches.charge, switches.discharge]) Object.assign(one, { written: null, disobeyed: 0 });
    },
    leave(which) {
      const one = switches[which];
      if (one.wanted === true) one.latest += 1;
      Object.assign(one, { wanted: null, written: null, disobeyed: 0, tell: null });
    },
    listen(which, tell) {
      switches[which].tell = tell;
    },
  };
}

function otherThan(which: BmsSwitch): BmsSwitch {
  return which === 'charge' ? 'discharge' : 'charge';
}

export interface BmsSwitchOptions {
  readonly held: HeldByteLine;
  readonly clock: Clock;
  readonly protocol: BmsSwitchProtocol;
  readonly which: BmsSwitch;
}

/** @returns the driver; it gives `held` back when it is closed */
export function bmsSwitch({ held, clock, protocol, which }: BmsSwitchOptions): ContactDriver {
  const bms = bmsOn(held.line, clock, protocol);
  return {
    timer: null,
    travel: TRAVEL,
    send: (wish) => bms.send(which, wish),
    read: () => bms.read(which),
    onLine(listener) {
      bms.listen(which, listener);
      return onBusLine(held, (problem) => {
        bms.forget();
        listener(problem);
      });
    },
    close() {
      bms.leave(which);
      held.release();
    },
  };
}
