/** Messages made to do harm, and a pack with its protection, a relay and a monitor that receive them. */
import fc from 'fast-check';
import { connectProtection } from '../../../src/node-red/protection-view.ts';
import { messageObservation } from '../../../src/node-red/monitor.ts';
import { monitorInput } from '../../../src/node-red/monitor-input.ts';
import { safeInput } from '../../../src/node-red/safe-input.ts';
import { statusLine } from '../../../src/node-red/status.ts';
import type { Message } from '../../../src/node-red/types.ts';
import type { Permission } from '../../../src/runtime/permission.ts';
import { pinGuard } from '../../../src/runtime/pin.ts';
import { createDone, createFakeNode, english, type FakeNode } from './fake-node.ts';
import { relayBench } from './relay-bench.ts';

export const PIN = '4711-not-to-be-seen';
export const TARGETS = ['protection', 'relay', 'monitor'] as const;
export type Target = (typeof TARGETS)[number];

export interface Chain {
  readonly node: FakeNode;
  readonly clock: ReturnType<typeof relayBench>['clock'];
  readonly pack: ReturnType<typeof relayBench>['house'];
  /** Every message that the protection sent to the relay, as it was then. */
  readonly sent: readonly Message[];
  /** The message goes in; the errors that `done` was called with come back, one entry a call. */
  tell(target: Target, message: Message): (string | undefined)[];
  /** Charge and load allowed, and the charge relay closed. */
  state(): [charge: boolean, load: boolean, relay: boolean];
  close(): void;
}

/** A pack that gets its readings as messages, its protection node, its charge relay behind it, and a monitor. */
export function chain(): Chain {
  const bench = relayBench();
  const { clock, host, house: pack } = bench;
  const relay = bench.relay({ role: 'charge' });
  const node = createFakeNode('protection', 5);
  const sent: Message[] = [];
  const send = node.send.bind(node);
  node.send = (message) => {
    send(message);
    const ports = Array.isArray(message) ? message : [message];
    for (const port of ports.slice(0, 1)) {
      for (const one of Array.isArray(port) ? port : [port]) {
        if (one === null) continue;
        sent.push(structuredClone(one));
        // As over a wire: the first receiver gets the object itself.
        inputs.relay(one, () => undefined);
      }
    }
  };
  const view = connectProtection({
    node,
    status: statusLine(node, clock),
    translate: english,
    clock,
    pack,
    packName: 'house',
    problems: [],
    guard: pinGuard(PIN, clock),
  });
  const monitor = monitorInput({ pack, clock });
  const safe = (input: (message: Message, done: (error?: Error) => void) => void) => {
    const listener = safeInput(input, english);
    return (message: Message, done: (error?: Error) => void) => listener.call(node, message, () => undefined, done);
  };
  const inputs = {
    protection: safe((message, done) => view.input(message, done)),
    relay: safe((message, done) => relay.view.input(message, done)),
    monitor: safe((message, done) => monitor.input(message, done)),
  };
  const last = (output: number): boolean => node.out[output]!.at(-1)?.['payload'] === true;
  return {
    node,
    clock,
    pack,
    sent,
    tell(target, message) {
      const done = createDone();
      inputs[target](message, done);
      return done.calls.map((error) => error?.message);
    },
    state: () => [last(0), last(1), relay.contacts().at(-1) === true],
    close() {
      view.close();
      monitor.close();
      relay.view.close(true);
      host.releasePack('p1', true);
      host.releasePack('p2', true);
    },
  };
}

/** Throws whatever is done with it. */
function thorny(): object {
  const trap = (): never => {
    throw new Error('a trap');
  };
  return new Proxy(
    {},
    { get: trap, has: trap, ownKeys: trap, getOwnPropertyDescriptor: trap, deleteProperty: trap, set: trap },
  );
}

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

function throwing(name: string): object {
  return Object.defineProperty({}, name, {
    enumerable: true,
    get: () => {
      throw new Error('a getter');
    },
  });
}

function circle(): object {
  const round: Record<string, unknown> = { cells: [] };
  round['voltage'] = { value: round };
  (round['cells'] as unknown[]).push(round);
  return round;
}

function deep(levels: number): object {
  let at: object = {};
  for (let i = 0; i < levels; i++) at = i % 2 === 0 ? { value: at } : { cells: [at] };
  return at;
}

const POLLUTED = [
  '{"__proto__":{"allowed":true,"polluted":1}}',
  '{"constructor":{"prototype":{"polluted":1}}}',
  '{"cells":[{"__proto__":{"polluted":1,"voltage":3.3}}],"__proto__":{"polluted":1}}',
  '{"permissions":{"__proto__":{"polluted":1}},"hardware":{"__proto__":{"chargeAllowed":true,"polluted":1}}}',
];

