/** The fields of a VE.Direct text block, after Victron's "VE.Direct Protocol". */

export type Fields = ReadonlyMap<string, string>;

export type TextBlock =
  | { readonly ok: true; readonly fields: Fields }
  | { readonly ok: false; readonly refusal: 'checksum' | 'nonsense'; readonly text: string };

/** Characters of the longest value (32) and label (9) by the document, with some room for newer firmware. */
const VALUE = /^[\x20-\x7e]{0,40}$/;
const LABEL = /^[A-Za-z0-9#_]{1,12}$/;
const CHECKSUM = 'Checksum';

/** Labels of whole numbers; `---` stands for "not known". */
const NUMBERS: ReadonlySet<string> = new Set(
  (
    'V V2 V3 VS VM DM VPV PPV I I2 I3 IL T P CE SOC TTG AR CS ERR MPPT MODE AC_OUT_V AC_OUT_I AC_OUT_S WARN MON HSDS ' +
    'H1 H2 H3 H4 H5 H6 H7 H8 H9 H10 H11 H12 H13 H14 H15 H16 H17 H18 H19 H20 H21 H22 H23'
  ).split(' '),
);
/** Labels whose value is ON or OFF. */
const SWITCHES: ReadonlySet<string> = new Set(['Alarm', 'Relay', 'LOAD']);
const UNKNOWN = '---';

/**
 * Reads a block from its first CR to its checksum byte. Labels that are not known here are kept as they are: newer
 * firmware adds some. Total.
 */
export function readTextBlock(bytes: Uint8Array): TextBlock {
  let sum = 0;
  for (const byte of bytes) sum += byte;
  if ((sum & 0xff) !== 0) return refuse('checksum', `the bytes of the block add up to ${sum & 0xff}, not to 0`);
  const lines = Buffer.from(bytes.subarray(0, -1)).toString('latin1').split('\r\n');
  if (lines.shift() !== '' || lines.pop() !== `${CHECKSUM}\t`) return refuse('nonsense', 'it is no block of lines');
  if (lines.length === 0) return refuse('nonsense', 'the block is empty');
  const fields = new Map<string, string>();
  for (const line of lines) {
    const [label = '', value, more] = line.split('\t');
    if (value === undefined || more !== undefined || !LABEL.test(label) || !VALUE.test(value)) {
      return refuse('nonsense', `${JSON.stringify(line)} is no line of label and value`);
    }
    if (fields.has(label)) return refuse('nonsense', `${label} comes twice`);
    if (!fits(label, value)) return refuse('nonsense', `${label} cannot be ${JSON.stringify(value)}`);
    fields.set(label, value);
  }
  return { ok: true, fields };
}

function fits(label: string, value: string): boolean {
  if (SWITCHES.has(label)) return /^(ON|OFF)$/i.test(value) || value === UNKNOWN;
  return !NUMBERS.has(label) || value === UNKNOWN || /^-?\d{1,10}$/.test(value);
}

function refuse(refusal: 'checksum' | 'nonsense', text: string): TextBlock {
  return { ok: false, refusal, text };
}

/** A whole number; `null` where the device says that it does not know, `undefined` where it does not tell it. */
export function numberIn(fields: Fields, label: string): number | null | undefined {
  const value = fields.get(label);
  if (value === undefined) return undefined;
  return /^-?\d+$/.test(value) ? Number(value) : null;
}

/** A hexadecimal number such as `0xA389`; `null` where there is none. */
export function hexIn(fields: Fields, label: string): number | null {
  const value = fields.get(label) ?? '';
  return /^0x[0-9a-f]{1,8}$/i.test(value) ? Number(value) : null;
}
