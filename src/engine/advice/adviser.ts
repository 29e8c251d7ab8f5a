/** Gives advice from facts: with hysteresis, without flicker, and tells what is new and what is over. */
import type { BatterySettings } from '../figures/sample.ts';
import { recordOf } from '../figures/stored.ts';
import type { Advice, AdviceEdge, AdviceId } from './advice.ts';
import type { AdviceFacts } from './facts.ts';
import { ADVICE_RULES, type AdviceRule, type Asked } from './rules.ts';
import { LIGHT_USE, usageOf, type Usage } from './usage.ts';

const NOTHING: readonly never[] = [];
/** Days of watching before advice is given that is not urgent: nobody who has just started wants to be told of care. */
const WATCHED = 1 / 24;

export class Adviser {
  readonly #settings: BatterySettings;
  readonly #given = new Map<AdviceId, Advice>();
  readonly #gives = (id: AdviceId): boolean => this.#given.has(id);
  #active: readonly Advice[] = NOTHING;
  #usage: Usage = LIGHT_USE;

  constructor(settings: BatterySettings) {
    this.#settings = settings;
  }

  /** Advice that is given now, the most urgent first. */
  get active(): readonly Advice[] {
    return this.#active;
  }

  /**
   * Looks at the facts; every ten seconds or so is often enough.
   *
   * @returns what was raised and what was cleared since the last look
   */
  step(facts: AdviceFacts): readonly AdviceEdge[] {
    this.#usage = usageOf(facts, this.#usage);
    const { stage } = facts.recovery;
    const recovers = stage !== 'idle' && stage !== 'passed';
    const asked: Asked = { facts, settings: this.#settings, usage: this.#usage, gives: this.#gives };
    let edges: AdviceEdge[] | null = null;
    let active: Advice[] | null = null;
    for (const rule of ADVICE_RULES) {
      if (recovers && rule.duringRecovery !== true) continue;
      const edge = this.#judge(rule, asked);
      if (edge !== null) (edges ??= []).push(edge);
      const advice = this.#given.get(rule.id);
      if (advice !== undefined) (active ??= []).push(advice);
    }
    this.#active = active ?? NOTHING;
    return edges ?? NOTHING;
  }

  /** What is given, so that a restart does not tell it anew. */
  state(): unknown {
    return {
      given: Array.from(this.#given.values(), ({ id, variant }) => ({ id, variant })),
      heavy: this.#usage.isHeavy,
      hard: this.#usage.isHard,
    };
  }

  /** Numbers and cells come back with the first facts. */
  restore(found: unknown): void {
    const stored = recordOf(found);
    this.#usage = { isHeavy: stored['heavy'] === true, isHard: stored['hard'] === true };
    const given: readonly unknown[] = Array.isArray(stored['given']) ? stored['given'] : NOTHING;
    for (const one of given) {
      const { id, variant } = recordOf(one);
      const rule = ADVICE_RULES.find((other) => other.id === id);
      if (rule === undefined) continue;
      const known = rule.variants?.find((other) => other === variant) ?? null;
      this.#given.set(rule.id, { id: rule.id, severity: 'info', variant: known, cell: null, numbers: {} });
    }
  }

  #judge(rule: AdviceRule, asked: Asked): AdviceEdge | null {
    const before = this.#given.get(rule.id);
    if (before === undefined) {
      if (rule.atOnce !== true && !(asked.facts.daysKnown >= WATCHED)) return null;
      if (!rule.raise(asked)) return null;
      return { edge: 'raised', advice: this.#give(rule, asked, null) };
    }
    if (rule.clear(asked, before)) {
      this.#given.delete(rule.id);
      return { edge: 'cleared', advice: before };
    }
    const advice = this.#give(rule, asked, before);
    const isNews = rule.tellsVariants === true && advice.variant !== before.variant;
    return isNews ? { edge: 'raised', advice } : null;
  }

  #give(rule: AdviceRule, asked: Asked, before: Advice | null): Advice {
    const told = rule.variant === undefined ? null : rule.variant(asked);
    const numbers: Record<string, number> = {};
    for (const [name, value] of Object.entries(rule.numbers?.(asked) ?? {})) {
      if (Number.isFinite(value)) numbers[name] = value;
    }
    const advice: Advice = {
      id: rule.id,
      severity: typeof rule.severity === 'function' ? rule.severity(asked) : rule.severity,
      variant: told === undefined ? (before?.variant ?? null) : told,
      cell: rule.cell?.(asked.facts) ?? null,
      numbers,
    };
    this.#given.set(rule.id, advice);
    return advice;
  }
}
