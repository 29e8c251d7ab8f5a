/** Words that Victron devices share, whatever they speak: alarm bits, what a DC meter measures, states of a charger. */
import { isSet } from './register-values.ts';

/** The bits of `AR` in VE.Direct text and of the alarm words in adverts, lowest first. */
const ALARMS = [
  'lowVoltage',
  'highVoltage',
  'lowSoc',
  'lowStarterVoltage',
  'highStarterVoltage',
  'lowTemperature',
  'highTemperature',
  'midpoint',
  'overload',
  'dcRipple',
  'lowAcOut',
  'highAcOut',
  'shortCircuit',
  'bmsLockout',
] as const;

/** Those a battery monitor raises, by the thresholds its owner has set: warnings, no protection. */
const MONITOR_ALARMS = 8;

/** Names of the bits that are set; those that nobody knows come as `bit14`. */
export function alarmNames(bits: number): string[] {
  const names: string[] = [];
  for (let bit = 0; bit < 16; bit += 1) if (isSet(bits, bit)) names.push(ALARMS[bit] ?? `bit${bit}`);
  return names;
}

/** A flag for each alarm of a battery monitor: `lowVoltageAlarm`, `midpointAlarm` … */
export function monitorAlarmFlags(bits: number): Record<string, boolean> {
  const flags: Record<string, boolean> = {};
  for (const [bit, name] of ALARMS.slice(0, MONITOR_ALARMS).entries()) flags[`${name}Alarm`] = isSet(bits, bit);
  return flags;
}

/** Bit of a cut short circuit in the alarm word. */
export const SHORT_CIRCUIT_ALARM = 1 << 12;

/** What a shunt measures: the battery itself (0), a source (below 0) or a load (above), after `VE_REG_BMV_MONITOR_MODE`. */
const METERED: ReadonlyMap<number, string> = new Map([
  [-9, 'solar charger'],
  [-8, 'wind charger'],
  [-7, 'shaft generator'],
  [-6, 'alternator'],
  [-5, 'fuel cell'],
  [-4, 'water generator'],
  [-3, 'DC/DC charger'],
  [-2, 'AC charger'],
  [-1, 'source'],
  [0, 'battery'],
  [1, 'load'],
  [2, 'electric drive'],
  [3, 'fridge'],
  [4, 'water pump'],
  [5, 'bilge pump'],
  [6, 'DC system'],
  [7, 'inverter'],
  [8, 'water heater'],
]);
const ALTERNATOR = -6;

export function meteredName(mode: number): string {
  return METERED.get(mode) ?? `mode ${mode}`;
}

/** Where the current of a shunt in that mode belongs, A. An alternator's is told as such, too. */
export function meteredCurrent(mode: number, current: number | null): Readonly<Record<string, number | null>> {
  if (mode === 0) return { current };
  if (mode > 0) return { currentOut: current };
  return mode === ALTERNATOR ? { currentIn: current, alternatorCurrent: current } : { currentIn: current };
}

/** `CS`, and the state in adverts. */
const CHARGER_STATES: ReadonlyMap<number, string> = new Map([
  [0, 'off'],
  [1, 'low power'],
  [2, 'fault'],
  [3, 'bulk'],
  [4, 'absorption'],
  [5, 'float'],
  [6, 'storage'],
  [7, 'equalize'],
  [9, 'inverting'],
  [11, 'power supply'],
  [245, 'starting up'],
  [246, 'repeated absorption'],
  [247, 'auto equalize'],
  [248, 'BatterySafe'],
  [252, 'external control'],
]);

export function chargerState(state: number): string {
  return CHARGER_STATES.get(state) ?? `state ${state}`;
}
