/** Advice as people read it: what is the matter and what to do now, with its numbers in their units. */
import type { Advice } from '../engine/advice/advice.ts';
import type { Edge } from '../engine/vocabulary.ts';
import { durationText } from './duration-text.ts';
import type { Sentence } from './sentence.ts';
import type { Translate } from './translate.ts';

const fixed =
  (digits: number, unit: string, scale = 1) =>
  (value: number): string =>
    `${(value * scale).toFixed(digits)} ${unit}`.trimEnd();

const hours = (value: number): string => durationText(value * 3600);
const days = (value: number): string => (Math.round(value) === 1 ? '1 day' : `${Math.round(value)} days`);
const times = (value: number): string => (Math.round(value) === 1 ? 'once' : `${Math.round(value)} times`);
const fullCycles = (value: number): string =>
  Math.round(value) === 1 ? '1 full cycle' : `${Math.round(value)} full cycles`;
/** A tenth of an ampere matters where there is hardly one. */
const amps = (value: number): string => fixed(value < 10 ? 1 : 0, 'A')(value);

/** How each number of an advice is written. `volts` is the whole pack's, the others in V are a cell's. */
const WRITTEN: Readonly<Record<string, (value: number) => string>> = {
  amps,
  volts: fixed(1, 'V'),
  cellVolts: fixed(2, 'V'),
  mean: fixed(2, 'V'),
  below: fixed(2, 'V'),
  missing: fixed(1, 'Ah'),
  hours,
  left: hours,
  days,
  every: days,
  restarts: times,
  cuts: times,
  cycles: fullCycles,
  celsius: fixed(0, '°C'),
  percent: fixed(0, '%', 100),
  soc: fixed(0, '%', 100),
  soh: fixed(0, '%', 100),
};

/**
 * An advice in words, or that it is over.
 *
 * @param pack the pack's name, with which the title starts
 */
export function adviceText(advice: Advice, pack: string, translate: Translate, edge: Edge = 'raised'): Sentence {
  const key = `bms-protection.advice.${advice.id}`;
  const sentence =
    edge === 'cleared' ? `${key}.done` : advice.variant === null ? `${key}.text` : `${key}.text-${advice.variant}`;
  return { title: `${pack}: ${translate(`${key}.title`)}`, text: translate(sentence, detailOf(advice, translate)) };
}

function detailOf({ cell, numbers }: Advice, translate: Translate): Record<string, string> {
  const unknown = translate('bms-protection.event.unknown');
  const detail: Record<string, string> = {
    cell:
      cell === null
        ? translate('bms-protection.advice.a-cell')
        : translate('bms-protection.event.cell', { number: cell }),
  };
  for (const [name, write] of Object.entries(WRITTEN)) {
    const value = numbers[name];
    detail[name] = value === undefined ? unknown : write(value);
  }
  return detail;
}
