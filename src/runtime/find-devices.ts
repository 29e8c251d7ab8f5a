/** Asks a line what answers there: every protocol in turn, by its own line settings and its usual address. Reads only. */
import type { Clock } from '../engine/clock.ts';
import type { BusSpec } from '../links/bus/bus.ts';
import type { BusRegistry } from '../links/bus/registry.ts';
import { lineFor } from '../links/open-protocol.ts';
import { optionDefaults } from '../links/options.ts';
import type { Protocol } from '../links/protocol.ts';
import { PROTOCOLS } from '../links/protocols.ts';
import { type Tried, tryLink } from './try-link.ts';

/** Seconds for a device that answers, and for one that talks by itself. */
const TO_ANSWER = 1.6;
const TO_SPEAK = 2.5;
/** Seconds for the line to open: the first time, and when it has been open a moment ago. */
const TO_OPEN = 4;
const TO_REOPEN = 0.6;

export interface FoundDevice {
  readonly protocol: Protocol;
  readonly seen: Extract<Tried, { ok: true }>['seen'];
}

export interface FindOptions {
  readonly spec: BusSpec;
  readonly clock: Clock;
  readonly buses: BusRegistry;
  /** Told before each question, for whoever waits. */
  readonly progress?: (protocol: Protocol) => void;
  /** Ends with the first device that answers; default true. */
  readonly first?: boolean;
}

export interface FindResult {
  readonly found: readonly FoundDevice[];
  /** Why the line could not be asked, where that is why nothing was found. */
  readonly problem: Extract<Tried, { ok: false }> | null;
}

/** Never rejects. Takes up to half a minute on a line where nothing answers. */
export async function findDevices({ spec, clock, buses, progress, first = true }: FindOptions): Promise<FindResult> {
  const found: FoundDevice[] = [];
  let problem: FindResult['problem'] = null;
  let toOpen = TO_OPEN;
  for (const protocol of candidates(spec)) {
    progress?.(protocol);
    const { info, opens } = protocol;
    const talks = opens.kind === 'listens' || opens.kind === 'own';
    const tried = await tryLink({
      protocol,
      // Whatever the bus says: each device is asked as it comes from the factory.
      spec: lineFor(spec.kind === 'serial' ? { ...spec, automatic: ALL } : spec, info.line),
      options: optionDefaults(info.options),
      clock,
      buses,
      toOpen,
      patience: talks ? TO_SPEAK : TO_ANSWER,
      quick: true,
    });
    toOpen = TO_REOPEN;
    if (tried.ok) {
      found.push({ protocol, seen: tried.seen });
      if (first) break;
    } else if ('bus' in tried) problem = tried;
    else problem ??= tried;
  }
  return { found, problem: found.length > 0 ? null : problem };
}

const ALL = ['baudRate', 'dataBits', 'parity', 'stopBits'] as const;

/** Those that run on this kind of bus without a key, a name or a map; what talks by itself first, then line by line. */
function candidates(spec: BusSpec): Protocol[] {
  const order = ({ opens, info }: Protocol): number =>
    (opens.kind === 'own' || opens.kind === 'listens' ? 0 : 1_000_000) + (info.line?.baudRate ?? 0);
  return PROTOCOLS.filter(({ info }) => info.buses.includes(spec.kind) && !needsMore(info)).sort(
    (a, b) => order(a) - order(b),
  );
}

function needsMore({ options, group }: Protocol['info']): boolean {
  if (group === 'generic') return true;
  return options.some(
    (option) =>
      option.name === 'map' ||
      (option.name === 'device' && option.needed) ||
      (option.name === 'secret' && option.form === 'key'),
  );
}
