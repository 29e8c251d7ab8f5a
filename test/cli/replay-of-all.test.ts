/** `cellwarden replay` over logs that need the whole table: every output, every column of a log. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../support/example.ts';

interface Line {
  t: number;
  charge: boolean;
  load: boolean;
  preAlarm: boolean;
  contactor: boolean;
  alternator: boolean;
  shed: boolean;
  events: { rule: string; edge: string; code?: string; cell: number | null; value: number | null }[];
}

describe('cellwarden replay, all outputs', () => {
  let folder = '';
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'cellwarden-replay-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  /** @param row what a second says; columns that are not said are empty */
  function replay(args: readonly string[], columns: readonly string[], rows: readonly (readonly (number | '')[])[]) {
    const file = join(folder, 'log.csv');
    writeFileSync(file, [['t', ...columns], ...rows.map((row, t) => [t, ...row])].map((r) => r.join(',')).join('\n'));
    const done = spawnSync(process.execPath, [join(ROOT, 'dist', 'cli.js'), 'replay', ...args, file], {
      encoding: 'utf8',
    });
    assert.equal(done.status, 0, done.stderr);
    return done.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Line);
  }
  const CELLS = ['cell1', 'cell2', 'cell3', 'cell4'];
  const profile = (id: string, ...set: string[]): string[] => [
    '--profile',
    id,
    '--cells',
    '4',
    '--capacity',
    '200',
    ...set.flatMap((one) => ['--set', one]),
  ];
  const at = (lines: readonly Line[], t: number): Line => {
    const line = lines.findLast((l) => l.t <= t);
    assert.ok(line, `no line up to ${t}`);
    return line;
  };
  const raisedAt = (lines: readonly Line[], code: string): number | undefined =>
    lines.find((l) => l.events.some((e) => e.edge === 'raised' && (e.code ?? e.rule) === code))?.t;
  const rowsOf = (...parts: [seconds: number, row: (number | '')[]][]): (number | '')[][] =>
    parts.flatMap(([seconds, row]) => Array.from({ length: seconds }, () => row));

  it('VSB-2 VSB-3 the alternator follows the starter column and the charge limit', () => {
    const cells = [3.3, 3.3, 3.3, 3.3];
    const high = [3.56, 3.56, 3.56, 3.56];
    const lines = replay(
      profile('victron-smart-bms-12-200'),
      ['starter', ...CELLS],
      rowsOf(
        [5, [12.6, ...cells]],
        [5, [13.8, ...cells]],
        [5, [13.8, ...high]],
        [20, [13.8, ...cells]],
        [5, ['', ...cells]],
        [5, ['', ...cells]],
      ),
    );
    const alternator = (t: number): boolean => at(lines, t).alternator;
    assert.deepEqual([alternator(0), alternator(4), alternator(5), alternator(9)], [false, false, true, true]);
    assert.deepEqual([alternator(10), alternator(24), alternator(25)], [false, false, true]);
    assert.equal(at(lines, 14).charge, true, 'the limit is the port’s alone');
    assert.equal(alternator(44), false, 'a starter side that is no longer measured');
  });

  it('VLB-8 VLB-10 the second stage opens the contactor two seconds after charging', () => {
    const lines = replay(
      profile('victron-smart-lithium'),
      CELLS,
      rowsOf([3, [3.4, 3.4, 3.4, 3.4]], [10, [3.4, 3.4, 3.96, 3.4]]),
    );
    assert.equal(raisedAt(lines, 'A-SL9'), 3);
    assert.deepEqual([at(lines, 3).charge, at(lines, 4).contactor, at(lines, 5).contactor], [false, true, false]);
    assert.equal(at(lines, 12).load, true);
  });

  it('VSB-5 the remote column: the ports by default, everything when it is set so', () => {
    const rows = rowsOf([3, [1, 3.3, 3.3, 3.3, 3.3]], [5, [0, 3.3, 3.3, 3.3, 3.3]], [3, [1, 3.3, 3.3, 3.3, 3.3]]);
    const ports = replay(profile('victron-smart-bms-12-200'), ['remote', ...CELLS], rows);
    const off = at(ports, 5);
    assert.deepEqual([off.charge, off.load, off.contactor, off.alternator], [true, true, false, false]);
    const all = replay(profile('victron-smart-bms-12-200', 'remoteScope=everything'), ['remote', ...CELLS], rows);
    assert.deepEqual([at(all, 5).charge, at(all, 5).load, at(all, 6).contactor], [false, false, false]);
    assert.deepEqual([at(all, 8).charge, at(all, 8).load, at(all, 8).contactor], [true, true, true]);
  });

  it('VSB-10 the loads that can wait are shed by SOC, with the current column', () => {
    const lines = replay(
      [...profile('lifepo4', 'shedSoc=50', 'shedSocClear=60', 'shedSocDelay=0'), '--soc', '50.5'],
      ['current', ...CELLS],
      rowsOf([120, [-72, 3.3, 3.3, 3.3, 3.3]]),
    );
    // 72 A are 0.01 % of 200 Ah a second.
    const shed = lines.find((l) => !l.shed)?.t ?? Number.NaN;
    assert.ok(shed >= 49 && shed <= 51, `shed at ${shed}`);
    assert.equal(at(lines, 119).load, true);
  });

  it('OGT-3 OGT-9 an overload of the 200 Ah model, and its end 8 s after the load is off', () => {
    const lines = replay(
      profile('offgridtec-smart-pro'),
      ['current', ...CELLS],
      rowsOf([3, [-200, 3.3, 3.3, 3.3, 3.3]], [8, [-201, 3.2, 3.2, 3.2, 3.2]], [12, [0, 3.3, 3.3, 3.3, 3.3]]),
    );
    assert.equal(at(lines, 2).load, true);
    assert.deepEqual([at(lines, 7).load, at(lines, 8).load], [true, false]);
    assert.deepEqual([at(lines, 18).load, at(lines, 19).load], [false, true]);
  });

  it('--series shows permissions and limits beside the reading', () => {
    const file = join(folder, 'series.csv');
    writeFileSync(file, 't,cell1,cell2,cell3,cell4\n0,3.3,3.3,3.3,3.3\n1,3.3,3.3,3.3,3.3\n2,3.3,3.3,3.3,3.8\n');
    const args = [
      ...profile('victron-smart-lithium'),
      '--series',
      'charge,load,maxChargeCurrent,maxChargeVoltage',
      file,
    ];
    const done = spawnSync(process.execPath, [join(ROOT, 'dist', 'cli.js'), 'replay', ...args], { encoding: 'utf8' });
    const lines = done.stdout.trim().split('\n');
    assert.equal(lines[0], 't,charge,load,maxChargeCurrent,maxChargeVoltage');
    assert.equal(lines[2]?.startsWith('1,1,1,'), true, done.stdout);
    const [, charge, load, current, voltage] = (lines[3] ?? '').split(',').map(Number);
    assert.deepEqual([charge, load, current], [0, 1, 0]);
    assert.ok((voltage ?? 0) > 13, 'a limit of 0 V would discharge the battery');
  });
});
