/**
 * How much of a battery's charge counts: a cold one cannot give all of it, and its owner may keep a part back.
 *
 * The part that does not count lies at the bottom: 0 % is shown when nothing but that is left.
 */

/** VLB-15, at up to the capacity in an hour: share of the capacity that can be taken out, at °C. */
const SHARES: readonly (readonly [temperature: number, share: number])[] = [
  [-20, 0.5],
  [0, 0.8],
  [25, 1],
];

/** Share of the capacity (0.5..1) that can be taken out at `temperature` °C; unknown (NaN) counts as warm. */
export function usableShare(temperature: number): number {
  let [coldest, low] = SHARES[0] ?? [0, 1];
  if (Number.isNaN(temperature)) return 1;
  if (temperature <= coldest) return low;
  for (const [warmer, high] of SHARES) {
    if (temperature < warmer) return low + ((high - low) * (temperature - coldest)) / (warmer - coldest);
    [coldest, low] = [warmer, high];
  }
  return low;
}

/** Something always counts, or nothing could be shown of it. */
const LEAST = 0.05;

/**
 * SOC (0..0.95) below which nothing counts. What the owner keeps back serves the cold first: both are the same lower end of the
 * charge, so the larger one is taken.
 * @param temperature °C; NaN: not to be heeded
 * @param share of the capacity that its owner uses (0..1, 123-R14: 0.75 is advised); NaN: all of it
 */
export function floorOf(temperature: number, share = 1): number {
  const used = Number.isNaN(share) ? 1 : Math.min(1, Math.max(LEAST, share));
  return 1 - Math.min(usableShare(temperature), used);
}

/** What is shown (0..1) of a battery at `soc` 0..1. */
export function shownSoc(soc: number, floor: number): number {
  return limited((soc - floor) / (1 - floor));
}

/** SOC (0..1) of a battery of which `shown` is shown; what is beyond 0..1 is taken at its end. */
export function innerSoc(shown: number, floor: number): number {
  return floor + (1 - floor) * limited(shown);
}

function limited(share: number): number {
  return share < 0 ? 0 : share > 1 ? 1 : share;
}
