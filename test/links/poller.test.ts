/** The one who asks a device cycle after cycle: what is passed on, and what is said when nothing good comes. */
import assert from 'node:assert/strict';
import type { Observation } from '../../src/engine/reading/observation.ts';
import type { BusStatus } from '../../src/links/bus/bus.ts';
import { createListeners } from '../../src/links/bus/listeners.ts';
import type { Failure, Heard, Polled } from '../../src/links/device.ts';
import { createPoller } from '../../src/links/poller.ts';
import { ManualClock } from '../support/manual-clock.ts';

const SILENT: Polled = { seen: null, failure: { ok: false, reason: 'silent', text: 'no answer' } };
const good = (voltage: number, more: Observation = {}): Polled => ({ seen: { voltage, ...more }, failure: null });
const failed = (reason: Failure['reason'], text: string): Polled => ({
  seen: null,
  failure: { ok: false, reason, text },
});

function start({ weak = false, identified = false, shared = false } = {}) {
  const clock = new ManualClock();
  const statusListeners = createListeners<[BusStatus]>();
  let status: BusStatus = { state: 'open', problem: null };
  const bench = {
    clock,
    answers: [] as Polled[],
    otherwise: good(26.4),
    who: { ok: true, value: 'serial 1' } as Heard<string>,
    polls: [] as number[],
    seen: [] as { voltage: number | null | undefined; at: number }[],
    cellsSeen: [] as Observation['cells'][],
    problems: [] as (string | null)[],
    reopened: [] as string[],
    released: 0,
    throws: false,
    async pass(seconds: number) {
      for (let left = seconds; left > 1e-9; left -= 0.1) {
        clock.advance(Math.min(0.1, left));
        await new Promise(setImmediate);
      }
    },
    line(next: BusStatus) {
      status = next;
      statusListeners.tell(next);
    },
  };
  const link = createPoller({
    clock,
    title: 'Test BMS',
    remedy: { silent: 'check the cable', noise: 'check the baud rate' },
    period: 1,
    weak,
    device: {
      poll() {
        bench.polls.push(clock.now() - 1000);
        if (bench.throws) throw new Error('a bug');
        return Promise.resolve(bench.answers.shift() ?? bench.otherwise);
      },
      ...(identified ? { identify: () => Promise.resolve(bench.who) } : {}),
    },
    listener: {
      observed(seen, at) {
        bench.seen.push({ voltage: seen.voltage, at: at - 1000 });
        bench.cellsSeen.push(seen.cells);
      },
      changed: (state) => bench.problems.push(state.problem),
    },
    line: {
      status: () => status,
      onStatus: (listener) => statusListeners.add(listener),
      reopen: (reason) => bench.reopened.push(reason),
      isShared: () => shared,
    },
    release: () => void (bench.released += 1),
  });
  return Object.assign(bench, { bench, link });
}

