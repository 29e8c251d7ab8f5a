/** Where the host opens stores, and that the flows stop only once a pack's state is written. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createBusRegistry } from '../../src/links/bus/registry.ts';
import { Host, type PackRequest } from '../../src/runtime/host.ts';
import type { StoreReport } from '../../src/runtime/store-report.ts';
import { adoptStore, listStores, packFolder, storesRoot } from '../../src/runtime/store-folders.ts';
import { openStore } from '../../src/runtime/store.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { settingsOf } from '../support/pack.ts';
import { DEFAULT_OPTIONS } from '../../src/links/options.ts';

describe('the stores of a Node-RED', () => {
  let userDir = '';
  beforeEach(() => {
    userDir = mkdtempSync(join(tmpdir(), 'cellwarden-host-store-'));
  });
  afterEach(() => rmSync(userDir, { recursive: true, force: true }));

  function hostOf() {
    const clock = new ManualClock();
    const host = new Host(clock, { buses: createBusRegistry(clock) });
    const told: StoreReport[] = [];
    const request = (id: string, over: Partial<PackRequest> = {}): PackRequest => ({
      id,
      name: `pack ${id}`,
      settings: settingsOf('lifepo4'),
      firstClose: true,
      link: { kind: 'message', bus: null, options: DEFAULT_OPTIONS },
      userDir,
      report: (report) => void told.push(report),
      translate: (key) => key,
      ...over,
    });
    return { clock, host, told, request };
  }
  const socOf = (id: string): number => {
    const state = openStore(packFolder(storesRoot(userDir), id), () => undefined).read();
    return (state as { memory: { soc: number } }).memory.soc;
  };

  for (const forGood of [false, true]) {
    it(`flows that stop (${forGood ? 'a deleted pack' : 'a deploy'}) wait until the state is on the disk`, async () => {
      const { host, request } = hostOf();
      host.claimPack(request('p1')).engine.seedSoc(0.42);
      await new Promise<void>((resolve) => host.releasePack('p1', forGood, resolve));
      assert.equal(socOf('p1'), 0.42);
      assert.deepEqual(
        listStores(storesRoot(userDir)).map(({ id, name }) => [id, name]),
        [['p1', 'pack p1']],
      );
    });
  }

  it('they do not wait for a pack that is not there, and a second at most for a disk', async () => {
    const { host, request, clock } = hostOf();
    let written = 0;
    host.releasePack('nobody', false, () => written++);
    assert.equal(written, 1);
    host.claimPack(request('p1')).engine.seedSoc(0.42);
    host.releasePack('p1', false, () => written++);
    assert.equal(written, 1, 'the disk has not answered yet');
    clock.advance(1);
    assert.equal(written, 2);
    await host.pack('p1')?.settled();
    assert.equal(written, 2, 'and once only');
  });

  it('a slot of another pack in the folder is told to the owner of this one', async () => {
    const { host, request, told } = hostOf();
    const root = storesRoot(userDir);
    const theirs = openStore(packFolder(root, 'p1'), () => undefined, { owner: 'p2' });
    theirs.write({});
    await theirs.settled();
    assert.ok(Number.isNaN(host.claimPack(request('p1')).engine.soc));
    assert.deepEqual(
      told.map(({ kind, slot }) => [kind, slot]),
      [['foreign', 'b.json']],
    );
  });

  it('a pack that was empty takes over a state without a restart of Node-RED', async () => {
    const { host, request } = hostOf();
    host.claimPack(request('old')).engine.seedSoc(0.42);
    await new Promise<void>((resolve) => host.releasePack('old', true, resolve));
    const fresh = host.claimPack(request('new'));
    assert.ok(Number.isNaN(fresh.engine.soc));
    // Nothing has been judged, so a deploy leaves nothing behind that would be its own.
    await new Promise<void>((resolve) => host.releasePack('new', false, resolve));
    assert.equal(adoptStore(storesRoot(userDir), 'old', 'new'), true);
    const adopted = host.claimPack(request('new', { settings: settingsOf('lifepo4', { capacity: 200 }) }));
    assert.equal(adopted.engine.soc, 0.42);
    await adopted.settled();
  });

  it('a disk that refuses is told to the owner of the pack', async () => {
    const { host, request, told } = hostOf();
    writeFileSync(join(userDir, 'cellwarden'), 'a file where the folder belongs');
    const pack = host.claimPack(request('p1'));
    pack.syncSoc(50);
    await pack.settled();
    assert.deepEqual(
      told.map(({ kind }) => kind),
      ['in-the-way'],
    );
  });
});
