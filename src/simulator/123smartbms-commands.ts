/** What a running 123\SmartBMS simulator can be told: faults of its cells, of itself and of its line. */
import type { Smartbms123Faults } from './123smartbms-status.ts';
import { type Commands, numberOr, onOff, plain } from './control.ts';
import type { SimulatedPack } from './pack.ts';
import { packCommands } from './pack-commands.ts';

/** The commands of one device and its pack, by their usage. */
export function createCommands(pack: SimulatedPack, faults: Smartbms123Faults): Commands {
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
    ...packCommands(pack, {
      count(claimed) {
        faults.cellCount = claimed;
      },
      currentSensor(works) {
        faults.currentSensors = works;
      },
    }),
    'communication on|off': onOff((on) => {
      faults.communication = on;
    }),
    'calibrated on|off': onOff((on) => {
      faults.calibrated = on;
    }),
    'charger on|off': onOff((on) => {
      pack.chargeAllowed = on;
    }),
    'loads on|off': onOff((on) => {
      pack.loadAllowed = on;
    }),
  };
}
