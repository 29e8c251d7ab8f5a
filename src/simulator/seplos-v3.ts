/** A simulated Seplos V3 pack: the blocks PIA, PIB, PIC, SPA (its first words) and VIA of its Modbus document. */
import { type BmsState, createBms, milliVolts } from './bms.ts';
import type { DeviceKind } from './device.ts';
import { type Exception, modbusDevice } from './modbus-device.ts';
import { ILLEGAL_ADDRESS, ILLEGAL_FUNCTION } from './modbus-framing.ts';
import { firstSensors, letters, place, register, slice } from './registers.ts';

const KELVIN = 273.1;
const CELLS = 16;
const SENSORS = 4;
const PIC_BYTES = 18;
/** What an open sensor comes to: 0 K. */
const OPEN = 0;

const decikelvin = (celsius: number | null | undefined): number =>
  typeof celsius === 'number' ? register((celsius + KELVIN) * 10) : OPEN;

/** All registers that function 4 reads. */
function wordsOf(state: BmsState): Map<number, number> {
  const table = new Map<number, number>();
  const volts = state.cells.map(({ voltage }) => voltage);
  const warm = state.cells.flatMap(({ temperature }) => (temperature === null ? [] : [temperature]));
  const mean = (values: readonly number[]): number => values.reduce((sum, one) => sum + one, 0) / (values.length || 1);
  place(table, 0x1000, [
    register(state.voltage * 100),
    register((state.current ?? 0) * 100),
    register(state.remaining * 100),
    register(state.capacity * 100),
    register((state.cycles * state.capacity) / 10),
    register(state.soc * 10),
    register(state.soh * 10),
    state.cycles,
    register(mean(volts) * 1000),
    decikelvin(mean(warm)),
    register(Math.max(...volts) * 1000),
    register(Math.min(...volts) * 1000),
    decikelvin(Math.max(...warm)),
    decikelvin(Math.min(...warm)),
    0,
    150,
    100,
    0,
  ]);
  place(table, 0x1100, [
    ...milliVolts(state, CELLS).map(register),
    ...firstSensors(state, SENSORS).map(decikelvin),
    0,
    0,
    0,
    0,
    decikelvin(state.ambient),
    decikelvin(state.mosTemperature),
  ]);
  place(table, 0x1300, [SENSORS, state.cellCount]);
  place(table, 0x1700, letters('XZH-ElecTech Co.,Ltd', 10));
  place(table, 0x170a, letters('1101-SP76', 10));
  place(table, 0x1714, letters('18', 1));
  place(table, 0x1715, letters(`SIM-BMS-${state.identity}`, 15));
  place(table, 0x1724, letters(`SIM-PACK-${state.identity}`, 15));
  return table;
}

/** The bytes behind function 1, from 1200. */
function eventsOf(state: BmsState): number[] {
  const bytes = Array.from({ length: PIC_BYTES }, () => 0);
  const set = (byte: number, bit: number, on: boolean): void => {
    if (on) bytes[byte] = (bytes[byte] ?? 0) | (1 << bit);
  };
  state.cells.slice(0, CELLS).forEach(({ balancing }, i) => set(6 + (i >> 3), i & 7, balancing));
  const { alarms, conducts } = state;
  set(8, 0, (state.current ?? 0) < 0);
  set(8, 1, (state.current ?? 0) > 0);
  set(9, 1, alarms.cellOvervoltage);
  set(9, 3, alarms.cellUndervoltage);
  set(10, 1, alarms.chargeOvertemperature);
  set(10, 3, alarms.chargeUndertemperature);
  set(10, 5, alarms.dischargeOvertemperature);
  set(10, 7, alarms.dischargeUndertemperature);
  set(12, 6, alarms.shortCircuit);
  set(15, 0, conducts.discharge);
  set(15, 1, conducts.charge);
  set(17, 0, firstSensors(state, SENSORS).includes(null));
  return bytes;
}

/** The device for the command line. */
export const seplosV3Kind: DeviceKind = {
  id: 'seplos-v3',
  description: 'a Seplos V3 pack (Modbus RTU)',
  baudRate: 19_200,
  create({ clock, unit: own, ...options }) {
    const bms = createBms({ clock, ...options });
    const read = (unit: number, fn: number, first: number, count: number): readonly number[] | Exception | null => {
      if (unit !== own) return null;
      const state = bms.state();
      if (fn === 4) return slice(wordsOf(state), first, count) ?? { exception: ILLEGAL_ADDRESS };
      if (fn !== 1) return { exception: ILLEGAL_FUNCTION };
      const bits = eventsOf(state).flatMap((byte) => Array.from({ length: 8 }, (_, bit) => (byte >> bit) & 1));
      const from = first - 0x1200;
      if (from < 0 || from + count > bits.length) return { exception: ILLEGAL_ADDRESS };
      return bits.slice(from, from + count);
    };
    return modbusDevice({ clock, commands: bms.commands, delay: 0.02, read });
  },
};
