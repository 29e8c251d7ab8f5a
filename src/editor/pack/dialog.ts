/** The dialog of a pack: a few questions at the top, everything else folded away with the profile's values in grey. */
import type { SettingName } from '../../engine/pack/schema.ts';
import type { Given } from '../../engine/pack/validate.ts';
import { type Place, PLACES } from '../../links/places.ts';
import { PROFILE_IDS } from '../../engine/vocabulary.ts';
import { packText, problemSentence, warningSentence } from '../catalogue.ts';
import { byId, closeForm, field, fillSelect, note, onChange, openForm, showRow, textOf } from '../form.ts';
import type { Judgement } from '../judge.ts';
import { WORDS_OF_123 } from '../words-of-123.ts';
import { offerStored } from './adopt.ts';
import { prepareFile } from './file-buttons.ts';
import type { PackFile } from './file.ts';
import { pinField, type PinField } from './pin-field.ts';
import { AT_THE_TOP } from './groups.ts';
import { isProfile, placeholders } from './placeholder.ts';
import { fieldId, makeGroups, wordId, type Group } from './rows.ts';
import { fillLink, linkChoices, showLink, unfoldFurther } from './link-fields.ts';
import { placesToTry, prepareTry } from './try.ts';
import { givenOf, isBlank, judged, linkOf, problemOf } from './validate.ts';

const PREFIX = 'node-config-input';
const FORM = '.cellwarden-pack';
/** 123-R14: the part (%) of the rated capacity that the manual advises to count on, for cells that age and get cold. */
const ADVISED_SHARE = '75';

/** The PIN of the dialog that is open; a pack's dialog never stands above another pack's. */
let pin: PinField | null = null;

export const packDialog = {
  /** Node-RED has filled the fields of the template; those made here are filled here. */
  prepare(node: EditorNode): void {
    fillSelect(
      field(PREFIX, 'profile'),
      PROFILE_IDS.map((id) => [id, packText(`profile.${id}.name`)]),
      node['profile'] ?? 'lifepo4',
    );
    fillSelect(field(PREFIX, 'link'), linkChoices('link'), linkOf(node));
    for (const place of PLACES) {
      if (place !== 'link') fillSelect(field(PREFIX, place), linkChoices(place), node[place] ?? '');
      fillLink(node, place, place === 'link' ? linkOf(node) : textOf(node, place));
    }
    const groups = makeGroups();
    byId('cellwarden-settings')?.append(...groups.map((group) => group.element));
    fill(node, groups);
    // From here on the fields count; before, the selects were still empty.
    openForm(node, PREFIX);

    const shown = new Map<Place, string>();
    const refresh = (): void => {
      for (const place of PLACES) {
        const kind = textOf(node, place);
        if (shown.get(place) !== kind) fillLink(node, place, kind);
        shown.set(place, kind);
      }
      show(node, groups);
    };
    onChange(FORM, refresh);
    // Node-RED listens to the fields it knows from the template; a change there makes it check all of them.
    onChange('#cellwarden-settings', () => $(`#${PREFIX}-name`).trigger('change'));
    prepareShare();
    prepareRelease();
    pin = pinField();
    offerStored(node);
    prepareFile({
      current: () => ({ name: textOf(node, 'name'), profile: textOf(node, 'profile'), given: givenOf(node) }),
      fill: (pack) => {
        fillFrom(pack, groups);
        refresh();
      },
    });
    prepareTry(node, (link) => {
      const element = field(PREFIX, 'link');
      if (element === null) return;
      element.value = link;
      $(element).trigger('change');
    });
    refresh();
    unfold(node, groups);
    unfoldFurther(node);
  },

  /** Done was pressed; the fields are still there, and Node-RED takes their values next. */
  save(node: EditorNode): void {
    pin?.save(node);
    this.close(node);
  },

  /** Saved or cancelled: from now on the node's own values count. */
  close(node: { readonly id: string }): void {
    pin = null;
    closeForm(node);
  },
};

/** Puts the settings of a file into the fields; what the file leaves out follows the profile. */
function fillFrom({ name, profile, settings }: PackFile, groups: readonly Group[]): void {
  const set = (property: string, value: string): void => {
    const element = field(PREFIX, property);
    if (element === null || element.value === value) return;
    element.value = value;
    $(element).trigger('change');
  };
  // A name of its own stays: two packs may have the same settings, but not the same name.
  const own = field(PREFIX, 'name');
  if (own !== null && isBlank(own.value)) set('name', name);
  set('profile', profile);
  for (const setting of [...AT_THE_TOP, ...namesIn(groups)]) set(setting, settings[setting] ?? '');
  for (const { element, blocks } of groups) {
    if (blocks.some((block) => block.settings.some((setting) => settings[setting] !== undefined))) element.open = true;
  }
}

function fill(node: EditorNode, groups: readonly Group[]): void {
  for (const name of namesIn(groups)) {
    const value = node[name];
    const element = field(PREFIX, name);
    if (element !== null && (typeof value === 'string' || typeof value === 'number')) element.value = String(value);
  }
}

