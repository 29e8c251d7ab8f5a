import assert from 'node:assert/strict';
import { createSmartBms123Ble } from '../../../src/links/123smartbms-ble/device.ts';
import { SMARTBMS123_BLE } from '../../../src/links/123smartbms-ble/protocol.ts';
import type { AskOptions, Find, Heard } from '../../../src/links/device.ts';
import { DEFAULT_OPTIONS, type GivenOptions } from '../../../src/links/options.ts';
import { smartbms123BleKind } from '../../../src/simulator/123smartbms-ble.ts';
import { near } from '../support/benches.ts';
import { createLinkBench, type LinkBench } from '../support/link-bench.ts';
import { cell, ENERGY, lines, PACK, TEMPERATURES, TURN, VOLTAGES } from './build.ts';

const text = (hex: string): string => Buffer.from(hex, 'hex').toString('latin1');

describe('123\\SmartBMS link over Bluetooth', () => {
  let bench: LinkBench;
  afterEach(() => bench.close());

  function start(cells = 4, options: GivenOptions = {}): void {
    const wanted = { device: '123\\SmartBMS', ...options };
    bench = createLinkBench({ protocol: SMARTBMS123_BLE, device: smartbms123BleKind, cells, options: wanted });
  }

  it('123-R1 123-R7 123-R10 tells extremes, cells in turn, currents, SOC, permissions and counters', async () => {
    start();
    bench.tell('current 12');
    await bench.pass(12);
    assert.equal(bench.link.state().problem, null);
    const seen = bench.latest();
    assert.equal(seen.cellCount, 4);
    near(seen.cellMin?.value, 3.3, 0.1);
    near(seen.cellMax?.value, 3.3, 0.1);
    near(seen.temperatureMin?.value, 22, 4);
    near(seen.voltage, 13.2, 0.4);
    near(seen.current, 12, 0.03);
    near(seen.currentIn, 12, 0.03);
    assert.equal(seen.currentOut, 0);
    near(seen.soc, 60, 1);
    const told = new Set(bench.seen.flatMap(({ observation }) => (observation.cells ?? []).map((one) => one.cell)));
    assert.deepEqual(told, new Set([1, 2, 3, 4]));
    const { chargeAllowed, loadAllowed, cellCommunication, chargeRelayClosed } = seen.hardware ?? {};
    assert.deepEqual([chargeAllowed, loadAllowed, cellCommunication, chargeRelayClosed], [true, true, true, true]);
    assert.equal(seen.extra?.['energyCollectedTotal'], 1234);
    assert.equal(seen.extra?.['soh'], 99);
  });

  it('values are no older than they are said to be', async () => {
    start();
    await bench.pass(10);
    assert.ok(bench.seen.length >= 5, `${bench.seen.length} observations in 10 s`);
    for (const { observation, at, cameAt } of bench.seen) {
      assert.ok(cameAt - at < 2.5, `a turn of ${cameAt - at} s`);
      // The device holds a record back until it is sent a "$": those of a cycle may be from before it.
      assert.equal(observation.ages?.voltage, 0.8);
      assert.equal(observation.cellMin?.age, 0.8);
    }
    const flushes = bench.sent.filter((hex) => text(hex) === '$').length;
    assert.ok(flushes >= 10, `${flushes} times "$" in 10 s`);
  });

  it('sees a weak cell, a dead sensor, and that cells are lost', async () => {
    start();
    await bench.pass(5);
    bench.tell('weak 3 -0.5');
    await bench.pass(7);
    near(bench.latest().cellMin?.value, 2.8, 0.1);
    assert.equal(bench.latest().cellMin?.cell, 3);
    bench.tell('temperature 2 dead');
    await bench.pass(5);
    assert.equal(bench.latest().temperatureMin?.value, null);
    bench.tell('communication off');
    await bench.pass(5);
    const lost = bench.latest();
    assert.equal(lost.hardware?.cellCommunication, false);
    assert.equal(lost.hardware?.chargeAllowed, false);
    assert.deepEqual(
      [lost.cellMin?.value, lost.voltage, lost.current, lost.soc, lost.cells],
      [null, null, null, null, undefined],
    );
  });

  it('123-R17 a wrong PIN has a sentence of its own, and is not shown again and again', async () => {
    start(4, { secret: '4711' });
    await bench.pass(12);
    assert.match(bench.link.state().problem ?? '', /it refuses the PIN: enter the one that is set in its app/);
    assert.doesNotMatch(bench.link.state().problem ?? '', /4711/);
    assert.equal(bench.sent.filter((hex) => text(hex).startsWith('PW')).length, 1);
    bench.tell('pin 4711');
    await bench.pass(35);
    assert.equal(bench.link.state().problem, null);
  });

  it('123-R17 sends nothing but its PIN, the start of the stream and "$"', async () => {
    start();
    await bench.pass(8);
    bench.tell('silence');
    await bench.pass(8);
    bench.tell('resume');
    await bench.pass(8);
    assert.deepEqual([...new Set(bench.sent.map(text))].sort(), ['$', 'E!\r', 'PW1234!\r']);
  });

  it('silence is said within 5 s, and values come again soon', async () => {
    start();
    await bench.pass(6);
    bench.tell('silence');
    await bench.pass(5);
    assert.match(bench.link.state().problem ?? '', /does not answer: check/);
    bench.tell('resume');
    await bench.pass(6);
    assert.equal(bench.link.state().problem, null);
  });

  it('logs in anew after the line was lost', async () => {
    start();
    await bench.pass(5);
    bench.plugged(false);
    await bench.pass(3);
    assert.equal(bench.link.state().problem, 'unplugged');
    bench.plugged(true);
    await bench.pass(8);
    assert.equal(bench.link.state().problem, null);
    assert.equal(bench.sent.filter((hex) => text(hex) === 'PW1234!\r').length, 2);
  });

  it('goes on through noise, and believes nothing that was damaged', async () => {
    start();
    await bench.pass(5);
    const heard = bench.seen.length;
    bench.tell('noise 0.001');
    await bench.pass(60);
    assert.ok(bench.seen.length - heard > 15, `${bench.seen.length - heard} observations in a minute`);
    for (const { observation } of bench.seen) {
      near(observation.voltage, 13.2, 0.5);
      near(observation.cellMin?.value, 3.3, 0.1);
      for (const { voltage } of observation.cells ?? []) if (voltage !== undefined) near(voltage, 3.3, 0.1);
    }
  });

  it('a slow device and lumps are read all the same', async () => {
    start();
    bench.tell('slow 0.2');
    bench.tell('trickle 20');
    await bench.pass(12);
    assert.equal(bench.link.state().problem, null);
    assert.equal(bench.latest().cellCount, 4);
  });
});

