/** A house with a pack and four contacts, everything that can go wrong with it, and the model beside it. */
import { fakeDisk, type FakeDisk } from '../../runtime/support/disks.ts';
import type { Observation } from '../../../src/engine/reading/observation.ts';
import type { Verdict } from '../../../src/runtime/pack-runtime.ts';
import type { Permission } from '../../../src/runtime/permission.ts';
import type { StampedReading } from '../../../src/runtime/stamp.ts';
import { createBoardLine } from './board-line.ts';
import type { Fault, FaultKind } from './faults.ts';
import { spawnGuardianProcess, type Pipe, type RunningGuardian } from './guardian-process.ts';
import { CELLS, CHANGED, Model, USUAL, type ModelRole, type Numbers, type Told } from './model.ts';
import { BOARDS, ROLES, startNodeRed, type BoardKind, type NodeRed } from './node-red.ts';
import { Process, World } from './world.ts';

/** Seconds between two looks of the model, besides those at every fault. */
const LOOK = 0.25;
/**
 * Slack, and why:
 * a hold of a timed board ends a little before the lease, so nothing is allowed but the rounding of a sum;
 * the guardian commands at the end of the lease, and a read-back that is under way may have to time out first;
 * a denial goes out with the next look at the clock (0.5 s), and then the same command;
 * after a fault a line is made anew in 1 s, a command is tried again every second, a guardian starts in 0.2 s;
 * a contact that somebody else has moved is noticed by the look at it, every 5 s.
 */
const ROUNDING = 0.001;
const COMMAND = 1.2;
const DENIAL = 1.8;
const RECOVERY = 3.5;
const NOTICE = 6.5;

/** How often a hop that repeats tells it again, and within how many seconds. */
const REPEATS = 3;
const LATEST_REPEAT = 14;

type Each<T> = Record<BoardKind, Record<ModelRole, T>>;

const each = <T>(value: T): Each<T> => ({
  'modbus-timed': { charge: value, load: value },
  'modbus-plain': { charge: value, load: value },
});

export interface House {
  readonly world: World;
  begin(fault: Fault): void;
  end(fault: Fault): void;
  /** Which contacts are closed, in the order of boards and roles. */
  contacts(): boolean[];
  /** What was broken, in one sentence; `null`: nothing. */
  broken(): string | null;
}

