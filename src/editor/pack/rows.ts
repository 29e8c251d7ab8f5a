/**
 * The folded part of the pack dialog, made from the vocabulary: a block of four fields for each protection,
 * a row for every other setting, in groups that open one by one.
 */
import {
  PROTECTION_NAMES,
  SETTINGS,
  type ProtectionName,
  type SettingGroup,
  type SettingName,
} from '../../engine/pack/schema.ts';
import { choiceText, labelOf, packText } from '../catalogue.ts';
import { fillSelect, make } from '../form.ts';
import { blocksOf, COLUMNS, EXPLAINED, GROUPS } from './groups.ts';

const COLUMN_TEXT = { '': 'trip', Clear: 'clear', Delay: 'delay', ClearDelay: 'clearDelay' } as const;

export interface Block {
  /** The settings whose fields stand in it. */
  readonly settings: readonly SettingName[];
  readonly element: HTMLElement;
  /** Says below the fields what is wrong with them. */
  readonly problem: HTMLElement;
  /** What the first of them does, where its label cannot say it. */
  readonly about: HTMLElement | null;
}

export interface Group {
  readonly id: SettingGroup;
  readonly element: HTMLDetailsElement;
  readonly badge: HTMLElement;
  readonly blocks: readonly Block[];
}

export const fieldId = (name: SettingName): string => `node-config-input-${name}`;
/** The small print in a label: what the followed product calls the setting. */
export const wordId = (name: SettingName): string => `cellwarden-word-${name}`;

export function makeGroups(): Group[] {
  return GROUPS.map((id) => {
    const blocks = blocksOf(id).map((name) => (isProtection(name) ? protectionBlock(name) : singleBlock(name)));
    const badge = make('span', 'cw-badge');
    const element = make('details', 'cw-group', make('summary', '', packText(`group.${id}`), badge));
    element.id = `cellwarden-group-${id}`;
    element.append(...blocks.map((block) => block.element));
    return { id, element, badge, blocks };
  });
}

function isProtection(name: SettingName): name is ProtectionName {
  return (PROTECTION_NAMES as readonly SettingName[]).includes(name);
}

function protectionBlock(name: ProtectionName): Block {
  const settings = [name, `${name}Clear`, `${name}Delay`, `${name}ClearDelay`] as const;
  const fields = COLUMNS.map((column) => {
    const of: SettingName = `${name}${column}`;
    const label = make('label', '', packText(`column.${COLUMN_TEXT[column]}`), unit(of));
    label.htmlFor = fieldId(of);
    const element = input(of);
    // The visible label says only which column it is.
    element.setAttribute('aria-label', labelOf(of));
    return make('div', 'cw-field', label, element);
  });
  const title = make('div', 'cw-title', labelOf(name), word(name));
  return makeBlock(settings, title, make('div', 'cw-fields', ...fields));
}

function singleBlock(name: SettingName): Block {
  const label = make('label', '', labelOf(name), unit(name), word(name));
  label.htmlFor = fieldId(name);
  return makeBlock([name], make('div', 'cw-single', label, input(name)));
}

function makeBlock(settings: readonly [SettingName, ...SettingName[]], ...children: HTMLElement[]): Block {
  const [first] = settings;
  const problem = make('div', 'cw-problem');
  problem.id = `cellwarden-problem-${first}`;
  problem.hidden = true;
  const about = EXPLAINED.includes(first) ? make('div', 'cw-about', packText(`about.${first}`)) : null;
  if (about !== null) about.id = `cellwarden-about-${first}`;
  const below = about === null ? [problem] : [problem, about];
  return { settings, problem, about, element: make('div', 'cw-block', ...children, ...below) };
}

function input(name: SettingName): HTMLInputElement | HTMLSelectElement {
  const spec = SETTINGS[name];
  const element = make(spec.kind === 'choice' ? 'select' : 'input', '');
  element.id = fieldId(name);
  if (element instanceof HTMLInputElement) {
    element.type = 'text';
    element.inputMode = 'decimal';
    element.size = 5; // the grid stretches it; its own width would widen the tray
    element.autocomplete = 'off';
    element.spellcheck = false;
  } else if (spec.kind === 'choice') {
    fillSelect(
      element,
      [['', ''], ...spec.choices.map((choice): [string, string] => [choice, choiceText(choice)])],
      '',
    );
  }
  return element;
}

function unit(name: SettingName): HTMLElement | string {
  const spec = SETTINGS[name];
  return spec.kind === 'number' && spec.unit !== '' ? make('span', 'cw-unit', spec.unit) : '';
}

function word(name: SettingName): HTMLElement {
  const element = make('small', 'cw-word');
  element.id = wordId(name);
  return element;
}
