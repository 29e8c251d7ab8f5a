/** What a Seplos V2 pack says, in the words every source uses. */
import type { Observation } from '../../engine/reading/observation.ts';
import { FAULT_STATES } from '../ascii-hex/measured.ts';
import { faultCode, permissionsOf } from '../ascii-hex/protections.ts';
import type { LinkOptions } from '../options.ts';
import type { SeplosAlarms, SeplosTelemetry } from './frame.ts';

/** @param alarms `null`: nothing is known of them, so nothing is said of them */
export function observationOf(
  telemetry: SeplosTelemetry,
  alarms: SeplosAlarms | null,
  { currentSign }: Pick<LinkOptions, 'currentSign'>,
): Observation {
  const balancing = alarms === null ? null : new Set(alarms.balancing);
  return {
    cellCount: telemetry.cells.length,
    cells: telemetry.cells.map((voltage, i) => ({
      cell: i + 1,
      voltage,
      ...(balancing === null ? {} : { balancing: balancing.has(i + 1) }),
    })),
    temperatures: telemetry.temperatures,
    bmsTemperature: telemetry.mosTemperature,
    voltage: telemetry.voltage,
    current: telemetry.current * currentSign,
    soc: telemetry.soc <= 100 ? telemetry.soc : null,
    ...(alarms === null ? {} : { hardware: hardwareOf(alarms) }),
    extra: {
      ambientTemperature: telemetry.ambientTemperature,
      remainingCapacity: telemetry.remaining,
      fullCapacity: telemetry.full,
      ratedCapacity: telemetry.rated,
      cycles: telemetry.cycles,
      soh: telemetry.soh,
      portVoltage: telemetry.portVoltage,
      ...(alarms === null ? {} : { warnings: alarms.warnings }),
    },
  };
}

/** An observation of the alarms alone. */
export function alarmsSeen(alarms: SeplosAlarms): Observation {
  return { cellCount: alarms.cells.length, hardware: hardwareOf(alarms) };
}

function hardwareOf(alarms: SeplosAlarms): NonNullable<Observation['hardware']> {
  const { protections, switches, faults, openWires, cells, temperatures, system } = alarms;
  const wires = openWires.length === 0 ? [] : [`open-wire ${openWires.join(',')}`];
  const odd = [...cells, ...temperatures].some((state) => state >= FAULT_STATES) ? ['state-F0'] : [];
  return {
    ...permissionsOf(protections),
    ...protections,
    chargeSwitchClosed: switches.charge,
    loadSwitchClosed: switches.discharge,
    limiterOn: switches.limiter,
    heaterOn: switches.heater,
    standby: system.standby,
    fault: faultCode(faults, [...wires, ...odd]),
  };
}
