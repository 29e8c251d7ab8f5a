/** Every field of every frame of an EG4 LL battery, in frames made from its table of registers by hand. */
import assert from 'node:assert/strict';
import { EG4_LL } from '../../../src/links/eg4-ll/protocol.ts';
import { DEFAULT_OPTIONS } from '../../../src/links/options.ts';
import { setIn } from '../support/benches.ts';
import { registersOf } from '../support/registers.ts';
import { exception, request, text, words } from '../support/rtu.ts';
import { describeTotal } from '../support/total.ts';

const UNIT = 1;
const CELLS = Array.from({ length: 16 }, (_, i) => (i < 4 ? 3310 + i : 0));
// 13.24 V, −0.62 A; board 17 °C; 48 of 100 Ah; limit 100 A; 98 and 47 %; discharging; 65 537 cycles; 17, −5, 0, −56 °C.
const STATUS = [
  1324,
  -62,
  ...CELLS,
  17,
  18,
  -19,
  48,
  100,
  98,
  47,
  2,
  0,
  0,
  0,
  1,
  1,
  0x1575,
  0x2a00,
  0x11fb,
  0x00c8,
  0,
  4,
  1000,
  0x0005,
];
const [STATE, WARNING, PROTECTION, ERROR] = [25, 26, 27, 28];

const { taken, block: status } = registersOf(EG4_LL, UNIT, STATUS);

