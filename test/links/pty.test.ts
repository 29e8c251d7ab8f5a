/** Links over real serial lines (pseudo terminals): started, unplugged, plugged in again with another device. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Observation } from '../../src/engine/reading/observation.ts';
import { parseBus } from '../../src/links/bus/address.ts';
import { createBusRegistry } from '../../src/links/bus/registry.ts';
import type { Link } from '../../src/links/link.ts';
import { openProtocol } from '../../src/links/open-protocol.ts';
import { optionDefaults } from '../../src/links/options.ts';
import { findProtocol } from '../../src/links/protocols.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import type { SimulatedDevice } from '../../src/simulator/device.ts';
import { findDevice } from '../../src/simulator/index.ts';
import { listenSerial, type Listening } from '../../src/simulator/listen.ts';
import { until } from '../support/wait.ts';

const CELLS = 4;

/** One that asks plain bytes, one on Modbus RTU, one that talks by itself, each with its own line settings. */
for (const id of ['jbd', 'seplos-v3', 'vedirect', 'pylontech']) {
  describe(`${id} on a serial line`, function () {
    this.timeout(60_000);
    let folder = '';
    let here = '';
    let there = '';
    let cable: ChildProcess | null = null;
    let device: SimulatedDevice | null = null;
    let listening: Listening | null = null;
    let link: Link | null = null;
    const buses = createBusRegistry(systemClock, { grace: 0 });
    const seen: { readonly observation: Observation; readonly at: number }[] = [];

    async function plugIn(): Promise<void> {
      cable = spawn('socat', [`pty,raw,echo=0,link=${here}`, `pty,raw,echo=0,link=${there}`]);
      await until('the two ends of the cable', 5, () => (existsSync(here) && existsSync(there) ? true : null));
      const kind = findDevice(id) ?? assert.fail(id);
      const address = findProtocol(id)?.info.options.find(({ name }) => name === 'address');
      const unit = address?.name === 'address' ? address.fallback : 1;
      const options = { cells: CELLS, speed: 1, capacity: 100, soc: 60, unit, channels: 8, report: () => undefined };
      device ??= kind.create({ clock: systemClock, ...options });
      const served = await listenSerial(device, there, kind);
      assert.ok(served.ok, served.ok ? '' : served.text);
      listening = served.value;
    }

    async function pull(): Promise<void> {
      listening?.close();
      const gone = new Promise((resolve) => cable?.once('exit', resolve));
      cable?.kill();
      await gone;
    }

    before(function () {
      if (spawnSync('socat', ['-V']).error !== undefined) {
        console.log('    skipped: socat is not installed');
        return this.skip();
      }
      folder = mkdtempSync(join(tmpdir(), 'cellwarden-pty-'));
      here = join(folder, 'here');
      there = join(folder, 'there');
    });
    after(async () => {
      link?.close();
      buses.closeAll();
      await pull();
      device?.close();
      rmSync(folder, { recursive: true, force: true });
    });

    it('reads with line settings left to the device, and says how old its values are', async () => {
      await plugIn();
      const protocol = findProtocol(id) ?? assert.fail(id);
      const parsed = parseBus({ kind: 'serial', path: here });
      assert.ok(parsed.ok);
      const opened = openProtocol({
        protocol,
        spec: parsed.spec,
        options: optionDefaults(protocol.info.options, CELLS),
        clock: systemClock,
        buses,
        listener: { observed: (observation, at) => seen.push({ observation, at }), changed: () => undefined },
      });
      assert.ok(opened.ok);
      link = opened.link;
      const first = await until(
        () => `a reading: ${link?.state().problem}`,
        15,
        () => seen.at(-1) ?? null,
      );
      assert.equal(link.state().problem, null);
      const age = systemClock.now() - first.at;
      assert.ok(age >= 0 && age < 5, `${age} s`);
      assert.ok(Math.abs((first.observation.voltage ?? 0) - 13.2) < 0.5, String(first.observation.voltage));
    });

    it('a cable that is pulled is said, and nothing more is read', async () => {
      await pull();
      await until('the loss', 10, () => (link?.state().ok === false ? true : null));
      const { length } = seen;
      assert.match(String(link?.state().problem), /\S+ \S+/);
      assert.equal(seen.length, length);
    });

    it('plugged in again it is read again', async () => {
      const { length } = seen;
      await plugIn();
      await until(
        () => `a reading: ${link?.state().problem}`,
        30,
        () => (seen.length > length && link?.state().ok === true ? true : null),
      );
    });
  });
}
