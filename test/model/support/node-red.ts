/**
 * Everything of ours that lives in Node-RED's process, put together from the real parts: a pack, its protection, four
 * relays, and the guardian's client. It ends with its process, without a word.
 */
import assert from 'node:assert/strict';
import { createGuardianClient, type GuardianEvents, type GuardianProcess } from '../../../src/guardian/client.ts';
import { createBusRegistry } from '../../../src/links/bus/registry.ts';
import type { LinkListener } from '../../../src/links/link.ts';
import { createKeep } from '../../../src/runtime/keep.ts';
import { openRelayOutput } from '../../../src/runtime/open-relay.ts';
import { PackRuntime, type Verdict } from '../../../src/runtime/pack-runtime.ts';
import type { Permission } from '../../../src/runtime/permission.ts';
import { RelayRuntime } from '../../../src/runtime/relay-runtime.ts';
import type { StampedReading } from '../../../src/runtime/stamp.ts';
import { openStore, type Store } from '../../../src/runtime/store.ts';
import type { Disk } from '../../../src/runtime/disk.ts';
import { settingsOf } from '../../support/pack.ts';
import type { BoardLine } from './board-line.ts';
import { CELLS, FIXED, type ModelRole, type Numbers } from './model.ts';
import type { Process } from './world.ts';

/** Where a relay hangs: on a board with a timer, or on one that stays as it was commanded. */
export const BOARDS = ['modbus-timed', 'modbus-plain'] as const;
export type BoardKind = (typeof BOARDS)[number];
export const ROLES: readonly ModelRole[] = ['charge', 'load'];

export interface NodeRedOptions {
  readonly process: Process;
  /** Tells this start of Node-RED from the others. */
  readonly start: number;
  readonly disk: Disk;
  readonly lines: Readonly<Record<BoardKind, BoardLine>>;
  readonly spawn: (events: GuardianEvents) => GuardianProcess;
  readonly onReading: (reading: StampedReading) => void;
  readonly onVerdict: (verdict: Verdict) => void;
}

export interface NodeRed {
  readonly process: Process;
  /** The flow runs: messages go from node to node. */
  flowIsUp(): boolean;
  /** The relays run, with or without their nodes: what is not claimed again for too long is ended. */
  keepsRelays(): boolean;
  /** The device's frame, made into what it says. */
  link(): LinkListener;
  judge(reading: StampedReading): void;
  show(board: BoardKind, role: ModelRole, permission: Permission): void;
  /** All nodes are closed, and what runs is kept for a while. */
  closeFlow(): void;
  /** All nodes are built. Returns true when the pack began anew. */
  buildFlow(numbers: Numbers): boolean;
  instance(): string;
}

const PACK = 'house';

export function startNodeRed(options: NodeRedOptions): NodeRed {
  const { process, lines, start } = options;
  const client = createGuardianClient(process, options.spawn);
  const open = (spec: { readonly path: string }) =>
    (lines['modbus-timed'].spec.path === spec.path ? lines['modbus-timed'] : lines['modbus-plain']).open(process);
  const buses = createBusRegistry(process, { open, away: (spec, use) => client.openLine(spec, use) });
  const packs = createKeep<PackRuntime>(process, (pack) => pack.end());
  const relays = createKeep<RelayRuntime>(process, (relay) => relay.end());
  let store: Store | null = null;
  let link: LinkListener | null = null;
  let instances = 0;
  let isUp = false;
  let stopReadings: (() => void) | null = null;

  const pack = (): PackRuntime | null => packs.get(PACK) ?? null;
  const followed = {
    name: () => pack()?.name ?? null,
    instance: () => pack()?.instance ?? null,
    real: (shown: Permission) => pack()?.real(shown) ?? null,
  };

  function makePack(numbers: Numbers): PackRuntime {
    store ??= openStore('/kept', () => undefined, { owner: PACK, disk: options.disk });
    return new PackRuntime({
      id: PACK,
      name: PACK,
      settings: settingsOf('lifepo4', { cells: CELLS, capacity: 100, ...FIXED, ...numbers }),
      firstClose: true,
      clock: process,
      instance: `${start}-${++instances}`,
      store,
      openLink: (listener) => {
        link = listener;
        return null;
      },
      openFeed: () => assert.fail('no bytes are fed here'),
    });
  }

  function makeRelay(board: BoardKind, role: ModelRole): RelayRuntime {
    const channel = ROLES.indexOf(role) + 1;
    const output = { board, bus: lines[board].spec, unit: 1, channel, heldOn: true };
    const onExit = board === 'modbus-plain' && role === 'charge' ? 'open' : 'hold';
    const opened = openRelayOutput({ role, board, output, onExit }, { clock: process, buses, guardian: client });
    assert.ok(opened.ok);
    return new RelayRuntime({ clock: process, role, packs: [followed], output: opened.output });
  }

  return {
    process,
    flowIsUp: () => isUp,
    keepsRelays: () => BOARDS.every((board) => ROLES.every((role) => relays.get(`${board} ${role}`) !== undefined)),
    link: () => link!,
    judge: (reading) => void pack()?.judge(reading),
    show: (board, role, permission) => void relays.get(`${board} ${role}`)?.show(permission),
    closeFlow() {
      isUp = false;
      stopReadings?.();
      stopReadings = null;
      pack()?.releaseJudge('judge');
      pack()?.rest();
      packs.release(PACK, false);
      for (const board of BOARDS) for (const role of ROLES) relays.release(`${board} ${role}`, false);
    },
    buildFlow(numbers) {
      const before = pack();
      const claimed = packs.claim(PACK, JSON.stringify(numbers), () => makePack(numbers));
      for (const board of BOARDS) {
        for (const role of ROLES) relays.claim(`${board} ${role}`, '', () => makeRelay(board, role));
      }
      stopReadings = claimed.onReading(options.onReading);
      assert.ok(claimed.claimJudge('judge', options.onVerdict));
      isUp = true;
      return claimed !== before;
    },
    instance: () => pack()?.instance ?? '',
  };
}
