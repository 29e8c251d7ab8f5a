/** What the runtime answers to the pack dialog, looked at before it is used. */

/** A stored state. */
export interface Stored {
  readonly id: string;
  readonly name: string;
  readonly at: number;
}

/** A text in an answer of the runtime. */
export function textIn(answer: unknown, name: string): string | null {
  if (typeof answer !== 'object' || answer === null) return null;
  const text: unknown = Reflect.get(answer, name);
  return typeof text === 'string' && text !== '' ? text : null;
}

/** The list in the runtime's answer; what is not understood is left out. */
export function storedIn(answer: unknown): Stored[] {
  const list: unknown = typeof answer === 'object' && answer !== null ? Reflect.get(answer, 'stores') : null;
  if (!Array.isArray(list)) return [];
  return list.flatMap((one: unknown): Stored[] => {
    if (typeof one !== 'object' || one === null) return [];
    const { id, name, at } = one as Record<string, unknown>;
    if (typeof id !== 'string' || id === '') return [];
    return [{ id, name: typeof name === 'string' ? name : '', at: typeof at === 'number' ? at : 0 }];
  });
}
