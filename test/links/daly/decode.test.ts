/** What frames of Daly's A5 protocol hold, and that damaged ones hold nothing. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { dalyHardware, readDalyFaults } from '../../../src/links/daly/faults.ts';
import { dalyAnswer, dalyAnswers, dalyRead, readDalyFrame } from '../../../src/links/daly/frame.ts';
import { readDalyPack } from '../../../src/links/daly/fields.ts';
import { DALY } from '../../../src/links/daly/protocol.ts';
import { optionDefaults } from '../../../src/links/options.ts';
import { answer, frame, glue, healthy, numbered, u16, u32 } from './build.ts';

const OPTIONS = optionDefaults(DALY.info.options);

function fields(bytes: Uint8Array, options = OPTIONS): Readonly<Record<string, unknown>> {
  const decoded = DALY.decode(bytes, options);
  assert.ok(decoded.ok, JSON.stringify(decoded));
  const { kind, board, command, what, ...rest } = decoded.frame;
  assert.deepEqual([kind, board, command], ['answer', bytes[1], bytes[2]]);
  assert.equal(typeof what, 'string');
  return rest;
}

function seen(bytes: Uint8Array) {
  const decoded = DALY.decode(bytes, OPTIONS);
  assert.ok(decoded.ok, JSON.stringify(decoded));
  return decoded.seen;
}

function refusal(bytes: Uint8Array): string {
  const decoded = DALY.decode(bytes, OPTIONS);
  assert.ok(!decoded.ok, JSON.stringify(decoded));
  assert.match(decoded.text, /^no frame of a Daly BMS: /);
  return decoded.refusal;
}

describe('fields of the A5 protocol', () => {
  it('90: voltage, current with either sign, state of charge', () => {
    const bytes = answer(0x90, [...u16(264), ...u16(1), ...u16(30_050), ...u16(785)]);
    assert.deepEqual(fields(bytes), { voltage: 26.4, acquisitionVoltage: 0.1, current: -5, soc: 78.5 });
    assert.equal(fields(bytes, { ...OPTIONS, currentSign: -1 })['current'], 5);
    assert.deepEqual(seen(bytes), { voltage: 26.4, current: -5, soc: 78.5 });
    assert.equal(fields(answer(0x90, [0, 0, 0, 0, ...u16(30_000), 0, 0]))['current'], 0);
    assert.equal(fields(answer(0x90, [0, 0, 0, 0, 0, 0, ...u16(1001)]))['soc'], null);
  });

  it('91 and 92: the extremes and where they are', () => {
    const cells = answer(0x91, [...u16(3400), 5, ...u16(3300), 3]);
    assert.deepEqual(fields(cells), { max: { value: 3.4, number: 5 }, min: { value: 3.3, number: 3 } });
    assert.deepEqual(seen(cells), { cellMax: { value: 3.4, cell: 5 }, cellMin: { value: 3.3, cell: 3 } });
    const warmth = answer(0x92, [65, 2, 33, 1]);
    assert.deepEqual(fields(warmth), { max: { value: 25, number: 2 }, min: { value: -7, number: 1 } });
    assert.deepEqual(seen(warmth), {
      temperatureMax: { value: 25, cell: null },
      temperatureMin: { value: -7, cell: null },
    });
    assert.equal(refusal(answer(0x91, [...u16(3300), 5, ...u16(3400), 3])), 'values');
    assert.equal(refusal(answer(0x92, [33, 2, 65, 1])), 'values');
  });

  it('93: state, MOSFETs, counter and what is left', () => {
    const bytes = answer(0x93, [2, 0, 1, 202, ...u32(253_240)]);
    assert.deepEqual(fields(bytes), {
      state: 'discharging',
      chargeMos: false,
      dischargeMos: true,
      life: 202,
      remaining: 253.24,
    });
    assert.deepEqual(seen(bytes), { hardware: { chargeSwitchClosed: false, loadSwitchClosed: true } });
    assert.equal(fields(answer(0x93, [0, 1, 1]))['state'], 'idle');
    assert.equal(fields(answer(0x93, [1, 1, 1]))['state'], 'charging');
    for (const data of [
      [3, 1, 1],
      [0, 2, 1],
      [0, 1, 2],
    ])
      assert.equal(refusal(answer(0x93, data)), 'values');
  });

  it('94: what the pack is made of', () => {
    const bytes = answer(0x94, [16, 4, 1, 0, 0b11, ...u16(300)]);
    assert.deepEqual(fields(bytes), {
      cells: 16,
      sensors: 4,
      chargerConnected: true,
      loadConnected: false,
      inputsOutputs: 3,
      cycles: 300,
    });
    assert.deepEqual(seen(bytes), { cellCount: 16 });
    for (const data of [
      [0, 1],
      [49, 1],
      [16, 22],
    ])
      assert.equal(refusal(answer(0x94, data)), 'values');
  });

  it('95: three cells a frame, by number', () => {
    const bytes = answer(0x95, [2, ...u16(3301), ...u16(0), ...u16(3303)]);
    assert.deepEqual(fields(bytes), { frame: 2, firstCell: 4, cells: [3.301, 0, 3.303] });
    assert.deepEqual(seen(bytes)?.cells?.[2], { cell: 6, voltage: 3.303 });
    for (const number of [0, 255]) assert.equal(refusal(answer(0x95, [number, ...u16(3301)])), 'values');
  });

  it('96: seven sensors a frame; −40 °C and 215 °C are none', () => {
    const bytes = answer(0x96, [1, 65, 0, 255, 20]);
    assert.deepEqual(fields(bytes), { frame: 1, temperatures: [25, null, null, -20] });
    assert.equal(refusal(answer(0x96, [0, 65])), 'values');
  });

  it('97: cell 1 is the lowest bit of the first byte', () => {
    const bytes = answer(0x97, [0b1000_0001, 0b10, 0, 0, 0, 0b1000_0000]);
    assert.deepEqual(fields(bytes), { balancingCells: [1, 8, 10, 48] });
  });

  it('50, 53, 57: rating, date, battery code', () => {
    const rated = fields(answer(0x50, [...u32(280_000), ...u32(3200)]));
    assert.deepEqual(rated, { ratedCapacity: 280, nominalCellVoltage: 3.2 });
    assert.equal(fields(answer(0x53, [9, 9, 23, 4, 17]))['productionDate'], '2023-04-17');
    assert.equal(fields(answer(0x53, [0, 0, 23, 13, 17]))['productionDate'], '');
    assert.deepEqual(fields(answer(0x57, [2, ...Buffer.from('AB-1\0\0 ')])), { frame: 2, code: 'AB-1' });
  });

  it('switches, their answers, and what is not known by name', () => {
    assert.deepEqual(fields(answer(0xd9, [1, 1])), { on: true });
    assert.deepEqual(fields(answer(0xda, [0, 1])), { on: false });
    assert.deepEqual(fields(answer(0x60, [1, 2])), { data: [1, 2, 0, 0, 0, 0, 0, 0] });
    const decoded = DALY.decode(frame(0x41, 0xda, [1]), OPTIONS);
    assert.deepEqual(decoded, {
      ok: true,
      frame: { kind: 'question', board: 2, command: 0xda, what: 'chargeSwitch', on: true },
      seen: null,
    });
    const soc = DALY.decode(frame(0x80, 0x21, [23, 1, 2, 3, 4, 5, ...u16(805)]), OPTIONS);
    assert.ok(soc.ok);
    assert.deepEqual([soc.frame['what'], soc.frame['soc'], soc.frame['board']], ['setSoc', 80.5, null]);
  });

  it('refuses with the reason', () => {
    const good = answer(0x90, []);
    assert.equal(refusal(Uint8Array.of()), 'length');
    assert.equal(refusal(good.slice(0, 12)), 'length');
    assert.equal(refusal(glue(good, good)), 'length');
    assert.equal(refusal(glue(Uint8Array.of(0), good)), 'start');
    assert.equal(refusal(frame(0x11, 0x90, [])), 'address');
    const broken = good.slice();
    broken[12] = broken[12]! ^ 1;
    assert.equal(refusal(broken), 'checksum');
  });
});

describe('alarm bits of a Daly BMS', () => {
  const flags = (byte: number, bit: number) => {
    const bytes = [0, 0, 0, 0, 0, 0, 0];
    bytes[byte] = 1 << bit;
    const faults = readDalyFaults(Uint8Array.from(bytes));
    assert.deepEqual(faults.bits, [`${byte}.${bit}`]);
    return { faults, hardware: dalyHardware(faults) };
  };
  const PAIRS: readonly (readonly [number, number, string, 'charge' | 'load' | null])[] = [
    [0, 0, 'cellOvervoltage', 'charge'],
    [0, 2, 'cellUndervoltage', 'load'],
    [0, 4, 'packOvervoltage', 'charge'],
    [0, 6, 'packUndervoltage', 'load'],
    [1, 0, 'chargeOvertemperature', 'charge'],
    [1, 2, 'chargeUndertemperature', 'charge'],
    [1, 4, 'dischargeOvertemperature', 'load'],
    [1, 6, 'dischargeUndertemperature', 'load'],
    [2, 0, 'chargeOvercurrent', 'charge'],
    [2, 2, 'dischargeOvercurrent', 'load'],
    [2, 4, 'socHigh', null],
    [2, 6, 'socLow', null],
    [3, 0, 'cellVoltageDifference', null],
    [3, 2, 'temperatureDifference', null],
  ];

  for (const [byte, bit, name, denies] of PAIRS) {
    it(`${byte}.${bit}: ${name} warns, then ${denies === null ? 'is told' : `refuses ${denies}`}`, () => {
      const { faults: warning, hardware: before } = flags(byte, bit);
      assert.deepEqual([warning.warnings, warning.protections], [[name], []]);
      assert.deepEqual([before.chargeAllowed, before.loadAllowed, before[name]], [true, true, false]);
      const { hardware, faults } = flags(byte, bit + 1);
      assert.deepEqual([faults.warnings, faults.protections], [[], [name]]);
      assert.deepEqual(
        [hardware.chargeAllowed, hardware.loadAllowed, hardware[name], hardware.fault],
        [denies !== 'charge', denies !== 'load', true, ''],
      );
    });
  }

  it('MOSFETs too hot, short circuit, low voltage: flags of their own, no faults', () => {
    for (const bit of [0, 1]) assert.deepEqual(flags(4, bit).hardware.bmsOverTemperature, true);
    const short = flags(6, 2).hardware;
    assert.deepEqual(
      [short.shortCircuit, short.loadAllowed, short.chargeAllowed, short.fault],
      [true, false, true, ''],
    );
    const low = flags(6, 3).hardware;
    assert.deepEqual([low.chargeAllowed, low.loadAllowed, low.fault], [false, true, '']);
  });

  it('defects are faults in words, a clock and a radio are none', () => {
    const words = (byte: number) => [0, 1, 2, 3, 4, 5, 6, 7].map((bit) => flags(byte, bit).hardware.fault);
    assert.deepEqual(words(4), [
      '',
      '',
      'charge MOS sensor',
      'discharge MOS sensor',
      'charge MOS stuck',
      'discharge MOS stuck',
      'charge MOS open',
      'discharge MOS open',
    ]);
    assert.deepEqual(words(5), ['AFE', 'cell wire', 'temperature sensor', 'EEPROM', '', 'pre-charge', '', '']);
    assert.deepEqual(words(6), ['current module', 'voltage module', '', '', '', '', '', '']);
    for (const bit of [0, 1]) assert.equal(flags(5, bit).hardware.cellCommunication, false);
    assert.equal(flags(5, 2).hardware.cellCommunication, true);
  });

  it('however many defects, the words stay within 32 characters', () => {
    const all = dalyHardware(readDalyFaults(new Uint8Array(7).fill(0xff)));
    assert.ok(typeof all.fault === 'string' && all.fault.length > 0 && all.fault.length <= 32, String(all.fault));
    assert.deepEqual([all.chargeAllowed, all.loadAllowed, all.shortCircuit], [false, false, true]);
  });
});

describe('finding answers of a Daly BMS', () => {
  const PACK = [...healthy().get(0x90)!][0]!;
  const CELLS = healthy().get(0x95)!;
  const pack = dalyAnswer(1, 0x90, readDalyPack);
  const cells = dalyAnswers(1, 0x95, 2, (frames) => frames.map((data) => data[0]));

  it('behind an echo, among others, glued in noise', () => {
    const noise = Uint8Array.of(0xa5, 1, 0x90, 8, 0xa5, 7);
    const found = pack(glue(dalyRead(0x90), noise, answer(0x91, []), PACK, noise));
    assert.ok(found?.kind === 'answer');
    assert.equal(found.value.voltage, 13.2);
  });

  it('another board and another command are said to be that', () => {
    const stranger = pack(frame(2, 0x90, []));
    assert.ok(stranger?.kind === 'other');
    assert.match(stranger.text, /address 2 answers instead of the one at 1/);
    const late = pack(answer(0x91, []));
    assert.ok(late?.kind === 'other');
    assert.match(late.text, /command 91 came instead of 90/);
    assert.equal(pack(dalyRead(0x90)), null);
  });

  it('all numbered frames must be there, in any order, and more do no harm', () => {
    const [first, second] = [CELLS[0]!, CELLS[1]!];
    const extra = answer(0x95, [3, 0, 0]);
    for (const parts of [
      [first, second],
      [second, first],
      [first, first, second, extra],
    ]) {
      assert.deepEqual(cells(glue(...parts)), { kind: 'answer', value: [1, 2] });
    }
    for (const parts of [[first], [second], [first, extra], [first, answer(0x95, [0])]]) {
      assert.equal(cells(glue(...parts)), null);
    }
  });

  it('a cut answer is none at any length, a damaged one neither, whichever bit flips', () => {
    for (let length = 0; length < PACK.length; length += 1) assert.equal(pack(PACK.slice(0, length)), null);
    for (let bit = 0; bit < 8 * PACK.length; bit += 1) {
      const damaged = PACK.slice();
      damaged[bit >> 3]! ^= 1 << (bit & 7);
      assert.equal(pack(damaged), null, `bit ${bit}`);
    }
  });

  it('any bytes: nothing is thrown, and what is found stands there as a good frame', () => {
    const piece = fc.oneof(
      fc.uint8Array({ maxLength: 20 }),
      fc.constantFrom(PACK, ...CELLS, PACK.slice(0, 7), frame(3, 0x90, [])),
    );
    let answers = 0;
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 6 }), (pieces) => {
        const heard = glue(...pieces);
        cells(heard);
        DALY.decode(heard, OPTIONS);
        const found = pack(heard);
        if (found?.kind !== 'answer') return;
        answers += 1;
        const at = heard.findIndex((_, i) => typeof readDalyFrame(heard, i) !== 'string');
        assert.ok(at >= 0);
      }),
      { numRuns: 1000 },
    );
    assert.ok(answers > 100, `${answers} answers`);
  });

  it('decoding any 13 bytes with a right sum throws nothing', () => {
    let decoded = 0;
    fc.assert(
      fc.property(
        fc.constantFrom(1, 2, 0x40, 0x80),
        fc.constantFrom(0x50, 0x53, 0x57, 0x90, 0x91, 0x92, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0xd9, 0x21),
        fc.array(fc.integer({ min: 0, max: 255 }), { minLength: 8, maxLength: 8 }),
        (address, command, data) => {
          const one = DALY.decode(frame(address, command, data), OPTIONS);
          if (one.ok) decoded += 1;
          else assert.equal(one.refusal, 'values');
        },
      ),
    );
    assert.ok(decoded > 20, `${decoded} decoded`);
  });

  it('numbered frames of a long pack', () => {
    const volts = Array.from({ length: 48 }, (_, i) => u16(3300 + i));
    const found = dalyAnswers(1, 0x95, 16, (frames) => frames.length)(glue(...numbered(0x95, 3, volts)));
    assert.deepEqual(found, { kind: 'answer', value: 16 });
  });
});
