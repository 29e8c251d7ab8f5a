/** The link to PACE boards against a simulated one, in both versions of the protocol. */
import assert from 'node:assert/strict';
import { PACE } from '../../../src/links/pace/protocol.ts';
import { paceKind } from '../../../src/simulator/pace.ts';
import { benchTests, describeLink } from '../ascii-hex/link-behaviour.ts';

const UNDER = { protocol: PACE, device: paceKind, address: 1 };
const V20 = { ...UNDER, shape: ['protocol v20'] };

describeLink('a PACE board, version 2.5', UNDER);
describeLink('a PACE board, version 2.0', V20);

describe('the version of a PACE board', () => {
  const run = benchTests(UNDER);
  const run20 = benchTests(V20);
  const sentStarts = (sent: readonly string[]): Set<string> =>
    new Set(sent.map((hex) => Buffer.from(hex, 'hex').toString('latin1').slice(1, 3)));

  run('2.5 is tried first, and nothing else is asked where it answers', async (bench) => {
    await bench.pass(5);
    assert.deepEqual(sentStarts(bench.sent), new Set(['25']));
    assert.ok(bench.sent.includes(Buffer.from('~25014642E00201FD30\r').toString('hex')));
    assert.ok(bench.sent.includes(Buffer.from('~25014644E00201FD2E\r').toString('hex')));
  });

  run20('2.0 is found where 2.5 is not answered, and kept', async (bench) => {
    await bench.pass(3);
    assert.equal(bench.link.state().problem, null);
    const from = bench.sent.length;
    await bench.pass(5);
    assert.deepEqual(sentStarts(bench.sent.slice(from)), new Set(['20']));
    assert.ok(bench.sent.includes(Buffer.from('~20014A420000FDA2\r').toString('hex')));
    assert.ok(bench.sent.includes(Buffer.from('~20014A440000FDA0\r').toString('hex')));
  });

  run(
    'one that is fixed is the only one asked',
    async (bench) => {
      await bench.pass(5);
      assert.deepEqual(sentStarts(bench.sent), new Set(['20']));
      assert.match(bench.link.state().problem ?? '', /does not answer/);
    },
    { options: { variant: 'v20' } },
  );

  run20('its own extremes and counters are passed on', async (bench) => {
    bench.tell('weak 5 -0.08');
    await bench.pass(3);
    const { cellMin, cellMax, cells = [], extra } = bench.latest();
    assert.equal(cellMin?.value, cells[4]?.voltage);
    assert.ok(cellMax!.value! > cellMin!.value!);
    assert.equal(extra?.['chargedAh'], 42);
    assert.equal(extra?.['soh'], 99);
  });

  run('full is no fault and stops nothing', async (bench) => {
    bench.tell('current 0');
    bench.tell('charger off');
    await bench.pass(2);
    bench.tell('soc 100');
    for (let cell = 1; cell <= 8; cell += 1) bench.tell(`cell ${cell} 3.45`);
    await bench.pass(3);
    const { full, fault, chargeAllowed, loadAllowed } = bench.latest().hardware!;
    assert.deepEqual([full, fault, chargeAllowed, loadAllowed], [true, '', true, true]);
    assert.ok(bench.latest().soc! > 99);
  });

  run('a dead sensor is a fault of the device', async (bench) => {
    await bench.pass(2);
    bench.tell('temperature 1 dead');
    await bench.pass(3);
    assert.equal(bench.latest().hardware!.fault, 'ntc');
  });
});
