/**
 * Falls at once, rises late and slowly.
 *
 * A limit that follows its cause both ways makes a loop with the charger that obeys it: less current, lower cells, a higher
 * limit, more current. Drivers for Victron systems cured this with a hold time and a slow rise, and so do we.
 *
 * Every target is remembered as a bound: it holds for as long as it is in force and for the hold time after, then it lifts
 * at the given rate. The limit is the lowest of all bounds. Put like this, a history that is worse at every moment can
 * never end with the higher limit, and it makes no difference how often we are asked in between.
 */
export class Ramp {
  readonly #hold: number;
  readonly #rate: number;
  /** Bounds within their hold time, older and lower first; a newer bound ends all that are not below it. */
  readonly #bounds: number[] = [];
  readonly #since: number[] = [];
  /** Of the bounds that lift already only the lowest counts, for all lift alike: from this value, since this second. */
  #lifting = Infinity;
  #liftingSince = 0;
  #target: number;

  /**
   * @param top the limit at the start, when nothing has lowered it; no target is above it
   * @param hold seconds for which nothing may have lowered the limit before it rises
   * @param rate rise per second after that; above 0
   */
  constructor(top: number, hold: number, rate: number) {
    this.#hold = hold;
    this.#rate = rate;
    this.#target = top;
  }

  /**
   * @param target what the limit should be; NaN (unknown): it stays where it is, and rises no sooner than if it had just
   *   been lowered to there
   * @param now monotonic seconds, not before those of the last step
   * @returns the limit, at most `target`
   */
  step(target: number, now: number): number {
    this.#bind(this.#target, now); // the last target was in force until this moment
    while (now - this.#since[0]! > this.#hold) {
      this.#lift(this.#bounds.shift()!, this.#since.shift()! + this.#hold, now);
    }
    const reached = Math.min(this.#bounds[0]!, this.#lifted(this.#lifting, this.#liftingSince, now));
    this.#target = Number.isNaN(target) ? reached : target;
    this.#bind(this.#target, now);
    return Math.min(this.#target, reached);
  }

  #bind(bound: number, now: number): void {
    while (this.#bounds.length > 0 && this.#bounds.at(-1)! >= bound) {
      this.#bounds.pop();
      this.#since.pop();
    }
    this.#bounds.push(bound);
    this.#since.push(now);
  }

  #lift(bound: number, since: number, now: number): void {
    if (this.#lifted(bound, since, now) > this.#lifted(this.#lifting, this.#liftingSince, now)) return;
    this.#lifting = bound;
    this.#liftingSince = since;
  }

  /** Never below the bound, not by a rounding either: one bit less could be one step less of a current. */
  #lifted(bound: number, since: number, now: number): number {
    return bound + this.#rate * (now - since);
  }
}
