/** The link to a Daly BMS with the A5 protocol against the simulated one. */
import assert from 'node:assert/strict';
import { DALY } from '../../../src/links/daly/protocol.ts';
import { dalyKind } from '../../../src/simulator/daly.ts';
import type { DeviceKind } from '../../../src/simulator/device.ts';
import { benches, near } from '../support/benches.ts';
import { allAllowed, describeBmsLine } from '../support/bms-line.ts';
import { answer, frame, healthy, u16, u32 } from './build.ts';

const UNDER = { protocol: DALY, device: dalyKind };

/** A device that answers with the frames of a table, by command. */
function scripted(
  answers: Pick<ReadonlyMap<number, readonly Uint8Array[]>, 'get'>,
  askedAt: number[] = [],
): DeviceKind {
  return {
    id: 'scripted',
    description: '',
    baudRate: 9600,
    create: ({ clock }) => ({
      connect: (send) => ({
        receive(bytes) {
          askedAt.push(clock.now());
          for (const one of answers.get(bytes[2] ?? 0) ?? []) send(one);
        },
        close: () => undefined,
      }),
      command: () => null,
      close: () => undefined,
    }),
  };
}

describe('the link to a Daly BMS (A5)', () => {
  const bench = benches(UNDER);

  it('reads everything, every second, with the second its cycle began', async () => {
    const b = bench();
    b.tell('current -12.5');
    await b.pass(10);
    assert.ok(b.link.state().ok, b.link.state().problem ?? '');
    const seen = b.latest();
    assert.equal(seen.cellCount, 8);
    assert.deepEqual(
      seen.cells?.map(({ cell }) => cell),
      [1, 2, 3, 4, 5, 6, 7, 8],
    );
    for (const { voltage, balancing } of seen.cells ?? []) {
      near(voltage, 3.3, 0.1);
      assert.equal(balancing, false);
    }
    const volts = (seen.cells ?? []).map(({ voltage }) => voltage ?? 0);
    near(seen.cellMin?.value, Math.min(...volts), 0.002);
    near(seen.cellMax?.value, Math.max(...volts), 0.002);
    near(
      seen.voltage,
      volts.reduce((sum, one) => sum + one, 0),
      0.06,
    );
    near(seen.current, -12.5, 0.01);
    near(seen.soc, 60, 1);
    assert.equal(seen.temperatures?.length, 8);
    for (const celsius of seen.temperatures ?? []) near(celsius, 22, 3);
    assert.equal(seen.bmsTemperature, undefined, 'it tells none');
    assert.equal(seen.temperatureMin, undefined, 'each sensor is told');
    const { hardware = {}, extra } = seen;
    assert.deepEqual([hardware.chargeAllowed, hardware.loadAllowed, hardware.fault], [true, true, '']);
    assert.deepEqual([hardware['chargeSwitchClosed'], hardware['loadSwitchClosed']], [true, true]);
    assert.deepEqual([extra?.['state'], extra?.['ratedCapacity'], extra?.['cycles']], ['discharging', 100, 42]);
    near(extra?.['remainingCapacity'], 60, 1);
    assert.ok(b.seen.length >= 8, `${b.seen.length} readings in 10 s`);
    for (const { at, cameAt } of b.seen) assert.ok(cameAt - at > 0.1 && cameAt - at < 0.9, `${cameAt - at} s old`);
    near(b.seen.at(-1)!.at - b.seen.at(-2)!.at, 1, 0.05);
  });

  it('a frame is exactly as its table has it', async () => {
    const b = bench({ device: scripted(healthy()), cells: 4 });
    await b.pass(3);
    const { hardware, ...rest } = b.latest();
    assert.deepEqual(rest, {
      cellCount: 4,
      cells: [
        { cell: 1, voltage: 3.3, balancing: false },
        { cell: 2, voltage: 3.301, balancing: false },
        { cell: 3, voltage: 3.302, balancing: true },
        { cell: 4, voltage: 3.303, balancing: false },
      ],
      cellMax: { value: 3.303, cell: 4 },
      cellMin: { value: 3.3, cell: 1 },
      temperatures: [25, 23],
      voltage: 13.2,
      current: 10,
      soc: 78.5,
      extra: {
        state: 'charging',
        remainingCapacity: 219.8,
        ratedCapacity: 280,
        cycles: 53,
        chargerConnected: true,
        loadConnected: false,
        warnings: '',
      },
    });
    assert.equal(hardware?.chargeAllowed, true);
  });

  it('a weak cell and a dead sensor are seen', async () => {
    const b = bench();
    await b.pass(3);
    b.tell('cell 3 2.61');
    b.tell('temperature 2 dead');
    b.tell('temperature 5 48');
    await b.pass(4);
    near(b.latest().cells?.[2]?.voltage, 2.61, 0.001);
    assert.deepEqual([b.latest().cellMin?.cell, b.latest().cellMin?.value], [3, 2.61]);
    assert.equal(b.latest().temperatures?.[1], null);
    near(b.latest().temperatures?.[4], 48, 0.5);
    assert.equal(b.latest().hardware?.fault, 'temperature sensor');
  });

  it('waits at least 20 ms after an answer', async () => {
    const askedAt: number[] = [];
    // Answers are on the line in the moment of the question.
    const b = bench({ device: scripted(healthy(), askedAt), cells: 4 });
    await b.pass(4);
    const gaps = askedAt.slice(1).map((at, i) => at - (askedAt[i] ?? 0));
    assert.ok(gaps.length > 20, `${gaps.length} questions`);
    assert.ok(Math.min(...gaps) >= 0.02, `${Math.min(...gaps)} s`);
  });

  it('only ever reads', async () => {
    const b = bench();
    await b.pass(5);
    for (const question of b.sent) assert.match(question, /^a540(5[037]|9[0-8])080{16}/);
    const commands = new Set(b.sent.map((question) => question.slice(4, 6)));
    assert.deepEqual([...commands].sort(), ['50', '53', '57', '90', '91', '93', '94', '95', '96', '97', '98']);
  });

  it('its own protections are refusals, its switches are not', async () => {
    const b = bench();
    await b.pass(3);
    b.tell('cell 1 3.7');
    await b.pass(4);
    const over = b.latest().hardware ?? {};
    assert.deepEqual([over.chargeAllowed, over.loadAllowed, over['cellOvervoltage']], [false, true, true]);
    assert.equal(over['chargeSwitchClosed'], false);
    b.tell('cell 1 auto');
    b.tell('short on');
    await b.pass(4);
    const short = b.latest().hardware ?? {};
    assert.deepEqual([short.shortCircuit, short.loadAllowed], [true, false]);
    b.tell('short off');
    // Written by a relay on the same line.
    const other = b.device.connect(() => undefined);
    other.receive(frame(0x40, 0xd9, [0]));
    other.receive(frame(0x40, 0xda, [0]));
    await b.pass(4);
    const off = b.latest().hardware ?? {};
    assert.deepEqual([off['chargeSwitchClosed'], off['loadSwitchClosed']], [false, false]);
    assert.deepEqual([off.chargeAllowed, off.loadAllowed, off.fault], [true, true, '']);
    other.receive(frame(0x40, 0xda, [1]));
    await b.pass(4);
    assert.equal(b.latest().hardware?.['chargeSwitchClosed'], true);
  });

  it('a current sensor that is broken tells nothing', async () => {
    const b = bench();
    await b.pass(3);
    b.tell('current unknown');
    await b.pass(4);
    assert.equal(b.latest().current, null);
    assert.equal(b.latest().hardware?.fault, 'current module');
  });
});

