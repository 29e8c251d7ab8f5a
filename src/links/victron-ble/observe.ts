/** What the records of adverts say of the pack. */
import type { CellObservation, Observation } from '../../engine/reading/observation.ts';
import { meteredCurrent, monitorAlarmFlags, SHORT_CIRCUIT_ALARM } from '../victron-alarms.ts';
import { bmsFlags, lithiumFault, lynxAlarms, lynxFault, lynxIo, messagesIn } from './flags.ts';
import type { Fields } from './records.ts';

type Building = { -readonly [K in keyof Observation]: Observation[K] };
type Extra = Record<string, number | string | boolean | null>;

/** V a cell that their sum may be from the battery's own voltage: both are measured at their own time, in their own steps. */
const SUM_APART = 0.1;

const number = (fields: Fields, name: string): number | null => {
  const value = fields[name];
  return typeof value === 'number' ? value : null;
};
const amperes = (fields: Fields, sign: number): number | null => {
  const value = number(fields, 'current');
  return value === null ? null : value * sign + 0;
};

/** The fields of these names, to be shown. */
function extras(fields: Fields, ...names: readonly string[]): Extra {
  const extra: Extra = {};
  for (const name of names) {
    const value = fields[name];
    if (typeof value === 'number' || typeof value === 'string' || value === null) extra[name] = value;
  }
  return extra;
}

const fault = (error: number | null): { fault?: string } =>
  error === null ? {} : { fault: error === 0 ? '' : `Err ${error}` };

/**
 * The observation of a record; `null` for a kind that says nothing of a pack.
 * @param sign −1 turns the sign of the current round
 */
export function observationOf(recordType: number, fields: Fields, sign: 1 | -1): Observation | null {
  return OBSERVERS.get(recordType)?.(fields, sign) ?? null;
}

/** A solar charger: what it gives. */
function solarCharger(fields: Fields, sign: number): Observation {
  return {
    voltage: number(fields, 'voltage'),
    currentIn: amperes(fields, sign),
    hardware: fault(number(fields, 'error')),
    extra: extras(fields, 'state', 'yieldToday', 'pvPower', 'loadCurrent'),
  };
}

/** A shunt, or a Smart Battery Sense, which has neither a current nor a state of charge to tell. */
function batteryMonitor(fields: Fields, sign: number): Observation {
  const soc = number(fields, 'soc');
  const current = amperes(fields, sign);
  const isDoubtful = fields['currentDoubtful'] === true;
  const hasShunt = soc !== null || current !== null || isDoubtful;
  return {
    voltage: number(fields, 'voltage'),
    // The old value ages on: it may be −1 mA, or none.
    ...(isDoubtful || !hasShunt ? {} : { current }),
    ...(hasShunt ? { soc } : {}),
    ...starter(fields),
    hardware: {
      ...monitorAlarmFlags(number(fields, 'alarmBits') ?? 0),
      ...(hasShunt ? { socCalibrated: soc !== null } : {}),
    },
    extra: extras(fields, 'timeToGoMinutes', 'consumedAh', 'midpointVoltage', 'temperature'),
  };
}

function starter(fields: Fields): { starterVoltage?: number | null } {
  return fields['auxMode'] === 'starter' ? { starterVoltage: number(fields, 'starterVoltage') } : {};
}

/** A DC/DC charger from the starter battery. Switched off it tells no output. */
function dcDc(fields: Fields): Observation {
  const output = number(fields, 'outputVoltage');
  return {
    ...(output === null ? {} : { voltage: output }),
    starterVoltage: number(fields, 'inputVoltage'),
    hardware: fault(number(fields, 'error')),
    extra: extras(fields, 'state', 'offReason'),
  };
}

