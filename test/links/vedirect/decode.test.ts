/** One VE.Direct block or HEX line: every label, the device it comes from, and what is refused. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Observation } from '../../../src/engine/reading/observation.ts';
import { optionDefaults } from '../../../src/links/options.ts';
import type { LinkOptions } from '../../../src/links/options.ts';
import { VEDIRECT } from '../../../src/links/vedirect/protocol.ts';
import { ascii, block, changed, glue, hexLine, type Lines, MPPT, SHUNT, without } from './build.ts';

const OPTIONS = optionDefaults(VEDIRECT.info.options);

function decoded(bytes: Uint8Array, options: Partial<LinkOptions> = {}) {
  const read = VEDIRECT.decode(bytes, { ...OPTIONS, ...options });
  assert.ok(read.ok, JSON.stringify(read));
  return read;
}

function seenIn(lines: Lines, options: Partial<LinkOptions> = {}): Observation {
  const { seen } = decoded(block(lines), options);
  assert.ok(seen !== null);
  return seen;
}

function refusal(bytes: Uint8Array): string {
  const read = VEDIRECT.decode(bytes, OPTIONS);
  assert.equal(read.ok, false);
  return read.ok ? '' : read.refusal;
}

describe('VE.Direct: what a block says', () => {
  it("a shunt's block: the battery's current, SOC, the starter battery, flags (VSB-2, VLB-27)", () => {
    const seen = seenIn(SHUNT);
    assert.equal(seen.voltage, 13.26);
    assert.equal(seen.current, -12.34);
    assert.equal(seen.currentIn, undefined);
    assert.equal(seen.soc, 73.4);
    assert.equal(seen.starterVoltage, 12.81);
    assert.equal(seen.hardware?.socCalibrated, true);
    assert.equal(seen.hardware?.['lowVoltageAlarm'], false);
    assert.equal(seen.hardware?.chargeAllowed, undefined, 'a shunt protects nothing');
    assert.equal(seen.extra?.['consumedAh'], -26.6);
    assert.equal(seen.extra?.['timeToGoMinutes'], 357);
    assert.equal(seen.extra?.['product'], 'SmartShunt 500A/50mV');
    assert.equal(seen.cells, undefined);
    assert.equal(seen.temperatures, undefined);
  });

  it('positive current is charging, unless the shunt sits the other way round', () => {
    const charging = changed(SHUNT, { I: 8000 });
    assert.equal(seenIn(charging).current, 8);
    assert.equal(seenIn(charging, { currentSign: -1 }).current, -8);
  });

  it('an SOC of "---" is one that the device does not know', () => {
    const seen = seenIn(changed(SHUNT, { SOC: '---', TTG: '---', CE: '---' }));
    assert.equal(seen.soc, null);
    assert.equal(seen.hardware?.socCalibrated, false);
    assert.equal(seen.extra?.['timeToGoMinutes'], null);
    assert.equal(seenIn(changed(SHUNT, { TTG: -1 })).extra?.['timeToGoMinutes'], null, 'for ever');
  });

  it('a sensor that says "---" gives null, and one that is not told nothing at all', () => {
    const seen = seenIn(changed(SHUNT, { I: '---', V: '---', T: '---' }));
    assert.equal(seen.current, null);
    assert.equal(seen.voltage, null);
    assert.equal(seen.extra?.['temperature'], null);
    assert.ok(!('current' in seenIn(without(SHUNT, 'I'))));
    assert.ok(!('starterVoltage' in seenIn(without(SHUNT, 'VS'))));
  });

  it("a charger's current is what it gives, not the battery's", () => {
    const seen = seenIn(MPPT);
    assert.equal(seen.currentIn, 11.2);
    assert.ok(!('current' in seen));
    assert.ok(!('soc' in seen));
    assert.equal(seen.hardware?.fault, '');
    assert.equal(seen.extra?.['pvPower'], 156);
    assert.equal(seen.extra?.['pvVoltage'], 34.1);
    assert.equal(seen.extra?.['loadCurrent'], 1.2);
    assert.equal(seen.extra?.['chargerState'], 'bulk');
    assert.equal(seen.extra?.['yieldToday'], 0.41);
    assert.equal(seenIn(changed(MPPT, { ERR: 33 })).hardware?.fault, 'Err 33');
  });

  it('the variant decides what the device is, whatever it says', () => {
    assert.equal(seenIn(MPPT, { variant: 'shunt' }).current, 11.2);
    assert.equal(seenIn(MPPT, { variant: 'shunt' }).currentIn, undefined);
    assert.equal(seenIn(SHUNT, { variant: 'charger' }).currentIn, -12.34);
    assert.equal(seenIn(SHUNT, { variant: 'charger' }).current, undefined);
  });

  it('by itself it goes by labels, then by the product id', () => {
    const kind = (lines: Lines): unknown => decoded(block(lines)).frame['device'];
    const bare: Lines = [['V', 12_800]];
    assert.equal(kind([...bare, ['CE', -5]]), 'shunt');
    assert.equal(kind([...bare, ['PPV', 5]]), 'charger');
    assert.equal(kind([...bare, ['CS', 3]]), 'charger', 'a charger on the mains');
    assert.equal(kind([['PID', '0x203'], ...bare]), 'shunt');
    assert.equal(kind([['PID', '0xA05F'], ...bare]), 'charger');
    assert.equal(kind([...bare, ['CS', 9], ['AC_OUT_V', 23_000]]), null, 'an inverter');
    assert.equal(kind(bare), null);
    const unknown = seenIn([...bare, ['I', 5000]]);
    assert.equal(unknown.voltage, 12.8);
    assert.ok(!('current' in unknown) && !('currentIn' in unknown), 'nobody knows whose current it is');
  });

  it("a shunt that meters one consumer or source never gives the battery's current", () => {
    const meter = (mode: number): Observation =>
      seenIn(changed(without(SHUNT, 'SOC', 'CE', 'TTG'), { MON: mode, I: 5000 }));
    assert.equal(meter(3).currentOut, 5);
    assert.equal(meter(-9).currentIn, 5);
    assert.equal(meter(-6).alternatorCurrent, 5);
    assert.equal(meter(0).current, 5);
    for (const mode of [3, -9, -6]) assert.equal(meter(mode).current, undefined);
    assert.equal(meter(-6).extra?.['meters'], 'alternator');
  });

  it('alarm bits become flags by name', () => {
    const names = [
      'lowVoltageAlarm',
      'highVoltageAlarm',
      'lowSocAlarm',
      'lowStarterVoltageAlarm',
      'highStarterVoltageAlarm',
      'lowTemperatureAlarm',
      'highTemperatureAlarm',
      'midpointAlarm',
    ];
    for (const [bit, name] of names.entries()) {
      const { hardware } = seenIn(changed(SHUNT, { AR: 1 << bit, Alarm: 'ON' }));
      assert.equal(hardware?.['alarm'], true);
      assert.deepEqual(
        names.filter((other) => hardware?.[other] === true),
        [name],
      );
    }
    assert.deepEqual(decoded(block(changed(SHUNT, { AR: 0x1001 }))).frame['alarms'], ['lowVoltage', 'shortCircuit']);
  });

  it('the history block says nothing of the pack by itself', () => {
    const { frame, seen } = decoded(
      block([
        ['H1', -149_322],
        ['H4', 3],
        ['H17', 6843],
      ]),
    );
    assert.equal(seen, null);
    assert.equal(frame['deepestDischargeAh'], -149.322);
    assert.equal(frame['chargeCycles'], 3);
    assert.equal(frame['energyDischarged'], 68.43);
  });

  it('HEX lines: register, flags and value', () => {
    const { frame, seen } = decoded(hexLine(7, [0x8d, 0xed, 0, 0xcc, 0x0a]));
    assert.equal(seen, null);
    assert.deepEqual([frame['register'], frame['registerName'], frame['voltage']], [0xed8d, 'main voltage', 27.64]);
    assert.equal(decoded(hexLine(7, [0x8f, 0xed, 0, 0xf6, 0xff])).frame['current'], -1);
    assert.equal(decoded(hexLine(1, [])).frame['commandName'], 'ping');
  });

  it('HEX lines before, after and inside a block do not count', () => {
    const whole = block(SHUNT);
    const line = hexLine(0xa, [0x8d, 0xed, 0, 0x34, 0x12]);
    const at = 20;
    for (const bytes of [glue(line, whole), glue(whole.slice(0, at), line, whole.slice(at)), glue(whole, line)]) {
      assert.deepEqual(decoded(bytes).seen, seenIn(SHUNT));
    }
  });
});

describe('VE.Direct: what is refused', () => {
  it('a wrong sum, a wrong check, half a block, two of them', () => {
    const whole = block(SHUNT);
    assert.equal(refusal(glue(whole.slice(0, -1), Uint8Array.of((whole.at(-1) ?? 0) ^ 1))), 'checksum');
    assert.equal(refusal(ascii(':70010003F\n')), 'checksum');
    assert.equal(refusal(ascii(':7001\n')), 'nonsense');
    assert.equal(refusal(ascii(':7zz\n')), 'nonsense');
    assert.equal(refusal(whole.slice(0, -1)), 'length');
    assert.equal(refusal(glue(whole, whole)), 'length');
    assert.equal(refusal(new Uint8Array()), 'length');
  });

  it('a right sum around text that cannot be', () => {
    assert.equal(refusal(block(changed(SHUNT, { V: '13x60' }))), 'nonsense');
    assert.equal(refusal(block(changed(SHUNT, { SOC: '' }))), 'nonsense');
    assert.equal(refusal(block(changed(SHUNT, { Alarm: 'OFx' }))), 'nonsense');
    assert.equal(refusal(block([...SHUNT, ['V', 13_260]])), 'nonsense');
    assert.equal(refusal(block([...SHUNT, ['a b', 1]])), 'nonsense');
    assert.equal(refusal(block([])), 'nonsense');
  });

  it('labels of newer firmware are no reason to refuse', () => {
    assert.equal(decoded(block([...SHUNT, ['NEW1', 'some thing']])).seen?.current, -12.34);
  });

  it('every cut is refused, every flipped bit refused or without effect on what is told wrongly', () => {
    const whole = block(SHUNT);
    const right = seenIn(SHUNT);
    for (let length = 0; length < whole.length; length += 1) assert.equal(refusal(whole.slice(0, length)), 'length');
    for (let bit = 0; bit < whole.length * 8; bit += 1) {
      const broken = whole.slice();
      broken[bit >> 3] = (broken[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      const read = VEDIRECT.decode(broken, OPTIONS);
      if (read.ok && read.seen !== null) assert.deepEqual(read.seen, right, `bit ${bit}`);
    }
  });

  it('reading is total', () => {
    const piece = fc.oneof(
      fc.uint8Array({ maxLength: 20 }),
      fc.constantFrom(
        block(SHUNT),
        block(MPPT),
        block(SHUNT).slice(5),
        ascii('\r\nChecksum\t'),
        hexLine(7, [1, 2, 3]),
        ascii(':'),
      ),
    );
    let taken = 0;
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 5 }), (pieces) => {
        const read = VEDIRECT.decode(glue(...pieces), OPTIONS);
        if (read.ok) taken += 1;
        else assert.ok(read.text.length > 0);
      }),
    );
    assert.ok(taken > 0);
  });
});
