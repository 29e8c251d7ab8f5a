/** Relays of one board share the one who talks on its line. */
import assert from 'node:assert/strict';
import { claimByteLine } from '../../../src/links/bus/byte-lines.ts';
import { openOutput } from '../../../src/relays/open-output.ts';
import { createBusRegistry } from '../../../src/links/bus/registry.ts';
import { createLcusBoard } from '../../../src/simulator/lcus-board.ts';
import { confirmed, createLineBench } from '../../relays/support/line-bench.ts';

const bench = () => createLineBench('lcus', (clock, onEdge) => createLcusBoard({ clock, channels: 4, onEdge }));

describe('a shared line of bytes', () => {
  it('is one for everyone at a path, and another for other buses', () => {
    const { clock, buses, spec } = bench();
    const [one, two] = [claimByteLine(spec, 'lcus', { clock, buses }), claimByteLine(spec, 'lcus', { clock, buses })];
    assert.ok(one.ok && two.ok);
    assert.equal(one.bus.line, two.bus.line);
    const elsewhere = bench();
    const other = claimByteLine(elsewhere.spec, 'lcus', elsewhere);
    assert.ok(other.ok);
    assert.notEqual(other.bus.line, one.bus.line);
  });

  it('is refused to a board of another protocol, and to Modbus, until it is given back', async () => {
    const { clock, buses, spec, pass } = bench();
    const held = claimByteLine(spec, 'lcus', { clock, buses });
    assert.ok(held.ok);
    const refused = { field: 'path', value: spec.path, problem: 'other-use' };
    assert.deepEqual(claimByteLine(spec, 'kmtronic', { clock, buses }), { ok: false, problem: refused });
    assert.deepEqual(buses.modbus(spec), { ok: false, problem: refused });
    held.bus.release();
    held.bus.release();
    assert.ok(claimByteLine(spec, 'kmtronic', { clock, buses }).ok);
    await pass(1);
    assert.equal(buses.modbus(spec).ok, false, 'the refused claim has taken nothing from the one that stands');
  });

  it('a bus that cannot carry bytes is refused with its reason', () => {
    const { clock } = bench();
    const buses = createBusRegistry(clock);
    const spec = { kind: 'modbus-tcp', path: 'tcp://gx:502', host: 'gx', port: 502 } as const;
    for (const board of ['lcus', 'kmtronic'] as const) {
      const opened = openOutput({ board, bus: spec, channel: 1, heldOn: true }, { clock, buses });
      assert.deepEqual(opened, { ok: false, problem: { field: 'kind', value: 'modbus-tcp', problem: 'needs-modbus' } });
    }
  });

  it('the end of one relay leaves the other; the end of both gives the bus back', async () => {
    const { clock, relay, pass, buses, spec } = bench();
    const [one, two] = [relay(1), relay(2)];
    one.release();
    two.release();
    await pass(2);
    one.close();
    two.hold(clock.now() + 5);
    await pass(1);
    assert.deepEqual(two.state(), confirmed(true));
    assert.equal(buses.modbus(spec).ok, false);
    two.close();
    await pass(1);
    assert.equal(buses.modbus(spec).ok, true);
  });

  it('the last word of a relay is said before its line is given back', async () => {
    const { clock, relay, pass, board, tell } = bench();
    const [one, two] = [relay(1), relay(2)];
    one.hold(clock.now() + 60);
    two.hold(clock.now() + 60);
    await pass(2);
    tell('slow 0.4');
    one.hold(clock.now() + 60);
    await pass(0.1);
    for (const each of [one, two]) {
      each.release();
      each.close();
    }
    await pass(1);
    assert.deepEqual(board.contacts().slice(0, 2), [false, false]);
  });

  it('given back without a word, it commands nothing', async () => {
    const { clock, relay, pass, board, sent } = bench();
    const output = relay(1);
    output.hold(clock.now() + 60);
    await pass(2);
    const told = sent.length;
    output.close();
    await pass(10);
    assert.equal(sent.length, told);
    assert.equal(board.contacts()[0], true);
  });

  it('claimed again, it works as before', async () => {
    const { clock, relay, pass } = bench();
    const first = relay(1);
    first.release();
    await pass(2);
    first.release();
    first.close();
    const second = relay(1);
    second.hold(clock.now() + 5);
    await pass(1);
    assert.deepEqual(second.state(), confirmed(true));
    second.release();
    await pass(1);
    assert.deepEqual(second.state(), confirmed(false));
    second.close();
    await pass(1);
    const third = relay(1);
    third.hold(clock.now() + 5);
    await pass(1);
    assert.deepEqual(third.state(), confirmed(true));
  });

  it('after everything was closed a new claim gets a new line', () => {
    const { clock, buses, spec } = bench();
    const old = claimByteLine(spec, 'lcus', { clock, buses });
    buses.closeAll();
    const fresh = claimByteLine(spec, 'kmtronic', { clock, buses });
    assert.ok(old.ok && fresh.ok);
    assert.notEqual(fresh.bus.line, old.bus.line);
    old.bus.release();
    const again = claimByteLine(spec, 'kmtronic', { clock, buses });
    assert.ok(again.ok);
    assert.equal(again.bus.line, fresh.bus.line);
  });
});

describe('a line of bytes that is given back', () => {
  it('while a question is under way is free at once, for another protocol and for Modbus', async () => {
    const { clock, buses, spec } = bench();
    const first = claimByteLine(spec, 'jbd', { clock, buses });
    assert.ok(first.ok);
    const asked = first.bus.line.ask(Uint8Array.of(1));
    first.bus.release();
    const other = claimByteLine(spec, 'daly', { clock, buses });
    assert.ok(other.ok, 'another protocol');
    assert.equal((await asked).ok, false);
    other.bus.release();
    const modbus = buses.modbus(spec);
    assert.ok(modbus.ok, 'Modbus');
  });
});
