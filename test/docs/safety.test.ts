/** The table of hazards names its proofs: each must exist, and every fault scenario must be about a hazard of the table. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SCENARIOS } from '../../faults/scenarios/index.ts';

const ROOT = join(__dirname, '..', '..');
const TEXT = readFileSync(join(ROOT, 'docs', 'safety.md'), 'utf8');
const ROWS = TEXT.split('\n').filter((line) => /^\| \d+ \|/.test(line));

describe('the table of hazards', () => {
  it('has a row for each of the 39, with a mechanism, a bound and a proof', () => {
    const numbers = ROWS.map((row) => Number(row.split('|')[1]));
    assert.deepEqual(
      numbers,
      Array.from({ length: 39 }, (_, i) => i + 1),
    );
    for (const row of ROWS) {
      const cells = row.split('|').map((cell) => cell.trim());
      assert.equal(cells.length, 7, row);
      for (const cell of cells.slice(1, -1)) assert.notEqual(cell, '', row);
    }
  });

  it('names no fault scenario that does not exist', () => {
    const titles = SCENARIOS.map(({ title }) => title);
    const named = ROWS.flatMap((row) => [...row.matchAll(/\*([^*]{20,})\*(?!\*)/g)].map((match) => match[1]!));
    assert.ok(named.length >= 30);
    assert.deepEqual(
      named.filter((name) => !name.startsWith('*') && !titles.includes(name) && !TEXT.includes(`**${name}**`)),
      [],
    );
  });

  it('names no test file that does not exist', () => {
    const files = [...TEXT.matchAll(/`(test\/[\w/.-]+)`/g)].map((match) => match[1]!);
    assert.ok(files.length >= 10);
    assert.deepEqual(
      files.filter((file) => !existsSync(join(ROOT, file))),
      [],
    );
  });

  it('has a row for every hazard that a fault scenario is about', () => {
    for (const { hazards, title } of SCENARIOS) {
      for (const hazard of hazards) assert.match(hazard, /^H([1-9]|[12]\d|3\d)$/, title);
    }
  });
});
