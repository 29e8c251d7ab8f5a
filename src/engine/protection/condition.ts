/** One condition of a rule with its threshold filled in. */
import type { Condition } from './rule.ts';
import { indexOf } from './sample.ts';

/** A condition in numbers: `sign * (value - than)` is above zero (or zero, when inclusive) while it holds. */
export class Test {
  readonly of: number;
  readonly sign: 1 | -1;
  readonly inclusive: boolean;
  readonly than: number;
  /** A condition on SOC is skipped while SOC is unknown. */
  readonly skipUnknown: boolean;

  constructor(condition: Condition, than: number) {
    this.of = indexOf(condition.of);
    this.sign = condition.is === '>' || condition.is === '>=' ? 1 : -1;
    this.inclusive = condition.is === '>=' || condition.is === '<=';
    this.than = than;
    this.skipUnknown = condition.of === 'soc';
  }

  holds(values: Float64Array): boolean {
    const value = values[this.of]!;
    // Two comparisons and no subtraction: nothing that is infinite turns into a number that is none.
    if (this.sign > 0) return this.inclusive ? value >= this.than : value > this.than;
    return this.inclusive ? value <= this.than : value < this.than;
  }
}

/** True exactly where the trip does not hold. */
export function notBeyond(trip: Condition, than: number): Test {
  const is = ({ '>': '<=', '>=': '<', '<': '>=', '<=': '>' } as const)[trip.is];
  return new Test({ of: trip.of, is, than }, than);
}
