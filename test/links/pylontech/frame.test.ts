/** Answers of Pylontech modules, field by field, against layouts built here. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Observation } from '../../../src/engine/reading/observation.ts';
import { optionDefaults } from '../../../src/links/options.ts';
import {
  moduleProblem,
  readAlarms,
  readAnalog,
  readManagement,
  readModule,
  readSerial,
} from '../../../src/links/pylontech/frame.ts';
import { PYLONTECH_INFO } from '../../../src/links/pylontech/info.ts';
import { observationOf } from '../../../src/links/pylontech/observe.ts';
import { PYLONTECH } from '../../../src/links/pylontech/protocol.ts';
import { ascii, buildFrame, word, zeros } from '../ascii-hex/build-frame.ts';
import { type AlarmParts, alarmOf, moduleOf } from './build-answer.ts';

const OPTIONS = optionDefaults(PYLONTECH_INFO.options);
const bytes = (numbers: readonly number[]): Uint8Array => Uint8Array.from(numbers);
const single = (parts = {}): Uint8Array => bytes([0x11, 2, ...moduleOf(parts)]);
const decode = (info: readonly number[], options = OPTIONS) => {
  const decoded = PYLONTECH.decode(buildFrame({ info }), options);
  assert.ok(decoded.ok, decoded.ok ? '' : decoded.text);
  return decoded;
};
const hardware = (parts: AlarmParts): NonNullable<Observation['hardware']> => decode(alarmOf(parts)).seen!.hardware!;

describe('values of a Pylontech module', () => {
  it('every field has its place and its unit; charges beyond 65 Ah come from the three-byte words', () => {
    assert.deepEqual(readModule(single()), {
      command: 2,
      cells: [3.301, 3.302, 3.303, 3.304],
      boardTemperature: 30,
      temperatures: [25, 26],
      current: -2.6,
      voltage: 13.21,
      remaining: 95.46,
      total: 111,
      cycles: 31,
      userDefined: 4,
    });
    const short = readModule(single({ items: 2, remaining: 33_500, total: 50_000 }));
    assert.deepEqual([short?.remaining, short?.total, short?.userDefined], [33.5, 50, 2]);
  });

  it('voltage and charge words are unsigned, cells and current are signed', () => {
    const high = readModule(single({ voltage: 53_000, items: 2, remaining: 64_000, total: 65_000 }));
    assert.deepEqual([high?.voltage, high?.remaining, high?.total], [53, 64, 65]);
    const turned = readModule(single({ cells: [-120, 3302, 3303, 3304], current: 1800 }));
    assert.deepEqual([turned?.cells[0], turned?.current], [-0.12, 180]);
  });

  it('an observation tells what is judged and shows the rest', () => {
    const { seen } = decode([...single()]);
    assert.equal(seen?.cellCount, 4);
    assert.deepEqual(seen?.cells?.[2], { cell: 3, voltage: 3.303 });
    assert.deepEqual([seen?.bmsTemperature, seen?.temperatures, seen?.current], [30, [25, 26], -2.6]);
    assert.equal(seen?.soc, 86);
    assert.deepEqual(seen?.extra, { remainingCapacity: 95.46, fullCapacity: 111, cycles: 31 });
    assert.equal(seen?.hardware, undefined);
    assert.equal(decode([...single()], { ...OPTIONS, currentSign: -1 }).seen?.current, 2.6);
  });

  it('without a total there is no state of charge, and an absent sensor is unknown', () => {
    assert.equal(decode([...single({ total: 0 })]).seen?.soc, null);
    assert.equal(decode([...single({ remaining: 112_000 })]).seen?.soc, null);
    assert.deepEqual(decode([...single({ temperatures: [3031, 0, 2991] })]).seen?.temperatures, [null, 26]);
  });

  it('several modules are several packs: none of them is taken for the pack', () => {
    const info = [0x11, 2, ...moduleOf(), ...moduleOf({ current: 44, items: 2, remaining: 1000, total: 2000 })];
    const { frame, seen } = decode(info);
    assert.equal(seen, null);
    assert.deepEqual(
      (frame['modules'] as { current: number }[]).map(({ current }) => current),
      [-2.6, 4.4],
    );
    assert.equal(readModule(bytes(info)), null);
    assert.equal(readAnalog(bytes([0x11, 3, ...moduleOf(), ...moduleOf()])), null, 'it promised three');
  });

  it('cut short or longer it is none', () => {
    const whole = [...single()];
    for (let length = 0; length < whole.length; length += 1)
      assert.equal(readAnalog(bytes(whole.slice(0, length))), null);
    assert.equal(readAnalog(bytes([...whole, 0])), null);
  });

  it('cells and voltage that cannot belong together are said so', () => {
    assert.equal(moduleProblem(readModule(single())!), null);
    assert.match(moduleProblem(readModule(single({ voltage: 1321 }))!) ?? '', /sum up to 13.21 V but it tells 1.32 V/);
  });
});

describe('alarms of a Pylontech module', () => {
  it('a healthy module allows everything', () => {
    const told = hardware({});
    assert.deepEqual([told.chargeAllowed, told.loadAllowed, told.fault], [true, true, '']);
    assert.deepEqual(
      [told['chargeSwitchClosed'], told['loadSwitchClosed'], told['prechargeClosed']],
      [true, true, false],
    );
  });

  const CHARGE = [false, true] as const;
  const LOAD = [true, false] as const;
  const cases: [string, AlarmParts, string, readonly [boolean, boolean]][] = [
    ['status 1 bit 0', { status: [0x01, 0, 0, 0, 0] }, 'packOvervoltage', CHARGE],
    ['status 1 bit 1', { status: [0x02, 0, 0, 0, 0] }, 'cellUndervoltage', LOAD],
    ['status 1 bit 2', { status: [0x04, 0, 0, 0, 0] }, 'chargeOvercurrent', CHARGE],
    ['status 1 bit 4', { status: [0x10, 0, 0, 0, 0] }, 'dischargeOvercurrent', LOAD],
    ['status 1 bit 5', { status: [0x20, 0, 0, 0, 0] }, 'dischargeTemperature', LOAD],
    ['status 1 bit 6', { status: [0x40, 0, 0, 0, 0] }, 'chargeTemperature', CHARGE],
    ['status 1 bit 7', { status: [0x80, 0, 0, 0, 0] }, 'packUndervoltage', LOAD],
    ['a cell above', { cells: [0, 2, 0] }, 'cellOvervoltage', CHARGE],
    ['a cell below', { cells: [0, 0, 1] }, 'cellUndervoltage', LOAD],
    ['a sensor above', { temperatures: [0, 2] }, 'chargeTemperature', CHARGE],
    ['a sensor below', { temperatures: [1, 0] }, 'chargeTemperature', CHARGE],
    ['charge current above', { charge: 2 }, 'chargeOvercurrent', CHARGE],
    ['discharge current above', { discharge: 2 }, 'dischargeOvercurrent', LOAD],
    ['module voltage above', { voltage: 2 }, 'packOvervoltage', CHARGE],
    ['module voltage below', { voltage: 1 }, 'packUndervoltage', LOAD],
  ];
  for (const [what, parts, name, [charge, load]] of cases) {
    it(`${what}: ${name}`, () => {
      const told = hardware(parts);
      assert.equal(told[name], true);
      assert.deepEqual([told.chargeAllowed, told.loadAllowed, told.fault], [charge, load, '']);
    });
  }

  it('the switches are no permission, and the rest of the status has names', () => {
    const told = hardware({ status: [0, 0x01, 0x28, 0, 0] });
    assert.deepEqual([told.chargeAllowed, told.loadAllowed], [true, true]);
    assert.deepEqual(
      [told['chargeSwitchClosed'], told['loadSwitchClosed'], told['prechargeClosed']],
      [false, false, true],
    );
    assert.deepEqual([told['full'], told['heaterOn']], [true, true]);
    assert.equal(hardware({ status: [0, 2, 0, 0, 0] })['chargeSwitchClosed'], true);
    assert.equal(hardware({ status: [0, 4, 0, 0, 0] })['loadSwitchClosed'], true);
  });

  it('cells out of all bounds and other errors are faults', () => {
    assert.equal(hardware({ status: [0, 6, 0, 0x11, 0x40] }).fault, 'cell-error 1,5,15');
    assert.equal(hardware({ cells: [0xf0, 0] }).fault, 'state-F0');
    assert.equal(hardware({ voltage: 0xf0 }).fault, 'state-F0');
    const { activity, status } = readAlarms(bytes(alarmOf({ status: [0, 0, 0xc1, 0, 0] })))!;
    assert.deepEqual([activity.effectiveCharge, activity.effectiveDischarge, activity.buzzer], [true, true, true]);
    assert.deepEqual(status, [0, 0, 0xc1, 0, 0]);
  });

  it('is not taken for values, nor for a charge management', () => {
    assert.equal(readAnalog(bytes(alarmOf())), null);
    assert.equal(readManagement(bytes(alarmOf())), null);
    assert.equal(readAlarms(single()), null);
    const whole = alarmOf();
    for (let length = 0; length < whole.length; length += 1)
      assert.equal(readAlarms(bytes(whole.slice(0, length))), null);
    assert.equal(readAlarms(bytes([...whole, 0])), null);
  });
});

describe('charge management and barcode of Pylontech', () => {
  const management = (status: number): Uint8Array =>
    bytes([2, ...word(28_400), ...word(23_200), ...word(555), ...word(-555), status]);

  it('limits and wishes', () => {
    assert.deepEqual(readManagement(management(0xc0)), {
      command: 2,
      chargeVoltage: 28.4,
      dischargeVoltage: 23.2,
      chargeCurrent: 55.5,
      dischargeCurrent: -55.5,
      chargeEnable: true,
      dischargeEnable: true,
      chargeImmediately: false,
      fullChargeRequest: false,
    });
    const wishes = (status: number): boolean[] => {
      const told = readManagement(management(status))!;
      return [told.chargeEnable, told.dischargeEnable, told.chargeImmediately, told.fullChargeRequest];
    };
    assert.deepEqual(wishes(0x80), [true, false, false, false]);
    assert.deepEqual(wishes(0x40), [false, true, false, false]);
    assert.deepEqual(wishes(0x20), [false, false, true, false]);
    assert.deepEqual(wishes(0x10), [false, false, true, false]);
    assert.deepEqual(wishes(0x08), [false, false, false, true]);
    assert.equal(decode([...management(0xc0)]).frame['chargeVoltage'], 28.4);
    assert.equal(readManagement(management(0xc0).slice(1)), null);
  });

  it('the limits are shown and permit or forbid nothing', () => {
    const module = readModule(single())!;
    const { extra, hardware: told } = observationOf(
      module,
      readAlarms(bytes(alarmOf())),
      readManagement(management(0)),
      OPTIONS,
    );
    assert.deepEqual(
      [extra?.['chargeEnable'], extra?.['dischargeEnable'], extra?.['chargeCurrentLimit']],
      [false, false, 55.5],
    );
    assert.equal(extra?.['status'], '000e400000');
    assert.deepEqual([told?.chargeAllowed, told?.loadAllowed], [true, true]);
  });

  it('the barcode without blanks, empty where there is none', () => {
    assert.equal(readSerial(bytes([2, ...ascii('PPTBH02400710243')])), 'PPTBH02400710243');
    assert.equal(readSerial(bytes([2, ...zeros(16)])), '');
    assert.equal(readSerial(bytes([2, ...ascii('PPT')])), null);
    assert.equal(decode([2, ...ascii('PPTBH02400710243')]).frame['text'], 'PPTBH02400710243');
  });
});

describe('decoding any Pylontech frame', () => {
  it('questions by their name, refusals of this maker by their code', () => {
    const frameOf = (code: number): Readonly<Record<string, unknown>> => {
      const decoded = PYLONTECH.decode(buildFrame({ code, info: [2] }), OPTIONS);
      return decoded.ok ? decoded.frame : {};
    };
    assert.equal(frameOf(0x92)['request'], 'management');
    assert.equal(frameOf(0x95)['request'], 'turn off');
    assert.equal(frameOf(0x90)['returnCode'], 0x90);
    assert.equal(frameOf(0x91)['returnCode'], 0x91);
    assert.equal(frameOf(0x02)['returnCode'], 2);
  });

  it('is total, and no flipped bit changes a value', () => {
    const whole = buildFrame({ info: [...single()] });
    const right = PYLONTECH.decode(whole, OPTIONS);
    for (let at = 0; at < whole.length; at += 1) {
      for (let bit = 0; bit < 8; bit += 1) {
        const damaged = whole.slice();
        damaged[at] = damaged[at]! ^ (1 << bit);
        const decoded = PYLONTECH.decode(damaged, OPTIONS);
        if (decoded.ok) assert.deepEqual(decoded, right, `byte ${at} bit ${bit}`);
      }
      assert.equal(PYLONTECH.decode(whole.slice(0, at), OPTIONS).ok, false);
    }
    let good = 0;
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 120 }), (info) => {
        if (PYLONTECH.decode(buildFrame({ info: [...info] }), OPTIONS).ok) good += 1;
        assert.equal(typeof PYLONTECH.decode(info, OPTIONS).ok, 'boolean');
      }),
    );
    assert.equal(good, 100);
  });
});
