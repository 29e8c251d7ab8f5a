/**
 * An observation: what one source said at one moment. Links and hand-made messages produce them,
 * the pack's table of sources collects them, and a reading is made from that table.
 *
 * A field that is absent is not refreshed; `null` means the source says it does not know.
 */
import type { Hardware } from './reading.ts';

export interface Extreme {
  readonly value: number | null;
  /** Cell number from 1, or `null` where the source does not tell. */
  readonly cell: number | null;
  /** Seconds before `at` when it was measured, where a link had to fall back on an older frame. */
  readonly age?: number;
}

/** Plain values of a pack, under the names of the reading; a source may have measured them earlier than it tells them. */
export const AGED_FIELDS = [
  'voltage',
  'current',
  'currentIn',
  'currentOut',
  'soc',
  'bmsTemperature',
  'starterVoltage',
  'alternatorCurrent',
] as const;
export type AgedField = (typeof AGED_FIELDS)[number];

export interface CellObservation {
  /** Cell number from 1. */
  readonly cell: number;
  /** Seconds before the observation when it was measured; 0 where it is not said. */
  readonly age?: number;
  readonly voltage?: number | null;
  readonly temperature?: number | null;
  readonly balancing?: boolean | null;
}

export interface Observation {
  /** How many cells the device itself counts; compared with the setting. */
  readonly cellCount?: number;
  /** Any subset of the cells. */
  readonly cells?: readonly CellObservation[];
  /** The device's own extremes over all cells. */
  readonly cellMin?: Extreme;
  readonly cellMax?: Extreme;
  readonly temperatureMin?: Extreme;
  readonly temperatureMax?: Extreme;
  /** Sensors that belong to no cell. */
  readonly temperatures?: readonly (number | null)[];
  /** Seconds before the observation when the oldest of them was measured. */
  readonly temperaturesAge?: number;
  readonly voltage?: number | null;
  readonly current?: number | null;
  readonly currentIn?: number | null;
  readonly currentOut?: number | null;
  /** The BMS's own temperature, °C. */
  readonly bmsTemperature?: number | null;
  /** The starter side of an alternator port, V (VSB-2). */
  readonly starterVoltage?: number | null;
  /** The current that the alternator delivers into the battery, A. */
  readonly alternatorCurrent?: number | null;
  /** The device's own state of charge in %. */
  readonly soc?: number | null;
  /** Seconds before the observation when these were measured; 0 where it is not said. */
  readonly ages?: Readonly<Partial<Record<AgedField, number>>>;
  readonly hardware?: Hardware;
  /** Energy counters and the like: shown, never judged. */
  readonly extra?: Readonly<Record<string, number | string | boolean | null>>;
}
