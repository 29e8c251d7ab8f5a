/** Frames of 300 bytes: every field of both layouts, what cannot be, and whatever else may be on a line. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { JK02 } from '../../../src/links/jk02/protocol.ts';
import { findJk02Frames, jk02Request } from '../../../src/links/jk02/frame.ts';
import { optionDefaults } from '../../../src/links/options.ts';
import type { Decoded } from '../../../src/links/protocol.ts';
import { CELLS, closed, frameWith, type RawStatus, statusFrame } from './build.ts';

const OPTIONS = optionDefaults(JK02.info.options);

function read(bytes: Uint8Array, options = OPTIONS): Extract<Decoded, { ok: true }> {
  const decoded = JK02.decode(bytes, options);
  assert.ok(decoded.ok, JSON.stringify(decoded));
  return decoded;
}

const seenIn = (raw: RawStatus) => read(statusFrame(raw)).seen!;
const flagsOf = (alarms: number) => seenIn({ fields: { alarms } }).hardware!;

/** Every field with a value of its own. */
const FULL = {
  average: 3302,
  difference: 3,
  highest: 3,
  lowest: 0,
  resistance1: 61,
  resistance2: 62,
  mos: 234,
  voltage: 13_215,
  power: 470_952,
  current: -35_600,
  t1: 213,
  t2: -31,
  balanceCurrent: -125,
  balanceState: 2,
  soc: 97,
  remaining: 191_075,
  full: 280_000,
  cycles: 70_000,
  cycleCapacity: 292_846,
  soh: 99,
  runtime: 24_530_060,
  charge: 1,
  discharge: 0,
};

const EXPECTED = {
  kind: 'status',
  counter: 200,
  cells: CELLS.map((millivolts, i) => ({ cell: i + 1, voltage: millivolts / 1000 })),
  average: 3.302,
  difference: 0.003,
  highestCell: 4,
  lowestCell: 1,
  resistances: [0.061, 0.062, 0, 0],
  mosTemperature: 23.4,
  voltage: 13.215,
  power: 470.952,
  current: -35.6,
  alarms: 0,
  balanceCurrent: -0.125,
  balanceState: 2,
  soc: 97,
  remaining: 191.075,
  full: 280,
  cycles: 70_000,
  cycleCapacity: 292.846,
  soh: 99,
  runtime: 24_530_060,
  chargeMosfet: true,
  dischargeMosfet: false,
};

