/** The flat payload of a reading: scalars only, so that a chart, a gauge, InfluxDB or MQTT take it as it is. */
import type { PackEngine } from '../engine/pack-engine.ts';
import { numberOf } from '../engine/pack/settings.ts';
import type { Reading } from '../engine/reading/reading.ts';

export type ReadingPayload = Record<string, number | string | boolean | null>;

/** Nominal voltage of an LiFePO4 cell, for energy from charge (V). */
const NOMINAL_CELL = 3.2;
/** Below this discharge current a time to go says nothing (A). */
const SMALLEST_LOAD = 0.1;

/** @param reading with ages counted now; unknown values come out as `null` */
export function readingPayload(reading: Reading, engine: PackEngine): ReadingPayload {
  const { cellMin, cellMax } = reading;
  const voltage = reading.voltage.value;
  const current = reading.current.value;
  const soc = reading.soc.value;
  const cells = numberOf(engine.settings, 'cells');
  const remainingAh = soc === null ? null : (soc / 100) * numberOf(engine.settings, 'capacity');
  return {
    voltage,
    current,
    power: voltage === null || current === null ? null : round(voltage * current, 1),
    soc: soc === null ? null : round(soc, 2),
    socUncertainty: reading.soc.uncertainty,
    cellMin: cellMin.value,
    cellMinNumber: cellMin.cell,
    cellMax: cellMax.value,
    cellMaxNumber: cellMax.cell,
    cellSpread: cellMin.value === null || cellMax.value === null ? null : round(cellMax.value - cellMin.value, 4),
    temperatureMin: reading.temperatureMin.value,
    temperatureMax: reading.temperatureMax.value,
    remainingAh: remainingAh === null ? null : round(remainingAh, 2),
    remainingWh: remainingAh === null ? null : round(remainingAh * NOMINAL_CELL * cells, 0),
    timeToGo: timeToGo(remainingAh, current),
    soh: null,
    cycles: null,
    balance: null,
    currentIn: reading.currentIn.value,
    currentOut: reading.currentOut.value,
    communication: Object.values(reading.sources).some((source) => source.ok),
  };
}

/** Seconds until empty at the present current; `null` while not discharging or not known. */
function timeToGo(remainingAh: number | null, current: number | null): number | null {
  if (remainingAh === null || current === null || current > -SMALLEST_LOAD) return null;
  return Math.round((remainingAh / -current) * 3600);
}

function round(value: number, digits: number): number {
  const scale = 10 ** digits;
  return Math.round(value * scale) / scale;
}
