/**
 * Settings are judged as a whole, in this one place that the dialog, the runtime and the command line share.
 * Wrong settings are refused with a problem that names the setting, the value and the remedy; nothing is corrected silently.
 */
import type { ByModel, Default, Profile } from '../profiles/profile.ts';
import { PROFILES } from '../profiles/index.ts';
import { PROFILE_IDS, type ProfileId } from '../vocabulary.ts';
import { ORDER } from './order.ts';
import type { Problem, Warning } from './problem.ts';
import {
  PROTECTION_NAMES,
  SETTINGS,
  SETTING_NAMES,
  isSettingName,
  type NumberSetting,
  type ProtectionName,
  type SettingName,
  type SettingSpec,
} from './schema.ts';
import type { PackSettings, SettingValue } from './settings.ts';
import { selfLockouts } from './supply.ts';

export type Resolved =
  | { readonly ok: true; readonly settings: PackSettings; readonly warnings: readonly Warning[] }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** What the owner gave: numbers, numbers as text (`${ENV}` and dialogs), choices, `off`; empty means "as the profile". */
export type Given = Readonly<Record<string, unknown>>;

/**
 * Completes what the owner gave with the profile's values and checks all of it together.
 *
 * @param profileId the profile's id; anything else is a problem
 * @param given settings by name, in the vocabulary's units; an empty string, `undefined` or a missing name means default
 */
export function resolveSettings(profileId: unknown, given: Given): Resolved {
  if (!isProfileId(profileId)) {
    const problem: Problem = {
      setting: 'profile',
      value: text(profileId),
      kind: 'unknown-profile',
      detail: { choices: PROFILE_IDS.join(', ') },
    };
    return { ok: false, problems: [problem] };
  }
  const profile = PROFILES[profileId];
  const problems: Problem[] = [];
  const own = new Map<SettingName, SettingValue>();
  for (const [name, value] of Object.entries(given)) {
    if (isEmpty(value)) continue;
    if (!isSettingName(name)) {
      problems.push({ setting: name, value: text(value), kind: 'unknown-setting', detail: { similar: similar(name) } });
      continue;
    }
    const parsed = parseSetting(name, specOf(profile, name), value);
    if ('kind' in parsed) problems.push(parsed);
    else own.set(name, parsed.value);
  }
  for (const name of profile.asks) {
    if (!Object.hasOwn(given, name) || isEmpty(given[name])) {
      problems.push({ setting: name, value: '', kind: 'missing', detail: { unit: unitOf(name) } });
    }
  }
  if (problems.length > 0) return { ok: false, problems };

  const values = complete(profile, own);
  problems.push(...checkOrder(values));
  if (problems.length > 0) return { ok: false, problems };
  return { ok: true, settings: { profile: profileId, values }, warnings: warn(values, profile) };
}

/** A setting's kind and limits: a product may let it be changed less far than the vocabulary. */
function specOf(profile: Profile, name: SettingName): SettingSpec {
  const spec = SETTINGS[name];
  const range = profile.ranges?.[name];
  return range === undefined || spec.kind !== 'number' ? spec : { ...spec, min: range[0], max: range[1] };
}

/** The values a profile would use for what the owner has not given: the dialog's placeholders. */
export function profileValues(profileId: ProfileId, given: Given): Record<SettingName, SettingValue> {
  const own = new Map<SettingName, SettingValue>();
  for (const [name, value] of Object.entries(given)) {
    if (isEmpty(value) || !isSettingName(name)) continue;
    const parsed = parseSetting(name, specOf(PROFILES[profileId], name), value);
    if (!('kind' in parsed)) own.set(name, parsed.value);
  }
  return complete(PROFILES[profileId], own);
}

function isProfileId(id: unknown): id is ProfileId {
  return typeof id === 'string' && (PROFILE_IDS as readonly string[]).includes(id);
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === '' || (typeof value === 'string' && value.trim() === '');
}

function text(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return value === undefined ? '' : (JSON.stringify(value) ?? typeof value);
}

function unitOf(name: SettingName): string {
  const spec = SETTINGS[name];
  return spec.kind === 'number' ? spec.unit : '';
}

