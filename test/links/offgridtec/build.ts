/** Frames of Offgridtec Smart-Pro batteries, made from the published layout. */

/** As the published key rule gives it for these two names. */
export const KEY = 0x10;
export const TYPE_A = 'SmartBat-A12345';
export const TYPE_B = 'SmartBat-B12294';

export function ciphered(text: string, key = KEY): Uint8Array {
  return Uint8Array.from(text, (sign) => sign.charCodeAt(0) ^ key);
}

const two = (byte: number): string => (byte + 256).toString(16).slice(-2).toUpperCase();

/** `+RD,`, register, data low byte first, line end. */
export function answer(register: number, data: readonly number[], key = KEY): Uint8Array {
  return ciphered(`+RD,${[register, ...data].map(two).join('')}\r\n`, key);
}

export const noSuchRegister = (key = KEY): Uint8Array => ciphered('+RD,Erro\0', key);

export const word = (value: number): number[] => [value & 0xff, (value >> 8) & 0xff];
