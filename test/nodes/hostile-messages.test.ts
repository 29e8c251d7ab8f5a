/** Messages made to do harm: nothing is thrown, nothing is kept, and nothing that is not allowed becomes allowed. */
import assert from 'node:assert/strict';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { safeInput } from '../../src/node-red/safe-input.ts';
import type { Message } from '../../src/node-red/types.ts';
import { observationOf } from '../../src/links/message.ts';
import type { Permission } from '../../src/runtime/permission.ts';
import type { StampedReading } from '../../src/runtime/stamp.ts';
import { createDone, createFakeNode, english } from './support/fake-node.ts';
import {
  chain,
  hostile,
  PIN,
  rubbish,
  TARGETS,
  thing,
  type Chain,
  type Hostile,
  type Target,
} from './support/hostile.ts';
import { GOOD } from './support/protection-bench.ts';

const READINGS = {
  good: GOOD,
  high: { ...GOOD, cells: [3.31, 3.9, 3.3, 3.31] },
  low: { ...GOOD, cells: [3.31, 2.4, 3.3, 3.31] },
  cold: { ...GOOD, temperatures: [-10] },
  silent: null,
} as const;
type Kind = keyof typeof READINGS;

/** Each reading moves a little: values that stand still are a fault of their own. */
function read(of: Chain, kind: Kind, step: number): void {
  const payload = READINGS[kind];
  if (payload === null) return;
  of.tell('protection', { payload: { ...payload, current: payload.current + (step % 7) / 10 } });
}

