/** What every link in this envelope must do against its simulated device; each protocol's test calls it. */
import assert from 'node:assert/strict';
import { optionDefaults } from '../../../src/links/options.ts';
import type { Protocol } from '../../../src/links/protocol.ts';
import type { DeviceKind } from '../../../src/simulator/device.ts';
import { createLinkBench, type LinkBench, type LinkBenchOptions } from '../support/link-bench.ts';

export interface LinkUnderTest {
  readonly protocol: Protocol;
  readonly device: DeviceKind;
  /** Address of both. */
  readonly address: number;
  /** Commands that bring the simulated device into the shape that is meant. */
  readonly shape?: readonly string[];
  /** Where the link names the switches' temperature, what it may be. */
  readonly options?: LinkBenchOptions['options'];
}

type Run = (name: string, test: (bench: LinkBench) => Promise<void>, more?: Partial<LinkBenchOptions>) => void;

/** Runs a test on a bench that is closed afterwards. */
export function benchTests({ protocol, device, address, shape = [], options }: LinkUnderTest): Run {
  return (name, test, more = {}) => {
    it(name, async () => {
      const given = { address, ...options, ...more.options };
      const simulated = { unit: address, ...more.simulated };
      const bench = createLinkBench({ protocol, device, ...more, options: given, simulated });
      try {
        for (const command of shape) bench.tell(command);
        await test(bench);
      } finally {
        bench.close();
      }
    });
  };
}

/** Describes it. */
export function describeLink(what: string, under: LinkUnderTest): void {
  const run = benchTests(under);
  describe(what, () => describeValues(run));
  describe(`${what}, when things go wrong`, () => describeTroubles(run, under));
}

function describeValues(run: Run): void {
  run('a sensor that has never told anything is none, one that has is missed', async (bench) => {
    bench.tell('temperature 1 dead');
    await bench.pass(4);
    const { temperatures: few = [] } = bench.latest();
    assert.ok(few.length > 0 && few.every((celsius) => typeof celsius === 'number'), JSON.stringify(few));
    bench.tell('temperature 1 21');
    await bench.pass(5);
    const { temperatures: all = [] } = bench.latest();
    assert.equal(all.length, few.length + 1);
    bench.tell('temperature 1 dead');
    await bench.pass(3);
    assert.deepEqual(
      bench.latest().temperatures?.map((celsius) => celsius === null),
      all.map((_, i) => i === 0),
    );
  });

  run('reads every cell, the pack and the flags in one cycle', async (bench) => {
    bench.tell('current -12.5');
    await bench.pass(3);
    const {
      cells = [],
      voltage,
      soc,
      current,
      cellCount,
      temperatures = [],
      bmsTemperature,
      hardware,
    } = bench.latest();
    assert.equal(cellCount, 8);
    assert.equal(cells.length, 8);
    assert.ok(
      cells.every((cell) => Math.abs(cell.voltage! - 3.3) < 0.06),
      JSON.stringify(cells),
    );
    assert.ok(Math.abs(voltage! - 26.4) < 0.3, `${voltage}`);
    assert.ok(Math.abs(soc! - 60) <= 1, `${soc}`);
    assert.ok(Math.abs(current! + 12.5) < 0.06, `${current}`);
    assert.equal(temperatures.length, 4);
    assert.ok(temperatures.every((celsius) => Math.abs(celsius! - 23) < 3));
    assert.ok(Math.abs(bmsTemperature! - 25.6) < 0.2, `${bmsTemperature}`);
    const { chargeAllowed, loadAllowed, chargeSwitchClosed, loadSwitchClosed, fault } = hardware!;
    assert.deepEqual(
      [chargeAllowed, loadAllowed, chargeSwitchClosed, loadSwitchClosed, fault],
      [true, true, true, true, ''],
    );
    assert.deepEqual(bench.link.state().problem, null);
  });

  run('an observation is of the moment at which its cycle began', async (bench) => {
    bench.tell('slow 0.2');
    await bench.pass(6);
    assert.ok(bench.seen.length >= 3);
    for (const { at, cameAt } of bench.seen) {
      assert.ok(cameAt - at >= 0.4 - 1e-6 && cameAt - at < 1.5, `measured at ${at}, told at ${cameAt}`);
    }
  });

  run(
    'the sign of the current can be turned round',
    async (bench) => {
      bench.tell('current 8');
      await bench.pass(3);
      assert.ok(Math.abs(bench.latest().current! + 8) < 0.1);
    },
    { options: { currentSign: -1 } },
  );

  run('a weak cell, a hot group and a dead sensor are seen', async (bench) => {
    await bench.pass(2);
    bench.tell('weak 5 -0.08');
    bench.tell('temperature 3 48');
    bench.tell('temperature 8 dead');
    await bench.pass(3);
    const { cells = [], temperatures = [] } = bench.latest();
    const lowest = cells.reduce((low, cell) => (cell.voltage! < low.voltage! ? cell : low));
    assert.equal(lowest.cell, 5);
    assert.ok(Math.abs(temperatures[1]! - 48) < 0.2);
    assert.equal(temperatures[3], null);
  });

  run('what the protection stops is told, and who is balancing', async (bench) => {
    await bench.pass(2);
    bench.tell('cell 2 3.70');
    await bench.pass(3);
    assert.equal(bench.latest().hardware!.chargeAllowed, false);
    assert.equal(bench.latest().hardware!.loadAllowed, true);
    assert.equal(bench.latest().hardware!['chargeSwitchClosed'], false);
    assert.equal(bench.latest().hardware!['cellOvervoltage'], true);
    bench.tell('cell 2 2.40');
    await bench.pass(3);
    assert.equal(bench.latest().hardware!.chargeAllowed, true);
    assert.equal(bench.latest().hardware!.loadAllowed, false);
    assert.equal(bench.latest().hardware!['loadSwitchClosed'], false);
  });

  run('a count of cells that is another one is passed on as told', async (bench) => {
    bench.tell('count 6');
    await bench.pass(3);
    assert.equal(bench.latest().cellCount, 6);
    assert.equal(bench.latest().cells!.length, 6);
  });
}