describe('the sign of the current of a Daly BMS (A5)', () => {
  const bench = benches(UNDER);

  for (const [amperes, state, reads] of [
    [20, 'charging', 'discharging'],
    [-20, 'discharging', 'charging'],
  ] as const) {
    it(`a turned one is noticed while it is ${state}, and is not used`, async () => {
      const b = bench();
      b.tell('sign turned');
      b.tell(`current ${amperes}`);
      await b.pass(5);
      assert.equal(b.latest().current, null);
      near(b.latest().cells?.[0]?.voltage, 3.3, 0.1);
      const { ok, problem } = b.link.state();
      assert.equal(ok, false);
      assert.match(problem ?? '', new RegExp(`it is ${state} while its current reads as ${reads} with 20.0 A`));
      assert.match(problem ?? '', /turn "Sign of the current" round/);
    });

    it(`with the setting it is right while it is ${state}`, async () => {
      const b = bench({ options: { currentSign: '-1' } });
      b.tell('sign turned');
      b.tell(`current ${amperes}`);
      await b.pass(4);
      near(b.latest().current, amperes, 0.01);
      assert.ok(b.link.state().ok, b.link.state().problem ?? '');
    });
  }

  it('a current of 1 A at most, and any while it says idle, decides nothing', async () => {
    const small = healthy();
    small.set(0x90, [answer(0x90, [...u16(132), 0, 0, ...u16(30_010), ...u16(785)])]);
    const b = bench({ device: scripted(small), cells: 4 });
    await b.pass(3);
    assert.equal(b.latest().current, -1);
    assert.ok(b.link.state().ok);
    const idle = healthy();
    idle.set(0x90, [answer(0x90, [...u16(132), 0, 0, ...u16(31_000), ...u16(785)])]);
    idle.set(0x93, [answer(0x93, [0, 1, 1, 202, ...u32(219_800)])]);
    const still = bench({ device: scripted(idle), cells: 4 });
    await still.pass(3);
    assert.equal(still.latest().current, -100);
    assert.ok(still.link.state().ok);
  });

  it('a current that turns round between the answers is asked again, not refused', async () => {
    const turning = healthy();
    const [before, after] = [30_200, 29_800].map((raw) => answer(0x90, [...u16(132), 0, 0, ...u16(raw), ...u16(785)]));
    let asked = 0;
    const device = scripted({
      get(command) {
        if (command !== 0x90) return turning.get(command);
        asked += 1;
        return [asked % 2 === 1 ? before! : after!];
      },
    });
    const b = bench({ device, cells: 4 });
    await b.pass(4);
    assert.ok(b.link.state().ok, b.link.state().problem ?? '');
    for (const { observation } of b.seen) assert.equal(observation.current, 20);
    assert.equal(asked % 2, 0);
    assert.ok(b.seen.length >= 3, `${b.seen.length} readings`);
  });
});

