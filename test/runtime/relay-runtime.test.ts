/** A relay with its leases: who may hold it, what it says of itself, and how it ends. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Role } from '../../src/engine/vocabulary.ts';
import { messageOnlyRelay } from '../../src/relays/message-only.ts';
import type { Permission } from '../../src/runtime/permission.ts';
import { RelayRuntime, type RelayReport } from '../../src/runtime/relay-runtime.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { createFakeOutput } from './support/fake-output.ts';
import { seconds } from './support/arbitrary-seconds.ts';

interface Known {
  name: string | null;
  instance: string | null;
}

function relayOf(role: Role = 'charge', names: readonly string[] = ['house']) {
  const clock = new ManualClock();
  const output = createFakeOutput();
  const known = names.map((name): Known => ({ name, instance: `${name}-1` }));
  const packs = known.map((pack) => ({
    name: () => pack.name,
    instance: () => pack.instance,
    real: (shown: Permission) => shown,
  }));
  const relay = new RelayRuntime({ clock, role, packs, output });
  const reports: RelayReport[] = [];
  const stop = relay.onReport((report) => reports.push(report));
  let sequence = 0;
  const give = (over: Partial<Permission> = {}): Permission => ({
    pack: names[0]!,
    role,
    allowed: true,
    instance: `${over.pack ?? names[0]!}-1`,
    sequence: ++sequence,
    validUntil: clock.now() + 5,
    ...over,
  });
  return { clock, output, relay, reports, stop, give, known, closed: (): boolean => output.state().commanded };
}

describe('a relay and its leases', () => {
  it('passes on what is left of the shortest lease and not a second more', () => {
    const { clock, relay, output, give } = relayOf('charge', ['house', 'boat']);
    relay.show(give({ validUntil: clock.now() + 60 }));
    relay.show(give({ pack: 'boat', validUntil: clock.now() + 4 }));
    assert.equal(output.asked.at(-1), `hold ${clock.now() + 4}`);
    clock.advance(1);
    relay.show(give({ validUntil: clock.now() + 60 }));
    assert.equal(output.asked.at(-1), `hold ${clock.now() + 3}`, 'the house cannot speak for the boat');
  });

  it('releases the output itself at the end of the lease: nobody has to tell it', () => {
    const { clock, relay, output, give } = relayOf();
    relay.show(give());
    clock.advance(5);
    assert.equal(output.asked.at(-1), 'release');
  });

  it('nothing is commanded before the first permission: a rebuilt node moves nothing', () => {
    const { clock, output, relay } = relayOf();
    clock.advance(100);
    assert.deepEqual(output.asked, []);
    assert.equal(relay.report().reason, 'unheard');
    assert.equal(relay.report().switches, 0);
  });

  it('one that never hears anything opens what somebody may have left closed, once, and says that it is unheard', () => {
    const clock = new ManualClock();
    const output = createFakeOutput();
    const nobody = new RelayRuntime({ clock, role: 'charge', packs: [], output });
    const pack = { name: () => 'house', instance: () => 'house-1', real: (shown: Permission) => shown };
    const waiting = createFakeOutput();
    const relay = new RelayRuntime({ clock, role: 'charge', packs: [pack], output: waiting, unheardAfter: 10 });
    clock.advance(9.9);
    assert.deepEqual([output.asked, waiting.asked], [[], []]);
    clock.advance(0.1);
    assert.deepEqual(waiting.asked, ['release']);
    clock.advance(100);
    assert.deepEqual(waiting.asked, ['release']);
    assert.equal(relay.report().reason, 'unheard');
    nobody.tellPlain('', true);
    nobody.tellFalse();
    assert.deepEqual(output.asked, ['release'], 'a relay that follows nobody is never held');
  });

  it('a pack that has no settings, or is deleted, renews nothing; what is left runs out', () => {
    const { clock, relay, known, give, closed } = relayOf();
    relay.show(give());
    known[0]!.instance = null;
    assert.equal(relay.show(give()), 'foreign');
    known[0]!.name = null;
    assert.equal(relay.show(give()), 'other-pack');
    clock.advance(4.9);
    assert.equal(closed(), true);
    clock.advance(0.2);
    assert.equal(closed(), false);
  });

  it('the switch counter counts movements, not renewals', () => {
    const { clock, relay, give } = relayOf();
    for (let i = 0; i < 10; i++) {
      relay.show(give());
      clock.advance(1);
    }
    assert.equal(relay.report().switches, 1);
    relay.show(give({ allowed: false }));
    relay.show(give({ allowed: false }));
    assert.equal(relay.report().switches, 2);
    relay.show(give());
    clock.advance(10);
    assert.equal(relay.report().switches, 4);
  });

  it('says something when something changed, and only then', () => {
    const { clock, relay, output, reports, stop, give } = relayOf();
    relay.show(give());
    output.say({ actual: true, verified: true });
    output.say({ actual: true, verified: true });
    clock.advance(1);
    relay.show(give());
    assert.deepEqual(
      reports.map((r) => [r.commanded, r.actual, r.verified]),
      [
        [true, null, false],
        [true, true, true],
      ],
    );
    output.say({ actual: false, verified: false, problem: 'it sticks' });
    assert.deepEqual([reports.at(-1)!.value, reports.at(-1)!.problem], [false, 'it sticks'], 'as read back');
    stop();
    relay.show(give({ allowed: false }));
    assert.equal(reports.length, 3);
  });

  describe('names the cause of being open', () => {
    it('withdrawn, ended, told, and allowed while it is closed', () => {
      const { clock, relay, give } = relayOf();
      relay.show(give());
      assert.equal(relay.report().reason, 'allowed');
      relay.show(give({ allowed: false }));
      assert.equal(relay.report().reason, 'not-allowed');
      relay.show(give());
      clock.advance(6);
      assert.equal(relay.report().reason, 'lease-ended');
      relay.show(give());
      relay.tellFalse();
      assert.equal(relay.report().reason, 'told');
    });

    it('and keeps naming it while another pack goes on allowing', () => {
      const { clock, relay, give } = relayOf('charge', ['house', 'boat']);
      relay.show(give({ pack: 'boat', validUntil: clock.now() + 2 }));
      relay.show(give());
      clock.advance(2.5);
      assert.equal(relay.report().reason, 'lease-ended');
      relay.show(give());
      assert.equal(relay.report().reason, 'lease-ended', 'the boat is silent; nobody has withdrawn anything');
    });

    it('and says that a pack was never heard, not that it does not allow', () => {
      const { relay, give } = relayOf('charge', ['house', 'boat']);
      relay.show(give());
      assert.equal(relay.report().reason, 'unheard');
    });
  });

  describe('ended for good', () => {
    it('releases, is given a moment to be obeyed, then lets the hardware go', () => {
      const { clock, relay, output, give } = relayOf();
      relay.show(give());
      relay.end();
      assert.equal(output.asked.at(-1), 'release');
      assert.equal(relay.report().reason, 'removed');
      clock.advance(60);
      assert.deepEqual(output.asked.slice(-2), ['release', 'close']);
      assert.equal(clock.pending, 0);
    });

    it('holds nothing any more: a permission that was still on its way comes too late', () => {
      const { relay, give, closed } = relayOf();
      relay.show(give());
      relay.end();
      relay.show(give());
      assert.equal(closed(), false);
    });
  });

  it('a pre-alarm relay is held quiet by "no alarm" and by nothing else', () => {
    const { clock, relay, give, closed } = relayOf('pre-alarm', ['house', 'boat']);
    assert.equal(relay.report().value, true, 'silence is alarming');
    relay.show(give({ allowed: false }));
    assert.equal(closed(), false, 'the boat has not said that all is well');
    relay.show(give({ pack: 'boat', allowed: false }));
    assert.deepEqual([closed(), relay.report().value], [true, false]);
    relay.show(give({ pack: 'boat', allowed: true }));
    assert.deepEqual([closed(), relay.report().value], [false, true], 'one pack in need is enough');
    relay.show(give({ pack: 'boat', allowed: false }));
    clock.advance(5.1);
    assert.equal(relay.report().value, true);
  });

  it('two relay nodes never share a lease', () => {
    const a = relayOf();
    const b = relayOf();
    a.relay.show(a.give());
    assert.deepEqual([a.closed(), b.closed()], [true, false]);
  });
});

/** What happened to a relay, one thing after another. */
type Step =
  | { readonly do: 'wait'; readonly seconds: number }
  | { readonly do: 'false' }
  | { readonly do: 'restart'; readonly pack: number }
  | { readonly do: 'show'; readonly pack: number; readonly permission: Shown };