describe('an EG4 LL: frames', () => {
  it('the status: every field', () => {
    const { frame } = status();
    const { warnings: _w, protections: _p, balancing, ...rest } = frame;
    assert.deepEqual(rest, {
      kind: 'answer',
      unit: UNIT,
      fn: 3,
      block: 'status',
      voltage: 13.24,
      current: -0.62,
      cells: [3.31, 3.311, 3.312, 3.313],
      cellCount: 4,
      boardTemperature: 17,
      temperatureWords: [18, -19],
      remainingCapacity: 48,
      maxChargeCurrent: 100,
      soh: 98,
      soc: 47,
      state: 'discharging',
      stateHighBit: false,
      warningBits: 0,
      protectionBits: 0,
      errorBits: 0,
      cellImbalance: false,
      fault: '',
      chargeAllowed: true,
      loadAllowed: true,
      cycles: 65_537,
      fullCapacity: 100,
      temperatures: [17, -5, 0, -56],
      designCapacity: 100,
    });
    assert.deepEqual(
      (balancing as boolean[]).flatMap((on, i) => (on ? [i + 1] : [])),
      [1, 3],
    );
  });

  it('the pack in the words of all sources', () => {
    const { seen } = status({}, { currentSign: -1 });
    assert.deepEqual(seen?.cells, [
      { cell: 1, voltage: 3.31, balancing: true },
      { cell: 2, voltage: 3.311, balancing: false },
      { cell: 3, voltage: 3.312, balancing: true },
      { cell: 4, voltage: 3.313, balancing: false },
    ]);
    assert.deepEqual(seen?.temperatures, [17, -5], 'a sensor that says 0 or the impossible is not fitted');
    assert.deepEqual(
      [seen?.cellCount, seen?.voltage, seen?.current, seen?.soc, seen?.bmsTemperature],
      [4, 13.24, 0.62, 47, 17],
    );
    assert.deepEqual(seen?.extra, {
      remainingCapacity: 48,
      fullCapacity: 100,
      designCapacity: 100,
      maxChargeCurrent: 100,
      soh: 98,
      cycles: 65_537,
      state: 'discharging',
    });
    assert.ok(Object.is(status({ 1: 0 }, { currentSign: -1 }).seen?.current, 0));
    assert.equal(status({ 18: -60 }).seen?.bmsTemperature, null);
  });

  it('with currents in tenths, capacity and limit are in tenths too', () => {
    const { frame } = status({ 22: 750 }, { variant: 'current-0.1A' });
    assert.deepEqual([frame['current'], frame['remainingCapacity'], frame['maxChargeCurrent']], [-6.2, 4.8, 75]);
    assert.equal(frame['voltage'], 13.24);
  });

  it('an impossible number of cells says nothing of the pack', () => {
    for (const count of [0, 17, 0xffff]) {
      const { frame, seen } = status({ 36: count });
      assert.equal(frame['cellCount'], count);
      assert.equal(seen, null);
    }
    assert.equal(status({ 36: 16 }).seen?.cells?.length, 16);
  });

  it('states, with and without the bit on which sources differ', () => {
    const states = { 0: 'standby', 1: 'charging', 2: 'discharging', 4: 'protected', 8: 'charge limited' };
    for (const [word, state] of Object.entries(states)) {
      assert.equal(status({ [STATE]: Number(word) }).frame['state'], state);
      const high = status({ [STATE]: Number(word) | 0x8000 }).frame;
      assert.deepEqual([high['state'], high['stateHighBit']], [state, true]);
    }
    assert.equal(status({ [STATE]: 0x40 }).frame['state'], 'unknown (64)');
  });

  const EVENTS: Readonly<Record<string, readonly [number, string]>> = {
    packOvervoltage: [0, 'c'],
    cellOvervoltage: [1, 'c'],
    packUndervoltage: [2, 'l'],
    cellUndervoltage: [3, 'l'],
    chargeOvercurrent: [4, 'c'],
    dischargeOvercurrent: [5, 'l'],
    ambientTemperature: [6, 'cl'],
    mosOvertemperature: [7, 'cl'],
    chargeOvertemperature: [8, 'c'],
    dischargeOvertemperature: [9, 'l'],
    chargeUndertemperature: [10, 'c'],
    dischargeUndertemperature: [11, 'l'],
    lowCapacity: [12, 'l'],
  };

  it('warnings stop nothing', () => {
    for (const [name, [bit]] of Object.entries({ ...EVENTS, floatStopped: [13] as const })) {
      const { frame, seen } = status({ [WARNING]: 1 << bit });
      assert.deepEqual(setIn(frame['warnings']), [name]);
      assert.deepEqual([seen?.hardware?.chargeAllowed, seen?.hardware?.loadAllowed], [true, true]);
    }
  });

  it('protections stop what they protect, and are no faults', () => {
    for (const [name, [bit, stops]] of Object.entries({ ...EVENTS, shortCircuit: [13, 'l'] as const })) {
      const { frame, seen } = status({ [PROTECTION]: 1 << bit });
      assert.deepEqual(setIn(frame['protections']), [name]);
      const { hardware } = seen!;
      assert.equal(hardware?.chargeAllowed, !stops.includes('c'), name);
      assert.equal(hardware?.loadAllowed, !stops.includes('l'), name);
      assert.equal(hardware?.[name], true);
      assert.equal(hardware?.bmsOverTemperature, name === 'mosOvertemperature');
      assert.equal(hardware?.fault, '');
    }
  });

  it('errors are faults in short words, drifted cells are not', () => {
    const fault = (bits: number) => status({ [ERROR]: bits }).seen?.hardware?.fault;
    assert.deepEqual([1, 2, 4].map(fault), ['VOLTAGE', 'TEMPERATURE', 'CURRENT']);
    assert.equal(fault(0x0010), '');
    assert.equal(status({ [ERROR]: 0x10 }).seen?.hardware?.['cellImbalance'], true);
    assert.equal(fault(0x8000), '8000');
    assert.equal(fault(0x8013), 'VOLTAGE TEMPERATURE 8000');
  });

  const HARDWARE_WORDS = [...text('LFP-51.2V100Ah-V1.0', 12), ...text('Z02T04', 3), ...text('4642420001', 8)];
  const HARDWARE = words(UNIT, 3, HARDWARE_WORDS);
  const CONFIG = words(
    UNIT,
    3,
    Array.from({ length: 91 }, (_, i) => (i < 60 ? 100 * i : (HARDWARE_WORDS[i - 60] ?? 0))),
  );

  it('who it is', () => {
    assert.deepEqual(taken(HARDWARE), {
      ok: true,
      seen: null,
      frame: {
        kind: 'answer',
        unit: UNIT,
        fn: 3,
        block: 'hardware',
        model: 'LFP-51.2V100Ah-V1.0',
        firmware: 'Z02T04',
        serial: '4642420001',
      },
    });
  });

  it('its settings, each from its place', () => {
    const { frame, seen } = taken(CONFIG);
    assert.equal(seen, null);
    const { kind: _k, unit: _u, fn: _f, ...config } = frame;
    assert.deepEqual(config, {
      block: 'config',
      balanceVoltage: 1.1,
      balanceDifference: 1.2,
      lowCapacityWarning: 1300,
      cellUndervoltageWarning: 1.6,
      cellUndervoltageProtection: 1.7,
      cellUndervoltageRelease: 1.8,
      packUndervoltageWarning: 19,
      packUndervoltageProtection: 20,
      packUndervoltageRelease: 21,
      cellOvervoltageWarning: 2.2,
      cellOvervoltageProtection: 2.3,
      cellOvervoltageRelease: 2.4,
      packOvervoltageWarning: 25,
      packOvervoltageProtection: 26,
      packOvervoltageRelease: 27,
      chargeOvercurrentProtection: 35,
      dischargeOvercurrentProtection: 36,
      shortCircuitCurrent: 37,
      chargeOvercurrent2Protection: 38,
      dischargeOvercurrent2Protection: 39,
      chargeUndertemperatureWarning: 4450,
      chargeUndertemperatureProtection: 4550,
      chargeUndertemperatureRelease: 4650,
      chargeOvertemperatureWarning: 4750,
      chargeOvertemperatureProtection: 4850,
      chargeOvertemperatureRelease: 4950,
      dischargeUndertemperatureWarning: 5050,
      dischargeUndertemperatureProtection: 5150,
      dischargeUndertemperatureRelease: 5250,
      dischargeOvertemperatureWarning: 5350,
      dischargeOvertemperatureProtection: 5450,
      dischargeOvertemperatureRelease: 5550,
      boardOvertemperatureWarning: 5650,
      boardOvertemperatureProtection: 5750,
      boardOvertemperatureRelease: 5850,
      model: 'LFP-51.2V100Ah-V1.0',
      firmware: 'Z02T04',
      serial: '4642420001',
    });
  });

  it('questions and what is not known are named as far as they can be', () => {
    const named = (bytes: Uint8Array) => [taken(bytes).frame['kind'], taken(bytes).frame['block'], taken(bytes).seen];
    assert.deepEqual(named(request(UNIT, 3, 0, 0x27)), ['request', 'status', null]);
    assert.deepEqual(named(request(UNIT, 3, 0x2d, 0x5b)), ['request', 'config', null]);
    assert.deepEqual(named(request(UNIT, 3, 0x69, 0x17)), ['request', 'hardware', null]);
    assert.deepEqual(named(request(UNIT, 3, 0x200, 1)), ['request', null, null]);
    assert.deepEqual(named(words(UNIT, 3, [7])), ['answer', null, null]);
    assert.deepEqual(named(words(UNIT, 4, STATUS)), ['answer', null, null]);
  });

  it('a refusal of the battery is one, with its reason', () => {
    const decoded = EG4_LL.decode(exception(UNIT, 3, 2), DEFAULT_OPTIONS);
    assert.ok(!decoded.ok && decoded.refusal === 'exception');
    assert.match(decoded.text, /illegal address/);
  });

  describeTotal(EG4_LL, [words(UNIT, 3, STATUS), HARDWARE, CONFIG]);
});
