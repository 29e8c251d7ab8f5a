/** The current of JK's older protocol, of which there are two encodings. */

/**
 * A, positive = charging, of the word of tag 84. Version 1: the highest bit is set while charging, the others count
 * 0.01 A. Version 0: 10000 is no current, less is charging, 0.01 A each. `null`: another version.
 */
export function jkCurrent(raw: number, version: number): number | null {
  if (version === 1) {
    const size = (raw & 0x7fff) / 100;
    return (raw & 0x8000) !== 0 || size === 0 ? size : -size;
  }
  return version === 0 ? (10_000 - raw) / 100 : null;
}

/** The version a setting stands for; `auto`: what the device says, `null` where it does not. */
export function currentVersion(variant: string, told: number | null): number | null {
  if (variant === 'version-0') return 0;
  return variant === 'version-1' ? 1 : told;
}
