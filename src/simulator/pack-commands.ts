/** What every simulated BMS can be told about its pack and about what it measures of it. */
import { type Command, type Commands, numbered, numberOr } from './control.ts';
import type { CellFault, SimulatedPack } from './pack.ts';

/** What the BMS itself gets wrong. */
export interface Measuring {
  /** It claims to have so many cells; `null`: as many as there are. */
  count(cells: number | null): void;
  /** Whether it can measure its current. */
  currentSensor(works: boolean): void;
}

/** The commands, by their usage. */
export function packCommands(pack: SimulatedPack, measuring: Measuring): Commands {
  const perCell = (then: (fault: CellFault) => Command): Command =>
    numbered('cell', 1, pack.faults.length, (cell) => {
      const fault = pack.faults[cell - 1];
      return fault === undefined ? () => `There is no cell ${cell}.` : then(fault);
    });
  return {
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
    'count CELLS|auto': numberOr(0, 255, ['auto'], (cells) =>
      measuring.count(cells === 'auto' ? null : Math.round(cells)),
    ),
    'soc PERCENT': numberOr(0, 100, [], (percent) => pack.setSoc(percent)),
    'current AMPERE|unknown|auto': numberOr(-8000, 8000, ['unknown', 'auto'], (amperes) => {
      measuring.currentSensor(amperes !== 'unknown');
      if (amperes !== 'unknown') pack.forcedCurrent = amperes === 'auto' ? null : amperes;
    }),
  };
}
