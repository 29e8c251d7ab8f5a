/** The pack dialog in a real browser: a PIN that never leaves it as typed, settings to a file and back. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { findChromium, startChromium } from '../support/browser.ts';
import { Editor } from '../support/editor.ts';
import { ROOT } from '../support/example.ts';
import { type NodeRedProcess, startNodeRed } from '../support/node-red-process.ts';
import { linkInto, packPackage, temporaryFolder } from '../support/packed.ts';
import { until } from '../support/wait.ts';

const PACK = {
  id: 'p1',
  type: 'bms-config',
  name: 'house',
  profile: 'lifepo4',
  cells: '4',
  capacity: '100',
  link: 'message',
};
const MONITOR = {
  id: 'm1',
  type: 'bms-cell-monitor',
  z: 'tab',
  name: 'cells',
  pack: 'p1',
  x: 200,
  y: 100,
  wires: [[], []],
};

describe('the pack dialog in the editor', function () {
  this.timeout(90_000);
  let browser: Browser | null = null;
  let nodeRed: NodeRedProcess | null = null;
  let editor: Editor;
  let folder: string;
  /** What the browser sent when it deployed. */
  const deployed: string[] = [];

  before(async function () {
    const chromium = findChromium();
    if (chromium === null) {
      console.log('    skipped: there is no chromium in the PATH');
      this.skip();
    }
    this.timeout(300_000);
    const userDir = temporaryFolder('node-red');
    linkInto(userDir, packPackage().folder);
    const red = join(ROOT, 'node_modules', 'node-red', 'red.js');
    const flow = [{ id: 'tab', type: 'tab', label: 'flow' }, PACK, MONITOR];
    nodeRed = await startNodeRed({ red, node: process.execPath, userDir, flow });
    browser = await startChromium(chromium);
    folder = mkdtempSync(join(tmpdir(), 'cellwarden-screenshots-pack-'));
    console.log(`    screenshots in ${folder}`);
    editor = await Editor.open(browser, nodeRed.url, folder);
    editor.page.on('request', (request) => {
      if (request.method() === 'POST' && request.url().endsWith('/flows')) deployed.push(request.postData() ?? '');
    });
  });
  after(async () => {
    await browser?.close();
    await nodeRed?.kill();
  });
  afterEach(async () => {
    await editor.cancelAll();
  });

  const openPack = async (): Promise<void> => {
    await editor.edit('m1');
    await editor.config('pack', 'edit');
  };
  const pin = () => editor.tray.locator('#cellwarden-pin');

  it('123-R17 a PIN of three characters is refused with a sentence', async () => {
    await openPack();
    await pin().fill('123');
    await pin().blur();
    const problem = editor.tray.locator('#cellwarden-pin-problem');
    assert.match((await problem.textContent()) ?? '', /^The PIN has fewer than 4 characters/);
    await editor.shoot('PIN too short');
  });

  it('123-R17 a PIN is deployed as a hash and never as typed, also when Done is pressed at once', async () => {
    await openPack();
    await pin().fill('4711-secret');
    await editor.accept();
    await editor.accept();
    await until('the hash to arrive', 5, async () =>
      (await editor.evaluate<boolean>("/^scrypt/.test(RED.nodes.node('p1').credentials.pin)")) ? true : null,
    );
    await editor.deploy();
    const sent = deployed.at(-1) ?? '';
    assert.match(sent, /"pin":"scrypt\$8192\$/);
    assert.ok(!sent.includes('4711-secret'));
    await openPack();
    assert.equal(await pin().inputValue(), '__PWRD__', 'it is kept, and not shown');
  });

  it('123-R14 the button at the capacity lets 75 % of it count and leaves the rated capacity, which health is told by', async () => {
    await openPack();
    const button = editor.tray.locator('#cellwarden-share');
    await button.click();
    assert.equal(await editor.input('capacity').inputValue(), '100');
    assert.equal(await editor.input('capacityShare').inputValue(), '75');
    assert.ok(await button.isDisabled(), 'pressed twice it would do nothing more');
    await editor.tray.locator('#cellwarden-group-soc').evaluate((element) => element.setAttribute('open', ''));
    await editor.type('capacityShare', '');
    assert.ok(await button.isEnabled());
    await editor.shoot('state of charge');
  });

  it('settings go to a file and come back from it; Cancel takes an import back', async () => {
    await openPack();
    const group = editor.tray.locator('#cellwarden-group-voltage');
    await group.evaluate((element) => element.setAttribute('open', ''));
    await editor.type('cellOvervoltage', '3.6');
    const [download] = await Promise.all([
      editor.page.waitForEvent('download'),
      editor.tray.locator('#cellwarden-export').click(),
    ]);
    assert.equal(download.suggestedFilename(), 'house.pack.json');
    const file = join(folder, 'house.pack.json');
    await download.saveAs(file);
    const written = JSON.parse(readFileSync(file, 'utf8')) as object;
    assert.deepEqual(written, { name: 'house', profile: 'lifepo4', cells: 4, capacity: 100, cellOvervoltage: 3.6 });

    const imported = async (content: object): Promise<void> => {
      writeFileSync(file, JSON.stringify(content));
      const [chooser] = await Promise.all([
        editor.page.waitForEvent('filechooser'),
        editor.tray.locator('#cellwarden-import').click(),
      ]);
      await chooser.setFiles(file);
    };
    const problem = editor.tray.locator('#cellwarden-file-problem');
    await imported({ cells: 16, capacity: 280, cellOvervoltag: 3.5 });
    await problem.waitFor({ state: 'visible' });
    assert.match((await problem.textContent()) ?? '', /Nothing was taken.*\n.*no setting cellOvervoltag/);
    assert.equal(await editor.input('cells').inputValue(), '4');
    await editor.shoot('file refused');

    await imported({ name: 'boat', profile: '123smartbms', cells: 16, capacity: 280, preAlarmMode: 'off' });
    await problem.waitFor({ state: 'hidden' });
    const shown = await Promise.all(
      ['name', 'profile', 'cells', 'cellOvervoltage', 'preAlarmMode'].map((name) => editor.input(name).inputValue()),
    );
    assert.deepEqual(shown, ['house', '123smartbms', '16', '', 'off']);
    await editor.shoot('file imported');
    await editor.cancel();
    assert.equal(await editor.evaluate("RED.nodes.node('p1').cells"), '4');
  });

  it('leaves no complaint in the console of the browser', () => {
    assert.deepEqual(editor.complaints, []);
  });
});
