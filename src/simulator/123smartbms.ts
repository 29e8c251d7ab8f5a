/**
 * A 123\SmartBMS as its "extended data output" shows it: a frame every second, one cell a frame in turn, its own
 * permissions and counters. Its own relays switch nothing here: whoever supervises the pack opens the contacts
 * (`charger off`, `loads off`).
 */
import type { Clock } from '../engine/clock.ts';
import { createCommands } from './123smartbms-commands.ts';
import { type FrameContent, type FrameExtreme, PAIR_COUNT, writeFrame } from './123smartbms-frame.ts';
import {
  createJudge,
  SMARTBMS123_SETTINGS,
  type Smartbms123Faults,
  type Smartbms123Settings,
  V_FULL,
  V_LOW,
  V_NOMINAL,
} from './123smartbms-status.ts';
import { obey } from './control.ts';
import type { DeviceKind } from './device.ts';
import { type CellReading, createPack, type SimulatedPack } from './pack.ts';
import { createRandom, flipBits } from './random.ts';

export interface Smartbms123Options {
  readonly pack: SimulatedPack;
  readonly clock: Clock;
  /** Puts a frame on the line. */
  readonly send: (bytes: Uint8Array) => void;
  /** s between frames: 1.0 (slow) or 0.5 (fast), 123-R1. */
  readonly period?: number;
  /** How many times faster than real the physics runs; frames keep their rhythm. */
  readonly speed?: number;
  readonly settings?: Partial<Smartbms123Settings>;
  /** How °C become counts: as the vendor's driver and app read them (raw · 0.857 − 232), or as its document says (raw − 276). */
  readonly temperatureFormula?: 'driver' | 'document';
  readonly seed?: number;
}

export interface Smartbms123 {
  readonly faults: Smartbms123Faults;
  command(line: string): string | null;
  close(): void;
}

/** kWh on the counters when the simulation begins: the device is not new. */
const COLLECTED_BEFORE = 1234;
const CONSUMED_BEFORE = 1180;
const CYCLES_BEFORE = 123;
/** % */
const STATE_OF_HEALTH = 98;
const CHARGE_EFFICIENCY = 99;
/** 3.3 (a nibble each), patch 11: the firmware of the protocol document. */
const FIRMWARE = [0x33, 11];
const DAY = 86_400;
/** s of real time caught up at most in one frame, after the computer slept. */
const LONGEST_GAP = 10;

