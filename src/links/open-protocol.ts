/** Opens the link of a protocol on a bus: the line it needs, the one who asks, and the sentences for what goes wrong. */
import type { Clock } from '../engine/clock.ts';
import { createAsk } from './asker.ts';
import type { BusProblem } from './bus/address.ts';
import type { BusSpec, ByteBus, LineSettings } from './bus/bus.ts';
import { claimByteLine } from './bus/byte-lines.ts';
import type { BusRegistry } from './bus/registry.ts';
import { lineWords } from './line-words.ts';
import type { FedLink, Link, LinkListener, LinkState } from './link.ts';
import { createListeningLink } from './listening-link.ts';
import type { LinkOptions } from './options.ts';
import { createPoller } from './poller.ts';
import type { Opens, Protocol, ProtocolInfo } from './protocol.ts';

export interface OpenProtocolOptions {
  readonly protocol: Protocol;
  readonly spec: BusSpec;
  readonly options: LinkOptions;
  readonly clock: Clock;
  readonly buses: BusRegistry;
  readonly listener: LinkListener;
}

export type OpenedLink =
  | { readonly ok: true; readonly link: Link }
  | { readonly ok: false; readonly problem: BusProblem };

/** Opens it; the link keeps the bus until it is closed. */
export function openProtocol(how: OpenProtocolOptions): OpenedLink {
  const { protocol, options, clock, buses, listener } = how;
  const { info, opens } = protocol;
  const spec = peerFor(lineFor(how.spec, info.line), info, options);
  const title = titleOf(info, options);
  const remedy = remedyOf(info, spec);
  if (opens.kind === 'listens') {
    const claim = buses.bytes(spec);
    if (!claim.ok) return claim;
    const line = claim.bus;
    const release = (): void => line.release();
    const listening = opens.listening(options);
    return { ok: true, link: createListeningLink({ listening, clock, listener, title, remedy, line, release }) };
  }
  if (opens.kind === 'own') {
    const claim = buses.bytes(spec);
    if (!claim.ok) return claim;
    return { ok: true, link: ownLink(claim.bus, how, opens) };
  }
  const { period, weak } = info;
  const common = { clock, listener, title, remedy, period, weak };
  if (opens.kind === 'modbus') {
    const claim = buses.modbus(spec);
    if (!claim.ok) return claim;
    const { bus } = claim;
    const line = {
      status: bus.status,
      onStatus: bus.onStatus,
      reopen: bus.reopen,
      // The queue of the line itself keeps a silent unit from starving the others.
      isShared: () => false,
    };
    const release = (): void => bus.release();
    return { ok: true, link: createPoller({ ...common, device: opens.device(bus, options, clock), line, release }) };
  }
  const claim = claimByteLine(spec, info.id, { clock, buses });
  if (!claim.ok) return claim;
  const held = claim.bus;
  const line = {
    status: held.status,
    onStatus: held.onStatus,
    reopen: held.reopen,
    isShared: () => held.sharers() > 1,
    heardAt: () => held.line.heardAt(),
  };
  const device = opens.device(createAsk(held.line), options);
  return { ok: true, link: createPoller({ ...common, device, line, release: () => held.release() }) };
}

/** A link of its own, with what is wrong with its line in the place of the silence that follows. */
function ownLink(
  line: ByteBus,
  { clock, listener, options }: OpenProtocolOptions,
  { open }: Extract<Opens, { kind: 'own' }>,
): Link {
  // A line that is down says better what is wrong than the silence that follows.
  const worse = (state: LinkState): LinkState => {
    const { state: is, problem } = line.status();
    return is === 'open' || is === 'connecting' ? state : { ...state, ok: false, problem };
  };
  const link = open({
    bytes: line,
    clock,
    options,
    listener: { observed: listener.observed, changed: (state) => listener.changed(worse(state)) },
  });
  const told = (): LinkState => worse(link.state());
  const stop = line.onStatus((status) => {
    // That it is open again says nothing yet: the first good frame does.
    if (status.problem !== null) listener.changed(told());
  });
  return {
    state: told,
    close() {
      stop();
      link.close();
      line.release();
    },
  };
}

/** A link that listens, fed by hand with the bytes of messages; `null` for a protocol that must ask. */
export function openFed(
  { info, opens }: Protocol,
  { options, clock, listener }: Pick<OpenProtocolOptions, 'options' | 'clock' | 'listener'>,
): FedLink | null {
  if (opens.kind === 'own') return opens.open({ clock, listener, options });
  if (opens.kind !== 'listens') return null;
  const remedy = { silent: 'nothing comes in messages', noise: 'the messages carry something else' };
  return createListeningLink({ listening: opens.listening(options), clock, listener, title: info.title, remedy });
}

/** "Automatic" line settings become what the protocol says. */
export function lineFor(spec: BusSpec, line: LineSettings | null): BusSpec {
  if (spec.kind !== 'serial' || line === null || spec.automatic === undefined) return spec;
  const fitted: Record<string, unknown> = { ...spec.line };
  for (const name of spec.automatic) fitted[name] = line[name];
  return { kind: 'serial', path: spec.path, line: fitted as unknown as LineSettings };
}

/** A Bluetooth adapter becomes the device behind it. */
function peerFor(spec: BusSpec, { ble }: ProtocolInfo, { device }: LinkOptions): BusSpec {
  if (spec.kind !== 'ble' || ble === undefined) return spec;
  const path = `ble://${spec.adapter}/${device.toLowerCase()}`;
  return { kind: 'ble', path, adapter: spec.adapter, peer: { device, streams: ble } };
}

function titleOf(info: ProtocolInfo, { address, device }: LinkOptions): string {
  if (device !== '') return `${info.title} "${device}"`;
  return info.addressed ? `${info.title} at address ${address}` : info.title;
}

function remedyOf(info: ProtocolInfo, spec: BusSpec): { silent: string; noise: string } {
  const address = info.addressed ? ', the address' : '';
  if (spec.kind === 'ble') {
    return {
      silent: 'check that it is in range and that no phone holds its connection',
      noise: 'check that the protocol is the right one',
    };
  }
  if (spec.kind !== 'serial') {
    return {
      silent: `check the cable behind the bridge, its line settings${lineText(info.line)}${address} and that the BMS is awake`,
      noise: `check the line settings of the bridge${lineText(info.line)} and that nobody else talks on the line`,
    };
  }
  return {
    silent: `check the cable (A and B may be swapped)${address} and that the BMS is awake`,
    noise: `check the line settings (now ${lineWords(spec.line)}${lineText(info.line)}) and that nobody else talks on the line`,
  };
}

const lineText = (line: LineSettings | null): string =>
  line === null ? '' : `, the device uses ${lineWords(line)} from the factory`;
