/** A storm of messages at the monitor and the protection node of a real Node-RED: what it does to everything else. */
import { runChild } from './child.ts';
import { rounded, type Row } from './harness.ts';

/** Short enough to go with the other rows. */
const SECONDS = 8;
const PER_SECOND = 100_000;

interface Storm {
  readonly version: string;
  readonly sent: number;
  readonly seconds: number;
  /** ms late, of a timer that is due every 10 ms; the first before the storm */
  readonly lagQuiet: number;
  readonly lagP99: number;
  readonly lagMax: number;
  /** MB a minute, after collecting garbage */
  readonly heapSlope: number;
  /** `null` where nobody counts. */
  readonly shed: number | null;
  /** Longest time between two permissions, s. */
  readonly longestGap: number;
  /** Seconds from the one message with a high cell to the permission that is taken away. */
  readonly trip: number | null;
}

/** @param seconds how long it storms */
export function stormRows(seconds = SECONDS): Row[] {
  if (!(seconds >= 1 && seconds <= 3600)) throw new Error(`--storm takes seconds from 1 to 3600, not ${seconds}`);
  const found = runChild('storm.cjs', [String(seconds), String(PER_SECOND)], seconds + 60, ['--expose-gc']) as Storm;
  const note = `Node-RED ${found.version}, ${found.seconds.toFixed(0)} s, half to the monitor, half to the protection`;
  const row = (
    what: string,
    unit: string,
    value: number,
    goal: string | null,
    met: boolean | null,
    reference: number | null = null,
  ): Row => ({
    bench: `storm: ${what}`,
    unit,
    value: rounded(value),
    reference: reference === null ? null : rounded(reference),
    ratio: null,
    goal,
    met,
    note,
  });
  return [
    row('messages sent', '1/s', found.sent / found.seconds, null, null),
    row('lag of the event loop, 99 of 100', 'ms', found.lagP99, null, null),
    row('lag of the event loop, longest', 'ms', found.lagMax, '< 100 ms', found.lagMax < 100, found.lagQuiet),
    row('growth of the heap', 'MB/min', found.heapSlope, null, null),
    row('longest gap between permissions', 's', found.longestGap, '≤ 2 s', found.longestGap <= 2),
    row(
      'one high cell among all: until charge is off',
      's',
      found.trip ?? Number.NaN,
      '≤ 0.5 s',
      found.trip !== null && found.trip <= 0.5,
    ),
    ...(found.shed === null ? [] : [row('messages shed', '1/s', found.shed / found.seconds, null, null)]),
  ];
}
