import assert from 'node:assert/strict';
import fc from 'fast-check';
import { restVoltage } from '../../src/simulator/cell.ts';
import { constantFlow, gentleDay } from '../../src/simulator/flow.ts';
import { createPack } from '../../src/simulator/pack.ts';

function near(actual: number, expected: number, tolerance: number, what: string): void {
  assert.ok(Math.abs(actual - expected) <= tolerance, `${what}: ${actual} is not ${expected} ± ${tolerance}`);
}

const idle = constantFlow(0, 0);

describe('simulated cell', () => {
  it('rests where LiFePO4 rests, and its voltage always rises with its charge', () => {
    assert.equal(restVoltage(0), 2.5);
    assert.equal(restVoltage(100), 3.55);
    near(restVoltage(60), 3.303, 1e-9, '60 %');
    assert.ok(restVoltage(104) > 3.65, 'overcharged, it runs away');
    assert.ok(restVoltage(-3) < 2.5, 'emptied beyond its end, it collapses');
    fc.assert(
      fc.property(
        fc.double({ min: -20, max: 110, noNaN: true }),
        fc.double({ min: 0.01, max: 5, noNaN: true }),
        (soc, more) => {
          assert.ok(restVoltage(soc + more) >= restVoltage(soc));
        },
      ),
    );
  });
});

