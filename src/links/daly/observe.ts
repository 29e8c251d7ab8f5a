/** What a Daly BMS with the A5 protocol tells, in the words every source uses. */
import type { Extreme, Observation } from '../../engine/reading/observation.ts';
import { type DalyFaults, dalyHardware } from './faults.ts';
import type { DalyExtreme, DalyExtremes, DalyPack, DalyRated, DalyStatus, DalySwitches } from './fields.ts';

export interface DalySeen {
  readonly pack: DalyPack;
  /** A, positive = charging, the sign as set; `null`: not to be believed. */
  readonly current: number | null;
  readonly extremes: DalyExtremes;
  readonly switches: DalySwitches;
  readonly status: DalyStatus;
  /** V, cell 1 first; `null`: not usable. */
  readonly cells: readonly number[] | null;
  /** °C; `null` in it: a dead sensor. */
  readonly temperatures: readonly (number | null)[] | DalyExtremes;
  /** `null`: not told. */
  readonly balancing: readonly boolean[] | null;
  readonly faults: DalyFaults;
  readonly rated: DalyRated | null;
}

/** An observation from what was read in one cycle. */
export function observeDaly(seen: DalySeen): Observation {
  const { pack, current, extremes, switches, status, balancing, faults, rated } = seen;
  const cells = seen.cells?.map((voltage, i) => ({ cell: i + 1, voltage, balancing: balancing?.[i] ?? null }));
  return {
    cellCount: status.cells,
    ...(cells === undefined ? {} : { cells }),
    ...cellExtremes(extremes),
    ...warmth(seen.temperatures),
    // A broken circuit goes on telling something.
    voltage: faults.others.includes('voltageModuleFailure') ? null : pack.voltage,
    current: faults.others.includes('currentModuleFailure') ? null : current,
    soc: pack.soc,
    hardware: { ...dalyHardware(faults), ...switchFlags(switches) },
    extra: {
      state: switches.state,
      remainingCapacity: switches.remaining,
      ratedCapacity: rated?.ratedCapacity ?? null,
      cycles: status.cycles,
      chargerConnected: status.chargerConnected,
      loadConnected: status.loadConnected,
      warnings: faults.warnings.join(', '),
    },
  };
}

/** What 91 says. */
export function cellExtremes({ max, min }: DalyExtremes): Pick<Observation, 'cellMax' | 'cellMin'> {
  return { cellMax: extreme(max), cellMin: extreme(min) };
}

/** What 92 says. Its numbers are of sensors, not of cells. */
export function temperatureExtremes({
  max,
  min,
}: DalyExtremes): Pick<Observation, 'temperatureMax' | 'temperatureMin'> {
  return { temperatureMax: { value: max.value, cell: null }, temperatureMin: { value: min.value, cell: null } };
}

/** What 93 says of the MOSFETs. */
export function switchFlags({ chargeMos, dischargeMos }: DalySwitches): NonNullable<Observation['hardware']> {
  return { chargeSwitchClosed: chargeMos, loadSwitchClosed: dischargeMos };
}

function extreme({ value, number }: DalyExtreme): Extreme {
  return { value, cell: number };
}

function warmth(temperatures: DalySeen['temperatures']): Observation {
  return 'max' in temperatures ? temperatureExtremes(temperatures) : { temperatures };
}
