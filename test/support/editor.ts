/** Node-RED's editor in a browser, handled with mouse and keyboard as its user does. */
import { join } from 'node:path';
import type { Browser, ConsoleMessage, Locator, Page } from 'playwright-core';
import { pause, until } from './wait.ts';

export interface Point {
  readonly x: number;
  readonly y: number;
}

export class Editor {
  readonly page: Page;
  /** Every error and warning of the page's console, every failed request. */
  readonly complaints: string[] = [];
  readonly #shots: string;
  #shot = 0;

  /** @param shots the folder for screenshots */
  constructor(page: Page, shots: string) {
    this.page = page;
    this.#shots = shots;
    page.on('console', (message: ConsoleMessage) => {
      const kind = message.type();
      if (kind === 'error' || kind === 'warning') this.complaints.push(`${kind}: ${message.text()}`);
    });
    page.on('pageerror', (error) => this.complaints.push(`uncaught: ${error.message}`));
    page.on('response', (answer) => {
      if (answer.status() >= 400) this.complaints.push(`${answer.status()}: ${answer.url()}`);
    });
  }

  static async open(browser: Browser, url: string, shots: string): Promise<Editor> {
    const page = await browser.newPage({ viewport: { width: 1400, height: 1000 }, locale: 'en-US' });
    page.setDefaultTimeout(15_000);
    const editor = new Editor(page, shots);
    await page.goto(url);
    await page.waitForSelector('.red-ui-palette-node');
    await page.locator('#red-ui-loading-progress').waitFor({ state: 'hidden' });
    return editor;
  }

