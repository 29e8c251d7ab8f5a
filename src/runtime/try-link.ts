/** One look at a device before anything is deployed: one reading, or the sentence that says why there is none. */
import type { Clock } from '../engine/clock.ts';
import type { Observation } from '../engine/reading/observation.ts';
import type { BusProblem } from '../links/bus/address.ts';
import type { BusSpec } from '../links/bus/bus.ts';
import type { BusRegistry } from '../links/bus/registry.ts';
import { openProtocol } from '../links/open-protocol.ts';
import type { LinkOptions } from '../links/options.ts';
import type { Protocol } from '../links/protocol.ts';

/** Seconds for the line to open, and for a device that answers, or talks by itself. */
const TO_OPEN = 5;
const TO_ANSWER = 6;
/** Seconds more in which a device that tells one cell after the other may complete its table. */
const TO_COMPLETE = 3;

export interface TryOptions {
  readonly protocol: Protocol;
  readonly spec: BusSpec;
  readonly options: LinkOptions;
  readonly clock: Clock;
  readonly buses: BusRegistry;
  /** Seconds to wait for an answer, default 6; and before that for the line to open, default 5. */
  readonly patience?: number;
  readonly toOpen?: number;
  /** Ends with the first observation, however little it holds. */
  readonly quick?: boolean;
}

export type Tried =
  | { readonly ok: true; readonly seen: Observation }
  | { readonly ok: false; readonly problem: string }
  | { readonly ok: false; readonly bus: BusProblem };

/** Opens the link, listens, and gives it back. Never rejects. */
export function tryLink(how: TryOptions): Promise<Tried> {
  const { protocol, spec, options, clock, buses, patience = TO_ANSWER, toOpen = TO_OPEN, quick = false } = how;
  return new Promise((resolve) => {
    let seen: Observation | null = null;
    let problem: string | null = null;
    let done = false;
    let cancel = (): void => undefined;
    const finish = (tried: Tried): void => {
      if (done) return;
      done = true;
      cancel();
      // Not from within its own callback.
      queueMicrotask(() => opened.ok && opened.link.close());
      resolve(tried);
    };
    const give = (): void => finish(seen === null ? { ok: false, problem: lastWord() } : { ok: true, seen });
    const opened = openProtocol({
      protocol,
      spec,
      options,
      clock,
      buses,
      listener: {
        observed(observation) {
          const first = seen === null;
          seen = seen === null ? observation : joined(seen, observation);
          if (quick || isWhole(seen)) return give();
          if (!first) return;
          cancel();
          cancel = clock.after(TO_COMPLETE, give);
        },
        changed(state) {
          if (!state.ok) problem = state.problem;
        },
      },
    });
    const lastWord = (): string => (opened.ok ? opened.link.state().problem : null) ?? problem ?? 'nothing came';
    if (!opened.ok) return finish({ ok: false, bus: opened.problem });
    cancel = clock.after(toOpen + patience, give);
  });
}

/** Every cell the device counts has been told. */
function isWhole({ cellCount, cells = [] }: Observation): boolean {
  return cells.length >= (cellCount ?? Infinity);
}

/** The newer observation, with the cells that only the older one has. */
function joined(older: Observation, newer: Observation): Observation {
  const cells = new Map([...(older.cells ?? []), ...(newer.cells ?? [])].map((cell) => [cell.cell, cell]));
  return { ...older, ...newer, cells: [...cells.values()].sort((a, b) => a.cell - b.cell) };
}

/** What an observation says, in a few lines for people. */
export function readingLines(seen: Observation): string[] {
  const lines: string[] = [];
  const told = (value: number | null | undefined, unit: string, digits: number): string =>
    typeof value === 'number' ? `${value.toFixed(digits)} ${unit}` : '';
  const first = [told(seen.voltage, 'V', 2), told(seen.current, 'A', 2), told(seen.soc, '% SOC', 0)];
  lines.push(first.filter((part) => part !== '').join(', '));
  const cells = seen.cells ?? [];
  if (seen.cellCount !== undefined) lines.push(`${seen.cellCount} cells`);
  if (cells.length > 0) {
    lines.push(cells.map(({ cell, voltage }) => `${cell}: ${told(voltage, 'V', 3) || 'unknown'}`).join('  '));
  } else if (typeof seen.cellMin?.value === 'number' && typeof seen.cellMax?.value === 'number') {
    lines.push(`cells from ${told(seen.cellMin.value, 'V', 3)} to ${told(seen.cellMax.value, 'V', 3)}`);
  }
  const temperatures = [...(seen.temperatures ?? []), ...cells.map(({ temperature }) => temperature)].filter(
    (value) => typeof value === 'number',
  );
  if (temperatures.length > 0) lines.push(temperatures.map((value) => told(value, '°C', 1)).join('  '));
  const flags = Object.entries(seen.hardware ?? {}).filter(([name, flag]) => tells(name, flag));
  if (flags.length > 0) lines.push(flags.map(([name, flag]) => `${name}: ${String(flag)}`).join(', '));
  return lines.filter((line) => line !== '');
}

/** Flags that are told whatever they say; of the others only what is so, and a fault's code. */
const ALWAYS = ['chargeAllowed', 'loadAllowed', 'chargeSwitchClosed', 'loadSwitchClosed'];

function tells(name: string, flag: unknown): boolean {
  if (ALWAYS.includes(name)) return typeof flag === 'boolean';
  return name === 'fault' ? flag !== '' && typeof flag === 'string' : flag === true;
}
