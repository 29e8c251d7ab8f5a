/**
 * The outputs of a Victron Smart BMS 12-200 on an input board. Load and charge disconnect are high while allowed and
 * float otherwise (manual, 2.2): a dead BMS, a broken wire and a pulled plug all read as "not allowed" (VSB-1).
 */
import type { Clock } from '../../engine/clock.ts';
import type { Observation } from '../../engine/reading/observation.ts';
import type { ModbusBus } from '../bus/bus.ts';
import type { Device, Failure } from '../device.ts';
import { heardOf } from '../modbus-heard.ts';
import type { LinkOptions } from '../options.ts';
import { parseWiring, type Wiring } from './parse.ts';

/** An intermittent pre-alarm (VSB-6) is one that was there so many seconds ago. */
const BLINKS_FOR = 3;

/** Inputs from the lowest that is wired to the highest. */
export interface Inputs {
  /** Address of the first: input 1 is address 0. */
  readonly first: number;
  readonly count: number;
}

/** The input board of the settings. */
export function createVictronSmartBms(bus: ModbusBus, { address, map }: LinkOptions, clock: Clock): Device {
  const parsed = parseWiring(map);
  if (!parsed.ok) {
    const failure: Failure = { ok: false, reason: 'line', text: `the wiring: ${parsed.problem.text}` };
    return { poll: () => Promise.resolve({ seen: null, failure }) };
  }
  const { wiring } = parsed;
  const { first, count } = inputsOf(wiring);
  let highAt = -Infinity;

  return {
    async poll() {
      const heard = heardOf(await bus.readInputs(address, first, count));
      if (!heard.ok) return { seen: null, failure: heard };
      if (heard.value.length < count) {
        const text = `the board told ${heard.value.length} inputs of ${count}`;
        return { seen: null, failure: { ok: false, reason: 'nonsense', text } };
      }
      const { preAlarm, ...flags } = readOutputs(heard.value, wiring);
      const now = clock.now();
      if (preAlarm === true) highAt = now;
      const held = preAlarm === undefined ? {} : { preAlarm: now - highAt < BLINKS_FOR };
      return { seen: observe({ ...flags, ...held }), failure: null };
    },
  };
}

/** What the outputs say; `preAlarm` is absent where it is not wired. */
export interface Outputs {
  readonly loadAllowed: boolean;
  readonly chargeAllowed: boolean;
  readonly preAlarm?: boolean;
}

export function inputsOf({ load, charge, preAlarm }: Wiring): Inputs {
  const used = preAlarm === null ? [load, charge] : [load, charge, preAlarm];
  const lowest = Math.min(...used);
  return { first: lowest - 1, count: Math.max(...used) - lowest + 1 };
}

/** @param bits from the lowest input that is wired; at least as many as `inputsOf` says */
export function readOutputs(bits: readonly boolean[], wiring: Wiring): Outputs {
  const { first } = inputsOf(wiring);
  const high = (input: number): boolean => (bits[input - 1 - first] ?? wiring.inverted) !== wiring.inverted;
  return {
    loadAllowed: high(wiring.load),
    chargeAllowed: high(wiring.charge),
    ...(wiring.preAlarm === null ? {} : { preAlarm: high(wiring.preAlarm) }),
  };
}

export function observe({ loadAllowed, chargeAllowed, preAlarm }: Outputs): Observation {
  return { hardware: { chargeAllowed, loadAllowed, ...(preAlarm === undefined ? {} : { preAlarm }) } };
}
