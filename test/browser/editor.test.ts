/**
 * The editor as a hobbyist uses it: palette, dialogs, mistakes, example, deploy, statuses, help; in a real browser on a
 * real Node-RED with the simulators behind it. Screenshots are left for people to look at.
 */
import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { findChromium, startChromium } from '../support/browser.ts';
import { Editor } from '../support/editor.ts';
import { FIRST_EXAMPLE, ROOT } from '../support/example.ts';
import { fetchedNode, fetchedNodeRed, registryAnswers } from '../support/fetched.ts';
import { type NodeRedProcess, startNodeRed } from '../support/node-red-process.ts';
import { linkInto, packPackage, temporaryFolder } from '../support/packed.ts';
import { type SimulatorProcess, startSimulator } from '../support/simulator-process.ts';
import { until } from '../support/wait.ts';

const MODULE = '@cellwarden/node-red-bms';
const IN_FLOWS = ['bms-cell-monitor', 'bms-protection', 'bms-relay-out'] as const;

for (const version of ['4.1.15', '5.0.7']) {
  describe(`the editor of Node-RED ${version}`, function () {
    this.timeout(90_000);
    let shots: string;
    let browser: Browser | null = null;
    let nodeRed: NodeRedProcess | null = null;
    let bms: SimulatorProcess | null = null;
    let board: SimulatorProcess | null = null;
    let editor: Editor;
    /** The three nodes that we draw ourselves. */
    let drawn: { monitor: string; protection: string; relay: string };

    before(async function () {
      const chromium = findChromium();
      if (chromium === null) {
        console.log('    skipped: there is no chromium in the PATH');
        this.skip();
      }
      if (version !== '4.1.15' && !registryAnswers()) {
        console.log(`    skipped: the npm registry cannot be reached, so Node-RED ${version} cannot be tried`);
        this.skip();
      }
      this.timeout(300_000);
      const bundled = join(ROOT, 'node_modules', 'node-red', 'red.js');
      const red = version === '4.1.15' ? bundled : fetchedNodeRed(version);
      const node = version === '4.1.15' ? process.execPath : fetchedNode(24);
      const { folder, cli } = packPackage();
      const userDir = temporaryFolder('node-red');
      linkInto(userDir, folder);
      bms = await startSimulator({ cli, device: '123smartbms', args: ['--cells', '16'] });
      board = await startSimulator({ cli, device: 'relay-board' });
      nodeRed = await startNodeRed({ red, node, userDir, flow: [] });
      browser = await startChromium(chromium);
      shots = mkdtempSync(join(tmpdir(), `cellwarden-screenshots-${version}-`));
      console.log(`    screenshots in ${shots}`);
      editor = await Editor.open(browser, nodeRed.url, shots);
    });

    after(async () => {
      await browser?.close();
      await Promise.all([nodeRed?.kill(), bms?.kill(), board?.kill()]);
    });

    afterEach(async function () {
      if (this.currentTest?.state === 'failed') await editor.shoot(`failed - ${this.currentTest.title.slice(0, 40)}`);
      await editor.cancelAll();
    });

    /** What the dialog on top says is wrong. */
    const problems = async (): Promise<string> =>
      (await editor.tray.locator('.cw-problem:visible').allTextContents()).join('\n');

    it('has the three nodes in the palette, each with a label and an icon', async () => {
      for (const [type, label] of [
        ['bms-cell-monitor', 'cell monitor'],
        ['bms-protection', 'protection'],
        ['bms-relay-out', 'relay'],
      ] as const) {
        const node = editor.palette(type);
        await node.scrollIntoViewIfNeeded();
        // Its spaces do not break.
        const said = await node.locator('.red-ui-palette-label').textContent();
        assert.equal(said?.replaceAll(/\s+/g, ' ').trim(), label);
        const icon = await node
          .locator('.red-ui-palette-icon')
          .evaluate((element) => String(element.style.backgroundImage));
        const path = /url\("?([^")]+)/.exec(String(icon))?.[1] ?? '';
        assert.match(path, /cellwarden-\w+\.svg/);
        const answer = await editor.page.request.get(new URL(path, `${nodeRed?.url}/`).href);
        assert.match(await answer.text(), /<svg/);
      }
      await editor.shoot('palette');
    });

    it('takes each node from the palette onto the workspace', async () => {
      drawn = {
        monitor: await editor.place('bms-cell-monitor', { x: 120, y: 120 }),
        protection: await editor.place('bms-protection', { x: 340, y: 120 }),
        relay: await editor.place('bms-relay-out', { x: 580, y: 120 }),
      };
      await editor.shoot('placed');
      // Without settings they are marked as incomplete.
      for (const id of Object.values(drawn)) {
        assert.equal(await editor.evaluate(`RED.nodes.node('${id}').valid`), false);
      }
    });

    it('lets a hobbyist describe the pack: profile, cells, capacity, bus', async () => {
      await editor.edit(drawn.monitor);
      await editor.shoot('cell monitor');
      await editor.config('pack', 'add');
      await editor.shoot('pack, empty');
      await editor.type('name', 'barn');
      await editor.input('profile').selectOption('123smartbms');
      await editor.type('cells', '16');
      await editor.type('capacity', '280');
      await editor.input('link').selectOption('123smartbms');
      await editor.config('bus', 'add');
      await editor.shoot('bus, empty');
      await editor.type('name', 'barn cable');
      await editor.input('kind').selectOption('tcp');
      await editor.type('address', bms?.address ?? '');
      assert.equal(await problems(), '');
      await editor.shoot('bus, filled in');
      await editor.accept();
      assert.equal(await problems(), '');
      await editor.shoot('pack, filled in');
      await editor.accept();
      await editor.accept();
      assert.equal((await editor.ids('bms-config')).length, 1);
      assert.equal(await editor.evaluate(`RED.nodes.node('${drawn.monitor}').valid`), true);
    });

    it('says in a sentence what is wrong with a pack, and what to do', async () => {
      await editor.edit(drawn.monitor);
      await editor.config('pack', 'edit');
      const wrong = async (field: string, value: string, sentence: RegExp): Promise<void> => {
        const input = editor.input(field);
        const group = input.locator('xpath=ancestor::details[1]');
        if ((await group.count()) > 0 && (await group.getAttribute('open')) === null) {
          await group.locator('summary').click();
        }
        const before = await input.inputValue();
        await editor.type(field, value);
        const said = await until(`a problem with ${field} ${value}`, 2, async () => (await problems()) || null);
        assert.match(said, sentence, `${field} = ${value}`);
        await until(`${field} ${value} to be marked`, 2, async () =>
          ((await input.getAttribute('class')) ?? '').includes('input-error') ? true : null,
        );
        await editor.shoot(`wrong ${field} ${value}`);
        await editor.type(field, before);
        await until(`no problem with ${field} ${before}`, 2, async () => ((await problems()) === '' ? true : null));
      };
      await wrong('cells', '0', /cells/i);
      await wrong('cells', '300', /cells/i);
      await wrong('capacity', 'many', /capacity/i);
      await wrong('cellOvervoltage', '3650', /overvoltage/i);
      await wrong('cellOvervoltage', '2.5', /overvoltage/i);
      await wrong('cellUndervoltage', '3.7', /undervoltage|overvoltage/i);
      await editor.cancel();
      await editor.cancel();
    });

    it('shows each profile and every group of settings without anything sticking out', async () => {
      await editor.edit(drawn.monitor);
      await editor.config('pack', 'edit');
      const groups = editor.tray.locator('details.cw-group:visible');
      assert.ok((await groups.count()) >= 7);
      for (const profile of ['lifepo4', '123smartbms']) {
        await editor.input('profile').selectOption(profile);
        for (let n = 0; n < (await groups.count()); n++) {
          const group = groups.nth(n);
          if ((await group.getAttribute('open')) === null) await group.locator('summary').click();
          await group.scrollIntoViewIfNeeded();
          await editor.shoot(`${profile}, group ${n + 1}`);
          await group.locator('summary').click();
        }
      }
      const tooWide = await editor.tray
        .locator('.red-ui-tray-body')
        .evaluate((body) => Number(body.scrollWidth - body.clientWidth));
      assert.ok(Number(tooWide) <= 1, `the dialog is ${String(tooWide)} px wider than its tray`);
      await editor.cancel();
      await editor.cancel();
    });

    it('lets a hobbyist choose the pack and the relay, and refuses what would connect without power', async () => {
      const [pack = ''] = await editor.ids('bms-config');
      await editor.edit(drawn.protection);
      await editor.input('pack').selectOption(pack);
      await editor.shoot('protection');
      await editor.accept();

      await editor.edit(drawn.relay);
      await editor.shoot('relay, empty');
      await editor.input('pack').selectOption(pack);
      await editor.input('role').selectOption('charge');
      await editor.config('bus', 'add');
      await editor.type('name', 'barn board');
      await editor.input('kind').selectOption('tcp');
      await editor.type('address', 'not an address');
      assert.notEqual(await problems(), '');
      await editor.shoot('bus, wrong address');
      await editor.type('address', board?.address ?? '');
      assert.equal(await problems(), '');
      await editor.accept();
      await editor.type('channel', '3');
      await editor.input('wiring').selectOption('NC');
      assert.match(await problems(), /power loss/);
      await editor.shoot('relay, normally closed');
      await editor.input('wiring').selectOption('NO');
      assert.equal(await problems(), '');
      await editor.shoot('relay, filled in');
      await editor.accept();
      for (const id of Object.values(drawn)) {
        assert.equal(await editor.evaluate(`RED.nodes.node('${id}').valid`), true);
      }
    });

    it('runs what was drawn: wired, deployed, the relay closed', async () => {
      await editor.wire(drawn.monitor, 0, drawn.protection);
      await editor.wire(drawn.protection, 0, drawn.relay);
      await editor.deploy();
      await until('relay 3 to close', 15, () => board?.edges.findLast((edge) => edge.coil === 2)?.closed || null);
      const relay = await until('the relay to be verified', 5, async () => {
        const text = await editor.status(drawn.relay);
        return text.includes('verified') ? text : null;
      });
      assert.match(relay, /^closed/);
      await editor.shoot('drawn and deployed');
    });

    it('imports the example, takes the addresses of the simulators, and shows what the battery does', async () => {
      await editor.importExample(MODULE, FIRST_EXAMPLE.replace(/\.json$/, ''));
      await until('the example on the workspace', 5, async () =>
        (await editor.ids('bms-relay-out')).length === 3 ? true : null,
      );
      await editor.show('123\\SmartBMS to relays');
      await editor.shoot('imported');
      const find = (name: string) =>
        editor.evaluate<string>(`RED.nodes.filterNodes({}).find((n) => n.name === '${name}').id`);
      const [monitor, protection, charge, load] = await Promise.all(
        ['cells', 'protection', 'charge relay', 'load relay'].map(find),
      );
      await editor.edit(monitor ?? '');
      await editor.config('pack', 'edit');
      await editor.shoot('pack of the example');
      await editor.config('bus', 'edit');
      await editor.type('address', bms?.address ?? '');
      await editor.accept();
      await editor.accept();
      await editor.accept();
      await editor.edit(charge ?? '');
      await editor.config('bus', 'edit');
      await editor.type('address', board?.address ?? '');
      await editor.accept();
      await editor.shoot('charge relay of the example');
      await editor.accept();
      await editor.deploy();
      await until(
        'both relays to close',
        15,
        () => [0, 1].every((coil) => board?.edges.findLast((edge) => edge.coil === coil)?.closed) || null,
      );
      const shown = async (id: string | undefined, pattern: RegExp): Promise<void> => {
        let text = '';
        await until(
          () => `a status like ${pattern}; it is "${text}"`,
          10,
          async () => {
            text = await editor.status(id ?? '');
            return pattern.test(text) || null;
          },
        );
      };
      await shown(monitor, /3\.[23]\d* ?.*V/);
      await shown(protection, /\w/);
      await shown(charge, /^closed/);
      await shown(load, /^closed/);
      await editor.shoot('example deployed');

      await bms?.command('silence');
      await shown(charge, /^open/);
      await editor.shoot('BMS silent');
      await bms?.command('resume');
      await shown(charge, /^closed/);
      await bms?.command('cell 3 3.70');
      await shown(charge, /^open/);
      await editor.shoot('cell 3 too high');
      await bms?.command('cell 3 auto');
    });

    it('has help for each node, config nodes too', async () => {
      for (const type of [...IN_FLOWS, 'bms-config', 'bms-bus']) {
        const help = await editor.help(type);
        assert.ok(help.length > 300, `${type}: "${help.slice(0, 100)}"`);
        assert.doesNotMatch(help, /bms-[a-z-]+\.[a-z]|\bNone\b/);
        await editor.shoot(`help ${type}`);
      }
    });

    it('shows texts, never the keys of a catalogue', async () => {
      const seen = await editor.page.locator('body').innerText();
      assert.ok(seen.includes('cell monitor'));
      assert.deepEqual(seen.match(/bms-(bus|config|cell-monitor|protection|relay-out)\.\S+/g), null);
    });

    it('leaves no complaint in the console of the browser', () => {
      assert.deepEqual(editor.complaints, []);
    });
  });
}
