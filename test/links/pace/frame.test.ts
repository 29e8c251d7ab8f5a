/** Answers of PACE boards, field by field, against layouts built here. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Observation } from '../../../src/engine/reading/observation.ts';
import { optionDefaults } from '../../../src/links/options.ts';
import { PACE_INFO } from '../../../src/links/pace/info.ts';
import { PACE } from '../../../src/links/pace/protocol.ts';
import { readV20Status, readV20Text, readV20Values } from '../../../src/links/pace/v20.ts';
import { readV25Status, readV25Text, readV25Values } from '../../../src/links/pace/v25.ts';
import { ascii, buildFrame, zeros } from '../ascii-hex/build-frame.ts';
import { type EventParts, type StatusParts, status20, status25, values20, values25 } from './build-answer.ts';

const OPTIONS = optionDefaults(PACE_INFO.options);
const bytes = (numbers: readonly number[]): Uint8Array => Uint8Array.from(numbers);
const V25 = { version: 0x25, address: 1, cid1: 0x46 } as const;
const V20 = { version: 0x20, address: 1, cid1: 0x4a } as const;
const decode = (version: typeof V25 | typeof V20, info: readonly number[], options = OPTIONS) => {
  const decoded = PACE.decode(buildFrame({ ...version, info }), options);
  assert.ok(decoded.ok, decoded.ok ? '' : decoded.text);
  return decoded;
};
type Told = NonNullable<Observation['hardware']>;
const hardware25 = (parts: StatusParts): Told => decode(V25, status25(parts)).seen!.hardware!;
const hardware20 = (parts: EventParts): Told => decode(V20, status20(parts)).seen!.hardware!;

const CHARGE = [false, true] as const;
const LOAD = [true, false] as const;
const BOTH = [false, false] as const;

describe('values of PACE 2.5', () => {
  it('every field has its place and its unit', () => {
    assert.deepEqual(readV25Values(bytes(values25())), {
      pack: 1,
      cells: [3.301, 3.302, 3.303, 3.304],
      temperatures: [25, 26, 27, 28],
      mosTemperature: 30,
      ambientTemperature: 22,
      current: -2.25,
      voltage: 13.21,
      remaining: 48.19,
      full: 103.46,
      cycles: 140,
      design: 100,
    });
  });

  it('an observation tells what is judged and shows the rest', () => {
    const { seen } = decode(V25, values25());
    assert.equal(seen?.cellCount, 4);
    assert.deepEqual(seen?.cells?.[1], { cell: 2, voltage: 3.302 });
    assert.deepEqual([seen?.bmsTemperature, seen?.voltage, seen?.current], [30, 13.21, -2.25]);
    assert.ok(Math.abs(seen.soc! - 46.578) < 0.001);
    assert.deepEqual([seen?.cellMin, seen?.temperatureMin, seen?.hardware], [undefined, undefined, undefined]);
    assert.deepEqual(seen?.extra, {
      ambientTemperature: 22,
      remainingCapacity: 48.19,
      fullCapacity: 103.46,
      designCapacity: 100,
      cycles: 140,
    });
    assert.equal(decode(V25, values25(), { ...OPTIONS, currentSign: -1 }).seen?.current, 2.25);
    assert.equal(decode(V25, values25({ full: 0 })).seen?.soc, null);
    assert.equal(decode(V25, values25({ remaining: 10_347 })).seen?.soc, null);
  });

  it("other makers' boards with more sensors and values of their own are read as far as they are known", () => {
    const temperatures = [2980, 2990, 3000, 3010, 3030, 2950, 2960, 2970];
    const told = readV25Values(bytes(values25({ temperatures, custom: 4, more: [1, 2, 3, 4] })));
    assert.deepEqual(told?.temperatures, [25, 26, 27, 28, 23, 24]);
    assert.deepEqual([told?.mosTemperature, told?.design], [30, 100]);
    const few = readV25Values(bytes(values25({ temperatures: [2980, 0] })));
    assert.deepEqual([few?.temperatures, few?.mosTemperature], [[25, null], null]);
  });

  it('cut short, longer or with another custom part it is none', () => {
    const whole = values25();
    for (let length = 0; length < whole.length; length += 1)
      assert.equal(readV25Values(bytes(whole.slice(0, length))), null);
    assert.equal(readV25Values(bytes([...whole, 0])), null);
    assert.equal(readV25Values(bytes(values25({ custom: 2 }))), null);
  });
});

describe('status of PACE 2.5', () => {
  const cases: [string, StatusParts, string, readonly [boolean, boolean]][] = [
    ...(
      [
        ['cellOvervoltage', CHARGE],
        ['cellUndervoltage', LOAD],
        ['packOvervoltage', CHARGE],
        ['packUndervoltage', LOAD],
        ['chargeOvercurrent', CHARGE],
        ['dischargeOvercurrent', LOAD],
        ['shortCircuit', LOAD],
        ['chargerOvervoltage', CHARGE],
      ] as const
    ).map(([name, stops], bit): [string, StatusParts, string, readonly [boolean, boolean]] => [
      `protect 1 bit ${bit}`,
      { protect: [1 << bit, 0] },
      name,
      stops,
    ]),
    ...(
      [
        ['chargeOvertemperature', CHARGE],
        ['dischargeOvertemperature', LOAD],
        ['chargeUndertemperature', CHARGE],
        ['dischargeUndertemperature', LOAD],
        ['bmsOverTemperature', BOTH],
        ['ambientOvertemperature', BOTH],
        ['ambientUndertemperature', BOTH],
      ] as const
    ).map(([name, stops], bit): [string, StatusParts, string, readonly [boolean, boolean]] => [
      `protect 2 bit ${bit}`,
      { protect: [0, 1 << bit] },
      name,
      stops,
    ]),
    ['system bit 4', { system: 0x16 }, 'reversed', BOTH],
  ];
  for (const [what, parts, name, [charge, load]] of cases) {
    it(`${what}: ${name}`, () => {
      const told = hardware25(parts);
      assert.equal(told[name], true);
      assert.deepEqual([told.chargeAllowed, told.loadAllowed, told.fault], [charge, load, '']);
      assert.equal(readV25Status(bytes(status25(parts)))?.problem, true);
    });
  }

  it('protect 2 bit 7 says full: no fault, no problem, and nothing is stopped', () => {
    const told = hardware25({ protect: [0, 0x80] });
    assert.deepEqual([told['full'], told.chargeAllowed, told.loadAllowed, told.fault], [true, true, true, '']);
    assert.equal(readV25Status(bytes(status25({ protect: [0, 0x80] })))?.problem, false);
    assert.equal(hardware25({})['full'], false);
  });

  it('the switches are no permission', () => {
    const states = (system: number): unknown[] => {
      const told = hardware25({ system });
      return [told['chargeSwitchClosed'], told['loadSwitchClosed'], told.chargeAllowed, told.loadAllowed];
    };
    assert.deepEqual(states(0x00), [false, false, true, true]);
    assert.deepEqual(states(0x02), [true, false, true, true]);
    assert.deepEqual(states(0x04), [false, true, true, true]);
    assert.deepEqual(states(0xa9), [false, false, true, true]);
  });

  it('faults of the hardware have names', () => {
    const names = ['charge-mos', 'discharge-mos', 'ntc', 'communication', 'cell', 'sampling', 'ccb', 'heater'];
    for (const [bit, name] of names.entries()) assert.equal(hardware25({ fault: 1 << bit }).fault, name);
    assert.equal(hardware25({ cells: [0xf0, ...zeros(15)] }).fault, 'state');
  });

  it('warnings are a problem that is shown and stop nothing', () => {
    const told = decode(V25, status25({ warnings: [0x3f, 0xff], cells: [2, ...zeros(15)], limits: [0, 2, 0] }));
    assert.deepEqual([told.seen!.hardware!.chargeAllowed, told.seen!.hardware!.loadAllowed], [true, true]);
    assert.equal(told.frame['problem'], true);
    assert.equal(told.frame['flags'], '00000e00003fff');
  });

  it('the lowest bit of the balance word is cell 1', () => {
    assert.deepEqual(readV25Status(bytes(status25({ balance: 0x8005 })))?.balancing, [1, 3, 16]);
  });

  it('is not taken for values or a text, nor they for it', () => {
    assert.equal(readV25Values(bytes(status25())), null);
    assert.equal(readV25Status(bytes(values25())), null);
    assert.equal(readV25Text(bytes(status25())), null);
    assert.equal(readV25Text(bytes(values25())), null);
    assert.equal(readV25Text(ascii('1812101380309D      ')), '1812101380309D');
    const whole = status25();
    for (let length = 0; length < whole.length; length += 1)
      assert.equal(readV25Status(bytes(whole.slice(0, length))), null);
    assert.equal(readV25Status(bytes([...whole, 0])), null);
  });
});

describe('values of PACE 2.0', () => {
  it('every field has its place and its unit', () => {
    assert.deepEqual(readV20Values(bytes(values20())), {
      pack: 1,
      cells: [3.301, 3.302, 3.303, 3.304],
      temperatures: [25, 26, 27, 28],
      mosTemperature: 30,
      current: 6.69,
      voltage: 13.21,
      remaining: 86.17,
      full: 98.6,
      cycles: 84,
      soc: 87,
      soh: 98,
      extremes: { cellMax: 3.304, cellMin: 3.301, temperatureMax: 28, temperatureMin: 25 },
      counters: {
        chargedAh: 7113.6,
        dischargedAh: 6769.49,
        chargedWh: 382_067,
        dischargedWh: 356_518,
        chargeHours: 1664,
        dischargeHours: 1226,
        charges: 300,
        discharges: 400,
      },
    });
  });

  it('of the two sensors that sources name differently the warmer one is the switches', () => {
    const mos = (last: readonly [number, number]): number | null | undefined =>
      readV20Values(bytes(values20({ temperatures: [2980, 2990, 3000, 3010, ...last] })))?.mosTemperature;
    assert.equal(mos([3030, 2950]), 30);
    assert.equal(mos([2950, 3030]), 30);
    assert.equal(mos([0, 2950]), 22);
    assert.equal(mos([0, 0]), null);
  });

  it("a cell beyond the board's own extremes counts, whatever those say", () => {
    const { seen } = decode(V20, values20({ cells: [3301, 2400, 3304, 3302] }));
    assert.deepEqual(seen?.cellMin, { value: 2.4, cell: 2 });
    assert.deepEqual(seen?.cellMax, { value: 3.304, cell: null });
  });

  it("an observation has the board's own extremes and state of charge", () => {
    const { seen } = decode(V20, values20());
    assert.deepEqual(
      [seen?.soc, seen?.cellMin, seen?.cellMax],
      [87, { value: 3.301, cell: null }, { value: 3.304, cell: null }],
    );
    assert.deepEqual([seen?.temperatureMin, seen?.temperatureMax], [undefined, undefined], 'each sensor is told');
    assert.deepEqual([seen?.extra?.['soh'], seen?.extra?.['chargedAh'], seen?.extra?.['cycles']], [98, 7113.6, 84]);
    assert.equal('ambientTemperature' in seen!.extra!, false);
    assert.equal(decode(V20, values20({ soc: 101 })).seen?.soc, null);
  });

  it('cut short, longer or with another custom part it is none', () => {
    const whole = values20();
    for (let length = 0; length < whole.length; length += 1)
      assert.equal(readV20Values(bytes(whole.slice(0, length))), null);
    assert.equal(readV20Values(bytes([...whole, 0])), null);
    assert.equal(readV20Values(bytes(values20({ custom: 10 }))), null);
  });
});

describe('status of PACE 2.0', () => {
  const cases: [string, EventParts, string, readonly [boolean, boolean]][] = [
    ['voltage bit 1', { voltage: 0x02 }, 'cellOvervoltage', CHARGE],
    ['voltage bit 3', { voltage: 0x08 }, 'cellUndervoltage', LOAD],
    ['voltage bit 5', { voltage: 0x20 }, 'packOvervoltage', CHARGE],
    ['voltage bit 7', { voltage: 0x80 }, 'packUndervoltage', LOAD],
    ['temperature bit 1', { temperature: 0x0002 }, 'chargeOvertemperature', CHARGE],
    ['temperature bit 3', { temperature: 0x0008 }, 'chargeUndertemperature', CHARGE],
    ['temperature bit 5', { temperature: 0x0020 }, 'dischargeOvertemperature', LOAD],
    ['temperature bit 7', { temperature: 0x0080 }, 'dischargeUndertemperature', LOAD],
    ['temperature bit 9', { temperature: 0x0200 }, 'ambientOvertemperature', BOTH],
    ['temperature bit 11', { temperature: 0x0800 }, 'ambientUndertemperature', BOTH],
    ['temperature bit 12', { temperature: 0x1000 }, 'bmsOverTemperature', BOTH],
    ['current bit 1', { current: 0x02 }, 'chargeOvercurrent', CHARGE],
    ['current bit 3', { current: 0x08 }, 'dischargeOvercurrent', LOAD],
    ['current bit 4', { current: 0x10 }, 'dischargeOvercurrent', LOAD],
    ['current bit 5', { current: 0x20 }, 'shortCircuit', LOAD],
    ['current bit 6', { current: 0x40 }, 'dischargeOvercurrent', LOAD],
    ['current bit 7', { current: 0x80 }, 'shortCircuit', LOAD],
  ];
  for (const [what, parts, name, [charge, load]] of cases) {
    it(`${what}: ${name}`, () => {
      const told = hardware20(parts);
      assert.equal(told[name], true);
      assert.deepEqual([told.chargeAllowed, told.loadAllowed, told.fault], [charge, load, '']);
      assert.equal(readV20Status(bytes(status20(parts)))?.problem, true);
    });
  }

  it('warnings stop nothing, faults have names, balancing is no problem', () => {
    const warned = hardware20({ voltage: 0x55, temperature: 0x0555, current: 0x05, capacity: 1, balanceEvent: 0x10 });
    assert.deepEqual([warned.chargeAllowed, warned.loadAllowed, warned.fault], [true, true, '']);
    assert.equal(hardware20({ balanceEvent: 0x20 }).fault, 'charge-mos');
    assert.equal(hardware20({ balanceEvent: 0x40 }).fault, 'discharge-mos');
    assert.equal(hardware20({ temperature: 0x2000 }).fault, 'fire');
    const balancing = readV20Status(bytes(status20({ balanceEvent: 1, balance: 0x8001 })));
    assert.deepEqual([balancing?.balancing, balancing?.problem], [[1, 16], false]);
  });

  it('the switches are no permission', () => {
    const states = (fet: number): unknown[] => {
      const told = hardware20({ fet });
      return [
        told['chargeSwitchClosed'],
        told['loadSwitchClosed'],
        told['heaterOn'],
        told.chargeAllowed,
        told.loadAllowed,
      ];
    };
    assert.deepEqual(states(0), [false, false, false, true, true]);
    assert.deepEqual(states(1), [false, true, false, true, true]);
    assert.deepEqual(states(2), [true, false, false, true, true]);
    assert.deepEqual(states(8), [false, false, true, true, true]);
  });

  it('is not taken for values or a text, nor they for it', () => {
    assert.equal(readV20Values(bytes(status20())), null);
    assert.equal(readV20Status(bytes(values20())), null);
    assert.equal(readV20Status(bytes(status20({ custom: 20 }))), null);
    assert.equal(readV20Text(bytes(status20())), null);
    assert.equal(readV20Text(ascii('   EG4-LL  ')), 'EG4-LL');
    const whole = status20();
    for (let length = 0; length < whole.length; length += 1)
      assert.equal(readV20Status(bytes(whole.slice(0, length))), null);
  });
});

describe('decoding any PACE frame', () => {
  it('questions by their name, refusals by their code, texts as text', () => {
    const frameOf = (code: number, info: readonly number[] = []): Readonly<Record<string, unknown>> => {
      const decoded = PACE.decode(buildFrame({ ...V25, code, info }), OPTIONS);
      return decoded.ok ? decoded.frame : {};
    };
    assert.equal(frameOf(0x42)['request'], 'analog');
    assert.equal(frameOf(0x9a, [0])['request'], 'charge switch');
    assert.equal(frameOf(0x90)['request'], 'count of packs');
    assert.equal(frameOf(0x09)['returnCode'], 9);
    assert.equal(frameOf(0, [...ascii('P16S100A\u0000')])['text'], 'P16S100A');
    assert.equal(frameOf(0, [0x26])['info'], '26');
  });

  it('is total, and no flipped bit changes a value', () => {
    for (const [version, info] of [
      [V25, values25()],
      [V20, status20()],
    ] as const) {
      const whole = buildFrame({ ...version, info });
      const right = PACE.decode(whole, OPTIONS);
      for (let at = 0; at < whole.length; at += 1) {
        for (let bit = 0; bit < 8; bit += 1) {
          const damaged = whole.slice();
          damaged[at] = damaged[at]! ^ (1 << bit);
          const decoded = PACE.decode(damaged, OPTIONS);
          if (decoded.ok) assert.deepEqual(decoded, right, `byte ${at} bit ${bit}`);
        }
        assert.equal(PACE.decode(whole.slice(0, at), OPTIONS).ok, false);
      }
    }
    let good = 0;
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 120 }), fc.constantFrom(V25, V20), (info, version) => {
        if (PACE.decode(buildFrame({ ...version, info: [...info] }), OPTIONS).ok) good += 1;
        assert.equal(typeof PACE.decode(info, OPTIONS).ok, 'boolean');
      }),
    );
    assert.equal(good, 100);
  });
});
