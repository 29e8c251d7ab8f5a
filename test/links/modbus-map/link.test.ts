import assert from 'node:assert/strict';
import type { GivenOptions } from '../../../src/links/options.ts';
import { MODBUS_MAP } from '../../../src/links/modbus-map/protocol.ts';
import { modbusMapKind } from '../../../src/simulator/modbus-map.ts';
import { createLinkBench, type LinkBench } from '../support/link-bench.ts';

/** The simulator's whole table, as its page has it. */
const MAP = `
serial = holding 0 u32
cellCount = holding 2 u16
voltage = holding 100 u16 * 0.01
soc = holding 101 u16 * 0.1
current = holding 102 s16 * 0.1
bmsTemperature = holding 103 s16 * 0.1
extra remainingAh = holding 104 u32 * 0.001
extra cycles = holding 106 u32le
extra capacityAh = holding 108 float
temperature 1..4 = holding 120 s16 * 0.1 - 273.15 missing 0x7FFF
balancing 1..8 = holding 140 bit 0
fault = holding 160 u16
cell 1..8 = input 200 u16 * 0.001
flag chargeSwitchClosed = coil 0
flag loadSwitchClosed = coil 1
flag chargeAllowed = coil 3
flag loadAllowed = coil 4
flag shortCircuit = discrete 0
`;

describe('link to a device with a register map', () => {
  let bench: LinkBench;
  afterEach(() => bench.close());

  function start(options: GivenOptions = {}, more: Partial<Parameters<typeof createLinkBench>[0]> = {}): LinkBench {
    bench = createLinkBench({
      protocol: MODBUS_MAP,
      device: modbusMapKind,
      options: { map: MAP, ...options },
      ...more,
    });
    return bench;
  }

  it('ECS-5 reads whatever the map names, over RTU and over Modbus TCP', async () => {
    for (const kind of ['tcp', 'modbus-tcp'] as const) {
      start({}, { kind });
      for (let cell = 1; cell <= 8; cell += 1) bench.tell(`cell ${cell} 3.30${cell}`);
      bench.tell('current -12.5');
      bench.tell('temperature 1 18.5');
      bench.tell('temperature 2 dead');
      await bench.pass(3);
      assert.equal(bench.link.state().problem, null, kind);
      const seen = bench.latest();
      assert.deepEqual(
        seen.cells?.map(({ cell, voltage, balancing }) => [cell, voltage, balancing]),
        [1, 2, 3, 4, 5, 6, 7, 8].map((cell) =>
          [cell, 3.3 + cell / 1000, false].map((v) => (typeof v === 'number' ? Number(v.toFixed(3)) : v)),
        ),
      );
      assert.equal(seen.cellCount, 8);
      assert.equal(seen.voltage, 26.44);
      assert.equal(seen.current, -12.5);
      assert.ok(Math.abs((seen.temperatures?.[0] ?? 0) - 18.5) < 0.1);
      assert.equal(seen.temperatures?.[1], null);
      assert.equal(seen.extra?.['cycles'], 42);
      assert.equal(seen.extra?.['capacityAh'], 100);
      assert.deepEqual(seen.hardware, {
        chargeSwitchClosed: true,
        loadSwitchClosed: true,
        chargeAllowed: true,
        loadAllowed: true,
        shortCircuit: false,
        fault: '',
      });
      bench.close();
    }
  });

  it('the moment is the cycle’s beginning', async () => {
    start();
    bench.tell('slow 0.05');
    await bench.pass(4);
    const { at, cameAt } = bench.seen.at(-1)!;
    // Nine requests.
    assert.ok(cameAt - at >= 0.45 && cameAt - at < 0.7, `${cameAt - at}`);
  });

  it('a weak cell, a refusal and a fault are seen', async () => {
    start();
    bench.tell('weak 3 -0.3');
    bench.tell('cell 1 3.7');
    bench.tell('short on');
    await bench.pass(3);
    const { cells, hardware } = bench.latest();
    assert.ok((cells?.[2]?.voltage ?? 9) < (cells?.[1]?.voltage ?? 0) - 0.2);
    const { chargeAllowed, loadAllowed, shortCircuit, fault } = hardware ?? {};
    assert.deepEqual([chargeAllowed, loadAllowed, shortCircuit, fault], [false, true, true, '0x4']);
  });

  it('a line of the map that the device refuses is named, and the rest is told', async () => {
    start({
      map: 'voltage = holding 100 u16 * 0.01\n\nsoc = holding 999 u16\ntemperature 1..2 = holding 122 s16\ntemperature 3..4 = holding 800 s16',
    });
    await bench.pass(3);
    assert.equal(typeof bench.latest().voltage, 'number');
    assert.equal('soc' in bench.latest(), false);
    assert.equal('temperatures' in bench.latest(), false, 'sensors are told together or not at all');
    assert.match(bench.link.state().problem ?? '', /temperature 3, line 5 of the map, holding 800/);
    bench.tell('exceptions on');
    await bench.pass(4);
    assert.match(bench.link.state().problem ?? '', /refused.*\(voltage, line 1 of the map, holding 100\)/);
    bench.tell('exceptions off');
  });

  it('of several units one may be silent alone', async () => {
    start({ map: 'voltage = holding 100 u16 * 0.01\nsoc = unit 9 holding 101 u16' });
    await bench.pass(8);
    assert.ok(bench.seen.length > 3);
    assert.equal(typeof bench.latest().voltage, 'number');
    assert.match(bench.link.state().problem ?? '', /unit 9 .*\(soc, line 2 of the map, holding 101\)/);
  });

  it('silence is told within 5 s, and two cycles bring everything back', async () => {
    start();
    await bench.pass(3);
    bench.tell('silence');
    await bench.pass(5);
    assert.match(bench.link.state().problem ?? '', /register map at address 1 does not answer: check the cable/);
    bench.tell('resume');
    await bench.pass(3);
    assert.equal(bench.link.state().problem, null);
  });

  it('with a bit in a thousand wrong, nothing wrong is told', async () => {
    start();
    for (let cell = 1; cell <= 8; cell += 1) bench.tell(`cell ${cell} 3.300`);
    bench.tell('noise 0.001');
    await bench.pass(60);
    assert.ok(bench.seen.length > 5, String(bench.seen.length));
    for (const { observation } of bench.seen) {
      for (const { voltage } of observation.cells ?? [])
        assert.ok(voltage === 3.3 || voltage === undefined, String(voltage));
    }
  });

  it('another device on the same port is refused where the map names its serial number', async () => {
    start();
    await bench.pass(3);
    bench.plugged(false);
    bench.tell('identity 2');
    await bench.pass(1);
    const before = bench.seen.length;
    bench.plugged(true);
    await bench.pass(5);
    assert.equal(bench.seen.length, before);
    assert.match(
      bench.link.state().problem ?? '',
      /another device answers than before \(serial number 40002, it was serial number 40001\)/,
    );
    bench.tell('identity 1');
    await bench.pass(3);
    assert.equal(bench.link.state().problem, null);
  });

  it('nobody at the address: says so', async () => {
    start({ address: 5 });
    await bench.pass(5);
    assert.equal(bench.seen.length, 0);
    assert.match(bench.link.state().problem ?? '', /address 5 does not answer/);
  });
});
