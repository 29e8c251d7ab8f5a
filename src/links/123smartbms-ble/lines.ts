/**
 * The Bluetooth side of the 123\SmartBMS as lines of text: ASCII, commands end with CR, what comes ends with CR or a
 * space. The device echoes commands and lets go of what it has to say only while it is sent a `$` now and then. After
 * the smartbms-linux and aiobmsble projects; the vendor has published nothing on it.
 */

const LINE_END = /[\r\n ]/;

/** Makes the device say what it holds. */
export const FLUSH: Uint8Array = Buffer.from('$', 'latin1');
/** Starts the stream of records. */
export const START_STREAM: Uint8Array = Buffer.from('E!\r', 'latin1');

/** Shows the PIN. `pin`: digits. */
export function login(pin: string): Uint8Array {
  return Buffer.from(`PW${pin}!\r`, 'latin1');
}

/** The lines that are whole, without echoes of `$`; what was cut off before or behind them is left out. */
export function linesOf(bytes: Uint8Array): string[] {
  const parts = Buffer.from(bytes).toString('latin1').split(LINE_END);
  return parts
    .slice(0, -1)
    .map(withoutEcho)
    .filter((line) => line !== '');
}

/** A line that stands by itself, with or without its end. */
export function lineOf(bytes: Uint8Array): string {
  return withoutEcho(
    Buffer.from(bytes)
      .toString('latin1')
      .replace(/[\r\n ]+$/, ''),
  );
}

function withoutEcho(line: string): string {
  return line.length > 1 ? line.replace(/^\$+/, '') : line;
}

/** What a command is answered; `null` for any other line. */
export function verdictOf(line: string): 'yes' | 'no' | null {
  if (line === 'OK') return 'yes';
  return line === 'NA' || line === 'KO' || line === 'WRONG' ? 'no' : null;
}
