/** What a LifePower4 or Basen tells, in the words every source uses. */
import type { Hardware } from '../../engine/reading/reading.ts';
import type { Observation } from '../../engine/reading/observation.ts';
import type { LinkOptions } from '../options.ts';
import type { LifepowerGeneral } from './groups.ts';
import { type LifepowerStatus, readLifepowerStatus } from './status.ts';

/** An observation from one general answer. `names`: what was told of the device itself. */
export function observeLifepower(
  general: LifepowerGeneral,
  names: Readonly<Record<string, string>>,
  { currentSign }: LinkOptions,
): Observation {
  const { balancing, current } = general;
  const status = readLifepowerStatus(general.status, general.layout);
  return {
    cellCount: general.cells.length,
    cells: general.cells.map((voltage, i) =>
      balancing === null ? { cell: i + 1, voltage } : { cell: i + 1, voltage, balancing: balancing[i] ?? null },
    ),
    temperatures: general.temperatures,
    bmsTemperature: general.mosTemperature,
    voltage: general.voltage,
    // No minus zero.
    current: current === null ? null : current * currentSign + 0,
    soc: general.soc,
    hardware: hardwareOf(general, status),
    extra: {
      ...names,
      layout: general.layout,
      capacity: general.capacity,
      cycles: general.cycles,
      soh: general.soh,
      ambientTemperature: general.ambientTemperature,
      statusBits: Buffer.from(general.status).toString('hex'),
      warnings: status.warnings.join(', '),
    },
  };
}

function hardwareOf({ layout }: LifepowerGeneral, { flags, faults, ...allowed }: LifepowerStatus): Hardware {
  const told = { ...flags, chargeAllowed: allowed.chargeAllowed, loadAllowed: allowed.loadAllowed };
  if (layout === 'lifepower4') return told;
  const { chargeMosOff, dischargeMosOff, ...rest } = told as Record<string, boolean>;
  return {
    ...rest,
    chargeSwitchClosed: chargeMosOff !== true,
    loadSwitchClosed: dischargeMosOff !== true,
    fault: faultOf(faults),
  };
}

/** The first fault, with how many there are beside it. */
function faultOf([first, ...others]: readonly string[]): string {
  if (first === undefined) return '';
  return others.length === 0 ? first : `${first} +${others.length}`;
}
