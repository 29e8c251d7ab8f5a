/** A pack with a PACE board on RS232 or RS485, in one of the two versions of its text protocol. */
import {
  big,
  deciKelvin,
  fine,
  type HexAnswer,
  hexDevice,
  type HexQuestion,
  sensors,
  text,
  UNKNOWN_COMMAND,
  word,
} from './ascii-hex.ts';
import { balanceMask, type BmsState, createBms, milliVolts } from './bms.ts';
import { bits } from './bytes.ts';
import { choice } from './control.ts';
import type { DeviceKind } from './device.ts';

const ZERO = 2730;
const CELL_SENSORS = 4;
const V25 = { version: 0x25, cid1: 0x46 } as const;
const V20 = { version: 0x20, cid1: 0x4a } as const;
const FULL = 0x80;

export const paceKind: DeviceKind = {
  id: 'pace',
  description: 'a pack with a PACE board (RS232/RS485 text protocol, version 2.5, or 2.0 after "protocol v20")',
  baudRate: 9600,
  create({ clock, cells, capacity, soc, speed, unit }) {
    const bms = createBms({ clock, cells, capacity, soc, speed });
    let speaks: typeof V25 | typeof V20 = V25;
    return hexDevice({
      clock,
      commands: {
        ...bms.commands,
        'protocol v25|v20': choice(['v25', 'v20'], (word) => {
          speaks = word === 'v25' ? V25 : V20;
        }),
      },
      answer(question) {
        if (question.address !== unit || question.cid1 !== speaks.cid1) return null;
        if (question.version !== speaks.version) return { returnCode: 1 };
        return speaks === V25 ? answer25(question, bms.state()) : answer20(question, bms.state());
      },
    });
  },
};

function answer25({ address, cid2, info }: HexQuestion, state: BmsState): HexAnswer {
  if (cid2 === 0xc1) return fine(text('SIM16S100A-1.00', 20));
  if (cid2 === 0xc2) return fine(text(`SIM${String(state.identity).padStart(8, '0')}`, 40));
  if (cid2 !== 0x42 && cid2 !== 0x44) return UNKNOWN_COMMAND;
  if (info[0] !== address) return { returnCode: 6 };
  return fine([0, address, ...(cid2 === 0x42 ? analog25(state) : status25(state))]);
}

function analog25(state: BmsState): number[] {
  const volts = milliVolts(state);
  const warm = [...sensors(state, CELL_SENSORS), state.mosTemperature, state.ambient];
  return [
    volts.length,
    ...volts.flatMap(word),
    warm.length,
    ...warm.flatMap((celsius) => deciKelvin(celsius, ZERO)),
    ...word((state.current ?? 0) * 100),
    ...word(state.voltage * 1000),
    ...word(state.remaining * 100),
    3,
    ...word(state.capacity * 100),
    ...word(state.cycles),
    ...word(state.capacity * 100),
  ];
}

function status25(state: BmsState): number[] {
  const { alarms: is, conducts, current } = state;
  const states = milliVolts(state).map((mv) => (mv >= 3650 ? 2 : mv <= 2500 ? 1 : 0));
  const dead = state.cells.some(({ temperature }) => temperature === null);
  const full = state.soc >= 99.5 ? FULL : 0;
  return [
    states.length,
    ...states,
    CELL_SENSORS + 2,
    ...Array.from({ length: CELL_SENSORS + 2 }, () => 0),
    0,
    0,
    0,
    bits(is.cellOvervoltage, is.cellUndervoltage, false, false, false, false, is.shortCircuit),
    bits(
      is.chargeOvertemperature,
      is.dischargeOvertemperature,
      is.chargeUndertemperature,
      is.dischargeUndertemperature,
    ) | full,
    bits(false, conducts.charge, conducts.discharge, (current ?? 0) < 0, false, (current ?? 0) > 0),
    0,
    bits(false, false, dead, false, false, current === null),
    ...word(balanceMask(state, 16)),
    0,
    0,
  ];
}

function answer20({ address, cid2 }: HexQuestion, state: BmsState): HexAnswer {
  if (cid2 === 0x51) return fine(text(`SIM-EG4 ${state.identity}`, 46));
  if (cid2 === 0x42) return fine([0x10, address, ...analog20(state)]);
  return cid2 === 0x44 ? fine([0x10, address, ...status20(state)]) : UNKNOWN_COMMAND;
}

function analog20(state: BmsState): number[] {
  const volts = milliVolts(state);
  const warm = sensors(state, CELL_SENSORS);
  const known = warm.filter((celsius) => celsius !== null);
  const [max, min] = [Math.max(...volts), Math.min(...volts)];
  return [
    volts.length,
    ...volts.flatMap(word),
    warm.length,
    ...[...warm, state.ambient, state.mosTemperature].flatMap((celsius) => deciKelvin(celsius, ZERO)),
    ...word((state.current ?? 0) * 100),
    ...word(state.voltage * 100),
    ...word(state.remaining * 100),
    ...word(state.capacity * 100),
    ...word(state.cycles),
    15,
    ...word(state.soc),
    ...word(state.soh),
    ...word(max),
    ...word(min),
    ...word(max - min),
    ...deciKelvin(Math.max(...known), ZERO),
    ...deciKelvin(Math.min(...known), ZERO),
    ...[4200, 4100, 210_000, 200_000, 800, 900].flatMap((value) => big(value, 4)),
    ...word(state.cycles),
    ...word(state.cycles),
  ];
}

function status20(state: BmsState): number[] {
  const { alarms: is, conducts } = state;
  const states = milliVolts(state).map((mv) => (mv >= 3650 ? 2 : mv <= 2500 ? 1 : 0));
  const mask = balanceMask(state, 16);
  return [
    states.length,
    ...states,
    CELL_SENSORS,
    ...Array.from({ length: CELL_SENSORS + 2 }, () => 0),
    0,
    0,
    9,
    bits(mask !== 0),
    bits(is.cellOvervoltage, is.cellOvervoltage, is.cellUndervoltage, is.cellUndervoltage),
    0,
    bits(
      false,
      is.chargeOvertemperature,
      false,
      is.chargeUndertemperature,
      false,
      is.dischargeOvertemperature,
      false,
      is.dischargeUndertemperature,
    ),
    bits(false, false, false, false, false, is.shortCircuit),
    0,
    bits(conducts.discharge, conducts.charge),
    0,
    ...big(mask, 4),
    0,
  ];
}
