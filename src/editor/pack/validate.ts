/** What is wrong with a field of the pack dialog, in a sentence. */
import type { Problem } from '../../engine/pack/problem.ts';
import { SETTING_NAMES } from '../../engine/pack/schema.ts';
import type { Given } from '../../engine/pack/validate.ts';
import { missing, nameOf, packText, problemSentence } from '../catalogue.ts';
import { textOf, valueOf } from '../form.ts';
import { isEnvironment, judge, type Judgement } from '../judge.ts';

export const LINKS = ['123smartbms', 'message'] as const;

/** The settings of a node as they stand. */
export function givenOf(node: EditorNode): Given {
  return Object.fromEntries(SETTING_NAMES.map((name) => [name, valueOf(node, name)]));
}

/** @returns the sentence, or `null` when the field is right */
export function validatePack(node: EditorNode, property: string, value: unknown): string | null {
  if (isEnvironment(value)) return null;
  switch (property) {
    case 'name':
      return isBlank(value) ? missing(packText('label.name')) : null;
    case 'link':
      return LINKS.some((link) => link === value) ? null : packText('link.unknown', { choices: LINKS.join(', ') });
    case 'bus':
      return busProblem(node, value);
    default:
      return settingProblem(node, property, value);
  }
}

/** The problem that belongs to a field: its own, or the crossed pair that the owner made by typing into it. */
export function problemOf(judgement: Judgement, given: Given, property: string): Problem | null {
  const own = judgement.problems.find((problem) => problem.setting === property);
  if (own !== undefined) return own;
  if (isBlank(given[property])) return null;
  const crossed = judgement.problems.find(
    (problem) => problem.detail['other'] === property && isBlank(given[problem.setting]),
  );
  return crossed ?? null;
}

function settingProblem(node: EditorNode, property: string, value: unknown): string | null {
  const profile = property === 'profile' ? value : valueOf(node, 'profile');
  const given = property === 'profile' ? givenOf(node) : { ...givenOf(node), [property]: value };
  const problem = problemOf(judged(profile, given), given, property);
  return problem === null ? null : problemSentence(problem);
}

function busProblem(node: EditorNode, value: unknown): string | null {
  if (textOf(node, 'link') === 'message') return null;
  if (isBlank(value) || value === '_ADD_') return packText('bus.missing');
  const bus = typeof value === 'string' ? RED.nodes.node(value) : null;
  if (bus === null) return packText('bus.gone');
  return bus.valid === false ? packText('bus.wrong', { name: nameOf(bus) }) : null;
}

export function isBlank(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'string' && value.trim() === '');
}

let last: { readonly key: string; readonly judgement: Judgement } | null = null;

/** Node-RED asks for every field in turn after each key stroke: one judgement serves them all. */
export function judged(profile: unknown, given: Given): Judgement {
  const key = JSON.stringify([profile, given]);
  if (last?.key !== key) last = { key, judgement: judge(profile, given) };
  return last.judgement;
}
