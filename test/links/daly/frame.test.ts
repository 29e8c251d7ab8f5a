/** Frames of Daly's A5 protocol: the published bytes to the letter, and nothing found where there is nothing. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { DALY_MOSFETS, dalyRead, dalySwitch, findDalyAnswer, readDalyMosfets } from '../../../src/links/daly/frame.ts';
import { publishedFrames } from '../../support/published-frames.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const bytes = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'));

const BOTH_ON = bytes('A5 01 93 08 01 01 01 CA 00 03 DD 38 26');

describe('frames of a Daly BMS', () => {
  it('the published requests', () => {
    assert.equal(hex(dalyRead(DALY_MOSFETS)), 'a5409308000000000000000080');
    assert.equal(hex(dalyRead(0x90)), 'a540900800000000000000007d');
    assert.equal(hex(dalySwitch('charge', false)), 'a540da080000000000000000c7');
    assert.equal(hex(dalySwitch('charge', true)), 'a540da080100000000000000c8');
    assert.equal(hex(dalySwitch('discharge', false)), 'a540d9080000000000000000c6');
    assert.equal(hex(dalySwitch('discharge', true)), 'a540d9080100000000000000c7');
  });

  it('an answer is found among others and behind the echo of the question, the newest first', () => {
    const data = BOTH_ON.slice(4, 12);
    assert.deepEqual(findDalyAnswer(BOTH_ON, DALY_MOSFETS), data);
    const off = bytes('A5 01 93 08 01 00 01 CA 00 03 DD 38 25');
    const heard = Buffer.concat([dalyRead(DALY_MOSFETS), BOTH_ON, off, bytes('A5 01')]);
    assert.deepEqual(findDalyAnswer(heard, DALY_MOSFETS), off.slice(4, 12));
    assert.deepEqual(readDalyMosfets(off.slice(4, 12)), { charge: false, discharge: true });
  });

  it('the echo of a question, a broken, a cut and another answer are none', () => {
    assert.equal(findDalyAnswer(dalyRead(DALY_MOSFETS), DALY_MOSFETS), null);
    assert.equal(findDalyAnswer(BOTH_ON, 0x90), null);
    for (let length = 0; length < 13; length++) {
      assert.equal(findDalyAnswer(BOTH_ON.slice(0, length), DALY_MOSFETS), null);
    }
    for (let at = 0; at < 13; at++) {
      const broken = BOTH_ON.slice();
      broken[at] = broken[at]! ^ 0x10;
      assert.equal(findDalyAnswer(broken, DALY_MOSFETS), null, `byte ${at}`);
    }
  });

  it('a MOSFET is on or off; anything else is no state', () => {
    assert.deepEqual(readDalyMosfets(bytes('02 00 01')), { charge: false, discharge: true });
    for (const data of ['', '00', '00 01', '00 02 00', '00 00 FF']) assert.equal(readDalyMosfets(bytes(data)), null);
  });

  it('reading is total', () => {
    const piece = fc.oneof(fc.uint8Array({ maxLength: 14 }), fc.constantFrom(BOTH_ON, bytes('A5 01 93 08')));
    let found = 0;
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 5 }), (pieces) => {
        const answer = findDalyAnswer(Buffer.concat(pieces), DALY_MOSFETS);
        if (answer === null) return;
        found += 1;
        assert.equal(answer.length, 8);
        readDalyMosfets(answer);
      }),
      { numRuns: 1000 },
    );
    assert.ok(found > 50, `${found} answers found`);
  });

  it('all published frames', function () {
    const vectors = publishedFrames(this, 'daly_uart');
    let mosfets = 0;
    for (const { name, hex: text, expected } of vectors) {
      const command = expected['cmd'];
      if (typeof command !== 'number') continue;
      const data = findDalyAnswer(bytes(text), command);
      assert.ok(data !== null, name);
      if (command !== DALY_MOSFETS) continue;
      mosfets += 1;
      const wanted = { charge: expected['chargeMos'], discharge: expected['dischargeMos'] };
      assert.deepEqual(readDalyMosfets(data), wanted, name);
    }
    assert.ok(mosfets >= 2, `${mosfets} states compared`);
  });
});
