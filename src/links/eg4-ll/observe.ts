/** What an EG4 LL battery tells, in the words every source uses. */
import type { Observation } from '../../engine/reading/observation.ts';
import type { LinkOptions } from '../options.ts';
import { plausible } from '../register-values.ts';
import { CELLS_MOST, type Eg4Status } from './registers.ts';

/** @param temperatures of the sensors that are fitted, °C; `null`: lost */
export function observeEg4(
  status: Eg4Status,
  temperatures: readonly (number | null)[],
  options: LinkOptions,
): Observation {
  const { cellCount, protections, remainingCapacity, maxChargeCurrent, soh, cycles, fullCapacity } = status;
  return {
    cellCount,
    cells: status.cells.map((voltage, i) => ({ cell: i + 1, voltage, balancing: status.balancing[i] ?? null })),
    temperatures,
    voltage: status.voltage,
    // No minus zero.
    current: status.current * options.currentSign + 0,
    soc: status.soc,
    bmsTemperature: plausible(status.boardTemperature),
    hardware: {
      ...protections,
      chargeAllowed: status.chargeAllowed,
      loadAllowed: status.loadAllowed,
      bmsOverTemperature: protections.mosOvertemperature,
      cellImbalance: status.cellImbalance,
      fault: status.fault,
    },
    extra: {
      remainingCapacity,
      fullCapacity,
      designCapacity: status.designCapacity,
      maxChargeCurrent,
      soh,
      cycles,
      state: status.state,
    },
  };
}

/** Some answers give a number of cells that cannot be: nothing else in them is believed either. */
export function isSane({ cellCount }: Eg4Status): boolean {
  return cellCount >= 1 && cellCount <= CELLS_MOST;
}

/** Raw steps an ampere, by the link's `variant`. */
export function currentSteps({ variant }: Pick<LinkOptions, 'variant'>): 100 | 10 {
  return variant === 'current-0.1A' ? 10 : 100;
}
