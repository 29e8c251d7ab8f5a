/** `npm run bench`: a table, or JSON Lines with `--json`. */
import { cpus } from 'node:os';
import { batteryRows } from './battery.ts';
import { chainRows } from './chain.ts';
import { damageRows } from './damage.ts';
import { engineRows, growthRow } from './engine.ts';
import { frameRows } from './frames.ts';
import type { Row } from './harness.ts';
import { linkRows } from './links.ts';
import { stormRows } from './storm.ts';
import { yearRows } from './year.ts';

const json = process.argv.includes('--json');
const machine = `${cpus()[0]?.model.trim() ?? 'unknown processor'}, ${cpus().length} cores, Node ${process.versions.node}`;
if (!json) console.log(`${machine}\n`);

// `--storm 60`: nothing but a storm of so many seconds; `--links`, `--battery`: nothing but these.
const storm = process.argv.indexOf('--storm');
const parts: (() => Row[] | Promise<Row[]>)[] =
  storm >= 0
    ? [() => stormRows(Number(process.argv[storm + 1]))]
    : process.argv.includes('--links')
      ? [linkRows, damageRows]
      : process.argv.includes('--battery')
        ? [batteryRows]
        : [
            engineRows,
            batteryRows,
            () => [growthRow()],
            yearRows,
            frameRows,
            linkRows,
            damageRows,
            chainRows,
            stormRows,
          ];

const rows: Row[] = [];
for (const part of parts) {
  for (const row of await part()) {
    rows.push(row);
    if (json) console.log(JSON.stringify({ ...row, machine }));
  }
}
if (!json) {
  const cells = rows.map((row) => [
    row.bench,
    `${row.value} ${row.unit}`,
    row.reference === null ? '' : String(row.reference),
    row.ratio === null ? '' : String(row.ratio),
    row.goal ?? '',
    row.met === null ? '' : row.met ? 'met' : 'NOT met',
  ]);
  const table = [['bench', 'ours', 'reference', 'ratio', 'goal', ''], ...cells];
  const widths = table[0]!.map((_, i) => Math.max(...table.map((line) => line[i]!.length)));
  for (const line of table)
    console.log(
      line
        .map((cell, i) => cell.padEnd(widths[i]!))
        .join('  ')
        .trimEnd(),
    );
}
