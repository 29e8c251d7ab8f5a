/** Opens the link a pack asks for. A new protocol is a new line here. */
import type { Clock } from '../engine/clock.ts';
import type { PackSettings } from '../engine/pack/settings.ts';
import { createSmartBms123Link } from '../links/123smartbms/link.ts';
import type { BusSpec } from '../links/bus/bus.ts';
import type { BusRegistry } from '../links/bus/registry.ts';
import type { Link, LinkListener, LinkState } from '../links/link.ts';
import type { Translate } from '../texts/translate.ts';
import type { FedLink } from './pack-runtime.ts';

export const LINK_KINDS = ['123smartbms', 'message'] as const;
export type LinkKind = (typeof LINK_KINDS)[number];

export interface OpenLinkOptions {
  readonly bus: BusSpec | null;
  readonly settings: PackSettings;
  readonly listener: LinkListener;
  readonly clock: Clock;
  readonly buses: BusRegistry;
  readonly translate: Translate;
}

/** @returns `null` when the pack's readings come as messages */
export function openLinkOf(kind: LinkKind, options: OpenLinkOptions): Link | null {
  if (kind === 'message') return null;
  const { bus, listener, clock, buses, translate } = options;
  if (bus === null) return refused(translate('bms-config.bus.missing'), listener);
  const opened = buses.bytes(bus);
  if (!opened.ok) {
    const { problem, value } = opened.problem;
    return refused(translate(`bms-bus.problem.${problem}`, { value }), listener);
  }
  const line = opened.bus;
  const link = createSmartBms123Link({ bytes: line, clock, formula: formulaOf(options), listener });
  // A line that is down says better what is wrong than the silence that follows.
  const told = (): LinkState => {
    const { problem } = line.status();
    const state = link.state();
    return problem === null || state.ok ? state : { ...state, problem };
  };
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

/** A 123\\SmartBMS link that lives on the bytes of messages. */
export function openFedLink(options: OpenLinkOptions): FedLink {
  return createSmartBms123Link({ clock: options.clock, formula: formulaOf(options), listener: options.listener });
}

function formulaOf({ settings }: OpenLinkOptions): 'document' | 'driver' {
  return settings.values.temperatureFormula === 'document' ? 'document' : 'driver';
}

/** A link that cannot start: it says why, and that is all it does. */
function refused(problem: string, listener: LinkListener): Link {
  const state: LinkState = { ok: false, problem, counters: { frames: 0, discardedBytes: 0, refusedFrames: 0 } };
  queueMicrotask(() => listener.changed(state));
  return { state: () => state, close: () => undefined };
}
