/**
 * The protection: walks over the table of rules with each reading and decides the permissions.
 *
 * One permission is a small machine: any raised row that denies it takes it away at once; it comes back when every such
 * row is clear, its gates are open and the minimum off time is over. Between trip and clear it stays as it was.
 * Opening is never delayed by anything but the row's own delay.
 */
import type { PackSettings } from '../pack/settings.ts';
import { numberOf, staleAfter } from '../pack/settings.ts';
import type { Reading } from '../reading/reading.ts';
import { PERMISSION_ROLES, type PermissionRole } from '../vocabulary.ts';
import type { Decision, ProtectionEvent, ProtectionMemory, RoleDecision } from './decision.ts';
import { makeEvent, oldestOf } from './event.ts';
import type { Row } from './row.ts';
import type { Quantity } from './rule.ts';
import { Sample, indexOf } from './sample.ts';
import { compileTable, type Table } from './table.ts';

const REMOTE = indexOf('remote');
const SILENCE_CHARGE = indexOf('silenceCharge');
const SILENCE_LOAD = indexOf('silenceLoad');

const CHARGE = PERMISSION_ROLES.indexOf('charge');
const LOAD = PERMISSION_ROLES.indexOf('load');
/** Roles whose rules arrive with a later version: never allowed until then. */
const NOT_CONFIGURED: readonly PermissionRole[] = ['alternator', 'precharge', 'aux'];

export interface ProtectionOptions {
  /** What was stored before, for the same settings and the same pack. */
  readonly memory?: ProtectionMemory | null;
  /** The owner confirmed that a permission may come on inside a hysteresis band at the first start. */
  readonly firstClose?: boolean;
  /** Quantities that are not measured here at all: their rules are not active (a log without temperatures). */
  readonly without?: readonly Quantity[];
}

export class Protection {
  readonly settings: PackSettings;
  readonly #table: Table;
  readonly #sample: Sample;
  readonly #current: boolean[];
  readonly #openedAt = new Float64Array(PERMISSION_ROLES.length).fill(-Infinity);
  readonly #reasons: (string | null)[] = PERMISSION_ROLES.map(() => 'starting');
  readonly #allowed: boolean[] = PERMISSION_ROLES.map(() => false);
  readonly #minimumOff: number;
  readonly #staleAfter: number;
  readonly #timeoutCharge: number;
  readonly #timeoutLoad: number;
  #started = Number.NaN;
  #remote = true;
  #preAlarm = false;
  #events: ProtectionEvent[] = [];
  #decision: Decision | null = null;
  #changed = true;
  #quiet = false;
  /** Bit per permission whose needs have all been known once. */
  #known = 0;

  constructor(settings: PackSettings, options: ProtectionOptions = {}) {
    this.settings = settings;
    this.#table = compileTable(settings, options.without ?? []);
    this.#minimumOff = numberOf(settings, 'minimumOff');
    this.#timeoutCharge = numberOf(settings, 'communicationTimeoutCharge');
    this.#timeoutLoad = numberOf(settings, 'communicationTimeoutLoad');
    this.#staleAfter = staleAfter(settings);
    this.#sample = new Sample(this.#staleAfter);
    const stored = options.memory ?? null;
    this.#remote = stored?.remote ?? true;
    this.#current = PERMISSION_ROLES.map((role) => stored?.permissions[role] ?? options.firstClose === true);
    this.#restored = stored?.raised ?? [];
  }

