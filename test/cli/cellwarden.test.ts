/** The command line as its user sees it: the built program, its output and its exit code. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { frameOf } from '../../bench/frames.ts';
import { ROOT } from '../support/example.ts';

describe('cellwarden', () => {
  let folder = '';
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'cellwarden-cli-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const run = (...args: string[]): { out: string; err: string; code: number | null } => {
    const done = spawnSync(process.execPath, [join(ROOT, 'dist', 'cli.js'), ...args], {
      encoding: 'utf8',
      cwd: folder,
    });
    return { out: done.stdout, err: done.stderr, code: done.status };
  };
  const log = (text: string): string => {
    const file = join(folder, 'log.csv');
    writeFileSync(file, text);
    return file;
  };
  const PACK = ['--profile', '123smartbms', '--cells', '4', '--capacity', '100'];

  it('123-R2 replay prints a line for the first row and one for every change', () => {
    const rows = [
      't,current,cell1,cell2,cell3,cell4,temp1',
      '0,10,3.30,3.30,3.31,3.30,20',
      '1,10,3.40,3.41,3.42,3.40,20',
      '2,10,3.48,3.48,3.61,3.48,20',
      '3,10,3.48,3.48,3.60,3.48,20',
      '4,-5,3.40,3.40,3.40,3.40,20',
      '5,-5,3.40,3.40,3.40,3.40,20',
    ];
    const { out, code } = run('replay', ...PACK, '--set', 'cellOvervoltage=3.6', '--soc', '50', log(rows.join('\n')));
    assert.equal(code, 0);
    const lines = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    const flags = { preAlarm: false, contactor: true, alternator: false, shed: true };
    const event = { rule: 'cell-overvoltage', cell: 3, threshold: 3.6, code: 'Vh' };
    assert.deepEqual(lines, [
      { t: 0, charge: true, load: true, ...flags, events: [] },
      { t: 2, charge: false, load: true, ...flags, events: [{ ...event, edge: 'raised', value: 3.61 }] },
      { t: 4, charge: true, load: true, ...flags, events: [{ ...event, edge: 'cleared', cell: 1, value: 3.4 }] },
    ]);
  });

  it('replay takes empty fields as unknown, and communication 0 as no reading', () => {
    const rows = [
      't,current,cell1,cell2,temp1,communication',
      '0,1,3.3,3.3,20,1',
      '1,1,3.3,3.3,20,0',
      '2,1,3.3,3.3,20,1',
    ];
    const { out } = run(
      'replay',
      '--profile',
      '123smartbms',
      '--cells',
      '2',
      '--capacity',
      '100',
      log(rows.join('\n')),
    );
    const lines = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { t: number; charge: boolean; load: boolean });
    assert.deepEqual(
      lines.map(({ t, charge, load }) => [t, charge, load]),
      [
        [0, true, true],
        [1, false, false],
        [2, true, true],
      ],
    );
  });

  it('replay --series prints a line a row', () => {
    const { out } = run(
      'replay',
      ...PACK,
      '--soc',
      '40',
      '--series',
      'soc,cellMin',
      log('t,current,cell1,cell2,cell3,cell4\n0,100,3.3,3.3,3.3,3.3\n36,100,3.3,3.3,3.3,3.2\n'),
    );
    assert.deepEqual(out.trim().split('\n'), ['t,soc,cellMin', '0,40,3.3', '36,41,3.2']);
  });

  it('replay reads a pack.json', () => {
    const pack = join(folder, 'pack.json');
    writeFileSync(
      pack,
      JSON.stringify({
        name: 'house',
        profile: 'lifepo4',
        cells: 2,
        capacity: 100,
        settings: { cellOvervoltage: 3.5 },
      }),
    );
    const { out, code } = run('replay', '--pack', pack, log('t,cell1,cell2\n0,3.3,3.3\n1,3.5,3.3\n4,3.5,3.3\n'));
    assert.equal(code, 0);
    assert.match(out.trim().split('\n').at(-1) ?? '', /"charge":false/);
  });

  const BAD: [string, string[], RegExp][] = [
    [
      'wrong settings',
      ['replay', ...PACK, '--set', 'cellOvervoltage=3650', 'log.csv'],
      /cellOvervoltage is 3650 V.*did you mean 3\.65/,
    ],
    [
      'another number of cells',
      ['replay', '--cells', '3', '--capacity', '100', 'log.csv'],
      /2 cell columns.*--cells 2/,
    ],
    ['no such log', ['replay', ...PACK, 'nowhere.csv'], /nowhere\.csv/],
    ['an unknown option', ['replay', '--frobnicate', 'log.csv'], /frobnicate/],
    ['an unknown command', ['fly'], /fly.*replay, decode, simulate, probe, profiles or devices/],
    ['an unknown series', ['replay', '--cells', '2', '--capacity', '100', '--series', 'mood', 'log.csv'], /mood.*soc/],
    ['an unknown protocol', ['decode', '--protocol', 'morse', '00'], /morse.*123smartbms/],
    ['no hexadecimal', ['decode', '--protocol', '123smartbms', 'xyz'], /xyz/],
  ];
  for (const [what, args, sentence] of BAD) {
    it(`${what}: a sentence that names it, and exit code 2`, () => {
      log('t,cell1,cell2\n0,3.3,3.3\n');
      const { err, code, out } = run(...args);
      assert.match(err, sentence);
      assert.equal(code, 2);
      assert.equal(out, '');
    });
  }

  it('123-R19 decode prints the reading of a frame as JSON, and says why a bad one is none', () => {
    const hex = Buffer.from(frameOf(3.3, 3.41)).toString('hex');
    const good = run('decode', '--protocol', '123smartbms', hex);
    assert.equal(good.code, 0);
    const reading = JSON.parse(good.out) as {
      cellMax: { value: number; cell: number };
      voltage: { value: number };
      soc: { value: number };
    };
    assert.deepEqual(
      [reading.cellMax.value, reading.cellMax.cell, reading.voltage.value, reading.soc.value],
      [3.41, 11, 53, 60],
    );
    const bad = run('decode', '--protocol', '123smartbms', `${hex.slice(0, -2)}00`);
    assert.equal(bad.code, 1);
    assert.match(bad.err, /checksum/);
    assert.match(run('decode', '--list').out, /^123smartbms\t/);
  });
});
