/** Questions on a line of bytes, as devices ask them. */
import assert from 'node:assert/strict';
import { createAsk } from '../../src/links/asker.ts';
import type { ByteBus } from '../../src/links/bus/bus.ts';
import { createByteLine } from '../../src/links/bus/byte-line.ts';
import { createListeners } from '../../src/links/bus/listeners.ts';
import type { AskOptions, Find, Heard } from '../../src/links/device.ts';
import { ManualClock } from '../support/manual-clock.ts';

function start() {
  const clock = new ManualClock();
  const listeners = createListeners<[Uint8Array, number]>();
  const sentAt: number[] = [];
  const began = clock.now();
  const bus: ByteBus = {
    path: 'port',
    status: () => ({ state: 'open', problem: null }),
    onStatus: () => () => undefined,
    onBytes: (listener) => listeners.add(listener),
    reopen: () => undefined,
    release: () => undefined,
    write() {
      sentAt.push(Math.round((clock.now() - began) * 100) / 100);
      return true;
    },
  };
  const ask = createAsk(createByteLine(bus, clock, { reopenWhenSilent: false }));
  const hear = (...bytes: number[]): void => listeners.tell(Uint8Array.from(bytes), clock.now());
  const pass = async (seconds: number): Promise<void> => {
    clock.advance(seconds);
    for (let n = 0; n < 5; n += 1) await new Promise(setImmediate);
  };
  const put = (options: AskOptions = {}): { heard: Heard<number> | null } => {
    const box: { heard: Heard<number> | null } = { heard: null };
    ask(Uint8Array.of(1), find, options).then(
      (heard) => void (box.heard = heard),
      (error: unknown) => assert.fail(String(error)),
    );
    return box;
  };
  return { clock, sentAt, hear, pass, put };
}

/** An answer is 7, 8, 9. */
const find: Find<number> = (heard) => {
  const at = heard.findIndex((byte, i) => byte === 7 && heard[i + 1] === 8 && heard[i + 2] === 9);
  return at < 0 ? null : { kind: 'answer', value: at };
};

describe('a question of a link', () => {
  it('takes an answer that comes in pieces, as bridges and Bluetooth hand them over', async () => {
    const { hear, pass, put, sentAt, clock } = start();
    const box = put();
    await pass(0.1);
    hear(7);
    await pass(0.2);
    hear(8);
    await pass(0.2);
    assert.equal(box.heard, null);
    hear(9);
    await pass(0);
    assert.deepEqual(box.heard, { ok: true, value: 0 });
    assert.deepEqual(sentAt, [0]);
    assert.equal(clock.pending, 0);
  });

  it('asks again when half an answer is all that comes, and says that it was noise', async () => {
    const { hear, pass, put, sentAt } = start();
    const box = put();
    await pass(0.1);
    hear(7, 8);
    await pass(0.35);
    assert.equal(sentAt.length, 2);
    await pass(0.05);
    hear(7);
    await pass(0.35);
    assert.equal(box.heard?.ok === false && box.heard.reason, 'noise');
  });
});
