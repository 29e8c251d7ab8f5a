/**
 * What all nodes of this Node-RED share: one clock, one set of buses, the running packs and relays.
 * There is one instance of it, because all nodes load one library file.
 */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { Clock } from '../engine/clock.ts';
import type { PackSettings } from '../engine/pack/settings.ts';
import {
  createGuardianClient,
  type GuardianClient,
  type GuardianEvents,
  type GuardianProcess,
} from '../guardian/client.ts';
import { beforeEnd, isInContainer } from '../guardian/container.ts';
import { meetingPoint, spawnGuardian } from '../guardian/spawn.ts';
import type { BusProblem } from '../links/bus/address.ts';
import { createBusRegistry, type BusRegistry } from '../links/bus/registry.ts';
import { FURTHER, type Further } from '../links/places.ts';
import type { Translate } from '../texts/translate.ts';
import { systemClock } from './clock.ts';
import { createHealth, type Health } from './health.ts';
import { createKeep, type Keep } from './keep.ts';
import { openFedLink, openLinkOf, permitsAlone, type WantedLink } from './open-link.ts';
import { processMemory } from './memory.ts';
import { openRelayOutput, type OpenedRelay, type WantedOutput } from './open-relay.ts';
import { type FurtherLink, PackRuntime } from './pack-runtime.ts';
import { createRelayCounts, type RelayCounts } from './relay-counts.ts';
import { relayFeedbacks } from './relay-feedback.ts';
import { RelayRuntime, type PlainSender } from './relay-runtime.ts';
import type { Permission } from './permission.ts';
import { outputKey } from '../relays/output-spec.ts';
import { settingsHash } from './saver.ts';
import { packFolder, pruneStores, relaysFolder, storesRoot } from './store-folders.ts';
import type { StoreReport } from './store-report.ts';
import { openStore, type Store } from './store.ts';

export interface PackRequest {
  /** The config node's runtime id: the key of everything the pack owns. */
  readonly id: string;
  readonly name: string;
  readonly settings: PackSettings;
  readonly firstClose: boolean;
  readonly link: WantedLink;
  /** Further devices, such as a shunt or a charger. */
  readonly further?: Readonly<Partial<Record<Further, WantedLink>>>;
  /** Where state is kept: Node-RED's user directory. */
  readonly userDir: string;
  /** Told when the disk refuses, when it works again, and what is wrong with what stood on it. */
  readonly report: (report: StoreReport) => void;
  readonly translate: Translate;
}

export interface RelayRequest extends WantedOutput {
  readonly id: string;
  /** Ids of the packs that must all allow. */
  readonly packs: readonly string[];
  readonly senders: readonly PlainSender[];
  readonly minimumOff: number;
  /** The commissioning test has shown that the current ends when this relay opens. */
  readonly proven: boolean;
  readonly hash: string;
  readonly userDir: string;
}

/** A running relay. */
export interface ClaimedRelay {
  readonly relay: RelayRuntime;
  /** Who opens it when nobody renews it. */
  readonly leaseBy: OpenedRelay['leaseBy'];
  /** A message says where the contact is, for outputs that are read back so. */
  readonly told: OpenedRelay['told'];
}

/** Why a relay cannot be had. */
export type RelayRefusal =
  | { readonly why: 'owned'; readonly output: string }
  | { readonly why: 'bus'; readonly problem: BusProblem };

interface KeptRelay extends ClaimedRelay {
  /** A test was recorded, or its record has lapsed. */
  prove(proven: boolean): void;
  end(): void;
}

/** Starts a guardian process. */
export type SpawnGuardian = (userDir: string, events: GuardianEvents) => GuardianProcess;

/**
 * A relay that has heard nothing for so long after its start opens its contact (s): first readings take some seconds, and
 * loads are given as long as their longest usual lease.
 */
const UNHEARD = 10;
const UNHEARD_LOADS = 60;

/** Old states are looked for this long after the first pack has begun (s), when all flows are there, and once a day. */
const TIDY_AFTER = 60;
const TIDY_EVERY = 86_400;

export interface HostOptions {
  readonly buses?: BusRegistry;
  readonly spawn?: SpawnGuardian;
}

