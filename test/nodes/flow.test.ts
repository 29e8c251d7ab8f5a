/** The nodes in a Node-RED, with hand-made readings: what goes in, what comes out, and what bad input does. */
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import fc from 'fast-check';
import { FIRST_EXAMPLE, ROOT, readExample } from '../support/example.ts';
import { pause, until as untilSome } from '../support/wait.ts';

const require = createRequire(import.meta.url);

const until = async (what: string, limit: number, test: () => boolean): Promise<void> => {
  await untilSome(what, limit, () => (test() ? true : null));
};

type Message = Record<string, unknown>;
interface TestNode {
  id: string;
  receive(message: Message): void;
  on(event: string, listener: (message: Message) => void): void;
  status: { lastCall?: { args: [{ text?: string; fill?: string }] } };
  error: { args: unknown[][] };
}
interface Helper {
  init(path: string, settings?: object): void;
  startServer(): Promise<void>;
  stopServer(): Promise<void>;
  load(nodes: unknown[], flow: unknown[], credentials?: object): Promise<void>;
  unload(): Promise<void>;
  setFlows(flow: unknown[], type?: string): Promise<void>;
  getNode(id: string): TestNode;
}
const helper = require('node-red-node-test-helper') as Helper;

const { i18n } = require('@node-red/util') as {
  i18n: {
    _(key: string, detail?: object): string;
    registerMessageCatalog(namespace: string, folder: string, file: string): Promise<void>;
  };
};

/** The built nodes: all of them load the one library file, as in a real installation. */
const nodes = ['bms-config', 'bms-bus', 'cell-monitor', 'protection', 'relay-out'].map((name) => {
  const register = require(join(ROOT, 'dist', 'nodes', name, `${name}.js`)) as (red: unknown) => void;
  // The helper answers every text with its key; these tests read what people read.
  return (red: object) => register(Object.assign(Object.create(red), { _: i18n._ }));
});

const PACK = {
  id: 'pack',
  type: 'bms-config',
  name: 'house',
  profile: 'lifepo4',
  cells: '4',
  capacity: '100',
  link: 'message',
};
const flowOf = (pack: object = {}, more: object[] = []): object[] => [
  { ...PACK, ...pack },
  { id: 'monitor', type: 'bms-cell-monitor', pack: 'pack', wires: [['protection', 'readings'], ['cells']] },
  {
    id: 'protection',
    type: 'bms-protection',
    pack: 'pack',
    wires: [['charge', 'relay'], ['load'], ['alarm'], ['events'], ['state']],
  },
  { id: 'relay', type: 'bms-relay-out', role: 'charge', pack: 'pack', board: 'message', wires: [['contact']] },
  ...['readings', 'cells', 'charge', 'load', 'alarm', 'events', 'state', 'contact'].map((id) => ({
    id,
    type: 'helper',
  })),
  ...more,
];
const GOOD = { cells: [3.31, 3.32, 3.3, 3.31], temperatures: [21], current: -12.4, voltage: 13.24, soc: 70 };

