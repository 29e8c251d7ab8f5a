/** Every protocol through Node-RED: a simulated device on a socket, the pack's link, the protection, a permission. */
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PROTOCOL_INFOS } from '../../src/links/catalogue.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import type { SimulatedDevice } from '../../src/simulator/device.ts';
import { findDevice } from '../../src/simulator/index.ts';
import { listenTcp, type Listening } from '../../src/simulator/listen.ts';
import { ROOT } from '../support/example.ts';
import { until } from '../support/wait.ts';

const require = createRequire(import.meta.url);

interface TestNode {
  on(event: 'input', listener: (message: Message) => void): void;
}
interface Message {
  readonly payload?: unknown;
  readonly permission?: { readonly allowed: boolean };
  readonly reading?: Reading;
}
interface Reading {
  readonly current: { readonly value: number | null; readonly source: string | null };
  readonly cells: readonly { readonly voltage: number | null; readonly source: string | null }[];
  readonly sources: Readonly<Record<string, { readonly ok: boolean; readonly error: string | null }>>;
}
interface Helper {
  init(path: string, settings?: object): void;
  startServer(): Promise<void>;
  stopServer(): Promise<void>;
  load(nodes: unknown[], flow: unknown[], credentials?: object): Promise<void>;
  unload(): Promise<void>;
  getNode(id: string): TestNode;
}
const helper = require('node-red-node-test-helper') as Helper;
const NODES = ['bms-config', 'bms-bus', 'cell-monitor', 'protection'].map(
  (name) => require(join(ROOT, 'dist', 'nodes', name, `${name}.js`)) as unknown,
);

/** s until a first permission, and until a device that has fallen silent is off. */
const TO_ALLOW = 30;
const TO_OPEN = 12;
const CELLS = 4;

interface Case {
  /** The simulated device, where it is not called like the protocol. */
  readonly device?: string;
  readonly unit?: number;
  readonly pack?: Readonly<Record<string, unknown>>;
  readonly credentials?: Readonly<Record<string, string>>;
}

/** What a protocol needs beyond its name. */
const NO_TEMPERATURES = {
  chargeTemperatureMin: 'off',
  chargeTemperatureMax: 'off',
  dischargeTemperatureMin: 'off',
  dischargeTemperatureMax: 'off',
};
const MAP = [
  'voltage = holding 100 u16 * 0.01',
  'soc = holding 101 u16 * 0.1',
  'current = holding 102 s16 * 0.1',
  'temperature 1..4 = holding 120 s16 * 0.1 - 273.15 missing 0x7FFF',
  `cell 1..${CELLS} = input 200 u16 * 0.001`,
].join('\n');
const CASES: Readonly<Record<string, Case>> = {
  // Its cells tell no temperature, and what cannot be known allows nothing.
  offgridtec: { pack: { linkDevice: 'SmartBat-B12294', ...NO_TEMPERATURES } },
  'victron-ble': {
    pack: { followDevice: 'yes' },
    credentials: { linkSecret: '0123456789abcdef0123456789abcdef' },
  },
  'modbus-map': { pack: { linkMap: MAP } },
};
/** Those that measure no cells: they go beside a BMS. */
const BESIDE = ['vedirect', 'victron-smart-bms-12-200'];
/** What goes beside a protocol that does not tell everything, or beside any, by place. */
const FURTHER: Readonly<Record<string, Readonly<Partial<Record<'second' | 'third', string>>>>> = {
  'victron-ble': { second: 'vedirect', third: 'victron-smart-bms-12-200' },
};

interface Running {
  readonly id: string;
  readonly device: SimulatedDevice;
  readonly port: number;
  listening: Listening;
  charge: boolean | null;
  load: boolean | null;
  reading: Reading | null;
  /** What people are told. */
  readonly events: string[];
}