  readonly #restored: ProtectionMemory['raised'];

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
    if (Number.isNaN(this.#started)) this.#start(now);
    this.#changed = false;
    if (this.#events.length > 0) this.#events = [];
    this.#sample.fill(reading, now, countedAt);
    this.#judge(now);
    return this.#changed;
  }

  /** A step without a new reading: only time has passed. Values keep ageing; nothing becomes known. */
  tick(now: number): boolean {
    if (Number.isNaN(this.#started)) this.#start(now);
    this.#changed = false;
    if (this.#events.length > 0) this.#events = [];
    this.#judge(now);
    return this.#changed;
  }

  /** The edges of the last step, in the order of the table. */
  get events(): readonly ProtectionEvent[] {
    return this.#events;
  }

  get preAlarm(): boolean {
    return this.#preAlarm;
  }

  allowed(role: PermissionRole): boolean {
    return this.#allowed[PERMISSION_ROLES.indexOf(role)] === true;
  }

  /** Monotonic second from which what the role rests on is no longer known: no lease may last longer. */
  relyUntil(role: PermissionRole): number {
    const bit = PERMISSION_ROLES.indexOf(role);
    const timeout = bit === CHARGE || role === 'alternator' ? this.#timeoutCharge : this.#timeoutLoad;
    return oldestOf(this.#sample, this.#table.needs[bit]!) + timeout;
  }

  /** The decision as data; a new object only after a change. */
  decision(now: number): Decision {
    if (this.#decision === null) {
      const roles = {} as Record<PermissionRole, RoleDecision>;
      PERMISSION_ROLES.forEach((role, bit) => {
        roles[role] = { allowed: this.#allowed[bit]!, reason: this.#allowed[bit] ? null : this.#reasons[bit]! };
      });
      const active = this.#table.rows.flatMap((row) => (row.event === null ? [] : [row.event]));
      this.#decision = { at: now, roles, preAlarm: this.#preAlarm, active };
    }
    return this.#decision;
  }

  /** What must survive a restart. Permissions of roles that have not started yet are kept as they were stored. */
  memory(now: number): ProtectionMemory {
    const permissions: Partial<Record<PermissionRole, boolean>> = {};
    PERMISSION_ROLES.forEach((role, bit) => {
      if (!NOT_CONFIGURED.includes(role)) permissions[role] = this.#current[bit]!;
    });
    const raised = this.#table.rows
      .filter((row) => row.state === 'raised' && !row.volatile)
      .map((row) => ({ row: row.rule.id, seconds: now - row.raisedAt }));
    const notYet = Number.isNaN(this.#started) ? this.#restored : [];
    return { raised: [...raised, ...notYet], permissions, remote: this.#remote };
  }

  #start(now: number): void {
    this.#started = now;
    for (const { row: id, seconds } of this.#restored) {
      const row = this.#table.rows.find((r) => r.rule.id === id);
      // A stored trip stays tripped until its clear value is seen.
      if (row !== undefined) this.#raise(row, now, now - seconds);
    }
  }

  #judge(now: number): void {
    const { values } = this.#sample;
    values[REMOTE] = this.#remote ? 1 : 0;
    // Nearly every step of a healthy pack ends here: no value is old, and none is beyond its trip value.
    const oldest = now - oldestOf(this.#sample, this.#table.allNeeds);
    if (this.#quiet && oldest < this.#staleAfter) {
      values[SILENCE_CHARGE] = oldest;
      values[SILENCE_LOAD] = oldest;
      if (!this.#table.watch.anyBeyond(values)) return;
    }
    values[SILENCE_CHARGE] = now - this.#since(this.#table.needs[CHARGE]!);
    values[SILENCE_LOAD] = now - this.#since(this.#table.needs[LOAD]!);
    this.#walk(now);
    this.#quiet = this.#isQuiet();
  }

  /** Every row is clear with nothing on its way, and every permission is on: only a trip can change anything. */
  #isQuiet(): boolean {
    for (const row of this.#table.rows) if (row.state !== 'clear' || !Number.isNaN(row.since)) return false;
    for (let bit = 0; bit < PERMISSION_ROLES.length; bit++) {
      if ((this.#table.configured & (1 << bit)) !== 0 && !this.#allowed[bit]) return false;
    }
    return true;
  }

  /** Looks at every row, every gate and every permission. */
  #walk(now: number): void {
    const { rows, gates } = this.#table;

    let raised = 0;
    let band = 0;
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i]!;
      this.#evaluate(row, now);
      if (row.state === 'raised') raised |= row.denies;
      else if (row.state === 'band' && !row.gate) band |= row.denies;
    }
    for (let i = 0; i < gates.length; i++) {
      const gate = gates[i]!;
      if (gate.state !== 'raised' && this.#waitsFor(gate, raised | band)) {
        gate.since = now;
        this.#raise(gate, now, now);
        raised |= gate.denies;
      }
    }
    this.#permit(raised, band, now);

    const warn = this.#allowed[LOAD] === true && rows.some((row) => row.sounds && row.state === 'raised');
    if (warn !== this.#preAlarm) {
      this.#preAlarm = warn;
      this.#touch();
    }
  }

  #evaluate(row: Row, now: number): void {
    const { values, whole } = this.#sample;
    const { trip } = row;
    if (row.state === 'raised') {
      // A silent device tells nothing new: the row stays raised until its clear values are seen.
      if (!row.clears(values, whole)) {
        row.clearSince = Number.NaN;
        return;
      }
      if (Number.isNaN(row.clearSince)) row.clearSince = now;
      if (now - row.clearSince >= row.clearDelay) this.#clear(row, now);
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

  /** The row that warns has been raised for long enough. */
  #waited(row: Row, now: number): boolean {
    if (row.after === null) return true;
    return row.after.state === 'raised' && now - row.after.raisedAt >= row.afterSeconds;
  }

  /**
   * While its permission is off, a gate stands in the way as long as its clear conditions do not hold, or are not known
   * to hold. It is raised when it is the only thing left in the way, so that people see what is waited for.
   */
  #waitsFor(gate: Row, others: number): boolean {
    const bit = gate.primaryBit;
    if (this.#current[bit] || (others & (1 << bit)) !== 0 || !this.#knows(bit)) return false;
    return !gate.clears(this.#sample.values, this.#sample.whole);
  }

  #permit(raised: number, band: number, now: number): void {
    for (let bit = 0; bit < PERMISSION_ROLES.length; bit++) {
      const reason = this.#reasonAgainst(bit, raised, band, now);
      const allowed = reason === null;
      if (allowed !== this.#allowed[bit]) {
        this.#allowed[bit] = allowed;
        if (!allowed) this.#openedAt[bit] = now;
        this.#touch();
      }
      if (reason === this.#reasons[bit]) continue;
      this.#reasons[bit] = reason;
      this.#decision = null;
    }
  }

  /** Why the permission is not given now, `null` when it is; keeps the memory of what it was. */
  #reasonAgainst(bit: number, raised: number, band: number, now: number): string | null {
    const mask = 1 << bit;
    if ((this.#table.configured & mask) === 0) return 'not-configured';
    // The stored permission is not touched before everything is known: a late device must not lose it.
    if (!this.#knows(bit)) return 'starting';
    if ((raised & mask) !== 0) {
      this.#current[bit] = false;
      return this.#blocker(mask);
    }
    if (this.#current[bit]) return null;
    if ((band & mask) !== 0) return 'band';
    if (!this.#gatesOpen(mask)) return 'waiting';
    if (now - this.#openedAt[bit]! < this.#minimumOff) return 'minimum-off';
    this.#current[bit] = true;
    return null;
  }

  #gatesOpen(mask: number): boolean {
    const { values, whole } = this.#sample;
    for (const gate of this.#table.gates) if ((gate.denies & mask) !== 0 && !gate.clears(values, whole)) return false;
    return true;
  }

  #blocker(mask: number): string {
    for (const row of this.#table.rows) if (row.state === 'raised' && (row.denies & mask) !== 0) return row.rule.id;
    return 'raised';
  }

  /** Everything the role rests on has been known at least once. */
  #knows(bit: number): boolean {
    const mask = 1 << bit;
    if ((this.#known & mask) !== 0) return true;
    if (oldestOf(this.#sample, this.#table.needs[bit]!) === -Infinity) return false;
    this.#known |= mask;
    return true;
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
    row.event = makeEvent(row, 'raised', now, Number.isNaN(row.since) ? 0 : now - row.since, this.#sample, this.#table);
    this.#events.push(row.event);
    this.#touch();
  }

  #clear(row: Row, now: number): void {
    row.state = 'clear';
    row.since = Number.NaN;
    // It clears under the name it was raised under.
    const { rule, missing } = row.event ?? { rule: row.rule.rule, missing: null };
    row.event = null;
    this.#events.push({
      ...makeEvent(row, 'cleared', now, now - row.raisedAt, this.#sample, this.#table),
      rule,
      missing,
    });
    this.#touch();
  }

  #touch(): void {
    this.#changed = true;
    this.#decision = null;
  }
}