describe('the nodes in a flow', function () {
  this.timeout(20_000);
  const got: Record<string, Message[]> = {};
  let userDir = '';

  before(async () => {
    userDir = mkdtempSync(join(tmpdir(), 'cellwarden-nodes-'));
    helper.init(require.resolve('node-red'), { userDir, telemetry: { enabled: false } });
    await helper.startServer();
    // The helper loads no catalogues; Node-RED does this for an installed package.
    const { 'node-red': declared } = require(join(ROOT, 'package.json')) as {
      'node-red': { nodes: Record<string, string> };
    };
    for (const [type, file] of Object.entries(declared.nodes)) {
      const folder = join(ROOT, file, '..', 'locales');
      await i18n.registerMessageCatalog(`@cellwarden/node-red-bms/${type}`, folder, `${basename(file, '.js')}.json`);
    }
  });
  after(async () => {
    await helper.stopServer();
    rmSync(userDir, { recursive: true, force: true });
  });
  afterEach(() => helper.unload());

  let serial = 0;
  /** Loads a flow with names of its own: what runs across redeploys must not reach into the next test. */
  async function load(flow: object[]): Promise<(id: string) => TestNode> {
    serial++;
    const mine = (id: unknown): unknown => (typeof id === 'string' && id !== '' ? `${id}${serial}` : id);
    const renamed = flow.map((node) => {
      const copy: Record<string, unknown> = { ...node };
      for (const key of ['id', 'pack', 'bus', 'z']) if (key in copy) copy[key] = mine(copy[key]);
      if (copy['type'] === 'bms-config' && copy['name'] !== '') copy['name'] = mine(copy['name']);
      if (Array.isArray(copy['wires'])) copy['wires'] = (copy['wires'] as string[][]).map((port) => port.map(mine));
      return copy;
    });
    await helper.load(nodes, renamed);
    for (const id of ['readings', 'cells', 'charge', 'load', 'alarm', 'events', 'state', 'contact']) {
      got[id] = [];
      helper.getNode(mine(id) as string)?.on('input', (message) => got[id]!.push(message));
    }
    return (id) => helper.getNode(mine(id) as string);
  }
  const last = (id: string): Message => got[id]!.at(-1) ?? assert.fail(`nothing came out of ${id}`);
  const arrived = (id: string, count = 1): Promise<void> =>
    until(`${count} messages of ${id}`, 3, () => got[id]!.length >= count);

  it('a hand-made reading becomes a reading, permissions, and a closed relay, in the shapes of the contract', async () => {
    const node = await load(flowOf());
    node('monitor').receive({ payload: GOOD });
    await arrived('contact');
    const name = `house${serial}`;
    const reading = last('readings');
    assert.equal(reading['topic'], `${name}/reading`);
    assert.equal(reading['measurement'], 'bms');
    assert.equal(typeof reading['timestamp'], 'number');
    const flat = reading['payload'] as Message;
    for (const [key, value] of Object.entries(flat))
      assert.ok(value === null || typeof value !== 'object', `${key} is no scalar`);
    const { cellMin, cellMinNumber, cellMax, cellMaxNumber, soc, current, power } = flat;
    assert.deepEqual([cellMin, cellMinNumber, cellMax, cellMaxNumber, soc, current], [3.3, 3, 3.32, 2, 70, -12.4]);
    assert.equal(power, -164.2);
    const whole = reading['reading'] as { cells: { voltage: number }[]; cellMax: { value: number; cell: number } };
    assert.deepEqual([whole.cells.length, whole.cells[1]!.voltage, whole.cellMax.cell], [4, 3.32, 2]);
    assert.deepEqual(
      got['cells']!.map((m) => [m['topic'], m['payload']]),
      GOOD.cells.map((v, i) => [`${name}/cell/${i + 1}`, v]),
    );

    const charge = last('charge');
    assert.deepEqual([charge['topic'], charge['payload']], [`${name}/charge`, true]);
    const permission = charge['permission'] as Message;
    assert.deepEqual([permission['pack'], permission['role'], permission['allowed']], [name, 'charge', true]);
    assert.equal(typeof permission['validUntil'], 'number');
    assert.equal(last('load')['payload'], true);
    assert.equal(last('alarm')['payload'], false);
    const state = last('state');
    const flags = state['payload'] as Message;
    assert.deepEqual(
      [flags['charge'], flags['load'], flags['alarms'], flags['maxChargeCurrent']],
      [true, true, 0, 100],
    );
    assert.equal((state['decision'] as { permissions: Record<string, Message> }).permissions['load']!['role'], 'load');
    const contact = last('contact');
    assert.equal(contact['payload'], true);
    assert.deepEqual(contact['relay'], {
      commanded: true,
      actual: null,
      verified: false,
      reason: 'allowed',
      switches: 1,
      fault: null,
      lease: 'receiver',
    });
  });

  it('an overcharged cell opens the relay once its delay is over, and tells people in words', async () => {
    const node = await load(flowOf({ cellOvervoltageDelay: '0' }));
    node('protection').receive({ payload: GOOD });
    await arrived('charge');
    node('protection').receive({ payload: { ...GOOD, cells: [3.31, 3.7, 3.3, 3.31] } });
    await until('charge off', 3, () => last('charge')['payload'] === false);
    assert.equal(last('load')['payload'], true);
    await arrived('events');
    const event = got['events']!.find((m) => (m['event'] as Message)['rule'] === 'cell-overvoltage')!;
    assert.equal(event['topic'], `house${serial}: cell overvoltage`);
    assert.equal(event['payload'], 'cell 2 is at 3.700 V, limit 3.650 V, for 0.0 s. Charging stops.');
    assert.equal(event['priority'], 1);
    const { severity, edge, cell, value, threshold } = event['event'] as Message;
    assert.deepEqual([severity, edge, cell, value, threshold], ['alarm', 'raised', 2, 3.7, 3.65]);
    assert.equal(last('contact')['payload'], false);
  });

  it('messages are fresh objects: what a receiver does to them changes nothing', async () => {
    const node = await load(flowOf());
    node('monitor').receive({ payload: GOOD });
    await arrived('state');
    const wreck = (thing: unknown): void => {
      if (typeof thing !== 'object' || thing === null) return;
      for (const key of Object.keys(thing)) {
        wreck((thing as Message)[key]);
        (thing as Message)[key] = 'wrecked';
      }
    };
    for (const id of ['readings', 'charge', 'load', 'state', 'events']) for (const message of got[id]!) wreck(message);
    node('monitor').receive({ payload: GOOD });
    await arrived('readings', 2);
    assert.equal((last('readings')['payload'] as Message)['cellMax'], 3.32);
    await arrived('state', 2);
    assert.equal((last('state')['payload'] as Message)['charge'], true);
  });

  it('permissions are repeated at least every 2 s, and silence takes them away', async () => {
    const node = await load(flowOf({ communicationTimeoutCharge: '2', communicationTimeoutLoad: '3' }));
    node('monitor').receive({ payload: GOOD });
    await arrived('charge');
    const first = performance.now();
    await arrived('charge', 2);
    assert.ok(performance.now() - first < 2000);
    await until('charge off', 3, () => last('charge')['payload'] === false);
    assert.ok(performance.now() - first > 1400);
    await until('load off', 2, () => last('load')['payload'] === false);
    assert.equal(last('contact')['payload'], false);
  });

  it('a bare true closes nothing, a bare false opens, the permission of another pack or role is refused', async () => {
    const node = await load(flowOf());
    node('relay').receive({ payload: true });
    await pause(0.05);
    assert.equal(got['contact']!.length, 0);
    node('monitor').receive({ payload: GOOD });
    await arrived('contact');
    node('relay').receive({ payload: false });
    await until('open', 1, () => last('contact')['payload'] === false);
    const permission = last('load')['permission'] as Message;
    node('relay').receive({ payload: true, permission });
    node('relay').receive({
      payload: true,
      permission: { ...permission, role: 'charge', pack: 'boat', sequence: 1e6 },
    });
    node('relay').receive({
      payload: true,
      permission: { ...permission, role: 'charge', instance: 'before', sequence: 1e6 },
    });
    await pause(0.05);
    assert.equal(last('contact')['payload'], false);
  });

  it('a relay follows the state output too', async () => {
    const relay = {
      id: 'second',
      type: 'bms-relay-out',
      role: 'load',
      pack: 'pack',
      board: 'message',
      wires: [['contact']],
    };
    const node = await load(flowOf({}, [relay]));
    node('monitor').receive({ payload: GOOD });
    await arrived('state');
    got['contact'] = [];
    node('second').receive(last('state'));
    await arrived('contact');
    assert.equal(last('contact')['payload'], true);
  });

  it('a second protection of one pack permits nothing', async () => {
    const second = { id: 'second', type: 'bms-protection', pack: 'pack', wires: [['contact'], [], [], [], []] };
    const node = await load(flowOf({}, [second]));
    node('second').receive({ payload: GOOD });
    await pause(0.1);
    assert.equal(got['contact']!.length, 0);
  });

  const WRONG: [string, object, RegExp][] = [
    ['millivolts for volts', { cellOvervoltage: '3650' }, /cellOvervoltage.*3650.*3\.65/],
    ['no cells', { cells: '0' }, /cells.*0/],
    ['300 cells', { cells: '300' }, /cells.*300.*255/],
    [
      'thresholds crossed',
      { cellOvervoltage: '3.65', cellOvervoltageClear: '3.7' },
      /cellOvervoltageClear.*3\.7.*cellOvervoltage/,
    ],
    ['no name', { name: '' }, /[Nn]ame/],
    ['no bus', { link: '123smartbms', bus: '' }, /bus/i],
  ];
  for (const [what, settings, sentence] of WRONG) {
    it(`wrong settings (${what}): everything off, a sentence with the remedy, and Node-RED lives`, async () => {
      const node = await load(flowOf(settings));
      await arrived('events');
      assert.equal(last('charge')['payload'], false);
      assert.equal(last('load')['payload'], false);
      assert.equal((last('events')['event'] as Message)['rule'], 'settings');
      assert.match(String(last('events')['payload']), sentence);
      node('monitor').receive({ payload: GOOD });
      node('protection').receive({ payload: GOOD });
      await pause(0.05);
      assert.equal(last('charge')['payload'], false);
      assert.equal(got['contact']!.filter((m) => m['payload'] === true).length, 0);
    });
  }

  it('numbers from environment variables are as good as text', async () => {
    const node = await load(flowOf({ cells: 4, capacity: 100, cellOvervoltage: 3.65 }));
    node('protection').receive({ payload: GOOD });
    await arrived('charge');
    assert.equal(last('charge')['payload'], true);
  });

  it('without the PIN a message can only switch off', async () => {
    const node = await load(flowOf());
    node('protection').receive({ payload: GOOD });
    await arrived('charge');
    const command = { name: 'remote', value: false, pin: 'secret' };
    node('protection').receive({ command });
    await until('off', 1, () => last('charge')['payload'] === false && last('load')['payload'] === false);
    assert.equal('pin' in command, false, 'the PIN is taken out of the message');
    node('protection').receive({ command: { name: 'remote', value: true, pin: '1234' } });
    node('protection').receive({ payload: GOOD });
    await pause(0.05);
    assert.equal(last('charge')['payload'], false);
  });

  it('garbage into every input never throws and never allows', async () => {
    const node = await load(flowOf());
    const cyclic: Message = { cells: [3.3] };
    cyclic['self'] = cyclic;
    const anything = fc.oneof(
      fc.anything({ withNullPrototype: true, withTypedArray: true }),
      fc.constantFrom<unknown>(cyclic, JSON.parse('{"__proto__":{"cells":[3.3,3.3,3.3,3.3]}}'), new Uint8Array(500)),
      fc.record({
        cells: fc.array(fc.anything(), { maxLength: 6 }),
        temperatures: fc.anything(),
        current: fc.anything(),
      }),
    );
    fc.assert(
      fc.property(
        anything,
        fc.constantFrom('payload', 'reading', 'permission', 'command', 'decision'),
        (thing, key) => {
          for (const id of ['monitor', 'protection', 'relay']) node(id).receive({ [key]: thing });
        },
      ),
      { numRuns: 300 },
    );
    await pause(0.2);
    assert.equal(got['charge']!.filter((m) => m['payload'] === true).length, 0);
    assert.equal(got['contact']!.filter((m) => m['payload'] === true).length, 0);
  });

  it('the example is loaded as shipped: core nodes and ours only, every wire and reference leads somewhere', async () => {
    const flow = readExample(FIRST_EXAMPLE) as unknown as {
      id: string;
      type: string;
      wires?: string[][];
      pack?: string;
      bus?: string;
    }[];
    const core = ['tab', 'comment', 'inject', 'debug', 'switch'];
    const ids = new Set(flow.map((node) => node.id));
    for (const node of flow) {
      assert.ok(core.includes(node.type) || node.type.startsWith('bms-'), node.type);
      for (const to of [...(node.wires ?? []).flat(), node.pack, node.bus])
        if (to) assert.ok(ids.has(to), `${node.id} → ${to}`);
    }
    const load = ['comment', 'inject', 'debug', 'switch'].map((name) => {
      const folder = {
        comment: 'common/90-comment',
        inject: 'common/20-inject',
        debug: 'common/21-debug',
        switch: 'function/10-switch',
      }[name];
      return require(require.resolve(`@node-red/nodes/core/${folder}.js`)) as unknown;
    });
    await helper.load([...nodes, ...load], flow);
    for (const node of flow)
      if (node.type.startsWith('bms-') && node.wires) assert.ok(helper.getNode(node.id), node.type);
  });
});
