/**
 * Which input of the board each output of the BMS is wired to, as a person writes it. Pure: the dialog uses it too.
 *
 * ```
 * load = input 1
 * charge = input 2
 * pre-alarm = none
 * inverted
 * ```
 */

/** Inputs count from 1, as printed on the boards; `null`: not wired. */
export interface Wiring {
  readonly load: number;
  readonly charge: number;
  readonly preAlarm: number | null;
  /** The board tells 1 for an input on which there is no voltage. */
  readonly inverted: boolean;
}

export type ParsedWiring =
  | { readonly ok: true; readonly wiring: Wiring }
  | { readonly ok: false; readonly problem: { readonly word: string; readonly text: string } };

const DEFAULT_WIRING: Wiring = { load: 1, charge: 2, preAlarm: 3, inverted: false };
const MOST_INPUTS = 256;
const OUTPUTS = { load: 'load', charge: 'charge', 'pre-alarm': 'preAlarm', prealarm: 'preAlarm' } as const;
type OutputName = keyof typeof OUTPUTS;

/** Any text is fine; nothing is thrown. Empty = inputs 1 to 3. */
export function parseWiring(text: string): ParsedWiring {
  const wiring: { -readonly [K in keyof Wiring]: Wiring[K] } = { ...DEFAULT_WIRING };
  const seen = new Set<string>();
  for (const [index, whole] of text
    .slice(0, 2000)
    .split(/\r\n|\r|\n/)
    .entries()) {
    const line = whole.replace(/#.*$/, '').trim().toLowerCase();
    if (line === '') continue;
    const wrong = (word: string, remedy: string): ParsedWiring => {
      return { ok: false, problem: { word, text: `line ${index + 1}: ${remedy}` } };
    };
    if (line === 'inverted') {
      wiring.inverted = true;
      continue;
    }
    const [, name = '', place = '', digits = ''] = /^([^=]*?)\s*=\s*((?:input\s+(\d+)|.*))$/.exec(line) ?? [];
    const output = isOutput(name) ? OUTPUTS[name] : null;
    if (output === null) {
      const word = name === '' ? line : name;
      return wrong(
        word,
        `"${word}" is no output of this BMS: write load = input 1, charge = input 2, pre-alarm = input 3 or inverted`,
      );
    }
    if (seen.has(output)) return wrong(name, `"${name}" is there already: leave one of the two out`);
    seen.add(output);
    if (output === 'preAlarm' && place === 'none') {
      wiring.preAlarm = null;
      continue;
    }
    const input = Number(digits);
    if (!(input >= 1 && input <= MOST_INPUTS)) {
      const none = output === 'preAlarm' ? ', or none' : '';
      return wrong(
        place,
        `"${place}" is no input: write input and its number on the board from 1 to ${MOST_INPUTS}${none}`,
      );
    }
    wiring[output] = input;
  }
  return twice(wiring) ?? { ok: true, wiring };
}

const isOutput = (name: string): name is OutputName => Object.hasOwn(OUTPUTS, name);

function twice({ load, charge, preAlarm }: Wiring): ParsedWiring | null {
  const named = [
    ['load', load],
    ['charge', charge],
    ['pre-alarm', preAlarm],
  ] as const;
  for (const [index, [name, input]] of named.entries()) {
    const [other] = named.slice(0, index).filter(([, before]) => before === input);
    if (input === null || other === undefined) continue;
    const text = `${other[0]} and ${name} are both on input ${input}: each output needs one of its own (load 1, charge 2 and pre-alarm 3 where nothing is written)`;
    return { ok: false, problem: { word: `input ${input}`, text } };
  }
  return null;
}
