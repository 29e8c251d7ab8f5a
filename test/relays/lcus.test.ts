/** A relay of an LCUS board: bytes to the letter, and what becomes of the ways in which such boards answer or do not. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { lcusCommand, readLcusStates } from '../../src/relays/lcus.ts';
import { createLcusBoard, type LcusAnswers } from '../../src/simulator/lcus-board.ts';
import { confirmed, createLineBench } from './support/line-bench.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const bytes = (text: string): Uint8Array => Buffer.from(text.replaceAll(' ', ''), 'hex');
const text = (answer: string): Uint8Array => Buffer.from(answer);

function bench(answers: LcusAnswers = 'text', channels = 4) {
  return createLineBench('lcus', (clock, onEdge) => createLcusBoard({ clock, channels, onEdge, answers }));
}

const READABLE: readonly LcusAnswers[] = ['text', 'tight-text', 'bytes', 'frames'];
const DUMB: readonly LcusAnswers[] = ['nothing', 'nothing-by-four'];

describe('bytes of an LCUS board', () => {
  it('the published commands', () => {
    assert.equal(hex(lcusCommand(1, true)), 'a00101a2');
    assert.equal(hex(lcusCommand(1, false)), 'a00100a1');
    assert.equal(hex(lcusCommand(2, true)), 'a00201a3');
    assert.equal(hex(lcusCommand(8, true)), 'a00801a9');
    assert.equal(hex(lcusCommand(8, false)), 'a00800a8');
  });

  it('the published answers', () => {
    for (const answer of [
      'CH1: ON\r\nCH2: OFF\r\n',
      'CH1: ON \r\nCH2: OFF\r\n',
      'CH1:ON\r\nCH2:OFF\r\n',
      'CH1:ON \r\nCH2:OFF \r\n',
    ]) {
      assert.deepEqual(
        [...readLcusStates(text(answer))!.states],
        [
          [1, true],
          [2, false],
        ],
        answer,
      );
    }
    assert.deepEqual(
      [...readLcusStates(bytes('01 00 00 01'))!.states],
      [
        [1, true],
        [2, false],
        [3, false],
        [4, true],
      ],
    );
    assert.deepEqual([...readLcusStates(bytes('A0 01 01 A2'))!.states], [[1, true]]);
    assert.deepEqual(
      [...readLcusStates(bytes('A0 01 00 A1 A0 02 01 A3'))!.states],
      [
        [1, false],
        [2, true],
      ],
    );
  });

  it('anything else is no answer', () => {
    for (const answer of [
      '',
      '02',
      '0100 01',
      'A0 01 01 A3',
      'A0 09 01 AA',
      'A0 01 02 A3',
      'A0 01 01 A2 A0 01 00 A1',
      'A0 01 01 A2 00',
    ]) {
      assert.equal(readLcusStates(bytes(answer)), null, answer);
    }
    for (const answer of [
      'CH1: MAYBE\r\n',
      'CH9: ON\r\n',
      'CH1: ON\r\nCH1: OFF\r\n',
      'xCH1: ON\r\n',
      'CH1: ON\r\nCH2: O',
    ]) {
      assert.equal(readLcusStates(text(answer)), null, answer);
    }
  });

  it('reading is total, and what it finds is one state a relay', () => {
    let found = 0;
    const pieces = fc.oneof(
      fc.uint8Array({ maxLength: 12 }),
      fc.constantFrom(...['CH1: ON\r\n', 'CH2:OFF \r\n'].map(text), bytes('A00101A2'), bytes('00'), bytes('01')),
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 9 }), (chunks) => {
        const read = readLcusStates(Buffer.concat(chunks));
        if (read === null) return;
        found++;
        for (const channel of read.states.keys()) assert.ok(channel >= 1 && channel <= 8);
      }),
      { numRuns: 2000 },
    );
    assert.ok(found > 50, `${found} answers found`);
  });
});

describe('a relay of an LCUS board', () => {
  for (const answers of READABLE) {
    it(`follows and is read back where the board answers with ${answers}`, async () => {
      const { relay, clock, board, pass, sent } = bench(answers);
      const output = relay(2);
      output.hold(clock.now() + 5);
      await pass(0.8);
      assert.deepEqual(board.contacts(), [false, true, false, false]);
      assert.deepEqual(output.state(), confirmed(true));
      assert.deepEqual(
        sent.map((each) => each.hex),
        ['a00201a3', 'ff', 'ff'],
        'two answers must agree the first time',
      );
      sent.length = 0;
      output.release();
      await pass(0.5);
      assert.deepEqual(board.contacts(), [false, false, false, false]);
      assert.deepEqual(output.state(), confirmed(false));
      assert.deepEqual(
        sent.map((each) => each.hex),
        ['a00200a2', 'ff'],
      );
    });
  }

  it('an inverted output holds with off, and is read back the other way', async () => {
    const { relay, clock, board, pass, sent } = bench();
    const output = relay(1, false);
    output.release();
    await pass(0.8);
    assert.equal(sent[0]!.hex, 'a00101a2');
    assert.deepEqual([board.contacts()[0], output.state()], [true, confirmed(false)]);
    output.hold(clock.now() + 5);
    await pass(0.5);
    assert.deepEqual([board.contacts()[0], output.state()], [false, confirmed(true)]);
  });

  it('nothing at all is sent before somebody asks', async () => {
    const { relay, pass, sent, plugged } = bench();
    relay(1);
    await pass(2);
    plugged(false);
    await pass(1);
    plugged(true);
    await pass(5);
    assert.deepEqual(sent, []);
  });

  for (const answers of DUMB) {
    it(`a board that cannot be read back (${answers}) is asked twice, then once a minute, and obeys all the same`, async () => {
      const { relay, clock, board, pass, sent } = bench(answers);
      const output = relay(1);
      const questions = (): number => sent.filter((each) => each.hex === 'ff').length;
      output.hold(clock.now() + 200);
      await pass(3);
      assert.equal(questions(), 2);
      assert.equal(sent.filter((each) => each.hex === '000000').length, 2, 'each filled up to four bytes');
      assert.equal(board.contacts()[0], true);
      assert.deepEqual(output.state(), { commanded: true, actual: null, verified: false, problem: null, fault: null });
      for (let second = 0; second < 124; second++) {
        output.hold(clock.now() + 5);
        await pass(1);
      }
      assert.equal(questions(), 4);
      output.release();
      await pass(0.2);
      assert.equal(board.contacts()[0], false);
      await pass(2);
      assert.deepEqual(output.state(), { commanded: false, actual: null, verified: false, problem: null, fault: null });
      const told = sent.length;
      await pass(20);
      assert.ok(
        sent.slice(told).every((each) => each.hex === 'a00100a1'),
        'the opening is repeated',
      );
      assert.equal(sent.length - told, 4);
    });
  }

  it('two relays that find out together that a board says nothing have asked twice, not once', async () => {
    const { relay, pass, sent } = bench('nothing');
    const outputs = [relay(1), relay(2)];
    for (const output of outputs) output.release();
    await pass(4);
    assert.equal(sent.filter((each) => each.hex === 'ff').length, 2);
    for (const output of outputs) assert.equal(output.state().fault, null);
  });

  it('a board that starts to answer at the next question is read back from then on', async () => {
    const { relay, clock, pass, tell } = bench('nothing');
    const output = relay(1);
    output.release();
    await pass(10);
    assert.equal(output.state().actual, null);
    tell('answers text');
    await pass(65);
    assert.deepEqual(output.state(), confirmed(false));
    output.hold(clock.now() + 5);
    await pass(1);
    assert.deepEqual(output.state(), confirmed(true));
  });

  it('a board that has answered once and then does not is lost, and is believed again when it does', async () => {
    const { relay, clock, pass, tell, board } = bench();
    const output = relay(1);
    output.hold(clock.now() + 60);
    await pass(1);
    tell('dead');
    output.release();
    await pass(5);
    assert.deepEqual([output.state().fault, output.state().actual, output.state().verified], ['lost', null, false]);
    assert.match(output.state().problem ?? '', /does not answer/);
    tell('alive');
    await pass(6);
    assert.equal(board.contacts()[0], false);
    assert.deepEqual(output.state(), confirmed(false));
  });

  it('answers that make no sense are a fault of a board that has answered, and none of one that never did', async () => {
    const good = bench();
    const output = good.relay(1);
    output.release();
    await good.pass(1);
    good.tell('garbage on');
    await good.pass(6);
    assert.equal(output.state().fault, 'lost');
    assert.match(output.state().problem ?? '', /no sense/);
    good.tell('garbage off');
    await good.pass(3);
    assert.deepEqual(output.state(), confirmed(false));

    const strange = bench();
    strange.tell('garbage on');
    const other = strange.relay(1);
    other.release();
    await strange.pass(3);
    assert.deepEqual(other.state(), { commanded: false, actual: null, verified: false, problem: null, fault: null });
  });

  it('a single byte of noise is not taken for "off" by a board that answers in another way', async () => {
    const { relay, clock, pass, hear, tell, board } = bench('text');
    const output = relay(1);
    output.hold(clock.now() + 100);
    await pass(1);
    tell('stick 0 closed');
    tell('dead');
    output.release();
    let noise = 0;
    await pass(20, () => {
      noise++;
      if (noise % 12 === 0) hear(bytes('00'));
      assert.equal(output.state().verified, false);
    });
    assert.equal(board.contacts()[0], true);
  });

  it('a late answer is not taken for the answer to the question after it', async () => {
    for (const slow of [0.55, 0.7, 0.9, 1.2, 2.1, 3]) {
      const { relay, clock, pass, tell, board } = bench();
      const output = relay(1);
      output.release();
      await pass(1);
      tell(`slow ${slow}`);
      output.hold(clock.now() + 100);
      await pass(0.3);
      assert.equal(board.contacts()[0], true);
      tell('stick 0 closed');
      output.release();
      await pass(15, () => assert.equal(output.state().verified, false, `${slow} s late`));
      tell('slow off');
      tell('stick 0 free');
      await pass(8);
      assert.deepEqual(output.state(), confirmed(false), `${slow} s late`);
    }
  });

  it('a stuck contact is a fault in the direction it fails, and one moved by hand is moved back', async () => {
    const { relay, clock, pass, tell, board } = bench();
    const output = relay(1);
    output.hold(clock.now() + 60);
    await pass(1);
    tell('stick 0 closed');
    output.release();
    await pass(0.5);
    assert.deepEqual([output.state().actual, output.state().verified], [true, false]);
    await pass(4);
    assert.equal(output.state().fault, 'stays-closed');
    tell('stick 0 free');
    await pass(2);
    assert.deepEqual(output.state(), confirmed(false));
    tell('stick 0 open');
    for (let i = 0; i < 4; i++) {
      output.hold(clock.now() + 60);
      await pass(1);
    }
    assert.equal(output.state().fault, 'stays-open');
    tell('stick 0 free');
    output.hold(clock.now() + 60);
    await pass(1);
    assert.deepEqual([board.contacts()[0], output.state()], [true, confirmed(true)]);
  });

  it('power that goes and comes back is told again what holds', async () => {
    const { relay, clock, pass, tell, board } = bench();
    const output = relay(1);
    const stop = clock.every(1, () => output.hold(clock.now() + 5));
    await pass(2);
    tell('power off');
    assert.equal(board.contacts()[0], false);
    await pass(2);
    tell('power on');
    await pass(4);
    stop();
    assert.deepEqual([board.contacts()[0], output.state()], [true, confirmed(true)]);
  });

  it('a relay number that the board does not have is a fault', async () => {
    const { relay, pass } = bench('bytes', 2);
    const output = relay(7);
    output.release();
    await pass(1);
    assert.match(output.state().problem ?? '', /nothing of a relay 7/);
  });

  it('eight relays renewed in step are all confirmed, without asking for each', async () => {
    const { relay, clock, pass, sent, board } = bench('text', 8);
    const outputs = Array.from({ length: 8 }, (_, index) => relay(index + 1));
    const stop = clock.every(1, () => {
      for (const output of outputs) output.hold(clock.now() + 5);
    });
    await pass(4);
    sent.length = 0;
    await pass(10, () => {
      for (const output of outputs) assert.deepEqual(output.state(), confirmed(true));
    });
    stop();
    assert.equal(board.contacts().filter(Boolean).length, 8);
    assert.equal(sent.filter((each) => each.hex.startsWith('a0')).length, 80);
    assert.ok(sent.filter((each) => each.hex === 'ff').length <= 30);
  });
});
