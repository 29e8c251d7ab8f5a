/** The store: at every moment one slot is whole, and what is not whole is not used. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync, existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore } from '../../src/runtime/store.ts';

describe('the store', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'cellwarden-store-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const quiet = (): void => undefined;
  const write = async (...states: unknown[]): Promise<void> => {
    for (const state of states) {
      const store = openStore(folder, quiet);
      store.write(state);
      await store.settled();
    }
  };

  it('gives back what was written last, from two alternating slots', async () => {
    await write({ n: 1 }, { n: 2 }, { n: 3 });
    assert.deepEqual(openStore(folder, quiet).read(), { n: 3 });
    assert.deepEqual(readdirSync(folder).sort(), ['a.json', 'b.json']);
  });

  it('a slot torn at any byte, or flipped in any bit, gives the other slot, never a wrong state', async () => {
    await write({ soc: 0.5 }, { soc: 0.6 });
    const newest = ['a.json', 'b.json']
      .map((n) => join(folder, n))
      .find((f) => readFileSync(f, 'utf8').includes('0.6'))!;
    const whole = readFileSync(newest);
    for (let length = 0; length < whole.length; length++) {
      writeFileSync(newest, whole.subarray(0, length));
      assert.deepEqual(openStore(folder, quiet).read(), { soc: 0.5 }, `${length} bytes`);
    }
    for (let bit = 0; bit < whole.length * 8; bit += 3) {
      const bad = Buffer.from(whole);
      bad[bit >> 3]! ^= 1 << (bit & 7);
      writeFileSync(newest, bad);
      const read = openStore(folder, quiet).read() as { soc: number } | null;
      assert.ok(read !== null && (read.soc === 0.5 || read.soc === 0.6), `bit ${bit}: ${JSON.stringify(read)}`);
    }
  });

  it('with both slots gone everything is unknown', async () => {
    await write({ soc: 0.5 }, { soc: 0.6 });
    for (const name of readdirSync(folder)) writeFileSync(join(folder, name), '');
    assert.equal(openStore(folder, quiet).read(), null);
    assert.equal(openStore(join(folder, 'nowhere'), quiet).read(), null);
  });

  it('a write during a write is not lost, and the newest state wins', async () => {
    const store = openStore(folder, quiet);
    for (let n = 0; n < 50; n++) store.write({ n });
    await store.settled();
    assert.deepEqual(openStore(folder, quiet).read(), { n: 49 });
  });

  it('a disk that refuses is reported once, and nothing stops', async () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    const told: string[] = [];
    const store = openStore(join(file, 'below-a-file'), ({ kind }) => told.push(kind));
    store.write({ n: 1 });
    await store.settled();
    store.write({ n: 2 });
    await store.settled();
    assert.deepEqual(told, ['in-the-way']);
    assert.deepEqual(store.read(), { n: 2 }, 'it goes on in memory');
    assert.equal(existsSync(join(file, 'below-a-file')), false);
  });
});
