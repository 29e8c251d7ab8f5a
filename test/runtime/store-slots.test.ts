/** The slots of a store: whose and of which version they are, and what is said when one is not what it should be. */
import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { readSlot, writeSlot } from '../../src/runtime/slot.ts';
import type { StoreReport } from '../../src/runtime/store-report.ts';
import { openStore, type Store } from '../../src/runtime/store.ts';

describe('the slots of a store', () => {
  let folder = '';
  let told: StoreReport[] = [];
  const at = (name: string): string => join(folder, name);
  const open = (owner?: string): Store =>
    openStore(folder, (report) => void told.push(report), owner === undefined ? {} : { owner });
  const kinds = (): [string, string][] => told.map(({ kind, slot }) => [kind, slot]);
  const write = async (state: unknown, owner?: string): Promise<void> => {
    const store = open(owner);
    store.write(state);
    await store.settled();
  };

  beforeEach(() => {
    told = [];
    folder = mkdtempSync(join(tmpdir(), 'cellwarden-slots-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('a folder with nothing in it is how every pack begins: nothing is said', () => {
    assert.equal(open().read(), null);
    assert.deepEqual(told, []);
  });

  it('a slot torn at every prefix, the empty file too, is named, and the other one is used', async () => {
    await write({ soc: 0.5 });
    await write({ soc: 0.6 });
    const newest = readdirSync(folder).find((name) => readFileSync(at(name), 'utf8').includes('0.6'))!;
    const whole = readFileSync(at(newest));
    for (let length = 0; length < whole.length; length++) {
      writeFileSync(at(newest), whole.subarray(0, length));
      told = [];
      assert.deepEqual(open().read(), { soc: 0.5 }, `${length} bytes`);
      assert.deepEqual(kinds(), [['damaged', newest]], `${length} bytes`);
    }
  });

  it('a bit flipped in any byte gives the older slot or the same state, and never stops the writing', async () => {
    await write({ soc: 0.5 }, 'p1');
    await write({ soc: 0.6, n: 12 }, 'p1');
    const newest = readdirSync(folder).find((name) => readFileSync(at(name), 'utf8').includes('0.6'))!;
    const whole = readFileSync(at(newest));
    for (let bit = 0; bit < whole.length * 8; bit++) {
      const bad = Buffer.from(whole);
      bad[bit >> 3]! ^= 1 << (bit & 7);
      const slot = readSlot(bad.toString());
      // A flipped version is damage, and not a reason to keep off for ever.
      if (slot === 'damaged') continue;
      assert.notEqual(slot, 'newer', `bit ${bit}`);
      assert.deepEqual(slot, { sequence: 2, owner: 'p1', state: { soc: 0.6, n: 12 } }, `bit ${bit}`);
    }
  });

  it('both slots damaged: unknown, said once, and written anew', async () => {
    await write({ soc: 0.5 });
    await write({ soc: 0.6 });
    for (const name of readdirSync(folder)) writeFileSync(at(name), '{"version":2,');
    const store = open();
    assert.equal(store.read(), null);
    assert.deepEqual(kinds(), [['lost', 'a.json, b.json']]);
    assert.equal(store.found?.kind, 'lost');
    store.write({ soc: 0.7 });
    await store.settled();
    assert.deepEqual(open().read(), { soc: 0.7 });
  });

  it('the only slot damaged is a lost state as well', async () => {
    await write({ soc: 0.5 });
    writeFileSync(at('b.json'), '');
    assert.equal(open().read(), null);
    assert.deepEqual(kinds(), [['lost', 'b.json']]);
  });

  it('a slot that is a folder is damaged', async () => {
    await write({ soc: 0.5 });
    await write({ soc: 0.6 });
    rmSync(at('a.json'));
    mkdirSync(at('a.json'));
    assert.deepEqual(open().read(), { soc: 0.5 });
    assert.deepEqual(kinds(), [['damaged', 'a.json']]);
  });

  it('two slots with the same sequence: the one that stands where it is written, every time', () => {
    for (const sequence of [4, 5]) {
      writeFileSync(at('a.json'), writeSlot({ sequence, owner: null, state: 'even' }));
      writeFileSync(at('b.json'), writeSlot({ sequence, owner: null, state: 'odd' }));
      assert.equal(open().read(), sequence === 4 ? 'even' : 'odd');
    }
  });

  it('the newest state is never the one written over, in whichever file it stands', async () => {
    for (const [newest, oldest] of [
      ['a.json', 'b.json'],
      ['b.json', 'a.json'],
    ] as const) {
      for (const sequence of [7, 8]) {
        writeFileSync(at(newest), writeSlot({ sequence, owner: null, state: 'newest' }));
        writeFileSync(at(oldest), writeSlot({ sequence: sequence - 1, owner: null, state: 'oldest' }));
        await write('next');
        assert.match(readFileSync(at(newest), 'utf8'), /"newest"/);
        assert.match(readFileSync(at(oldest), 'utf8'), /"next"/);
        assert.equal(open().read(), 'next');
      }
    }
  });

  it('a slot of another pack is not used, however new it is; the own one is', async () => {
    await write({ soc: 0.5 }, 'mine');
    writeFileSync(at('a.json'), writeSlot({ sequence: 99, owner: 'theirs', state: { soc: 0.9 } }));
    assert.deepEqual(open('mine').read(), { soc: 0.5 });
    assert.deepEqual(kinds(), [['foreign', 'a.json']]);
    await write({ soc: 0.6 }, 'mine');
    assert.deepEqual(open('mine').read(), { soc: 0.6 });
  });

  it('slots as version 1 wrote them are read, and the next write makes one of this version beside the newest', async () => {
    for (const name of ['a', 'b']) {
      copyFileSync(new URL(`support/version-1/${name}.slot`, `file://${__filename}`), at(`${name}.json`));
    }
    const state = open('p1').read() as { memory: { soc: number }; released: string };
    assert.equal(state.memory.soc, 0.6250694444444449);
    assert.equal(state.released, 'mark-1');
    assert.deepEqual(told, []);
    await write('next', 'p1');
    assert.match(readFileSync(at('a.json'), 'utf8'), /^\{"version":2,"sequence":4,"owner":"p1"/);
    assert.match(readFileSync(at('b.json'), 'utf8'), /^\{"version":1,"sequence":3,/);
  });

  it('a slot of a later version is said, not used, and not written over; the pack goes on in memory', async () => {
    const later = JSON.stringify({ version: 3, sequence: 12, owner: 'p1', sum: 'of another kind', state: {} });
    writeFileSync(at('a.json'), later);
    const store = open('p1');
    assert.equal(store.read(), null);
    for (const n of [1, 2, 3]) {
      store.write({ n });
      await store.settled();
    }
    assert.deepEqual(store.read(), { n: 3 });
    assert.deepEqual(kinds(), [['newer', 'a.json']]);
    assert.equal(store.problem?.kind, 'newer');
    assert.deepEqual(readdirSync(folder), ['a.json']);
    assert.equal(readFileSync(at('a.json'), 'utf8'), later);
  });

  it('beside a slot of a later version the older one that can be read is used, and both stay as they are', async () => {
    await write({ soc: 0.5 });
    writeFileSync(at('a.json'), JSON.stringify({ version: 7, everything: 'different' }));
    const before = ['a.json', 'b.json'].map((name) => readFileSync(at(name), 'utf8'));
    const store = open();
    assert.deepEqual(store.read(), { soc: 0.5 });
    store.write({ soc: 0.6 });
    await store.settled();
    assert.deepEqual(
      ['a.json', 'b.json'].map((name) => readFileSync(at(name), 'utf8')),
      before,
    );
  });

  it('told to keep off it writes nothing more, and says so once', async () => {
    await write({ n: 1 });
    const store = open();
    store.keepOff();
    store.keepOff();
    store.write({ n: 2 });
    await store.settled();
    assert.deepEqual(kinds(), [['newer', '']]);
    assert.deepEqual(open().read(), { n: 1 });
  });

  it('whoever cannot bear a report does not stop the writing', async () => {
    writeFileSync(at('a.json'), 'torn');
    const store = openStore(folder, () => assert.fail('no'));
    store.write({ n: 1 });
    await store.settled();
    assert.deepEqual(open().read(), { n: 1 });
  });

  it('any text is a whole slot, a damaged or a newer one: nothing is thrown', () => {
    const wild = fc.oneof(
      fc.string(),
      fc.json(),
      fc.record({ version: fc.anything(), sequence: fc.anything(), owner: fc.anything() }).map((v) => {
        try {
          return JSON.stringify(v) ?? '';
        } catch {
          return '';
        }
      }),
    );
    fc.assert(
      fc.property(wild, (text) => {
        const slot = readSlot(text);
        assert.ok(slot === 'damaged' || slot === 'newer', JSON.stringify(slot));
      }),
    );
  });
});