interface Shown {
  readonly allowed: boolean;
  readonly sequence: number;
  readonly lasts: number;
  readonly role: Role;
  readonly fromBefore: boolean;
}

const NAMES = ['house', 'boat'];
const aStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('wait' as const), seconds: seconds(0, 6) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('false' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restart' as const), pack: fc.integer({ min: 0, max: 1 }) }) },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('show' as const),
      pack: fc.integer({ min: 0, max: 1 }),
      permission: fc.record({
        allowed: fc.boolean(),
        sequence: fc.integer({ min: 0, max: 12 }),
        lasts: seconds(-3, 12),
        role: fc.constantFrom<Role>('charge', 'charge', 'charge', 'charge', 'load'),
        fromBefore: fc.constantFrom(false, false, false, false, true),
      }),
    }),
  },
);

/** The contract's words as a table, written without looking at the code: what each pack has said, and until when. */
class Model {
  readonly #word = NAMES.map(() => ({ start: 1, sequence: -Infinity, until: -Infinity }));

  start(pack: number): number {
    return this.#word[pack]!.start;
  }

  restart(pack: number): void {
    const word = this.#word[pack]!;
    word.start += 1;
    word.sequence = -Infinity;
  }

  hear(pack: number, { allowed, sequence, lasts, role, fromBefore }: Shown, now: number): void {
    const word = this.#word[pack]!;
    if (role !== 'charge' || fromBefore || sequence <= word.sequence) return;
    word.sequence = sequence;
    word.until = allowed ? now + lasts : -Infinity;
  }

