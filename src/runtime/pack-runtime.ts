/**
 * One pack, alive: its link, its engine, its verdict and its store. The flow nodes are views onto it.
 *
 * It outlives a redeploy while its settings stay the same. It judges only what reaches it through the protection node:
 * cut the wire from the monitor, and the silence opens.
 */
import type { Clock } from '../engine/clock.ts';
import type { RelayFeedback, RelayRole } from '../engine/detect/welded.ts';
import { PackEngine, type PackMemory } from '../engine/pack-engine.ts';
import { isOn, numberOf, staleAfter, type PackSettings } from '../engine/pack/settings.ts';
import type { Decision, ProtectionEvent } from '../engine/protection/decision.ts';
import type { Protection } from '../engine/protection/protection.ts';
import type { Limits } from '../engine/limits/limits.ts';
import type { Observation } from '../engine/reading/observation.ts';
import { MESSAGE } from '../engine/reading/owned.ts';
import { copyReading, type Reading } from '../engine/reading/reading.ts';
import { PERMISSION_ROLES, type PermissionRole, type Role } from '../engine/vocabulary.ts';
import type { FedLink, Link, LinkListener } from '../links/link.ts';
import { FURTHER, type Further } from '../links/places.ts';
import { Claims } from './claims.ts';
import { OnTheWire } from './on-the-wire.ts';
import { givenPermissions, type Permission } from './permission.ts';
import { createSaver, type Saver } from './saver.ts';
import { isReading, stampOf, type StampedReading } from './stamp.ts';
import type { Store } from './store.ts';
import { createStoreWatch, type StoreWatch } from './store-watch.ts';
import { Tightener } from './tighten.ts';
import { createSharedSources, type SharedSources } from './shared-sources.ts';

/** Outputs are repeated at least every 2 s (contract); readings come every second. */
const REPEAT = 0.9;
/** Seconds between two looks at the clock. */
const TICK = 0.5;
/** A latch is told once it is on the disk; a disk that takes longer than this (s) holds nobody up. */
const PATIENCE = 1;
/** The name of a pack's BMS, as `reading.sources` has it. */
const FIRST = 'link';
/** Events that wait for somebody to hear them. */
const MOST_UNTOLD = 50;

export interface Verdict {
  /** Monotonic second; the decision may be older. */
  readonly at: number;
  readonly decision: Decision;
  /** A role that still waits for its first readings has none: nothing is said about it yet. */
  readonly permissions: Readonly<Partial<Record<Role, Permission>>>;
  /** What chargers and loads may use. */
  readonly limits: Limits;
  /** Edges that have not been told before: those since the verdict before, and latches that are on the disk by now. */
  readonly events: readonly ProtectionEvent[];
  /** Something other than time changed. */
  readonly changed: boolean;
}

/** What became of a reading that was shown to the protection. */
export type Judged = 'judged' | 'repeated' | 'foreign' | 'no-reading';

export interface PackOptions {
  readonly id: string;
  readonly name: string;
  readonly settings: PackSettings;
  readonly firstClose: boolean;
  readonly clock: Clock;
  /** Unique to this process and pack: permissions and readings of another process are foreign. */
  readonly instance: string;
  readonly store: Store;
  /** Opens the pack's link, or `null` when its readings come as messages. */
  readonly openLink: (listener: LinkListener) => Link | null;
  /** Further devices, such as a shunt or a charger. */
  readonly further?: readonly FurtherLink[];
  /** Makes the link that is fed with the bytes of messages. */
  readonly openFeed: (listener: LinkListener) => FedLink;
}

/** A device beside the BMS. */
export interface FurtherLink {
  readonly name: Further;
  /** It is there for its permissions alone: nothing is permitted before it is heard. */
  readonly permits: boolean;
  readonly open: (listener: LinkListener) => Link | null;
}

