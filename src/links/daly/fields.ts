/**
 * What the answers of Daly's A5 protocol hold, after python-daly-bms and dbus-serialbattery. Every reader takes the eight
 * bytes of data (or several such), gives `null` for values that cannot be, and is total.
 */
import { wordAt } from '../bus/bytes.ts';
import { readDalyMosfets } from './frame.ts';

/** Raw value of no current. */
const NO_CURRENT = 30_000;
const NO_WARMTH = 40;
/** A sensor that is not there, or broken: the lowest value there is (−40 °C), or the highest. */
const DEAD_SENSOR = [0, 0xff];
export const CELLS_PER_FRAME = 3;
export const SENSORS_PER_FRAME = 7;
const MOST_CELLS = 48;
const MOST_SENSORS = 3 * SENSORS_PER_FRAME;
const FULL = 1000;
/** Bits of the answer to 97. */
const BALANCING_BYTES = 6;

const u32 = (data: Uint8Array, at: number): number => wordAt(data, at) * 0x1_0000 + wordAt(data, at + 2);

export type DalyState = 'idle' | 'charging' | 'discharging';

/** 0, 1, 2 */
export const DALY_STATES: readonly DalyState[] = ['idle', 'charging', 'discharging'];

export interface DalyPack {
  /** V */
  readonly voltage: number;
  /** V as a second circuit measures it; 0 in most. */
  readonly acquisitionVoltage: number;
  /** A, positive = charging, where raw values above 30000 mean discharging. */
  readonly current: number;
  /** %; `null`: above 100. */
  readonly soc: number | null;
}

/** 90 */
export function readDalyPack(data: Uint8Array): DalyPack {
  const soc = wordAt(data, 6);
  return {
    voltage: wordAt(data, 0) / 10,
    acquisitionVoltage: wordAt(data, 2) / 10,
    current: (NO_CURRENT - wordAt(data, 4)) / 10,
    soc: soc > FULL ? null : soc / 10,
  };
}

export interface DalyExtreme {
  readonly value: number | null;
  /** From 1; `null`: not told. */
  readonly number: number | null;
}

export interface DalyExtremes {
  readonly max: DalyExtreme;
  readonly min: DalyExtreme;
}

const numberOf = (byte: number | undefined): number | null => (byte === undefined || byte === 0 ? null : byte);

/** 91, V; `null`: the highest is below the lowest. */
export function readDalyCellExtremes(data: Uint8Array): DalyExtremes | null {
  const max = { value: wordAt(data, 0) / 1000, number: numberOf(data[2]) };
  const min = { value: wordAt(data, 3) / 1000, number: numberOf(data[5]) };
  return max.value < min.value ? null : { max, min };
}

/** 92, °C; `null`: the highest is below the lowest. */
export function readDalyTemperatureExtremes(data: Uint8Array): DalyExtremes | null {
  const [max = 0, maxNumber, min = 0, minNumber] = data;
  if (max < min) return null;
  return {
    max: { value: celsius(max), number: numberOf(maxNumber) },
    min: { value: celsius(min), number: numberOf(minNumber) },
  };
}

/** °C of a raw value; `null`: no sensor. */
export function celsius(raw: number): number | null {
  return DEAD_SENSOR.includes(raw) || raw > 0xff ? null : raw - NO_WARMTH;
}

export interface DalySwitches {
  readonly state: DalyState;
  /** The MOSFETs conduct. */
  readonly chargeMos: boolean;
  readonly dischargeMos: boolean;
  /** Counts up, and over at 256. */
  readonly life: number;
  /** Ah left */
  readonly remaining: number;
}

/** 93; `null`: no such state. */
export function readDalySwitches(data: Uint8Array): DalySwitches | null {
  const state = DALY_STATES[data[0] ?? -1];
  const mosfets = readDalyMosfets(data);
  if (state === undefined || mosfets === null) return null;
  const { charge, discharge } = mosfets;
  return { state, chargeMos: charge, dischargeMos: discharge, life: data[3] ?? 0, remaining: u32(data, 4) / 1000 };
}

export interface DalyStatus {
  readonly cells: number;
  readonly sensors: number;
  readonly chargerConnected: boolean;
  readonly loadConnected: boolean;
  /** Digital inputs 1…4 and outputs 1…4, from the lowest bit on. */
  readonly inputsOutputs: number;
  readonly cycles: number;
}

/** 94; `null`: no pack has so few or so many cells or sensors. */
export function readDalyStatus(data: Uint8Array): DalyStatus | null {
  const [cells = 0, sensors = 0, charger = 0, load = 0, inputsOutputs = 0] = data;
  if (cells < 1 || cells > MOST_CELLS || sensors > MOST_SENSORS) return null;
  return {
    cells,
    sensors,
    chargerConnected: charger !== 0,
    loadConnected: load !== 0,
    inputsOutputs,
    cycles: wordAt(data, 5),
  };
}

/** V of the three cells in a frame of 95. */
export function dalyCellsIn(data: Uint8Array): number[] {
  return Array.from({ length: CELLS_PER_FRAME }, (_, i) => wordAt(data, 1 + 2 * i) / 1000);
}

/** °C of the seven sensors in a frame of 96. */
export function dalyTemperaturesIn(data: Uint8Array): (number | null)[] {
  return Array.from({ length: SENSORS_PER_FRAME }, (_, i) => celsius(data[1 + i] ?? 0));
}

/** 97: whether each of 48 cells is being balanced. Cell 1 is the lowest bit of the first byte. */
export function readDalyBalancing(data: Uint8Array): boolean[] {
  return Array.from({ length: 8 * BALANCING_BYTES }, (_, i) => (((data[i >> 3] ?? 0) >> (i & 7)) & 1) === 1);
}

export interface DalyRated {
  /** Ah */
  readonly ratedCapacity: number;
  /** V */
  readonly nominalCellVoltage: number;
}

/** 50 */
export function readDalyRated(data: Uint8Array): DalyRated {
  return { ratedCapacity: u32(data, 0) / 1000, nominalCellVoltage: u32(data, 4) / 1000 };
}

/** 53: the day it was made, `2023-04-17`; empty = none that can be. */
export function readDalyDate(data: Uint8Array): string {
  const [, , year = 0, month = 0, day = 0] = data;
  if (year > 99 || month < 1 || month > 12 || day < 1 || day > 31) return '';
  const two = (number: number): string => String(number).padStart(2, '0');
  return `20${two(year)}-${two(month)}-${two(day)}`;
}

/** 57: the printable characters of the battery code in frames of seven. */
export function readDalyCode(frames: readonly Uint8Array[]): string {
  const characters = frames.flatMap((data) => Array.from(data.subarray(1, 8)));
  const printable = characters.filter((byte) => byte >= 0x20 && byte < 0x7f);
  return String.fromCharCode(...printable).trim();
}
