/** Makes a problem or a warning fit to be read in a dialog: labels for names, and nothing that could act. */
import type { Problem, Warning } from '../engine/pack/problem.ts';
import { isSettingName, SETTINGS } from '../engine/pack/schema.ts';

/**
 * @param label what a person calls a setting
 * @param choice what a person calls a choice; left out, choices stay the words that are typed in a flow or a file
 */
export function readable<T extends Problem | Warning>(
  found: T,
  label: (setting: string) => string,
  choice: (word: string) => string = (word) => word,
): T {
  const { setting, value, detail } = found;
  const spec = isSettingName(setting) ? SETTINGS[setting] : undefined;
  const choices = spec?.kind === 'choice' ? spec.choices : [];
  const inWords = (word: string): string => (choices.includes(word) ? choice(word) : word);
  const other = detail['other'];
  const limit = detail['limit'];
  return {
    ...found,
    setting: label(setting),
    value: inWords(harmless(value)),
    detail: {
      ...detail,
      ...(typeof other === 'string' ? { other: label(other) } : {}),
      ...(typeof limit === 'string' ? { limit: inWords(limit) } : {}),
    },
  };
}

/** Node-RED shows validation errors as HTML, and a value may come from a flow that somebody else wrote. */
export function harmless(value: string): string {
  const short = value.length > 80 ? `${value.slice(0, 79)}…` : value;
  return short.replaceAll('<', '‹').replaceAll('>', '›');
}
