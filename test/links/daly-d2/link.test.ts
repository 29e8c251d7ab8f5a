/** The link to a Daly BMS with the Modbus-like protocol against the simulated one, in both layouts. */
import assert from 'node:assert/strict';
import { DALY_D2 } from '../../../src/links/daly-d2/protocol.ts';
import { dalyD2Kind } from '../../../src/simulator/daly-d2.ts';
import { benches, near } from '../support/benches.ts';
import { describeBmsLine } from '../support/bms-line.ts';
import type { LinkBench, LinkBenchOptions } from '../support/link-bench.ts';
import { rtu } from '../support/rtu.ts';
import { answer, d2Main, d2More, question, words } from './build.ts';

const UNDER = { protocol: DALY_D2, device: dalyD2Kind };

const LAYOUTS = [
  { variant: 'd2', asked: /^d203(0000003e|003e0009|00a90020)/ },
  { variant: 'p81', asked: /^8103(00000040|0041003e|0178004a)/ },
] as const;

for (const { variant, asked } of LAYOUTS) {
  describe(`the link to a Daly BMS (Modbus-like, ${variant})`, () => {
    const start = (options: Partial<LinkBenchOptions> = {}): LinkBench => bench({ options: { variant }, ...options });

    const bench = benches(UNDER);

    it('reads everything, every second, with the second its cycle began', async () => {
      const b = start();
      b.tell('current -12.5');
      await b.pass(10);
      assert.ok(b.link.state().ok, b.link.state().problem ?? '');
      const seen = b.latest();
      assert.equal(seen.cellCount, 8);
      assert.deepEqual(
        seen.cells?.map(({ cell, balancing }) => [cell, balancing]),
        [1, 2, 3, 4, 5, 6, 7, 8].map((cell) => [cell, false]),
      );
      const volts = (seen.cells ?? []).map(({ voltage }) => voltage ?? 0);
      for (const one of volts) near(one, 3.3, 0.1);
      near(
        seen.voltage,
        volts.reduce((sum, one) => sum + one, 0),
        0.06,
      );
      near(seen.current, -12.5, 0.01);
      near(seen.soc, 60, 1);
      assert.equal(seen.temperatures?.length, 8);
      for (const celsius of seen.temperatures ?? []) near(celsius, 22, 3);
      near(seen.bmsTemperature, 26, 3);
      const { hardware = {}, extra } = seen;
      assert.deepEqual([hardware['chargeSwitchClosed'], hardware['loadSwitchClosed']], [true, true]);
      assert.deepEqual([extra?.['state'], extra?.['cycles']], ['discharging', 42]);
      near(extra?.['remainingCapacity'], 60, 1);
      assert.ok(b.seen.length >= 9, `${b.seen.length} readings in 10 s`);
      for (const { at, cameAt } of b.seen) assert.ok(cameAt - at > 0.02 && cameAt - at < 0.3, `${cameAt - at} s old`);
      near(b.seen.at(-1)!.at - b.seen.at(-2)!.at, 1, 0.05);
      for (const one of b.sent) assert.match(one, asked);
    });

    it('a weak cell and a dead sensor are seen', async () => {
      const b = start();
      b.tell('cell 3 2.61');
      b.tell('temperature 2 dead');
      b.tell('temperature 5 48');
      await b.pass(3);
      near(b.latest().cells?.[2]?.voltage, 2.61, 0.001);
      assert.equal(b.latest().temperatures?.[1], null);
      near(b.latest().temperatures?.[4], 48, 0.5);
    });

    it('a turned sign is noticed and the current not used; the setting mends it', async () => {
      const b = start();
      b.tell('sign turned');
      b.tell('current 20');
      await b.pass(3);
      assert.equal(b.latest().current, null);
      near(b.latest().cells?.[0]?.voltage, 3.3, 0.1);
      assert.match(b.link.state().problem ?? '', /is charging while its current reads as discharging.*turn "Sign/);
      const mended = start({ options: { variant, currentSign: '-1' } });
      mended.tell('sign turned');
      mended.tell('current 20');
      await mended.pass(3);
      near(mended.latest().current, 20, 0.01);
      assert.ok(mended.link.state().ok);
    });

    describeBmsLine({
      start,
      silence: { told: /Daly.*does not answer.*(cable|awake)/, back: 2.5 },
      noise: {
        quiet: 2,
        settling: 2,
        // An answer has over a thousand bits.
        readings: 15,
        check({ cells, current }) {
          assert.equal(cells?.length, 8);
          near(current, 0, 0.01);
        },
        back: 3,
      },
      stranger: { told: /another device.*SIM-DALY-0002.*SIM-DALY-0001/, refused: 4, back: 3 },
      slow: { delay: 0.3, lasts: 6, age: 0.6, lump: 20, lumps: 3 },
    });
  });
}

describe('the link to a Daly BMS (Modbus-like)', () => {
  const bench = benches(UNDER);

  it('d2: its own protections are refusals, its switches are not', async () => {
    const b = bench();
    await b.pass(2);
    b.tell('cell 1 3.7');
    await b.pass(2);
    const over = b.latest().hardware ?? {};
    assert.deepEqual([over.chargeAllowed, over.loadAllowed, over['cellOvervoltage']], [false, true, true]);
    assert.equal(over['chargeSwitchClosed'], false);
    b.tell('cell 1 auto');
    // Written by an app.
    b.device.connect(() => undefined).receive(question(0xd2, 6, 0xa6, 0));
    await b.pass(2);
    const off = b.latest().hardware ?? {};
    assert.deepEqual([off['chargeSwitchClosed'], off['loadSwitchClosed']], [true, false]);
    assert.deepEqual([off.chargeAllowed, off.loadAllowed, off.fault], [true, true, '']);
  });

  it('p81: nothing is said of protections, whose bits are not known', async () => {
    const b = bench({ options: { variant: 'p81' } });
    await b.pass(3);
    const { hardware = {} } = b.latest();
    assert.deepEqual([hardware.chargeAllowed, hardware.loadAllowed, hardware.fault], [undefined, undefined, undefined]);
  });

  it('p81: board 3 is asked as 83; one that is not there is silent', async () => {
    const b = bench({ options: { variant: 'p81', address: '3' }, simulated: { unit: 3 } });
    await b.pass(3);
    assert.ok(b.link.state().ok);
    for (const one of b.sent) assert.match(one, /^8303/);
    const wrong = bench({ options: { variant: 'p81', address: '4' }, simulated: { unit: 3 } });
    await wrong.pass(5);
    assert.match(wrong.link.state().problem ?? '', /at address 4 does not answer/);
  });

  it('d2: a BMS without the further registers is read all the same, and they are not asked for every time', async () => {
    const b = bench();
    b.tell('silence');
    await b.pass(0.2);
    let asked = 0;
    let further = 0;
    for (let n = 0; n < 200; n += 1) {
      await b.pass(0.05);
      for (const one of b.sent.slice(asked)) {
        if (one.startsWith('d2030000')) b.hear(d2Main());
        if (one.startsWith('d203003e')) further += 1;
      }
      asked = b.sent.length;
    }
    assert.equal(further, 1);
    assert.ok(b.link.state().ok, b.link.state().problem ?? '');
    assert.ok(b.seen.length >= 5, `${b.seen.length} readings`);
    const { cells, bmsTemperature } = b.latest();
    assert.deepEqual([cells?.length, cells?.[2]?.balancing, bmsTemperature], [4, null, undefined]);
  });

  it('d2: a cell beyond its own extremes counts, whatever those say', async () => {
    const b = bench({ cells: 4 });
    b.tell('silence');
    await b.pass(0.2);
    let asked = 0;
    for (let n = 0; n < 60; n += 1) {
      await b.pass(0.05);
      for (const one of b.sent.slice(asked)) if (one.startsWith('d2030000')) b.hear(d2Main({ 1: 2400 }));
      asked = b.sent.length;
    }
    assert.deepEqual(b.latest().cellMin, { value: 2.4, cell: 2 });
    assert.deepEqual(b.latest().cellMax, { value: 3.303, cell: null });
  });

  it('d2: one that kept its version to itself at first is not another one when it tells it later', async () => {
    const b = bench({ cells: 4 });
    b.tell('silence');
    await b.pass(0.2);
    let asked = 0;
    let tells = false;
    const run = async (seconds: number): Promise<void> => {
      for (let n = 0; n < seconds * 20; n += 1) {
        await b.pass(0.05);
        for (const one of b.sent.slice(asked)) {
          if (one.startsWith('d2030000')) b.hear(d2Main());
          if (one.startsWith('d20300a9') && tells) b.hear(answer(0xd2, words(0, 32, { 0: 0x3231 })));
        }
        asked = b.sent.length;
      }
    };
    await run(5);
    assert.ok(b.link.state().ok, b.link.state().problem ?? '');
    tells = true;
    b.plugged(false);
    await run(1);
    b.plugged(true);
    b.tell('silence');
    await run(5);
    assert.ok(b.link.state().ok, b.link.state().problem ?? '');
  });

  it('d2: every block of a cycle ends in one reading', async () => {
    const b = bench({ cells: 4 });
    b.tell('silence');
    await b.pass(0.2);
    let asked = 0;
    for (let n = 0; n < 100; n += 1) {
      await b.pass(0.05);
      for (const one of b.sent.slice(asked)) {
        if (one.startsWith('d2030000')) b.hear(d2Main());
        if (one.startsWith('d203003e')) b.hear(d2More());
        if (one.startsWith('d20300a9')) b.hear(rtu(0xd2, 0x83, 2));
      }
      asked = b.sent.length;
    }
    const { hardware, ...rest } = b.latest();
    assert.deepEqual(rest, {
      cellCount: 4,
      cells: [3.3, 3.301, 3.302, 3.303].map((voltage, i) => ({ cell: i + 1, voltage, balancing: i === 2 })),
      cellMax: { value: 3.303, cell: null },
      cellMin: { value: 3.3, cell: null },
      temperatures: [25, null],
      voltage: 13.2,
      current: 12.5,
      soc: 78.5,
      bmsTemperature: 38,
      extra: { state: 'charging', remainingCapacity: 219.8, cycles: 57, boardTemperature: 31, warnings: '' },
    });
    assert.deepEqual([hardware?.chargeAllowed, hardware?.['chargeSwitchClosed']], [true, false]);
  });
});
