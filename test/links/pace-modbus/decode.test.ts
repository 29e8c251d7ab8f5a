/** Every field of every frame of a PACE BMS by Modbus, in frames made from its document by hand. */
import assert from 'node:assert/strict';
import { DEFAULT_OPTIONS } from '../../../src/links/options.ts';
import { PACE_MODBUS } from '../../../src/links/pace-modbus/protocol.ts';
import { setIn } from '../support/benches.ts';
import { registersOf } from '../support/registers.ts';
import { exception, request, rtu, text, words } from '../support/rtu.ts';
import { describeTotal } from '../support/total.ts';

const UNIT = 3;
const CELLS = Array.from({ length: 16 }, (_, i) => 3300 + i);
// −12.34 A, 53.21 V, 69 %, 98 %, 70.01 of 100.02 (once 100.03) Ah, 45 cycles; sensors 25.1, −1.5, 0, 30; 40.2; −3.
const VALUES = [
  -1234,
  5321,
  69,
  98,
  7001,
  10_002,
  10_003,
  45,
  0xdead,
  0,
  0,
  0,
  0x8001,
  0xdead,
  0xdead,
  ...CELLS,
  251,
  -15,
  0,
  300,
  402,
  -30,
];
const [WARNING, PROTECTION, STATUS] = [9, 10, 11];

const { taken, block: values } = registersOf(PACE_MODBUS, UNIT, VALUES);

