/** The parts of the SOC estimator: curve, counting, covariance, resistance, quiet current. */
import assert from 'node:assert/strict';
import { Covariance } from '../../../src/engine/estimator/covariance.ts';
import { FullToFull } from '../../../src/engine/estimator/full-to-full.ts';
import { PLAIN_COUNTING, netCurrent } from '../../../src/engine/estimator/net-current.ts';
import { curveSpread, halfGap, middleVoltage } from '../../../src/engine/estimator/ocv-curve.ts';
import { Places } from '../../../src/engine/estimator/places.ts';
import { Polarisation, coldFactor } from '../../../src/engine/estimator/polarisation.ts';
import { QuietCurrent } from '../../../src/engine/estimator/quiet-current.ts';

function assertNear(value: number, expected: number, most: number): void {
  assert.ok(Math.abs(value - expected) <= most, `${value} is not ${expected} ± ${most}`);
}

describe('curve of the resting cell', () => {
  it('rises with the SOC above freezing, on both branches', () => {
    for (const temperature of [5, 15, 25, 45, 80]) {
      for (const branch of [-1, 0, 1]) {
        let before = 0;
        for (let percent = 10; percent <= 98; percent++) {
          const soc = percent / 100;
          // On the plateau the branches narrow faster than the middle rises: less than a millivolt a per cent.
          const voltage = middleVoltage(soc, temperature) + branch * halfGap(soc, temperature);
          assert.ok(voltage > before - 2.5e-3, `${voltage} V at ${percent} %, ${temperature} °C, branch ${branch}`);
          before = Math.max(before, voltage);
        }
      }
    }
  });

  it('agrees with the published means of three makers', () => {
    assertNear(middleVoltage(0.5, 25), 3.2985, 1e-3);
    assertNear(middleVoltage(0.8, 25), 3.335, 1e-3);
    assertNear(2 * halfGap(0.5, 25), 0.041, 5e-3);
  });

  it('is unsure at the ends and where makers differ', () => {
    assert.ok(curveSpread(0.73) > 3 * curveSpread(0.5));
    assert.ok(curveSpread(0) > 0.05 && curveSpread(1) > 0.05);
  });
});

describe('current that counts', () => {
  const plain = { ...PLAIN_COUNTING, capacity: 100 };

  it('is what flows, in capacities per hour', () => {
    assert.equal(netCurrent(25, 3.3, plain), 0.25);
    assert.equal(netCurrent(-25, Number.NaN, plain), -0.25);
  });

  it('123-R8 is zero within the blind spot', () => {
    assert.equal(netCurrent(0.49, 3.3, { ...plain, blindSpot: 0.5 }), 0);
    assert.equal(netCurrent(-0.51, 3.3, { ...plain, blindSpot: 0.5 }), -0.0051);
  });

  it('ECS-4 loses what the monitor takes', () => {
    assertNear(netCurrent(0, 3.2, { ...plain, selfConsumption: 12.8, cells: 4 }), -0.01, 1e-12);
  });

  it('VLB-14 charge efficiency and Peukert exponent act on charging and on fast discharging', () => {
    const lossy = { ...plain, chargeEfficiency: 0.99, peukert: 1.05 };
    assertNear(netCurrent(100, 3.3, lossy), 0.99, 1e-12);
    assertNear(netCurrent(-5, 3.3, lossy), -0.05, 1e-12);
    assertNear(netCurrent(-20, 3.3, lossy), -0.2 * 4 ** 0.05, 1e-12);
  });

  it('ECS-2 weighs with the voltage when energy is counted', () => {
    assertNear(netCurrent(10, 3.4, { ...plain, by: 'energy' }), (0.1 * 3.4) / 3.3, 1e-12);
  });
});

describe('covariance', () => {
  it('a measurement makes surer of what it measures and of what hangs together with it', () => {
    const covariance = new Covariance(3);
    for (let i = 0; i < 3; i++) covariance.reset(i, 1);
    covariance.couple(0, 1, 0.5);
    const gain = covariance.learn(Float64Array.from([1, 0, 0]), () => 0.25);
    assertNear(gain[0] ?? 0, 1.25 / 1.5, 1e-12);
    assertNear(gain[1] ?? 0, 0.5 / 1.5, 1e-12);
    assertNear(covariance.get(0, 0), 1.25 - 1.25 ** 2 / 1.5, 1e-12);
    const other = new Covariance(3);
    other.fromArray(covariance.toArray());
    assert.deepEqual(other.toArray(), covariance.toArray(), 'what is stored again and again stays the same');
    assertNear(covariance.get(1, 1), 1 - 0.25 / 1.5, 1e-12);
    assert.equal(covariance.get(2, 2), 1);
    assert.equal(covariance.get(0, 1), covariance.get(1, 0));
  });

  it('scales, forgets and survives being written down', () => {
    const covariance = new Covariance(2);
    covariance.reset(0, 4);
    covariance.reset(1, 9);
    covariance.couple(1, 0, 1);
    covariance.scale(0, 0.5);
    assert.deepEqual(covariance.toArray(), [1, 2, 13]);
    const other = new Covariance(2);
    other.fromArray(covariance.toArray());
    assertNear(other.get(1, 1), 13, 1e-4);
    other.reset(0, 3);
    assert.deepEqual([other.get(0, 1), other.get(0, 0)], [0, 3]);
  });
});

