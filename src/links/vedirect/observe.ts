/**
 * What a VE.Direct block says of the pack. A shunt (SmartShunt, BMV) measures the battery's own current; a charger (MPPT)
 * only what it gives itself, which is never passed on as the battery's unless its owner says so.
 */
import type { Observation } from '../../engine/reading/observation.ts';
import type { LinkOptions } from '../options.ts';
import { alarmNames, chargerState, meteredCurrent, meteredName, monitorAlarmFlags } from '../victron-alarms.ts';
import { productKind, productName } from '../victron-products.ts';
import { type Fields, hexIn, numberIn } from './text.ts';

export type Kind = 'shunt' | 'charger' | null;

/** Labels that only the one or the other kind has. */
const OF_A_SHUNT = ['SOC', 'CE', 'TTG', 'DM', 'BMV'] as const;
const OF_A_SOLAR_CHARGER = ['VPV', 'PPV', 'MPPT'] as const;
const OF_AN_INVERTER = 'AC_OUT_V';

/** What sends this block, by its labels and its product id; `null` for an inverter and what nobody knows. */
export function kindOf(fields: Fields): Kind {
  if (fields.has(OF_AN_INVERTER)) return null;
  if (OF_A_SOLAR_CHARGER.some((label) => fields.has(label))) return 'charger';
  if (OF_A_SHUNT.some((label) => fields.has(label))) return 'shunt';
  const product = hexIn(fields, 'PID');
  const byProduct = product === null ? null : productKind(product);
  if (byProduct !== null) return byProduct;
  // An AC charger tells its state, and neither panels nor a state of charge.
  return fields.has('CS') ? 'charger' : null;
}

/** Label, our word for it, and what one of ours is in the device's. */
const COUNTERS = [
  ['VM', 'midpointVoltage', 1000],
  ['DM', 'midpointDeviation', 10],
  ['T', 'temperature', 1],
  ['P', 'power', 1],
  ['CE', 'consumedAh', 1000],
  ['TTG', 'timeToGoMinutes', 1],
  ['VPV', 'pvVoltage', 1000],
  ['PPV', 'pvPower', 1],
  ['IL', 'loadCurrent', 1000],
  ['V2', 'voltage2', 1000],
  ['V3', 'voltage3', 1000],
  ['I2', 'current2', 1000],
  ['I3', 'current3', 1000],
  ['H1', 'deepestDischargeAh', 1000],
  ['H2', 'lastDischargeAh', 1000],
  ['H3', 'averageDischargeAh', 1000],
  ['H4', 'chargeCycles', 1],
  ['H5', 'fullDischarges', 1],
  ['H6', 'totalAhDrawn', 1000],
  ['H7', 'minimumVoltage', 1000],
  ['H8', 'maximumVoltage', 1000],
  ['H9', 'secondsSinceFull', 1],
  ['H10', 'synchronisations', 1],
  ['H11', 'lowVoltageAlarms', 1],
  ['H12', 'highVoltageAlarms', 1],
  ['H13', 'lowStarterAlarms', 1],
  ['H14', 'highStarterAlarms', 1],
  ['H15', 'minimumStarterVoltage', 1000],
  ['H16', 'maximumStarterVoltage', 1000],
  ['H17', 'energyDischarged', 100],
  ['H18', 'energyCharged', 100],
  ['H19', 'yieldTotal', 100],
  ['H20', 'yieldToday', 100],
  ['H21', 'maximumPowerToday', 1],
  ['H22', 'yieldYesterday', 100],
  ['H23', 'maximumPowerYesterday', 1],
] as const;

type Extra = Record<string, number | string | boolean | null>;