describe('asking a device cycle after cycle', () => {
  it('asks once a period, and says at which second each cycle began', async () => {
    const { pass, polls, seen, link } = start();
    await pass(3.05);
    assert.deepEqual(polls.map(Math.round), [0, 1, 2, 3]);
    assert.equal(seen.length, 4);
    assert.deepEqual(
      seen.map(({ at }) => at),
      polls,
    );
    assert.deepEqual(link.state(), {
      ok: true,
      problem: null,
      counters: { frames: 4, discardedBytes: 0, refusedFrames: 0 },
    });
  });

  it('one lost answer is no trouble; a device that stays silent is named with the remedy, and is back at once', async () => {
    const { bench, pass, link, problems } = start();
    await pass(0.5);
    bench.answers.push(SILENT);
    await pass(2);
    assert.deepEqual(problems, [null]);
    bench.otherwise = SILENT;
    await pass(4);
    assert.equal(link.state().problem, 'Test BMS does not answer: check the cable');
    bench.otherwise = good(26.4);
    await pass(2);
    assert.equal(link.state().problem, null);
  });

  it('noise, a refusal and a stranger each have their own sentence', async () => {
    const { bench, pass, link } = start();
    bench.otherwise = failed('noise', '7 bytes came that are no answer');
    await pass(3);
    assert.equal(link.state().problem, 'Test BMS: 7 bytes came that are no answer: check the baud rate');
    bench.otherwise = failed('refused', 'the BMS says its command is unknown');
    await pass(2);
    assert.equal(link.state().problem, 'Test BMS: the BMS says its command is unknown');
    bench.otherwise = failed('other', 'address 3 answers');
    await pass(2);
    assert.equal(link.state().problem, 'Test BMS: address 3 answers');
  });

  it('what a part of the questions brought is passed on, with what went wrong', async () => {
    const { bench, pass, link, seen } = start();
    bench.otherwise = { seen: { voltage: 26 }, failure: { ok: false, reason: 'noise', text: 'cell 3 is damaged' } };
    await pass(0.5);
    assert.equal(seen.length, 1);
    assert.match(String(link.state().problem), /cell 3 is damaged/);
  });

  it('a line that is down says why, and nothing is asked until it is open', async () => {
    const { bench, pass, polls, link } = start();
    await pass(0.5);
    bench.line({ state: 'lost', problem: 'the adapter was pulled' });
    const asked = polls.length;
    await pass(5);
    assert.equal(polls.length, asked);
    assert.equal(link.state().problem, 'the adapter was pulled');
    bench.line({ state: 'open', problem: null });
    await pass(0.2);
    assert.equal(link.state().problem, null);
  });

  it('after the line was lost another device is not believed, and the old one is', async () => {
    const { bench, pass, seen, link } = start({ identified: true });
    await pass(1.5);
    bench.line({ state: 'lost', problem: 'unplugged' });
    bench.who = { ok: true, value: 'serial 2' };
    const heard = seen.length;
    bench.line({ state: 'open', problem: null });
    await pass(5);
    assert.equal(seen.length, heard);
    assert.match(String(link.state().problem), /another device answers.*serial 2, it was serial 1.*deploy/);
    bench.who = { ok: true, value: 'serial 1' };
    await pass(2);
    assert.ok(seen.length > heard);
    assert.equal(link.state().problem, null);
  });

  it('a device on a shared line that stays silent is asked seldom, alone once a second', async () => {
    const asked = async (shared: boolean): Promise<number> => {
      const { bench, pass, polls } = start({ shared });
      bench.otherwise = SILENT;
      await pass(60);
      return polls.length;
    };
    const [together, alone] = [await asked(true), await asked(false)];
    assert.ok(together >= 6 && together <= 12, String(together));
    assert.ok(alone >= 55, String(alone));
  });

  it('a line on which nothing has answered for 20 s is opened anew, and not more often than every 30 s', async () => {
    const { bench, pass, reopened } = start();
    bench.otherwise = SILENT;
    await pass(75);
    assert.equal(reopened.length, 2);
    assert.match(reopened[0]!, /Test BMS has not answered for 20 s/);
  });

  it('with a weak check a sudden change counts only when the next answer agrees', async () => {
    const { bench, pass, seen } = start({ weak: true });
    await pass(1.5);
    assert.deepEqual(new Set(seen.map(({ voltage }) => voltage)), new Set([26.4]));
    bench.answers.push(good(40)); // damaged, and passed the check
    await pass(1);
    assert.ok(!seen.some(({ voltage }) => voltage === 40));
    bench.otherwise = good(28);
    await pass(1);
    assert.equal(seen.at(-1)?.voltage, 28);
  });

  it('with a weak check a load that jumps between the same levels is believed', async () => {
    const { bench, pass, seen, link } = start({ weak: true });
    const levels = [-5, -80, -160];
    bench.answers.push(...Array.from({ length: 60 }, (_, i) => good(26.4, { current: levels[i % 3]! })));
    await pass(10);
    assert.ok(seen.length >= 9, `${seen.length} of 10`);
    assert.equal(link.state().problem, null);
  });

  it('with a weak check an answer without cells does not bear out the next one with cells', async () => {
    const { bench, pass, link, seen } = start({ weak: true });
    await pass(1.5);
    const heard = seen.length;
    bench.answers.push(good(26.4, { cells: [{ cell: 1, voltage: 1.2 }] })); // damaged, and passed the check
    await pass(1);
    assert.ok(seen.length > heard);
    assert.equal(link.state().counters.frames, seen.length);
    assert.equal(bench.answers.length, 0);
    assert.ok(bench.cellsSeen.every((cells) => cells === undefined));
    const cells = [{ cell: 1, voltage: 3.3 }];
    bench.otherwise = good(26.4, { cells });
    await pass(1);
    assert.deepEqual(bench.cellsSeen.at(-1), cells);
  });

  it('with a weak check answers that never agree are not believed, and it says so', async () => {
    const { bench, pass, seen, link } = start({ weak: true });
    bench.answers.push(...Array.from({ length: 60 }, (_, i) => good(20 + (i % 10) * 5)));
    await pass(10);
    assert.equal(seen.length, 0);
    assert.match(String(link.state().problem), /contradict each other/);
  });

  it('a device that throws ends nothing: the fault is said, and it is asked on', async () => {
    const { bench, pass, link, polls } = start();
    bench.throws = true;
    await pass(3);
    assert.equal(link.state().problem, 'Test BMS: a bug');
    assert.ok(polls.length >= 3);
    bench.throws = false;
    await pass(2);
    assert.equal(link.state().problem, null);
  });

  it('once closed it asks nothing, says nothing and has given the line back', async () => {
    const { bench, pass, link, clock } = start();
    await pass(1);
    link.close();
    link.close();
    const { length } = bench.polls;
    await pass(5);
    assert.equal(bench.polls.length, length);
    assert.equal(bench.released, 0 + 1);
    assert.equal(clock.pending, 0);
  });
});
