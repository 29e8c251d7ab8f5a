/** An answer of JK's older protocol as an observation. */
import type { Observation } from '../../engine/reading/observation.ts';
import type { Hardware } from '../../engine/reading/reading.ts';
import type { LinkOptions } from '../options.ts';
import { alarmFlags, JK_ALARMS } from './alarms.ts';
import { currentVersion, jkCurrent } from './current.ts';
import { jkNumber, namedJkValues, readJkCells, readJkMosfets, TAG } from './tags.ts';

type Values = ReadonlyMap<number, Uint8Array>;

/** Shown, not judged. */
const EXTRA = ['cycles', 'cycleCapacity', 'capacity', 'actualCapacity', 'runtimeMinutes', 'softwareVersion'] as const;

/** What the values of an answer say of the pack; a value that is not among them is left out. Total. */
export function observeJk(values: Values, options: LinkOptions): Observation {
  const cells = readJkCells(values);
  const cellCount = jkNumber(values, TAG.cellCount) ?? cells?.length;
  const temperatures = temperaturesOf(values);
  const named = namedJkValues(values);
  const told = EXTRA.flatMap((name) => (named[name] === undefined ? [] : [[name, named[name]] as const]));
  return {
    ...(cellCount === undefined ? {} : { cellCount }),
    ...(cells === null ? {} : { cells }),
    ...(temperatures.length === 0 ? {} : { temperatures }),
    ...(values.has(TAG.voltage) ? { voltage: jkNumber(values, TAG.voltage) } : {}),
    ...(values.has(TAG.current) ? { current: signedCurrent(values, options) } : {}),
    ...(values.has(TAG.soc) ? { soc: percent(jkNumber(values, TAG.soc)) } : {}),
    ...(values.has(TAG.mosTemperature) ? { bmsTemperature: jkNumber(values, TAG.mosTemperature) } : {}),
    hardware: hardwareOf(values),
    extra: Object.fromEntries(told),
  };
}

/** A, positive = charging; `null`: it is not known how this device counts. */
export function signedCurrent(values: Values, { variant, currentSign }: LinkOptions): number | null {
  const raw = jkNumber(values, TAG.current);
  const version = currentVersion(variant, jkNumber(values, TAG.protocolVersion));
  const current = raw === null || version === null ? null : jkCurrent(raw, version);
  return current === null || current === 0 ? current : current * currentSign;
}

/** Both sensors; where the device counts fewer than two, one that says nothing has never been there. */
function temperaturesOf(values: Values): (number | null)[] {
  const told = [TAG.temperature1, TAG.temperature2].flatMap((tag) => (values.has(tag) ? [jkNumber(values, tag)] : []));
  const sensors = jkNumber(values, TAG.sensors) ?? told.length;
  return sensors < told.length ? told.filter((value) => value !== null) : told;
}

function hardwareOf(values: Values): Hardware {
  const alarms = jkNumber(values, TAG.alarms);
  const status = jkNumber(values, TAG.status);
  const mosfets = readJkMosfets(values);
  return {
    ...(alarms === null ? {} : alarmFlags(JK_ALARMS, alarms)),
    ...(status === null
      ? {}
      : {
          chargeSwitchClosed: (status & 1) !== 0,
          loadSwitchClosed: (status & 2) !== 0,
          balancing: (status & 4) !== 0,
        }),
    ...(mosfets === null ? {} : { chargeSwitchOn: mosfets.allows.charge, loadSwitchOn: mosfets.allows.discharge }),
  };
}

function percent(value: number | null): number | null {
  return value === null || value > 100 ? null : value;
}
