/** The relay node behind its shell: permissions in, the contact out. */
import { messageOnlyRelay } from '../relays/message-only.ts';
import { contactOutput } from '../relays/contact.ts';
import { modbusCoil } from '../relays/modbus-coil.ts';
import type { RelayOutput } from '../relays/relay.ts';
import type { ModbusBus } from '../links/bus/bus.ts';
import type { Host } from '../runtime/host.ts';
import type { BusSpec } from '../links/bus/bus.ts';
import { createComplaints } from './complaints.ts';
import { parsePermission, type Permission } from '../runtime/permission.ts';
import type { RelayReport, RelayRuntime, Shown } from '../runtime/relay-runtime.ts';
import type { Translate } from '../texts/translate.ts';
import { parseRelayConfig, type RelayConfig } from './relay-config.ts';
import type { StatusLine } from './status.ts';
import type { Done, Message, NodeConfig, NodeStatus, RedNode } from './types.ts';

export interface RelayView {
  input(message: Message, done: Done): void;
  close(removed: boolean): void;
}

export interface RelayViewOptions {
  readonly node: RedNode;
  readonly config: NodeConfig;
  readonly bus: BusSpec | null;
  readonly host: Host;
  readonly translate: Translate;
  readonly status: StatusLine;
}

export function connectRelay(options: RelayViewOptions): RelayView {
  const { node, host, translate } = options;
  const config = parseRelayConfig(options.config, options.bus, translate);
  if (typeof config === 'string') return refuse(options, 'settings', config);
  const open = outputOf(config, host, translate);
  if (typeof open === 'string') return refuse(options, 'bus', open);
  const owner = config.bus === null ? null : `${config.bus.path} unit ${config.unit} relay ${config.channel}`;
  const relay = host.claimRelay({
    id: node.id,
    role: config.role,
    packs: config.packs,
    owner,
    hash: JSON.stringify(config),
    openOutput: open,
  });
  if (relay === null) {
    return refuse(options, 'owned', translate('bms-relay-out.problem.owned', { output: owner }));
  }
  return connect(relay, options);
}

/** The way to open the output, or the sentence that says why it cannot be. */
function outputOf(config: RelayConfig, host: Host, translate: Translate): (() => RelayOutput) | string {
  if (config.bus === null) return messageOnlyRelay;
  const claim = host.buses.modbus(config.bus);
  if (!claim.ok) return translate(`bms-bus.problem.${claim.problem.problem}`, { value: claim.problem.value });
  // The handle that was tried is given back; the relay takes its own, and keeps it across redeploys.
  claim.bus.release();
  const bus = config.bus;
  return () => {
    const again = host.buses.modbus(bus);
    return again.ok ? coil(again.bus, config, host) : messageOnlyRelay();
  };
}

function coil(bus: ModbusBus, config: RelayConfig, host: Host): RelayOutput {
  const driver = modbusCoil({
    bus,
    unit: config.unit,
    coil: config.channel - 1,
    timed: config.board === 'modbus-timed',
    // Held is connected for a permission and quiet for the pre-alarm.
    heldCoil: (config.wiring === 'NO') === (config.role !== 'pre-alarm'),
  });
  return contactOutput(driver, host.clock);
}

function connect(relay: RelayRuntime, { node, host, translate, status }: RelayViewOptions): RelayView {
  let troubled = false;
  const complaints = createComplaints(host.clock);
  const show = (report: RelayReport): void => {
    const { fill, shape, text } = relayStatus(report, relay.role === 'pre-alarm', translate);
    status.show(fill, shape, text);
    // Once per trouble: how a silent board is silent changes every second.
    if (report.problem !== null && !troubled) node.warn(report.problem);
    troubled = report.problem !== null;
  };
  const stop = relay.onReport((report) => {
    show(report);
    const { value, commanded, actual, verified, reason, switches } = report;
    node.send({ topic: node.name ?? '', payload: value, relay: { commanded, actual, verified, reason, switches } });
  });
  show(relay.report());

  return {
    input(message, done) {
      const permission = permissionFor(message, relay.role);
      if (permission === null) {
        // A bare false opens; a bare true, or anything else, closes nothing.
        if (message['payload'] === false) {
          relay.tellFalse();
          return done();
        }
        return done(new Error(translate('bms-relay-out.error.no-permission')));
      }
      const shown = relay.show(permission);
      if (!REFUSED.includes(shown)) {
        show(relay.report());
        return done();
      }
      status.show('red', 'ring', translate(`bms-relay-out.status.${shown}`));
      // Such a message comes again every second, and good ones may come between.
      const { pack, role, instance } = permission;
      if (!complaints.isNew(JSON.stringify([shown, pack, role, instance]))) return done();
      done(new Error(translate(`bms-relay-out.error.${shown}`, { pack, role })));
    },
    close(removed) {
      stop();
      host.releaseRelay(node.id, removed);
    },
  };
}

type ShownStatus = Required<Pick<NodeStatus, 'fill' | 'shape' | 'text'>>;

const REFUSED: readonly Shown[] = ['foreign', 'other-pack', 'other-role'];

/** The permission in a message: its own, or the one for this role in a state message. */
function permissionFor(message: Message, role: string): Permission | null {
  const own = parsePermission(message['permission']);
  if (own !== null) return own;
  const decision = message['decision'] as { permissions?: Record<string, unknown> } | null | undefined;
  return parsePermission(decision?.permissions?.[role]);
}

function relayStatus(report: RelayReport, alarm: boolean, translate: Translate): ShownStatus {
  const say = (key: string): string => translate(`bms-relay-out.status.${key}`);
  if (report.problem !== null) return { fill: 'red', shape: report.commanded ? 'dot' : 'ring', text: say('problem') };
  if (alarm) {
    return report.commanded
      ? { fill: 'green', shape: 'ring', text: say('quiet') }
      : { fill: 'yellow', shape: 'dot', text: say('sounding') };
  }
  if (!report.commanded) return { fill: 'grey', shape: 'ring', text: say(report.reason) };
  if (report.actual === null) return { fill: 'green', shape: 'dot', text: say('commanded') };
  return report.verified
    ? { fill: 'green', shape: 'dot', text: say('verified') }
    : { fill: 'yellow', shape: 'dot', text: say('not-verified') };
}

/** The relay is refused: it stays open and says why. */
function refuse({ node, host, translate, status }: RelayViewOptions, key: string, problem: string): RelayView {
  status.show('red', 'ring', translate(`bms-relay-out.status.${key}`));
  node.error(problem);
  host.releaseRelay(node.id, true);
  // Said once, above: permissions go on coming every second.
  return { input: (_message, done) => done(), close: () => undefined };
}
