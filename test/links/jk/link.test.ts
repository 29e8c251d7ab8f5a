/** The link to an older JK board against the simulated one. */
import assert from 'node:assert/strict';
import { createJk } from '../../../src/links/jk/device.ts';
import { JK } from '../../../src/links/jk/protocol.ts';
import { DEFAULT_OPTIONS } from '../../../src/links/options.ts';
import { openOutput } from '../../../src/relays/open-output.ts';
import type { OutputSpec } from '../../../src/relays/output-spec.ts';
import { jkKind } from '../../../src/simulator/jk.ts';
import { statusFrame } from '../jk02/build.ts';
import { benches, near } from '../support/benches.ts';
import { testFamily } from './family.ts';

describe('the link to a JK board on its GPS port', () => {
  testFamily({
    protocol: JK,
    device: jkKind,
    steps: { pack: 0.005, current: 0.01, temperature: 0.5 },
    oldest: 0.3,
  });

  const bench = benches({ protocol: JK, device: jkKind });

  it('both ways to tell a current are read', async () => {
    const b = bench();
    for (const version of ['0', '1'] as const) {
      b.tell(`version ${version}`);
      for (const amperes of [42.5, 0, -17.25]) {
        b.tell(`current ${amperes}`);
        await b.pass(4);
        near(b.latest().current, amperes, 0.01);
      }
    }
  });

  it('a device that does not tell how it counts has an unknown current, until the setting says how', async () => {
    const b = bench();
    b.tell('version silent');
    b.tell('current 30');
    await b.pass(4);
    assert.equal(b.latest().current, null);
    const told = bench({ options: { variant: 'version-1' } });
    told.tell('version silent');
    told.tell('current 30');
    await told.pass(4);
    near(told.latest().current, 30, 0.01);
  });

  it('an answer without a table of cells that can be read is no healthy link', async () => {
    const tables = [[], [0x79, 6, 1, 0x0c, 0xe4, 3, 0x0c, 0xe4]];
    for (const table of tables) {
      const data = [...table, 0x83, 0x14, 0xc8, 0x85, 60];
      const length = data.length + 18;
      const body = [0x4e, 0x57, 0, length, 0, 0, 0, 0, 6, 0, 1, ...data, 0, 0, 0, 0, 0x68];
      const sum = body.reduce((all, byte) => all + byte, 0);
      const bytes = Uint8Array.of(...body, 0, 0, sum >> 8, sum & 0xff);
      const device = createJk((_question, find) => {
        const found = find(bytes);
        assert.ok(found?.kind === 'answer');
        return Promise.resolve({ ok: true, value: found.value });
      }, DEFAULT_OPTIONS);
      const { seen, failure } = await device.poll();
      assert.equal(seen?.voltage, 53.2);
      assert.equal(seen?.cells, undefined);
      assert.match(failure?.text ?? '', /no table of cells/);
    }
  });

  it('frames of a newer board get a sentence that names the protocol to choose', async () => {
    const b = bench();
    b.tell('silence');
    for (let i = 0; i < 30; i += 1) {
      await b.pass(0.2);
      b.hear(statusFrame({}));
    }
    assert.match(b.link.state().problem ?? '', /frames of 300 bytes came.*PB series/);
    assert.equal(b.seen.length, 0);
  });

  it('a relay that switches its MOSFETs shares the line: values go on, and its own switch is no refusal', async () => {
    const b = bench();
    await b.pass(4);
    const spec: OutputSpec = { board: 'jk', bus: b.spec, switch: 'charge', heldOn: true };
    const opened = openOutput(spec, { clock: b.clock, buses: b.buses });
    assert.ok(opened.ok);
    opened.output.hold(b.clock.now() + 60);
    await b.pass(3);
    assert.equal(opened.output.state().actual, true);
    opened.output.release();
    const before = b.seen.length;
    await b.pass(3);
    assert.equal(opened.output.state().actual, false);
    assert.ok(b.seen.length - before >= 2, `${b.seen.length - before} readings in 3 s`);
    const { hardware = {} } = b.latest();
    assert.deepEqual([hardware.chargeAllowed, hardware['chargeSwitchClosed']], [true, false]);
    opened.output.close();
  });
});
