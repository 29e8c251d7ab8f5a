import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ECS } from '../../../src/links/ecs/protocol.ts';
import { type GivenOptions, parseOptions } from '../../../src/links/options.ts';
import {
  bits as bitsAnswer,
  exception as exceptionAnswer,
  request as readRequest,
  words as registersAnswer,
} from '../support/rtu.ts';

function decode(bytes: Uint8Array, given: GivenOptions = {}, cells = 4) {
  const parsed = parseOptions(ECS.info.options, given, cells);
  assert.ok(parsed.ok);
  return ECS.decode(bytes, parsed.options);
}

function good(bytes: Uint8Array, given: GivenOptions = {}) {
  const decoded = decode(bytes, given);
  assert.ok(decoded.ok, JSON.stringify(decoded));
  return decoded;
}

const answer = (unit: number, ...words: number[]): Uint8Array => registersAnswer(unit, 3, words);

describe('ECS frames', () => {
  it('ECS-9 three registers are a LiPro: voltage, temperature, balancing', () => {
    const { frame, seen } = good(answer(3, 3345, 2150, 51));
    assert.deepEqual(frame, {
      unit: 3,
      function: 3,
      cellVoltage: 3.345,
      cellTemperature: 21.5,
      balancing: true,
      balanceRaw: 51,
    });
    assert.deepEqual(seen, { cells: [{ cell: 2, voltage: 3.345, temperature: 21.5, balancing: true }] });
    assert.equal(good(answer(3, 3310, -525, 50)).frame['balancing'], false);
    assert.equal(good(answer(3, 3310, -525, 50)).frame['cellTemperature'], -5.25);
  });

  it('ECS-9 a temperature that no sensor has is not known', () => {
    for (const raw of [-32_768, -6001, 15_001, 32_767]) {
      assert.equal(good(answer(2, 3300, raw, 0)).frame['cellTemperature'], null, String(raw));
    }
    assert.equal(good(answer(2, 3300, -6000, 0)).frame['cellTemperature'], -60);
    assert.equal(good(answer(2, 3300, 15_000, 0)).frame['cellTemperature'], 150);
  });

  it('ECS-9 nine registers are an active LiPro of the first kind, with its own protection', () => {
    const { frame, seen } = good(answer(1, 3652, 850, 0, 0, 0, 0, 9, 0, 1), { variant: 'cells-only-active' });
    const values = { cellVoltage: 3.652, cellTemperature: 25, lvp: false, ovp: true, status: 9 };
    assert.deepEqual(frame, { unit: 1, function: 3, ...values });
    assert.deepEqual(seen, {
      cells: [{ cell: 1, voltage: 3.652, temperature: 25 }],
      hardware: { chargeAllowed: false, loadAllowed: true },
    });
    const empty = good(answer(1, 2400, 850, 0, 0, 0, 0, 0, 5, 0), { variant: 'cells-only' });
    assert.deepEqual(empty.seen?.hardware, { chargeAllowed: true, loadAllowed: false });
  });

  it('a unit that is no cell of the pack says nothing of it', () => {
    assert.equal(good(answer(1, 3300, 2000, 0)).seen, null, 'the greenMeter’s own');
    assert.equal(good(answer(6, 3300, 2000, 0)).seen, null, 'the fifth of four');
    assert.equal(good(answer(5, 3300, 2000, 0)).seen?.cells?.[0]?.cell, 4);
    assert.equal(good(answer(5, 3300, 2000, 0), { variant: 'cells-only', address: 5 }).seen?.cells?.[0]?.cell, 1);
  });

  it('ECS-5 four registers are the state of charge and the states of both sides', () => {
    const { frame, seen } = good(answer(1, 0x86a0, 1, 1, 0));
    const states = { overState: 'voltage', underState: 'ok' };
    const flags = { chargeAllowed: false, loadAllowed: true, ...states };
    assert.deepEqual(frame, { unit: 1, function: 3, soc: 100, over: 1, under: 0, ...flags });
    assert.deepEqual(seen, { soc: 100, hardware: flags });
    assert.deepEqual(
      [2, 3, 4, 5, 6, 7].map((state) => good(answer(1, 0, 0, 0, state)).frame['underState']),
      ['current', 'high temperature', 'high temperature', 'low temperature', 'low temperature', 'state 7'],
    );
    assert.equal(good(answer(1, 0, 0, 0, 6)).frame['loadAllowed'], false);
  });

  it('ECS-2 a state of charge whose high word reads FFFF is told all the same, an impossible one is not known', () => {
    assert.equal(good(answer(1, 0xc350, 0xffff, 0, 0)).seen?.soc, 50);
    assert.equal(good(answer(1, 0xc350, 0, 0, 0)).seen?.soc, 50);
    assert.equal(good(answer(1, 0x86a1, 1, 0, 0)).seen?.soc, null);
    assert.equal(good(answer(1, 0, 0x7fff, 0, 0)).seen?.soc, null);
  });

  it('ECS-1 two registers are one of several things, 1 mA and 1 mV fine, low word first', () => {
    const { frame, seen } = good(answer(1, 0xcfc7, 0xffff));
    assert.equal(frame['ifCurrent'], -12.345);
    assert.equal(seen, null);
    assert.equal(good(answer(1, 0xcfc7, 0xffff), { currentSign: -1 }).frame['ifCurrent'], 12.345);
    assert.equal(good(answer(1, 0xcf83, 0)).frame['ifVoltage'], 53.123);
    assert.equal(good(answer(1, 1, 0)).frame['ifCurrent'], 0.001);
    assert.equal(good(answer(1, 0x49f0, 2)).frame['ifCapacity'], 150);
    assert.equal(good(answer(1, 0x5678, 0x1234)).frame['ifProductionNumber'], 0x1234_5678);
    assert.deepEqual(good(answer(1, 2150, -300)).frame['ifTemperatures'], [21.5, -3]);
    const { ifMostDischarge, ifMostCharge } = good(answer(1, -150, 100)).frame;
    assert.deepEqual([ifMostDischarge, ifMostCharge], [150, 100]);
  });

  it('one register is the type of the board', () => {
    const types = [500, 501, 502, 100, 101, 102, 103, 104, 1025, 7];
    assert.deepEqual(
      types.map((type) => good(answer(1, type)).frame['device']),
      [
        'greenMeter 500 A',
        'greenMeter 250 A',
        'greenMeter 125 A',
        'LiPro V1',
        'LiPro V1 active',
        'LiPro V2',
        'LiPro V2 active',
        'LiPro V3',
        'greenController',
        null,
      ],
    );
    assert.equal(good(answer(1, 501)).frame['size'], 250);
  });

  it('questions are told as such, other lengths as plain registers', () => {
    const request = good(readRequest(2, 3, 100, 3));
    assert.deepEqual(request.frame, { unit: 2, function: 3, request: true, first: 100, count: 3 });
    assert.deepEqual(good(answer(2, 1, 2, 3, 4, 5)).frame['registers'], [1, 2, 3, 4, 5]);
  });

  it('exceptions, other functions and damaged frames are refused with a reason', () => {
    const refusal = (bytes: Uint8Array): string => {
      const decoded = decode(bytes);
      assert.ok(!decoded.ok);
      assert.notEqual(decoded.text, '');
      return decoded.refusal;
    };
    assert.equal(refusal(exceptionAnswer(2, 3, 2)), 'exception');
    assert.equal(refusal(bitsAnswer(2, 1, [255])), 'function');
    assert.equal(refusal(answer(2, 3300, 2000, 0).with(4, 0)), 'checksum');
    assert.equal(refusal(answer(2, 3300, 2000, 0).slice(0, -1)), 'length');
    assert.equal(refusal(Uint8Array.of()), 'length');
  });

  it('whatever the bytes, nothing is thrown; a frame that is cut, glued or damaged is refused', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        const decoded = decode(bytes);
        assert.equal(typeof decoded.ok, 'boolean');
      }),
    );
    const whole = answer(2, 3345, 2150, 60);
    for (let cut = 0; cut < whole.length; cut += 1)
      assert.equal(decode(whole.slice(0, cut)).ok, false, `cut at ${cut}`);
    for (let noise = 1; noise < 9; noise += 1) {
      const glued = Uint8Array.of(...Array.from({ length: noise }, () => 0x55), ...whole);
      assert.equal(decode(glued).ok, false, `${noise} bytes before`);
    }
    for (let bit = 0; bit < whole.length * 8; bit += 1) {
      const damaged = Uint8Array.from(whole);
      damaged[bit >> 3]! ^= 1 << (bit & 7);
      assert.equal(decode(damaged).ok, false, `bit ${bit}`);
    }
  });
});
