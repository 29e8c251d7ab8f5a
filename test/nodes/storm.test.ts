/** Storms of messages: cut down to what can be used, never queued, and nothing dangerous goes unseen. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { createByteIntake } from '../../src/node-red/byte-intake.ts';
import { healthMessage } from '../../src/node-red/health-message.ts';
import { createIntake } from '../../src/node-red/intake.ts';
import { monitorInput } from '../../src/node-red/monitor-input.ts';
import { connectProtection } from '../../src/node-red/protection-view.ts';
import { statusLine } from '../../src/node-red/status.ts';
import type { Message } from '../../src/node-red/types.ts';
import { createHealth, HEALTH_CODES, type HealthEdge } from '../../src/runtime/health.ts';
import { pinGuard } from '../../src/runtime/pin.ts';
import type { StampedReading } from '../../src/runtime/stamp.ts';
import { HEALTHY, healthy, startPack, type RunningOptions } from '../runtime/support/packs.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { createDone, createFakeNode, english } from './support/fake-node.ts';
import { CHARGE, EVENTS, GOOD, LOAD, STATE } from './support/protection-bench.ts';

/** Waiting at most: 64 kinds and the place for others, and the worst in each respect. */
const MOST_WAITING = 65 + 17;
const WINDOW = 0.05;

interface Item {
  readonly name: string;
  readonly bad: number;
}

function intakeBench(options: { perWindow?: number; clock?: ManualClock } = {}) {
  const clock = options.clock ?? new ManualClock();
  const handled: string[] = [];
  const given: string[] = [];
  const errors: string[] = [];
  const shed: number[] = [];
  const intake = createIntake<Item>({
    clock,
    perWindow: options.perWindow ?? 3,
    handle: ({ name }) => {
      if (name.startsWith('broken')) throw new Error(name);
      handled.push(name);
    },
    give: ({ name }, error) => {
      given.push(name);
      if (error !== undefined) errors.push(error.message);
    },
    badness: ({ bad }) => [bad, -bad],
    shed: (count) => shed.push(count),
  });
  const take = (names: string, kind: string | null = 'a', bad = Number.NaN): void => {
    for (const name of names.split(' ')) intake.take({ name, bad }, kind);
  };
  return { clock, intake, take, handled, given, errors, shed };
}