describe('a PACE BMS by Modbus: frames', () => {
  it('the block of values: every field', () => {
    const { frame } = values();
    const { warnings: _w, protections: _p, status: _s, balancing, ...rest } = frame;
    assert.deepEqual(rest, {
      kind: 'answer',
      unit: UNIT,
      fn: 3,
      block: 'values',
      current: -12.34,
      voltage: 53.21,
      soc: 69,
      soh: 98,
      remainingCapacity: 70.01,
      fullCapacity: 100.02,
      designCapacity: 100.03,
      cycles: 45,
      fault: '',
      chargeAllowed: true,
      loadAllowed: true,
      balanceBits: 0x8001,
      cells: CELLS.map((mV) => mV / 1000),
      temperatures: [25.1, -1.5, 0, 30],
      mosTemperature: 40.2,
      ambientTemperature: -3,
    });
    assert.deepEqual(
      (balancing as boolean[]).flatMap((on, i) => (on ? [i + 1] : [])),
      [1, 16],
    );
  });

  it('the pack in the words of all sources: cells as set, a sensor that says 0 °C is none', () => {
    const { seen } = values({ 30: 0 }, { cells: 15, currentSign: -1 });
    assert.equal(seen?.cells?.length, 15);
    assert.equal(values({}, { cells: 15 }).seen?.cells?.length, 16, 'a cell that the settings do not know is told');
    assert.deepEqual(seen?.cells?.[0], { cell: 1, voltage: 3.3, balancing: true });
    assert.deepEqual(seen?.cells?.[14], { cell: 15, voltage: 3.314, balancing: false });
    assert.deepEqual(seen?.temperatures, [25.1, -1.5, 30]);
    assert.deepEqual([seen?.voltage, seen?.current, seen?.soc, seen?.bmsTemperature], [53.21, 12.34, 69, 40.2]);
    assert.deepEqual(seen?.extra, {
      remainingCapacity: 70.01,
      fullCapacity: 100.02,
      designCapacity: 100.03,
      cycles: 45,
      soh: 98,
      ambientTemperature: -3,
    });
    assert.equal(seen?.cellCount, undefined, 'it tells none');
    const bare = values({ 35: 0, 36: 0, 0: 0 }, { currentSign: -1 });
    assert.ok(!('bmsTemperature' in (bare.seen ?? {})));
    assert.ok(!('ambientTemperature' in (bare.seen?.extra ?? {})));
    assert.ok(Object.is(bare.seen?.current, 0));
  });

  it('warnings: every bit has its name and stops nothing', () => {
    const names = {
      cellOvervoltage: 0,
      cellUndervoltage: 1,
      packOvervoltage: 2,
      packUndervoltage: 3,
      chargeOvercurrent: 4,
      dischargeOvercurrent: 5,
      chargeOvertemperature: 8,
      dischargeOvertemperature: 9,
      chargeUndertemperature: 10,
      dischargeUndertemperature: 11,
      ambientOvertemperature: 12,
      ambientUndertemperature: 13,
      mosOvertemperature: 14,
      socLow: 15,
    };
    for (const [name, bit] of Object.entries(names)) {
      const { frame, seen } = values({ [WARNING]: 1 << bit });
      assert.deepEqual(setIn(frame['warnings']), [name]);
      assert.deepEqual([seen?.hardware?.chargeAllowed, seen?.hardware?.loadAllowed], [true, true]);
    }
    assert.deepEqual(setIn(values({ [WARNING]: 0xffff }).frame['warnings']), Object.keys(names));
  });

  it('protections: every bit has its name and stops what it protects', () => {
    const names: Readonly<Record<string, readonly [number, string]>> = {
      cellOvervoltage: [0, 'c'],
      cellUndervoltage: [1, 'l'],
      packOvervoltage: [2, 'c'],
      packUndervoltage: [3, 'l'],
      chargeOvercurrent: [4, 'c'],
      dischargeOvercurrent: [5, 'l'],
      shortCircuit: [6, 'l'],
      chargerOvervoltage: [7, 'c'],
      chargeOvertemperature: [8, 'c'],
      dischargeOvertemperature: [9, 'l'],
      chargeUndertemperature: [10, 'c'],
      dischargeUndertemperature: [11, 'l'],
      mosOvertemperature: [12, 'cl'],
      ambientOvertemperature: [13, 'cl'],
      ambientUndertemperature: [14, 'cl'],
    };
    for (const [name, [bit, stops]] of Object.entries(names)) {
      const { frame, seen } = values({ [PROTECTION]: 1 << bit });
      assert.deepEqual(setIn(frame['protections']), [name]);
      const { hardware } = seen!;
      assert.equal(hardware?.chargeAllowed, !stops.includes('c'), name);
      assert.equal(hardware?.loadAllowed, !stops.includes('l'), name);
      assert.equal(hardware?.[name], true);
      assert.equal(hardware?.bmsOverTemperature, name === 'mosOvertemperature');
      assert.equal(hardware?.fault, '', 'a protection is no fault');
    }
    assert.deepEqual(setIn(values({ [PROTECTION]: 0xffff }).frame['protections']), Object.keys(names));
  });

  it('status: switches and states are no refusals, defects are faults', () => {
    const states = {
      charging: 8,
      discharging: 9,
      chargeSwitch: 10,
      dischargeSwitch: 11,
      currentLimiter: 12,
      chargerReversed: 14,
      heater: 15,
    };
    for (const [name, bit] of Object.entries(states)) {
      const { frame, seen } = values({ [STATUS]: 1 << bit });
      assert.deepEqual(setIn(frame['status']), [name]);
      assert.equal(seen?.hardware?.['chargeSwitchClosed'], name === 'chargeSwitch');
      assert.equal(seen?.hardware?.['loadSwitchClosed'], name === 'dischargeSwitch');
      assert.equal(seen?.hardware?.chargeAllowed, true);
    }
    const faults: Readonly<Record<string, number>> = {
      'CHG-MOS': 0,
      'DSG-MOS': 1,
      NTC: 2,
      CELL: 4,
      AFE: 5,
      REVERSED: 14,
    };
    for (const [name, bit] of Object.entries(faults)) {
      assert.equal(values({ [STATUS]: 1 << bit }).seen?.hardware?.fault, name);
    }
    assert.equal(values({ [STATUS]: 0x0005 }).seen?.hardware?.fault, 'CHG-MOS NTC');
    assert.equal(values({ [STATUS]: 0x8f08 }).seen?.hardware?.fault, '', 'bits without a meaning are no fault');
  });

  const SERIALS = words(UNIT, 3, [...text('MODEL-12345', 10), ...text('PACK-67890123456789A', 10)]);
  const VERSION = words(UNIT, 3, text('P16S100A-1.04', 10));
  const SETTINGS = words(
    UNIT,
    3,
    Array.from({ length: 55 }, (_, i) => i),
  );

  it('serial numbers, version and settings', () => {
    const head = { kind: 'answer', unit: UNIT, fn: 3 };
    assert.deepEqual(taken(SERIALS).frame, {
      ...head,
      block: 'serials',
      modelSerial: 'MODEL-12345',
      packSerial: 'PACK-67890123456789A',
    });
    assert.deepEqual(taken(VERSION).frame, { ...head, block: 'text', text: 'P16S100A-1.04' });
    const { frame, seen } = taken(SETTINGS);
    assert.equal(seen, null);
    assert.deepEqual([frame['block'], frame['first']], ['settings', 60]);
    assert.deepEqual((frame['registers'] as number[]).slice(0, 3), [0, 1, 2]);
  });

  it('questions, writes and what is not known are named as far as they can be', () => {
    const named = (bytes: Uint8Array) => [taken(bytes).frame['kind'], taken(bytes).frame['block'], taken(bytes).seen];
    assert.deepEqual(named(request(UNIT, 3, 0, 37)), ['request', 'values', null]);
    assert.deepEqual(named(request(UNIT, 3, 64, 4)), ['request', 'settings', null]);
    assert.deepEqual(named(request(UNIT, 3, 170, 10)), ['request', 'serials', null]);
    assert.deepEqual(named(request(UNIT, 3, 500, 1)), ['request', null, null]);
    assert.deepEqual(named(rtu(UNIT, 16, 0, 61, 0, 1, 2, 0x16, 0x80)), ['request', 'settings', null]);
    assert.deepEqual(named(words(UNIT, 3, [1, 2])), ['answer', null, null]);
    assert.deepEqual(named(words(UNIT, 4, VALUES)), ['answer', null, null]);
  });

  it('a refusal of the device is one, with its reason', () => {
    const decoded = PACE_MODBUS.decode(exception(UNIT, 3, 2), DEFAULT_OPTIONS);
    assert.ok(!decoded.ok && decoded.refusal === 'exception');
    assert.match(decoded.text, /illegal address/);
  });

  describeTotal(PACE_MODBUS, [words(UNIT, 3, VALUES), SERIALS, VERSION, SETTINGS]);
});
