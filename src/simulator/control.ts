/** Commands to a running simulator, one a line: how tests and people inject faults. */

/** Does what the words after the command's name say; `null` when done, otherwise a sentence on what is wrong. */
export type Command = (words: readonly string[]) => string | null;

/** Commands by their usage (`cell N VOLT|auto`); the first word is the name. */
export type Commands = Readonly<Record<string, Command>>;

/** Obeys one line. Returns `null` when done (or when the line is empty), otherwise a sentence with the remedy. */
export function obey(commands: Commands, line: string): string | null {
  const [name, ...words] = line.trim().split(/\s+/);
  if (name === undefined || name === '') return null;
  for (const [usage, command] of Object.entries(commands)) {
    if (usage.split(' ')[0] !== name) continue;
    const wrong = command(words);
    return wrong === null ? null : `${wrong} Usage: ${usage}.`;
  }
  return `Unknown command "${name}". The commands are: ${Object.keys(commands).join(', ')}.`;
}

/** A command without arguments. */
export function plain(act: () => void): Command {
  return (words) => {
    if (words.length > 0) return `"${words.join(' ')}" is too much.`;
    act();
    return null;
  };
}

/** A command with one argument out of a few words. */
export function choice<W extends string>(allowed: readonly W[], act: (word: W) => void): Command {
  return (words) => {
    const word = allowed.find((candidate) => candidate === words[0]);
    if (word === undefined || words.length !== 1) return `"${words.join(' ')}" is not one of ${allowed.join(', ')}.`;
    act(word);
    return null;
  };
}

/** A command with `on` or `off`. */
export function onOff(act: (on: boolean) => void): Command {
  return choice(['on', 'off'], (word) => act(word === 'on'));
}

/** A number within a range, or `null`. */
export function numberIn(word: string | undefined, min: number, max: number): number | null {
  if (word === undefined || word === '') return null;
  const value = Number(word);
  return value >= min && value <= max ? value : null;
}

/** A command with one argument: a number within a range, or one of a few words. */
export function numberOr<W extends string>(
  min: number,
  max: number,
  allowed: readonly W[],
  act: (value: number | W) => void,
): Command {
  return (words) => {
    const value = allowed.find((candidate) => candidate === words[0]) ?? numberIn(words[0], min, max);
    if (value === null || words.length !== 1) {
      return `"${words.join(' ')}" is not ${[`a number from ${min} to ${max}`, ...allowed].join(', nor ')}.`;
    }
    act(value);
    return null;
  };
}

/** A command whose first argument is a whole number from `first` to `last`, such as a cell; the rest goes on. */
export function numbered(what: string, first: number, last: number, then: (index: number) => Command): Command {
  return ([word, ...rest]) => {
    const index = numberIn(word, first, last);
    if (index === null || !Number.isInteger(index)) return `"${word ?? ''}" is no ${what} from ${first} to ${last}.`;
    return then(index)(rest);
  };
}
