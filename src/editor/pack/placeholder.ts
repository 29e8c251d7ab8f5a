/** What an empty field shows: the value the profile would use. */
import { SETTINGS, type SettingName } from '../../engine/pack/schema.ts';
import type { SettingValue } from '../../engine/pack/settings.ts';
import { profileValues, type Given } from '../../engine/pack/validate.ts';
import { PROFILES } from '../../engine/profiles/index.ts';
import { PROFILE_IDS, type ProfileId } from '../../engine/vocabulary.ts';
import type { Default } from '../../engine/profiles/profile.ts';
import type { Translate } from '../../texts/translate.ts';
import { choiceKey } from './groups.ts';

export function isProfile(id: unknown): id is ProfileId {
  return (PROFILE_IDS as readonly unknown[]).includes(id);
}

/**
 * @param say the catalogue of the pack, without its own name in the keys
 * @returns a function from a setting's name to the text for its empty field
 */
export function placeholders(profile: unknown, given: Given, say: Translate): (name: SettingName) => string {
  if (!isProfile(profile)) return () => '';
  const values = profileValues(profile, given);
  return (name) => {
    const value = values[name];
    if (SETTINGS[name].kind === 'choice') {
      return typeof value === 'string' ? say('hint.asProfile', { value: say(choiceKey(value)) }) : '';
    }
    if (PROFILES[profile].asks.includes(name)) return '';
    if (value !== null) return String(value);
    return restsOnUnknown(PROFILES[profile].settings[name], values, say) ?? say('hint.off');
  };
}

/** How a default will follow from the battery once that is typed in, `null` where it does not or is known already. */
function restsOnUnknown(
  of: Default | undefined,
  { cells, capacity }: Readonly<Record<SettingName, SettingValue>>,
  say: Translate,
): string | null {
  if (of === null || typeof of !== 'object') return null;
  if ('timesCells' in of) return cells === null ? say('hint.timesCells', { factor: of.timesCells }) : null;
  if (capacity !== null) return null;
  return 'timesCapacity' in of ? say('hint.timesCapacity', { factor: of.timesCapacity }) : say('hint.byModel');
}
