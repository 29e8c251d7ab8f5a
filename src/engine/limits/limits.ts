/**
 * What chargers and loads may use, for devices that follow limits (Victron's DVCC and the like): less and less before a
 * permission would be taken away, so that it need not be (VLB-10, VLB-16, OGT-9).
 *
 * The limits are advice to devices that can do better than "on" and "off". They replace no permission and no relay.
 */
import { numberOf, type PackSettings } from '../pack/settings.ts';
import { CURRENT_HOLD, CurrentLimit } from './current-limit.ts';
import { Ramp } from './ramp.ts';
import { REST, factorOf, shareAbove, shareBelow } from './taper.ts';

/**
 * V a cell: where a full LiFePO4 cell comes to rest. A limit under that, and 0 V above all, makes systems feed the pack's
 * charge into the house to get down to it.
 */
const FLOOR = 3.35;
/** Seconds without a reason to lower the voltage before it rises: what drivers for Victron systems settled on. */
const VOLTAGE_HOLD = 60;
/** V/s on the whole pack, from the same drivers … */
const VOLTAGE_RISE = 0.001;
/** … which mostly serve packs of so many cells. More cells rise at the same pace a cell, fewer at the 1 mV/s. */
const VOLTAGE_RISE_CELLS = 16;
/** V under the balance voltage at which the charge current starts to fall: the knee of LiFePO4 begins there (3.40 V). */
const KNEE = 0.05;
/** V above the cut from which the loads may have everything where no pre-alarm is set: VLB-3's 3.10 V over VLB-2's 2.80 V. */
const LOW = 0.3;
/** K above a lower temperature limit: cold cells take up charge ever more slowly, so the slope is long. */
const COLD = 10;
/** K below an upper temperature limit: enough for less current to still change something. */
const HOT = 5;
/** % SOC under which the loads get less. Charging does not ask for SOC: a full charge is what puts a wrong SOC right. */
const NEARLY_EMPTY = 10;
/** A discharge factor at which the end is near: below the pre-alarm, still above the cut. */
const WARNING = 0.25;

/** What is known of the pack at this moment; NaN is unknown. */
export interface LimitInputs {
  /** V, the lowest and the highest cell. */
  cellMin: number;
  cellMax: number;
  /** °C, the coldest and the hottest place. */
  temperatureMin: number;
  temperatureMax: number;
  /** %. */
  soc: number;
  chargeAllowed: boolean;
  loadAllowed: boolean;
}

export interface Limits {
  /** V, whole pack; never 0. */
  maxChargeVoltage: number;
  /** A; exactly 0 while charging is not allowed, else `null` where the settings give no limit. */
  maxChargeCurrent: number | null;
  /** A, positive; exactly 0 while the loads are not allowed (and only then), else `null` where the settings give no limit. */
  maxDischargeCurrent: number | null;
  /**
   * The discharge limit is about to become 0, at which inverters switch off: what is known of the pack leaves the loads no
   * more than a quarter, or did so within the last half minute (so that the word does not flicker). Not while they are off
   * already: then the limit says so, and there is nothing left to be warned of.
   */
  dischargeWarning: boolean;
}

/** Works the limits out, step by step: they fall at once, and rise only after a hold time and slowly. */
export class LimitKeeper {
  readonly #settings: LimitSettings;
  readonly #voltage: Ramp;
  readonly #charge: CurrentLimit;
  readonly #discharge: CurrentLimit;
  #now = -Infinity;
  #low = false;
  #lowAt = -Infinity;

