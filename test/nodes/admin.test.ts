/** The endpoints for the dialogs: who may ask, what is answered to whatever is sent, and that nothing ever hangs or rejects. */
import assert from 'node:assert/strict';
import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { adminEndpoint, Refusal } from '../../src/node-red/admin.ts';
import { packAdmin, type StoredState } from '../../src/node-red/pack-admin.ts';
import type { Red, RequestHandler } from '../../src/node-red/types.ts';
import { pinGuard } from '../../src/runtime/pin.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { english } from './support/fake-node.ts';

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly json: Record<string, unknown>;
  readonly type: string | undefined;
}

interface Sent {
  readonly method?: string;
  readonly body?: string | Buffer;
  readonly headers?: Record<string, string>;
  readonly token?: string | null;
}

/** As much of Node-RED's admin server as endpoints see: routes, and a permission by token. */
class AdminServer {
  readonly red: Red;
  /** Handlers by route: a route registered twice would have more. */
  readonly routes = new Map<string, RequestHandler[][]>();
  #server: Server | null = null;

  constructor() {
    const add =
      (method: string) =>
      (path: string, ...handlers: RequestHandler[]): void => {
        const route = `${method} ${path}`;
        this.routes.set(route, [...(this.routes.get(route) ?? []), handlers]);
      };
    const needsPermission =
      (permission: string): RequestHandler =>
      (incoming, response, next) => {
        if ((incoming.headers.authorization ?? '').split(' ').includes(permission)) return next();
        response.statusCode = 401;
        response.end();
      };
    const part = { httpAdmin: { get: add('GET'), post: add('POST') }, auth: { needsPermission } };
    this.red = part as unknown as Red;
  }

