/** A Daly BMS on its line or behind Bluetooth, asked with the Modbus-like protocol: two questions a cycle. */
import { contradicts, wrongSign } from '../daly/sign.ts';
import type { Ask, Device, Failure, Heard } from '../device.ts';
import type { LinkOptions } from '../options.ts';
import { type DalyBlock, findBlock, readBlock, unitOf } from './frame.ts';
import { BLOCKS, numbered, readValues, textsOf, VERSIONS } from './layouts.ts';
import { observeDalyD2 } from './observe.ts';

/** Seconds that the BMS is given between an answer and the next question. */
const PAUSE = 0.02;
/** Cycles that the second block is left out when there is no answer to it. */
const LEAVE_OUT = 60;

/** Starts to know it; nothing is asked yet. */
export function createDalyD2(ask: Ask, options: LinkOptions): Device {
  const unit = unitOf(options);
  const { layout } = unit;
  const [main, more] = BLOCKS[layout];
  let leaveOut = 0;
  /** It told its versions when it was asked first; `null`: it was not asked yet. */
  let tellsVersion: boolean | null = null;

  const registersOf = (block: DalyBlock, repeats = 1): Promise<Heard<readonly number[]>> =>
    ask(
      readBlock(unit, block),
      findBlock(unit, block, (words) => words),
      { pause: PAUSE, repeats },
    );

  const mainOf = (): Promise<Heard<readonly number[]>> =>
    ask(
      readBlock(unit, main),
      findBlock(unit, main, (words) => (readValues(layout, numbered(main.first, words)) === null ? null : words)),
      { pause: PAUSE },
    );

  /** In D2 it holds what only some have (temperatures of the BMS); in p81 the state and the counters. */
  async function moreOf(): Promise<Heard<readonly number[]>> {
    if (layout === 'p81') return registersOf(more);
    if (leaveOut > 0) {
      leaveOut -= 1;
      return { ok: true, value: [] };
    }
    const told = await registersOf(more, 0);
    if (told.ok || told.reason === 'line') return told;
    if (told.reason !== 'noise') leaveOut = LEAVE_OUT;
    return { ok: true, value: [] };
  }

  return {
    async poll() {
      const first = await mainOf();
      if (!first.ok) return { seen: null, failure: first };
      const second = await moreOf();
      if (!second.ok) return { seen: null, failure: second };
      const registers = new Map([...numbered(main.first, first.value), ...numbered(more.first, second.value)]);
      const values = readValues(layout, registers);
      if (values === null) return { seen: null, failure: impossible() };
      const { current, state } = values;
      // No minus zero.
      const signed = current === undefined ? undefined : current * options.currentSign + 0;
      if (signed === undefined || state === undefined || !contradicts(signed, state)) {
        return { seen: observeDalyD2(values, signed), failure: null };
      }
      return { seen: observeDalyD2(values, null), failure: wrongSign(signed, state) };
    },
    async identify() {
      const there = await mainOf();
      if (!there.ok) return there;
      const told = tellsVersion === false ? null : await registersOf(VERSIONS[layout]);
      if (told?.ok === true) {
        tellsVersion = true;
        return { ok: true, value: textsOf(told.value).join(' ') };
      }
      // Not every BMS tells its versions; one that did must do so again.
      if (told !== null && (tellsVersion === true || (told.reason !== 'silent' && told.reason !== 'refused')))
        return told;
      tellsVersion = false;
      return { ok: true, value: 'without a version' };
    },
  };
}

function impossible(): Failure {
  return {
    ok: false,
    reason: 'nonsense',
    text: 'the answer holds values that cannot be: check "Layout" in the settings',
  };
}
