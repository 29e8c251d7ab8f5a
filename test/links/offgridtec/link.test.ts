import assert from 'node:assert/strict';
import type { Find, Heard } from '../../../src/links/device.ts';
import { createOffgridtec } from '../../../src/links/offgridtec/device.ts';
import { OFFGRIDTEC } from '../../../src/links/offgridtec/protocol.ts';
import { DEFAULT_OPTIONS, type GivenOptions } from '../../../src/links/options.ts';
import { offgridtecAKind, offgridtecKind } from '../../../src/simulator/offgridtec.ts';
import { near } from '../support/benches.ts';
import { createLinkBench, type LinkBench } from '../support/link-bench.ts';
import { answer, ciphered, noSuchRegister, TYPE_A, TYPE_B, word } from './build.ts';

describe('Offgridtec Smart-Pro link', () => {
  let bench: LinkBench;
  afterEach(() => bench.close());

  function startB(cells = 4, options: GivenOptions = {}): void {
    const wanted = { device: TYPE_B, ...options };
    bench = createLinkBench({ protocol: OFFGRIDTEC, device: offgridtecKind, cells, options: wanted });
  }

  it('OGT-12 type B tells voltage, current, SOC, cycles, temperature, runtime and every cell', async () => {
    startB();
    bench.tell('current -20');
    await bench.pass(4);
    assert.equal(bench.link.state().problem, null);
    const seen = bench.latest();
    assert.equal(seen.cellCount, 4);
    assert.deepEqual(
      seen.cells?.map(({ cell }) => cell),
      [1, 2, 3, 4],
    );
    for (const { voltage } of seen.cells ?? []) near(voltage, 3.25, 0.1);
    near(seen.voltage, 13, 0.4);
    near(seen.current, -20, 0.01);
    near(seen.soc, 60, 1);
    near(seen.bmsTemperature, 26, 3);
    assert.equal(seen.hardware, undefined);
    assert.equal(seen.temperatures, undefined);
    near(seen.extra?.['remainingCapacity'], 60, 1);
    near(seen.extra?.['runtime'], 3 * 3600, 400);
    assert.equal(seen.extra?.['cycles'], 42);
  });

  it('OGT-12 type A tells of the whole battery only', async () => {
    bench = createLinkBench({ protocol: OFFGRIDTEC, device: offgridtecAKind, cells: 4, options: { device: TYPE_A } });
    await bench.pass(3);
    const seen = bench.latest();
    assert.equal(bench.link.state().problem, null);
    assert.deepEqual([seen.cells, seen.cellCount, seen.cellMin], [undefined, undefined, undefined]);
    near(seen.voltage, 13, 0.4);
    near(seen.soc, 60, 1);
  });

  it('OGT-1 sees a weak cell of sixteen', async () => {
    startB(16);
    await bench.pass(3);
    bench.tell('weak 16 -0.4');
    await bench.pass(4);
    const cells = bench.latest().cells ?? [];
    assert.equal(cells.length, 16);
    const others = Math.min(...cells.slice(0, 15).map(({ voltage }) => voltage ?? 0));
    near(cells[15]?.voltage, others - 0.4, 0.05);
  });

  it('asks for the cells it has only once it knows how many', async () => {
    startB();
    await bench.pass(3);
    const fifth = Buffer.from(ciphered('+R163B02')).toString('hex');
    assert.equal(bench.sent.filter((hex) => hex === fifth).length, 2);
  });

  it('cells that are missing when it is asked first are found when they come', async () => {
    startB();
    bench.tell('count 3');
    await bench.pass(5);
    assert.equal(bench.latest().cellCount, 3);
    bench.tell('count 4');
    await bench.pass(5);
    assert.equal(bench.latest().cellCount, 4);
    assert.equal(bench.latest().cells?.length, 4);
  });

  it('an observation is as old as the beginning of its cycle', async () => {
    startB();
    await bench.pass(4);
    for (const { at, cameAt } of bench.seen) assert.ok(cameAt - at > 0.2 && cameAt - at < 1, `${cameAt - at}`);
    for (let i = 1; i < bench.seen.length; i += 1) {
      const apart = (bench.seen[i]?.at ?? 0) - (bench.seen[i - 1]?.at ?? 0);
      assert.ok(apart > 0 && apart < 1.1, `${apart} s from one to the next`);
    }
  });

  it('a name that does not fit has a sentence of its own', async () => {
    bench = createLinkBench({ protocol: OFFGRIDTEC, device: offgridtecKind, options: { device: 'my battery' } });
    await bench.pass(2);
    assert.match(
      bench.link.state().problem ?? '',
      /"my battery", where the name that the battery advertises is needed/,
    );
    assert.deepEqual(bench.sent, []);
  });

  it('silence is said within 5 s, and it is back within two cycles', async () => {
    startB();
    await bench.pass(3);
    bench.tell('silence');
    await bench.pass(5);
    assert.equal(bench.link.state().ok, false);
    assert.match(bench.link.state().problem ?? '', /SmartBat-B12294" does not answer: check/);
    bench.tell('resume');
    await bench.pass(2.5);
    assert.equal(bench.link.state().problem, null);
  });

  it('another battery behind the same name is not read', async () => {
    startB();
    await bench.pass(3);
    bench.tell('identity 7');
    await bench.pass(1);
    const before = bench.seen.length;
    await bench.pass(6);
    assert.equal(bench.seen.length, before);
    assert.equal(bench.link.state().ok, false);
  });

  it('the name of a battery of the other type is not read', async () => {
    bench = createLinkBench({ protocol: OFFGRIDTEC, device: offgridtecAKind, options: { device: TYPE_B } });
    await bench.pass(6);
    assert.equal(bench.seen.length, 0);
    assert.equal(bench.link.state().ok, false);
  });

  it('goes on through noise, and believes nothing that was damaged', async () => {
    startB();
    await bench.pass(3);
    const before = bench.latest();
    const heard = bench.seen.length;
    bench.tell('noise 0.001');
    await bench.pass(60);
    assert.ok(bench.seen.length - heard > 20, `${bench.seen.length - heard} observations in a minute`);
    for (const { observation } of bench.seen) {
      near(observation.voltage, before.voltage ?? 0, 0.4);
      for (const { voltage } of observation.cells ?? []) near(voltage, 3.3, 0.1);
    }
  });

  it('a slow battery is read all the same', async () => {
    startB();
    bench.tell('slow 0.3');
    await bench.pass(14);
    assert.equal(bench.link.state().problem, null);
    assert.equal(bench.latest().cellCount, 4);
  });

  it('answers in lumps are put together', async () => {
    startB();
    bench.tell('trickle 3');
    await bench.pass(5);
    assert.equal(bench.link.state().problem, null);
    assert.equal(bench.latest().cells?.length, 4);
  });
});

describe('Offgridtec Smart-Pro device', () => {
  /** Answers by the text of the question. */
  function asking(answers: (asked: string) => Uint8Array) {
    return <T>(question: Uint8Array, find: Find<T>): Promise<Heard<T>> => {
      const found = find(answers(Buffer.from(ciphered(Buffer.from(question).toString('latin1'))).toString('latin1')));
      if (found?.kind === 'answer') return Promise.resolve({ ok: true, value: found.value });
      return Promise.resolve({ ok: false, reason: 'noise', text: 'nothing found' });
    };
  }

  it('says which register is missing, where the letter of the name is wrong', async () => {
    const device = createOffgridtec(
      asking(() => noSuchRegister()),
      { ...DEFAULT_OPTIONS, device: TYPE_B },
    );
    const { seen, failure } = await device.poll();
    assert.equal(seen, null);
    assert.match(failure?.text ?? '', /it has no bmsTemperature: check the letter in its name, SmartBat-B12294/);
  });

  it('a single false error does not make cells vanish', async () => {
    let lies = 1;
    const answers = (asked: string): Uint8Array => {
      const register = Number.parseInt(asked.slice(4, 6), 16);
      if (register === 0x3e && lies-- > 0) return noSuchRegister();
      if (register < 0x3c) {
        if (register > 0x17) return noSuchRegister();
        const length = Number(asked.slice(7, 8));
        return answer(register, [...word(2900), 1].slice(0, Math.max(length, 2)));
      }
      return answer(register, word(3300));
    };
    const device = createOffgridtec(asking(answers), { ...DEFAULT_OPTIONS, device: TYPE_B });
    const { seen } = await device.poll();
    assert.equal(seen?.cellCount, 4);
  });
});
