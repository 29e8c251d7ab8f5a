import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { celsius, decodeFrame, type Frame } from '../../../src/links/123smartbms/codec.ts';
import { createFramer } from '../../../src/links/123smartbms/framer.ts';
import { type Current, encodeFrame, type RawFrame } from './build-frame.ts';
import { noisyLine, seeded } from './line-noise.ts';

function decode(bytes: Uint8Array, formula: 'driver' | 'document' = 'document'): Frame {
  const decoded = decodeFrame(bytes, formula);
  assert.ok(decoded.ok, decoded.ok ? '' : decoded.text);
  return decoded.frame;
}

function refusal(bytes: Uint8Array): string {
  const decoded = decodeFrame(bytes, 'driver');
  assert.ok(!decoded.ok);
  assert.ok(decoded.text.length > 10);
  return decoded.refusal;
}

const u = (bits: number) => fc.integer({ min: 0, max: 2 ** bits - 1 });

const near = (value: number | null, expected: number) =>
  assert.ok(value !== null && Math.abs(value - expected) < 1e-9, `${value} is not ${expected}`);

const cellOf = (cellNumber: number, cellCount: number) => decode(encodeFrame({ cellNumber, cellCount })).cell;

const amperes = ({ sign, counts }: Current, value: number | null) => {
  if (sign === 'X') assert.equal(value, null);
  else near(value, (sign === '-' ? -1 : 1) * counts * 0.125);
};

