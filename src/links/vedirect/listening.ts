/** Listens to a VE.Direct device: blocks about once a second, believed when they agree with those before. */
import type { Listening, ListenedTo } from '../device.ts';
import type { LinkOptions } from '../options.ts';
import { createBelief } from '../belief.ts';
import { createSameDevice } from '../same-device.ts';
import { createCutter, type Piece } from './blocks.ts';
import { readHexLine } from './hex.ts';
import { countersIn, observationOf } from './observe.ts';
import { type Fields, readTextBlock } from './text.ts';

/** Seconds for which the history told in a block of its own is shown beside the values. */
const HISTORY_LASTS = 60;

/** Nothing has been heard yet. */
export function createVeDirect(options: LinkOptions): Listening {
  const cutter = createCutter();
  const belief = createBelief();
  const same = createSameDevice();
  let discardedBytes = 0;
  let refusedFrames = 0;
  let history: { readonly counters: ReturnType<typeof countersIn>; readonly at: number } | null = null;
  let problem: string | null = null;
  /** Blocks in a row that could not be used: one alone is an ordinary event. */
  let useless = 0;

  function block({ bytes, at }: Extract<Piece, { kind: 'block' }>): ListenedTo | null {
    const read = readTextBlock(bytes);
    if (!read.ok) {
      refusedFrames += 1;
      discardedBytes += bytes.length;
      useless += 1;
      problem = `blocks arrive damaged: check the wiring and the ground of the cable (${read.text})`;
      return null;
    }
    const counters = history !== null && at - history.at < HISTORY_LASTS ? history.counters : {};
    const seen = observationOf(read.fields, options, counters);
    if (seen === null) {
      history = { counters: countersIn(read.fields), at };
      return null;
    }
    const identity = identityOf(read.fields);
    if (!same.take(identity)) {
      refusedFrames += 1;
      useless += 1;
      problem = `another device talks than before (${identity}, it was ${same.known()}): if that is right, deploy the flows`;
      return null;
    }
    if (!belief.take(seen)) {
      useless += 1;
      problem = 'blocks contradict each other, so none of them can be believed';
      return null;
    }
    problem = null;
    useless = 0;
    return { seen, at };
  }

  return {
    push(bytes, at) {
      const heard: ListenedTo[] = [];
      for (const piece of cutter.push(bytes, at)) {
        if (piece.kind === 'lost') discardedBytes += piece.count;
        else if (piece.kind === 'hex') {
          if (!readHexLine(piece.text).ok) discardedBytes += piece.text.length + 2;
        } else {
          const told = block(piece);
          if (told !== null) heard.push(told);
        }
      }
      return heard;
    },
    counters: () => ({ discardedBytes, refusedFrames }),
    problem: () => (useless > 1 ? problem : null),
  };
}

/** Its product id, and its serial number where it tells one: words for people, too. */
function identityOf(fields: Fields): string {
  return [fields.get('PID') ?? 'no PID', fields.get('SER#')].filter((part) => part !== undefined).join(' ');
}
