/** The figures of a battery as the monitor tells them: the main ones flat, everything else beside them. */
import type { Extreme } from '../engine/figures/extreme.ts';
import type { Figures } from '../engine/figures/figures.ts';
import type { Tally } from '../engine/figures/tally.ts';
import { usableShare } from '../engine/figures/usable.ts';

export type Flat = Record<string, number | string | boolean | null>;

const DIGITS = { capacity: 2, resistance: 7, energy: 1, charge: 3, percent: 1, hours: 1, volts: 4 } as const;

/**
 * Flat: Ah, Wh, V, Ω, s, %; what is not known is `null`.
 *
 * @param temperature °C of now, for what a cold battery can give; NaN: unknown
 */
export function figuresPayload(figures: Figures, temperature: number): Flat {
  const { known, settings, counters, cycles, efficiency, calibration, resistance, missing, rest, reserve } = figures;
  const left = figures.left();
  return {
    remainingAh: rounded(left.charge, 2),
    remainingWh: rounded(left.energy, 0),
    timeToGo: rounded(left.timeToReserve, 0),
    timeToEmpty: rounded(left.timeToEmpty, 0),
    timeToFull: rounded(left.timeToFull, 0),
    timeToDamage: rounded(reserve.timeToDamage, 0),
    capacity: rounded(known.capacity, DIGITS.capacity),
    capacityUncertainty: rounded(known.capacitySigma, DIGITS.capacity),
    capacityRated: settings.capacity,
    capacityUsable: rounded(known.capacity * usableShare(temperature), DIGITS.capacity),
    soh: rounded(100 * known.health, DIGITS.percent),
    resistance: rounded(resistance.pack, DIGITS.resistance),
    resistancePulse: rounded(resistance.pulse, 1),
    efficiency: rounded(100 * efficiency.energy, DIGITS.percent),
    cycles: rounded(cycles.equivalent, 2),
    balance: figures.balance.balance,
    missingAh: rounded(missing.largest, 2),
    balanceHours: rounded(missing.hours, DIGITS.hours),
    balanceRestarts: rounded(missing.restarts, 0),
    spreadRest: rounded(rest.spreadRest, DIGITS.volts),
    spreadTop: rounded(missing.spreadTop, DIGITS.volts),
    daysSinceFull: rounded(calibration.daysSinceFull, 2),
    lastCalibration: rounded(calibration.at, 0),
    lastCalibrationSoc: rounded(100 * calibration.to, 1),
    ...tallyPayload(counters.total, ''),
    ...tallyPayload(counters.today, 'Today'),
    advice: figures.advice.map(({ id }) => id).join(' '),
  };
}

function tallyPayload(tally: Tally, when: string): Flat {
  return {
    [`chargedAh${when}`]: rounded(tally.chargedAh, DIGITS.charge),
    [`dischargedAh${when}`]: rounded(tally.dischargedAh, DIGITS.charge),
    [`chargedWh${when}`]: rounded(tally.chargedWh, DIGITS.energy),
    [`dischargedWh${when}`]: rounded(tally.dischargedWh, DIGITS.energy),
    [`sourceWh${when}`]: rounded(tally.fromSources, DIGITS.energy),
    [`consumedWh${when}`]: rounded(tally.toConsumers, DIGITS.energy),
  };
}

/** What does not fit a flat payload: each cell, the history, the advice. A fresh object each time. */
export function figuresDetail(figures: Figures): Record<string, unknown> {
  const { settings, cycles, extremes, efficiency, calibration, resistance, missing, rest, recovery, reserve } = figures;
  const perCell = (of: (k: number) => number | null): (number | null)[] =>
    Array.from({ length: settings.cells }, (_, k) => of(k));
  return {
    resistance: {
      pack: rounded(resistance.pack, DIGITS.resistance),
      packNow: rounded(resistance.packNow, DIGITS.resistance),
      cells: perCell((k) => rounded(resistance.cell(k), DIGITS.resistance)),
      pulse: rounded(resistance.pulse, 1),
      jumps: resistance.jumps,
    },
    missing: {
      cells: perCell((k) => rounded(missing.missing[k] ?? Number.NaN, 2)),
      uncertainty: perCell((k) => rounded(missing.uncertainty[k] ?? Number.NaN, 2)),
      age: rounded(missing.age, 0),
    },
    balance: { state: figures.balance.balance, nearlyDone: figures.balance.nearlyDone, atTop: figures.balance.atTop },
    rest: {
      lasted: rounded(rest.lasted, 0),
      sagCell: rounded(rest.sagCell, 0),
      sagVolts: rounded(rest.sagVolts, DIGITS.volts),
    },
    cycles: {
      equivalent: rounded(cycles.equivalent, 2),
      depths: [...cycles.depths],
      deepest: rounded(100 * cycles.deepest, DIGITS.percent),
      average: rounded(100 * cycles.averageDepth, DIGITS.percent),
      fullDischarges: cycles.fullDischarges,
      fullCharges: cycles.fullCharges,
    },
    extremes: {
      voltageMin: extreme(extremes.lowestVoltage),
      voltageMax: extreme(extremes.highestVoltage),
      cellMin: extreme(extremes.lowestCell),
      cellMax: extreme(extremes.highestCell),
      temperatureMin: extreme(extremes.lowestTemperature),
      temperatureMax: extreme(extremes.highestTemperature),
      chargeCurrentMax: extreme(extremes.greatestCharge),
      dischargeCurrentMax: extreme(extremes.greatestDischarge),
    },
    efficiency: {
      energy: rounded(100 * efficiency.energy, DIGITS.percent),
      charge: rounded(100 * efficiency.charge, DIGITS.percent),
    },
    calibration: {
      at: rounded(calibration.at, 0),
      age: rounded(calibration.age, 0),
      to: rounded(100 * calibration.to, 1),
      how: calibration.how,
    },
    currentOffset: rounded(figures.known.currentOffset, 3),
    reserve: { remainingAh: rounded(reserve.remaining, 3), drain: rounded(reserve.drain, 4) },
    recovery: {
      stage: recovery.stage,
      abort: recovery.abort,
      cell: recovery.cell,
      left: rounded(recovery.left, 0),
      tooMuch: recovery.tooMuch,
    },
    advice: figures.advice.map((advice) => ({ ...advice, numbers: { ...advice.numbers } })),
  };
}

function extreme({ value, at, cell }: Extreme): Record<string, number | null> {
  return { value: rounded(value, DIGITS.volts), at: rounded(at, 0), cell: rounded(cell, 0) };
}

/** NaN and infinity are `null` outside of the engine. */
function rounded(value: number, digits: number): number | null {
  if (!Number.isFinite(value)) return null;
  const scale = 10 ** digits;
  return Math.round(value * scale) / scale;
}
