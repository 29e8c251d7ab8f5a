/** What was promised of a long run, and what came of it. */

export interface Promised {
  readonly what: string;
  readonly is: string;
  readonly goal: string | null;
  /** `null`: told only. */
  readonly isKept: boolean | null;
}

/** The promises as a table of plain text. */
export function table(rows: readonly Promised[]): string {
  const cells = rows.map(({ what, is, goal, isKept }) => [
    what,
    is,
    goal ?? '',
    isKept === null ? '' : isKept ? 'kept' : 'BROKEN',
  ]);
  const widths = [0, 1, 2].map((i) => Math.max(...cells.map((line) => line[i]!.length)));
  return cells
    .map((line) =>
      line
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