export class PackRuntime {
  readonly id: string;
  readonly name: string;
  readonly instance: string;
  readonly settings: PackSettings;
  readonly engine: PackEngine;
  readonly #clock: Clock;
  readonly #link: Link | null;
  readonly #further: readonly Link[];
  readonly #sources: SharedSources;
  readonly #troubles = new Map<string, string | null>();
  readonly #openFeed: (listener: LinkListener) => FedLink;
  #feed: FedLink | null = null;
  readonly #startedAt: number;
  readonly #saver: Saver;
  readonly #storeWatch: StoreWatch;
  readonly #claims: Claims;
  readonly #tightener: Tightener;
  readonly #wire = new OnTheWire();
  readonly #readingListeners = new Set<(reading: StampedReading) => void>();
  #verdictListener: ((verdict: Verdict) => void) | null = null;
  #judge: string | null = null;
  #readings = 0;
  #judged = -1;
  #emissions = 0;
  readonly #given = givenPermissions();
  #emittedAt = -Infinity;
  #told = '0000';
  #starting = true;
  /** The editor has released latches, and the table has not been walked yet. */
  #release = false;
  /** Events that are due: latches that are written down, and what the store has to say. */
  #due: ProtectionEvent[] = [];
  readonly #stopTick: () => void;

  constructor(options: PackOptions) {
    const { clock, settings, store } = options;
    this.id = options.id;
    this.name = options.name;
    this.instance = options.instance;
    this.settings = settings;
    this.#clock = clock;
    this.#startedAt = clock.now();
    this.#openFeed = options.openFeed;
    this.#saver = createSaver({ store, clock, settings, name: options.name });
    const memory: PackMemory | null = this.#saver.restore();
    const { name, firstClose } = options;
    this.engine = new PackEngine(settings, { name, memory, firstClose, memoryAt: this.#startedAt - this.#saver.gap });
    this.#storeWatch = createStoreWatch(store, this.engine.protection.log);
    this.#claims = new Claims(numberOf(settings, 'temperatureOffset'));
    this.#tightener = new Tightener(staleAfter(settings), numberOf(settings, 'balanceVoltage'));
    const { further = [] } = options;
    this.#sources = createSharedSources({
      chargeTimeout: numberOf(settings, 'communicationTimeoutCharge'),
      loadTimeout: numberOf(settings, 'communicationTimeoutLoad'),
      permits: further.flatMap((one) => (one.permits ? [one.name] : [])),
    });
    this.#link = options.openLink(this.#listener(FIRST));
    this.#further = further.flatMap(({ name: source, open }) => open(this.#listener(source)) ?? []);
    this.#stopTick = clock.every(TICK, () => this.#tick());
  }

