import assert from 'node:assert/strict';
import suite from '../../../conformance/relays.ts';
import { crc16 } from '../../../src/links/bus/crc16.ts';
import {
  exceptionText,
  mbapRequest,
  parseMbapAnswer,
  parseRtuAnswer,
  rtuAnswerLength,
  rtuRequest,
} from '../../../src/links/bus/modbus-codec.ts';
import { checkRequest, type ModbusRequest } from '../../../src/links/bus/modbus-request.ts';
import { agreesWithPublished } from '../../support/published-frames.ts';
import { bytes, hex } from './support/fakes.ts';

const unit = 1;
const coil = (address: number, value: number): ModbusRequest => ({ fn: 5, unit, address, value });
const readCoils = (count: number, address = 0): ModbusRequest => ({ fn: 1, unit, address, count });
const bits = (text: string): boolean[] => Array.from(text, (bit) => bit === '1');

/** Bytes as the makers' manuals print them. */
const PUBLISHED: [string, ModbusRequest, string][] = [
  ['Waveshare relay 1 on', coil(0, 0xff00), '01 05 00 00 FF 00 8C 3A'],
  ['Waveshare relay 1 off', coil(0, 0), '01 05 00 00 00 00 CD CA'],
  ['Waveshare relay 1 toggle', coil(0, 0x5500), '01 05 00 00 55 00 F2 9A'],
  ['Waveshare all on', coil(0xff, 0xff00), '01 05 00 FF FF 00 BC 0A'],
  ['Waveshare flash on 700 ms', coil(0x200, 7), '01 05 02 00 00 07 8D B0'],
  ['Waveshare read 8', readCoils(8), '01 01 00 00 00 08 3D CC'],
  ['Waveshare write 8 all on', { fn: 15, unit, address: 0, values: bits('11111111') }, '01 0F 00 00 00 08 01 FF BE D5'],
  ['Waveshare version', { fn: 3, unit, address: 0x8000, count: 1 }, '01 03 80 00 00 01 AD CA'],
  ['Waveshare baud, broadcast', { fn: 6, unit: 0, address: 0x2000, value: 5 }, '00 06 20 00 00 05 43 D8'],
];

describe('modbus codec: requests', () => {
  for (const [name, request, frame] of PUBLISHED) {
    it(`builds the published bytes of "${name}"`, () => assert.equal(hex(rtuRequest(request)), hex(bytes(frame))));
  }

  it('knows the check value of CRC-16/MODBUS', () => {
    assert.equal(crc16(Buffer.from('123456789')), 0x4b37);
    assert.equal(crc16(new Uint8Array(0)), 0xffff);
  });

  it('builds the other functions as the protocol description prints them', () => {
    // MAP 6.12: registers 2 and 3 get 000A and 0102; MAP 6.11: ten coils from 20.
    const registers = mbapRequest({ fn: 16, unit: 0xff, address: 1, values: [0x0a, 0x102] }, 0x1234);
    assert.equal(hex(registers), hex(bytes('1234 0000 000B FF 10 0001 0002 04 000A 0102')));
    const coils = mbapRequest({ fn: 15, unit: 2, address: 0x13, values: bits('1011001110') }, 1);
    assert.equal(hex(coils), hex(bytes('0001 0000 0009 02 0F 0013 000A 02 CD 01')));
    assert.equal(hex(mbapRequest({ fn: 2, unit: 2, address: 0xc4, count: 22 }, 2)), '000200000006020200c40016');
    assert.equal(hex(mbapRequest({ fn: 4, unit: 2, address: 8, count: 1 }, 0xffff)), 'ffff00000006020400080001');
  });

  it('refuses requests that do not exist', () => {
    const illegal: ModbusRequest[] = [
      { fn: 1, unit: 256, address: 0, count: 1 },
      { fn: 1, unit: -1, address: 0, count: 1 },
      { fn: 1, unit: 1.5, address: 0, count: 1 },
      { fn: 1, unit, address: 0x10000, count: 1 },
      { fn: 1, unit, address: 0, count: 0 },
      { fn: 2, unit, address: 0, count: 2001 },
      { fn: 3, unit, address: 0, count: 126 },
      { fn: 4, unit, address: 0xffff, count: 2 },
      { fn: 5, unit, address: 0, value: 0x10000 },
      { fn: 6, unit, address: 0, value: -1 },
      { fn: 6, unit, address: 0, value: Number.NaN },
      { fn: 15, unit, address: 0, values: [] },
      { fn: 15, unit, address: 0, values: Array.from({ length: 1969 }, () => true) },
      { fn: 16, unit, address: 0, values: [1, 70_000] },
      { fn: 16, unit, address: 0, values: Array.from({ length: 124 }, () => 0) },
    ];
    for (const request of illegal) assert.equal(typeof checkRequest(request), 'string', JSON.stringify(request));
    for (const [, request] of PUBLISHED) assert.equal(checkRequest(request), null);
    assert.equal(checkRequest({ fn: 4, unit, address: 0xffff, count: 1 }), null);
  });
});

