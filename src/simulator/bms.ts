/**
 * What every simulated BMS has in common, whatever it speaks: a pack, what it measures of it, its two switches, its own
 * protection, and the faults that a person or a test can inject.
 */
import type { Clock } from '../engine/clock.ts';
import { bits } from './bytes.ts';
import { type Commands, numberOr, onOff, plain } from './control.ts';
import { createPack, type SimulatedPack } from './pack.ts';
import { packCommands } from './pack-commands.ts';

export interface BmsOptions {
  readonly clock: Clock;
  /** Cells in series. */
  readonly cells: number;
  /** Ah. */
  readonly capacity: number;
  /** % to begin with. */
  readonly soc: number;
  /** How many times faster than real the physics runs. */
  readonly speed: number;
  readonly seed?: number;
}

/** With its address, or unit. */
export interface AddressedBmsOptions extends BmsOptions {
  readonly unit: number;
}

/** What it measures, and thinks of it. Everything unrounded: a protocol rounds to its own steps. */
export interface BmsState {
  readonly cells: readonly {
    /** V */
    readonly voltage: number;
    /** °C; `null`: the sensor is dead. */
    readonly temperature: number | null;
    readonly balancing: boolean;
  }[];
  /** Of the cells it claims to have: as many as there are, unless it was told to lie (`count`). */
  readonly cellCount: number;
  /** V: the sum of its cells. */
  readonly voltage: number;
  /** A, positive = charging; `null`: its sensor is dead. */
  readonly current: number | null;
  /** % */
  readonly soc: number;
  /** Ah */
  readonly remaining: number;
  readonly capacity: number;
  readonly cycles: number;
  /** % */
  readonly soh: number;
  /** °C of the switches themselves. */
  readonly mosTemperature: number;
  readonly ambient: number;
  /** Its own protection, all false in a healthy pack. */
  readonly alarms: {
    readonly cellOvervoltage: boolean;
    readonly cellUndervoltage: boolean;
    readonly chargeOvertemperature: boolean;
    readonly chargeUndertemperature: boolean;
    readonly dischargeOvertemperature: boolean;
    readonly dischargeUndertemperature: boolean;
    readonly shortCircuit: boolean;
  };
  /** Its switches as somebody has set them. */
  readonly allows: { readonly charge: boolean; readonly discharge: boolean };
  /** Its MOSFETs: the switch is set and its own protection agrees. */
  readonly conducts: { readonly charge: boolean; readonly discharge: boolean };
  /** s since it was started. */
  readonly uptime: number;
  /** Another number when another device was plugged in (`identity`). */
  readonly identity: number;
}

export interface SimulatedBms {
  readonly pack: SimulatedPack;
  /** Now; what it was when it froze, while it is frozen. */
  state(): BmsState;
  /** Sets one of its switches. */
  set(which: 'charge' | 'discharge', on: boolean): void;
  readonly commands: Commands;
}

/** V and °C of its own protection, as such devices come from the factory. */
const LIMITS = { over: 3.65, under: 2.5, hot: 55, cold: 0, dischargeHot: 60, dischargeCold: -20 } as const;
const CYCLES_BEFORE = 42;
const STATE_OF_HEALTH = 99;
/** K the switches are warmer than the air, and K per A. */
const MOS_WARMTH = 3;
const MOS_WARMTH_PER_AMPERE = 0.05;
/** s of real time caught up at most in one go, after the computer slept. */
const LONGEST_GAP = 10;

