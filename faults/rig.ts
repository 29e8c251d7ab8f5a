/**
 * The rig: a simulated BMS and a simulated relay board, each a process of its own, and between them a real Node-RED with
 * the packed package in a fresh user directory. Judged by the movements of the board's contacts alone.
 */
import { strict as assert } from 'node:assert';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync } from 'node:fs';
import net from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type DeploymentType, type Flow, freePort } from '../test/support/node-red-process.ts';
import { linkInto, temporaryFolder } from '../test/support/packed.ts';
import { type SimulatorProcess, startSimulator } from '../test/support/simulator-process.ts';
import { pause, seconds, until } from '../test/support/wait.ts';
import { ROOT } from '../test/support/example.ts';
import { REACTION } from './bounds.ts';
import { CHARGE, type CoilLog, type Edge, LOAD, NAMES, readCoils } from './coil-log.ts';
import { chain } from './flow.ts';
import { type Line, openLine, openSerial, type SerialAdapter } from './lines.ts';
import { type NodeRed, startNodeRed } from './node-red.ts';
import type { Plan } from './plan.ts';

export interface RigOptions {
  /** The package, installed: as unpacked, with its dependencies beside it. */
  readonly folder: string;
  /** The simulators' command line; never a sabotaged one. */
  readonly cli: string;
  readonly plan: Plan;
  /** Short times and few repeats. */
  readonly quick: boolean;
}

/** Everything that a scenario may have broken in the devices, taken back. */
const WELL_BMS = [
  'resume',
  'thaw',
  'stuck off',
  'noise off',
  'cell 3 auto',
  'temperature 2 auto',
  'communication on',
  'calibrated on',
  'count auto',
  'current auto',
];
const WELL_BOARD = ['alive', 'power on', 'exceptions off', 'slow off', 'stick 0 free', 'stick 1 free'];

const RED = join(ROOT, 'node_modules', 'node-red', 'red.js');
const NEIGHBOUR = fileURLToPath(new URL('neighbour', import.meta.url));
/** s by which the rig may hear of a frame later than Node-RED does. */
const FRAME_ERROR = 0.01;
/** s until both contacts are closed after everything is well again: a silent line is opened anew now and then only. */
const RECOVERY = 45;

export class Rig {
  readonly options: RigOptions;
  readonly userDir: string;
  readonly port: number;
  bms: SimulatorProcess;
  readonly board: SimulatorProcess;
  readonly coils: CoilLog;
  /** The chain as planned. */
  readonly flow: Flow;
  readonly bmsLine: Line | null;
  readonly boardLine: Line | null;
  readonly serial: SerialAdapter | null;
  /** The seconds at which the BMS put a frame on the line, as another listener hears them. */
  readonly frames: number[] = [];
  /** What a reader of the outcome should know beside the number. */
  readonly notes: string[] = [];
  #nodeRed: NodeRed | null = null;
  /** What is deployed. */
  #current: Flow;
  readonly #endings: (() => void | Promise<void>)[];

  private constructor(parts: {
    options: RigOptions;
    userDir: string;
    port: number;
    bms: SimulatorProcess;
    board: SimulatorProcess;
    coils: CoilLog;
    bmsLine: Line | null;
    boardLine: Line | null;
    serial: SerialAdapter | null;
    endings: (() => void | Promise<void>)[];
  }) {
    this.options = parts.options;
    this.userDir = parts.userDir;
    this.port = parts.port;
    this.bms = parts.bms;
    this.board = parts.board;
    this.coils = parts.coils;
    this.bmsLine = parts.bmsLine;
    this.boardLine = parts.boardLine;
    this.serial = parts.serial;
    this.#endings = parts.endings;
    const { plan } = parts.options;
    const flow = chain({
      bms: this.serial?.path ?? this.bmsLine?.address ?? this.bms.address,
      board: this.boardLine?.address ?? this.board.address,
      cells: plan.cells ?? 16,
      relays: plan.relays ?? 'modbus-timed',
      pack: plan.pack ?? {},
    });
    this.flow = [...flow, ...(plan.beside ?? [])];
    this.#current = this.flow;
    this.#listenTo(this.bms);
  }

