/**
 * The protection: walks over the table of rules with each reading and decides the permissions.
 *
 * One permission is a small machine: any raised row that denies it takes it away at once; it comes back when every such
 * row is clear, its gates are open and what guards against chatter has passed. Between trip and clear it stays as it was.
 * Opening is never delayed by anything but the row's own delay, and the contactor's by the charge path before it.
 */
import { Detectors } from '../detect/detectors.ts';
import type { LimitInputs } from '../limits/limits.ts';
import { alternatorLimit } from '../pack/fuse.ts';
import { selfLockouts } from '../pack/supply.ts';
import type { PackSettings } from '../pack/settings.ts';
import { numberOf, staleAfter } from '../pack/settings.ts';
import type { Reading } from '../reading/reading.ts';
import { PERMISSION_ROLES, type PermissionRole } from '../vocabulary.ts';
import { ContactorSequence, type Precharge } from './contactor.ts';
import type { Decision, ProtectionEvent, ProtectionMemory, RoleDecision, RoleMemory } from './decision.ts';
import { EventLog } from './event-log.ts';
import { makeEvent, oldestOf } from './event.ts';
import type { Quantity } from './quantity.ts';
import { Role } from './role.ts';
import { maskOf, type Row } from './row.ts';
import { Sample, indexOf } from './sample.ts';
import { compileTable, type Table } from './table.ts';

const CELL_MIN = indexOf('cellMin');
const CELL_MAX = indexOf('cellMax');
const TEMPERATURE_MIN = indexOf('temperatureMin');
const TEMPERATURE_MAX = indexOf('temperatureMax');
const CURRENT = indexOf('current');
const DISCHARGE_CURRENT = indexOf('dischargeCurrent');
const SOC = indexOf('soc');
const REMOTE = indexOf('remote');
const SELF_LOCKOUT = indexOf('selfLockout');
const SILENCE_CHARGE = indexOf('silenceCharge');
const SILENCE_LOAD = indexOf('silenceLoad');
const SILENCE_ALTERNATOR = indexOf('silenceAlternator');
const SILENCE_SENSORS = indexOf('silenceSensors');
const OPENINGS_CHARGE = indexOf('openingsCharge');
const OPENINGS_LOAD = indexOf('openingsLoad');
const DRAIN_VOLTAGE = indexOf('drainVoltage');
const RAISED_FOR = indexOf('raisedFor');

const CHARGE = PERMISSION_ROLES.indexOf('charge');
const LOAD = PERMISSION_ROLES.indexOf('load');
const CONTACTOR = PERMISSION_ROLES.indexOf('contactor');
const ALTERNATOR = PERMISSION_ROLES.indexOf('alternator');
const PRECHARGE = PERMISSION_ROLES.indexOf('precharge');
const AUX = PERMISSION_ROLES.indexOf('aux');
/** Roles that the table denies and gives; the others follow from them. */
const TABLED = (['charge', 'load', 'alternator', 'shed'] as const).map((role) => PERMISSION_ROLES.indexOf(role));

/** So long must the battery be charged before a lock of the loads is released early (s): the Cyrix-Li-load's half minute. */
const RECHARGING = 30;
const LOCK_LOAD = 'lock-load';
/** So long after the loads were cut their current must be gone (s): relays, inverters' capacitors. */
const DRAIN_AFTER = 10;
/** What may still flow then, in parts of the capacity: the BMS, the computer. */
const DRAIN = 0.005;

export interface ProtectionOptions {
  /** What was stored before, for the same settings and the same pack. */
  readonly memory?: ProtectionMemory | null;
  /** The owner confirmed that a permission may come on inside a hysteresis band at the first start. */
  readonly firstClose?: boolean;
  /** Somebody vouches for an external precharge where the settings do not say (a log that is replayed). */
  readonly precharged?: boolean;
  /** Quantities that are not measured here at all: their rules are not active (a log without temperatures). */
  readonly without?: readonly Quantity[];
}

