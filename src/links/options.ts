/**
 * Settings of a link: one flat vocabulary for all protocols, so that changing the protocol keeps what still applies.
 * Pure data and checks: the dialog uses them too.
 */
import { parseMap } from './modbus-map/parse.ts';
import { parseWiring } from './victron-smart-bms-12-200/parse.ts';

/** Checked settings. A protocol looks at those that its `info.options` name; the others have their defaults. */
export interface LinkOptions {
  /** Address of the device on a shared line (Modbus unit, pack number, board number). */
  readonly address: number;
  /** −1 turns the sign of the current round, where a device counts the other way (it must read positive = charging). */
  readonly currentSign: 1 | -1;
  /** Cells in series, as the pack has it: some protocols ask cell by cell. */
  readonly cells: number;
  /** Which of several layouts, where a protocol has some; the protocol's own first one by default. */
  readonly variant: string;
  /** A key (32 hex digits) or PIN of the device; empty = none. */
  readonly secret: string;
  /** Its Bluetooth address or name; empty = none. */
  readonly device: string;
  /** The register map as text, see the generic Modbus link. */
  readonly map: string;
  /** How a 123\\SmartBMS's temperatures are meant; from the pack's settings. */
  readonly temperatureFormula: 'document' | 'driver';
}

/** Those that are asked for with the link itself. */
export type LinkOptionName = LinkOptionInfo['name'];

/** How one option is asked for, checked and explained. */
export type LinkOptionInfo =
  | { readonly name: 'address'; readonly fallback: number; readonly min: number; readonly max: number }
  | { readonly name: 'currentSign' }
  | {
      readonly name: 'variant';
      /** The first one is the default. */
      readonly choices: readonly string[];
    }
  | {
      readonly name: 'secret';
      /** `key`: 32 hex digits, needed. `pin`: digits. */
      readonly form: 'key' | 'pin';
      readonly fallback: string;
    }
  | {
      readonly name: 'device';
      readonly needed: boolean;
      /** Default: a Bluetooth address. */
      readonly example?: string;
    }
  | {
      readonly name: 'map';
      /** `registers`: where each value stands, needed. `outputs`: which input each output of a BMS is wired to. */
      readonly form: 'registers' | 'outputs';
    };

export interface LinkOptionProblem {
  readonly field: LinkOptionName;
  readonly value: string;
  readonly problem: 'number' | 'choice' | 'key' | 'pin' | 'device' | 'map';
  /** What would be right: `1…247`, `auto, type-a, type-b`. */
  readonly allowed: string;
}

export type ParsedOptions =
  | { readonly ok: true; readonly options: LinkOptions }
  | { readonly ok: false; readonly problems: readonly LinkOptionProblem[] };

/** With nothing set. */
export const DEFAULT_OPTIONS: LinkOptions = {
  address: 1,
  currentSign: 1,
  cells: 16,
  variant: '',
  secret: '',
  device: '',
  map: '',
  temperatureFormula: 'driver',
};

type Building = { -readonly [K in keyof LinkOptions]: LinkOptions[K] };

/** The defaults of a protocol with these options. */
export function optionDefaults(infos: readonly LinkOptionInfo[], cells = DEFAULT_OPTIONS.cells): LinkOptions {
  const options: Building = { ...DEFAULT_OPTIONS, cells };
  for (const info of infos) {
    if (info.name === 'address') options.address = info.fallback;
    if (info.name === 'variant') options.variant = info.choices[0] ?? '';
    if (info.name === 'secret') options.secret = info.fallback;
  }
  return options;
}

/** What a dialog, a file or a command line gave; nothing about it is trusted, numbers may be text. */
export type GivenOptions = Readonly<Partial<Record<LinkOptionName, unknown>>>;

/**
 * Checks the options a protocol has; what it does not have is passed over. Empty = the default.
 * @param cells cells in series, from the pack
 */
export function parseOptions(infos: readonly LinkOptionInfo[], given: GivenOptions, cells: number): ParsedOptions {
  const options: Building = optionDefaults(infos, cells);
  const problems: LinkOptionProblem[] = [];
  for (const info of infos) {
    const value = text(given[info.name]);
    const wrong = (problem: LinkOptionProblem['problem'], allowed: string): void => {
      // Nothing secret is said back.
      problems.push({ field: info.name, value: info.name === 'secret' ? '' : value, problem, allowed });
    };
    if (info.name === 'address') {
      const number = value === '' ? info.fallback : /^\d+$/.test(value) ? Number(value) : Number.NaN;
      if (number >= info.min && number <= info.max) options.address = number;
      else wrong('number', `${info.min}…${info.max}`);
    } else if (info.name === 'currentSign') {
      if (value === '' || value === '1') options.currentSign = 1;
      else if (value === '-1') options.currentSign = -1;
      else wrong('choice', '1, -1');
    } else if (info.name === 'variant') {
      if (info.choices.includes(value)) options.variant = value;
      else if (value !== '') wrong('choice', info.choices.join(', '));
    } else if (info.name === 'secret') {
      const compact = value.replaceAll(/[\s:-]/g, '');
      if (info.form === 'key') {
        if (/^[0-9a-f]{32}$/i.test(compact)) options.secret = compact.toLowerCase();
        else wrong('key', '32 hex digits');
      } else if (value !== '') {
        if (/^\d{4,8}$/.test(compact)) options.secret = compact;
        else wrong('pin', '4…8 digits');
      }
    } else if (info.name === 'device') {
      if (value.length > 64 || (info.needed && value === '')) wrong('device', info.example ?? 'AA:BB:CC:DD:EE:FF');
      else options.device = value;
    } else {
      // As written: lines are counted.
      options.map = typeof given.map === 'string' ? given.map : value;
      const problem = mapProblem(info.form, options.map);
      if (problem !== null) problems.push({ field: 'map', value: problem.word, problem: 'map', allowed: problem.text });
    }
  }
  return problems.length === 0 ? { ok: true, options } : { ok: false, problems };
}

function mapProblem(
  form: 'registers' | 'outputs',
  map: string,
): { readonly word: string; readonly text: string } | null {
  const parsed = form === 'registers' ? parseMap(map) : parseWiring(map);
  return parsed.ok ? null : parsed.problem;
}

function text(value: unknown): string {
  if (typeof value === 'string') return value.trim();
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}
