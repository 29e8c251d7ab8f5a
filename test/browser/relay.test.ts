/**
 * The dialog of a relay as a hobbyist uses it at commissioning: boards and what they ask for, wiring, senders, what feeds
 * what, and the guided test; in a real browser on a real Node-RED with the simulators behind it.
 */
import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Locator } from 'playwright-core';
import { testRecordOf, isProven } from '../../src/node-red/relay-test-record.ts';
import { findChromium, startChromium } from '../support/browser.ts';
import { Editor } from '../support/editor.ts';
import { firstExampleAt, named, ROOT } from '../support/example.ts';
import { type Flow, type NodeRedProcess, startNodeRed } from '../support/node-red-process.ts';
import { linkInto, packPackage, temporaryFolder } from '../support/packed.ts';
import { type SimulatorProcess, startSimulator } from '../support/simulator-process.ts';
import { until } from '../support/wait.ts';

describe('the dialog of a relay', function () {
  this.timeout(90_000);
  let browser: Browser | null = null;
  let nodeRed: NodeRedProcess | null = null;
  let bms: SimulatorProcess | null = null;
  let board: SimulatorProcess | null = null;
  let editor: Editor;
  let flow: Flow;
  let charge = '';
  let load = '';

  before(async function () {
    const chromium = findChromium();
    if (chromium === null) {
      console.log('    skipped: there is no chromium in the PATH');
      this.skip();
    }
    this.timeout(300_000);
    const { folder, cli } = packPackage();
    const userDir = temporaryFolder('node-red');
    linkInto(userDir, folder);
    bms = await startSimulator({ cli, device: '123smartbms', args: ['--cells', '16'] });
    board = await startSimulator({ cli, device: 'relay-board' });
    await bms.command('current 20');
    flow = firstExampleAt(bms.address, board.address);
    charge = named(flow, 'charge relay').id;
    load = named(flow, 'load relay').id;
    nodeRed = await startNodeRed({ red: join(ROOT, 'node_modules', 'node-red', 'red.js'), userDir, flow });
    browser = await startChromium(chromium);
    const shots = mkdtempSync(join(tmpdir(), 'cellwarden-screenshots-relay-'));
    console.log(`    screenshots in ${shots}`);
    editor = await Editor.open(browser, nodeRed.url, shots);
    await status(charge, /^closed/);
  });

  after(async () => {
    await browser?.close();
    await Promise.all([nodeRed?.kill(), bms?.kill(), board?.kill()]);
  });

  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await editor.shoot(`failed - ${this.currentTest.title.slice(0, 40)}`);
    await editor.cancelAll();
  });

  const part = (id: string): Locator => editor.tray.locator(`#cellwarden-${id}`);
  const problems = async (): Promise<string> =>
    (await editor.tray.locator('.cw-problem:visible').allTextContents()).join('\n');
  /** The fields of the board that can be seen, by their labels' names. */
  const asked = async (): Promise<string[]> => {
    const names = ['bus', 'unit', 'channel', 'address', 'password', 'chip', 'line'];
    const seen = await Promise.all(names.map((name) => part(`relay-${name}-row`).isVisible()));
    return names.filter((_name, i) => seen[i]);
  };
  const unfold = async (id: string): Promise<void> => {
    if ((await part(id).getAttribute('open')) === null) await part(id).locator('summary').click();
  };

  async function status(id: string, pattern: RegExp): Promise<void> {
    let text = '';
    await until(
      () => `a status like ${pattern}; it is "${text}"`,
      20,
      async () => {
        text = await editor.status(id);
        return pattern.test(text) || null;
      },
    );
  }

  const contact = (coil: number): boolean | undefined => board?.edges.findLast((edge) => edge.coil === coil)?.closed;

  it('asks for what each board needs, and says who opens it and what nobody covers', async () => {
    await editor.edit(charge);
    await editor.shoot('as it is');
    const needs: Record<string, [string[], RegExp | null]> = {
      'modbus-timed': [['bus', 'unit', 'channel'], null],
      'modbus-plain': [['bus', 'unit', 'channel'], /loses power or freezes, this board stays as it is/],
      lcus: [['bus', 'channel'], /stays as it is/],
      kmtronic: [['bus', 'channel'], /stays as it is/],
      'shelly-gen2': [['channel', 'address', 'password'], null],
      'shelly-gen1': [['channel', 'address', 'password'], null],
      gpio: [['chip', 'line'], /hardware watchdog/],
      gx: [['bus', 'channel'], /puts it back where it was/],
      'gx-node': [[], /no process and no timer opens it/],
      message: [[], /has to open by itself/],
    };
    for (const [name, [fields, remark]] of Object.entries(needs)) {
      await editor.input('board').selectOption(name);
      assert.deepEqual(await asked(), fields, name);
      assert.match(await part('keeper').innerText(), /^When /);
      if (remark === null) assert.equal(await part('remark').isVisible(), false, name);
      else assert.match(await part('remark').innerText(), remark);
      await editor.shoot(`board ${name}`);
    }
    const wide = await editor.tray
      .locator('.red-ui-tray-body')
      .evaluate((body) => Number(body.scrollWidth - body.clientWidth));
    assert.ok(Number(wide) <= 1, `the dialog is ${String(wide)} px wider than its tray`);
  });

  it('says in a sentence what is wrong with a field, and what to do', async () => {
    await editor.edit(charge);
    await editor.type('channel', '0');
    assert.match(await problems(), /Relay number.*"0" cannot be.*1 to 256/);
    await editor.input('board').selectOption('gx');
    await editor.type('channel', '3');
    assert.match(await problems(), /over Modbus TCP[\S\s]*1 to 2/);
    await editor.shoot('GX, wrong');
    await editor.input('board').selectOption('shelly-gen2');
    await editor.type('address', 'http://shelly');
    assert.match(await problems(), /without http/);
    await editor.shoot('Shelly, wrong');
    await editor.type('address', 'shelly.lan');
    await editor.type('channel', '1');
    assert.equal(await problems(), '');
  });

  it('123-R12 a wiring that a power loss connects: refused for chargers, confirmed for loads', async () => {
    await editor.edit(load);
    for (const wiring of ['NC', 'NO-inverted']) {
      await editor.input('wiring').selectOption(wiring);
      assert.match(await problems(), /power loss.*connects the loads/);
      assert.ok(await editor.input('lossConfirmed').isVisible());
    }
    await editor.shoot('loads, not confirmed');
    await editor.input('lossConfirmed').check();
    assert.equal(await problems(), '');
    await editor.shoot('loads, confirmed');
    await editor.input('role').selectOption('charge');
    assert.match(await problems(), /power loss would connect the battery/);
    assert.equal(await editor.input('lossConfirmed').isVisible(), false);
    for (const wiring of ['123-out-v1', '123-out-v2', 'NC-inverted', 'NO']) {
      await editor.input('wiring').selectOption(wiring);
      assert.equal(await problems(), '', wiring);
      await editor.shoot(`wiring ${wiring}`);
    }
  });

  it('keeps pauses, restarts and senders that were set', async () => {
    await editor.edit(load);
    await unfold('relay-more');
    await editor.type('minimumOff', '30');
    await part('add-sender').click();
    const row = part('senders').locator('.cw-sender');
    await row.locator('input').first().pressSequentially('frost');
    assert.match(await problems(), /frost.*topic and a timeout/);
    await editor.shoot('a sender, incomplete');
    await row.locator('input').nth(1).pressSequentially('20');
    assert.equal(await problems(), '');
    await editor.shoot('a sender');
    await editor.accept();
    const kept = await editor.evaluate(`RED.nodes.node('${load}').senders`);
    assert.deepEqual(kept, [{ topic: 'frost', timeout: 20 }]);
    await editor.edit(load);
    assert.equal(await editor.input('minimumOff').inputValue(), '30');
    await row.locator('button').click();
    assert.equal(await row.count(), 0);
    await editor.type('minimumOff', '0');
    await editor.accept();
    assert.deepEqual(await editor.evaluate(`RED.nodes.node('${load}').senders`), []);
    await editor.deploy();
  });

  it('says what feeds what, and warns of a pack that darkens what must switch charging on again', async () => {
    await editor.edit(charge);
    await unfold('commissioning');
    assert.match(await part('supplies').innerText(), /Supply of this computer: a supply of its own/);
    assert.equal(await problems(), '');
    await editor.shoot('supplies');
    await editor.openBy('cellwarden-edit-pack');
    const supply = editor.input('relaySupply');
    await supply.locator('xpath=ancestor::details[1]').locator('summary').click();
    await supply.selectOption('load');
    await editor.accept();
    assert.match(await problems(), /Supply of the relays is the load output.*ahead of the switched outputs/);
    assert.match(await part('trial-first').innerText(), /^Deploy first/);
    await editor.shoot('relays fed by the loads');
    await editor.openBy('cellwarden-edit-pack');
    await editor.input('relaySupply').selectOption('');
    await editor.accept();
    assert.equal(await problems(), '');
    await editor.accept();
    await editor.deploy();
    await status(charge, /^closed/);
  });

  /** Presses the button, lets the pack's current follow (or not), and waits for the question. */
  async function openContact(follow: string | null): Promise<void> {
    await part('trial-open').click();
    await until('the contact to open', 5, () => (contact(0) === false ? true : null));
    if (follow !== null) await bms?.command(`current ${follow}`);
    await status(charge, /test/);
    await editor.shoot('open');
    await until('the question', 15, async () => ((await part('trial-question').isVisible()) ? true : null));
    await bms?.command('current 20');
    await editor.shoot('the question');
  }

  it('VLB-22 leads through the test: live values, ten seconds open, the answer, the record', async () => {
    await editor.edit(charge);
    await unfold('commissioning');
    assert.match(await part('tested').innerText(), /Not tested yet/);
    await part('trial-begin').click();
    await until('the current', 5, async () =>
      (await part('trial-live').innerText()).includes('20.0 A charging') ? true : null,
    );
    assert.match(await part('trial-live').innerText(), /closed, read back/);
    assert.match(await part('trial-ask').innerText(), /Switch on a charger/);
    await editor.shoot('live');
    await openContact('0');
    await part('trial-yes').click();
    assert.match(await part('trial-passed').innerText(), /^Proven.*20\.0 A to 0\.0 A/);
    await editor.shoot('proven');
    await editor.accept();
    const node = await editor.evaluate<Record<string, unknown>>(
      `(({ role, board, bus, unit, channel, address, chip, line, wiring, tested }) =>
        ({ role, board, bus, unit, channel, address, chip, line, wiring, tested }))(RED.nodes.node('${charge}'))`,
    );
    assert.equal(testRecordOf(node)?.disconnected, true);
    assert.ok(isProven(node));
    await until('the contact to close by itself', 15, () => (contact(0) === true ? true : null));
    await editor.deploy();
    await status(charge, /^closed/);
  });

  it('VLB-22 a contact that works the wrong way round fails, whatever the person answers', async () => {
    await editor.edit(charge);
    await unfold('commissioning');
    assert.match(await part('tested').innerText(), /^Tested on .*the whole current ended/);
    await bms?.command('current 0');
    await part('trial-begin').click();
    await until('the hint', 8, async () => ((await part('trial-hint').isVisible()) ? true : null));
    assert.match(await part('trial-hint').innerText(), /wrong way round/);
    await editor.shoot('nothing flows');
    await openContact('15');
    await part('trial-yes').click();
    assert.match(await part('trial-failed').innerText(), /wrong way round.*inverted wiring/);
    await editor.shoot('reversed');
    const tested = await editor.evaluate<string>("$('#node-input-tested').val()");
    assert.equal((JSON.parse(tested) as { disconnected: boolean }).disconnected, false);
    await editor.type('channel', '2');
    assert.match(await part('tested').innerText(), /^Not tested with these settings/);
    assert.match(await part('trial-first').innerText(), /^Deploy first/);
    await editor.shoot('other settings');
  });

  it('a new relay takes the only pack there is', async () => {
    const drawn = await editor.place('bms-relay-out', { x: 580, y: 420 });
    await editor.edit(drawn);
    const pack = flow.find((node) => node.type === 'bms-config')?.id;
    assert.equal(await editor.input('pack').inputValue(), pack);
    await unfold('commissioning');
    assert.match(await part('trial-first').innerText(), /^Deploy first/);
    await editor.shoot('new');
  });

  it('shows texts, never the keys of a catalogue, and leaves no complaint', async () => {
    const seen = await editor.page.locator('body').innerText();
    assert.deepEqual(seen.match(/bms-(bus|config|relay-out)\.\S+/g), null);
    assert.deepEqual(editor.complaints, []);
  });
});
