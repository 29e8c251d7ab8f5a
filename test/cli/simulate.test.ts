import assert from 'node:assert/strict';
import { PROTOCOL_INFOS } from '../../src/links/catalogue.ts';
import { once } from 'node:events';
import net from 'node:net';
import { PassThrough } from 'node:stream';
import ModbusRTU from 'modbus-serial';
import { simulateCommand } from '../../src/cli/simulate.ts';
import { ManualClock } from '../support/manual-clock.ts';

/** Lines as they come, for tests that wait for the next one. */
function createLines() {
  const lines: string[] = [];
  const news = new PassThrough();
  return {
    lines,
    push(line: string) {
      lines.push(line);
      news.write('.');
    },
    async until(found: (line: string) => boolean): Promise<string> {
      for (;;) {
        const line = lines.find((candidate) => found(candidate));
        if (line !== undefined) return line;
        await once(news, 'data');
      }
    },
  };
}

/** Everything that was begun, so that a test that fails leaves nothing open. */
const begun: (() => void)[] = [];

interface Running {
  readonly clock: ManualClock;
  readonly port: number;
  readonly out: ReturnType<typeof createLines>;
  /** Gives a command and waits until it is obeyed or refused. */
  tell(line: string): Promise<string>;
  stop(): Promise<number>;
}

async function start(...argv: string[]): Promise<Running> {
  const clock = new ManualClock();
  const out = createLines();
  const err = createLines();
  const input = new PassThrough();
  const stop = new AbortController();
  begun.push(() => stop.abort());
  const ended = simulateCommand(['--control', ...argv], {
    out: (line) => out.push(line),
    err: (line) => err.push(line),
    signal: stop.signal,
    input,
    clock,
  });
  const first = JSON.parse(await out.until(() => true)) as { event: string; address: string };
  assert.equal(first.event, 'listening');
  return {
    clock,
    port: Number(first.address.split(':').at(-1)),
    out,
    tell(line) {
      err.lines.length = 0;
      input.write(`${line}\n`);
      return err.until((answer) => !answer.endsWith('connected'));
    },
    stop() {
      stop.abort();
      return ended;
    },
  };
}

async function run(...argv: string[]): Promise<{ code: number; out: string[]; err: string[] }> {
  const out: string[] = [];
  const err: string[] = [];
  const code = await simulateCommand(argv, { out: (line) => out.push(line), err: (line) => err.push(line) });
  return { code, out, err };
}

async function connectModbus(port: number): Promise<ModbusRTU> {
  const client = new ModbusRTU();
  client.setTimeout(2000);
  client.setID(1);
  await client.connectTCP('127.0.0.1', { port });
  begun.push(() => client.close(() => undefined));
  return client;
}

