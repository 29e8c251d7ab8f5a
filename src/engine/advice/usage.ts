/** Whether a battery is used in a way that lets its cells drift apart sooner: then it wants to be full weekly (VLB-12). */
import type { AdviceFacts } from './facts.ts';

/** Full cycles a day: "every day or a few times a week". A fifth of the capacity a day counts. */
const CYCLED = 0.2;
/** C: what manuals recommend for charging and less than they do for discharging (VLB-16, OGT-9). */
const HIGH_RATE = 0.5;
/** A way of use is left when it has fallen to this share of what made it one. */
const LEFT_AT = 0.75;
/** Days of use below which cycles a day say little. */
const LEAST_KNOWN = 3;

export interface Usage {
  /** Cycled often, with high currents, charged short, or in series strings. */
  readonly isHeavy: boolean;
  /** High currents or short charges: what OGT-17 names. */
  readonly isHard: boolean;
}

export const LIGHT_USE: Usage = { isHeavy: false, isHard: false };

/** @param before what it was: a way of use that hovers at its limit does not go to and fro */
export function usageOf(facts: AdviceFacts, before: Usage): Usage {
  const share = (was: boolean): number => (was ? LEFT_AT : 1);
  const isHard = facts.shortCharges || facts.greatestRate > HIGH_RATE * share(before.isHard);
  const isCycled = facts.daysKnown >= LEAST_KNOWN && facts.cyclesPerDay > CYCLED * share(before.isHeavy);
  return { isHard, isHeavy: isHard || isCycled || facts.seriesStrings };
}