export function createHouse(seed: number): House {
  const world = new World();
  const random = randomFrom(seed);
  const disk: FakeDisk = fakeDisk();
  const lines = {
    'modbus-timed': createBoardLine(world, 'timed'),
    'modbus-plain': createBoardLine(world, 'plain'),
  };
  const model = new Model();
  /** With the second at which each began. */
  const active = new Map<Fault, number>();
  const pipe: Pipe = { delay: 0.001, loses: () => isActive('pipe-lossy') && random() < 0.5 };
  const guardians: RunningGuardian[] = [];
  let current: RunningGuardian | null = null;
  let node: NodeRed | null = null;
  let starts = 0;
  let numbers: Numbers = USUAL;
  let isTorn = false;
  let failure: string | null = null;
  let frames = 0;

  /** No genuine permission that was delivered lasts longer than this. */
  const bound = each(-Infinity);
  /** When somebody else has closed it; -Infinity: nobody has since it was open. */
  const foreign = each(-Infinity);
  /**
   * When a relay was first shown a permission since it was made; Infinity: not yet. Before that it commands
   * nothing, whatever the contact does: it lives on what the board (or the guardian) still holds.
   */
  const heard = each(Infinity);
  /** When it was shown one last. */
  const shownAt = each(-Infinity);
  /** Both processes were killed, and nobody knows what a plain contact was told. */
  let isUnkept = false;
  const since: Record<'timed' | 'plain' | 'guardian' | 'host', number> = {
    timed: Infinity,
    plain: Infinity,
    guardian: Infinity,
    host: Infinity,
  };

  function isActive(kind: FaultKind): boolean {
    for (const fault of active.keys()) if (fault.kind === kind) return true;
    return false;
  }
  const first = (kind: FaultKind): Fault | undefined => [...active.keys()].find((fault) => fault.kind === kind);

  // ---- the device, and the wires between the nodes

  function frame(): { seen: Observation; told: Told } {
    frames += 1;
    const voltages: unknown[] = Array.from({ length: CELLS }, (_, i) => 3.3 + ((frames * 7 + i * 3) % 5) * 0.001);
    let temperature: number | undefined = 20;
    let current: number | undefined = 1 + (frames % 3) * 0.1;
    const beyond = first('beyond-limit');
    if (beyond !== undefined) {
      const cell = (voltage: number): void => void (voltages[beyond.way % CELLS] = voltage);
      // Every second one comes back half way only: between the trip and the clear value what is raised stays raised.
      const isBack = beyond.way % 2 === 1 && world.now() - active.get(beyond)! > beyond.lasts / 3;
      const ways = [
        () => cell(isBack ? 3.5 : 3.7),
        () => cell(isBack ? 3.62 : 3.95),
        () => cell(isBack ? 3.0 : 2.7),
        () => cell(isBack ? 2.9 : 2.4),
        () => (temperature = isBack ? 6 : 2),
        () => (temperature = isBack ? 44 : 50),
        () => (temperature = isBack ? 55 : 65),
        () => (temperature = isBack ? -18 : -25),
        () => (current = isBack ? 95 : 150),
        () => (current = isBack ? -95 : -150),
      ];
      ways[(beyond.way >> 2) % ways.length]!();
    }
    const garbage = first('garbage');
    if (garbage !== undefined) voltages[garbage.way % CELLS] = [40, Number.NaN, '3.3', -1][garbage.way % 4];
    const missing = first('value-missing');
    const lacks = missing === undefined ? -1 : missing.way % 4;
    if (lacks === 0) voltages[0] = undefined;
    if (lacks === 1) voltages[CELLS - 1] = null;
    if (lacks === 2) temperature = undefined;
    if (lacks === 3) current = undefined;
    const cellCount = isActive('miscounted') ? CELLS + 1 : CELLS;
    const cells = voltages.flatMap((voltage, i) =>
      voltage === undefined ? [] : [{ cell: i + 1, voltage: voltage as number | null }],
    );
    const isPossible = (v: unknown): v is number => typeof v === 'number' && v > 0 && v < 5;
    return {
      seen: {
        cellCount,
        cells,
        voltage: 3.302 * CELLS,
        ...(temperature === undefined ? {} : { temperatures: [temperature] }),
        ...(current === undefined ? {} : { current }),
      },
      told: {
        cellCount,
        cells: voltages.map((v) => (v === undefined ? undefined : isPossible(v) ? v : null)),
        temperature,
        current,
      },
    };
  }

  function device(): void {
    if (isActive('silence')) return;
    const { seen, told } = frame();
    const to = node;
    to?.process.arrive(() => {
      model.observed(told, world.now());
      to.link().observed(seen, world.now());
    });
  }

  function reading(from: NodeRed, read: StampedReading): void {
    if (isActive('monitor-wire-cut')) return;
    model.judge(model.snapshot(read.stamp.sequence), world.now());
    from.judge(read);
  }

  function verdict(from: NodeRed, { permissions }: Verdict): void {
    const now = world.now();
    for (const role of ROLES) {
      const permission = permissions[role];
      if (permission === undefined) continue;
      const grant = permission.allowed ? model.grant(role, now) : -Infinity;
      for (const board of BOARDS) send(from, board, role, permission, grant);
    }
  }

  function send(from: NodeRed, board: BoardKind, role: ModelRole, permission: Permission, grant: number): void {
    const show = (shown: Permission, worth: number, after: number): void => {
      const arrive = (): void =>
        from.process.arrive(() => {
          if (!from.flowIsUp()) return;
          heard[board][role] = Math.min(heard[board][role], world.now());
          shownAt[board][role] = world.now();
          bound[board][role] = Math.max(bound[board][role], worth);
          from.show(board, role, shown);
        });
      if (after === 0) arrive();
      else world.after(after, arrive);
    };
    const forged = first('permissions-forged');
    if (forged !== undefined) {
      const { sequence, validUntil } = permission;
      // The first names a permission that was given, so it brings what that one is worth; the others name none.
      if (forged.way % 4 === 0) show({ ...permission, allowed: true, validUntil: validUntil + 1000 }, grant, 0);
      if (forged.way % 4 === 1) show({ ...permission, allowed: true, sequence: sequence + 7 }, -Infinity, 0);
      if (forged.way % 4 === 2) show({ ...permission, allowed: true, instance: '0-1', sequence: 1e9 }, -Infinity, 0);
      if (forged.way % 4 === 3) show({ ...permission, allowed: false, sequence: sequence + 3 }, -Infinity, 0);
    }
    if (isActive('permissions-repeated')) {
      for (let i = 0; i < REPEATS; i++) show(permission, grant, random() * LATEST_REPEAT);
    }
    if (isActive('relay-wire-cut')) return;
    show(permission, grant, isActive('permissions-late') ? random() * 8 : 0);
  }

  // ---- the processes

  function startParent(): void {
    const process = new Process(world);
    starts += 1;
    const start = startNodeRed({
      process,
      start: starts,
      disk,
      lines,
      spawn(events) {
        const others = [...guardians];
        const line = lines['modbus-plain'];
        const { running, handle } = spawnGuardianProcess(world, process, line, pipe, others, events);
        guardians.push(running);
        current = running;
        look();
        return handle;
      },
      onReading: (read) => reading(start, read),
      onVerdict: (said) => verdict(start, said),
    });
    node = start;
    start.buildFlow(numbers);
    model.restarted(!isTorn);
    isTorn = false;
    nobodyHeard();
  }

  function nobodyHeard(): void {
    for (const board of BOARDS) for (const role of ROLES) heard[board][role] = Infinity;
  }

  function killParent(): void {
    const old = node;
    if (old === null) return;
    old.process.kill();
    for (const guardian of guardians) if (guardian === current) guardian.parentGone();
    current = null;
    node = null;
  }

  function rebuild(): void {
    const to = node;
    to?.process.arrive(() => {
      if (to.flowIsUp() || isActive('redeploy') || isActive('settings-changed')) return;
      if (to.buildFlow(numbers)) model.settings(numbers);
    });
  }

  // ---- the model's looks

  function look(): void {
    const now = world.now();
    const isAwake = node !== null && !node.process.isStalled;
    // A relay that is made anew has heard nothing yet.
    const keepsRelays = node?.keepsRelays() === true;
    if (!keepsRelays) nobodyHeard();
    const flows = isAwake && node!.flowIsUp();
    model.tick(now, flows);
    const told = flows && !isActive('relay-wire-cut') && !isActive('permissions-late');
    const keeps = guardians.some((guardian) => guardian.process.isAlive && guardian.isServing());
    // One that was killed cannot open anything; one that has left by itself, or was never there, is no excuse.
    const isKilled = guardians.at(-1)?.wasKilled() === true;
    if (node === null && isKilled) isUnkept = true;
    const pipes = !isActive('pipe-late') && !isActive('pipe-lossy');
    const timed = lines['modbus-timed'].isWell();
    const plain = lines['modbus-plain'].isWell();
    const facts = {
      timed: told && timed,
      plain: told && plain && pipes && current?.isServing() === true,
      guardian: (keeps || !isKilled) && plain,
      host: isAwake && keepsRelays && timed,
    };
    for (const key of ['timed', 'plain', 'guardian', 'host'] as const) {
      since[key] = facts[key] ? Math.min(since[key], now) : Infinity;
    }
    for (const board of BOARDS) for (const role of ROLES) judge(board, role, now);
  }

  function judge(board: BoardKind, role: ModelRole, now: number): void {
    const isTimed = board === 'modbus-timed';
    if (!lines[board].board.contacts()[ROLES.indexOf(role)]) {
      foreign[board][role] = -Infinity;
      return;
    }
    const keeper = isTimed ? since.host : since.guardian;
    if (foreign[board][role] > -Infinity) {
      // Renewed or let go since then by a keeper that was well for long enough: what the contact does is ours again.
      const from = Math.max(keeper, foreign[board][role], heard[board][role]);
      const isRenewed = shownAt[board][role] - from > NOTICE;
      const isLetGo = now - Math.max(from, bound[board][role]) > NOTICE;
      if (!isRenewed && !isLetGo) return;
      foreign[board][role] = -Infinity;
    }
    const over = now - bound[board][role];
    if (isTimed && over > ROUNDING) return broke(`${board} ${role}: closed ${over.toFixed(2)} s after its lease`);
    const isKept = now - Math.max(since.guardian, isUnkept ? heard[board][role] : 0) > RECOVERY;
    if (!isTimed && over > COMMAND && isKept) {
      return broke(`${board} ${role}: closed ${over.toFixed(2)} s after its lease`);
    }
    const path = isTimed ? since.timed : since.plain;
    const denied = now - model.deniedSince(role);
    if (now - path > RECOVERY && denied > DENIAL) {
      broke(`${board} ${role}: closed although it has been denied for ${denied.toFixed(2)} s`);
    }
  }

  function broke(what: string): void {
    failure ??= `at ${(world.now() - 1000).toFixed(2)} s, ${what}`;
  }

  startParent();
  world.every(1, device);
  world.every(LOOK, look);

  return {
    world,
    broken: () => failure,
    contacts: () => BOARDS.flatMap((board) => lines[board].board.contacts().slice(0, ROLES.length)),
    begin(fault) {
      active.set(fault, world.now());
      const board = BOARDS[fault.way % 2]!;
      switch (fault.kind) {
        case 'redeploy':
        case 'settings-changed': {
          const to = node;
          to?.process.arrive(() => {
            if (to.flowIsUp()) to.closeFlow();
          });
          break;
        }
        case 'parent-killed':
          killParent();
          break;
        case 'parent-stalled':
          node?.process.stall();
          break;
        case 'guardian-killed':
          for (const guardian of guardians) if (guardian.process.isAlive) guardian.kill();
          break;
        case 'pipe-late':
          pipe.delay = 0.05 + (fault.way % 15) / 10;
          break;
        case 'timed-line-cut':
          lines['modbus-timed'].plugged(false);
          break;
        case 'plain-line-cut':
          lines['modbus-plain'].plugged(false);
          break;
        case 'exceptions':
          lines[board].exceptions(true);
          break;
        case 'board-power':
          lines[board].power(false);
          break;
        case 'foreign-write': {
          const role = ROLES[(fault.way >> 1) % 2]!;
          lines[board].writeCoil(ROLES.indexOf(role), true);
          foreign[board][role] = world.now();
          break;
        }
        case 'wall-clock':
          world.stepWall((fault.way - 500) * 86_400_000);
          break;
        case 'store-torn':
          isTorn = true;
          for (const [file, text] of disk.files) {
            if (fault.way % 3 === 0 || file.endsWith(fault.way % 3 === 1 ? 'a.json' : 'b.json')) {
              disk.files.set(file, text.slice(0, text.length >> 1));
            }
          }
          break;
        default:
          break;
      }
      look();
    },
    end(fault) {
      active.delete(fault);
      const isOver = !isActive(fault.kind);
      const board = BOARDS[fault.way % 2]!;
      const same = [...active.keys()].some(({ kind, way }) => kind === fault.kind && way % 2 === fault.way % 2);
      switch (fault.kind) {
        case 'settings-changed':
          numbers = numbers === USUAL ? CHANGED : USUAL;
          rebuild();
          break;
        case 'redeploy':
          rebuild();
          break;
        case 'parent-killed':
          if (isOver && node === null) startParent();
          break;
        case 'parent-stalled':
          if (isOver) node?.process.goOn();
          break;
        case 'pipe-late':
          if (isOver) pipe.delay = 0.001;
          break;
        case 'timed-line-cut':
          if (isOver) lines['modbus-timed'].plugged(true);
          break;
        case 'plain-line-cut':
          if (isOver) lines['modbus-plain'].plugged(true);
          break;
        case 'exceptions':
          if (!same) lines[board].exceptions(false);
          break;
        case 'board-power':
          if (!same) lines[board].power(true);
          break;
        default:
          break;
      }
      look();
    },
  };
}

/** Small numbers that are the same in every replay of a seed (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
