/** A line of a register map in words. Pure. */

/** Numbers (decimal or hexadecimal), words, signs; anything else one character at a time. */
const TOKEN = /0x[0-9a-z]*|\d+\.\.+\d*|\d+(?:[.,]\d+)?(?:e[+-]?\d+)?\w*|[a-z_][\w.]*|\S/gi;

/** The line without its comment, in words. */
export function tokensOf(line: string): string[] {
  return line.replace(/#.*$/s, '').match(TOKEN) ?? [];
}

/** Reads words one after the other. */
export class Words {
  readonly #words: readonly string[];
  #place = 0;

  constructor(words: readonly string[]) {
    this.#words = words;
  }

  /** The next word in lower case, without taking it; empty at the end. */
  get next(): string {
    return (this.#words[this.#place] ?? '').toLowerCase();
  }

  /** The next word as written. */
  get raw(): string {
    return this.#words[this.#place] ?? '';
  }

  get ended(): boolean {
    return this.#place >= this.#words.length;
  }

  skip(): void {
    this.#place += 1;
  }

  /** Takes the word when it is this one. */
  takes(word: string): boolean {
    if (this.ended || this.next !== word) return false;
    this.#place += 1;
    return true;
  }

  /** Takes a number, with a sign before it; `null`, and takes nothing, when there is none. */
  number(): number | null {
    const from = this.#place;
    const sign = this.takes('-') ? -1 : (this.takes('+'), 1);
    const value = /^(?:0x[0-9a-f]+|\d+(?:\.\d+)?(?:e[+-]?\d+)?)$/.test(this.next) ? Number(this.next) : Number.NaN;
    if (!Number.isFinite(value)) {
      this.#place = from;
      return null;
    }
    this.#place += 1;
    return value === 0 ? 0 : sign * value;
  }

  /** Takes a whole number within a range; `null`, and takes nothing, otherwise. */
  whole(least: number, most: number): number | null {
    const from = this.#place;
    const value = this.number();
    if (value !== null && Number.isInteger(value) && value >= least && value <= most) return value;
    this.#place = from;
    return null;
  }
}
