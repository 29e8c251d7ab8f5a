/** A simulated PACE BMS at its Modbus port: the values from register 0 and the texts from 150. */
import { balanceMask, type BmsState, createBms, milliVolts } from './bms.ts';
import { bitsAt } from './bytes.ts';
import type { DeviceKind } from './device.ts';
import { type Exception, modbusDevice } from './modbus-device.ts';
import { ILLEGAL_ADDRESS, ILLEGAL_FUNCTION } from './modbus-framing.ts';
import { firstSensors, letters, place, register, slice } from './registers.ts';

const CELLS = 16;
const SENSORS = 4;
const NOT_FITTED = 0;
const BROKEN = 0x8000;
/** s: a command that comes sooner after the last answer is not heard. */
const REST = 0.1;

function tenths(celsius: number | null | undefined): number {
  if (celsius === undefined) return NOT_FITTED;
  return celsius === null ? BROKEN : register(celsius * 10);
}

function tableOf(state: BmsState): Map<number, number> {
  const { alarms, conducts } = state;
  const current = state.current ?? 0;
  const protections = bitsAt(
    [0, alarms.cellOvervoltage],
    [1, alarms.cellUndervoltage],
    [6, alarms.shortCircuit],
    [8, alarms.chargeOvertemperature],
    [9, alarms.dischargeOvertemperature],
    [10, alarms.chargeUndertemperature],
    [11, alarms.dischargeUndertemperature],
  );
  const status = bitsAt(
    [2, firstSensors(state, SENSORS).includes(null)],
    [8, current > 0],
    [9, current < 0],
    [10, conducts.charge],
    [11, conducts.discharge],
  );
  const table = new Map<number, number>();
  place(table, 0, [
    register(current * 100),
    register(state.voltage * 100),
    register(state.soc),
    register(state.soh),
    register(state.remaining * 100),
    register(state.capacity * 100),
    register(state.capacity * 100),
    state.cycles,
    0,
    protections & ~(1 << 6),
    protections,
    status,
    balanceMask(state, CELLS),
    0,
    0,
    ...milliVolts(state, CELLS).map(register),
    ...firstSensors(state, SENSORS).map(tenths),
    tenths(state.mosTemperature),
    tenths(state.ambient),
  ]);
  place(table, 150, letters('P16S100A-SIM-1.0', 10));
  place(table, 160, letters(`MODEL-${state.identity}`, 10));
  place(table, 170, letters(`PACK-${state.identity}`, 10));
  return table;
}

/** The device for the command line. */
export const paceModbusKind: DeviceKind = {
  id: 'pace-modbus',
  description: 'a PACE BMS (Modbus RTU, deaf for 100 ms after an answer)',
  baudRate: 9600,
  create({ clock, unit: own, ...options }) {
    const bms = createBms({ clock, ...options });
    let answeredAt = -Infinity;
    const read = (unit: number, fn: number, first: number, count: number): readonly number[] | Exception | null => {
      const now = clock.now();
      if (unit !== own || now - answeredAt < REST) return null;
      answeredAt = now;
      if (fn !== 3) return { exception: ILLEGAL_FUNCTION };
      return slice(tableOf(bms.state()), first, count) ?? { exception: ILLEGAL_ADDRESS };
    };
    return modbusDevice({ clock, commands: bms.commands, read });
  },
};
