/** What a PACE board tells, whichever version of its protocol it speaks. */
import type { States } from '../ascii-hex/measured.ts';
import type { Protections } from '../ascii-hex/protections.ts';

export type PaceVariant = 'v25' | 'v20';

/** V, A (+ = charging), °C, Ah, %; `null`: a sensor that is missing; absent: not told by this version. */
export interface PaceValues {
  readonly cells: readonly number[];
  /** At the cells. */
  readonly temperatures: readonly (number | null)[];
  readonly mosTemperature: number | null;
  readonly ambientTemperature?: number | null;
  readonly current: number;
  readonly voltage: number;
  readonly remaining: number;
  readonly full: number;
  readonly cycles: number;
  readonly design?: number;
  readonly soc?: number;
  readonly soh?: number;
  /** The board's own extremes over its cells. */
  readonly extremes?: {
    readonly cellMax: number;
    readonly cellMin: number;
    readonly temperatureMax: number | null;
    readonly temperatureMin: number | null;
  };
  readonly counters?: {
    readonly chargedAh: number;
    readonly dischargedAh: number;
    readonly chargedWh: number;
    readonly dischargedWh: number;
    readonly chargeHours: number;
    readonly dischargeHours: number;
    readonly charges: number;
    readonly discharges: number;
  };
}

export interface PaceStatus extends States {
  readonly protections: Protections;
  /** Names of hardware faults, and whether each is there. */
  readonly faults: Readonly<Record<string, boolean>>;
  readonly chargeMos: boolean;
  readonly dischargeMos: boolean;
  readonly heater?: boolean;
  readonly full?: boolean;
  /** Cell numbers. */
  readonly balancing: readonly number[];
  /** Every byte of flags in hexadecimal. */
  readonly flags: string;
  /** A protection, warning or fault is there; that the pack is full is none. */
  readonly problem: boolean;
}