describe('the intake', () => {
  it('the first of a window are handled at once, and no timer runs', () => {
    const { clock, take, handled, intake } = intakeBench();
    take('1 2 3');
    assert.deepEqual(handled, ['1', '2', '3']);
    assert.equal(clock.pending, 0);
    assert.equal(intake.isStorm, false);
  });

  it('by itself it takes fifty in a twentieth of a second', () => {
    const clock = new ManualClock();
    let count = 0;
    const intake = createIntake<number>({ clock, handle: () => void count++, give: () => undefined });
    for (let i = 0; i < 1000; i++) intake.take(i, 'a');
    assert.equal(count, 50);
    clock.advance(WINDOW);
    assert.equal(count, 51);
  });

  it('beyond that the newest of each kind waits for the end of the window, the others are given back', () => {
    const { clock, take, handled, given, shed, intake } = intakeBench();
    take('1 2 3');
    take('a1 a2');
    take('b1', 'b');
    take('a3');
    assert.deepEqual([handled.length, given], [3, ['a1', 'a2']]);
    assert.equal(intake.isStorm, true);
    clock.advance(WINDOW);
    assert.deepEqual(handled.slice(3), ['b1', 'a3'], 'in the order in which they came');
    assert.deepEqual(shed, [2]);
    assert.equal(clock.pending, 0);
    clock.advance(2 * WINDOW);
    assert.equal(intake.isStorm, false);
  });

  it('what has waited is part of the next window’s share', () => {
    const { clock, take, handled } = intakeBench();
    take('1 2 3 4');
    take('5', 'b');
    clock.advance(WINDOW);
    take('6 7 8');
    assert.deepEqual(handled, ['1', '2', '3', '4', '5', '6']);
  });

  it('what may not be shed is handled at once, and takes nobody’s place', () => {
    const { take, handled, given } = intakeBench();
    take('1 2 3 waits');
    take('now now now now', null);
    assert.deepEqual(handled, ['1', '2', '3', 'now', 'now', 'now', 'now']);
    assert.deepEqual(given, []);
  });

  it('the worst waits beside the newest and is handled before it', () => {
    const { clock, take, handled, given } = intakeBench();
    take('1 2 3');
    take('good', 'a', 1);
    take('high', 'a', 9);
    take('low', 'a', -9);
    take('good2 good3 good4', 'a', 0);
    take('unknown', 'a');
    clock.advance(WINDOW);
    assert.deepEqual(handled.slice(3), ['high', 'low', 'unknown']);
    assert.deepEqual(given, ['good', 'good2', 'good3', 'good4']);
  });

  it('a storm of more kinds than are told apart holds no more, and hides the worst no better', () => {
    const { clock, take, handled, given } = intakeBench();
    take('1 2 3');
    for (let i = 0; i < 5000; i++) take(`k${i}`, `kind ${i}`, i === 2500 ? 9 : 1);
    assert.ok(5000 - given.length <= 67, `${5000 - given.length} wait`);
    clock.advance(WINDOW);
    assert.ok(handled.includes('k2500') && handled.includes('k4999'));
    assert.equal(handled.length - 3 + given.length, 5000);
  });

  it('the window ends with the next message where the timer is kept from coming', () => {
    const clock = new ManualClock();
    const deaf = Object.assign(Object.create(clock) as ManualClock, {
      now: () => clock.now(),
      after: () => () => undefined,
    });
    const { take, handled } = intakeBench({ clock: deaf });
    take('1 2 3 4');
    clock.advance(WINDOW);
    take('5');
    assert.deepEqual(handled, ['1', '2', '3', '4', '5']);
  });

  it('closed, it gives back what waits and what comes, and leaves no timer behind', () => {
    const { clock, take, handled, given, intake } = intakeBench();
    take('1 2 3 4 5');
    assert.equal(clock.pending, 1);
    intake.close();
    assert.equal(clock.pending, 0);
    take('6');
    take('7', null);
    clock.advance(1);
    assert.deepEqual(
      [handled, given],
      [
        ['1', '2', '3'],
        ['4', '5', '6', '7'],
      ],
    );
  });

  it('work that throws is answered with the error, and the others are done', () => {
    const { clock, take, handled, given, errors } = intakeBench();
    take('broken1 2 3');
    take('broken4', 'b');
    take('5');
    clock.advance(WINDOW);
    assert.deepEqual(handled, ['2', '3', '5']);
    assert.deepEqual(
      [given, errors],
      [
        ['broken1', 'broken4'],
        ['broken1', 'broken4'],
      ],
    );
  });

  it('closed by the work itself, what has waited behind it is given back', () => {
    const clock = new ManualClock();
    const seen: string[] = [];
    const intake = createIntake<string>({
      clock,
      perWindow: 0,
      handle: (name) => {
        seen.push(`handled ${name}`);
        intake.close();
      },
      give: (name) => void seen.push(`given ${name}`),
    });
    intake.take('1', 'a');
    intake.take('2', 'b');
    clock.advance(WINDOW);
    assert.deepEqual(seen, ['handled 1', 'given 2']);
  });

  it('whatever comes: each message is answered once, little waits, and neither worst nor newest is missed', () => {
    const event = fc.record({
      kind: fc.constantFrom('a', 'b', 'c', 'd', null),
      bad: fc.integer({ min: -20, max: 20 }),
      after: fc.constantFrom(0, 0, 0, 0.001, 0.01, 0.06),
    });
    fc.assert(
      fc.property(fc.array(event, { maxLength: 300 }), (events) => {
        const clock = new ManualClock();
        const answered = new Map<number, 'handled' | 'shed'>();
        let waiting = 0;
        const answer = (how: 'handled' | 'shed') => (index: number) => {
          assert.ok(!answered.has(index), 'answered once');
          answered.set(index, how);
          waiting--;
        };
        const intake = createIntake<number>({
          clock,
          perWindow: 5,
          handle: answer('handled'),
          give: answer('shed'),
          badness: (index) => [events[index]!.bad, -events[index]!.bad],
        });
        events.forEach(({ kind, after }, index) => {
          clock.advance(after);
          waiting++;
          intake.take(index, kind);
          assert.ok(waiting <= 4 + 2);
        });
        clock.advance(1);
        assert.equal(answered.size, events.length);
        const all = events.map((one, index) => ({ ...one, handled: answered.get(index) === 'handled' }));
        for (const kind of ['a', 'b', 'c', 'd']) {
          const last = all.findLast((one) => one.kind === kind);
          assert.ok(last === undefined || last.handled, `the newest of ${kind}`);
        }
        for (const sign of [1, -1]) {
          const worst = (some: typeof all): number => Math.max(-Infinity, ...some.map((one) => one.bad * sign));
          assert.equal(worst(all.filter((one) => one.handled)), worst(all));
        }
        for (const one of all) assert.ok(one.kind !== null || one.handled, 'what may not be shed');
      }),
      { numRuns: 300 },
    );
  });
});

