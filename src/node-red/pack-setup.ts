/** From a config node's properties to a running pack, or to the sentences that say why there is none. */
import { resolveSettings } from '../engine/pack/validate.ts';
import { numberOf } from '../engine/pack/settings.ts';
import { isSettingName } from '../engine/pack/schema.ts';
import type { BusSpec } from '../links/bus/bus.ts';
import type { Host } from '../runtime/host.ts';
import { findProtocolInfo } from '../links/catalogue.ts';
import { busPropertyOf, FURTHER, type Further, type Place } from '../links/places.ts';
import { BY_MESSAGE, permitsAlone, type WantedLink } from '../runtime/open-link.ts';
import type { PackRuntime } from '../runtime/pack-runtime.ts';
import type { StoreReport } from '../runtime/store-report.ts';
import { problemText, warningText } from '../texts/problem-text.ts';
import type { Translate } from '../texts/translate.ts';
import { linkSetup } from './link-setup.ts';
import type { NodeConfig } from './types.ts';

export interface PackSetup {
  readonly name: string;
  readonly pack: PackRuntime | null;
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
  /** The pack has just taken over the stored state of another one. */
  readonly adopted: boolean;
}

export interface PackSetupOptions {
  readonly id: string;
  readonly config: NodeConfig;
  readonly bus: BusSpec | null;
  /** The buses of further devices. */
  readonly furtherBuses?: Readonly<Partial<Record<Further, BusSpec | null>>>;
  /** Keys and PINs of the devices. */
  readonly credentials?: Readonly<Record<string, unknown>>;
  readonly userDir: string;
  readonly host: Host;
  readonly translate: Translate;
  readonly report: (report: StoreReport) => void;
  /** Copies the stored state of one id to another that has none; tells whether it did. */
  readonly adopt?: (from: string, to: string) => boolean;
}

export function packSetup(options: PackSetupOptions): PackSetup {
  const { id, config, bus, host, translate } = options;
  const name = textOf(config.name).trim();
  const problems: string[] = [];
  if (name === '') problems.push(translate('bms-config.problem.name-missing'));
  else if (host.nameTaken(id, name)) problems.push(translate('bms-config.problem.name-taken', { value: name }));

  const given = Object.fromEntries(Object.entries(config).filter(([key]) => isSettingName(key)));
  const resolved = resolveSettings(config['profile'] ?? 'lifepo4', given);
  if (!resolved.ok) problems.push(...resolved.problems.map((problem) => problemText(problem, translate)));

  // A flow written by hand may say nothing: without a bus the readings can only come as messages.
  const kind = textOf(config['link'] ?? (config['bus'] ? '123smartbms' : BY_MESSAGE));
  const cells = resolved.ok ? numberOf(resolved.settings, 'cells') : 1;
  const place = (at: Place, of: string, spec: BusSpec | null, busGiven: boolean): WantedLink | null => {
    const { credentials = {} } = options;
    const setup = linkSetup({ config, credentials, place: at, kind: of, busGiven, bus: spec, cells, translate });
    if (setup.ok) return setup.link;
    const lead = at === 'link' ? '' : translate(`bms-config.link.${at}`);
    problems.push(...setup.problems.map((problem) => lead + problem));
    return null;
  };
  const link = place('link', kind, bus, Boolean(config[busPropertyOf('link')]));
  const further: Partial<Record<Further, WantedLink>> = {};
  for (const at of FURTHER) {
    const wanted = textOf(config[at]);
    if (wanted === '') continue;
    const one = place(at, wanted, options.furtherBuses?.[at] ?? null, Boolean(config[busPropertyOf(at)]));
    if (one !== null) further[at] = one;
  }

  // It would be there for nothing.
  const unheeded = [link, ...Object.values(further)].find((one) => one !== null && permitsAlone(one.kind));
  if (unheeded && resolved.ok && resolved.settings.values.followDevice !== 'yes') {
    problems.push(translate('bms-config.link.unheeded', { title: findProtocolInfo(unheeded.kind)?.title ?? '' }));
  }

  if (problems.length > 0 || !resolved.ok || link === null) {
    // Wrong settings: nothing runs, so nothing is allowed.
    host.releasePack(id, true);
    return { name, pack: null, problems, warnings: [], adopted: false };
  }
  // Before the pack reads its state. One that runs has a state of its own, written down or not.
  const from = textOf(config['adopt']);
  const adopted = from !== '' && from !== id && host.pack(id) === undefined && options.adopt?.(from, id) === true;
  const pack = host.claimPack({
    id,
    name,
    settings: resolved.settings,
    firstClose: config['firstClose'] === true || config['firstClose'] === 'true',
    link,
    further,
    userDir: options.userDir,
    report: options.report,
    translate,
  });
  pack.release(textOf(config['release']));
  const warnings = resolved.warnings.map((warning) => warningText(warning, translate));
  return { name, pack, problems, warnings, adopted };
}

/** The text of a property; environment variables may arrive as numbers. */
function textOf(given: unknown): string {
  return typeof given === 'string' ? given : typeof given === 'number' ? String(given) : '';
}
