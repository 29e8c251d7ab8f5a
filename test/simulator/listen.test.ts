import assert from 'node:assert/strict';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SerialPort } from 'serialport';
import { systemClock } from '../../src/runtime/clock.ts';
import type { SimulatedDevice } from '../../src/simulator/device.ts';
import {
  type Listening,
  listenSerial,
  listenTcp,
  parseTcpAddress,
  type TcpAddress,
} from '../../src/simulator/listen.ts';

/** A device that answers every chunk with the same bytes, and says to everybody what it is told to say. */
function createEcho() {
  const lines = new Set<(bytes: Uint8Array) => void>();
  const device: SimulatedDevice = {
    connect(send) {
      lines.add(send);
      return { receive: (bytes) => send(bytes), close: () => void lines.delete(send) };
    },
    command: () => null,
    close: () => undefined,
  };
  const say = (text: string) => {
    for (const send of lines) send(Buffer.from(text));
  };
  return { device, say, lines };
}

/** Everything that was opened, so that a test that fails leaves nothing open. */
const opened: (() => void)[] = [];

const LOCAL: TcpAddress = { host: '127.0.0.1', port: 0 };

async function open(device: SimulatedDevice, log: (line: string) => void = () => undefined): Promise<Listening> {
  const result = await listenTcp(device, LOCAL, log);
  assert.ok(result.ok);
  opened.push(() => result.value.close());
  return result.value;
}

async function connect(address: string): Promise<net.Socket> {
  const wanted = parseTcpAddress(address);
  assert.ok(wanted);
  const socket = net.connect(wanted.port, wanted.host);
  socket.on('error', () => undefined);
  opened.push(() => socket.destroy());
  await once(socket, 'connect');
  return socket;
}

async function read(stream: NodeJS.ReadableStream, length: number): Promise<string> {
  let text = '';
  while (text.length < length) {
    const [chunk] = (await once(stream, 'data')) as [Buffer];
    text += chunk.toString('latin1');
  }
  return text;
}

/** Waits for what a stream brings next to come true; mocha's own time limit ends it. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
}

/** Hangs the terminal up, as an adapter that is pulled does. */
const HANG_UP = 'import os,fcntl,sys;fcntl.ioctl(os.open(sys.argv[1],os.O_RDWR|os.O_NOCTTY),0x5437)';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

describe('TCP addresses', () => {
  it('are read, or not', () => {
    assert.deepEqual(parseTcpAddress('tcp://127.0.0.1:0'), { host: '127.0.0.1', port: 0 });
    assert.deepEqual(parseTcpAddress('tcp://localhost:502'), { host: 'localhost', port: 502 });
    assert.deepEqual(parseTcpAddress('tcp://[::1]:502'), { host: '::1', port: 502 });
    for (const text of [
      '',
      'tcp://',
      '127.0.0.1:1',
      'tcp://a',
      'tcp://a:70000',
      'tcp://a:x',
      'tcp://a:1/x',
      'udp://a:1',
    ]) {
      assert.equal(parseTcpAddress(text), null, text);
    }
  });
});

describe('listening on TCP', () => {
  afterEach(() => {
    for (const close of opened.splice(0)) close();
  });

  it('picks a free port, answers every connection and speaks to all of them', async () => {
    const { device, say, lines } = createEcho();
    const log: string[] = [];
    const wire = await open(device, (line) => log.push(line));
    assert.match(wire.address, /^tcp:\/\/127\.0\.0\.1:[1-9]\d+$/);
    const one = await connect(wire.address);
    const other = await connect(wire.address);
    await until(() => lines.size === 2);
    one.write('to one');
    assert.equal(await read(one, 6), 'to one');
    const both = Promise.all([read(one, 6), read(other, 6)]);
    say('to all');
    assert.deepEqual(await both, ['to all', 'to all']);
    one.destroy();
    await until(() => lines.size === 1);
    other.resetAndDestroy();
    await until(() => lines.size === 0);
    assert.equal(log.filter((line) => line.endsWith(' connected')).length, 2);
    assert.equal(log.filter((line) => line.endsWith(' disconnected')).length, 2);
    wire.close();
    assert.equal(await wire.ended, null);
  });

  it('drops bytes for a client that does not read, like a serial line, and keeps the others', async () => {
    const { device, say, lines } = createEcho();
    const wire = await open(device);
    const deaf = await connect(wire.address);
    deaf.pause();
    await until(() => lines.size === 1);
    const block = 'x'.repeat(60_000);
    const before = process.memoryUsage().arrayBuffers + process.memoryUsage().external;
    for (let n = 0; n < 2000; n++) say(block);
    // What is only not collected yet is not kept.
    collectGarbage();
    const grown = process.memoryUsage().arrayBuffers + process.memoryUsage().external - before;
    assert.ok(grown < 60e6, `120 MB were sent and ${grown} bytes are kept`);
    const alert = await connect(wire.address);
    await until(() => lines.size === 2);
    alert.write('still here');
    assert.equal(await read(alert, 10), 'still here');
    wire.close();
    assert.equal(await wire.ended, null);
  });

  it('names the port that is taken, and the remedy', async () => {
    const { device } = createEcho();
    const wire = await open(device);
    const taken = parseTcpAddress(wire.address);
    assert.ok(taken);
    const second = await listenTcp(device, taken, () => undefined);
    assert.ok(!second.ok);
    assert.match(second.text, new RegExp(`Port ${taken.port} on 127\\.0\\.0\\.1 is taken.*--listen.*0 picks`));
    wire.close();
    await wire.ended;
  });

  it('says so when the address is not of this computer', async () => {
    const result = await listenTcp(createEcho().device, { host: '192.0.2.1', port: 0 }, () => undefined);
    assert.ok(!result.ok);
    assert.match(result.text, /192\.0\.2\.1.*tcp:\/\/127\.0\.0\.1:0/);
  });
});

