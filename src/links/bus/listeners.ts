/** Who wants to be told. One listener that throws must neither silence the others nor end Node-RED. */

export interface Listeners<Args extends readonly unknown[]> {
  /** Adds a listener; returns the way to take it off again. */
  add(listener: (...args: Args) => void): () => void;
  /** Calls every listener. Never throws: what a listener throws becomes a process warning. */
  tell(...args: Args): void;
  clear(): void;
}

/** An empty list of listeners. The same function added twice is called twice, and taken off one by one. */
export function createListeners<Args extends readonly unknown[]>(): Listeners<Args> {
  const all = new Set<{ call: (...args: Args) => void }>();
  return {
    add(listener) {
      const entry = { call: listener };
      all.add(entry);
      return () => void all.delete(entry);
    },
    tell(...args) {
      // A copy: a listener may take itself or another off, and one that is off must not be called any more.
      const now = [...all];
      for (const entry of now) if (all.has(entry)) guarded(() => entry.call(...args));
    },
    clear: () => all.clear(),
  };
}

/** Runs a callback of somebody else's. What it throws becomes a process warning: it must not reach a socket's event. */
export function guarded(call: () => void): void {
  try {
    call();
  } catch (error) {
    process.emitWarning(error instanceof Error ? error : new Error(String(error)));
  }
}