/** One value to stand anywhere in a message: made anew each time, because some of them can be used once only. */
export const thing: fc.Arbitrary<() => unknown> = fc.oneof(
  fc.constantFrom<() => unknown>(
    thorny,
    revoked,
    circle,
    () => deep(5000),
    () => throwing('pin'),
    () => throwing('name'),
    () => throwing('cells'),
    () => throwing('value'),
    () => throwing('pack'),
    () => throwing('stamp'),
    () => Object.freeze({ name: 'remote', value: true, pin: PIN.slice(1) }),
    () => Buffer.alloc(1000, 0xff),
    () => new Float64Array(16).fill(Number.NaN),
    () => ({ cells: ['3.3', true, Number.NaN, Infinity], current: '1e400', soc: {} }),
    () => ({ cells: [3.3, 3.3, 3.3, { valueOf: () => 3.3 }] }),
    () => ({ cells: [[3.3], [3.3], [3.3], [3.3]], voltage: -1e308 }),
    () => () => true,
    () => Symbol('x'),
  ),
  fc.constantFrom(...POLLUTED).map((json) => () => JSON.parse(json) as unknown),
  fc
    .anything({
      withBigInt: true,
      withNullPrototype: true,
      withTypedArray: true,
      withSparseArray: true,
      withDate: true,
    })
    .map((value) => () => value),
);

const PLACES = ['payload', 'reading', 'command', 'permission', 'decision', 'topic', '__proto__', '_msgid'] as const;

/** Makes a message out of what the chain has said so far. */
export type Hostile = (chain: Chain) => Message;

/** Anything anywhere. */
export const rubbish: fc.Arbitrary<Hostile> = fc.oneof(
  fc.array(fc.tuple(fc.constantFrom(...PLACES), thing), { minLength: 1, maxLength: 4 }).map(
    (parts): Hostile =>
      () => {
        const message: Message = {};
        for (const [place, value] of parts) {
          Object.defineProperty(message, place, {
            value: value(),
            enumerable: true,
            writable: true,
            configurable: true,
          });
        }
        return message;
      },
  ),
  fc.constantFrom<Hostile>(
    () => thorny() as Message,
    () => revoked() as Message,
    ...PLACES.map(
      (place): Hostile =>
        () =>
          throwing(place) as Message,
    ),
    () => Object.freeze({ command: Object.freeze({ name: 'reset', value: true, pin: 'x' }) }) as Message,
  ),
);

const ahead = fc.constantFrom(0, 1, 2, 1000, 1e9, Number.MAX_SAFE_INTEGER, -1, 0.5);
const late = fc.constantFrom(0, 5, 60, 1e5, 1e9, Number.MAX_VALUE, -1);

/** The newest real permission that was sent, or what one would look like. */
function newest({ sent, pack, clock }: Chain): Permission {
  const real = sent.at(-1)?.['permission'] as Permission | undefined;
  const made = { pack: pack.name, role: 'charge', allowed: true, instance: pack.instance, sequence: 1 } as const;
  return real ?? { ...made, validUntil: clock.now() };
}

/** Permissions made from real ones: of the right pack, role and instance, with everything else changed. */
const forged: fc.Arbitrary<Hostile> = fc.record({ ahead, late, guess: fc.boolean(), inState: fc.boolean() }).map(
  (how): Hostile =>
    (of) => {
      const real = newest(of);
      const permission = {
        ...real,
        allowed: true,
        instance: how.guess ? real.instance.replace(/\d+$/, (n) => String(Number(n) + 1)) : real.instance,
        sequence: real.sequence + how.ahead,
        validUntil: of.clock.now() + how.late,
      };
      return how.inState
        ? { payload: true, decision: { permissions: { charge: permission } } }
        : { payload: true, permission };
    },
);

/** What was sent before, word for word, or with `true` in the place of `false`. */
const replayed: fc.Arbitrary<Hostile> = fc.tuple(fc.nat({ max: 50 }), fc.boolean()).map(
  ([back, isTurned]): Hostile =>
    ({ sent }) => {
      const old = structuredClone(sent[Math.max(0, sent.length - 1 - back)] ?? { payload: true });
      const permission = old['permission'];
      return isTurned ? { ...old, payload: true, permission: { ...(permission as object), allowed: true } } : old;
    },
);

/** Commands of somebody who does not know the PIN. */
const commanded: fc.Arbitrary<Hostile> = fc
  .record({
    name: fc.constantFrom(
      'remote',
      'reset',
      'sync-soc',
      'clear-counters',
      'self-test',
      'release',
      '__proto__',
      'constructor',
    ),
    value: fc.constantFrom<unknown>(true, false, 100, 0, 'true', null, Number.NaN),
    pin: fc.constantFrom<unknown>(
      undefined,
      '',
      '0000',
      PIN.toUpperCase(),
      `${PIN} `,
      [PIN],
      { toString: () => PIN },
      true,
    ),
  })
  .map(
    (command): Hostile =>
      () => ({ command: { ...command } }),
  );

/** Everything but readings: those are what the protection is there to hear. */
export const hostile: fc.Arbitrary<Hostile> = fc.oneof(rubbish, forged, replayed, commanded).map(
  (make): Hostile =>
    (of) => {
      const message = make(of);
      return isReading(message) ? { payload: null } : message;
    },
);

function isReading(message: Message): boolean {
  try {
    return messageObservation(message) !== null;
  } catch {
    return false;
  }
}
