/** Values of JK's older protocol: every tag, what cannot be, and whatever else may be on a line. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { jkPassword, jkReadAll, jkSwitch } from '../../../src/links/jk/frame.ts';
import { JK } from '../../../src/links/jk/protocol.ts';
import { optionDefaults } from '../../../src/links/options.ts';
import type { Decoded } from '../../../src/links/protocol.ts';

const OPTIONS = optionDefaults(JK.info.options);
const bytesOf = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'));
const ascii = (text: string, length: number): string =>
  Buffer.from(text.padEnd(length, '\0'), 'latin1').toString('hex');

/** A frame of these data, put together after the published layout. */
function frame(data: string, { command = 6, type = 1 } = {}): Uint8Array {
  const body = bytesOf(data);
  const length = 18 + body.length;
  const bytes = [0x4e, 0x57, length >> 8, length & 0xff, 0, 0, 0, 0, command, 0, type, ...body, 0, 0, 0, 0, 0x68];
  const sum = bytes.reduce((total, byte) => total + byte, 0);
  return Uint8Array.of(...bytes, 0, 0, (sum >> 8) & 0xff, sum & 0xff);
}

function read(bytes: Uint8Array, options = OPTIONS): Extract<Decoded, { ok: true }> {
  const decoded = JK.decode(bytes, options);
  assert.ok(decoded.ok, JSON.stringify(decoded));
  return decoded;
}

const seenIn = (data: string, options = OPTIONS) => read(frame(data), options).seen!;

/** Every tag with a value of its own: the bytes, the name, and the value. */
const TAGS: readonly (readonly [string, string, unknown])[] = [
  ['80 0021', 'mosTemperature', 33],
  ['83 15CA', 'voltage', 55.78],
  ['85 64', 'soc', 100],
  ['86 02', 'sensors', 2],
  ['87 0019', 'cycles', 25],
  ['89 000016DA', 'cycleCapacity', 5850],
  ['8A 000E', 'cellCount', 14],
  ['8B 0401', 'alarms', 0x401],
  ['8C 0006', 'status', 6],
  ['8E 16B2', 'packOvervoltage', 58.1],
  ['8F 10F4', 'packUndervoltage', 43.4],
  ['90 1036', 'cellOvervoltage', 4.15],
  ['91 1004', 'cellOvervoltageRecovery', 4.1],
  ['92 0005', 'cellOvervoltageDelay', 5],
  ['93 0C1C', 'cellUndervoltage', 3.1],
  ['94 0C80', 'cellUndervoltageRecovery', 3.2],
  ['95 0006', 'cellUndervoltageDelay', 6],
  ['96 012C', 'cellDifference', 0.3],
  ['97 006E', 'dischargeOvercurrent', 110],
  ['98 012C', 'dischargeOvercurrentDelay', 300],
  ['99 0055', 'chargeOvercurrent', 85],
  ['9A 001E', 'chargeOvercurrentDelay', 30],
  ['9B 0BB8', 'balanceStart', 3],
  ['9C 0032', 'balanceDifference', 0.05],
  ['9D 01', 'balanceSwitch', true],
  ['9E 005A', 'mosOvertemperature', 90],
  ['9F 0046', 'mosOvertemperatureRecovery', 70],
  ['A0 0064', 'boxOvertemperature', 100],
  ['A1 0063', 'boxOvertemperatureRecovery', 99],
  ['A2 0014', 'temperatureDifference', 20],
  ['A3 003C', 'chargeOvertemperature', 60],
  ['A4 003D', 'dischargeOvertemperature', 61],
  ['A5 0001', 'chargeUndertemperature', 1],
  ['A6 0007', 'chargeUndertemperatureRecovery', 7],
  ['A7 FFEC', 'dischargeUndertemperature', -20],
  ['A8 FFF6', 'dischargeUndertemperatureRecovery', -10],
  ['A9 0E', 'cellsSetting', 14],
  ['AA 000000EA', 'capacity', 234],
  ['AB 01', 'chargeSwitch', true],
  ['AC 00', 'dischargeSwitch', false],
  ['AD 0411', 'currentCalibration', 1.041],
  ['AE 01', 'boardAddress', 1],
  ['AF 00', 'batteryType', 0],
  ['B0 000A', 'sleepDelay', 10],
  ['B1 14', 'lowSocAlarm', 20],
  ['B3 00', 'chargerSwitch', false],
  [`B4 ${ascii('60300001', 8)}`, 'deviceId', '60300001'],
  [`B5 ${ascii('2303', 4)}`, 'manufactured', '2303'],
  ['B6 000182E3', 'runtimeMinutes', 99_043],
  [`B7 ${ascii('11.XW_S11.26', 15)}`, 'softwareVersion', '11.XW_S11.26'],
  ['B8 00', 'calibrating', false],
  ['B9 000000E6', 'actualCapacity', 230],
  [`BA ${ascii('JK_B1A20S15P', 24)}`, 'manufacturerId', 'JK_B1A20S15P'],
  ['C0 01', 'protocolVersion', 1],
];

