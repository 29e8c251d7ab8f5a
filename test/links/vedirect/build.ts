/** Blocks and HEX lines made from the documented rules, by themselves. */
export type Lines = readonly (readonly [label: string, value: string | number])[];

export const ascii = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0));

/** A block whose bytes add up to 0. */
export function block(lines: Lines): Uint8Array {
  const bytes = ascii(`${lines.map(([label, value]) => `\r\n${label}\t${value}`).join('')}\r\nChecksum\t`);
  let sum = 0;
  for (const byte of bytes) sum = (sum + byte) % 256;
  return Uint8Array.of(...bytes, (256 - sum) % 256);
}

/** A block padded so that its checksum byte is this one. */
export function blockEnding(lines: Lines, checksum: number): Uint8Array {
  for (let first = 0x21; first < 0x7f; first += 1) {
    for (let second = 0x21; second < 0x7f; second += 1) {
      const built = block([...lines, ['pad', String.fromCharCode(first, second)]]);
      if (built.at(-1) === checksum) return built;
    }
  }
  throw new Error(`no block ends with ${checksum}`);
}

/** `:`, command, bytes and check, so that all of it adds up to 0x55. */
export function hexLine(command: number, bytes: readonly number[]): Uint8Array {
  const sum = bytes.reduce((total, byte) => total + byte, command);
  const pairs = [...bytes, (0x55 - sum) & 0xff].map((byte) => byte.toString(16).toUpperCase().padStart(2, '0'));
  return ascii(`:${command.toString(16).toUpperCase()}${pairs.join('')}\n`);
}

export const glue = (...pieces: readonly Uint8Array[]): Uint8Array => Uint8Array.from(Buffer.concat(pieces));

/** A SmartShunt: 13.260 V, −12.340 A, 73.4 %. */
export const SHUNT: Lines = [
  ['PID', '0xA389'],
  ['V', 13_260],
  ['VS', 12_810],
  ['I', -12_340],
  ['P', -164],
  ['CE', -26_600],
  ['SOC', 734],
  ['TTG', 357],
  ['Alarm', 'OFF'],
  ['AR', 0],
  ['BMV', 'SmartShunt 500A/50mV'],
  ['FW', '0413'],
  ['MON', 0],
];

/** An MPPT that gives 11.2 A. */
export const MPPT: Lines = [
  ['PID', '0xA057'],
  ['FW', '161'],
  ['SER#', 'HQ2140ABCDE'],
  ['V', 13_560],
  ['I', 11_200],
  ['VPV', 34_100],
  ['PPV', 156],
  ['CS', 3],
  ['MPPT', 2],
  ['OR', '0x00000000'],
  ['ERR', 0],
  ['LOAD', 'ON'],
  ['IL', 1200],
  ['H19', 8272],
  ['H20', 41],
  ['HSDS', 274],
];

/** The same lines with some of them replaced or added. */
export function changed(lines: Lines, changes: Readonly<Record<string, string | number>>): Lines {
  const known = new Set(lines.map(([label]) => label));
  const more = Object.entries(changes).filter(([label]) => !known.has(label));
  return [...lines.map(([label, value]) => [label, changes[label] ?? value] as const), ...more];
}

export const without = (lines: Lines, ...labels: readonly string[]): Lines =>
  lines.filter(([label]) => !labels.includes(label));
