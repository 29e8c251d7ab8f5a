/**
 * Whether what a device with a weak check said is believed at once. Where one damaged frame in some hundred passes the
 * check, a sudden change is asked about again before anybody acts on it.
 */
import type { Observation } from '../engine/reading/observation.ts';

/** V a cell and K a sensor may move from one cycle to the next without being doubted; A and V of the pack in parts. */
const CELL_STEP = 0.05;
const TEMPERATURE_STEP = 3;
const CURRENT_STEP = 20;
const PACK_STEP = 0.02;
const SOC_STEP = 2;
const STARTER_STEP = 0.5;
const CURRENTS = ['current', 'currentIn', 'currentOut', 'alternatorCurrent'] as const;

/** Whether any value of the two observations differs by more than a battery does within a cycle. */
export function differs(before: Observation, now: Observation): boolean {
  if (before.cellCount !== now.cellCount) return true;
  if (apart(before.voltage, now.voltage, PACK_STEP * Math.abs(before.voltage ?? 0) + 0.1)) return true;
  if (CURRENTS.some((name) => apart(before[name], now[name], CURRENT_STEP))) return true;
  if (apart(before.starterVoltage, now.starterVoltage, STARTER_STEP)) return true;
  if (apart(before.soc, now.soc, SOC_STEP)) return true;
  if (apart(before.bmsTemperature, now.bmsTemperature, TEMPERATURE_STEP)) return true;
  const extremes = [
    [before.cellMin, now.cellMin, CELL_STEP],
    [before.cellMax, now.cellMax, CELL_STEP],
    [before.temperatureMin, now.temperatureMin, TEMPERATURE_STEP],
    [before.temperatureMax, now.temperatureMax, TEMPERATURE_STEP],
  ] as const;
  if (extremes.some(([old, next, step]) => apart(old?.value, next?.value, step))) return true;
  const temperatures = now.temperatures ?? [];
  if (temperatures.some((value, i) => apart(before.temperatures?.[i], value, TEMPERATURE_STEP))) return true;
  if (flagsDiffer(before, now)) return true;
  const cells = new Map((before.cells ?? []).map((cell) => [cell.cell, cell]));
  return (now.cells ?? []).some((cell) => {
    const old = cells.get(cell.cell);
    return apart(old?.voltage, cell.voltage, CELL_STEP) || apart(old?.temperature, cell.temperature, TEMPERATURE_STEP);
  });
}

/**
 * Whether what was heard before bears out what is heard now: it tells of everything that is told now (who told no cells
 * says nothing of them), and nothing in it differs.
 */
export function agrees(before: Observation, now: Observation): boolean {
  const told = Object.keys(now) as (keyof Observation)[];
  return told.every((name) => name === 'extra' || before[name] !== undefined) && !differs(before, now);
}

function flagsDiffer({ hardware: before = {} }: Observation, { hardware: now = {} }: Observation): boolean {
  return Object.keys(now).some((name) => now[name] !== before[name]);
}

/** What is known on one side only is no contradiction: a sensor was added, or fell off. */
function apart(before: number | null | undefined, now: number | null | undefined, step: number): boolean {
  if (typeof before !== 'number' || typeof now !== 'number')
    return typeof before !== typeof now && before !== undefined;
  return Math.abs(before - now) > step;
}
