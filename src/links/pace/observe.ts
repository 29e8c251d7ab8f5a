/** What a PACE board says, in the words every source uses. */
import type { Observation } from '../../engine/reading/observation.ts';
import { FAULT_STATES } from '../ascii-hex/measured.ts';
import { faultCode, permissionsOf } from '../ascii-hex/protections.ts';
import { cellExtremesWith } from '../extremes.ts';
import type { LinkOptions } from '../options.ts';
import type { PaceStatus, PaceValues } from './pack.ts';

/** @param status `null`: nothing is known of it, so nothing is said of it */
export function observationOf(
  values: PaceValues,
  status: PaceStatus | null,
  { currentSign }: Pick<LinkOptions, 'currentSign'>,
): Observation {
  const balancing = status === null ? null : new Set(status.balancing);
  return {
    cellCount: values.cells.length,
    cells: values.cells.map((voltage, i) => ({
      cell: i + 1,
      voltage,
      ...(balancing === null ? {} : { balancing: balancing.has(i + 1) }),
    })),
    ...extremesOf(values),
    temperatures: values.temperatures,
    bmsTemperature: values.mosTemperature,
    voltage: values.voltage,
    current: values.current * currentSign,
    soc: socOf(values),
    ...(status === null ? {} : { hardware: hardwareOf(status) }),
    extra: {
      ...(values.ambientTemperature === undefined ? {} : { ambientTemperature: values.ambientTemperature }),
      remainingCapacity: values.remaining,
      fullCapacity: values.full,
      ...(values.design === undefined ? {} : { designCapacity: values.design }),
      cycles: values.cycles,
      ...(values.soh === undefined ? {} : { soh: values.soh }),
      ...values.counters,
      ...(status === null ? {} : { flags: status.flags }),
    },
  };
}

/** An observation of the status alone. */
export function statusSeen(status: PaceStatus): Observation {
  return { cellCount: status.cells.length, hardware: hardwareOf(status) };
}

/** Version 2.5 tells charges only; its own software shows their ratio. */
function socOf({ soc, remaining, full }: PaceValues): number | null {
  if (soc !== undefined) return soc <= 100 ? soc : null;
  return full > 0 && remaining <= full ? (100 * remaining) / full : null;
}

/** Its extremes of temperatures are left alone: they would hide a sensor that is lost among those told one by one. */
function extremesOf({ cells, extremes }: PaceValues): Pick<Observation, 'cellMin' | 'cellMax'> {
  if (extremes === undefined) return {};
  return cellExtremesWith(
    extremes.cellMin,
    extremes.cellMax,
    cells.map((voltage, i) => ({ cell: i + 1, voltage })),
  );
}

function hardwareOf(status: PaceStatus): NonNullable<Observation['hardware']> {
  const odd = [...status.cells, ...status.temperatures].some((state) => state >= FAULT_STATES);
  return {
    ...permissionsOf(status.protections),
    ...status.protections,
    chargeSwitchClosed: status.chargeMos,
    loadSwitchClosed: status.dischargeMos,
    ...(status.full === undefined ? {} : { full: status.full }),
    ...(status.heater === undefined ? {} : { heaterOn: status.heater }),
    fault: faultCode(status.faults, odd ? ['state'] : []),
  };
}
