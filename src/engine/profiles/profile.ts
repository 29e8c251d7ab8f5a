/** The shape of a profile: a table of numbers and a table of rules. Nothing in it runs. */
import type { SettingName } from '../pack/schema.ts';
import type { Rule } from '../protection/rule.ts';
import type { ProfileId } from '../vocabulary.ts';

/** A default: a number in the setting's unit, a choice, `null` for off, or amperes per Ah of capacity. */
export type Default = number | string | null | { readonly timesCapacity: number };

export interface Profile {
  readonly id: ProfileId;
  readonly title: string;
  /** The manual (or our own reasoning) the table follows. */
  readonly source: string;
  /** What the owner has to say himself: settings without a default. */
  readonly asks: readonly SettingName[];
  readonly settings: Readonly<Partial<Record<SettingName, Default>>>;
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
