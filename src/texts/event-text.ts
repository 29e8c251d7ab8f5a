/** An event as people read it: what, which cell, how much, against which limit, for how long, and what follows. */
import type { ProtectionEvent } from '../engine/protection/decision.ts';
import type { Quantity } from '../engine/protection/quantity.ts';
import type { PermissionRole } from '../engine/vocabulary.ts';
import type { Translate } from './translate.ts';

const UNITS: Partial<Record<Quantity, { unit: string; digits: number }>> = {
  cellMin: { unit: 'V', digits: 3 },
  cellMax: { unit: 'V', digits: 3 },
  cellSpread: { unit: 'V', digits: 3 },
  voltage: { unit: 'V', digits: 2 },
  temperatureMin: { unit: '°C', digits: 1 },
  temperatureMax: { unit: '°C', digits: 1 },
  temperatureMaxResting: { unit: '°C', digits: 1 },
  current: { unit: 'A', digits: 1 },
  dischargeCurrent: { unit: 'A', digits: 1 },
  soc: { unit: '%', digits: 1 },
  silenceCharge: { unit: 's', digits: 0 },
  silenceLoad: { unit: 's', digits: 0 },
};

/** The permissions people know by name; the others follow them. */
const TOLD: readonly PermissionRole[] = ['charge', 'load', 'contactor', 'shed'];

export interface EventText {
  /** Short: what a notification shows in bold. */
  readonly title: string;
  readonly text: string;
}

export function eventText(event: ProtectionEvent, pack: string, translate: Translate): EventText {
  const key = `bms-protection.event.${keyOf(event)}`;
  const title = translate(`${key}.title`);
  const detail = {
    cell:
      event.cell === null
        ? translate('bms-protection.event.pack')
        : translate('bms-protection.event.cell', { number: event.cell }),
    value: quantity(event.value, event.quantity, translate),
    threshold: quantity(event.threshold, event.quantity, translate),
    duration: duration(event.duration),
    missing: event.missing === null ? '' : translate(`bms-protection.quantity.${event.missing}`),
  };
  const sentence = translate(`${key}.${event.edge}`, detail);
  return {
    title: `${pack}: ${title}`,
    text: [sentence, consequence(event, translate)].filter((part) => part !== '').join(' '),
  };
}

/** The row, or what is missing: silence tells its own story, any other row waits for a value to be known. */
function keyOf({ row, rule, missing }: ProtectionEvent): string {
  if (missing === null) return row;
  return row.startsWith('silence-') ? `${row}-${rule}` : 'waits-for-value';
}

function consequence(event: ProtectionEvent, translate: Translate): string {
  if (event.edge !== 'raised') return '';
  const roles = event.denies.filter((role) => TOLD.includes(role));
  // Shedding goes with the loads and needs no sentence of its own then.
  const told = roles.includes('load') ? roles.filter((role) => role !== 'shed') : roles;
  return told.map((role) => translate(`bms-protection.event.consequence.${role}`)).join(' ');
}

function quantity(value: number | null, of: Quantity, translate: Translate): string {
  if (value === null) return translate('bms-protection.event.unknown');
  const { unit, digits } = UNITS[of] ?? { unit: '', digits: 1 };
  return `${value.toFixed(digits)} ${unit}`.trimEnd();
}

/** `4.1 s`, `3 min`, `5.2 h`. */
function duration(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}
