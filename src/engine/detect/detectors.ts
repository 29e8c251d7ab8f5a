/**
 * The detectors: they look at readings over time and fill in the quantities that no single reading holds. Which of them
 * run follows from the table: what no row reads is not computed.
 */
import { numberOf, type PackSettings } from '../pack/settings.ts';
import type { Quantity } from '../protection/quantity.ts';
import { indexOf, type Sample } from '../protection/sample.ts';
import type { Reading } from '../reading/reading.ts';
import { FrozenWatch } from './frozen.ts';
import { Jumps } from './jumps.ts';
import { openWire } from './open-wire.ts';
import { ShortCircuits } from './short-circuits.ts';
import { Slope } from './slope.ts';

const CELL_MIN = indexOf('cellMin');
const CELL_MAX = indexOf('cellMax');
const CELL_SPREAD = indexOf('cellSpread');
const CELL_AVERAGE = indexOf('cellAverage');
const VOLTAGE = indexOf('voltage');
const TEMPERATURE_MIN = indexOf('temperatureMin');
const TEMPERATURE_MAX = indexOf('temperatureMax');
const CURRENT = indexOf('current');
const SHORT_CIRCUIT = indexOf('shortCircuit');
const SHORT_CIRCUITS = indexOf('shortCircuits');
const CELL_MISMATCH = indexOf('cellMismatch');
const JUMPS = indexOf('jumps');
const OPEN_WIRE = indexOf('openWire');
const FROZEN_FOR = indexOf('frozenFor');
const UNTIL_CUT = indexOf('untilCut');

/** From one sample to the next no cell moves by half a volt and no sensor by 15 K. */
const CELL_JUMP = 0.5;
const TEMPERATURE_JUMP = 15;
/** A storm of readings tells nothing more about how things move (s). */
const OFTEN = 0.2;
/** With fewer cells there is no middle without the lowest and the highest. */
const FEWEST = 4;

export class Detectors {
  readonly #slope: Slope | null;
  readonly #jumps: Jumps | null;
  readonly #frozen: FrozenWatch | null;
  readonly #shortCircuits: ShortCircuits | null;
  readonly #wires: boolean;
  readonly #mismatch: boolean;
  readonly #jumping = [0, 0, 0, 0];
  readonly #cells: number;
  #lookedAt = -Infinity;

  /** @param reads what the rows in force look at */
  constructor(settings: PackSettings, reads: ReadonlySet<Quantity>) {
    const cut = numberOf(settings, 'cellUndervoltage');
    const clear = numberOf(settings, 'preAlarmClear');
    this.#cells = numberOf(settings, 'cells');
    this.#slope = reads.has('untilCut') ? new Slope(cut, clear) : null;
    this.#jumps = reads.has('jumps') ? new Jumps([CELL_JUMP, CELL_JUMP, TEMPERATURE_JUMP, TEMPERATURE_JUMP]) : null;
    this.#frozen = reads.has('frozenFor') ? new FrozenWatch(numberOf(settings, 'capacity')) : null;
    this.#shortCircuits = reads.has('shortCircuits') ? new ShortCircuits() : null;
    this.#wires = reads.has('openWire');
    this.#mismatch = reads.has('cellMismatch');
  }

  /** Fills in what the detectors found, after the sample took in `reading`, measured at the monotonic second `at`. */
  look(sample: Sample, reading: Reading, at: number): void {
    const { values, cellOf } = sample;
    if (this.#shortCircuits !== null) {
      values[SHORT_CIRCUITS] = this.#shortCircuits.step(values[SHORT_CIRCUIT] === 1, at);
    }
    if (at - this.#lookedAt < OFTEN) return;
    this.#lookedAt = at;
    // What cannot be told now neither trips nor clears, and does not forgive what is on its way.
    const told = (index: number, value: number): void => {
      values[index] = value;
      sample.whole[index] = Number.isNaN(value) ? 0 : 1;
    };
    const min = values[CELL_MIN]!;
    const max = values[CELL_MAX]!;
    if (this.#slope !== null) {
      values[UNTIL_CUT] = this.#slope.step(min, at);
      cellOf[UNTIL_CUT] = cellOf[CELL_MIN]!;
    }
    if (this.#mismatch) told(CELL_MISMATCH, mismatch(min, max, values[CELL_AVERAGE]!, sample.whole[CELL_MIN] === 1));
    if (this.#jumps !== null) {
      const { cells } = reading;
      const seen = this.#jumping;
      // Minimum and maximum of a part of the cells jump when a cell comes or goes.
      const whole = sample.whole[CELL_MIN] === 1 && cells.length > 0;
      seen[0] = whole ? min : Number.NaN;
      seen[1] = whole ? max : Number.NaN;
      seen[2] = values[TEMPERATURE_MIN]!;
      seen[3] = values[TEMPERATURE_MAX]!;
      told(JUMPS, this.#jumps.step(seen, at));
    }
    if (this.#wires) {
      const { lean, cell } = openWire(reading.cells, values[CELL_SPREAD]!);
      told(OPEN_WIRE, lean);
      cellOf[OPEN_WIRE] = cell;
    }
    if (this.#frozen !== null) {
      const frozen = this.#frozen.step(min, max, values[CURRENT]!, this.#middle(values), reading.cells, at);
      told(FROZEN_FOR, frozen.seconds);
      cellOf[FROZEN_FOR] = frozen.cell;
    }
  }

  /** Average of the cells without the lowest and the highest: one that runs away is no movement of the others (V). */
  #middle(values: Float64Array): number {
    if (this.#cells < FEWEST) return Number.NaN;
    return (values[VOLTAGE]! - values[CELL_MIN]! - values[CELL_MAX]!) / (this.#cells - 2);
  }

  /** The owner has reset the protection: counts of the past start anew. */
  forget(sample: Sample): void {
    this.#shortCircuits?.forget();
    sample.values[SHORT_CIRCUITS] = 0;
  }
}

/**
 * How far the pack's voltage lies outside what its cells can add up to, per cell (V). The lowest and the highest cell
 * bound the sum; they are of the same moment, where a table of cells may lag behind. NaN: not to be told.
 */
function mismatch(min: number, max: number, average: number, whole: boolean): number {
  return whole ? Math.max(0, min - average, average - max) : Number.NaN;
}
