import assert from 'node:assert/strict';
import type { BusStatus } from '../../../src/links/bus/bus.ts';
import { createListeners } from '../../../src/links/bus/listeners.ts';
import { createTransport, type Transport } from '../../../src/links/bus/transport.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { bytes, createFakeConnect, type FakeWire, hex } from './support/fakes.ts';

interface Bench {
  readonly clock: ManualClock;
  readonly transport: Transport;
  readonly wires: FakeWire[];
  readonly told: string[];
  /** The newest connection. */
  last(): FakeWire;
}

function bench(firstAttemptAfter = 0): Bench {
  const clock = new ManualClock();
  const { connect, wires } = createFakeConnect();
  const transport = createTransport({ path: '/dev/fake', connect, clock, firstAttemptAfter });
  const told: string[] = [];
  transport.onStatus(({ state, problem }) => told.push(problem === null ? state : `${state}: ${problem}`));
  return { clock, transport, wires, told, last: () => wires.at(-1) as FakeWire };
}

describe('bus transport', () => {
  it('is connecting until the first outcome, then open', () => {
    const { transport, last, told } = bench();
    assert.deepEqual(transport.status(), { state: 'connecting', problem: 'opening /dev/fake' });
    assert.equal(transport.write(bytes('01')), false);
    last().events.opened();
    assert.deepEqual(transport.status(), { state: 'open', problem: null });
    assert.deepEqual(told, ['open']);
    assert.equal(transport.write(bytes('01')), true);
    assert.deepEqual(last().written, ['01']);
  });

  it('tries again after 1, 2, 4, 8 and then every 15 s, and stays lost with its reason meanwhile', () => {
    const { clock, transport, wires, told, last } = bench();
    for (const pause of [1, 2, 4, 8, 15, 15, 15]) {
      const before = wires.length;
      last().events.ended('no such port');
      clock.advance(pause - 0.001);
      assert.equal(wires.length, before);
      clock.advance(0.002);
      assert.equal(wires.length, before + 1);
      assert.equal(transport.status().state, 'lost');
    }
    assert.deepEqual(told, ['lost: no such port']);
    last().events.ended('no permission');
    assert.deepEqual(told, ['lost: no such port', 'lost: no permission']);
    clock.advance(15);
    last().events.opened();
    assert.deepEqual(told.slice(2), ['open']);
  });

  it('is patient for good: after a year of failures it still tries every 15 s', () => {
    const { clock, wires, last } = bench();
    for (let i = 0; i < 2000; i += 1) {
      last().events.ended('gone');
      clock.advance(15);
    }
    assert.equal(wires.length, 2001);
  });

  it('begins with a short pause again when the line has brought bytes for 30 s, and only then', () => {
    const { clock, wires, last } = bench();
    const pauseAfterLoss = (): number => {
      const before = wires.length;
      last().events.ended('unplugged');
      for (let pause = 1; pause <= 15; pause += 1) {
        clock.advance(1);
        if (wires.length > before) return pause;
      }
      return Number.NaN;
    };
    assert.equal(pauseAfterLoss(), 1);
    assert.equal(pauseAfterLoss(), 2);
    last().events.opened();
    clock.advance(29.9);
    last().events.received(bytes('01'));
    assert.equal(pauseAfterLoss(), 4);
    last().events.opened();
    clock.advance(100); // open, but silent
    assert.equal(pauseAfterLoss(), 8);
    last().events.opened();
    clock.advance(30);
    last().events.received(bytes('01'));
    assert.equal(pauseAfterLoss(), 1);
  });

  it('hands over every chunk with the second it came', () => {
    const { clock, transport, last } = bench();
    const heard: [string, number][] = [];
    const stop = transport.onBytes((chunk, at) => heard.push([hex(chunk), at]));
    last().events.opened();
    last().events.received(bytes('0102'));
    clock.advance(1.5);
    last().events.received(bytes('03'));
    stop();
    last().events.received(bytes('04'));
    assert.deepEqual(heard, [
      ['0102', 1000],
      ['03', 1001.5],
    ]);
  });

  it('reopens on request: throws the old connection away and makes a fresh one a second later', () => {
    const { clock, transport, wires, told, last } = bench();
    transport.reopen('too early');
    assert.equal(last().closed, null);
    last().events.opened();
    const old = last();
    const heard: string[] = [];
    transport.onBytes((chunk) => heard.push(hex(chunk)));
    transport.reopen('no frame for 20 s');
    assert.equal(old.closed, 'abort');
    assert.deepEqual(transport.status(), { state: 'lost', problem: 'no frame for 20 s' });
    old.events.received(bytes('01'));
    old.events.ended('closed');
    transport.reopen('again');
    clock.advance(0.9);
    assert.equal(wires.length, 1);
    clock.advance(0.2);
    assert.equal(wires.length, 2);
    old.events.received(bytes('01'));
    assert.deepEqual(heard, []);
    last().events.opened();
    assert.deepEqual(told, ['open', 'lost: no frame for 20 s', 'open']);
  });

  it('reopening again and again does not make the pauses grow: whoever asks has waited before', () => {
    const { clock, transport, wires, last } = bench();
    for (let i = 0; i < 5; i += 1) {
      last().events.opened();
      transport.reopen('silent');
      clock.advance(1);
    }
    assert.equal(wires.length, 6);
  });

  it('closes for good: idempotent, no timer, no more events', () => {
    for (const prepare of [
      (): void => {},
      (b: Bench): void => b.last().events.opened(),
      (b: Bench): void => b.last().events.ended('gone'),
      (b: Bench): void => {
        b.last().events.opened();
        b.transport.reopen('silent');
      },
    ]) {
      const b = bench();
      prepare(b);
      const wires = b.wires.length;
      b.transport.close();
      b.transport.close();
      assert.equal(b.clock.pending, 0);
      assert.equal(b.told.at(-1), 'closed: closed');
      const told = b.told.length;
      b.last().events.opened();
      b.last().events.received(bytes('01'));
      b.last().events.ended('gone');
      b.transport.reopen('no');
      b.clock.advance(100);
      assert.equal(b.wires.length, wires);
      assert.equal(b.told.length, told);
      assert.equal(b.transport.write(bytes('01')), false);
      assert.equal(b.transport.status().state, 'closed');
    }
  });

  it('closes an open connection in order, so that the last bytes still go out', () => {
    const b = bench();
    b.last().events.opened();
    b.transport.close();
    assert.equal(b.last().closed, 'orderly');
  });

  it('can be closed by whoever is told that it is lost', () => {
    const b = bench();
    b.transport.onStatus(({ state }) => {
      if (state === 'lost') b.transport.close();
    });
    b.last().events.ended('gone');
    assert.equal(b.clock.pending, 0);
    assert.equal(b.transport.status().state, 'closed');
  });

  it('waits with the first attempt when asked to', () => {
    const b = bench(0.2);
    assert.equal(b.wires.length, 0);
    assert.equal(b.transport.status().state, 'connecting');
    b.clock.advance(0.2);
    assert.equal(b.wires.length, 1);
  });
});

describe('bus listeners', () => {
  it('a listener that throws silences nobody and ends nothing; it becomes a process warning', async () => {
    const warnings: string[] = [];
    const onWarning = (warning: Error): void => void warnings.push(warning.message);
    process.on('warning', onWarning);
    const b = bench();
    const heard: BusStatus[] = [];
    b.transport.onStatus(() => {
      throw new Error('a listener broke');
    });
    b.transport.onStatus((status) => heard.push(status));
    b.last().events.opened();
    await new Promise((resolve) => setImmediate(resolve));
    process.off('warning', onWarning);
    assert.equal(heard.length, 1);
    assert.deepEqual(warnings, ['a listener broke']);
  });

  it('one that is taken off while others are told is not called any more; one that is added waits for the next time', () => {
    const listeners = createListeners<[number]>();
    const calls: string[] = [];
    listeners.add((n) => {
      calls.push(`a${n}`);
      stopB();
      if (n === 1) listeners.add((m) => calls.push(`c${m}`));
    });
    const stopB = listeners.add((n) => calls.push(`b${n}`));
    listeners.tell(1);
    listeners.tell(2);
    listeners.clear();
    listeners.tell(3);
    assert.deepEqual(calls, ['a1', 'a2', 'c2']);
  });
});
