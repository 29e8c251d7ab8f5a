/**
 * What every link must do with its simulated device, whatever it speaks: right values, nothing wrong under noise, unknown
 * in time, back in two cycles. Time is a clock's that is moved by hand.
 */
import assert from 'node:assert/strict';
import type { Observation } from '../../src/engine/reading/observation.ts';
import { PROTOCOL_INFOS } from '../../src/links/catalogue.ts';
import type { GivenOptions } from '../../src/links/options.ts';
import { findProtocol } from '../../src/links/protocols.ts';
import { findDevice } from '../../src/simulator/index.ts';
import { createLinkBench, type LinkBench } from './support/link-bench.ts';

const CELLS = 4;
/** V of each cell; far enough apart to be told apart at 10 mV. */
const VOLTS = [3.3, 3.34, 3.28, 3.31];
const CURRENT = 12;

interface Case {
  readonly options?: GivenOptions;
  readonly unit?: number;
  /** Seconds until it has told everything once. */
  readonly settles?: number;
  /** V the device rounds a cell to, and A a current. */
  readonly step?: number;
  readonly ampere?: number;
  readonly volts?: number;
  /** Tells no cells, no current. */
  readonly noCells?: boolean;
  readonly noCurrent?: boolean;
}

const MAP = [
  'voltage = holding 100 u16 * 0.01',
  'current = holding 102 s16 * 0.1',
  `cell 1..${CELLS} = input 200 u16 * 0.001`,
].join('\n');
const CASES: Readonly<Record<string, Case>> = {
  offgridtec: { options: { device: 'SmartBat-B12294' } },
  // Cells in steps of 10 mV, and no current.
  'victron-ble': { options: { secret: '0123456789abcdef0123456789abcdef' }, step: 0.011, noCurrent: true },
  'modbus-map': { options: { map: MAP } },
};
/** What a weak check lets through is no more than a battery may do from one reading to the next. */
const DOUBTED = { step: 0.055, ampere: 20, volts: 0.5 };

function benchOf(id: string): LinkBench {
  const protocol = findProtocol(id) ?? assert.fail(id);
  const device = findDevice(id) ?? assert.fail(`there is no simulated ${id}`);
  const { options = {}, unit } = CASES[id] ?? {};
  const address = protocol.info.options.find(({ name }) => name === 'address');
  const at = unit ?? (address?.name === 'address' ? address.fallback : 1);
  const bench = createLinkBench({ protocol, device, cells: CELLS, options, simulated: { unit: at } });
  for (const [index, volts] of VOLTS.entries()) bench.device.command(`cell ${index + 1} ${volts}`);
  bench.device.command(`current ${CURRENT}`);
  return bench;
}

/** What of an observation is not what the device measures; empty: all right. Unknown is right. */
function wrongIn(id: string, seen: Observation, doubted = false): string[] {
  const { step = 0.006, ampere = 0.2, volts = 0.12 } = { ...CASES[id], ...(doubted ? DOUBTED : {}) };
  const wrong: string[] = [];
  const check = (name: string, value: number | null | undefined, want: number, within: number): void => {
    if (typeof value === 'number' && Math.abs(value - want) > within) wrong.push(`${name} ${value}, not ${want}`);
  };
  for (const { cell, voltage } of seen.cells ?? []) check(`cell ${cell}`, voltage, VOLTS[cell - 1] ?? Number.NaN, step);
  check('lowest cell', seen.cellMin?.value, 3.28, step);
  check('highest cell', seen.cellMax?.value, 3.34, step);
  check('current', seen.current, CURRENT, ampere);
  check('voltage', seen.voltage, 13.23, volts);
  if (seen.cellCount !== undefined && seen.cellCount !== CELLS) wrong.push(`${seen.cellCount} cells`);
  return wrong;
}

/** Everything the device told within a while, as if it were one observation. */
function together(bench: LinkBench): Observation {
  const cells = new Map<number, NonNullable<Observation['cells']>[number]>();
  let all: Observation = {};
  for (const { observation } of bench.seen) {
    for (const cell of observation.cells ?? []) cells.set(cell.cell, cell);
    all = { ...all, ...observation };
  }
  return { ...all, cells: [...cells.values()] };
}

for (const { id, weak, reads, period } of PROTOCOL_INFOS) {
  const { settles = 6, noCells = !reads.includes('cells'), noCurrent = !reads.includes('current') } = CASES[id] ?? {};
  /** Two cycles, and what a device that speaks once a second takes to be believed. */
  const back = Math.max(2 * period, 2) + 3;

  describe(`the link ${id}`, function () {
    this.timeout(30_000);
    let bench: LinkBench;
    beforeEach(() => {
      bench = benchOf(id);
    });
    afterEach(() => bench.close());

    it('reads every cell and the current as the device has them, none younger than it is', async () => {
      await bench.pass(settles);
      assert.equal(bench.link.state().problem, null);
      const seen = together(bench);
      assert.deepEqual(wrongIn(id, seen), []);
      if (!noCells) {
        const extremes = seen.cellMin !== undefined && seen.cellMax !== undefined;
        const told = (seen.cells ?? []).filter(({ voltage }) => typeof voltage === 'number').length;
        assert.ok(told === CELLS || extremes, `${told} cells`);
      }
      if (!noCurrent) assert.equal(typeof (seen.current ?? seen.currentIn), 'number');
      for (const { at, cameAt } of bench.seen) assert.ok(at <= cameAt, `measured at ${at}, came at ${cameAt}`);
    });

    it('a device that falls silent is said within 8 s, and is back in two cycles', async () => {
      await bench.pass(settles);
      bench.tell('silence');
      await bench.pass(8);
      const { ok, problem } = bench.link.state();
      assert.equal(ok, false);
      assert.ok(String(problem).length > 20, String(problem));
      const before = bench.seen.length;
      bench.tell('resume');
      await bench.pass(back);
      assert.equal(bench.link.state().problem, null);
      assert.ok(bench.seen.length > before);
    });

    it('a line that is cut says so at once, and values come again two cycles after it is whole', async () => {
      await bench.pass(settles);
      bench.plugged(false);
      await bench.pass(0.5);
      assert.equal(bench.link.state().problem, 'unplugged');
      const before = bench.seen.length;
      await bench.pass(5);
      assert.equal(bench.seen.length, before);
      bench.plugged(true);
      await bench.pass(back);
      assert.equal(bench.link.state().problem, null);
      assert.ok(bench.seen.length > before);
    });

    for (const rate of [1e-4, 1e-3, 1e-2]) {
      it(`passes on nothing wrong at a bit error rate of ${rate}`, async () => {
        await bench.pass(settles);
        bench.tell(`noise ${rate}`);
        await bench.pass(60);
        const wrong = bench.seen.flatMap(({ observation }) => wrongIn(id, observation, weak));
        assert.deepEqual(wrong, []);
        bench.tell('noise off');
        await bench.pass(back);
        assert.equal(bench.link.state().problem, null);
      });
    }

    it('bytes out of nowhere between the answers change nothing', async () => {
      await bench.pass(settles);
      for (let i = 0; i < 20; i += 1) {
        bench.hear(Uint8Array.from({ length: 1 + (i % 7) }, (_, n) => (i * 37 + n * 11) & 0xff));
        await bench.pass(0.3);
      }
      await bench.pass(back);
      assert.equal(bench.link.state().problem, null);
      assert.deepEqual(
        bench.seen.flatMap(({ observation }) => wrongIn(id, observation)),
        [],
      );
    });
  });
}