/** A BMS on a pack of its own, healthy, both switches on. Time passes when it is looked at. */
export function createBms({ clock, cells, capacity, soc, speed, seed = 1 }: BmsOptions): SimulatedBms {
  const pack = createPack({ cells, capacity, soc, seed });
  const allows = { charge: true, discharge: true };
  const faults = {
    frozen: null as BmsState | null,
    currentSensor: true,
    count: null as number | null,
    shortCircuit: false,
    identity: 1,
  };
  const started = clock.now();
  let last = started;

  function advance(): void {
    const now = clock.now();
    pack.step(Math.min(LONGEST_GAP, now - last) * speed);
    last = now;
  }

  function measure(): BmsState {
    advance();
    const readings = pack.cells();
    const volts = readings.map(({ voltage }) => voltage);
    const warm = readings.flatMap(({ temperature, bypassing }) =>
      temperature === null || bypassing ? [] : [temperature],
    );
    const { charge, load } = pack.flow();
    const alarms = {
      cellOvervoltage: volts.some((voltage) => voltage >= LIMITS.over),
      cellUndervoltage: volts.some((voltage) => voltage <= LIMITS.under),
      chargeOvertemperature: warm.some((celsius) => celsius > LIMITS.hot),
      chargeUndertemperature: warm.some((celsius) => celsius < LIMITS.cold),
      dischargeOvertemperature: warm.some((celsius) => celsius > LIMITS.dischargeHot),
      dischargeUndertemperature: warm.some((celsius) => celsius < LIMITS.dischargeCold),
      shortCircuit: faults.shortCircuit,
    };
    const { cellOvervoltage, cellUndervoltage, shortCircuit } = alarms;
    const conducts = {
      charge:
        allows.charge &&
        !(cellOvervoltage || alarms.chargeOvertemperature || alarms.chargeUndertemperature || shortCircuit),
      discharge:
        allows.discharge &&
        !(cellUndervoltage || alarms.dischargeOvertemperature || alarms.dischargeUndertemperature || shortCircuit),
    };
    pack.chargeAllowed = conducts.charge && outside.charger;
    pack.loadAllowed = conducts.discharge && outside.loads;
    const percent = Math.min(100, Math.max(0, pack.soc()));
    const flowing = Math.abs(charge - load);
    return {
      cells: readings.map(({ voltage, temperature, bypassing }) => ({ voltage, temperature, balancing: bypassing })),
      cellCount: faults.count ?? readings.length,
      voltage: volts.reduce((sum, voltage) => sum + voltage, 0),
      current: faults.currentSensor ? charge - load : null,
      soc: percent,
      remaining: (capacity * percent) / 100,
      capacity,
      cycles: CYCLES_BEFORE + Math.floor(pack.totals().ampHoursOut / capacity),
      soh: STATE_OF_HEALTH,
      mosTemperature: pack.ambient + MOS_WARMTH + MOS_WARMTH_PER_AMPERE * flowing,
      ambient: pack.ambient,
      alarms,
      allows: { ...allows },
      conducts,
      uptime: Math.floor(clock.now() - started),
      identity: faults.identity,
    };
  }

  /** The contacts outside of it, as whoever supervises the pack has them. */
  const outside = { charger: true, loads: true };

  return {
    pack,
    state: () => {
      if (faults.frozen !== null) return faults.frozen;
      return measure();
    },
    set(which, on) {
      allows[which] = on;
    },
    commands: {
      freeze: plain(() => {
        faults.frozen = measure();
      }),
      thaw: plain(() => {
        faults.frozen = null;
      }),
      ...packCommands(pack, {
        count(claimed) {
          faults.count = claimed;
        },
        currentSensor(works) {
          faults.currentSensor = works;
        },
      }),
      'charger on|off': onOff((on) => {
        outside.charger = on;
      }),
      'loads on|off': onOff((on) => {
        outside.loads = on;
      }),
      'short on|off': onOff((on) => {
        faults.shortCircuit = on;
      }),
      'identity NUMBER': numberOr(1, 9999, [], (number) => {
        faults.identity = Math.round(number);
      }),
    },
  };
}

/** One bit a cell that is being balanced, cell 1 the lowest, as far as `most` cells. */
export function balanceMask({ cells }: BmsState, most: number): number {
  return bits(...cells.slice(0, most).map(({ balancing }) => balancing));
}

/** mV of so many cells, of as many as it claims to have unless said; 0 where it has none. */
export function milliVolts({ cells, cellCount }: BmsState, count = cellCount): number[] {
  return Array.from({ length: count }, (_, i) => Math.round((cells[i]?.voltage ?? 0) * 1000));
}