  async start(): Promise<void> {
    this.#server = createServer((incoming, response) => this.#serve(incoming, response));
    await new Promise<void>((resolve) => this.#server?.listen(0, '127.0.0.1', resolve));
  }

  get port(): number {
    const address = this.#server?.address() as AddressInfo | undefined;
    return address?.port ?? assert.fail('the server has not been started');
  }

  /** Resolves when the next request has begun. */
  heard(): Promise<unknown> {
    return new Promise((resolve) => this.#server?.once('request', resolve));
  }

  #serve(incoming: IncomingMessage, response: ServerResponse): void {
    const [handlers] = this.routes.get(`${incoming.method} ${incoming.url}`) ?? [];
    if (handlers === undefined) {
      response.statusCode = 404;
      response.end();
      return;
    }
    const run = (at: number): void => handlers[at]?.(incoming, response, () => run(at + 1));
    run(0);
  }

  async stop(): Promise<void> {
    this.#server?.closeAllConnections();
    await new Promise((resolve) => this.#server?.close(resolve));
  }

  send(path: string, { method = 'POST', body = '', headers = {}, token = 'flows.write flows.read' }: Sent = {}) {
    return new Promise<Answer>((resolve, reject) => {
      const sent = request(
        {
          port: this.port,
          path,
          method,
          headers: {
            'content-type': 'application/json',
            ...(token === null ? {} : { authorization: token }),
            ...headers,
          },
        },
        (response) => {
          let text = '';
          response.setEncoding('utf8');
          response.on('data', (part: string) => (text += part));
          response.on('end', () => {
            let json: Record<string, unknown> = {};
            try {
              json = JSON.parse(text) as Record<string, unknown>;
            } catch {
              // Not everything that answers is ours.
            }
            resolve({ status: response.statusCode ?? 0, text, json, type: response.headers['content-type'] });
          });
        },
      );
      sent.on('error', reject);
      sent.end(body);
    });
  }
}

const A_SENTENCE = /^[A-Z][^_]+: .+\.$/;

describe('an endpoint for a dialog', () => {
  let server: AdminServer;
  const bodies: unknown[] = [];
  const rejections: unknown[] = [];
  const note = (reason: unknown): void => void rejections.push(reason);

  before(async () => {
    process.on('unhandledRejection', note);
    server = new AdminServer();
    const post = (path: string, handle: (body: unknown) => unknown): void =>
      adminEndpoint(server.red, english, { method: 'post', path, permission: 'flows.write', handle });
    post('/cellwarden/echo', (body) => {
      bodies.push(body);
      return { body };
    });
    post('/cellwarden/throws', () => {
      throw new Error('secret 4711 at /home/pi');
    });
    post('/cellwarden/rejects', () => Promise.reject(new TypeError('secret 4711')));
    post('/cellwarden/refuses', () => {
      throw new Refusal(409, 'It is taken: choose another.');
    });
    post('/cellwarden/circle', () => {
      const circle: Record<string, unknown> = {};
      circle['self'] = circle;
      return circle;
    });
    await server.start();
  });
  after(async () => {
    await server.stop();
    process.off('unhandledRejection', note);
  });
  afterEach(() => assert.deepEqual(rejections, []));

  it('takes JSON and answers with JSON', async () => {
    const { status, json, type } = await server.send('/cellwarden/echo', { body: '{"a":[1,"ü"]}' });
    assert.equal(status, 200);
    assert.deepEqual(json, { body: { a: [1, 'ü'] } });
    assert.match(type ?? '', /^application\/json/);
  });

  it('refuses who has no permission, before it looks at what was sent', async () => {
    const before = bodies.length;
    for (const token of [null, 'flows.read', '']) {
      assert.equal((await server.send('/cellwarden/echo', { token, body: '{}' })).status, 401);
    }
    assert.equal(bodies.length, before);
  });

  it('what is no JSON is refused with a sentence', async () => {
    for (const body of ['', '{', '{"a":1', 'pin=1234', '\u0000', '[1,]', 'undefined']) {
      const { status, json } = await server.send('/cellwarden/echo', { body });
      assert.equal(status, 400, body);
      assert.match(String(json['error']), A_SENTENCE);
    }
  });

  it('another content type is refused: no page of another site can post one that is taken', async () => {
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      '',
      'application/jsonp',
    ]) {
      const { status, json } = await server.send('/cellwarden/echo', { body: '{}', headers: { 'content-type': type } });
      assert.equal(status, 415, type);
      assert.match(String(json['error']), A_SENTENCE);
    }
    const { status } = await server.send('/cellwarden/echo', {
      body: '{}',
      headers: { 'content-type': 'Application/JSON; charset=utf-8' },
    });
    assert.equal(status, 200);
  });

  it('64 kB are taken, more are not, with and without a length told in advance', async () => {
    const of = (bytes: number): string => `"${'x'.repeat(bytes - 2)}"`;
    assert.equal((await server.send('/cellwarden/echo', { body: of(65_536) })).status, 200);
    const chunked = { 'transfer-encoding': 'chunked' };
    assert.equal((await server.send('/cellwarden/echo', { body: of(65_536), headers: chunked })).status, 200);
    for (const headers of [{}, chunked] as Record<string, string>[]) {
      const { status, json } = await server.send('/cellwarden/echo', { body: of(65_537), headers });
      assert.equal(status, 413);
      assert.match(String(json['error']), /64 kB/);
    }
  });

  it('what goes wrong inside is a sentence that tells nothing of it', async () => {
    for (const path of ['throws', 'rejects']) {
      const { status, text, json } = await server.send(`/cellwarden/${path}`, { body: '{}' });
      assert.equal(status, 500, path);
      assert.match(String(json['error']), A_SENTENCE);
      assert.doesNotMatch(text, /4711|home|Error|\bat /);
    }
    assert.equal((await server.send('/cellwarden/circle', { body: '{}' })).status, 500);
  });

  it('a refusal is its status and its sentence', async () => {
    const { status, json } = await server.send('/cellwarden/refuses', { body: '{}' });
    assert.deepEqual([status, json], [409, { error: 'It is taken: choose another.' }]);
  });

  it('keys that would reach a prototype are keys like others', async () => {
    const body = '{"__proto__":{"hacked":1},"constructor":{"prototype":{"hacked":1}}}';
    assert.equal((await server.send('/cellwarden/echo', { body })).status, 200);
    assert.equal(({} as Record<string, unknown>)['hacked'], undefined);
  });

  it('whoever hangs up in the middle leaves nothing behind', async () => {
    const before = bodies.length;
    const line = connect(server.port, '127.0.0.1');
    line.write('POST /cellwarden/echo HTTP/1.1\r\nHost: x\r\nAuthorization: flows.write\r\n');
    line.write('Content-Type: application/json\r\nContent-Length: 5000\r\n\r\n{"a":');
    await server.heard();
    line.destroy();
    assert.equal((await server.send('/cellwarden/echo', { body: '{}' })).status, 200);
    assert.equal(bodies.length, before + 1);
  });

  it('is registered once, however often the nodes are', () => {
    const again = { method: 'post', path: '/cellwarden/echo', permission: 'flows.write', handle: () => null } as const;
    adminEndpoint(server.red, english, again);
    adminEndpoint(Object.create(server.red) as Red, english, again);
    for (const [route, handlers] of server.routes) assert.equal(handlers.length, 1, route);
  });

  it('one whose body was parsed on the way is treated the same', async () => {
    const parsed = new AdminServer();
    adminEndpoint(parsed.red, english, {
      method: 'post',
      path: '/cellwarden/x',
      permission: 'flows.write',
      handle: (b) => b,
    });
    const route = parsed.routes.get('POST /cellwarden/x')?.[0] ?? assert.fail();
    let body: unknown;
    route.unshift((incoming, _response, next) => {
      incoming.body = body;
      next();
    });
    await parsed.start();
    body = { a: 1 };
    assert.deepEqual((await parsed.send('/cellwarden/x', { body: '{}' })).json, { a: 1 });
    body = 'x'.repeat(70_000);
    assert.equal((await parsed.send('/cellwarden/x', { body: '{}' })).status, 413);
    await parsed.stop();
  });
});

