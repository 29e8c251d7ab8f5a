import assert from 'node:assert/strict';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { tcpConnect, tcpProblem } from '../../../src/links/bus/tcp.ts';
import { createTransport, type Transport } from '../../../src/links/bus/transport.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { bytes, hex } from './support/fakes.ts';
import { quickClock, type QuickClock, until } from './support/quick-clock.ts';

const HOST = '127.0.0.1';

interface Peer {
  readonly port: number;
  readonly sockets: Socket[];
  readonly heard: string[];
  /** How each connection ended: 'end' for an orderly one, the error's code otherwise. */
  readonly endings: string[];
  stop(): Promise<void>;
}

async function listen(port = 0): Promise<Peer> {
  const sockets: Socket[] = [];
  const heard: string[] = [];
  const endings: string[] = [];
  const server: Server = createServer((socket) => {
    sockets.push(socket);
    socket.on('data', (chunk) => heard.push(hex(chunk)));
    socket.on('end', () => endings.push('end'));
    socket.on('error', (error: NodeJS.ErrnoException) => endings.push(error.code ?? error.message));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, HOST, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    sockets,
    heard,
    endings,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** A port on which nothing listens. */
async function freePort(): Promise<number> {
  const peer = await listen();
  await peer.stop();
  return peer.port;
}

function open(port: number, clock: QuickClock): Transport {
  return createTransport({ path: `tcp://${HOST}:${port}`, connect: tcpConnect({ host: HOST, port }, clock), clock });
}

describe('bus over TCP', function () {
  this.timeout(10_000);
  let clock: QuickClock;
  let transport: Transport | null = null;
  let peer: Peer | null = null;

  beforeEach(() => {
    clock = quickClock(50);
  });
  afterEach(async () => {
    transport?.close();
    transport = null;
    await peer?.stop();
    peer = null;
    await until(() => clock.pending === 0, 'every timer to be gone');
  });

  it('carries bytes both ways', async () => {
    peer = await listen();
    const line = (transport = open(peer.port, clock));
    const heard: string[] = [];
    line.onBytes((chunk) => heard.push(hex(chunk)));
    await until(() => line.status().state === 'open', 'the connection');
    assert.equal(line.write(bytes('0102')), true);
    await until(() => peer?.heard.join('') === '0102', 'the bytes at the other end');
    peer.sockets[0]?.write(bytes('0304'));
    await until(() => heard.join('') === '0304', 'the bytes at this end');
  });

  it('is refused, says so, and connects once somebody listens', async () => {
    const port = await freePort();
    const line = (transport = open(port, clock));
    await until(() => line.status().state === 'lost', 'the refusal');
    assert.match(line.status().problem ?? '', /^nothing listens at 127\.0\.0\.1:\d+ — /);
    peer = await listen(port);
    await until(() => line.status().state === 'open', 'the connection');
  });

  it('notices that the other end closed or broke the connection, and connects again', async () => {
    peer = await listen();
    const line = (transport = open(peer.port, clock));
    const problems: (string | null)[] = [];
    line.onStatus(({ problem }) => problems.push(problem));
    await until(() => line.status().state === 'open', 'the connection');
    peer.sockets[0]?.end();
    await until(() => peer?.sockets.length === 2 && line.status().state === 'open', 'the second connection');
    assert.equal(problems[1], `127.0.0.1:${peer.port} closed the connection`);
    peer.sockets[1]?.resetAndDestroy();
    await until(() => peer?.sockets.length === 3 && line.status().state === 'open', 'the third connection');
    assert.equal(problems[3], `127.0.0.1:${peer.port} broke the connection`);
  });

  it('reopens with a reset: what was still on its way is thrown away', async () => {
    peer = await listen();
    const line = (transport = open(peer.port, clock));
    await until(() => line.status().state === 'open', 'the connection');
    line.reopen('silent');
    await until(() => peer?.sockets.length === 2 && line.status().state === 'open', 'the second connection');
    assert.deepEqual(peer.endings, ['ECONNRESET']);
  });

  it('closes in order: what was written just before still arrives', async () => {
    peer = await listen();
    const line = (transport = open(peer.port, clock));
    await until(() => line.status().state === 'open', 'the connection');
    line.write(bytes('0105000000000000'));
    line.close();
    assert.equal(line.write(bytes('01')), false);
    await until(() => peer?.endings.length === 1, 'the end');
    assert.deepEqual([peer.heard.join(''), peer.endings[0]], ['0105000000000000', 'end']);
  });

  /** Writes to a peer that reads nothing until no byte more is taken; gives the number of bytes. */
  async function fill(line: Transport): Promise<number> {
    await until(() => line.status().state === 'open' && peer?.sockets.length === 1, 'the connection');
    peer?.sockets[0]?.pause();
    const chunk = new Uint8Array(4096);
    let taken = 0;
    while (line.write(chunk)) {
      taken += chunk.length;
      assert.ok(taken < 100_000_000, 'writing went on without end');
      await new Promise((resolve) => setImmediate(resolve));
    }
    return taken;
  }

  /** Bytes the peer gets once it reads again, until the connection has ended on its side. */
  async function drain(): Promise<number> {
    const [socket] = peer?.sockets ?? [];
    assert.ok(socket !== undefined);
    socket.resume();
    await until(() => socket.closed, 'the end at the other side');
    return socket.bytesRead;
  }

  const sockets = (): number => process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length;

  it('does not wait for ever for a peer that takes nothing: neither writing nor closing', async () => {
    peer = await listen();
    const line = (transport = open(peer.port, clock));
    const taken = await fill(line);
    const before = sockets();
    line.close();
    assert.ok(clock.pending > 0, 'it gives the last bytes a moment');
    await until(() => sockets() < before && clock.pending === 0, 'the socket to be given up');
    const arrived = await drain();
    assert.ok(taken - arrived <= 3 * 4096, `${taken - arrived} bytes that the system had taken were lost`);
  });

  it('reopens without delivering what the peer has not taken yet', async () => {
    peer = await listen();
    const line = (transport = open(peer.port, clock));
    const taken = await fill(line);
    line.reopen('silent');
    await until(() => peer?.sockets.length === 2 && line.status().state === 'open', 'the second connection');
    const arrived = await drain();
    assert.ok(taken - arrived > 10 * 4096, `only ${taken - arrived} bytes of ${taken} were thrown away`);
  });

  it('gives up an attempt that gets no answer after 5 s', () => {
    const manual = new ManualClock();
    const problems: string[] = [];
    // A documentation address (RFC 5737): whatever becomes of the packets, nothing happens before time is moved.
    const wire = tcpConnect(
      { host: '192.0.2.1', port: 502 },
      manual,
    )({
      opened: () => assert.fail('nobody is there'),
      received: () => assert.fail('nobody is there'),
      ended: (problem) => problems.push(problem),
    });
    manual.advance(4.9);
    assert.deepEqual(problems, []);
    manual.advance(0.2);
    assert.deepEqual(problems, ['no answer from 192.0.2.1:502 within 5 s — is it switched on and in this network?']);
    wire.close('orderly');
    assert.equal(manual.pending, 0);
  });

  it('closes while it is still connecting', async () => {
    const line = (transport = open(await freePort(), clock));
    const told: string[] = [];
    line.onStatus(({ state }) => told.push(state));
    line.close();
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.deepEqual(told, ['closed']);
    assert.equal(clock.pending, 0);
  });

  it('survives what the system refuses outright', async () => {
    const manual = new ManualClock();
    const problems: string[] = [];
    tcpConnect(
      { host: HOST, port: 70_000 },
      manual,
    )({
      opened: () => assert.fail('there is no such port'),
      received: () => assert.fail('there is no such port'),
      ended: (problem) => problems.push(problem),
    });
    assert.deepEqual(problems, []);
    manual.advance(0.001);
    assert.equal(problems.length, 1);
    assert.match(problems[0] ?? '', /^the connection to 127\.0\.0\.1:70000 failed: /);
    assert.equal(manual.pending, 0);
  });

  it('has one sentence for every kind of failure', () => {
    const at = (code: string): string => tcpProblem({ host: 'fe80::1', port: 502 }, code);
    assert.match(at('ECONNREFUSED'), /nothing listens at \[fe80::1\]:502/);
    assert.match(at('ETIMEDOUT'), /no answer from \[fe80::1\]:502 any more/);
    assert.match(at('EHOSTUNREACH'), /fe80::1 cannot be reached/);
    assert.match(at('ENOTFOUND'), /the name fe80::1 is not known/);
    assert.equal(at('EWEIRD'), 'the connection to [fe80::1]:502 failed: EWEIRD');
    assert.equal(at('toString'), 'the connection to [fe80::1]:502 failed: toString');
  });
});
