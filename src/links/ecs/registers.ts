/**
 * The registers of the ECS boards, and what their words mean. Pure and total: any words give values or `null`.
 *
 * No maker's list is public. Sources: the register use of mr-manuel/venus-os_dbus-serialbattery (`bms/ecs.py`) for the
 * greenMeter and LiPro V2/V3, and `docs/ECS_MODBUS.md` of RWollAurea's fork for LiPro1-6 active V1.
 */

/** A stretch of holding registers that is read in one request. */
export interface Stretch {
  readonly first: number;
  readonly count: number;
}

/** Which device it is; all of them have it. */
export const DEVICE_TYPE: Stretch = { first: 0, count: 1 };

export const METER = {
  production: { first: 2, count: 2 },
  mostCurrents: { first: 30, count: 2 },
  capacity: { first: 46, count: 2 },
  temperatures: { first: 102, count: 2 },
  voltage: { first: 108, count: 2 },
  current: { first: 114, count: 2 },
  /** State of charge, and the states of both sides. */
  state: { first: 128, count: 4 },
} as const satisfies Record<string, Stretch>;

/** LiPro V2 and V3: voltage, temperature, measure of balancing. */
export const LIPRO: Stretch = { first: 100, count: 3 };
/** LiPro1-6 active V1: voltage, temperature, five unknown or undescribed ones, LVP, OVP. */
export const LIPRO_ACTIVE: Stretch = { first: 7, count: 9 };
const ACTIVE = { voltage: 0, temperature: 1, status: 6, lvp: 7, ovp: 8 } as const;

/** A, by device type. */
const METER_SIZES: Readonly<Record<number, number>> = { 500: 500, 501: 250, 502: 125 };
const LIPRO_NAMES: Readonly<Record<number, string>> = {
  100: 'LiPro V1',
  101: 'LiPro V1 active',
  102: 'LiPro V2',
  103: 'LiPro V2 active',
  104: 'LiPro V3',
};
const GREEN_CONTROLLER = 1025;

/** The public driver calls a cell balancing above this. */
const BALANCING_ABOVE = 50;
/** °C beyond which it is no temperature but a missing sensor. */
const COLDEST = -60;
const HOTTEST = 150;

/** `LiPro V2`, `greenMeter 500 A`; `null`: no ECS board that is known. */
export function deviceName(type: number): string | null {
  const size = meterSize(type);
  if (size !== null) return `greenMeter ${size} A`;
  return liproName(type) ?? (type === GREEN_CONTROLLER ? 'greenController' : null);
}

/** A of the shunt, or `null` for anything but a greenMeter. */
export function meterSize(type: number): number | null {
  return METER_SIZES[type] ?? null;
}

/** `null` for anything but a LiPro. */
export function liproName(type: number): string | null {
  return LIPRO_NAMES[type] ?? null;
}

/** 0…65535 as two's complement. */
export function signed(word = 0): number {
  return word >= 0x8000 ? word - 0x1_0000 : word;
}

/** 32 bits, low word first. */
export function unsigned32(low = 0, high = 0): number {
  return high * 0x1_0000 + low;
}

/** 32 bits with a sign, low word first. */
export function signed32(low = 0, high = 0): number {
  return signed(high) * 0x1_0000 + low;
}

/** °C of a word in hundredths; `null`: no sensor has such a value. */
export function hundredths(word = 0): number | null {
  return temperature(signed(word) / 100);
}

/**
 * State of charge in %. Known fault of the meter: the high word reads FFFF (50 % arrives as C350 FFFF); it is left out
 * then. `null`: not 0…100.
 */
export function stateOfCharge(low = 0, high = 0): number | null {
  const percent = (high === 0xffff ? low : unsigned32(low, high)) / 1000;
  return percent <= 100 ? percent : null;
}

/** State of a side: 0 is fine. */
export function sideName(state: number): string {
  const names = [
    'ok',
    'voltage',
    'current',
    'high temperature',
    'high temperature',
    'low temperature',
    'low temperature',
  ];
  return names[state] ?? `state ${state}`;
}

/** What one LiPro tells. */
export interface LiproValues {
  /** V */
  readonly voltage: number;
  /** °C */
  readonly temperature: number | null;
  /** `null`: this model does not tell. */
  readonly balancing: boolean | null;
  /** The board's own protection speaks; `null`: this model does not tell. */
  readonly lvp: boolean | null;
  readonly ovp: boolean | null;
}

/** Words 100…102 of a LiPro V2 or V3. */
export function readLipro(words: readonly number[]): LiproValues {
  const [millivolts = 0, celsius, balance = 0] = words;
  return {
    voltage: millivolts / 1000,
    temperature: hundredths(celsius),
    balancing: balance > BALANCING_ABOVE,
    lvp: null,
    ovp: null,
  };
}

/** Words 7…15 of a LiPro1-6 active V1. The temperature's formula is not confirmed. */
export function readLiproActive(words: readonly number[]): LiproValues & { readonly status: number } {
  return {
    voltage: (words[ACTIVE.voltage] ?? 0) / 1000,
    temperature: temperature(((words[ACTIVE.temperature] ?? 0) - 600) / 10),
    balancing: null,
    lvp: words[ACTIVE.lvp] !== 0,
    ovp: words[ACTIVE.ovp] !== 0,
    status: words[ACTIVE.status] ?? 0,
  };
}

function temperature(celsius: number): number | null {
  return celsius >= COLDEST && celsius <= HOTTEST ? celsius : null;
}
