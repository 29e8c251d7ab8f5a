import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parseOptions } from '../../../src/links/options.ts';
import { parseWiring } from '../../../src/links/victron-smart-bms-12-200/parse.ts';
import { VICTRON_SMART_BMS } from '../../../src/links/victron-smart-bms-12-200/protocol.ts';
import {
  bits as bitsAnswer,
  exception as exceptionAnswer,
  request as readRequest,
  words as registersAnswer,
} from '../support/rtu.ts';

function decode(bytes: Uint8Array, map = '') {
  const parsed = parseOptions(VICTRON_SMART_BMS.info.options, { map }, 4);
  assert.ok(parsed.ok, JSON.stringify(parsed));
  return VICTRON_SMART_BMS.decode(bytes, parsed.options);
}

function hardware(bits: number, map = '') {
  const decoded = decode(bitsAnswer(1, 2, [bits]), map);
  assert.ok(decoded.ok, JSON.stringify(decoded));
  return decoded.seen?.hardware;
}

describe('Victron Smart BMS 12-200 on an input board: frames', () => {
  it('VSB-1 high is allowed, low is not; the pre-alarm is low normally', () => {
    const told = (bits: number) => {
      const { loadAllowed, chargeAllowed, preAlarm } = hardware(bits) ?? {};
      return [loadAllowed, chargeAllowed, preAlarm];
    };
    assert.deepEqual(told(0b011), [true, true, false]);
    assert.deepEqual(told(0b010), [false, true, false]);
    assert.deepEqual(told(0b001), [true, false, false]);
    assert.deepEqual(told(0b111), [true, true, true]);
    assert.deepEqual(told(0b000), [false, false, false], 'a dead BMS disconnects');
    assert.deepEqual(told(0b1111_1000), [false, false, false], 'what else is on the board says nothing');
  });

  it('VSB-6 without a pre-alarm nothing is told of it', () => {
    assert.deepEqual(hardware(0b11, 'pre-alarm = none'), { loadAllowed: true, chargeAllowed: true });
  });

  it('other inputs, in whatever order, and a board that tells the contrary', () => {
    const map = 'charge = input 4\nload = input 6 # upper row\npre-alarm = input 5';
    assert.deepEqual(hardware(0b001, map), { loadAllowed: false, chargeAllowed: true, preAlarm: false });
    assert.deepEqual(hardware(0b100, map), { loadAllowed: true, chargeAllowed: false, preAlarm: false });
    const allOpen = { loadAllowed: false, chargeAllowed: false, preAlarm: false };
    assert.deepEqual(hardware(0b111, 'inverted'), allOpen, 'no voltage anywhere');
    assert.deepEqual(hardware(0b100, 'inverted'), { loadAllowed: true, chargeAllowed: true, preAlarm: false });
  });

  it('a wrong wiring is told with line, word and remedy', () => {
    const wrong: [map: string, word: string, remedy: RegExp][] = [
      ['lode = input 1', 'lode', /line 1: "lode" is no output of this BMS: write load = input 1/],
      ['\nload input 1', 'load input 1', /line 2: /],
      ['load = 1', '1', /"1" is no input: write input and its number/],
      ['load = input 0', 'input 0', /from 1 to 256/],
      ['load = input 257', 'input 257', /from 1 to 256/],
      ['load = none', 'none', /is no input/],
      ['pre-alarm = off', 'off', /or none/],
      ['load = input 4\nload = input 5', 'load', /line 2: "load" is there already/],
      ['load = input 2', 'input 2', /load and charge are both on input 2/],
      ['charge = input 3', 'input 3', /charge and pre-alarm are both on input 3/],
    ];
    for (const [map, word, remedy] of wrong) {
      const parsed = parseOptions(VICTRON_SMART_BMS.info.options, { map }, 4);
      assert.ok(!parsed.ok, map);
      const [problem] = parsed.problems;
      assert.deepEqual([problem?.field, problem?.problem, problem?.value], ['map', 'map', word], map);
      assert.match(problem?.allowed ?? '', remedy, map);
    }
    fc.assert(fc.property(fc.string(), (map) => assert.ok('ok' in parseWiring(map))));
  });

  it('questions, exceptions, other answers and damaged frames', () => {
    const request = decode(readRequest(1, 2, 0, 3));
    assert.deepEqual(request.ok && request.frame, { unit: 1, request: true, first: 0, count: 3 });
    const refusal = (bytes: Uint8Array): string => {
      const decoded = decode(bytes);
      assert.ok(!decoded.ok);
      return decoded.refusal;
    };
    assert.equal(refusal(exceptionAnswer(1, 2, 1)), 'exception');
    assert.equal(refusal(registersAnswer(1, 3, [5])), 'function');
    assert.equal(refusal(bitsAnswer(1, 2, [1, 0])), 'length');
    const whole = bitsAnswer(1, 2, [0b011]);
    for (let bit = 0; bit < whole.length * 8; bit += 1) {
      const damaged = Uint8Array.from(whole);
      damaged[bit >> 3]! ^= 1 << (bit & 7);
      assert.equal(decode(damaged).ok, false, `bit ${bit}`);
    }
    fc.assert(fc.property(fc.uint8Array({ maxLength: 20 }), (bytes) => assert.ok('ok' in decode(bytes))));
  });
});