describe('the intake of bytes', () => {
  function byteBench(perWindow: number) {
    const clock = new ManualClock();
    const fed: number[] = [];
    const shed: number[] = [];
    const intake = createByteIntake({
      clock,
      perWindow,
      feed: (bytes) => void fed.push(...bytes),
      shed: (count) => shed.push(count),
    });
    return { clock, intake, fed, shed };
  }

  it('what a line brings goes through at once and whole', () => {
    const { clock, intake, fed, shed } = byteBench(100);
    const sent: number[] = [];
    for (let i = 0; i < 200; i++) {
      const chunk = [i % 256, (i + 1) % 256, 7];
      sent.push(...chunk);
      intake.push(Uint8Array.from(chunk));
      clock.advance(0.01);
      assert.equal(fed.length, sent.length);
    }
    assert.deepEqual([fed, shed], [sent, []]);
    assert.equal(clock.pending, 0);
  });

  it('beyond it the order stays, the last bytes are kept, and the rest is counted', () => {
    const bytes = fc.uint8Array({ minLength: 0, maxLength: 40 });
    fc.assert(
      fc.property(fc.array(bytes, { maxLength: 40 }), (chunks) => {
        const { clock, intake, fed, shed } = byteBench(16);
        const sent = chunks.flatMap((chunk) => [...chunk]);
        for (const chunk of chunks) {
          const own = Uint8Array.from(chunk);
          intake.push(own);
          own.fill(0); // what waits was copied
        }
        const atOnce = fed.length;
        assert.ok(atOnce <= 16);
        clock.advance(WINDOW);
        assert.deepEqual(fed.slice(0, atOnce), sent.slice(0, atOnce));
        const later = fed.slice(atOnce);
        assert.ok(later.length <= 16);
        assert.deepEqual(later, later.length === 0 ? [] : sent.slice(-later.length));
        const lost = sent.length - fed.length;
        assert.equal(lost > 0, shed.length > 0, `${lost} lost, ${shed.join()} told`);
      }),
      { numRuns: 500 },
    );
  });

  it('bytes that have waited through a standstill are no news', () => {
    const { clock, intake, fed, shed } = byteBench(2);
    const deaf = Object.assign(Object.create(clock) as ManualClock, {
      now: () => clock.now(),
      after: () => () => undefined,
    });
    const stuck = createByteIntake({
      clock: deaf,
      perWindow: 2,
      feed: (bytes) => void fed.push(...bytes),
      shed: (count) => shed.push(count),
    });
    stuck.push(Uint8Array.of(1, 2));
    stuck.push(Uint8Array.of(3, 4));
    clock.advance(5);
    stuck.push(Uint8Array.of(5, 6));
    assert.deepEqual([fed, shed], [[1, 2, 5, 6], [1]]);
    intake.close();
  });

  it('closed, it drops what waits and leaves no timer behind', () => {
    const { clock, intake, fed } = byteBench(2);
    intake.push(Uint8Array.of(1, 2));
    intake.push(Uint8Array.of(3, 4));
    intake.close();
    assert.equal(clock.pending, 0);
    intake.push(Uint8Array.of(5));
    clock.advance(1);
    assert.deepEqual(fed, [1, 2]);
  });
});

