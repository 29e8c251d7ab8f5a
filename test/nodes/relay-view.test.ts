/** The relay node: permissions in, the contact out, and what it says meanwhile. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ROLES } from '../../src/engine/vocabulary.ts';
import type { Message } from '../../src/node-red/types.ts';
import type { Permission } from '../../src/runtime/permission.ts';
import { BUS, relayBench, statusOf } from './support/relay-bench.ts';

describe('the relay node', () => {
  it('sends the contact as a boolean when it moves, with what is known of it beside it', () => {
    const { clock, house, give, relay } = relayBench();
    const { node, tell } = relay();
    assert.equal(statusOf(node), 'grey open · nothing heard');
    assert.equal(tell({ payload: true, permission: give(house) }), undefined);
    clock.advance(6);
    const known = { actual: null, verified: false, fault: null, lease: 'receiver' };
    assert.deepEqual(node.out[0], [
      { topic: 'relay', payload: true, relay: { commanded: true, ...known, reason: 'allowed', switches: 1 } },
      { topic: 'relay', payload: false, relay: { commanded: false, ...known, reason: 'lease-ended', switches: 2 } },
    ]);
    assert.equal(statusOf(node), 'grey open · lease ended');
  });

  it('the record of a test is no other relay: the contact stays, and the pack hears that it is proven', () => {
    const { house, give, relay } = relayBench();
    const config = { role: 'charge', board: 'message' };
    const before = relay(config);
    before.tell({ permission: give(house) });
    const proven: (boolean | undefined)[] = [];
    house.feedback = (role, feedback) => void (role === 'charge' && proven.push(feedback?.proven));
    before.view.close(false);
    const of = 'charge|message|||||||';
    const tested = JSON.stringify({ at: 1, of, before: 12, after: 0.2, disconnected: true });
    const after = relay({ ...config, tested });
    assert.equal(statusOf(after.node), 'green closed · not read back');
    assert.deepEqual(proven, [true]);
  });

  it('a bare true closes nothing, a bare false opens at once, also in the middle of a lease', () => {
    const { house, give, relay } = relayBench();
    const { node, tell, contacts } = relay();
    for (const payload of [true, 'true', 1, 'on']) assert.match(tell({ payload }) ?? '', /bare true never closes/);
    tell({ payload: true, permission: give(house) });
    tell({ payload: false });
    assert.deepEqual(contacts(), [true, false]);
    assert.equal(statusOf(node), 'grey open · told false');
    tell({ payload: true });
    assert.deepEqual(contacts(), [true, false]);
    for (const payload of [null, 0, '', 'false', undefined]) tell({ payload });
    tell({ payload: true, permission: give(house) });
    assert.deepEqual(contacts(), [true, false, true], 'it closes again with the next permission');
  });

  it('what the payload says does not count where there is a permission', () => {
    const { house, give, relay } = relayBench();
    const { tell, contacts } = relay();
    tell({ payload: true, permission: give(house, 'charge', { allowed: false }) });
    assert.ok(!contacts().includes(true));
    tell({ payload: 'whatever', permission: give(house) });
    assert.equal(contacts().at(-1), true);
  });

  it('a permission of another pack, role or start is refused in red, in words that say what to do', () => {
    const { house, boat, give, relay } = relayBench();
    const wrong: [Permission, RegExp, string][] = [
      [give(boat), /pack boat.*does not follow/, 'red message of other pack'],
      [give(house, 'load'), /role load.*not this relay/, 'red message of other role'],
      [give(house, 'charge', { instance: 'before' }), /house.*earlier start/, 'red permission of old start'],
    ];
    for (const [permission, sentence, shown] of wrong) {
      const { node, tell, contacts } = relay({}, null, `relay-${shown}`);
      assert.match(tell({ payload: true, permission }) ?? '', sentence);
      assert.equal(statusOf(node), shown);
      assert.deepEqual(contacts(), []);
    }
  });

  it('a permission that the pack never gave is refused in red, and closes nothing', () => {
    const { house, give, relay } = relayBench();
    const { node, tell, contacts } = relay();
    const real = give(house);
    assert.match(
      tell({ permission: { ...real, sequence: real.sequence + 1 } }) ?? '',
      /house was not given by that pack/,
    );
    assert.equal(statusOf(node), 'red permission not genuine');
    assert.deepEqual(contacts(), []);
    assert.equal(tell({ permission: real }), undefined, 'and takes nobody’s place in the sequence');
    assert.deepEqual(contacts(), [true]);
  });

  it('each renewal is a message where the receiver opens when none comes, and not where a board does', () => {
    const bench = relayBench();
    const { clock, house, give } = bench;
    const [message, board] = [bench.relay(), bench.relay({ board: 'modbus-timed', bus: 'b' }, BUS, 'board')];
    for (let i = 0; i < 5; i++) {
      for (const { tell } of [message, board]) tell({ permission: give(house) });
      clock.advance(1);
    }
    assert.deepEqual(
      message.node.out[0]?.map(({ payload }) => payload),
      [true, true, true, true, true],
    );
    assert.ok(board.node.out[0]!.length < 5);
  });

  it('what is refused is complained about once: such a message comes every second', () => {
    const { clock, house, boat, give, relay } = relayBench();
    const { tell, contacts } = relay();
    tell({ payload: true, permission: give(house) });
    const complaints: unknown[] = [];
    for (let i = 0; i < 4; i++) {
      clock.advance(1);
      complaints.push(tell({ payload: true, permission: give(boat) }));
    }
    assert.equal(complaints.filter((text) => text !== undefined).length, 1);
    assert.deepEqual(contacts(), [true], 'the lease it has goes on');
  });

  it('what is refused is complained about once, also between good ones: such a message comes every second', () => {
    const { clock, house, boat, give, relay } = relayBench();
    const { tell, contacts } = relay();
    let complaints = 0;
    for (let i = 0; i < 20; i++) {
      clock.advance(1);
      if (tell({ payload: true, permission: give(house) }) !== undefined) complaints++;
      if (tell({ payload: true, permission: give(boat) }) !== undefined) complaints++;
    }
    assert.deepEqual(contacts(), [true]);
    assert.equal(complaints, 1);
  });

  it('each sender and each kind of refusal has its own complaint, and again after a minute of quiet', () => {
    const { clock, house, boat, give, relay } = relayBench();
    const { tell } = relay();
    const wrong = (): Permission[] => [
      give(boat),
      give(house, 'load'),
      give(house, 'charge', { instance: 'before' }),
      give(house, 'charge', { instance: 'another computer' }),
    ];
    const complaints = (): number => wrong().filter((permission) => tell({ permission }) !== undefined).length;
    assert.equal(complaints(), 4);
    for (let i = 0; i < 3; i++) {
      clock.advance(59.9);
      assert.equal(complaints(), 0, 'none of them has been quiet for a minute');
    }
    clock.advance(60);
    assert.equal(complaints(), 4);
  });

  it('a flood of strangers is complained about fifty times, and each of them refused', () => {
    const { clock, house, give, relay } = relayBench();
    const { tell, contacts, node } = relay();
    let complaints = 0;
    for (let i = 0; i < 200; i++) {
      clock.advance(0.01);
      if (tell({ permission: give(house, 'charge', { pack: `pack ${i}` }) }) !== undefined) complaints++;
    }
    assert.equal(complaints, 50);
    assert.deepEqual(contacts(), []);
    assert.equal(statusOf(node), 'red message of other pack');
    clock.advance(60);
    assert.match(tell({ permission: give(house, 'charge', { pack: 'pack 0' }) }) ?? '', /pack 0/);
  });

  it('takes the permission of its role from a state message', () => {
    const { house, give, relay } = relayBench();
    for (const role of ['load', 'shed', 'contactor'] as const) {
      const { tell, contacts } = relay({ role }, null, role);
      const permissions = Object.fromEntries(
        ROLES.map((name) => [name, give(house, name, { allowed: name === role })]),
      );
      assert.equal(tell({ topic: 'house/state', payload: { charge: true }, decision: { permissions } }), undefined);
      assert.deepEqual(contacts(), [true], role);
    }
  });

  it('the same permission from two wires, direct and in the state, counts once', () => {
    const { clock, house, give, relay } = relayBench();
    const { tell, contacts } = relay();
    const permission = give(house);
    tell({ payload: true, permission });
    assert.equal(
      tell({ decision: { permissions: { charge: { ...permission, validUntil: clock.now() + 99 } } } }),
      undefined,
    );
    clock.advance(5.1);
    assert.deepEqual(contacts(), [true, false]);
  });

  it('123-R13 two packs must both allow', () => {
    const { clock, house, boat, give, relay } = relayBench();
    const { tell, contacts } = relay({ packs: ['p2'] });
    tell({ permission: give(house) });
    assert.deepEqual(contacts(), []);
    tell({ permission: give(boat, 'charge', { validUntil: clock.now() + 2 }) });
    assert.deepEqual(contacts(), [true]);
    clock.advance(2.1);
    assert.deepEqual(contacts(), [true, false]);
  });

  it('a pre-alarm relay sounds until it is told that all is well, and again when that ends', () => {
    const { clock, house, give, relay } = relayBench();
    const { node, tell, contacts } = relay({ role: 'pre-alarm' });
    assert.equal(statusOf(node), 'yellow sounding');
    const quiet = { decision: { permissions: { 'pre-alarm': give(house, 'pre-alarm', { allowed: false }) } } };
    tell(quiet);
    assert.deepEqual(contacts(), [false]);
    clock.advance(5.1);
    assert.deepEqual(contacts(), [false, true]);
    tell(quiet);
    assert.deepEqual(contacts(), [false, true], 'the same word again silences nothing');
    for (const payload of [true, false, 'x']) {
      tell({ payload });
      assert.equal(contacts().at(-1), true, `nor does a bare ${payload}`);
    }
  });

  it('removed it opens at once; taken down for a redeploy it lives on what is left', () => {
    const { clock, house, give, relay } = relayBench();
    const first = relay();
    first.tell({ permission: give(house) });
    first.view.close(false);
    clock.advance(1);
    const again = relay();
    assert.equal(statusOf(again.node), 'green closed · not read back');
    assert.deepEqual(again.contacts(), [], 'nothing has moved, so nothing is said');
    clock.advance(4.1);
    assert.deepEqual(again.contacts(), [false]);
    assert.deepEqual(first.contacts(), [true], 'the old node hears nothing any more');
    again.tell({ permission: give(house) });
    again.view.close(true);
    const anew = relay();
    assert.equal(statusOf(anew.node), 'grey open · nothing heard');
  });

  it('a board that is not there: red, warned about once, and never called closed', async () => {
    const { clock, house, give, relay } = relayBench();
    const { node, tell } = relay({ board: 'modbus-timed', bus: 'b' }, BUS);
    for (let i = 0; i < 10; i++) {
      tell({ permission: give(house) });
      await new Promise<void>((resolve) => setImmediate(resolve));
      clock.advance(0.9);
    }
    assert.equal(statusOf(node), 'red board does not answer');
    assert.equal(node.warnings.length, 1);
    assert.ok(node.out[0]!.length > 0);
    for (const message of node.out[0]!) assert.equal((message['relay'] as Message)['verified'], false);
  });

  it('anything at all: never throws, always answers, never closes', () => {
    const thing = fc.anything({
      withNullPrototype: true,
      withBigInt: true,
      withTypedArray: true,
      withSparseArray: true,
    });
    const { clock, house, relay } = relayBench();
    const nearly = fc.record(
      {
        pack: fc.oneof(fc.constant('house'), thing),
        role: fc.oneof(fc.constant('charge'), thing),
        allowed: fc.oneof(
          fc.constant('true'),
          fc.constant(1),
          thing.filter((given) => given !== true),
        ),
        instance: fc.oneof(fc.constant(house.instance), thing),
        sequence: fc.oneof(fc.integer(), thing),
        validUntil: fc.oneof(fc.constant(1e9), thing),
      },
      { requiredKeys: [] },
    );
    const permission = fc.oneof(thing, nearly);
    const message = fc.record(
      {
        payload: fc.oneof(thing, fc.boolean()),
        permission,
        decision: fc.oneof(thing, fc.record({ permissions: fc.oneof(thing, fc.record({ charge: permission })) })),
      },
      { requiredKeys: [] },
    );
    const { tell, contacts, node } = relay();
    fc.assert(
      fc.property(message, (given) => {
        tell(given);
        clock.advance(0.6);
        assert.ok(contacts().every((payload) => payload === false));
        for (const { text = '' } of node.statuses) assert.ok(text.length <= 24 && !/bms-|__/.test(text), text);
      }),
      { numRuns: 1000 },
    );
  });
});
