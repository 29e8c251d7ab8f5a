/**
 * The settings of a pack as the dialog holds them, judged by the same code as the runtime's.
 * Two things are special while a flow is being drawn: a value may be `${NAME}`, known only at deploy time,
 * and the two settings without a default may still be empty. Neither may hide a crossed pair of limits.
 */
import type { Problem, Warning } from '../engine/pack/problem.ts';
import { resolveSettings, type Given } from '../engine/pack/validate.ts';

export interface Judgement {
  readonly problems: readonly Problem[];
  readonly warnings: readonly Warning[];
}

/** Any battery lies between: what is wrong with both is wrong whatever will be typed, or the environment will say. */
const SMALLEST = { cells: 1, capacity: 0.5 };
const LARGEST = { cells: 255, capacity: 100_000 };

/**
 * @param profile the profile's id, or `${NAME}`
 * @param given settings by name as typed; empty means "as the profile"
 */
export function judge(profile: unknown, given: Given): Judgement {
  const known = Object.fromEntries(Object.entries(given).filter(([, value]) => !isOpen(value)));
  const found = resolveSettings(isEnvironment(profile) ? 'lifepo4' : profile, known);
  if (found.ok) return { problems: [], warnings: found.warnings };

  const problems = found.problems.filter(
    (problem) => problem.kind !== 'order' && !isEnvironment(given[problem.setting]),
  );
  if (isEnvironment(profile)) return { problems, warnings: [] };
  if (found.problems.some((problem) => problem.kind !== 'order' && problem.kind !== 'missing')) {
    return { problems, warnings: [] };
  }
  const small = resolveSettings(profile, { ...SMALLEST, ...known });
  const large = resolveSettings(profile, { ...LARGEST, ...known });
  const crossed = small.ok || large.ok ? [] : small.problems.filter((one) => large.problems.some(sameAs(one)));
  return {
    problems: [...problems, ...crossed.filter((problem) => !restsOnEnvironment(problem, given))],
    warnings: small.ok && large.ok ? small.warnings.filter((one) => large.warnings.some(saysAs(one))) : [],
  };
}

/** The name of a value of the environment, `${NAME}`: replaced at deploy time, so nobody can judge it here. */
export function isEnvironment(value: unknown): boolean {
  return typeof value === 'string' && /^\$(\{[^}]+\}|\([^)]+\))$/.test(value.trim());
}

function isOpen(value: unknown): boolean {
  return value === undefined || value === '' || isEnvironment(value);
}

function sameAs(one: Problem): (other: Problem) => boolean {
  return (other) => other.setting === one.setting && other.detail['other'] === one.detail['other'];
}

/** A warning about the battery itself speaks of another value or limit with another battery. */
function saysAs(one: Warning): (other: Warning) => boolean {
  return (other) =>
    other.kind === one.kind &&
    other.setting === one.setting &&
    other.value === one.value &&
    other.detail['limit'] === one.detail['limit'];
}

/** True when one side of the pair is `${NAME}`, or follows a trip value that is. */
function restsOnEnvironment(problem: Problem, given: Given): boolean {
  return [problem.setting, String(problem.detail['other'])].some((name) => {
    const trip = name.replace(/Clear$/, '');
    return isEnvironment(given[name]) || (isOpen(given[name]) && isEnvironment(given[trip]));
  });
}
