/** Links in the pack dialog, in a real browser: fields follow the protocol, Find and Test show what is there. */
import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { systemClock } from '../../src/runtime/clock.ts';
import { findDevice } from '../../src/simulator/index.ts';
import { listenTcp, type Listening } from '../../src/simulator/listen.ts';
import type { SimulatedDevice } from '../../src/simulator/device.ts';
import { findChromium, startChromium } from '../support/browser.ts';
import { Editor } from '../support/editor.ts';
import { ROOT } from '../support/example.ts';
import { type NodeRedProcess, startNodeRed } from '../support/node-red-process.ts';
import { linkInto, packPackage, temporaryFolder } from '../support/packed.ts';
import { until } from '../support/wait.ts';

describe('the links of a pack in the editor', function () {
  this.timeout(120_000);
  let browser: Browser | null = null;
  let nodeRed: NodeRedProcess | null = null;
  let editor: Editor;
  let device: SimulatedDevice | null = null;
  let listening: Listening | null = null;

  before(async function () {
    const chromium = findChromium();
    if (chromium === null) {
      console.log('    skipped: there is no chromium in the PATH');
      this.skip();
    }
    this.timeout(300_000);
    const kind = findDevice('jbd') ?? assert.fail('there is no simulated JBD');
    const options = { cells: 4, speed: 1, capacity: 100, soc: 60, unit: 1, channels: 8, report: () => undefined };
    device = kind.create({ clock: systemClock, ...options });
    const served = await listenTcp(device, { host: '127.0.0.1', port: 0 }, () => undefined);
    assert.ok(served.ok);
    listening = served.value;
    const userDir = temporaryFolder('node-red');
    linkInto(userDir, packPackage().folder);
    const flow = [
      { id: 'tab', type: 'tab', label: 'flow' },
      { id: 'b1', type: 'bms-bus', name: 'bridge', kind: 'tcp', address: listening.address },
      { id: 'p1', type: 'bms-config', name: 'house', cells: '4', capacity: '100', link: '123smartbms', bus: 'b1' },
      { id: 'm1', type: 'bms-cell-monitor', z: 'tab', name: 'cells', pack: 'p1', x: 200, y: 100, wires: [[], []] },
    ];
    const red = join(ROOT, 'node_modules', 'node-red', 'red.js');
    nodeRed = await startNodeRed({ red, node: process.execPath, userDir, flow });
    browser = await startChromium(chromium);
    const folder = mkdtempSync(join(tmpdir(), 'cellwarden-screenshots-links-'));
    console.log(`    screenshots in ${folder}`);
    editor = await Editor.open(browser, nodeRed.url, folder);
  });
  after(async () => {
    await browser?.close();
    await nodeRed?.kill();
    listening?.close();
    device?.close();
  });
  afterEach(async () => {
    await editor.cancelAll();
  });

  const openPack = async (): Promise<void> => {
    await editor.edit('m1');
    await editor.config('pack', 'edit');
  };
  const choose = (name: string, value: string): Promise<unknown> => editor.input(name).selectOption(value);
  const isShown = (row: string): Promise<boolean> => editor.tray.locator(`#cellwarden-${row}-row`).isVisible();
  const result = () => editor.tray.locator('#cellwarden-try-result');

  it('shows the fields that the protocol needs, and no other', async () => {
    await openPack();
    assert.equal(await isShown('linkAddress'), false);
    await choose('link', 'daly');
    assert.deepEqual([await isShown('linkAddress'), await isShown('linkCurrentSign')], [true, true]);
    assert.deepEqual([await isShown('linkSecret'), await isShown('linkMap')], [false, false]);
    await editor.shoot('Daly');
    await choose('link', 'victron-ble');
    assert.deepEqual([await isShown('linkAddress'), await isShown('linkSecret')], [false, true]);
    // Its address is for a Bluetooth adapter; this bus is a bridge. Offgridtec's name tells how it is read anywhere.
    assert.equal(await isShown('linkDevice'), false);
    await choose('link', 'offgridtec');
    assert.equal(await isShown('linkDevice'), true);
    await choose('link', 'modbus-map');
    assert.equal(await isShown('linkMap'), true);
    await editor.input('linkMap').fill('voltage = holding nowhere u16');
    await editor.input('linkMap').blur();
    const problem = editor.tray.locator('#cellwarden-link-problem');
    await problem.waitFor({ state: 'visible' });
    assert.match((await problem.textContent()) ?? '', /line 1/i);
    await editor.shoot('register map with a fault');
  });

  it('Find asks what answers on the bus and fills in its protocol; Test shows a reading', async () => {
    await openPack();
    await editor.tray.locator('#cellwarden-find').click();
    await until('an answer', 60, async () => (/answers:/.test((await result().textContent()) ?? '') ? true : null));
    assert.match((await result().textContent()) ?? '', /JBD/);
    assert.equal(await editor.input('link').inputValue(), 'jbd');
    await editor.shoot('found');
    await editor.tray.locator('#cellwarden-try').click();
    await until('a reading', 20, async () => (/4: 3\.\d+ V/.test((await result().textContent()) ?? '') ? true : null));
    await editor.shoot('tried');
  });

  it('a device that says nothing is said, with what to look at', async () => {
    await openPack();
    await choose('link', 'pylontech');
    await editor.tray.locator('#cellwarden-try').click();
    await until('a sentence', 30, async () => (/check the/.test((await result().textContent()) ?? '') ? true : null));
    await editor.shoot('not there');
  });

  it('the ports of the computer are listed in the dialog of a bus', async () => {
    await openPack();
    await editor.config('bus', 'edit');
    await choose('kind', 'serial');
    const list = editor.tray.locator('#cellwarden-ports-list');
    assert.equal(await list.isVisible(), false);
    await editor.tray.locator('#cellwarden-ports').click();
    await list.waitFor({ state: 'visible' });
    assert.match((await list.textContent()) ?? '', /\/dev\/|no serial port/);
    await editor.shoot('ports');
    await choose('kind', 'ble');
    assert.equal(await list.isVisible(), false);
    await editor.shoot('Bluetooth adapter');
  });

  it('a second device has its own bus and fields, and is deployed with them', async () => {
    await openPack();
    await choose('link', 'jbd');
    const group = editor.tray.locator('#cellwarden-second-group');
    await group.evaluate((element) => element.setAttribute('open', ''));
    await choose('second', 'vedirect');
    await choose('secondBus', 'b1');
    await choose('secondVariant', 'shunt');
    await editor.shoot('second device');
    await editor.accept();
    await editor.accept();
    await editor.deploy();
    const kept = await editor.evaluate<string[]>(
      "['link','second','secondBus','secondVariant'].map((name) => RED.nodes.node('p1')[name])",
    );
    assert.deepEqual(kept, ['jbd', 'vedirect', 'b1', 'shunt']);
  });
});
