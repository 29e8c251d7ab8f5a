/**
 * The records in adverts, after Victron's "Extra Manufacturer Data" (2022-12-14). The bits count from the first one of the
 * record (the document counts from the envelope, 32 more). Records may grow: what is behind the known bits is passed over.
 */
import { alarmNames, chargerState, meteredName } from '../victron-alarms.ts';
import { signed, unsigned } from './bits.ts';
import { bmsFlags } from './flags.ts';

export type Fields = Readonly<Record<string, unknown>>;

interface RecordKind {
  readonly name: string;
  /** Bytes it needs. */
  readonly length: number;
  read(bytes: Uint8Array): Fields;
}

/** A number in steps, `null` where the device says that it has none. */
function steps(raw: number | null, per: number, ...none: number[]): number | null {
  // Adding 0 turns −0 into 0.
  return raw === null || none.includes(raw) ? null : raw / per + 0;
}

/** What a device without a shunt sends (and Venus OS's driver takes for "none"). */
const NO_CURRENT = 0x1fffff;
/** What the document calls "none": as a number it is −1 mA, which a shunt at rest may well measure. */
const DOUBTFUL_CURRENT = -1;

const CURRENT_22 = (bytes: Uint8Array): { current: number | null; currentDoubtful: boolean } => {
  const raw = signed(bytes, 66, 22);
  return { current: steps(raw, 1000, NO_CURRENT, DOUBTFUL_CURRENT), currentDoubtful: raw === DOUBTFUL_CURRENT };
};

/** What the auxiliary input of a shunt is connected to. */
const AUX_MODES = ['starter', 'midpoint', 'temperature', 'disabled'] as const;

function auxiliary(bytes: Uint8Array): Fields {
  const mode = AUX_MODES[unsigned(bytes, 64, 2) ?? 3] ?? 'disabled';
  const raw = unsigned(bytes, 48, 16) ?? 0;
  return {
    auxMode: mode,
    starterVoltage: mode === 'starter' ? steps(signed(bytes, 48, 16), 100, 0x7fff) : null,
    midpointVoltage: mode === 'midpoint' ? steps(raw, 100, 0xffff) : null,
    temperature: mode === 'temperature' ? Math.round(raw - 27_315) / 100 : null,
  };
}

const BALANCER = ['unknown', 'balanced', 'balancing', 'imbalance'] as const;
const CELLS = 8;
/**
 * Cell values that are no voltage but a bound (2.60 V: that or less, 3.86 V: that or more), and the one that means that
 * there is no such cell.
 */
const RAW_BELOW = 0;
const RAW_ABOVE = 0x7e;
const NO_CELL = 0x7f;

function cellsOf(bytes: Uint8Array): Fields {
  const raws = Array.from({ length: CELLS }, (_, cell) => unsigned(bytes, 48 + 7 * cell, 7) ?? NO_CELL);
  const cells = raws.map((raw) => (raw === NO_CELL ? null : (260 + raw) / 100));
  const numbers = (bound: number): number[] => raws.flatMap((raw, index) => (raw === bound ? [index + 1] : []));
  return { cells, cellsBelow: numbers(RAW_BELOW), cellsAbove: numbers(RAW_ABOVE) };
}

/** °C of seven bits. */
function celsius(bytes: Uint8Array, start: number): number | null {
  const raw = unsigned(bytes, start, 7);
  return raw === null || raw === 0x7f ? null : raw - 40;
}

/** Error codes have none at 0xFF. */
const error = (bytes: Uint8Array, start: number): number | null => steps(unsigned(bytes, start, 8), 1, 0xff);

function stateOf(bytes: Uint8Array): string | null {
  const raw = unsigned(bytes, 0, 8);
  return raw === null || raw === 0xff ? null : chargerState(raw);
}

const SOLAR_CHARGER: RecordKind = {
  name: 'solar charger',
  length: 12,
  read: (bytes) => ({
    state: stateOf(bytes),
    error: error(bytes, 8),
    voltage: steps(signed(bytes, 16, 16), 100, 0x7fff),
    current: steps(signed(bytes, 32, 16), 10, 0x7fff),
    yieldToday: steps((unsigned(bytes, 48, 16) ?? 0xffff) * 10, 1, 0xffff * 10),
    pvPower: steps(unsigned(bytes, 64, 16), 1, 0xffff),
    loadCurrent: steps(unsigned(bytes, 80, 9), 10, 0x1ff),
  }),
};

