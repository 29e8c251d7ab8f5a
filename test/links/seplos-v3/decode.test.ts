/** Every field of every frame of a Seplos V3, in frames made from its document by hand. */
import assert from 'node:assert/strict';
import { DEFAULT_OPTIONS, type LinkOptions } from '../../../src/links/options.ts';
import { SEPLOS_V3 } from '../../../src/links/seplos-v3/protocol.ts';
import { bits, exception, request, rtu, text, words } from '../support/rtu.ts';
import { describeTotal } from '../support/total.ts';

const UNIT = 2;
const BANK = 0xc0;

function taken(bytes: Uint8Array, options: Partial<LinkOptions> = {}) {
  const decoded = SEPLOS_V3.decode(bytes, { ...DEFAULT_OPTIONS, ...options });
  assert.ok(decoded.ok, JSON.stringify(decoded));
  return decoded;
}

// 53.21 V, −12.34 A, 70.01 of 100.02 Ah, 1230 Ah drawn, 69.9 %, 98.7 %, 45 cycles, mean 3.325 V and 20 °C, …
const PIA_WORDS = [5321, -1234, 7001, 10_002, 123, 699, 987, 45, 3325, 2931, 3400, 3300, 2981, 2731, 0xdead, 150, 100];
const PIA = words(UNIT, 4, PIA_WORDS);
const CELLS = Array.from({ length: 16 }, (_, i) => 3300 + i);
const PIB_WORDS = [...CELLS, 2981, 2631, 2731, 2932, 0, 0, 0, 0, 3031, 3131];
const PIB = words(UNIT, 4, PIB_WORDS);
const pic = (bytes: Readonly<Record<number, number>>): Uint8Array =>
  bits(
    UNIT,
    1,
    Array.from({ length: 18 }, (_, i) => bytes[i] ?? 0),
  );
const EIA = words(
  BANK,
  4,
  [5234, 0, -67, -1, 13_412, 1, 28_000, 2, 213, 0, 28_001, 0, 3, 0, 2, 0, 1800, 0, 1801, 0, 576, 464, 2, 9, 479, 999],
);
const EIB = words(
  BANK,
  4,
  [3272, 3270, 2, 7, 5235, 5234, 1, 2, 250, -12, 119, 3, 4, 266, 260, 263, 1, 2, 480, 470, 10, 999],
);
const EIC = bits(BANK, 1, [0x02, 0, 0, 0, 0, 0, 0, 0x01, 0, 0]);
const SFA = bits(UNIT, 1, [0xff, 0x0f, 0, 1, 2, 3, 4, 5, 6, 0x80]);
const VIA = words(UNIT, 4, [
  ...text('XZH-ElecTech Co.,Ltd', 10),
  ...text('1101-SP76', 10),
  ...text('18', 1),
  ...text('SP05B2312190075', 15),
  ...text('PACK-7', 15),
]);
const SERIALS = words(UNIT, 4, [...text('SP05B2312190075', 15), ...text('PACK-7', 15)]);
const COUNTS = words(UNIT, 4, [4, 15]);