  openAll(): void {
    for (const word of this.#word) word.until = -Infinity;
  }

  closed(now: number): boolean {
    return this.#word.every((word) => word.until > now);
  }
}

describe('a relay, whatever happens to it', () => {
  it('123-R13 is closed exactly while every pack has a valid lease, at every moment and across new settings', () => {
    fc.assert(
      fc.property(fc.array(aStep, { maxLength: 60 }), (steps) => {
        const clock = new ManualClock();
        const output = messageOnlyRelay();
        const model = new Model();
        const packs = NAMES.map((name, i) => ({
          name: () => name,
          instance: () => `${name}-${model.start(i)}`,
          real: (shown: Permission) => shown,
        }));
        const relay = new RelayRuntime({ clock, role: 'charge', packs, output });
        let movements = 0;
        let was = false;
        const look = (): void => {
          const { commanded } = output.state();
          assert.equal(commanded, model.closed(clock.now()));
          if (commanded !== was) movements++;
          was = commanded;
        };
        for (const step of steps) {
          if (step.do === 'wait') {
            for (let part = 0; part < 4; part++) {
              clock.advance(step.seconds / 4);
              look();
            }
          } else if (step.do === 'false') {
            relay.tellFalse();
            model.openAll();
          } else if (step.do === 'restart') model.restart(step.pack);
          else {
            const { allowed, sequence, lasts, role, fromBefore } = step.permission;
            const name = NAMES[step.pack]!;
            const instance = fromBefore ? 'before' : `${name}-${model.start(step.pack)}`;
            const validUntil = clock.now() + lasts;
            relay.show({ pack: name, role, allowed, instance, sequence, validUntil });
            model.hear(step.pack, step.permission, clock.now());
          }
          look();
        }
        clock.advance(13);
        assert.equal(output.state().commanded, false, 'left alone it opens');
        look();
        assert.ok(relay.report().switches >= movements);
        assert.equal(clock.pending, 0);
      }),
      { numRuns: 500 },
    );
  });

  it('no delay, repetition or change of order of what was really given ever keeps it closed longer than in order', () => {
    // Permissions as a pack gives them, a second apart; then a network that shuffles, repeats and delays them.
    const plan = fc.record({
      given: fc.array(fc.boolean(), { minLength: 1, maxLength: 12 }),
      arrivals: fc.array(fc.record({ which: fc.nat(), wait: seconds(0, 3) }), {
        maxLength: 40,
      }),
    });
    fc.assert(
      fc.property(plan, ({ given, arrivals }) => {
        const { clock, relay, closed } = relayOf();
        const permissions = given.map((allowed, sequence): Permission => {
          const validUntil = clock.now() + sequence + 5;
          return { pack: 'house', role: 'charge', allowed, instance: 'house-1', sequence, validUntil };
        });
        const longest = Math.max(0, ...permissions.flatMap((p) => (p.allowed ? [p.validUntil] : [])));
        for (const { which, wait } of arrivals) {
          clock.advance(wait);
          relay.show(permissions[which % permissions.length]!);
          if (closed()) assert.ok(clock.now() < longest);
        }
        clock.advance(Math.max(0, longest - clock.now()) + 0.001);
        for (const permission of permissions) relay.show(permission);
        assert.equal(closed(), false, 'all of them shown again after their time');
      }),
      { numRuns: 300 },
    );
  });
});
