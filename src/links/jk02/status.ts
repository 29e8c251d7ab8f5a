/** The status frame, decoded: pure and total on 300 bytes. Offsets in `layout.ts`. */
import { viewOf } from './frame.ts';
import { AT_CELLS, type Jk02Variant, LAYOUTS } from './layout.ts';

export interface Jk02Status {
  readonly variant: Jk02Variant;
  /** The cells that the board counts, numbered from 1 by their places. V. */
  readonly cells: readonly { readonly cell: number; readonly voltage: number }[];
  /** V, over all cells, and between the highest and the lowest. */
  readonly average: number;
  readonly difference: number;
  readonly highestCell: number;
  readonly lowestCell: number;
  /** Ohm, of the wires to the same cells. */
  readonly resistances: readonly number[];
  /** °C */
  readonly mosTemperature: number | null;
  /** °C of T1, T2 and where there are such T3, T4; `null`: no sensor, or no temperature. */
  readonly temperatures: readonly (number | null)[];
  /** V */
  readonly voltage: number;
  /** W, without a sign */
  readonly power: number;
  /** A, positive = charging */
  readonly current: number;
  /** Bits of `alarms.ts`. */
  readonly alarms: number;
  /** A */
  readonly balanceCurrent: number;
  /** 0 off, 1 and 2 at work */
  readonly balanceState: number;
  /** % */
  readonly soc: number;
  /** Ah */
  readonly remaining: number;
  /** Ah; what the board has learnt, not what was set. */
  readonly full: number;
  readonly cycles: number;
  /** Ah */
  readonly cycleCapacity: number;
  /** % */
  readonly soh: number;
  /** s */
  readonly runtime: number;
  readonly chargeMosfet: boolean;
  readonly dischargeMosfet: boolean;
  /** `null`: this layout does not tell. */
  readonly heating: boolean | null;
}

/**
 * 0.1 °C. From 99 °C on one public driver reads the excess over 100 as degrees below zero, so what stands there could be
 * either and is not known; nor is anything below −40 (a sensor that is not there reads −200).
 */
const COLDEST = -400;
const AMBIGUOUS_FROM = 990;

/** @param bytes a whole status frame, 300 bytes */
export function decodeJk02Status(bytes: Uint8Array, variant: Jk02Variant): Jk02Status {
  const layout = LAYOUTS[variant];
  const view = viewOf(bytes);
  const u16 = (at: number): number => view.getUint16(at, true);
  const u32 = (at: number): number => view.getUint32(at, true);
  const u8 = (at: number): number => view.getUint8(at);
  const places = cellPlaces(bytes, variant);
  return {
    variant,
    cells: places.map((place) => ({ cell: place + 1, voltage: u16(AT_CELLS + 2 * place) / 1000 })),
    average: u16(layout.average) / 1000,
    difference: u16(layout.difference) / 1000,
    highestCell: u8(layout.highestCell) + 1,
    lowestCell: u8(layout.lowestCell) + 1,
    resistances: places.map((place) => u16(layout.resistances + 2 * place) / 1000),
    mosTemperature: celsius(view.getInt16(layout.mosTemperature, true)),
    temperatures: temperaturesOf(view, variant),
    voltage: u32(layout.voltage) / 1000,
    power: u32(layout.power) / 1000,
    current: view.getInt32(layout.current, true) / 1000,
    alarms: layout.alarmBytes === 4 ? u32(layout.alarms) : u16(layout.alarms),
    balanceCurrent: view.getInt16(layout.balanceCurrent, true) / 1000,
    balanceState: u8(layout.balanceState),
    soc: u8(layout.soc),
    remaining: u32(layout.remaining) / 1000,
    full: u32(layout.full) / 1000,
    cycles: u32(layout.cycles),
    cycleCapacity: u32(layout.cycleCapacity) / 1000,
    soh: u8(layout.soh),
    runtime: u32(layout.runtime),
    chargeMosfet: u8(layout.chargeMosfet) !== 0,
    dischargeMosfet: u8(layout.dischargeMosfet) !== 0,
    heating: layout.heating === null ? null : u8(layout.heating) !== 0,
  };
}

/** The places of the cells the board counts; where it has no mask, up to the last one that has a voltage. */
function cellPlaces(bytes: Uint8Array, variant: Jk02Variant): number[] {
  const { cells, mask } = LAYOUTS[variant];
  const view = viewOf(bytes);
  const bits = view.getUint32(mask, true);
  const all = Array.from({ length: cells }, (_, place) => place);
  if (bits !== 0) return all.filter((place) => ((bits >>> place) & 1) === 1);
  const last = all.findLastIndex((place) => view.getUint16(AT_CELLS + 2 * place, true) !== 0);
  return all.slice(0, last + 1);
}

function temperaturesOf(view: DataView, variant: Jk02Variant): (number | null)[] {
  const { temperatures, sensorMask } = LAYOUTS[variant];
  const mask = sensorMask === null ? 0 : view.getUint8(sensorMask);
  const raw = temperatures.map(({ at }) => view.getInt16(at, true));
  // Boards with two sensors leave the places of the others empty.
  const isPair = raw.slice(2).every((value) => value === 0);
  return temperatures.map(({ bits }, i) => {
    const isAbsent = (mask !== 0 && bits !== 0 && (mask & bits) === 0) || (i >= 2 && isPair);
    return isAbsent ? null : celsius(raw[i] ?? 0);
  });
}

function celsius(raw: number): number | null {
  return raw >= COLDEST && raw < AMBIGUOUS_FROM ? raw / 10 : null;
}
