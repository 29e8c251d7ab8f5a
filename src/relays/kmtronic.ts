/**
 * A relay of a KMTronic USB (or RS-232) board, 9600 8N1. A command is `FF channel 01|00`; no answer to it is documented.
 *
 * Boards of four and eight relays tell all states, a byte each, when asked `FF 09 00`; boards of one and two tell one
 * (`FF channel state`) when asked `FF channel 03`. What one kind does with the other's question is not documented, so
 * `FF 09 00` comes first (at worst "relay 9 off"), and the other only where that found silence twice. On KMTronic's
 * RS-485 and radio boards, which count relays across boards, `FF 09 00` does switch relay 9 off: they are not for this
 * driver.
 */
import type { ByteLine } from '../links/bus/byte-line.ts';
import type { HeldByteLine } from '../links/bus/byte-lines.ts';
import type { Answer, ContactDriver } from './contact.ts';
import { onBusLine } from './on-bus-line.ts';

const START = 0xff;
const ALL_STATES = Uint8Array.of(START, 9, 0);
const ONE_STATE = 3;
/** Boards with more relays than this tell them all at once. */
const MOST_ONE_BY_ONE = 2;
/** Questions without an answer before the other one is tried. */
const TRIES = 2;
/** Seconds that a renewal may wait its turn: eight relays renewed together keep the line busy for half of it. */
const TRAVEL = 1;

/** The three bytes that switch a relay (counted from 1). */
export function kmtronicCommand(channel: number, on: boolean): Uint8Array {
  return Uint8Array.of(START, channel, on ? 1 : 0);
}

type Told = Answer<boolean | null>;

interface KmtronicBoard {
  /** `null`: nothing came. */
  read(channel: number): Promise<Told>;
  /**
   * The line was opened anew, perhaps with another board behind it. A large one stays large: a silent one whose line is
   * opened anew must not be asked the question of small ones.
   */
  forget(): void;
}

/** What is known of a board is known to all its relays. */
const boards = new WeakMap<ByteLine, KmtronicBoard>();

function boardOn(line: ByteLine): KmtronicBoard {
  const known = boards.get(line);
  if (known !== undefined) return known;
  const board = createKmtronicBoard(line);
  boards.set(line, board);
  return board;
}

function createKmtronicBoard(line: ByteLine): KmtronicBoard {
  let tells: 'all' | 'one' | null = null;

  async function readAll(channel: number): Promise<Told> {
    const heard = await line.ask(ALL_STATES);
    if (!heard.ok || heard.value === null) return heard.ok ? SILENCE : heard;
    const states = readKmtronicStates(heard.value);
    const state = states?.[channel - 1];
    if (states === null) return nonsense(heard.value);
    tells = 'all';
    return state === undefined ? { ok: false, text: `the board has ${states.length} relays` } : told(state);
  }

  async function readOne(channel: number): Promise<Told> {
    const heard = await line.ask(Uint8Array.of(START, channel, ONE_STATE));
    if (!heard.ok || heard.value === null) return heard.ok ? SILENCE : heard;
    const state = readKmtronicState(heard.value, channel);
    if (state === null) return nonsense(heard.value);
    tells = 'one';
    return told(state);
  }

  return {
    async read(channel) {
      if (tells === 'one') return readOne(channel);
      if (tells === 'all') return readAll(channel);
      const before = line.heardAt();
      for (let tries = 0; tries < TRIES; tries++) {
        const all = await readAll(channel);
        if (!all.ok || all.value !== null) return all;
      }
      // Whoever says anything, however late, is not asked a question that may not be meant for it.
      return channel > MOST_ONE_BY_ONE || line.heardAt() !== before ? SILENCE : readOne(channel);
    },
    forget() {
      if (tells === 'one') tells = null;
    },
  };
}

const SILENCE: Told = { ok: true, value: null };

function told(state: boolean): Told {
  return { ok: true, value: state };
}

function nonsense(bytes: Uint8Array): Told {
  return { ok: false, text: `the board answered ${bytes.length} bytes that make no sense` };
}

/** The states of a board of four or eight relays, the first relay first; `null` for anything else. Total. */
export function readKmtronicStates(bytes: Uint8Array): boolean[] | null {
  if ((bytes.length !== 4 && bytes.length !== 8) || bytes.some((byte) => byte > 1)) return null;
  return [...bytes].map((byte) => byte === 1);
}

/** The state that a board of one or two relays tells of one of them; `null` for anything else. Total. */
export function readKmtronicState(bytes: Uint8Array, channel: number): boolean | null {
  const [start, of, state = 2] = bytes;
  return bytes.length === 3 && start === START && of === channel && state <= 1 ? state === 1 : null;
}

export interface KmtronicOptions {
  readonly held: HeldByteLine;
  /** From 1, as printed on the board. */
  readonly channel: number;
  /** The relay is switched on while held. */
  readonly heldOn: boolean;
}

/** @returns the driver; it gives `held` back when it is closed */
export function kmtronic({ held, channel, heldOn }: KmtronicOptions): ContactDriver {
  const { line } = held;
  const board = boardOn(line);
  return {
    timer: null,
    travel: TRAVEL,
    send: ({ holds, urgent, notAfter }) =>
      line.command(kmtronicCommand(channel, holds === heldOn), { channel, opens: !holds, urgent, notAfter }),
    async read() {
      const read = await board.read(channel);
      if (!read.ok) return read;
      // Every one of these boards can be read back: silence is a fault.
      if (read.value === null) return { ok: false, text: 'the board does not answer' };
      return { ok: true, value: read.value === heldOn };
    },
    onLine: (listener) =>
      onBusLine(held, (problem) => {
        board.forget();
        listener(problem);
      }),
    close: () => held.release(),
  };
}
