/** The one who talks on a line of bytes: one thing at a time, openings first, no answer given to the wrong question. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { BusStatus, ByteBus } from '../../../src/links/bus/bus.ts';
import { createListeners } from '../../../src/links/bus/listeners.ts';
import {
  ANSWER_WITHIN,
  createByteLine,
  GAP,
  HURRY,
  QUIET,
  type QuestionOptions,
} from '../../../src/links/bus/byte-line.ts';
import { seconds } from '../../runtime/support/arbitrary-seconds.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { settle } from '../../relays/support/board-bench.ts';

const HOLD = { channel: 1, opens: false, urgent: false, notAfter: Infinity };
const OPEN = { channel: 1, opens: true, urgent: true, notAfter: Infinity };
const of = (...bytes: number[]): Uint8Array => Uint8Array.from(bytes);

function start({ reopenWhenSilent = false } = {}) {
  const clock = new ManualClock();
  const statusListeners = createListeners<[BusStatus]>();
  const byteListeners = createListeners<[Uint8Array, number]>();
  const sent: { at: number; bytes: number[] }[] = [];
  const reopened: string[] = [];
  let status: BusStatus = { state: 'open', problem: null };
  const state = { takes: true };
  const began = clock.now();
  const bus: ByteBus = {
    path: 'port',
    status: () => status,
    onStatus: (listener) => statusListeners.add(listener),
    onBytes: (listener) => byteListeners.add(listener),
    reopen: (reason) => reopened.push(reason),
    release: () => undefined,
    write(bytes) {
      if (state.takes) sent.push({ at: Math.round((clock.now() - began) * 1000) / 1000, bytes: [...bytes] });
      return state.takes;
    },
  };
  return {
    clock,
    state,
    sent,
    reopened,
    line: createByteLine(bus, clock, { reopenWhenSilent }),
    hear: (...bytes: number[]) => byteListeners.tell(of(...bytes), clock.now()),
    become(next: BusStatus) {
      status = next;
      statusListeners.tell(next);
    },
    order: () => sent.map(({ bytes }) => bytes[0]),
  };
}

/** Kinds of questions, by their only byte: an answer without an end mark, one that is recognised, one until it is quiet. */
const KINDS: Readonly<Record<number, QuestionOptions>> = {
  1: {},
  2: { whole: (heard) => heard.includes(7), pause: 0.2 },
  3: { whole: () => false, untilQuiet: true },
};

/** What came of a promise, once it has come. */
function outcome<T>(promise: Promise<T>): { value: T | null } {
  const box: { value: T | null } = { value: null };
  promise.then(
    (value) => {
      box.value = value;
    },
    (error: unknown) => assert.fail(String(error)),
  );
  return box;
}

