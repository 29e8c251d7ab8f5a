/** Facts for tests of advice: what is not said is as with a healthy battery in light use, about which there is nothing to say. */
import type { Advice, AdviceEdge, AdviceId } from '../../../src/engine/advice/advice.ts';
import { Adviser } from '../../../src/engine/advice/adviser.ts';
import type { AdviceFacts } from '../../../src/engine/advice/facts.ts';
import type { RecoveryView } from '../../../src/engine/advice/recovery.ts';
import type { BatterySettings } from '../../../src/engine/figures/sample.ts';
import { SETTINGS } from '../figures/support/samples.ts';

export const NO_RECOVERY: RecoveryView = {
  stage: 'idle',
  abort: null,
  cell: null,
  cellVoltage: Number.NaN,
  left: Number.NaN,
  tooMuch: false,
};

export const HEALTHY: AdviceFacts = {
  everFull: true,
  daysSinceFull: 2,
  daysKnown: 100,
  cyclesPerDay: 0.05,
  greatestRate: 0.2,
  shortCharges: false,
  seriesStrings: false,
  balance: 'balanced',
  spreadRest: 0.004,
  spreadTop: 0.02,
  missingAh: 0,
  missingCell: null,
  repairHours: 0,
  repairRestarts: 0,
  saggingCell: null,
  saggingBy: 0,
  soc: 0.6,
  sigma: 0.02,
  soh: 0.98,
  cycles: 120,
  temperature: 18,
  idleFor: 0,
  loadsCut: false,
  cutCell: null,
  cutVoltage: Number.NaN,
  cutMean: Number.NaN,
  timeToDamage: Number.NaN,
  chargeCuts: 0,
  chargeCutsFor: 0,
  sinceChargeCut: Number.NaN,
  recovery: NO_RECOVERY,
};

/** Where nothing is known of a battery yet: what has no unknown of its own is as it is at first. */
export const UNKNOWN: AdviceFacts = {
  ...HEALTHY,
  daysSinceFull: Number.NaN,
  daysKnown: 0,
  cyclesPerDay: Number.NaN,
  greatestRate: Number.NaN,
  balance: 'unknown',
  spreadRest: Number.NaN,
  spreadTop: Number.NaN,
  missingAh: Number.NaN,
  repairHours: Number.NaN,
  repairRestarts: Number.NaN,
  saggingBy: Number.NaN,
  soc: Number.NaN,
  sigma: Number.NaN,
  soh: Number.NaN,
  cycles: Number.NaN,
  temperature: Number.NaN,
  idleFor: Number.NaN,
  chargeCutsFor: Number.NaN,
};

export const factsOf = (given: Partial<AdviceFacts>): AdviceFacts => ({ ...HEALTHY, ...given });

/** An adviser with what it said last within reach. */
export class Advised {
  readonly adviser: Adviser;
  edges: readonly AdviceEdge[] = [];

  constructor(settings: Partial<BatterySettings> = {}) {
    this.adviser = new Adviser({ ...SETTINGS, ...settings });
  }

  see(given: Partial<AdviceFacts>): this {
    this.edges = this.adviser.step(factsOf(given));
    return this;
  }

  get ids(): AdviceId[] {
    return this.adviser.active.map(({ id }) => id);
  }

  /** What the last look changed: `+id`, `-id`. */
  get news(): string[] {
    return this.edges.map(({ edge, advice }) => `${edge === 'raised' ? '+' : '-'}${advice.id}`);
  }

  of(id: AdviceId): Advice {
    const advice = this.adviser.active.find((one) => one.id === id);
    if (advice === undefined) throw new Error(`${id} is not given`);
    return advice;
  }
}
