/**
 * The records that a 123\SmartBMS streams over Bluetooth: a letter and fields of hexadecimal digits, `_` between them;
 * `X…` where a value is not known. There is no checksum, so the form must fit. After the smartbms-linux project; what
 * the status bits and temperatures mean is as in the frame of the "extended data output".
 */
import { celsius, status, type Status, type TemperatureFormula } from '../123smartbms/codec.ts';

export interface RecordOptions {
  /** Which A a count of current is: 0.05 in the third generation, 0.125 in the second. */
  readonly variant: string;
  readonly temperatureFormula: TemperatureFormula;
}

interface Extreme {
  readonly value: number | null;
  /** From 1. */
  readonly cell: number | null;
}

/** Status byte 2: a warning before the cut, and what the device's own relays do. */
export interface Status2 {
  readonly earlyWarning: boolean;
  readonly tMinCharge: boolean;
  readonly tMinDischarge: boolean;
  readonly chargeRelayClosed: boolean;
  readonly loadRelayClosed: boolean;
}

export interface CellRecord {
  readonly kind: 'cell';
  /** As sent; 0 or above the count: none. */
  readonly cell: number;
  readonly cellCount: number;
  /** V, °C */
  readonly voltage: number | null;
  readonly temperature: number | null;
  readonly status: Status;
  /** `null` where the firmware sends none. */
  readonly status2: Status2 | null;
}

/** V, A (positive = charging; `currentOut` positive = to the consumers), °C, Wh, kWh, %. */
export type SmartBmsRecord =
  | {
      readonly kind: 'pack';
      readonly voltage: number | null;
      readonly currentIn: number | null;
      readonly current: number | null;
      readonly currentOut: number | null;
    }
  | {
      readonly kind: 'voltages';
      readonly cellMin: Extreme;
      readonly cellMax: Extreme;
      readonly vBalanceSetting: number | null;
    }
  | { readonly kind: 'temperatures'; readonly temperatureMin: Extreme; readonly temperatureMax: Extreme }
  | CellRecord
  | { readonly kind: 'energy'; readonly soc: number | null; readonly counters: Counters }
  | { readonly kind: 'counters'; readonly counters: Counters };

export type Counters = Readonly<Record<string, number | string | null>>;

/** How many hexadecimal digits each field has, at least and at most; `+` before them: a sign. */
const NUMBER = '[0-9A-F]{1,2}';
const WORD = '[0-9A-F]{2,4}|X+';
const SIGNED = '[+-][0-9A-F]{2,6}|X+';
const LONG = '[0-9A-F]{2,8}|X+';
const BYTE = '[0-9A-F]{1,2}|X+';
const TIME = '[0-9A-F]{1,2}:[0-9A-F]{1,2}|X+';

/** The fields of each record, in order; those behind `least` may be absent. */
const LAYOUTS: Readonly<Record<string, { readonly fields: readonly string[]; readonly least?: number }>> = {
  U: { fields: [LONG, SIGNED, SIGNED, SIGNED] },
  V: { fields: [WORD, NUMBER, WORD, NUMBER, WORD] },
  T: { fields: [WORD, NUMBER, WORD, NUMBER, BYTE], least: 4 },
  C: { fields: [NUMBER, NUMBER, WORD, WORD, NUMBER, NUMBER], least: 5 },
  E: { fields: [LONG, LONG, LONG, BYTE] },
  M: { fields: [LONG, LONG, TIME] },
  H: { fields: [BYTE, LONG, LONG, BYTE, LONG, LONG] },
  B: { fields: [LONG, LONG, LONG, LONG] },
};

const VOLTS_PER_COUNT = 200;
const COUNTS_PER_AMPERE: Readonly<Record<string, number>> = { gen3: 20, gen2: 8 };
const STATUS_2 = {
  earlyWarning: 1,
  tMinCharge: 2,
  tMinDischarge: 3,
  chargeRelayClosed: 4,
  loadRelayClosed: 5,
} as const;

