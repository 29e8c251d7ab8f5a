/**
 * The guided recovery of a deeply discharged battery (VLB-18): which step it is at, for how much longer, and when to give up.
 * It moves nothing; the owner charges, and this watches and says what is next.
 *
 * Timers run only while their condition holds: charging, or resting. What happened in a gap is not known and counts for none.
 */
import type { BatterySample, BatterySettings } from '../figures/sample.ts';
import { numberIn, recordOf, storable } from '../figures/stored.ts';
import { HeatWatch } from './heat-watch.ts';
import { RiseWatch, SLOW_LOOK, TRICKLE_LOOK } from './rise-watch.ts';
import {
  DEEP,
  IMPOSSIBLE,
  NOTHING,
  RECOVERY_ABORTS,
  RECOVERY_STAGES,
  REST_VOLTAGE,
  SLOW_VOLTAGE,
  VERY_DEEP,
  WITHIN,
  recoveryTarget,
  type RecoveryAbort,
  type RecoveryStage,
} from './recovery-plan.ts';

/** A state of things counts once it has lasted so long (s). */
const STAY = 60;
/** Below this current (share of the capacity per hour) a deep cell is deep; a load pulls good cells down too. */
const QUIET_RATE = 0.05;
/** What counts as charging: beyond the zero of a sensor (share of the capacity per hour). */
const CHARGING_RATE = 0.01;
/** The trickle is smaller than that: it shows as this much (A) above what the sensor read before it began. */
const TRICKLE_SEEN = 0.05;
/** What counts as rest: a monitor and its boards may draw (A, or this share of the capacity per hour, whichever is more). */
const REST_LEAST = 0.2;
const REST_RATE = 0.005;
/** A rest in which this share of the capacity has flowed is none, and begins anew. */
const DISTURBED = 0.01;
/** More than a stage allows by this factor and this offset (A, or the share of the capacity per hour) is too much. */
const TOO_MUCH_FACTOR = 1.1;
const TOO_MUCH_LEAST = 0.1;
const TOO_MUCH_RATE = 0.002;
/** s after which it is told, and after which it is taken back. */
const TOO_MUCH_AFTER = 10;
const TOO_MUCH_UNTIL = 60;

/** What advice needs to know of it. */
export interface RecoveryView {
  readonly stage: RecoveryStage;
  /** Why it was given up; `null` otherwise. */
  readonly abort: RecoveryAbort | null;
  /** Number of the cell that it is about, from 1; `null`: none. */
  readonly cell: number | null;
  /** V of that cell when it was last looked at; NaN: none. */
  readonly cellVoltage: number;
  /** s that the stage still has to last; NaN where it does not hang on a time. */
  readonly left: number;
  /** The owner charges with more than the stage allows. */
  readonly tooMuch: boolean;
}

export class Recovery implements RecoveryView {
  readonly #settings: BatterySettings;
  readonly #heat = new HeatWatch();
  readonly #rise: RiseWatch;
  /** Never `check-wire`: that one lies over whatever stage it is. */
  #stage: RecoveryStage = 'idle';
  #abort: RecoveryAbort | null = null;
  #cell = 0;
  #cellVoltage = Number.NaN;
  /** s for which the way into the next stage has stood open, and that this stage has lasted where time decides. */
  #openFor = 0;
  #lasted = 0;
  /** Mean of what the sensor showed before anything was charged (A). */
  #zero = 0;
  #wireOff = false;
  #wireFor = 0;
  /** Ah that flowed either way in a rest. */
  #moved = 0;
  #tooMuch = false;
  #tooMuchFor = 0;

  constructor(settings: BatterySettings) {
    this.#settings = settings;
    this.#rise = new RiseWatch(settings.cells, settings.capacity);
  }

