/** Records of a 123\SmartBMS over Bluetooth, made from the published layout. */
export const lines = (...all: string[]): Uint8Array => Buffer.from(all.map((line) => `${line}\r`).join(''), 'latin1');

export const PACK = 'U_0A50_+0064_-0028_+008C';
export const VOLTAGES = 'V_28A_03_29E_01_2BC';
export const TEMPERATURES = 'T_127_02_12C_04';
export const ENERGY = 'E_0004D2_001F40_000309_3F';

/** A cell at 3.25 V and 300 counts. */
export function cell(number: number, count = 4, volts = '28A', warmth = '12C', status = '03_30'): string {
  const two = (value: number): string => value.toString(16).toUpperCase().padStart(2, '0');
  return `C_${two(number)}_${two(count)}_${volts}_${warmth}_${status}`;
}

export const TURN = [PACK, VOLTAGES, TEMPERATURES, cell(1), ENERGY];