/** A protection node with the health watch, and a way in that answers when it pleases. */
function protectionIn(options: RunningOptions & { pin?: string } = {}) {
  const running = startPack({ ...options, given: { cellOvervoltageDelay: 0, ...options.given } });
  const { clock, pack } = running;
  pack.releaseJudge('judge');
  const health = createHealth({ clock, memory: () => ({ heapUsed: 1, heapLimit: 10, rss: 1 }) });
  const node = createFakeNode('protection', 5);
  const timers = clock.pending;
  const view = connectProtection({
    node,
    status: statusLine(node, clock),
    translate: english,
    clock,
    pack,
    packName: 'house',
    problems: [],
    guard: pinGuard(options.pin, clock),
    health,
  });
  let waiting = 0;
  let mostWaiting = 0;
  let sent = 0;
  const errors: string[] = [];
  const send = (message: Message): void => {
    sent++;
    waiting++;
    view.input(message, (error) => {
      waiting--;
      if (error !== undefined) errors.push(error.message);
    });
    mostWaiting = Math.max(mostWaiting, waiting);
  };
  const payloads = (output: number): unknown[] => node.out[output]!.map((message) => message['payload']);
  const events = (): string[] =>
    node.out[EVENTS]!.map(({ event }) => `${String((event as Message)['rule'])} ${String((event as Message)['edge'])}`);
  const counts = () => ({ waiting, mostWaiting, sent });
  return { ...running, health, node, view, send, payloads, events, errors, counts, timers };
}

/** 100 000 messages a second, in steps of a millisecond. */
function storm(clock: ManualClock, seconds: number, each: (i: number) => void): void {
  for (let ms = 0, i = 0; ms < seconds * 1000; ms++) {
    for (let k = 0; k < 100; k++) each(i++);
    clock.advance(0.001);
  }
}

