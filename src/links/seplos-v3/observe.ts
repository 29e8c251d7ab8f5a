/** What a Seplos V3 tells, in the words every source uses. */
import type { Observation } from '../../engine/reading/observation.ts';
import type { Hardware } from '../../engine/reading/reading.ts';
import { cellExtremesWith } from '../extremes.ts';
import type { LinkOptions } from '../options.ts';
import { cellsThere } from '../register-values.ts';
import { CELL_SENSORS, CELLS_MOST, type Pia, type Pib } from './blocks.ts';
import { type Pic, SEPLOS_PROTECTIONS } from './events.ts';

export interface SeplosSeen {
  readonly pia?: Pia;
  readonly pib?: Pib;
  readonly pic?: Pic;
  /** Cells in series as the BMS is set to; `null`: it does not tell. */
  readonly cells: number | null;
  /** Temperature sensors at the cells as the BMS is set to; `null` or absent: it does not tell. */
  readonly sensors?: number | null;
}

/** An observation from what was read in one cycle. */
export function observeSeplosV3({ pia, pib, pic, cells, sensors }: SeplosSeen, options: LinkOptions): Observation {
  const count = Math.min(CELLS_MOST, cells ?? cellsThere(pib?.cells ?? [], options.cells));
  const each = pib?.cells
    .slice(0, count)
    .map((voltage, i) => ({ cell: i + 1, voltage, balancing: pic?.balancing[i] ?? null }));
  return {
    ...(cells === null ? {} : { cellCount: cells }),
    ...(pia === undefined ? {} : packOf(pia, options.currentSign)),
    ...(pia === undefined ? {} : cellExtremesWith(pia.cellMin, pia.cellMax, each ?? [])),
    // Extremes would hide a sensor that is lost among those that are told one by one.
    ...(pia === undefined || pib !== undefined ? {} : warmthOf(pia)),
    ...(pib === undefined || each === undefined
      ? {}
      : {
          cells: each,
          temperatures: pib.temperatures.slice(0, sensors ?? CELL_SENSORS),
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
  };
}

function warmthOf({ temperatureMin, temperatureMax }: Pia): Observation {
  return {
    temperatureMin: { value: temperatureMin, cell: null },
    temperatureMax: { value: temperatureMax, cell: null },
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
