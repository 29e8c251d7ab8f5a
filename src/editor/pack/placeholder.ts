/** What an empty field shows: the value the profile would use. */
import { SETTINGS, type SettingName } from '../../engine/pack/schema.ts';
import type { SettingValue } from '../../engine/pack/settings.ts';
import { profileValues, type Given } from '../../engine/pack/validate.ts';
import { PROFILES } from '../../engine/profiles/index.ts';
import { PROFILE_IDS, type ProfileId } from '../../engine/vocabulary.ts';
import type { Default } from '../../engine/profiles/profile.ts';
import { choiceText, packText } from '../catalogue.ts';

export function isProfile(id: unknown): id is ProfileId {
  return (PROFILE_IDS as readonly unknown[]).includes(id);
}

/** @returns a function from a setting's name to the text for its empty field */
export function placeholders(profile: unknown, given: Given): (name: SettingName) => string {
  if (!isProfile(profile)) return () => '';
  const values = profileValues(profile, given);
  return (name) => {
    const value = values[name];
    if (SETTINGS[name].kind === 'choice') {
      return typeof value === 'string' ? packText('hint.asProfile', { value: choiceText(value) }) : '';
    }
    if (PROFILES[profile].asks.includes(name)) return '';
    if (value !== null) return String(value);
    return restsOnUnknown(PROFILES[profile].settings[name], values) ?? packText('hint.off');
  };
}

/** How a default will follow from the battery once that is typed in, `null` where it does not or is known already. */
function restsOnUnknown(of: Default | undefined, values: Readonly<Record<SettingName, SettingValue>>): string | null {
  if (of === null || typeof of !== 'object') return null;
  if ('timesCells' in of) {
    return typeof values.cells === 'number' ? null : packText('hint.timesCells', { factor: of.timesCells });
  }
  if (typeof values.capacity === 'number') return null;
  return 'timesCapacity' in of
    ? packText('hint.timesCapacity', { factor: of.timesCapacity })
    : packText('hint.byModel');
}