/** Counters and what else is shown, never judged: V, A, Ah, W, kWh, °C, minutes. */
export function countersIn(fields: Fields): Extra {
  const extra: Extra = {};
  for (const [label, name, scale] of COUNTERS) {
    const value = numberIn(fields, label);
    if (value !== undefined) extra[name] = value === null ? null : value / scale;
  }
  // −1: it will last for ever.
  if (extra['timeToGoMinutes'] === -1) extra['timeToGoMinutes'] = null;
  const product = hexIn(fields, 'PID');
  if (product !== null) extra['product'] = productName(product) ?? `0x${product.toString(16).toUpperCase()}`;
  for (const [label, name] of TEXTS) {
    const value = fields.get(label);
    if (value !== undefined) extra[name] = value;
  }
  const state = numberIn(fields, 'CS');
  if (typeof state === 'number') extra['chargerState'] = chargerState(state);
  const mode = numberIn(fields, 'MON');
  if (typeof mode === 'number' && mode !== 0) extra['meters'] = meteredName(mode);
  return extra;
}

const TEXTS = [
  ['FW', 'firmware'],
  ['SER#', 'serialNumber'],
  ['Relay', 'relay'],
  ['LOAD', 'loadOutput'],
  ['OR', 'offReason'],
] as const;

type Building = { -readonly [K in keyof Observation]: Observation[K] };

/**
 * The observation of one block; `null` for a block that tells no voltage, such as the one with the history.
 * @param history counters of the blocks before
 */
export function observationOf(
  fields: Fields,
  { variant, currentSign }: LinkOptions,
  history: Extra = {},
): Observation | null {
  const voltage = numberIn(fields, 'V');
  if (voltage === undefined) return null;
  const kind = variant === 'shunt' || variant === 'charger' ? variant : kindOf(fields);
  const seen: Building = { voltage: voltage === null ? null : voltage / 1000 };
  const current = numberIn(fields, 'I');
  if (current !== undefined && kind !== null) {
    const amperes = current === null ? null : (current * currentSign) / 1000;
    const mode = numberIn(fields, 'MON') ?? 0;
    Object.assign(seen, kind === 'charger' ? { currentIn: amperes } : meteredCurrent(mode, amperes));
  }
  const starter = numberIn(fields, 'VS');
  if (starter !== undefined) seen.starterVoltage = starter === null ? null : starter / 1000;
  const soc = numberIn(fields, 'SOC');
  if (soc !== undefined) seen.soc = soc === null ? null : soc / 10;
  seen.hardware = hardwareOf(fields, soc);
  seen.extra = { ...history, ...countersIn(fields) };
  return seen;
}

function hardwareOf(fields: Fields, soc: number | null | undefined): NonNullable<Observation['hardware']> {
  const error = numberIn(fields, 'ERR');
  const reason = numberIn(fields, 'AR');
  const alarm = fields.get('Alarm');
  return {
    ...(soc === undefined ? {} : { socCalibrated: soc !== null }),
    ...(typeof error === 'number' ? { fault: error === 0 ? '' : `Err ${error}` } : {}),
    ...(typeof reason === 'number' ? monitorAlarmFlags(reason) : {}),
    ...(alarm === undefined ? {} : { alarm: alarm.toUpperCase() === 'ON' }),
  };
}

/** Everything the block holds, in plain words, for whoever has a capture. */
export function frameOf(fields: Fields, options: LinkOptions): Record<string, unknown> {
  const seen = observationOf(fields, options);
  const reason = numberIn(fields, 'AR');
  const { extra: _shown, hardware: _flags, ...values } = seen ?? {};
  const alarm = fields.get('Alarm');
  const relay = fields.get('Relay');
  return {
    kind: 'text',
    device: kindOf(fields),
    ...values,
    ...countersIn(fields),
    ...(alarm === undefined ? {} : { alarm: alarm.toUpperCase() === 'ON' }),
    ...(relay === undefined ? {} : { relay: relay.toUpperCase() === 'ON' }),
    ...(typeof reason === 'number' ? { alarms: alarmNames(reason) } : {}),
    fields: Object.fromEntries(fields),
  };
}
