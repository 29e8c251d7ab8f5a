/** A disk that refuses: what is said about it, to the owner of the pack and among the events, and that all goes on. */
import assert from 'node:assert/strict';
import config from '../../nodes/bms-config/locales/en-US/bms-config.json' with { type: 'json' };
import protection from '../../nodes/protection/locales/en-US/protection.json' with { type: 'json' };
import type { StoreReport } from '../../src/runtime/store-report.ts';
import { openStore } from '../../src/runtime/store.ts';
import { eventText } from '../../src/texts/event-text.ts';
import { translateFrom } from '../../src/texts/translate.ts';
import { fakeDisk } from './support/disks.ts';
import { allowed, startPack, type Running } from './support/packs.ts';

const translate = translateFrom(config, protection);
const textOf = (report: StoreReport): string => translate(`bms-config.store.${report.kind}`, { ...report });

/** Lets everything run that waits for nothing but its turn. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Error code, the kind it is told as, and what the owner should do about it. */
const REFUSALS: [string, string, RegExp][] = [
  ['ENOSPC', 'full', /Delete what is not needed/],
  ['EDQUOT', 'full', /Delete what is not needed/],
  ['EROFS', 'read-only', /replace it; else mount it for writing/],
  ['EIO', 'dying', /Make a copy .* now, and replace it/],
  ['EACCES', 'denied', /Give this folder to the user that runs Node-RED/],
  ['EPERM', 'denied', /Give this folder to the user that runs Node-RED/],
  ['ENOTDIR', 'in-the-way', /Move it away/],
  ['EEXIST', 'in-the-way', /Move it away/],
  ['EISDIR', 'in-the-way', /Move it away/],
  ['EMFILE', 'refused', /Check the disk/],
];

describe('a disk that refuses', () => {
  for (const [code, kind, remedy] of REFUSALS) {
    it(`${code}: goes on in memory, says once what to do, tries again, and says once that it works`, async () => {
      const disk = fakeDisk();
      const told: StoreReport[] = [];
      const store = openStore('/state/p1', (report) => void told.push(report), { disk });
      disk.ill = code;
      for (let n = 0; n < 5; n++) {
        store.write({ n });
        await store.settled();
      }
      assert.deepEqual(
        told.map((report) => report.kind),
        [kind],
      );
      assert.equal(store.problem?.kind, kind);
      const text = textOf(told[0]!);
      assert.match(text, remedy);
      assert.match(text, /\/state\/p1/);
      assert.match(text, new RegExp(code));
      assert.match(text, /in memory/);
      assert.deepEqual(store.read(), { n: 4 });
      assert.equal(disk.asked.length, 5);

      disk.ill = null;
      for (let n = 5; n < 8; n++) {
        store.write({ n });
        await store.settled();
      }
      assert.deepEqual(
        told.map((report) => report.kind),
        [kind, 'works'],
      );
      assert.equal(store.problem, null);
      assert.deepEqual(openStore('/state/p1', () => undefined, { disk }).read(), { n: 7 });
    });
  }

  it('a disk that refuses in turns for two reasons says each once', async () => {
    const disk = fakeDisk();
    const told: string[] = [];
    const store = openStore('/state/p1', ({ kind }) => void told.push(kind), { disk });
    for (const code of ['ENOSPC', 'EIO', 'ENOSPC', 'EIO']) {
      disk.ill = code;
      store.write(code);
      await store.settled();
    }
    assert.deepEqual(told, ['full', 'dying']);
  });

  it('every kind of report is a sentence with nothing left to fill in', () => {
    for (const kind of Object.keys(config['bms-config'].store)) {
      const text = textOf({
        kind: kind as StoreReport['kind'],
        folder: '/f',
        slot: 'a.json',
        problem: 'EIO: i/o error',
      });
      assert.doesNotMatch(text, /__|bms-|undefined/);
      assert.match(text, /\.$/);
    }
  });
});

