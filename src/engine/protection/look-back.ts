/** What follows from the permissions' own past, filled in as quantities for the lock's rows and the second stage's. */
import { numberOf, type PackSettings } from '../pack/settings.ts';
import type { Role } from './role.ts';
import { indexOf, type Sample } from './sample.ts';

const CELL_MIN = indexOf('cellMin');
const CURRENT = indexOf('current');
const DISCHARGE_CURRENT = indexOf('dischargeCurrent');
const OPENINGS_CHARGE = indexOf('openingsCharge');
const OPENINGS_LOAD = indexOf('openingsLoad');
const DRAIN_VOLTAGE = indexOf('drainVoltage');

/** So long must the battery be charged before a lock of the loads is released early (s): the Cyrix-Li-load's half minute. */
const RECHARGING = 30;
/** So long after the loads were cut their current must be gone (s): relays, inverters' capacitors. */
const DRAIN_AFTER = 10;
/** What may still flow then, in parts of the capacity: the BMS, the computer. */
const DRAIN = 0.005;

export class LookBack {
  readonly #undervoltageClear: number;
  readonly #drain: number;
  #rechargingSince = Number.NaN;

  constructor(settings: PackSettings) {
    this.#undervoltageClear = numberOf(settings, 'cellUndervoltageClear');
    this.#drain = DRAIN * numberOf(settings, 'capacity');
  }

  /** @param locked the loads are locked for having been cut too often */
  step({ values, cellOf }: Sample, charge: Role, load: Role, locked: boolean, now: number): void {
    const recharging = values[CURRENT]! > 0 && values[CELL_MIN]! >= this.#undervoltageClear;
    if (!recharging || load.allowed) this.#rechargingSince = Number.NaN;
    else if (Number.isNaN(this.#rechargingSince)) this.#rechargingSince = now;
    // A battery that is being charged again is forgiven its loads' trips.
    else if (now - this.#rechargingSince >= RECHARGING && locked) load.forget();
    values[OPENINGS_CHARGE] = charge.openings(now);
    values[OPENINGS_LOAD] = load.openings(now);
    // How low the lowest cell is while something still draws from it although the loads are off.
    const cut = !load.allowed && now - load.openedAt >= DRAIN_AFTER;
    const draining = cut && values[DISCHARGE_CURRENT]! > this.#drain;
    values[DRAIN_VOLTAGE] = draining ? values[CELL_MIN]! : Infinity;
    cellOf[DRAIN_VOLTAGE] = draining ? cellOf[CELL_MIN]! : 0;
  }
}