function describeTroubles(run: Run, { protocol, device, address, shape = [] }: LinkUnderTest): void {
  const told = (bench: LinkBench): string => bench.link.state().problem ?? '';

  run('VLB-9 silence is told within 5 s with what to look at, and is over in two cycles', async (bench) => {
    await bench.pass(2);
    bench.tell('silence');
    await bench.pass(5);
    assert.equal(bench.link.state().ok, false);
    assert.match(told(bench), new RegExp(`at address ${address} does not answer: check the cable`));
    const before = bench.seen.length;
    bench.tell('resume');
    await bench.pass(4);
    assert.ok(bench.seen.length >= before + 1);
    assert.equal(bench.link.state().problem, null);
  });

  run('noise on the line gives no wrong value', async (bench) => {
    bench.tell('current -12.5');
    await bench.pass(2);
    const [first] = bench.seen;
    bench.tell('noise 0.001');
    await bench.pass(60);
    assert.ok(bench.seen.length > 5, `${bench.seen.length} observations`);
    for (const { observation } of bench.seen) {
      assert.equal(observation.cellCount, 8);
      assert.ok(Math.abs(observation.voltage! - first!.observation.voltage!) < 0.8, `${observation.voltage} V`);
      assert.ok(Math.abs(observation.current! + 12.5) < 21, `${observation.current} A`);
      for (const cell of observation.cells!) assert.ok(Math.abs(cell.voltage! - 3.3) < 0.12, JSON.stringify(cell));
    }
    bench.tell('noise off');
    await bench.pass(4);
    assert.equal(bench.link.state().problem, null);
  });

  run('answers in small lumps are put together', async (bench) => {
    bench.tell('trickle 7');
    await bench.pass(5);
    assert.equal(bench.link.state().problem, null);
    assert.equal(bench.latest().cells!.length, 8);
  });

  run('a slow device is waited for', async (bench) => {
    bench.tell('slow 0.4');
    await bench.pass(6);
    assert.equal(bench.link.state().problem, null);
    assert.ok(bench.seen.length >= 2);
  });

  run(
    'another address is not answered',
    async (bench) => {
      await bench.pass(5);
      assert.equal(bench.seen.length, 0);
      assert.match(told(bench), /does not answer.*the address/);
    },
    { simulated: { unit: address + 5 } },
  );

  run('another device on the same port is not taken for the one before', async (bench) => {
    await bench.pass(2);
    const before = bench.seen.length;
    bench.plugged(false);
    bench.tell('identity 77');
    await bench.pass(1);
    assert.match(told(bench), /unplugged/);
    bench.plugged(true);
    await bench.pass(5);
    assert.equal(bench.seen.length, before);
    assert.match(told(bench), /another device answers than before/);
    bench.tell('identity 1');
    await bench.pass(3);
    assert.ok(bench.seen.length > before);
    assert.equal(bench.link.state().problem, null);
  });

  run('the same device is believed again after its plug was pulled', async (bench) => {
    await bench.pass(2);
    bench.plugged(false);
    await bench.pass(1);
    const before = bench.seen.length;
    bench.plugged(true);
    await bench.pass(2.5);
    assert.ok(bench.seen.length > before);
    assert.equal(bench.link.state().problem, null);
  });

  run('it only reads: nothing that it sends is a command that changes anything', async (bench) => {
    await bench.pass(15);
    const reading = new Set(['42', '44', '51', '92', '93', 'C1', 'C2']);
    for (const sent of bench.sent) {
      const text = Buffer.from(sent, 'hex').toString('latin1');
      assert.ok(reading.has(text.slice(7, 9)), text);
    }
    assert.ok(bench.sent.length > 20);
  });

  it('every frame that is sent and answered decodes', async () => {
    const defaults = optionDefaults(protocol.info.options, 8);
    const bench = createLinkBench({ protocol, device, options: { address }, simulated: { unit: address } });
    const answers: string[] = [];
    try {
      for (const command of shape) bench.tell(command);
      const peer = bench.device.connect((bytes) => answers.push(Buffer.from(bytes).toString('hex')));
      await bench.pass(4);
      for (const sent of new Set(bench.sent)) peer.receive(Buffer.from(sent, 'hex'));
      await bench.pass(1);
      assert.ok(answers.length >= 3, `${answers.length} answers`);
      for (const frame of [...bench.sent, ...answers]) {
        const decoded = protocol.decode(Buffer.from(frame, 'hex'), defaults);
        assert.ok(decoded.ok, decoded.ok ? '' : decoded.text);
      }
    } finally {
      bench.close();
    }
  });
}
