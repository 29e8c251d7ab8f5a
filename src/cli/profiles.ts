/** `cellwarden profiles`: the tables of the profiles as Markdown, to be held against the manuals. `docs/profiles.md` is this. */
import { parseArgs } from 'node:util';
import { SETTING_NAMES, SETTINGS, type SettingName } from '../engine/pack/schema.ts';
import { PROFILES, type Profile } from '../engine/profiles/index.ts';
import type { Default } from '../engine/profiles/profile.ts';
import type { Condition, Only, Rule } from '../engine/protection/rule.ts';
import { PROFILE_IDS } from '../engine/vocabulary.ts';
import { UsageError, type CommandIo } from './io.ts';

const HEAD = `# Profiles

Made by \`cellwarden profiles\` from the tables in \`src/engine/profiles/\`; do not edit. Every number can be changed in the
pack's dialog, in \`pack.json\` or with \`--set\`. A clear value that is not given keeps its distance to the trip value.

How to read a rule: it is **raised** when the first condition has held for its delay, takes away the permissions named, and
**clears** when all conditions of the second kind have held for theirs. Words in \`code\` are settings; the number in
brackets is the profile's. "from" names the requirements ([list](requirements.md)).
`;

/** @returns the exit code */
export function profilesCommand(argv: readonly string[], io: CommandIo): number {
  const { positionals } = parseArgs({ args: [...argv], allowPositionals: true });
  const strange = positionals.find((id) => !(PROFILE_IDS as readonly string[]).includes(id));
  if (strange !== undefined) {
    throw new UsageError(`there is no profile ${strange}: choose from ${PROFILE_IDS.join(', ')}`);
  }
  io.out(profilesMarkdown(positionals).trimEnd());
  return 0;
}

/** @param ids profiles to show; all of them when empty */
export function profilesMarkdown(ids: readonly string[] = []): string {
  const shown = PROFILE_IDS.filter((id) => ids.length === 0 || ids.includes(id));
  return [HEAD, ...shown.map((id) => profileText(PROFILES[id]))].join('\n');
}

function profileText(profile: Profile): string {
  const rules = profile.rules.map((rule) => row(ruleCells(rule, profile)));
  const names = SETTING_NAMES.filter((name) => !profile.asks.includes(name));
  const settings = names.map((name) =>
    row([`\`${name}\``, unitOf(name), defaultText(profile.settings[name]), rangeOf(profile, name)]),
  );
  return [
    `## \`${profile.id}\`: ${profile.title}`,
    '',
    `Follows: ${profile.source}.`,
    '',
    row(['rule', 'code', 'raised when', 'after', 'clears when', 'after', 'takes away', 'severity', 'in force', 'from']),
    row(Array.from({ length: 10 }, () => '---')),
    ...rules,
    '',
    '<details><summary>Settings</summary>',
    '',
    row(['setting', 'unit', 'value', 'range']),
    row(['---', '---', '---', '---']),
    ...settings,
    '',
    '</details>',
    '',
  ].join('\n');
}

function row(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

function ruleCells(rule: Rule, profile: Profile): string[] {
  const condition = ({ of, is, than }: Condition): string => `${of} ${is} ${thresholdText(than, profile)}`;
  const seconds = (delay: SettingName | number | undefined): string =>
    delay === undefined || delay === 0 ? '' : `${thresholdText(delay, profile)} s`;
  const waits = rule.after === undefined ? '' : `${rule.after.rows.join(' or ')} for ${seconds(rule.after.seconds)}`;
  return [
    rule.id === rule.rule ? `\`${rule.id}\`` : `\`${rule.id}\` (${rule.rule})`,
    rule.code ?? '',
    rule.trip === undefined ? '' : condition(rule.trip),
    [seconds(rule.delay), waits].filter(Boolean).join('; '),
    rule.clear.map(condition).join(' and '),
    [seconds(rule.clearDelay), latchText(rule)].filter(Boolean).join('; '),
    takes(rule),
    rule.severity,
    (rule.only ?? []).map(onlyText).join(' and '),
    rule.from.join(', '),
  ];
}

function takes(rule: Rule): string {
  if (rule.policy !== undefined) return `by \`${rule.policy}\``;
  if (rule.activates !== undefined) return `switches ${rule.activates} on`;
  const parts = [rule.denies.join(', ')];
  if (rule.gate) parts.push('gate');
  if (rule.sounds) parts.push('sounds the pre-alarm');
  return parts.filter(Boolean).join('; ') || 'nothing';
}

function latchText({ latch }: Rule): string {
  if (latch === undefined) return '';
  return latch === true ? 'reset' : `reset, if \`${latch}\``;
}

function onlyText({ setting, is, not, on }: Only): string {
  if (on === true) return `\`${setting}\` is on`;
  return is === undefined ? `\`${setting}\` is not ${not}` : `\`${setting}\` is ${is}`;
}

function thresholdText(than: SettingName | number, profile: Profile): string {
  if (typeof than === 'number') return String(than);
  return `\`${than}\` (${defaultText(profile.settings[than])})`;
}

function defaultText(value: Default | undefined): string {
  if (value === null || value === undefined) return 'off';
  if (typeof value !== 'object') return String(value);
  if ('timesCapacity' in value) return `${value.timesCapacity} × capacity`;
  if ('timesCells' in value) return `${value.timesCells} × cells`;
  const models = value.byModel.map(([capacity, of]) => `${capacity} Ah: ${of}`).join(', ');
  const most = value.atMost?.map(([capacity, of]) => `${capacity} Ah: ${of}`).join(', ');
  return [models, value.timesParallel ? '× parallel' : '', most === undefined ? '' : `at most ${most}`]
    .filter(Boolean)
    .join('; ');
}

function unitOf(name: SettingName): string {
  const spec = SETTINGS[name];
  return spec.kind === 'number' ? spec.unit : '';
}

function rangeOf(profile: Profile, name: SettingName): string {
  const spec = SETTINGS[name];
  if (spec.kind === 'choice') return spec.choices.join(', ');
  const [min, max] = profile.ranges?.[name] ?? [spec.min, spec.max];
  return `${min}…${max}${spec.canBeOff ? ', off' : ''}`;
}