  step(sample: BatterySample): void {
    const { flow, cellMin } = sample;
    if (this.#stage === 'aborted') return;
    if (sample.gap) this.#lose();
    if (this.#stage !== 'idle' && this.#stage !== 'passed' && this.#isTooHot(sample)) return this.#giveUp('hot');
    // Without cells and a current nothing else can be said.
    if (Number.isNaN(flow) || Number.isNaN(cellMin) || !(this.#settings.capacity > 0)) return;
    this.#watchWire(sample);
    if (isWire(sample)) {
      // Such a reading is no cell's: everything waits.
      this.#rise.lose();
      this.#openFor = 0;
      return;
    }
    if (this.#stage === 'idle') this.#look(sample);
    else if (this.#stage === 'passed') this.#awaitUse(sample);
    else this.#guide(sample);
  }

  get stage(): RecoveryStage {
    return this.#wireOff ? 'check-wire' : this.#stage;
  }

  get abort(): RecoveryAbort | null {
    return this.#abort;
  }

  get cell(): number | null {
    return this.#cell > 0 ? this.#cell : null;
  }

  get cellVoltage(): number {
    return this.#cellVoltage;
  }

  get left(): number {
    return Math.max(0, recoveryTarget(this.stage, this.#settings.capacity).seconds - this.#lasted);
  }

  get tooMuch(): boolean {
    return this.#tooMuch;
  }

  /** The owner knows: an abort, or whatever stage it is at, is over. A battery that is still deep down begins again. */
  reset(): void {
    this.#wireOff = false;
    this.#wireFor = 0;
    this.#enter('idle');
  }

  state(): unknown {
    return {
      stage: this.#stage,
      abort: this.#abort,
      cell: this.#cell,
      cellVoltage: storable(this.#cellVoltage),
      openFor: this.#openFor,
      lasted: this.#lasted,
      zero: this.#zero,
      wireOff: this.#wireOff,
      wireFor: this.#wireFor,
      moved: this.#moved,
      tooMuch: this.#tooMuch,
      tooMuchFor: this.#tooMuchFor,
      heat: this.#heat.state(),
      rise: this.#rise.state(),
    };
  }

  restore(found: unknown): void {
    const stored = recordOf(found);
    const stage = RECOVERY_STAGES.find((one) => one === stored['stage']);
    const abort = RECOVERY_ABORTS.find((one) => one === stored['abort']) ?? null;
    // An abort without a reason, or the other way round, was not written here.
    if (stage === undefined || stage === 'check-wire' || (stage === 'aborted') !== (abort !== null)) return;
    this.#enter(stage);
    this.#abort = abort;
    this.#cell = Math.round(numberIn(stored, 'cell', 0, this.#settings.cells, 0));
    this.#cellVoltage = numberIn(stored, 'cellVoltage', -10, 10, Number.NaN);
    this.#openFor = numberIn(stored, 'openFor', 0, 1e9, 0);
    this.#lasted = numberIn(stored, 'lasted', 0, 1e9, 0);
    this.#zero = numberIn(stored, 'zero', -1e6, 1e6, 0);
    this.#wireOff = stored['wireOff'] === true;
    this.#wireFor = numberIn(stored, 'wireFor', 0, 1e9, 0);
    this.#moved = numberIn(stored, 'moved', 0, 1e9, 0);
    this.#tooMuch = stored['tooMuch'] === true;
    this.#tooMuchFor = numberIn(stored, 'tooMuchFor', 0, 1e9, 0);
    this.#heat.restore(stored['heat']);
    this.#rise.restore(stored['rise']);
  }

  #isTooHot({ temperature, balancing, dt }: BatterySample): boolean {
    this.#heat.step(temperature, balancing, dt);
    return this.#heat.isHot;
  }

  /** A reading that no cell gives: told after a minute without a load, and taken back after a minute. */
  #watchWire(sample: BatterySample): void {
    const off = isWire(sample) && (this.#wireOff || this.#isQuiet(sample));
    this.#wireFor = off === this.#wireOff ? 0 : this.#wireFor + sample.dt;
    if (this.#wireFor >= STAY) {
      this.#wireOff = off;
      this.#wireFor = 0;
      this.#cell = 0;
      this.#cellVoltage = Number.NaN;
    }
    if (this.#wireOff && off) this.#note(sample);
  }

  /** An ordinary battery: is a cell deep down that no load pulls there? */
  #look(sample: BatterySample): void {
    const { cellMin, dt, flow } = sample;
    const deep = cellMin < DEEP && this.#isQuiet(sample);
    if (deep && this.#openFor === 0) this.#zero = flow;
    else if (deep) this.#zero += ((flow - this.#zero) * dt) / (this.#openFor + dt);
    if (!this.#stays(deep, dt)) return;
    this.#enter(cellMin < VERY_DEEP ? 'trickle' : 'slow');
    this.#note(sample);
  }

  #guide(sample: BatterySample): void {
    this.#watchCurrent(sample.flow, sample.dt);
    if (this.#stage === 'settle' || this.#stage === 'rest') return this.#rest(sample);
    if (this.#heat.isSharp) return this.#giveUp('heat');
    const charging = this.#isCharging(sample);
    const before = this.#backTo(sample);
    if (before !== null && !charging) {
      // A load, or the rest, has taken out again what had gone in.
      if (this.#stays(this.#isQuiet(sample), sample.dt)) this.#enter(before);
    } else if (this.#stage === 'fill') this.#fill(sample, charging);
    else this.#charge(sample, charging);
  }

  /** The earlier stage that the cells belong to; `null`: they belong where they are. */
  #backTo({ cellMin }: BatterySample): RecoveryStage | null {
    if (cellMin < VERY_DEEP && this.#stage !== 'trickle') return 'trickle';
    return cellMin < DEEP && this.#stage === 'fill' ? 'slow' : null;
  }

  #charge(sample: BatterySample, charging: boolean): void {
    const { cells, dt, flow, cellMin, cellMean } = sample;
    const trickle = this.#stage === 'trickle';
    this.#note(sample);
    this.#rise.step(cells, charging, trickle ? flow - this.#zero : flow, dt, trickle ? TRICKLE_LOOK : SLOW_LOOK);
    const stuck = this.#rise.found;
    if (stuck > 0) return this.#giveUp('no-rise', stuck, cells[stuck - 1]);
    const open = trickle ? cellMin >= DEEP : charging && cellMean >= SLOW_VOLTAGE;
    if (this.#stays(open, dt)) this.#enter(trickle ? 'slow' : 'fill');
  }

  #fill(sample: BatterySample, charging: boolean): void {
    if (charging) this.#lasted += sample.dt;
    if (this.left === 0 && this.#passes('spread-charged', isApart(sample), sample)) this.#enter('settle');
  }

  #rest(sample: BatterySample): void {
    const { capacity } = this.#settings;
    const { dt, flow, cellMean } = sample;
    if (Math.abs(flow) > Math.max(REST_LEAST, REST_RATE * capacity)) {
      this.#moved += (Math.abs(flow) * dt) / 3600;
      if (this.#moved > DISTURBED * capacity) this.#enter('settle');
      return;
    }
    this.#lasted += dt;
    if (this.left > 0 || !this.#passes('low', cellMean < REST_VOLTAGE, sample)) return;
    if (this.#passes('spread', isApart(sample), sample)) this.#enter(this.#stage === 'settle' ? 'rest' : 'passed');
  }

  /** It has held; the first real use ends it. */
  #awaitUse(sample: BatterySample): void {
    if (sample.cellMin < DEEP) return this.#enter('idle');
    const { flow, dt } = sample;
    if (this.#stays(Math.abs(flow) > CHARGING_RATE * this.#settings.capacity, dt)) this.#enter('idle');
  }

  #isQuiet({ flow }: BatterySample): boolean {
    return Math.abs(flow) < QUIET_RATE * this.#settings.capacity;
  }

  #isCharging({ flow, cellMean }: BatterySample): boolean {
    if (this.#stage === 'trickle') return flow - this.#zero >= TRICKLE_SEEN;
    // At its voltage hardly anything flows any more, and a battery that nobody charges does not stay there.
    return flow >= CHARGING_RATE * this.#settings.capacity || (this.#stage === 'fill' && cellMean > SLOW_VOLTAGE);
  }

  #watchCurrent(flow: number, dt: number): void {
    const { capacity } = this.#settings;
    const { amps } = recoveryTarget(this.#stage, capacity);
    const zero = this.#stage === 'trickle' ? this.#zero : 0;
    const limit = amps * TOO_MUCH_FACTOR + Math.max(TOO_MUCH_LEAST, TOO_MUCH_RATE * capacity);
    // NaN: a stage that asks for no current.
    const over = flow - zero > limit;
    this.#tooMuchFor = over === this.#tooMuch ? 0 : this.#tooMuchFor + dt;
    if (this.#tooMuchFor >= (over ? TOO_MUCH_AFTER : TOO_MUCH_UNTIL)) {
      this.#tooMuch = over;
      this.#tooMuchFor = 0;
    }
  }

  /** @returns that it has been so for long enough */
  #stays(open: boolean, dt: number): boolean {
    this.#openFor = open ? this.#openFor + dt : 0;
    return open && this.#openFor >= STAY;
  }

  /** Notes the lowest cell. */
  #note({ cells, cellMin }: BatterySample): void {
    this.#cellVoltage = cellMin;
    for (let i = 0; i < cells.length; i++) {
      if (cells[i] === cellMin) {
        this.#cell = i + 1;
        return;
      }
    }
    this.#cell = 0;
  }

  #enter(stage: RecoveryStage): void {
    this.#stage = stage;
    this.#abort = null;
    this.#cell = 0;
    this.#cellVoltage = Number.NaN;
    this.#openFor = 0;
    this.#lasted = 0;
    this.#moved = 0;
    this.#rise.lose();
    if (stage === 'idle' || stage === 'passed') {
      this.#tooMuch = false;
      this.#tooMuchFor = 0;
      this.#heat.lose();
    }
  }

  /** One look at the cells: good ones pass at once, bad ones have to stay bad for a minute. */
  #passes(reason: RecoveryAbort, bad: boolean, sample: BatterySample): boolean {
    if (!bad) return true;
    if (this.#stays(true, sample.dt)) {
      this.#note(sample);
      this.#giveUp(reason, this.#cell, this.#cellVoltage);
    }
    return false;
  }

  #giveUp(reason: RecoveryAbort, cell = 0, voltage = Number.NaN): void {
    this.#enter('aborted');
    this.#wireOff = false;
    this.#abort = reason;
    this.#cell = cell;
    this.#cellVoltage = voltage;
    this.#tooMuch = false;
    this.#tooMuchFor = 0;
  }

  #lose(): void {
    this.#rise.lose();
    this.#heat.lose();
    this.#openFor = 0;
    this.#wireFor = 0;
  }
}

/** A cell at next to nothing, or one that is deep down beside one that no charger brings about: a sense wire, or a dead cell. */
function isWire({ cellMin, cellMax }: BatterySample): boolean {
  return cellMin < NOTHING || (cellMin < DEEP && cellMax > IMPOSSIBLE);
}

function isApart({ cellMax, cellMin }: BatterySample): boolean {
  return cellMax - cellMin > WITHIN;
}