async function serve(
  deviceId: string,
  unit = 1,
): Promise<{ device: SimulatedDevice; listening: Listening; port: string }> {
  const kind = findDevice(deviceId) ?? assert.fail(`there is no simulated ${deviceId}`);
  const report = (): void => undefined;
  const device = kind.create({
    clock: systemClock,
    cells: CELLS,
    speed: 1,
    capacity: 100,
    soc: 60,
    unit,
    channels: 8,
    report,
  });
  const served = await listenTcp(device, { host: '127.0.0.1', port: 0 }, report);
  assert.ok(served.ok, served.ok ? '' : served.text);
  return { device, listening: served.value, port: served.value.address.replace(/^.*:/, '') };
}

describe('every protocol, to a permission', function () {
  this.timeout(90_000);
  let userDir = '';
  const running = new Map<string, Running>();
  const further = new Map<string, Awaited<ReturnType<typeof serve>>>();
  const main = PROTOCOL_INFOS.map(({ id }) => id).filter((id) => !BESIDE.includes(id));

  before(async () => {
    userDir = mkdtempSync(join(tmpdir(), 'cellwarden-links-'));
    helper.init(require.resolve('node-red'), { userDir, telemetry: { enabled: false } });
    await helper.startServer();
    const flow: object[] = [];
    const credentials: Record<string, unknown> = {};
    for (const id of main) {
      const { device: deviceId = id, unit, pack = {}, credentials: secrets } = CASES[id] ?? {};
      const info = PROTOCOL_INFOS.find((one) => one.id === id)!;
      const address = info.options.find(({ name }) => name === 'address');
      const at = unit ?? (address?.name === 'address' ? address.fallback : 1);
      const { device, listening, port } = await serve(deviceId, at);
      running.set(id, {
        id,
        device,
        listening,
        port: Number(port),
        charge: null,
        load: null,
        reading: null,
        events: [],
      });
      const settings = { profile: 'lifepo4', cells: String(CELLS), capacity: '100', firstClose: true, ...pack };
      const beside: Record<string, unknown> = {};
      for (const [place, other] of Object.entries(FURTHER[id] ?? {})) {
        const bus = `${place} bus ${id}`;
        const more = await serve(other);
        further.set(`${id} ${place}`, more);
        flow.push({ id: bus, type: 'bms-bus', kind: 'tcp', address: `tcp://127.0.0.1:${more.port}` });
        Object.assign(beside, { [place]: other, [`${place}Bus`]: bus });
      }
      const kind = info.buses.includes('tcp') ? 'tcp' : 'modbus-tcp';
      flow.push(
        { id: `bus ${id}`, type: 'bms-bus', kind, address: `tcp://127.0.0.1:${port}` },
        { id: `pack ${id}`, type: 'bms-config', name: id, link: id, bus: `bus ${id}`, ...settings, ...beside },
        {
          id: `monitor ${id}`,
          type: 'bms-cell-monitor',
          pack: `pack ${id}`,
          wires: [[`protection ${id}`, `readings ${id}`], []],
        },
        {
          id: `protection ${id}`,
          type: 'bms-protection',
          pack: `pack ${id}`,
          wires: [[`charge ${id}`], [`load ${id}`], [], [`events ${id}`], []],
        },
        ...['readings', 'charge', 'load', 'events'].map((name) => ({ id: `${name} ${id}`, type: 'helper' })),
      );
      if (secrets !== undefined) credentials[`pack ${id}`] = secrets;
    }
    await helper.load(NODES, flow, credentials);
    for (const one of running.values()) {
      helper.getNode(`readings ${one.id}`).on('input', ({ reading }) => {
        one.reading = reading ?? null;
      });
      helper.getNode(`charge ${one.id}`).on('input', ({ permission }) => {
        one.charge = permission?.allowed ?? null;
      });
      helper.getNode(`events ${one.id}`).on('input', ({ payload }) => void one.events.push(String(payload)));
      helper.getNode(`load ${one.id}`).on('input', ({ permission }) => {
        one.load = permission?.allowed ?? null;
      });
    }
  });

  after(async () => {
    await helper.unload();
    await helper.stopServer();
    for (const { device, listening } of [...running.values(), ...further.values()]) {
      listening.close();
      device.close();
    }
    rmSync(userDir, { recursive: true, force: true });
  });

  const why = ({ id, reading }: Running): string => `${id}: ${JSON.stringify(reading?.sources ?? 'no reading')}`;

  for (const id of main) {
    it(`${id} allows charging and loads`, async () => {
      const one = running.get(id)!;
      await until(
        () => `charge and load; ${why(one)}`,
        TO_ALLOW,
        () => (one.charge === true && one.load === true ? true : null),
      );
    });
  }

  describe('when all devices fall silent', () => {
    before(() => {
      for (const { device } of running.values()) assert.equal(device.command('silence'), null);
    });
    for (const id of main) {
      it(`${id} ends charging`, async () => {
        const one = running.get(id)!;
        await until(
          () => `no charging; ${why(one)}`,
          TO_OPEN,
          () => (one.charge === false ? true : null),
        );
      });
    }
  });

  describe('when they speak again', () => {
    before(() => {
      for (const { device } of running.values()) assert.equal(device.command('resume'), null);
    });
    for (const id of main) {
      it(`${id} allows charging again`, async () => {
        const one = running.get(id)!;
        await until(
          () => `charging again; ${why(one)}`,
          TO_ALLOW,
          () => (one.charge === true ? true : null),
        );
      });
    }
  });

  describe('when all cables are pulled', () => {
    before(() => {
      for (const one of running.values()) one.listening.close();
    });
    for (const id of main) {
      it(`${id} ends charging, and says why`, async () => {
        const one = running.get(id)!;
        await until(
          () => `no charging; ${why(one)}`,
          TO_OPEN,
          () => (one.charge === false ? true : null),
        );
        const problem = String(one.reading?.sources['link']?.error);
        assert.ok(problem.length > 10);
        const told = one.events.findLast((text) => text.includes('127.0.0.1'));
        assert.ok(told !== undefined, `nobody was told why: ${one.events.slice(-3).join(' | ')}`);
      });
    }
  });

  describe('when they are plugged in again', () => {
    before(async () => {
      for (const one of running.values()) {
        const served = await listenTcp(one.device, { host: '127.0.0.1', port: one.port }, () => undefined);
        assert.ok(served.ok, served.ok ? '' : served.text);
        one.listening = served.value;
      }
    });
    for (const id of main) {
      it(`${id} allows charging again`, async () => {
        const one = running.get(id)!;
        await until(
          () => `charging again; ${why(one)}`,
          TO_ALLOW,
          () => (one.charge === true ? true : null),
        );
      });
    }
  });

  it('VSB-1 a BMS that only says what is allowed takes charging away, also when it falls silent', async () => {
    const one = running.get('victron-ble')!;
    const { device } = further.get('victron-ble third')!;
    const becomes = (what: boolean, limit: number): Promise<true> =>
      until(
        () => `charging ${what}; ${why(one)}`,
        limit,
        () => (one.charge === what ? true : null),
      );
    await becomes(true, TO_ALLOW);
    assert.equal(device.command('silence'), null);
    await becomes(false, TO_OPEN);
    assert.equal(device.command('resume'), null);
    await becomes(true, TO_ALLOW);
  });

  it('the current is the shunt’s, the cells are the battery’s; a shunt that falls silent is not replaced', async () => {
    const one = running.get('victron-ble')!;
    const { device } = further.get('victron-ble second')!;
    await until(
      () => `a current; ${why(one)}`,
      TO_ALLOW,
      () => (one.reading?.current.value === null ? null : true),
    );
    assert.equal(one.reading?.current.source, 'second');
    assert.ok(one.reading.cells.every(({ source }) => source === 'link'));
    assert.equal(device.command('silence'), null);
    await until('no charging without a current', TO_OPEN, () => (one.charge === false ? true : null));
    assert.equal(device.command('resume'), null);
  });
});
