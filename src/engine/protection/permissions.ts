/**
 * The permissions: what the walked table means for each of them. Charging, loads, alternator and sheddable loads follow the
 * table; the contactor follows it in an order of its own; precharge and aux follow from the others.
 */
import { numberOf, type PackSettings } from '../pack/settings.ts';
import { PERMISSION_ROLES, type PermissionRole } from '../vocabulary.ts';
import { ContactorSequence, type Precharge } from './contactor.ts';
import type { ProtectionMemory, RoleMemory } from './decision.ts';
import { Role } from './role.ts';
import { maskOf, type Row } from './row.ts';
import type { Sample } from './sample.ts';
import type { Table } from './table.ts';

const CHARGE = PERMISSION_ROLES.indexOf('charge');
const LOAD = PERMISSION_ROLES.indexOf('load');
const CONTACTOR = PERMISSION_ROLES.indexOf('contactor');
const PRECHARGE = PERMISSION_ROLES.indexOf('precharge');
const AUX = PERMISSION_ROLES.indexOf('aux');
/** Roles that the table denies and gives; the others follow from them. */
const TABLED = (['charge', 'load', 'alternator', 'shed'] as const).map((role) => PERMISSION_ROLES.indexOf(role));

/** What the rows say together: bit i is `PERMISSION_ROLES[i]`. */
export interface Verdicts {
  /** Taken away by a raised row. */
  readonly raised: number;
  /** Kept from coming on by a row between trip and clear. */
  readonly band: number;
}

export interface PermissionsOptions {
  readonly settings: PackSettings;
  readonly table: Table;
  readonly sample: Sample;
  readonly memory: ProtectionMemory | null;
  readonly firstClose: boolean;
  readonly precharged: boolean;
  /** A permission moved, or the reason against it changed. */
  readonly changed: (role: Role, moved: boolean) => void;
}

export class Permissions {
  readonly all: readonly Role[];
  readonly charge: Role;
  readonly load: Role;
  readonly #table: Table;
  readonly #sample: Sample;
  readonly #settings: PackSettings;
  readonly #contactor: ContactorSequence;
  readonly #combined: boolean;
  readonly #restored: NonNullable<ProtectionMemory['roles']>;
  readonly #changed: PermissionsOptions['changed'];
  /** Bit per permission whose needs have all been known once. */
  #known = 0;

