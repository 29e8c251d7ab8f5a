/** The link to a JK board of the PB series against the simulated one. */
import assert from 'node:assert/strict';
import { JK_PB } from '../../../src/links/jk-pb/protocol.ts';
import type { Observation } from '../../../src/engine/reading/observation.ts';
import { openProtocol } from '../../../src/links/open-protocol.ts';
import { optionDefaults } from '../../../src/links/options.ts';
import type { DeviceKind } from '../../../src/simulator/device.ts';
import { jkPbKind } from '../../../src/simulator/jk-pb.ts';
import { testFamily } from '../jk/family.ts';
import { benches, near } from '../support/benches.ts';
import { statusFrame } from '../jk02/build.ts';
import { ack, trigger } from './build.ts';

describe('the link to a JK board of the PB series', () => {
  testFamily({
    protocol: JK_PB,
    device: jkPbKind,
    steps: { pack: 0.005, current: 0.001, temperature: 0.06 },
    oldest: 0.6,
  });

  const bench = benches({ protocol: JK_PB, device: jkPbKind });

  it('it asks the address that is set, and nobody else answers', async () => {
    const b = bench({ options: { address: '5' }, simulated: { unit: 5 } });
    await b.pass(4);
    assert.ok(b.link.state().ok, b.link.state().problem ?? '');
    assert.ok(b.sent.every((frame) => frame.startsWith('0510')));
    const other = bench({ options: { address: '4' }, simulated: { unit: 5 } });
    await other.pass(6);
    assert.equal(other.seen.length, 0);
    assert.match(other.link.state().problem ?? '', /at address 4 does not answer/);
  });

  it('a 00 before and behind the confirmation is passed over', async () => {
    const b = bench();
    b.tell('padding on');
    b.tell('current 8.5');
    await b.pass(4);
    near(b.latest().current, 8.5, 0.001);
  });

  it('a board that does not tell its names is read all the same, also after its plug was pulled', async () => {
    const b = bench();
    b.tell('names off');
    await b.pass(10);
    assert.ok(b.link.state().ok, b.link.state().problem ?? '');
    assert.equal(b.latest().extra?.['serialNumber'], undefined);
    b.plugged(false);
    await b.pass(1);
    b.plugged(true);
    b.tell('names on');
    await b.pass(4);
    assert.ok(b.link.state().ok, b.link.state().problem ?? '');
  });

  it('a board that has told its names once must tell them again', async () => {
    const b = bench();
    await b.pass(4);
    b.plugged(false);
    await b.pass(1);
    b.tell('names off');
    b.plugged(true);
    const before = b.seen.length;
    await b.pass(8);
    assert.equal(b.seen.length, before);
    assert.equal(b.link.state().ok, false);
  });

  it('answers of a board that nobody here asked: a sentence that says what to set, and no values', async () => {
    const b = bench();
    b.tell('silence');
    for (let i = 0; i < 30; i += 1) {
      await b.pass(0.2);
      b.hear(Buffer.concat([statusFrame({}), ack(3)]));
    }
    assert.equal(b.seen.length, 0);
    const problem = b.link.state().problem ?? '';
    assert.match(problem, /the BMS at address 3 answers, which was not asked from here/);
    assert.match(problem, /address from 1 to 15/);
  });

  it('questions of another master get the same sentence', async () => {
    const b = bench();
    b.tell('silence');
    for (let i = 0; i < 30; i += 1) {
      await b.pass(0.2);
      b.hear(trigger(2));
    }
    assert.match(b.link.state().problem ?? '', /a question to address 2 was heard, which was not asked from here/);
  });

  it('values without a confirmation are believed from nobody', async () => {
    const b = bench();
    b.tell('silence');
    for (let i = 0; i < 30; i += 1) {
      await b.pass(0.2);
      b.hear(statusFrame({}));
    }
    assert.equal(b.seen.length, 0);
    assert.match(b.link.state().problem ?? '', /without the confirmation behind them/);
  });

  it('between an answer and the next question lies a tenth of a second', async () => {
    const b = bench();
    const times: number[] = [];
    let sent = 0;
    for (let i = 0; i < 500; i += 1) {
      await b.pass(0.01);
      for (; sent < b.sent.length; sent += 1) times.push(b.clock.now());
    }
    const gaps = times.slice(1).map((time, i) => time - times[i]!);
    assert.ok(gaps.length >= 6, `${gaps.length} gaps`);
    assert.ok(Math.min(...gaps) >= 0.12, `${Math.min(...gaps)} s`);
  });

  it('two boards on one line, each by its address', async () => {
    const two: DeviceKind = {
      ...jkPbKind,
      create(options) {
        const boards = [1, 2].map((unit) => jkPbKind.create({ ...options, unit, soc: 30 * unit }));
        return {
          connect(send) {
            const peers = boards.map((board) => board.connect(send));
            return {
              receive: (bytes) => peers.forEach((peer) => peer.receive(bytes)),
              close: () => peers.forEach((peer) => peer.close()),
            };
          },
          command: () => null,
          close: () => boards.forEach((board) => board.close()),
        };
      },
    };
    const b = bench({ device: two });
    const second: Observation[] = [];
    const opened = openProtocol({
      protocol: JK_PB,
      spec: b.spec,
      options: { ...optionDefaults(JK_PB.info.options), address: 2 },
      clock: b.clock,
      buses: b.buses,
      listener: { observed: (seen) => second.push(seen), changed: () => undefined },
    });
    assert.ok(opened.ok);
    await b.pass(10);
    assert.deepEqual([b.link.state().problem, opened.link.state().problem], [null, null]);
    assert.ok(b.seen.length >= 6 && second.length >= 6, `${b.seen.length} and ${second.length} readings in 10 s`);
    for (const { observation } of b.seen) near(observation.soc, 30, 1);
    for (const { soc } of second) near(soc, 60, 1);
    opened.link.close();
  });
});
