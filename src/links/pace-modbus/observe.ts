/** What a PACE BMS tells by Modbus, in the words every source uses. */
import type { Observation } from '../../engine/reading/observation.ts';
import type { LinkOptions } from '../options.ts';
import { cellsThere } from '../register-values.ts';
import { CELLS_MOST, type PaceValues } from './registers.ts';

/** °C of the sensors that are fitted; `null`: lost. */
export interface PaceSensors {
  readonly cells: readonly (number | null)[];
  /** Absent: not fitted. */
  readonly mos?: number | null;
  readonly ambient?: number | null;
}

/**
 * An observation from what was read in one cycle. The BMS does not tell how many cells it has: those of the settings are
 * told, and any that is found behind them.
 */
export function observePace(values: PaceValues, sensors: PaceSensors, options: LinkOptions): Observation {
  const { remainingCapacity, fullCapacity, designCapacity, cycles, soh, protections, status, warnings } = values;
  return {
    cells: values.cells
      .slice(0, Math.min(CELLS_MOST, cellsThere(values.cells, options.cells)))
      .map((voltage, i) => ({ cell: i + 1, voltage, balancing: values.balancing[i] ?? null })),
    temperatures: sensors.cells,
    voltage: values.voltage,
    // No minus zero.
    current: values.current * options.currentSign + 0,
    soc: values.soc,
    ...(sensors.mos === undefined ? {} : { bmsTemperature: sensors.mos }),
    hardware: {
      ...protections,
      chargeAllowed: values.chargeAllowed,
      loadAllowed: values.loadAllowed,
      chargeSwitchClosed: status.chargeSwitch,
      loadSwitchClosed: status.dischargeSwitch,
      bmsOverTemperature: protections.mosOvertemperature,
      socLow: warnings.socLow,
      fault: values.fault,
    },
    extra: {
      remainingCapacity,
      fullCapacity,
      designCapacity,
      cycles,
      soh,
      ...(sensors.ambient === undefined ? {} : { ambientTemperature: sensors.ambient }),
    },
  };
}
