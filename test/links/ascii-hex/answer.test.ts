/** The answer to a question among echoes, noise, other devices and refusals. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type Answered, findAnswer } from '../../../src/links/ascii-hex/answer.ts';
import type { Envelope } from '../../../src/links/ascii-hex/envelope.ts';
import { createNaming } from '../../../src/links/ascii-hex/naming.ts';
import { createSeldom } from '../../../src/links/ascii-hex/questions.ts';
import type { Heard } from '../../../src/links/device.ts';
import { ascii, buildFrame } from './build-frame.ts';

const question: Envelope = { version: 0x20, address: 2, kind: 0x46, code: 0x42, info: Uint8Array.of(2) };
const ECHO = buildFrame({ code: 0x42, info: [2] });
const GOOD = buildFrame({ info: [7, 99] });
/** Answers of two bytes are the ones; the second is the value. */
const read = (info: Uint8Array): number | null => (info.length === 2 ? info[1]! : null);
const wanted = {
  question,
  read,
  wrong: (value: number) => (value > 100 ? `it tells ${value}` : null),
  refusals: { 0x91: 'the first module cannot reach it' },
};
const find = (...pieces: readonly Uint8Array[]) => findAnswer(Uint8Array.from(Buffer.concat(pieces)), wanted);
const text = (frame: Uint8Array): string => {
  const found = find(frame);
  assert.ok(found !== null && found.kind !== 'answer');
  return found.text;
};

describe('the answer among what was heard', () => {
  const answer = { kind: 'answer', value: { value: 99 } };

  it('is found behind the echo of the question, noise and a damaged frame', () => {
    assert.equal(find(), null);
    assert.equal(find(ECHO), null);
    assert.deepEqual(find(ECHO, GOOD), answer);
    assert.deepEqual(find(ascii('\u0000~~20\r'), ECHO, ascii('~2002460'), GOOD), answer);
    const damaged = GOOD.slice();
    damaged[14] = 0x31;
    assert.equal(find(damaged), null);
    assert.deepEqual(find(damaged, GOOD), answer);
  });

  it('is there with its last byte and not before', () => {
    const heard = Buffer.concat([ECHO, GOOD]);
    for (let length = 0; length < heard.length; length += 1) {
      assert.equal(findAnswer(heard.subarray(0, length), wanted), null, `${length} bytes`);
    }
  });

  it('frames of others are none, and the search goes on', () => {
    const foreign = buildFrame({ address: 5, info: [7, 11] });
    const master = buildFrame({ address: 5, code: 0x42, info: [5] });
    const late = buildFrame({ info: [1, 2, 3] });
    const kind = buildFrame({ cid1: 0x4a, info: [7, 11] });
    for (const frame of [foreign, master, late, kind]) {
      assert.equal(find(frame)?.kind, 'other');
      assert.deepEqual(find(frame, GOOD), answer);
    }
    assert.match(text(foreign), /address 5 answers, not the one at 2/);
    assert.match(text(master), /somebody else asks/);
    assert.match(text(late), /does not fit question 42/);
    assert.match(text(kind), /another kind/);
  });

  it('what the BMS refuses has a sentence of its own', () => {
    const refused = (code: number): string => text(buildFrame({ code }));
    assert.match(refused(1), /version of the protocol.*RTN 01/);
    assert.match(refused(2), /wrong checksum.*RTN 02/);
    assert.match(refused(3), /wrong length.*RTN 03/);
    assert.match(refused(5), /how the question is written.*RTN 05/);
    assert.match(refused(6), /check the address.*RTN 06/);
    assert.match(refused(7), /address wrong.*RTN 07/);
    assert.match(refused(9), /will not do that.*RTN 09/);
    assert.match(refused(0x0c), /does not say why.*RTN 0C/);
    assert.match(refused(0x91), /cannot reach it.*RTN 91/);
    for (const code of [1, 2, 9, 0x91]) assert.equal(find(buildFrame({ code }))?.kind, 'failure');
  });

  it('that the BMS does not know a question is an answer too', () => {
    assert.deepEqual(find(buildFrame({ code: 4 })), { kind: 'answer', value: { value: null } });
  });

  it('values that cannot be are nonsense', () => {
    assert.deepEqual(find(buildFrame({ info: [7, 101] })), {
      kind: 'failure',
      reason: 'nonsense',
      text: 'it tells 101',
    });
  });

  it('is total', () => {
    const piece = fc.oneof(fc.uint8Array({ maxLength: 20 }), fc.constantFrom(GOOD, ECHO, GOOD.slice(3)));
    let answers = 0;
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 5 }), (pieces) => {
        const found = find(...pieces);
        if (found?.kind !== 'answer') return;
        answers += 1;
        assert.equal(found.value.value, 99);
      }),
      { numRuns: 1000 },
    );
    assert.ok(answers > 50, `${answers} answers`);
  });
});

type Name = Heard<Answered<string>>;
const called = (value: string | null): Name => ({ ok: true, value: { value } });
const failed = (reason: 'silent' | 'noise' | 'refused'): Name => ({ ok: false, reason, text: reason });

describe('the name of a device', () => {
  const start = (answers: readonly Name[], there = true) => {
    const left = [...answers];
    return createNaming({
      ask: () => Promise.resolve(left.shift() ?? failed('silent')),
      there: () => Promise.resolve(there ? { ok: true, value: 0 } : { ok: false, reason: 'silent', text: 'nobody' }),
      nameless: 'none',
    });
  };
  const value = async (naming: () => Promise<Heard<string>>): Promise<string> => {
    const heard = await naming();
    return heard.ok ? heard.value : `(${heard.text})`;
  };

  it('is asked each time where there is one', async () => {
    const naming = start([called('A1'), called('B2'), failed('noise'), failed('silent'), called(null)]);
    assert.deepEqual(
      [await value(naming), await value(naming), await value(naming), await value(naming), await value(naming)],
      ['A1', 'B2', '(noise)', '(silent)', 'none'],
    );
  });

  it('a device that answers other questions only has none, for good', async () => {
    for (const first of [[failed('silent')], [failed('refused'), failed('refused')], [called(null)], [called('')]]) {
      const naming = start([...first, called('A1')]);
      assert.deepEqual([await value(naming), await value(naming)], ['none', 'none']);
    }
  });

  it('nobody there is a failure, and noise is asked again', async () => {
    assert.equal(await value(start([failed('silent')], false)), '(nobody)');
    const naming = start([failed('noise'), called('A1')]);
    assert.deepEqual([await value(naming), await value(naming)], ['(noise)', 'A1']);
    assert.equal(await value(start([failed('refused'), called('A1')])), 'A1');
  });
});

describe('what is asked now and then', () => {
  it('keeps the newest value through failures', async () => {
    const seldom = createSeldom<number>(3);
    const answers: Heard<Answered<number>>[] = [
      { ok: true, value: { value: 1 } },
      { ok: false, reason: 'silent', text: '' },
      { ok: true, value: { value: 2 } },
    ];
    let asked = 0;
    const seen: (number | null)[] = [seldom.value()];
    for (let cycle = 0; cycle < 9; cycle += 1) {
      await seldom.refresh(() => Promise.resolve(answers[asked++]!));
      seen.push(seldom.value());
    }
    assert.deepEqual(seen, [null, 1, 1, 1, 1, 1, 1, 2, 2, 2]);
    assert.equal(asked, 3);
  });
});