/** Reads one line; `null` for anything that is no record. Total. */
export function readRecord(line: string, options: RecordOptions): SmartBmsRecord | null {
  const [letter = '', ...fields] = line.split('_');
  const layout = Object.hasOwn(LAYOUTS, letter) ? LAYOUTS[letter] : undefined;
  if (layout === undefined) return null;
  const { fields: forms, least = forms.length } = layout;
  if (fields.length < least || fields.length > forms.length) return null;
  if (fields.some((field, i) => !new RegExp(`^(?:${forms[i] ?? ''})$`).test(field))) return null;
  return recordOf(letter, fields, options);
}

function recordOf(letter: string, fields: readonly string[], options: RecordOptions): SmartBmsRecord {
  const at = (index: number): number | null => numberOf(fields[index] ?? 'X');
  const volts = (index: number): number | null => over(at(index), VOLTS_PER_COUNT);
  const amperes = (index: number): number | null => over(at(index), COUNTS_PER_AMPERE[options.variant] ?? 20);
  const degrees = (index: number): number | null => {
    const raw = at(index);
    // A sensor that is dead or not there counts nothing.
    return raw === null || raw === 0 ? null : celsius(raw, options.temperatureFormula);
  };
  switch (letter) {
    case 'U':
      return { kind: 'pack', voltage: volts(0), currentIn: amperes(1), current: amperes(2), currentOut: amperes(3) };
    case 'V':
      return {
        kind: 'voltages',
        cellMin: { value: volts(0), cell: at(1) },
        cellMax: { value: volts(2), cell: at(3) },
        vBalanceSetting: volts(4),
      };
    case 'T':
      return {
        kind: 'temperatures',
        temperatureMin: { value: degrees(0), cell: at(1) },
        temperatureMax: { value: degrees(2), cell: at(3) },
      };
    case 'C':
      return {
        kind: 'cell',
        cell: at(0) ?? 0,
        cellCount: at(1) ?? 0,
        voltage: volts(2),
        temperature: degrees(3),
        status: status(at(4) ?? 0),
        status2: fields.length > 5 ? status2(at(5) ?? 0) : null,
      };
    case 'E':
      return {
        kind: 'energy',
        soc: percent(at(3)),
        counters: { energyCollectedToday: at(0), energyStored: at(1), energyConsumedToday: at(2) },
      };
    default:
      return { kind: 'counters', counters: countersOf(letter, fields, at) };
  }
}

function countersOf(letter: string, fields: readonly string[], at: (index: number) => number | null): Counters {
  if (letter === 'M') {
    return { energyCollectedTotal: at(0), energyConsumedTotal: at(1), deviceTime: timeOf(fields[2] ?? '') };
  }
  if (letter === 'B') {
    return { energyCharged: at(0), energyDischarged: at(1), energyChargedToday: at(2), energyDischargedToday: at(3) };
  }
  return {
    soh: percent(at(0)),
    measuredCapacity: at(1),
    measuredChargeCapacity: at(2),
    efficiency: percent(at(3)),
    chargeCycles: over(at(4), 100),
    dischargeCycles: over(at(5), 100),
  };
}

/** A hexadecimal number, perhaps with a sign; `null` for `X…`. */
function numberOf(field: string): number | null {
  return field.startsWith('X') ? null : Number.parseInt(field, 16) + 0;
}

/** Divided, not multiplied by a fraction: the quotient is the double nearest to the decimal number. */
function over(count: number | null, parts: number): number | null {
  return count === null ? null : count / parts;
}

/** Above 100: not valid. */
function percent(value: number | null): number | null {
  return value !== null && value <= 100 ? value : null;
}

function status2(byte: number): Status2 {
  const bit = (name: keyof typeof STATUS_2): boolean => (byte & (1 << STATUS_2[name])) !== 0;
  return {
    earlyWarning: bit('earlyWarning'),
    tMinCharge: bit('tMinCharge'),
    tMinDischarge: bit('tMinDischarge'),
    chargeRelayClosed: bit('chargeRelayClosed'),
    loadRelayClosed: bit('loadRelayClosed'),
  };
}

function timeOf(field: string): string | null {
  const [hours, minutes] = field.split(':').map((part) => Number.parseInt(part, 16));
  if (hours === undefined || minutes === undefined) return null;
  return `${String(hours).padStart(2, '0')}:${String(minutes).padStart(2, '0')}`;
}
