/**
 * What all nodes of this Node-RED share: one clock, one set of buses, the running packs and relays.
 * There is one instance of it, because all nodes load one library file.
 */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { Clock } from '../engine/clock.ts';
import type { PackSettings } from '../engine/pack/settings.ts';
import type { BusSpec } from '../links/bus/bus.ts';
import { createBusRegistry, type BusRegistry } from '../links/bus/registry.ts';
import type { RelayOutput } from '../relays/relay.ts';
import type { Role } from '../engine/vocabulary.ts';
import type { Translate } from '../texts/translate.ts';
import { systemClock } from './clock.ts';
import { createKeep, type Keep } from './keep.ts';
import { openFedLink, openLinkOf, type LinkKind } from './open-link.ts';
import { PackRuntime } from './pack-runtime.ts';
import { RelayRuntime } from './relay-runtime.ts';
import { settingsHash } from './saver.ts';
import { openStore, type Store } from './store.ts';

export interface PackRequest {
  /** The config node's runtime id: the key of everything the pack owns. */
  readonly id: string;
  readonly name: string;
  readonly settings: PackSettings;
  readonly firstClose: boolean;
  readonly link: LinkKind;
  readonly bus: BusSpec | null;
  /** Where state is kept: Node-RED's user directory. */
  readonly userDir: string;
  /** Told when the disk refuses, and when it works again. */
  readonly report: (problem: string | null) => void;
  readonly translate: Translate;
}

export interface RelayRequest {
  readonly id: string;
  readonly role: Role;
  /** Ids of the packs that must all allow. */
  readonly packs: readonly string[];
  /** Key of the physical output; `null` where it has none. */
  readonly owner: string | null;
  readonly hash: string;
  readonly openOutput: () => RelayOutput;
}

export class Host {
  readonly clock: Clock;
  readonly buses: BusRegistry;
  readonly #packs: Keep<PackRuntime>;
  readonly #relays: Keep<RelayRuntime>;
  /** Physical output → relay node that owns it. */
  readonly #owners = new Map<string, string>();
  readonly #names = new Map<string, string>();
  /** One store a folder: a pack whose settings changed takes over what the one before had not written yet. */
  readonly #stores = new Map<string, Store>();
  readonly #process = randomUUID().slice(0, 8);
  #instances = 0;

  constructor(clock: Clock = systemClock, buses: BusRegistry = createBusRegistry(clock)) {
    this.clock = clock;
    this.buses = buses;
    this.#packs = createKeep(clock, (pack) => pack.end());
    this.#relays = createKeep(clock, (relay) => relay.end());
  }

  /** True when another pack has this name already: names stand in topics and must be unique. */
  nameTaken(id: string, name: string): boolean {
    const owner = this.#names.get(name);
    return owner !== undefined && owner !== id;
  }

  /** The running pack, or a new one when its settings changed. */
  claimPack(request: PackRequest): PackRuntime {
    const { id, name, settings, firstClose, link, bus } = request;
    this.#names.set(name, id);
    const hash = JSON.stringify([name, settingsHash(settings), firstClose, link, bus]);
    return this.#packs.claim(id, hash, () => {
      const line = { bus, settings, clock: this.clock, buses: this.buses, translate: request.translate };
      const folder = join(request.userDir, 'cellwarden', id.replaceAll(/[^A-Za-z0-9_-]/g, '_'));
      return new PackRuntime({
        id,
        name,
        settings,
        firstClose,
        clock: this.clock,
        instance: `${this.#process}-${++this.#instances}`,
        store: this.#storeIn(folder, request.report),
        openLink: (listener) => openLinkOf(link, { ...line, listener }),
        openFeed: (listener) => openFedLink({ ...line, listener }),
      });
    });
  }

  #storeIn(folder: string, report: (problem: string | null) => void): Store {
    const known = this.#stores.get(folder);
    if (known !== undefined) return known;
    const store = openStore(folder, report);
    this.#stores.set(folder, store);
    return store;
  }

  /** @param forGood the config node was deleted or disabled, or its settings are refused */
  releasePack(id: string, forGood: boolean): void {
    for (const [name, owner] of this.#names) if (owner === id) this.#names.delete(name);
    this.#packs.release(id, forGood);
  }

  pack(id: string): PackRuntime | undefined {
    return this.#packs.get(id);
  }

  /** The running relay, or a new one; `null` when another node owns the same physical output. */
  claimRelay(request: RelayRequest): RelayRuntime | null {
    const { id, owner } = request;
    if (owner !== null) {
      const other = this.#owners.get(owner);
      if (other !== undefined && other !== id) return null;
      this.#disown(id);
      this.#owners.set(owner, id);
    }
    return this.#relays.claim(id, request.hash, () => {
      const packs = request.packs.map((packId) => ({
        name: () => this.pack(packId)?.name ?? null,
        instance: () => this.pack(packId)?.instance ?? null,
      }));
      return new RelayRuntime({ clock: this.clock, role: request.role, packs, output: request.openOutput() });
    });
  }

  releaseRelay(id: string, forGood: boolean): void {
    // The claim on the output goes with the node: after a redeploy another node may own it.
    this.#disown(id);
    this.#relays.release(id, forGood);
  }

  #disown(id: string): void {
    for (const [output, owner] of this.#owners) if (owner === id) this.#owners.delete(output);
  }
}

/** The one host of this process. */
export const host = new Host();
