/** Daly's BMSes with the A5 protocol among the protocols. */
import type { Observation } from '../../engine/reading/observation.ts';
import { wordAt } from '../bus/bytes.ts';
import type { LinkOptions } from '../options.ts';
import type { Decoded, Protocol } from '../protocol.ts';
import { createDaly } from './device.ts';
import { dalyHardware, readDalyFaults } from './faults.ts';
import {
  CELLS_PER_FRAME,
  dalyCellsIn,
  dalyTemperaturesIn,
  readDalyBalancing,
  readDalyCellExtremes,
  readDalyCode,
  readDalyDate,
  readDalyPack,
  readDalyRated,
  readDalyStatus,
  readDalySwitches,
  readDalyTemperatureExtremes,
} from './fields.ts';
import * as frames from './frame.ts';
import { DALY_INFO } from './info.ts';
import { cellExtremes, switchFlags, temperatureExtremes } from './observe.ts';

export const DALY: Protocol = { info: DALY_INFO, opens: { kind: 'bytes', device: createDaly }, decode };

/** Commands by name. */
const NAMES: Readonly<Record<number, string>> = {
  0x00: 'restart',
  0x21: 'setSoc',
  [frames.DALY_RATED]: 'rated',
  [frames.DALY_DATE]: 'date',
  [frames.DALY_CODE]: 'batteryCode',
  [frames.DALY_PACK]: 'pack',
  [frames.DALY_CELL_EXTREMES]: 'cellExtremes',
  [frames.DALY_TEMPERATURE_EXTREMES]: 'temperatureExtremes',
  [frames.DALY_MOSFETS]: 'state',
  [frames.DALY_STATUS]: 'status',
  [frames.DALY_CELLS]: 'cells',
  [frames.DALY_TEMPERATURES]: 'temperatures',
  [frames.DALY_BALANCING]: 'balancing',
  [frames.DALY_FAULTS]: 'faults',
  0xd9: 'dischargeSwitch',
  0xda: 'chargeSwitch',
};

const REFUSALS: Readonly<Record<frames.DalyRefusal, string>> = {
  start: 'it does not begin with A5',
  length: 'it has not 13 bytes, eight of them data',
  address: 'its address is neither that of a board nor that of a host',
  checksum: 'its checksum is wrong',
};

interface Told {
  readonly fields: Readonly<Record<string, unknown>>;
  readonly seen: Observation | null;
}

/** What each answer tells; `null`: values that cannot be. */
const READERS: Readonly<Record<number, (data: Uint8Array, options: LinkOptions) => Told | null>> = {
  [frames.DALY_RATED]: (data) => ({ fields: { ...readDalyRated(data) }, seen: null }),
  [frames.DALY_DATE]: (data) => ({ fields: { productionDate: readDalyDate(data) }, seen: null }),
  [frames.DALY_CODE]: (data) => ({ fields: { frame: data[0], code: readDalyCode([data]) }, seen: null }),
  [frames.DALY_PACK](data, { currentSign }) {
    const pack = readDalyPack(data);
    const current = pack.current * currentSign + 0;
    return { fields: { ...pack, current }, seen: { voltage: pack.voltage, current, soc: pack.soc } };
  },
  [frames.DALY_CELL_EXTREMES](data) {
    const extremes = readDalyCellExtremes(data);
    return extremes === null ? null : { fields: { ...extremes }, seen: cellExtremes(extremes) };
  },
  [frames.DALY_TEMPERATURE_EXTREMES](data) {
    const extremes = readDalyTemperatureExtremes(data);
    return extremes === null ? null : { fields: { ...extremes }, seen: temperatureExtremes(extremes) };
  },
  [frames.DALY_MOSFETS](data) {
    const switches = readDalySwitches(data);
    return switches === null ? null : { fields: { ...switches }, seen: { hardware: switchFlags(switches) } };
  },
  [frames.DALY_STATUS](data) {
    const status = readDalyStatus(data);
    return status === null ? null : { fields: { ...status }, seen: { cellCount: status.cells } };
  },
  [frames.DALY_CELLS](data) {
    const number = data[0] ?? 0;
    if (number === 0 || number === 0xff) return null;
    const first = (number - 1) * CELLS_PER_FRAME + 1;
    // By itself the frame does not tell which of its last places belong to no cell.
    const cells = withoutTail(dalyCellsIn(data), 0);
    const seen = { cells: cells.map((voltage, i) => ({ cell: first + i, voltage })) };
    return { fields: { frame: number, firstCell: first, cells }, seen };
  },
  [frames.DALY_TEMPERATURES](data) {
    const number = data[0] ?? 0;
    if (number === 0 || number === 0xff) return null;
    return { fields: { frame: number, temperatures: withoutTail(dalyTemperaturesIn(data), null) }, seen: null };
  },
  [frames.DALY_BALANCING](data) {
    const balancing = readDalyBalancing(data).flatMap((on, i) => (on ? [i + 1] : []));
    return { fields: { balancingCells: balancing }, seen: null };
  },
  [frames.DALY_FAULTS](data) {
    const faults = readDalyFaults(data);
    return { fields: { ...faults, faultCode: data[7] ?? 0 }, seen: { hardware: dalyHardware(faults) } };
  },
  0xd9: (data) => ({ fields: { on: data[0] === 1 }, seen: null }),
  0xda: (data) => ({ fields: { on: data[0] === 1 }, seen: null }),
};

function withoutTail<T>(values: readonly T[], nothing: T): T[] {
  return values.slice(0, values.findLastIndex((value) => value !== nothing) + 1);
}

function decode(bytes: Uint8Array, options: LinkOptions): Decoded {
  const frame = frames.readDalyFrame(bytes);
  if (typeof frame === 'string') return refuse(frame, REFUSALS[frame]);
  if (bytes.length !== 13) return refuse('length', REFUSALS.length);
  const { kind, board, command, data } = frame;
  const head = { kind, board, command, what: NAMES[command] ?? 'unknown' };
  if (kind === 'question') return { ok: true, frame: { ...head, ...asked(command, data) }, seen: null };
  const read = READERS[command];
  if (read === undefined) return { ok: true, frame: { ...head, data: Array.from(data) }, seen: null };
  const told = read(data, options);
  if (told === null) return refuse('values', 'it holds values that cannot be');
  return { ok: true, frame: { ...head, ...told.fields }, seen: told.seen };
}

/** What a question carries. */
function asked(command: number, data: Uint8Array): Record<string, unknown> {
  const first = data[0] ?? 0;
  if ((command === 0xd9 || command === 0xda) && first <= 1) return { on: first === 1 };
  if (command === 0x21) return { soc: wordAt(data, 6) / 10 };
  return { data: Array.from(data) };
}

function refuse(refusal: string, text: string): Decoded {
  return { ok: false, refusal, text: `no frame of a Daly BMS: ${text} (${refusal})` };
}
