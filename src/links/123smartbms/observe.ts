/** What was believed of the last frames, in the words every source uses. */
import type { CellObservation, Extreme, Observation } from '../../engine/reading/observation.ts';
import type { SlowValues } from './key-values.ts';
import type { Believed, ExtremeName, QuantityName, Verdict } from './vote.ts';

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

  const passExtreme = (name: ExtremeName) => {
    if (lost) observation[name] = UNKNOWN_EXTREME;
    else if (values[name] !== null) observation[name] = extreme(values[name], verdict.cellNumbers[name]);
  };
  passExtreme('cellMin');
  passExtreme('cellMax');
  passExtreme('temperatureMin');
  passExtreme('temperatureMax');

  const pass = (field: 'voltage' | 'current' | 'currentIn' | 'currentOut', of: QuantityName) => {
    if (lost) observation[field] = null;
    else if (values[of] !== null) {
      observation[field] = values[of].value;
      if (values[of].age > 0) observation.ages = { ...observation.ages, [field]: values[of].age };
    }
  };
  pass('voltage', 'packVoltage');
  pass('current', 'current');
  pass('currentIn', 'currentIn');
  pass('currentOut', 'currentOut');

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
  observation.extra = { ...counters(values), ...slowExtras(slow) };
  return observation;
}

function counters(values: Verdict['values']): Record<string, number | null> {
  const names = {
    energyCollectedToday: 'energyCollectedToday', // Wh
    energyStored: 'energyStored', // Wh
    energyConsumedToday: 'energyConsumedToday', // Wh
    energyCollectedTotal: 'energyCollectedTotal', // kWh
    energyConsumedTotal: 'energyConsumedTotal', // kWh
    capacityKwh: 'capacity',
    vMinSetting: 'vMinSetting', // V
    vMaxSetting: 'vMaxSetting', // V
    vBalanceSetting: 'vBalanceSetting', // V
  } as const satisfies Record<string, QuantityName>;
  const extra: Record<string, number | null> = {};
  for (const [name, of] of Object.entries(names)) if (values[of] !== null) extra[name] = values[of].value;
  return extra;
}

function slowExtras(slow: SlowValues): Record<string, number | string | null> {
  const { soh, efficiency, chargeCycles, firmware, vLow, vNominal, vFull, energyCharged, energyDischarged } = slow;
  return { soh, efficiency, chargeCycles, firmware, vLow, vNominal, vFull, energyCharged, energyDischarged };
}
