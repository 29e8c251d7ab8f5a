/** `docs/care.md` names what there is: every advice, every stage, and the figures of the clauses it stands for. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { ADVICE_IDS } from '../../src/engine/advice/advice.ts';
import { RECOVERY_STAGES } from '../../src/engine/advice/recovery-plan.ts';

describe('docs/care.md', () => {
  const written = readFileSync(new URL('../../docs/care.md', import.meta.url), 'utf8');
  /** The section under a heading, as one line. */
  const section = (heading: string): string => {
    const found = written.split(/^## /m).find((part) => part.startsWith(`${heading}\n`));
    assert.ok(found, `no section ${heading}`);
    return found.replaceAll(/\s+/g, ' ');
  };
  const firstColumn = (text: string): string[] => [...text.matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, id]) => id ?? '');

  it('has a row for every advice and for every stage of the recovery, and none besides', () => {
    const [overview = '', ...rest] = written.split(/^## /m);
    assert.deepEqual(firstColumn(overview).sort(), [...ADVICE_IDS].sort());
    const stages = RECOVERY_STAGES.filter((stage) => stage !== 'idle' && stage !== 'aborted');
    assert.deepEqual(firstColumn(rest.join('## ')), stages);
  });

  for (const [requirement, heading, ...says] of [
    ['VLB-25 OGT-13 OGT-16', 'The first charge', /each one alone/, /float \*\*and\*\*.*`balanced`/, /twentieth/],
    ['VLB-26', 'The first charge', /13\.8 V for 12 hours/, /60 A \(200 Ah\), 100 A \(300 Ah\)/, /above 4 V/],
    ['VLB-31', 'Balance', /14\.2 V \(28\.4 V for eight cells\) for a limited time/, /Set it back/],
    ['VLB-32 OGT-13', 'Storage', /50 to 60 %/, /−45 to 70 °C, and a year/, /disconnect it/],
    ['123-R20 VSB-12', 'After the loads were cut', /1\.0 mA/, /2\.9 mA/, /9\.0 mA/, /17\.5 mA on, 6\.5 mA.*4\.5 mA/],
    ['VLB-24', 'Charging from an alternator', /twice the battery's Ah/, /regulator/, /DC-DC/, /alternator port/],
    ['VLB-28', 'A battery that says nothing', /below 8 V/, /above 13 V, 26 V/],
    ['VLB-29', 'Which part is at fault', /a loop/, /neighbours/, /Loosen a cable/],
    ['VLB-30', 'Batteries of one bank', /same settings/],
    ['VSB-9', 'Seven indicators', /alternator charging/, /over-temperature/, /active/, /Bluetooth/, /System\+/],
  ] as const) {
    it(`${requirement} ${heading}`, () => {
      const text = section(heading);
      for (const id of requirement.split(' ')) assert.ok(text.includes(id), id);
      for (const words of says) assert.match(text, words);
    });
  }
});