describe('123\\SmartBMS over Bluetooth: turns of records', () => {
  const OPTIONS = { ...DEFAULT_OPTIONS, variant: 'gen3', secret: '1234', temperatureFormula: 'document' } as const;

  /** A device that says `turns` one after the other; every question that is asked is kept. */
  function device(
    turns: readonly (readonly string[])[],
    verdicts: Record<string, string> = {},
    questions: string[] = [],
  ) {
    const left = [...turns];
    let streams = false;
    const ask = <T>(question: Uint8Array, find: Find<T>, _options?: AskOptions): Promise<Heard<T>> => {
      const asked = Buffer.from(question).toString('latin1');
      questions.push(asked);
      const silent = { ok: false, reason: 'silent', text: 'no answer' } as const;
      let said: readonly string[] = [];
      if (asked !== '$') said = [verdicts[asked] ?? 'OK'];
      else if (streams) said = left.shift() ?? [];
      // The first flush of a stream is of any age, and thrown away.
      else streams = true;
      const found = find(lines(...said));
      if (found?.kind === 'answer') return Promise.resolve({ ok: true, value: found.value });
      return Promise.resolve(said.length === 0 ? silent : { ok: false, reason: 'noise', text: 'no answer in it' });
    };
    return createSmartBms123Ble(ask, OPTIONS);
  }

  it('all cells in one go are all passed on', async () => {
    const every = [1, 2, 3, 4].map((number) => cell(number));
    const { seen } = await device([[PACK, VOLTAGES, TEMPERATURES, ...every, ENERGY]]).poll();
    assert.deepEqual(
      seen?.cells?.map((one) => [one.cell, one.voltage, one.temperature]),
      [1, 2, 3, 4].map((n) => [n, 3.25, 24]),
    );
  });

  it('records that come one by one make one observation', async () => {
    const { seen } = await device(TURN.map((record) => [record])).poll();
    assert.deepEqual(
      [seen?.voltage, seen?.current, seen?.soc, seen?.cellMin?.value, seen?.temperatureMax?.value],
      [13.2, -2, 63, 3.25, 24],
    );
  });

  it('extremes that the firmware does not send are left out', async () => {
    const few = [PACK, cell(1), cell(2), ENERGY];
    const { seen, failure } = await device(Array.from({ length: 10 }, () => few)).poll();
    assert.equal(failure, null);
    assert.equal(seen?.voltage, 13.2);
    assert.deepEqual([seen?.cellMin, seen?.temperatureMin], [undefined, undefined]);
  });

  it('a cell outside of the extremes is doubted once, and believed when it comes again', async () => {
    const turn = [PACK, VOLTAGES, TEMPERATURES, cell(2, 4, '200'), ENERGY];
    const twice = device([turn, turn]);
    assert.equal((await twice.poll()).seen?.cells?.[0]?.voltage, undefined);
    assert.equal((await twice.poll()).seen?.cells?.[0]?.voltage, 2.56);
  });

  it('SOC that is not calibrated is unknown', async () => {
    const { seen } = await device([[PACK, VOLTAGES, TEMPERATURES, cell(1, 4, '28A', '12C', '83_30'), ENERGY]]).poll();
    assert.equal(seen?.soc, null);
    assert.equal(seen?.hardware?.['socCalibrated'], false);
  });

  it('what it held while the line was away is not believed: the stream is begun anew', async () => {
    const questions: string[] = [];
    const bms = device([TURN, TURN, TURN], {}, questions);
    await bms.poll();
    await bms.poll();
    assert.equal(questions.filter((one) => one === 'E!\r').length, 1);
    const before = questions.length;
    // The link asks who is there when a line is new, or new again.
    assert.equal((await bms.identify?.())?.ok, true);
    await bms.poll();
    assert.deepEqual(questions.slice(before, before + 3), ['PW1234!\r', 'E!\r', '$']);
  });

  it('a device that refuses the stream says so', async () => {
    const { failure } = await device([], { 'E!\r': 'NA' }).poll();
    assert.match(failure?.text ?? '', /refuses to tell its values, although it took the PIN/);
  });

  it('a device that says other things than records is not taken for a silent one', async () => {
    const { failure } = await device(Array.from({ length: 10 }, () => ['something'])).poll();
    assert.match(failure?.text ?? '', /no record of values comes: check that no phone is connected/);
  });
});
