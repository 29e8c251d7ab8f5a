/** `cellwarden simulate`: a device on the wire, on a simulated pack (123-R16). */
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { parseArgs } from 'node:util';
import type { Clock } from '../engine/clock.ts';
import { systemClock } from '../runtime/clock.ts';
import { numberIn } from '../simulator/control.ts';
import type { DeviceKind, SimulatedDevice } from '../simulator/device.ts';
import { DEVICES, findDevice } from '../simulator/index.ts';
import { listenSerial, listenTcp, parseTcpAddress, type TcpAddress } from '../simulator/listen.ts';
import { type CommandIo, UsageError } from './io.ts';

/** What the command reads from and writes to. */
export interface SimulateIo extends CommandIo {
  /** Ends the simulator. Without it SIGINT and SIGTERM of this process do. */
  readonly signal?: AbortSignal;
  /** Where `--control` reads its commands; standard input unless given. */
  readonly input?: Readable;
  readonly clock?: Clock;
}

const USAGE = `cellwarden simulate --device ID [--listen tcp://127.0.0.1:PORT | --serial PATH] [--control]
    a BMS: [--cells N] [--capacity AH] [--soc PERCENT] [--speed X] [--unit ADDRESS]
    relay-board: [--unit N] [--channels N]
    shelly-gen1, shelly-gen2: [--channels N]
    lcus, kmtronic: [--channels N] up to 8
cellwarden simulate --list`;

/** The numbers: default, range, and whether whole. */
const NUMBERS = {
  cells: { fallback: 16, min: 1, max: 255, whole: true },
  speed: { fallback: 1, min: 0.01, max: 100_000, whole: false },
  capacity: { fallback: 100, min: 0.5, max: 100_000, whole: false },
  soc: { fallback: 60, min: 0, max: 100, whole: false },
  unit: { fallback: 1, min: 1, max: 247, whole: true },
  channels: { fallback: 8, min: 1, max: 32, whole: true },
} as const;
type NumberName = keyof typeof NUMBERS;

interface Request {
  readonly kind: DeviceKind;
  readonly numbers: Readonly<Record<NumberName, number>>;
  readonly wire: TcpAddress | string;
  readonly control: boolean;
}

const STRING = { type: 'string' } as const;
const FLAG = { type: 'boolean' } as const;
const OPTIONS = {
  device: STRING,
  listen: STRING,
  serial: STRING,
  cells: STRING,
  speed: STRING,
  capacity: STRING,
  soc: STRING,
  unit: STRING,
  channels: STRING,
  control: FLAG,
  list: FLAG,
  help: { ...FLAG, short: 'h' },
} as const;