describe('cellwarden simulate', () => {
  afterEach(() => {
    for (const end of begun.splice(0)) end();
  });

  it('123-R16 lists the devices', async () => {
    const { code, out } = await run('--list');
    assert.equal(code, 0);
    const ids = out.map((line) => line.split('\t')[0]);
    const boards = ['relay-board', 'lcus', 'kmtronic', 'gx', 'shelly-gen1', 'shelly-gen2'];
    for (const id of [...PROTOCOL_INFOS.map((info) => info.id), ...boards]) assert.ok(ids.includes(id), id);
    assert.deepEqual(ids, [...new Set(ids)]);
    for (const line of out) assert.match(line, /^[a-z0-9-]+\t\S.+/);
  });

  it('shows how it is used', async () => {
    const { code, out } = await run('--help');
    assert.equal(code, 0);
    assert.match(out.join('\n'), /--device ID .*--listen tcp:\/\/127\.0\.0\.1:PORT/);
  });

  it('refuses bad arguments with a sentence that names argument, value and remedy, and exit code 2', async () => {
    const cases: [argv: string[], sentence: RegExp][] = [
      [[], /^--device is missing; give one of 123smartbms, .*, jbd, .*, relay-board, .*, shelly-gen2\.$/],
      [['--device', 'toaster'], /^--device "toaster" .*123smartbms, .*relay-board/],
      [['--device', '123smartbms', '--cells', '0'], /^--cells "0" .*whole number from 1 to 255/],
      [['--device', '123smartbms', '--cells', '4.5'], /^--cells "4\.5" .*whole number/],
      [['--device', '123smartbms', '--soc', '-5'], /^--soc "-5" .*--soc=VALUE/],
      [['--device', '123smartbms', '--soc=101'], /^--soc "101" .*from 0 to 100/],
      [['--device', '123smartbms', '--speed', 'fast'], /^--speed "fast" .*a number from/],
      [['--device', 'relay-board', '--unit', '248'], /^--unit "248" .*from 1 to 247/],
      [
        ['--device', 'relay-board', '--listen', '127.0.0.1:502'],
        /^--listen "127\.0\.0\.1:502" .*tcp:\/\/127\.0\.0\.1:PORT/,
      ],
      [['--device', 'relay-board', '--listen', 'tcp://127.0.0.1:1', '--serial', 'x'], /exclude each other/],
      [['--device', 'relay-board', '--serial', ''], /^--serial "" .*\/dev\/ttyUSB0/],
      [['--device', 'relay-board', '--control=yes'], /^--control takes no value; leave "=yes" out/],
      [['--device', 'relay-board', 'now'], /^"now" is too much/],
      [['--colour', 'red'], /^--colour is no option .*--device/],
      [['--device'], /^--device has no value; write --device=VALUE/],
    ];
    for (const [argv, sentence] of cases) {
      const { code, out, err } = await run(...argv);
      assert.equal(code, 2, argv.join(' '));
      assert.deepEqual(out, []);
      assert.equal(err.length, 1);
      assert.match(err[0] ?? '', sentence);
    }
  });

  it('ends with 1 and a sentence when the wire cannot be opened', async () => {
    const first = await start('--device', 'relay-board');
    const { code, out, err } = await run('--device', 'relay-board', '--listen', `tcp://127.0.0.1:${first.port}`);
    assert.equal(code, 1);
    assert.deepEqual(out, []);
    assert.match(err[0] ?? '', new RegExp(`Port ${first.port} `));
    const serial = await run('--device', '123smartbms', '--serial', '/dev/no-such-port');
    assert.equal(serial.code, 1);
    assert.match(serial.err[0] ?? '', /\/dev\/no-such-port/);
    assert.equal(await first.stop(), 0);
  });

  it('ends at once when it was told to stop before it began', async () => {
    const out: string[] = [];
    const io = { out: (line: string) => void out.push(line), err: () => undefined, signal: AbortSignal.abort() };
    assert.equal(await simulateCommand(['--device', 'relay-board'], io), 0);
  });

  it('123-R16 is a 123\\SmartBMS on the wire, with its faults on command', async () => {
    const { clock, port, out, tell, stop } = await start('--device', '123smartbms', '--cells', '8', '--soc', '50');
    assert.deepEqual(JSON.parse(out.lines[0] ?? ''), {
      event: 'listening',
      device: '123smartbms',
      address: `tcp://127.0.0.1:${port}`,
    });
    const socket = net.connect(port, '127.0.0.1');
    await once(socket, 'connect');
    await tell('soc 50'); // answered after the connection was accepted
    const frame = async () => {
      clock.advance(1);
      const [bytes] = (await once(socket, 'data')) as [Buffer];
      assert.equal(bytes.length, 58);
      return bytes;
    };
    const healthy = await frame();
    assert.deepEqual([healthy[25], healthy[40], healthy[30]], [8, 50, 0b11]);
    assert.equal(await tell('cell 3 3.70'), 'done: cell 3 3.70');
    const high = await frame();
    assert.deepEqual([high.readUInt16BE(15), high[17], high[30]], [740, 3, 0b10010]);
    assert.match(await tell('cell 9 3.70'), /"9" is no cell from 1 to 8/);
    assert.match(await tell('sing'), /Unknown command "sing".*silence/);
    socket.destroy();
    assert.equal(await stop(), 0);
    assert.equal(clock.pending, 0);
  });

  it('123-R16 is a relay board that an independent Modbus TCP client can use', async () => {
    const { clock, port, out, tell, stop } = await start('--device', 'relay-board', '--channels', '8');
    const client = await connectModbus(port);
    await client.writeCoil(2, true);
    assert.deepEqual((await client.readCoils(0, 8)).data, [false, false, true, false, false, false, false, false]);
    await client.writeCoils(0, [true, true, false]);
    assert.deepEqual((await client.readCoils(0, 3)).data.slice(0, 3), [true, true, false]); // the client pads to whole bytes
    await assert.rejects(client.writeCoil(8, true), /Modbus exception 2/);
    await assert.rejects(client.readHoldingRegisters(0, 1), /Modbus exception 1/);
    await tell('exceptions on');
    await assert.rejects(client.readCoils(0, 8), /Modbus exception 4/);
    await tell('exceptions off');
    const edges = out.lines.slice(1).map((line) => JSON.parse(line) as Record<string, unknown>);
    assert.deepEqual(edges[0], {
      event: 'coil',
      t: 0,
      at: '2026-01-01T00:00:00.000Z',
      coil: 2,
      closed: true,
      by: 'write',
    });
    assert.deepEqual(
      edges.map(({ coil, closed }) => [coil, closed]),
      [
        [2, true],
        [0, true],
        [1, true],
        [2, false],
      ],
    );
    await new Promise<void>((resolve) => client.close(() => resolve()));
    assert.equal(await stop(), 0);
    assert.equal(clock.pending, 0);
  });

  it('opens a timed coil by itself, and reports it', async () => {
    const { clock, port, out, stop } = await start('--device', 'relay-board');
    const socket = net.connect(port, '127.0.0.1');
    await once(socket, 'connect');
    const request = Buffer.from('0105020000078db0', 'hex');
    socket.write(request);
    const [answer] = (await once(socket, 'data')) as [Buffer];
    assert.deepEqual(answer, request);
    clock.advance(0.7);
    const events = out.lines.slice(1).map((line) => JSON.parse(line) as Record<string, unknown>);
    assert.deepEqual(
      events.map(({ t, closed, by }) => [t, closed, by]),
      [
        [0, true, 'flash'],
        [0.7, false, 'flash-end'],
      ],
    );
    socket.destroy();
    assert.equal(await stop(), 0);
  });

  it('lets its clients go when it is stopped', async () => {
    const { port, stop } = await start('--device', '123smartbms');
    const socket = net.connect(port, '127.0.0.1');
    await once(socket, 'connect');
    const closed = once(socket, 'close');
    socket.on('error', () => undefined);
    assert.equal(await stop(), 0);
    await closed;
  });
});
