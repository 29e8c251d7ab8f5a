/** What is wrong with a setting, as data. The sentence is made from the catalogue (`problem.<kind>`). */

export type ProblemKind =
  | 'unknown-profile'
  | 'unknown-setting'
  | 'missing'
  | 'not-a-number'
  | 'not-whole'
  | 'millivolts'
  | 'too-low'
  | 'too-high'
  | 'not-a-choice'
  | 'cannot-be-off'
  | 'order';

export interface Problem {
  readonly setting: string;
  readonly value: string;
  readonly kind: ProblemKind;
  /** What the sentence needs besides setting and value: limits, unit, the other setting, a suggestion. */
  readonly detail: Readonly<Record<string, string | number>>;
}

export type WarningKind =
  | 'cold-charging'
  | 'below-damage'
  | 'lease-shorter-than-heartbeat'
  | 'high-charge-limit'
  | 'unknown-allowed'
  | 'self-lockout'
  | 'combined-blocks-charging'
  | 'no-such-model'
  | 'too-many-cells'
  | 'too-many-parallel';

/** Legal, but the owner should know. */
export interface Warning {
  readonly setting: string;
  readonly value: string;
  readonly kind: WarningKind;
  readonly detail: Readonly<Record<string, string | number>>;
}
