/** What a command may print to, and how it is told to stop. */
export interface CommandIo {
  out(line: string): void;
  err(line: string): void;
  readonly signal?: AbortSignal;
}

/** The command was used wrongly: one sentence that names the argument, the value and the remedy. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
