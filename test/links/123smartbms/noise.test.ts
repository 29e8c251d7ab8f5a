import assert from 'node:assert/strict';
import type { Extreme, Observation } from '../../../src/engine/reading/observation.ts';
import { createSmartBms123Link } from '../../../src/links/123smartbms/link.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { encodeFrame, type RawFrame } from './build-frame.ts';
import { noisyLine, seeded } from './line-noise.ts';

const CELLS = 16;

/** A healthy pack over a day and more: everything moves, slowly, and the cells wander. In raw counts, at a second. */
function truth(second: number): RawFrame {
  const wave = (period: number, size: number) => Math.round(size * Math.sin((2 * Math.PI * second) / period));
  const cellMin = 660 + wave(3000, 20);
  const cellMax = 670 + wave(3000, 22);
  const cellNumber = (second % CELLS) + 1;
  const currentIn = 400 + wave(2000, 300);
  const currentOut = 200 + wave(900, 80);
  return {
    packVoltage: 10_640 + wave(3000, 330),
    currentIn: { sign: '+', counts: currentIn },
    currentOut: { sign: '+', counts: currentOut },
    current: { sign: currentIn < currentOut ? '-' : '+', counts: Math.abs(currentIn - currentOut) },
    cellMin,
    cellMinNumber: 3,
    cellMax,
    cellMaxNumber: 11,
    temperatureMin: 291 + wave(20_000, 5),
    temperatureMinNumber: 2,
    temperatureMax: 298 + wave(20_000, 6),
    temperatureMaxNumber: 9,
    cellNumber,
    cellCount: CELLS,
    cellVoltage: Math.round(cellMin + ((cellMax - cellMin) * cellNumber) / CELLS),
    cellTemperature: 295 + wave(20_000, 5),
    status: 0x03,
    energyCollectedToday: 4000 + second,
    energyStored: 12_000 + second,
    energyConsumedToday: 1000 + Math.floor(second / 2),
    soc: 60 + Math.floor(second / 1000),
    energyCollectedTotal: 5678 + Math.floor(second / 3600),
    energyConsumedTotal: 5432,
    keyByte: 25 + (second % 19),
    valueByte: 0,
    capacity: 160,
    vMin: 580,
    vMax: 740,
    vBalance: 700,
  };
}

const signed = ({ sign, counts }: RawFrame['current']) => ((sign === '-' ? -1 : 1) * counts) / 8;

const amperes = (expected: number) => Math.max(5, Math.abs(expected) * 0.25);

interface Tally {
  observations: number;
  values: number;
  /** Values further from the truth than the tolerance. */
  wrong: string[];
  /** Unknown, or the careful answer of a flag, because the only two frames of 5 s contradict each other. */
  careful: string[];
  frames: number;
  seconds: number;
}

/** Listens to the pack over a noisy line for so many frames, and holds every value passed on against the truth. */
function listen(frames: number, bitErrorRate: number, seed: number): Tally {
  const clock = new ManualClock(0);
  const tally: Tally = { observations: 0, values: 0, wrong: [], careful: [], frames: 0, seconds: frames };

  function check(name: string, value: number | null | undefined, expected: number, tolerance: number): void {
    if (value === undefined) return;
    tally.values++;
    if (value === null) tally.careful.push(name);
    else if (Math.abs(value - expected) > tolerance) tally.wrong.push(`${name} ${value}, not ${expected}`);
  }

  function judge(observation: Observation, at: number): void {
    tally.observations++;
    const now = truth(Math.round(at));
    const extreme = (
      name: 'cellMin' | 'cellMax' | 'temperatureMin' | 'temperatureMax',
      scale: number,
      zero: number,
    ) => {
      const passed: Extreme | undefined = observation[name];
      const then = truth(Math.round(at - (passed?.age ?? 0)));
      assert.ok((passed?.age ?? 0) <= 5);
      check(name, passed?.value, (then[name] - zero) * scale, zero === 0 ? 0.0201 : 3);
    };
    extreme('cellMin', 0.005, 0);
    extreme('cellMax', 0.005, 0);
    extreme('temperatureMin', 1, 276);
    extreme('temperatureMax', 1, 276);
    check('voltage', observation.voltage, now.packVoltage * 0.005, 0.54);
    check('current', observation.current, signed(now.current), amperes(signed(now.current)));
    check('currentIn', observation.currentIn, signed(now.currentIn), amperes(signed(now.currentIn)));
    check('currentOut', observation.currentOut, signed(now.currentOut), amperes(signed(now.currentOut)));
    check('soc', observation.soc, now.soc, 1);
    check('cellCount', observation.cellCount, CELLS, 0);
    const { hardware = {} } = observation;
    for (const flag of ['chargeAllowed', 'loadAllowed', 'cellCommunication', 'socCalibrated']) {
      if (hardware[flag] !== true) tally.careful.push(flag);
    }
    for (const flag of ['vMin', 'vMax', 'tMin', 'tMax']) if (hardware[flag] !== false) tally.careful.push(flag);
    const [cell] = observation.cells ?? [];
    if (cell === undefined) return;
    // Displayed only; still never outside what the pack's own extremes allow.
    check('cell above', cell.voltage, now.cellMin * 0.005 + 0.025, 0.0451 + (now.cellMax - now.cellMin) * 0.005);
  }

  const link = createSmartBms123Link({
    clock,
    formula: 'document',
    listener: { observed: judge, changed: () => undefined },
  });
  const line = noisyLine(bitErrorRate, seeded(seed));
  for (let second = 0; second < frames; second++) {
    link.push(line(encodeFrame(truth(second))), clock.now());
    clock.advance(1);
  }
  tally.frames = link.state().counters.frames;
  return tally;
}

function print(bitErrorRate: number, tally: Tally): void {
  console.log(
    `      bit errors ${bitErrorRate}: ${tally.frames} of ${tally.seconds} frames taken, ` +
      `${tally.observations} observations, ${tally.values} values: ${tally.wrong.length} wrong, ${tally.careful.length} in doubt`,
  );
}

describe('123\\SmartBMS on a noisy line', function () {
  this.timeout(60_000);

  it('123-R1 over 20 000 frames with 1 bit in 1000 wrong, not one wrong value gets through', () => {
    const tally = listen(20_000, 1e-3, 20_000);
    print(1e-3, tally);
    assert.deepEqual(tally.wrong, []);
    assert.deepEqual(tally.careful, []);
    assert.ok(tally.observations > 10_000, `${tally.observations}`);
  });

  it('with 1 bit in 10 000 wrong nearly every second has its observation, and none is wrong or in doubt', () => {
    const tally = listen(20_000, 1e-4, 1);
    print(1e-4, tally);
    assert.deepEqual(tally.wrong, []);
    assert.deepEqual(tally.careful, []);
    assert.ok(tally.observations > 18_500, `${tally.observations}`);
  });

  it('the worse the line, the less is believed: it falls silent rather than wrong', () => {
    for (const [rate, most] of [
      [3e-3, 6000],
      [1e-2, 100],
    ] as const) {
      const tally = listen(20_000, rate, 2);
      print(rate, tally);
      assert.deepEqual(tally.wrong, []);
      assert.ok(tally.careful.length < tally.values / 100, tally.careful.join(' '));
      assert.ok(tally.observations < most, `${tally.observations}`);
    }
  });

  it('without noise every frame from the second on is passed on, whole', () => {
    const tally = listen(2000, 1e-12, 3);
    assert.equal(tally.observations, 1999);
    assert.equal(tally.values, 1999 * 11);
    assert.deepEqual([tally.wrong, tally.careful], [[], []]);
  });
});
