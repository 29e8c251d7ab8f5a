/**
 * A relay of an LCUS-n board (LC Technology and its copies: CH340, 9600 8N1). A command is `A0 channel 01|00 sum`, the
 * sum being that of the three bytes before it. Operations above 01 mean different things on different boards, so none
 * is sent.
 *
 * Many boards cannot be read back. Others answer the single byte FF: with lines of text (`CH1: ON`), with one byte a
 * relay, or with `A0 channel state sum`. Which kind a board is, it shows by what it answers.
 */
import type { Clock } from '../engine/clock.ts';
import type { ByteLine } from '../links/bus/byte-line.ts';
import type { HeldByteLine } from '../links/bus/byte-lines.ts';
import type { Answer, ContactDriver } from './contact.ts';
import { onBusLine } from './on-bus-line.ts';

const START = 0xa0;
const STATUS = Uint8Array.of(0xff);
/**
 * Sent behind a status question that brought nothing: a board that does not know it, and takes whatever comes four
 * bytes at a time, would otherwise find every command after it cut at the wrong place, the openings too. A board that
 * looks for A0 passes over it.
 */
const FILLER = Uint8Array.of(0, 0, 0);
/** Questions without an answer before a board is taken for one that cannot be read back. */
const TRIES = 2;
/** Seconds after which such a board is asked again. */
const ASK_AGAIN = 60;
/**
 * Seconds that a renewal may wait its turn. Eight relays that are renewed together, and read back, keep the line busy
 * for nearly as long.
 */
const TRAVEL = 1;

/** The four bytes that switch a relay (counted from 1). */
export function lcusCommand(channel: number, on: boolean): Uint8Array {
  const op = on ? 1 : 0;
  return Uint8Array.of(START, channel, op, (START + channel + op) & 0xff);
}

export interface LcusStates {
  /** How the board tells. It stays with one way, while noise can look like the shortest of them. */
  readonly layout: string;
  /** Relay number from 1 to on or off. */
  readonly states: ReadonlyMap<number, boolean>;
}

/** Reads an answer to FF; `null` for anything that is none. Total. */
export function readLcusStates(bytes: Uint8Array): LcusStates | null {
  return readText(bytes) ?? readFrames(bytes) ?? readBytes(bytes);
}

/** `CH1: ON`, `CH1:ON`, `CH1: ON ` and a line end, relay after relay. */
function readText(bytes: Uint8Array): LcusStates | null {
  const text = Buffer.from(bytes).toString('latin1');
  if (!/^(?:\s*CH[1-8]:\s*O(?:N|FF)\s*)+$/i.test(text)) return null;
  const found = [...text.matchAll(/CH([1-8]):\s*(ON|OFF)/gi)];
  return collect(
    'text',
    found.map(([, channel, state]) => [Number(channel), state?.toUpperCase() === 'ON']),
  );
}

function readFrames(bytes: Uint8Array): LcusStates | null {
  if (bytes.length === 0 || bytes.length % 4 !== 0) return null;
  const found: [number, boolean][] = [];
  for (let at = 0; at < bytes.length; at += 4) {
    const [start, channel = 0, state = 0, sum] = bytes.subarray(at, at + 4);
    if (start !== START || channel < 1 || channel > 8 || state > 1 || sum !== ((START + channel + state) & 0xff)) {
      return null;
    }
    found.push([channel, state === 1]);
  }
  return collect('frames', found);
}

function readBytes(bytes: Uint8Array): LcusStates | null {
  if (![1, 2, 4, 8].includes(bytes.length) || bytes.some((byte) => byte > 1)) return null;
  return collect(
    `${bytes.length} bytes`,
    [...bytes].map((byte, index) => [index + 1, byte === 1]),
  );
}

/** No relay may be told of twice. */
function collect(layout: string, found: readonly (readonly [number, boolean])[]): LcusStates | null {
  const states = new Map(found);
  return states.size === found.length ? { layout, states } : null;
}

const OTHER_LAYOUT: Answer<never> = { ok: false, text: 'the board answers in another way than before' };

interface LcusBoard {
  read(channel: number): Promise<Answer<boolean | null>>;
  /** The line was opened anew, perhaps with another board behind it. */
  askAnew(): void;
}

/** What is known of a board is known to all its relays. */
const boards = new WeakMap<ByteLine, LcusBoard>();

function boardOn(line: ByteLine, clock: Clock): LcusBoard {
  const known = boards.get(line);
  if (known !== undefined) return known;
  const board = createLcusBoard(line, clock);
  boards.set(line, board);
  return board;
}

function createLcusBoard(line: ByteLine, clock: Clock): LcusBoard {
  /** It has answered once: from then on its silence is a fault. */
  let answers = false;
  let layout: string | null = null;
  let silent = 0;
  let askFrom = -Infinity;

  /** One question. `null`: nothing came, or, while the board has never answered, nothing that is an answer. */
  async function ask(): Promise<Answer<LcusStates | null>> {
    const heard = await line.ask(STATUS, { filler: FILLER });
    if (!heard.ok) return heard;
    const states = heard.value === null ? null : readLcusStates(heard.value);
    if (states !== null || !answers || heard.value === null) return { ok: true, value: states };
    return { ok: false, text: `the board answered ${heard.value.length} bytes that make no sense` };
  }

  /** The first answer must be confirmed by a second, and all others come in the layout of those two. */
  async function settled(): Promise<Answer<LcusStates | null>> {
    const first = await ask();
    if (!first.ok || first.value === null) return first;
    if (layout !== null) return first.value.layout === layout ? first : OTHER_LAYOUT;
    const second = await ask();
    if (!second.ok || second.value === null) return second;
    if (second.value.layout !== first.value.layout) return OTHER_LAYOUT;
    ({ layout } = second.value);
    return second;
  }

  return {
    async read(channel) {
      while (answers || clock.now() >= askFrom) {
        const told = await settled();
        if (!told.ok) return told;
        if (told.value !== null) {
          answers = true;
          const state = told.value.states.get(channel);
          if (state === undefined) return { ok: false, text: `the board tells nothing of a relay ${channel}` };
          return { ok: true, value: state };
        }
        if (answers) return { ok: false, text: 'the board does not answer' };
        silent += 1;
        if (silent >= TRIES) askFrom = clock.now() + ASK_AGAIN;
      }
      return { ok: true, value: null };
    },
    askAnew() {
      layout = null;
      silent = 0;
      askFrom = -Infinity;
    },
  };
}

export interface LcusOptions {
  readonly held: HeldByteLine;
  readonly clock: Clock;
  /** From 1, as printed on the board. */
  readonly channel: number;
  /** The relay is switched on while held. */
  readonly heldOn: boolean;
}

/** @returns the driver; it gives `held` back when it is closed */
export function lcus({ held, clock, channel, heldOn }: LcusOptions): ContactDriver {
  const { line } = held;
  const board = boardOn(line, clock);
  return {
    timer: null,
    travel: TRAVEL,
    send: ({ holds, urgent, notAfter }) =>
      line.command(lcusCommand(channel, holds === heldOn), { channel, opens: !holds, urgent, notAfter }),
    async read() {
      const read = await board.read(channel);
      return read.ok && read.value !== null ? { ok: true, value: read.value === heldOn } : read;
    },
    onLine: (listener) =>
      onBusLine(held, (problem) => {
        board.askAnew();
        listener(problem);
      }),
    close: () => held.release(),
  };
}
