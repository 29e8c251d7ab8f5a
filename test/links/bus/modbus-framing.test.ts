import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parseMbapAnswer, parseRtuAnswer, rtuFrameLength, rtuRequest } from '../../../src/links/bus/modbus-codec.ts';
import {
  createMbapFraming,
  createRtuFraming,
  type Framing,
  type Outcome,
} from '../../../src/links/bus/modbus-framing.ts';
import { checkRequest, type ModbusRequest } from '../../../src/links/bus/modbus-request.ts';
import { answerPdu, mbapAnswer, mbapFrame, rtuAnswer, rtuException } from './support/device.ts';
import { bytes } from './support/fakes.ts';

const word = fc.nat(0xffff);
const unit = fc.integer({ min: 1, max: 247 });
const anyRequest: fc.Arbitrary<ModbusRequest> = fc
  .oneof(
    fc.record({ fn: fc.constantFrom<1 | 2>(1, 2), unit, address: word, count: fc.integer({ min: 1, max: 2000 }) }),
    fc.record({ fn: fc.constantFrom<3 | 4>(3, 4), unit, address: word, count: fc.integer({ min: 1, max: 125 }) }),
    fc.record({ fn: fc.constantFrom<5 | 6>(5, 6), unit, address: word, value: word }),
    fc.record({
      fn: fc.constant<15>(15),
      unit,
      address: word,
      values: fc.array(fc.boolean(), { minLength: 1, maxLength: 40 }),
    }),
    fc.record({
      fn: fc.constant<16>(16),
      unit,
      address: word,
      values: fc.array(word, { minLength: 1, maxLength: 20 }),
    }),
  )
  .filter((request) => checkRequest(request) === null);
/** Few units, addresses and counts, so that two requests are often almost the same. */
const nearRequest: fc.Arbitrary<ModbusRequest> = fc.oneof(
  fc.record({
    fn: fc.constantFrom<1 | 2 | 3 | 4>(1, 2, 3, 4),
    unit: fc.integer({ min: 1, max: 2 }),
    address: fc.nat(2),
    count: fc.constantFrom(1, 8, 9),
  }),
  fc.record({
    fn: fc.constantFrom<5 | 6>(5, 6),
    unit: fc.integer({ min: 1, max: 2 }),
    address: fc.nat(2),
    value: fc.constantFrom(0, 0xff00, 7),
  }),
  fc.record({
    fn: fc.constant<15>(15),
    unit: fc.constant(1),
    address: fc.nat(2),
    values: fc.constantFrom([true], [true, false]),
  }),
);
const anyBytes = fc.uint8Array({ maxLength: 300 });
const seed = fc.nat(255);

/** Whether RTU itself cannot tell the two answers apart: a read's answer does not say which address it is about. */
function looksAlike(a: ModbusRequest, b: ModbusRequest): boolean {
  const shape = (request: ModbusRequest): string => {
    const pdu = answerPdu(request, 0);
    return `${request.unit} ${request.fn <= 4 ? pdu.slice(0, 2).join() : pdu.join()}`;
  };
  return shape(a) === shape(b);
}

function feed(framing: Framing, data: Uint8Array, cuts: readonly number[]): Outcome | null {
  let outcome: Outcome | null = null;
  let from = 0;
  for (const cut of [...cuts.map((at) => at % (data.length + 1)).sort((a, b) => a - b), data.length]) {
    outcome ??= framing.receive(data.subarray(from, cut));
    from = cut;
  }
  return outcome;
}

