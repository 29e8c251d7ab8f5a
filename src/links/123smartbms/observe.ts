/** What was believed of the last frames, in the words every source uses. */
import type { CellObservation, Extreme, Observation } from '../../engine/reading/observation.ts';
import type { SlowValues } from './key-values.ts';
import type { Believed, Verdict } from './vote.ts';

type Building = { -readonly [Field in keyof Observation]: Observation[Field] };

const UNKNOWN_EXTREME: Extreme = { value: null, cell: null };

function extreme({ value, age }: Believed, cell: number | null): Extreme {
  return age > 0 ? { value, cell, age } : { value, cell };
}

/**
 * An observation from a verdict, the cell of the newest frame (if it can be believed) and the slow values.
 *
 * A value on which the frames do not agree is left out: nothing new is known of it. With the cell communication broken
 * the frame keeps coming with old values in it, so every measured one is unknown then: the frame leaves at the far end
 * of the same chain that is broken (the vendor's driver does the same).
 */
export function observationOf(verdict: Verdict, cell: CellObservation | null, slow: SlowValues): Observation {
  const { values, status } = verdict;
  const lost = status.cellCommunicationError;
  const observation: Building = { cellCount: verdict.cellCount };

  // Written out name by name: this runs for every frame, and stores by a computed name cost ten times as much.
  const cellMin = extremeOf(values.cellMin, verdict.cellNumbers.cellMin, lost);
  const cellMax = extremeOf(values.cellMax, verdict.cellNumbers.cellMax, lost);
  const temperatureMin = extremeOf(values.temperatureMin, verdict.cellNumbers.temperatureMin, lost);
  const temperatureMax = extremeOf(values.temperatureMax, verdict.cellNumbers.temperatureMax, lost);
  if (cellMin !== undefined) observation.cellMin = cellMin;
  if (cellMax !== undefined) observation.cellMax = cellMax;
  if (temperatureMin !== undefined) observation.temperatureMin = temperatureMin;
  if (temperatureMax !== undefined) observation.temperatureMax = temperatureMax;

  const { packVoltage, current, currentIn, currentOut } = values;
  if (lost || packVoltage !== null) observation.voltage = lost ? null : packVoltage!.value;
  if (lost || current !== null) observation.current = lost ? null : current!.value;
  if (lost || currentIn !== null) observation.currentIn = lost ? null : currentIn!.value;
  if (lost || currentOut !== null) observation.currentOut = lost ? null : currentOut!.value;
  const ages = agesOf({ voltage: packVoltage, current, currentIn, currentOut });
  if (!lost && ages !== null) observation.ages = ages;

  const soc = values.soc?.value;
  if (lost || status.socNotCalibrated) observation.soc = null;
  else if (typeof soc === 'number') observation.soc = soc <= 100 ? soc : null;

  if (cell !== null) observation.cells = [cell];
  observation.hardware = {
    chargeAllowed: status.chargeAllowed,
    loadAllowed: status.loadAllowed,
    cellCommunication: !lost,
    socCalibrated: !status.socNotCalibrated,
    vMin: status.vMin,
    vMax: status.vMax,
    tMin: status.tMin,
    tMax: status.tMax,
    earlyWarning: slow.earlyWarning,
    tMinCharge: slow.tMinCharge,
    tMinDischarge: slow.tMinDischarge,
    chargeRelayClosed: slow.chargeRelayClosed,
    loadRelayClosed: slow.loadRelayClosed,
  };
  observation.extra = extras(values, slow);
  return observation;
}

function extremeOf(believed: Believed | null, cell: number | null, lost: boolean): Extreme | undefined {
  if (lost) return UNKNOWN_EXTREME;
  return believed === null ? undefined : extreme(believed, cell);
}

/** Ages of the values that come from an older frame; `null` when all are of the newest. */
function agesOf(values: Readonly<Record<string, Believed | null>>): Record<string, number> | null {
  let ages: Record<string, number> | null = null;
  for (const name in values) {
    const age = values[name]?.age ?? 0;
    if (age > 0) (ages ??= {})[name] = age;
  }
  return ages;
}

/** Energy counters (Wh, totals and capacity in kWh), settings (V) and slow values; `null` where nothing is known. */
function extras(values: Verdict['values'], slow: SlowValues): Record<string, number | string | null> {
  return {
    energyCollectedToday: values.energyCollectedToday?.value ?? null,
    energyStored: values.energyStored?.value ?? null,
    energyConsumedToday: values.energyConsumedToday?.value ?? null,
    energyCollectedTotal: values.energyCollectedTotal?.value ?? null,
    energyConsumedTotal: values.energyConsumedTotal?.value ?? null,
    capacityKwh: values.capacity?.value ?? null,
    vMinSetting: values.vMinSetting?.value ?? null,
    vMaxSetting: values.vMaxSetting?.value ?? null,
    vBalanceSetting: values.vBalanceSetting?.value ?? null,
    soh: slow.soh,
    efficiency: slow.efficiency,
    chargeCycles: slow.chargeCycles,
    firmware: slow.firmware,
    vLow: slow.vLow,
    vNominal: slow.vNominal,
    vFull: slow.vFull,
    energyCharged: slow.energyCharged,
    energyDischarged: slow.energyDischarged,
  };
}
