/**
 * The protection: walks over the table of rules with each reading and decides the permissions.
 *
 * One permission is a small machine: any raised row that denies it takes it away at once; it comes back when every such
 * row is clear, its gates are open and what guards against chatter has passed. Between trip and clear it stays as it was.
 * Opening is never delayed by anything but the row's own delay, and the contactor's by the charge path before it.
 */
import { Detectors } from '../detect/detectors.ts';
import { RelayWatch, type RelayFeedback, type RelayRole } from '../detect/welded.ts';
import type { LimitInputs } from '../limits/limits.ts';
import { alternatorLimit } from '../pack/fuse.ts';
import { selfLockouts } from '../pack/supply.ts';
import type { PackSettings } from '../pack/settings.ts';
import { numberOf, staleAfter } from '../pack/settings.ts';
import type { Reading } from '../reading/reading.ts';
import { PERMISSION_ROLES, type PermissionRole, type RuleId } from '../vocabulary.ts';
import type { Decision, ProtectionEvent, ProtectionMemory, RoleDecision } from './decision.ts';
import { EventLog } from './event-log.ts';
import { contactorEvent, makeEvent } from './event.ts';
import { LookBack } from './look-back.ts';
import { Permissions } from './permissions.ts';
import type { Quantity } from './quantity.ts';
import type { Role } from './role.ts';
import type { Row } from './row.ts';
import { Sample, indexOf } from './sample.ts';
import { compileTable, type Table } from './table.ts';

const CELL_MIN = indexOf('cellMin');
const CELL_MAX = indexOf('cellMax');
const TEMPERATURE_MIN = indexOf('temperatureMin');
const TEMPERATURE_MAX = indexOf('temperatureMax');
const SOC = indexOf('soc');
const REMOTE = indexOf('remote');
const SELF_LOCKOUT = indexOf('selfLockout');
const SILENCE_CHARGE = indexOf('silenceCharge');
const SILENCE_LOAD = indexOf('silenceLoad');
const SILENCE_ALTERNATOR = indexOf('silenceAlternator');
const SILENCE_SENSORS = indexOf('silenceSensors');
const RAISED_FOR = indexOf('raisedFor');

const CHARGE = PERMISSION_ROLES.indexOf('charge');
const LOAD = PERMISSION_ROLES.indexOf('load');
const ALTERNATOR = PERMISSION_ROLES.indexOf('alternator');

export interface ProtectionOptions {
  /** What was stored before, for the same settings and the same pack. */
  readonly memory?: ProtectionMemory | null;
  /** Monotonic second at which the memory was made, from which the times of its log count back; it may be negative. */
  readonly memoryAt?: number;
  /** The owner confirmed that a permission may come on inside a hysteresis band at the first start. */
  readonly firstClose?: boolean;
  /** Somebody vouches for an external precharge where the settings do not say (a log that is replayed). */
  readonly precharged?: boolean;
  /** Quantities that are not measured here at all: their rules are not active (a log without temperatures). */
  readonly without?: readonly Quantity[];
}

export class Protection {
  readonly settings: PackSettings;
  readonly log: EventLog;
  readonly #table: Table;
  readonly #sample: Sample;
  readonly #detectors: Detectors;
  readonly #relays: RelayWatch;
  readonly #permissions: Permissions;
  readonly #lookBack: LookBack;
  readonly #lockOfLoads: Row | undefined;
  readonly #staleAfter: number;
  readonly #timeoutCharge: number;
  readonly #timeoutLoad: number;
  readonly #sensorDelay: number;
  readonly #restored: ProtectionMemory['raised'];
  #started = Number.NaN;
  #now = Number.NaN;
  #remote = true;
  #preAlarm = false;
  #events: ProtectionEvent[] = [];
  #decision: Decision | null = null;
  #changed = true;
  #quiet = false;
  #contactorOpenedAt = Number.NaN;
  /** An alarm or a fault has taken charging away, as of the last walk over the table. */
  #chargeAlarmed = false;

