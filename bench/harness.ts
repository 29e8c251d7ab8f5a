/** Measures two things side by side in one run: rounds take turns, medians are compared, so a noisy machine cancels out. */

export interface Row {
  readonly bench: string;
  readonly unit: string;
  /** Median of ours, and of what it is compared with. */
  readonly value: number;
  readonly reference: number | null;
  readonly ratio: number | null;
  readonly goal: string | null;
  readonly met: boolean | null;
  readonly note: string;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? Number.NaN;
}

/** Nanoseconds per call of both, medians of `rounds` rounds that take turns. */
export function sideBySide(
  ours: () => void,
  reference: () => void,
  calls: number,
  rounds = 15,
): { ours: number; reference: number; ratio: number } {
  const time = (call: () => void): number => {
    const start = performance.now();
    for (let i = 0; i < calls; i++) call();
    return ((performance.now() - start) / calls) * 1e6;
  };
  time(ours);
  time(reference);
  const a: number[] = [];
  const b: number[] = [];
  for (let i = 0; i < rounds; i++) {
    a.push(time(ours));
    b.push(time(reference));
  }
  return { ours: median(a), reference: median(b), ratio: median(a.map((value, i) => value / b[i]!)) };
}

export function rounded(value: number): number {
  return value >= 100 ? Math.round(value) : Math.round(value * 100) / 100;
}