export class Protection {
  readonly settings: PackSettings;
  readonly log = new EventLog();
  readonly #table: Table;
  readonly #sample: Sample;
  readonly #detectors: Detectors;
  readonly #roles: readonly Role[];
  readonly #contactor: ContactorSequence;
  readonly #staleAfter: number;
  readonly #timeoutCharge: number;
  readonly #timeoutLoad: number;
  readonly #sensorDelay: number;
  readonly #undervoltageClear: number;
  readonly #drain: number;
  readonly #combined: boolean;
  readonly #restored: ProtectionMemory['raised'];
  readonly #restoredRoles: NonNullable<ProtectionMemory['roles']>;
  #started = Number.NaN;
  #remote = true;
  #preAlarm = false;
  #events: ProtectionEvent[] = [];
  #decision: Decision | null = null;
  #changed = true;
  #quiet = false;
  /** Bit per permission whose needs have all been known once. */
  #known = 0;
  #rechargingSince = Number.NaN;
  #contactorOpenedAt = Number.NaN;

  constructor(settings: PackSettings, options: ProtectionOptions = {}) {
    const stored = options.memory ?? null;
    const number = (name: Parameters<typeof numberOf>[1]): number => numberOf(settings, name);
    this.settings = settings;
    this.#table = compileTable(settings, options.without ?? []);
    this.#timeoutCharge = number('communicationTimeoutCharge');
    this.#timeoutLoad = number('communicationTimeoutLoad');
    this.#sensorDelay = number('onSensorDelay');
    this.#undervoltageClear = number('cellUndervoltageClear');
    this.#drain = DRAIN * number('capacity');
    this.#staleAfter = staleAfter(settings);
    this.#combined = settings.values.combined === 'yes';
    this.#sample = new Sample({
      staleAfter: this.#staleAfter,
      cells: number('cells'),
      alternatorLimit: alternatorLimit(settings.values.alternatorFuse),
    });
    this.#sample.values[SELF_LOCKOUT] = selfLockouts(settings.values).length > 0 ? 1 : 0;
    this.#detectors = new Detectors(settings, this.#table.reads);
    const limits = {
      minimumOff: number('minimumOff'),
      switchesPerHour: number('switchesPerHour'),
      retryWindow: number('retryWindow'),
    };
    this.#roles = PERMISSION_ROLES.map((role) => {
      const current = stored?.permissions[role] ?? options.firstClose === true;
      return new Role(role, current, limits);
    });
    const { precharge } = settings.values;
    this.#contactor = new ContactorSequence({
      delay: number('contactorDelay'),
      precharge: precharge === 'unconfirmed' && options.precharged === true ? 'external' : (precharge as Precharge),
      prechargeTime: number('prechargeTime'),
    });
    this.#remote = stored?.remote ?? true;
    this.#restored = stored?.raised ?? [];
    this.#restoredRoles = stored?.roles ?? {};
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
    for (const role of this.#roles) role.forget();
    this.#detectors.forget(this.#sample);
    this.#quiet = false;
    return released.map((row) => row.rule.id);
  }

  /** The edges of the last step, in the order of the table. */
  get events(): readonly ProtectionEvent[] {
    return this.#events;
  }

  get preAlarm(): boolean {
    return this.#preAlarm;
  }

  allowed(role: PermissionRole): boolean {
    return this.#roles[PERMISSION_ROLES.indexOf(role)]!.allowed;
  }

  /** Charging and the loads have been decided about: everything they rest on has been known once. */
  get ready(): boolean {
    return this.#roles[CHARGE]!.reason !== 'starting' && this.#roles[LOAD]!.reason !== 'starting';
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
      chargeAllowed: this.#roles[CHARGE]!.allowed,
      loadAllowed: this.#roles[LOAD]!.allowed,
    };
  }

  /** Monotonic second from which what the role rests on is no longer known: no lease may last longer. */
  relyUntil(role: PermissionRole): number {
    const bit = PERMISSION_ROLES.indexOf(role);
    const timeout = bit === CHARGE || bit === ALTERNATOR ? this.#timeoutCharge : this.#timeoutLoad;
    const primary = oldestOf(this.#sample, this.#table.primary[bit]!);
    return Math.min(primary, oldestOf(this.#sample, this.#table.secondary[bit]!) + this.#sensorDelay) + timeout;
  }

  /** The decision as data; a new object only after a change. */
  decision(now: number): Decision {
    if (this.#decision === null) {
      const roles = {} as Record<PermissionRole, RoleDecision>;
      for (const { name, allowed, reason } of this.#roles) roles[name] = { allowed, reason: allowed ? null : reason };
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
    const permissions: Partial<Record<PermissionRole, boolean>> = {};
    const roles: Partial<Record<PermissionRole, RoleMemory>> = {};
    for (const role of this.#roles) {
      if (!this.#isConfigured(role.name)) continue;
      permissions[role.name] = role.current;
      const kept = role.memory(now);
      if (kept !== null) roles[role.name] = kept;
    }
    const raised = this.#table.rows
      .filter((row) => row.state === 'raised' && !row.volatile)
      .map((row) => ({ row: row.rule.id, seconds: now - row.raisedAt }));
    if (!Number.isNaN(this.#started)) return { raised, permissions, remote: this.#remote, roles };
    // Not used yet, so not lost.
    return { raised: this.#restored, permissions, remote: this.#remote, roles: this.#restoredRoles };
  }

  #isConfigured(role: PermissionRole): boolean {
    return (this.#table.configured & maskOf(role)) !== 0;
  }

  #begin(now: number): void {
    if (Number.isNaN(this.#started)) this.#start(now);
    this.#changed = false;
    if (this.#events.length > 0) this.#events = [];
  }

  #start(now: number): void {
    this.#started = now;
    for (const role of this.#roles) {
      const restored = this.#restoredRoles[role.name];
      if (restored !== undefined) role.restore(restored, now);
    }
    for (const { row: id, seconds } of this.#restored) {
      const row = this.#table.rows.find((r) => r.rule.id === id);
      // A stored trip stays tripped until its clear value is seen.
      if (row !== undefined) this.#raise(row, now, now - seconds);
    }
  }

  #judge(now: number): void {
    const { values } = this.#sample;
    const { needs, watch, allNeeds } = this.#table;
    values[REMOTE] = this.#remote ? 1 : 0;
    // Nearly every step of a healthy pack ends here: no value is old, and none is beyond its trip value.
    const oldest = now - oldestOf(this.#sample, allNeeds);
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
    this.#quiet = this.#isQuiet(now);
  }

  /** Every row is clear with nothing on its way, and every permission is on: only a trip can change anything. */
  #isQuiet(now: number): boolean {
    for (const row of this.#table.rows) {
      // What no device has ever measured stays between clear and trip, and stands in nobody's way.
      const calm = row.state === 'clear' || (row.optional && row.state === 'band');
      if (!calm || !Number.isNaN(row.since)) return false;
    }
    for (let bit = 0; bit < this.#roles.length; bit++) {
      if (bit === PRECHARGE || bit === AUX || (this.#table.configured & (1 << bit)) === 0) continue;
      // A contactor without a confirmed precharge waits for the owner and for nothing that a step could see.
      if (bit === CONTACTOR && this.#contactor.unconfirmed && this.#roles[bit]!.reason === 'precharge') continue;
      if (!this.#roles[bit]!.allowed) return false;
    }
    return !this.#contactor.precharging(now);
  }

  /** Looks at every row, every gate and every permission. */
  #walk(now: number): void {
    const { rows, gates } = this.#table;
    const { values } = this.#sample;
    this.#lookBack(now);

    let raised = 0;
    let band = 0;
    let oldest = now;
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i]!;
      this.#evaluate(row, now);
      if (row.state === 'raised') {
        raised |= row.denies;
        if (row.alarm && row.raisedAt < oldest) oldest = row.raisedAt;
      } else if (row.state === 'band' && !row.gate) band |= this.#inTheWay(row);
    }
    for (let i = 0; i < gates.length; i++) {
      const gate = gates[i]!;
      if (gate.state !== 'raised' && this.#waitsFor(gate, raised | band)) {
        gate.since = now;
        this.#raise(gate, now, now);
        raised |= gate.denies;
      }
    }
    values[RAISED_FOR] = now - oldest;
    this.#permit(raised, band, now);

    const warn = this.#roles[LOAD]!.allowed && rows.some((row) => row.sounds && row.state === 'raised');
    if (warn !== this.#preAlarm) {
      this.#preAlarm = warn;
      this.#touch();
    }
  }

  /** The permissions that a row between trip and clear keeps from coming on. */
  #inTheWay(row: Row): number {
    if (!row.optional && row.forgives === 0) return row.denies;
    if (!row.unknown(this.#sample.values)) return row.denies;
    return row.optional ? 0 : row.denies & ~row.forgives;
  }

  /**
   * How often rules have opened a permission lately. A battery that is being charged again is forgiven its loads' trips.
   * And how low the lowest cell is while something still draws from it although the loads are off.
   */
  #lookBack(now: number): void {
    const { values, cellOf } = this.#sample;
    const load = this.#roles[LOAD]!;
    const recharging = values[CURRENT]! > 0 && values[CELL_MIN]! >= this.#undervoltageClear;
    if (!recharging || load.allowed) this.#rechargingSince = Number.NaN;
    else if (Number.isNaN(this.#rechargingSince)) this.#rechargingSince = now;
    else if (now - this.#rechargingSince >= RECHARGING && this.#isRaised(LOCK_LOAD)) load.forget();
    const cut = !load.allowed && now - load.openedAt >= DRAIN_AFTER;
    const draining = cut && values[DISCHARGE_CURRENT]! > this.#drain;
    values[DRAIN_VOLTAGE] = draining ? values[CELL_MIN]! : Infinity;
    cellOf[DRAIN_VOLTAGE] = draining ? cellOf[CELL_MIN]! : 0;
    values[OPENINGS_CHARGE] = this.#roles[CHARGE]!.openings(now);
    values[OPENINGS_LOAD] = load.openings(now);
  }

  #isRaised(id: string): boolean {
    return this.#table.rows.some((row) => row.rule.id === id && row.state === 'raised');
  }

  #evaluate(row: Row, now: number): void {
    const { values, whole } = this.#sample;
    const { trip } = row;
    if (row.state === 'raised') {
      this.#lookForTheEnd(row, now);
      return;
    }
    if (trip !== null && trip.holds(values)) {
      if (Number.isNaN(row.since)) row.since = now;
    } else if (trip === null || whole[trip.of] === 1) {
      row.since = Number.NaN;
      if (row.state === 'band' && row.clears(values, whole)) row.state = 'clear';
      return;
    }
    // Not known, or known for a part of the pack only: a trip that was on its way goes on, it is not forgiven.
    if (now - row.since >= row.delay && this.#waited(row, now)) this.#raise(row, now, now);
  }

  /** A raised row: a silent device tells nothing new, so it stays raised until its clear values are seen. */
  #lookForTheEnd(row: Row, now: number): void {
    const { values, whole } = this.#sample;
    if (row.released && row.resettable && row.trip?.holds(values) !== true) {
      this.#clear(row, now);
      return;
    }
    if (!row.clears(values, whole)) {
      row.clearSince = Number.NaN;
      this.#hold(row, false);
      return;
    }
    if (Number.isNaN(row.clearSince)) row.clearSince = now;
    if (now - row.clearSince < row.clearDelay) return;
    if (row.latch && !row.released) this.#hold(row, true);
    else this.#clear(row, now);
  }

  #hold(row: Row, held: boolean): void {
    row.released = false;
    if (row.held === held) return;
    row.held = held;
    this.#touch();
  }

  /**
   * One of the rows that warn has been raised for long enough, or none of them is in force. Whatever they do, the wait
   * is not longer than the warning is to be.
   */
  #waited(row: Row, now: number): boolean {
    if (row.after.length === 0 || now - row.since >= row.delay + row.afterSeconds) return true;
    return row.after.some((before) => before.state === 'raised' && now - before.raisedAt >= row.afterSeconds);
  }

  /**
   * While its permission is off, a gate stands in the way as long as its clear conditions do not hold, or are not known
   * to hold. It is raised when it is the only thing left in the way, so that people see what is waited for.
   */
  #waitsFor(gate: Row, others: number): boolean {
    const bit = gate.primaryBit;
    if (this.#roles[bit]!.current || (others & (1 << bit)) !== 0 || !this.#knows(bit)) return false;
    return this.#shuts(gate, 1 << bit);
  }

  #shuts(gate: Row, mask: number): boolean {
    const { values, whole } = this.#sample;
    if (gate.clears(values, whole)) return false;
    return (gate.forgives & mask) === 0 || !gate.unknown(values);
  }

  #permit(raised: number, band: number, now: number): void {
    const roles = this.#roles;
    const reasons = TABLED.map((bit) => this.#reasonAgainst(bit, raised, band, now));
    if (this.#combined && (reasons[0] === null) !== (reasons[1] === null)) {
      // One signal for both: what takes one half away takes the other with it (123-R11).
      if (reasons[0] === null) reasons[0] = 'combined';
      else reasons[1] = 'combined';
    }
    for (let i = 0; i < TABLED.length; i++) this.#set(roles[TABLED[i]!]!, reasons[i]!, now);
    const chargeDenied = (raised & (1 << CHARGE)) !== 0;
    this.#switchContactor(this.#reasonAgainst(CONTACTOR, raised, band, now), chargeDenied, now);
    if (this.#isConfigured('precharge')) {
      this.#show(roles[PRECHARGE]!, this.#contactor.precharging(now) ? null : 'inactive', now);
    } else this.#show(roles[PRECHARGE]!, 'not-configured', now);
    this.#show(roles[AUX]!, this.#isConfigured('aux') ? this.#auxReason() : 'not-configured', now);
  }

  /** The contactor opens after the charge path and closes after the precharge. */
  #switchContactor(reason: string | null, chargeDenied: boolean, now: number): void {
    const role = this.#roles[CONTACTOR]!;
    const charge = this.#roles[CHARGE]!;
    if (reason !== null) {
      const waits = role.allowed && !this.#atOnce(CONTACTOR) && reason !== 'not-configured';
      if (waits && this.#contactor.waitsToOpen(chargeDenied, charge.openedAt, now)) return;
      this.#contactor.abort();
      this.#set(role, reason, now);
      return;
    }
    const mayClose = role.allowed || (role.waitsFor(now) === null && this.#contactor.closes(now));
    this.#set(role, mayClose ? null : (role.waitsFor(now) ?? 'precharge'), now);
  }

  #atOnce(bit: number): boolean {
    return this.#table.rows.some((row) => row.atOnce && row.state === 'raised' && (row.denies & (1 << bit)) !== 0);
  }

  /** Why the aux output is off, `null` when its rule holds and what it looks at is known (ECS-6). */
  #auxReason(): string | null {
    const { auxRule } = this.settings.values;
    const { rows } = this.#table;
    // A heater must not empty the battery.
    if (auxRule === 'heater' && !this.#roles[LOAD]!.allowed) return 'inactive';
    const active = (row: Row): boolean =>
      row.state === 'raised' &&
      (auxRule === 'error'
        ? row.rule.severity === 'alarm' || row.rule.severity === 'fault'
        : row.activates && !row.unknown(this.#sample.values));
    return rows.some(active) ? null : 'inactive';
  }

  /** Gives or takes a permission; giving it may have to wait. */
  #set(role: Role, against: string | null, now: number): void {
    this.#show(role, against === null && !role.allowed ? role.waitsFor(now) : against, now);
  }

  #show(role: Role, reason: string | null, now: number): void {
    const allowed = reason === null;
    const moved = allowed !== role.allowed;
    if (moved) {
      if (allowed) role.closed(now);
      else role.opened(now, this.#byRule(maskOf(role.name)));
      this.#touch();
    }
    if (reason !== role.reason) this.#decision = null;
    role.reason = reason;
    if (moved && role.name === 'contactor') this.#tellContactor(reason, now);
  }

  /** Where the contactor opens later than the rule behind it was told, its own opening and closing are told too. */
  #tellContactor(reason: string | null, now: number): void {
    const { values } = this.#sample;
    const { count, first } = this.log.history('contactor');
    const opened = reason !== null;
    const told = this.#events.some((event) => event.edge === 'raised' && event.denies.includes('contactor'));
    if (opened ? told : Number.isNaN(this.#contactorOpenedAt)) return;
    const current = values[CURRENT]!;
    this.#tell({
      rule: 'contactor',
      row: 'contactor',
      code: reason,
      severity: 'info',
      edge: opened ? 'raised' : 'cleared',
      quantity: 'current',
      missing: null,
      cell: null,
      value: Number.isNaN(current) ? null : current,
      threshold: null,
      duration: opened ? 0 : now - this.#contactorOpenedAt,
      at: now,
      count: count + (opened ? 1 : 0),
      first: opened && count === 0 ? now : first,
      denies: ['contactor'],
    });
    this.#contactorOpenedAt = opened ? now : Number.NaN;
  }

  /** A rule that should not act has taken the permission away. */
  #byRule(mask: number): boolean {
    return this.#table.rows.some((row) => row.counts && row.state === 'raised' && (row.denies & mask) !== 0);
  }

  /** Why the table does not give the permission now, `null` when it does; keeps the memory of what it was. */
  #reasonAgainst(bit: number, raised: number, band: number, now: number): string | null {
    const mask = 1 << bit;
    const role = this.#roles[bit]!;
    if ((this.#table.configured & mask) === 0) return 'not-configured';
    // The stored permission is not touched before everything is known: a late device must not lose it.
    if (!this.#knows(bit)) return 'starting';
    if ((raised & mask) !== 0) {
      role.current = false;
      return this.#blocker(mask);
    }
    if (role.current) return null;
    if ((band & mask) !== 0) return 'band';
    if (!this.#gatesOpen(mask)) return 'waiting';
    const wait = role.waitsFor(now);
    if (wait === null) role.current = true;
    return wait;
  }

  #gatesOpen(mask: number): boolean {
    for (const gate of this.#table.gates) if ((gate.denies & mask) !== 0 && this.#shuts(gate, mask)) return false;
    return true;
  }

  /** The first row that takes the permission away; there is one. */
  #blocker(mask: number): string {
    return this.#table.rows.find((row) => row.state === 'raised' && (row.denies & mask) !== 0)!.rule.id;
  }

  /** Everything the role rests on has been known at least once. */
  #knows(bit: number): boolean {
    const mask = 1 << bit;
    if ((this.#known & mask) !== 0) return true;
    if (oldestOf(this.#sample, this.#table.needs[bit]!) === -Infinity) return false;
    this.#known |= mask;
    return true;
  }

  /** Seconds since everything the role rests on was last known; the policy may be more patient with sensors. */
  #silence(bit: number, now: number): number {
    const cells = now - this.#since(this.#table.primary[bit]!);
    return Math.max(cells, now - this.#since(this.#table.secondary[bit]!) - this.#sensorDelay);
  }

  /** When the last of them was known; what was never known counts from the start. */
  #since(needs: Int32Array): number {
    const oldest = oldestOf(this.#sample, needs);
    return oldest === -Infinity ? this.#started : oldest;
  }

  #raise(row: Row, now: number, raisedAt: number): void {
    row.state = 'raised';
    row.raisedAt = raisedAt;
    row.clearSince = Number.NaN;
    row.event = this.#eventOf(row, 'raised', now, Number.isNaN(row.since) ? 0 : now - row.since);
    this.#tell(row.event);
  }

  #clear(row: Row, now: number): void {
    row.state = 'clear';
    row.since = Number.NaN;
    row.held = row.released = false;
    // It clears under the name it was raised under.
    const { rule, missing, code } = row.event!;
    row.event = null;
    this.#tell({ ...this.#eventOf(row, 'cleared', now, now - row.raisedAt), rule, missing, code });
  }

  #eventOf(row: Row, edge: ProtectionEvent['edge'], now: number, duration: number): ProtectionEvent {
    return makeEvent(row, edge, now, duration, this.#sample, this.#table, this.log.history(row.rule.id));
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
