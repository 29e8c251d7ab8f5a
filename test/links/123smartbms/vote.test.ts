import assert from 'node:assert/strict';
import { decodeFrame, type Frame } from '../../../src/links/123smartbms/codec.ts';
import { createVote, type QuantityName, type Verdict } from '../../../src/links/123smartbms/vote.ts';
import { encodeFrame, type RawFrame } from './build-frame.ts';

function frame(fields: Partial<RawFrame> = {}): Frame {
  const decoded = decodeFrame(encodeFrame(fields), 'document');
  assert.ok(decoded.ok);
  return decoded.frame;
}

/** Adds frames one second apart; returns every verdict. */
function verdicts(...frames: Partial<RawFrame>[]): (Verdict | null)[] {
  const vote = createVote();
  return frames.map((fields, second) => vote.add(frame(fields), second));
}

function last(...frames: Partial<RawFrame>[]): Verdict {
  const verdict = verdicts(...frames).at(-1);
  assert.ok(verdict);
  return verdict;
}

/** For each voted quantity a raw field, a usual count, and one far off. */
const FIELDS: readonly [QuantityName, (counts: number) => Partial<RawFrame>, number, number][] = [
  ['cellMin', (cellMin) => ({ cellMin }), 668, 500],
  ['cellMax', (cellMax) => ({ cellMax }), 674, 800],
  ['temperatureMin', (temperatureMin) => ({ temperatureMin }), 291, 250],
  ['temperatureMax', (temperatureMax) => ({ temperatureMax }), 298, 400],
  ['packVoltage', (packVoltage) => ({ packVoltage }), 10_720, 12_000],
  ['current', (counts) => ({ current: { sign: '+', counts } }), 320, 3200],
  ['currentIn', (counts) => ({ currentIn: { sign: '+', counts } }), 400, 8000],
  ['currentOut', (counts) => ({ currentOut: { sign: '+', counts } }), 80, 8000],
  ['soc', (soc) => ({ soc }), 77, 13],
  ['energyCollectedToday', (energyCollectedToday) => ({ energyCollectedToday }), 4321, 70_000],
  ['energyStored', (energyStored) => ({ energyStored }), 12_345, 70_000],
  ['energyConsumedToday', (energyConsumedToday) => ({ energyConsumedToday }), 1234, 70_000],
  ['energyCollectedTotal', (energyCollectedTotal) => ({ energyCollectedTotal }), 5678, 70_000],
  ['energyConsumedTotal', (energyConsumedTotal) => ({ energyConsumedTotal }), 5432, 70_000],
  ['capacity', (capacity) => ({ capacity }), 160, 161],
  ['vMinSetting', (vMin) => ({ vMin }), 580, 581],
  ['vMaxSetting', (vMax) => ({ vMax }), 740, 741],
  ['vBalanceSetting', (vBalance) => ({ vBalance }), 700, 701],
];

const agree = (name: QuantityName, a: Partial<RawFrame>, b: Partial<RawFrame>) =>
  last(a, b).values[name] !== null && last(b, a).values[name] !== null;

const amperes = (counts: number) => ({ current: { sign: '-', counts } }) as const;

const numbers = (...cells: number[]) => last(...cells.map((cellMaxNumber) => ({ cellMaxNumber }))).cellNumbers.cellMax;

const taken = (...frames: Partial<RawFrame>[]) =>
  verdicts(...frames).flatMap((verdict) => verdict?.keyValues.map(({ pair, at }) => [pair.key, at]) ?? []);

const key = (number: number, fields: Partial<RawFrame> = {}) => ({ keyByte: 25 + number, ...fields });

