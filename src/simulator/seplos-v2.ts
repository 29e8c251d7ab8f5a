/** A pack with a Seplos V2 board on RS485: telemetry, alarms, its name. */
import { deciKelvin, fine, hexDevice, sensors, text, UNKNOWN_COMMAND, word } from './ascii-hex.ts';
import { balanceMask, type BmsState, createBms, milliVolts } from './bms.ts';
import { bits } from './bytes.ts';
import type { DeviceKind } from './device.ts';

const VERSION = 0x20;
const LITHIUM = 0x46;
const ZERO = 2731;
const CELL_SENSORS = 4;

export const seplosV2Kind: DeviceKind = {
  id: 'seplos-v2',
  description: 'a pack with a Seplos V2 board (RS485); with --unit 1 it answers as 0 too, as a single pack does',
  baudRate: 19200,
  create({ clock, cells, capacity, soc, speed, unit }) {
    const bms = createBms({ clock, cells, capacity, soc, speed });
    const addresses = unit === 1 ? [0, 1] : [unit];
    return hexDevice({
      clock,
      commands: bms.commands,
      answer({ version, address, cid1, cid2 }) {
        if (!addresses.includes(address) || cid1 !== LITHIUM) return null;
        if (version !== VERSION) return { returnCode: 1 };
        const state = bms.state();
        if (cid2 === 0x42) return fine(telemetry(state, address));
        if (cid2 === 0x44) return fine(alarms(state, address));
        if (cid2 === 0x51) return fine([...text(`SIM-${state.identity}`, 10), 16, 6, ...text('CELLWARDEN', 20)]);
        return UNKNOWN_COMMAND;
      },
    });
  },
};

function telemetry(state: BmsState, address: number): number[] {
  const volts = milliVolts(state);
  const warm = [...sensors(state, CELL_SENSORS), state.ambient, state.mosTemperature];
  const custom = [
    state.capacity * 100,
    state.soc * 10,
    state.capacity * 100,
    state.cycles,
    state.soh * 10,
    state.voltage * 100,
    0,
    0,
    0,
    0,
  ];
  return [
    0,
    address,
    volts.length,
    ...volts.flatMap(word),
    warm.length,
    ...warm.flatMap((celsius) => deciKelvin(celsius, ZERO)),
    ...word((state.current ?? 0) * 100),
    ...word(state.voltage * 100),
    ...word(state.remaining * 100),
    custom.length,
    ...custom.flatMap(word),
  ];
}

function alarms(state: BmsState, address: number): number[] {
  const { alarms: is, conducts, current } = state;
  const volts = milliVolts(state);
  const states = volts.map((mv) => (mv >= 3650 ? 2 : mv <= 2500 ? 1 : 0));
  const dead = state.cells.some(({ temperature }) => temperature === null);
  const balancing = balanceMask(state, 16);
  const pairs = (...set: readonly boolean[]): number => bits(...set.flatMap((on) => [on, on]));
  return [
    0,
    address,
    volts.length,
    ...states,
    CELL_SENSORS + 2,
    ...Array.from({ length: CELL_SENSORS + 2 }, () => 0),
    0,
    0,
    20,
    bits(false, dead, current === null),
    pairs(is.cellOvervoltage, is.cellUndervoltage),
    pairs(
      is.chargeOvertemperature,
      is.chargeUndertemperature,
      is.dischargeOvertemperature,
      is.dischargeUndertemperature,
    ),
    0,
    bits(false, false, false, false, false, is.shortCircuit),
    0,
    bits(conducts.discharge, conducts.charge),
    balancing & 0xff,
    balancing >> 8,
    bits((current ?? 0) < 0, (current ?? 0) > 0),
    ...Array.from({ length: 10 }, () => 0),
  ];
}