describe('hostile messages', () => {
  const rejections: unknown[] = [];
  const note = (reason: unknown): void => void rejections.push(reason);
  const before = Object.getOwnPropertyNames(Object.prototype);
  const beforeArray = Object.getOwnPropertyNames(Array.prototype);

  beforeEach(() => void process.on('unhandledRejection', note));
  afterEach(async () => {
    // Rejections are told after the microtasks.
    await new Promise((resolve) => setImmediate(resolve));
    process.off('unhandledRejection', note);
    assert.deepEqual(rejections, []);
    assert.deepEqual(Object.getOwnPropertyNames(Object.prototype), before);
    assert.deepEqual(Object.getOwnPropertyNames(Array.prototype), beforeArray);
    assert.equal(Reflect.get({}, 'polluted'), undefined);
  });

  const target = fc.constantFrom(...TARGETS);

  it('of any shape into any node: nothing is thrown, each is answered at most once, and nothing is allowed', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(target, rubbish), { maxLength: 8 }), (messages) => {
        const of = chain();
        for (const [to, make] of messages) {
          assert.ok(of.tell(to, make(of)).length <= 1);
          of.clock.advance(0.3);
        }
        of.clock.advance(2);
        assert.deepEqual(of.state(), [false, false, false]);
        of.close();
      }),
      { numRuns: 300 },
    );
  });

  it('each part of a hand-made reading may be anything', () => {
    const part = fc.constantFrom(
      'cells',
      'temperatures',
      'current',
      'voltage',
      'soc',
      'hardware',
      'cellMin',
      'cellMax',
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(target, part, thing), { maxLength: 8 }), (parts) => {
        const of = chain();
        for (let i = 0; i < 3; i++) {
          of.clock.advance(1);
          read(of, 'good', i);
        }
        for (const [to, name, value] of parts) {
          const payload = { ...GOOD, [name]: value() };
          assert.ok(of.tell(to, { payload }).length <= 1);
          of.clock.advance(0.1);
        }
        of.close();
      }),
      { numRuns: 200 },
    );
  });

  it('123-R17 loosen nothing: with them, never more is allowed than without them', () => {
    const step = fc.record({
      kind: fc.constantFrom<Kind>('good', 'good', 'good', 'good', 'high', 'low', 'cold', 'silent'),
      seconds: fc.integer({ min: 1, max: 12 }),
      extra: fc.array(fc.tuple(target, hostile), { maxLength: 4 }),
    });
    let closed = 0;
    fc.assert(
      fc.property(fc.array(step, { minLength: 2, maxLength: 8 }), (steps) => {
        const [plain, attacked] = [chain(), chain()];
        let second = 0;
        for (const { kind, seconds, extra } of steps) {
          for (let i = 0; i < seconds; i++) {
            second++;
            for (const of of [plain, attacked]) {
              of.clock.advance(1);
              read(of, kind, second);
            }
            for (const [to, make] of extra) attacked.tell(to, make(attacked));
            const [may, is] = [plain.state(), attacked.state()];
            if (is[2]) closed++;
            is.forEach((on, which) =>
              assert.ok(!on || may[which], `${['charge', 'load', 'relay'][which]} at ${second} s`),
            );
          }
        }
        plain.close();
        attacked.close();
      }),
      { numRuns: 150 },
    );
    assert.ok(closed > 100, `only ${closed} seconds in which anything was closed`);
  });

  /** What a hand that changes readings on their way does to one. */
  type Change = (reading: StampedReading) => void;

  /** The chain of a pack whose device tells everything, and whose readings come along a wire that may change them. */
  function linked(): { of: Chain; say(kind: Kind, step: number, change?: Change): void } {
    const of = chain();
    let changed: Change = () => undefined;
    of.pack.onReading((reading) => {
      changed(reading);
      of.tell('protection', { reading });
    });
    return {
      of,
      say(kind, step, change = () => undefined) {
        changed = change;
        const said = READINGS[kind];
        if (said === null) of.pack.poll();
        else of.pack.observe('link', observationOf({ ...said, current: said.current + (step % 7) / 10 })!);
      },
    };
  }

  const number = fc.constantFrom<unknown>(0, 2.4, 3.3, 3.9, 20, -10, 70, 150, null, Number.NaN, '3.3');
  /** Readings by hand that are in order in every way, and claim that all is well, or that something is not. */
  const byHand: fc.Arbitrary<Hostile> = fc.oneof(
    fc.constantFrom<Hostile>(
      () => ({ payload: GOOD }),
      () => ({ payload: { ...GOOD, cellMin: 3.3, cellMax: 3.3 } }),
      () => ({ reading: { ...GOOD, hardware: { chargeAllowed: true, loadAllowed: true, cellCommunication: true } } }),
    ),
    fc
      .record({
        cells: fc.array(number, { minLength: 3, maxLength: 5 }),
        current: number,
        temperatures: fc.array(number),
      })
      .map(
        (payload): Hostile =>
          () => ({ payload }),
      ),
  );
  const change = fc.tuple(fc.constantFrom('cellMin', 'cellMax', 'temperatureMin', 'temperatureMax', 'soc'), number).map(
    ([part, value]): Change =>
      (reading) =>
        void Object.assign(Reflect.get(reading, part) as object, { value }),
  );

  it('123-R17 VLB-9 nor do readings by hand, or changed ones, where a device tells the battery’s state', () => {
    const step = fc.record({
      kind: fc.constantFrom<Kind>('good', 'good', 'good', 'good', 'high', 'low', 'cold', 'silent'),
      seconds: fc.integer({ min: 1, max: 12 }),
      extra: fc.array(fc.tuple(target, fc.oneof(byHand, hostile)), { maxLength: 4 }),
      turn: fc.option(change),
    });
    let closed = 0;
    fc.assert(
      fc.property(fc.array(step, { minLength: 2, maxLength: 8 }), (steps) => {
        const [plain, attacked] = [linked(), linked()];
        let second = 0;
        // The device has spoken before anybody else does.
        for (const { of, say } of [plain, attacked]) {
          of.clock.advance(1);
          say('good', second);
        }
        for (const { kind, seconds, extra, turn } of steps) {
          for (let i = 0; i < seconds; i++) {
            second++;
            for (const { of } of [plain, attacked]) of.clock.advance(1);
            plain.say(kind, second);
            attacked.say(kind, second, turn ?? undefined);
            for (const [to, make] of extra) attacked.of.tell(to, make(attacked.of));
            const [may, is] = [plain.of.state(), attacked.of.state()];
            if (is[2]) closed++;
            is.forEach((on, which) =>
              assert.ok(!on || may[which], `${['charge', 'load', 'relay'][which]} at ${second} s`),
            );
          }
        }
        plain.of.close();
        attacked.of.close();
      }),
      { numRuns: 100 },
    );
    assert.ok(closed > 100, `only ${closed} seconds in which anything was closed`);
  });

  const liars: [string, Kind, Change | undefined, Message | null][] = [
    ['a second source that says that all is well', 'high', undefined, { payload: GOOD }],
    ['a reading with a genuine stamp and other cells', 'high', ({ cellMax }) => void (cellMax.value = 3.3), null],
    ['a reading with a genuine stamp that is not cold', 'cold', ({ temperatureMin: t }) => void (t.value = 20), null],
    ['a second source while the device is silent', 'silent', undefined, { payload: GOOD }],
  ];
  for (const [what, kind, turn, message] of liars) {
    it(`123-R17 ${what} keeps no charging on`, () => {
      const { of, say } = linked();
      for (let i = 0; i < 90; i++) {
        of.clock.advance(1);
        say(i < 5 ? 'good' : kind, i, i < 5 ? undefined : turn);
        if (i === 4) assert.deepEqual(of.state(), [true, true, true]);
        if (i >= 5 && message !== null)
          for (const to of ['monitor', 'protection'] as const) of.tell(to, { ...message });
      }
      assert.deepEqual([of.state()[0], of.state()[2]], [false, false]);
      of.close();
    });
  }

  it('a reading by hand may still stop charging beside a device that says that all is well', () => {
    for (const to of ['monitor', 'protection'] as const) {
      const { of, say } = linked();
      for (let i = 0; i < 90; i++) {
        of.clock.advance(1);
        say('good', i);
        if (i < 5) continue;
        // The rule has a delay, and what is said by hand holds until the device speaks again: so it is silent for a while.
        for (let k = 0; k < 8; k++) {
          of.clock.advance(0.4);
          of.tell(to, { payload: { ...GOOD, cells: [3.31, 3.9, 3.3, 3.31] } });
        }
        if (!of.state()[0]) break;
      }
      assert.deepEqual([of.state()[0], of.state()[2]], [false, false], to);
      of.close();
    }
  });

  /** A chain in which everything is allowed and the relay is closed. */
  function running(): Chain {
    const of = chain();
    for (let i = 0; i < 5; i++) {
      of.clock.advance(1);
      read(of, 'good', i);
    }
    assert.deepEqual(of.state(), [true, true, true]);
    return of;
  }
  const real = (of: Chain): Permission => structuredClone(of.sent.at(-1)!['permission']) as Permission;

  it('a forged permission of the right instance, far ahead and valid for years, keeps no relay closed', () => {
    for (const sequence of [1, 2, 1000, 1e12]) {
      const of = running();
      const permission = { ...real(of), sequence: real(of).sequence + sequence, validUntil: of.clock.now() + 1e9 };
      for (let i = 0; i < 40; i++) {
        of.tell('relay', { payload: true, permission: { ...permission, sequence: permission.sequence + i } });
        of.clock.advance(0.5);
      }
      // Twenty seconds without a reading: the lease of the last real one is over.
      assert.equal(of.state()[2], false, `${sequence} ahead`);
    }
  });

  it('nor one that is forged while the real ones go on and are then withdrawn', () => {
    const of = running();
    const permission = { ...real(of), sequence: 1e12, validUntil: of.clock.now() + 1e9 };
    of.tell('relay', { payload: true, permission });
    for (let i = 0; i < 5; i++) {
      of.clock.advance(1);
      read(of, 'good', i);
    }
    assert.equal(of.state()[2], true, 'it does not take the place of the real ones either');
    for (let i = 0; i < 5; i++) {
      of.clock.advance(1);
      read(of, 'high', i);
    }
    assert.deepEqual([of.state()[0], of.state()[2]], [false, false]);
  });

  it('a receiver that changes the permission it got changes nothing of what the pack has given', () => {
    const of = running();
    const got = of.node.out[0]!.at(-1)!['permission'] as Record<string, unknown>;
    const { sequence } = real(of);
    Object.assign(got, { validUntil: of.clock.now() + 1e9, sequence: sequence + 1, allowed: true });
    of.tell('relay', { payload: true, permission: got });
    Object.assign(got, { sequence });
    of.tell('relay', { payload: true, permission: got });
    of.clock.advance(20);
    assert.equal(of.state()[2], false);
    for (let i = 0; i < 3; i++) {
      of.clock.advance(1);
      read(of, 'high', i);
    }
    // What is not allowed now is turned into a yes by the receiver, under the very same sequence.
    const no = of.node.out[0]!.at(-1)!['permission'] as Record<string, unknown>;
    assert.equal(no['allowed'], false);
    Object.assign(no, { allowed: true, validUntil: of.clock.now() + 60 });
    of.tell('relay', { payload: true, permission: no });
    assert.equal(of.state()[2], false);
  });

  it('what is huge is not kept', () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const of = running();
    const heap = (): number => {
      of.clock.advance(1);
      collect();
      return process.memoryUsage().heapUsed;
    };
    const long = (i: number): string => String(i).padEnd(10e6, 'x');
    const huge: ((text: string, i: number) => Message)[] = [
      (payload) => ({ payload }),
      (topic) => ({ topic, payload: GOOD }),
      (name) => ({ command: { name, value: true, pin: name } }),
      (pin) => ({ command: { name: 'reset', value: true, pin } }),
      (pack) => ({ permission: { ...real(of), pack } }),
      (instance) => ({ permission: { ...real(of), instance } }),
      (role) => ({ permission: { ...real(of), role } }),
      (fault) => ({ payload: { ...GOOD, hardware: { fault } } }),
      (pack) => ({ reading: { pack, stamp: { instance: pack, sequence: 1, monotonic: 1 } } }),
      () => ({ payload: { cells: Array.from({ length: 1e6 }, () => 3.3) } }),
    ];
    heap();
    const atFirst = heap();
    for (const to of TARGETS) {
      huge.forEach((make, which) => {
        for (let i = 0; i < 3; i++) {
          const errors = of.tell(to, make(long(which * 10 + i), i));
          for (const error of errors) assert.ok((error ?? '').length < 2000, `an error of ${error?.length} characters`);
        }
      });
    }
    of.node.out.forEach((messages) => messages.splice(0));
    const grown = heap() - atFirst;
    assert.ok(grown < 9e6, `grew by ${Math.round(grown / 1e6)} MB`);
  }).timeout(60_000);

  it('a million cells, deep nesting and bytes are answered like any other message, and readings go on', () => {
    const of = running();
    const cells = Array.from({ length: 1e6 }, (_, i) => ({ voltage: i }));
    let deep: unknown = 1;
    for (let i = 0; i < 100_000; i++) deep = { value: deep, cells: [deep] };
    for (const payload of [{ cells }, deep, { cells: deep }, { voltage: deep }, Buffer.alloc(10e6)]) {
      assert.equal(of.tell('protection', { payload }).length, 1);
      of.clock.advance(0.2);
    }
    for (let i = 0; i < 400; i++) {
      of.clock.advance(1);
      read(of, 'good', i);
    }
    assert.deepEqual(of.state(), [true, true, true]);
  });
});

