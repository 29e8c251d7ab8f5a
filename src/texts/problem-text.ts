/** Sentences about wrong settings: each names the setting, the value and the remedy. */
import type { Problem, Warning } from '../engine/pack/problem.ts';
import type { LinkOptionProblem } from '../links/options.ts';
import type { Translate } from './translate.ts';

export function problemText(problem: Problem, translate: Translate): string {
  const relation = problem.detail['relation'];
  const key = problem.kind === 'order' ? `order-${String(relation)}` : problem.kind;
  const similar = problem.kind === 'unknown-setting' && problem.detail['similar'] !== '' ? '-similar' : '';
  return translate(`bms-config.problem.${key}${similar}`, {
    setting: problem.setting,
    value: problem.value,
    ...problem.detail,
  });
}

export function warningText(warning: Warning, translate: Translate): string {
  return translate(`bms-config.warning.${warning.kind}`, {
    setting: warning.setting,
    value: warning.value,
    ...warning.detail,
  });
}

/** What is wrong with an option of a link: the field, the value and what it takes. */
export function linkOptionText({ field, value, problem, allowed }: LinkOptionProblem, translate: Translate): string {
  const label = translate(`bms-config.link.option.${field}`);
  return translate(`bms-config.link.problem.${problem}`, { field: label, value, allowed });
}
