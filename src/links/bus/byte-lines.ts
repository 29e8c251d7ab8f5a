/** The lines of plain bytes on which devices hang that answer: one talker a path, however many share it. */
import type { Clock } from '../../engine/clock.ts';
import type { BusBase, BusSpec, ByteBus } from './bus.ts';
import type { BusRegistry, Claim } from './registry.ts';
import { type ByteLine, createByteLine } from './byte-line.ts';

/** One relay's or one link's share of a line. */
export interface HeldByteLine {
  /** The same object for everyone who shares it. */
  readonly line: ByteLine;
  readonly status: BusBase['status'];
  readonly onStatus: BusBase['onStatus'];
  readonly reopen: BusBase['reopen'];
  /** How many shares there are of the line, this one included. */
  sharers(): number;
  /** Given back. The last one to do so ends the line, behind the openings that still wait. */
  release(): void;
}

interface Entry {
  protocol: string;
  readonly line: ByteLine;
  /** The line's own claim on the bus. */
  readonly bus: ByteBus;
  holders: number;
}

/** The lines belong to the buses they run on: whoever passes the same buses shares them, and they go with them. */
const linesOf = new WeakMap<BusRegistry, Map<string, Entry>>();

/**
 * A share of the line at `spec`. Refused where the bus is refused, and with `other-use` when a device of another
 * protocol hangs there.
 */
export function claimByteLine(
  spec: BusSpec,
  protocol: string,
  { clock, buses }: { readonly clock: Clock; readonly buses: BusRegistry },
): Claim<HeldByteLine> {
  const lines = linesOf.get(buses) ?? new Map<string, Entry>();
  linesOf.set(buses, lines);
  // Each share claims the bus for itself too: the registry compares the line settings.
  const claim = buses.bytes(spec);
  if (!claim.ok) return claim;
  const { bus } = claim;
  const entry = lines.get(spec.path) ?? open(spec, protocol, lines, { clock, buses });
  // Given back, with openings that still wait: whoever comes next may speak another language.
  if (entry !== null && entry.holders === 0) entry.protocol = protocol;
  if (entry === null || entry.protocol !== protocol) {
    bus.release();
    return { ok: false, problem: { field: 'path', value: spec.path, problem: 'other-use' } };
  }
  entry.holders += 1;
  let released = false;
  return {
    ok: true,
    bus: {
      line: entry.line,
      status: bus.status,
      onStatus: bus.onStatus,
      reopen: bus.reopen,
      sharers: () => entry.holders,
      release() {
        if (released) return;
        released = true;
        bus.release();
        entry.holders -= 1;
        if (entry.holders > 0) return;
        entry.line.finish(() => {
          if (entry.holders > 0) return; // claimed again meanwhile
          if (lines.get(spec.path) === entry) lines.delete(spec.path);
          entry.bus.release();
        });
      },
    },
  };
}

function open(
  spec: BusSpec,
  protocol: string,
  lines: Map<string, Entry>,
  { clock, buses }: { readonly clock: Clock; readonly buses: BusRegistry },
): Entry | null {
  const claim = buses.bytes(spec);
  if (!claim.ok) return null;
  const { bus } = claim;
  const line = createByteLine(bus, clock, { reopenWhenSilent: spec.kind === 'tcp' });
  const entry: Entry = { protocol, line, bus, holders: 0 };
  lines.set(spec.path, entry);
  bus.onStatus(({ state }) => {
    if (state === 'closed' && lines.get(spec.path) === entry) lines.delete(spec.path);
  });
  return entry;
}