  /** Starts everything the plan asks for, and waits until both contacts are closed unless Node-RED is not to run. */
  static async start(options: RigOptions): Promise<Rig> {
    const { plan, cli, folder } = options;
    const endings: (() => void | Promise<void>)[] = [];
    try {
      const cells = String(plan.cells ?? 16);
      const [bms, board] = await Promise.all([
        startSimulator({ cli, device: '123smartbms', args: ['--cells', cells, '--capacity', '280'] }),
        startSimulator({ cli, device: 'relay-board' }),
      ]);
      endings.push(
        () => bms.kill(),
        () => board.kill(),
      );
      const coils = await readCoils(board);
      const userDir = temporaryFolder('node-red');
      linkInto(userDir, folder);
      mkdirSync(join(userDir, 'nodes'));
      cpSync(NEIGHBOUR, join(userDir, 'nodes'), { recursive: true });
      if (plan.storeDisk !== undefined) endings.push(mount(join(userDir, 'cellwarden'), plan.storeDisk));
      const bmsLine = plan.lines ? await openLine(bms.address) : null;
      const boardLine = plan.lines ? await openLine(board.address) : null;
      const serial = plan.serial ? await openSerial(userDir, bms.address) : null;
      endings.push(
        () => bmsLine?.close(),
        () => boardLine?.close(),
        () => serial?.unplug(),
      );
      const port = await freePort();
      const rig = new Rig({ options, userDir, port, bms, board, coils, bmsLine, boardLine, serial, endings });
      if (!plan.unstarted) {
        await rig.startNodeRed();
        await rig.closed(RECOVERY);
      }
      return rig;
    } catch (error) {
      for (const end of endings.toReversed()) await end();
      throw error;
    }
  }

  get quick(): boolean {
    return this.options.quick;
  }

  hasStarted(): boolean {
    return this.#nodeRed !== null;
  }