  #listener(source: string): LinkListener {
    return {
      observed: (seen, at) => {
        this.#troubles.delete(source);
        this.observe(source, seen, at);
      },
      changed: (state) => {
        this.engine.trouble(source, state.problem);
        this.#troubles.set(source, state.problem);
        if (!state.ok) this.poll();
      },
    };
  }

  /** Takes in the bytes of a message, as a BMS's line would bring them. */
  feed(bytes: Uint8Array): void {
    this.#feed ??= this.#openFeed(this.#listener(MESSAGE));
    this.#feed.push(bytes, this.#clock.now());
  }

  /** Calls back with every reading; a fresh object each. */
  onReading(listener: (reading: StampedReading) => void): () => void {
    this.#readingListeners.add(listener);
    return () => void this.#readingListeners.delete(listener);
  }

  /** Takes in what a source said, and tells the monitors. */
  observe(source: string, seen: Observation, at = this.#clock.now()): void {
    this.#hear(source, seen, at);
    this.poll();
  }

  #hear(source: string, seen: Observation, at: number): void {
    // Whether a device has been heard yet or not: where there is one, it alone speaks for the cells.
    this.engine.observe(source, this.#share(source, seen, at), at);
    this.#claims.hear(source, seen);
  }

  /** What counts of what a source said. */
  #share(source: string, seen: Observation, at: number): Observation {
    if (source === MESSAGE) return this.#link === null ? seen : withoutCells(seen);
    const further = FURTHER.find((name) => name === source);
    return further === undefined ? this.#sources.first(seen) : this.#sources.further(further, seen, at);
  }

  /** What is known now, the worst that messages claim included; an object of its own. */
  #known(now: number): Reading {
    const reading = this.engine.reading(now, this.#clock.wall());
    this.#sources.apply(reading, now);
    this.#claims.apply(reading);
    return reading;
  }

  /** Tells the monitors what is known now. */
  poll(): void {
    if (this.#readingListeners.size === 0) {
      // SOC is counted whether or not somebody watches.
      this.engine.reading(this.#clock.now(), this.#clock.wall());
      return;
    }
    for (const listener of this.#readingListeners) {
      const reading = this.reading();
      this.#told = knownness(reading);
      listener(reading);
    }
  }

  /** What is wrong with its devices now, a sentence each. */
  get troubles(): string[] {
    return [...this.#troubles.values()].filter((trouble) => trouble !== null);
  }

  /** What is known now, marked for its way along the wire. */
  reading(): StampedReading {
    const now = this.#clock.now();
    const known = this.#known(now);
    const sequence = ++this.#readings;
    const stamp = { instance: this.instance, sequence, monotonic: now };
    if (this.#judge === null) return Object.assign(known, { stamp });
    this.#wire.note({ sequence, reading: known, at: now });
    return Object.assign(copyReading(known), { stamp });
  }

  /** One protection node a pack: the first to claim it judges, and hears the verdicts. False: another one has it. */
  claimJudge(node: string, listener: (verdict: Verdict) => void): boolean {
    if (this.#judge !== null && this.#judge !== node) return false;
    this.#judge = node;
    this.#verdictListener = listener;
    return true;
  }

  releaseJudge(node: string): void {
    if (this.#judge !== node) return;
    this.#judge = null;
    this.#verdictListener = null;
  }

  /**
   * Shows the protection a reading as it came along the wire. Its stamp says that it came; what it says of the battery is
   * believed as far as it is worse than what is known here.
   */
  judge(given: unknown): Judged {
    const stamp = stampOf(given);
    if (stamp === null || !isReading(given)) return 'no-reading';
    if (stamp.instance !== this.instance) return 'foreign';
    const now = this.#clock.now();
    // Neither heard before, nor from the future, nor one that was never sent.
    const strange = stamp.monotonic > now || stamp.sequence > this.#readings;
    if (strange || stamp.sequence <= this.#judged) return 'repeated';
    this.#judged = stamp.sequence;
    const sent = this.#wire.take(stamp.sequence, now);
    const own = sent?.reading ?? this.#known(now);
    this.#tightener.tighten(own, sent?.at ?? now, given, now, stamp.monotonic);
    this.#decided(this.engine.protection.step(own, now, stamp.monotonic), now);
    this.#releaseWhenReady();
    return 'judged';
  }

  /**
   * A hand-made reading that reached the protection directly.
   * @param at monotonic second at which it came, where it had to wait
   */
  judgeObservation(seen: Observation, at = this.#clock.now()): void {
    const now = this.#clock.now();
    this.#hear(MESSAGE, seen, at);
    const reading = this.reading();
    this.#judged = reading.stamp.sequence;
    this.#decided(this.engine.protection.step(reading, now), now);
    this.#releaseWhenReady();
  }

  /** The owner's soft switch. `false` always works; who may say `true` is decided before it gets here. */
  setRemote(on: boolean): void {
    this.engine.protection.remote = on;
    const now = this.#clock.now();
    this.#decided(this.engine.protection.tick(now), now);
  }

  /**
   * The owner has looked after it: releases latched rows whose cause is gone, and locks.
   * @returns the rows that were released
   */
  reset(): string[] {
    const released = this.engine.protection.reset();
    this.engine.figures.recovery.reset();
    const now = this.#clock.now();
    this.#decided(this.engine.protection.tick(now), now);
    return released;
  }

  /**
   * The editor's release: its mark changes with every press of the button and acts once, after a deploy.
   * @param mark empty: the button has never been pressed
   */
  release(mark: string): void {
    if (mark === '' || mark === this.#saver.released) return;
    this.#saver.released = mark;
    this.#release = true;
    this.#releaseWhenReady();
    this.#saver.soon(this.engine, this.#clock.now());
  }

  /** A cause must be seen to be gone before its latch is released: not before the first complete readings. */
  #releaseWhenReady(): void {
    if (!this.#release || !this.engine.protection.ready) return;
    this.#release = false;
    this.reset();
  }

  /**
   * Energy, history and extremes begin at nothing (123-R10), and how often and how long what has been raised is forgotten.
   * What is raised stays raised; capacity, resistance and cycles are the battery's own and stay.
   */
  clearCounters(): void {
    this.engine.protection.log.clear();
    this.engine.figures.clear();
    this.#saver.soon(this.engine, this.#clock.now());
  }

  /** The owner's word on the state of charge, in %. */
  syncSoc(percent: number): void {
    this.engine.seedSoc(percent / 100);
    this.#saver.soon(this.engine, this.#clock.now());
  }

  /** The owner vouches that nothing flows: what the sensor shows is its offset. False: that cannot be, or no current is known. */
  zeroCurrent(): boolean {
    const done = this.engine.zeroCurrent(this.#clock.now());
    if (done) this.#saver.soon(this.engine, this.#clock.now());
    return done;
  }

  /** Writes down what has changed: the flows stop, or are deployed anew. */
  rest(): void {
    this.#saver.rest(this.engine, this.#clock.now());
  }

  /** Calls back once: when everything is written, or after a second when the disk takes longer. */
  whenWritten(call: () => void): void {
    let called = false;
    const once = (): void => {
      if (called) return;
      called = true;
      cancel();
      call();
    };
    const cancel = this.#clock.after(PATIENCE, once);
    // Whoever throws here has no one to catch it: a rejection would end Node-RED.
    void this.#saver
      .settled()
      .then(once)
      .catch(() => undefined);
  }

  /** Ends the link and writes down what must survive. */
  end(): void {
    this.#stopTick();
    this.#link?.close();
    for (const link of this.#further) link.close();
    this.#feed?.close();
    this.#readingListeners.clear();
    this.#verdictListener = null;
    // With the ages of now; a pack that has not decided anything yet has nothing to say that is not on the disk.
    if (this.engine.protection.ready) this.#saver.soon(this.engine, this.#clock.now());
    else this.rest();
  }

  /** Resolves when everything is written. */
  settled(): Promise<void> {
    return this.#saver.settled();
  }

  #tick(): void {
    const now = this.#clock.now();
    // A value that has just become unknown is news, although nobody sent anything.
    const wall = this.#clock.wall();
    if (this.#readingListeners.size > 0 && knownness(this.engine.reading(now, wall)) !== this.#told) this.poll();
    this.#tell(this.#storeWatch.look(now));
    const notes = this.engine.takeNotes();
    if (notes.length > 0) this.#saver.told();
    this.#tell(notes);
    if (this.#judge !== null) this.#decided(this.engine.protection.tick(now), now);
    this.#saver.sometimes(this.engine, now);
  }

  #decided(changed: boolean, now: number): void {
    const { protection } = this.engine;
    const latching = changed ? protection.events.filter(isNewLatch(protection)) : [];
    if (changed) this.#saver.changed(this.engine, now, latching.length > 0);
    if (latching.length > 0) this.#tellWhenWritten(latching);
    if (this.#verdictListener === null) return;
    if (!changed && this.#due.length === 0 && now - this.#emittedAt < REPEAT) return;
    const decision = protection.decision(now);
    const permissions = this.#permissions(decision, now);
    const edges = changed
      ? [
          ...protection.events.filter((event) => !latching.includes(event)),
          ...this.#firstReading(decision, protection.events.length, now),
        ]
      : [];
    // A rebuilt pack says nothing before its first verdict: relays live on what is left of their leases.
    if (Object.keys(permissions).length === 0 && edges.length === 0) return;
    const events = [...this.#due, ...edges];
    this.#due = [];
    this.#emittedAt = now;
    const news = changed || events.length > 0;
    this.#verdictListener({
      at: now,
      decision,
      permissions,
      limits: this.engine.limits(now),
      events,
      changed: news,
    });
  }

  /** The permissions go out at once; that something must be reset by hand is said when a restart would not forget it. */
  #tellWhenWritten(events: readonly ProtectionEvent[]): void {
    this.whenWritten(() => {
      this.#tell(events);
      this.#decided(false, this.#clock.now());
    });
  }

  /** With the next verdict; while nobody listens only the last ones are kept, the log has them all. */
  #tell(events: readonly ProtectionEvent[]): void {
    this.#due = [...this.#due, ...events].slice(-MOST_UNTOLD);
  }

  /** A relay never moves without an event that names the cause: the first complete readings are one. */
  #firstReading(decision: Decision, others: number, now: number): ProtectionEvent[] {
    if (!this.#starting) return [];
    const { charge, load } = decision.roles;
    if (charge.reason === 'starting' || load.reason === 'starting') return [];
    this.#starting = false;
    if (others > 0) return [];
    const none = {
      missing: null,
      cell: null,
      value: null,
      threshold: null,
      duration: 0,
      denies: [],
      count: 1,
      first: now,
    };
    const what = { rule: 'communication', row: 'start', code: 'start', severity: 'info', edge: 'cleared' } as const;
    return [{ ...what, ...none, quantity: 'communication', at: now }];
  }

  #permissions(decision: Decision, now: number): Partial<Record<Role, Permission>> {
    const sequence = ++this.#emissions;
    const permissions: Partial<Record<Role, Permission>> = {};
    const give = (role: Role, allowed: boolean, like: PermissionRole): void => {
      const waits = decision.roles[like].reason === 'starting' && now - this.#startedAt < this.#patience(like);
      if (waits) return;
      const validUntil = this.#leaseEnd(like, now);
      permissions[role] = { pack: this.name, role, allowed, instance: this.instance, sequence, validUntil };
    };
    for (const role of PERMISSION_ROLES) give(role, decision.roles[role].allowed, role);
    // Quiet is what must be renewed: it ends with what the loads rest on.
    give('pre-alarm', decision.preAlarm, 'load');
    if (decision.roles.charge.reason === 'starting' && decision.roles.load.reason === 'starting') {
      // The roles that nothing is measured for wait with the others.
      if (permissions.charge === undefined && permissions.load === undefined) return {};
    }
    for (const permission of Object.values(permissions)) this.#given.note(permission);
    return permissions;
  }

  /** What the relays of a role say together: the protection judges those that do not obey. */
  feedback(role: RelayRole, feedback: RelayFeedback | null): void {
    this.engine.protection.feedback(role, feedback);
  }

  /** What this pack has really given under the number that a message names; `null`: nothing. */
  real(shown: Permission): Permission | null {
    return this.#given.real(shown);
  }

  /** Seconds after the start in which a role that has not heard anything yet stays silent. */
  #patience(role: PermissionRole): number {
    return numberOf(this.settings, role === 'charge' ? 'communicationTimeoutCharge' : 'communicationTimeoutLoad');
  }

  /** No lease lasts past the moment at which the oldest value it rests on becomes unknown. */
  #leaseEnd(role: PermissionRole, now: number): number {
    const lease = numberOf(this.settings, role === 'charge' || role === 'alternator' ? 'leaseCharge' : 'leaseLoad');
    const rely = this.engine.protection.relyUntil(role);
    // What was never known gives no lease at all.
    return rely === -Infinity ? now : Math.min(now + lease, rely);
  }

  /** The pre-alarm output blinks instead of sounding all the time (VSB-6). */
  get intermittentPreAlarm(): boolean {
    return isOn(this.settings, 'preAlarmMode') && this.settings.values.preAlarmMode === 'intermittent';
  }
}

/** Which edges raise a row that only a reset ends. */
function isNewLatch(protection: Protection): (event: ProtectionEvent) => boolean {
  return ({ edge, row }) => edge === 'raised' && protection.latches(row);
}

/** Which of the main values are known, as a key: a change of it is news. */
function knownness(reading: {
  cellMin: { value: unknown; whole: boolean };
  current: { value: unknown };
  voltage: { value: unknown };
  temperatureMin: { value: unknown };
}): string {
  const known = [reading.cellMin, reading.current, reading.voltage, reading.temperatureMin].map((v) =>
    v.value === null ? 0 : 1,
  );
  return known.join('') + (reading.cellMin.whole ? 'w' : '');
}

function withoutCells({
  cells: _cells,
  cellMin: _min,
  cellMax: _max,
  cellCount: _count,
  ...rest
}: Observation): Observation {
  return rest;
}
