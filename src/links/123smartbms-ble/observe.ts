/** A turn of records, in the words every source uses. */
import type { CellObservation, Extreme, Observation } from '../../engine/reading/observation.ts';
import { createDoubts } from '../123smartbms/cell-table.ts';
import { CELL_TOLERANCE, TEMPERATURE_TOLERANCE } from '../123smartbms/vote.ts';
import type { CellRecord, Counters, SmartBmsRecord } from './record.ts';

type Building = { -readonly [Field in keyof Observation]: Observation[Field] };
type Of<Kind extends SmartBmsRecord['kind']> = Extract<SmartBmsRecord, { readonly kind: Kind }>;

/** What came, the newest of each kind; every cell that came. */
export interface Turn {
  pack: Of<'pack'> | null;
  voltages: Of<'voltages'> | null;
  temperatures: Of<'temperatures'> | null;
  energy: Of<'energy'> | null;
  cell: CellRecord | null;
  readonly cells: Map<number, CellRecord>;
}

/** A turn in which nothing has come yet. */
export function createTurn(): Turn {
  return { pack: null, voltages: null, temperatures: null, energy: null, cell: null, cells: new Map() };
}

/** Puts a record into the turn. Counters stand beside it: they come more seldom. */
export function addTo(turn: Turn, record: SmartBmsRecord): void {
  if (record.kind === 'cell') {
    turn.cell = record;
    if (record.cell >= 1 && record.cell <= record.cellCount) turn.cells.set(record.cell, record);
  } else if (record.kind === 'pack') turn.pack = record;
  else if (record.kind === 'voltages') turn.voltages = record;
  else if (record.kind === 'temperatures') turn.temperatures = record;
  else if (record.kind === 'energy') turn.energy = record;
}

/** Every kind came: enough to judge the pack by. */
export function isWhole({ pack, voltages, temperatures, energy, cell }: Turn): boolean {
  return pack !== null && voltages !== null && temperatures !== null && energy !== null && cell !== null;
}

export interface Observer {
  /**
   * @param held seconds that the device may have held the records back before the turn's beginning
   * @param counters of this turn and of turns before it
   */
  observe(turn: Turn, held: number, counters: Counters): Observation;
}

/**
 * Holds each cell against the extremes, which come with every turn: one that lies outside of them is either damaged or
 * evidence, and is passed on when it comes twice running.
 */
export function createObserver(): Observer {
  const voltages = createDoubts(CELL_TOLERANCE);
  const temperatures = createDoubts(TEMPERATURE_TOLERANCE);

  function cellsOf(turn: Turn, held: number): CellObservation[] {
    const believed = (value: number | null | undefined) => (typeof value === 'number' ? { value, age: 0 } : null);
    const min = believed(turn.voltages?.cellMin.value);
    const max = believed(turn.voltages?.cellMax.value);
    const cold = believed(turn.temperatures?.temperatureMin.value);
    const hot = believed(turn.temperatures?.temperatureMax.value);
    return [...turn.cells.values()].map(({ cell, voltage, temperature }) => ({
      cell,
      age: held,
      ...(voltage !== null && voltages.believes(cell, voltage, min, max) && { voltage }),
      ...(temperature === null && { temperature }),
      ...(temperature !== null && temperatures.believes(cell, temperature, cold, hot) && { temperature }),
    }));
  }

  return {
    observe(turn, held, counters) {
      const { pack, energy, cell } = turn;
      const lost = cell?.status.cellCommunicationError === true;
      const known = (value: number | null): number | null => (lost ? null : value);
      const count = cell?.cellCount ?? 0;
      const extreme = (told: Extreme): Extreme => ({
        value: known(told.value),
        cell: !lost && told.cell !== null && told.cell >= 1 && (count === 0 || told.cell <= count) ? told.cell : null,
        age: held,
      });
      const observation: Building = {};
      if (count > 0) observation.cellCount = count;
      if (turn.voltages !== null) {
        observation.cellMin = extreme(turn.voltages.cellMin);
        observation.cellMax = extreme(turn.voltages.cellMax);
      }
      if (turn.temperatures !== null) {
        observation.temperatureMin = extreme(turn.temperatures.temperatureMin);
        observation.temperatureMax = extreme(turn.temperatures.temperatureMax);
      }
      if (pack !== null) {
        observation.voltage = known(pack.voltage);
        observation.current = known(pack.current);
        observation.currentIn = known(pack.currentIn);
        observation.currentOut = known(pack.currentOut);
      }
      if (energy !== null) observation.soc = cell?.status.socNotCalibrated === true ? null : known(energy.soc);
      if (held > 0) observation.ages = { voltage: held, current: held, currentIn: held, currentOut: held, soc: held };
      if (!lost && turn.cells.size > 0) observation.cells = cellsOf(turn, held);
      if (cell !== null) observation.hardware = hardwareOf(cell);
      if (Object.keys(counters).length > 0) observation.extra = counters;
      return observation;
    },
  };
}

/** The names are those of the same device's "extended data output". */
function hardwareOf({ status, status2 }: CellRecord): NonNullable<Observation['hardware']> {
  return {
    chargeAllowed: status.chargeAllowed,
    loadAllowed: status.loadAllowed,
    cellCommunication: !status.cellCommunicationError,
    socCalibrated: !status.socNotCalibrated,
    vMin: status.vMin,
    vMax: status.vMax,
    tMin: status.tMin,
    tMax: status.tMax,
    ...status2,
  };
}