describe('cell voltages of a Daly BMS (A5) that come damaged', () => {
  const bench = benches(UNDER);

  for (const [habit, words] of [
    ['missing', /cell voltages \(95\) come incomplete/],
    ['wrong', /cell voltages \(95\) contradict its own highest and lowest cell/],
  ] as const) {
    it(`${habit}: left out, once without a word, then with one; the extremes go on`, async () => {
      const b = bench();
      await b.pass(4);
      assert.equal(b.latest().cells?.length, 8);
      b.tell(`frames ${habit}`);
      b.tell('cell 2 3.0');
      const count = b.seen.length;
      await b.pass(6);
      const since = b.seen.slice(count);
      assert.ok(since.length >= 3, `${since.length} readings`);
      // The one that was under way may still have had them.
      for (const { observation } of since.slice(1)) assert.equal(observation.cells, undefined);
      assert.deepEqual([b.latest().cellMin?.value, b.latest().cellMin?.cell], [3, 2]);
      assert.match(b.link.state().problem ?? '', words);
      b.tell('frames good');
      await b.pass(3);
      assert.equal(b.latest().cells?.length, 8);
      assert.ok(b.link.state().ok);
    });
  }
});

describe('the line of a Daly BMS (A5)', () => {
  const bench = benches(UNDER);

  describeBmsLine({
    start: bench,
    silence: { told: /Daly.*does not answer.*(cable|awake)/, back: 3.5 },
    noise: {
      quiet: 3,
      settling: 0,
      readings: 30,
      check(observation) {
        near(observation.cellMin?.value, 3.3, 0.15);
        allAllowed(observation);
      },
      back: 4,
    },
    stranger: { told: /another device.*SIM-DALY-0002.*SIM-DALY-0001/, refused: 5, back: 4 },
    slow: { delay: 0.2, lasts: 12, age: 1.5, lump: 5, lumps: 6 },
  });

  it('a damaged number of cells is asked about again before anybody believes it', async () => {
    const all = healthy();
    const wrong = answer(0x94, [5, 2, 1, 0, 2, ...u16(53)]);
    let asked = 0;
    const b = bench({
      // The first answer after the start, and a later one, are damaged in a way that the sum does not see.
      device: scripted({
        get(command) {
          if (command === 0x94) asked += 1;
          return command === 0x94 && (asked === 2 || asked === 6) ? [wrong] : all.get(command);
        },
      }),
      cells: 4,
    });
    await b.pass(60);
    assert.ok(asked > 7, `${asked} times`);
    assert.ok(asked < 20, 'and else only now and then');
    assert.ok(b.seen.length > 40);
    assert.deepEqual([...new Set(b.seen.map(({ observation }) => observation.cellCount))], [4]);
  });

  it('what was silent when it was first asked who it is does not make it another one later', async () => {
    const bare = healthy();
    const code = bare.get(0x57)!;
    bare.delete(0x57);
    const b = bench({ device: scripted(bare), cells: 4 });
    await b.pass(4);
    assert.ok(b.link.state().ok, b.link.state().problem ?? '');
    bare.set(0x57, code);
    b.plugged(false);
    await b.pass(1);
    b.plugged(true);
    await b.pass(5);
    assert.ok(b.link.state().ok, b.link.state().problem ?? '');
    // The date is what it is known by.
    bare.set(0x53, [answer(0x53, [0, 0, 24, 1, 1])]);
    b.plugged(false);
    await b.pass(1);
    b.plugged(true);
    await b.pass(5);
    assert.match(b.link.state().problem ?? '', /another device/);
    // One that told its date has to tell it again.
    bare.delete(0x53);
    await b.pass(6);
    assert.match(b.link.state().problem ?? '', /does not answer|does not tell/);
  });

  it('one that tells no battery code, date, rating or balancing is read all the same', async () => {
    const bare = healthy();
    for (const command of [0x50, 0x53, 0x57, 0x97]) bare.delete(command);
    const b = bench({ device: scripted(bare), cells: 4 });
    await b.pass(12);
    assert.ok(b.link.state().ok, b.link.state().problem ?? '');
    assert.equal(b.latest().cells?.[2]?.balancing, null);
    assert.equal(b.latest().extra?.['ratedCapacity'], null);
    const count = b.seen.length;
    await b.pass(5);
    assert.ok(b.seen.length >= count + 4, 'what is not answered is not asked every time');
  });

  it('one that tells no single sensor is read by its extremes', async () => {
    const bare = healthy();
    bare.delete(0x96);
    const b = bench({ device: scripted(bare), cells: 4 });
    await b.pass(10);
    assert.equal(b.latest().temperatures, undefined);
    assert.deepEqual([b.latest().temperatureMax?.value, b.latest().temperatureMin?.value], [25, 23]);
  });

  it('board 2 is asked as 41 and answers as 02; board 1 is told to be another one', async () => {
    const b = bench({ options: { address: '2' }, simulated: { unit: 2 } });
    await b.pass(4);
    assert.ok(b.link.state().ok, b.link.state().problem ?? '');
    for (const question of b.sent) assert.match(question, /^a541/);
    const wrong = bench({ options: { address: '3' }, simulated: { unit: 2 } });
    await wrong.pass(5);
    assert.match(wrong.link.state().problem ?? '', /at address 3 does not answer.*address/);
    const all = healthy();
    const stranger = bench({ options: { address: '3' }, device: scripted(all), cells: 4 });
    await stranger.pass(5);
    assert.match(stranger.link.state().problem ?? '', /the BMS at address 1 answers instead of the one at 3/);
    assert.equal(stranger.seen.length, 0);
  });

  it('on its UART it is asked as 80, and frames without cells do no harm', async () => {
    const b = bench({ options: { variant: 'uart' } });
    await b.pass(5);
    assert.ok(b.link.state().ok, b.link.state().problem ?? '');
    for (const question of b.sent) assert.match(question, /^a580/);
    assert.deepEqual([b.latest().cells?.length, b.latest().temperatures?.length], [8, 8]);
  });

  it('a pack that is counted otherwise is noticed', async () => {
    const b = bench();
    await b.pass(3);
    b.tell('count 7');
    await b.pass(14);
    assert.equal(b.latest().cellCount, 7);
    assert.equal(b.latest().cells?.length, 7);
  });
});
