/** A relay of a GX device over Modbus TCP: bytes to the letter, and what is made of what it says. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { ModbusBus, ModbusResult } from '../../src/links/bus/bus.ts';
import { gx } from '../../src/relays/gx.ts';
import { createGx } from '../../src/simulator/gx.ts';
import { confirmed, createLineBench } from './support/line-bench.ts';

const bench = () => createLineBench('gx', (clock, onEdge) => createGx({ clock, onEdge }));
/** Without the number of the transaction. */
const requests = (sent: readonly { readonly hex: string }[]): string[] => sent.map(({ hex }) => hex.slice(4));

describe('a relay of a GX device', () => {
  it('is register 806 or 807 of unit 100, written and read back', async () => {
    const { relay, clock, board, pass, sent } = bench();
    const two = relay(2);
    two.hold(clock.now() + 5);
    await pass(0.2);
    assert.deepEqual(requests(sent), ['00000006640603270001', '00000006640303270001']);
    assert.deepEqual([board.contacts(), two.state()], [[false, true], confirmed(true)]);
    sent.length = 0;
    two.release();
    await pass(0.2);
    assert.deepEqual(requests(sent), ['00000006640603270000', '00000006640303270001']);
    assert.deepEqual([board.contacts(), two.state()], [[false, false], confirmed(false)]);
    sent.length = 0;
    relay(1).hold(clock.now() + 5);
    await pass(0.2);
    assert.deepEqual(requests(sent), ['00000006640603260001', '00000006640303260001']);
    assert.deepEqual(board.contacts(), [true, false]);
  });

  it('an inverted one holds with open', async () => {
    const { relay, clock, board, pass } = bench();
    const output = relay(1, false);
    output.release();
    await pass(0.2);
    assert.deepEqual([board.contacts()[0], output.state()], [true, confirmed(false)]);
    output.hold(clock.now() + 5);
    await pass(0.2);
    assert.deepEqual([board.contacts()[0], output.state()], [false, confirmed(true)]);
  });

  it('nothing is written before somebody asks', async () => {
    const { relay, pass, sent, plugged } = bench();
    relay(1);
    plugged(false);
    await pass(1);
    plugged(true);
    await pass(10);
    assert.deepEqual(sent, []);
  });

  it('a value that is neither open nor closed is no state', async () => {
    for (const value of [2, 255, 256, 65_535]) {
      const { relay, pass, tell } = bench();
      const output = relay(1);
      output.release();
      await pass(1);
      tell(`tell 0 ${value}`);
      await pass(6);
      assert.deepEqual([output.state().actual, output.state().verified, output.state().fault], [null, false, 'lost']);
      assert.match(output.state().problem ?? '', new RegExp(`tells ${value} for relay 1`));
      tell('tell 0 truth');
      await pass(2);
      assert.deepEqual(output.state(), confirmed(false));
    }
  });

  it('a GX that gives the relay another function is found out', async () => {
    const { relay, clock, pass, tell } = bench();
    const output = relay(1);
    tell('function other');
    const stop = clock.every(1.3, () => output.hold(clock.now() + 5));
    let followed = 0;
    await pass(20, () => {
      if (output.state().verified) followed++;
    });
    stop();
    assert.ok(followed > 0, 'it closes for a moment each time');
    output.release();
    await pass(2);
    assert.deepEqual(output.state(), confirmed(false));
  });

  it('exceptions, silence and noise are never taken for a state', async () => {
    for (const [fault, healed] of [
      ['exceptions on', 'exceptions off'],
      ['dead', 'alive'],
      ['garbage on', 'garbage off'],
      ['slow 3', 'slow off'],
    ] as const) {
      const { relay, clock, pass, tell } = bench();
      const output = relay(2);
      output.hold(clock.now() + 100);
      await pass(1);
      tell(fault);
      output.release();
      await pass(10, () => assert.equal(output.state().verified, false, fault));
      assert.equal(output.state().fault, 'lost', fault);
      tell(healed);
      await pass(8);
      assert.deepEqual(output.state(), confirmed(false), fault);
    }
  });

  it('a GX that starts again with the relay closed, as it remembers it, is told to open', async () => {
    const { relay, clock, pass, tell, board, plugged } = bench();
    const output = relay(1);
    output.hold(clock.now() + 100);
    await pass(1);
    tell('power off');
    plugged(false);
    output.release();
    assert.equal(board.contacts()[0], false);
    await pass(30);
    tell('power on');
    assert.equal(board.contacts()[0], true);
    plugged(true);
    await pass(1);
    assert.deepEqual([board.contacts()[0], output.state()], [false, confirmed(false)]);
  });

  it('whatever the bus answers, the driver answers', async () => {
    const failures = fc.constantFrom('not-open', 'timeout', 'exception', 'mismatch', 'line', 'request');
    const results = fc.oneof(
      fc.array(fc.integer({ min: 0, max: 65_535 }), { maxLength: 3 }).map((value) => ({ ok: true as const, value })),
      failures.map((reason) => ({ ok: false as const, reason, text: `no: ${reason}` })),
    );
    await fc.assert(
      fc.asyncProperty(results, fc.boolean(), async (result, heldOn) => {
        const bus = { readHoldingRegisters: () => Promise.resolve<ModbusResult<number[]>>(result) };
        const read = await gx({ bus: bus as unknown as ModbusBus, channel: 1, heldOn }).read();
        const [value] = result.ok ? result.value : [];
        if (value === 0 || value === 1) assert.deepEqual(read, { ok: true, value: (value === 1) === heldOn });
        else assert.equal(read.ok, false);
      }),
    );
  });
});
