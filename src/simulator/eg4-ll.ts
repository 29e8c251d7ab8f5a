/** A simulated EG4 LL battery: its 39 registers of status and who it is. */
import { balanceMask, type BmsState, createBms, milliVolts } from './bms.ts';
import { bitsAt } from './bytes.ts';
import type { DeviceKind } from './device.ts';
import { type Exception, modbusDevice } from './modbus-device.ts';
import { ILLEGAL_ADDRESS, ILLEGAL_FUNCTION } from './modbus-framing.ts';
import { firstSensors, letters, place, register, slice } from './registers.ts';

const CELLS = 16;
const SENSORS = 4;
const NOT_FITTED = 0;
/** What an open sensor says, as a signed byte −56. */
const OPEN = 0xc8;
const ACTIVE = 0x8000;

function byteOf(celsius: number | null | undefined): number {
  if (celsius === undefined) return NOT_FITTED;
  return celsius === null ? OPEN : Math.round(celsius) & 0xff;
}

function stateWord({ current, conducts }: BmsState): number {
  if (!conducts.charge || !conducts.discharge) return ACTIVE | 4;
  if ((current ?? 0) > 0) return ACTIVE | 1;
  return (current ?? 0) < 0 ? ACTIVE | 2 : ACTIVE;
}

function protectionsOf({ alarms }: BmsState): number {
  return bitsAt(
    [1, alarms.cellOvervoltage],
    [3, alarms.cellUndervoltage],
    [8, alarms.chargeOvertemperature],
    [9, alarms.dischargeOvertemperature],
    [10, alarms.chargeUndertemperature],
    [11, alarms.dischargeUndertemperature],
    [13, alarms.shortCircuit],
  );
}

function tableOf(state: BmsState): Map<number, number> {
  const sensors = firstSensors(state, SENSORS);
  const known = sensors.filter((celsius) => typeof celsius === 'number');
  const [a, b, c, d] = sensors.map(byteOf);
  const mean = known.reduce((sum, celsius) => sum + celsius, 0) / (known.length || 1);
  const full = Math.round(state.capacity * 3_600_000);
  const table = new Map<number, number>();
  place(table, 0, [
    register(state.voltage * 100),
    register((state.current ?? 0) * 100),
    ...milliVolts(state, CELLS).map(register),
    register(state.mosTemperature),
    register(known.length === 0 ? 0 : Math.max(...known)),
    register(mean),
    register(state.remaining),
    100,
    register(state.soh),
    register(state.soc),
    stateWord(state),
    0,
    protectionsOf(state),
    sensors.includes(null) ? 2 : 0,
    0,
    state.cycles,
    Math.floor(full / 0x1_0000),
    full % 0x1_0000,
    ((a ?? 0) << 8) | (b ?? 0),
    ((c ?? 0) << 8) | (d ?? 0),
    0,
    state.cellCount,
    register(state.capacity * 10),
    balanceMask(state, CELLS),
  ]);
  place(table, 0x69, [...letters('LFP-SIM', 12), ...letters('Z02T01', 3), ...letters(`SIM${state.identity}`, 8)]);
  return table;
}

/** The device for the command line. */
export const eg4LlKind: DeviceKind = {
  id: 'eg4-ll',
  description: 'an EG4 LL battery (Modbus RTU)',
  baudRate: 9600,
  create({ clock, unit: own, ...options }) {
    const bms = createBms({ clock, ...options });
    const read = (unit: number, fn: number, first: number, count: number): readonly number[] | Exception | null => {
      if (unit !== own) return null;
      if (fn !== 3) return { exception: ILLEGAL_FUNCTION };
      return slice(tableOf(bms.state()), first, count) ?? { exception: ILLEGAL_ADDRESS };
    };
    return modbusDevice({ clock, commands: bms.commands, delay: 0.05, read });
  },
};