describe('123\\SmartBMS vote', () => {
  it('a frame that counts other cells makes nothing fresh: it may be another pack', () => {
    const verdict = last({}, {}, { cellCount: 8 });
    assert.equal(verdict.cellCount, last({}, {}).cellCount);
    for (const name of ['cellMin', 'cellMax', 'temperatureMin', 'packVoltage'] as const) {
      assert.equal(verdict.values[name]?.age, 1, name);
    }
    // What it says is evidence all the same.
    const high = last({}, { cellMax: 800 }, { cellMax: 800, cellCount: 8 });
    assert.equal(high.values.cellMax?.value, last({ cellMax: 800 }, { cellMax: 800 }).values.cellMax?.value);
  });

  it('starts after exactly two frames that agree', () => {
    const [first, second] = verdicts({}, {});
    assert.equal(first, null);
    assert.equal(second?.cellCount, 16);
    assert.deepEqual(second?.values.cellMin, { value: 3.34, age: 0 });
  });

  for (const [name, field, usual, far] of FIELDS) {
    it(`${name}: one wild frame changes nothing, a step is followed one frame later`, () => {
      const good = last(field(usual), field(usual)).values[name]?.value;
      const after = last(field(far), field(far)).values[name]?.value;
      assert.ok(typeof good === 'number' && typeof after === 'number' && good !== after);

      const [, , , wild, back, calm] = verdicts(
        field(usual),
        field(usual),
        field(usual),
        field(far),
        field(usual),
        field(usual),
      );
      assert.deepEqual(wild?.values[name], { value: good, age: 1 });
      assert.deepEqual(back?.values[name], { value: good, age: 0 });
      assert.deepEqual(calm?.values[name], { value: good, age: 0 });

      const [, , , stepped, followed] = verdicts(field(usual), field(usual), field(usual), field(far), field(far));
      assert.deepEqual(stepped?.values[name], { value: good, age: 1 });
      assert.deepEqual(followed?.values[name], { value: after, age: 0 });
    });

    it(`${name}: two first frames that do not agree wait for the third, the other values do not`, () => {
      const other = name === 'cellMin' ? 'cellMax' : 'cellMin';
      const [, second, third] = verdicts(field(far), field(usual), field(usual));
      assert.equal(second?.values[name], null);
      assert.ok(second?.values[other]);
      assert.equal(third?.values[name]?.value, last(field(usual), field(usual)).values[name]?.value);
    });
  }

  it('a ramp steeper than the tolerance is followed one frame behind, with its age', () => {
    const vote = createVote();
    for (let second = 0; second < 20; second++) {
      const verdict = vote.add(frame({ cellMax: 600 + 10 * second, cellMin: 600 - 10 * second }), second * 0.5);
      if (second < 2) continue;
      assert.deepEqual(verdict?.values.cellMax, { value: (600 + 10 * (second - 1)) / 200, age: 0.5 });
      assert.deepEqual(verdict?.values.cellMin, { value: (600 - 10 * (second - 1)) / 200, age: 0.5 });
    }
  });

  it('agrees within 20 mV, 3 °C, 0.5 V or 1 % of the pack, 5 A or 20 % of the current', () => {
    assert.ok(agree('cellMax', { cellMax: 674 }, { cellMax: 677 }));
    assert.ok(!agree('cellMax', { cellMax: 674 }, { cellMax: 679 }));
    assert.ok(agree('temperatureMin', { temperatureMin: 291 }, { temperatureMin: 294 }));
    assert.ok(!agree('temperatureMin', { temperatureMin: 291 }, { temperatureMin: 295 }));
    assert.ok(agree('packVoltage', { packVoltage: 2700 }, { packVoltage: 2799 }));
    assert.ok(!agree('packVoltage', { packVoltage: 2700 }, { packVoltage: 2802 }));
    assert.ok(agree('packVoltage', { packVoltage: 20_000 }, { packVoltage: 20_198 }));
    assert.ok(agree('current', amperes(8), amperes(47)));
    assert.ok(!agree('current', amperes(8), amperes(50)));
    assert.ok(agree('current', amperes(1000), amperes(1150)));
    assert.ok(!agree('current', amperes(1000), amperes(1300)));
  });

  it('a value has no vote after 5 s', () => {
    const vote = createVote();
    vote.add(frame(), 0);
    vote.add(frame(), 1);
    assert.equal(vote.add(frame({ cellMax: 800 }), 6.01), null, 'alone again');
    const verdict = vote.add(frame({ cellMax: 801 }), 7);
    assert.deepEqual(verdict?.values.cellMax, { value: 4.005, age: 0 });
  });

  it('what stands in for a wild value is never older than 5 s, and its age is right', () => {
    const vote = createVote();
    vote.add(frame(), 10);
    vote.add(frame(), 12.5);
    assert.deepEqual(vote.add(frame({ cellMin: 10 }), 15)?.values.cellMin, { value: 3.34, age: 2.5 });
    assert.deepEqual(vote.add(frame(), 15.5)?.values.cellMin, { value: 3.34, age: 0 });
    const late = createVote();
    late.add(frame(), 10);
    late.add(frame(), 10.5);
    assert.equal(late.add(frame({ cellMin: 10 }), 15.3)?.values.cellMin, null, 'one of the three has expired');
  });

  it('123-R1 the number of cells must agree', () => {
    const [, second, third, fourth] = verdicts({ cellCount: 16 }, { cellCount: 15 }, { cellCount: 14 }, {});
    assert.equal(second, null);
    assert.equal(third, null);
    assert.equal(fourth, null);
    assert.equal(last({ cellCount: 16 }, { cellCount: 16 }, { cellCount: 255 }).cellCount, 16);
    assert.equal(last({ cellCount: 16 }, { cellCount: 15 }, { cellCount: 15 }).cellCount, 15);
  });

  it('123-R9 the status bits go by majority of three, and a first pair that differs by the careful answer', () => {
    const calm = last({}, {}, { status: 0xfc });
    assert.deepEqual(calm.status, {
      chargeAllowed: true,
      loadAllowed: true,
      cellCommunicationError: false,
      vMin: false,
      vMax: false,
      tMin: false,
      tMax: false,
      socNotCalibrated: false,
    });
    for (const pair of [
      [{}, { status: 0xfc }],
      [{ status: 0xfc }, {}],
    ]) {
      assert.deepEqual(last(...pair).status, {
        chargeAllowed: false,
        loadAllowed: false,
        cellCommunicationError: true,
        vMin: true,
        vMax: true,
        tMin: true,
        tMax: true,
        socNotCalibrated: true,
      });
    }
    assert.equal(last({}, {}, { status: 0x07 }, { status: 0x07 }).status.cellCommunicationError, true);
  });

  it('the cell of an extreme is the number that came twice, else the newest, and always one of the cells', () => {
    assert.equal(numbers(3, 3, 9), 3);
    assert.equal(numbers(3, 9, 9), 9);
    assert.equal(numbers(3, 9, 3), 3);
    assert.equal(numbers(1, 2, 3), 3);
    assert.equal(numbers(3, 9), 9);
    assert.equal(numbers(17, 17), null);
    assert.equal(numbers(0, 0), null);
  });

  it('slow values are taken from frames that agree with a neighbour, each once', () => {
    assert.deepEqual(taken(key(0), key(1), key(2), key(3)), [
      [0, 0],
      [1, 1],
      [2, 2],
      [3, 3],
    ]);
    assert.deepEqual(taken(key(0), key(1), key(2, { vMin: 600 }), key(3), key(4)), [
      [0, 0],
      [1, 1],
      [3, 3],
      [4, 4],
    ]);
    const stepped = { packVoltage: 10_400, cellMin: 640 };
    assert.deepEqual(taken(key(0), key(1), key(2, stepped), key(3, stepped)), [
      [0, 0],
      [1, 1],
      [2, 2],
      [3, 3],
    ]);
    assert.deepEqual(taken({ keyByte: 23 }, { keyByte: 24 }, {}), []);
  });
});
