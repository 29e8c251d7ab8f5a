/** What a simulated 123\\SmartBMS thinks of its pack: its two permissions and its warnings. */
import { bits } from './bytes.ts';
import type { SimulatedPack } from './pack.ts';

/** What its owner set in its app. */
export interface Smartbms123Settings {
  /** V */
  readonly vMin: number;
  readonly vMax: number;
  /** °C */
  readonly tMin: number;
  readonly tMax: number;
  /** % */
  readonly chargeRestart: number;
  readonly dischargeRestart: number;
}

/** What can be wrong with the device and its line. */
export interface Smartbms123Faults {
  silent: boolean;
  frozen: boolean;
  /** What it measures of the cells stands still; its currents and counters go on. */
  stuck: boolean;
  /** Share of the bits that flip on the line. */
  bitErrors: number;
  /** False = warning E: a cell board is not heard. */
  communication: boolean;
  calibrated: boolean;
  currentSensors: boolean;
  /** Cells it claims; `null` = as many as there are. */
  cellCount: number | null;
}

/** The two status bytes of the protocol. */
export interface Status {
  readonly status: number;
  readonly status2: number;
}

export const SMARTBMS123_SETTINGS: Smartbms123Settings = {
  vMin: 2.8,
  vMax: 3.65,
  tMin: 0,
  tMax: 50,
  chargeRestart: 99,
  dischargeRestart: 10,
};
/** V a cell, by its chemistry setting. */
export const V_LOW = 3.0;
export const V_NOMINAL = 3.2;
export const V_FULL = 3.45;

/** Judges as its manual does in normal mode (123-R2, 123-R3, 123-R9); keeps its permissions between calls. */
export function createJudge(pack: SimulatedPack, settings: Smartbms123Settings): (faults: Smartbms123Faults) => Status {
  let chargeAllowed = true;
  let loadAllowed = true;
  return (faults) => {
    const cells = pack.cells();
    const volts = cells.map((cell) => cell.voltage);
    // 123-R6: a bypassing cell reads far too hot and is left out here. A dead sensor reads far too cold.
    const resting = cells.filter((cell) => !cell.bypassing).map((cell) => cell.temperature ?? -Infinity);
    const cold = resting.some((celsius) => celsius < settings.tMin);
    const hot = resting.some((celsius) => celsius > settings.tMax);
    const low = volts.some((voltage) => voltage <= settings.vMin);
    const high = volts.some((voltage) => voltage >= settings.vMax);
    const early = volts.some((voltage) => voltage <= V_LOW);
    const allFull = volts.every((voltage) => voltage >= pack.balanceVoltage);
    const noneFull = volts.every((voltage) => voltage < pack.balanceVoltage);
    const neither = cold || hot || !faults.communication;
    if (high || allFull || neither) chargeAllowed = false;
    else if (noneFull && pack.soc() < settings.chargeRestart) chargeAllowed = true;
    if (low || neither) loadAllowed = false;
    else if (pack.soc() >= settings.dischargeRestart) loadAllowed = true;
    return {
      status: bits(chargeAllowed, loadAllowed, !faults.communication, low, high, cold, hot, !faults.calibrated),
      status2: bits(false, early, cold, cold, chargeAllowed, loadAllowed),
    };
  };
}