const BATTERY_MONITOR: RecordKind = {
  name: 'battery monitor',
  length: 15,
  read: (bytes) => ({
    timeToGoMinutes: steps(unsigned(bytes, 0, 16), 1, 0xffff),
    voltage: steps(signed(bytes, 16, 16), 100, 0x7fff),
    alarmBits: unsigned(bytes, 32, 16),
    alarms: alarmNames(unsigned(bytes, 32, 16) ?? 0),
    ...auxiliary(bytes),
    ...CURRENT_22(bytes),
    consumedAh: steps(unsigned(bytes, 88, 20), -10, 0xfffff),
    soc: steps(unsigned(bytes, 108, 10), 10, 0x3ff),
  }),
};

const DC_DC: RecordKind = {
  name: 'DC/DC converter',
  length: 10,
  read: (bytes) => ({
    state: stateOf(bytes),
    error: error(bytes, 8),
    inputVoltage: steps(unsigned(bytes, 16, 16), 100, 0xffff),
    outputVoltage: steps(signed(bytes, 32, 16), 100, 0x7fff),
    offReason: unsigned(bytes, 48, 32),
  }),
};

const SMART_LITHIUM: RecordKind = {
  name: 'Smart Lithium battery',
  length: 16,
  read(bytes) {
    const bits = unsigned(bytes, 0, 32) ?? 0;
    const flags = bmsFlags(bits);
    return {
      bmsFlags: bits,
      flags: Object.keys(flags).filter((name) => flags[name as keyof typeof flags]),
      errorFlags: unsigned(bytes, 32, 16),
      ...cellsOf(bytes),
      voltage: steps(unsigned(bytes, 104, 12), 100, 0xfff),
      balancer: BALANCER[unsigned(bytes, 116, 4) ?? 0xf] ?? null,
      temperature: celsius(bytes, 120),
    };
  },
};

const BATTERY_PROTECT: RecordKind = {
  name: 'Smart BatteryProtect',
  length: 15,
  read(bytes) {
    const output = unsigned(bytes, 8, 8);
    return {
      state: stateOf(bytes),
      output: output === 1 ? 'on' : output === 4 ? 'off' : null,
      error: error(bytes, 16),
      alarmBits: unsigned(bytes, 24, 16),
      alarms: alarmNames(unsigned(bytes, 24, 16) ?? 0),
      warnings: alarmNames(unsigned(bytes, 40, 16) ?? 0),
      inputVoltage: steps(signed(bytes, 56, 16), 100, 0x7fff),
      outputVoltage: steps(unsigned(bytes, 72, 16), 100, 0xffff),
      offReason: unsigned(bytes, 88, 32),
    };
  },
};

const LYNX_BMS: RecordKind = {
  name: 'Lynx Smart BMS',
  length: 16,
  read: (bytes) => ({
    error: unsigned(bytes, 0, 8),
    timeToGoMinutes: steps(unsigned(bytes, 8, 16), 1, 0xffff),
    voltage: steps(signed(bytes, 24, 16), 100, 0x7fff),
    current: steps(signed(bytes, 40, 16), 10, 0x7fff),
    ioStatus: unsigned(bytes, 56, 16),
    alarmFlags: unsigned(bytes, 72, 18),
    soc: steps(unsigned(bytes, 90, 10), 10, 0x3ff),
    consumedAh: steps(unsigned(bytes, 100, 20), -10, 0xfffff),
    temperature: celsius(bytes, 120),
  }),
};

const DC_METER: RecordKind = {
  name: 'DC energy meter',
  length: 11,
  read: (bytes) => ({
    meterType: signed(bytes, 0, 16),
    meters: meteredName(signed(bytes, 0, 16) ?? 0),
    voltage: steps(signed(bytes, 16, 16), 100, 0x7fff),
    alarmBits: unsigned(bytes, 32, 16),
    alarms: alarmNames(unsigned(bytes, 32, 16) ?? 0),
    ...auxiliary(bytes),
    ...CURRENT_22(bytes),
  }),
};

const RECORDS: ReadonlyMap<number, RecordKind> = new Map([
  [0x01, SOLAR_CHARGER],
  [0x02, BATTERY_MONITOR],
  [0x04, DC_DC],
  [0x05, SMART_LITHIUM],
  [0x09, BATTERY_PROTECT],
  [0x0a, LYNX_BMS],
  [0x0d, DC_METER],
]);

/** Kinds of record there are in all: a byte above them is in no advert that can be read. */
export const HIGHEST_RECORD = 0x0f;

export function recordKind(type: number): RecordKind | null {
  return RECORDS.get(type) ?? null;
}
