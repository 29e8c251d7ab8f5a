/** What frames of Daly's Modbus-like protocol hold, and that damaged ones hold nothing. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { findBlock, readBlock, unitOf } from '../../../src/links/daly-d2/frame.ts';
import { DALY_D2 } from '../../../src/links/daly-d2/protocol.ts';
import { optionDefaults } from '../../../src/links/options.ts';
import { rtu } from '../support/rtu.ts';
import { answer, d2Main, d2More, ESS_CELLS, ESS_STATUS, question, words } from './build.ts';

const OPTIONS = optionDefaults(DALY_D2.info.options);
const D2 = unitOf(OPTIONS);
const P81 = unitOf({ variant: 'p81', address: 1 });

function decode(bytes: Uint8Array, options = OPTIONS) {
  const decoded = DALY_D2.decode(bytes, options);
  assert.ok(decoded.ok, JSON.stringify(decoded));
  return decoded;
}

function refusal(bytes: Uint8Array): string {
  const decoded = DALY_D2.decode(bytes, OPTIONS);
  assert.ok(!decoded.ok, JSON.stringify(decoded));
  assert.match(decoded.text, /^no frame of a Daly BMS: /);
  return decoded.refusal;
}

const NO_FAULTS = { warnings: [], protections: [], others: [], bits: [] };

describe("fields of Daly's D2 layout", () => {
  it('registers 00…3D: every field', () => {
    assert.deepEqual(decode(d2Main()).frame, {
      kind: 'answer',
      layout: 'd2',
      board: 1,
      first: 0,
      cellCount: 4,
      cells: [3.3, 3.301, 3.302, 3.303],
      temperatures: [25, null],
      voltage: 13.2,
      current: 12.5,
      soc: 78.5,
      cellMax: 3.303,
      cellMin: 3.3,
      cellDifference: 0.003,
      state: 'charging',
      remainingCapacity: 219.8,
      cycles: 57,
      balancer: 1,
      chargeMos: false,
      dischargeMos: true,
      faults: NO_FAULTS,
    });
  });

  it('registers 3E…46: balancing and temperatures of the BMS', () => {
    const { frame, seen } = decode(d2More());
    assert.deepEqual(frame['balancingCells'], [3]);
    assert.deepEqual([frame['mosTemperature'], frame['boardTemperature']], [38, 31]);
    assert.equal(seen?.bmsTemperature, 38);
    const absent = decode(d2More({ 0x42: 0xffff, 0x43: 0 }));
    assert.deepEqual([absent.frame['mosTemperature'], absent.frame['boardTemperature']], [null, null]);
    assert.equal(absent.seen?.bmsTemperature, undefined);
    assert.deepEqual(decode(d2More({ 0x3e: 0x8001, 0x3f: 0x8001 })).frame['balancingCells'], [1, 16, 17, 32]);
  });

  it('the current counts the other way where the setting says so, and is never minus zero', () => {
    assert.equal(decode(d2Main(), { ...OPTIONS, currentSign: -1 }).frame['current'], -12.5);
    const still = decode(d2Main({ 0x29: 30_000 }), { ...OPTIONS, currentSign: -1 }).seen?.current;
    assert.ok(Object.is(still, 0), String(still));
  });

  it('cells of a balancer that is off are not balanced, whatever the bits', () => {
    const off = decode(d2Main({ 0x34: 0 })).seen?.cells ?? [];
    assert.deepEqual(
      off.map(({ balancing }) => balancing),
      [false, false, false, false],
    );
  });

  it('alarm words hold the bytes of the A5 protocol, the first one low', () => {
    const { frame, seen } = decode(d2Main({ 0x3a: 0x0102, 0x3b: 0x0800, 0x3c: 0x0110, 0x3d: 0x0004 }));
    assert.deepEqual(frame['faults'], {
      warnings: ['chargeOvertemperature'],
      protections: ['cellOvervoltage', 'temperatureDifference'],
      others: ['chargeMosStuck', 'frontEndFailure', 'shortCircuit'],
      bits: ['0.1', '1.0', '3.3', '4.4', '5.0', '6.2'],
    });
    const { hardware = {} } = seen ?? {};
    assert.deepEqual([hardware.chargeAllowed, hardware.loadAllowed], [false, false]);
    assert.deepEqual([hardware.shortCircuit, hardware.cellCommunication], [true, false]);
    assert.equal(hardware.fault, 'charge MOS stuck, AFE');
  });

  it('modules that have failed tell nothing', () => {
    const { seen } = decode(d2Main({ 0x3d: 0b11 }));
    assert.deepEqual([seen?.current, seen?.voltage], [null, null]);
  });

  it('values that cannot be are refused', () => {
    for (const more of [{ 0x31: 0 }, { 0x31: 33 }, { 0x32: 9 }, { 0x2f: 3 }]) {
      assert.equal(refusal(d2Main(more)), 'values', JSON.stringify(more));
    }
    assert.equal(decode(d2Main({ 0x2a: 1001 })).frame['soc'], null);
  });
});

describe("fields of Daly's p81 layout", () => {
  it('a published answer about cells', () => {
    const { frame, seen } = decode(ESS_CELLS);
    const mV = [3316, 3312, 3315, 3314, 3315, 3313, 3315, 3315, 3312, 3315, 3315, 3316, 3315, 3315, 3315, 3317];
    assert.deepEqual(frame, {
      kind: 'answer',
      layout: 'p81',
      board: 1,
      first: 0,
      cellCount: 16,
      cells: mV.map((one) => one / 1000),
      temperatures: [22, 22, 22, 22],
      voltage: 53,
      current: -8.9,
      soc: 86.4,
    });
    assert.deepEqual([seen?.cellCount, seen?.cells?.length, seen?.current], [16, 16, -8.9]);
  });

  it('a published answer about the state: its alarm words refuse nothing', () => {
    const { frame, seen } = decode(ESS_STATUS);
    const { kind, layout, board, first, alarmWords, ...values } = frame;
    assert.deepEqual([kind, layout, board, first], ['answer', 'p81', 1, 0x41]);
    assert.match(String(alarmWords), /^0000 0000 0080 0000 /);
    assert.deepEqual(values, {
      cellDifference: 0.005,
      state: 'discharging',
      remainingCapacity: 271.2,
      cycles: 7,
      balancer: 7,
      chargeMos: true,
      dischargeMos: true,
      balancingCells: [],
      mosTemperature: 24,
      boardTemperature: 30,
    });
    assert.deepEqual(seen?.hardware, { chargeSwitchClosed: true, loadSwitchClosed: true });
  });

  it('48 cells and their balancing bits', () => {
    const full = words(0, 64, { 0x3a: 500, 0x3c: 48, 0x3d: 0, 0x38: 1584, 0x39: 30_000 });
    for (let i = 0; i < 48; i += 1) full[i] = 3300 + i;
    assert.deepEqual((decode(answer(0x52, full)).frame['cells'] as number[]).at(-1), 3.347);
    assert.equal(decode(answer(0x52, full)).frame['board'], 2);
    const bits = words(0x41, 62, { 0x4f: 1, 0x50: 2, 0x51: 0x8000 });
    assert.deepEqual(decode(answer(0x51, bits)).frame['balancingCells'], [1, 18, 48]);
  });
});

describe('other frames of the Modbus-like protocol', () => {
  it('questions, writes, versions, settings, exceptions', () => {
    const head = { kind: 'request', layout: 'd2', board: 1 };
    assert.deepEqual(decode(question(0xd2, 3, 0xa9, 32)).frame, { ...head, first: 0xa9, count: 32 });
    assert.deepEqual(decode(question(0x8f, 3, 0x178, 74)).frame['board'], 15);
    const off = decode(question(0xd2, 6, 0xa5, 0)).frame;
    assert.deepEqual(off, { ...head, first: 0xa5, value: 0, what: 'chargeSwitch', on: false });
    assert.deepEqual(decode(question(0x51, 6, 0x121, 1)).frame['value'], 1);
    const text = Buffer.alloc(64);
    text.write('40_1234', 0);
    text.write('DL-R32U', 16);
    const version = answer(
      0xd2,
      Array.from({ length: 32 }, (_, i) => text.readUInt16BE(2 * i)),
    );
    assert.deepEqual(decode(version).frame['texts'], ['40_1234', 'DL-R32U']);
    assert.deepEqual(decode(answer(0xd2, [1, 0xffff])).frame['registers'], [1, 0xffff]);
    const exception = { kind: 'exception', layout: 'd2', board: 1, code: 2 };
    assert.deepEqual(decode(rtu(0xd2, 0x83, 2)).frame, exception);
  });

  it('refuses with the reason', () => {
    assert.equal(refusal(Uint8Array.of(0xd2, 3)), 'length');
    assert.equal(refusal(d2Main().slice(0, -1)), 'length');
    assert.equal(refusal(answer(0x01, [1, 2])), 'address');
    assert.equal(refusal(question(0x01, 3, 0, 62)), 'address');
    assert.equal(refusal(rtu(0xd2, 4, 2, 0, 1)), 'function');
    const broken = d2Main();
    broken[20] = broken[20]! ^ 1;
    assert.equal(refusal(broken), 'checksum');
  });
});

describe('finding answers of the Modbus-like protocol', () => {
  const BLOCK = { first: 0, count: 62 };
  const find = findBlock(D2, BLOCK, (registers) => registers);

  it('behind an echo and noise, whatever is glued to it', () => {
    const parts = [readBlock(D2, BLOCK), Uint8Array.of(0xd2, 3, 0x7c), d2Main(), Uint8Array.of(0xd2)];
    const found = find(Buffer.concat(parts));
    assert.ok(found?.kind === 'answer');
    assert.equal(found.value[0], 3300);
    assert.equal(find(readBlock(D2, BLOCK)), null);
  });

  it('other lengths, boards and layouts, and refusals, are said to be that', () => {
    const length = find(d2More());
    assert.ok(length?.kind === 'other');
    assert.match(length.text, /9 registers came instead of 62/);
    const layout = find(ESS_CELLS);
    assert.ok(layout?.kind === 'other');
    assert.match(layout.text, /layout p81: set "Layout"/);
    const board = findBlock(P81, BLOCK, () => 1)(answer(0x53, words(0, 62, {})));
    assert.ok(board?.kind === 'other');
    assert.match(board.text, /address 3 answers instead of the one at 1/);
    const refused = find(rtu(0xd2, 0x83, 2));
    assert.ok(refused?.kind === 'failure');
    assert.equal(refused.reason, 'refused');
    const nonsense = findBlock(D2, BLOCK, () => null)(d2Main());
    assert.ok(nonsense?.kind === 'failure');
    assert.equal(nonsense.reason, 'nonsense');
  });

  it('a cut answer is none at any length, a damaged one neither, whichever bit flips', () => {
    const whole = d2Main();
    for (let length = 0; length < whole.length; length += 1) assert.equal(find(whole.slice(0, length)), null);
    for (let bit = 0; bit < 8 * whole.length; bit += 1) {
      const damaged = whole.slice();
      damaged[bit >> 3]! ^= 1 << (bit & 7);
      assert.notEqual(find(damaged)?.kind, 'answer', `bit ${bit}`);
      assert.equal(DALY_D2.decode(damaged, OPTIONS).ok, false, `bit ${bit}`);
    }
  });

  it('any bytes: nothing is thrown, and only whole answers are found', () => {
    const piece = fc.oneof(
      fc.uint8Array({ maxLength: 30 }),
      fc.constantFrom(d2Main(), d2More(), ESS_CELLS, ESS_STATUS, d2Main().slice(0, 50), rtu(0xd2, 0x83, 2)),
    );
    let answers = 0;
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 5 }), (pieces) => {
        const heard = Buffer.concat(pieces);
        DALY_D2.decode(heard, OPTIONS);
        findBlock(P81, { first: 0x41, count: 62 }, (registers) => registers)(heard);
        const found = find(heard);
        if (found?.kind !== 'answer') return;
        answers += 1;
        assert.ok(heard.includes(Buffer.from(d2Main())));
        assert.equal(found.value[0x28], 132);
      }),
      { numRuns: 500 },
    );
    assert.ok(answers > 30, `${answers} answers`);
  });
});
