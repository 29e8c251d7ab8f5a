import assert from 'node:assert/strict';
import fc from 'fast-check';
import { MODBUS_MAP } from '../../../src/links/modbus-map/protocol.ts';
import { parseOptions } from '../../../src/links/options.ts';
import {
  bits as bitsAnswer,
  exception as exceptionAnswer,
  request as readRequest,
  words as registersAnswer,
} from '../support/rtu.ts';

function decode(map: string, bytes: Uint8Array, more: Record<string, unknown> = {}) {
  const parsed = parseOptions(MODBUS_MAP.info.options, { map, ...more }, 16);
  assert.ok(parsed.ok, JSON.stringify(parsed));
  return MODBUS_MAP.decode(bytes, parsed.options);
}

/** The one value of a map with one line. */
function value(line: string, ...words: number[]): unknown {
  const decoded = decode(line, registersAnswer(1, 3, words));
  assert.ok(decoded.ok);
  const values = Object.values(decoded.frame['values'] as Record<string, unknown>);
  assert.equal(values.length, 1);
  return values[0];
}

describe('values of a register map', () => {
  it('every type, with both orders of the words', () => {
    assert.equal(value('voltage = holding 1 u16', 0xfffe), 65_534);
    assert.equal(value('voltage = holding 1 s16', 0xfffe), -2);
    assert.equal(value('voltage = holding 1 u32', 0xfffe, 0x0001), 0xfffe_0001);
    assert.equal(value('voltage = holding 1 s32', 0xffff, 0xfff0), -16);
    assert.equal(value('voltage = holding 1 u32le', 0x0001, 0xfffe), 0xfffe_0001);
    assert.equal(value('voltage = holding 1 s32le', 0xfff0, 0xffff), -16);
    // IEEE 754: 53.25 is 0x42550000.
    assert.equal(value('voltage = holding 1 float', 0x4255, 0x0000), 53.25);
    assert.equal(value('voltage = holding 1 floatle', 0x0000, 0x4255), 53.25);
    assert.equal(value('voltage = holding 1 float', 0x7fc0, 0x0000), null, 'no number');
    assert.equal(value('voltage = holding 1 float', 0x7f80, 0x0000), null, 'endless');
  });

  it('scales in the order written, without the dust of binary fractions', () => {
    assert.equal(value('voltage = holding 1 u16 * 0.001', 3312), 3.312);
    assert.equal(value('bmsTemperature = holding 1 u16 * 0.1 - 273.15', 2982), 25.05);
    assert.equal(value('bmsTemperature = holding 1 u16 - 2731 / 10', 2982), 25.1);
    assert.equal(value('current = holding 1 u16 - 30000 * -0.1', 30_125), -12.5);
    assert.equal(value('voltage = holding 1 s32 * 1e-3 + 0.5', 0xffff, 0xff38), 0.3);
  });

  it('a raw number that means nothing is not known, as written or as its bits', () => {
    assert.equal(value('soc = holding 1 u16 missing 65535', 65_535), null);
    assert.equal(value('soc = holding 1 s16 * 0.1 missing 0xFFFF missing -32768', 0xffff), null);
    assert.equal(value('soc = holding 1 s16 * 0.1 missing 0xFFFF missing -32768', 0x8000), null);
    assert.equal(value('soc = holding 1 s16 * 0.1 missing 0xFFFF', 0xfffe), -0.2);
    assert.equal(value('soc = holding 1 u32le missing 0x8000FFFF', 0xffff, 0x8000), null);
  });

  it('flags: any bit, one bit, one number, and the contrary', () => {
    const flag = (how: string, ...words: number[]): unknown => value(`flag f = ${how}`, ...words);
    assert.deepEqual(
      [0, 1, 512].map((word) => flag('holding 1', word)),
      [false, true, true],
    );
    assert.deepEqual(
      [0, 8, 7, 15].map((word) => flag('holding 1 bit 3', word)),
      [false, true, false, true],
    );
    assert.deepEqual(
      [2, 3].map((word) => flag('holding 1 is 3', word)),
      [false, true],
    );
    assert.deepEqual(
      [0, 8].map((word) => flag('not holding 1 bit 3', word)),
      [true, false],
    );
    assert.deepEqual(
      [0, 8].map((word) => flag('holding 1 bit 3 inverted', word)),
      [true, false],
    );
    assert.equal(flag('holding 1 s16 is -2', 0xfffe), true);
  });

  it('a frame that fits one request of the map is an observation', () => {
    const map = [
      'current = holding 10 s16 * 0.1',
      'cell 1..2 = holding 11 u16 * 0.001',
      'cellTemperature 2 = holding 13 s16',
      'balancing 1..2 = holding 14 bit 0',
      'temperature 1..2 = holding 15 s16 missing 0x7FFF',
      'fault = holding 17 u16',
      'extra cycles = holding 18 u16',
      'cellCount = holding 19 u16',
    ].join('\n');
    const bytes = registersAnswer(1, 3, [-125, 3301, 3302, 21, 2, 18, 0x7fff, 0x1f, 77, 16]);
    const plain = decode(map, bytes);
    assert.ok(plain.ok);
    assert.deepEqual(plain.seen, {
      current: -12.5,
      cellCount: 16,
      cells: [
        { cell: 1, voltage: 3.301, balancing: false },
        { cell: 2, voltage: 3.302, temperature: 21, balancing: true },
      ],
      temperatures: [18, null],
      hardware: { fault: '0x1F' },
      extra: { cycles: 77 },
    });
    const turned = decode(map, bytes, { currentSign: '-1' });
    assert.equal(turned.ok && turned.seen?.current, 12.5);
    const healthy = decode('fault = holding 17 u16', registersAnswer(1, 3, [0]));
    assert.deepEqual(healthy.ok && healthy.seen?.hardware, { fault: '' });
  });

  it('bits fit too; what fits two requests, or none, is left as it is', () => {
    const bits = decode('flag chargeAllowed = coil 3\nflag loadAllowed = not coil 4', bitsAnswer(1, 1, [0b01]));
    assert.deepEqual(bits.ok && bits.seen?.hardware, { chargeAllowed: true, loadAllowed: true });
    const two = decode('voltage = holding 1 u16\nsoc = holding 5 u16', registersAnswer(1, 3, [9]));
    assert.ok(two.ok);
    assert.deepEqual([two.seen, two.frame['couldBegin']], [null, [1, 5]]);
    const none = decode('voltage = holding 1 u16', registersAnswer(2, 3, [9]));
    assert.deepEqual(none.ok && none.frame, { unit: 2, function: 3, registers: [9] });
    const request = decode('voltage = holding 1 u16', readRequest(1, 3, 1, 1));
    assert.deepEqual(request.ok && request.frame, { unit: 1, function: 3, first: 1, count: 1, request: true });
  });

  it('whatever the bytes, nothing is thrown; damaged frames and exceptions are refused', () => {
    const map = 'voltage = holding 1 u16\nflag a = coil 1\ncell 1..4 = input 1 float';
    fc.assert(fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => assert.ok('ok' in decode(map, bytes))));
    const whole = registersAnswer(1, 3, [9]);
    for (let bit = 0; bit < whole.length * 8; bit += 1) {
      const damaged = Uint8Array.from(whole);
      damaged[bit >> 3]! ^= 1 << (bit & 7);
      assert.equal(decode(map, damaged).ok, false, `bit ${bit}`);
    }
    const refused = decode(map, exceptionAnswer(1, 3, 2));
    assert.equal(!refused.ok && refused.refusal, 'exception');
  });
});
