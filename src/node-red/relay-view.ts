/** The relay node behind its shell: permissions in, the contact out. */
import type { BusSpec } from '../links/bus/bus.ts';
import type { Board } from '../relays/boards.ts';
import type { ClaimedRelay, Host, RelayRefusal } from '../runtime/host.ts';
import { parsePermission, type Permission } from '../runtime/permission.ts';
import type { RelayReport, RelayRuntime, Shown } from '../runtime/relay-runtime.ts';
import type { Translate } from '../texts/translate.ts';
import { createComplaints } from './complaints.ts';
import { parseRelayConfig, type RelayConfig } from './relay-config.ts';
import { relayStatus } from './relay-status.ts';
import type { StatusLine } from './status.ts';
import type { Done, Message, NodeConfig, RedNode } from './types.ts';

export interface RelayView {
  /** Ids of the packs that must all allow; none while the settings are refused. */
  readonly packs: readonly string[];
  input(message: Message, done: Done): void;
  close(removed: boolean): void;
}

export interface RelayViewOptions {
  readonly node: RedNode;
  readonly config: NodeConfig;
  readonly bus: BusSpec | null;
  readonly host: Host;
  readonly userDir: string;
  readonly translate: Translate;
  readonly status: StatusLine;
}

export function connectRelay(options: RelayViewOptions): RelayView {
  const { node, host, translate, userDir } = options;
  const password = node.credentials?.['password'];
  const parts = { bus: options.bus, password: typeof password === 'string' ? password : '' };
  const config = parseRelayConfig(options.config, parts, translate);
  if (typeof config === 'string') return refuse(options, 'settings', config);
  // A new record of a test is no other relay: the contact does not move for it.
  const hash = JSON.stringify({ ...config, proven: null });
  const claimed = host.claimRelay({ ...config, id: node.id, hash, userDir });
  if ('why' in claimed) return refuse(options, claimed.why, refusalText(claimed, translate));
  return connect(claimed, config, options);
}

function refusalText(refusal: RelayRefusal, translate: Translate): string {
  if (refusal.why === 'owned') return translate('bms-relay-out.problem.owned', { output: refusal.output });
  return translate(`bms-bus.problem.${refusal.problem.problem}`, { value: refusal.problem.value });
}

function connect(claimed: ClaimedRelay, config: RelayConfig, options: RelayViewOptions): RelayView {
  const { node, host, translate, status } = options;
  const { relay, leaseBy } = claimed;
  let troubled = false;
  const complaints = createComplaints(host.clock);
  const show = (report: RelayReport): void => {
    const { fill, shape, text } = relayStatus(report, relay.role === 'pre-alarm', translate);
    status.show(fill, shape, text);
    // Once per trouble: how a silent board is silent changes every second.
    if (report.problem !== null && !troubled) node.warn(report.problem);
    troubled = report.problem !== null;
  };
  let isSent = false;
  const send = (report: RelayReport): void => {
    isSent = true;
    node.send(contactMessage(node, config, report, leaseBy));
  };
  const stop = relay.onReport((report) => {
    show(report);
    send(report);
  });
  show(relay.report());

  const refusePermission = (shown: Shown, { pack, role, instance }: Permission, done: Done): void => {
    status.show('red', 'ring', translate(`bms-relay-out.status.${shown}`));
    // Such a message comes again every second, and good ones may come between.
    if (!complaints.isNew(JSON.stringify([shown, pack, role, instance]))) return done();
    done(new Error(translate(`bms-relay-out.error.${shown}`, { pack, role })));
  };

  return {
    packs: config.packs,
    input(message, done) {
      const permission = permissionFor(message, relay.role);
      if (permission === null) {
        if (takePlain(message, claimed, config.board)) return done();
        return done(new Error(translate('bms-relay-out.error.no-permission')));
      }
      isSent = false;
      const shown = relay.show(permission);
      if (REFUSED.includes(shown)) return refusePermission(shown, permission, done);
      const report = relay.report();
      show(report);
      // Whoever receives the messages has to open when none comes, so each renewal is one.
      if (leaseBy === 'receiver' && shown === 'renewed' && !isSent && report.commanded) send(report);
      done();
    },
    close(removed) {
      stop();
      if (config.onDeploy === 'open' && !removed) relay.openForDeploy();
      host.releaseRelay(node.id, removed);
    },
  };
}

/**
 * A message without a permission: the word of a plain sender, the read-back of a board that is read by messages, or a bare
 * `false`, which opens. A bare `true`, or anything else, closes nothing.
 */
function takePlain(message: Message, { relay, told }: ClaimedRelay, board: Board): boolean {
  const { payload, topic } = message;
  if (typeof payload === 'boolean') {
    if (typeof topic === 'string' && relay.tellPlain(topic, payload)) return true;
    if (payload) return false;
    relay.tellFalse();
    return true;
  }
  // Victron's relay nodes say 0 and 1; booleans are for permissions.
  if (board !== 'gx-node' || told === null || (payload !== 0 && payload !== 1)) return false;
  told((payload === 1) === (relay.role !== 'pre-alarm'));
  return true;
}

function contactMessage(
  node: RedNode,
  { board }: RelayConfig,
  report: RelayReport,
  lease: ClaimedRelay['leaseBy'],
): Message {
  const { value, commanded, actual, verified, reason, switches, fault } = report;
  // What is sent to a board that only knows messages is the command, not what was read back of it.
  const told = lease === 'receiver' ? commandedValue(report) : value;
  return {
    topic: node.name ?? '',
    payload: board === 'gx-node' ? Number(told) : told,
    relay: { commanded, actual, verified, reason, switches, fault, lease },
  };
}

/** The role's value as commanded: where nothing is read back, or what is read back is our own message's effect. */
function commandedValue({ value, actual, commanded }: RelayReport): boolean {
  return actual === null || actual === commanded ? value : !value;
}

const REFUSED: readonly Shown[] = ['foreign', 'forged', 'other-pack', 'other-role'];

/** The permission in a message: its own, or the one for this role in a state message. */
function permissionFor(message: Message, role: RelayRuntime['role']): Permission | null {
  const own = parsePermission(message['permission']);
  if (own !== null) return own;
  const decision = message['decision'] as { permissions?: Record<string, unknown> } | null | undefined;
  return parsePermission(decision?.permissions?.[role]);
}

/** The relay is refused: it stays open and says why. */
function refuse({ node, host, translate, status }: RelayViewOptions, key: string, problem: string): RelayView {
  status.show('red', 'ring', translate(`bms-relay-out.status.${key}`));
  node.error(problem);
  host.releaseRelay(node.id, true);
  // Said once, above: permissions go on coming every second.
  return { packs: [], input: (_message, done) => done(), close: () => undefined };
}
