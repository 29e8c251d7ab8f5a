/** A node's status line: set only when it changes, and not more often than people read. */
import type { Clock } from '../engine/clock.ts';
import type { NodeStatus, RedNode } from './types.ts';

/** The editor shows about this much before it gets in the way. */
const LONGEST = 24;
/** Seconds between two changes of the text alone; a change of colour is shown at once. */
const CALM = 0.5;

export interface StatusLine {
  /** Whether a change of the text alone would be shown now; saves making a text that nobody sees. */
  due(): boolean;
  show(fill: NonNullable<NodeStatus['fill']>, shape: NonNullable<NodeStatus['shape']>, text: string): void;
}

export function statusLine(node: RedNode, clock: Clock): StatusLine {
  let shown = '';
  let mark = '';
  let shownAt = -Infinity;
  return {
    due: () => clock.now() - shownAt >= CALM,
    show(fill, shape, text) {
      const next = `${fill}/${shape}/${text}`;
      const nextMark = `${fill}/${shape}`;
      if (next === shown) return;
      const now = clock.now();
      if (nextMark === mark && now - shownAt < CALM) return;
      shown = next;
      mark = nextMark;
      shownAt = now;
      node.status({ fill, shape, text: text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text });
    },
  };
}