describe('modbus codec: RTU answers', () => {
  it('reads coils, lowest bit first', () => {
    const parsed = parseRtuAnswer(readCoils(8), bytes('01 01 01 05 91 8B'));
    assert.deepEqual(parsed, { kind: 'answer', data: { bits: bits('10100000'), words: [] }, used: 6 });
  });

  it('gives as many coils as were asked for, not as many as fill the bytes', () => {
    const parsed = parseRtuAnswer(readCoils(3), bytes('01 01 01 05 91 8B'));
    assert.deepEqual(parsed.kind === 'answer' && parsed.data.bits, bits('101'));
  });

  it('reads registers, high byte first', () => {
    const request: ModbusRequest = { fn: 3, unit: 0x11, address: 0x6b, count: 3 };
    const parsed = parseRtuAnswer(request, bytes('11 03 06 AE 41 56 52 43 40 49 AD'));
    assert.deepEqual(parsed.kind === 'answer' && parsed.data.words, [0xae41, 0x5652, 0x4340]);
  });

  it('takes a write for done only when coil and value come back', () => {
    const echo = rtuRequest(coil(0x200, 7));
    assert.equal(parseRtuAnswer(coil(0x200, 7), echo).kind, 'answer');
    assert.deepEqual(parseRtuAnswer(coil(0x201, 7), echo), { kind: 'refused', why: 'address' });
    assert.deepEqual(parseRtuAnswer(coil(0x200, 8), echo), { kind: 'refused', why: 'value' });
    assert.deepEqual(parseRtuAnswer({ fn: 5, unit: 2, address: 0x200, value: 7 }, echo), {
      kind: 'refused',
      why: 'unit',
    });
    assert.deepEqual(parseRtuAnswer({ fn: 6, unit, address: 0x200, value: 7 }, echo), {
      kind: 'refused',
      why: 'function',
    });
  });

  it('takes a write of several for done only when address and count come back', () => {
    const ack = bytes('01 0F 00 00 00 08 54 0D');
    const write = (address: number, count: number): ModbusRequest => ({
      fn: 15,
      unit,
      address,
      values: Array.from({ length: count }, () => true),
    });
    assert.equal(parseRtuAnswer(write(0, 8), ack).kind, 'answer');
    assert.deepEqual(parseRtuAnswer(write(8, 8), ack), { kind: 'refused', why: 'address' });
    assert.deepEqual(parseRtuAnswer(write(0, 7), ack), { kind: 'refused', why: 'value' });
  });

  it('refuses an answer of another length and one with a wrong checksum', () => {
    assert.deepEqual(parseRtuAnswer(readCoils(9), bytes('01 01 01 05 91 8B')), { kind: 'refused', why: 'length' });
    assert.deepEqual(parseRtuAnswer(readCoils(8), bytes('01 01 01 04 91 8B')), { kind: 'refused', why: 'checksum' });
  });

  it('reads an exception', () => {
    assert.deepEqual(parseRtuAnswer(coil(0, 0), bytes('01 85 03 02 91')), { kind: 'exception', code: 3, used: 5 });
    assert.equal(exceptionText(3), 'illegal value');
    assert.equal(exceptionText(99), 'unknown reason');
  });

  it('says so while bytes are missing', () => {
    const answer = bytes('01 01 01 05 91 8B');
    for (let n = 0; n < answer.length; n += 1) {
      assert.equal(parseRtuAnswer(readCoils(8), answer.subarray(0, n)).kind, 'incomplete');
    }
  });

  it('knows how long an answer is', () => {
    assert.equal(rtuAnswerLength(readCoils(9)), 7);
    assert.equal(rtuAnswerLength({ fn: 4, unit, address: 0, count: 40 }), 85);
    assert.equal(rtuAnswerLength(coil(0, 0)), 8);
  });
});

describe('modbus codec: Modbus TCP answers', () => {
  it('reads an answer with its own number only', () => {
    const answer = bytes('0003 0000 0004 01 01 01 05');
    assert.deepEqual(parseMbapAnswer(readCoils(8), 3, answer), {
      kind: 'answer',
      data: { bits: bits('10100000'), words: [] },
      used: 10,
    });
    assert.deepEqual(parseMbapAnswer(readCoils(8), 4, answer), { kind: 'refused', why: 'transaction' });
  });

  it('refuses what does not fit', () => {
    const cases: [string, string][] = [
      ['0003 0001 0004 01 01 01 05', 'protocol'],
      ['0003 0000 0001 01', 'protocol'],
      ['0003 0000 00FF 01 01', 'protocol'],
      ['0003 0000 0004 02 01 01 05', 'unit'],
      ['0003 0000 0004 01 02 01 05', 'function'],
      ['0003 0000 0005 01 01 02 05 00', 'length'],
      ['0003 0000 0005 01 01 01 05 00', 'length'],
      ['0003 0000 0003 01 01 01 05', 'length'],
      ['0003 0000 0002 01 01 01 05', 'length'],
    ];
    for (const [frame, why] of cases) {
      assert.deepEqual(parseMbapAnswer(readCoils(8), 3, bytes(frame)), { kind: 'refused', why }, frame);
    }
    const on = bytes('0001 0000 0006 01 05 0000 FF00');
    assert.deepEqual(parseMbapAnswer(coil(1, 0xff00), 1, on), { kind: 'refused', why: 'address' });
    assert.deepEqual(parseMbapAnswer(coil(0, 0), 1, on), { kind: 'refused', why: 'value' });
  });

  it('reads an exception', () => {
    const parsed = parseMbapAnswer(coil(0, 0), 9, bytes('0009 0000 0003 01 85 0B'));
    assert.deepEqual(parsed, { kind: 'exception', code: 11, used: 9 });
  });
});

describe('modbus codec: recorded vectors', () => {
  it('agrees with every Modbus entry of relays.json', function () {
    agreesWithPublished(this, suite, 72);
  });
});