describe('polarisation', () => {
  it('learns the resistance from the jumps of the load, at any temperature', () => {
    for (const temperature of [0, 25]) {
      const polarisation = new Polarisation();
      const resistance = 0.05 * coldFactor(temperature);
      for (let i = 0; i < 400; i++) {
        const current = i % 2 === 0 ? -0.4 : 0;
        polarisation.learn(current, 3.3 + current * resistance, temperature, 1);
      }
      assertNear(polarisation.resistance, 0.05, 0.002);
    }
  });

  it('does not learn from a switched wire or from samples far apart', () => {
    const polarisation = new Polarisation();
    const before = polarisation.resistance;
    for (let i = 0; i < 40; i++) polarisation.learn(i % 2 === 0 ? -0.4 : 0, i % 2 === 0 ? 3.4 : 2.2, 25, 1);
    for (let i = 0; i < 40; i++) polarisation.learn(i % 2 === 0 ? -0.4 : 0, i % 2 === 0 ? 3.2 : 3.3, 25, 60);
    assert.equal(polarisation.resistance, before);
  });

  it('builds up under load and goes away at rest', () => {
    const polarisation = new Polarisation();
    const first = polarisation.step(-0.5, 25, 1);
    const later = polarisation.step(-0.5, 25, 900);
    assert.ok(later < first && first < 0);
    polarisation.step(0, 25, 1800);
    assertNear(polarisation.step(0, 25, 1), 0, 1e-5);
  });
});

describe('resistance and inrush', () => {
  it('a jump of many capacities per hour does not overshoot what it shows', () => {
    const polarisation = new Polarisation();
    let current = 0;
    for (let t = 0; t < 10; t++) {
      current = current === 0 ? -8 : 0;
      for (let second = 0; second < 3; second++) polarisation.learn(current, 3.3 + 0.01 * current, 25, 1);
      assert.ok(polarisation.resistance >= 0.01 - 1e-9 && polarisation.resistance <= 0.024);
    }
    assertNear(polarisation.resistance, 0.01, 0.002);
  });
});

describe('places on the curve', () => {
  it('are counted apart, for each branch, and fade over months', () => {
    const places = new Places();
    for (let i = 0; i < 10; i++) places.count(0.31, -0.5, 0.5);
    assert.equal(places.seen(0.33, -1), 5);
    assert.deepEqual([places.seen(0.31, 0.5), places.seen(0.36, -0.5), places.seen(0.29, -0.5)], [0, 0, 0]);
    for (let day = 0; day < 180; day++) for (let part = 0; part < 4; part++) places.fade(21_600);
    assertNear(places.seen(0.31, -0.5), 5 / Math.E, 1e-6);
  });

  it('beyond the ends are those at the ends, and are kept over a restart', () => {
    const places = new Places();
    places.count(-0.1, -1, 1);
    places.count(1.1, 1, 0.25);
    const other = new Places();
    other.restore(JSON.parse(JSON.stringify(places.state())));
    assert.deepEqual([other.seen(0, -1), other.seen(1, 1), other.seen(0.5, 1)], [1, 0.25, 0]);
    other.clear();
    assert.equal(other.seen(0, -1), 0);
  });
});

describe('quiet current', () => {
  function quiet(levels: readonly [current: number, seconds: number][]): QuietCurrent {
    const found = new QuietCurrent(0);
    for (const [current, seconds] of levels) for (let t = 0; t < seconds; t++) found.step(current, 1);
    return found;
  }

  it('tells an offset after a load has been switched off', () => {
    const found = quiet([
      [-0.2, 60],
      [0.004, 130],
    ]);
    assert.equal(found.still, true);
    assertNear(found.offset, 0.004, 0.0005);
  });

  it('does not take a sunrise for an offset', () => {
    const found = new QuietCurrent(0);
    for (let t = 0; t < 3600; t++) {
      found.step(t < 600 ? -0.002 : -0.002 + (t - 600) * 4e-6, 1);
      if (found.still) assert.ok(found.offset < 0.0015, `offset ${found.offset} after ${t} s`);
    }
  });

  it('says next to nothing where something may be always on', () => {
    const found = quiet([
      [-0.2, 60],
      [-0.005, 600],
    ]);
    assert.equal(found.still, true);
    assert.ok(Math.sqrt(found.variance(0.0005)) > 0.0025);
    const zero = quiet([
      [-0.2, 60],
      [0, 600],
    ]);
    assert.ok(Math.sqrt(zero.variance(0.0005)) < 0.0035);
  });
});

describe('from full to full', () => {
  it('123-R8 what is left over is the offset of the sensor', () => {
    const closure = new FullToFull();
    assert.equal(closure.full(), null);
    for (let hour = 0; hour < 24; hour++) closure.count((hour < 12 ? -0.05 : 0.05) + 0.003, 3600);
    const found = closure.full();
    assert.equal(found?.hours, 24);
    assertNear(found?.mean ?? 0, 0.003, 1e-9);
    assertNear(found?.moved ?? 0, 1.2, 1e-9);
  });

  it('tells nothing after a gap, after a short time or of a battery that was not used', () => {
    const closure = new FullToFull();
    closure.full();
    closure.count(-0.1, 36_000);
    closure.lose();
    closure.count(0.1, 36_000);
    assert.equal(closure.full(), null);
    closure.count(0.5, 3600);
    assert.equal(closure.full(), null);
    closure.count(0.001, 86_400);
    assert.equal(closure.full(), null);
  });
});
