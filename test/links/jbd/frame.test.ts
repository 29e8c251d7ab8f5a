/** Frames of the JBD protocol: the published bytes to the letter, and nothing found where there is nothing. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { findJbdAnswer, JBD_BASICS, jbdRead, jbdSwitches, readJbdMosfets } from '../../../src/links/jbd/frame.ts';
import { publishedFrames } from '../../support/published-frames.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const bytes = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'));

/** A pack of four cells, both MOSFETs conducting. */
const BASICS = bytes('DD 03 00 1D 0618 FEE1 01F2 01F4 002A 2C7C 0000 0000 0000 80 64 03 04 03 0B8B 0B8A 0B84 F884 77');
const ACK = bytes('DD E1 00 00 00 00 77');

describe('frames of a JBD BMS', () => {
  it('the published requests', () => {
    assert.equal(hex(jbdRead(JBD_BASICS)), 'dda50300fffd77');
    assert.equal(hex(jbdRead(0xaa)), 'dda5aa00ff5677');
    assert.equal(hex(jbdSwitches({ charge: true, discharge: true })), 'dd5ae1020000ff1d77');
    assert.equal(hex(jbdSwitches({ charge: false, discharge: true })), 'dd5ae1020001ff1c77');
    assert.equal(hex(jbdSwitches({ charge: true, discharge: false })), 'dd5ae1020002ff1b77');
    assert.equal(hex(jbdSwitches({ charge: false, discharge: false })), 'dd5ae1020003ff1a77');
  });

  it('an answer is found among others, the newest first', () => {
    const data = BASICS.slice(4, -3);
    assert.deepEqual(findJbdAnswer(BASICS, 3), data);
    assert.deepEqual(findJbdAnswer(Buffer.concat([ACK, BASICS, bytes('DD 03')]), 3), data);
    assert.deepEqual(findJbdAnswer(ACK, 0xe1), new Uint8Array());
    const later = bytes('DD 03 00 01 07 FFF8 77');
    assert.deepEqual(findJbdAnswer(Buffer.concat([BASICS, later]), 3), bytes('07'));
  });

  it('a broken, a cut, a refused and another answer are none', () => {
    assert.equal(findJbdAnswer(bytes('DD 03 80 00 FF80 77'), 3), null, 'refused');
    assert.equal(findJbdAnswer(BASICS, 4), null);
    for (let length = 0; length < BASICS.length; length++)
      assert.equal(findJbdAnswer(BASICS.slice(0, length), 3), null);
    for (let at = 0; at < BASICS.length; at++) {
      const broken = BASICS.slice();
      broken[at] = broken[at]! ^ 0x20;
      assert.equal(findJbdAnswer(broken, 3), null, `byte ${at}`);
    }
  });

  it('the MOSFETs and the protections', () => {
    const data = BASICS.slice(4, -3);
    assert.deepEqual(readJbdMosfets(data), { charge: true, discharge: true, protection: 0 });
    data.set([0x10, 0x02], 16);
    data[20] = 1;
    assert.deepEqual(readJbdMosfets(data), { charge: true, discharge: false, protection: 0x1002 });
    assert.equal(readJbdMosfets(data.slice(0, 20)), null);
  });

  it('reading is total', () => {
    const piece = fc.oneof(fc.uint8Array({ maxLength: 12 }), fc.constantFrom(BASICS, ACK, bytes('DD 03 00 FF')));
    let found = 0;
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 5 }), fc.nat(255), (pieces, register) => {
        const answer = findJbdAnswer(Buffer.concat(pieces), register % 2 === 0 ? 3 : register);
        if (answer === null) return;
        found += 1;
        readJbdMosfets(answer);
        assert.ok(answer.length <= 255);
      }),
      { numRuns: 1000 },
    );
    assert.ok(found > 50, `${found} answers found`);
  });

  it('all published frames', function () {
    const vectors = publishedFrames(this, 'jbd');
    let mosfets = 0;
    for (const { name, hex: text, expected } of vectors) {
      if ('request' in expected) continue;
      const frame = bytes(text);
      const data = findJbdAnswer(frame, frame[1]!);
      assert.equal(data === null, 'error' in expected, name);
      if (data === null || frame[1] !== JBD_BASICS) continue;
      const found = readJbdMosfets(data);
      for (const [key, wanted] of [
        [found?.charge, expected['chargeFet']],
        [found?.discharge, expected['dischargeFet']],
        [found?.protection, expected['protection']],
      ]) {
        if (wanted === undefined) continue;
        mosfets += 1;
        assert.equal(key, wanted, name);
      }
    }
    assert.ok(mosfets >= 10, `${mosfets} values compared`);
  });
});