function joined(...parts: Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

describe('modbus answers: properties', () => {
  it('no bytes make the codec or the framing throw', () => {
    fc.assert(
      fc.property(anyRequest, word, fc.array(anyBytes, { maxLength: 6 }), (request, transaction, chunks) => {
        for (const chunk of chunks) {
          parseRtuAnswer(request, chunk);
          parseMbapAnswer(request, transaction, chunk);
          for (let at = 0; at <= chunk.length; at += 1) rtuFrameLength(chunk, at);
        }
        for (const framing of [createRtuFraming(), createMbapFraming()]) {
          framing.receive(chunks[0] ?? new Uint8Array(0));
          framing.begin(request);
          for (const chunk of chunks) framing.receive(chunk);
          framing.giveUp();
          framing.reset();
        }
      }),
    );
  });

  it("a device's answer is read back whole", () => {
    fc.assert(
      fc.property(anyRequest, word, seed, (request, transaction, value) => {
        const pdu = answerPdu(request, value);
        const rtu = parseRtuAnswer(request, rtuAnswer(request, value));
        const tcp = parseMbapAnswer(request, transaction, mbapAnswer(request, transaction, value));
        assert.ok(rtu.kind === 'answer' && tcp.kind === 'answer');
        assert.deepEqual(rtu.data, tcp.data);
        if (request.fn === 3 || request.fn === 4) {
          assert.deepEqual(
            rtu.data.words.flatMap((w) => [w >> 8, w & 255]),
            pdu.slice(2),
          );
        } else if (request.fn <= 2 && 'count' in request) {
          const all = pdu.slice(2).flatMap((byte) => Array.from({ length: 8 }, (_, i) => (byte >> i) % 2 === 1));
          assert.deepEqual(rtu.data.bits, all.slice(0, request.count));
        }
      }),
    );
  });

  it('the answer to one request is never taken for the answer to another', () => {
    let pairs = 0;
    fc.assert(
      fc.property(nearRequest, nearRequest, word, word, seed, (asked, other, mine, theirs, value) => {
        if (mine !== theirs) {
          assert.notEqual(parseMbapAnswer(asked, mine, mbapAnswer(other, theirs, value)).kind, 'answer');
        }
        if (looksAlike(asked, other)) return;
        pairs += 1;
        assert.notEqual(parseRtuAnswer(asked, rtuAnswer(other, value)).kind, 'answer');
        assert.notEqual(parseMbapAnswer(asked, mine, mbapAnswer(other, mine, value)).kind, 'answer');
      }),
      { numRuns: 2000 },
    );
    assert.ok(pairs > 500, `only ${pairs} pairs could be told apart`);
  });

  it('a cut answer is incomplete from the front and never an answer from the back', () => {
    fc.assert(
      fc.property(anyRequest, seed, fc.nat(), (request, value, at) => {
        const whole = rtuAnswer(request, value);
        const cut = at % whole.length;
        assert.equal(parseRtuAnswer(request, whole.subarray(0, cut)).kind, 'incomplete');
        if (cut > 0) assert.notEqual(parseRtuAnswer(request, whole.subarray(cut)).kind, 'answer');
        const framed = mbapAnswer(request, 7, value);
        assert.equal(parseMbapAnswer(request, 7, framed.subarray(0, cut)).kind, 'incomplete');
      }),
    );
  });

  it('up to three flipped bits never make an RTU answer', () => {
    fc.assert(
      fc.property(
        anyRequest,
        seed,
        fc.uniqueArray(fc.nat(256 * 8), { minLength: 1, maxLength: 3 }),
        (request, value, flips) => {
          const frame = rtuAnswer(request, value);
          const places = new Set(flips.map((flip) => flip % (frame.length * 8)));
          for (const place of places) frame[place >> 3] = (frame[place >> 3] ?? 0) ^ (1 << (place & 7));
          assert.notEqual(parseRtuAnswer(request, frame).kind, 'answer');
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('an RTU answer is found behind noise and late answers, however the bytes are cut', () => {
    const noise = fc.uint8Array({ maxLength: 12 });
    fc.assert(
      fc.property(
        nearRequest,
        nearRequest,
        noise,
        seed,
        fc.array(fc.nat(), { maxLength: 6 }),
        (asked, late, rubbish, value, cuts) => {
          fc.pre(!looksAlike(asked, late));
          const framing = createRtuFraming();
          framing.begin(asked);
          const outcome = feed(framing, joined(rubbish, rtuAnswer(late, value), rtuAnswer(asked, value + 1)), cuts);
          const expected = parseRtuAnswer(asked, rtuAnswer(asked, value + 1));
          assert.ok(expected.kind === 'answer');
          assert.deepEqual(outcome, { kind: 'answer', data: expected.data });
        },
      ),
    );
  });

  it('a Modbus TCP answer is found behind late answers to the very same request, however the bytes are cut', () => {
    fc.assert(
      fc.property(
        nearRequest,
        seed,
        fc.integer({ min: 1, max: 3 }),
        fc.array(fc.nat(), { maxLength: 6 }),
        (asked, value, late, cuts) => {
          const framing = createMbapFraming();
          for (let i = 0; i < late; i += 1) {
            framing.begin(asked);
            framing.giveUp();
          }
          framing.begin(asked);
          const old = Array.from({ length: late }, (_, i) => mbapAnswer(asked, i + 1, value + i));
          const outcome = feed(framing, joined(...old, mbapAnswer(asked, late + 1, value + 9)), cuts);
          const expected = parseRtuAnswer(asked, rtuAnswer(asked, value + 9));
          assert.ok(expected.kind === 'answer');
          assert.deepEqual(outcome, { kind: 'answer', data: expected.data });
        },
      ),
    );
  });
});

describe('modbus framing: RTU', () => {
  const read: ModbusRequest = { fn: 1, unit: 1, address: 0, count: 8 };
  const write: ModbusRequest = { fn: 5, unit: 1, address: 0, value: 0xff00 };

  it('says what was heard instead of an answer', () => {
    const framing = createRtuFraming();
    framing.begin(read);
    assert.deepEqual(framing.giveUp(), { heard: 'nothing' });
    framing.begin(read);
    assert.equal(framing.receive(bytes('00 00 FF')), null);
    assert.deepEqual(framing.giveUp(), { heard: 'noise', bytes: 3 });
    framing.begin(write);
    assert.equal(framing.receive(joined(bytes('00'), rtuAnswer({ ...write, address: 3 }))), null);
    assert.deepEqual(framing.giveUp(), { heard: 'other', why: 'address' });
  });

  it('reads an exception behind noise', () => {
    const framing = createRtuFraming();
    framing.begin(write);
    assert.deepEqual(framing.receive(joined(bytes('FF'), rtuException(write, 2))), { kind: 'exception', code: 2 });
  });

  it('hears nothing after the answer and before the next request', () => {
    const framing = createRtuFraming();
    framing.begin(read);
    assert.equal(framing.receive(joined(rtuAnswer(read, 1), rtuAnswer(read, 2)))?.kind, 'answer');
    assert.equal(framing.receive(rtuAnswer(read, 3)), null);
    framing.begin(read);
    assert.deepEqual(framing.giveUp(), { heard: 'nothing' });
  });

  it('on a line that echoes, does not take the echo of a write for its answer once a read has shown it', () => {
    const framing = createRtuFraming();
    framing.begin(read);
    assert.equal(framing.receive(joined(rtuRequest(read), rtuAnswer(read)))?.kind, 'answer');
    framing.begin(write);
    assert.equal(framing.receive(rtuRequest(write)), null);
    assert.deepEqual(framing.giveUp(), { heard: 'nothing' });
    framing.begin(write);
    assert.equal(framing.receive(rtuRequest(write)), null);
    assert.equal(framing.receive(rtuAnswer(write))?.kind, 'answer');
  });

  it('learns of the echo from an unanswered read too, and unlearns it from a read without one', () => {
    const framing = createRtuFraming();
    framing.begin(read);
    assert.equal(framing.receive(rtuRequest(read)), null);
    assert.deepEqual(framing.giveUp(), { heard: 'nothing' });
    framing.begin(write);
    assert.equal(framing.receive(rtuRequest(write)), null);
    framing.giveUp();
    framing.begin(read);
    assert.equal(framing.receive(rtuAnswer(read))?.kind, 'answer');
    framing.begin(write);
    assert.equal(framing.receive(rtuAnswer(write))?.kind, 'answer');
  });

  it('keeps little of a babbling line, and still finds the answer', () => {
    const framing = createRtuFraming();
    framing.begin(read);
    for (let i = 0; i < 200; i += 1) assert.equal(framing.receive(new Uint8Array(100).fill(0x55)), null);
    const unanswered = framing.giveUp();
    assert.ok(unanswered.heard === 'noise' && unanswered.bytes < 600);
    framing.begin(read);
    framing.receive(new Uint8Array(5000).fill(1));
    assert.equal(framing.receive(rtuAnswer(read))?.kind, 'answer');
  });
});

describe('modbus framing: Modbus TCP', () => {
  const read: ModbusRequest = { fn: 1, unit: 1, address: 0, count: 8 };

  it('numbers its requests and begins again after 65535', () => {
    const framing = createMbapFraming();
    const numbers = Array.from({ length: 65_537 }, () => {
      const frame = framing.begin(read);
      return ((frame[0] ?? 0) << 8) | (frame[1] ?? 0);
    });
    assert.deepEqual([numbers[0], numbers[65_534], numbers[65_535], numbers[65_536]], [1, 65_535, 0, 1]);
  });

  it('says when an answer with its number does not fit', () => {
    const framing = createMbapFraming();
    framing.begin(read);
    assert.deepEqual(framing.receive(mbapAnswer({ ...read, unit: 2 }, 1)), { kind: 'mismatch', why: 'unit' });
  });

  it('says when only a late answer came', () => {
    const framing = createMbapFraming();
    framing.begin(read);
    framing.giveUp();
    framing.begin(read);
    assert.equal(framing.receive(mbapAnswer(read, 1)), null);
    assert.deepEqual(framing.giveUp(), { heard: 'other', why: 'transaction' });
    framing.begin(read);
    assert.deepEqual(framing.giveUp(), { heard: 'nothing' });
  });

  it('takes a late answer in halves without losing its place', () => {
    const framing = createMbapFraming();
    framing.begin(read);
    framing.receive(mbapAnswer(read, 1).subarray(0, 5));
    framing.giveUp();
    framing.begin(read);
    assert.equal(framing.receive(joined(mbapAnswer(read, 1).subarray(5), mbapAnswer(read, 2)))?.kind, 'answer');
  });

  it('says when this is no Modbus TCP, with or without a question', () => {
    const framing = createMbapFraming();
    assert.deepEqual(framing.receive(Buffer.from('HTTP/1.1 400 Bad Request')), { kind: 'not-modbus' });
    framing.begin(read);
    assert.deepEqual(
      framing.receive(
        mbapFrame(
          1,
          1,
          Array.from({ length: 300 }, () => 0),
        ),
      ),
      { kind: 'not-modbus' },
    );
  });

  it('forgets half a frame of the connection before', () => {
    const framing = createMbapFraming();
    framing.begin(read);
    framing.receive(mbapAnswer(read, 1).subarray(0, 5));
    framing.reset();
    framing.begin(read);
    assert.equal(framing.receive(mbapAnswer(read, 2))?.kind, 'answer');
  });
});
