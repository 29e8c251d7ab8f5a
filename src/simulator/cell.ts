/** One LiFePO4 cell: what it holds, how far its voltage gives way, how warm it gets. */
import type { Random } from './random.ts';

export interface Cell {
  /** Ah this cell really holds; every cell differs a little. */
  readonly capacity: number;
  /** Ω at once (cell and link), and Ω that build up slowly. */
  readonly resistance: number;
  readonly slowResistance: number;
  /** K its place in the pack is warmer than the air around. */
  readonly placeWarmth: number;
  /** A that leak away with nothing connected. */
  readonly selfDischarge: number;
  /** Ah in it now. */
  charge: number;
  /** V across the slow resistance. */
  slowVoltage: number;
  /** °C inside. */
  temperature: number;
  bypassing: boolean;
}

/**
 * Open-circuit voltage of a rested LiFePO4 cell over its state of charge (%), between its two branches: flat in the middle with
 * a step near 70 %, steep at both ends. Rounded from measured cells (A. Kawakita de Souza, doi 10.17632/p8kf893yv3.1).
 */
const REST_VOLTAGE: readonly (readonly [soc: number, volts: number])[] = [
  [0, 2.5],
  [5, 3.06],
  [10, 3.2],
  [20, 3.24],
  [30, 3.277],
  [40, 3.294],
  [50, 3.298],
  [60, 3.303],
  [65, 3.307],
  [70, 3.318],
  [75, 3.332],
  [80, 3.336],
  [90, 3.341],
  [95, 3.347],
  [98, 3.38],
  [100, 3.55],
];

/** s: how long the slow part of the voltage takes to build up and to go. */
const SLOW_TIME = 300;
/** s and K per W: a large prismatic cell on a floor. */
const THERMAL_TIME = 5400;
const THERMAL_RESISTANCE = 2;
/** A through the bypass resistor of the balancing board (123-R6: 1 A a cell). */
export const BYPASS_CURRENT = 1;

/**
 * V of a rested cell at `soc` (%). Beyond 0 and 100 the ends go on as steep as they are, within 0…4.5 V: an
 * overcharged cell runs away upwards, an emptied one collapses.
 */
export function restVoltage(soc: number): number {
  let upper = REST_VOLTAGE.findIndex(([at]) => at >= soc);
  if (upper === -1) upper = REST_VOLTAGE.length - 1;
  const [rightSoc, rightVolts] = REST_VOLTAGE[Math.max(1, upper)] ?? [100, 3.55];
  const [leftSoc, leftVolts] = REST_VOLTAGE[Math.max(1, upper) - 1] ?? [98, 3.4];
  const volts = leftVolts + ((soc - leftSoc) / (rightSoc - leftSoc)) * (rightVolts - leftVolts);
  return Math.min(4.5, Math.max(0, volts));
}

/** A cell of a batch: nominal `capacity` (Ah) ± 2 %, resistance ± 10 %, its charge ± 0.5 % off the `soc` (%) wanted, and
 * its place up to 2 K warmer than `ambient` (°C). */
export function createCell(capacity: number, soc: number, ambient: number, random: Random): Cell {
  const spread = (part: number) => 1 + part * (2 * random() - 1);
  const own = capacity * spread(0.02);
  const placeWarmth = 2 * random();
  return {
    capacity: own,
    resistance: (0.07 / capacity) * spread(0.1),
    slowResistance: (0.05 / capacity) * spread(0.1),
    placeWarmth,
    selfDischarge: (own * 0.02 * spread(0.5)) / (30 * 24), // 1…3 % a month
    charge: own * Math.min(1, Math.max(0, soc / 100 + 0.005 * (2 * random() - 1))),
    slowVoltage: 0,
    temperature: ambient + placeWarmth,
    bypassing: false,
  };
}

/** State of charge of this cell, %. Above 100 when overcharged, below 0 when emptied beyond its end. */
export function cellSoc(cell: Cell): number {
  return (100 * cell.charge) / cell.capacity;
}

/** A through the cell itself while `current` (A, + = charging) goes through the string. */
export function cellCurrent(cell: Cell, current: number): number {
  return current - (cell.bypassing ? BYPASS_CURRENT : 0);
}

/** V at the terminals while `current` (A, + = charging) goes through the string. */
export function cellVoltage(cell: Cell, current: number): number {
  return restVoltage(cellSoc(cell)) + cell.slowVoltage + cellCurrent(cell, current) * cell.resistance;
}

/** Moves the cell on by `seconds` with `current` (A) through the string and `ambient` (°C) around it. */
export function stepCell(cell: Cell, seconds: number, current: number, ambient: number): void {
  const own = cellCurrent(cell, current);
  cell.charge += ((own - cell.selfDischarge) * seconds) / 3600;
  const settledVoltage = own * cell.slowResistance;
  cell.slowVoltage = settledVoltage + (cell.slowVoltage - settledVoltage) * Math.exp(-seconds / SLOW_TIME);
  const heat = own * own * (cell.resistance + cell.slowResistance);
  const settledTemperature = ambient + cell.placeWarmth + heat * THERMAL_RESISTANCE;
  const left = Math.exp(-seconds / THERMAL_TIME);
  cell.temperature = settledTemperature + (cell.temperature - settledTemperature) * left;
}