describe('simulated pack', () => {
  it('takes in exactly the coulombs that flow, but for its self-discharge', () => {
    const pack = createPack({ cells: 16, capacity: 100, soc: 50, flow: constantFlow(12, 2) });
    const before = pack.soc();
    pack.step(3600);
    const { ampHoursIn, ampHoursOut } = pack.totals();
    near(ampHoursIn, 12, 1e-9, 'Ah in');
    near(ampHoursOut, 2, 1e-9, 'Ah out');
    near(pack.soc() - before, 10, 0.05, '% gained'); // the cells are up to 2 % larger or smaller
  });

  it('counts the energy of what flows', () => {
    const pack = createPack({ cells: 16, capacity: 100, soc: 50, flow: constantFlow(0, 10) });
    pack.step(3600);
    near(pack.totals().wattHoursOut, 16 * 3.29 * 10, 5, 'Wh out');
    assert.equal(pack.totals().wattHoursIn, 0);
  });

  it('loses a little by itself', () => {
    const pack = createPack({ cells: 4, capacity: 100, soc: 50, flow: idle });
    const before = pack.soc();
    pack.step(30 * 86_400);
    const lost = before - pack.soc();
    assert.ok(lost >= 1 && lost <= 3, `${lost} % a month`);
  });

  it('gives way under load at once, then slowly further, and recovers', () => {
    const pack = createPack({ cells: 1, capacity: 100, soc: 50, flow: idle });
    const volts = () => pack.cells()[0]?.voltage ?? 0;
    pack.step(1);
    const rest = volts();
    pack.forcedCurrent = -50;
    pack.step(1);
    const atOnce = volts();
    pack.step(600);
    const later = volts();
    pack.forcedCurrent = null;
    pack.step(3600);
    assert.ok(rest - atOnce > 0.02, 'at once');
    assert.ok(atOnce - later > 0.01, 'slowly');
    near(volts(), restVoltage(pack.soc()), 0.001, 'recovered');
  });

  it('lives a gentle day: −10…+15 A, 40…80 %, every cell 3.2…3.4 V', () => {
    for (const [cells, capacity] of [
      [16, 100],
      [8, 280],
      [4, 20],
    ] as const) {
      const pack = createPack({ cells, capacity, soc: 60 });
      for (let second = 0; second < 86_400; second += 10) {
        pack.step(10);
        const { charge, load } = pack.flow();
        assert.ok(charge - load >= -10.001 && charge - load <= 15, `${charge - load} A`);
        assert.ok(pack.soc() > 40 && pack.soc() < 80, `${pack.soc()} %`);
        for (const cell of pack.cells()) assert.ok(cell.voltage > 3.2 && cell.voltage < 3.4, `${cell.voltage} V`);
      }
    }
  });

  it('is charged with 8…15 A on a gentle day, and no current is negative', () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.double({ min: 0, max: 1e7, noNaN: true }),
        fc.double({ min: 0, max: 100, noNaN: true }),
        (seed, t, soc) => {
          const { charge, load } = gentleDay(seed, 100)(t, soc);
          assert.ok(charge >= 8 && charge <= 15 && load >= 0);
        },
      ),
    );
  });

  it('bypasses 1 A a cell from its balance voltage on, with a sensor 20 °C too hot', () => {
    const pack = createPack({ cells: 2, capacity: 100, soc: 60, balanceVoltage: 3.5, flow: idle, ambient: 20 });
    const fault = pack.faults[0];
    assert.ok(fault);
    pack.step(1);
    const [before] = pack.cells();
    const soc = pack.soc();
    fault.voltage = 3.52;
    pack.step(3600);
    const [hot, other] = pack.cells();
    assert.deepEqual([hot?.bypassing, other?.bypassing], [true, false]);
    near((hot?.temperature ?? 0) - (before?.temperature ?? 0), 20, 0.1, 'K');
    near(soc - pack.soc(), 0.5, 0.02, '% lost by one of two cells of 100 Ah in an hour');
    fault.voltage = null;
    pack.step(1);
    assert.equal(pack.cells()[0]?.bypassing, false);
  });

  it('charges with a constant current, then at a constant voltage with a falling current', () => {
    const pack = createPack({
      cells: 8,
      capacity: 100,
      soc: 90,
      balanceVoltage: 4.2,
      chargeVoltage: 3.5,
      flow: constantFlow(20, 0),
    });
    pack.step(60);
    assert.equal(pack.flow().charge, 20);
    let sum = 0;
    for (let minute = 0; minute < 120; minute++) {
      pack.step(60);
      sum = pack.cells().reduce((total, cell) => total + cell.voltage, 0);
      assert.ok(sum < 8 * 3.5 + 0.05, `${sum} V`);
    }
    near(sum, 8 * 3.5, 0.05, 'V');
    assert.ok(pack.flow().charge < 1, 'the current has fallen');
  });

  it('stops the current of a charger or of loads that are disconnected, forced or not', () => {
    const pack = createPack({ cells: 4, capacity: 100, flow: constantFlow(10, 4) });
    pack.step(1);
    assert.deepEqual(pack.flow(), { charge: 10, load: 4 });
    pack.chargeAllowed = false;
    pack.step(1);
    assert.deepEqual(pack.flow(), { charge: 0, load: 4 });
    pack.loadAllowed = false;
    pack.step(1);
    assert.deepEqual(pack.flow(), { charge: 0, load: 0 });
    for (const forced of [30, -30]) {
      pack.forcedCurrent = forced;
      pack.step(1);
      assert.deepEqual(pack.flow(), { charge: 0, load: 0 });
    }
  });

  it('shows the faults of its cells', () => {
    const pack = createPack({ cells: 3, capacity: 100, flow: idle });
    pack.step(1);
    const before = pack.cells().map((cell) => cell.voltage);
    const [weak, forced, dead] = pack.faults;
    assert.ok(weak && forced && dead);
    weak.voltageOffset = -0.1;
    forced.voltage = 3.7;
    forced.temperature = 61;
    dead.sensorDead = true;
    const cells = pack.cells();
    near(cells[0]?.voltage ?? 0, (before[0] ?? 0) - 0.1, 1e-9, 'weak');
    assert.equal(cells[1]?.voltage, 3.7);
    assert.equal(cells[1]?.temperature, 61);
    assert.equal(cells[2]?.temperature, null);
  });

  it('warms up under current and cools towards the air around', () => {
    const pack = createPack({ cells: 1, capacity: 100, soc: 50, ambient: 20, flow: idle });
    const celsius = () => pack.cells()[0]?.temperature ?? 0;
    const cool = celsius();
    pack.forcedCurrent = -100;
    pack.step(900);
    assert.ok(celsius() > cool + 1);
    pack.forcedCurrent = null;
    pack.ambient = 5;
    pack.step(20 * 3600);
    near(celsius(), 5, 2.1, '°C');
  });

  it('is the same pack for the same seed, and another for another', () => {
    const run = (seed: number) => {
      const pack = createPack({ cells: 16, capacity: 100, seed });
      for (let n = 0; n < 200; n++) pack.step(7);
      return JSON.stringify([pack.cells(), pack.flow(), pack.totals(), pack.soc()]);
    };
    assert.equal(run(1), run(1));
    assert.notEqual(run(1), run(2));
  });

  it('arrives at nearly the same state however time is cut', () => {
    const one = createPack({ cells: 8, capacity: 100 });
    const other = createPack({ cells: 8, capacity: 100 });
    one.step(7200);
    for (let n = 0; n < 7200; n++) other.step(1);
    near(one.soc(), other.soc(), 0.02, '%');
    near(one.cells()[3]?.voltage ?? 0, other.cells()[3]?.voltage ?? 1, 0.002, 'V');
  });

  it('stands still for a step of nothing, or of nonsense', () => {
    const pack = createPack({ cells: 2, capacity: 100 });
    const before = JSON.stringify(pack.cells());
    for (const seconds of [0, -5, Number.NaN]) pack.step(seconds);
    assert.equal(JSON.stringify(pack.cells()), before);
  });
});