function parse(argv: string[]) {
  try {
    return parseArgs({ args: argv, options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new UsageError(whyNotParsed(argv, error instanceof Error ? error.message : String(error)));
  }
}

/** parseArgs names the option but neither the value nor always a remedy. */
function whyNotParsed(argv: readonly string[], message: string): string {
  const name = /['"](?:-\w, )?(-{1,2}[^'" =]+)/.exec(message)?.[1] ?? '';
  const place = argv.findIndex((word) => word === name || word.startsWith(`${name}=`));
  const value = argv[place]?.includes('=') ? argv[place].slice(name.length + 1) : argv[place + 1];
  if (message.startsWith('Unknown option')) {
    return `${name} is no option of simulate; the options are ${Object.keys(OPTIONS)
      .map((option) => `--${option}`)
      .join(', ')}.`;
  }
  if (message.includes('does not take')) return `${name} takes no value; leave "=${value}" out.`;
  if (value === undefined) return `${name} has no value; write ${name}=VALUE.`;
  return `${name} "${value}" looks like an option; write ${name}=VALUE.`;
}

function readNumber(name: NumberName, text: string | undefined): number {
  const { fallback, min, max, whole } = NUMBERS[name];
  if (text === undefined) return fallback;
  const value = numberIn(text.trim(), min, max);
  if (value === null || (whole && !Number.isInteger(value))) {
    throw new UsageError(
      `--${name} "${text}" is out of range; give a ${whole ? 'whole ' : ''}number from ${min} to ${max}.`,
    );
  }
  return value;
}

function readDevice(id: string | undefined): DeviceKind {
  const known = DEVICES.map((kind) => kind.id).join(', ');
  if (id === undefined) throw new UsageError(`--device is missing; give one of ${known}.`);
  const kind = findDevice(id);
  if (kind === null) throw new UsageError(`--device "${id}" is not known; give one of ${known}.`);
  return kind;
}

function readWire(listen: string | undefined, serial: string | undefined): TcpAddress | string {
  if (serial !== undefined && listen !== undefined) {
    throw new UsageError(`--listen "${listen}" and --serial "${serial}" exclude each other; leave one out.`);
  }
  if (serial === '') throw new UsageError('--serial "" names no port; give a path such as /dev/ttyUSB0 or COM3.');
  if (serial !== undefined) return serial;
  const address = parseTcpAddress(listen ?? 'tcp://127.0.0.1:0');
  if (address === null) {
    throw new UsageError(
      `--listen "${listen}" is no address; write tcp://127.0.0.1:PORT with a port from 0 (any) to 65535.`,
    );
  }
  return address;
}

function readRequest({ values, positionals }: ReturnType<typeof parse>): Request {
  if (positionals.length > 0) {
    throw new UsageError(`"${positionals.join(' ')}" is too much; every argument of simulate begins with --.`);
  }
  return {
    kind: readDevice(values.device),
    numbers: {
      cells: readNumber('cells', values.cells),
      speed: readNumber('speed', values.speed),
      capacity: readNumber('capacity', values.capacity),
      soc: readNumber('soc', values.soc),
      unit: readNumber('unit', values.unit),
      channels: readNumber('channels', values.channels),
    },
    wire: readWire(values.listen, values.serial),
    control: values.control ?? false,
  };
}

/** Obeys commands from a stream, one a line; every one is answered on the error output. */
function obeyInput(device: SimulatedDevice, input: Readable, err: (line: string) => void): () => void {
  const lines = createInterface({ input, terminal: false });
  lines.on('line', (line) => {
    if (line.trim() !== '') err(device.command(line) ?? `done: ${line.trim()}`);
  });
  input.on('error', (error) => err(`The control input failed (${error.message}).`));
  return () => {
    lines.close();
    input.pause();
  };
}

/** Ends when the signal aborts, or on SIGINT or SIGTERM where no signal was given. Returns the way to stop waiting. */
function onStop(signal: AbortSignal | undefined, stop: () => void): () => void {
  if (signal !== undefined) {
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
    return () => signal.removeEventListener('abort', stop);
  }
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  return () => {
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
  };
}

async function run({ kind, numbers, wire, control }: Request, io: SimulateIo): Promise<number> {
  const report = (event: Readonly<Record<string, unknown>>) => io.out(JSON.stringify(event));
  const device = kind.create({ clock: io.clock ?? systemClock, ...numbers, report });
  const served =
    typeof wire === 'string'
      ? await listenSerial(device, wire, kind)
      : await listenTcp(device, wire, (line) => io.err(line));
  if (!served.ok) {
    device.close();
    io.err(served.text);
    return 1;
  }
  report({ event: 'listening', device: kind.id, address: served.value.address });
  const ignore = control ? obeyInput(device, io.input ?? process.stdin, (line) => io.err(line)) : () => undefined;
  const forget = onStop(io.signal, () => served.value.close());
  const problem = await served.value.ended;
  forget();
  ignore();
  device.close();
  if (problem === null) return 0;
  served.value.close();
  io.err(problem);
  return 1;
}

/**
 * Runs `cellwarden simulate` with the arguments behind that word. Resolves with the exit code: 0 when told to stop,
 * 1 when the wire cannot be opened or is lost, 2 for a bad argument. Never rejects for what a user can get wrong.
 */
export async function simulateCommand(argv: string[], io: SimulateIo): Promise<number> {
  try {
    const parsed = parse(argv);
    if (parsed.values.help) {
      for (const line of USAGE.split('\n')) io.out(line);
      return 0;
    }
    if (parsed.values.list) {
      for (const kind of DEVICES) io.out(`${kind.id}\t${kind.description}`);
      return 0;
    }
    return await run(readRequest(parsed), io);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    io.err(error.message);
    return 2;
  }
}
