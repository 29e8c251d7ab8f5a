/** The table of devices in the README, and the page each of them has. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { devicesMarkdown } from '../../src/cli/devices.ts';
import { PROTOCOL_INFOS } from '../../src/links/catalogue.ts';
import { PROTOCOLS } from '../../src/links/protocols.ts';
import { findDevice } from '../../src/simulator/index.ts';

const ROOT = new URL('../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, ROOT), 'utf8');

describe('the devices', () => {
  it('stand in the README as the code has them: `npm run --silent cellwarden -- devices` between the two marks', () => {
    const [, between] = /<!-- devices -->\n([^]*?)\n<!-- \/devices -->/.exec(read('README.md')) ?? [];
    assert.equal(between, devicesMarkdown());
  });

  it('are facts and code in the same order, each under a name of its own', () => {
    assert.deepEqual(
      PROTOCOLS.map(({ info }) => info.id),
      PROTOCOL_INFOS.map(({ id }) => id),
    );
    const names = PROTOCOL_INFOS.flatMap(({ id, aliases = [] }) => [id, ...aliases]);
    assert.deepEqual(names, [...new Set(names)]);
  });

  for (const { id, page } of PROTOCOL_INFOS) {
    it(`123-R16 ${id} has a page that names it, and a simulated device`, () => {
      const path = `docs/devices/${page}.md`;
      assert.ok(existsSync(new URL(path, ROOT)), path);
      assert.ok(read(path).includes(`\`${id}\``), `${path} does not name \`${id}\``);
      assert.ok(findDevice(id) !== null, `there is no simulated ${id}`);
    });
  }

  it('no page belongs to a device that is not there', () => {
    const pages = readdirSync(new URL('docs/devices', ROOT)).map((file) => file.replace(/\.md$/, ''));
    const known = [...PROTOCOL_INFOS.map(({ page }) => page), 'venus-os'];
    assert.deepEqual(
      pages.filter((page) => !known.includes(page)),
      [],
    );
  });

  it('every link of a page leads somewhere', () => {
    const broken = readdirSync(new URL('docs/devices', ROOT)).flatMap((file) => {
      const here = new URL(`docs/devices/${file}`, ROOT);
      return [...readFileSync(here, 'utf8').matchAll(/\]\((?!https?:|#)([^)#]+)(?:#[^)]*)?\)/g)]
        .filter(([, to]) => !existsSync(new URL(to!, here)))
        .map(([, to]) => `${file}: ${to}`);
    });
    assert.deepEqual(broken, []);
  });
});
