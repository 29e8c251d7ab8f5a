/**
 * A Daly BMS on its line, asked with the A5 protocol: command after command, each answer of a cycle in one observation.
 *
 * Its checksum is a sum of 8 bits and its cell voltages (95) are known to come damaged now and then. So they are held
 * against its own extremes (91), and one cycle without them is no failure: the extremes are there.
 */
import type { Observation } from '../../engine/reading/observation.ts';
import type { Ask, Device, Failure, Heard, Polled } from '../device.ts';
import type { LinkOptions } from '../options.ts';
import { readDalyFaults } from './faults.ts';
import {
  CELLS_PER_FRAME,
  type DalyExtremes,
  type DalyPack,
  type DalyRated,
  type DalyStatus,
  type DalySwitches,
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
  SENSORS_PER_FRAME,
} from './fields.ts';
import * as frames from './frame.ts';
import { observeDaly } from './observe.ts';
import { contradicts, wrongSign } from './sign.ts';

/** s that the BMS wants between an answer and the next question. */
const PAUSE = 0.02;
/** Cycles after which cells, sensors and counters are asked for again. */
const STATUS_EVERY = 10;
/** Cycles that a question is left out which the BMS has not answered, and is not needed. */
const LEAVE_OUT = 60;
/** V that a cell may lie outside the extremes told a moment before: a load has come in between. */
const BETWEEN = 0.2;
/** Frames of the battery code. */
const CODE_FRAMES = 5;
/** Attempts to read it through noise before it is left out. */
const MOST_CODES = 3;

type Talk = ReturnType<typeof createTalk>;

/** How this board is asked. */
function createTalk(ask: Ask, { address, variant }: LinkOptions) {
  const uart = variant === 'uart';
  const board = uart ? 1 : address;
  const host = uart ? frames.DALY_UART_HOST : frames.dalyHost(board);
  const question = (command: number): Uint8Array => frames.dalyRead(command, host);
  return {
    one: <T>(command: number, read: (data: Uint8Array) => T | null, repeats = 2): Promise<Heard<T>> =>
      ask(question(command), frames.dalyAnswer(board, command, read), { pause: PAUSE, repeats }),
    several: <T>(command: number, count: number, read: (all: readonly Uint8Array[]) => T | null): Promise<Heard<T>> =>
      ask(question(command), frames.dalyAnswers(board, command, count, read), { pause: PAUSE, repeats: 2 }),
  };
}

/** Starts to know it; nothing is asked yet. */
export function createDaly(ask: Ask, options: LinkOptions): Device {
  const talk = createTalk(ask, options);
  const { currentSign } = options;
  const balancingOf = spared(() => talk.one(frames.DALY_BALANCING, readDalyBalancing));
  const ratedOf = spared(() => talk.one(frames.DALY_RATED, readDalyRated));
  let status: DalyStatus | null = null;
  let sinceStatus = 0;
  let rated: DalyRated | null = null;
  /** The last cycle brought no cell voltages. */
  let cellsMissed = false;

  /** After a failure it may be another one. */
  function lost(failure: Failure): Polled {
    status = null;
    return { seen: null, failure };
  }

  async function statusNow(): Promise<Heard<DalyStatus>> {
    sinceStatus += 1;
    if (status !== null && sinceStatus < STATUS_EVERY) return { ok: true, value: status };
    const told = await talk.one(frames.DALY_STATUS, readDalyStatus, 1);
    const isConfirmed =
      told.ok && status !== null && told.value.cells === status.cells && told.value.sensors === status.sensors;
    // A sum of 8 bits: what is kept for a while must have been told twice.
    sinceStatus = isConfirmed ? 0 : STATUS_EVERY;
    return told;
  }

  return {
    async poll() {
      const known = await statusNow();
      if (!known.ok) return lost(known);
      status = known.value;
      const core = await readCore(talk, currentSign);
      if (!core.ok) return lost(core);
      const cells = await readCells(talk, status.cells, core.value.extremes);
      if (!cells.ok && cells.reason === 'line') return lost(cells);
      const temperatures = await readTemperatures(talk, status.sensors);
      if (!temperatures.ok) return lost(temperatures);
      const faults = await talk.one(frames.DALY_FAULTS, readDalyFaults);
      if (!faults.ok) return lost(faults);
      const balancing = await balancingOf();
      rated ??= await ratedOf();
      const seen: Observation = observeDaly({
        ...core.value,
        status,
        cells: cells.ok ? cells.value : null,
        temperatures: temperatures.value,
        faults: faults.value,
        balancing,
        rated,
      });
      const missedAgain = !cells.ok && cellsMissed;
      cellsMissed = !cells.ok;
      return { seen, failure: core.value.failure ?? (missedAgain && !cells.ok ? cells : null) };
    },
    identify: identifier(talk),
  };
}

