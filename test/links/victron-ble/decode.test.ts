/** One advert: every kind of record that is read, every flag, and what is refused. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Observation } from '../../../src/engine/reading/observation.ts';
import { optionDefaults } from '../../../src/links/options.ts';
import type { LinkOptions } from '../../../src/links/options.ts';
import { VICTRON_BLE } from '../../../src/links/victron-ble/protocol.ts';
import {
  ALLOWED,
  advert,
  type Bits,
  KEY,
  line,
  type Lithium,
  lithium,
  monitor,
  type Monitor,
  OTHER_KEY,
  record,
} from './build.ts';

const OPTIONS: LinkOptions = { ...optionDefaults(VICTRON_BLE.info.options), secret: KEY };

function decoded(bytes: Uint8Array, options = OPTIONS) {
  const read = VICTRON_BLE.decode(bytes, options);
  assert.ok(read.ok, JSON.stringify(read));
  assert.ok(read.seen !== null);
  return { frame: read.frame, seen: read.seen };
}

const battery = (given: Lithium = {}): Observation => decoded(advert(lithium(given), { type: 5 })).seen;
const shunt = (given: Monitor = {}, options = OPTIONS): Observation =>
  decoded(advert(monitor(given), { type: 2 }), options).seen;
const of = (type: number, bits: Bits) => decoded(advert(record(bits), { type }));
const lynx = (given: { error?: number; io?: number; alarms?: number; soc?: number; temperature?: number } = {}) =>
  of(0x0a, [
    [given.error ?? 0, 8],
    [14_400, 16],
    [2699, 16],
    [-6, 16],
    [given.io ?? 0b0101_0100, 16],
    [given.alarms ?? 0b01_0001_0101_0101_0101, 18],
    [given.soc ?? 995, 10],
    [44, 20],
    [given.temperature ?? 63, 7],
    [0, 1],
  ]);

function refusal(bytes: Uint8Array, options = OPTIONS): { refusal: string; text: string } {
  const read = VICTRON_BLE.decode(bytes, options);
  assert.ok(!read.ok);
  return read;
}

describe('Victron adverts: a Smart Lithium battery', () => {
  it('cells, voltage, temperature, balancer, permissions (VLB-1, VLB-11)', () => {
    const seen = battery({ cells: [70, 71, 72, 73], balancer: 3, temperature: 35 });
    assert.equal(seen.cellCount, 4);
    assert.deepEqual(seen.cells, [
      { cell: 1, voltage: 3.3 },
      { cell: 2, voltage: 3.31 },
      { cell: 3, voltage: 3.32 },
      { cell: 4, voltage: 3.33 },
    ]);
    assert.equal(seen.voltage, 13.26);
    assert.deepEqual(seen.temperatures, [-5]);
    assert.equal(seen.extra?.['balancer'], 'imbalance');
    assert.equal(seen.hardware?.chargeAllowed, true);
    assert.equal(seen.hardware?.loadAllowed, true);
    assert.equal(seen.hardware?.fault, '');
    assert.ok(!('current' in seen) && !('soc' in seen), 'it has neither');
  });

  it('a battery of 25.6 V has eight cells', () => {
    const seen = battery({ cells: [70, 70, 70, 70, 70, 70, 70, 72] });
    assert.equal(seen.cellCount, 8);
    assert.equal(seen.cells?.[7]?.voltage, 3.32);
    assert.equal(seen.voltage, 26.42);
  });

  it('a cell beyond the range counts as just beyond it, and is marked (VLB-2, VLB-5)', () => {
    const low = battery({ cells: [71, 0, 71, 71] });
    assert.equal(low.cells?.[1]?.voltage, 2.6);
    assert.equal(low.hardware?.['cellBelowRange'], true);
    assert.equal(low.hardware?.['cellAboveRange'], false);
    const high = battery({ cells: [71, 71, 126, 71] });
    assert.equal(high.cells?.[2]?.voltage, 3.86);
    assert.equal(high.hardware?.['cellAboveRange'], true);
    assert.deepEqual(
      battery({ cells: [1, 125, 71, 71] }).cells?.map(({ voltage }) => voltage),
      [2.61, 3.85, 3.31, 3.31],
    );
  });

  it('a cell that is lost in the middle is unknown; at the end the count falls', () => {
    const middle = battery({ cells: [71, 127, 71, 71] });
    assert.equal(middle.cellCount, 4);
    assert.equal(middle.cells?.[1]?.voltage, null);
    assert.equal(battery({ cells: [71, 71, 71] }).cellCount, 3);
    assert.deepEqual([battery({ cells: [] }).cellCount, battery({ cells: [] }).cells], [0, []]);
  });

  it('what it does not know is null', () => {
    const seen = battery({ hundredths: 0xfff, temperature: 127, balancer: 15 });
    assert.equal(seen.voltage, null);
    assert.deepEqual(seen.temperatures, [null]);
    assert.equal(seen.extra?.['balancer'], null);
    for (const [code, word] of ['unknown', 'balanced', 'balancing', 'imbalance'].entries()) {
      assert.equal(battery({ balancer: code }).extra?.['balancer'], word);
    }
  });

  it('VLB-1 each flag of the BMS by itself', () => {
    const flag = (bit: number) => battery({ flags: (ALLOWED ^ (1 << bit)) >>> 0 }).hardware;
    assert.equal(flag(25)?.chargeAllowed, false);
    assert.equal(flag(25)?.loadAllowed, true);
    assert.equal(flag(26)?.loadAllowed, false);
    const bits: readonly (readonly [number, string])[] = [
      [9, 'cellOvervoltage'],
      [11, 'cellUndervoltage'],
      [12, 'cellUndervoltageWarning'],
      [15, 'overTemperature'],
      [22, 'underTemperature'],
      [23, 'shortCircuit'],
      [27, 'preAlarm'],
    ];
    const healthy = battery().hardware;
    for (const [bit, name] of bits) {
      assert.equal(healthy?.[name], false, name);
      assert.deepEqual(flag(bit), { ...healthy, [name]: true }, name);
    }
  });

  it('VLB-8 its codes: messages, and faults of the hardware', () => {
    const messages = (bit: number): unknown => battery({ flags: (ALLOWED | (1 << bit)) >>> 0 }).extra?.['messages'];
    assert.deepEqual([9, 11, 12, 15, 22, 3].map(messages), ['A-SL9', 'A-SL11', 'W-SL12', 'A-SL15', 'A-SL22', '']);
    const fault = (errors: number, flags = ALLOWED): unknown => battery({ errors, flags }).hardware?.fault;
    assert.deepEqual(
      [0, 1, 2, 0x100, 0x200, 0x80].map((bits) => fault(bits)),
      ['', 'E-SL1', 'E-SL2', 'E-SL9', 'E-SL10', 'E-SL119'],
    );
    assert.equal(fault(0, ALLOWED | (1 << 24)), 'E-SL24');
    assert.equal(fault(3), 'E-SL1 E-SL2');
    assert.ok(String(fault(0xffff)).length <= 32);
    assert.equal(fault(0, ALLOWED | (1 << 11)), '', 'an ordinary protection is no fault');
  });
});

describe('Victron adverts: the other devices', () => {
  it('a shunt: current, SOC, alarms, the three uses of its auxiliary input', () => {
    const seen = shunt();
    assert.equal(seen.voltage, 13.2);
    assert.equal(seen.current, -12.345);
    assert.equal(seen.soc, 73.4);
    assert.equal(seen.hardware?.socCalibrated, true);
    assert.equal(seen.extra?.['consumedAh'], -26.6);
    assert.equal(seen.extra?.['timeToGoMinutes'], 357);
    assert.equal(shunt({}, { ...OPTIONS, currentSign: -1 }).current, 12.345);
    assert.equal(shunt({ mode: 0, aux: 1281 }).starterVoltage, 12.81);
    assert.equal(shunt({ mode: 0, aux: -2 }).starterVoltage, -0.02);
    assert.ok(!('starterVoltage' in seen));
    assert.equal(shunt({ mode: 1, aux: 660 }).extra?.['midpointVoltage'], 6.6);
    assert.equal(shunt({ mode: 2, aux: 29_815 }).extra?.['temperature'], 25);
    assert.equal(shunt({ alarms: 0x20 }).hardware?.['lowTemperatureAlarm'], true);
  });

  it('an SOC it does not know is not calibrated; a current it does not have is null', () => {
    assert.equal(shunt({ soc: 0x3ff }).soc, null);
    assert.equal(shunt({ soc: 0x3ff }).hardware?.socCalibrated, false);
    assert.equal(shunt({ milliamperes: 0x1fffff }).current, null);
    assert.equal(shunt({ voltage: 0x7fff, minutes: 0xffff }).voltage, null);
    assert.equal(shunt({ minutes: 0xffff }).extra?.['timeToGoMinutes'], null);
  });

  it('−1 mA may be "none": such a current is neither told nor refreshed', () => {
    assert.ok(!('current' in shunt({ milliamperes: -1 })));
    assert.equal(shunt({ milliamperes: -2 }).current, -0.002);
  });

  it('a Smart Battery Sense has neither current nor SOC', () => {
    const seen = shunt({ milliamperes: 0x1fffff, soc: 0x3ff, mode: 2, aux: 29_565 });
    assert.ok(!('current' in seen) && !('soc' in seen));
    assert.equal(seen.hardware?.socCalibrated, undefined);
    assert.equal(seen.extra?.['temperature'], 22.5);
  });

  it("a solar charger's current is what it gives", () => {
    const charger = (current: number, error = 0) =>
      of(1, [
        [3, 8],
        [error, 8],
        [1388, 16],
        [current, 16],
        [3, 16],
        [19, 16],
        [12, 9],
      ]).seen;
    const seen = charger(14);
    assert.equal(seen.currentIn, 1.4);
    assert.ok(!('current' in seen));
    assert.equal(seen.voltage, 13.88);
    assert.deepEqual(seen.extra, { state: 'bulk', yieldToday: 30, pvPower: 19, loadCurrent: 1.2 });
    assert.equal(seen.hardware?.fault, '');
    assert.equal(charger(14, 2).hardware?.fault, 'Err 2');
    assert.equal(charger(0x7fff).currentIn, null);
  });

  it('VSB-2 a DC/DC charger tells the starter side', () => {
    const converter = (output: number) =>
      of(4, [
        [3, 8],
        [0, 8],
        [1315, 16],
        [output, 16],
        [128, 32],
      ]).seen;
    assert.equal(converter(1420).starterVoltage, 13.15);
    assert.equal(converter(1420).voltage, 14.2);
    assert.ok(!('voltage' in converter(0x7fff)), 'switched off it tells no output');
  });

  it('VLB-10 a Lynx Smart BMS: permissions, alarms, current, SOC', () => {
    const { seen, frame } = lynx();
    assert.equal(seen.voltage, 26.99);
    assert.equal(seen.current, -0.6);
    assert.equal(seen.soc, 99.5);
    assert.equal(frame['consumedAh'], -4.4);
    assert.deepEqual(seen.temperatures, [23]);
    assert.equal(seen.hardware?.chargeAllowed, true);
    assert.equal(seen.hardware?.loadAllowed, true);
    assert.equal(seen.hardware?.bmsOverTemperature, false);
    assert.equal(seen.hardware?.fault, '');
    assert.equal(lynx({ io: 0b0101_1000 }).seen.hardware?.chargeAllowed, false);
    assert.equal(lynx({ io: 0b0110_0100 }).seen.hardware?.loadAllowed, false);
    assert.equal(lynx({ io: 0 }).seen.hardware?.loadAllowed, null);
    assert.equal(lynx({ alarms: 0b11 << 4 }).seen.hardware?.bmsOverTemperature, true);
    assert.equal(lynx({ alarms: 0b10 << 16 }).seen.hardware?.['highTemperature'], true);
    assert.equal(lynx({ error: 11 }).seen.hardware?.fault, 'E-B11');
    assert.equal(lynx({ error: 14 }).seen.hardware?.fault, '', 'undervoltage is an ordinary protection');
    assert.equal(lynx({ soc: 0x3ff }).seen.hardware?.socCalibrated, false);
    assert.ok(!('temperatures' in lynx({ temperature: 127 }).seen));
  });

  it('a BatteryProtect: its switch, and the battery at its input', () => {
    const protect = (output: number, alarms = 0) =>
      of(9, [
        [249, 8],
        [output, 8],
        [0, 8],
        [alarms, 16],
        [0, 16],
        [1307, 16],
        [1306, 16],
        [0, 32],
      ]).seen;
    assert.equal(protect(1).hardware?.['loadSwitchClosed'], true);
    assert.equal(protect(4).hardware?.['loadSwitchClosed'], false);
    assert.equal(protect(2).hardware?.['loadSwitchClosed'], undefined);
    assert.equal(protect(1).hardware?.loadAllowed, undefined, 'a switch is no refusal');
    assert.equal(protect(1).hardware?.shortCircuit, false);
    assert.equal(protect(4, 1 << 12).hardware?.shortCircuit, true);
    assert.equal(protect(1).voltage, 13.07);
    assert.equal(protect(1).extra?.['outputVoltage'], 13.06);
  });

  it('a DC meter: what goes in or out, never the current of the battery', () => {
    const meter = (mode: number) =>
      of(0x0d, [
        [mode, 16],
        [1252, 16],
        [0, 16],
        [-1, 16],
        [0, 2],
        [5250, 22],
      ]).seen;
    assert.equal(meter(-3).currentIn, 5.25);
    assert.equal(meter(-6).alternatorCurrent, 5.25);
    assert.equal(meter(3).currentOut, 5.25);
    assert.equal(meter(0).current, 5.25);
    for (const mode of [-3, -6, 3]) assert.equal(meter(mode).current, undefined);
    assert.equal(meter(-3).starterVoltage, -0.01);
  });
});

describe('Victron adverts: what is refused', () => {
  const whole = advert(lithium(), { type: 5 });

  it('another key: the sentence says where to get the right one', () => {
    const read = refusal(whole, { ...OPTIONS, secret: OTHER_KEY });
    assert.equal(read.refusal, 'key');
    assert.match(read.text, /the key is stale: copy it anew from VictronConnect/);
    assert.equal(refusal(whole, { ...OPTIONS, secret: '' }).refusal, 'key');
  });

  it('a wrong key that begins alike gives cells that do not add up', () => {
    const alike = `${KEY.slice(0, 2)}${OTHER_KEY.slice(2, -2)}00`;
    const read = refusal(whole, { ...OPTIONS, secret: alike });
    assert.equal(read.refusal, 'nonsense');
    assert.match(read.text, /the cells add up to/);
  });

  it('other kinds of record, other bytes, half a record', () => {
    assert.equal(refusal(advert(lithium(), { type: 0x0c })).refusal, 'record');
    assert.match(refusal(advert(lithium(), { type: 0x0c })).text, /kind 0C/);
    assert.equal(refusal(Uint8Array.of(2, 3, 4)).refusal, 'advert');
    for (let length = 9; length < whole.length; length += 1)
      assert.equal(refusal(whole.slice(0, length)).refusal, 'length');
    for (let length = 0; length < 9; length += 1) assert.equal(refusal(whole.slice(0, length)).refusal, 'advert');
  });

  it('longer records of newer firmware are read', () => {
    assert.deepEqual(decoded(Uint8Array.from([...whole, 1, 2, 3])).seen, decoded(whole).seen);
  });

  it('a line of text is read too, with an address and without', () => {
    assert.deepEqual(decoded(line(whole)).seen, decoded(whole).seen);
    assert.deepEqual(decoded(line(whole, 'AA:BB:CC:DD:EE:FF')).seen, decoded(whole).seen);
  });

  it('reading is total', () => {
    const piece = fc.oneof(fc.uint8Array({ maxLength: 40 }), fc.constantFrom(whole, line(whole), Uint8Array.of(0x10)));
    let taken = 0;
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 3 }), (pieces) => {
        const read = VICTRON_BLE.decode(Uint8Array.from(Buffer.concat(pieces)), OPTIONS);
        if (read.ok) taken += 1;
        else assert.ok(read.text.length > 0);
      }),
    );
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 15 }), fc.uint8Array({ maxLength: 24 }), (type, plain) => {
        const read = VICTRON_BLE.decode(advert(plain, { type }), OPTIONS);
        for (const { voltage } of (read.ok && read.seen?.cells) || []) {
          assert.ok(voltage === null || (typeof voltage === 'number' && voltage >= 2.6 && voltage <= 3.86));
        }
      }),
    );
    assert.ok(taken > 0);
  });
});
