/** Frames of 300 bytes for tests, put together after the published tables. */

export type Layout = '32s' | '24s';

/** Raw numbers at their places; what is not given is zero. */
export interface RawStatus {
  readonly layout?: Layout;
  readonly counter?: number;
  /** mV */
  readonly cells?: readonly number[];
  readonly mask?: number;
  /** By place in the table of this layout. */
  readonly fields?: Readonly<Record<string, number>>;
}

type Kind = 'u8' | 'u16' | 's16' | 'u32' | 's32';
type Place = readonly [at: number, kind: Kind];

/** Every field of both layouts. */
export const PLACES: Readonly<Record<Layout, Readonly<Record<string, Place>>>> = {
  '32s': {
    average: [74, 'u16'],
    difference: [76, 'u16'],
    highest: [78, 'u8'],
    lowest: [79, 'u8'],
    resistance1: [80, 'u16'],
    resistance2: [82, 'u16'],
    mos: [144, 's16'],
    voltage: [150, 'u32'],
    power: [154, 'u32'],
    current: [158, 's32'],
    t1: [162, 's16'],
    t2: [164, 's16'],
    alarms: [166, 'u32'],
    balanceCurrent: [170, 's16'],
    balanceState: [172, 'u8'],
    soc: [173, 'u8'],
    remaining: [174, 'u32'],
    full: [178, 'u32'],
    cycles: [182, 'u32'],
    cycleCapacity: [186, 'u32'],
    soh: [190, 'u8'],
    runtime: [194, 'u32'],
    charge: [198, 'u8'],
    discharge: [199, 'u8'],
    sensors: [214, 'u8'],
    heating: [215, 'u8'],
    t3: [256, 's16'],
    t4: [258, 's16'],
  },
  '24s': {
    average: [58, 'u16'],
    difference: [60, 'u16'],
    highest: [62, 'u8'],
    lowest: [63, 'u8'],
    resistance1: [64, 'u16'],
    resistance2: [66, 'u16'],
    voltage: [118, 'u32'],
    power: [122, 'u32'],
    current: [126, 's32'],
    t1: [130, 's16'],
    t2: [132, 's16'],
    mos: [134, 's16'],
    alarms: [136, 'u16'],
    balanceCurrent: [138, 's16'],
    balanceState: [140, 'u8'],
    soc: [141, 'u8'],
    remaining: [142, 'u32'],
    full: [146, 'u32'],
    cycles: [150, 'u32'],
    cycleCapacity: [154, 'u32'],
    soh: [158, 'u8'],
    runtime: [162, 'u32'],
    charge: [166, 'u8'],
    discharge: [167, 'u8'],
  },
};

/** Four cells of a healthy pack. */
export const CELLS = [3301, 3302, 3303, 3304] as const;
const HEALTHY = { voltage: 13_210, t1: 215, t2: 217, mos: 230, soc: 68, charge: 1, discharge: 1 } as const;

/** A status frame; healthy where nothing is said. */
export function statusFrame({
  layout = '32s',
  counter = 7,
  cells = CELLS,
  mask = 2 ** cells.length - 1,
  fields = {},
}: RawStatus): Uint8Array {
  const bytes = blank(2, counter);
  const view = new DataView(bytes.buffer);
  for (const [i, millivolts] of cells.entries()) view.setUint16(6 + 2 * i, millivolts, true);
  view.setUint32(layout === '32s' ? 70 : 54, mask, true);
  for (const [name, value] of Object.entries({ ...HEALTHY, ...fields })) {
    const place = PLACES[layout][name];
    if (place === undefined) throw new Error(`no field ${name}`);
    put(view, place, value);
  }
  return closed(bytes);
}

function put(view: DataView, [at, kind]: Place, value: number): void {
  if (kind === 'u8') view.setUint8(at, value);
  else if (kind === 'u16') view.setUint16(at, value, true);
  else if (kind === 's16') view.setInt16(at, value, true);
  else if (kind === 'u32') view.setUint32(at, value, true);
  else view.setInt32(at, value, true);
}

/** A frame with words, four bytes each, and texts at places. */
export function frameWith(
  type: number,
  words: Readonly<Record<number, number>>,
  texts: Readonly<Record<number, string>> = {},
): Uint8Array {
  const bytes = blank(type, 9);
  const view = new DataView(bytes.buffer);
  for (const [at, value] of Object.entries(words)) view.setInt32(Number(at), value, true);
  for (const [at, text] of Object.entries(texts)) bytes.set(Buffer.from(text, 'latin1'), Number(at));
  return closed(bytes);
}

function blank(type: number, counter: number): Uint8Array {
  const bytes = new Uint8Array(300);
  bytes.set([0x55, 0xaa, 0xeb, 0x90, type, counter]);
  return bytes;
}

/** Puts the sum of all others into the last byte. */
export function closed(bytes: Uint8Array): Uint8Array {
  bytes[bytes.length - 1] = bytes.slice(0, -1).reduce((sum, byte) => (sum + byte) % 256, 0);
  return bytes;
}
