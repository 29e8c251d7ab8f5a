/** What the dialogs ask about lines and devices: which ports there are, what answers, and one reading before a deploy. */
import type { Clock } from '../engine/clock.ts';
import { type BusSetting, parseBus } from '../links/bus/address.ts';
import type { BusSpec } from '../links/bus/bus.ts';
import type { BusRegistry } from '../links/bus/registry.ts';
import { scanBle } from '../links/bus/ble-scan.ts';
import { listPorts } from '../links/bus/ports.ts';
import { PLACES, propertyOf } from '../links/places.ts';
import { findProtocol } from '../links/protocols.ts';
import { findDevices } from '../runtime/find-devices.ts';
import { KEPT } from '../runtime/pin-text.ts';
import { readingLines, type Tried, tryLink } from '../runtime/try-link.ts';
import type { Translate } from '../texts/translate.ts';
import { adminEndpoint, Refusal } from './admin.ts';
import { linkSetup } from './link-setup.ts';
import type { Red } from './types.ts';

export interface LinkAdminOptions {
  readonly clock: Clock;
  readonly buses: BusRegistry;
  readonly translate: Translate;
  /** The keys and PINs of a deployed pack. */
  readonly credentials: (id: string) => Readonly<Record<string, unknown>>;
  /** Searches for Bluetooth devices. */
  readonly scan?: typeof scanBle;
}

/** Registers the endpoints. */
export function linkAdmin(red: Red, { clock, buses, translate, credentials, scan = scanBle }: LinkAdminOptions): void {
  /** One at a time: a line that is asked by two hears nonsense, and nobody needs many. */
  let busy = false;
  const alone = async <T>(work: () => Promise<T>): Promise<T> => {
    if (busy) throw new Refusal(429, translate('bms-config.try.busy'));
    busy = true;
    try {
      return await work();
    } finally {
      busy = false;
    }
  };

  const busOf = (body: unknown): BusSpec => {
    const parsed = parseBus(busSetting(recordIn(body, 'bus')));
    if (parsed.ok) return parsed.spec;
    const { problem, value } = parsed.problem;
    throw new Refusal(400, translate(`bms-bus.problem.${problem}`, { value }));
  };
  const failure = (tried: Exclude<Tried, { ok: true }>): string =>
    'bus' in tried ? translate(`bms-bus.problem.${tried.bus.problem}`, { value: tried.bus.value }) : tried.problem;

  /** What is near a Bluetooth adapter: which of them is the battery, only its owner knows. */
  const nearOn = async (adapter: string): Promise<object> => {
    const scanned = await scan(adapter, clock);
    return scanned.ok ? { near: scanned.devices } : { near: [], problem: scanned.text };
  };

  adminEndpoint(red, translate, {
    method: 'get',
    path: '/cellwarden/ports',
    permission: 'flows.read',
    handle: async () => ({ ports: await listPorts() }),
  });

  adminEndpoint(red, translate, {
    method: 'post',
    path: '/cellwarden/find',
    permission: 'flows.write',
    handle: (body) =>
      alone(async () => {
        const spec = busOf(body);
        if (spec.kind === 'ble') return { found: [], problem: null, ...(await nearOn(spec.adapter)) };
        const { found, problem } = await findDevices({ spec, clock, buses });
        return {
          found: found.map(({ protocol, seen }) => ({
            link: protocol.info.id,
            title: protocol.info.title,
            lines: readingLines(seen),
          })),
          problem: problem === null ? null : failure(problem),
        };
      }),
  });

  adminEndpoint(red, translate, {
    method: 'post',
    path: '/cellwarden/try',
    permission: 'flows.write',
    handle: (body) =>
      alone(async () => {
        const config = recordIn(body, 'config');
        const place = PLACES.find((one) => one === config['place']) ?? 'link';
        const kind = textOf(config[place]);
        const cells = Number(config['cells']);
        const setup = linkSetup({
          config: { id: textOf(config['id']), type: 'bms-config', ...config },
          credentials: secretsOf(config, credentials),
          place,
          kind,
          busGiven: true,
          bus: busOf(body),
          cells: Number.isInteger(cells) && cells > 0 && cells < 256 ? cells : 16,
          translate,
        });
        if (!setup.ok) return { lines: [], problem: setup.problems.join(' ') };
        const protocol = findProtocol(kind);
        const { bus, options } = setup.link;
        if (protocol === null || bus === null) return { lines: [], problem: translate('bms-config.try.by-message') };
        const tried = await tryLink({ protocol, spec: bus, options, clock, buses });
        return tried.ok ? { lines: readingLines(tried.seen), problem: null } : { lines: [], problem: failure(tried) };
      }),
  });
}

/** Typed just now, or as it is kept. */
function secretsOf(
  config: Readonly<Record<string, unknown>>,
  kept: LinkAdminOptions['credentials'],
): Record<string, unknown> {
  const known = kept(textOf(config['id']));
  const names = PLACES.map((place) => propertyOf(place, 'secret'));
  return Object.fromEntries(names.map((name) => [name, config[name] === KEPT ? known[name] : config[name]]));
}

/** A bus as its node has it: `address` is what a bus setting calls its path. */
function busSetting(given: Readonly<Record<string, unknown>>): BusSetting {
  const { kind, address, baudRate, dataBits, parity, stopBits } = given;
  return { kind, path: address, baudRate, dataBits, parity, stopBits };
}

function recordIn(body: unknown, name: string): Readonly<Record<string, unknown>> {
  const value: unknown =
    typeof body === 'object' && body !== null && Object.hasOwn(body, name) ? Reflect.get(body, name) : null;
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
