/**
 * `victron-smart-lithium`: the Lithium Battery Smart with one of the BMS that its manual names (VLB-1..VLB-10).
 * The figures are the manual's; where it contradicts itself, the choice stands beside the number.
 */
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

export const victronSmartLithium: Profile = {
  id: 'victron-smart-lithium',
  title: 'Victron Lithium Battery Smart',
  source: 'manual of the Victron Lithium Battery Smart',
  asks: ['cells', 'capacity'],
  full: { normal: 'byCells', critical: 'byPack' },
  settings: BATTERY_SETTINGS,
  ranges: BATTERY_RANGES,
  models: BATTERY_MODELS,
  topology: BATTERY_TOPOLOGY,
  rules: [
    ...BATTERY_RULES,
    {
      // VLB-9: the BMS cable is lost: all chargers and all loads off at once, both back when it is restored.
      id: 'cell-communication',
      rule: 'communication',
      from: ['VLB-9'],
      severity: 'alarm',
      trip: { of: 'communication', is: '<', than: 1 },
      clear: [{ of: 'communication', is: '>=', than: 1 }],
      delay: 'communicationDelay',
      denies: ['charge', 'load', 'alternator', 'shed'],
    },
    SHORT_CIRCUIT,
    SHORT_CIRCUIT_LOOP,
    BMS_HOT,
    ...COMMON_RULES,
  ],
};
