/** A status frame as an observation. */
import type { Observation } from '../../engine/reading/observation.ts';
import type { LinkOptions } from '../options.ts';
import { currentSensorBroken, jk02Flags } from './alarms.ts';
import type { Jk02DeviceInfo } from './device-info.ts';
import type { Jk02Status } from './status.ts';

/** T1 and T2 are on every board; one that says nothing is lost. The others may never have been there. */
const ALWAYS = 2;
/** Answers in a row that tell a further sensor before it is known to be there. */
const SURE_AFTER = 3;

/** Which of the further sensors there are. */
export interface Sensors {
  /** The temperatures to pass on: `null` for a sensor that was there and is not any more. */
  list(temperatures: Jk02Status['temperatures']): (number | null)[];
}

/** Nothing is known of the further sensors yet. */
export function createSensors(): Sensors {
  const seen: number[] = [];
  return {
    list(temperatures) {
      return temperatures.flatMap((value, i) => {
        if (i < ALWAYS) return [value];
        const before = seen[i] ?? 0;
        // One answer may be damaged in a way that its weak sum does not see.
        if (before < SURE_AFTER) seen[i] = value === null ? 0 : before + 1;
        return value === null && before < SURE_AFTER ? [] : [value];
      });
    },
  };
}

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
      ...(status.heating === null ? {} : { heating: status.heating }),
    },
    extra: {
      remaining: status.remaining,
      full: status.full,
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
  return observeJk02(status, createSensors().list(status.temperatures), options);
}
