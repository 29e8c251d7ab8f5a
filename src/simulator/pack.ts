/**
 * The physics of an LiFePO4 pack: cells in series, a charger, loads, a balancing board on every cell.
 * Deterministic: chance comes from a seed, time from the caller.
 */
import { cellSoc, cellVoltage, createCell, stepCell } from './cell.ts';
import { type FlowProfile, gentleDay } from './flow.ts';
import { createRandom } from './random.ts';

export interface PackOptions {
  /** Cells in series. */
  readonly cells: number;
  /** Ah. */
  readonly capacity: number;
  /** % to begin with. */
  readonly soc?: number;
  readonly seed?: number;
  /** °C around the pack. */
  readonly ambient?: number;
  /** V a cell from which its board bypasses. */
  readonly balanceVoltage?: number;
  /** V a cell at which the charger stops raising the voltage and lets the current fall (CC/CV). */
  readonly chargeVoltage?: number;
  readonly flow?: FlowProfile;
}

/** What can be wrong with one cell, as the device that measures it sees it. */
export interface CellFault {
  /** V the cell is forced to, whatever flows; `null` = its own. */
  voltage: number | null;
  /** V added to its own voltage: a weak cell is some tens of mV low. */
  voltageOffset: number;
  /** °C the sensor is forced to; `null` = its own. */
  temperature: number | null;
  /** The temperature sensor gives nothing at all. */
  sensorDead: boolean;
}

export interface CellReading {
  /** V */
  readonly voltage: number;
  /** °C at the sensor, which sits beside the bypass resistor; `null` when the sensor is dead. */
  readonly temperature: number | null;
  readonly bypassing: boolean;
}

export interface SimulatedPack {
  readonly capacity: number;
  readonly balanceVoltage: number;
  /** One a cell, to be set from outside. */
  readonly faults: readonly CellFault[];
  /** False = the charger's (the loads') contact is open: that current is zero. */
  chargeAllowed: boolean;
  loadAllowed: boolean;
  /** A through the pack in place of the day's own, without the charger's voltage limit; `null` = the day's own. */
  forcedCurrent: number | null;
  /** °C around the pack. */
  ambient: number;
  /** Moves the physics on by so many simulated seconds. */
  step(seconds: number): void;
  cells(): CellReading[];
  /** A from the charger and to the loads, both ≥ 0; their difference flows through the pack. */
  flow(): { readonly charge: number; readonly load: number };
  /** % over all cells. */
  soc(): number;
  /** Fills or empties every cell to this %. */
  setSoc(percent: number): void;
  /** Since the start. */
  totals(): {
    readonly ampHoursIn: number;
    readonly ampHoursOut: number;
    readonly wattHoursIn: number;
    readonly wattHoursOut: number;
  };
}

/** s of physics computed in one go: short against every time constant of the pack. */
const LONGEST_STEP = 5;
/** K that a sensor reads too hot while the bypass resistor beside it works (123-R6). */
const BYPASS_HEATING = 20;

/** A pack at rest, with its cells a little apart from each other as the seed has it. */
export function createPack(options: PackOptions): SimulatedPack {
  const { capacity, soc = 60, seed = 1, ambient = 22, balanceVoltage = 3.5, chargeVoltage = 3.55 } = options;
  const random = createRandom(seed);
  const cells = Array.from({ length: options.cells }, () => createCell(capacity, soc, ambient, random));
  const wanted = options.flow ?? gentleDay(seed, capacity);
  const totals = { ampHoursIn: 0, ampHoursOut: 0, wattHoursIn: 0, wattHoursOut: 0 };
  let seconds = 0;
  let flow = { charge: 0, load: 0 };

  const pack: SimulatedPack = {
    capacity,
    balanceVoltage,
    faults: cells.map(() => ({ voltage: null, voltageOffset: 0, temperature: null, sensorDead: false })),
    chargeAllowed: true,
    loadAllowed: true,
    forcedCurrent: null,
    ambient,
    step(duration) {
      if (!(duration > 0)) return;
      const steps = Math.ceil(duration / LONGEST_STEP);
      for (let n = 0; n < steps; n++) advance(duration / steps);
    },
    cells: () => cells.map((_, index) => reading(index)),
    flow: () => flow,
    soc: packSoc,
    setSoc(percent) {
      for (const cell of cells) cell.charge = (cell.capacity * percent) / 100;
    },
    totals: () => ({ ...totals }),
  };

  function packSoc(): number {
    let sum = 0;
    for (const cell of cells) sum += cellSoc(cell);
    return sum / cells.length;
  }

  function voltage(index: number): number {
    const cell = cells[index];
    const fault = pack.faults[index];
    if (cell === undefined || fault === undefined) return 0;
    return fault.voltage ?? cellVoltage(cell, flow.charge - flow.load) + fault.voltageOffset;
  }

  function reading(index: number): CellReading {
    const fault = pack.faults[index];
    const bypassing = cells[index]?.bypassing ?? false;
    const own = (cells[index]?.temperature ?? pack.ambient) + (bypassing ? BYPASS_HEATING : 0);
    const temperature = fault?.sensorDead ? null : (fault?.temperature ?? own);
    return { voltage: voltage(index), temperature, bypassing };
  }

  /** A that bring the string to the charger's voltage limit, no more. */
  function limitByVoltage(): number {
    let missing = chargeVoltage * cells.length;
    let resistance = 0;
    for (const cell of cells) {
      missing -= cellVoltage(cell, 0);
      resistance += cell.resistance;
    }
    return missing / resistance;
  }

  function currents(): { charge: number; load: number } {
    const forced = pack.forcedCurrent;
    const want =
      forced === null ? wanted(seconds, packSoc()) : { charge: Math.max(0, forced), load: Math.max(0, -forced) };
    const load = pack.loadAllowed ? want.load : 0;
    if (!pack.chargeAllowed) return { charge: 0, load };
    if (forced !== null) return { charge: want.charge, load };
    return { charge: Math.min(want.charge, Math.max(0, limitByVoltage() + load)), load };
  }

  function advance(duration: number): void {
    flow = currents();
    const current = flow.charge - flow.load;
    let packVoltage = 0;
    for (const [index, cell] of cells.entries()) {
      cell.bypassing = voltage(index) >= balanceVoltage;
      stepCell(cell, duration, current, pack.ambient);
      packVoltage += voltage(index);
    }
    const hours = duration / 3600;
    totals.ampHoursIn += flow.charge * hours;
    totals.ampHoursOut += flow.load * hours;
    totals.wattHoursIn += flow.charge * packVoltage * hours;
    totals.wattHoursOut += flow.load * packVoltage * hours;
    seconds += duration;
  }

  return pack;
}
