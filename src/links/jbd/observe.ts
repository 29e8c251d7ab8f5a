/** What a JBD BMS tells, in the words every source uses. */
import type { CellObservation, Observation } from '../../engine/reading/observation.ts';
import type { LinkOptions } from '../options.ts';
import { jbdBalancing, type JbdBasics } from './registers.ts';

export interface JbdSeen {
  readonly basics: JbdBasics;
  /** V, cell 1 first; `null`: not asked, or not usable. */
  readonly cells: readonly number[] | null;
  /** The model; empty = not known. */
  readonly name: string;
}

/** An observation from what was read in one cycle. */
export function observeJbd({ basics, cells, name }: JbdSeen, options: LinkOptions): Observation {
  const balancing = jbdBalancing(basics, options.variant === 'reversed');
  return {
    cellCount: basics.cellCount,
    ...(cells === null ? {} : { cells: cells.map((voltage, i) => cellOf(i, voltage, balancing[i])) }),
    temperatures: basics.temperatures,
    voltage: basics.voltage,
    // No minus zero.
    current: basics.current * options.currentSign + 0,
    soc: basics.soc,
    hardware: {
      ...basics.protections,
      chargeAllowed: basics.chargeAllowed,
      loadAllowed: basics.loadAllowed,
      chargeSwitchClosed: basics.chargeSwitchClosed,
      loadSwitchClosed: basics.loadSwitchClosed,
      fault: basics.protections.frontEndError ? 'front-end IC error' : '',
    },
    extra: {
      model: name,
      softwareVersion: basics.softwareVersion,
      productionDate: basics.productionDate,
      cycles: basics.cycles,
      remainingCapacity: basics.remainingCapacity,
      nominalCapacity: basics.nominalCapacity,
      protectionBits: basics.protectionBits,
    },
  };
}

function cellOf(index: number, voltage: number, balancing: boolean | undefined): CellObservation {
  return { cell: index + 1, voltage, balancing: balancing ?? null };
}
