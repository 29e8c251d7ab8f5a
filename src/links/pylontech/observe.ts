/** What a Pylontech module says, in the words every source uses. */
import type { Observation } from '../../engine/reading/observation.ts';
import { FAULT_STATES, STATE } from '../ascii-hex/measured.ts';
import { faultCode } from '../ascii-hex/protections.ts';
import type { LinkOptions } from '../options.ts';
import type { PylontechAlarms, PylontechManagement, PylontechModule } from './frame.ts';

type Hardware = NonNullable<Observation['hardware']>;

/** @param alarms and @param management `null`: nothing is known of them, so nothing is said of them */
export function observationOf(
  module: PylontechModule,
  alarms: PylontechAlarms | null,
  management: PylontechManagement | null,
  { currentSign }: Pick<LinkOptions, 'currentSign'>,
): Observation {
  const { cells, remaining, total } = module;
  return {
    cellCount: cells.length,
    cells: cells.map((voltage, i) => ({ cell: i + 1, voltage })),
    temperatures: module.temperatures,
    bmsTemperature: module.boardTemperature,
    voltage: module.voltage,
    current: module.current * currentSign,
    // It tells no state of charge; these two are what its own display is made of.
    soc: total > 0 && remaining <= total ? (100 * remaining) / total : null,
    ...(alarms === null ? {} : { hardware: hardwareOf(alarms) }),
    extra: {
      remainingCapacity: remaining,
      fullCapacity: total,
      cycles: module.cycles,
      ...(alarms === null ? {} : { status: Buffer.from(alarms.status).toString('hex') }),
      ...(management === null ? {} : managementExtra(management)),
    },
  };
}

/** An observation of the alarms alone. */
export function alarmsSeen(alarms: PylontechAlarms): Observation {
  return { cellCount: alarms.cells.length, hardware: hardwareOf(alarms) };
}

function hardwareOf(alarms: PylontechAlarms): Hardware {
  const { protections, switches, activity, cells, temperatures, cellErrors } = alarms;
  const { chargeCurrentState, moduleVoltageState, dischargeCurrentState } = alarms;
  const cellOvervoltage = cells.includes(STATE.high);
  const cellUndervoltage = cells.includes(STATE.low) || protections.cellUndervoltage;
  const packOvervoltage = moduleVoltageState === STATE.high || protections.moduleOvervoltage;
  const packUndervoltage = moduleVoltageState === STATE.low || protections.moduleUndervoltage;
  const chargeOvercurrent = beyond(chargeCurrentState) || protections.chargeOvercurrent;
  const dischargeOvercurrent = beyond(dischargeCurrentState) || protections.dischargeOvercurrent;
  // A sensor's state does not say whether charging or discharging is meant; charging is the one that harms.
  const chargeTemperature = temperatures.some(beyond) || protections.chargeTemperature;
  const odd = [...cells, ...temperatures, chargeCurrentState, moduleVoltageState, dischargeCurrentState];
  return {
    chargeAllowed: !(cellOvervoltage || packOvervoltage || chargeOvercurrent || chargeTemperature),
    loadAllowed: !(cellUndervoltage || packUndervoltage || dischargeOvercurrent || protections.dischargeTemperature),
    chargeSwitchClosed: switches.chargeMos,
    loadSwitchClosed: switches.dischargeMos,
    prechargeClosed: switches.precharge,
    cellOvervoltage,
    cellUndervoltage,
    packOvervoltage,
    packUndervoltage,
    chargeOvercurrent,
    dischargeOvercurrent,
    chargeTemperature,
    dischargeTemperature: protections.dischargeTemperature,
    full: activity.full,
    heaterOn: activity.heater,
    fault: faultCode({}, [
      ...(cellErrors.length === 0 ? [] : [`cell-error ${cellErrors.join(',')}`]),
      ...(odd.some((state) => state >= FAULT_STATES) ? ['state-F0'] : []),
    ]),
  };
}

function beyond(state: number): boolean {
  return state === STATE.low || state === STATE.high;
}

function managementExtra(management: PylontechManagement): Record<string, number | boolean> {
  return {
    chargeVoltageLimit: management.chargeVoltage,
    dischargeVoltageLimit: management.dischargeVoltage,
    chargeCurrentLimit: management.chargeCurrent,
    dischargeCurrentLimit: management.dischargeCurrent,
    chargeEnable: management.chargeEnable,
    dischargeEnable: management.dischargeEnable,
    chargeImmediately: management.chargeImmediately,
    fullChargeRequest: management.fullChargeRequest,
  };
}