describe('the PIN in a message', () => {
  const spread = (value: unknown): string => {
    const seen = new WeakSet<object>();
    return JSON.stringify(value, (_key, inner: unknown) => {
      if (inner instanceof Error) return inner.message;
      if (typeof inner !== 'object' || inner === null) return inner;
      if (seen.has(inner)) return 'seen';
      seen.add(inner);
      return inner;
    });
  };
  const given: [string, Target, (pin: string) => Message][] = [
    ['in a command that is obeyed', 'protection', (pin) => ({ command: { name: 'remote', value: true, pin } })],
    ['in one that is wrong', 'protection', (pin) => ({ command: { name: 'remote', value: true, pin: `${pin}x` } })],
    ['in one that is none', 'protection', (pin) => ({ command: { name: 'open sesame', pin } })],
    ['with a value that does not fit', 'protection', (pin) => ({ command: { name: 'sync-soc', value: 'all', pin } })],
    ['in one that cannot be changed', 'protection', (pin) => ({ command: Object.freeze({ name: 'reset', pin }) })],
    ['inherited', 'protection', (pin) => ({ command: Object.create({ name: 'reset', pin }) as object })],
    ['in one that went to a relay', 'relay', (pin) => ({ command: { name: 'reset', pin } })],
    ['in one that went to a monitor', 'monitor', (pin) => ({ command: { name: 'reset', pin } })],
  ];
  for (const [what, to, make] of given) {
    it(`123-R17 ${what}: is in no message that goes on, no error and no status`, () => {
      const of = chain();
      const message = make(PIN);
      const errors = of.tell(to, message);
      of.clock.advance(2);
      const command = message['command'] as Record<string, unknown> | undefined;
      assert.equal(command?.['pin'], undefined, 'Node-RED passes the message on to catch and complete nodes');
      const all = spread([errors, of.node.out, of.node.statuses, of.node.errors, of.node.warnings, message]);
      assert.ok(!all.includes(PIN), all);
      of.close();
    });
  }

  it('is gone before an error is reported with the message, also when the node refuses everything', () => {
    const node = createFakeNode('n', 0);
    const message: Message = { command: { name: 'reset', pin: PIN } };
    const refuses = safeInput((_message, done) => done(new Error('no pack')), english);
    let seen = '';
    refuses.call(
      node,
      message,
      () => undefined,
      () => (seen = JSON.stringify(message)),
    );
    assert.equal(seen, '{"command":{"name":"reset"}}');
  });
});

