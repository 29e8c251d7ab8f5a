/** The flat payload of a reading: scalars only, so that a chart, a gauge, InfluxDB or MQTT take it as it is. */
import type { PackEngine } from '../engine/pack-engine.ts';
import type { Reading } from '../engine/reading/reading.ts';
import { figuresPayload } from './figures-payload.ts';

export type ReadingPayload = Record<string, number | string | boolean | null>;

/** @param reading with ages counted now; unknown values come out as `null` */
export function readingPayload(reading: Reading, engine: PackEngine): ReadingPayload {
  const { cellMin, cellMax, temperatureMin, temperatureMax } = reading;
  const voltage = reading.voltage.value;
  const current = reading.current.value;
  const { value: soc, uncertainty } = reading.soc;
  const temperature = ((temperatureMin.value ?? Number.NaN) + (temperatureMax.value ?? Number.NaN)) / 2;
  return {
    voltage,
    current,
    power: voltage === null || current === null ? null : round(voltage * current, 1),
    soc: soc === null ? null : round(soc, 2),
    socUncertainty: uncertainty === null ? null : round(uncertainty, 2),
    cellMin: cellMin.value,
    cellMinNumber: cellMin.cell,
    cellMax: cellMax.value,
    cellMaxNumber: cellMax.cell,
    cellSpread: cellMin.value === null || cellMax.value === null ? null : round(cellMax.value - cellMin.value, 4),
    temperatureMin: temperatureMin.value,
    temperatureMax: temperatureMax.value,
    ...figuresPayload(engine.figures, temperature),
    currentIn: reading.currentIn.value,
    currentOut: reading.currentOut.value,
    communication: Object.values(reading.sources).some((source) => source.ok),
  };
}

function round(value: number, digits: number): number {
  const scale = 10 ** digits;
  return Math.round(value * scale) / scale;
}