describe('a pack on a disk that refuses', () => {
  const started = async (disk = fakeDisk()): Promise<Running & { disk: ReturnType<typeof fakeDisk> }> => {
    const running = startPack({ store: openStore('/state/n1', () => undefined, { disk, owner: 'n1' }) });
    running.run(5);
    await turn();
    return { ...running, disk };
  };
  const storeEvents = ({ verdicts }: Running): string[] =>
    verdicts.flatMap((v) => v.events.filter((e) => e.rule === 'store').map((e) => `${e.row}/${e.edge}/${e.code}`));

  it('protects as before, tells it as an event, and tries again within a minute', async () => {
    const running = await started();
    const { disk, pack, run } = running;
    disk.ill = 'ENOSPC';
    pack.setRemote(false);
    await turn();
    run(1);
    assert.deepEqual(allowed(running.last()), [false, false]);
    assert.deepEqual(storeEvents(running), ['store/raised/full']);
    run(30);
    disk.ill = null;
    for (let i = 0; i < 40; i++) {
      run(1);
      await turn();
    }
    assert.deepEqual(storeEvents(running), ['store/raised/full', 'store/cleared/null']);
    const stored = openStore('/state/n1', () => undefined, { disk }).read() as {
      memory: { protection: { remote: boolean } };
    };
    assert.equal(stored.memory.protection.remote, false, 'what was refused has been written');
  });

  it('a disk that is full for a day is tried once a minute and told once', async () => {
    const running = await started();
    const { disk, clock } = running;
    disk.ill = 'ENOSPC';
    running.pack.setRemote(false);
    disk.asked.length = 0;
    for (let minute = 0; minute < 24 * 60; minute++) {
      clock.advance(60);
      await turn();
    }
    assert.ok(disk.asked.length >= 1400 && disk.asked.length <= 1441, `${disk.asked.length} tries`);
    assert.deepEqual(storeEvents(running), ['store/raised/full']);
  });

  for (const [row, damage] of [
    ['store-damaged', (files: Map<string, string>) => files.set('/state/n1/a.json', '{"version":2')],
    ['store-lost', (files: Map<string, string>) => files.clear() ?? files.set('/state/n1/b.json', '')],
    ['store-newer', (files: Map<string, string>) => files.set('/state/n1/a.json', '{"version":3}')],
    ['store-foreign', () => undefined],
  ] as const) {
    it(`what was found on the disk (${row}) is told once, after the first verdict, with its remedy`, async () => {
      const before = await started();
      before.pack.setRemote(false);
      before.pack.end();
      await before.pack.settled();
      const { disk } = before;
      if (row === 'store-foreign') {
        const theirs = openStore('/state/n2', () => undefined, { disk, owner: 'n2' });
        theirs.write({});
        theirs.write({});
        await theirs.settled();
        disk.files.set('/state/n1/a.json', [...disk.files].find(([name]) => name.startsWith('/state/n2'))![1]);
      } else damage(disk.files);
      const running = await started(disk);
      running.run(100);
      const events = running.verdicts.flatMap((v) => v.events.filter((e) => e.rule === 'store'));
      assert.deepEqual(
        events.map((e) => [e.row, e.edge, e.count]),
        [[row, 'raised', 1]],
      );
      assert.ok(Object.keys(running.verdicts[0]!.permissions).length > 0, 'nothing is said before the first verdict');
      const { title, text } = eventText(events[0]!, 'house', translate);
      for (const words of [title, text]) assert.doesNotMatch(words, /__|bms-|undefined/);
      assert.match(text, /\..+\.$/, 'what happened, and what to do');
    });
  }

  it('that it cannot be written and that it works again are told in words', async () => {
    const running = await started();
    running.disk.ill = 'EIO';
    running.pack.setRemote(false);
    await turn();
    running.run(1);
    running.disk.ill = null;
    running.run(61);
    await turn();
    running.run(1);
    const events = running.verdicts.flatMap((v) => v.events.filter((e) => e.rule === 'store'));
    assert.equal(events.length, 2);
    for (const event of events) {
      const { title, text } = eventText(event, 'house', translate);
      for (const words of [title, text]) assert.doesNotMatch(words, /__|bms-|undefined/);
    }
    assert.equal(events[1]!.duration > 30, true);
  });
});
