/** The fields of one device of a pack: shown as its protocol needs them, and judged by the runtime's own code. */
import { findProtocolInfo, PROTOCOL_INFOS } from '../../links/catalogue.ts';
import { type LinkOptionInfo, type LinkOptionName, parseOptions } from '../../links/options.ts';
import { busPropertyOf, OPTION_NAMES, type Place, PLACES, propertyOf } from '../../links/places.ts';
import type { ProtocolInfo } from '../../links/protocol.ts';
import { linkOptionSentence, packText } from '../catalogue.ts';
import { byId, field, fillSelect, note, showRow, textOf } from '../form.ts';
import { isEnvironment } from '../judge.ts';

const PREFIX = 'node-config-input';

/** Which place and option a property is; `null`: neither. */
export function optionOf(property: string): { readonly place: Place; readonly option: LinkOptionName } | null {
  for (const place of PLACES) {
    for (const option of OPTION_NAMES) if (property === propertyOf(place, option)) return { place, option };
  }
  return null;
}

/** The choices of a place: every protocol, and messages or nothing. */
export function linkChoices(place: Place): [value: string, label: string][] {
  const helps = ({ reads }: ProtocolInfo): boolean => reads.includes('current') || reads.includes('flags');
  const infos = place === 'link' ? PROTOCOL_INFOS : PROTOCOL_INFOS.filter(helps);
  const all = infos.map(({ id, title }): [string, string] => [id, title]);
  return place === 'link' ? [...all, ['message', packText('link.message')]] : [['', packText('link.none')], ...all];
}

/** Fills the selects, whose options depend on the protocol; called again when another one is chosen. */
export function fillLink(node: EditorNode, place: Place, kind: string): void {
  const info = findProtocolInfo(kind);
  const given = (option: LinkOptionName): string => {
    const value = node[propertyOf(place, option)];
    return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
  };
  const variant = info?.options.find((option) => option.name === 'variant');
  const choices = variant?.name === 'variant' ? variant.choices : [];
  const chosen = textOf(node, propertyOf(place, 'variant')) || given('variant');
  fillSelect(
    field(PREFIX, propertyOf(place, 'variant')),
    choices.map((choice): [string, string] => [choice, choice]),
    choices.includes(chosen) ? chosen : choices[0],
  );
  const sign = textOf(node, propertyOf(place, 'currentSign')) || given('currentSign') || '1';
  fillSelect(
    field(PREFIX, propertyOf(place, 'currentSign')),
    (['1', '-1'] as const).map((value): [string, string] => [value, packText(`link.sign.${value}`)]),
    sign,
  );
}

/** Shows the rows the protocol needs, with their hints and what is wrong. */
export function showLink(node: EditorNode, place: Place, kind: string): void {
  const info = findProtocolInfo(kind);
  for (const name of OPTION_NAMES) {
    const option = info?.options.find((one) => one.name === name);
    const row = `cellwarden-${propertyOf(place, name)}-row`;
    showRow(row, name === 'device' ? needsDevice(node, place, info) : option !== undefined);
    const element = field(PREFIX, propertyOf(place, name));
    if (element !== null && option?.name === 'address') element.setAttribute('placeholder', String(option.fallback));
    if (element !== null && name === 'device') {
      element.setAttribute(
        'placeholder',
        (option?.name === 'device' ? option.example : undefined) ?? 'AA:BB:CC:DD:EE:FF',
      );
    }
  }
  note(`cellwarden-${place}-hint`, info === null ? '' : hintsOf(info, needsDevice(node, place, info)).join('\n'));
  const problems = OPTION_NAMES.flatMap((option) => {
    const problem = optionProblem(node, place, option, textOf(node, propertyOf(place, option)));
    // An empty field needs no sentence before anybody has typed.
    return problem === null || textOf(node, propertyOf(place, option)) === '' ? [] : [problem];
  });
  note(`cellwarden-${place}-problem`, problems.join('\n'));
}

/** A device is named on a Bluetooth adapter, and where its name tells how it is to be read. */
function needsDevice(node: EditorNode, place: Place, info: ProtocolInfo | null): boolean {
  const device = info?.options.find(({ name }) => name === 'device');
  if (device?.name === 'device' && device.needed) return true;
  const bus = RED.nodes.node(textOf(node, busPropertyOf(place)));
  return info?.ble !== undefined && bus?.['kind'] === 'ble';
}

function hintsOf({ options, reads, writes }: ProtocolInfo, byDevice: boolean): string[] {
  const list = reads.map((what) => packText(`link.reads.${what}`)).join(', ');
  const lines = [packText('link.hint.reads', { list })];
  if (writes) lines.push(packText('link.hint.writes'));
  for (const option of options) if (option.name !== 'device' || byDevice) lines.push(...hintOf(option));
  return lines;
}

function hintOf(option: LinkOptionInfo): string[] {
  const say = (hint: string): string[] => [
    packText('link.hint.of', { field: packText(`link.option.${option.name}`), hint: packText(`link.hint.${hint}`) }),
  ];
  if (option.name === 'secret') return say(`secret-${option.form}`);
  if (option.name === 'device') return say(option.needed ? 'device-needed' : 'device');
  if (option.name === 'currentSign') return say('currentSign');
  return option.name === 'map' ? say(`map-${option.form}`) : [];
}

/** @returns the sentence, or `null` when the field is right */
export function optionProblem(node: EditorNode, place: Place, option: LinkOptionName, value: unknown): string | null {
  // A secret is kept by Node-RED and not shown again; what the environment gives is known at deploy time.
  if (option === 'secret' || isEnvironment(value)) return null;
  const info = findProtocolInfo(textOf(node, place) || (place === 'link' ? '123smartbms' : ''));
  const mine = info?.options.filter(({ name }) => name === option) ?? [];
  if (mine.length === 0) return null;
  const parsed = parseOptions(mine, { [option]: value }, 16);
  if (parsed.ok) return null;
  const [problem] = parsed.problems;
  return problem === undefined ? null : linkOptionSentence(problem);
}

/** The chosen bus as the runtime wants it for a try: its own properties, deployed or not. */
export function busFields(id: string): Record<string, unknown> | null {
  const bus = RED.nodes.node(id);
  if (!bus) return null;
  const names = ['kind', 'address', 'baudRate', 'dataBits', 'parity', 'stopBits'];
  return Object.fromEntries(names.map((name) => [name, bus[name] ?? '']));
}

/** Opens the groups of further devices where there are some. */
export function unfoldFurther(node: EditorNode): void {
  for (const place of PLACES) {
    const group = byId(`cellwarden-${place}-group`);
    if (group instanceof HTMLDetailsElement) group.open = textOf(node, place) !== '';
  }
}
