/** An event as people read it: what, which cell, how much, against which limit, for how long, and what follows. */
import type { ProtectionEvent } from '../engine/protection/decision.ts';
import type { Quantity } from '../engine/protection/quantity.ts';
import type { PermissionRole } from '../engine/vocabulary.ts';
import { adviceText } from './advice-text.ts';
import { durationText } from './duration-text.ts';
import type { Sentence } from './sentence.ts';
import type { Translate } from './translate.ts';

/** How a quantity is written. `scale` comes before the digits: a part of 1 is told in percent. */
const UNITS: Partial<Record<Quantity, { unit: string; digits: number; scale?: number }>> = {
  cellMin: { unit: 'V', digits: 3 },
  drainVoltage: { unit: 'V', digits: 3 },
  cellMax: { unit: 'V', digits: 3 },
  cellSpread: { unit: 'V', digits: 3 },
  cellMismatch: { unit: 'V', digits: 3 },
  openWire: { unit: 'V', digits: 3 },
  voltage: { unit: 'V', digits: 2 },
  starterVoltage: { unit: 'V', digits: 2 },
  temperatureMin: { unit: '°C', digits: 1 },
  temperatureMax: { unit: '°C', digits: 1 },
  temperatureMaxResting: { unit: '°C', digits: 1 },
  bmsTemperature: { unit: '°C', digits: 1 },
  current: { unit: 'A', digits: 1 },
  dischargeCurrent: { unit: 'A', digits: 1 },
  chargeWelded: { unit: 'A', digits: 1 },
  loadWelded: { unit: 'A', digits: 1 },
  loadStillDrawing: { unit: 'A', digits: 1 },
  alternatorLoad: { unit: '%', digits: 0, scale: 100 },
  soc: { unit: '%', digits: 1 },
  shortCircuits: { unit: '', digits: 0 },
  jumps: { unit: '', digits: 0 },
  openingsCharge: { unit: '', digits: 0 },
  openingsLoad: { unit: '', digits: 0 },
};

/** Times: seconds while they are few, then minutes and hours. */
const TIMES: readonly Quantity[] = [
  'silenceCharge',
  'silenceLoad',
  'silenceAlternator',
  'silenceSensors',
  'frozenFor',
  'untilCut',
  'raisedFor',
];

/** The permissions people know by name; the others follow them. */
const TOLD: readonly PermissionRole[] = ['charge', 'load', 'contactor', 'alternator', 'shed'];

/** The first goes with the second and needs no sentence of its own then. */
const IMPLIED: Readonly<Partial<Record<PermissionRole, PermissionRole>>> = { shed: 'load', alternator: 'charge' };

/** A manufacturer's code, `A-SL9`. A device's own words may be anything and are not looked up. */
const CODE = /^[A-Z]-[A-Z]{1,3}\d{1,3}$/;

/**
 * An edge in words: what happened, how often it has by now, what follows from it, and what to do about it.
 *
 * @param pack the pack's name, with which the title starts
 */
export function eventText(event: ProtectionEvent, pack: string, translate: Translate): Sentence {
  if (event.advice !== undefined) return adviceText(event.advice, pack, translate, event.edge);
  const key = `bms-protection.event.${keyOf(event)}`;
  const sentence = translate(`${key}.${event.edge}`, detailOf(event, translate));
  const parts =
    event.edge === 'raised'
      ? [sentence, repeated(event, translate), consequence(event, translate), remedy(event, key, translate)]
      : [sentence];
  return {
    title: `${pack}: ${translate(`${key}.title`)}`,
    text: parts.filter((part) => part !== '').join(' '),
  };
}

function detailOf(event: ProtectionEvent, translate: Translate): Record<string, string> {
  const unknown = (): string => translate('bms-protection.event.unknown');
  return {
    cell:
      event.cell === null
        ? translate('bms-protection.event.pack')
        : translate('bms-protection.event.cell', { number: event.cell }),
    value: quantity(event.value, event.quantity) ?? unknown(),
    threshold: quantity(event.threshold, event.quantity) ?? unknown(),
    duration: durationText(event.duration),
    missing: event.missing === null ? '' : translate(`bms-protection.quantity.${event.missing}`),
    code: event.code === null || event.code.trim() === '' ? unknown() : event.code,
    // The contactor tells why it is open: in the words of the status.
    reason:
      event.rule === 'contactor' && event.code !== null
        ? (textOf(`bms-protection.status.reason.${event.code}`, translate) ?? event.code)
        : '',
  };
}

/** The row, or what is missing: silence tells its own story, any other row waits for a value to be known. */
function keyOf({ row, rule, missing }: ProtectionEvent): string {
  if (missing === null) return row;
  // The sensors are told of as such, also while the number of cells is wrong: that is another row's affair.
  if (row === 'sensor') return 'sensor-missing';
  return row.startsWith('silence-') ? `${row}-${rule}` : 'waits-for-value';
}

function repeated({ rule, count, at, first }: ProtectionEvent, translate: Translate): string {
  // That the count is corrected now and then is as it should be.
  if (count < 2 || rule === 'soc-corrected') return '';
  return translate('bms-protection.event.count', { times: count, since: durationText(at - first) });
}

function consequence({ rule, denies, nothingLeft }: ProtectionEvent, translate: Translate): string {
  if (nothingLeft === true) return translate('bms-protection.event.nothing-left');
  // Its sentence is about nothing else.
  if (rule === 'contactor') return '';
  const isImplied = (role: PermissionRole): boolean => {
    const by = IMPLIED[role];
    return by !== undefined && denies.includes(by);
  };
  return TOLD.filter((role) => denies.includes(role) && !isImplied(role))
    .map((role) => translate(`bms-protection.event.consequence.${role}`))
    .join(' ');
}

/** What to do: what the manufacturer's code asks for, else what the row does. */
function remedy({ row, code, missing }: ProtectionEvent, key: string, translate: Translate): string {
  const ofCode =
    missing === null && code !== null && CODE.test(code) ? textOf(`bms-protection.remedy.${code}`, translate) : null;
  if (ofCode !== null) return ofCode;
  if (row === 'device-fault') return translate('bms-protection.remedy.other');
  return textOf(`${key}.remedy`, translate) ?? '';
}

/** The text of a key that need not be there: a catalogue gives such a key back as it is. */
function textOf(key: string, translate: Translate): string | null {
  const text = translate(key);
  return text === key ? null : text;
}

/** @returns `null` where there is no number to tell */
function quantity(value: number | null, of: Quantity): string | null {
  if (value === null || !Number.isFinite(value)) return null;
  if (TIMES.includes(of)) return durationText(value);
  const { unit, digits, scale = 1 } = UNITS[of] ?? { unit: '', digits: 1 };
  return `${(value * scale).toFixed(digits)} ${unit}`.trimEnd();
}
