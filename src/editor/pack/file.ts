/**
 * `pack.json`: the settings of a pack as a file, in the shape that `cellwarden replay --pack` reads. It holds the profile and
 * what differs from it; no bus, no PIN and nothing else that belongs to one installation.
 */
import { SETTING_NAMES, SETTINGS, type SettingName } from '../../engine/pack/schema.ts';
import type { Problem } from '../../engine/pack/problem.ts';
import { profileValues, type Given } from '../../engine/pack/validate.ts';
import { PROFILES } from '../../engine/profiles/index.ts';
import { isEnvironment, judge } from '../judge.ts';
import { isProfile } from './placeholder.ts';

/** A file of settings is far shorter; what is longer is another file. */
export const LONGEST_FILE = 64 * 1024;

/**
 * The text of the file.
 * @param given the settings as they stand in the dialog; empty ones follow the profile
 */
export function packFile(name: string, profile: string, given: Given): string {
  const said = Object.fromEntries(
    SETTING_NAMES.filter((setting) => !isBlank(given[setting])).map((setting) => [setting, given[setting]]),
  );
  const own = isProfile(profile) ? withoutDefaults(profile, said) : said;
  const values = Object.fromEntries(
    SETTING_NAMES.filter((setting) => setting in own).map((setting) => [setting, plain(setting, own[setting])]),
  );
  return `${JSON.stringify({ name: name.trim(), profile, ...values }, null, 2)}\n`;
}

/** Without what would be the same had it not been said; looked at one by one, because values follow from each other. */
function withoutDefaults(profile: keyof typeof PROFILES, said: Given): Given {
  const { asks } = PROFILES[profile];
  const values = (given: Given): string => JSON.stringify(profileValues(profile, given));
  const all = values(said);
  let own = said;
  for (const setting of SETTING_NAMES) {
    if (!(setting in own) || asks.includes(setting) || isEnvironment(own[setting])) continue;
    const { [setting]: _one, ...others } = own;
    if (values(others) === all) own = others;
  }
  return own;
}

/** Numbers as numbers; choices, `off` and what is not understood as they were typed. */
function plain(setting: SettingName, value: unknown): unknown {
  if (typeof value !== 'string' || SETTINGS[setting].kind !== 'number') return value;
  const number = Number(value.trim().replace(',', '.'));
  return Number.isFinite(number) ? number : value.trim();
}

/** `house.pack.json`, without what a file name cannot hold. */
export function fileName(name: string): string {
  const plain = name
    .trim()
    .replaceAll(/[^\p{L}\p{N} _.-]/gu, '_')
    .replace(/^\.+/, '')
    .slice(0, 60);
  return `${plain === '' ? 'battery' : plain}.pack.json`;
}

/** What a file says, with everything that is wrong with it. */
export interface PackFile {
  readonly name: string;
  readonly profile: string;
  /** As fields of the dialog take them. */
  readonly settings: Readonly<Partial<Record<SettingName, string>>>;
}

export type ReadFile =
  | { readonly ok: true; readonly pack: PackFile }
  | { readonly ok: false; readonly problems: readonly Problem[] }
  /** No settings at all: not JSON, or no object, or far too long. */
  | { readonly ok: false; readonly problems: null };

/** Reads a `pack.json`; judged as a whole, by the same code as the dialog. */
export function readPackFile(text: string): ReadFile {
  const given = settingsIn(text);
  if (given === null) return { ok: false, problems: null };
  const { profile = 'lifepo4', name, ...settings } = given;
  const { problems } = judge(profile, settings);
  if (problems.length > 0) return { ok: false, problems };
  const fields = SETTING_NAMES.flatMap((setting): [SettingName, string][] => {
    // `null` is another word for off.
    const value = settings[setting] === null ? 'off' : settings[setting];
    return typeof value === 'string' || typeof value === 'number' ? [[setting, String(value)]] : [];
  });
  return {
    ok: true,
    pack: {
      name: typeof name === 'string' ? name.trim() : '',
      profile: String(profile),
      settings: Object.fromEntries(fields),
    },
  };
}

/** Settings by name, flat or under `settings`. */
function settingsIn(text: string): Record<string, unknown> | null {
  if (text.length > LONGEST_FILE) return null;
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return null;
  }
  if (!isRecord(parsed)) return null;
  const { settings, ...rest } = parsed;
  return { ...rest, ...(isRecord(settings) ? settings : {}) };
}

function isRecord(given: unknown): given is Record<string, unknown> {
  return typeof given === 'object' && given !== null && !Array.isArray(given);
}

function isBlank(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'string' && value.trim() === '');
}