describe('frames of 300 bytes of a JK board', () => {
  it('every field of the long layout', () => {
    const fields = { ...FULL, sensors: 0xff, heating: 1, t3: 180, t4: 199 };
    const { frame, seen } = read(statusFrame({ counter: 200, fields }));
    assert.deepEqual(frame, { ...EXPECTED, variant: '32s', temperatures: [21.3, -3.1, 18, 19.9], heating: true });
    assert.deepEqual(seen?.temperatures, [21.3, -3.1, 18, 19.9]);
    assert.deepEqual([seen?.bmsTemperature, seen?.soc, seen?.current], [23.4, 97, -35.6]);
    assert.deepEqual(
      [seen?.hardware?.['chargeSwitchClosed'], seen?.hardware?.['loadSwitchClosed'], seen?.hardware?.['balancing']],
      [true, false, true],
    );
  });

  it('every field of the short layout, which is recognised by itself', () => {
    const { frame } = read(statusFrame({ layout: '24s', counter: 200, fields: FULL }));
    assert.deepEqual(frame, { ...EXPECTED, variant: '24s', temperatures: [21.3, -3.1], heating: null });
  });

  it('cells by the mask, also with a gap in it; without a mask up to the last one that has a voltage', () => {
    const cells = [3301, 0, 3303, 3304];
    assert.deepEqual(
      seenIn({ cells, mask: 0b1101, fields: { voltage: 9908 } }).cells?.map(({ cell }) => cell),
      [1, 3, 4],
    );
    const without = seenIn({ cells, mask: 0, fields: { voltage: 9908 } });
    assert.equal(without.cellCount, 4);
    assert.equal(without.cells?.[1]?.voltage, 0);
    const all = Array.from({ length: 32 }, () => 3300);
    assert.equal(seenIn({ cells: all, fields: { voltage: 105_600 } }).cellCount, 32);
  });

  it('temperatures that cannot be, or could be two things, are not known', () => {
    const cases = [
      [-401, null],
      [-400, -40],
      [-2000, null],
      [-1, -0.1],
      [0, 0],
      [989, 98.9],
      // A public driver reads 103.1 as −3.1.
      [990, null],
      [1031, null],
      [32_767, null],
    ] as const;
    for (const [raw, celsius] of cases) {
      const seen = seenIn({ fields: { t1: raw, mos: raw } });
      assert.deepEqual([seen.temperatures?.[0], seen.bmsTemperature], [celsius, celsius], `${raw}`);
    }
  });

  it('sensors by their mask: T1 and T2 are missed, T3 and T4 are left out', () => {
    const all = { t1: 201, t2: 202, t3: 203, t4: 204 };
    assert.deepEqual(seenIn({ fields: { ...all, sensors: 0xff } }).temperatures, [20.1, 20.2, 20.3, 20.4]);
    assert.deepEqual(seenIn({ fields: { ...all, sensors: 0 } }).temperatures, [20.1, 20.2, 20.3, 20.4]);
    assert.deepEqual(seenIn({ fields: { ...all, sensors: 0x01 } }).temperatures, [null, null]);
    assert.deepEqual(seenIn({ fields: { ...all, sensors: 0x05 } }).temperatures, [null, 20.2]);
    assert.deepEqual(seenIn({ fields: { ...all, sensors: 0x17 } }).temperatures, [20.1, 20.2, 20.3]);
    assert.deepEqual(seenIn({ fields: { ...all, t3: 0, t4: 0, sensors: 0xff } }).temperatures, [20.1, 20.2]);
    assert.deepEqual(seenIn({ fields: { ...all, t3: 0, t4: -2000, sensors: 0xff } }).temperatures, [20.1, 20.2, 0]);
  });

  it('alarms: what each stops, and which are defects', () => {
    assert.deepEqual([flagsOf(0).chargeAllowed, flagsOf(0).loadAllowed, flagsOf(0).fault], [true, true, '']);
    const stops: Record<number, string> = {};
    const faults: Record<number, string> = {};
    for (let bit = 0; bit < 32; bit += 1) {
      const { chargeAllowed, loadAllowed, fault } = flagsOf(2 ** bit);
      if (!chargeAllowed || !loadAllowed)
        stops[bit] = `${chargeAllowed ? '' : 'charge '}${loadAllowed ? '' : 'load'}`.trim();
      if (fault !== '') faults[bit] = String(fault);
    }
    assert.deepEqual(stops, {
      1: 'charge load',
      2: 'charge load',
      4: 'charge',
      5: 'charge',
      6: 'charge',
      7: 'charge',
      8: 'charge',
      9: 'charge',
      11: 'load',
      12: 'load',
      13: 'load',
      14: 'load',
      15: 'load',
      21: 'charge load',
    });
    assert.deepEqual(faults, {
      2: 'cell count',
      3: 'current sensor',
      10: 'co-processor',
      16: 'charge MOS',
      17: 'discharge MOS',
      20: 'discharge on failed',
      22: 'sensor',
      23: 'PL module',
    });
    assert.equal(flagsOf(2 ** 1).bmsOverTemperature, true);
    assert.equal(flagsOf(2 ** 7).shortCircuit, true);
    assert.equal(flagsOf(2 ** 14).shortCircuit, true);
    assert.equal(flagsOf(2 ** 13).shortCircuit, false);
    assert.equal(flagsOf(2 ** 16 + 2 ** 22).fault, 'charge MOS, sensor');
    assert.equal(flagsOf(2 ** 16 + 2 ** 17 + 2 ** 20 + 2 ** 22).fault, '0x530000');
    assert.equal(seenIn({ fields: { alarms: 8, current: 5000 } }).current, null);
    const short = read(statusFrame({ layout: '24s', fields: { alarms: 0x0102 } })).seen?.hardware;
    assert.deepEqual([short?.bmsOverTemperature, short?.['chargeOvertemperature']], [true, true]);
  });

  it('names and versions, without the passwords beside them', () => {
    const texts = {
      6: 'JK_PB2A16S20P',
      22: '15A',
      30: '15.38',
      46: 'garage',
      62: '1234',
      78: '240516',
      86: '40110480520',
      102: 'Input Userdata',
      118: '654321',
    };
    const { frame, seen } = read(frameWith(3, { 38: 24_530_824, 42: 29 }, texts));
    assert.equal(seen, null);
    assert.deepEqual(frame, {
      kind: 'info',
      counter: 9,
      model: 'JK_PB2A16S20P',
      hardwareVersion: '15A',
      softwareVersion: '15.38',
      uptime: 24_530_824,
      powerOnCount: 29,
      name: 'garage',
      manufactured: '240516',
      serialNumber: '40110480520',
      userData: 'Input Userdata',
    });
    assert.ok(!JSON.stringify(frame).includes('1234"') && !JSON.stringify(frame).includes('654321'));
  });

  it('settings', () => {
    const words = { 10: 2900, 18: 3650, 50: 100_000, 54: 30, 82: 700, 98: -200, 114: 16, 118: 1, 122: 0, 130: 280_000 };
    const { frame, seen } = read(frameWith(1, words));
    assert.equal(seen, null);
    const wanted = {
      kind: 'settings',
      cellUndervoltage: 2.9,
      cellOvervoltage: 3.65,
      chargeOvercurrent: 100,
      chargeOvercurrentDelay: 30,
      chargeOvertemperature: 70,
      chargeUndertemperature: -20,
      cellCount: 16,
      chargeSwitch: true,
      dischargeSwitch: false,
      capacity: 280,
    };
    for (const [name, value] of Object.entries(wanted)) assert.equal(frame[name], value, name);
  });

  it('commands, those that ask and those that write', () => {
    assert.deepEqual(read(jk02Request('status')).frame, {
      kind: 'question',
      request: 'cell info',
      command: 0x96,
      value: null,
    });
    const write = closed(Uint8Array.of(0xaa, 0x55, 0x90, 0xeb, 0x1e, 4, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0));
    assert.deepEqual(read(write).frame, { kind: 'question', request: 'discharge switch', command: 0x1e, value: 1 });
  });

  it('what is refused, and why', () => {
    const good = statusFrame({});
    const refusal = (bytes: Uint8Array, options = OPTIONS): string => {
      const decoded = JK02.decode(bytes, options);
      assert.ok(!decoded.ok);
      assert.ok(decoded.text.length > 20);
      return decoded.refusal;
    };
    assert.equal(refusal(new Uint8Array()), 'start');
    assert.equal(refusal(good.slice(0, 299)), 'length');
    assert.equal(refusal(good.map((byte, at) => (at === 100 ? byte + 1 : byte))), 'checksum');
    assert.equal(refusal(frameWith(4, {})), 'type');
    assert.equal(refusal(jk02Request('info').map((byte, at) => (at === 19 ? byte + 1 : byte))), 'checksum');
    assert.equal(refusal(statusFrame({ fields: { soc: 101 } })), 'layout');
    assert.equal(refusal(statusFrame({ fields: { voltage: 20_000 } })), 'layout', 'the cells do not add up');
    assert.equal(refusal(good, { ...OPTIONS, variant: '24s' }), 'layout');
    // A pack with a wire off does not add up, but it is the layout that was chosen.
    const off = statusFrame({ fields: { voltage: 20_000 } });
    assert.equal(read(off, { ...OPTIONS, variant: '32s' }).seen?.voltage, 20);
  });

  it('decoding and searching are total: any bytes, frames cut, glued and damaged anywhere', () => {
    const frames = [statusFrame({}), statusFrame({ layout: '24s' }), frameWith(3, {}), jk02Request('info')];
    const piece = fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      fc.constantFrom(...frames),
      fc
        .tuple(fc.constantFrom(...frames), fc.nat(300), fc.nat(300))
        .map(([frame, from, to]) => frame.slice(Math.min(from, to), Math.max(from, to))),
    );
    let found = 0;
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 5 }), (pieces) => {
        const heard = Uint8Array.from(Buffer.concat(pieces));
        JK02.decode(heard, OPTIONS);
        for (const { bytes, end } of findJk02Frames(heard)) {
          found += 1;
          assert.deepEqual(bytes, heard.slice(end - 300, end));
          JK02.decode(bytes, OPTIONS);
        }
      }),
      { numRuns: 1000 },
    );
    assert.ok(found > 200, `${found} frames found`);
  });

  it('one flipped bit anywhere is always refused', () => {
    const good = statusFrame({});
    for (let bit = 0; bit < good.length * 8; bit += 1) {
      const broken = good.slice();
      broken[bit >> 3]! ^= 1 << (bit & 7);
      assert.equal(JK02.decode(broken, OPTIONS).ok, false, `bit ${bit}`);
      assert.equal(findJk02Frames(broken).length, 0, `bit ${bit}`);
    }
  });

  it('a frame is found behind noise, an echo and the beginning of another', () => {
    const good = statusFrame({});
    for (let cut = 0; cut < 300; cut += 7) {
      const heard = Uint8Array.from(
        Buffer.concat([jk02Request('status'), good.slice(0, cut), good, good.slice(0, cut)]),
      );
      assert.ok(
        findJk02Frames(heard).some(({ bytes }) => Buffer.compare(bytes, good) === 0),
        `cut at ${cut}`,
      );
    }
  });
});
