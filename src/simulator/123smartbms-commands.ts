/** What a running 123\SmartBMS simulator can be told: faults of its cells, of itself and of its line. */
import type { Smartbms123Faults } from './123smartbms-status.ts';
import { choice, type Command, type Commands, numbered, numberOr, plain } from './control.ts';
import type { CellFault, SimulatedPack } from './pack.ts';

function onOff(act: (on: boolean) => void): Command {
  return choice(['on', 'off'], (word) => act(word === 'on'));
}

/** The commands of one device and its pack, by their usage. */
export function createCommands(pack: SimulatedPack, faults: Smartbms123Faults): Commands {
  const perCell = (then: (fault: CellFault) => Command) =>
    numbered('cell', 1, pack.faults.length, (cell) => {
      const fault = pack.faults[cell - 1];
      return fault === undefined ? () => `There is no cell ${cell}.` : then(fault);
    });
  return {
    silence: plain(() => {
      faults.silent = true;
    }),
    resume: plain(() => {
      faults.silent = false;
    }),
    freeze: plain(() => {
      faults.frozen = true;
    }),
    thaw: plain(() => {
      faults.frozen = false;
    }),
    'stuck on|off': onOff((on) => {
      faults.stuck = on;
    }),
    'noise RATE|off': numberOr(0, 1, ['off'], (rate) => {
      faults.bitErrors = rate === 'off' ? 0 : rate;
    }),
    'cell N VOLT|auto': perCell((fault) =>
      numberOr(0, 5, ['auto'], (volts) => {
        fault.voltage = volts === 'auto' ? null : volts;
      }),
    ),
    'weak N VOLT|auto': perCell((fault) =>
      numberOr(-2, 2, ['auto'], (volts) => {
        fault.voltageOffset = volts === 'auto' ? 0 : volts;
      }),
    ),
    'temperature N CELSIUS|dead|auto': perCell((fault) =>
      numberOr(-60, 150, ['dead', 'auto'], (celsius) => {
        fault.sensorDead = celsius === 'dead';
        fault.temperature = typeof celsius === 'number' ? celsius : null;
      }),
    ),
    'communication on|off': onOff((on) => {
      faults.communication = on;
    }),
    'calibrated on|off': onOff((on) => {
      faults.calibrated = on;
    }),
    'count CELLS|auto': numberOr(0, 255, ['auto'], (cells) => {
      faults.cellCount = cells === 'auto' ? null : Math.round(cells);
    }),
    'soc PERCENT': numberOr(0, 100, [], (percent) => pack.setSoc(percent)),
    'current AMPERE|unknown|auto': numberOr(-8000, 8000, ['unknown', 'auto'], (amperes) => {
      faults.currentSensors = amperes !== 'unknown';
      if (amperes !== 'unknown') pack.forcedCurrent = amperes === 'auto' ? null : amperes;
    }),
    'charger on|off': onOff((on) => {
      pack.chargeAllowed = on;
    }),
    'loads on|off': onOff((on) => {
      pack.loadAllowed = on;
    }),
  };
}