describe('a Seplos V3: frames', () => {
  it('PIA: every field, and the pack in the words of all sources', () => {
    const { frame, seen } = taken(PIA);
    assert.deepEqual(frame, {
      kind: 'answer',
      unit: UNIT,
      fn: 4,
      block: 'PIA',
      voltage: 53.21,
      current: -12.34,
      remainingCapacity: 70.01,
      fullCapacity: 100.02,
      dischargedCapacity: 1230,
      soc: 69.9,
      soh: 98.7,
      cycles: 45,
      cellAverage: 3.325,
      temperatureAverage: 20,
      cellMax: 3.4,
      cellMin: 3.3,
      temperatureMax: 25,
      temperatureMin: 0,
      maxDischargeCurrent: 150,
      maxChargeCurrent: 100,
    });
    assert.deepEqual(seen, {
      voltage: 53.21,
      current: -12.34,
      soc: 69.9,
      cellMin: { value: 3.3, cell: null },
      cellMax: { value: 3.4, cell: null },
      temperatureMin: { value: 0, cell: null },
      temperatureMax: { value: 25, cell: null },
      extra: {
        remainingCapacity: 70.01,
        fullCapacity: 100.02,
        dischargedCapacity: 1230,
        soh: 98.7,
        cycles: 45,
        maxChargeCurrent: 100,
        maxDischargeCurrent: 150,
      },
    });
  });

  it('PIA with the word behind it that some programs ask for is the same', () => {
    assert.deepEqual(taken(words(UNIT, 4, [...PIA_WORDS, 9])).frame, taken(PIA).frame);
  });

  it('the sign of the current turns with the setting, and no current has no sign', () => {
    assert.equal(taken(PIA, { currentSign: -1 }).seen?.current, 12.34);
    const still = words(UNIT, 4, PIA_WORDS.with(1, 0));
    assert.ok(Object.is(taken(still, { currentSign: -1 }).seen?.current, 0));
  });

  it('PIB: cells as many as the pack has, sensors, and the two of the board', () => {
    const fifteen = words(UNIT, 4, PIB_WORDS.with(15, 0));
    const { seen } = taken(fifteen, { cells: 15 });
    const { frame } = taken(PIB);
    assert.equal(frame['block'], 'PIB');
    assert.deepEqual(
      frame['cells'],
      CELLS.map((mV) => mV / 1000),
    );
    assert.deepEqual(frame['temperatures'], [25, -10, 0, 20.1]);
    assert.deepEqual([frame['ambientTemperature'], frame['mosTemperature']], [30, 40]);
    assert.equal(seen?.cells?.length, 15);
    assert.deepEqual(seen?.cells?.[14], { cell: 15, voltage: 3.314, balancing: null });
    assert.deepEqual(seen?.temperatures, [25, -10, 0, 20.1]);
    assert.equal(seen?.bmsTemperature, 40);
    assert.deepEqual(seen?.extra, { ambientTemperature: 30 });
    assert.equal(seen?.cellCount, undefined);
  });

  it('a cell that the settings do not know does not go unnoticed', () => {
    assert.equal(taken(PIB, { cells: 15 }).seen?.cells?.length, 16);
    const nothing = words(UNIT, 4, PIB_WORDS.with(14, 0).with(15, 0xffff));
    assert.equal(taken(nothing, { cells: 14 }).seen?.cells?.length, 14);
  });

  it('a sensor that says what no sensor can is lost, not cold', () => {
    const broken = words(UNIT, 4, PIB_WORDS.with(16, 0).with(17, 0xffff).with(25, 0));
    assert.deepEqual(taken(broken).seen?.temperatures, [null, null, 0, 20.1]);
    assert.equal(taken(broken).seen?.bmsTemperature, null);
    const pack = words(UNIT, 4, PIA_WORDS.with(0xd, 0));
    assert.deepEqual(taken(pack).seen?.temperatureMin, { value: null, cell: null });
  });

  it('PIC: alarms cell by cell, balancing, sensors', () => {
    const { frame, seen } = taken(pic({ 0: 0x01, 1: 0x80, 2: 0x02, 3: 0x40, 4: 0x04, 5: 0x08, 6: 0x10, 7: 0x20 }));
    const on = (name: string) => (frame[name] as boolean[]).flatMap((is, i) => (is ? [i + 1] : []));
    assert.deepEqual(on('cellsLow'), [1, 16]);
    assert.deepEqual(on('cellsHigh'), [2, 15]);
    assert.deepEqual(on('sensorsCold'), [3]);
    assert.deepEqual(on('sensorsHot'), [4]);
    assert.deepEqual(on('balancing'), [5, 14]);
    assert.deepEqual([seen?.hardware?.chargeAllowed, seen?.hardware?.loadAllowed], [true, true]);
  });

  /** Byte and bit of PIC, name, and what it stops: charging, loads. */
  const EVENTS: readonly (readonly [byte: number, bit: number, name: string, stops: string])[] = [
    [8, 0, 'discharging', ''],
    [8, 1, 'charging', ''],
    [8, 2, 'floatCharging', ''],
    [8, 3, 'fullyCharged', ''],
    [8, 4, 'standby', ''],
    [8, 5, 'turnedOff', ''],
    [9, 0, 'cellHighAlarm', ''],
    [9, 1, 'cellOvervoltage', 'c'],
    [9, 2, 'cellLowAlarm', ''],
    [9, 3, 'cellUndervoltage', 'l'],
    [9, 4, 'packHighAlarm', ''],
    [9, 5, 'packOvervoltage', 'c'],
    [9, 6, 'packLowAlarm', ''],
    [9, 7, 'packUndervoltage', 'l'],
    [10, 0, 'chargeHotAlarm', ''],
    [10, 1, 'chargeOvertemperature', 'c'],
    [10, 2, 'chargeColdAlarm', ''],
    [10, 3, 'chargeUndertemperature', 'c'],
    [10, 4, 'dischargeHotAlarm', ''],
    [10, 5, 'dischargeOvertemperature', 'l'],
    [10, 6, 'dischargeColdAlarm', ''],
    [10, 7, 'dischargeUndertemperature', 'l'],
    [11, 0, 'ambientHotAlarm', ''],
    [11, 1, 'ambientOvertemperature', 'cl'],
    [11, 2, 'ambientColdAlarm', ''],
    [11, 3, 'ambientUndertemperature', 'cl'],
    [11, 4, 'mosHotAlarm', ''],
    [11, 5, 'mosOvertemperature', 'cl'],
    [11, 6, 'cellHeating', ''],
    [12, 0, 'chargeCurrentAlarm', ''],
    [12, 1, 'chargeOvercurrent', 'c'],
    [12, 2, 'chargeOvercurrent2', 'c'],
    [12, 3, 'dischargeCurrentAlarm', ''],
    [12, 4, 'dischargeOvercurrent', 'l'],
    [12, 5, 'dischargeOvercurrent2', 'l'],
    [12, 6, 'outputShort', 'l'],
    [13, 0, 'shortLocked', 'l'],
    [13, 2, 'chargeOvercurrentLocked', 'c'],
    [13, 3, 'dischargeOvercurrentLocked', 'l'],
    [14, 2, 'socAlarm', ''],
    [14, 3, 'socProtection', 'l'],
    [14, 4, 'cellDifferenceAlarm', ''],
    [15, 0, 'dischargeSwitch', ''],
    [15, 1, 'chargeSwitch', ''],
    [15, 2, 'currentLimiter', ''],
    [15, 3, 'heater', ''],
    [16, 0, 'lowSocAlarm', ''],
    [16, 1, 'intermittentCharge', ''],
    [16, 2, 'externalSwitch', ''],
    [16, 3, 'sleeping', ''],
    [16, 4, 'recording', ''],
    [16, 5, 'lowSocProtection', 'l'],
    [16, 6, 'activeCurrentLimit', ''],
    [16, 7, 'passiveCurrentLimit', ''],
  ];

  it('PIC: every bit has its name, and protections stop what they protect', () => {
    for (const [byte, bit, name, stops] of EVENTS) {
      const { frame, seen } = taken(pic({ [byte]: 1 << bit }));
      const events = frame['events'] as Record<string, boolean>;
      assert.deepEqual(
        Object.keys(events).filter((one) => events[one]),
        [name],
      );
      const hardware = seen?.hardware;
      assert.equal(hardware?.chargeAllowed, !stops.includes('c'), name);
      assert.equal(hardware?.loadAllowed, !stops.includes('l'), name);
      assert.equal(hardware?.fault, '', name);
      assert.equal(hardware?.shortCircuit, name === 'outputShort' || name === 'shortLocked');
      assert.equal(hardware?.bmsOverTemperature, name === 'mosOvertemperature');
      assert.equal(hardware?.['chargeSwitchClosed'], name === 'chargeSwitch');
      assert.equal(hardware?.['loadSwitchClosed'], name === 'dischargeSwitch');
      if (stops !== '') assert.equal(hardware?.[name], true);
    }
    const named = taken(pic({})).frame['events'] as Record<string, boolean>;
    assert.equal(Object.keys(named).length, EVENTS.length);
  });

  it('PIC: defects are faults in short words', () => {
    const names = ['NTC', 'AFE', 'CHG-FET', 'DSG-FET', 'CELL', 'WIRE', 'KEY', 'AEROSOL'];
    names.forEach((name, bit) => assert.equal(taken(pic({ 17: 1 << bit })).seen?.hardware?.fault, name));
    assert.equal(taken(pic({ 17: 0x05 })).seen?.hardware?.fault, 'NTC CHG-FET');
    const all = String(taken(pic({ 17: 0xff })).seen?.hardware?.fault);
    assert.ok(all.length <= 32 && all.startsWith('NTC AFE'), all);
  });

  it('EIA: the bank, two words a value with the low one first', () => {
    assert.deepEqual(taken(EIA), {
      ok: true,
      seen: null,
      frame: {
        kind: 'answer',
        unit: BANK,
        fn: 4,
        block: 'EIA',
        voltage: 52.34,
        current: -6.7,
        remainingCapacity: (65_536 + 13_412) / 100,
        fullCapacity: (2 * 65_536 + 28_000) / 100,
        dischargedCapacity: 2130,
        ratedCapacity: 280.01,
        onlinePacks: 3,
        protectedPacks: 2,
        maxDischargeCurrent: 180,
        maxChargeCurrent: 180.1,
        chargeVoltageLimit: 57.6,
        dischargeVoltageLimit: 46.4,
        packs: 2,
        cycles: 9,
        soc: 47.9,
        soh: 99.9,
      },
    });
  });

  it('EIA and PIB, of one length, are told apart by address and by the high word of the voltage', () => {
    assert.equal(taken(words(0, 4, PIB_WORDS)).frame['block'], 'PIB');
    assert.equal(taken(words(BANK, 4, PIB_WORDS)).frame['block'], 'PIB');
    assert.equal(taken(words(UNIT, 4, PIB_WORDS.with(1, 0))).frame['block'], 'PIB');
  });

  it('EIB: extremes over the bank, temperatures in 0.1 °C', () => {
    const { frame, seen } = taken(EIB);
    assert.equal(seen, null);
    assert.deepEqual(frame, {
      kind: 'answer',
      unit: BANK,
      fn: 4,
      block: 'EIB',
      cellMax: 3.272,
      cellMin: 3.27,
      cellMaxNumber: 2,
      cellMinNumber: 7,
      packVoltageMax: 52.35,
      packVoltageMin: 52.34,
      packVoltageMaxNumber: 1,
      packVoltageMinNumber: 2,
      temperatureMax: 25,
      temperatureMin: -1.2,
      temperatureAverage: 11.9,
      temperatureMaxNumber: 3,
      temperatureMinNumber: 4,
      mosTemperatureMax: 26.6,
      mosTemperatureMin: 26,
      mosTemperatureAverage: 26.3,
      mosTemperatureMaxNumber: 1,
      mosTemperatureMinNumber: 2,
      socMax: 48,
      socMin: 47,
      cyclesMax: 10,
      sohMax: 99.9,
    });
  });

  it('EIC: the events of the bank; at the address of a pack it is the settings block SFA', () => {
    const { frame, seen } = taken(EIC);
    assert.equal(seen, null);
    assert.equal(frame['block'], 'EIC');
    const events = frame['events'] as Record<string, boolean>;
    assert.deepEqual(
      Object.keys(events).filter((one) => events[one]),
      ['charging', 'dischargeSwitch'],
    );
    assert.deepEqual(taken(SFA).frame['switchedOn'], [0xff, 0x0f, 0, 1, 2, 3, 4, 5, 6, 0x80]);
  });

  it('VIA, serial numbers and counts', () => {
    const serials = { boardSerial: 'SP05B2312190075', packSerial: 'PACK-7' };
    const head = { kind: 'answer', unit: UNIT, fn: 4 };
    const who = { factory: 'XZH-ElecTech Co.,Ltd', model: '1101-SP76', firmware: '18' };
    assert.deepEqual(taken(VIA).frame, { ...head, block: 'VIA', ...who, ...serials });
    assert.deepEqual(taken(SERIALS).frame, { ...head, block: 'VIA', ...serials });
    assert.deepEqual(taken(COUNTS).frame, { ...head, block: 'SPA', sensorCount: 4, cellCount: 15 });
  });

  it('questions, settings and what is not known are named as far as they can be', () => {
    const block = (bytes: Uint8Array) => {
      const { frame, seen } = taken(bytes);
      assert.equal(seen, null);
      return [frame['kind'], frame['block'], frame['first'], frame['count']];
    };
    assert.deepEqual(block(request(UNIT, 4, 0x1000, 0x12)), ['request', 'PIA', 0x1000, 0x12]);
    assert.deepEqual(block(request(UNIT, 1, 0x1200, 0x90)), ['request', 'PIC', 0x1200, 0x90]);
    assert.deepEqual(block(request(UNIT, 4, 0x1715, 0x1e)), ['request', 'VIA', 0x1715, 0x1e]);
    assert.deepEqual(block(request(UNIT, 4, 0x7000, 0x55aa)), ['request', null, 0x7000, 0x55aa]);
    assert.deepEqual(block(rtu(UNIT, 16, 0x15, 0x11, 0, 1, 2, 0x55, 0xaa)), ['request', 'SCA', 0x1511, 1]);
    assert.deepEqual(block(rtu(UNIT, 16, 0x15, 0x11, 0, 1)), ['answer', 'SCA', 0x1511, 1]);
    assert.deepEqual(taken(words(UNIT, 4, [1, 2, 3])).frame, {
      kind: 'answer',
      unit: UNIT,
      fn: 4,
      registers: [1, 2, 3],
      block: null,
    });
  });

  it('a refusal of the device is one, with its reason', () => {
    const decoded = SEPLOS_V3.decode(exception(UNIT, 4, 2), DEFAULT_OPTIONS);
    assert.ok(!decoded.ok);
    assert.equal(decoded.refusal, 'exception');
    assert.match(decoded.text, /unit 2 refuses function 4: illegal address/);
  });

  describeTotal(SEPLOS_V3, [PIA, PIB, pic({ 9: 2 }), EIA, EIB, EIC, SFA, VIA, SERIALS, COUNTS]);
});
