/** Frames of a LifePower4 or Basen as they are published: its own builder, for the tests of the codec. */

export interface General {
  /** Words as on the wire. */
  readonly cells: readonly number[];
  readonly current: number;
  readonly soc: number;
  readonly capacity: number;
  readonly temperatures: readonly number[];
  readonly status: readonly number[];
  readonly cycles: number;
  readonly voltage: number;
  readonly soh: number;
  /** Groups behind the tenth: number and four-byte value. */
  readonly further: readonly (readonly [group: number, value: number])[];
}

/** Four cells at 22 °C and less, discharging with 12.5 A. */
export const HEALTHY: General = {
  cells: [3315, 3316, 3317, 3318],
  current: 31_250,
  soc: 8860,
  capacity: 10_000,
  temperatures: [0x0048, 0x0032, 0x002d, 0x8042, 0x2041],
  status: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
  cycles: 7,
  voltage: 1327,
  soh: 9950,
  further: [],
};

/** The further groups of a Basen. */
export const FURTHER: General['further'] = [
  [0x0b, 6661],
  [0x0c, 6493],
  [0x10, 0x00ff_0001],
];

/** Eight bits of one kind and eight of the other, for the check. */
export function check(bytes: readonly number[]): number {
  let [xor, sum] = [0, 0];
  for (const byte of bytes) {
    xor ^= byte;
    sum = (sum + byte) % 256;
  }
  return xor ^ sum;
}

export function frame(address: number, command: number, data: readonly number[], length = data.length): Uint8Array {
  const body = [0x7e, address, command, length, ...data];
  return Uint8Array.from([...body, check(body), 0x0d]);
}

const word = (value: number): [number, number] => [value >> 8, value & 0xff];
const group = (number: number, values: readonly number[]): number[] => [number, values.length, ...values.flatMap(word)];

export function generalData(changes: Partial<General> = {}): number[] {
  const all = { ...HEALTHY, ...changes };
  return [
    ...group(0x01, all.cells),
    ...group(0x02, [all.current]),
    ...group(0x03, [all.soc]),
    ...group(0x04, [all.capacity]),
    ...group(0x05, all.temperatures),
    0x06,
    all.status.length / 2,
    ...all.status,
    ...group(0x07, [all.cycles]),
    ...group(0x08, [all.voltage]),
    ...group(0x09, [all.soh]),
    ...group(0x0a, [3]),
    ...all.further.flatMap(([number, value]) => [number, 1, ...word(value >>> 16), ...word(value & 0xffff)]),
  ];
}

export const general = (changes: Partial<General> = {}, address = 1): Uint8Array =>
  frame(address, 0x01, generalData(changes));

/** Status bytes with one bit set. */
export const bit = (byte: number, number: number): number[] =>
  HEALTHY.status.map((_, at) => (at === byte ? 1 << number : 0));

export const text = (value: string): number[] => Array.from(Buffer.from(value, 'latin1'));