  async shoot(name: string): Promise<void> {
    this.#shot += 1;
    await this.page.screenshot({ path: join(this.#shots, `${String(this.#shot).padStart(2, '0')} ${name}.png`) });
  }

  palette(type: string): Locator {
    return this.page.locator(`.red-ui-palette-node[data-palette-type='${type}']`);
  }

  /** Drags a node from the palette onto the workspace; gives its id. */
  async place(type: string, at: Point): Promise<string> {
    const before = await this.ids(type);
    const from = this.palette(type);
    await from.scrollIntoViewIfNeeded();
    await from.dragTo(this.page.locator('#red-ui-workspace-chart'), { targetPosition: at });
    return await until(`a node ${type} on the workspace`, 5, async () => {
      const now = await this.ids(type);
      return now.find((id) => !before.includes(id)) ?? null;
    });
  }

  /** Ids of the nodes of a type, config nodes too. */
  async ids(type: string): Promise<string[]> {
    const all = await this.evaluate<{ id: string; type: string }[]>(
      'RED.nodes.createCompleteNodeSet().map(({ id, type }) => ({ id, type }))',
    );
    return all.filter((node) => node.type === type).map(({ id }) => id);
  }

  node(id: string): Locator {
    return this.page.locator(`[id="${id}"]`);
  }

  /** Draws a wire between two nodes; outputs count from 0. */
  async wire(from: string, output: number, to: string): Promise<void> {
    const start = await centre(this.node(from).locator('.red-ui-flow-port-output .red-ui-flow-port').nth(output));
    const end = await centre(this.node(to).locator('.red-ui-flow-port-input .red-ui-flow-port'));
    const { mouse } = this.page;
    await mouse.move(start.x, start.y);
    await mouse.down();
    await mouse.move((start.x + end.x) / 2, (start.y + end.y) / 2, { steps: 5 });
    await mouse.move(end.x, end.y, { steps: 5 });
    await mouse.up();
  }

  /** The dialog on top. */
  get tray(): Locator {
    return this.page.locator('.red-ui-tray').last();
  }

  /** A field of the dialog on top, of a node or of a config node. */
  input(name: string): Locator {
    return this.tray.locator(`[id="node-input-${name}"], [id="node-config-input-${name}"]`);
  }

  /** Types into a field, key by key: that is when the editor looks at it. An empty value clears it. */
  async type(name: string, value: string): Promise<void> {
    const input = this.input(name);
    await input.fill('');
    if (value === '') await input.press('Backspace');
    else await input.pressSequentially(value);
  }

  async edit(id: string): Promise<void> {
    await this.#trays(1, () => this.node(id).locator('.red-ui-flow-node').first().dblclick());
  }

  /** Presses the plus beside a field that names a config node, or the pencil when one is chosen. */
  async config(property: string, button: 'add' | 'edit'): Promise<void> {
    await this.#trays(1, () => this.tray.locator(`[id$="-btn-${property}-${button}"]`).click());
  }

  /** Presses a button of our own that opens another dialog above this one. */
  async openBy(id: string): Promise<void> {
    await this.#trays(1, () => this.tray.locator(`#${id}`).click());
  }

  /** Done, Add or Update. */
  async accept(): Promise<void> {
    await this.#trays(-1, () => this.tray.locator('#node-dialog-ok, #node-config-dialog-ok').click());
  }

  async cancel(): Promise<void> {
    await this.#trays(-1, () => this.tray.locator('#node-dialog-cancel, #node-config-dialog-cancel').click());
  }

  /** Cancels whatever dialogs are open. */
  async cancelAll(): Promise<void> {
    while ((await this.page.locator('.red-ui-tray').count()) > 0) await this.cancel();
  }

  /** Dialogs slide in and out: does something that opens or closes one, and waits until that is over. */
  async #trays(by: 1 | -1, act: () => Promise<void>): Promise<void> {
    const crumbs = this.page.locator('.red-ui-tray-breadcrumbs li');
    const wanted = (await crumbs.count()) + by;
    await act();
    await until(`${wanted} dialogs to be open`, 5, async () => ((await crumbs.count()) === wanted ? true : null));
    if (wanted > 0) {
      await until('the dialog to slide in', 5, async () =>
        (await this.evaluate<string>("getComputedStyle($('.red-ui-tray').last()[0]).right")) === '0px' ? true : null,
      );
    }
    // Node-RED closes no dialog within its first moments.
    await pause(0.25);
  }

  /** Reads from the page by an expression of Node-RED's own, such as `RED.nodes.dirty()`. */
  async evaluate<T>(expression: string): Promise<T> {
    return (await this.page.evaluate(expression)) as T;
  }

  /** The text under a node. */
  async status(id: string): Promise<string> {
    const label = this.node(id).locator('.red-ui-flow-node-status-label');
    return (await label.count()) === 0 ? '' : ((await label.first().textContent()) ?? '').trim();
  }

  async deploy(): Promise<void> {
    await this.page.locator('#red-ui-header-button-deploy').click();
    await until('the flows to be deployed', 10, async () =>
      (await this.evaluate<boolean>('RED.nodes.dirty()')) ? null : true,
    );
  }

  /** Imports an example of a module through the menu, into a flow of its own. */
  async importExample(module: string, name: string): Promise<void> {
    await this.evaluate("RED.actions.invoke('core:show-examples-import-dialog')");
    const entry = (text: string): Locator =>
      this.page
        .locator('#red-ui-clipboard-dialog-import-tab-examples .red-ui-treeList-label')
        .filter({ hasText: text })
        .last();
    await entry(module).locator('.red-ui-treeList-icon').first().click();
    await entry(name).click();
    await this.shoot('import the example');
    await this.page
      .locator('#red-ui-clipboard-dialog-import-opt button, #red-ui-clipboard-dialog-import-opt a')
      .last()
      .click();
    await this.page.locator('#red-ui-clipboard-dialog-ok').click();
  }

  /** Shows the tab of a flow. */
  async show(flow: string): Promise<void> {
    await this.page.locator('#red-ui-workspace-tabs .red-ui-tab').filter({ hasText: flow }).click();
    await pause(0.3);
  }

  /** What the help sidebar says of a node type. */
  async help(type: string): Promise<string> {
    await this.evaluate(`RED.sidebar.help.show('${type}')`);
    await pause(0.4);
    return (await this.page.locator('.red-ui-help').last().textContent()) ?? '';
  }
}

async function centre(of: Locator): Promise<Point> {
  const box = await of.boundingBox();
  if (box === null) throw new Error('not to be seen');
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}
