/** Frames of JK's older protocol: the published bytes to the letter, and nothing found where there is nothing. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { findJkAnswer, jkPassword, jkReadAll, jkSwitch } from '../../../src/links/jk/frame.ts';
import { readJkMosfets, readJkTags } from '../../../src/links/jk/tags.ts';
import { publishedFrames } from '../../support/published-frames.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const bytes = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'));

/** An answer of these data, put together after the published layout. */
function answer(data: string, { command = 6, type = 1 } = {}): Uint8Array {
  const body = bytes(data);
  const length = 18 + body.length;
  const head = [0x4e, 0x57, length >> 8, length & 0xff, 0, 0, 0, 0, command, 0, type];
  const frame = [...head, ...body, 0, 0, 0, 0, 0x68];
  const sum = frame.reduce((total, byte) => total + byte, 0);
  return Uint8Array.of(...frame, 0, 0, sum >> 8, sum & 0xff);
}

/** Two cells, half full, charge MOSFET open, both switches on. */
const DATA = '79 06 01 0CF8 02 0CF9 80 0021 85 32 8B 0000 8C 0002 AB 01 AC 01 C0 01';

describe('frames of a JK BMS on its GPS port', () => {
  it('the published requests', () => {
    assert.equal(hex(jkReadAll()), '4e5700130000000006030000000000006800000129');
    assert.equal(hex(jkPassword()), '4e570014000000000502000000000000006800000128');
    assert.equal(hex(jkSwitch('charge', false)), '4e57001400000000020200ab000000000068000001d0');
    assert.equal(hex(jkSwitch('charge', true)), '4e57001400000000020200ab010000000068000001d1');
    assert.equal(hex(jkSwitch('discharge', false)), '4e57001400000000020200ac000000000068000001d1');
    assert.equal(hex(jkSwitch('discharge', true)), '4e57001400000000020200ac010000000068000001d2');
  });

  it('an answer is found among others and behind the echo of the question, the newest first', () => {
    assert.deepEqual(findJkAnswer(answer(DATA)), bytes(DATA));
    assert.deepEqual(findJkAnswer(answer(DATA, { command: 3 })), bytes(DATA));
    const heard = [
      jkReadAll(),
      answer('AB', { command: 2 }),
      answer(DATA),
      answer('AC', { command: 2 }),
      bytes('4E 57'),
    ];
    assert.deepEqual(findJkAnswer(Buffer.concat(heard)), bytes(DATA));
    assert.deepEqual(findJkAnswer(Buffer.concat([answer(DATA), answer('85 33')])), bytes('85 33'));
  });

  it('the echo of a question, a broken and a cut answer are none', () => {
    assert.equal(findJkAnswer(jkReadAll()), null);
    assert.equal(findJkAnswer(answer(DATA, { type: 0 })), null);
    const whole = answer(DATA);
    for (let length = 0; length < whole.length; length++) assert.equal(findJkAnswer(whole.slice(0, length)), null);
    for (let at = 0; at < whole.length; at++) {
      // The two zeros are in no sum.
      if (at === whole.length - 4 || at === whole.length - 3) continue;
      const broken = whole.slice();
      broken[at] = broken[at]! ^ 0x40;
      assert.equal(findJkAnswer(broken), null, `byte ${at}`);
    }
  });

  it('MOSFETs and switches apart', () => {
    assert.deepEqual(readJkMosfets(readJkTags(bytes(DATA))), {
      conducts: { charge: false, discharge: true },
      allows: { charge: true, discharge: true },
    });
    for (const data of ['8C 0003', 'AB 01 AC 01', '8C 0003 AB 02 AC 01', '8C 0003 AB 01', '8C 0003 FF AB 01 AC 01']) {
      assert.equal(readJkMosfets(readJkTags(bytes(data))), null, data);
    }
  });

  it('what is behind a tag that nobody knows, or told twice, or cut, does not count', () => {
    assert.deepEqual([...readJkTags(bytes('85 32 C1 01 AB 01')).keys()], [0x85]);
    assert.deepEqual([...readJkTags(bytes('AB 01 AB 00 AC 01'))], [[0xab, bytes('01')]]);
    assert.deepEqual([...readJkTags(bytes('AB 01 8C 00')).keys()], [0xab]);
    assert.deepEqual([...readJkTags(bytes('79 06 01 0CF8')).keys()], []);
  });

  it('reading is total', () => {
    const piece = fc.oneof(
      fc.uint8Array({ maxLength: 12 }),
      fc.uint8Array({ maxLength: 12 }).map((data) => answer(hex(data))),
      fc.constantFrom(answer(DATA), bytes('4E 57 00 13')),
    );
    let found = 0;
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 5 }), (pieces) => {
        const data = findJkAnswer(Buffer.concat(pieces));
        if (data === null) return;
        found += 1;
        const values = readJkTags(data);
        readJkMosfets(values);
        let total = 0;
        for (const value of values.values()) total += value.length + 1;
        assert.ok(total <= data.length);
      }),
      { numRuns: 1000 },
    );
    assert.ok(found > 50, `${found} answers found`);
  });

  it('all published frames', function () {
    const vectors = publishedFrames(this, 'jk_uart_4e57');
    let answers = 0;
    for (const { name, hex: text, expected } of vectors) {
      if (!text.startsWith('4e57') || 'request' in expected) continue;
      const data = findJkAnswer(bytes(text));
      assert.ok(data !== null, name);
      answers += 1;
      const values = readJkTags(data);
      assert.equal(values.get(0x85)?.[0], expected['soc_pct'], name);
      assert.deepEqual([...values.keys()].at(-1), 0xc0, `${name}: every tag is known`);
      const { allows, conducts } = readJkMosfets(values) ?? {};
      assert.deepEqual(
        [allows, conducts],
        [
          { charge: true, discharge: true },
          { charge: true, discharge: true },
        ],
        name,
      );
    }
    assert.equal(answers, 2);
  });
});