describe('values of a JK board on its GPS port', () => {
  it('every tag by its name, the password excepted', () => {
    const data = `79 06 01 0F90 02 0F91 81 001C 82 0072 84 81C5 B2 ${ascii('123456', 10)} ${TAGS.map(([hex]) => hex).join(' ')}`;
    const { frame: told, seen } = read(frame(data));
    for (const [, name, value] of TAGS) assert.equal(told[name], value, name);
    assert.deepEqual(told['cells'], [
      { cell: 1, voltage: 3.984 },
      { cell: 2, voltage: 3.985 },
    ]);
    assert.deepEqual(told['temperatures'], [28, -14]);
    assert.equal(told['current'], 4.53);
    assert.deepEqual([told['chargeMosfet'], told['dischargeMosfet'], told['balancing']], [false, true, true]);
    assert.ok(!JSON.stringify([told, seen]).includes('123456'));
    assert.deepEqual(seen, {
      cellCount: 14,
      cells: told['cells'],
      temperatures: [28, -14],
      voltage: 55.78,
      current: 4.53,
      soc: 100,
      bmsTemperature: 33,
      hardware: {
        chargeAllowed: false,
        loadAllowed: true,
        lowCapacity: true,
        bmsOverTemperature: false,
        packOvervoltage: false,
        packUndervoltage: false,
        batteryOverTemperature: false,
        chargeOvercurrent: false,
        dischargeOvercurrent: false,
        cellDifference: false,
        boxOverTemperature: false,
        batteryUnderTemperature: false,
        cellOvervoltage: true,
        cellUndervoltage: false,
        protection309A: false,
        protection309B: false,
        chargeSwitchClosed: false,
        loadSwitchClosed: true,
        balancing: true,
        chargeSwitchOn: true,
        loadSwitchOn: false,
      },
      extra: {
        cycles: 25,
        cycleCapacity: 5850,
        capacity: 234,
        actualCapacity: 230,
        runtimeMinutes: 99_043,
        softwareVersion: '11.XW_S11.26',
      },
    });
  });

  it('what is not told is left out', () => {
    assert.deepEqual(seenIn('85 32'), { soc: 50, hardware: {}, extra: {} });
  });

  it('temperatures: 101 to 140 stand for −1 to −40, more is none', () => {
    const cases = [
      [0, 0],
      [100, 100],
      [101, -1],
      [140, -40],
      [141, null],
      [0xffff, null],
    ] as const;
    for (const [raw, celsius] of cases) {
      const hex = raw.toString(16).padStart(4, '0');
      const seen = seenIn(`80 ${hex} 81 ${hex} 82 0014 86 02`);
      assert.deepEqual([seen.bmsTemperature, seen.temperatures], [celsius, [celsius, 20]], `${raw}`);
    }
    assert.deepEqual(seenIn('81 FFFF 82 0014 86 01').temperatures, [20], 'it has one sensor only');
  });

  it('current: both encodings, the setting before what is told, unknown where nothing tells', () => {
    const current = (hex: string, version: string, variant = 'auto', currentSign: 1 | -1 = 1) =>
      seenIn(`84 ${hex} ${version}`, { ...OPTIONS, variant, currentSign }).current;
    assert.equal(current('81C5', 'C0 01'), 4.53);
    assert.equal(current('00C8', 'C0 01'), -2);
    assert.equal(current('27D8', 'C0 00'), -2);
    assert.equal(current('2648', 'C0 00'), 2);
    assert.equal(current('8000', 'C0 01'), 0);
    assert.ok(Object.is(current('0000', 'C0 01', 'auto', -1), 0));
    assert.equal(current('00C8', 'C0 01', 'auto', -1), 2);
    assert.equal(current('00C8', ''), null);
    assert.equal(current('00C8', 'C0 02'), null);
    assert.equal(current('00C8', '', 'version-1'), -2);
    assert.equal(current('27D8', 'C0 01', 'version-0'), -2);
  });

  it('alarms: what each stops', () => {
    const stops: Record<number, string> = {};
    for (let bit = 0; bit < 16; bit += 1) {
      const { chargeAllowed, loadAllowed, fault } = seenIn(`8B ${(2 ** bit).toString(16).padStart(4, '0')}`).hardware!;
      if (!chargeAllowed || !loadAllowed)
        stops[bit] = `${chargeAllowed ? '' : 'charge '}${loadAllowed ? '' : 'load'}`.trim();
      assert.equal(fault, undefined, 'it tells no defects');
    }
    assert.deepEqual(stops, {
      1: 'charge load',
      2: 'charge',
      3: 'load',
      4: 'charge load',
      5: 'charge',
      6: 'load',
      8: 'charge load',
      9: 'charge',
      10: 'charge',
      11: 'load',
    });
  });

  it('a switch that somebody has opened is no refusal', () => {
    const { hardware = {} } = seenIn('8B 0000 8C 0002 AB 00 AC 01');
    assert.deepEqual(
      [hardware.chargeAllowed, hardware['chargeSwitchClosed'], hardware['chargeSwitchOn']],
      [true, false, false],
    );
  });

  it('a table of cells that cannot be is none', () => {
    for (const table of [
      '79 00',
      '79 05 01 0CF8 02 0C',
      '79 06 01 0CF8 01 0CF9',
      '79 06 02 0CF8 01 0CF9',
      '79 03 00 0CF8',
    ]) {
      assert.equal(seenIn(`${table} 85 32`).cells, undefined, table);
    }
    assert.equal(seenIn('85 C8').soc, null);
  });

  it('questions and writes', () => {
    assert.deepEqual(read(jkReadAll()).frame, { kind: 'question', command: 'read all', source: 3 });
    assert.deepEqual(read(jkPassword()).frame, { kind: 'question', command: 'password', source: 2 });
    assert.deepEqual(read(jkSwitch('charge', false)).frame, {
      kind: 'question',
      command: 'write',
      source: 2,
      writes: { chargeSwitch: false },
    });
    assert.equal(read(frame('AB', { command: 2 })).seen, null);
  });

  it('what is refused, and why; one flipped bit always is, but for two bytes that no sum covers', () => {
    const good = frame('85 32 AB 01');
    const refusal = (bytes: Uint8Array): string => {
      const decoded = JK.decode(bytes, OPTIONS);
      return decoded.ok ? 'taken' : decoded.refusal;
    };
    assert.equal(refusal(good), 'taken');
    assert.equal(refusal(new Uint8Array()), 'start');
    assert.equal(refusal(good.slice(0, -1)), 'length');
    assert.equal(refusal(Uint8Array.of(...good, 0)), 'length');
    assert.equal(refusal(good.map((byte, at) => (at === 12 ? byte + 1 : byte))), 'checksum');
    assert.equal(refusal(good.map((byte, at) => (at === good.length - 5 ? 0 : byte))), 'end');
    for (let bit = 0; bit < good.length * 8; bit += 1) {
      const at = bit >> 3;
      if (at === good.length - 4 || at === good.length - 3) continue;
      assert.notEqual(
        refusal(good.map((byte, i) => (i === at ? byte ^ (1 << (bit & 7)) : byte))),
        'taken',
        `bit ${bit}`,
      );
    }
  });

  it('decoding is total', () => {
    const data = fc.oneof(
      fc.uint8Array({ maxLength: 60 }),
      fc
        .array(fc.constantFrom(...TAGS.map(([hex]) => bytesOf(hex))), { maxLength: 20 })
        .map((parts) => Buffer.concat(parts)),
    );
    let taken = 0;
    fc.assert(
      fc.property(data, fc.uint8Array({ maxLength: 30 }), fc.nat(400), (body, noise, cut) => {
        JK.decode(noise, OPTIONS);
        const whole = frame(Buffer.from(body).toString('hex'));
        JK.decode(whole.slice(0, cut), OPTIONS);
        const decoded = JK.decode(whole, OPTIONS);
        assert.ok(decoded.ok);
        if (decoded.seen !== null && Object.keys(decoded.seen).length > 2) taken += 1;
      }),
      { numRuns: 1000 },
    );
    assert.ok(taken > 100, `${taken} with values`);
  });
});
