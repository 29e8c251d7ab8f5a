/** A BMS behind plain Modbus registers, for trying out a register map. Its table stands in `docs/devices/modbus-map.md`. */
import { type AddressedBmsOptions, type BmsState, createBms } from './bms.ts';
import { type Commands, onOff } from './control.ts';
import type { DeviceKind, SimulatedDevice } from './device.ts';
import { type Exception, modbusDevice } from './modbus-device.ts';
import { DEVICE_FAILURE, ILLEGAL_ADDRESS } from './modbus-framing.ts';
import { slice } from './registers.ts';

const KELVIN = 273.15;
/** What a dead temperature sensor reads. */
const NO_SENSOR = 0x7fff;
const SENSORS = 4;

/** Starts it. */
export function createRegisterBms({ unit: mine, ...rest }: AddressedBmsOptions): SimulatedDevice {
  const bms = createBms(rest);
  let refuses = false;
  const commands: Commands = {
    ...bms.commands,
    'exceptions on|off': onOff((on) => {
      refuses = on;
    }),
  };
  return modbusDevice({
    clock: rest.clock,
    commands,
    read(unit, fn, first, count): readonly number[] | Exception | null {
      if (unit !== mine) return null;
      if (refuses) return { exception: DEVICE_FAILURE };
      return slice(tableOf(bms.state(), fn), first, count) ?? { exception: ILLEGAL_ADDRESS };
    },
  });
}

function tableOf(state: BmsState, fn: 1 | 2 | 3 | 4): Map<number, number> {
  if (fn === 1) return coils(state);
  if (fn === 2) return new Map([[0, Number(state.alarms.shortCircuit)]]);
  if (fn === 3) return holding(state);
  return new Map(state.cells.map(({ voltage }, i) => [200 + i, Math.round(voltage * 1000)]));
}

function coils({ alarms, conducts }: BmsState): Map<number, number> {
  const mayCharge = !(alarms.cellOvervoltage || alarms.chargeOvertemperature || alarms.chargeUndertemperature);
  const mayDischarge = !(
    alarms.cellUndervoltage ||
    alarms.dischargeOvertemperature ||
    alarms.dischargeUndertemperature
  );
  return new Map([
    [0, Number(conducts.charge)],
    [1, Number(conducts.discharge)],
    [3, Number(mayCharge)],
    [4, Number(mayDischarge)],
  ]);
}

function holding(state: BmsState): Map<number, number> {
  const registers = new Map<number, number>();
  const put = (first: number, ...words: readonly number[]): void => {
    for (const [i, word] of words.entries()) registers.set(first + i, Math.round(word) & 0xffff);
  };
  const remaining = Math.round(state.remaining * 1000);
  const capacity = new DataView(new ArrayBuffer(4));
  capacity.setFloat32(0, state.capacity);
  put(0, 0, 40_000 + state.identity);
  put(2, state.cellCount);
  put(100, state.voltage * 100, state.soc * 10, (state.current ?? 0) * 10, state.mosTemperature * 10);
  put(104, remaining >>> 16, remaining);
  put(106, state.cycles, 0);
  put(108, capacity.getUint16(0), capacity.getUint16(2));
  for (let i = 0; i < SENSORS; i++) put(120 + i, kelvin(state.cells[i]?.temperature ?? null));
  for (const [i, { balancing }] of state.cells.entries()) {
    const at = 140 + Math.floor(i / 16);
    registers.set(at, (registers.get(at) ?? 0) | (Number(balancing) << (i % 16)));
  }
  put(160, state.alarms.shortCircuit ? 4 : 0);
  return registers;
}

/** Tenths of a kelvin. */
const kelvin = (celsius: number | null): number => (celsius === null ? NO_SENSOR : (celsius + KELVIN) * 10);

/** It, for the command line. */
export const modbusMapKind: DeviceKind = {
  id: 'modbus-map',
  description: 'a BMS behind plain Modbus registers, to try out a register map',
  baudRate: 9600,
  create: createRegisterBms,
};
