/** What the sun brings and the house takes: the two currents that meet at the pack. */
import { noiseAt } from './random.ts';

export interface Flow {
  /** A the charger would give, ≥ 0. */
  readonly charge: number;
  /** A the loads take, ≥ 0. */
  readonly load: number;
}

/** The currents wanted at a time (s of the simulated day) and a state of charge (%). */
export type FlowProfile = (seconds: number, soc: number) => Flow;

/** The same currents for ever, A. */
export function constantFlow(charge: number, load: number): FlowProfile {
  return () => ({ charge, load });
}

/** % SOC around which the gentle day swings. */
const MIDDLE = 60;

/**
 * A day on which nothing goes wrong: the charger gives 8…15 A, and the loads take what keeps the net current within
 * −10…+15 A and the state of charge around 60 %. Packs under 50 Ah get the same day with smaller currents.
 */
export function gentleDay(seed: number, capacity: number): FlowProfile {
  const scale = Math.min(1, capacity / 50);
  return (seconds, soc) => {
    const charge = 11.5 + 3.5 * noiseAt(seed, seconds / 1200);
    const swing = 9 * Math.sin((2 * Math.PI * seconds) / 5400) + 2 * noiseAt(seed + 1, seconds / 45);
    const net = Math.min(15, Math.max(-10, swing + (MIDDLE - soc)));
    return { charge: charge * scale, load: Math.max(0, charge - net) * scale };
  };
}