function parseSetting(setting: SettingName, spec: SettingSpec, given: unknown): { value: SettingValue } | Problem {
  const value = text(given);
  const problem = (kind: Problem['kind'], detail: Problem['detail'] = {}): Problem => ({
    setting,
    value,
    kind,
    detail,
  });

  if (spec.kind === 'choice') {
    return spec.choices.includes(value) ? { value } : problem('not-a-choice', { choices: spec.choices.join(', ') });
  }
  if (given === null || value === 'off') {
    return spec.canBeOff
      ? { value: null }
      : problem('cannot-be-off', { min: spec.min, max: spec.max, unit: spec.unit });
  }
  const number = typeof given === 'number' ? given : parseNumber(value, spec);
  const limits = { min: spec.min, max: spec.max, unit: spec.unit };
  if (number === null || !Number.isFinite(number)) return problem('not-a-number', limits);
  if (spec.unit === 'V' && number > spec.max && number / 1000 >= spec.min && number / 1000 <= spec.max) {
    return problem('millivolts', { ...limits, suggestion: number / 1000 });
  }
  if (number < spec.min) return problem('too-low', limits);
  if (number > spec.max) return problem('too-high', limits);
  if (spec.integer && !Number.isInteger(number)) return problem('not-whole', limits);
  return { value: number };
}

/**
 * A decimal number, with a comma too: half of Europe writes 3,65. Nothing else around it.
 *
 * Others write thousands with a comma: `1,000` may be one or a thousand, and is neither here. Only where one digit
 * stands before the comma, and the setting's range has room for the decimal reading and none for the other, it is taken.
 */
function parseNumber(value: string, { min, max, integer }: NumberSetting): number | null {
  const given = value.trim();
  const trimmed = given.replace(',', '.');
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(trimmed)) return null;
  const number = Number(trimmed);
  if (!/,\d{3}(?!\d)/.test(given)) return number;
  const isInside = (reading: number): boolean => reading >= min && reading <= max;
  // What counts whole things needs no three decimals: there the comma can only be meant for thousands, or be a slip.
  const isDecimal =
    !integer && /^[+-]?\d,\d{3}$/.test(given) && isInside(number) && !isInside(Number(given.replace(',', '')));
  return isDecimal ? number : null;
}

/**
 * Fills in the profile's values. A clear value that was not given keeps the profile's distance to its trip value,
 * so that moving one threshold does not leave its partner on the wrong side.
 */
function complete(profile: Profile, own: ReadonlyMap<SettingName, SettingValue>): Record<SettingName, SettingValue> {
  const values = {} as Record<SettingName, SettingValue>;
  for (const name of SETTING_NAMES) {
    const given = own.get(name);
    values[name] = given === undefined ? defaultValue(profile.settings[name], own) : given;
  }
  for (const trip of PROTECTION_NAMES) {
    const clear: SettingName = `${trip}Clear`;
    if (own.has(clear) || !own.has(trip)) continue;
    const moved = own.get(trip);
    const from = defaultValue(profile.settings[trip], own);
    const to = defaultValue(profile.settings[clear], own);
    if (typeof moved !== 'number') values[clear] = null;
    else if (typeof from === 'number' && typeof to === 'number') values[clear] = round(moved + (to - from));
    else values[clear] = round(moved + (ALONE[trip] ?? 0));
  }
  return values;
}

/** Distance of the clear value where a profile has neither number and the owner gives the trip value alone. */
const ALONE: Readonly<Partial<Record<ProtectionName, number>>> = {
  alternatorVoltageLimit: -0.5, // VSB-3
  auxSoc: 5,
  shedSoc: 5,
  dischargeTemperatureMax: -3,
  dischargeTemperatureMin: 3,
};

function defaultValue(value: Default | undefined, own: ReadonlyMap<SettingName, SettingValue>): SettingValue {
  if (value === undefined) return null;
  if (value === null || typeof value !== 'object') return value;
  const number = (name: SettingName): number => {
    const given = own.get(name);
    return typeof given === 'number' ? given : Number.NaN;
  };
  const parallel = own.has('parallel') ? number('parallel') : 1;
  const result =
    'timesCapacity' in value
      ? value.timesCapacity * number('capacity')
      : 'timesCells' in value
        ? value.timesCells * number('cells')
        : ofModel(value, number('capacity') / parallel, parallel);
  return Number.isNaN(result) ? null : round(result);
}

