/**
 * `victron-smart-bms-12-200`: the Smart BMS 12-200 with Lithium Battery Smart batteries (VSB-1..VSB-13).
 *
 * Its three outputs are our `load`, `pre-alarm` and `charge`; its alternator port is `alternator`; its System+ port, loads
 * and chargers on one terminal, is `contactor`: what a rule forbids one way (`load`) or the other (`charge`) is
 * told to the device, and only what ends both ways opens the port (VSB-4). Codes are the BMS's own.
 */
import type { Rule } from '../protection/rule.ts';
import { COMMON_RULES } from './common.ts';
import { BMS_HOT, SHORT_CIRCUIT, SHORT_CIRCUIT_LOOP } from './faults.ts';
import type { Profile } from './profile.ts';
import {
  BATTERY_MODELS,
  BATTERY_RANGES,
  BATTERY_RULES,
  BATTERY_SETTINGS,
  BATTERY_TOPOLOGY,
} from './victron-battery.ts';

/** What the battery reports under its own code, the BMS reports under these (VSB-7). */
const CODES: Readonly<Record<string, string>> = {
  'pre-alarm': 'W-B12',
  'cell-undervoltage': 'A-B11',
  'cell-undervoltage-critical': 'A-B11',
  'discharge-overcurrent': 'A-A12',
  'discharge-overcurrent-peak': 'A-A12',
};

function ofTheBms(rule: Rule): Rule {
  const code = CODES[rule.id];
  return code === undefined ? rule : { ...rule, code, from: [...rule.from, 'VSB-1', 'VSB-4', 'VSB-7'] };
}

export const victronSmartBms12200: Profile = {
  id: 'victron-smart-bms-12-200',
  title: 'Victron Smart BMS 12-200',
  source: 'manual of the Victron Smart BMS 12-200, with the batteries it names',
  asks: ['cells', 'capacity'],
  full: { normal: 'byCells', critical: 'byPack' },
  settings: {
    ...BATTERY_SETTINGS,
    residualDrain: 0, // VSB-12: the BMS's own drain is its self-consumption
    chargeCurrentMax: 200, // VSB-4: System+ both ways
    chargeCurrentMaxClear: 180,
    dischargeCurrentMax: 200, // VSB-4
    dischargeCurrentMaxClear: 180,
    dischargeCurrentPeak: 400, // VSB-4
    dischargeCurrentPeakClear: 180,
    selfConsumption: 0.22, // VSB-12: 17.5 mA at 12.8 V

    starterVoltageMin: 13, // VSB-2: charging starts above 13 V
    starterVoltageMinClear: 13,
    alternatorVoltageLimit: { timesCells: 3.55 }, // VSB-3: 14.2 V
    alternatorVoltageLimitClear: { timesCells: 3.425 }, // VSB-3: 0.5 V below it, for 10 consecutive seconds
    alternatorFuse: 'unknown', // VSB-8: to be asked for
    remoteScope: 'ports', // VSB-5: by default only the alternator and System+
  },
  ranges: { ...BATTERY_RANGES, alternatorVoltageLimit: [13, 15.3] }, // VSB-3
  models: BATTERY_MODELS,
  topology: BATTERY_TOPOLOGY,
  rules: [
    ...BATTERY_RULES.map(ofTheBms),
    {
      // VLB-9 by the battery's cable; the BMS's own name for it is E-B32.
      id: 'cell-communication',
      rule: 'communication',
      code: 'E-B32',
      from: ['VLB-9', 'VSB-7'],
      severity: 'alarm',
      trip: { of: 'communication', is: '<', than: 1 },
      clear: [{ of: 'communication', is: '>=', than: 1 }],
      delay: 'communicationDelay',
      denies: ['charge', 'load', 'alternator', 'contactor', 'shed'],
    },
    { ...SHORT_CIRCUIT, code: 'A-A12' },
    { ...SHORT_CIRCUIT_LOOP, code: 'A-A12' },
    // Too hot, the BMS opens its own ports: both ways of System+ and the alternator (VSB-7).
    { ...BMS_HOT, code: 'A-B15', denies: ['charge', 'load', 'alternator', 'contactor', 'shed'] },
    ...COMMON_RULES.map((rule) =>
      rule.id === 'bms-temperature-high'
        ? { ...rule, code: 'A-B15', denies: [...rule.denies, 'contactor' as const] }
        : rule,
    ),
  ],
};