export class Host {
  readonly clock: Clock;
  readonly buses: BusRegistry;
  readonly #packs: Keep<PackRuntime>;
  readonly guardian: GuardianClient;
  readonly #relays: Keep<KeptRelay>;
  /** Physical output → relay node that owns it. */
  readonly #owners = new Map<string, string>();
  readonly #names = new Map<string, string>();
  /** One store a folder: a pack whose settings changed takes over what the one before had not written yet. */
  readonly #stores = new Map<string, Store>();
  readonly #feedbacks = relayFeedbacks((id) => this.pack(id));
  readonly #process = randomUUID().slice(0, 8);
  #instances = 0;
  #health: Health | null = null;
  #counts: RelayCounts | null = null;
  #isTidy = false;
  /** Node-RED's user directory: there is one a process. */
  #userDir = '.';

  constructor(clock: Clock = systemClock, { buses, spawn = spawnOurs }: HostOptions = {}) {
    this.clock = clock;
    this.guardian = createGuardianClient(clock, (events) => spawn(this.#userDir, events));
    this.buses = buses ?? createBusRegistry(clock, { away: (spec, use) => this.guardian.openLine(spec, use) });
    this.#packs = createKeep(clock, (pack) => pack.end());
    this.#relays = createKeep(clock, (relay) => relay.end());
  }

  /** The watch on what everything runs in; begins when it is asked for first. */
  get health(): Health {
    this.#health ??= withGuardian(createHealth({ clock: this.clock, memory: processMemory }), this.guardian);
    return this.#health;
  }

  /** True when another pack has this name already: names stand in topics and must be unique. */
  nameTaken(id: string, name: string): boolean {
    const owner = this.#names.get(name);
    return owner !== undefined && owner !== id;
  }

  /** The running pack, or a new one when its settings changed. */
  claimPack(request: PackRequest): PackRuntime {
    const { id, name, settings, firstClose, link, further = {} } = request;
    this.#names.set(name, id);
    const hash = JSON.stringify([name, settingsHash(settings), firstClose, link, further]);
    let isNew = false;
    const pack = this.#packs.claim(id, hash, () => {
      isNew = true;
      const how = { settings, clock: this.clock, buses: this.buses, translate: request.translate };
      return new PackRuntime({
        id,
        name,
        settings,
        firstClose,
        clock: this.clock,
        instance: `${this.#process}-${++this.#instances}`,
        store: this.#storeOf(request),
        openLink: (listener) => openLinkOf(link, { ...how, listener }),
        further: FURTHER.flatMap((place) => {
          const wanted = further[place];
          if (wanted === undefined) return [];
          const open: FurtherLink['open'] = (listener) => openLinkOf(wanted, { ...how, listener });
          return [{ name: place, permits: permitsAlone(wanted.kind), open }];
        }),
        openFeed: (listener) => openFedLink(link, { ...how, listener }),
      });
    });
    if (isNew) this.#feedbacks.tell(id);
    return pack;
  }

