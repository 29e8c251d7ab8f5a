import type { LineSettings } from './bus/bus.ts';

/** `19200 8E1` */
export function lineWords({ baudRate, dataBits, parity, stopBits }: LineSettings): string {
  return `${baudRate} ${dataBits}${{ none: 'N', even: 'E', odd: 'O' }[parity]}${stopBits}`;
}
