/** What is run: groups of data with their rows, and what must be reached. */
import { type DataSet, type Harness, joined } from './harness.ts';

export interface Group {
  readonly name: string;
  readonly title: string;
  /** An unknown start lies in the middle of the run. */
  readonly midStart: boolean;
  readonly rows: readonly string[];
  data(harness: Harness): DataSet[];
}

const named = (names: readonly string[]) => (harness: Harness) => names.map((name) => harness.load(name));
const WEEK = ['p25', 'p15', 'p05', 'n05', 'p35', 'p45', 'p25'].map((run) => `kaw:${run}`);
const ALL =
  'clean init+30 init-30 off+0.5A off-0.5A off+0.1A off-0.1A quant0.5A q123 gain+1% gain-1% v+20mV v-20mV v5mVq 0.1Hz restart cap+10% cap-10% combo'.split(
    ' ',
  );

export const GROUPS: readonly Group[] = [
  {
    name: 'kaw',
    title: 'kaw: full cycles at −15…45 °C (tuned on this)',
    midStart: true,
    rows: ALL,
    data: named(['n15', 'n05', 'p05', 'p15', 'p25', 'p35', 'p45'].map((run) => `kaw:${run}`)),
  },
  {
    name: 'week',
    title: 'WEEK: seven of them in a row, a full charge every 22.6 h (tuned on this)',
    midStart: false,
    rows: [
      'clean',
      'off+0.5A',
      'off-0.5A',
      'off+0.1A',
      'off-0.1A',
      'gain+1%',
      'quant0.5A',
      'q123',
      'cap+10%',
      'cap-10%',
      'combo',
    ],
    data: (harness) => [joined(WEEK.map((name) => harness.load(name)))],
  },
  {
    name: 'tao',
    title: 'tao: a day between 20 and 80 %, 25 and 10 °C (validation only)',
    midStart: false,
    rows: ALL,
    data: named(['tao:plateau_25c', 'tao:plateau_10c']),
  },
  {
    name: 'nosync',
    title: 'NOSYNC: four such days, nothing to hold on to (validation only)',
    midStart: false,
    rows: ALL.filter(
      (row) => !['off-0.1A', 'quant0.5A', 'v5mVq', '0.1Hz', 'restart', 'cap+10%', 'cap-10%'].includes(row),
    ),
    data: (harness) => [joined(new Array<string>(4).fill('tao:plateau_25c').map((name) => harness.load(name)))],
  },
];

/** Most RMSE (% SOC) of a row, where there is a gate; `counter` is the plain counter's. */
export function mostRmse(group: string, row: string, counter: number): number | null {
  if (row === 'clean' && (group === 'kaw' || group === 'tao')) return counter + 0.5;
  return MOST[group]?.[row] ?? null;
}

const MOST: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  tao: {
    'off+0.5A': 2.5,
    'off-0.5A': 2.5,
    'init+30': 5,
    'init-30': 5,
    restart: 3,
    'cap+10%': 3,
    'cap-10%': 3,
    combo: 4,
  },
  nosync: { 'off+0.5A': 2.5, 'off-0.5A': 2.5, clean: 2 },
  week: { 'off+0.5A': 0.8, 'off-0.5A': 0.8, 'cap+10%': 2, 'cap-10%': 2, combo: 2 },
};

/** Least share of samples with the truth within two standard deviations, in every run of every row. */
export const LEAST_INSIDE = 0.9;

/** Most median of two standard deviations, where there is a gate. */
export function mostTwoSigma(row: string): number | null {
  return row === 'clean' ? 0.08 : row === 'combo' ? 0.15 : null;
}