  /**
   * Keeps the folder of stored states tidy: the state of a pack that is in no flow any more goes after 30 days.
   * @param known ids of all packs that the flows know, disabled ones too; asked for each time
   */
  keepTidy(userDir: string, known: () => readonly string[]): void {
    if (this.#isTidy) return;
    this.#isTidy = true;
    const tidy = (): void => {
      // A pack inside a subflow runs under an id that no flow file knows.
      const alive = [...known(), ...this.#packs.keys()];
      pruneStores(storesRoot(userDir), alive, this.clock.wall());
    };
    this.clock.after(TIDY_AFTER, tidy);
    this.clock.every(TIDY_EVERY, tidy);
  }

  #storeOf({ id, userDir, report }: PackRequest): Store {
    const folder = packFolder(storesRoot(userDir), id);
    const known = this.#stores.get(folder);
    // An empty one is opened anew: the pack may have taken over the state of another one meanwhile.
    if (known !== undefined && known.read() !== null) return known;
    const store = openStore(folder, report, { owner: id });
    this.#stores.set(folder, store);
    return store;
  }

  /**
   * @param forGood the config node was deleted or disabled, or its settings are refused
   * @param written called once the pack's state is on the disk, or after a second when the disk takes longer
   */
  releasePack(id: string, forGood: boolean, written: () => void = () => undefined): void {
    for (const [name, owner] of this.#names) if (owner === id) this.#names.delete(name);
    const pack = this.pack(id);
    if (!forGood) pack?.rest();
    this.#packs.release(id, forGood);
    if (pack === undefined) written();
    else pack.whenWritten(written);
  }

  pack(id: string): PackRuntime | undefined {
    return this.#packs.get(id);
  }

  /** The running relay, or a new one; or why there is none: another node owns the output, or its bus is used otherwise. */
  claimRelay(request: RelayRequest): ClaimedRelay | RelayRefusal {
    const { id, output } = request;
    this.#userDir = request.userDir;
    if (output !== null) {
      const key = outputKey(output);
      const other = this.#owners.get(key);
      if (other !== undefined && other !== id) return { why: 'owned', output: key };
      this.#disown(id);
      this.#owners.set(key, id);
    }
    // What runs with other settings gives its bus back before it is asked for anew.
    this.#relays.endIfOther(id, request.hash);
    const known = this.#relays.get(id);
    known?.prove(request.proven);
    const opened = known ?? this.#open(request);
    if ('why' in opened) {
      this.#disown(id);
      return opened;
    }
    return this.#relays.claim(id, request.hash, () => opened);
  }

  #open(request: RelayRequest): KeptRelay | RelayRefusal {
    const { id, role, senders, minimumOff } = request;
    const opened = openRelayOutput(request, this);
    if (!opened.ok) return { why: 'bus', problem: opened.problem };
    const { output, leaseBy, told } = opened;
    const packs = request.packs.map((packId) => ({
      name: () => this.pack(packId)?.name ?? null,
      instance: () => this.pack(packId)?.instance ?? null,
      real: (shown: Permission) => this.pack(packId)?.real(shown) ?? null,
    }));
    const counts = this.#relayCounts();
    const switches = { value: () => counts.switches(id), count: () => counts.count(id) };
    const renewed = (left: number, lease: number): void => this.health.noteMargin(role, left, lease);
    const unheardAfter = role === 'load' || role === 'contactor' ? UNHEARD_LOADS : UNHEARD;
    const options = { packs, senders, minimumOff, output, switches, renewed, unheardAfter };
    const relay = new RelayRuntime({ clock: this.clock, role, ...options });
    const about = { packs: request.packs, proven: request.proven };
    const note = (): void => this.#feedbacks.note(id, role, about, relay.report());
    relay.onReport(note);
    note();
    const prove = (proven: boolean): void => {
      about.proven = proven;
      note();
    };
    const end = (): void => {
      this.#feedbacks.forget(id);
      relay.end();
    };
    return { relay, leaseBy, told, prove, end };
  }

  #relayCounts(): RelayCounts {
    if (this.#counts === null) {
      // What is lost here is a number for people; the packs report a disk that refuses.
      const store = openStore(relaysFolder(storesRoot(this.#userDir)), () => undefined);
      this.#counts = createRelayCounts({ store, clock: this.clock });
    }
    return this.#counts;
  }

  /** Resolves when the relays' counts are on the disk. Never rejects. */
  async settled(): Promise<void> {
    await this.#counts?.settled();
  }

  relay(id: string): ClaimedRelay | undefined {
    return this.#relays.get(id);
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

/** The report says how the guardian is, too. */
function withGuardian(health: Health, guardian: GuardianClient): Health {
  return {
    ...health,
    report() {
      const { state, pid, restarts, rss } = guardian.status();
      const about = { guardian: state, guardianPid: pid, guardianRestarts: restarts, guardianRss: rss };
      return { ...health.report(), ...about };
    },
  };
}

let isStopWatched = false;

function spawnOurs(userDir: string, events: GuardianEvents): GuardianProcess {
  if (!isStopWatched && isInContainer()) beforeEnd(process, () => host.guardian.stopping());
  isStopWatched = true;
  return spawnGuardian({ entry: join(__dirname, 'guardian.js'), meetingPoint: meetingPoint(userDir) }, events);
}

/** The one host of this process. */
export const host = new Host();
