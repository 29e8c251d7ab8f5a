/** What the protection node sends and shows, and what it answers. */
import assert from 'node:assert/strict';
import { PERMISSION_ROLES, ROLES, RULE_IDS } from '../../src/engine/vocabulary.ts';
import { connectProtection } from '../../src/node-red/protection-view.ts';
import { statusLine } from '../../src/node-red/status.ts';
import type { Message } from '../../src/node-red/types.ts';
import { parsePermission } from '../../src/runtime/permission.ts';
import { pinGuard } from '../../src/runtime/pin.ts';
import { HEALTHY, startPack } from '../runtime/support/packs.ts';
import { createDone, createFakeNode, english } from './support/fake-node.ts';
import { CHARGE, EVENTS, feed, GOOD, LOAD, PRE_ALARM, STATE, viewOf } from './support/protection-bench.ts';

describe('the protection node', () => {
  it('a rebuilt one says nothing, and shows that it waits, until its first verdict', () => {
    const viewed = viewOf();
    viewed.clock.advance(3);
    assert.deepEqual(viewed.node.out.flat(), []);
    assert.deepEqual(viewed.node.statuses, [{ fill: 'grey', shape: 'ring', text: 'waiting for readings' }]);
    feed(viewed, 1);
    assert.deepEqual(viewed.payloads(CHARGE), [true]);
  });

  it('sends outputs 1, 2 and 5 at least every 2 s, events and the pre-alarm only when there is one', () => {
    const viewed = viewOf();
    feed(viewed, 3);
    const before = viewed.node.out.map((messages) => messages.length);
    for (let i = 0; i < 30; i++) {
      const counts = viewed.node.out.map((messages) => messages.length);
      viewed.clock.advance(1);
      viewed.tell({ payload: GOOD });
      viewed.clock.advance(1);
      for (const output of [CHARGE, LOAD, STATE]) assert.ok(viewed.node.out[output]!.length > counts[output]!);
    }
    for (const output of [PRE_ALARM, EVENTS]) assert.equal(viewed.node.out[output]!.length, before[output]);
  });

  it('every message has its shape, and payloads are flat', () => {
    const viewed = viewOf();
    feed(viewed, 3);
    feed(viewed, 5, { ...GOOD, cells: [3.3, 3.7, 3.3, 3.3] });
    const { node } = viewed;
    for (const [output, role] of [
      [CHARGE, 'charge'],
      [LOAD, 'load'],
    ] as const) {
      for (const message of node.out[output]!) {
        assert.equal(message['topic'], `house/${role}`);
        const permission = parsePermission(message['permission']) ?? assert.fail('no permission');
        assert.deepEqual([permission.pack, permission.role, permission.allowed], ['house', role, message['payload']]);
        assert.deepEqual(Object.keys(message).sort(), ['payload', 'permission', 'topic']);
      }
    }
    assert.deepEqual(node.out[PRE_ALARM], [{ topic: 'house/pre-alarm', payload: false }]);
    for (const message of node.out[EVENTS]!) {
      const event = message['event'] as Message;
      const names = [
        'rule',
        'code',
        'severity',
        'edge',
        'cell',
        'value',
        'threshold',
        'duration',
        'at',
        'count',
        'first',
      ];
      assert.deepEqual(Object.keys(event).sort(), names.toSorted());
      assert.ok((RULE_IDS as readonly unknown[]).includes(event['rule']));
      assert.ok(['raised', 'cleared'].includes(String(event['edge'])));
      const priority = message['priority'] as number;
      assert.ok(Number.isInteger(priority) && priority >= -2 && priority <= 2);
      assert.match(String(message['topic']), /^house: /);
      assert.equal(typeof message['payload'], 'string');
      assert.ok((event['at'] as number) > 1.7e12, 'a time of day, in ms');
    }
    for (const message of node.out[STATE]!) {
      assert.equal(message['topic'], 'house/state');
      const payload = message['payload'] as Message;
      for (const [name, value] of Object.entries(payload)) assert.ok(value === null || typeof value !== 'object', name);
      const names = [...PERMISSION_ROLES, 'preAlarm', 'maxChargeVoltage', 'maxChargeCurrent', 'maxDischargeCurrent'];
      for (const name of [...names, 'warnings', 'alarms']) assert.ok(name in payload, name);
      const { permissions } = message['decision'] as { permissions: Record<string, unknown> };
      for (const role of ROLES) assert.equal(parsePermission(permissions[role])?.role, role);
      assert.doesNotThrow(() => JSON.stringify(message));
    }
    const tripped = node.out[STATE]!.at(-1)!['payload'] as Message;
    assert.deepEqual([tripped['charge'], tripped['alarms'], tripped['maxChargeCurrent']], [false, 1, 0]);
    assert.deepEqual([tripped['load'], tripped['maxDischargeCurrent'], tripped['maxChargeVoltage']], [true, 100, 13.4]);
  });

  it('what nobody is wired to is not made; a wire drawn later is served', () => {
    const viewed = viewOf({ outputs: [['a'], [], [], [], []] });
    feed(viewed, 3);
    assert.deepEqual(
      viewed.node.out.map((messages) => messages.length > 0),
      [true, false, true, false, false],
    );
    (viewed.node.wires as string[][])[STATE] = ['b'];
    feed(viewed, 1);
    assert.equal(viewed.node.out[STATE]!.length, 1);
  });

  it('each edge is told once, however often the state is repeated', () => {
    const viewed = viewOf();
    feed(viewed, 5);
    feed(viewed, 30, { ...GOOD, cells: [3.3, 3.7, 3.3, 3.3] });
    feed(viewed, 60);
    const edges = viewed.node.out[EVENTS]!.map(({ event }) => {
      const { rule, edge } = event as Message;
      return `${String(rule)} ${String(edge)}`;
    });
    assert.deepEqual(
      edges.filter((edge) => edge.startsWith('cell-overvoltage')),
      ['cell-overvoltage raised', 'cell-overvoltage cleared'],
    );
    assert.equal(new Set(edges).size, edges.length);
  });

  it('VSB-6 an intermittent pre-alarm blinks at 1 Hz, and stops with it', () => {
    const viewed = viewOf({ given: { preAlarmMode: 'intermittent' } });
    const LOW = { ...GOOD, cells: [3.3, 3.05, 3.3, 3.3] };
    feed(viewed, 3);
    feed(viewed, 20, LOW);
    const from = viewed.payloads(PRE_ALARM).indexOf(true);
    const lit = viewed.payloads(PRE_ALARM).slice(from);
    assert.ok(lit.length >= 30 && lit.length <= 40, `${lit.length} changes in about 17 s`);
    lit.forEach((on, i) => assert.equal(on, i % 2 === 0));
    feed(viewed, 20);
    assert.equal(viewed.payloads(PRE_ALARM).at(-1), false);
    const quiet = viewed.payloads(PRE_ALARM).length;
    feed(viewed, 5);
    assert.equal(viewed.payloads(PRE_ALARM).length, quiet);
  });

  it('a node that is closed while it blinks leaves no timer behind', () => {
    const viewed = viewOf({ given: { preAlarmMode: 'intermittent' } });
    const timers = viewed.clock.pending;
    feed(viewed, 3);
    feed(viewed, 5, { ...GOOD, cells: [3.3, 3.05, 3.3, 3.3] });
    assert.equal(viewed.clock.pending, timers + 1);
    viewed.view.close();
    assert.equal(viewed.clock.pending, timers);
    const told = viewed.node.out.flat().length;
    viewed.clock.advance(30);
    assert.equal(viewed.node.out.flat().length, told);
  });

  it('a continuous pre-alarm is one message on and one off', () => {
    const viewed = viewOf();
    feed(viewed, 3);
    feed(viewed, 20, { ...GOOD, cells: [3.3, 3.05, 3.3, 3.3] });
    feed(viewed, 20);
    assert.deepEqual(viewed.payloads(PRE_ALARM), [false, true, false]);
  });

  it('a foreign reading is refused in red and in words; the next good one clears that', () => {
    const other = startPack({ instance: 'elsewhere' });
    other.run(1);
    const viewed = viewOf();
    feed(viewed, 2);
    assert.match(viewed.tell({ reading: other.readings[0] }) ?? '', /another pack or of an earlier start.*house/);
    assert.equal(viewed.node.statuses.at(-1)!.fill, 'red');
    feed(viewed, 2);
    assert.equal(viewed.node.statuses.at(-1)!.fill, 'green');
  });

  it('the reading of a monitor is judged, sent round twice it is not complained about', () => {
    const viewed = viewOf();
    viewed.clock.advance(1);
    viewed.link.observed(HEALTHY, viewed.clock.now());
    const reading = viewed.readings.at(-1);
    assert.equal(viewed.tell({ reading }), undefined);
    assert.equal(viewed.tell({ reading }), undefined);
    assert.equal(viewed.payloads(CHARGE).at(-1), true);
  });

  it('a message without a reading is told what a reading looks like', () => {
    const viewed = viewOf();
    for (const message of [{}, { payload: 'hello' }, { payload: 42 }, { payload: [3.3] }, { reading: 'x' }]) {
      assert.match(viewed.tell(message) ?? '', /cells: \[3\.31/);
    }
    assert.equal(viewed.node.out.flat().length, 0);
  });

  it('123-R17 commands: refused in words, and the PIN is gone from the message', () => {
    const viewed = viewOf({ pin: '1234' });
    feed(viewed, 2);
    const message = { command: { name: 'remote', value: true, pin: '9999' } };
    assert.match(viewed.tell(message) ?? '', /remote.*wrong PIN/);
    assert.doesNotMatch(JSON.stringify(message), /9999/);
    assert.equal(viewed.tell({ command: { name: 'remote', value: false } }), undefined);
    assert.deepEqual([viewed.payloads(CHARGE).at(-1), viewed.payloads(LOAD).at(-1)], [false, false]);
    assert.match(viewed.tell({ command: { name: 'fly' } }) ?? '', /fly.*remote, reset/);
    assert.match(viewed.tell({ command: { name: 'sync-soc', value: 'x', pin: '1234' } }) ?? '', /percentage/);
    for (let i = 0; i < 6; i++) viewed.tell({ command: { name: 'sync-soc', value: 50, pin: 'x' } });
    assert.match(viewed.tell({ command: { name: 'sync-soc', value: 50, pin: '1234' } }) ?? '', /five minutes/);
  });

  it('a second one goes red, permits nothing and says which pack has one already', () => {
    const viewed = viewOf();
    const node = createFakeNode('second', 5);
    const second = connectProtection({
      node,
      status: statusLine(node, viewed.clock),
      translate: english,
      clock: viewed.clock,
      pack: viewed.pack,
      packName: 'house',
      problems: [],
      guard: pinGuard('', viewed.clock),
    });
    assert.deepEqual([node.statuses.at(-1)!.fill, node.statuses.at(-1)!.text], ['red', 'second protection: off']);
    const done = createDone();
    second.input({ payload: GOOD }, done);
    second.input({ command: { name: 'remote', value: false } }, done);
    assert.match(done.calls[0]!.message, /house has another protection/);
    feed(viewed, 10);
    second.close();
    feed(viewed, 3);
    assert.deepEqual(
      node.out.flat().filter((message) => message['payload'] === true),
      [],
    );
    assert.equal(viewed.payloads(CHARGE).at(-1), true, 'the first one goes on');
  });

  for (const [what, problems, said] of [
    ['settings that are refused', ['cellOvervoltage is 3650 V: did you mean 3.65 V?'], 'pack settings are wrong'],
    ['no pack', [], 'choose a pack'],
  ] as const) {
    it(`with ${what}: false once the flow is wired up, a red status, and a sentence`, () => {
      const { clock } = startPack();
      const node = createFakeNode('protection', 5);
      const view = connectProtection({
        node,
        status: statusLine(node, clock),
        translate: english,
        clock,
        pack: null,
        packName: 'house',
        problems,
        guard: pinGuard('', clock),
      });
      assert.deepEqual(node.out.flat(), [], 'a constructor runs before its neighbours exist');
      clock.advance(0.1);
      assert.deepEqual(node.out[CHARGE], [{ topic: 'house/charge', payload: false }]);
      assert.deepEqual(node.out[LOAD], [{ topic: 'house/load', payload: false }]);
      assert.deepEqual(
        node.out[EVENTS]!.map((m) => m['payload']),
        problems.length > 0 ? [problems.join(' ')] : [],
      );
      assert.deepEqual([node.statuses.at(-1)!.fill, node.statuses.at(-1)!.text], ['red', said]);
      const done = createDone();
      view.input({ payload: GOOD }, done);
      assert.ok(done.calls[0] instanceof Error);
      view.close();
      clock.advance(10);
      assert.ok(node.out.flat().every((message) => message['payload'] !== true));
    });
  }
});
