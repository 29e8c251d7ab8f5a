/**
 * The devices of a pack, and what the properties of its config node are called that belong to each: `linkAddress`,
 * `secondBus`. Pure: the runtime, the dialog and the build of its page use it.
 */
import type { LinkOptionName } from './options.ts';

/** Devices beside the BMS, as `reading.sources` names them; the earlier one goes before the later. */
export const FURTHER = ['second', 'third'] as const;
export type Further = (typeof FURTHER)[number];

/** The property that names a device's protocol, and the beginning of those that go with it. */
export const PLACES = ['link', ...FURTHER] as const;
export type Place = (typeof PLACES)[number];

/** In the order of the dialog. */
export const OPTION_NAMES: readonly LinkOptionName[] = ['device', 'address', 'variant', 'currentSign', 'secret', 'map'];

/** The property of an option; the secret's is a credential. */
export function propertyOf(place: Place, option: LinkOptionName): string {
  return `${place}${option.charAt(0).toUpperCase()}${option.slice(1)}`;
}

/** The property that names a device's bus. */
export function busPropertyOf(place: Place): string {
  return place === 'link' ? 'bus' : `${place}Bus`;
}