/** A Smart Lithium battery: all its cells at once. */
function smartLithium(fields: Fields): Observation {
  const cells = fields['cells'] as readonly (number | null)[];
  const flags = bmsFlags(number(fields, 'bmsFlags') ?? 0);
  const count = cells.findLastIndex((volts) => volts !== null) + 1;
  return {
    cellCount: count,
    cells: cells.slice(0, count).map((voltage, index): CellObservation => ({ cell: index + 1, voltage })),
    voltage: number(fields, 'voltage'),
    temperatures: [number(fields, 'temperature')],
    hardware: {
      chargeAllowed: flags.allowedToCharge,
      loadAllowed: flags.allowedToDischarge,
      preAlarm: flags.preAlarm,
      shortCircuit: flags.shortCircuit,
      cellOvervoltage: flags.overvoltage,
      cellUndervoltage: flags.undervoltage,
      cellUndervoltageWarning: flags.undervoltageWarning,
      overTemperature: flags.overTemperature,
      underTemperature: flags.underTemperature,
      cellBelowRange: (fields['cellsBelow'] as readonly number[]).length > 0,
      cellAboveRange: (fields['cellsAbove'] as readonly number[]).length > 0,
      fault: lithiumFault(number(fields, 'errorFlags') ?? 0, flags),
    },
    extra: { balancer: (fields['balancer'] as string | null) ?? null, messages: messagesIn(flags) },
  };
}

/** A Smart BatteryProtect: a switch for loads, and the battery's voltage at its input. */
function batteryProtect(fields: Fields): Observation {
  const output = fields['output'];
  const bits = number(fields, 'alarmBits') ?? 0;
  return {
    voltage: number(fields, 'inputVoltage'),
    hardware: {
      ...(typeof output === 'string' ? { loadSwitchClosed: output === 'on' } : {}),
      ...monitorAlarmFlags(bits),
      shortCircuit: (bits & SHORT_CIRCUIT_ALARM) !== 0,
      ...fault(number(fields, 'error')),
    },
    extra: extras(fields, 'state', 'outputVoltage', 'offReason'),
  };
}

/** A Lynx Smart BMS: the pack as a whole; its adverts hold no cells. */
function lynxBms(fields: Fields, sign: number): Observation {
  const soc = number(fields, 'soc');
  const seen: Building = {
    voltage: number(fields, 'voltage'),
    current: amperes(fields, sign),
    soc,
    hardware: {
      ...lynxIo(number(fields, 'ioStatus') ?? 0),
      ...lynxAlarms(number(fields, 'alarmFlags') ?? 0),
      socCalibrated: soc !== null,
      fault: lynxFault(number(fields, 'error') ?? 0),
    },
    extra: extras(fields, 'timeToGoMinutes', 'consumedAh'),
  };
  const temperature = number(fields, 'temperature');
  // One without a sensor has nothing to lose.
  if (temperature !== null) seen.temperatures = [temperature];
  return seen;
}

/** A shunt that meters one source or one load. */
function dcMeter(fields: Fields, sign: number): Observation {
  const mode = number(fields, 'meterType') ?? 0;
  return {
    voltage: number(fields, 'voltage'),
    ...(fields['currentDoubtful'] === true ? {} : meteredCurrent(mode, amperes(fields, sign))),
    ...starter(fields),
    hardware: monitorAlarmFlags(number(fields, 'alarmBits') ?? 0),
    extra: extras(fields, 'meters', 'midpointVoltage', 'temperature'),
  };
}

const OBSERVERS: ReadonlyMap<number, (fields: Fields, sign: number) => Observation> = new Map([
  [0x01, solarCharger],
  [0x02, batteryMonitor],
  [0x04, dcDc],
  [0x05, smartLithium],
  [0x09, batteryProtect],
  [0x0a, lynxBms],
  [0x0d, dcMeter],
]);

/**
 * Why the cells cannot be true: they do not add up to the battery's own voltage, as after decrypting with a wrong key or
 * a damaged line. Cells that are only bounded, and missing ones, are passed over. `null`: nothing is wrong.
 */
export function contradiction(fields: Fields): string | null {
  const cells = fields['cells'];
  const voltage = number(fields, 'voltage');
  if (!Array.isArray(cells) || voltage === null) return null;
  const known = (cells as readonly (number | null)[]).filter((volts) => volts !== null);
  const bounded = [fields['cellsBelow'], fields['cellsAbove']].some((list) => Array.isArray(list) && list.length > 0);
  if (known.length === 0 || bounded) return null;
  const sum = known.reduce((total, volts) => total + volts, 0);
  if (Math.abs(sum - voltage) <= SUM_APART * known.length) return null;
  return `the cells add up to ${sum.toFixed(2)} V, the battery says ${voltage.toFixed(2)} V`;
}
