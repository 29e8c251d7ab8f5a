/** What an empty field shows: the value the profile would use. */
import { SETTINGS, type SettingName } from '../../engine/pack/schema.ts';
import { profileValues, type Given } from '../../engine/pack/validate.ts';
import { PROFILES } from '../../engine/profiles/index.ts';
import { PROFILE_IDS, type ProfileId } from '../../engine/vocabulary.ts';
import { packText } from '../catalogue.ts';
import { choiceText } from './rows.ts';

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
    const byCapacity = PROFILES[profile].settings[name];
    if (byCapacity !== null && typeof byCapacity === 'object' && typeof values.capacity !== 'number') {
      return packText('hint.timesCapacity', { factor: byCapacity.timesCapacity });
    }
    return packText('hint.off');
  };
}