describe('a storm at the protection node', function () {
  this.timeout(20_000);
  const HIGH = { ...GOOD, cells: [3.31, 3.9, 3.3, 3.31] };

  it('is judged all the same, holds little, answers everything, and is told', () => {
    const { clock, send, payloads, counts, health, events } = protectionIn();
    let last = 0;
    storm(clock, 2, (i) => {
      send({ topic: `source ${i % 10}`, payload: GOOD });
      if (i % 100_000 === 0) {
        assert.ok(i === 0 || payloads(CHARGE).length > last, 'permissions go on');
        last = payloads(CHARGE).length;
      }
    });
    clock.advance(1);
    const { waiting, mostWaiting, sent } = counts();
    assert.deepEqual([waiting, sent], [0, 200_000]);
    assert.ok(mostWaiting <= MOST_WAITING, `${mostWaiting} waited`);
    assert.ok(payloads(CHARGE).every((charge) => charge === true));
    assert.ok(health.report().shed > 190_000, `${health.report().shed} shed`);
    assert.ok(events().includes('health raised'), events().join());
  });

  for (const topic of ['another', 'source']) {
    it(`one message with 3.9 V on ${topic === 'source' ? 'the same' : 'another'} topic is seen within a window`, () => {
      const { clock, send, events, node } = protectionIn();
      let at: number | null = null;
      storm(clock, 0.5, (i) => {
        send({ topic: 'source', payload: GOOD });
        if (i === 30_350) {
          send({ topic, payload: HIGH });
          at = clock.now();
          assert.ok(!events().includes('cell-overvoltage raised'), 'it has to wait');
        }
        if (at !== null && clock.now() > at + WINDOW)
          assert.ok(events().includes('cell-overvoltage raised'), events().join());
      });
      const event = node.out[EVENTS]!.find((m) => (m['event'] as Message)['rule'] === 'cell-overvoltage')!;
      assert.deepEqual([(event['event'] as Message)['cell'], (event['event'] as Message)['value']], [2, 3.9]);
    });
  }

  it('under more topics than are told apart too, and whatever is impossible beside it', () => {
    const { clock, send, events } = protectionIn();
    const junk = { ...GOOD, cells: [Number.NaN, 9, -1, 1e9], temperatures: ['hot'], current: Infinity };
    storm(clock, 0.2, (i) => send({ topic: `source ${i}`, payload: i === 12_345 ? HIGH : i % 2 === 0 ? junk : GOOD }));
    assert.ok(events().includes('cell-overvoltage raised'), events().join());
  });

  for (const [what, given, rule] of [
    ['too hot', { ...GOOD, temperatures: [21, 70] }, 'charge-temperature-high'],
    ['too cold', { ...GOOD, temperatures: [-20] }, 'charge-temperature-low'],
    ['a deep cell', { ...GOOD, cells: [3.31, 1.9, 3.3, 3.31] }, 'cell-undervoltage-critical'],
    ['a short circuit', { ...GOOD, hardware: { shortCircuit: true } }, 'short-circuit'],
  ] as const) {
    it(`so is ${what}`, () => {
      const off = Object.fromEntries(
        ['chargeTemperatureMaxDelay', 'chargeTemperatureMinDelay', 'cellUndervoltageCriticalDelay'].map((n) => [n, 0]),
      );
      const { clock, send, events } = protectionIn({ given: off });
      storm(clock, 0.2, () => send({ topic: 'source', payload: GOOD }));
      assert.ok(!events().includes(`${rule} raised`));
      storm(clock, 0.2, (i) => send({ topic: 'source', payload: i === 7_777 ? given : GOOD }));
      clock.advance(1);
      assert.ok(events().includes(`${rule} raised`), events().join());
    });
  }

  it('the code of a fault is not hidden by a device that says it has none', () => {
    const { clock, send, node } = protectionIn();
    const saying = (fault: string) => ({ ...GOOD, hardware: { fault } });
    const codes = () => node.out[EVENTS]!.map((m) => (m['event'] as Message)['code']);
    storm(clock, 0.2, () => send({ topic: 'source', payload: saying('') }));
    assert.ok(!codes().includes('E-SL24'));
    storm(clock, 0.2, (i) => send({ topic: 'source', payload: saying(i === 7_777 ? 'E-SL24' : '') }));
    clock.advance(1);
    assert.ok(codes().includes('E-SL24'), codes().join());
  });

  it('a source that says 3.9 V again and again is not outvoted by one that says 3.3 V after it', () => {
    const { clock, send, payloads } = protectionIn();
    storm(clock, 0.2, () => send({ payload: GOOD }));
    for (let i = 0; i < 200; i++) send({ payload: GOOD });
    send({ payload: HIGH });
    clock.advance(WINDOW);
    assert.equal(payloads(CHARGE).at(-1), false);
    for (let i = 0; i < 60; i++) {
      clock.advance(1);
      for (let k = 0; k < 200; k++) send({ payload: k < 199 ? HIGH : { ...GOOD, cells: [3.3, 3.3, 3.3, 3.3] } });
      if (i < 3) assert.equal(payloads(CHARGE).at(-1), false);
    }
    clock.advance(WINDOW);
    assert.equal(payloads(CHARGE).at(-1), false);
  });

  it('commands and a bare false are answered at once, and without an end', () => {
    const { clock, send, payloads, counts } = protectionIn();
    storm(clock, 0.1, () => send({ topic: 'source', payload: GOOD }));
    for (let i = 0; i < 200; i++) send({ topic: 'source', payload: GOOD });
    const { waiting } = counts();
    assert.ok(waiting > 0);
    send({ command: { name: 'remote', value: false } });
    assert.deepEqual([payloads(CHARGE).at(-1), payloads(LOAD).at(-1)], [false, false]);
    for (let i = 0; i < 100; i++) send({ payload: false });
    assert.equal(counts().waiting, waiting);
  });

  it('readings of another pack, or one reading that goes round in a circle, drown the fresh ones not', () => {
    const other = startPack({ instance: 'elsewhere' });
    other.run(1);
    const foreign = other.readings[0];
    const { clock, link, readings, send, payloads, errors, pack } = protectionIn();
    let old: StampedReading | undefined;
    for (let second = 0; second < 12; second++) {
      link.observed(HEALTHY, clock.now());
      const fresh = readings.at(-1);
      old ??= fresh;
      storm(clock, 0.3, (i) => {
        send({ topic: `${pack.name}/reading`, reading: i % 2 === 0 ? foreign : old });
        if (i === 7_000) send({ topic: `${pack.name}/reading`, reading: fresh });
      });
      clock.advance(0.7);
    }
    assert.ok(payloads(CHARGE).length >= 12 && payloads(CHARGE).every((charge) => charge === true));
    assert.ok(errors.length >= 1 && errors.length < 1000, `${errors.length} complaints about 180 000 messages`);
  });

  it('garbage is complained about for a start, and then once a minute', () => {
    const { clock, send, errors, counts } = protectionIn();
    storm(clock, 1, (i) => send({ payload: `nonsense ${i}` }));
    clock.advance(1);
    assert.equal(counts().waiting, 0);
    assert.ok(errors.length >= 1 && errors.length <= 60, `${errors.length} complaints`);
  });

  it('what has waited through a standstill is as old as it is, and allows nothing', () => {
    const { clock, pack, view } = protectionIn();
    view.close();
    const { view: stuck, node } = protectionOn(pack, stopped(clock));
    for (let i = 0; i < 200; i++) stuck.input({ payload: GOOD }, createDone());
    assert.equal(node.out[CHARGE]!.at(-1)!['payload'], true);
    clock.advance(20);
    assert.equal(node.out[CHARGE]!.at(-1)!['payload'], false);
    const before = node.out[CHARGE]!.length;
    const done = createDone();
    stuck.input({ payload: 'ends the window' }, done);
    assert.equal(done.calls.length, 1);
    const { sources, cellMin } = pack.reading();
    assert.deepEqual([sources['message']!.age, cellMin.value], [20, null]);
    clock.advance(2);
    const later = node.out[CHARGE]!.slice(before).map((message) => message['payload']);
    assert.ok(later.length > 0 && later.every((charge) => charge === false));
  });

  it('a node that is closed in it drops what waits and leaves no timer behind', () => {
    const { clock, send, view, counts, timers, node, health } = protectionIn();
    storm(clock, 0.1, () => send({ payload: GOOD }));
    for (let i = 0; i < 200; i++) send({ payload: HIGH });
    assert.ok(counts().waiting > 0 && clock.pending > timers);
    view.close();
    assert.deepEqual([counts().waiting, clock.pending], [0, timers]);
    const told = node.out.flat().length;
    clock.advance(5);
    health.noteShed(5);
    clock.advance(5);
    assert.equal(node.out.flat().length, told);
  });

  function stopped(clock: ManualClock): ManualClock {
    return Object.assign(Object.create(clock) as ManualClock, {
      now: () => clock.now(),
      wall: () => clock.wall(),
      every: () => () => undefined,
      after: () => () => undefined,
    });
  }
  function protectionOn(pack: ReturnType<typeof startPack>['pack'], clock: ManualClock) {
    const node = createFakeNode('second', 5);
    pack.releaseJudge('protection');
    const view = connectProtection({
      node,
      status: statusLine(node, clock),
      translate: english,
      clock,
      pack,
      packName: 'house',
      problems: [],
      guard: pinGuard('', clock),
    });
    return { node, view };
  }
});

