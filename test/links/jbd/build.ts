/** Frames of a JBD BMS as the published register map lays them out: its own builder, for the tests of the codec. */

export interface Basics {
  /** Counts, as on the wire. */
  readonly voltage: number;
  readonly current: number;
  readonly remaining: number;
  readonly nominal: number;
  readonly cycles: number;
  readonly date: number;
  readonly balance: readonly [first: number, second: number];
  readonly protection: number;
  readonly version: number;
  readonly soc: number;
  readonly fets: number;
  readonly cells: number;
  readonly sensors: readonly number[];
  readonly tail: readonly number[];
}

/** Four cells, discharging with 2.87 A, made on the 28th of March 2022. */
export const HEALTHY: Basics = {
  voltage: 1328,
  current: -287,
  remaining: 4980,
  nominal: 10_000,
  cycles: 42,
  date: (22 << 9) | (3 << 5) | 28,
  balance: [0, 0],
  protection: 0,
  version: 0x24,
  soc: 49,
  fets: 3,
  cells: 4,
  sensors: [2731 + 224, 2731 - 5, 2731 + 300],
  tail: [],
};

const word = (value: number): [number, number] => [(value >> 8) & 0xff, value & 0xff];

function sealed(head: readonly number[], body: readonly number[]): Uint8Array {
  const sum = (0x10000 - body.reduce((all, byte) => all + byte, 0)) & 0xffff;
  return Uint8Array.from([0xdd, ...head, ...body, ...word(sum), 0x77]);
}

/** An answer; status 0 is good. */
export function answer(register: number, data: readonly number[], status = 0): Uint8Array {
  return sealed([register], [status, data.length, ...data]);
}

export function question(action: 'read' | 'write', register: number, data: readonly number[] = []): Uint8Array {
  return sealed([action === 'read' ? 0xa5 : 0x5a], [register, data.length, ...data]);
}

/** The answer about register 03. */
export function basics(changes: Partial<Basics> = {}): Uint8Array {
  const all = { ...HEALTHY, ...changes };
  return answer(0x03, [
    ...word(all.voltage),
    ...word(all.current),
    ...word(all.remaining),
    ...word(all.nominal),
    ...word(all.cycles),
    ...word(all.date),
    ...word(all.balance[0]),
    ...word(all.balance[1]),
    ...word(all.protection),
    all.version,
    all.soc,
    all.fets,
    all.cells,
    all.sensors.length,
    ...all.sensors.flatMap(word),
    ...all.tail,
  ]);
}

/** The answer about register 04, mV. */
export const cells = (...millivolts: readonly number[]): Uint8Array => answer(0x04, millivolts.flatMap(word));

export const words = (...values: readonly number[]): number[] => values.flatMap(word);

export const text = (value: string): number[] => Array.from(Buffer.from(value, 'latin1'));

/** A frame of the Bluetooth module's password dialogue. */
export function password(command: number, data: readonly number[]): Uint8Array {
  const body = [command, data.length, ...data];
  return Uint8Array.from([0xff, 0xaa, ...body, body.reduce((all, byte) => all + byte, 0) & 0xff]);
}
