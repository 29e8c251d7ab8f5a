/**
 * The link to a 123\SmartBMS at its "extended data output" (123-R19): bytes in, believed observations out.
 *
 * The device talks by itself and cannot be asked, so silence is the only sign of a lost line.
 */
import type { Clock } from '../../engine/clock.ts';
import type { Link, LinkListener } from '../link.ts';
import { createTeller, messageOf } from '../teller.ts';
import { createCellTable } from './cell-table.ts';
import { decodeFrame, type TemperatureFormula } from './codec.ts';
import { createFramer, type FoundFrame } from './framer.ts';
import { createKeyValues } from './key-values.ts';
import { observationOf } from './observe.ts';
import { createVote } from './vote.ts';

/** Seconds without a believed frame after which the link is not ok. Frames come every 0.5 or 1 s (123-R1). */
const SILENT_AFTER = 5;
/** Seconds without a byte after which the line is opened anew, where nothing else is said: the vendor's own limit. */
const REOPEN_AFTER = 20;
/** Seconds from one attempt to open the line anew to the next. */
const REOPEN_EVERY = 30;
/** Seconds between two looks at the clock. */
const LOOK_EVERY = 1;

const PROBLEM = {
  waiting: 'no frame has come yet',
  nothing: 'nothing arrives: check the cable, the adapter and that the BMS is powered',
  noise: 'bytes arrive but no 123\\SmartBMS frame among them: check baud rate 9600 and the polarity of the optocoupler',
  damaged: 'frames arrive damaged: check the wiring and the pull-up of the optocoupler',
  contradictory: 'frames arrive too seldom, or contradict each other, so none of them can be believed',
} as const;

function recently(at: number | null, now: number): boolean {
  return at !== null && now - at <= SILENT_AFTER;
}

/** What the link needs of a bus. */
export interface ByteSource {
  /** Every chunk as it arrives, with the monotonic second it arrived at; returns the way to stop. */
  onBytes(listener: (chunk: Uint8Array, at: number) => void): () => void;
  /** Closes the line and opens it again: a vanished adapter can stay "open" for ever. */
  reopen?(reason: string): void;
}

export interface SmartBms123Options {
  /** Absent: the link lives on `push` alone. */
  readonly bytes?: ByteSource;
  readonly clock: Clock;
  readonly formula: TemperatureFormula;
  readonly listener: LinkListener;
  /** Seconds without a byte after which the bus is asked to reopen; 20 by default. */
  readonly reopenAfter?: number;
}

export interface SmartBms123Link extends Link {
  /** Feeds bytes by hand, as they come in a message, with the monotonic second they arrived at. */
  push(bytes: Uint8Array, at: number): void;
}

/**
 * Creates the link. It passes on an observation for every frame from the second one on that agrees with the one before;
 * after 5 s without one it is not ok and says what was seen instead. Never throws, neither here nor in a callback: what
 * a listener throws makes the link not ok until the next frame gets through.
 */
export function createSmartBms123Link(options: SmartBms123Options): SmartBms123Link {
  const { bytes, clock, formula, listener, reopenAfter = REOPEN_AFTER } = options;
  const framer = createFramer();
  const vote = createVote();
  const cellTable = createCellTable();
  const keyValues = createKeyValues();

  const started = clock.now();
  let lastBytes: number | null = null;
  /** Since when bytes have been arriving without a longer silence. */
  let bytesSince = started;
  let lastRefused: number | null = null;
  let lastFrame: number | null = null;
  let lastBelieved: number | null = null;
  let reopenAt = started + reopenAfter;
  let frames = 0;
  let closed = false;

  const teller = createTeller(listener, {
    first: PROBLEM.waiting,
    lead: '',
    counters: () => ({ frames, discardedBytes: framer.discardedBytes(), refusedFrames: framer.refusedFrames() }),
  });
  const { become } = teller;

  function hear(found: FoundFrame, at: number): void {
    if (closed) return; // by a listener, while the frames of one chunk are handed out
    const decoded = decodeFrame(found.bytes, formula);
    if (!decoded.ok) return; // the framer has looked at the same things
    frames++;
    lastFrame = at;
    const verdict = vote.add(decoded.frame, found.at);
    if (verdict === null) return;
    for (const { pair, at: measured } of verdict.keyValues) keyValues.take(pair, measured);
    const observation = observationOf(verdict, cellTable.take(verdict), keyValues.values(found.at));
    lastBelieved = at;
    if (teller.observed(observation, found.at)) become(null);
  }

  function push(chunk: Uint8Array, at: number): void {
    if (closed || chunk.length === 0) return;
    if (!recently(lastBytes, at)) bytesSince = at;
    lastBytes = at;
    reopenAt = at + reopenAfter;
    const refused = framer.refusedFrames();
    for (const found of framer.push(chunk, at)) hear(found, at);
    if (framer.refusedFrames() > refused) lastRefused = at;
  }

  function whatArrives(now: number): string {
    if (recently(lastFrame, now)) return PROBLEM.contradictory;
    return recently(lastRefused, now) ? PROBLEM.damaged : PROBLEM.noise;
  }

  function look(): void {
    const now = clock.now();
    if (!recently(lastBelieved, now) && now - started > SILENT_AFTER) {
      if (!recently(lastBytes, now)) become(PROBLEM.nothing);
      else if (now - bytesSince > SILENT_AFTER) become(whatArrives(now));
    }
    if (now >= reopenAt) {
      reopenAt = now + REOPEN_EVERY;
      // Nothing may throw out of a callback: it would end the process, and the protection with it.
      try {
        bytes?.reopen?.('no byte from the 123\\SmartBMS');
      } catch (error) {
        become(`the line could not be opened anew: ${messageOf(error)}`);
      }
    }
  }

  const stopBytes = bytes?.onBytes(push);
  const stopLooking = clock.every(LOOK_EVERY, look);

  return {
    state: teller.state,
    push,
    close() {
      closed = true;
      teller.close();
      stopBytes?.();
      stopLooking();
    },
  };
}
