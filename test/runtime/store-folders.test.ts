/** The folders of the stores: which there are, taking one over, and when one may go. */
import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import fc from 'fast-check';
import {
  adoptStore,
  listStores,
  packFolder,
  pruneStores,
  relaysFolder,
  storesRoot,
} from '../../src/runtime/store-folders.ts';
import { openStore } from '../../src/runtime/store.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { allowed, healthy, startPack, type Running } from './support/packs.ts';

const DAY = 86_400_000;
const WALL = Date.UTC(2026, 5, 1);

describe('the folders of the stores', () => {
  let root = '';
  beforeEach(() => {
    root = storesRoot(mkdtempSync(join(tmpdir(), 'cellwarden-folders-')));
  });
  afterEach(() => rmSync(dirname(root), { recursive: true, force: true }));

  const start = (id: string, wall = WALL): Running =>
    startPack({
      store: openStore(packFolder(root, id), () => undefined, { owner: id }),
      clock: new ManualClock(1000, wall),
      firstClose: false,
    });
  /** A pack that has lived, with 62.5 % and a short circuit that has latched. */
  const live = async (id: string, wall = WALL): Promise<void> => {
    const running = start(id, wall);
    running.run(3);
    running.pack.syncSoc(62.5);
    running.run(3, { ...healthy(), hardware: { shortCircuit: true } });
    running.pack.end();
    await running.pack.settled();
    for (const name of readdirSync(packFolder(root, id))) {
      utimesSync(join(packFolder(root, id), name), wall / 1000, wall / 1000);
    }
  };

  it('no id leads out of the root, to the root itself, or to the relays', () => {
    const ids = fc.oneof(fc.string(), fc.constantFrom('', '.', '..', '../..', '/etc', 'relays', 'a/../..', 'C:\\x'));
    fc.assert(
      fc.property(ids, (id) => {
        const folder = packFolder(root, id);
        assert.equal(dirname(folder), root);
        assert.notEqual(folder, relaysFolder(root));
        assert.match(basename(folder), /^[A-Za-z0-9_-]+$/);
      }),
    );
    assert.equal(packFolder(root, '1a2b.3c4d'), join(root, '1a2b_3c4d'));
  });

  it('lists the packs with a state, by id and name, the newest first', async () => {
    assert.deepEqual(listStores(root), []);
    await live('one', WALL);
    await live('t.w.o', WALL + DAY);
    mkdirSync(join(root, 'empty'));
    mkdirSync(join(root, 'torn'));
    writeFileSync(join(root, 'torn', 'a.json'), '{');
    writeFileSync(join(root, 'a.json'), 'no folder');
    const relays = openStore(relaysFolder(root), () => undefined);
    relays.write({ version: 1, counts: {} });
    await relays.settled();
    assert.deepEqual(
      listStores(root).map(({ id, name, at }) => [id, name, Math.round((at - WALL) / DAY)]),
      [
        ['t.w.o', 'house', 1],
        ['one', 'house', 0],
      ],
    );
  });

  it('a pack with nothing of its own takes over a copy: SOC and latches, without the permissions; the old one stays', async () => {
    await live('old');
    const before = readdirSync(packFolder(root, 'old')).map((n) =>
      readFileSync(join(packFolder(root, 'old'), n), 'utf8'),
    );
    assert.equal(adoptStore(root, 'old', 'new'), true);
    const running = start('new', WALL + 60_000);
    running.run(3, healthy([3.5, 3.5, 3.5, 3.5]));
    assert.ok(Math.abs(running.pack.engine.soc - 0.625) < 0.001);
    assert.deepEqual(running.last().decision.latched, ['short-circuit']);
    assert.deepEqual(
      allowed(running.last()),
      [false, false],
      'inside the band: permissions of another pack have lapsed',
    );
    assert.equal(running.pack.engine.protection.log.history('short-circuit').count, 1);
    assert.deepEqual(
      readdirSync(packFolder(root, 'old')).map((n) => readFileSync(join(packFolder(root, 'old'), n), 'utf8')),
      before,
    );
    assert.deepEqual(
      listStores(root)
        .map(({ id }) => id)
        .sort(),
      ['new', 'old'],
    );
  });

  it('nothing is taken over where there is something already, damaged or not, nor where there is nothing to take', async () => {
    await live('old');
    await live('own');
    assert.equal(adoptStore(root, 'old', 'own'), false);
    assert.equal(adoptStore(root, 'old', 'old'), false);
    assert.equal(adoptStore(root, 'nobody', 'new'), false);
    mkdirSync(packFolder(root, 'torn'));
    writeFileSync(join(packFolder(root, 'torn'), 'b.json'), '');
    assert.equal(adoptStore(root, 'old', 'torn'), false);
    assert.equal(adoptStore(root, 'torn', 'new'), false);
    writeFileSync(packFolder(root, 'in-the-way'), 'a file');
    assert.equal(adoptStore(root, 'old', 'in-the-way'), false);
    assert.equal(existsSync(packFolder(root, 'new')), false);
  });

  /** Looks once a day, from day `from` up to day `to`. */
  const look = (from: number, to: number, alive: string[] = []): string[] => {
    const removed: string[] = [];
    for (let day = from; day <= to; day++) removed.push(...pruneStores(root, alive, WALL + day * DAY));
    return removed;
  };

  it('the state of a deleted pack goes after 30 days, that of a living one never', async () => {
    await live('dead');
    await live('alive');
    assert.deepEqual(look(1, 30, ['alive']), []);
    assert.ok(existsSync(packFolder(root, 'dead')));
    assert.deepEqual(look(31, 31, ['alive']), ['dead']);
    assert.equal(existsSync(packFolder(root, 'dead')), false);
    assert.deepEqual(look(32, 400, ['alive']), []);
    assert.equal(listStores(root)[0]?.id, 'alive');
  });

  it('a pack that comes back in between starts the thirty days anew', async () => {
    await live('p');
    look(1, 25);
    look(26, 26, ['p']);
    assert.deepEqual(look(27, 56), []);
    assert.deepEqual(look(57, 57), ['p']);
  });

  it('a wall clock that jumps ahead removes nothing, however often it does', async () => {
    await live('p');
    assert.deepEqual(pruneStores(root, [], WALL), []);
    assert.deepEqual(pruneStores(root, [], WALL + 50 * 365 * DAY), []);
    for (let deploy = 0; deploy < 100; deploy++) pruneStores(root, [], WALL + 50 * 365 * DAY + deploy * 1000);
    assert.deepEqual(listStores(root).length, 1, 'a hundred deploys on that day are one day');
    assert.deepEqual(pruneStores(root, [], WALL + DAY), []);
  });

  it('a marker from the future starts anew once the clock is right', async () => {
    await live('p');
    pruneStores(root, [], WALL + 50 * 365 * DAY);
    assert.deepEqual(look(1, 30), []);
    assert.deepEqual(look(31, 31), ['p']);
  });

  it('a clock that stands at the same date after every start removes nothing', async () => {
    await live('p');
    for (let boot = 0; boot < 400; boot++) assert.deepEqual(pruneStores(root, [], WALL + DAY), []);
    assert.equal(listStores(root).length, 1);
  });

  it('a marker that is no marker is made anew', async () => {
    await live('p');
    look(1, 29);
    for (const text of ['', 'null', '{"first":0,"day":"x","days":99}', '[]']) {
      writeFileSync(join(packFolder(root, 'p'), 'unused.json'), text);
      assert.deepEqual(look(30, 58), [], text);
    }
  });

  it('what has been written lately stays, whatever the marker says', async () => {
    await live('p', WALL + 20 * DAY);
    assert.deepEqual(look(1, 49), []);
    assert.deepEqual(look(50, 50), ['p']);
  });

  it('only our own files are removed, and what is no store is not touched at all', async () => {
    await live('p');
    writeFileSync(join(packFolder(root, 'p'), 'notes.txt'), 'mine');
    mkdirSync(join(root, 'other'));
    writeFileSync(join(root, 'other', 'thing'), 'theirs');
    mkdirSync(relaysFolder(root));
    writeFileSync(join(relaysFolder(root), 'a.json'), '{}');
    utimesSync(join(relaysFolder(root), 'a.json'), WALL / 1000, WALL / 1000);
    assert.deepEqual(look(1, 100), ['p']);
    assert.deepEqual(readdirSync(packFolder(root, 'p')), ['notes.txt']);
    assert.deepEqual(readdirSync(join(root, 'other')), ['thing']);
    assert.deepEqual(readdirSync(relaysFolder(root)), ['a.json']);
  });

  it('a root that is not there, or a disk that refuses, is no error', async () => {
    assert.deepEqual(pruneStores(join(root, 'nowhere'), [], WALL), []);
    await live('p');
    mkdirSync(join(packFolder(root, 'p'), 'unused.json'));
    assert.deepEqual(look(1, 100), []);
    assert.equal(listStores(root).length, 1);
  });
});
