/** From a config node's properties to the devices a pack reads, or to the sentences that say what is wrong. */
import { findProtocolInfo, PROTOCOL_INFOS } from '../links/catalogue.ts';
import type { BusSpec } from '../links/bus/bus.ts';
import { DEFAULT_OPTIONS, type LinkOptionName, parseOptions } from '../links/options.ts';
import { OPTION_NAMES, type Place, propertyOf } from '../links/places.ts';
import type { ProtocolInfo } from '../links/protocol.ts';
import { BY_MESSAGE, type WantedLink } from '../runtime/open-link.ts';
import { linkOptionText } from '../texts/problem-text.ts';
import type { Translate } from '../texts/translate.ts';
import type { NodeConfig } from './types.ts';

export interface LinkSetupOptions {
  readonly config: NodeConfig;
  readonly credentials: Readonly<Record<string, unknown>>;
  readonly place: Place;
  /** The protocol's id as given. */
  readonly kind: string;
  /** A bus was chosen, whether or not it can be used. */
  readonly busGiven: boolean;
  readonly bus: BusSpec | null;
  readonly cells: number;
  readonly translate: Translate;
}

export type LinkSetup =
  | { readonly ok: true; readonly link: WantedLink }
  | { readonly ok: false; readonly problems: readonly string[] };

/** Checks everything that belongs to one device of a pack. */
export function linkSetup(how: LinkSetupOptions): LinkSetup {
  const { kind, bus, busGiven, cells, place, translate } = how;
  if (kind === BY_MESSAGE && place === 'link') {
    return { ok: true, link: { kind, bus: null, options: { ...DEFAULT_OPTIONS, cells } } };
  }
  const info = findProtocolInfo(kind);
  if (info === null || info.id !== kind) {
    const choices = [...PROTOCOL_INFOS.map(({ id }) => id), BY_MESSAGE].join(', ');
    return { ok: false, problems: [translate('bms-config.link.unknown', { value: kind, choices })] };
  }
  const problems: string[] = [];
  if (bus === null) problems.push(translate(busGiven ? 'bms-config.bus.unusable' : 'bms-config.bus.missing'));
  const parsed = parseOptions(info.options, givenOptions(how), cells);
  if (!parsed.ok) problems.push(...parsed.problems.map((problem) => linkOptionText(problem, translate)));
  else if (bus !== null) {
    const unfit = unfitText(info, bus, parsed.options.device, translate);
    if (unfit !== null) problems.push(unfit);
  }
  if (problems.length > 0 || !parsed.ok) return { ok: false, problems };
  return { ok: true, link: { kind, bus, options: parsed.options } };
}

function givenOptions({ config, credentials, place }: LinkSetupOptions): Record<string, unknown> {
  const value = (option: LinkOptionName): unknown =>
    (option === 'secret' ? credentials : config)[propertyOf(place, option)];
  return Object.fromEntries(OPTION_NAMES.map((option) => [option, value(option)]));
}

/** Why this protocol cannot run on that bus; `null`: it can. */
function unfitText(info: ProtocolInfo, bus: BusSpec, device: string, translate: Translate): string | null {
  const { title } = info;
  if (!info.buses.includes(bus.kind)) {
    const buses = info.buses.map((kind) => translate(`bms-config.link.bus.${kind}`)).join(', ');
    return translate('bms-config.link.wrong-bus', { title, buses });
  }
  if (bus.kind === 'ble' && device === '') return translate('bms-config.link.no-device', { title });
  return null;
}
