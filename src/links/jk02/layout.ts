/** Where the values of a status frame stand: two layouts, for boards of up to 32 and of up to 24 cells. */
import { JK02_LENGTH, viewOf } from './frame.ts';

/** `32s`: hardware 11 and later, and the PB series. `24s`: hardware 10 and earlier. */
export type Jk02Variant = '32s' | '24s';

export interface Jk02Layout {
  readonly cells: number;
  readonly mask: number;
  readonly average: number;
  readonly difference: number;
  readonly highestCell: number;
  readonly lowestCell: number;
  readonly resistances: number;
  readonly mosTemperature: number;
  readonly voltage: number;
  readonly power: number;
  readonly current: number;
  /** Sensors with the bits of the sensor mask that speak for them: all clear = not there. */
  readonly temperatures: readonly { readonly at: number; readonly bits: number }[];
  readonly alarms: number;
  readonly alarmBytes: 2 | 4;
  readonly balanceCurrent: number;
  readonly balanceState: number;
  readonly soc: number;
  readonly remaining: number;
  readonly full: number;
  readonly cycles: number;
  readonly cycleCapacity: number;
  readonly soh: number;
  readonly runtime: number;
  readonly chargeMosfet: number;
  readonly dischargeMosfet: number;
  readonly sensorMask: number | null;
  readonly heating: number | null;
}

/** Where the table of cells begins, in both layouts. */
export const AT_CELLS = 6;

export const LAYOUTS: Readonly<Record<Jk02Variant, Jk02Layout>> = {
  '32s': {
    cells: 32,
    mask: 70,
    average: 74,
    difference: 76,
    highestCell: 78,
    lowestCell: 79,
    resistances: 80,
    mosTemperature: 144,
    voltage: 150,
    power: 154,
    current: 158,
    // Sources do not agree which bit belongs to the last sensor.
    temperatures: [
      { at: 162, bits: 0x02 },
      { at: 164, bits: 0x04 },
      { at: 256, bits: 0x10 },
      { at: 258, bits: 0x28 },
    ],
    alarms: 166,
    alarmBytes: 4,
    balanceCurrent: 170,
    balanceState: 172,
    soc: 173,
    remaining: 174,
    full: 178,
    cycles: 182,
    cycleCapacity: 186,
    soh: 190,
    runtime: 194,
    chargeMosfet: 198,
    dischargeMosfet: 199,
    sensorMask: 214,
    heating: 215,
  },
  '24s': {
    cells: 24,
    mask: 54,
    average: 58,
    difference: 60,
    highestCell: 62,
    lowestCell: 63,
    resistances: 64,
    mosTemperature: 134,
    voltage: 118,
    power: 122,
    current: 126,
    temperatures: [
      { at: 130, bits: 0 },
      { at: 132, bits: 0 },
    ],
    alarms: 136,
    alarmBytes: 2,
    balanceCurrent: 138,
    balanceState: 140,
    soc: 141,
    remaining: 142,
    full: 146,
    cycles: 150,
    cycleCapacity: 154,
    soh: 158,
    runtime: 162,
    chargeMosfet: 166,
    dischargeMosfet: 167,
    sensorMask: null,
    heating: null,
  },
};

/** The first hardware version that has the long layout. */
const FIRST_32S = 11;
/** V, and part of the pack's voltage, that the sum of the cells may differ from it. */
const NEAR = 0.5;
const NEAR_PART = 0.03;

/** The layout of a hardware version as the device writes it (`10.XG`, `15A`); `null`: no number in it. */
export function variantOf(hardwareVersion: string): Jk02Variant | null {
  const number = Number.parseInt(hardwareVersion, 10);
  if (Number.isNaN(number)) return null;
  return number >= FIRST_32S ? '32s' : '24s';
}

/** Whether values that can only be one of a few things are so: a frame read in the wrong layout rarely is. */
export function isPossible(bytes: Uint8Array, variant: Jk02Variant): boolean {
  if (bytes.length !== JK02_LENGTH) return false;
  const { soc, chargeMosfet, dischargeMosfet } = LAYOUTS[variant];
  const [percent = 0, charge = 0, discharge = 0] = [bytes[soc], bytes[chargeMosfet], bytes[dischargeMosfet]];
  return percent <= 100 && charge <= 1 && discharge <= 1;
}

/** The only layout in which the cells of a status frame add up to the pack's voltage; `null`: none, or both. */
export function fittingVariant(bytes: Uint8Array): Jk02Variant | null {
  const fits = (['32s', '24s'] as const).filter((variant) => isPossible(bytes, variant) && addsUp(bytes, variant));
  return fits.length === 1 ? (fits[0] ?? null) : null;
}

function addsUp(bytes: Uint8Array, variant: Jk02Variant): boolean {
  const { cells, voltage } = LAYOUTS[variant];
  const view = viewOf(bytes);
  let sum = 0;
  for (let cell = 0; cell < cells; cell += 1) sum += view.getUint16(AT_CELLS + 2 * cell, true);
  const pack = view.getUint32(voltage, true);
  return pack > 0 && Math.abs(pack - sum) <= Math.max(NEAR * 1000, NEAR_PART * pack);
}