describe('123\\SmartBMS frame', () => {
  it('123-R19 reads every field of the layout, in the document’s units', () => {
    const frame = decode(
      encodeFrame({
        currentOut: { sign: '-', counts: 12 },
        current: { sign: 'X', counts: 99 },
        temperatureMinNumber: 4,
        status: 0b1010_1001,
        keyByte: 25 + 16,
        valueByte: 0x12,
      }),
    );
    assert.deepEqual(frame, {
      packVoltage: 53.6,
      currentIn: 50,
      currentOut: -1.5,
      current: null,
      cellMin: { voltage: 3.34, cell: 3 },
      cellMax: { voltage: 3.37, cell: 11 },
      temperatureMin: { raw: 291, celsius: 15, cell: 4 },
      temperatureMax: { raw: 298, celsius: 22, cell: 9 },
      cell: { number: 7, voltage: 3.355, temperature: 20 },
      cellCount: 16,
      status: {
        chargeAllowed: true,
        loadAllowed: false,
        cellCommunicationError: false,
        vMin: true,
        vMax: false,
        tMin: true,
        tMax: false,
        socNotCalibrated: true,
      },
      energyCollectedToday: 4321,
      energyStored: 12_345,
      energyConsumedToday: 1234,
      soc: 77,
      energyCollectedTotal: 5678,
      energyConsumedTotal: 5432,
      keyValue: { key: 16, value: 0x12 },
      capacity: 16,
      vMinSetting: 2.9,
      vMaxSetting: 3.7,
      vBalanceSetting: 3.5,
    });
  });

  it('123-R19 reads back whatever any field can hold', () => {
    const current: fc.Arbitrary<Current> = fc.record({ sign: fc.constantFrom('+', '-', 'X'), counts: u(16) });
    const raw: fc.Arbitrary<RawFrame> = fc.record({
      packVoltage: u(24),
      currentIn: current,
      currentOut: current,
      current,
      cellMin: u(16),
      cellMinNumber: u(8),
      cellMax: u(16),
      cellMaxNumber: u(8),
      temperatureMin: u(16),
      temperatureMinNumber: u(8),
      temperatureMax: u(16),
      temperatureMaxNumber: u(8),
      cellNumber: u(8),
      cellCount: u(8),
      cellVoltage: u(16),
      cellTemperature: u(16),
      status: u(8),
      energyCollectedToday: u(24),
      energyStored: u(24),
      energyConsumedToday: u(24),
      soc: u(8),
      energyCollectedTotal: u(24),
      energyConsumedTotal: u(24),
      keyByte: u(8),
      valueByte: u(8),
      capacity: u(16),
      vMin: u(16),
      vMax: u(16),
      vBalance: u(16),
    });
    const flags = ['chargeAllowed', 'loadAllowed', 'cellCommunicationError', 'vMin', 'vMax', 'tMin', 'tMax'] as const;
    fc.assert(
      fc.property(raw, (fields) => {
        const frame = decode(encodeFrame(fields));
        near(frame.packVoltage, fields.packVoltage * 0.005);
        amperes(fields.currentIn, frame.currentIn);
        amperes(fields.currentOut, frame.currentOut);
        amperes(fields.current, frame.current);
        near(frame.cellMin.voltage, fields.cellMin * 0.005);
        assert.equal(frame.cellMin.cell, fields.cellMinNumber);
        near(frame.cellMax.voltage, fields.cellMax * 0.005);
        assert.equal(frame.cellMax.cell, fields.cellMaxNumber);
        assert.deepEqual(frame.temperatureMin, {
          raw: fields.temperatureMin,
          celsius: fields.temperatureMin - 276,
          cell: fields.temperatureMinNumber,
        });
        assert.deepEqual(frame.temperatureMax, {
          raw: fields.temperatureMax,
          celsius: fields.temperatureMax - 276,
          cell: fields.temperatureMaxNumber,
        });
        assert.equal(frame.cellCount, fields.cellCount);
        if (fields.cellNumber === 0 || fields.cellNumber > fields.cellCount) assert.equal(frame.cell, null);
        else {
          assert.equal(frame.cell?.number, fields.cellNumber);
          near(frame.cell?.voltage ?? null, fields.cellVoltage * 0.005);
          assert.equal(frame.cell?.temperature, fields.cellTemperature - 276);
        }
        for (const [bit, flag] of flags.entries()) {
          assert.equal(frame.status[flag], (fields.status & (1 << bit)) !== 0, flag);
        }
        assert.equal(frame.status.socNotCalibrated, fields.status >= 128);
        assert.equal(frame.energyCollectedToday, fields.energyCollectedToday);
        assert.equal(frame.energyStored, fields.energyStored);
        assert.equal(frame.energyConsumedToday, fields.energyConsumedToday);
        assert.equal(frame.soc, fields.soc);
        assert.equal(frame.energyCollectedTotal, fields.energyCollectedTotal);
        assert.equal(frame.energyConsumedTotal, fields.energyConsumedTotal);
        const keyValue = fields.keyByte < 25 ? null : { key: fields.keyByte - 25, value: fields.valueByte };
        assert.deepEqual(frame.keyValue, keyValue);
        near(frame.capacity, fields.capacity * 0.1);
        near(frame.vMinSetting, fields.vMin * 0.005);
        near(frame.vMaxSetting, fields.vMax * 0.005);
        near(frame.vBalanceSetting, fields.vBalance * 0.005);
      }),
    );
  });

  it('123-R7 no current is 0 A whatever its sign, and an unknown one is no number', () => {
    const still = { sign: '-', counts: 0 } as const;
    const frame = decode(encodeFrame({ currentIn: still, current: { sign: 'X', counts: 0 } }));
    assert.ok(Object.is(frame.currentIn, 0));
    assert.equal(frame.current, null);
  });

  it('123-R1 takes 2 to 255 cells, and no cell 0 nor one above the count', () => {
    assert.equal(cellOf(0, 16), null);
    assert.equal(cellOf(17, 16), null);
    assert.equal(cellOf(16, 16)?.number, 16);
    assert.equal(cellOf(2, 2)?.number, 2);
    assert.equal(cellOf(255, 255)?.number, 255);
  });

  it('knows both temperature formulas of the vendor, which meet at 32 °C', () => {
    const rows = [
      [266, -10, -4],
      [276, 0, 5],
      [296, 20, 22],
      [308, 32, 32],
      [321, 45, 43],
      [336, 60, 56],
    ] as const;
    for (const [raw, document, driver] of rows) {
      assert.equal(celsius(raw, 'document'), document);
      assert.equal(celsius(raw, 'driver'), driver);
    }
    for (let raw = 0; raw < 65_536; raw++) assert.ok(!Object.is(celsius(raw, 'driver'), -0));
  });

  it('refuses a wrong length, a wrong checksum and a sign that is none', () => {
    const frame = encodeFrame();
    assert.equal(refusal(frame.subarray(0, 57)), 'length');
    assert.equal(refusal(new Uint8Array(0)), 'length');
    assert.equal(refusal(new Uint8Array(59)), 'length');
    const wrong = frame.slice();
    wrong[57] = (wrong[57] ?? 0) ^ 1;
    assert.equal(refusal(wrong), 'checksum');
    for (const at of [3, 6, 9]) {
      const unsigned = frame.slice();
      unsigned[at] = (unsigned[at] ?? 0) + 1;
      unsigned[57] = (unsigned[57] ?? 0) + 1;
      assert.equal(refusal(unsigned), 'implausible');
    }
  });

  it('takes any bytes without throwing, and never a wrong checksum', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 0, maxLength: 120 }), (bytes) => {
        const decoded = decodeFrame(bytes, 'driver');
        assert.ok(!decoded.ok || bytes.length === 58);
      }),
    );
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 58, maxLength: 58 }), fc.boolean(), (bytes, signs) => {
        if (signs) for (const at of [3, 6, 9]) bytes[at] = 0x2b;
        const sum = bytes.subarray(0, 57).reduce((total, byte) => total + byte, 0) % 256;
        for (const checksum of [sum, (sum + 1) % 256, bytes[57] ?? 0]) {
          bytes[57] = checksum;
          const decoded = decodeFrame(bytes, 'document');
          if (checksum !== sum) assert.ok(!decoded.ok && decoded.refusal === 'checksum');
          else if (signs) assert.ok(decoded.ok);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('no single flipped bit passes; of all damaged frames at most 2 in 100 do (printed beside 1 in 256)', () => {
    const frame = encodeFrame();
    for (let bit = 0; bit < 58 * 8; bit++) {
      const flipped = frame.slice();
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      assert.ok(!decodeFrame(flipped, 'driver').ok, `bit ${bit}`);
    }
    for (const rate of [1e-4, 1e-3, 1e-2, 1e-1]) {
      const line = noisyLine(rate, seeded(123));
      let damaged = 0;
      let passed = 0;
      let wellFormed = 0;
      while (damaged < 40_000) {
        const received = line(frame);
        if (received.every((byte, at) => byte === frame[at])) continue;
        damaged++;
        if (!decodeFrame(received, 'driver').ok) continue;
        passed++;
        if (createFramer().push(received, 0).length > 0) wellFormed++;
      }
      const share = (count: number) => `${((100 * count) / damaged).toFixed(3)} %`;
      console.log(
        `      bit errors ${rate}: of damaged frames ${share(passed)} pass the checksum and signs, ` +
          `${share(wellFormed)} the cell numbers too (1/256 = ${(100 / 256).toFixed(3)} %)`,
      );
      // More than 1/256 where two flips are common: in one bit position and opposite directions they leave the sum alone.
      assert.ok(passed / damaged < 0.02, `${passed} of ${damaged}`);
    }
  });
});