/** Asks for something that is not needed, and leaves it out for a while when there is no answer. */
function spared<T>(question: () => Promise<Heard<T>>): () => Promise<T | null> {
  let leaveOut = 0;
  return async () => {
    if (leaveOut > 0) {
      leaveOut -= 1;
      return null;
    }
    const told = await question();
    if (told.ok) return told.value;
    if (told.reason === 'silent') leaveOut = LEAVE_OUT;
    return null;
  };
}

interface Core {
  readonly pack: DalyPack;
  readonly current: number | null;
  readonly extremes: DalyExtremes;
  readonly switches: DalySwitches;
  /** The current contradicts the state. */
  readonly failure: Failure | null;
}

/** 90, 91 and 93. */
async function readCore(talk: Talk, sign: LinkOptions['currentSign']): Promise<Heard<Core>> {
  let pack = await talk.one(frames.DALY_PACK, readDalyPack, 1);
  if (!pack.ok) return pack;
  const extremes = await talk.one(frames.DALY_CELL_EXTREMES, readDalyCellExtremes);
  if (!extremes.ok) return extremes;
  const switches = await talk.one(frames.DALY_MOSFETS, readDalySwitches);
  if (!switches.ok) return switches;
  const { state } = switches.value;
  // No minus zero.
  const signed = ({ current }: DalyPack): number => current * sign + 0;
  if (contradicts(signed(pack.value), state)) {
    // It may have turned round between the two answers.
    pack = await talk.one(frames.DALY_PACK, readDalyPack);
    if (!pack.ok) return pack;
  }
  const current = signed(pack.value);
  const wrong = contradicts(current, state);
  return {
    ok: true,
    value: {
      pack: pack.value,
      current: wrong ? null : current,
      extremes: extremes.value,
      switches: switches.value,
      failure: wrong ? wrongSign(current, state) : null,
    },
  };
}

/** 95: V of every cell. */
async function readCells(talk: Talk, count: number, { max, min }: DalyExtremes): Promise<Heard<number[]>> {
  const told = await talk.several(frames.DALY_CELLS, Math.ceil(count / CELLS_PER_FRAME), (all) =>
    all.flatMap(dalyCellsIn).slice(0, count),
  );
  if (!told.ok) {
    return told.reason === 'noise' ? { ...told, text: 'cell voltages (95) come incomplete or damaged' } : told;
  }
  const [lowest, highest] = [(min.value ?? 0) - BETWEEN, (max.value ?? 0) + BETWEEN];
  if (told.value.every((voltage) => voltage >= lowest && voltage <= highest)) return told;
  const text = 'its cell voltages (95) contradict its own highest and lowest cell (91)';
  return { ok: false, reason: 'nonsense', text };
}

/** 96: °C of every sensor; where it does not answer that, the extremes of 92. */
async function readTemperatures(talk: Talk, count: number): Promise<Heard<(number | null)[] | DalyExtremes>> {
  if (count === 0) return { ok: true, value: [] };
  const each = await talk.several(frames.DALY_TEMPERATURES, Math.ceil(count / SENSORS_PER_FRAME), (all) =>
    all.flatMap(dalyTemperaturesIn).slice(0, count),
  );
  if (each.ok || each.reason !== 'silent') return each;
  return talk.one(frames.DALY_TEMPERATURE_EXTREMES, readDalyTemperatureExtremes);
}

/**
 * Battery code and date. Not every BMS tells them; one that tells neither is still told from none at all. What it told,
 * and what it did not tell, when it was asked first is what it is known by.
 */
function identifier(talk: Talk): NonNullable<Device['identify']> {
  let spoilt = 0;
  let tells: { readonly code: boolean; readonly date: boolean } | null = null;
  return async () => {
    const status = await talk.one(frames.DALY_STATUS, readDalyStatus, 1);
    if (!status.ok) return status;
    const code = tells?.code === false ? null : await talk.several(frames.DALY_CODE, CODE_FRAMES, readDalyCode);
    if (code?.ok === false) {
      if (tells !== null) return untold(code, 'battery code');
      if (code.reason !== 'silent') spoilt += 1;
      if (code.reason !== 'silent' && spoilt < MOST_CODES) return code;
    }
    const date = tells?.date === false ? null : await talk.one(frames.DALY_DATE, readDalyDate);
    if (date?.ok === false) {
      if (tells !== null) return untold(date, 'date');
      if (date.reason !== 'silent') return date;
    }
    tells ??= { code: code?.ok === true, date: date?.ok === true };
    const [what, when] = [code?.ok === true ? code.value : '', date?.ok === true ? date.value : ''];
    return { ok: true, value: `"${what}" of ${when === '' ? 'an unknown date' : when}` };
  };
}

/** It answers, but not to this. */
function untold(failure: Failure, what: string): Failure {
  if (failure.reason !== 'silent') return failure;
  const text = `it does not tell its ${what} any more, by which it was known: if it is another one, deploy the flows`;
  return { ok: false, reason: 'other', text };
}
