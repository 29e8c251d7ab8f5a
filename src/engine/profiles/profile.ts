/** The shape of a profile: a table of numbers and a table of rules. Nothing in it runs. */
import type { SettingName } from '../pack/schema.ts';
import type { Rule } from '../protection/rule.ts';
import type { ProfileId } from '../vocabulary.ts';

/**
 * A default: a number in the setting's unit, a choice, `null` for off, or a number that follows from the battery: so much
 * for each Ah of capacity, for each cell, or what the product's table of models says.
 */
export type Default =
  | number
  | string
  | null
  | { readonly timesCapacity: number }
  | { readonly timesCells: number }
  | ByModel;

/**
 * What a product's models say, by the capacity of one battery (the pack's capacity divided by `parallel`): the largest
 * model that is not larger than it.
 */
export interface ByModel {
  /** Capacity of a model in Ah and the value that belongs to it. */
  readonly byModel: readonly (readonly [capacity: number, value: number])[];
  /** The value of one battery counts for each of those in parallel; else it stays that of one. */
  readonly timesParallel: boolean;
  /** Together they are not more than this, by model; it does not grow with the number in parallel. */
  readonly atMost?: readonly (readonly [capacity: number, value: number])[];
}

/** The limits within which the product lets a setting be changed, where they are narrower than the vocabulary's. */
export type Ranges = Readonly<Partial<Record<SettingName, readonly [min: number, max: number]>>>;

/** What a product allows to be joined: cells in series and batteries in parallel, up to a capacity of one battery (Ah). */
export interface Topology {
  readonly upTo: number;
  readonly cells: number;
  readonly parallel: number;
}

export interface Profile {
  readonly id: ProfileId;
  readonly title: string;
  /** The manual (or our own reasoning) the table follows. */
  readonly source: string;
  /** What the owner has to say himself: settings without a default. */
  readonly asks: readonly SettingName[];
  readonly settings: Readonly<Partial<Record<SettingName, Default>>>;
  readonly ranges?: Ranges;
  /** Capacities of the product's models (Ah), where its settings follow from them. */
  readonly models?: readonly number[];
  /** How many may be joined, by the capacity of one battery; the first entry that fits counts. */
  readonly topology?: readonly Topology[];
  readonly rules: readonly Rule[];
  readonly full: FullRule;
}

/**
 * When the battery counts as full and SOC is set to 100 %.
 * `byCells`: every cell at `balanceVoltage`; `byPack`: the pack at `balanceVoltage` × cells.
 * With a tail current the charge current must also have fallen to `fullTailCurrent` for `fullTime`.
 */
export interface FullRule {
  readonly normal: 'byCells' | 'byPack';
  readonly critical: 'byCells' | 'byPack';
}
