/** A status frame as an observation. */
import type { Observation } from '../../engine/reading/observation.ts';
import type { LinkOptions } from '../options.ts';
import { createSensors } from '../sensors.ts';
import { currentSensorBroken, jk02Flags } from './alarms.ts';
import type { Jk02DeviceInfo } from './device-info.ts';
import type { Jk02Status } from './status.ts';

/** T1 and T2 are on every board; one that says nothing is lost. The others may never have been there. */
export const ALWAYS_FITTED = 2;

/**
 * What a status frame says of the pack.
 * @param temperatures as `Sensors` lists them
 * @param info names and versions, where they have been told
 */
export function observeJk02(
  status: Jk02Status,
  temperatures: readonly (number | null)[],
  { currentSign }: LinkOptions,
  info: Jk02DeviceInfo | null = null,
): Observation {
  const { alarms, current, soc } = status;
  return {
    cellCount: status.cells.length,
    cells: status.cells,
    temperatures,
    voltage: status.voltage,
    current: currentSensorBroken(alarms) ? null : current === 0 ? 0 : current * currentSign,
    soc: soc > 100 ? null : soc,
    bmsTemperature: status.mosTemperature,
    hardware: {
      ...jk02Flags(alarms),
      chargeSwitchClosed: status.chargeMosfet,
      loadSwitchClosed: status.dischargeMosfet,
      balancing: status.balanceState !== 0,
      ...(status.heating === null ? {} : { heaterOn: status.heating }),
    },
    extra: {
      remainingCapacity: status.remaining,
      fullCapacity: status.full,
      cycles: status.cycles,
      cycleCapacity: status.cycleCapacity,
      soh: status.soh,
      runtime: status.runtime,
      balanceCurrent: status.balanceCurrent,
      ...(info === null
        ? {}
        : {
            model: info.model,
            hardwareVersion: info.hardwareVersion,
            softwareVersion: info.softwareVersion,
            serialNumber: info.serialNumber,
          }),
    },
  };
}

/** What one frame says by itself: sensors that say nothing beside T1 and T2 are left out. */
export function seenInJk02(status: Jk02Status, options: LinkOptions): Observation {
  return observeJk02(status, createSensors(ALWAYS_FITTED).list(status.temperatures), options);
}
