/** Answers of Seplos V2, field by field, against layouts built here. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Observation } from '../../../src/engine/reading/observation.ts';
import { optionDefaults } from '../../../src/links/options.ts';
import {
  openBleFrame,
  readBleManufacturer,
  readBleSingle,
  readBleSummary,
  xmodem,
} from '../../../src/links/seplos-v2/ble-frame.ts';
import { readAlarms, readManufacturer, readTelemetry, telemetryProblem } from '../../../src/links/seplos-v2/frame.ts';
import { SEPLOS_V2_INFO } from '../../../src/links/seplos-v2/info.ts';
import { SEPLOS_V2 } from '../../../src/links/seplos-v2/protocol.ts';
import { ascii, buildFrame, word, zeros } from '../ascii-hex/build-frame.ts';
import { type AlarmParts, alarms, telemetry } from './build-answer.ts';

const OPTIONS = optionDefaults(SEPLOS_V2_INFO.options);
const bytes = (numbers: readonly number[]): Uint8Array => Uint8Array.from(numbers);
const decode = (frame: Uint8Array, options = OPTIONS) => {
  const decoded = SEPLOS_V2.decode(frame, options);
  assert.ok(decoded.ok, decoded.ok ? '' : decoded.text);
  return decoded;
};
const hardware = (parts: AlarmParts): NonNullable<Observation['hardware']> =>
  decode(buildFrame({ info: alarms(parts) })).seen!.hardware!;

describe('telemetry of Seplos V2', () => {
  it('every field has its place and its unit', () => {
    assert.deepEqual(readTelemetry(bytes(telemetry())), {
      cells: [3.3, 3.301, 3.302, 3.303],
      temperatures: [25, 26, 27, 28],
      ambientTemperature: 22,
      mosTemperature: 30,
      current: -12.34,
      voltage: 13.21,
      remaining: 50,
      full: 99,
      soc: 50.5,
      rated: 100,
      cycles: 77,
      soh: 99.1,
      portVoltage: 13.19,
    });
  });

  it('an observation tells what is judged and shows the rest', () => {
    const { seen } = decode(buildFrame({ info: telemetry() }));
    assert.equal(seen?.cellCount, 4);
    assert.deepEqual(seen?.cells?.[3], { cell: 4, voltage: 3.303 });
    assert.deepEqual(seen?.temperatures, [25, 26, 27, 28]);
    assert.deepEqual([seen?.bmsTemperature, seen?.voltage, seen?.current, seen?.soc], [30, 13.21, -12.34, 50.5]);
    assert.equal(seen?.hardware, undefined);
    assert.deepEqual(seen?.extra, {
      ambientTemperature: 22,
      remainingCapacity: 50,
      fullCapacity: 99,
      ratedCapacity: 100,
      cycles: 77,
      soh: 99.1,
      portVoltage: 13.19,
    });
    assert.equal(decode(buildFrame({ info: telemetry() }), { ...OPTIONS, currentSign: -1 }).seen?.current, 12.34);
  });

  it('an absent sensor is unknown, and another number of sensors has no names', () => {
    const cold = readTelemetry(bytes(telemetry({ temperatures: [0, 2991, 0xffff, 3011, 0, 3031] })));
    assert.deepEqual(cold?.temperatures, [null, 26, null, 28]);
    assert.deepEqual([cold?.ambientTemperature, cold?.mosTemperature], [null, 30]);
    const few = readTelemetry(bytes(telemetry({ temperatures: [2981, 2991] })));
    assert.deepEqual([few?.temperatures, few?.mosTemperature], [[25, 26], null]);
  });

  it('as many cells as it says, with fewer custom words too', () => {
    for (const count of [1, 8, 15, 16, 32]) {
      const cells = Array.from({ length: count }, (_, i) => 3200 + i);
      assert.equal(readTelemetry(bytes(telemetry({ cells, custom: [1, 2, 3, 4, 5, 6] })))?.cells.length, count);
    }
    assert.equal(readTelemetry(bytes(telemetry({ cells: [] }))), null);
    assert.equal(readTelemetry(bytes(telemetry({ cells: Array.from({ length: 33 }, () => 3300) }))), null);
    assert.equal(readTelemetry(bytes(telemetry({ custom: [1, 2, 3] }))), null);
  });

  it('a state of charge beyond 100 % is unknown', () => {
    const soc = (raw: number): unknown =>
      decode(buildFrame({ info: telemetry({ custom: [1, raw, 1, 1, 1, 1] }) })).seen?.soc;
    assert.deepEqual([soc(1000), soc(1001), soc(0)], [100, null, 0]);
  });

  it('values that cannot be are said so', () => {
    const problem = (parts: Parameters<typeof telemetry>[0]): string =>
      telemetryProblem(readTelemetry(bytes(telemetry(parts)))!) ?? '';
    assert.equal(problem({}), '');
    assert.match(problem({ voltage: 132 }), /cells sum up to 13.21 V but it tells 1.32 V/);
    assert.equal(problem({ cells: [0, 3301, 3302, 3303] }), '', 'one cell that is not measured');
  });
});

describe('alarms of Seplos V2', () => {
  it('a healthy pack allows everything and has no fault', () => {
    const told = hardware({});
    assert.deepEqual([told.chargeAllowed, told.loadAllowed, told.fault], [true, true, '']);
    assert.deepEqual([told['chargeSwitchClosed'], told['loadSwitchClosed']], [true, true]);
  });

  it('the switches are no permission', () => {
    const told = hardware({ power: 0 });
    assert.deepEqual([told['chargeSwitchClosed'], told['loadSwitchClosed']], [false, false]);
    assert.deepEqual([told.chargeAllowed, told.loadAllowed], [true, true]);
    assert.equal(hardware({ power: 1 })['loadSwitchClosed'], true);
    assert.equal(hardware({ power: 2 })['chargeSwitchClosed'], true);
    assert.equal(hardware({ power: 4 })['limiterOn'], true);
    assert.equal(hardware({ power: 8 })['heaterOn'], true);
    assert.equal(hardware({ system: 0x10 })['standby'], true);
  });

  const CHARGE = [false, true] as const;
  const LOAD = [true, false] as const;
  const BOTH = [false, false] as const;
  const protections: [number, number, string, readonly [boolean, boolean]][] = [
    [2, 1, 'cellOvervoltage', CHARGE],
    [2, 3, 'cellUndervoltage', LOAD],
    [2, 5, 'packOvervoltage', CHARGE],
    [2, 7, 'packUndervoltage', LOAD],
    [3, 1, 'chargeOvertemperature', CHARGE],
    [3, 3, 'chargeUndertemperature', CHARGE],
    [3, 5, 'dischargeOvertemperature', LOAD],
    [3, 7, 'dischargeUndertemperature', LOAD],
    [4, 1, 'ambientOvertemperature', BOTH],
    [4, 3, 'ambientUndertemperature', BOTH],
    [4, 5, 'bmsOverTemperature', BOTH],
    [5, 1, 'chargeOvercurrent', CHARGE],
    [5, 3, 'dischargeOvercurrent', LOAD],
    [5, 4, 'dischargeOvercurrent', LOAD],
    [5, 5, 'shortCircuit', LOAD],
    [5, 6, 'dischargeOvercurrent', LOAD],
    [5, 7, 'shortCircuit', LOAD],
    [6, 0, 'chargerOvervoltage', CHARGE],
    [6, 3, 'capacityUsedUp', LOAD],
    [6, 4, 'lowCellBlocksCharging', CHARGE],
    [6, 5, 'reversed', BOTH],
  ];
  for (const [warning, bit, name, [charge, load]] of protections) {
    it(`warning ${warning}, bit ${bit}: ${name}`, () => {
      const told = hardware({ warnings: { [warning]: 1 << bit } });
      assert.equal(told[name], true);
      assert.deepEqual([told.chargeAllowed, told.loadAllowed, told.fault], [charge, load, '']);
    });
  }

  it('mere warnings stop nothing', () => {
    const told = hardware({ warnings: { 2: 0x55, 3: 0x55, 4: 0x55, 5: 0x05, 6: 0x86, 7: 0xff } });
    assert.deepEqual([told.chargeAllowed, told.loadAllowed, told.fault], [true, true, '']);
  });

  it('faults of the hardware have names', () => {
    const names = ['voltage-sensor', 'temperature-sensor', 'current-sensor', 'power-key', 'cell-difference'];
    for (const [bit, name] of [...names, 'charge-switch', 'discharge-switch', 'limit-switch'].entries()) {
      assert.equal(hardware({ warnings: { 1: 1 << bit } }).fault, name);
    }
    assert.equal(hardware({ warnings: { 8: 1 } }).fault, 'storage');
    assert.equal(hardware({ warnings: { 8: 2 } }).fault, 'clock');
    assert.equal(hardware({ open: [0x02, 0x01] }).fault, 'open-wire 2,9');
    assert.equal(hardware({ cells: [0xf0, ...zeros(15)] }).fault, 'state-F0');
    assert.equal(hardware({ warnings: { 1: 0xff, 8: 3 } }).fault!.length, 32);
  });

  it('the first balance byte is cells 1…8, the second 9…16', () => {
    const told = readAlarms(bytes(alarms({ balance: [0x81, 0x02], warnings: { 7: 0x20 } })));
    assert.deepEqual(told?.balancing, [1, 8, 10]);
    assert.equal(told?.warnings, '0000000000002000');
    assert.deepEqual(readAlarms(bytes(alarms({ cells: zeros(8), balance: [0x81, 0x02] })))?.balancing, [1, 8]);
  });

  it('is never taken for telemetry, nor telemetry for it', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(255), { minLength: 20, maxLength: 20 }),
        fc.integer({ min: 10, max: 16 }),
        (flags, cells) => {
          const [w1 = 0, w2 = 0, w3 = 0, w4 = 0, w5 = 0, w6 = 0, power = 0, b1 = 0, b2 = 0, system = 0] = flags;
          const warnings = { 1: w1, 2: w2, 3: w3, 4: w4, 5: w5, 6: w6 };
          const info = bytes(alarms({ cells: zeros(cells), warnings, power, balance: [b1, b2], system }));
          assert.equal(readTelemetry(info), null);
          assert.equal(readAlarms(info)?.cells.length, cells);
        },
      ),
    );
    assert.equal(readAlarms(bytes(telemetry())), null);
    assert.equal(readManufacturer(bytes(telemetry())), null);
    assert.equal(readManufacturer(bytes(alarms())), null);
    assert.equal(readManufacturer(ascii('EMU-1101 \u0010\u0006Seplos')), 'EMU-1101 Seplos');
  });

  it('cut short or longer it is none', () => {
    const whole = alarms();
    for (let length = 0; length < whole.length; length += 1)
      assert.equal(readAlarms(bytes(whole.slice(0, length))), null);
    assert.equal(readAlarms(bytes([...whole, 0])), null);
    assert.equal(readAlarms(bytes(alarms({ rest: 0 })))?.cells.length, 16);
  });
});

describe('decoding any Seplos V2 frame', () => {
  it('questions by their name, refusals by their code', () => {
    const name = (code: number): unknown => decode(buildFrame({ code, info: [1] })).frame['request'];
    assert.deepEqual([0x42, 0x44, 0x45, 0x47, 0x4f, 0x51, 0x77].map(name), [
      'telemetry',
      'alarms',
      'remote control',
      'parameters',
      'version',
      'manufacturer',
      'unknown',
    ]);
    assert.equal(decode(buildFrame({ code: 4 })).frame['returnCode'], 4);
    assert.equal(decode(buildFrame({ info: [...ascii('EMU1101')] })).frame['text'], 'EMU1101');
    assert.equal(decode(buildFrame({ info: [1, 2, 3] })).frame['info'], '010203');
  });

  it('a damaged frame is refused with the reason', () => {
    const frame = buildFrame({ info: telemetry() });
    frame[20] = 0x5a;
    const decoded = SEPLOS_V2.decode(frame, OPTIONS);
    assert.ok(!decoded.ok);
    assert.equal(decoded.refusal, 'checksum');
    assert.match(decoded.text, /no good frame: its checksum is/);
  });

  it('is total, and no flipped bit changes a value', () => {
    const whole = buildFrame({ info: telemetry() });
    const right = decode(whole).frame;
    for (let at = 0; at < whole.length; at += 1) {
      for (let bit = 0; bit < 8; bit += 1) {
        const damaged = whole.slice();
        damaged[at] = damaged[at]! ^ (1 << bit);
        const decoded = SEPLOS_V2.decode(damaged, OPTIONS);
        if (decoded.ok) assert.deepEqual(decoded.frame, right, `byte ${at} bit ${bit}`);
      }
      assert.equal(SEPLOS_V2.decode(whole.slice(0, at), OPTIONS).ok, false);
    }
    let good = 0;
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 90 }), (info) => {
        const decoded = SEPLOS_V2.decode(buildFrame({ info: [...info] }), OPTIONS);
        if (decoded.ok) good += 1;
        assert.equal(typeof SEPLOS_V2.decode(info, OPTIONS).ok, 'boolean');
      }),
    );
    assert.equal(good, 100);
  });
});

/** A binary frame as the BLE variant has it. */
function ble(head: readonly number[], data: readonly number[]): Uint8Array {
  const body = [...head, ...word(data.length), ...data];
  let crc = 0;
  for (const byte of body) {
    for (let bit = 7; bit >= 0; bit -= 1) {
      const top = (crc >> 15) & 1;
      crc = (crc << 1) & 0xffff;
      if ((top ^ ((byte >> bit) & 1)) === 1) crc ^= 0x1021;
    }
  }
  return bytes([0x7e, ...body, ...word(crc), 0x0d]);
}

