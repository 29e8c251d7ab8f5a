/**
 * One permission over time: whether it is given, when it was taken away, and how often. What is counted here only ever
 * delays closing; opening is nobody's business but the table's.
 */
import type { PermissionRole } from '../vocabulary.ts';
import type { RoleMemory } from './decision.ts';

const HOUR = 3600;
/** Openings that are kept: more than any lock counts. */
const MOST = 128;

export interface RoleLimits {
  /** Seconds the permission stays off at least. */
  readonly minimumOff: number;
  /** Closings an hour at most; NaN: any number. */
  readonly switchesPerHour: number;
  /** Seconds in which openings count together for the lock. */
  readonly retryWindow: number;
}

export class Role {
  readonly name: PermissionRole;
  readonly #limits: RoleLimits;
  allowed = false;
  /** What the permission was before everything was known, and is between trip and clear. */
  current: boolean;
  reason: string | null = 'starting';
  openedAt = -Infinity;
  #openings: number[] = [];
  #closings: number[] = [];

  constructor(name: PermissionRole, current: boolean, limits: RoleLimits) {
    this.name = name;
    this.current = current;
    this.#limits = limits;
  }

  /** Why a permission that is off must wait before it comes back, `null` when it need not. */
  waitsFor(now: number): string | null {
    if (now - this.openedAt < this.#limits.minimumOff) return 'minimum-off';
    // The oldest of the closings that may fall into one hour; there is none without a limit, or before it is reached.
    const first = this.#closings[this.#closings.length - this.#limits.switchesPerHour] ?? -Infinity;
    return now - first < HOUR ? 'switches' : null;
  }

  closed(now: number): void {
    this.allowed = true;
    this.#closings.push(now);
    if (this.#closings.length > MOST) this.#closings.shift();
  }

  /** @param byRule a rule that should not act took it away; the owner's switch and the course of things do not count */
  opened(now: number, byRule: boolean): void {
    this.allowed = false;
    this.openedAt = now;
    if (!byRule) return;
    this.#openings.push(now);
    if (this.#openings.length > MOST) this.#openings.shift();
  }

  /** How often rules have taken the permission away within the retry window. */
  openings(now: number): number {
    while (now - this.#openings[0]! >= this.#limits.retryWindow) this.#openings.shift();
    return this.#openings.length;
  }

  /** What delays closing, for the store; `null` when nothing does. */
  memory(now: number): RoleMemory | null {
    const ages = (times: readonly number[]): number[] => times.map((at) => now - at);
    const off = this.allowed || this.openedAt === -Infinity ? null : now - this.openedAt;
    // Closings are kept only where something counts them.
    const closings = Number.isNaN(this.#limits.switchesPerHour) ? [] : ages(this.#closings);
    if (off === null && closings.length === 0 && this.#openings.length === 0) return null;
    return { openings: ages(this.#openings), closings, off };
  }

  restore({ openings, closings, off }: RoleMemory, now: number): void {
    this.#openings = openings.map((age) => now - age);
    this.#closings = closings.map((age) => now - age);
    if (off !== null) this.openedAt = now - off;
  }

  /** The lock is released: its openings no longer count. */
  forget(): void {
    this.#openings = [];
  }
}
