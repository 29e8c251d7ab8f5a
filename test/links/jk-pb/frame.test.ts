/** Questions, answers and confirmations of the PB series. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { findPbAnswer, pbQuestion } from '../../../src/links/jk-pb/frame.ts';
import { JK_PB } from '../../../src/links/jk-pb/protocol.ts';
import { optionDefaults } from '../../../src/links/options.ts';
import { frameWith, statusFrame } from '../jk02/build.ts';
import { ack, trigger } from './build.ts';

const OPTIONS = optionDefaults(JK_PB.info.options);
const ASKED = { address: 1, what: 'status' } as const;
const STATUS = statusFrame({});

const glue = (...parts: readonly Uint8Array[]): Uint8Array => Uint8Array.from(Buffer.concat(parts));
const find = (...parts: readonly Uint8Array[]) => findPbAnswer(glue(...parts), ASKED);

describe('frames of a JK board of the PB series', () => {
  it('the questions, to every address', () => {
    for (let address = 1; address <= 15; address += 1) {
      for (const what of ['status', 'settings', 'info'] as const) {
        assert.deepEqual(pbQuestion({ address, what }), trigger(address, what));
        const decoded = JK_PB.decode(trigger(address, what), OPTIONS);
        assert.ok(decoded.ok);
        assert.deepEqual(decoded.frame, { kind: 'question', address, what });
      }
    }
  });

  it('an answer counts with the confirmation of its address behind it, near or a few bytes further', () => {
    for (const between of [0, 1, 8]) {
      const found = find(trigger(1), STATUS, new Uint8Array(between), ack(1), Uint8Array.of(0));
      assert.equal(found?.kind, 'answer', `${between} bytes between`);
    }
    assert.notEqual(find(STATUS, new Uint8Array(9), ack(1))?.kind, 'answer');
  });

  it('nobody else, nothing else and nothing half is an answer', () => {
    assert.equal(find(trigger(1)), null, 'its own echo');
    assert.equal(find(), null);
    assert.equal(find(STATUS.slice(0, 299), ack(1)), null);
    const cases: readonly (readonly [Uint8Array, RegExp])[] = [
      [glue(STATUS, ack(2)), /the BMS at address 2 answers, which was not asked/],
      [trigger(2), /a question to address 2 was heard/],
      [trigger(1, 'settings'), /a question to address 1 was heard/],
      [STATUS, /without the confirmation/],
      [glue(STATUS, ack(1).slice(0, 7)), /without the confirmation/],
      [glue(frameWith(1, {}), ack(1, 'settings')), /to another question/],
      // A frame of one kind with the confirmation of another.
      [glue(frameWith(1, {}), ack(1)), /to another question/],
    ];
    for (const [heard, text] of cases) {
      const found = find(heard);
      assert.equal(found?.kind, 'other');
      assert.match(found?.kind === 'other' ? found.text : '', text);
    }
  });

  it('an answer between those of others is found, and the newest one counts', () => {
    const newer = statusFrame({ counter: 99 });
    const found = find(STATUS, ack(2), STATUS, ack(1), trigger(3), newer, ack(1), STATUS, ack(3));
    assert.ok(found?.kind === 'answer');
    assert.deepEqual(found.value, newer);
  });

  it('a line full of what was not asked for ends the wait', () => {
    const one = glue(trigger(4), STATUS, ack(4));
    assert.equal(find(one, one)?.kind, 'other');
    assert.equal(find(one, one, one)?.kind, 'failure');
  });

  it('decoding takes the answer with and without its confirmation, and the confirmation alone', () => {
    for (const bytes of [STATUS, glue(STATUS, ack(3)), glue(STATUS, Uint8Array.of(0), ack(3), Uint8Array.of(0))]) {
      const decoded = JK_PB.decode(bytes, OPTIONS);
      assert.ok(decoded.ok);
      assert.equal(decoded.seen?.voltage, 13.21);
      assert.equal(decoded.frame['address'], bytes.length === 300 ? undefined : 3);
    }
    const alone = JK_PB.decode(ack(15, 'info'), OPTIONS);
    assert.ok(alone.ok);
    assert.deepEqual(alone.frame, { kind: 'confirmation', address: 15, what: 'info' });
  });

  it('what decoding refuses, and why', () => {
    const refusal = (bytes: Uint8Array): string => {
      const decoded = JK_PB.decode(bytes, OPTIONS);
      return decoded.ok ? 'taken' : decoded.refusal;
    };
    const wrong = ack(1);
    wrong[7]! ^= 1;
    assert.equal(refusal(glue(STATUS, wrong)), 'confirmation');
    assert.equal(refusal(wrong), 'start');
    assert.equal(refusal(glue(STATUS, new Uint8Array(11))), 'length');
    assert.equal(
      refusal(
        glue(
          STATUS.map((byte, at) => (at === 50 ? byte + 1 : byte)),
          ack(1),
        ),
      ),
      'checksum',
    );
  });

  it('searching and decoding are total, and a damaged confirmation never makes an answer', () => {
    const piece = fc.oneof(
      fc.uint8Array({ maxLength: 30 }),
      fc.constant(glue(STATUS, ack(1))),
      fc.constantFrom(STATUS, trigger(1), trigger(2), ack(1), ack(2), STATUS.slice(0, 150)),
    );
    let answers = 0;
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 6 }), fc.nat(), (pieces, cut) => {
        const heard = glue(...pieces);
        const part = cut % 2 === 0 ? heard : heard.slice(0, heard.length === 0 ? 0 : cut % heard.length);
        JK_PB.decode(part, OPTIONS);
        const found = findPbAnswer(part, ASKED);
        if (found?.kind !== 'answer') return;
        answers += 1;
        assert.deepEqual(found.value, STATUS);
      }),
      { numRuns: 1000 },
    );
    assert.ok(answers > 30, `${answers} answers found`);
    for (let bit = 0; bit < 64; bit += 1) {
      const broken = ack(1);
      broken[bit >> 3]! ^= 1 << (bit & 7);
      assert.notEqual(find(STATUS, broken)?.kind, 'answer', `bit ${bit}`);
    }
  });
});
