/**
 * A year at 1 Hz, compressed: real frames over a line that flips bits, the real link with its vote, the engine, the runtime
 * with its store, and a relay that lives on its leases. Everything that opens must have a cause in the plant, and
 * everything in the plant that must open has to.
 */
import { resolveSettings } from '../src/engine/pack/validate.ts';
import { createSmartBms123Link } from '../src/links/123smartbms/link.ts';
import type { RelayOutput } from '../src/relays/relay.ts';
import type { Disk } from '../src/runtime/disk.ts';
import { PackRuntime } from '../src/runtime/pack-runtime.ts';
import { RelayRuntime } from '../src/runtime/relay-runtime.ts';
import { openStore } from '../src/runtime/store.ts';
import { FastClock } from './soak-clock.ts';
import { CELLS, createLine, createRandom, frameAt } from './soak-frames.ts';
import { CALM, createPlant, type PlantEvent, type SoakRole } from './soak-plant.ts';

const DAY = 86_400;
const ROLES: readonly SoakRole[] = ['charge', 'load'];
/** Share of the bits that flip. */
const BIT_ERRORS = 1e-4;
/** Between two pauses in which the disk may write (s). */
const CHUNK = 60;
/** Seconds in which so many damaged frames leave charging without a reading: silence on the line is a cause too. */
const SILENCE = 6;
const ENOUGH_DAMAGED = 2;
/** After the start nothing is judged for so long (s). */
const START = 120;

export interface YearResult {
  readonly days: number;
  readonly steps: number;
  readonly perSecond: number;
  /** Bytes, growth over the run after the first tenth; `null` without --expose-gc. */
  readonly growth: number | null;
  readonly damaged: number;
  readonly events: Readonly<Record<string, number>>;
  /** Openings, and closings that never came, that nothing in the plant explains. */
  readonly wrong: readonly string[];
  /** What should have opened in time and did not. */
  readonly missed: readonly string[];
  /** Openings of charging because too many frames in a row were damaged. */
  readonly lineOpenings: number;
  /** Seconds from the first frame that showed an event to the opening, the longest of each kind. */
  readonly slowest: Readonly<Record<string, number>>;
  /** The most on one day. */
  readonly writes: number;
}

/** A contact that obeys at once and opens by itself. */
function contact(clock: FastClock): RelayOutput {
  let until = -Infinity;
  return {
    hold: (to) => void (until = to),
    release: () => void (until = -Infinity),
    state() {
      const commanded = until > clock.now();
      return { commanded, actual: commanded, verified: true, problem: null, fault: null };
    },
    onChange: () => () => undefined,
    close: () => undefined,
  };
}

/** A disk in memory that counts. */
function countingDisk(): Disk & { writes: number } {
  const files = new Map<string, string>();
  return {
    writes: 0,
    read(file) {
      const text = files.get(file);
      if (text === undefined) throw Object.assign(new Error('not there'), { code: 'ENOENT' });
      return text;
    },
    replace(file, text) {
      this.writes += 1;
      files.set(file, text);
      return Promise.resolve();
    },
  };
}

