/** What goes wrong: each fault begins, lasts and ends; several may overlap. */
import fc from 'fast-check';

export const KINDS = [
  'silence',
  'value-missing',
  'garbage',
  'beyond-limit',
  'miscounted',
  'monitor-wire-cut',
  'relay-wire-cut',
  'permissions-late',
  'permissions-repeated',
  'permissions-forged',
  'redeploy',
  'settings-changed',
  'parent-killed',
  'parent-stalled',
  'guardian-killed',
  'pipe-late',
  'pipe-lossy',
  'timed-line-cut',
  'plain-line-cut',
  'exceptions',
  'board-power',
  'foreign-write',
  'wall-clock',
  'store-torn',
] as const;
export type FaultKind = (typeof KINDS)[number];

export interface Fault {
  readonly kind: FaultKind;
  /** Seconds after the one before began. */
  readonly after: number;
  /** Seconds it lasts. */
  readonly lasts: number;
  /** Chooses among the ways of this kind. */
  readonly way: number;
}

/** What a battery does, and what hides it: together they are the interesting cases. */
const OFTEN: readonly FaultKind[] = ['beyond-limit', 'beyond-limit', 'permissions-repeated'];

/** How long a fault of a kind may last at most (s). */
const LONGEST: Partial<Record<FaultKind, number>> = {
  redeploy: 18,
  'settings-changed': 18,
  'parent-stalled': 30,
  'beyond-limit': 60,
  silence: 75,
  'relay-wire-cut': 70,
  'parent-killed': 80,
};

/** Tenths of a second: times that fall together with timers are the interesting ones. */
const tenths = (least: number, most: number): fc.Arbitrary<number> =>
  fc.integer({ min: Math.round(least * 10), max: Math.round(most * 10) }).map((n) => n / 10);

const fault: fc.Arbitrary<Fault> = fc
  .record({ kind: fc.constantFrom(...KINDS, ...OFTEN), after: tenths(0, 8), way: fc.nat(999) })
  .chain(({ kind, after, way }) => tenths(0, LONGEST[kind] ?? 20).map((lasts) => ({ kind, after, lasts, way })));

/** Some faults in a row, and what seeds the small choices within them. */
export const trouble: fc.Arbitrary<{ readonly faults: readonly Fault[]; readonly seed: number }> = fc.record({
  faults: fc.array(fault, { minLength: 1, maxLength: 7 }),
  seed: fc.nat(0x7fffffff),
});