describe('a line of bytes', () => {
  it('sends one thing at a time, with a pause behind a command and an answer behind a question', async () => {
    const { line, clock, sent, hear } = start();
    const first = outcome(line.command(of(1), HOLD));
    void line.command(of(2), { ...HOLD, channel: 2 });
    const asked = outcome(line.ask(of(3)));
    assert.deepEqual(sent, [{ at: 0, bytes: [1] }]);
    clock.advance(GAP);
    await settle();
    assert.deepEqual(first.value, { ok: true, value: true });
    clock.advance(GAP);
    assert.deepEqual(sent.at(-1), { at: 0.1, bytes: [3] });
    void line.command(of(4), HOLD);
    clock.advance(0.2);
    hear(7);
    clock.advance(QUIET / 2);
    hear(8, 9);
    clock.advance(QUIET - 0.001);
    await settle();
    assert.equal(asked.value, null, 'the answer may go on');
    clock.advance(0.002);
    await settle();
    assert.deepEqual(asked.value, { ok: true, value: of(7, 8, 9) });
    assert.deepEqual(sent.at(-1)?.bytes, [4]);
  });

  it('a question that finds nothing is over after half a second, and says so', async () => {
    const { line, clock, sent } = start();
    const asked = outcome(line.ask(of(1), { filler: of(0, 0) }));
    clock.advance(ANSWER_WITHIN);
    await settle();
    assert.deepEqual(asked.value, { ok: true, value: null });
    assert.deepEqual(sent.at(-1), { at: 0.5, bytes: [0, 0] }, 'the filler');
  });

  it('an opening goes first, and what would close the same contact after it is not sent', async () => {
    const { line, clock, order } = start();
    void line.command(of(1), { ...HOLD, channel: 3 });
    const closing = outcome(line.command(of(2), HOLD));
    void line.command(of(3), { ...HOLD, channel: 2 });
    void line.command(of(4), OPEN);
    await settle();
    assert.deepEqual(closing.value, { ok: false, text: 'overtaken by an opening' });
    clock.advance(1);
    assert.deepEqual(order(), [1, 4, 3]);
  });

  it('also an opening that is not urgent takes off what would close the contact, and keeps its place', async () => {
    const { line, clock, order } = start();
    void line.command(of(1), { ...HOLD, channel: 3 });
    void line.command(of(2), HOLD);
    void line.command(of(3), { ...HOLD, channel: 2 });
    void line.command(of(4), { ...OPEN, urgent: false });
    clock.advance(1);
    assert.deepEqual(order(), [1, 3, 4]);
  });

  it('an opening waits for a question only a moment, which is then asked again', async () => {
    const { line, clock, sent, hear } = start();
    const asked = outcome(line.ask(of(1), { filler: of(0) }));
    clock.advance(0.02);
    void line.command(of(2), OPEN);
    clock.advance(HURRY);
    assert.deepEqual(sent.slice(1), [
      { at: 0.12, bytes: [0] },
      { at: 0.12, bytes: [2] },
    ]);
    await settle();
    assert.equal(asked.value, null);
    clock.advance(0.05);
    hear(9);
    clock.advance(0.45);
    assert.deepEqual(sent.at(-1), { at: 0.62, bytes: [1] });
    hear(5);
    clock.advance(QUIET);
    await settle();
    assert.deepEqual(asked.value, { ok: true, value: of(5) });
  });

  it('an answer that is cut short for an opening is not passed on', async () => {
    const { line, clock, sent, hear } = start();
    const asked = outcome(line.ask(of(1)));
    void line.command(of(2), OPEN);
    clock.advance(0.05);
    hear(7);
    clock.advance(0.051);
    assert.deepEqual(sent.at(-1), { at: 0.1, bytes: [2] });
    hear(8);
    clock.advance(QUIET + 0.001);
    assert.deepEqual(sent.at(-1)?.bytes, [1]);
    hear(7, 9);
    clock.advance(QUIET);
    await settle();
    assert.deepEqual(asked.value, { ok: true, value: of(7, 9) });
  });

  it('no question is cut short for an ordinary command', () => {
    const { line, clock, sent } = start();
    void line.ask(of(1));
    void line.command(of(2), HOLD);
    clock.advance(0.499);
    assert.equal(sent.length, 1);
    clock.advance(0.001);
    assert.deepEqual(sent.at(-1)?.bytes, [2]);
  });

  it('a renewal that has waited past its time is not sent', async () => {
    const { line, clock, order } = start();
    void line.ask(of(1));
    const renewal = outcome(line.command(of(2), { ...HOLD, notAfter: clock.now() + 0.4 }));
    clock.advance(1);
    await settle();
    assert.deepEqual(order(), [1]);
    assert.match(JSON.stringify(renewal.value), /too late/);
  });

  it('the answer behind a question without one is not believed: it may belong to that', async () => {
    const { line, clock, hear, sent } = start();
    void line.ask(of(1));
    clock.advance(ANSWER_WITHIN);
    const asked = outcome(line.ask(of(1)));
    assert.equal(sent.length, 1, 'a late answer is given time');
    clock.advance(0.5);
    assert.equal(sent.length, 2);
    hear(7);
    clock.advance(QUIET);
    await settle();
    assert.equal(asked.value, null);
    assert.equal(sent.length, 3, 'asked again');
    hear(8);
    clock.advance(QUIET);
    await settle();
    assert.deepEqual(asked.value, { ok: true, value: of(8) });
  });

  it('bytes that nobody asked for are thrown away, and a question waits until they are over', async () => {
    const { line, clock, hear, sent } = start();
    hear(9, 9);
    const asked = outcome(line.ask(of(1)));
    clock.advance(0.05);
    hear(9);
    clock.advance(0.09);
    assert.equal(sent.length, 0);
    clock.advance(0.02);
    assert.equal(sent.length, 1);
    hear(4);
    clock.advance(QUIET);
    await settle();
    assert.deepEqual(asked.value, { ok: true, value: of(4) });
  });

  it('on a line that never falls quiet a question fails after five seconds, and openings go all the same', async () => {
    const { line, clock, hear, order } = start();
    const stop = clock.every(0.05, () => hear(9));
    clock.advance(0.1);
    const asked = outcome(line.ask(of(1)));
    clock.advance(1);
    void line.command(of(2), OPEN);
    assert.deepEqual(order(), [2]);
    clock.advance(5);
    await settle();
    assert.match(JSON.stringify(asked.value), /too late/);
    stop();
  });

  it('a question that recognises its answer is kept from a line that never falls quiet for half a second only', async () => {
    const { line, clock, hear, sent } = start();
    const stop = clock.every(0.05, () => hear(9));
    clock.advance(0.1);
    const whole = (heard: Uint8Array): boolean => heard.includes(7);
    const asked = outcome(line.ask(of(1), { whole }));
    const undelimited = outcome(line.ask(of(2), { whole, untilQuiet: true }));
    clock.advance(0.45);
    assert.equal(sent.length, 0);
    clock.advance(0.1);
    assert.deepEqual(sent, [{ at: 0.6, bytes: [1] }]);
    hear(7);
    await settle();
    assert.ok(asked.value?.ok === true && asked.value.value?.includes(7));
    // The next one waits anew, and one whose answer has no end of its own waits for quiet.
    const next = outcome(line.ask(of(3), { whole }));
    clock.advance(4.97);
    await settle();
    assert.match(JSON.stringify(undelimited.value), /too late/);
    assert.deepEqual(sent.at(-1)?.bytes, [3]);
    hear(7);
    await settle();
    assert.ok(next.value?.ok === true);
    stop();
  });

  it('bytes that go on and on are no answer after two seconds', async () => {
    const { line, clock, hear } = start();
    const asked = outcome(line.ask(of(1), { whole: () => false }));
    const stop = clock.every(0.05, () => hear(9));
    clock.advance(2.05);
    await settle();
    stop();
    assert.ok(asked.value?.ok === true);
  });

  it('a question to a device that talks by itself does not wait until it falls quiet, but keeps its pauses', async () => {
    const { line, clock, hear, sent } = start();
    const whole = (heard: Uint8Array): boolean => heard.includes(9);
    hear(1, 2, 3);
    const first = outcome(line.ask(of(7), { streams: true, whole, pause: 0.3 }));
    assert.deepEqual(sent.at(-1), { at: 0, bytes: [7] });
    hear(4, 9);
    await settle();
    assert.ok(first.value?.ok === true);
    hear(1);
    outcome(line.ask(of(8), { streams: true, whole }));
    clock.advance(0.29);
    assert.equal(sent.length, 1);
    clock.advance(0.02);
    assert.deepEqual(sent.at(-1), { at: 0.3, bytes: [8] });
    clock.advance(2);
    await settle();
  });

  it('an answer without an end is ended', async () => {
    const { line, clock, hear } = start();
    const asked = outcome(line.ask(of(1)));
    const stop = clock.every(0.05, () => hear(...new Uint8Array(100)));
    clock.advance(1.1);
    await settle();
    stop();
    assert.equal(asked.value?.ok === true && asked.value.value?.length, 512);
  });

  it('the same question that still waits is asked once for all', async () => {
    const { line, clock, hear, order } = start();
    void line.command(of(9), HOLD);
    const all = [line.ask(of(1)), line.ask(of(2)), line.ask(of(1))].map(outcome);
    clock.advance(GAP);
    hear(5);
    clock.advance(QUIET);
    hear(6);
    clock.advance(QUIET);
    await settle();
    assert.deepEqual(order(), [9, 1, 2]);
    assert.deepEqual(
      all.map(({ value }) => value?.ok === true && value.value?.[0]),
      [5, 6, 5],
    );
    const later = outcome(line.ask(of(1)));
    assert.equal(order().length, 4, 'what has been asked already is asked anew');
    hear(7);
    clock.advance(QUIET);
    await settle();
    assert.deepEqual(later.value, { ok: true, value: of(7) });
  });

  it('the queue is bounded', async () => {
    const { line } = start();
    const commands = Array.from({ length: 100 }, () => outcome(line.command(of(1), HOLD)));
    const questions = Array.from({ length: 100 }, (_, index) => outcome(line.ask(of(2, index))));
    await settle();
    for (const many of [commands, questions]) {
      const refused = many.filter(({ value }) => value?.ok === false && value.text === 'queue full');
      assert.ok(refused.length > 60 && refused.length < 100, `${refused.length} refused`);
    }
    const opening = outcome(line.command(of(3), OPEN));
    await settle();
    assert.equal(opening.value, null, 'an opening still finds room');
  });

  it('a line that is lost fails what waits and what is on its way; nothing is sent when it is back', async () => {
    const { line, clock, become, sent } = start();
    const all = [line.command(of(1), HOLD), line.command(of(2), OPEN), line.ask(of(3))].map((each) =>
      outcome<unknown>(each),
    );
    become({ state: 'lost', problem: 'unplugged' });
    await settle();
    for (const { value } of all) assert.deepEqual(value, { ok: false, text: 'unplugged' });
    const refused = outcome(line.command(of(4), OPEN));
    await settle();
    assert.deepEqual(refused.value, { ok: false, text: 'unplugged' });
    become({ state: 'open', problem: null });
    clock.advance(10);
    assert.equal(sent.length, 1);
    assert.equal(clock.pending, 0);
  });

  it('a line that takes no bytes says so', async () => {
    const { line, state } = start();
    state.takes = false;
    const told = [outcome(line.command(of(1), OPEN)), outcome(line.ask(of(1)))];
    await settle();
    for (const { value } of told) assert.deepEqual(value, { ok: false, text: 'port takes no more bytes' });
  });

  it('a network line on which a board used to answer is opened anew; one where nothing ever did is left alone', () => {
    for (const [reopenWhenSilent, answered, expected] of [
      [true, true, 1],
      [true, false, 0],
      [false, true, 0],
    ] as const) {
      const { line, clock, hear, reopened } = start({ reopenWhenSilent });
      if (answered) hear(1);
      for (let i = 0; i < 11; i++) {
        void line.ask(of(1));
        clock.advance(1);
      }
      assert.equal(Math.min(1, reopened.length), expected);
    }
  });

  it('finished, it sends the openings that wait and nothing else', async () => {
    const { line, clock, order } = start();
    void line.ask(of(1));
    void line.command(of(2), HOLD);
    void line.command(of(3), { ...OPEN, channel: 2 });
    const question = outcome(line.ask(of(4)));
    let done = 0;
    line.finish(() => done++);
    await settle();
    assert.deepEqual([done, question.value], [0, { ok: false, text: 'given back' }]);
    clock.advance(1);
    assert.deepEqual([done, order()], [1, [1, 3]]);
    line.finish(() => done++);
    assert.equal(done, 2, 'at once when nothing waits');
  });

  it('whatever is asked and heard: every promise ends, and no timer is left', async () => {
    const step = fc.record({
      what: fc.constantFrom('hold', 'open', 'ask', 'ask', 'hear', 'hear', 'cut', 'mend', 'finish'),
      channel: fc.integer({ min: 1, max: 3 }),
      bytes: fc.uint8Array({ minLength: 1, maxLength: 30 }),
      wait: seconds(0, 0.4),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const { line, clock, hear, become, sent } = start();
        const all: { value: unknown }[] = [];
        let at = -1;
        for (const { what, channel, bytes, wait } of steps) {
          if (what === 'hold') {
            all.push(outcome<unknown>(line.command(bytes, { ...HOLD, channel, notAfter: clock.now() + 0.5 })));
          }
          if (what === 'open') all.push(outcome<unknown>(line.command(bytes, { ...OPEN, channel })));
          if (what === 'ask') all.push(outcome<unknown>(line.ask(of(channel), KINDS[channel])));
          if (what === 'hear') hear(...bytes);
          if (what === 'cut') become({ state: 'lost', problem: 'cut' });
          if (what === 'mend') become({ state: 'open', problem: null });
          if (what === 'finish') line.finish(() => undefined);
          clock.advance(wait);
        }
        clock.advance(30);
        await settle();
        assert.ok(all.every(({ value }) => value !== null));
        assert.equal(clock.pending, 0);
        for (const each of sent) {
          assert.ok(each.at >= at);
          ({ at } = each);
        }
      }),
      { numRuns: 300 },
    );
  });
});
