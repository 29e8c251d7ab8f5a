/** The Seplos V2 link against a simulated pack. */
import assert from 'node:assert/strict';
import { SEPLOS_V2 } from '../../../src/links/seplos-v2/protocol.ts';
import { seplosV2Kind } from '../../../src/simulator/seplos-v2.ts';
import { benchTests, describeLink } from '../ascii-hex/link-behaviour.ts';
import type { LinkBench } from '../support/link-bench.ts';
import { ascii, buildFrame } from '../ascii-hex/build-frame.ts';

const UNDER = { protocol: SEPLOS_V2, device: seplosV2Kind, address: 2 };

/** Puts `bytes` on the line after every question, for so many seconds. */
async function answerAll(bench: LinkBench, bytes: Uint8Array, seconds: number): Promise<void> {
  let answered = bench.sent.length;
  for (let step = 0; step < seconds / 0.05; step += 1) {
    await bench.pass(0.05);
    if (bench.sent.length > answered) bench.hear(bytes);
    answered = bench.sent.length;
  }
}

describeLink('a Seplos V2 pack', UNDER);

describe('the questions of the Seplos V2 link', () => {
  const run = benchTests(UNDER);

  run("are the document's: telemetry, then alarms", async (bench) => {
    await bench.pass(2);
    const texts = new Set(bench.sent.map((sent) => Buffer.from(sent, 'hex').toString('latin1')));
    assert.ok(texts.has('~20024642E00201FD34\r'));
    assert.ok(texts.has('~20024644E00201FD32\r'));
  });

  run('counters and settings are shown', async (bench) => {
    await bench.pass(2);
    const { extra } = bench.latest();
    assert.equal(extra?.['cycles'], 42);
    assert.equal(extra?.['soh'], 99);
    assert.equal(extra?.['fullCapacity'], 100);
    assert.ok(Math.abs(Number(extra?.['remainingCapacity']) - 60) < 1);
    assert.equal(extra?.['ambientTemperature'], 22);
  });

  run('a short circuit stops the loads', async (bench) => {
    await bench.pass(2);
    bench.tell('short on');
    await bench.pass(3);
    const { shortCircuit, loadAllowed } = bench.latest().hardware!;
    assert.deepEqual([shortCircuit, loadAllowed], [true, false]);
  });

  run('a dead sensor is a fault of the device', async (bench) => {
    await bench.pass(2);
    bench.tell('temperature 1 dead');
    await bench.pass(3);
    assert.equal(bench.latest().hardware!.fault, 'temperature-sensor');
  });

  run(
    'a single pack answers at the factory address',
    async (bench) => {
      await bench.pass(2);
      assert.equal(bench.link.state().problem, null);
    },
    { options: { address: 0 }, simulated: { unit: 1 } },
  );

  run('what a foreign pack says is told as such', async (bench) => {
    await bench.pass(2);
    bench.tell('silence');
    const foreign = buildFrame({ address: 7, info: [1, 2, 3] });
    await answerAll(bench, foreign, 5);
    assert.match(bench.link.state().problem ?? '', /address 7 answers, not the one at 2/);
  });

  run('a question that the pack finds damaged is told with its return code', async (bench) => {
    await bench.pass(2);
    bench.tell('silence');
    await answerAll(bench, buildFrame({ address: 2, code: 2 }), 5);
    assert.match(bench.link.state().problem ?? '', /wrong checksum.*RTN 02/);
  });

  run('bytes that are no frame are told as noise', async (bench) => {
    await bench.pass(2);
    bench.tell('silence');
    await answerAll(bench, ascii('\u0000xyz'), 5);
    assert.match(bench.link.state().problem ?? '', /bytes came that are no answer.*line settings/);
  });
});
