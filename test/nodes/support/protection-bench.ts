/** A protection node without a Node-RED around it, on a clock moved by hand. */
import assert from 'node:assert/strict';
import { connectProtection, type ProtectionView } from '../../../src/node-red/protection-view.ts';
import { statusLine } from '../../../src/node-red/status.ts';
import type { Message } from '../../../src/node-red/types.ts';
import { pinGuard } from '../../../src/runtime/pin.ts';
import { startPack, type Running, type RunningOptions } from '../../runtime/support/packs.ts';
import { createDone, createFakeNode, english, type FakeNode } from './fake-node.ts';

/** The outputs in their order. */
export const [CHARGE, LOAD, PRE_ALARM, EVENTS, STATE] = [0, 1, 2, 3, 4] as const;
/** A hand-made reading with which everything is allowed. */
export const GOOD = { cells: [3.31, 3.32, 3.3, 3.31], temperatures: [21], current: -12.4, voltage: 13.24, soc: 70 };

export interface Viewed extends Running {
  readonly node: FakeNode;
  readonly view: ProtectionView;
  /** The message goes in; what `done` was called with comes back. */
  tell(message: Message): string | undefined;
  payloads(output: number): unknown[];
}

export function viewOf(options: RunningOptions & { pin?: string; outputs?: string[][] } = {}): Viewed {
  const running = startPack(options);
  running.pack.releaseJudge('judge');
  const node = createFakeNode('protection', options.outputs ?? 5);
  const view = connectProtection({
    node,
    status: statusLine(node, running.clock),
    translate: english,
    clock: running.clock,
    pack: running.pack,
    packName: 'house',
    problems: [],
    guard: pinGuard(options.pin, running.clock),
  });
  return {
    ...running,
    node,
    view,
    tell(message) {
      const done = createDone();
      view.input(message, done);
      assert.equal(done.calls.length, 1, 'done is called once');
      return done.calls[0]?.message;
    },
    payloads: (output) => node.out[output]!.map((message) => message['payload']),
  };
}

/** So many seconds, with a hand-made reading in each. */
export function feed({ clock, tell }: Viewed, seconds: number, payload: object = GOOD): void {
  for (let i = 0; i < seconds; i++) {
    clock.advance(1);
    assert.equal(tell({ payload }), undefined);
  }
}