function ofModel(value: ByModel, battery: number, parallel: number): number {
  const together = largest(value.byModel, battery) * (value.timesParallel ? parallel : 1);
  return value.atMost === undefined ? together : Math.min(together, largest(value.atMost, battery));
}

/** The value of the largest model that is not larger than the battery; of the smallest where all are. */
function largest(models: ByModel['byModel'], battery: number): number {
  if (Number.isNaN(battery)) return Number.NaN;
  let value = models[0]![1];
  for (const [model, of] of models) if (model <= battery) value = of;
  return value;
}

function round(value: number): number {
  return Math.round(value * 1e6) / 1e6;
}

function checkOrder(values: Readonly<Record<SettingName, SettingValue>>): Problem[] {
  const problems: Problem[] = [];
  const unused = values.preAlarmMode === 'off' ? ['preAlarm', 'preAlarmClear'] : [];
  for (const { lower, is, upper } of ORDER) {
    if (unused.includes(lower) || unused.includes(upper)) continue;
    const low = values[lower];
    const high = values[upper];
    if (typeof low !== 'number' || typeof high !== 'number') continue;
    if (is === '<' ? low < high : low <= high) continue;
    problems.push({
      setting: lower,
      value: String(low),
      kind: 'order',
      detail: { unit: unitOf(lower), relation: is === '<' ? 'below' : 'notAbove', other: upper, otherValue: high },
    });
  }
  return problems;
}

function warn(values: Readonly<Record<SettingName, SettingValue>>, profile: Profile): Warning[] {
  const warnings: Warning[] = [];
  const add = (setting: SettingName, kind: Warning['kind'], limit: number | string): void => {
    warnings.push({ setting, value: String(values[setting]), kind, detail: { limit, unit: unitOf(setting) } });
  };
  const number = (setting: SettingName): number => {
    const value = values[setting];
    return typeof value === 'number' ? value : Number.NaN;
  };
  if (number('chargeTemperatureMin') < 5) add('chargeTemperatureMin', 'cold-charging', 5); // VLB-6
  if (number('cellUndervoltage') < 2.5) add('cellUndervoltage', 'below-damage', 2.5); // VLB-18
  const mostCharge = round(3.6 * number('cells'));
  // Resolutions: the port goes up to 15.3 V, the battery to 14.4 V.
  if (number('alternatorVoltageLimit') > mostCharge) add('alternatorVoltageLimit', 'high-charge-limit', mostCharge);
  for (const fault of ['onSensor', 'onPlausibility', 'onFrozen'] as const) {
    const loose = values[fault] === 'ignore' || (fault === 'onSensor' && values[fault] === 'warn');
    if (loose && values[fault] !== profile.settings[fault]) add(fault, 'unknown-allowed', 'stop-charge');
  }
  for (const supply of selfLockouts(values)) add(supply, 'self-lockout', 'independent');
  if (values.combined === 'yes') add('combined', 'combined-blocks-charging', 'no'); // 123-R11, resolutions
  const battery = number('capacity') / number('parallel');
  if (profile.models !== undefined && !profile.models.includes(battery)) {
    add('capacity', 'no-such-model', profile.models.join(', '));
  }
  const joined = profile.topology?.find(({ upTo }) => battery <= upTo);
  if (joined !== undefined && number('cells') > joined.cells) add('cells', 'too-many-cells', joined.cells);
  if (joined !== undefined && number('parallel') > joined.parallel)
    add('parallel', 'too-many-parallel', joined.parallel);
  return warnings;
}

/** The vocabulary's word most like the one given, for "did you mean". Empty when nothing comes close. */
function similar(name: string): string {
  let best = '';
  let least = Math.max(2, Math.floor(name.length / 4)) + 1;
  for (const candidate of SETTING_NAMES) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase(), least);
    if (distance < least) {
      least = distance;
      best = candidate;
    }
  }
  return best;
}

function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit;
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next[j] = Math.min(substitution, row[j]! + 1, next[j - 1]! + 1);
    }
    row = next;
  }
  return row[b.length]!;
}
