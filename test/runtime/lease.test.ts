/** Permission is a lease: what a relay holds, and what renews nothing. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { messageOnlyRelay } from '../../src/relays/message-only.ts';
import type { Permission } from '../../src/runtime/permission.ts';
import { RelayRuntime } from '../../src/runtime/relay-runtime.ts';
import type { Role } from '../../src/engine/vocabulary.ts';
import { ManualClock } from '../support/manual-clock.ts';

function relayOf(role: Role = 'charge', names: readonly string[] = ['house']) {
  const clock = new ManualClock();
  const instances = new Map(names.map((name) => [name, `${name}-1`]));
  const output = messageOnlyRelay();
  const packs = names.map((name) => ({
    name: () => name,
    instance: () => instances.get(name) ?? null,
    real: (shown: Permission) => shown,
  }));
  const relay = new RelayRuntime({ clock, role, packs, output });
  let sequence = 0;
  const give = (over: Partial<Permission> = {}): Permission => ({
    pack: 'house',
    role,
    allowed: true,
    instance: instances.get(over.pack ?? 'house') ?? '',
    sequence: ++sequence,
    validUntil: clock.now() + 5,
    ...over,
  });
  return { clock, relay, give, instances, held: (): boolean => output.state().commanded };
}

describe('leases', () => {
  it('a permission closes, its end opens, without a word from anybody', () => {
    const { clock, relay, give, held } = relayOf();
    assert.equal(held(), false);
    assert.equal(relay.show(give()), 'renewed');
    assert.equal(held(), true);
    clock.advance(4.9);
    assert.equal(held(), true);
    clock.advance(0.2);
    assert.equal(held(), false);
    assert.equal(relay.report().reason, 'lease-ended');
  });

  it('a repeated, older or retained permission renews nothing', () => {
    const { clock, relay, give, held } = relayOf();
    const first = give();
    relay.show(first);
    clock.advance(3);
    assert.equal(relay.show(first), 'repeated');
    assert.equal(relay.show({ ...first, sequence: 0, validUntil: clock.now() + 100 }), 'repeated');
    clock.advance(2.1);
    assert.equal(held(), false);
    assert.equal(relay.show({ ...first, validUntil: clock.now() + 100 }), 'repeated');
    assert.equal(held(), false);
  });

  it('a permission of another start, pack or role is refused', () => {
    const { relay, give, held } = relayOf();
    assert.equal(relay.show(give({ instance: 'before' })), 'foreign');
    assert.equal(relay.show(give({ pack: 'boat' })), 'other-pack');
    assert.equal(relay.show(give({ role: 'load' })), 'other-role');
    assert.equal(held(), false);
  });

  it('a permission that ended on its way closes nothing', () => {
    const { clock, relay, give, held } = relayOf();
    const late = give();
    clock.advance(6);
    assert.equal(relay.show(late), 'expired');
    assert.equal(held(), false);
  });

  it('a withdrawn permission opens at once, and so does a bare false', () => {
    const { relay, give, held } = relayOf();
    relay.show(give());
    relay.show(give({ allowed: false }));
    assert.equal(held(), false);
    relay.show(give());
    assert.equal(held(), true);
    relay.tellFalse();
    assert.equal(held(), false);
    assert.equal(relay.report().reason, 'told');
  });

  it('123-R13 every pack must allow', () => {
    const { clock, relay, give, held } = relayOf('charge', ['house', 'boat']);
    relay.show(give());
    assert.equal(held(), false, 'the boat has not been heard');
    relay.show(give({ pack: 'boat', validUntil: clock.now() + 2 }));
    assert.equal(held(), true);
    clock.advance(2.1);
    assert.equal(held(), false);
  });

  it('after a change of settings what is left of the old lease may run out, no more', () => {
    const { clock, relay, give, instances, held } = relayOf();
    const old = give();
    relay.show(old);
    instances.set('house', 'house-2');
    clock.advance(1);
    assert.equal(relay.show({ ...old, sequence: 99, validUntil: clock.now() + 60 }), 'foreign');
    clock.advance(3.9);
    assert.equal(held(), true);
    clock.advance(0.2);
    assert.equal(held(), false);
    assert.equal(relay.show(give({ sequence: 1 })), 'renewed');
    assert.equal(held(), true);
  });

  it('the pre-alarm is held quiet, and sounds when nobody renews', () => {
    const { clock, relay, give } = relayOf('pre-alarm');
    assert.equal(relay.report().value, true, 'unheard');
    relay.show(give({ allowed: false }));
    assert.equal(relay.report().value, false);
    clock.advance(5.1);
    assert.equal(relay.report().value, true);
    relay.show(give({ allowed: false }));
    relay.show(give({ allowed: true }));
    assert.equal(relay.report().value, true);
  });

  it('a removed relay opens and stays open', () => {
    const { clock, relay, give, held } = relayOf();
    relay.show(give());
    relay.end();
    assert.equal(held(), false);
    clock.advance(10);
    assert.equal(clock.pending, 0);
  });

  it('closed only while a valid lease of every pack exists, for any sequence of messages', () => {
    const message = fc.record({
      pack: fc.constantFrom('house', 'boat', 'shed'),
      role: fc.constantFrom<Role>('charge', 'charge', 'charge', 'load'),
      allowed: fc.boolean(),
      foreign: fc.constantFrom(false, false, false, true),
      sequence: fc.integer({ min: 0, max: 20 }),
      lasts: fc.double({ min: -2, max: 10, noNaN: true }),
      wait: fc.double({ min: 0, max: 4, noNaN: true }),
      bareFalse: fc.constantFrom(false, false, false, false, true),
    });
    fc.assert(
      fc.property(fc.array(message, { maxLength: 40 }), (messages) => {
        const { clock, relay, held } = relayOf('charge', ['house', 'boat']);
        const model = new Map([
          ['house', { sequence: -1, until: -Infinity }],
          ['boat', { sequence: -1, until: -Infinity }],
        ]);
        for (const m of messages) {
          clock.advance(m.wait);
          if (m.bareFalse) {
            relay.tellFalse();
            for (const lease of model.values()) lease.until = -Infinity;
          } else {
            const validUntil = clock.now() + m.lasts;
            relay.show({
              pack: m.pack,
              role: m.role,
              allowed: m.allowed,
              instance: m.foreign ? 'other' : `${m.pack}-1`,
              sequence: m.sequence,
              validUntil,
            });
            const lease = model.get(m.pack);
            if (lease !== undefined && m.role === 'charge' && !m.foreign && m.sequence > lease.sequence) {
              lease.sequence = m.sequence;
              lease.until = m.allowed ? validUntil : -Infinity;
            }
          }
          const valid = [...model.values()].every((lease) => lease.until > clock.now());
          assert.equal(held(), valid);
        }
      }),
      { numRuns: 500 },
    );
  });
});