describe('listening on a serial port', () => {
  it('says why a port cannot be opened', async () => {
    const result = await listenSerial(createEcho().device, '/dev/no-such-port', { baudRate: 9600 });
    assert.ok(!result.ok);
    assert.match(result.text, /\/dev\/no-such-port.*--serial/);
  });

  it('answers and speaks over a pseudo terminal, and notices when it goes away', async function () {
    if (spawnSync('socat', ['-V']).error !== undefined) {
      console.log('      skipped: socat is not installed');
      this.skip();
    }
    const folder = mkdtempSync(join(tmpdir(), 'simulator-'));
    const [here, there] = [join(folder, 'here'), join(folder, 'there')];
    const line: ChildProcess = spawn('socat', [`pty,raw,echo=0,link=${here}`, `pty,raw,echo=0,link=${there}`]);
    const gone = once(line, 'exit');
    try {
      await until(() => existsSync(here) && existsSync(there));
      const { device, say } = createEcho();
      const result = await listenSerial(device, here, { baudRate: 9600 });
      assert.ok(result.ok, 'opened');
      assert.equal(result.value.address, here);
      const port = new SerialPort({ path: there, baudRate: 9600 });
      port.on('error', () => undefined);
      await once(port, 'open');
      const answered = read(port, 4);
      port.write('ping');
      assert.equal(await answered, 'ping');
      const heard = read(port, 5);
      say('frame');
      assert.equal(await heard, 'frame');
      line.kill();
      await gone;
      assert.match((await result.value.ended) ?? 'closed', /here (went away|failed)/);
      result.value.close();
      if (port.isOpen) await new Promise((resolve) => port.close(resolve));
    } finally {
      line.kill();
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('notices a hang-up that falls into a read, of which the driver tells nothing', async function () {
    const able = spawnSync('socat', ['-V']).error === undefined && spawnSync('python3', ['-V']).error === undefined;
    if (!able || process.getuid?.() !== 0) {
      console.log('      skipped: needs socat and python3, and to be root, to hang up a pseudo terminal');
      this.skip();
    }
    const folder = mkdtempSync(join(tmpdir(), 'simulator-'));
    const [here, there] = [join(folder, 'here'), join(folder, 'there')];
    const line = spawn('socat', [`pty,raw,echo=0,link=${here}`, `pty,raw,echo=0,link=${there}`]);
    try {
      await until(() => existsSync(here) && existsSync(there));
      let hungUp = false;
      const device: SimulatedDevice = {
        connect: () => ({
          receive() {
            // With this process held up in the midst of incoming bytes.
            if (!hungUp) spawnSync('python3', ['-c', HANG_UP, here]);
            hungUp = true;
          },
          close: () => undefined,
        }),
        command: () => null,
        close: () => undefined,
      };
      const result = await listenSerial(device, here, { baudRate: 9600 });
      assert.ok(result.ok, 'opened');
      const port = new SerialPort({ path: there, baudRate: 9600 });
      port.on('error', () => undefined);
      await once(port, 'open');
      for (let n = 0; n < 20; n++) port.write(Buffer.alloc(20));
      assert.match((await result.value.ended) ?? 'closed', /here (went away|failed)/);
      if (port.isOpen) await new Promise((resolve) => port.close(resolve));
    } finally {
      line.kill();
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('closes when told to', async function () {
    if (spawnSync('socat', ['-V']).error !== undefined) {
      console.log('      skipped: socat is not installed');
      this.skip();
    }
    const folder = mkdtempSync(join(tmpdir(), 'simulator-'));
    const here = join(folder, 'here');
    const line = spawn('socat', [`pty,raw,echo=0,link=${here}`, 'pipe']);
    try {
      await until(() => existsSync(here));
      const result = await listenSerial(createEcho().device, here, { baudRate: 9600 });
      assert.ok(result.ok);
      const closed = systemClock.now();
      result.value.close();
      assert.equal(await result.value.ended, null);
      assert.ok(systemClock.now() - closed < 1);
    } finally {
      line.kill();
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