describe('the binary variant over BLE', () => {
  it('its CRC is the one called XMODEM', () => {
    assert.equal(xmodem(ascii('123456789')), 0x31c3);
    assert.equal(Buffer.from(ble([0x10, 0, 0x46, 0x61], [0])).toString('hex'), '7e10004661000100f7c10d');
  });

  const states = [2, 3, 8, ...zeros(8)];

  it('one machine: values, switches, events', () => {
    const custom = [30400, 982, 30400, 214, 1000, 5446];
    const info = [...telemetry({ cells: [3396, 3399], voltage: 679, custom }), ...zeros(2 + 6 + 2), ...states];
    const { frame, seen } = decode(ble([0x14, 0, 0x61, 0], info));
    assert.deepEqual(
      [frame['transport'], frame['cells'], frame['soc'], frame['rated']],
      ['BLE', [3.396, 3.399], 98.2, 304],
    );
    assert.deepEqual([frame['system'], frame['events']], [2, '0000000000000000']);
    assert.deepEqual(seen?.hardware, { chargeSwitchClosed: true, loadSwitchClosed: true });
    assert.equal(seen?.current, -12.34);
  });

  it('all packs together, and the name', () => {
    const values = [3316, 3310];
    const temperatures = [2963, 2943, 2998, 2957];
    const custom = [8400, 520, 8400, 113, 1000, 5305, 1792];
    const info = [0, 0, 16, ...values.flatMap(word), 6, ...temperatures.flatMap(word)];
    const rest = [...word(215), ...word(5300), ...word(4372), custom.length, ...custom.flatMap(word), ...states];
    assert.deepEqual(readBleSummary(bytes([...info, ...rest])), {
      cellCount: 16,
      cellMax: 3.316,
      cellMin: 3.31,
      temperatures: [23.2, 21.2, 26.7, 22.6],
      current: 21.5,
      voltage: 53,
      remaining: 437.2,
      full: 840,
      soc: 52,
      rated: 840,
      cycles: 113,
      soh: 100,
      portVoltage: 53.05,
      system: 2,
      switches: { discharge: true, charge: true, limiter: false, heater: false },
      events: '0000000000000000',
    });
    const name = [...ascii('CAN:PNG_DYE_Luxp_TBB1101-SP76 '), 16, 6, 1, 1];
    assert.deepEqual(readBleManufacturer(bytes(name)), { model: 'B1101-SP76', version: '16.6' });
    assert.equal(decode(ble([0x14, 0, 0x51, 0], name)).frame['model'], 'B1101-SP76');
    assert.equal(decode(ble([0x14, 0, 0x51, 0], [1])).frame['info'], '01');
    assert.equal(decode(ble([0x10, 0, 0x46, 0x62], [])).frame['request'], 'summary');
  });

  it('is refused damaged, and total', () => {
    const whole = ble([0x14, 0, 0x61, 0], [1, 2, 3]);
    for (let length = 0; length < whole.length; length += 1)
      assert.equal(openBleFrame(whole.slice(0, length)).ok, false);
    for (let bit = 8; bit < 8 * (whole.length - 1); bit += 1) {
      const damaged = whole.slice();
      damaged[bit >> 3] = damaged[bit >> 3]! ^ (1 << (bit & 7));
      assert.equal(openBleFrame(damaged).ok, false, `bit ${bit}`);
    }
    const long = ble([0x14, 0, 0x61, 0], [1, 2, 3]);
    assert.equal(openBleFrame(bytes([...long.slice(0, 5), 0, 4, ...long.slice(7)])).ok, false);
    let single = 0;
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 120 }), fc.constantFrom(0x51, 0x61, 0x62), (data, command) => {
        assert.ok(SEPLOS_V2.decode(ble([0x14, 0, command, 0], [...data]), OPTIONS).ok);
        readBleSummary(data);
        if (readBleSingle(data) !== null) single += 1;
      }),
    );
    assert.ok(single < 5, `${single} accidental answers`);
  });
});
