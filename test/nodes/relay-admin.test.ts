/** What the dialog of a relay may ask: who may, what is answered, and that nothing it can send closes a contact. */
import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import fc from 'fast-check';
import { relayAdmin } from '../../src/node-red/relay-admin.ts';
import type { Red, RequestHandler } from '../../src/node-red/types.ts';
import { english } from './support/fake-node.ts';
import { BUS, relayBench, statusOf } from './support/relay-bench.ts';

interface Answer {
  readonly status: number;
  readonly json: Record<string, unknown>;
}

type Request = Parameters<RequestHandler>[0];

/** A bench with the endpoints on it; a request has the permissions it is given. */
function adminBench(packs: readonly string[] = ['p1']) {
  const bench = relayBench();
  const routes = new Map<string, RequestHandler[]>();
  const rights = new Map<string, string>();
  const add =
    (method: string) =>
    (path: string, ...handlers: RequestHandler[]): void =>
      void routes.set(`${method} ${path}`, handlers);
  const needsPermission = (right: string): RequestHandler => {
    const guard: RequestHandler = (request, response, next) => {
      if (request.params?.['rights']?.includes(right) === true) return next();
      response.statusCode = 401;
      response.end('{}');
    };
    rights.set(right, right);
    return guard;
  };
  const red = { httpAdmin: { get: add('GET'), post: add('POST') }, auth: { needsPermission } } as unknown as Red;
  relayAdmin(red, { host: bench.host, translate: english, packsOf: () => packs });

  const send = (path: string, body: unknown, rights = 'flows.read flows.write'): Promise<Answer> =>
    new Promise((resolve) => {
      const request = { headers: { 'content-type': 'application/json' }, body, params: { rights } };
      const response = {
        statusCode: 200,
        setHeader: () => undefined,
        end(text: string) {
          resolve({ status: response.statusCode, json: JSON.parse(text) as Record<string, unknown> });
        },
      };
      const [guard, handle] = routes.get(`POST /cellwarden/relay/${path}`) ?? assert.fail(path);
      guard?.(request as unknown as Request, response as unknown as ServerResponse, () =>
        handle?.(request as unknown as Request, response as unknown as ServerResponse, () => assert.fail('passed on')),
      );
    });

  return { ...bench, send };
}