describe('between Node-RED and a node', () => {
  const node = createFakeNode('n', 0);
  const call = (handle: Parameters<typeof safeInput>[0], message: Message = {}): (Error | undefined)[] => {
    const done = createDone();
    safeInput(handle, english).call(node, message, () => undefined, done);
    return [...done.calls];
  };

  it('what throws is answered with a sentence, once', () => {
    const [error, ...more] = call(() => {
      throw new Error('x'.repeat(1000));
    });
    assert.match(error?.message ?? '', /^The message cannot be worked on \(x{80}\): send plain values/);
    assert.deepEqual(more, []);
  });

  it('what has answered and throws afterwards is not answered twice', () => {
    const answers = call((_message, done) => {
      done();
      throw new Error('late');
    });
    assert.deepEqual(answers, [undefined]);
  });

  it('whatever is thrown, even what throws itself when it is looked at', () => {
    const thrown: unknown[] = [
      null,
      undefined,
      'text',
      5,
      Object.create(null),
      Object.create(Error.prototype, {
        message: {
          get: () => {
            throw new Error('again');
          },
        },
      }),
    ];
    for (const one of thrown) {
      const [error] = call(() => {
        throw one;
      });
      assert.match(error?.message ?? '', /cannot be worked on/);
    }
  });
});