  get nodeRed(): NodeRed {
    if (this.#nodeRed === null) throw new Error('Node-RED has not been started');
    return this.#nodeRed;
  }

  /** Starts Node-RED with the planned flow, or again with what it has. Gives the second at which it was started. */
  async startNodeRed(how: { redArgs?: readonly string[]; ready?: RegExp } = {}): Promise<number> {
    const at = seconds();
    const flow = this.#nodeRed === null ? { flow: this.#current } : {};
    const nodeArgs = this.options.plan.nodeArgs ?? [];
    this.#nodeRed = await startNodeRed({ red: RED, userDir: this.userDir, port: this.port, nodeArgs, ...flow, ...how });
    return at;
  }

  /** Deploys, and gives the second at which the request was sent. */
  async deploy(flow: Flow, type: DeploymentType): Promise<number> {
    this.#current = flow;
    return await this.nodeRed.deploy(flow, type);
  }

  isClosed(coil: number): boolean {
    return this.coils.isClosed(coil);
  }

  /** What the contacts did since then, in words. */
  told(from: number): string {
    const words = (edge: Edge): string =>
      `${NAMES[edge.coil] ?? `contact ${edge.coil + 1}`} ${edge.closed ? 'closed' : 'opened'} (${edge.by}) after ${(edge.at - from).toFixed(3)} s`;
    return this.coils.since(from).map(words).join(', ') || 'no contact moved';
  }

  /**
   * Waits for the first movement of a contact since `from`, which must be an opening; gives the seconds it took. Waits
   * a while longer than what is promised, so that a late opening is measured and not only missed.
   */
  async opens(coil: number, from: number, promised: number): Promise<number> {
    const name = NAMES[coil];
    const edge = await until(
      () => `${name} to open; ${this.told(from)}`,
      Math.max(0, from + promised + 15 - seconds()),
      () => this.coils.since(from, coil)[0] ?? null,
    );
    assert.ok(!edge.closed, `${name} was to open; ${this.told(from)}`);
    return edge.at - from;
  }

  /** Waits until both contacts are closed. */
  async closed(limit: number): Promise<void> {
    const from = seconds();
    await until(
      () => {
        const said = this.#nodeRed?.log.slice(-40).join('\n') ?? 'nothing';
        return `both contacts to be closed; ${this.told(from)}\nNode-RED said last:\n${said}`;
      },
      limit,
      () => (this.isClosed(CHARGE) && this.isClosed(LOAD)) || null,
    );
    // Times are good to a millisecond: the closing itself must not count as a movement after it.
    await pause(0.05);
  }

  /** Fails when a contact (any, unless one is named) moves in the seconds after `from`. */
  async stays(duration: number, from = seconds(), coil?: number): Promise<void> {
    await pause(from + duration - seconds());
    // An edge of the last moment needs a moment to be heard of.
    await pause(0.05);
    const moved = this.coils.since(from, coil);
    const what = coil === undefined ? 'no contact was' : `${NAMES[coil]} was not`;
    assert.deepEqual(moved, [], `${what} to move for ${duration.toFixed(1)} s; ${this.told(from)}`);
  }

  /** Both contacts are closed and stay so. */
  async healthy(duration: number): Promise<void> {
    assert.ok(this.isClosed(CHARGE) && this.isClosed(LOAD), 'both contacts were to be closed with everything well');
    await this.stays(duration);
  }

  /** Takes back every fault and waits until both contacts are closed again. */
  async heal(): Promise<void> {
    await this.bmsLine?.mend();
    await this.boardLine?.mend();
    await Promise.all([
      ...WELL_BMS.map((line) => this.bms.command(line)),
      ...WELL_BOARD.map((line) => this.board.command(line)),
    ]);
    if (!this.nodeRed.isRunning()) await this.startNodeRed();
    if (this.#current !== this.flow) await this.deploy(this.flow, 'full');
    await this.closed(RECOVERY);
  }

  /** Waits for the next frame of the BMS and gives the second it came at. */
  async nextFrame(): Promise<number> {
    const before = this.frames.length;
    return await until('a frame of the BMS', 5, () => this.frames[before] ?? null);
  }

  /**
   * Tells the BMS something in the pause between two frames, so that it is clear which frame is the first to show it.
   * Gives the second of the last frame before.
   */
  async tellBms(line: string): Promise<number> {
    const last = await this.nextFrame();
    await pause(0.2);
    await this.bms.command(line);
    return last;
  }

  /** As `tellBms`, and gives the second of the first frame that shows it. */
  async firstFrameWith(line: string): Promise<number> {
    await this.tellBms(line);
    return await this.nextFrame();
  }

  /**
   * Something dangerous shows in the BMS's frames, and these contacts must open. Gives the seconds from the second frame
   * that shows it to the last of them: one frame alone is not believed, its checksum has only 8 bits.
   */
  async trip(line: string, ...coils: readonly number[]): Promise<number> {
    const first = await this.firstFrameWith(line);
    const second = await this.nextFrame();
    const opened = coils.map((coil) => this.opens(coil, first - FRAME_ERROR, second - first + REACTION));
    return Math.max(...(await Promise.all(opened))) - FRAME_ERROR - (second - first);
  }

  /** Another BMS takes the place of this one, on the same port. */
  async replaceBms(cells: number): Promise<void> {
    const address = this.bms.address;
    await this.bms.kill();
    this.bms = await startSimulator({
      cli: this.options.cli,
      device: '123smartbms',
      args: ['--cells', String(cells), '--capacity', '280', '--listen', address],
    });
    const bms = this.bms;
    this.#endings.push(() => bms.kill());
    this.#listenTo(bms);
  }

  /** Whatever else must end with the rig. */
  onEnd(end: () => void | Promise<void>): void {
    this.#endings.push(end);
  }

  async end(): Promise<void> {
    await this.#nodeRed?.kill();
    for (const end of this.#endings.toReversed()) await end();
  }

  #listenTo(bms: SimulatorProcess): void {
    const socket = net.connect(Number(new URL(bms.address).port), '127.0.0.1');
    socket.on('data', () => this.frames.push(seconds()));
    socket.on('error', () => undefined);
    this.#endings.push(() => void socket.destroy());
  }
}

/** Mounts a small disk there; gives the way to take it away again. */
function mount(folder: string, kilobytes: number): () => void {
  mkdirSync(folder, { recursive: true });
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${kilobytes}k`, 'cellwarden-faults', folder], { stdio: 'ignore' });
  let mounted = true;
  const end = (): void => {
    if (!mounted) return;
    mounted = false;
    execFileSync('umount', ['-l', folder], { stdio: 'ignore' });
  };
  process.prependListener('exit', end);
  return end;
}
