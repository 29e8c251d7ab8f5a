/** What a Seplos V3 tells, in the words every source uses. */
import type { Observation } from '../../engine/reading/observation.ts';
import type { Hardware } from '../../engine/reading/reading.ts';
import type { LinkOptions } from '../options.ts';
import { CELLS_MOST, type Pia, type Pib } from './blocks.ts';
import { type Pic, SEPLOS_PROTECTIONS } from './events.ts';

export interface SeplosSeen {
  readonly pia?: Pia;
  readonly pib?: Pib;
  readonly pic?: Pic;
  /** Cells in series as the BMS is set to; `null`: it does not tell. */
  readonly cells: number | null;
}

/** An observation from what was read in one cycle. */
export function observeSeplosV3({ pia, pib, pic, cells }: SeplosSeen, options: LinkOptions): Observation {
  const count = Math.min(CELLS_MOST, cells ?? options.cells);
  return {
    ...(cells === null ? {} : { cellCount: cells }),
    ...(pia === undefined ? {} : packOf(pia, options.currentSign)),
    ...(pib === undefined
      ? {}
      : {
          cells: pib.cells
            .slice(0, count)
            .map((voltage, i) => ({ cell: i + 1, voltage, balancing: pic?.balancing[i] ?? null })),
          temperatures: pib.temperatures,
          bmsTemperature: pib.mosTemperature,
        }),
    ...(pic === undefined ? {} : { hardware: hardwareOf(pic) }),
    extra: { ...(pia === undefined ? {} : countersOf(pia)), ...ambientOf(pib) },
  };
}

function packOf(pia: Pia, sign: 1 | -1): Observation {
  return {
    voltage: pia.voltage,
    // No minus zero.
    current: pia.current * sign + 0,
    soc: pia.soc,
    cellMin: { value: pia.cellMin, cell: null },
    cellMax: { value: pia.cellMax, cell: null },
    temperatureMin: { value: pia.temperatureMin, cell: null },
    temperatureMax: { value: pia.temperatureMax, cell: null },
  };
}

function hardwareOf({ events, fault, chargeAllowed, loadAllowed, shortCircuit }: Pic): Hardware {
  return {
    chargeAllowed,
    loadAllowed,
    chargeSwitchClosed: events.chargeSwitch,
    loadSwitchClosed: events.dischargeSwitch,
    shortCircuit,
    bmsOverTemperature: events.mosOvertemperature,
    fault,
    ...Object.fromEntries(SEPLOS_PROTECTIONS.map((name) => [name, events[name]])),
  };
}

function countersOf(pia: Pia): Record<string, number> {
  const { remainingCapacity, fullCapacity, dischargedCapacity, soh, cycles } = pia;
  const { maxChargeCurrent, maxDischargeCurrent } = pia;
  return { remainingCapacity, fullCapacity, dischargedCapacity, soh, cycles, maxChargeCurrent, maxDischargeCurrent };
}

function ambientOf(pib: Pib | undefined): Record<string, number | null> {
  return pib === undefined ? {} : { ambientTemperature: pib.ambientTemperature };
}