describe('a storm at the cell monitor', function () {
  this.timeout(20_000);

  function monitor() {
    const clock = new ManualClock();
    const did: string[] = [];
    const highest: number[] = [];
    let fed = 0;
    let shed = 0;
    const { input, close } = monitorInput({
      clock,
      pack: {
        poll: () => void did.push('poll'),
        observe: (source, seen, at) => {
          assert.ok(source === 'message' && at !== undefined && clock.now() - at <= WINDOW + 1e-9);
          did.push('reading');
          highest.push(Math.max(...seen.cells!.map(({ voltage }) => voltage!)));
        },
        feed: (bytes) => void (fed += bytes.length),
      },
      shed: (count) => void (shed += count),
    });
    let waiting = 0;
    let most = 0;
    const send = (message: Message): void => {
      waiting++;
      input(message, (error) => {
        assert.equal(error, undefined);
        waiting--;
      });
      most = Math.max(most, waiting);
    };
    return { clock, did, highest, send, close, counts: () => ({ waiting, most, fed, shed }) };
  }

  it('polls, readings and bytes: the work has a bound, everything is answered', () => {
    const { clock, did, send, counts } = monitor();
    const frame = Buffer.alloc(58, 1);
    storm(clock, 2, (i) =>
      send(i % 3 === 0 ? { payload: i } : i % 3 === 1 ? { topic: 't', payload: GOOD } : { payload: frame }),
    );
    clock.advance(1);
    const { waiting, most, fed, shed } = counts();
    assert.equal(waiting, 0);
    assert.ok(most <= MOST_WAITING);
    assert.ok(did.length <= 2.1 * 20 * 53 && did.length >= 2 * 20 * 40, `${did.length} handled`);
    assert.ok(fed <= 2.1 * 20 * 4096 + 4096 && fed > 100_000, `${fed} bytes`);
    assert.ok(shed > 180_000, `${shed} shed`);
    assert.ok(did.includes('poll') && did.includes('reading'));
  });

  it('a cell at 3.9 V among them is heard within a window', () => {
    const { clock, highest, send } = monitor();
    storm(clock, 0.3, (i) => {
      const cells = i === 12_345 ? [3.3, 3.9] : [3.3, 3.3];
      send({ topic: i % 2 === 0 ? 'a' : 'b', payload: { cells } });
    });
    assert.equal(Math.max(...highest), 3.9);
    assert.equal(highest.at(-1), 3.3);
  });

  it('closed in it, it drops what waits and leaves no timer behind', () => {
    const { clock, send, close, counts, did } = monitor();
    for (let i = 0; i < 300; i++) send({ payload: GOOD });
    for (let i = 0; i < 300; i++) send({ payload: Buffer.alloc(58) });
    assert.equal(clock.pending, 2);
    close();
    assert.deepEqual([clock.pending, counts().waiting], [0, 0]);
    const before = did.length;
    clock.advance(1);
    assert.equal(did.length, before);
  });
});

