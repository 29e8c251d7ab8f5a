/**
 * What the advertised name of an Offgridtec Smart-Pro battery tells: its type, and the key of its cipher. The rule is
 * that of the aiobmsble project; the maker has published none.
 */

export interface SmartBat {
  readonly name: string;
  /** A tells of the whole battery only, B of its cells too. */
  readonly type: 'A' | 'B';
  /** Every byte on the wire, both ways, is XOR this one. */
  readonly key: number;
}

/** For each hex digit of the serial number, 0…F. */
const SHARES = [2, 5, 4, 3, 1, 4, 1, 6, 8, 3, 7, 2, 5, 8, 9, 3];
const TYPE_SHARE = { A: 5, B: 8 };
const DIGITS = 4;

/** `SmartBat-` , A or B, and the serial number in decimal; `null` for any other name. */
export function smartBatOf(name: string): SmartBat | null {
  const [, letter, serial] = /^SmartBat-([AB])(\d{1,6})$/i.exec(name.trim()) ?? [];
  if (letter === undefined || serial === undefined) return null;
  const type = letter.toUpperCase() === 'A' ? 'A' : 'B';
  const digits = Number(serial).toString(16).padStart(DIGITS, '0');
  const shares = Array.from(digits, (digit) => SHARES[Number.parseInt(digit, 16)] ?? 0);
  const key = shares.reduce((sum, share) => sum + share, TYPE_SHARE[type]) & 0xff;
  return { name: `SmartBat-${type}${serial}`, type, key };
}

/** What to say of a name that does not fit. */
export function wrongName(name: string): string {
  return (
    `the device is named "${name}", where the name that the battery advertises is needed, as in SmartBat-A12345: ` +
    `type and key come from it`
  );
}
