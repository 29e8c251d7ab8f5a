/** What a register map says once it is read. Pure data. */
import { AGED_FIELDS } from '../../engine/reading/observation.ts';

/** The tables of Modbus by the words people use for them, with the function that reads each. */
export const TABLES = { coil: 1, discrete: 2, holding: 3, input: 4 } as const;
export type Table = keyof typeof TABLES;
export type ReadFunction = (typeof TABLES)[Table];

/** Registers a value takes, by the word for its type; `le`: the low word comes first. */
export const TYPES = { u16: 1, s16: 1, u32: 2, s32: 2, float: 2, u32le: 2, s32le: 2, floatle: 2 } as const;
export type RegisterType = keyof typeof TYPES;

/** Numbers of the pack, by the words of a map. */
export const SCALARS = [
  ...AGED_FIELDS,
  'cellMin',
  'cellMax',
  'temperatureMin',
  'temperatureMax',
  'cellCount',
  'serial',
  'fault',
] as const;
export type Scalar = (typeof SCALARS)[number];

/** Numbers of which there are several, with the highest number of each. */
export const LISTS = { cell: 255, cellTemperature: 255, balancing: 255, temperature: 64 } as const;
export type ListField = keyof typeof LISTS;

/** What a value is. */
export type Target =
  | { readonly kind: 'scalar'; readonly name: Scalar }
  | { readonly kind: 'list'; readonly name: ListField; readonly number: number }
  | { readonly kind: 'flag' | 'extra'; readonly name: string };

export interface Step {
  readonly by: '*' | '/' | '+' | '-';
  readonly number: number;
}

/** One value and where it stands. */
export interface MapItem {
  /** Line of the map, from 1. */
  readonly line: number;
  readonly target: Target;
  /** `null`: the address of the link. */
  readonly unit: number | null;
  readonly fn: ReadFunction;
  readonly address: number;
  /** `null`: one coil or discrete input. */
  readonly type: RegisterType | null;
  /** One bit of a register, 0 the lowest. */
  readonly bit: number | null;
  /** The flag is set while the raw number is this one. */
  readonly is: number | null;
  readonly inverted: boolean;
  /** From the raw number to the value, in the order written. */
  readonly steps: readonly Step[];
  /** Raw numbers that mean "not known". */
  readonly missing: readonly number[];
}

/** Registers, or bits, an item takes. */
export function widthOf({ type }: MapItem): number {
  return type === null ? 1 : TYPES[type];
}

/** Whether an item is yes or no. */
export function isFlag(target: Target): boolean {
  return target.kind === 'flag' || (target.kind === 'list' && target.name === 'balancing');
}

/** What is wrong with a part of a line. */
export interface Wrong {
  readonly word: string;
  readonly text: string;
}
