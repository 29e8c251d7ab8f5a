/** What the dialogs may ask about lines and devices: who may, and what is answered. */
import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import type { scanBle } from '../../src/links/bus/ble-scan.ts';
import { createBusRegistry } from '../../src/links/bus/registry.ts';
import { linkAdmin } from '../../src/node-red/link-admin.ts';
import type { Red, RequestHandler } from '../../src/node-red/types.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { smartbms123Kind } from '../../src/simulator/123smartbms.ts';
import { listenTcp, type Listening } from '../../src/simulator/listen.ts';
import type { SimulatedDevice } from '../../src/simulator/device.ts';
import { english } from './support/fake-node.ts';

interface Answer {
  readonly status: number;
  readonly json: Record<string, unknown>;
}
type Request = Parameters<RequestHandler>[0];

describe('asking lines and devices from a dialog', function () {
  this.timeout(60_000);
  const buses = createBusRegistry(systemClock);
  const routes = new Map<string, { readonly right: string; readonly handle: RequestHandler }>();
  let device: SimulatedDevice;
  let listening: Listening;
  let bus: Record<string, unknown> = {};

  const scan = (adapter: string): ReturnType<typeof scanBle> =>
    Promise.resolve(
      adapter === 'hci0'
        ? { ok: true, devices: [{ address: 'AA:BB:CC:DD:EE:FF', name: 'SmartBat-B12294' }] }
        : { ok: false, text: `there is no ${adapter}` },
    );

  before(async () => {
    const add =
      (method: string) =>
      (path: string, ...[guard, handle]: RequestHandler[]): void => {
        routes.set(`${method} ${path}`, { right: String(Reflect.get(guard!, 'right')), handle: handle! });
      };
    const needsPermission = (right: string): RequestHandler => Object.assign(() => undefined, { right });
    const red = { httpAdmin: { get: add('GET'), post: add('POST') }, auth: { needsPermission } } as unknown as Red;
    linkAdmin(red, { clock: systemClock, buses, translate: english, credentials: () => ({}), scan });
    const defaults = { cells: 4, speed: 1, capacity: 100, soc: 60, unit: 1, channels: 8 };
    device = smartbms123Kind.create({ clock: systemClock, ...defaults, report: () => undefined });
    const served = await listenTcp(device, { host: '127.0.0.1', port: 0 }, () => undefined);
    assert.ok(served.ok);
    listening = served.value;
    bus = { kind: 'tcp', address: listening.address };
  });
  after(() => {
    listening.close();
    device.close();
    buses.closeAll();
  });

  function send(route: string, body: unknown = null): Promise<Answer> {
    return new Promise((resolve) => {
      const request = { headers: { 'content-type': 'application/json' }, body } as unknown as Request;
      const response = {
        statusCode: 200,
        setHeader: () => undefined,
        end: (text: string) =>
          resolve({ status: response.statusCode, json: JSON.parse(text) as Record<string, unknown> }),
      };
      const { handle } = routes.get(route) ?? assert.fail(route);
      handle(request, response as unknown as ServerResponse, () => assert.fail('passed on'));
    });
  }
  const config = (more: object = {}): object => ({ id: 'p1', link: '123smartbms', cells: '4', ...more });

  it('reading needs the right to read flows, asking devices the right to change them', () => {
    const rights = [...routes].map(([route, { right }]) => `${route} ${right}`);
    assert.deepEqual(rights, [
      'GET /cellwarden/ports flows.read',
      'POST /cellwarden/find flows.write',
      'POST /cellwarden/try flows.write',
    ]);
  });

  it('ports are a list', async () => {
    const { status, json } = await send('GET /cellwarden/ports');
    assert.equal(status, 200);
    assert.ok(Array.isArray(json['ports']));
  });

  it('123-R19 a test shows one reading before anything is deployed', async () => {
    const { status, json } = await send('POST /cellwarden/try', { bus, config: config() });
    assert.equal(status, 200, JSON.stringify(json));
    assert.equal(json['problem'], null);
    const lines = (json['lines'] as string[]).join('\n');
    assert.match(lines, /V, .*A, \d+ % SOC/);
    assert.match(lines, /4 cells/);
  });

  it('a device that is not there is said as the link says it, and wrong settings name field and remedy', async () => {
    const nobody = { kind: 'tcp', address: 'tcp://127.0.0.1:1' };
    const silent = await send('POST /cellwarden/try', { bus: nobody, config: config() });
    assert.match(String(silent.json['problem']), /127\.0\.0\.1/);
    const wrong = await send('POST /cellwarden/try', { bus: { kind: 'tcp', address: 'x' }, config: config() });
    assert.deepEqual([wrong.status, /Address is x/.test(String(wrong.json['error']))], [400, true]);
    const unknown = await send('POST /cellwarden/try', { bus, config: config({ link: 'pigeon' }) });
    assert.match(String(unknown.json['problem']), /pigeon.*choose one of/);
    const message = await send('POST /cellwarden/try', { bus, config: config({ link: 'message' }) });
    assert.match(String(message.json['problem']), /nothing to ask/);
  });

  it('one look at a time: the second is told to wait', async () => {
    const first = send('POST /cellwarden/try', { bus, config: config() });
    const second = await send('POST /cellwarden/try', { bus, config: config() });
    assert.equal(second.status, 429);
    assert.equal((await first).status, 200);
  });

  it('what is asked for in no form at all is refused with a sentence', async () => {
    for (const body of [null, 7, 'x', [], {}, { bus: null, config: 3 }, { bus: { kind: [], address: {} } }]) {
      for (const route of ['POST /cellwarden/find', 'POST /cellwarden/try']) {
        const { status, json } = await send(route, body);
        assert.equal(status, 400, JSON.stringify(body));
        assert.ok(String(json['error']).length > 10);
      }
    }
  });

  it('finding on a Bluetooth adapter lists what is near', async () => {
    const near = await send('POST /cellwarden/find', { bus: { kind: 'ble', address: 'hci0' } });
    assert.deepEqual(near.json['near'], [{ address: 'AA:BB:CC:DD:EE:FF', name: 'SmartBat-B12294' }]);
    const none = await send('POST /cellwarden/find', { bus: { kind: 'ble', address: 'hci3' } });
    assert.match(String(none.json['problem']), /no hci3/);
  });

  it('finding says what answers on a line, with what it reads', async () => {
    const { status, json } = await send('POST /cellwarden/find', { bus });
    assert.equal(status, 200);
    const [found] = json['found'] as { link: string; lines: string[] }[];
    assert.equal(found?.link, '123smartbms');
    assert.ok(found.lines.length > 0);
  });
});
