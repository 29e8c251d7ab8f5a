/** What is wrong with a field of the pack dialog, in a sentence. */
import type { Problem } from '../../engine/pack/problem.ts';
import { SETTING_NAMES } from '../../engine/pack/schema.ts';
import type { Place } from '../../links/places.ts';
import type { Given } from '../../engine/pack/validate.ts';
import { nameOf, packText, problemSentence } from '../catalogue.ts';
import { textOf, valueOf } from '../form.ts';
import { isEnvironment, judge, type Judgement } from '../judge.ts';
import { harmless } from '../sentence.ts';
import { linkChoices, optionOf, optionProblem } from './link-fields.ts';

/** The settings of a node as they stand. */
export function givenOf(node: EditorNode): Given {
  return Object.fromEntries(SETTING_NAMES.map((name) => [name, valueOf(node, name)]));
}

/** @returns the sentence, or `null` when the field is right */
export function validatePack(node: EditorNode, property: string, value: unknown): string | null {
  if (isEnvironment(value)) return null;
  switch (property) {
    case 'name':
      return nameProblem(node, value);
    case 'link':
      // A flow written by hand may leave it out; the runtime fills in the same default.
      if (value === undefined) return null;
      return isLink('link', value) ? null : unknownLink(value);
    case 'second':
    case 'third':
      return isBlank(value) || isLink(property, value) ? null : unknownLink(value);
    case 'bus':
      return linkOf(node) === 'message' ? null : busProblem(value);
    case 'secondBus':
    case 'thirdBus':
      return isBlank(textOf(node, property.replace('Bus', ''))) ? null : busProblem(value);
    default:
      break;
  }
  const option = optionOf(property);
  if (option !== null) return optionProblem(node, option.place, option.option, value);
  return settingProblem(node, property, value);
}

function unknownLink(value: unknown): string {
  const choices = linkChoices('link').map(([id]) => id);
  return packText('link.unknown', { value: harmless(String(value)), choices: choices.join(', ') });
}

function isLink(place: Place, value: unknown): boolean {
  return linkChoices(place).some(([link]) => link === value);
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
  const profile = (property === 'profile' ? value : valueOf(node, 'profile')) ?? 'lifepo4';
  const given = property === 'profile' ? givenOf(node) : { ...givenOf(node), [property]: value };
  const problem = problemOf(judged(profile, given), given, property);
  return problem === null ? null : problemSentence(problem);
}

/** Where the readings come from: as said, and otherwise from the bus if there is one. */
export function linkOf(node: EditorNode): string {
  return valueOf(node, 'link') === undefined ? (node['bus'] ? '123smartbms' : 'message') : textOf(node, 'link');
}

/** Names stand in topics: two packs of one name could not be told apart. */
function nameProblem(node: EditorNode, value: unknown): string | null {
  if (typeof value !== 'string' || isBlank(value)) return packText('problem.name-missing');
  let taken = false;
  RED.nodes.eachConfig((other) => {
    if (other.type === node.type && other.id !== node.id && other.name?.trim() === value.trim()) taken = true;
  });
  return taken ? packText('problem.name-taken', { value: harmless(value) }) : null;
}

function busProblem(value: unknown): string | null {
  if (isBlank(value) || value === '_ADD_') return packText('bus.missing');
  const bus = typeof value === 'string' ? RED.nodes.node(value) : null;
  if (!bus) return packText('bus.gone');
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
