/** The envelope of Pylontech, Seplos V2 and PACE: right frames open, all others are refused for the right reason. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type Envelope, envelopesIn, openEnvelope, sealEnvelope } from '../../../src/links/ascii-hex/envelope.ts';
import { fieldsOf, printable } from '../../../src/links/ascii-hex/fields.ts';
import { ascii, buildFrame, checksumOf } from './build-frame.ts';

const ANSWER = buildFrame({ address: 2, info: [0x11, 0x02, 0xab, 0x00, 0xff] });
const envelopes = fc.record({
  version: fc.nat(255),
  address: fc.nat(255),
  kind: fc.nat(255),
  code: fc.nat(255),
  info: fc.uint8Array({ maxLength: 60 }),
});

const refusal = (frame: Uint8Array): string => {
  const opened = openEnvelope(frame);
  return opened.ok ? 'none' : opened.refusal;
};
/** `text` with a right checksum. */
const summed = (text: string): Uint8Array => ascii(`~${text}${checksumOf(text)}\r`);

describe('the envelope of hex digits', () => {
  it('seals the published questions to the letter', () => {
    const seal = (envelope: Envelope): string => Buffer.from(sealEnvelope(envelope)).toString('latin1');
    const pylontech = { version: 0x20, address: 2, kind: 0x46, code: 0x42, info: Uint8Array.of(2) };
    assert.equal(seal(pylontech), '~20024642E00202FD33\r');
    assert.equal(seal({ ...pylontech, address: 12, info: Uint8Array.of(1) }), '~200C4642E00201FD23\r');
    assert.equal(seal({ ...pylontech, address: 0, info: Uint8Array.of(1) }), '~20004642E00201FD36\r');
    assert.equal(seal({ ...pylontech, code: 0x4f, info: new Uint8Array() }), '~2002464F0000FD98\r');
    assert.equal(
      seal({ version: 0x25, address: 1, kind: 0x46, code: 0x44, info: Uint8Array.of(1) }),
      '~25014644E00201FD2E\r',
    );
    assert.equal(
      seal({ version: 0x20, address: 1, kind: 0x4a, code: 0x42, info: new Uint8Array() }),
      '~20014A420000FDA2\r',
    );
  });

  it('opens what it seals, whatever the bytes', () => {
    fc.assert(
      fc.property(envelopes, (envelope) => {
        assert.deepEqual(openEnvelope(sealEnvelope(envelope)), { ok: true, envelope: { ...envelope } });
        const parts = { ...envelope, cid1: envelope.kind, info: [...envelope.info] };
        assert.deepEqual(sealEnvelope(envelope), buildFrame(parts));
      }),
    );
  });

  it('says what is wrong with a frame', () => {
    assert.equal(refusal(ANSWER), 'none');
    assert.equal(refusal(new Uint8Array()), 'start');
    assert.equal(refusal(ANSWER.slice(1)), 'start');
    assert.equal(refusal(ANSWER.slice(0, -1)), 'end');
    assert.equal(refusal(ascii('~2002\r')), 'length');
    assert.equal(refusal(ascii('~20004642E00201FD35\r')), 'checksum', 'one too low, as printed in a document');
    assert.equal(refusal(ascii('~1203400456ABCEFEFC72\r')), 'checksum');
    assert.equal(refusal(summed('20024600E00G02')), 'digits');
    assert.equal(refusal(summed('20024600E00202 ')), 'digits');
    assert.equal(refusal(summed('20024600D00202')), 'length', 'check digit');
    assert.equal(refusal(summed('20024600E0020202')), 'length', 'more than it tells');
    assert.equal(refusal(summed('20024600D003020')), 'length', 'half a byte');
    const wrong = openEnvelope(ascii('~20004642E00201FD35\r'));
    assert.deepEqual(wrong, { ok: false, refusal: 'checksum', text: 'its checksum is FD35, FD36 would be right' });
  });

  it('lower case digits are digits, and count as they were sent', () => {
    const frame = summed('20024600e00202');
    assert.deepEqual(openEnvelope(frame), {
      ok: true,
      envelope: { version: 0x20, address: 2, kind: 0x46, code: 0, info: Uint8Array.of(2) },
    });
  });

  it('every flipped bit is seen', () => {
    for (let at = 0; at < ANSWER.length; at += 1) {
      for (let bit = 0; bit < 8; bit += 1) {
        const damaged = ANSWER.slice();
        damaged[at] = damaged[at]! ^ (1 << bit);
        const opened = openEnvelope(damaged);
        // A digit of the checksum in the other case is the same number.
        if (opened.ok) assert.deepEqual(opened, openEnvelope(ANSWER), `byte ${at} bit ${bit}`);
        else assert.ok(opened.text.length > 0);
      }
    }
  });

  it('finds frames in noise, one after the other, cut ones not', () => {
    const other = buildFrame({ address: 3 });
    const addresses = (...pieces: readonly Uint8Array[]): number[] =>
      envelopesIn(Buffer.concat(pieces)).map(({ address }) => address);
    assert.deepEqual(addresses(ANSWER), [2]);
    assert.deepEqual(addresses(ascii('~\r\n~2\u0000'), ANSWER, ascii('\n\r~'), other, ANSWER.slice(0, 9)), [2, 3]);
    for (let length = 0; length < ANSWER.length; length += 1) {
      assert.deepEqual(addresses(ANSWER.slice(0, length)), []);
      assert.deepEqual(addresses(ANSWER.slice(0, length), other), [3], `cut after ${length}`);
      assert.deepEqual(addresses(ANSWER.slice(length + 1), other), [3], `begun at ${length + 1}`);
    }
  });

  it('is total', () => {
    const piece = fc.oneof(fc.uint8Array({ maxLength: 30 }), fc.constantFrom(ANSWER, ascii('~'), ascii('\r')));
    let found = 0;
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 6 }), (pieces) => {
        const bytes = Uint8Array.from(Buffer.concat(pieces));
        found += envelopesIn(bytes).length;
        const opened = openEnvelope(bytes);
        assert.equal(typeof opened.ok, 'boolean');
      }),
      { numRuns: 1000 },
    );
    assert.ok(found > 100, `${found} frames found`);
  });
});

describe('fields of an envelope', () => {
  it('read high byte first, signed where it is said', () => {
    const fields = fieldsOf(Uint8Array.of(1, 0x12, 0x34, 0xff, 0xfe, 1, 0, 0, 0x80, 0, 0, 1, 7, 8));
    assert.deepEqual(
      [fields.u8(), fields.u16(), fields.s16(), fields.u24(), fields.u32(), [...fields.bytes(2)], fields.left()],
      [1, 0x1234, -2, 0x010000, 0x80000001, [7, 8], 0],
    );
    assert.equal(fields.isWhole(), true);
  });

  it('beyond the end they are 0 and no longer whole', () => {
    const fields = fieldsOf(Uint8Array.of(0xff));
    assert.equal(fields.u16(), 0xff00);
    assert.equal(fields.isWhole(), false);
    assert.deepEqual(fields.words(2), [0, 0]);
    assert.equal(fields.bytes(9).length, 0);
    assert.equal(fields.left(), 0);
  });

  it('texts come without what cannot be printed', () => {
    assert.equal(printable(ascii('  P16S\u0000\u0005 100A  ')), 'P16S 100A');
    assert.equal(printable(new Uint8Array(4)), '');
  });
});
