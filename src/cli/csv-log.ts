/** Reads a log for `replay`: comma separated, a header line, an empty field where there is no value at that time. */
import { UsageError } from './io.ts';

export interface LogRow {
  readonly line: number;
  readonly t: number;
  /** `undefined`: no such column or no value at that time. */
  readonly current: number | undefined;
  readonly voltage: number | undefined;
  readonly communication: boolean | undefined;
  readonly remote: boolean | undefined;
  /** The starter side of the alternator port (V). */
  readonly starter: number | undefined;
  readonly cells: readonly (number | undefined)[];
  readonly temperatures: readonly (number | undefined)[];
}

export interface Log {
  readonly cells: number;
  readonly hasCurrent: boolean;
  readonly hasVoltage: boolean;
  readonly hasTemperatures: boolean;
  rows(): Generator<LogRow>;
}

const PLAIN_COLUMNS = ['t', 'current', 'voltage', 'communication', 'remote', 'starter'];

/** @throws UsageError naming the column or the line that is wrong */
export function parseLog(text: string): Log {
  const lines = text.split(/\r?\n/);
  const header = (lines[0] ?? '')
    .replace(/^\uFEFF/, '')
    .split(',')
    .map((name) => name.trim());
  if (!header.includes('t')) {
    throw new UsageError(
      `the log's first line is "${lines[0] ?? ''}" and has no column "t": give a header such as t,current,cell1,cell2`,
    );
  }
  const cells = numbered(header, 'cell');
  const temperatures = numbered(header, 'temp');
  const strange = header.filter((name) => !PLAIN_COLUMNS.includes(name) && !/^(cell|temp)[1-9]\d*$/.test(name));
  if (strange.length > 0) {
    throw new UsageError(
      `the log's column "${strange[0]}" is not known: use t, current, voltage, cell1…cellN, temp1…tempM, communication, remote, starter`,
    );
  }
  const column = (name: string): number => header.indexOf(name);
  return {
    cells: cells.length,
    hasCurrent: header.includes('current'),
    hasVoltage: header.includes('voltage'),
    hasTemperatures: temperatures.length > 0,
    *rows() {
      let last = -Infinity;
      for (let i = 1; i < lines.length; i++) {
        const line = lines[i] ?? '';
        if (line.trim() === '') continue;
        const fields = line.split(',');
        const number = (index: number): number | undefined => parseField(fields[index], header[index] ?? '', i + 1);
        const flag = (index: number): boolean | undefined => {
          const value = index < 0 ? undefined : number(index);
          return value === undefined ? undefined : value !== 0;
        };
        const t = number(column('t'));
        if (t === undefined) throw new UsageError(`line ${i + 1} of the log has no time: fill in column "t" (seconds)`);
        if (t < last) throw new UsageError(`line ${i + 1} of the log has t=${t}, before ${last}: sort the log by time`);
        last = t;
        yield {
          line: i + 1,
          t,
          current: number(column('current')),
          voltage: number(column('voltage')),
          communication: flag(column('communication')),
          remote: flag(column('remote')),
          starter: number(column('starter')),
          cells: cells.map(number),
          temperatures: temperatures.map(number),
        };
      }
    },
  };
}

/** Columns `cell1`, `cell2`, … in order; a gap in the numbers is an error of the header. */
function numbered(header: readonly string[], prefix: string): number[] {
  const indexes: number[] = [];
  for (let n = 1; header.includes(`${prefix}${n}`); n++) indexes.push(header.indexOf(`${prefix}${n}`));
  const all = header.filter((name) => new RegExp(`^${prefix}\\d+$`).test(name));
  if (all.length !== indexes.length) {
    throw new UsageError(`the log's columns ${all.join(', ')} do not count from ${prefix}1 without a gap: rename them`);
  }
  return indexes;
}

function parseField(field: string | undefined, name: string, line: number): number | undefined {
  if (field === undefined || field.trim() === '') return undefined;
  const value = Number(field);
  if (Number.isNaN(value)) {
    throw new UsageError(
      `line ${line} of the log has ${name}="${field.trim()}", which is no number: leave it empty where there is no value`,
    );
  }
  return value;
}
