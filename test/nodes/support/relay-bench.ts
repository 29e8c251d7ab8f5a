/** Relay nodes without a Node-RED around them, beside two packs, on a clock moved by hand. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Role } from '../../../src/engine/vocabulary.ts';
import type { GuardianProcess } from '../../../src/guardian/client.ts';
import type { BusSpec } from '../../../src/links/bus/bus.ts';
import { createBusRegistry } from '../../../src/links/bus/registry.ts';
import type { Transport } from '../../../src/links/bus/transport.ts';
import { packSetup } from '../../../src/node-red/pack-setup.ts';
import { connectRelay, type RelayView } from '../../../src/node-red/relay-view.ts';
import { statusLine } from '../../../src/node-red/status.ts';
import type { Message } from '../../../src/node-red/types.ts';
import { Host } from '../../../src/runtime/host.ts';
import { PackRuntime } from '../../../src/runtime/pack-runtime.ts';
import { givenPermissions, type Permission } from '../../../src/runtime/permission.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { createDone, createFakeNode, english, type FakeNode } from './fake-node.ts';

export const BUS: BusSpec = { kind: 'tcp', path: 'tcp://board:1', host: 'board', port: 1 };

/** What stands under a node, with its colour. */
export const statusOf = (node: FakeNode): string => `${node.statuses.at(-1)?.fill} ${node.statuses.at(-1)?.text}`;

/** The contact's movements: what is only said again is none. */
const edgesOf = (messages: readonly Message[]): unknown[] =>
  messages.map((message) => message['payload']).filter((value, i, all) => value !== all[i - 1]);

/** A guardian that never says anything. */
const silentGuardian = (): GuardianProcess => ({
  pid: 1,
  send: () => undefined,
  kill: () => undefined,
  disconnect: () => undefined,
});

/** Two packs, `house` (p1) and `boat` (p2), and as many relay nodes as a test asks for. */
export function relayBench() {
  const userDir = mkdtempSync(join(tmpdir(), 'cellwarden-relay-'));
  const clock = new ManualClock();
  /** A line that is never there: what the nodes say about it is what counts here. */
  const down = (path: string): Transport => ({
    path,
    status: () => ({ state: 'lost', problem: 'the board is not there' }),
    onStatus: () => () => undefined,
    onBytes: () => () => undefined,
    write: () => false,
    reopen: () => undefined,
    close: () => undefined,
  });
  const buses = createBusRegistry(clock, { open: (spec) => down(spec.path) });
  const host = new Host(clock, { buses, spawn: silentGuardian });
  const given = givenPermissions();
  const makePack = (id: string, name: string, settings: object = {}): PackRuntime => {
    const config = { id, name, cells: 4, capacity: 100, link: 'message', ...settings };
    const setup = packSetup({ id, config, bus: null, userDir, host, translate: english, report: () => undefined });
    const runtime = setup.pack ?? assert.fail(setup.problems.join(' '));
    // Permissions are made up here: the pack vouches for those, beside the ones it gives itself.
    const { real } = PackRuntime.prototype;
    runtime.real = (shown) => given.real(shown) ?? real.call(runtime, shown);
    return runtime;
  };
  let sequence = 0;
  const give = (from: PackRuntime, role: Role = 'charge', over: Partial<Permission> = {}): Permission => {
    const permission: Permission = {
      pack: from.name,
      role,
      allowed: true,
      instance: from.instance,
      sequence: ++sequence,
      validUntil: clock.now() + 5,
      ...over,
    };
    given.note(permission);
    return permission;
  };
  const relay = (config: object = {}, bus: BusSpec | null = null, id = 'relay') => {
    const node = createFakeNode(id, 1);
    const view: RelayView = connectRelay({
      node,
      config: { id, role: 'charge', pack: 'p1', board: 'message', ...config },
      bus,
      host,
      userDir,
      translate: english,
      status: statusLine(node, clock),
    });
    const tell = (message: Message): string | undefined => {
      const done = createDone();
      view.input(message, done);
      assert.equal(done.calls.length, 1, 'done is called once');
      return done.calls[0]?.message;
    };
    return { node, view, tell, contacts: () => edgesOf(node.out[0]!) };
  };
  const packs = { house: makePack('p1', 'house'), boat: makePack('p2', 'boat') };
  rmSync(userDir, { recursive: true, force: true });
  return { clock, host, ...packs, makePack, give, relay };
}
