/** What a Daly BMS with the Modbus-like protocol tells, in the words every source uses. */
import type { CellObservation, Observation } from '../../engine/reading/observation.ts';
import { dalyHardware } from '../daly/faults.ts';
import { cellExtremesWith } from '../extremes.ts';
import type { DalyValues } from './layouts.ts';

/** An observation of what there is. `current`: A with the sign of the settings; `null`: not to be believed. */
export function observeDalyD2(values: DalyValues, current: number | null | undefined): Observation {
  const { cellCount, temperatures, voltage, soc, cellMax, cellMin, mosTemperature } = values;
  const cells = values.cells === undefined ? undefined : cellsOf(values, values.cells);
  const broken = (module: string): boolean => values.faults?.others.includes(module) ?? false;
  return {
    ...(cellCount === undefined ? {} : { cellCount }),
    ...(cells === undefined ? {} : { cells }),
    ...(cellMin === undefined || cellMax === undefined ? {} : cellExtremesWith(cellMin, cellMax, cells ?? [])),
    ...(temperatures === undefined ? {} : { temperatures }),
    // A broken circuit goes on telling something.
    ...(voltage === undefined ? {} : { voltage: broken('voltageModuleFailure') ? null : voltage }),
    ...(current === undefined ? {} : { current: broken('currentModuleFailure') ? null : current }),
    ...(soc === undefined ? {} : { soc }),
    // A BMS without that sensor tells −40 °C or nothing that can be.
    ...(typeof mosTemperature === 'number' ? { bmsTemperature: mosTemperature } : {}),
    hardware: hardwareOf(values),
    extra: extrasOf(values),
  };
}

function hardwareOf({ faults, chargeMos, dischargeMos }: DalyValues): NonNullable<Observation['hardware']> {
  return {
    ...(faults === undefined ? {} : dalyHardware(faults)),
    ...(chargeMos === undefined ? {} : { chargeSwitchClosed: chargeMos }),
    ...(dischargeMos === undefined ? {} : { loadSwitchClosed: dischargeMos }),
  };
}

function extrasOf(values: DalyValues): NonNullable<Observation['extra']> {
  const { state, remainingCapacity, cycles, boardTemperature, faults, alarmWords } = values;
  return {
    ...(state === undefined ? {} : { state }),
    ...(remainingCapacity === undefined ? {} : { remainingCapacity }),
    ...(cycles === undefined ? {} : { cycles }),
    ...(typeof boardTemperature === 'number' ? { boardTemperature } : {}),
    ...(faults === undefined ? {} : { warnings: faults.warnings.join(', ') }),
    ...(alarmWords === undefined ? {} : { alarmWords }),
  };
}

/** In D2, other sources call the balancing bits a driving range: they count only while the balancer is on. */
function cellsOf({ balancer, balancingCells }: DalyValues, cells: readonly number[]): CellObservation[] {
  return cells.map((voltage, i) => {
    if (balancer === 0) return { cell: i + 1, voltage, balancing: false };
    return { cell: i + 1, voltage, balancing: balancingCells?.includes(i + 1) ?? null };
  });
}