  constructor({ settings, table, sample, memory, firstClose, precharged, changed }: PermissionsOptions) {
    const limits = {
      minimumOff: numberOf(settings, 'minimumOff'),
      switchesPerHour: numberOf(settings, 'switchesPerHour'),
      retryWindow: numberOf(settings, 'retryWindow'),
    };
    this.all = PERMISSION_ROLES.map((role) => new Role(role, memory?.permissions[role] ?? firstClose, limits));
    this.charge = this.all[CHARGE]!;
    this.load = this.all[LOAD]!;
    this.#table = table;
    this.#sample = sample;
    this.#settings = settings;
    this.#combined = settings.values.combined === 'yes';
    this.#changed = changed;
    this.#restored = memory?.roles ?? {};
    const { precharge } = settings.values;
    this.#contactor = new ContactorSequence({
      delay: numberOf(settings, 'contactorDelay'),
      precharge: precharge === 'unconfirmed' && precharged ? 'external' : (precharge as Precharge),
      prechargeTime: numberOf(settings, 'prechargeTime'),
    });
  }

  /** Takes up what was stored; `now` is the first moment. */
  start(now: number): void {
    for (const role of this.all) {
      const restored = this.#restored[role.name];
      if (restored !== undefined) role.restore(restored, now);
    }
  }

  /** What must survive a restart, as long as the first moment has come. */
  memory(now: number): Required<Pick<ProtectionMemory, 'permissions' | 'roles'>> {
    const permissions: Partial<Record<PermissionRole, boolean>> = {};
    const roles: Partial<Record<PermissionRole, RoleMemory>> = {};
    for (const role of this.all) {
      if (!this.#isConfigured(role.name)) continue;
      permissions[role.name] = role.current;
      const kept = role.memory(now);
      if (kept !== null) roles[role.name] = kept;
    }
    return { permissions, roles };
  }

  /** What was stored and has not been taken up yet. */
  get stored(): NonNullable<ProtectionMemory['roles']> {
    return this.#restored;
  }

  /** Everything that can be allowed is: only a trip can change anything. */
  isCalm(now: number): boolean {
    for (let bit = 0; bit < this.all.length; bit++) {
      if (bit === PRECHARGE || bit === AUX || (this.#table.configured & (1 << bit)) === 0) continue;
      const { allowed, reason } = this.all[bit]!;
      // A contactor without a confirmed precharge waits for the owner and for nothing that a step could see.
      if (bit === CONTACTOR && this.#contactor.unconfirmed && reason === 'precharge') continue;
      if (!allowed) return false;
    }
    return !this.#contactor.precharging(now);
  }

  /**
   * While its permission is off, a gate stands in the way as long as its clear conditions do not hold, or are not known
   * to hold. It is raised when it is the only thing left in the way, so that people see what is waited for.
   * @param others permissions that something else stands in the way of
   */
  waitsFor(gate: Row, others: number): boolean {
    const bit = gate.primaryBit;
    if (this.all[bit]!.current || (others & (1 << bit)) !== 0 || !this.#knows(bit)) return false;
    // Raised it would take away, before its delay, what else it denies and is still allowed.
    if (this.all.some((role) => role.allowed && (gate.denies & maskOf(role.name)) !== 0)) return false;
    return gate.shuts(this.#sample, 1 << bit);
  }

  /** Gives and takes the permissions. */
  decide(verdicts: Verdicts, now: number): void {
    const reasons = TABLED.map((bit) => this.#reasonAgainst(bit, verdicts, now));
    if (this.#combined && (reasons[0] === null) !== (reasons[1] === null)) {
      // One signal for both: what takes one half away takes the other with it (123-R11).
      if (reasons[0] === null) reasons[0] = 'combined';
      else reasons[1] = 'combined';
    }
    TABLED.forEach((bit, i) => this.#set(this.all[bit]!, reasons[i]!, now));
    const chargeDenied = (verdicts.raised & (1 << CHARGE)) !== 0;
    this.#switchContactor(this.#reasonAgainst(CONTACTOR, verdicts, now), chargeDenied, now);
    const precharging = this.#contactor.precharging(now) ? null : 'inactive';
    this.#show(this.all[PRECHARGE]!, this.#isConfigured('precharge') ? precharging : 'not-configured', now);
    this.#show(this.all[AUX]!, this.#isConfigured('aux') ? this.#auxReason() : 'not-configured', now);
  }

  /** Why the table does not give the permission now, `null` when it does; keeps the memory of what it was. */
  #reasonAgainst(bit: number, { raised, band }: Verdicts, now: number): string | null {
    const mask = 1 << bit;
    const role = this.all[bit]!;
    if ((this.#table.configured & mask) === 0) return 'not-configured';
    // The stored permission is not touched before everything is known: a late device must not lose it.
    if (!this.#knows(bit)) return 'starting';
    if ((raised & mask) !== 0) {
      role.current = false;
      return this.#raisedRow(mask)!.rule.id;
    }
    if (role.current) return null;
    if ((band & mask) !== 0) return 'band';
    if (this.#table.gates.some((gate) => (gate.denies & mask) !== 0 && gate.shuts(this.#sample, mask)))
      return 'waiting';
    const wait = role.waitsFor(now);
    if (wait === null) role.current = true;
    return wait;
  }

  /** The contactor opens after the charge path and closes after the precharge. */
  #switchContactor(reason: string | null, chargeDenied: boolean, now: number): void {
    const role = this.all[CONTACTOR]!;
    if (reason !== null) {
      const atOnce = this.#raisedRow(1 << CONTACTOR, (row) => row.atOnce) !== undefined;
      const waits = this.#contactor.waitsToOpen(chargeDenied, this.charge.openedAt, now);
      if (role.allowed && !atOnce && waits) return;
      this.#contactor.abort();
      this.#set(role, reason, now);
      return;
    }
    // What delays closing is `#set`'s business; no precharge is begun meanwhile.
    const ready = role.allowed || role.waitsFor(now) !== null || this.#contactor.closes(now);
    this.#set(role, ready ? null : 'precharge', now);
  }

  /** Why the aux output is off, `null` when its rule holds and what it looks at is known (ECS-6). */
  #auxReason(): string | null {
    const { auxRule } = this.#settings.values;
    // A heater must not empty the battery.
    if (auxRule === 'heater' && !this.load.allowed) return 'inactive';
    const active = (row: Row): boolean =>
      row.state === 'raised' &&
      (auxRule === 'error'
        ? row.rule.severity === 'alarm' || row.rule.severity === 'fault'
        : row.activates && !row.unknown(this.#sample.values));
    return this.#table.rows.some(active) ? null : 'inactive';
  }

  /** Gives or takes a permission; giving it may have to wait. */
  #set(role: Role, against: string | null, now: number): void {
    this.#show(role, against === null && !role.allowed ? role.waitsFor(now) : against, now);
  }

  #show(role: Role, reason: string | null, now: number): void {
    const moved = (reason === null) !== role.allowed;
    if (moved && reason === null) role.closed(now);
    // The owner's switch and the course of things are no openings that count for a lock.
    if (moved && reason !== null)
      role.opened(now, this.#raisedRow(maskOf(role.name), (row) => row.counts) !== undefined);
    const told = moved || reason !== role.reason;
    role.reason = reason;
    if (told) this.#changed(role, moved);
  }

  /** The first raised row that takes away what is in the mask. */
  #raisedRow(mask: number, like: (row: Row) => boolean = () => true): Row | undefined {
    return this.#table.rows.find((row) => row.state === 'raised' && (row.denies & mask) !== 0 && like(row));
  }

  /** Everything the role rests on has been known at least once. */
  #knows(bit: number): boolean {
    const mask = 1 << bit;
    if ((this.#known & mask) !== 0) return true;
    if (this.#sample.oldest(this.#table.needs[bit]!) === -Infinity) return false;
    this.#known |= mask;
    return true;
  }

  #isConfigured(role: PermissionRole): boolean {
    return (this.#table.configured & maskOf(role)) !== 0;
  }
}
