/** The sign of a Daly's current against the state that it tells beside it. */
import type { Failure } from '../device.ts';
import type { DalyState } from './fields.ts';

/** A below which the state may lag behind, or be "idle" as well. */
const CLEARLY = 1;

/** Whether the current (A, positive = charging) says clearly the opposite of the state. */
export function contradicts(current: number, state: DalyState): boolean {
  return (state === 'charging' && current < -CLEARLY) || (state === 'discharging' && current > CLEARLY);
}

/** What to tell people then. */
export function wrongSign(current: number, state: DalyState): Failure {
  const reads = current > 0 ? 'charging' : 'discharging';
  const text =
    `it says that it is ${state} while its current reads as ${reads} with ${Math.abs(current).toFixed(1)} A, ` +
    'so the current is not used: turn "Sign of the current" round in the settings';
  return { ok: false, reason: 'nonsense', text };
}
