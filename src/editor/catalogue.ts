/** Sentences of the nodes' catalogues, in the language of the editor. */
import type { Problem, Warning } from '../engine/pack/problem.ts';
import { isSettingName } from '../engine/pack/schema.ts';
import type { LinkOptionProblem } from '../links/options.ts';
import { linkOptionText, problemText, warningText } from '../texts/problem-text.ts';
import type { Translate } from '../texts/translate.ts';
import { choiceKey } from './pack/groups.ts';
import { closeGaps } from '../texts/translate.ts';
import { harmless, readable } from './sentence.ts';

type Detail = Parameters<Translate>[1];

/** Catalogue of each node type: the module and the name of its set in `package.json`. */
function say(type: string, key: string, detail?: Detail): string {
  return RED._(`@cellwarden/node-red-bms/${type}:${key}`, detail);
}

export const packText = (key: string, detail?: Detail): string => say('bms-config', `bms-config.${key}`, detail);
export const busText = (key: string, detail?: Detail): string => say('bms-bus', `bms-bus.${key}`, detail);
export const relayText = (key: string, detail?: Detail): string => say('bms-relay-out', `bms-relay-out.${key}`, detail);

/** What a person calls a setting; a word that is none stays as it is. */
export function labelOf(name: string): string {
  if (name === 'profile') return packText('label.profile');
  return isSettingName(name) ? packText(`setting.${name}`) : name;
}

/** What a person calls a choice. */
export function choiceText(choice: string): string {
  return packText(choiceKey(choice));
}

export function problemSentence(problem: Problem): string {
  return closeGaps(problemText(readable(problem, labelOf), (key, detail) => say('bms-config', key, detail)));
}

export function linkOptionSentence(problem: LinkOptionProblem): string {
  const shown = { ...problem, value: harmless(problem.value) };
  return linkOptionText(shown, (key, detail) => say('bms-config', key, detail));
}

export function warningSentence(warning: Warning): string {
  return closeGaps(
    warningText(readable(warning, labelOf, choiceText), (key, detail) => say('bms-config', key, detail)),
  );
}

/** What a config node is called in a sentence. */
export function nameOf(node: EditorNode): string {
  const address = node['address'];
  return harmless(node.name || (typeof address === 'string' ? address : '') || node.id);
}
