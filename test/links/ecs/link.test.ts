import assert from 'node:assert/strict';
import type { GivenOptions } from '../../../src/links/options.ts';
import { ECS } from '../../../src/links/ecs/protocol.ts';
import { ecsKind } from '../../../src/simulator/ecs.ts';
import { createLinkBench, type LinkBench } from '../support/link-bench.ts';

describe('ECS link', () => {
  let bench: LinkBench;
  afterEach(() => bench.close());

  function start(options: GivenOptions = {}, more: Partial<Parameters<typeof createLinkBench>[0]> = {}): LinkBench {
    bench = createLinkBench({ protocol: ECS, device: ecsKind, cells: 4, options, ...more });
    return bench;
  }

  const voltages = (): (number | null | undefined)[] => (bench.latest().cells ?? []).map(({ voltage }) => voltage);
  const numbers = (): number[] => (bench.latest().cells ?? []).map(({ cell }) => cell);

  it('ECS-5, ECS-9 reads the meter and all cells in every cycle', async () => {
    start();
    for (const cell of [1, 2, 3, 4]) bench.tell(`cell ${cell} 3.30${cell}`);
    bench.tell('current -12.5');
    bench.tell('temperature 1 18.5');
    bench.tell('temperature 4 3.25');
    await bench.pass(3);
    assert.deepEqual(bench.link.state().problem, null);
    const seen = bench.latest();
    assert.deepEqual(voltages(), [3.301, 3.302, 3.303, 3.304]);
    assert.deepEqual(
      seen.cells?.map(({ balancing }) => balancing),
      [false, false, false, false],
    );
    assert.deepEqual([seen.cells?.[0]?.temperature, seen.cells?.[3]?.temperature], [18.5, 3.25]);
    assert.deepEqual(seen.temperatures, [18.5, 3.25]);
    assert.equal(seen.voltage, 13.21);
    assert.equal(seen.current, -12.5);
    assert.ok(Math.abs((seen.soc ?? 0) - 60) < 0.5, String(seen.soc));
    assert.deepEqual(seen.hardware, {
      chargeAllowed: true,
      loadAllowed: true,
      overState: 'ok',
      underState: 'ok',
      fault: '',
    });
    assert.deepEqual(seen.extra, { production: 10_001, size: 500, capacity: 100, mostDischarge: 150, mostCharge: 100 });
    for (const { observation } of bench.seen) assert.equal(observation.cells?.length, 4, 'all of them, every time');
    assert.ok(bench.seen.length >= 3);
  });

  it('each value has the age that it has', async () => {
    start();
    bench.tell('slow 0.2');
    await bench.pass(12);
    const { observation, at, cameAt } = bench.seen.at(-1)!;
    const cells = observation.cells ?? [];
    // Asked one after the other, 0.2 s each: the last cell is the newest value.
    assert.deepEqual(
      cells.map(({ age = 0 }) => Math.round(age * 4) / 4),
      [0.75, 0.5, 0.25, 0],
    );
    assert.ok(cameAt - at >= 0.2 && cameAt - at < 0.3, `${cameAt - at}`);
    const current = observation.ages?.current ?? 0;
    assert.ok(current > 1.4 && current < 2.2, `${current}`);
    assert.ok((observation.ages?.voltage ?? 0) < current);
    assert.ok((observation.temperaturesAge ?? 0) > 0.75);
  });

  it('ECS-9 a board that is silent is unknown by itself, and is back when it answers', async () => {
    start();
    await bench.pass(2);
    bench.tell('missing 2');
    const before = bench.seen.length;
    await bench.pass(8);
    assert.deepEqual(numbers(), [1, 2, 3, 4]);
    assert.equal(voltages()[1], null);
    assert.deepEqual(bench.latest().cells?.[1], { cell: 2, voltage: null, temperature: null, balancing: null });
    for (const index of [0, 2, 3]) assert.ok((voltages()[index] ?? 0) > 3);
    assert.match(bench.link.state().problem ?? '', /LiPro of cell 2 \(address 3\) does not answer/);
    for (const { observation } of bench.seen.slice(before)) {
      assert.deepEqual(
        observation.cells?.filter(({ cell }) => cell !== 2).map(({ cell, voltage }) => [cell, (voltage ?? 0) > 3]),
        [
          [1, true],
          [3, true],
          [4, true],
        ],
        'the others are told in every cycle',
      );
    }
    bench.tell('missing 3');
    await bench.pass(8);
    assert.match(bench.link.state().problem ?? '', /cells 2 \(address 3\), 3 \(address 4\) do not answer/);
    bench.tell('found 2');
    bench.tell('found 3');
    await bench.pass(6);
    assert.equal(bench.link.state().problem, null);
    assert.ok(voltages().every((voltage) => typeof voltage === 'number'));
  });

  it('a meter that is silent takes its own values with it, not the cells', async () => {
    start();
    await bench.pass(2);
    bench.tell('missing meter');
    await bench.pass(8);
    const { current, voltage, soc, temperatures, hardware } = bench.latest();
    assert.deepEqual([current, voltage, soc, temperatures], [null, null, null, [null, null]]);
    assert.deepEqual(hardware, { chargeAllowed: null, loadAllowed: null });
    assert.deepEqual(
      voltages().map((value) => typeof value),
      ['number', 'number', 'number', 'number'],
    );
    assert.match(bench.link.state().problem ?? '', /greenMeter at address 1 does not answer.*cells-only/);
    bench.tell('found meter');
    await bench.pass(5);
    assert.equal(bench.link.state().problem, null);
    assert.equal(typeof bench.latest().current, 'number');
  });

  it('cells are read although there never was a meter', async () => {
    start();
    bench.tell('missing meter');
    await bench.pass(6);
    assert.deepEqual(numbers(), [1, 2, 3, 4]);
    assert.match(bench.link.state().problem ?? '', /greenMeter at address 1/);
  });

  it('ECS-9 the first thing told comes soon, also where there are fewer boards than cells', async () => {
    start({}, { cells: 16, simulated: { cells: 4 } });
    await bench.pass(1.5);
    assert.deepEqual(numbers(), [1, 2, 3, 4, 5]);
    assert.equal(typeof bench.latest().current, 'number');
    const from = bench.seen.length;
    await bench.pass(16);
    assert.equal(numbers().length, 16);
    const gaps = bench.seen.slice(from).map(({ at }, i, all) => at - (all[i - 1]?.at ?? at));
    assert.ok(Math.max(...gaps) < 2.5, `the boards that answer are never kept waiting: ${Math.max(...gaps)}`);
    assert.deepEqual(
      voltages().map((voltage) => voltage === null),
      [...Array(4).fill(false), ...Array(12).fill(true)],
    );
  });

  it('ECS-9 without a meter by choice: cells from the address on', async () => {
    for (const variant of ['cells-only', 'cells-only-v2-v3']) {
      start({ variant, address: 2 });
      await bench.pass(3);
      assert.equal(bench.link.state().problem, null);
      assert.deepEqual(Object.keys(bench.latest()), ['cells'], 'no current, no flags are made up');
      assert.deepEqual(numbers(), [1, 2, 3, 4]);
      bench.close();
    }
    start({ variant: 'cells-only-active', address: 2 });
    bench.tell('model active');
    bench.tell('cell 3 3.7');
    await bench.pass(3);
    assert.equal(voltages()[2], 3.7);
    assert.deepEqual(bench.latest().hardware, { chargeAllowed: false, loadAllowed: true });
  });

  it('the type of each LiPro is found out: V1, V2, V3, and active ones without a type', async () => {
    for (const model of ['v1', 'v2', 'v3', 'active']) {
      start();
      bench.tell(`model ${model}`);
      bench.tell('cell 1 3.412');
      bench.tell('temperature 1 12.5');
      await bench.pass(3);
      assert.equal(bench.link.state().problem, null, model);
      assert.equal(voltages()[0], 3.412, model);
      assert.equal(bench.latest().cells?.[0]?.temperature, 12.5, model);
      bench.close();
    }
    start({ variant: 'lipro-active' });
    await bench.pass(3);
    assert.match(bench.link.state().problem ?? '', /cells 1 .* do not answer|refused/, 'forced, it is not tried');
    assert.deepEqual(voltages(), [null, null, null, null]);
  });

  it('a weak cell, a dead sensor and a refusal of the meter are seen', async () => {
    start();
    bench.tell('weak 3 -0.3');
    bench.tell('temperature 2 dead');
    bench.tell('cell 1 3.7');
    await bench.pass(3);
    const cells = bench.latest().cells ?? [];
    assert.ok((cells[2]?.voltage ?? 9) < (cells[1]?.voltage ?? 0) - 0.2);
    assert.equal(cells[1]?.temperature, null);
    assert.equal(bench.latest().hardware?.chargeAllowed, false);
    assert.equal(bench.latest().hardware?.['overState'], 'voltage');
    assert.equal(bench.latest().hardware?.loadAllowed, true);
  });

  it('a sensor of the meter that was never there is none, and one that was there is missed', async () => {
    start();
    bench.tell('temperature 4 dead');
    await bench.pass(3);
    assert.equal(bench.latest().temperatures?.length, 1);
    bench.tell('temperature 1 dead');
    await bench.pass(2);
    assert.deepEqual(bench.latest().temperatures, [null]);
    bench.tell('missing meter');
    await bench.pass(6);
    assert.equal(bench.latest().voltage, null);
    assert.deepEqual(bench.latest().temperatures, [null]);
  });

  it('a meter without sensors loses none when it is away', async () => {
    start();
    bench.tell('temperature 1 dead');
    bench.tell('temperature 4 dead');
    await bench.pass(3);
    bench.tell('missing meter');
    await bench.pass(6);
    bench.tell('found meter');
    await bench.pass(6);
    assert.equal(typeof bench.latest().voltage, 'number');
    assert.ok(bench.seen.every(({ observation }) => observation.temperatures === undefined));
  });

  it('ECS-2 the fault of the meter’s state of charge is seen through; the current’s sign is a setting', async () => {
    start({ currentSign: -1 });
    bench.tell('soc 50');
    bench.tell('current 7.125');
    bench.tell('soc-fault on');
    await bench.pass(3);
    assert.ok(Math.abs((bench.latest().soc ?? 0) - 50) < 0.1, String(bench.latest().soc));
    assert.equal(bench.latest().current, -7.125);
  });

  it('silence of all boards is told within 5 s, and two cycles bring everything back', async () => {
    start();
    await bench.pass(3);
    assert.equal(bench.link.state().ok, true);
    bench.tell('silence');
    await bench.pass(5);
    assert.match(bench.link.state().problem ?? '', /does not answer: check the cable/);
    bench.tell('resume');
    await bench.pass(4);
    assert.equal(bench.link.state().problem, null);
    assert.deepEqual(numbers(), [1, 2, 3, 4]);
    assert.equal(typeof bench.latest().current, 'number');
  });

  it('silence that begins in the middle of a cycle is told as soon', async () => {
    start({}, { cells: 16 });
    bench.tell('slow 0.05');
    await bench.pass(4.6);
    bench.tell('silence');
    await bench.pass(5);
    assert.equal(bench.link.state().ok, false);
  });

  it('with a bit in a thousand wrong, nothing wrong is told and most cycles bring something', async () => {
    start();
    for (const cell of [1, 2, 3, 4]) bench.tell(`cell ${cell} 3.300`);
    bench.tell('noise 0.001');
    await bench.pass(60);
    assert.ok(bench.seen.length > 10, String(bench.seen.length));
    for (const { observation } of bench.seen) {
      for (const { voltage } of observation.cells ?? [])
        assert.ok(voltage === 3.3 || voltage === null, String(voltage));
    }
    bench.tell('noise off');
    await bench.pass(6);
    assert.equal(bench.link.state().problem, null);
  });

  it('another greenMeter than before is refused, with the cells beside it, until the old one is back', async () => {
    start();
    await bench.pass(3);
    const before = bench.seen.length;
    bench.tell('identity 2');
    await bench.pass(4);
    assert.ok(bench.seen.length <= before + 1);
    assert.match(
      bench.link.state().problem ?? '',
      /another greenMeter answers than before \(number 10002, it was 10001\)/,
    );
    bench.tell('identity 1');
    await bench.pass(3);
    assert.equal(bench.link.state().problem, null);
  });

  it('something else at the meter’s address, or at a cell’s, is told and not read', async () => {
    start({ address: 2 }, { cells: 3 });
    await bench.pass(4);
    assert.match(bench.link.state().problem ?? '', /LiPro V3 answers at address 2.*choose the variant "cells-only"/);
    bench.close();
    start({ variant: 'cells-only', address: 1 });
    await bench.pass(4);
    assert.match(bench.link.state().problem ?? '', /greenMeter 500 A answers at address 1, where a LiPro is expected/);
    assert.equal(voltages()[0], null);
  });

  it('nobody at the address: says so, and what to look at', async () => {
    start({ address: 100 });
    await bench.pass(5);
    assert.equal(bench.seen.length, 0);
    assert.match(bench.link.state().problem ?? '', /address 100 does not answer: .*8E1/);
  });

  it('16 cells at 0.15 s each come in one cycle, also over Modbus TCP', async () => {
    start({}, { cells: 16, kind: 'modbus-tcp' });
    bench.tell('slow 0.15');
    await bench.pass(12);
    assert.equal(bench.link.state().problem, null);
    assert.equal(bench.latest().cells?.length, 16);
  });

  it('cells for which there is no address are told', async () => {
    start({ address: 245 }, { simulated: { unit: 245 } });
    await bench.pass(4);
    assert.deepEqual(numbers(), [1, 2]);
    assert.match(
      bench.link.state().problem ?? '',
      /addresses for 2 cells only, and the pack has 4: set a lower address/,
    );
  });

  it('a cable that is pulled and put back', async () => {
    start();
    await bench.pass(3);
    bench.plugged(false);
    await bench.pass(1);
    assert.equal(bench.link.state().problem, 'unplugged');
    bench.plugged(true);
    await bench.pass(4);
    assert.equal(bench.link.state().problem, null);
    assert.equal(bench.latest().cells?.length, 4);
  });
});
