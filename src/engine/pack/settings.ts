/** The settings of one pack, complete: every name of the vocabulary has its value. */
import type { ProfileId } from '../vocabulary.ts';
import type { SettingName } from './schema.ts';

/** A number in the setting's unit, a choice, or `null` where a setting is off. */
export type SettingValue = number | string | null;

export interface PackSettings {
  readonly profile: ProfileId;
  readonly values: Readonly<Record<SettingName, SettingValue>>;
}

/**
 * The number behind a setting.
 * @returns `NaN` when the setting is off: every comparison with it is false, so a rule that reads it stays silent.
 */
export function numberOf(settings: PackSettings, name: SettingName): number {
  const value = settings.values[name];
  return typeof value === 'number' ? value : Number.NaN;
}

/** True when the setting has a value, i.e. was not switched off. */
export function isOn(settings: PackSettings, name: SettingName): boolean {
  const value = settings.values[name];
  return value !== null && value !== 'off';
}

/** Seconds after which a value is no longer known: the first moment at which somebody stops relying on it. */
export function staleAfter(settings: PackSettings): number {
  return Math.min(numberOf(settings, 'communicationTimeoutCharge'), numberOf(settings, 'communicationTimeoutLoad'));
}