describe('the endpoints of the relay dialog', () => {
  it('a look needs the right to read flows, a test the right to write them', async () => {
    const { relay, send, house, give } = adminBench();
    const { tell, contacts } = relay();
    tell({ permission: give(house) });
    assert.equal((await send('state', { id: 'relay' }, '')).status, 401);
    assert.equal((await send('state', { id: 'relay' }, 'flows.read')).status, 200);
    for (const rights of ['', 'flows.read']) {
      assert.equal((await send('test', { id: 'relay', seconds: 10 }, rights)).status, 401);
    }
    assert.deepEqual(contacts(), [true], 'nothing has moved');
    assert.equal((await send('test', { id: 'relay', seconds: 10 }, 'flows.write')).status, 200);
  });

  it('tells where the contact is, why, who ends the hold, and what the pack measures', async () => {
    const { relay, send, house, give } = adminBench();
    const { tell } = relay();
    house.observe('message', {
      cells: [3.3, 3.31, 3.35, 3.32].map((voltage, i) => ({ cell: i + 1, voltage })),
      current: -12.5,
    });
    const silent = (await send('state', { id: 'relay' })).json;
    assert.deepEqual([silent['closed'], silent['reason']], [false, 'unheard']);
    tell({ permission: give(house) });
    const { age, ...told } = (await send('state', { id: 'relay' })).json;
    assert.deepEqual(told, {
      known: true,
      closed: true,
      actual: null,
      verified: false,
      reason: 'allowed',
      problem: null,
      leaseBy: 'receiver',
      current: -12.5,
      cellMax: 3.35,
      packs: [{ name: 'house', lockouts: [] }],
    });
    assert.equal(age, 0);
  });

  it('the currents of several packs meet in the relay; one that is not known leaves the sum unknown', async () => {
    const { relay, send, house, boat, clock } = adminBench(['p1', 'p2']);
    relay({ packs: ['p2'] });
    house.observe('message', { current: 10, cells: [{ cell: 1, voltage: 3.3 }] });
    assert.equal((await send('state', { id: 'relay' })).json['current'], null);
    clock.advance(2);
    boat.observe('message', { current: 5, cells: [{ cell: 1, voltage: 3.4 }] });
    const { current, age, cellMax, packs } = (await send('state', { id: 'relay' })).json;
    assert.deepEqual([current, age, cellMax], [15, 2, 3.4]);
    assert.deepEqual(packs, [
      { name: 'house', lockouts: [] },
      { name: 'boat', lockouts: [] },
    ]);
    clock.advance(600);
    assert.equal((await send('state', { id: 'relay' })).json['current'], null, 'a stale one is none');
  });

  it('VSB-11 names the supplies that hang on what the pack switches', async () => {
    const { relay, send, makePack } = adminBench(['dark']);
    makePack('dark', 'dark', { supervisorSupply: 'load', chargerSupply: 'contactor' });
    relay({ pack: 'dark' });
    assert.deepEqual((await send('state', { id: 'relay' })).json['packs'], [
      { name: 'dark', lockouts: ['supervisorSupply', 'chargerSupply'] },
    ]);
  });

  it('VLB-22 a test opens at once, says so, and ends by itself', async () => {
    const { relay, send, house, give, clock } = adminBench();
    const { tell, contacts, node } = relay({ role: 'load' });
    const renew = (): void => void tell({ permission: give(house, 'load') });
    renew();
    const { status, json } = await send('test', { id: 'relay', seconds: 10 });
    assert.equal(status, 200);
    assert.deepEqual([json['closed'], json['reason']], [false, 'test']);
    for (let i = 0; i < 9; i++) {
      clock.advance(1);
      renew();
    }
    assert.deepEqual(contacts(), [true, false], 'renewals do not end it');
    assert.equal(statusOf(node), 'grey open · test');
    clock.advance(1.1);
    assert.deepEqual(contacts(), [true, false, true]);
  });

  it('VLB-22 a test closes nothing that is not allowed when it ends', async () => {
    const { relay, send, house, give, clock } = adminBench();
    const { tell, contacts } = relay();
    tell({ permission: give(house) });
    await send('test', { id: 'relay', seconds: 3 });
    tell({ permission: give(house, 'charge', { allowed: false }) });
    clock.advance(60);
    assert.deepEqual(contacts(), [true, false]);
  });

  it('an open contact cannot be tested', async () => {
    const { relay, send } = adminBench();
    const { contacts } = relay();
    const { status, json } = await send('test', { id: 'relay', seconds: 10 });
    assert.equal(status, 409);
    assert.match(String(json['error']), /open as it is.*wait until/);
    assert.deepEqual(contacts(), []);
  });

  it('a relay that does not run: known to nobody, and no test of it', async () => {
    const { send, relay } = adminBench();
    relay({ board: 'telepathy' }, BUS, 'refused');
    for (const id of ['nobody', 'refused', 'constructor']) {
      assert.deepEqual((await send('state', { id })).json, { known: false });
      const { status, json } = await send('test', { id, seconds: 10 });
      assert.equal(status, 404);
      assert.match(String(json['error']), /no such relay: deploy/);
    }
  });

  it('a request that is none is refused with a sentence', async () => {
    const { send, relay } = adminBench();
    relay();
    for (const body of [null, [], 'relay', {}, { id: '' }, { id: 7 }, { __proto__: { id: 'relay' } }]) {
      for (const path of ['state', 'test']) {
        const { status, json } = await send(path, body);
        assert.equal(status, 400);
        assert.match(String(json['error']), /names no relay: send/);
      }
    }
    for (const seconds of [0, -1, 30.1, 1e9, Number.NaN, '10', null, undefined, [5]]) {
      const { status, json } = await send('test', { id: 'relay', seconds });
      assert.equal(status, 400, String(seconds));
      assert.match(String(json['error']), /above 0 and up to 30/);
    }
  });

  it('whatever is asked, and however often, a contact that is not allowed stays open', async () => {
    const { send, relay, clock } = adminBench();
    const { contacts } = relay();
    const ask = fc.record({ path: fc.constantFrom('state', 'test'), seconds: fc.anything(), id: fc.anything() });
    await fc.assert(
      fc.asyncProperty(ask, async ({ path, ...body }) => {
        await send(path, body);
        await send(path, { ...body, id: 'relay' });
        clock.advance(1);
        assert.ok(!contacts().includes(true));
      }),
      { numRuns: 200 },
    );
  });
});