/** Opens the groups in which the owner has set something, or something is wrong. */
function unfold(node: EditorNode, groups: readonly Group[]): void {
  for (const { element, badge, blocks } of groups) {
    const own = blocks.some((block) => block.settings.some((name) => !isBlank(node[name])));
    element.open = own || badge.classList.contains('cw-wrong');
  }
}

function show(node: EditorNode, groups: readonly Group[]): void {
  const profile = textOf(node, 'profile');
  const link = textOf(node, 'link');
  const given = givenOf(node);
  const judgement = judged(profile, given);

  note('cellwarden-profile-about', isProfile(profile) ? packText(`profile.${profile}.about`) : '');
  note('cellwarden-link-about', link === 'message' ? packText('hint.linkMessage') : '');
  showRow('cellwarden-pack-bus-row', link !== 'message');
  for (const place of PLACES) {
    const kind = textOf(node, place);
    if (place !== 'link') showRow(`cellwarden-${place}-bus-row`, kind !== '');
    showLink(node, place, kind);
  }
  showRow('cellwarden-try-row', placesToTry(node).length > 0);
  showPlaceholders(profile, given, groups);
  for (const group of groups) {
    if (group.id === 'link') group.element.hidden = !link.startsWith('123smartbms');
    showProblems(group, judgement, given);
  }
  note('cellwarden-top-problem', ['cells', 'capacity'].map((name) => topProblem(name, judgement)).find(Boolean) ?? '');
  note('cellwarden-warnings', judgement.warnings.map(warningSentence).join('\n'));
}

function showPlaceholders(profile: string, given: Given, groups: readonly Group[]): void {
  const placeholder = placeholders(profile, given, packText);
  for (const name of namesIn(groups)) {
    const element = field(PREFIX, name);
    if (element instanceof HTMLSelectElement) {
      const asProfile = element.options.item(0);
      if (asProfile !== null) asProfile.text = placeholder(name);
    } else if (element !== null) {
      element.placeholder = placeholder(name);
    }
  }
  for (const [name, word] of Object.entries(WORDS_OF_123) as [SettingName, string][]) {
    const element = byId(wordId(name));
    if (element !== null) element.textContent = profile === '123smartbms' ? word : '';
  }
}

function showProblems(group: Group, judgement: Judgement, given: Given): void {
  let wrong = 0;
  let own = 0;
  for (const block of group.blocks) {
    const sentences = new Set<string>();
    for (const name of block.settings) {
      const problem = problemOf(judgement, given, name);
      const element = byId(fieldId(name));
      if (!isBlank(given[name])) own += 1;
      describe(element, problem === null ? null : block.problem, name === block.settings[0] ? block.about : null);
      if (problem !== null) sentences.add(problemSentence(problem));
    }
    wrong += sentences.size;
    block.problem.textContent = [...sentences].join('\n');
    block.problem.hidden = sentences.size === 0;
  }
  group.badge.classList.toggle('cw-wrong', wrong > 0);
  if (wrong > 0)
    group.badge.textContent = packText(wrong === 1 ? 'badge.problem' : 'badge.problems', { number: wrong });
  else group.badge.textContent = own > 0 ? packText('badge.own', { number: own }) : '';
}

/** Points a field at what stands below it, for those who hear the dialog. */
function describe(field: HTMLElement | null, ...by: readonly (HTMLElement | null)[]): void {
  const ids = by.flatMap((element) => (element === null ? [] : [element.id]));
  if (ids.length === 0) field?.removeAttribute('aria-describedby');
  else field?.setAttribute('aria-describedby', ids.join(' '));
}

/** An empty field needs no sentence before anybody has typed: its red frame and its hint say enough. */
function topProblem(name: string, judgement: Judgement): string {
  const problem = judgement.problems.find(({ setting, kind }) => setting === name && kind !== 'missing');
  return problem === undefined ? '' : problemSentence(problem);
}

/** A press changes the mark in a hidden field; the pack acts on a new mark once, after the deploy. */
function prepareRelease(): void {
  const button = byId('cellwarden-release');
  button?.addEventListener('click', () => {
    const mark = field(PREFIX, 'release');
    if (mark === null) return;
    mark.value = Date.now().toString(36);
    button.textContent = packText('label.released');
  });
}

/** 123-R14: the capacity stays the rated one, which the battery's health is told by; a part of it counts. */
function prepareShare(): void {
  const button = byId('cellwarden-share');
  const share = field(PREFIX, 'capacityShare');
  if (!(button instanceof HTMLButtonElement) || share === null) return;
  RED.popover.tooltip($(button), packText('hint.share'));
  const offer = (): void => {
    button.disabled = share.value.trim() === ADVISED_SHARE;
  };
  $(share).on('input change', offer);
  button.addEventListener('click', () => {
    share.value = ADVISED_SHARE;
    $(share).trigger('change');
  });
  offer();
}

function namesIn(groups: readonly Group[]): SettingName[] {
  return groups.flatMap((group) => group.blocks.flatMap((block) => block.settings));
}
