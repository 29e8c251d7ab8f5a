/** Makes a problem or a warning fit to be read in a dialog: labels for names, and nothing that could act. */
import type { Problem, Warning } from '../engine/pack/problem.ts';

/** @param label what a person calls a setting */
export function readable<T extends Problem | Warning>(found: T, label: (setting: string) => string): T {
  const other = found.detail['other'];
  return {
    ...found,
    setting: label(found.setting),
    value: harmless(found.value),
    detail: typeof other === 'string' ? { ...found.detail, other: label(other) } : found.detail,
  };
}

/** Node-RED shows validation errors as HTML, and a value may come from a flow that somebody else wrote. */
export function harmless(value: string): string {
  const short = value.length > 80 ? `${value.slice(0, 79)}…` : value;
  return short.replaceAll('<', '‹').replaceAll('>', '›');
}

/** A number of cells has no unit: takes away the blank that the unit would have followed. */
export function tidy(sentence: string): string {
  return sentence.replace(/ +([,.:;)?])/g, '$1').replace(/ {2,}/g, ' ');
}
