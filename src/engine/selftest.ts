/**
 * The self-test (VLB-22): walks a copy of the engine with a pack's own settings through a lost communication, a cell too
 * high, a cell too low, cold and heat, and reports which outputs opened and came back, and after how long.
 *
 * It runs on invented readings and in invented time and touches no relay: it proves settings and table. That the
 * relays follow is proved by pulling the BMS's cable.
 */
import { PackEngine } from './pack-engine.ts';
import { numberOf, type PackSettings } from './pack/settings.ts';
import type { SettingName } from './pack/schema.ts';
import type { Observation } from './reading/observation.ts';
import { PERMISSION_ROLES, type PermissionRole } from './vocabulary.ts';

export type SelfTestStep = 'communication' | 'overvoltage' | 'undervoltage' | 'cold' | 'heat';

export interface Followed {
  readonly role: PermissionRole;
  /** Seconds from the beginning of the fault until the permission was gone. */
  readonly openedAfter: number;
  /** Seconds from its end until the permission was back; `null`: it did not come back within an hour. */
  readonly backAfter: number | null;
}

export interface StepReport {
  readonly step: SelfTestStep;
  /** What the requirement asks to open. */
  readonly expected: readonly PermissionRole[];
  readonly followed: readonly Followed[];
  /** The pre-alarm sounded at some time before or while the outputs opened. */
  readonly preAlarm: boolean;
  readonly passed: boolean;
}

export interface SelfTestReport {
  readonly passed: boolean;
  readonly steps: readonly StepReport[];
}

/** Longest time a step waits for outputs to open, or to come back (s). */
const PATIENCE = 3600;
/** Beyond a limit by so much. */
const VOLTS = 0.05;
const DEGREES = 2;

/** What the outputs must do: VLB-1 and VLB-9. */
const EXPECTED: Readonly<Record<SelfTestStep, readonly PermissionRole[]>> = {
  communication: ['charge', 'load'],
  overvoltage: ['charge'],
  undervoltage: ['load'],
  cold: ['charge'],
  heat: ['charge'],
};

/** @param settings a pack's settings; what is off in them (a temperature limit) has no step */
export function selfTest(settings: PackSettings): SelfTestReport {
  const steps: StepReport[] = [];
  for (const step of Object.keys(EXPECTED) as SelfTestStep[]) {
    const fault = faultOf(step, settings);
    if (fault !== undefined) steps.push(walk(settings, step, fault));
  }
  return { passed: steps.every((step) => step.passed), steps };
}

/** What the device says during a step; `null`: nothing. `undefined`: the settings do not watch for it. */
function faultOf(step: SelfTestStep, settings: PackSettings): Observation | null | undefined {
  const than = (name: SettingName): number => numberOf(settings, name);
  const beyond: Readonly<Record<SelfTestStep, () => Observation | null>> = {
    communication: () => null,
    overvoltage: () => healthy(settings, { cell: than('cellOvervoltage') + VOLTS }),
    undervoltage: () => healthy(settings, { cell: than('cellUndervoltage') - VOLTS }),
    cold: () => healthy(settings, { temperature: than('chargeTemperatureMin') - DEGREES }),
    heat: () => healthy(settings, { temperature: than('chargeTemperatureMax') + DEGREES }),
  };
  if (step === 'cold' && Number.isNaN(than('chargeTemperatureMin'))) return undefined;
  if (step === 'heat' && Number.isNaN(than('chargeTemperatureMax'))) return undefined;
  return beyond[step]();
}

/** A pack in the middle of everything, or with its last cell or its temperature elsewhere. */
function healthy(settings: PackSettings, other: { cell?: number; temperature?: number } = {}): Observation {
  const than = (name: SettingName, otherwise: number): number => {
    const value = numberOf(settings, name);
    return Number.isNaN(value) ? otherwise : value;
  };
  const cells = numberOf(settings, 'cells');
  const low = Math.max(
    than('cellUndervoltageClear', 3),
    than('preAlarmClear', 3),
    than('packUndervoltageClear', 0) / cells,
  );
  const high = Math.min(than('cellOvervoltageClear', 3.4), numberOf(settings, 'balanceVoltage'));
  const cold = Math.max(than('chargeTemperatureMinClear', 10), than('dischargeTemperatureMinClear', 10));
  const hot = Math.min(than('chargeTemperatureMaxClear', 30), than('dischargeTemperatureMaxClear', 30));
  const middle = (low + high) / 2;
  const temperature = other.temperature ?? (cold + hot) / 2;
  const soc = (than('dischargeRestart', 0) + than('chargeRestart', 100)) / 2;
  return {
    cellCount: cells,
    cells: Array.from({ length: cells }, (_, i) => ({
      cell: i + 1,
      voltage: i === cells - 1 ? (other.cell ?? middle) : middle,
      balancing: false,
    })),
    temperatures: [temperature],
    current: 0,
    voltage: middle * (cells - 1) + (other.cell ?? middle),
    soc,
    starterVoltage: than('starterVoltageMinClear', 13) + 0.5,
    hardware: { cellCommunication: true },
  };
}

/** Healthy until everything is allowed, then the fault until the expected outputs are open, then healthy again. */
function walk(settings: PackSettings, step: SelfTestStep, fault: Observation | null): StepReport {
  const engine = new PackEngine(settings, { name: 'self-test', firstClose: true, precharged: true });
  const well = healthy(settings);
  const expected = EXPECTED[step];
  let now = 0;
  let preAlarm = false;
  const say = (seen: Observation | null): void => {
    now += 1;
    if (seen !== null) engine.observe('self-test', seen, now);
    engine.protection.step(engine.reading(now, 0), now);
  };
  const until = (seen: Observation | null, done: () => boolean, each: (second: number) => void): void => {
    for (let second = 1; second <= PATIENCE && !done(); second++) {
      say(seen);
      each(second);
    }
  };
  const allowed = (role: PermissionRole): boolean => engine.protection.allowed(role);
  const watched: readonly PermissionRole[] = PERMISSION_ROLES.filter((role) => role !== 'precharge' && role !== 'aux');

  until(
    well,
    () => allowed('charge') && allowed('load'),
    () => undefined,
  );
  say(well);
  const on = watched.filter(allowed);
  const opened = new Map<PermissionRole, number>();
  until(
    fault,
    () => expected.every((role) => opened.has(role)),
    (second) => {
      preAlarm ||= engine.protection.preAlarm;
      for (const role of on) if (!allowed(role) && !opened.has(role)) opened.set(role, second);
    },
  );
  const back = new Map<PermissionRole, number>();
  until(
    well,
    () => [...opened.keys()].every((role) => back.has(role)),
    (second) => {
      for (const role of opened.keys()) if (allowed(role) && !back.has(role)) back.set(role, second);
    },
  );
  const followed = [...opened].map(([role, openedAfter]) => ({ role, openedAfter, backAfter: back.get(role) ?? null }));
  const passed = expected.every((role) => on.includes(role) && opened.has(role) && back.has(role));
  return { step, expected, followed, preAlarm, passed };
}
