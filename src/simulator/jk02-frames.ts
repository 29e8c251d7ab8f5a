/** The 300-byte frames of a simulated JK board: its own encoder, after the published tables. */
import type { BmsState } from './bms.ts';
import { bitsAt, total } from './bytes.ts';

export type BoardLayout = '32s' | '24s';

const LENGTH = 300;
/** Tenths of a degree of a sensor that is not there. */
const NO_SENSOR = -2000;
const SETTINGS = 1;
const STATUS = 2;
const NAMES = 3;

function frame(type: number, counter: number, fill: (frame: Buffer) => void): Uint8Array {
  const bytes = Buffer.alloc(LENGTH);
  bytes.set([0x55, 0xaa, 0xeb, 0x90, type, counter & 0xff]);
  fill(bytes);
  bytes[LENGTH - 1] = total(bytes.subarray(0, LENGTH - 1)) & 0xff;
  return Uint8Array.from(bytes);
}

/** Type 2: the state of the pack. */
export function statusFrame(state: BmsState, layout: BoardLayout, counter: number): Uint8Array {
  const isLong = layout === '32s';
  const count = Math.min(state.cellCount, isLong ? 32 : 24);
  const current = Math.round((state.current ?? 0) * 1000);
  const sensors = sensorsOf(state);
  return frame(STATUS, counter, (bytes) => {
    for (let i = 0; i < count; i += 1) {
      const millivolts = Math.round((state.cells[i]?.voltage ?? 0) * 1000);
      bytes.writeUInt16LE(Math.min(0xffff, Math.max(0, millivolts)), 6 + 2 * i);
      bytes.writeUInt16LE(60 + i, (isLong ? 80 : 64) + 2 * i);
    }
    const own = isLong ? 16 : 0;
    bytes.writeUInt32LE(2 ** count - 1, 54 + own);
    spread(bytes, state, count, 58 + own);
    // From here on the long layout is another 16 bytes further, except for the MOSFETs' own temperature and the alarms.
    const rest = own * 2;
    const mos = Math.round(state.mosTemperature * 10);
    bytes.writeInt16LE(mos, isLong ? 144 : 134);
    bytes.writeUInt32LE(Math.round(state.voltage * 1000), 118 + rest);
    bytes.writeUInt32LE(Math.round(state.voltage * Math.abs(current)), 122 + rest);
    bytes.writeInt32LE(current, 126 + rest);
    bytes.writeInt16LE(sensors[0] ?? NO_SENSOR, 130 + rest);
    bytes.writeInt16LE(sensors[1] ?? NO_SENSOR, 132 + rest);
    if (isLong) bytes.writeUInt32LE(alarmBits(state, sensors), 166);
    else bytes.writeUInt16LE(alarmBits(state, sensors) % 0x10000, 136);
    bytes[140 + rest] = state.cells.some(({ balancing }) => balancing) ? 2 : 0;
    bytes[141 + rest] = Math.round(state.soc);
    bytes.writeUInt32LE(Math.round(state.remaining * 1000), 142 + rest);
    bytes.writeUInt32LE(Math.round(state.capacity * 1000), 146 + rest);
    bytes.writeUInt32LE(state.cycles, 150 + rest);
    bytes.writeUInt32LE(Math.round(state.cycles * state.capacity * 1000), 154 + rest);
    bytes[158 + rest] = state.soh;
    bytes.writeUInt32LE(state.uptime, 162 + rest);
    bytes[166 + rest] = state.conducts.charge ? 1 : 0;
    bytes[167 + rest] = state.conducts.discharge ? 1 : 0;
    if (!isLong) return;
    // One bit a sensor, the MOSFETs' first.
    const here = sensors.map((tenths) => tenths !== null);
    bytes[214] = 0xc9 | bit(1, here[0]) | bit(2, here[1]) | bit(4, here[2]) | bit(5, here[3]);
    if (here[3] === false) bytes[214] &= ~bit(3, true);
    bytes.writeInt16LE(mos, 254);
    bytes.writeInt16LE(sensors[2] ?? NO_SENSOR, 256);
    bytes.writeInt16LE(sensors[3] ?? NO_SENSOR, 258);
  });
}

/** Mean, difference, and the numbers of the highest and the lowest cell, from 0. */
function spread(bytes: Buffer, { cells }: BmsState, count: number, at: number): void {
  const volts = cells.slice(0, count).map(({ voltage }) => voltage);
  if (volts.length === 0) return;
  const [low, high] = [Math.min(...volts), Math.max(...volts)];
  bytes.writeUInt16LE(Math.round((volts.reduce((a, b) => a + b, 0) / volts.length) * 1000), at);
  bytes.writeUInt16LE(Math.round((high - low) * 1000), at + 2);
  bytes[at + 4] = volts.indexOf(high);
  bytes[at + 5] = volts.indexOf(low);
}

/** Four sensors, spread over the pack from its first cell to its last: tenths of a degree. */
function sensorsOf({ cells }: BmsState): (number | null)[] {
  return [0, 1, 2, 3].map((sensor) => {
    const { temperature = null } = cells[Math.round((sensor * (cells.length - 1)) / 3)] ?? {};
    return temperature === null ? null : Math.round(temperature * 10);
  });
}

function alarmBits({ alarms, current, cells, cellCount }: BmsState, sensors: readonly (number | null)[]): number {
  return bitsAt(
    [2, cellCount !== cells.length],
    [3, current === null],
    [4, alarms.cellOvervoltage],
    [8, alarms.chargeOvertemperature],
    [9, alarms.chargeUndertemperature],
    [11, alarms.cellUndervoltage],
    [14, alarms.shortCircuit],
    [15, alarms.dischargeOvertemperature],
    // Set in healthy boards whose password is the maker's.
    [19, true],
    [22, sensors.includes(null)],
  );
}

const bit = (place: number, on: boolean | undefined): number => (on === true ? 2 ** place : 0);

/** Type 1: the limits it was given by its maker, and its switches. */
export function settingsFrame({ cellCount, capacity, allows }: BmsState, counter: number): Uint8Array {
  return frame(SETTINGS, counter, (bytes) => {
    bytes.writeUInt32LE(2500, 10);
    bytes.writeUInt32LE(2800, 14);
    bytes.writeUInt32LE(3650, 18);
    bytes.writeUInt32LE(3550, 22);
    bytes.writeUInt32LE(cellCount, 114);
    bytes.writeUInt32LE(allows.charge ? 1 : 0, 118);
    bytes.writeUInt32LE(allows.discharge ? 1 : 0, 122);
    bytes.writeUInt32LE(Math.round(capacity * 1000), 130);
  });
}

/** Type 3: names and versions. */
export function namesFrame({ identity, uptime }: BmsState, hardware: string, counter: number): Uint8Array {
  const text = (bytes: Buffer, at: number, words: string): void => void bytes.write(words, at, 'latin1');
  return frame(NAMES, counter, (bytes) => {
    text(bytes, 6, 'JK_SIM');
    text(bytes, 22, hardware);
    text(bytes, 30, '11.48');
    bytes.writeUInt32LE(uptime, 38);
    bytes.writeUInt32LE(3, 42);
    text(bytes, 46, `JK_SIM_${identity}`);
    text(bytes, 62, '1234');
    text(bytes, 78, '240516');
    text(bytes, 86, `40110${String(identity).padStart(5, '0')}`);
  });
}