describe('health at the protection node', () => {
  it('an edge is told on output 4 in the shape of every event, and once more when it is over', () => {
    const { clock, health, node } = protectionIn();
    health.noteShed(7);
    clock.advance(1);
    const message = node.out[EVENTS]![0] ?? assert.fail('nothing was told');
    assert.equal(message['topic'], 'house: too many messages');
    assert.match(String(message['payload']), /7 were left out/);
    assert.equal(message['priority'], 0);
    assert.deepEqual(message['event'], {
      rule: 'health',
      code: 'storm',
      severity: 'warning',
      edge: 'raised',
      cell: null,
      value: 7,
      threshold: 0,
      duration: 0,
      at: clock.wall(),
    });
    clock.advance(60);
    const over = node.out[EVENTS]!.at(-1)!;
    assert.deepEqual([(over['event'] as Message)['edge'], over['priority']], ['cleared', -1]);
    assert.match(String(over['payload']), /after 60 s\.$/);
  });

  it('the report comes with output 5, flat and beside the payload, with the age that charging rests on', () => {
    const { clock, send, node } = protectionIn();
    send({ payload: GOOD });
    clock.advance(3);
    const state = node.out[STATE]!.at(-1)!;
    const report = state['health'] as Message;
    for (const [name, value] of Object.entries(report)) assert.ok(value === null || typeof value === 'number', name);
    assert.ok(!Object.hasOwn(state['payload'] as Message, 'health'));
    assert.deepEqual([report['heapUsed'], report['heapLimit'], report['shed']], [1, 10, 0]);
    const age = report['ageWorst'] as number;
    assert.ok(age > 1 && age <= 3, `${age} s`);
  });

  it('an alarm is shown only while nothing is more important', () => {
    const running = startPack();
    running.pack.releaseJudge('judge');
    const { clock, pack } = running;
    let heapUsed = 1;
    const health = createHealth({ clock, memory: () => ({ heapUsed, heapLimit: 100, rss: 1 }) });
    const node = createFakeNode('protection', 5);
    const view = connectProtection({
      node,
      status: statusLine(node, clock),
      translate: english,
      clock,
      pack,
      packName: 'house',
      problems: [],
      guard: pinGuard('', clock),
      health,
    });
    const feed = (seconds: number): string => {
      for (let i = 0; i < seconds; i++) {
        clock.advance(1);
        view.input({ payload: GOOD }, createDone());
      }
      const { fill, text } = node.statuses.at(-1)!;
      return `${fill}: ${text}`;
    };
    assert.equal(feed(3), 'green: charge on · load on');
    heapUsed = 90;
    assert.equal(feed(3), 'green: charge on · load on', 'a warning is told, not shown');
    heapUsed = 97;
    assert.equal(feed(3), 'yellow: on, memory nearly full');
    pack.setRemote(false);
    assert.equal(feed(3), 'yellow: all off: remote off');
    pack.setRemote(true);
    heapUsed = 1;
    assert.equal(feed(60), 'green: charge on · load on');
  });

  const at = { threshold: 2, duration: 90, at: 0 };
  for (const code of HEALTH_CODES) {
    it(`${code} is told in words, with nothing left to fill in`, () => {
      for (const severity of ['warning', 'alarm', 'info'] as const) {
        for (const [edge, value] of [
          ['raised', 3],
          ['raised', -3],
          ...(code === 'clock' ? [] : [['cleared', 1] as const]),
        ] as const) {
          const told: HealthEdge = { code, severity, edge, value, ...at };
          const { topic, payload, priority } = healthMessage('house', told, 0, english);
          assert.match(String(topic), /^house: [A-Za-z]/);
          for (const words of [topic, payload]) assert.doesNotMatch(String(words), /bms-|__|undefined|null|NaN/);
          assert.match(String(payload), /\.$/);
          assert.ok(Number.isInteger(priority) && Math.abs(priority as number) <= 2);
        }
      }
    });
  }

  it('a clock that was set back is told so', () => {
    const edge = { code: 'clock', severity: 'info', edge: 'raised', threshold: 5, duration: 0, at: 0 } as const;
    const said = (value: number): string => String(healthMessage('house', { ...edge, value }, 0, english)['payload']);
    assert.match(said(-3600), /set back by 60 min/);
    assert.match(said(1e9), /set forward by 11574 days/);
  });
});

describe('a reading of the monitor in a storm of its own', () => {
  it('the highest cell of all is judged, and what comes last stands', () => {
    const { clock, link, readings, send, events, payloads } = protectionIn();
    for (let i = 0; i < 500; i++) {
      link.observed(healthy([3.3, i === 300 ? 3.9 : 3.3, 3.3, 3.3]), clock.now());
      send({ topic: 'house/reading', reading: readings.at(-1) });
    }
    assert.ok(!events().includes('cell-overvoltage raised'));
    clock.advance(WINDOW);
    assert.ok(events().includes('cell-overvoltage raised'), events().join());
    assert.equal(payloads(CHARGE).at(-1), false);
  });
});