/** Starts the device; the first frame goes out one period later. */
export function createSmartbms123(options: Smartbms123Options): Smartbms123 {
  const { pack, clock, send, period = 1, speed = 1 } = options;
  const settings = { ...SMARTBMS123_SETTINGS, ...options.settings };
  const noise = createRandom((options.seed ?? 1) + 7);
  const faults: Smartbms123Faults = {
    silent: false,
    frozen: false,
    stuck: false,
    bitErrors: 0,
    communication: true,
    calibrated: true,
    currentSensors: true,
    cellCount: null,
  };
  let frames = 0;
  let last = clock.now();
  let simulated = 0;
  let midnight = { wattHoursIn: 0, wattHoursOut: 0 };
  const judge = createJudge(pack, settings);
  let latest: Uint8Array | null = null;
  let measured: readonly CellReading[] = pack.cells();

  /** Counts of a sensor reading; a dead sensor gives 0, far below anything real. */
  function counts(celsius: number | null): number {
    if (celsius === null) return 0;
    const raw = options.temperatureFormula === 'document' ? celsius + 276 : (celsius + 232) / 0.857;
    return Math.max(0, Math.round(raw));
  }

  function content(): FrameContent {
    if (!faults.stuck) measured = pack.cells();
    const cells = measured;
    const totals = pack.totals();
    const { charge, load } = pack.flow();
    const { status, status2 } = judge(faults);
    const volts = cells.map((cell) => Math.round(cell.voltage / 0.005) * 0.005);
    const raw = cells.map((cell) => counts(cell.temperature));
    const turn = frames % cells.length;
    const capacity = (pack.capacity * V_NOMINAL * cells.length) / 1000;
    const soc = Math.min(100, Math.max(0, pack.soc()));
    const collected = COLLECTED_BEFORE + totals.wattHoursIn / 1000;
    const consumed = CONSUMED_BEFORE + totals.wattHoursOut / 1000;
    const cycles = CYCLES_BEFORE + totals.ampHoursIn / pack.capacity;
    const key = frames % PAIR_COUNT;
    return {
      currentIn: faults.currentSensors ? charge : null,
      currentOut: faults.currentSensors ? load : null,
      voltage: volts.reduce((sum, voltage) => sum + voltage, 0), // it measures cells, and adds them up
      lowestVoltage: extreme(volts, Math.min),
      highestVoltage: extreme(volts, Math.max),
      lowestTemperature: extreme(raw, Math.min),
      highestTemperature: extreme(raw, Math.max),
      cellCount: faults.cellCount ?? cells.length,
      cell: { number: turn + 1, voltage: volts[turn] ?? 0, temperature: raw[turn] ?? 0 },
      status,
      collectedToday: totals.wattHoursIn - midnight.wattHoursIn,
      stored: (soc / 100) * capacity * 1000,
      consumedToday: totals.wattHoursOut - midnight.wattHoursOut,
      soc,
      collectedTotal: Math.floor(collected),
      consumedTotal: Math.floor(consumed),
      pair: { key, value: pairs(status2, cycles, collected, consumed)[key] ?? 0 },
      capacity,
      vMin: settings.vMin,
      vMax: settings.vMax,
      vBalance: pack.balanceVoltage,
    };
  }

  function tick(): void {
    const now = clock.now();
    const elapsed = Math.min(LONGEST_GAP, now - last) * speed;
    last = now;
    pack.step(elapsed);
    if (Math.floor(simulated / DAY) !== Math.floor((simulated + elapsed) / DAY)) midnight = pack.totals();
    simulated += elapsed;
    const fresh = writeFrame(content());
    frames += 1;
    latest = faults.frozen ? (latest ?? fresh) : fresh;
    if (!faults.silent) send(flipBits(latest, faults.bitErrors, noise));
  }

  const commands = createCommands(pack, faults);
  const stop = clock.every(period, tick);
  return { faults, command: (line) => obey(commands, line), close: stop };
}

function extreme(values: readonly number[], pick: (...values: number[]) => number): FrameExtreme {
  const value = pick(...values);
  return { value, cell: values.indexOf(value) + 1 };
}

/** Most significant first. */
function bytes(value: number, size: number): number[] {
  return Array.from({ length: size }, (_, index) => (Math.floor(value) >> (8 * (size - 1 - index))) & 0xff);
}

function voltBytes(volts: number): number[] {
  return bytes(Math.round(volts / 0.005), 2);
}

/** The values of the key/value pairs 0…18, most significant byte first where a value takes several. */
function pairs(status2: number, cycles: number, chargedEnergy: number, dischargedEnergy: number): number[] {
  return [
    STATE_OF_HEALTH,
    CHARGE_EFFICIENCY,
    ...voltBytes(V_LOW),
    ...voltBytes(V_NOMINAL),
    ...FIRMWARE,
    ...bytes(cycles, 2),
    ...bytes(chargedEnergy, 3),
    ...bytes(dischargedEnergy, 3),
    status2,
    ...voltBytes(V_FULL),
  ];
}

/** The device for the command line: its frames go to everybody who listens, and it hears nothing. */
export const smartbms123Kind: DeviceKind = {
  id: '123smartbms',
  description:
    '123\\SmartBMS, extended data output (UART, 9600 8N1): a frame every second from a simulated LiFePO4 pack',
  baudRate: 9600,
  create({ clock, cells, capacity, soc, speed }) {
    const listeners = new Set<(frame: Uint8Array) => void>();
    const device = createSmartbms123({
      pack: createPack({ cells, capacity, soc }),
      clock,
      speed,
      send: (frame) => {
        for (const listener of listeners) listener(frame);
      },
    });
    return {
      connect(send) {
        listeners.add(send);
        return { receive: () => undefined, close: () => void listeners.delete(send) };
      },
      command: (line) => device.command(line),
      close: () => device.close(),
    };
  },
};
