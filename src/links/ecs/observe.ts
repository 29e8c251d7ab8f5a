/** What the greenMeter and the LiPros said in one sweep, as an observation. */
import type { AgedField, CellObservation, Observation } from '../../engine/reading/observation.ts';
import type { Hardware } from '../../engine/reading/reading.ts';
import type { MeterValues } from './meter.ts';
import { type LiproValues, sideName } from './registers.ts';

/** Of one cell. `lost`: it has not answered for a while. `missed`: this once; what was told before stands. */
export type CellNews =
  | { readonly kind: 'told'; readonly values: LiproValues; readonly at: number }
  | { readonly kind: 'missed' | 'lost' };

/** Of the meter; `none`: there is no meter. */
export type MeterNews =
  | { readonly kind: 'told'; readonly values: MeterValues }
  /** `sensors`: how many temperatures it told before. */
  | { readonly kind: 'lost'; readonly sensors: number }
  | { readonly kind: 'missed' | 'none' };

export interface News {
  readonly meter: MeterNews;
  /** The first cell first. */
  readonly cells: readonly CellNews[];
  readonly currentSign: 1 | -1;
}

/** Monotonic second of the newest value; `null`: there is none. */
export function newestOf({ meter, cells }: News): number | null {
  const moments = cells.flatMap((cell) => (cell.kind === 'told' ? [cell.at] : []));
  if (meter.kind === 'told') {
    const { voltage, current, soc, temperatures } = meter.values;
    moments.push(voltage.at, current.at, soc.at, temperatures.at);
  }
  return moments.length === 0 ? null : Math.max(...moments);
}

/** The observation for the moment `at`: older values carry their ages. */
export function observe(news: News, at: number): Observation {
  const { meter, cells } = news;
  const hardware = hardwareOf(news);
  return {
    ...meterFields(meter, at, news.currentSign),
    cells: cells.flatMap((cell, index) => cellField(cell, index + 1, at)),
    ...(hardware === null ? {} : { hardware }),
  };
}

function cellField(news: CellNews, cell: number, at: number): CellObservation[] {
  if (news.kind !== 'told') {
    return news.kind === 'missed' ? [] : [{ cell, voltage: null, temperature: null, balancing: null }];
  }
  const { voltage, temperature, balancing } = news.values;
  const age = at - news.at;
  // Left out where the board does not tell: then the voltage shows it.
  return [{ cell, age, voltage, temperature, ...(balancing === null ? {} : { balancing }) }];
}

function meterFields(meter: MeterNews, at: number, sign: 1 | -1): Observation {
  if (meter.kind === 'lost') {
    const unknown = { voltage: null, current: null, soc: null };
    // Sensors that it never told are none that could be lost.
    return meter.sensors === 0
      ? unknown
      : { ...unknown, temperatures: Array.from({ length: meter.sensors }, () => null) };
  }
  if (meter.kind !== 'told') return {};
  const { voltage, current, soc, temperatures, facts } = meter.values;
  const ages: Partial<Record<AgedField, number>> = {
    voltage: at - voltage.at,
    current: at - current.at,
    soc: at - soc.at,
  };
  return {
    voltage: voltage.value,
    current: sign * current.value + 0,
    soc: soc.value,
    ...(temperatures.value.length === 0
      ? {}
      : { temperatures: temperatures.value, temperaturesAge: at - temperatures.at }),
    ages,
    extra: { ...facts },
  };
}

/** `null`: nothing new is told, and what was told before stands. */
function hardwareOf({ meter, cells }: News): Hardware | null {
  // Flags are told all at once: those of a meter that missed a question must not be forgotten.
  if (meter.kind === 'missed') return null;
  const told = meter.kind === 'told' ? meter.values : null;
  const chargeAllowed = [...(meter.kind === 'none' ? [] : [fine(told?.over)]), ...boards(cells, 'ovp')];
  const loadAllowed = [...(meter.kind === 'none' ? [] : [fine(told?.under)]), ...boards(cells, 'lvp')];
  const odd = told === null ? [] : [odds('over', told.over), odds('under', told.under)].filter((word) => word !== '');
  if (meter.kind === 'none' && chargeAllowed.length === 0) return null;
  return {
    ...(chargeAllowed.length === 0 ? {} : { chargeAllowed: all(chargeAllowed) }),
    ...(loadAllowed.length === 0 ? {} : { loadAllowed: all(loadAllowed) }),
    ...(told === null
      ? {}
      : { overState: sideName(told.over), underState: sideName(told.under), fault: odd.join(' ') }),
  };
}

const fine = (state: number | undefined): boolean | null => (state === undefined ? null : state === 0);

/** States that nobody has described. */
const odds = (side: string, state: number): string => (state > 6 ? `${side} ${state}` : '');

/** Of the boards that have such a protection: whether it is quiet. */
function boards(cells: readonly CellNews[], flag: 'lvp' | 'ovp'): (boolean | null)[] {
  const quiet = cells.map((cell) => (cell.kind === 'told' ? cell.values[flag] : undefined));
  if (!quiet.some((value) => typeof value === 'boolean')) return [];
  // One that is silent may be the one that would say no.
  return quiet.flatMap((value) => (value === undefined ? [null] : value === null ? [] : [!value]));
}

function all(flags: readonly (boolean | null)[]): boolean | null {
  if (flags.includes(false)) return false;
  return flags.includes(null) ? null : true;
}