  constructor(settings: PackSettings, options: ProtectionOptions = {}) {
    const memory = options.memory ?? null;
    this.settings = settings;
    this.log = new EventLog(memory?.log, options.memoryAt);
    this.#table = compileTable(settings, options.without ?? []);
    this.#lockOfLoads = this.#table.rows.find((row) => row.rule.id === 'lock-load');
    this.#timeoutCharge = numberOf(settings, 'communicationTimeoutCharge');
    this.#timeoutLoad = numberOf(settings, 'communicationTimeoutLoad');
    this.#sensorDelay = numberOf(settings, 'onSensorDelay');
    this.#staleAfter = staleAfter(settings);
    this.#sample = new Sample({
      staleAfter: this.#staleAfter,
      cells: numberOf(settings, 'cells'),
      alternatorLimit: alternatorLimit(settings.values.alternatorFuse),
    });
    this.#sample.values[SELF_LOCKOUT] = selfLockouts(settings.values).length > 0 ? 1 : 0;
    this.#detectors = new Detectors(settings, this.#table.reads);
    this.#relays = new RelayWatch(settings);
    this.#lookBack = new LookBack(settings);
    this.#permissions = new Permissions({
      settings,
      table: this.#table,
      sample: this.#sample,
      memory,
      firstClose: options.firstClose === true,
      precharged: options.precharged === true,
      changed: (role, moved) => this.#moved(role, moved),
    });
    this.#remote = memory?.remote ?? true;
    this.#restored = memory?.raised ?? [];
  }

  /** The owner's soft switch: false takes permissions away; true only stops doing so. */
  set remote(on: boolean) {
    this.#remote = on;
    this.#quiet = false;
  }

  get remote(): boolean {
    return this.#remote;
  }

  /**
   * What the relays of one role say; takes effect with the next step or tick. Relays count as open from that step on.
   * @param feedback put together over all relays of the role; `null`: there is none
   */
  feedback(role: RelayRole, feedback: RelayFeedback | null): void {
    this.#relays.hear(role, feedback, this.#sample);
    this.#quiet = false;
  }

  /**
   * One step.
   * @param reading what is known
   * @param now monotonic seconds; must not go back
   * @param countedAt the monotonic second at which the reading's ages count, when it was on its way for a while
   * @returns true when a permission, the pre-alarm or an event changed
   */
  step(reading: Reading, now: number, countedAt = now): boolean {
    this.#begin(now);
    this.#sample.fill(reading, now, countedAt);
    this.#detectors.look(this.#sample, reading, countedAt);
    this.#relays.look(this.#sample, this.#permissions.all, this.#chargeAlarmed, now);
    this.#judge(now);
    return this.#changed;
  }

  /** A step without a new reading: only time has passed. Values keep ageing; nothing becomes known. */
  tick(now: number): boolean {
    this.#begin(now);
    this.#judge(now);
    return this.#changed;
  }

  /**
   * The owner has looked after it: latched rows whose cause is gone are released, locks too. A cause that still
   * holds keeps its row raised. Takes effect with the next step or tick.
   * @returns the rows that were released
   */
  reset(): string[] {
    const released = this.#table.rows.filter((row) => row.held || (row.resettable && row.state === 'raised'));
    for (const row of released) row.released = true;
    for (const role of this.#permissions.all) role.forget();
    this.#detectors.forget(this.#sample);
    this.#quiet = false;
    return released.map((row) => row.rule.id);
  }

  /** The edges of the last step, in the order of the table. */
  get events(): readonly ProtectionEvent[] {
    return this.#events;
  }

  /** True for a row that stays raised until somebody has reset it. */
  latches(row: string): boolean {
    return this.#table.rows.some(({ rule, latch }) => latch && rule.id === row);
  }

  /** True while a row of the rule is raised; before the first step, as it was stored. */
  isRaised(rule: RuleId): boolean {
    const { rows } = this.#table;
    if (Number.isNaN(this.#started)) {
      return this.#restored.some(({ row }) => rows.find(({ rule: { id } }) => id === row)?.rule.rule === rule);
    }
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i]!;
      if (row.rule.rule === rule && row.state === 'raised') return true;
    }
    return false;
  }

  get preAlarm(): boolean {
    return this.#preAlarm;
  }

  allowed(role: PermissionRole): boolean {
    return this.#permissions.all[PERMISSION_ROLES.indexOf(role)]!.allowed;
  }

  /** Charging and the loads have been decided about: everything they rest on has been known once. */
  get ready(): boolean {
    const { charge, load } = this.#permissions;
    return charge.reason !== 'starting' && load.reason !== 'starting';
  }

  /** What the current limits are made from; NaN where unknown. */
  get limitInputs(): LimitInputs {
    const { values } = this.#sample;
    return {
      cellMin: values[CELL_MIN]!,
      cellMax: values[CELL_MAX]!,
      temperatureMin: values[TEMPERATURE_MIN]!,
      temperatureMax: values[TEMPERATURE_MAX]!,
      soc: values[SOC]!,
      chargeAllowed: this.#permissions.charge.allowed,
      loadAllowed: this.#permissions.load.allowed,
    };
  }

  /** Monotonic second from which what the role rests on is no longer known: no lease may last longer. */
  relyUntil(role: PermissionRole): number {
    const bit = PERMISSION_ROLES.indexOf(role);
    const timeout = bit === CHARGE || bit === ALTERNATOR ? this.#timeoutCharge : this.#timeoutLoad;
    const primary = this.#sample.oldest(this.#table.primary[bit]!);
    return Math.min(primary, this.#sample.oldest(this.#table.secondary[bit]!) + this.#sensorDelay) + timeout;
  }

  /** The decision as data; a new object only after a change. */
  decision(now: number): Decision {
    if (this.#decision === null) {
      const roles = {} as Record<PermissionRole, RoleDecision>;
      for (const { name, allowed, reason } of this.#permissions.all) roles[name] = { allowed, reason };
      const { rows } = this.#table;
      this.#decision = {
        at: now,
        roles,
        preAlarm: this.#preAlarm,
        active: rows.flatMap((row) => (row.event === null ? [] : [row.event])),
        latched: rows.filter((row) => row.held).map((row) => row.rule.id),
      };
    }
    return this.#decision;
  }

  /** What must survive a restart. Permissions of roles that have not started yet are kept as they were stored. */
  memory(now: number): ProtectionMemory {
    const { permissions, roles } = this.#permissions.memory(now);
    const remote = this.#remote;
    // Not taken up yet, so not lost.
    if (Number.isNaN(this.#started)) {
      return {
        raised: this.#restored,
        permissions,
        remote,
        roles: this.#permissions.stored,
        log: this.log.memory(now),
      };
    }
    const raised = this.#table.rows
      .filter((row) => row.state === 'raised' && !row.volatile)
      .map((row) => ({ row: row.rule.id, seconds: now - row.raisedAt }));
    return { raised, permissions, remote, roles, log: this.log.memory(now) };
  }

  #begin(now: number): void {
    this.#now = now;
    if (Number.isNaN(this.#started)) this.#start();
    // What is taken up at the start is no news.
    this.#changed = false;
    if (this.#events.length > 0) this.#events = [];
  }

  #start(): void {
    this.#started = this.#now;
    this.#permissions.start(this.#now);
    for (const { row: id, seconds } of this.#restored) {
      const row = this.#table.rows.find((r) => r.rule.id === id);
      if (row === undefined) continue;
      // A stored trip stays tripped until its clear value is seen.
      row.raise(this.#now - seconds);
      this.#takeUp(row);
    }
  }

  #judge(now: number): void {
    const { values } = this.#sample;
    const { needs, watch, allNeeds } = this.#table;
    values[REMOTE] = this.#remote ? 1 : 0;
    // Nearly every step of a healthy pack ends here: no value is old, and none is beyond its trip value.
    const oldest = now - this.#sample.oldest(allNeeds);
    if (this.#quiet && oldest < this.#staleAfter) {
      values[SILENCE_CHARGE] = oldest;
      values[SILENCE_LOAD] = oldest;
      if (!watch.anyBeyond(values)) return;
    }
    values[SILENCE_CHARGE] = this.#silence(CHARGE, now);
    values[SILENCE_LOAD] = this.#silence(LOAD, now);
    values[SILENCE_ALTERNATOR] = now - this.#since(needs[ALTERNATOR]!);
    values[SILENCE_SENSORS] = now - this.#since(this.#table.sensors) - this.#sensorDelay;
    this.#walk(now);
    this.#quiet = this.#table.rows.every(isCalm) && this.#permissions.isCalm(now);
  }

  /** Looks at every row, every gate and every permission. */
  #walk(now: number): void {
    const { rows, gates } = this.#table;
    const { charge, load } = this.#permissions;
    this.#lookBack.step(this.#sample, charge, load, this.#lockOfLoads?.state === 'raised', now);

    let raised = 0;
    let band = 0;
    let alarmed = 0;
    let oldest = now;
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i]!;
      const step = row.advance(this.#sample, now);
      if (step === 'raised') this.#tellRaised(row);
      else if (step === 'cleared') this.#tellCleared(row);
      else if (step === 'held') this.#touch();
      band |= row.inTheWay(this.#sample);
      if (row.state !== 'raised') continue;
      raised |= row.denies;
      if (!row.alarm) continue;
      alarmed |= row.denies;
      if (row.raisedAt < oldest) oldest = row.raisedAt;
    }
    this.#chargeAlarmed = (alarmed & (1 << CHARGE)) !== 0;
    for (let i = 0; i < gates.length; i++) {
      const gate = gates[i]!;
      if (gate.state === 'raised' || !this.#permissions.waitsFor(gate, raised | band)) continue;
      gate.since = now;
      gate.raise(now);
      this.#tellRaised(gate);
      raised |= gate.denies;
    }
    this.#sample.values[RAISED_FOR] = now - oldest;
    this.#permissions.decide({ raised, band }, now);

    const warn = load.allowed && rows.some((row) => row.sounds && row.state === 'raised');
    if (warn === this.#preAlarm) return;
    this.#preAlarm = warn;
    this.#touch();
  }

  /** Seconds since everything the role rests on was last known; the policy may be more patient with sensors. */
  #silence(bit: number, now: number): number {
    const cells = now - this.#since(this.#table.primary[bit]!);
    return Math.max(cells, now - this.#since(this.#table.secondary[bit]!) - this.#sensorDelay);
  }

  /** When the last of them was known; what was never known counts from the start. */
  #since(needs: Int32Array): number {
    const oldest = this.#sample.oldest(needs);
    return oldest === -Infinity ? this.#started : oldest;
  }

  /** A row that was raised before the restart: it is the same time as then, and the log has counted it. */
  #takeUp(row: Row): void {
    const { count } = this.log.history(row.rule.id);
    // A store of an earlier version has no log.
    if (count === 0) this.#tellRaised(row);
    else row.event = { ...this.#eventOf(row, 'raised', 0), count };
    this.#touch();
  }

  #tellRaised(row: Row): void {
    row.event = this.#eventOf(row, 'raised', Number.isNaN(row.since) ? 0 : this.#now - row.since);
    this.#tell(row.event);
  }

  #tellCleared(row: Row): void {
    // It clears under the name it was raised under.
    const { rule, missing, code } = row.event!;
    row.event = null;
    this.#tell({ ...this.#eventOf(row, 'cleared', this.#now - row.raisedAt), rule, missing, code });
  }

  #eventOf(row: Row, edge: ProtectionEvent['edge'], duration: number): ProtectionEvent {
    return makeEvent(row, edge, this.#now, duration, this.#sample, this.#table, this.log.history(row.rule.id));
  }

  #moved(role: Role, moved: boolean): void {
    if (moved) this.#touch();
    else this.#decision = null;
    if (moved && role.name === 'contactor') this.#tellContactor(role.reason);
  }

  /** Where the contactor opens later than the rule behind it was told, its own opening and closing are told too. */
  #tellContactor(reason: string | null): void {
    const told = this.#events.some((event) => event.edge === 'raised' && event.denies.includes('contactor'));
    if (reason === null ? Number.isNaN(this.#contactorOpenedAt) : told) return;
    const move = { reason, at: this.#now, openedAt: this.#contactorOpenedAt };
    this.#tell(contactorEvent(move, this.#sample, this.log.history('contactor')));
    this.#contactorOpenedAt = reason === null ? Number.NaN : this.#now;
  }

  #tell(event: ProtectionEvent): void {
    if (this.log.record(event)) this.#events.push(event);
    this.#touch();
  }

  #touch(): void {
    this.#changed = true;
    this.#decision = null;
  }
}

/** Clear with nothing on its way. What no device has ever measured stays between, and stands in nobody's way. */
function isCalm(row: Row): boolean {
  return (row.state === 'clear' || (row.optional && row.state === 'band')) && Number.isNaN(row.since);
}