export async function liveYear(days: number, seed: number, progress: (day: number) => void): Promise<YearResult> {
  const collect = (globalThis as { gc?: () => void }).gc;
  const random = createRandom(seed);
  const resolved = resolveSettings('lifepo4', { cells: CELLS, capacity: 280 });
  if (!resolved.ok) throw new Error(JSON.stringify(resolved.problems));
  const clock = new FastClock();
  const disk = countingDisk();
  const store = openStore('/soak', () => undefined, { owner: 'soak', disk });
  let hear: (chunk: Uint8Array, at: number) => void = () => undefined;
  const bytes = {
    onBytes(listener: typeof hear) {
      hear = listener;
      return () => undefined;
    },
  };
  const pack = new PackRuntime({
    id: 'soak',
    name: 'soak',
    settings: resolved.settings,
    firstClose: true,
    clock,
    instance: 'soak-1',
    store,
    openLink: (listener) => createSmartBms123Link({ bytes, clock, formula: 'driver', listener }),
    openFeed: () => {
      throw new Error('no bytes are fed by hand here');
    },
  });
  const followed = { name: () => 'soak', instance: () => 'soak-1', real: pack.real.bind(pack) };
  const outputs = { charge: contact(clock), load: contact(clock) };
  const relays = ROLES.map(
    (role) => [role, new RelayRuntime({ clock, role, packs: [followed], output: outputs[role] })] as const,
  );
  pack.onReading((reading) => void pack.judge(reading));
  pack.claimJudge('soak', ({ permissions }) => {
    for (const [role, relay] of relays) if (permissions[role] !== undefined) relay.show(permissions[role]);
  });

  const line = createLine(BIT_ERRORS, random);
  const plant = createPlant(random);
  const wrong: string[] = [];
  const missed: string[] = [];
  const events: Record<string, number> = {};
  const slowest: Record<string, number> = {};
  const heap: number[] = [];
  const was = { charge: false, load: false };
  /** Seconds of the last frames that were damaged. */
  let hurt: number[] = [];
  let damaged = 0;
  let lineOpenings = 0;
  let writes = 0;
  let before: PlantEvent | null = null;
  const opened: Record<SoakRole, boolean> = { charge: false, load: false };

  function live(second: number): void {
    const event = plant.at(second);
    const runs = event !== null && second < event.from + event.kind.lasts;
    if (event !== before) {
      const open = ROLES.filter((role) => second > START && !outputs[role].state().commanded);
      for (const role of open)
        wrong.push(`day ${(second / DAY).toFixed(2)}: ${role} is open, and nothing is the matter`);
      if (event !== null) events[event.kind.name] = (events[event.kind.name] ?? 0) + 1;
      opened.charge = opened.load = false;
      before = event;
    }
    clock.to(1000 + second);
    if (!(runs && event.kind.isSilent)) {
      const frame = frameAt(second, runs ? event.kind.shown : CALM);
      if (line.spoil(frame)) {
        damaged += 1;
        hurt = [...hurt.filter((at) => second - at <= SILENCE), second];
      }
      hear(frame, clock.now());
    }
    for (const role of ROLES) look(role, second, event);
  }

  function look(role: SoakRole, second: number, event: PlantEvent | null): void {
    const is = outputs[role].state().commanded;
    const must = event?.kind.opens[role] ?? null;
    if (event !== null && must !== null && !opened[role]) {
      const took = second - event.from;
      if (!is) {
        opened[role] = true;
        slowest[event.kind.name] = Math.max(slowest[event.kind.name] ?? 0, took);
      } else if (took > must) {
        opened[role] = true;
        missed.push(`day ${(second / DAY).toFixed(2)}: ${event.kind.name}, ${role} still closed after ${took} s`);
      }
    }
    const isOver = event === null || second > event.from + event.kind.lasts + SILENCE;
    if (was[role] && !is && (must === null || isOver)) {
      const isHurt = hurt.filter((at) => second - at <= SILENCE).length >= ENOUGH_DAMAGED;
      if (role === 'charge' && isHurt) lineOpenings += 1;
      else wrong.push(`day ${(second / DAY).toFixed(2)}: ${role} opened${event ? ` in ${event.kind.name}` : ''}`);
    }
    was[role] = is;
  }

  const steps = Math.round(days * DAY);
  const every = Math.max(CHUNK, Math.floor(steps / 40 / CHUNK) * CHUNK);
  const start = performance.now();
  let atMidnight = 0;
  for (let second = 0; second < steps; ) {
    const end = Math.min(steps, second + CHUNK);
    for (; second < end; second++) live(second);
    await pack.settled();
    if (second % DAY === 0 || second === steps) {
      writes = Math.max(writes, disk.writes - atMidnight);
      atMidnight = disk.writes;
      progress(second / DAY);
    }
    if (collect !== undefined && second % every === 0) {
      collect();
      heap.push(process.memoryUsage().heapUsed);
    }
  }
  const spent = (performance.now() - start) / 1000;
  pack.end();
  const warm = heap.slice(Math.ceil(heap.length / 10));
  return {
    days,
    steps,
    perSecond: steps / spent,
    growth: collect === undefined || warm.length < 4 ? null : slopeOf(warm) * warm.length,
    damaged,
    events,
    wrong,
    missed,
    lineOpenings,
    slowest,
    writes,
  };
}

/** Least squares, per sample. */
export function slopeOf(values: readonly number[]): number {
  const meanX = (values.length - 1) / 2;
  const meanY = values.reduce((a, b) => a + b, 0) / values.length;
  let above = 0;
  let below = 0;
  for (const [x, y] of values.entries()) {
    above += (x - meanX) * (y - meanY);
    below += (x - meanX) ** 2;
  }
  return above / below;
}
