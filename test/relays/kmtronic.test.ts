/** A relay of a KMTronic board: bytes to the letter, and small and large boards told apart by what they answer. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { kmtronicCommand, readKmtronicState, readKmtronicStates } from '../../src/relays/kmtronic.ts';
import { createKmtronicBoard } from '../../src/simulator/kmtronic-board.ts';
import { confirmed, createLineBench } from './support/line-bench.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const bytes = (text: string): Uint8Array => Buffer.from(text.replaceAll(' ', ''), 'hex');

function bench(channels: number) {
  return createLineBench('kmtronic', (clock, onEdge) => createKmtronicBoard({ clock, channels, onEdge }));
}

describe('bytes of a KMTronic board', () => {
  it('the published commands', () => {
    assert.equal(hex(kmtronicCommand(1, true)), 'ff0101');
    assert.equal(hex(kmtronicCommand(1, false)), 'ff0100');
    assert.equal(hex(kmtronicCommand(8, true)), 'ff0801');
    assert.equal(hex(kmtronicCommand(8, false)), 'ff0800');
  });

  it('the published answers, and nothing else', () => {
    assert.deepEqual(readKmtronicStates(bytes('01 00 00 01')), [true, false, false, true]);
    assert.deepEqual(readKmtronicStates(bytes('00 00 00 00 00 00 00 01'))?.at(-1), true);
    assert.equal(readKmtronicState(bytes('FF 02 01'), 2), true);
    assert.equal(readKmtronicState(bytes('FF 02 00'), 2), false);
    for (const answer of ['', '00', '00 01', '01 00 00', '00 00 00 02', '00 00 00 00 00', 'FF 01 01 00']) {
      assert.equal(readKmtronicStates(bytes(answer)), null, answer);
    }
    for (const answer of ['', 'FF', 'FF 02', 'FF 01 01', 'FF 02 02', 'FF 02 03', 'FF 02 01 00', '00 02 01']) {
      assert.equal(readKmtronicState(bytes(answer), 2), null, answer);
    }
  });

  it('reading is total', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 20 }), fc.integer({ min: 1, max: 8 }), (answer, channel) => {
        const states = readKmtronicStates(answer);
        assert.ok(states === null || states.length === answer.length);
        if (readKmtronicState(answer, channel) !== null) assert.equal(answer.length, 3);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('a relay of a KMTronic board', () => {
  for (const channels of [4, 8]) {
    it(`of ${channels} relays follows and is read back with all the others`, async () => {
      const { relay, clock, board, pass, sent } = bench(channels);
      const output = relay(3);
      output.hold(clock.now() + 5);
      await pass(0.5);
      assert.deepEqual(
        sent.map((each) => each.hex),
        ['ff0301', 'ff0900'],
      );
      assert.equal(board.contacts()[2], true);
      assert.deepEqual(output.state(), confirmed(true));
      output.release();
      await pass(0.5);
      assert.deepEqual(
        sent.slice(2).map((each) => each.hex),
        ['ff0300', 'ff0900'],
      );
      assert.equal(board.contacts()[2], false);
      assert.deepEqual(output.state(), confirmed(false));
    });
  }

  for (const channels of [1, 2]) {
    it(`of ${channels} is asked for by itself once the question for all has found silence twice`, async () => {
      const { relay, clock, board, pass, sent } = bench(channels);
      const output = relay(channels);
      output.hold(clock.now() + 30);
      await pass(4);
      const own = `ff0${channels}`;
      assert.deepEqual(
        sent.slice(0, 4).map((each) => each.hex),
        [`${own}01`, 'ff0900', 'ff0900', `${own}03`],
      );
      assert.equal(board.contacts()[channels - 1], true);
      assert.deepEqual(output.state(), confirmed(true));
      sent.length = 0;
      output.release();
      await pass(0.5);
      assert.deepEqual(
        sent.map((each) => each.hex),
        [`${own}00`, `${own}03`],
      );
      assert.deepEqual(output.state(), confirmed(false));
    });
  }

  it('what one relay has found out is known to the other', async () => {
    const { relay, pass, sent } = bench(2);
    const [one, two] = [relay(1), relay(2)];
    one.release();
    await pass(4);
    sent.length = 0;
    two.release();
    await pass(0.5);
    assert.deepEqual(
      sent.map((each) => each.hex),
      ['ff0200', 'ff0203'],
    );
    assert.deepEqual(two.state(), confirmed(false));
  });

  it('a large board that answers late or with noise is never asked the question of small ones', async () => {
    for (const fault of ['garbage on', 'slow 0.6', 'slow 0.9', 'slow 1.4']) {
      const { relay, pass, sent, tell } = bench(4);
      tell(fault);
      const output = relay(1);
      output.release();
      await pass(20);
      assert.ok(sent.length > 4);
      assert.ok(
        sent.every((each) => !each.hex.endsWith('03')),
        fault,
      );
      assert.equal(output.state().fault, 'lost', fault);
    }
  });

  it('a board found large stays so while it is silent', async () => {
    const { relay, pass, sent, tell } = bench(4);
    const output = relay(1);
    output.release();
    await pass(1);
    tell('dead');
    await pass(20);
    assert.ok(sent.every((each) => !each.hex.endsWith('03')));
    assert.match(output.state().problem ?? '', /does not answer/);
    tell('alive');
    await pass(4);
    assert.deepEqual(output.state(), confirmed(false));
  });

  it('a board that never answers is lost, and is told to open all the same', async () => {
    const { relay, clock, pass, board, tell } = bench(8);
    const output = relay(5);
    output.hold(clock.now() + 60);
    await pass(1);
    tell('slow 600');
    output.release();
    await pass(0.3);
    assert.equal(board.contacts()[4], false);
    await pass(3);
    assert.deepEqual([output.state().fault, output.state().verified], ['lost', false]);
  });

  it('a stuck contact, and a line that was cut, are seen and mended', async () => {
    const { relay, clock, pass, board, tell, plugged } = bench(4);
    const output = relay(1);
    output.hold(clock.now() + 60);
    await pass(1);
    tell('stick 0 closed');
    output.release();
    await pass(5);
    assert.equal(output.state().fault, 'stays-closed');
    tell('stick 0 free');
    await pass(2);
    assert.deepEqual(output.state(), confirmed(false));
    output.hold(clock.now() + 60);
    await pass(1);
    plugged(false);
    assert.equal(output.state().fault, 'lost');
    tell('power off');
    tell('power on');
    output.hold(clock.now() + 60);
    plugged(true);
    await pass(3);
    assert.deepEqual([board.contacts()[0], output.state()], [true, confirmed(true)]);
    plugged(false);
    output.release();
    await pass(2);
    assert.equal(board.contacts()[0], true, 'a board without a timer stays as it was');
    plugged(true);
    await pass(2);
    assert.deepEqual([board.contacts()[0], output.state()], [false, confirmed(false)]);
  });
});