  /** @param settings a pack's settings, validated */
  constructor(settings: PackSettings) {
    const s = (this.#settings = limitSettings(settings));
    const rise = VOLTAGE_RISE * Math.max(1, s.cells / VOLTAGE_RISE_CELLS);
    this.#voltage = new Ramp(s.baseVoltage, VOLTAGE_HOLD, rise);
    this.#charge = new CurrentLimit(s.chargeCurrentMax, 0);
    this.#discharge = new CurrentLimit(s.dischargeCurrentMax, REST);
  }

  /**
   * @param now monotonic seconds; a moment before the last one counts as the last one
   * @returns the limits from now on, not rounded
   */
  step(inputs: LimitInputs, now: number): Limits {
    this.#now = Math.max(this.#now, now);
    const settings = this.#settings;
    const discharge = dischargeFactor(settings, inputs);
    return {
      maxChargeVoltage: this.#voltage.step(chargeVoltage(settings, inputs.cellMax), this.#now),
      maxChargeCurrent: this.#charge.step(chargeFactor(settings, inputs), inputs.chargeAllowed, this.#now),
      maxDischargeCurrent: this.#discharge.step(discharge, inputs.loadAllowed, this.#now),
      dischargeWarning: this.#warning(discharge <= WARNING, inputs.loadAllowed),
    };
  }

  /** Before the first decision: no current, and the full voltage beside it, because 0 V would discharge the pack. */
  none(): Limits {
    const { baseVoltage } = this.#settings;
    return { maxChargeVoltage: baseVoltage, maxChargeCurrent: 0, maxDischargeCurrent: 0, dischargeWarning: false };
  }

  #warning(low: boolean, allowed: boolean): boolean {
    if (!allowed) {
      // The loads may come back with a well pack: what was low before the cut is no news then.
      this.#low = false;
      this.#lowAt = -Infinity;
      return false;
    }
    if (low || this.#low) this.#lowAt = this.#now;
    this.#low = low;
    return this.#now - this.#lowAt < CURRENT_HOLD;
  }
}

/** The settings the limits are made of; NaN is off. */
interface LimitSettings {
  readonly cells: number;
  readonly baseVoltage: number;
  readonly floorVoltage: number;
  readonly balanceVoltage: number;
  readonly overvoltage: number;
  /** The highest cell up to which charging has all of its current. */
  readonly chargeFull: number;
  readonly undervoltage: number;
  /** The lowest cell down to which the loads have all of their current. */
  readonly dischargeFull: number;
  readonly chargeCold: number;
  readonly chargeHot: number;
  readonly dischargeCold: number;
  readonly dischargeHot: number;
  readonly chargeCurrentMax: number;
  readonly dischargeCurrentMax: number;
}

function limitSettings(settings: PackSettings): LimitSettings {
  const cells = numberOf(settings, 'cells');
  const balanceVoltage = numberOf(settings, 'balanceVoltage');
  const undervoltage = numberOf(settings, 'cellUndervoltage');
  const baseVoltage = balanceVoltage * cells;
  // Who gives charging back only far below the balance voltage wants it gentle from there on.
  const gentle = Math.min(balanceVoltage, known(numberOf(settings, 'cellOvervoltageClear'), balanceVoltage));
  const preAlarm = known(numberOf(settings, 'preAlarm'), undervoltage + LOW);
  return {
    cells,
    baseVoltage,
    floorVoltage: Math.min(FLOOR * cells, baseVoltage),
    balanceVoltage,
    overvoltage: numberOf(settings, 'cellOvervoltage'),
    chargeFull: gentle - KNEE,
    undervoltage,
    dischargeFull: known(numberOf(settings, 'preAlarmClear'), preAlarm),
    chargeCold: numberOf(settings, 'chargeTemperatureMin'),
    chargeHot: numberOf(settings, 'chargeTemperatureMax'),
    dischargeCold: numberOf(settings, 'dischargeTemperatureMin'),
    dischargeHot: numberOf(settings, 'dischargeTemperatureMax'),
    chargeCurrentMax: numberOf(settings, 'chargeCurrentMax'),
    dischargeCurrentMax: numberOf(settings, 'dischargeCurrentMax'),
  };
}

function known(value: number, otherwise: number): number {
  return Number.isNaN(value) ? otherwise : value;
}

/**
 * V, whole pack. All cells at the balance voltage, less in proportion as the highest runs ahead of it: the floor when it
 * stands at the overvoltage limit, so that both ends of the slope are the owner's own numbers.
 *
 * A pack with a runner stands well under its limit because the others are low. Taking the runner's excess off the pack
 * once would change nothing until the cut, so the slope is one of all cells.
 *
 * NaN while the highest cell is unknown: the limit stays as it is then. At the start that is the full voltage: charging
 * has not been allowed yet, so 0 A stands beside it, and a voltage far below the pack's own could discharge it.
 */
function chargeVoltage(settings: LimitSettings, cellMax: number): number {
  if (Number.isNaN(cellMax)) return Number.NaN;
  const { baseVoltage, floorVoltage, balanceVoltage, overvoltage } = settings;
  const taken = 1 - shareBelow(cellMax, balanceVoltage, overvoltage);
  return Math.max(floorVoltage, baseVoltage - (baseVoltage - floorVoltage) * taken);
}

/** `REST`..1: the smallest of what the highest cell and the temperatures leave. */
function chargeFactor(settings: LimitSettings, { cellMax, temperatureMin, temperatureMax }: LimitInputs): number {
  const { chargeFull, overvoltage, chargeCold, chargeHot } = settings;
  return factorOf(
    Math.min(
      shareBelow(cellMax, chargeFull, overvoltage),
      shareAbove(temperatureMin, chargeCold + COLD, chargeCold),
      shareBelow(temperatureMax, chargeHot - HOT, chargeHot),
    ),
  );
}

/** `REST`..1: the smallest of what the lowest cell, the temperatures and SOC leave. An unknown SOC takes nothing away. */
function dischargeFactor(settings: LimitSettings, inputs: LimitInputs): number {
  const { dischargeFull, undervoltage, dischargeCold, dischargeHot } = settings;
  return factorOf(
    Math.min(
      shareAbove(inputs.cellMin, dischargeFull, undervoltage),
      shareAbove(inputs.temperatureMin, dischargeCold + COLD, dischargeCold),
      shareBelow(inputs.temperatureMax, dischargeHot - HOT, dischargeHot),
      shareAbove(known(inputs.soc, NEARLY_EMPTY), NEARLY_EMPTY, 0),
    ),
  );
}
