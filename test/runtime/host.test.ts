/** What the nodes of one Node-RED share: packs and relays across redeploys, names, and who owns which output. */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Given } from '../../src/engine/pack/validate.ts';
import type { BusSpec } from '../../src/links/bus/bus.ts';
import { createBusRegistry } from '../../src/links/bus/registry.ts';
import type { PackRuntime } from '../../src/runtime/pack-runtime.ts';
import type { RelayRuntime } from '../../src/runtime/relay-runtime.ts';
import { createFakeTransport } from '../links/bus/support/fakes.ts';
import { Host, type PackRequest, type RelayRequest } from '../../src/runtime/host.ts';
import type { Permission } from '../../src/runtime/permission.ts';
import type { StampedReading } from '../../src/runtime/stamp.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { settingsOf } from '../support/pack.ts';
import { healthy, HEALTHY } from './support/packs.ts';
import { DEFAULT_OPTIONS } from '../../src/links/options.ts';
import type { WantedLink } from '../../src/runtime/open-link.ts';

describe('what all nodes share', () => {
  let userDir = '';
  beforeEach(() => {
    userDir = mkdtempSync(join(tmpdir(), 'cellwarden-host-'));
  });
  afterEach(() => rmSync(userDir, { recursive: true, force: true }));

  const byMessage: WantedLink = { kind: 'message', bus: null, options: DEFAULT_OPTIONS };

  function hostOf() {
    const clock = new ManualClock();
    const buses = createBusRegistry(clock, { open: () => createFakeTransport(clock) });
    const host = new Host(clock, { buses });
    const pack = (over: Partial<PackRequest> & { given?: Given } = {}): PackRequest => {
      const { given, ...rest } = over;
      const name = rest.name ?? 'house';
      const settings = settingsOf('lifepo4', given);
      const quiet = { report: () => undefined, translate: (key: string) => key };
      return { id: 'p1', name, settings, firstClose: true, link: byMessage, userDir, ...quiet, ...rest };
    };
    const relay = (over: Partial<RelayRequest> = {}): RelayRequest => ({
      id: 'r1',
      role: 'charge',
      packs: ['p1'],
      senders: [],
      minimumOff: 0,
      proven: false,
      board: 'message',
      output: null,
      onExit: 'hold',
      hash: 'h',
      userDir,
      ...over,
    });
    /** The relay on a channel of a board. */
    const onBoard = (channel: number, over: Partial<RelayRequest> = {}): RelayRequest => {
      const bus: BusSpec = { kind: 'tcp', path: 'tcp://board:1', host: 'board', port: 1 };
      const board = 'modbus-timed';
      return relay({ board, output: { board, bus, unit: 1, channel, heldOn: true }, hash: `on ${channel}`, ...over });
    };
    const claim = (request: RelayRequest): RelayRuntime => {
      const claimed = host.claimRelay(request);
      return 'why' in claimed ? assert.fail(claimed.why) : claimed.relay;
    };
    const refused = (request: RelayRequest): unknown => {
      const claimed = host.claimRelay(request);
      return 'why' in claimed ? claimed : null;
    };
    const run = (given: PackRequest): PackRuntime => {
      const runtime = host.claimPack(given);
      // Permissions are made up here.
      runtime.real = (shown) => shown;
      return runtime;
    };
    return { clock, host, pack, relay, onBoard, claim, refused, run };
  }

  describe('packs', () => {
    it('a redeploy with the same settings gets the running pack back', () => {
      const { clock, host, pack } = hostOf();
      const first = host.claimPack(pack());
      host.releasePack('p1', false);
      clock.advance(15);
      assert.equal(host.claimPack(pack()), first);
      clock.advance(600);
      assert.equal(host.pack('p1'), first);
    });

    it('other settings, another name, another first close or another link make another instance', () => {
      const { host, pack } = hostOf();
      const changes: (Partial<PackRequest> & { given?: Given })[] = [
        {},
        { given: { cellOvervoltage: 3.6 } },
        { name: 'boat' },
        { firstClose: false },
        { link: { ...byMessage, kind: '123smartbms' } },
        { further: { second: { ...byMessage, kind: 'vedirect' } } },
      ];
      const instances = changes.map((change) => {
        const { instance } = host.claimPack(pack(change));
        host.releasePack('p1', false);
        return instance;
      });
      assert.equal(new Set(instances).size, changes.length);
    });

    it('two hosts, as after a restart, never give the same instance', () => {
      const a = hostOf();
      const b = hostOf();
      assert.notEqual(a.host.claimPack(a.pack()).instance, b.host.claimPack(b.pack()).instance);
    });

    it('other settings take over what the pack knew a moment ago, written to the disk or not', () => {
      const { clock, host, pack } = hostOf();
      const first = host.claimPack(pack());
      first.claimJudge('j', () => undefined);
      for (let i = 0; i < 5; i++) {
        clock.advance(1);
        first.judgeObservation({ ...healthy([3.3, 3.8, 3.3, 3.3]), soc: 42 });
      }
      host.releasePack('p1', false);
      const second = host.claimPack(pack({ given: { cellOvervoltage: 3.64 } }));
      assert.ok(Math.abs(second.engine.soc - 0.42) < 0.01);
      second.claimJudge('j', () => undefined);
      for (let i = 0; i < 30; i++) {
        clock.advance(1);
        second.judgeObservation(healthy([3.5, 3.5, 3.5, 3.5]));
      }
      assert.equal(second.engine.protection.allowed('charge'), false, 'the trip of before is not forgotten');
    });

    it('what is on the disk belongs to the id: a rename keeps it, a copy starts empty', async () => {
      const { clock, host, pack } = hostOf();
      const first = host.claimPack(pack());
      clock.advance(1);
      first.observe('message', { ...HEALTHY, soc: 42 });
      host.releasePack('p1', true);
      await first.settled();
      const later = hostOf();
      const renamed = later.host.claimPack(later.pack({ name: 'cabin' }));
      assert.ok(Math.abs(renamed.engine.soc - 0.42) < 0.01);
      const copy = later.host.claimPack(later.pack({ id: 'p2', name: 'copy' }));
      assert.ok(Number.isNaN(copy.engine.soc));
    });

    it('an id from a subflow is a folder name and nothing else', async () => {
      const { host, pack } = hostOf();
      const ids = ['../../etc/passwd', 'a/b', '..', 'sub-flow:1', 'c3117a4d'];
      const packs = ids.map((id, i) => host.claimPack(pack({ id, name: `n${i}` })));
      for (const pack of packs) pack.syncSoc(50);
      for (const id of ids) host.releasePack(id, true);
      await Promise.all(packs.map((p) => p.settled()));
      assert.deepEqual(readdirSync(userDir), ['cellwarden']);
      const folders = readdirSync(join(userDir, 'cellwarden'), { withFileTypes: true });
      assert.equal(folders.length, ids.length, 'each its own');
      assert.ok(folders.every((entry) => entry.isDirectory() && /^[A-Za-z0-9_-]+$/.test(entry.name)));
    });

    it('a name is taken while its pack runs, by nobody but that pack, and free when it is gone', () => {
      const { host, pack } = hostOf();
      host.claimPack(pack());
      assert.equal(host.nameTaken('p1', 'house'), false);
      assert.equal(host.nameTaken('p2', 'house'), true);
      host.releasePack('p1', true);
      assert.equal(host.nameTaken('p2', 'house'), false);
    });

    it('a pack on a serial port that does not exist says so and allows nothing', () => {
      const { clock, host, pack } = hostOf();
      const running = host.claimPack(pack({ link: { ...byMessage, kind: '123smartbms' } }));
      const readings: StampedReading[] = [];
      running.onReading((reading) => readings.push(reading));
      return Promise.resolve().then(() => {
        clock.advance(1);
        assert.equal(readings.at(-1)!.sources['link']?.error, 'bms-config.bus.missing');
        host.releasePack('p1', true);
      });
    });
  });

  it('the state of a deleted pack goes after 30 days, that of a disabled one or one inside a subflow stays', async () => {
    const { clock, host, pack } = hostOf();
    const states = (): string[] => readdirSync(join(userDir, 'cellwarden')).sort();
    for (const id of ['p1', 'p2', 'p3']) host.claimPack(pack({ id, name: id })).setRemote(false);
    await new Promise<void>((resolve) => host.releasePack('p1', false, resolve));
    host.claimPack(pack({ id: 'p1', name: 'p1' }));
    for (const id of ['p2', 'p3']) await new Promise<void>((resolve) => host.releasePack(id, true, resolve));
    assert.deepEqual(states(), ['p1', 'p2', 'p3']);
    const start = clock.wall() / 1000;
    for (const id of states()) {
      const folder = join(userDir, 'cellwarden', id);
      for (const file of readdirSync(folder)) utimesSync(join(folder, file), start, start);
    }
    // `p3` is disabled: it stands in the flow file and does not run. `p1` runs and does not stand there.
    host.keepTidy(userDir, () => ['p3']);
    host.keepTidy(userDir, () => []);
    clock.advance(60);
    for (let day = 0; day < 29; day++) clock.advance(86_400);
    assert.deepEqual(states(), ['p1', 'p2', 'p3']);
    clock.advance(2 * 86_400);
    assert.deepEqual(states(), ['p1', 'p3']);
  });

  describe('relays', () => {
    const permission = (instance: string, until: number, sequence = 1): Permission => ({
      pack: 'house',
      role: 'charge',
      allowed: true,
      instance,
      sequence,
      validUntil: until,
    });

    it('a redeploy lives on what is left of the lease, and no longer', () => {
      const { clock, host, pack, relay, claim, run } = hostOf();
      const { instance } = run(pack());
      const first = claim(relay());
      first.show(permission(instance, clock.now() + 5));
      host.releaseRelay('r1', false);
      host.releasePack('p1', false);
      clock.advance(0.003);
      host.claimPack(pack());
      const again = claim(relay());
      assert.equal(again, first);
      assert.equal(again.report().commanded, true);
      clock.advance(5);
      assert.equal(again.report().commanded, false);
    });

    it('a neighbour that hangs for 15 s: the lease ends while the flow is being taken down', () => {
      const { clock, host, pack, relay, claim, run } = hostOf();
      const { instance } = run(pack());
      const first = claim(relay());
      first.show(permission(instance, clock.now() + 5));
      host.releaseRelay('r1', false);
      clock.advance(5.01);
      assert.equal(first.report().commanded, false, 'although the node is closed');
      clock.advance(10);
      assert.equal(claim(relay()), first);
      assert.equal(first.report().switches, 2);
    });

    it('removed, or changed, it opens at once', () => {
      const { clock, host, pack, relay, claim, run } = hostOf();
      const { instance } = run(pack());
      for (const gone of [() => host.releaseRelay('r1', true), () => claim(relay({ hash: 'other' }))]) {
        const running = claim(relay());
        running.show(permission(instance, clock.now() + 5));
        assert.equal(running.report().commanded, true);
        gone();
        assert.equal(running.report().commanded, false);
        host.releaseRelay('r1', true);
      }
    });

    it('one output, one owner: the first stays, whoever asks and however often', () => {
      const { host, pack, onBoard, claim, refused } = hostOf();
      host.claimPack(pack());
      const first = claim(onBoard(1));
      const owned = { why: 'owned', output: 'tcp://board:1 unit 1 relay 1' };
      for (let i = 0; i < 3; i++) assert.deepEqual(refused(onBoard(1, { id: 'r2' })), owned);
      assert.equal(claim(onBoard(1)), first);
      host.releaseRelay('r2', true);
      assert.deepEqual(refused(onBoard(1, { id: 'r2' })), owned, 'the loser gives nothing away');
      assert.ok(claim(onBoard(2, { id: 'r2' })));
    });

    it('one contact has one owner, timed or plain', () => {
      const { host, pack, onBoard, claim, refused } = hostOf();
      host.claimPack(pack());
      const timed = onBoard(1);
      claim(timed);
      const output = { ...timed.output, board: 'modbus-plain' } as RelayRequest['output'];
      assert.ok(refused(onBoard(1, { id: 'r2', board: 'modbus-plain', output })));
    });

    it('two relays that change places in one deploy find their outputs free', () => {
      const { host, pack, onBoard, claim } = hostOf();
      host.claimPack(pack());
      claim(onBoard(1));
      claim(onBoard(2, { id: 'r2' }));
      host.releaseRelay('r1', false);
      host.releaseRelay('r2', false);
      assert.ok(claim(onBoard(2)));
      assert.ok(claim(onBoard(1, { id: 'r2' })));
    });

    it('one that asks for another output leaves its old one to the others', () => {
      const { host, pack, onBoard, claim } = hostOf();
      host.claimPack(pack());
      claim(onBoard(1));
      claim(onBoard(2));
      assert.ok(claim(onBoard(1, { id: 'r2' })));
    });

    it('how often a contact has moved survives the process', async () => {
      const one = hostOf();
      const { instance } = one.run(one.pack());
      const running = one.claim(one.relay());
      running.show(permission(instance, one.clock.now() + 5));
      one.clock.advance(600);
      assert.equal(running.report().switches, 2);
      one.clock.advance(600);
      await one.host.settled();
      const other = hostOf();
      other.run(other.pack());
      assert.equal(other.claim(other.relay()).report().switches, 2);
    });

    it('follows the pack of that id: new settings make the old permissions foreign, a deleted pack all of them', () => {
      const { clock, host, pack, relay, claim, run } = hostOf();
      const { instance } = run(pack());
      const running = claim(relay());
      assert.equal(running.show(permission(instance, clock.now() + 5)), 'renewed');
      const next = run(pack({ given: { cellOvervoltage: 3.6 } }));
      assert.equal(running.show(permission(instance, clock.now() + 5, 9)), 'foreign');
      assert.equal(running.show(permission(next.instance, clock.now() + 5)), 'renewed');
      host.releasePack('p1', true);
      assert.equal(running.show(permission(next.instance, clock.now() + 9, 9)), 'other-pack');
      clock.advance(5);
      assert.equal(running.report().commanded, false);
    });
  });
});
