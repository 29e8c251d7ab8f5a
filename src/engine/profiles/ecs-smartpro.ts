/**
 * `ecs-smartpro`: the ECS SmartPro combination module with LiPro cell boards and PowerPro (ECS-6..ECS-13). Its page gives
 * currents, ranges and the order of things but no cell voltages: those are of our recommended table, and say so.
 */
import { COMMON_RULES } from './common.ts';
import { BMS_HOT, SHORT_CIRCUIT, SHORT_CIRCUIT_LOOP } from './faults.ts';
import { lifepo4 } from './lifepo4.ts';
import type { Profile } from './profile.ts';
import {
  CELL_OVERVOLTAGE,
  CELL_OVERVOLTAGE_CRITICAL,
  CELL_UNDERVOLTAGE,
  CELL_UNDERVOLTAGE_CRITICAL,
  CHARGE_OVERCURRENT,
  CHARGE_TEMPERATURE_HIGH,
  CHARGE_TEMPERATURE_LOW,
  DISCHARGE_OVERCURRENT,
  DISCHARGE_OVERCURRENT_PEAK,
  DISCHARGE_TEMPERATURE_HIGH,
  DISCHARGE_TEMPERATURE_LOW,
  PRE_ALARM,
  PRE_ALARM_SOON,
  UNDERVOLTAGE_DRAIN,
} from './rows.ts';

export const ecsSmartPro: Profile = {
  id: 'ecs-smartpro',
  title: 'ECS SmartPro with LiPro',
  source: 'data page of the ECS SmartPro; cell voltages and temperatures as in our own table',
  asks: ['cells', 'capacity'],
  full: { normal: 'byCells', critical: 'byPack' },
  settings: {
    ...lifepo4.settings,

    chargeCurrentMax: 125, // ECS-12: the module's continuous current
    chargeCurrentMaxClear: 112,
    dischargeCurrentMax: 125, // ECS-12
    dischargeCurrentMaxClear: 112,
    dischargeCurrentPeak: 650, // ECS-12: for 100 µs, so at once for us
    dischargeCurrentPeakClear: 112,
    dischargeCurrentPeakDelay: 0,

    packOvervoltage: { timesCells: 3.75 }, // ECS-13: 15 V for 4, 30 V for 8, 60 V for 16 cells
    packOvervoltageClear: { timesCells: 3.6 },
    packOvervoltageDelay: 0,

    followDevice: 'yes', // ECS-7: LVP and OVP as inputs too, because the page does not say which they are
    selfConsumption: 0.1, // ECS-4: counted; 0 counts it not
    // The module talks Modbus: a lost bus is a lost protection, for the loads later (ECS-5).
    communicationTimeoutCharge: 5,
    communicationTimeoutLoad: 60,
  },
  rules: [
    { ...CELL_OVERVOLTAGE, from: ['ECS-7'] }, // OVP
    { ...CELL_OVERVOLTAGE_CRITICAL, from: ['ECS-10'] },
    PRE_ALARM,
    PRE_ALARM_SOON,
    { ...CELL_UNDERVOLTAGE, from: ['ECS-7', 'VLB-4'] }, // LVP
    { ...CELL_UNDERVOLTAGE_CRITICAL, from: ['ECS-10'] },
    UNDERVOLTAGE_DRAIN,
    { ...CHARGE_TEMPERATURE_LOW, from: ['ECS-9'] },
    { ...CHARGE_TEMPERATURE_HIGH, from: ['ECS-9'] },
    { ...DISCHARGE_TEMPERATURE_LOW, from: ['ECS-9'] },
    { ...DISCHARGE_TEMPERATURE_HIGH, from: ['ECS-9'] },
    { ...CHARGE_OVERCURRENT, from: ['ECS-12'] },
    { ...DISCHARGE_OVERCURRENT, from: ['ECS-12'] },
    { ...DISCHARGE_OVERCURRENT_PEAK, from: ['ECS-12'] },
    SHORT_CIRCUIT, // shown, and not reconnected by ourselves (ECS-11)
    SHORT_CIRCUIT_LOOP,
    BMS_HOT,
    ...COMMON_RULES,
  ],
};