describe('the endpoints of the pack dialog', () => {
  let server: AdminServer;
  const clock = new ManualClock();
  let stored: StoredState[] = [];

  before(async () => {
    server = new AdminServer();
    packAdmin(server.red, { clock, translate: english, stored: () => stored, runs: (id) => id === 'alive' });
    await server.start();
  });
  after(() => server.stop());
  afterEach(() => clock.advance(61));

  const setPin = (pin: unknown): Promise<Answer> => server.send('/cellwarden/pin', { body: JSON.stringify({ pin }) });

  it('123-R17 a PIN comes back as a hash that the protection takes, and not as itself', async () => {
    const { status, text, json } = await setPin('4711');
    assert.equal(status, 200);
    assert.deepEqual(Object.keys(json), ['hash']);
    assert.doesNotMatch(text.replaceAll(/scrypt\$\d+\$/g, ''), /"4711"/);
    assert.equal(pinGuard(json['hash'], clock).check('4711'), 'right');
    assert.equal(pinGuard(json['hash'], clock).check('4712'), 'wrong');
  });

  it('one that is none is refused with a sentence that does not repeat it', async () => {
    for (const [pin, sentence] of [
      ['abc', /fewer than 4/],
      ['', /fewer than 4/],
      ['q'.repeat(65), /more than 64/],
      [4711, /no text/],
      [null, /no text/],
      [{ toString: 'x' }, /no text/],
    ] as const) {
      const { status, json } = await setPin(pin);
      assert.equal(status, 400);
      assert.match(String(json['error']), sentence);
      assert.doesNotMatch(String(json['error']), /abc|qqq|4711/);
    }
    for (const body of ['null', '[]', '"4711"', '4711', '{"__proto__":{"pin":"4711"}}']) {
      assert.equal((await server.send('/cellwarden/pin', { body })).status, 400, body);
    }
  });

  it('twenty in a minute, then later', async () => {
    for (let i = 0; i < 20; i++) assert.equal((await setPin('4711')).status, 200);
    const { status, json } = await setPin('4711');
    assert.equal(status, 429);
    assert.match(String(json['error']), /wait a minute/);
    clock.advance(61);
    assert.equal((await setPin('4711')).status, 200);
  });

  it('needs the right to change flows', async () => {
    for (const token of [null, 'flows.read']) {
      assert.equal((await server.send('/cellwarden/pin', { body: '{"pin":"4711"}', token })).status, 401);
    }
  });

  it('stored states are those that no running pack has', async () => {
    stored = [
      { id: 'alive', name: 'house', at: 1 },
      { id: 'gone', name: 'boat', at: 2 },
    ];
    const { status, json } = await server.send('/cellwarden/stores', { method: 'GET', token: 'flows.read' });
    assert.equal(status, 200);
    assert.deepEqual(json, { stores: [{ id: 'gone', name: 'boat', at: 2 }] });
    assert.equal((await server.send('/cellwarden/stores', { method: 'GET', token: null })).status, 401);
  });
});
