/**
 * Self-lockout: the supervisor, its relays' coils or the charger are fed through an output that this very pack switches.
 * Undervoltage then darkens what would have to switch charging on again when the sun returns.
 */
import type { SettingName } from './schema.ts';
import type { SettingValue } from './settings.ts';

const SUPPLIES = ['supervisorSupply', 'relaySupply', 'chargerSupply'] as const satisfies readonly SettingName[];

/** The supplies that hang on what the pack switches. */
export function selfLockouts(values: Readonly<Record<SettingName, SettingValue>>): SettingName[] {
  return SUPPLIES.filter((name) => values[name] === 'load' || values[name] === 'contactor');
}
