/** Two Pylontech modules on one RS485 line, each with a pack of its own; the first answers for all when asked so. */
import { big, deciKelvin, fine, hexDevice, sensors, text, UNKNOWN_COMMAND, word } from './ascii-hex.ts';
import { type BmsState, createBms, milliVolts } from './bms.ts';
import { bits } from './bytes.ts';
import type { DeviceKind } from './device.ts';

const VERSION = 0x20;
const LITHIUM = 0x46;
const ZERO = 2731;
const GROUPS = 4;
/** The first module that there is. */
const FIRST = 2;
const ALL = 0xff;
/** The user defined items with the charge in three bytes. */
const LONG_ITEMS = 4;

export const pylontechKind: DeviceKind = {
  id: 'pylontech',
  description:
    'two Pylontech modules (RS485) at --unit (2 at least) and the address after it; commands go to the first',
  baudRate: 115200,
  create({ clock, cells, capacity, soc, speed, unit }) {
    const modules = [1, 2].map((seed) => createBms({ clock, cells, capacity, soc, speed, seed }));
    const first = Math.max(FIRST, unit);
    return hexDevice({
      clock,
      commands: modules[0]?.commands ?? {},
      answer({ version, address, cid1, cid2, info }) {
        const state = modules[address - first]?.state();
        if (state === undefined || cid1 !== LITHIUM) return null;
        if (version !== VERSION) return { returnCode: 1 };
        const about = info[0] ?? address;
        if (cid2 === 0x42 && about === ALL && address === first) {
          return fine([0x11, modules.length, ...modules.flatMap((module) => analog(module.state()))]);
        }
        if (about !== address) return { returnCode: 0x90 };
        if (cid2 === 0x42) return fine([0x11, address, ...analog(state)]);
        if (cid2 === 0x44) return fine([0x11, address, ...alarm(state)]);
        if (cid2 === 0x92) return fine([address, ...management(state)]);
        if (cid2 === 0x93) {
          const number = state.identity * 10 + address - first;
          return fine([address, ...text(`SIM${String(number).padStart(13, '0')}`, 16)]);
        }
        return UNKNOWN_COMMAND;
      },
    });
  },
};

function analog(state: BmsState): number[] {
  const volts = milliVolts(state);
  const warm = [state.mosTemperature, ...sensors(state, GROUPS)];
  return [
    volts.length,
    ...volts.flatMap(word),
    warm.length,
    ...warm.flatMap((celsius) => deciKelvin(celsius, ZERO)),
    ...word((state.current ?? 0) * 10),
    ...word(state.voltage * 1000),
    ...word(0xffff),
    LONG_ITEMS,
    ...word(0xffff),
    ...word(state.cycles),
    ...big(state.remaining * 1000, 3),
    ...big(state.capacity * 1000, 3),
  ];
}

function alarm(state: BmsState): number[] {
  const { alarms: is, conducts, soc } = state;
  const current = state.current ?? 0;
  const states = milliVolts(state).map((mv) => (mv >= 3650 ? 2 : mv <= 2500 ? 1 : 0));
  return [
    states.length,
    ...states,
    GROUPS + 1,
    ...Array.from({ length: GROUPS + 1 }, () => 0),
    0,
    0,
    0,
    bits(
      false,
      is.cellUndervoltage,
      false,
      false,
      is.shortCircuit,
      is.dischargeOvertemperature || is.dischargeUndertemperature,
      is.chargeOvertemperature || is.chargeUndertemperature,
    ),
    bits(false, conducts.charge, conducts.discharge, true),
    bits(false, false, false, soc >= 99.5, false, false, current < -0.1, current > 0.1),
    0,
    0,
  ];
}

function management({ cells, capacity, conducts, soc }: BmsState): number[] {
  return [
    ...word(cells.length * 3550),
    ...word(cells.length * 2900),
    ...word(capacity * 5),
    ...word(-capacity * 5),
    bits(false, false, false, false, false, soc < 10, conducts.discharge, conducts.charge),
  ];
}
