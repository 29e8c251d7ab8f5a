/** A frame through a real Node-RED to a permission, against one function node that does minimum, maximum and hysteresis. */
import { runChild } from './child.ts';
import { frameOf } from './frames.ts';
import { median, rounded, type Row } from './harness.ts';

interface Pair {
  readonly ours: { perSecond: number; seen: number };
  readonly base: { perSecond: number; seen: number };
}

export function chainRows(): Row[] {
  const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
  const args = [hex(frameOf(3.3, 3.31)), hex(frameOf(3.3, 3.7)), '2000', '15'];
  const results = runChild('child.cjs', args, 120) as { version: string; healthy: Pair[]; restless: Pair[] };
  const row = (bench: string, pairs: readonly Pair[], note: string): Row => {
    const ratio = median(pairs.map((pair) => pair.ours.perSecond / pair.base.perSecond));
    return {
      bench,
      unit: 'frames/s',
      value: rounded(median(pairs.map((pair) => pair.ours.perSecond))),
      reference: rounded(median(pairs.map((pair) => pair.base.perSecond))),
      ratio: rounded(ratio),
      goal: '≥ 1',
      met: ratio >= 1,
      note: `Node-RED ${results.version}; ${note}`,
    };
  };
  return [
    row('frame → permission, healthy stream', results.healthy, 'reference: one function node, a message a frame'),
    row('frame → permission, charge off and on every 4 frames', results.restless, 'reference: the same function node'),
  ];
}
