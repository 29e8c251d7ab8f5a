/** Opens the links a pack asks for, by the names its settings use. */
import type { Clock } from '../engine/clock.ts';
import type { PackSettings } from '../engine/pack/settings.ts';
import type { BusSpec } from '../links/bus/bus.ts';
import type { BusRegistry } from '../links/bus/registry.ts';
import type { FedLink, Link, LinkListener, LinkState } from '../links/link.ts';
import { openFed, openProtocol } from '../links/open-protocol.ts';
import { DEFAULT_OPTIONS, type LinkOptions } from '../links/options.ts';
import { findProtocol } from '../links/protocols.ts';
import type { Translate } from '../texts/translate.ts';

/** The link of a pack whose readings come as messages. */
export const BY_MESSAGE = 'message';
/** What reads the bytes of messages where the pack names no protocol that listens. */
const FED_BY_DEFAULT = '123smartbms';

/** One device of a pack. */
export interface WantedLink {
  /** A protocol's id, or `message`. */
  readonly kind: string;
  readonly bus: BusSpec | null;
  readonly options: LinkOptions;
}

export interface OpenLinkOptions {
  readonly settings: PackSettings;
  readonly listener: LinkListener;
  readonly clock: Clock;
  readonly buses: BusRegistry;
  readonly translate: Translate;
}

/** @returns `null` when the pack's readings come as messages */
export function openLinkOf({ kind, bus, options }: WantedLink, how: OpenLinkOptions): Link | null {
  if (kind === BY_MESSAGE) return null;
  const { listener, clock, buses, translate } = how;
  const protocol = findProtocol(kind);
  if (protocol === null)
    return refused(translate('bms-config.link.unknown', { value: kind, choices: BY_MESSAGE }), listener);
  if (bus === null) return refused(translate('bms-config.bus.missing'), listener);
  const opened = openProtocol({ protocol, spec: bus, options: withFormula(options, how), clock, buses, listener });
  if (opened.ok) return opened.link;
  const { problem, value } = opened.problem;
  return refused(translate(`bms-bus.problem.${problem}`, { value }), listener);
}

/** A device that measures nothing and only says what is allowed. */
export function permitsAlone(kind: string): boolean {
  const reads = findProtocol(kind)?.info.reads;
  return reads?.length === 1 && reads[0] === 'flags';
}

/** A link that lives on the bytes of messages: the pack's own protocol where it listens, else a 123\\SmartBMS. */
export function openFedLink({ kind, options }: WantedLink, how: OpenLinkOptions): FedLink {
  const { clock, listener } = how;
  const own = findProtocol(kind);
  const with_ = { options: withFormula(options, how), clock, listener };
  const fed = own === null ? null : openFed(own, with_);
  const usual = findProtocol(FED_BY_DEFAULT);
  const link =
    fed ?? (usual === null ? null : openFed(usual, { ...with_, options: withFormula(DEFAULT_OPTIONS, how) }));
  if (link === null) throw new Error(`no protocol reads the bytes of messages`);
  return link;
}

function withFormula(options: LinkOptions, { settings }: OpenLinkOptions): LinkOptions {
  const temperatureFormula = settings.values.temperatureFormula === 'document' ? 'document' : 'driver';
  return { ...options, temperatureFormula };
}

/** A link that cannot start: it says why, and that is all it does. */
function refused(problem: string, listener: LinkListener): Link {
  const state: LinkState = { ok: false, problem, counters: { frames: 0, discardedBytes: 0, refusedFrames: 0 } };
  queueMicrotask(() => listener.changed(state));
  return { state: () => state, close: () => undefined };
}
