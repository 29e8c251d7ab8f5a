/** A PACE board on a line: values and status in every cycle, in the version of the protocol that it answers. */
import type { Answered } from '../ascii-hex/answer.ts';
import { voltageProblem } from '../ascii-hex/measured.ts';
import { createNaming } from '../ascii-hex/naming.ts';
import { createAskQuestion, createLasting } from '../ascii-hex/questions.ts';
import type { Ask, AskOptions, Device, Failure, Heard } from '../device.ts';
import type { LinkOptions } from '../options.ts';
import { createSensors } from '../sensors.ts';
import { observationOf } from './observe.ts';
import type { PaceStatus, PaceValues, PaceVariant } from './pack.ts';
import { readV20Status, readV20Text, readV20Values, v20Question } from './v20.ts';
import { type OfPack, readV25Status, readV25Text, readV25Values, v25Question } from './v25.ts';

const OTHER: Readonly<Record<PaceVariant, PaceVariant>> = { v25: 'v20', v20: 'v25' };
const ONCE: AskOptions = { repeats: 0 };

const problemOf = ({ cells, voltage }: PaceValues): string | null => voltageProblem(cells, voltage);

/** The board at `options.address`. Nothing rejects. */
export function createPace(ask: Ask, options: LinkOptions): Device {
  const { address } = options;
  const put = createAskQuestion(ask);
  const lasting = createLasting();
  /** A place without a sensor comes like a sensor that is lost. */
  const sensors = createSensors();
  const fixed = options.variant === 'v25' || options.variant === 'v20' ? options.variant : null;
  let known: PaceVariant | null = fixed;
  let believed: PaceVariant = fixed ?? 'v25';

  /** An answer names the pack it is about beside the address of who sends it. */
  const own = <T extends OfPack>(read: (info: Uint8Array) => T | null) => {
    return (info: Uint8Array): T | null => {
      const answer = read(info);
      return answer?.pack === address ? answer : null;
    };
  };
  const valuesIn = (variant: PaceVariant, how: AskOptions): Promise<Heard<Answered<PaceValues>>> => {
    const more = { wrong: problemOf, options: how };
    return variant === 'v25'
      ? put(v25Question(address, 'analog'), own(readV25Values), more)
      : put(v20Question(address, 'analog'), readV20Values, more);
  };
  const status = (): Promise<Heard<Answered<PaceStatus>>> =>
    believed === 'v25'
      ? put(v25Question(address, 'status'), own(readV25Status))
      : put(v20Question(address, 'status'), readV20Status);

  /** Values in the version that is known, or in whichever is answered. */
  async function values(): Promise<Heard<PaceValues>> {
    const first = valueOf(await valuesIn(believed, known === null ? ONCE : {}));
    if (first.ok) {
      known = believed;
      return first;
    }
    if (known !== null) {
      // Learned again in the next cycle: another board may have been plugged in.
      known = fixed;
      return first;
    }
    const second = valueOf(await valuesIn(OTHER[believed], ONCE));
    if (second.ok) known = believed = OTHER[believed];
    return second.ok || first.reason === 'silent' ? second : first;
  }

  async function name(): Promise<Heard<Answered<string>>> {
    if (known === null) {
      const there = await values();
      if (!there.ok) return there;
    }
    return believed === 'v25'
      ? put(v25Question(address, 'serial'), readV25Text)
      : put(v20Question(address, 'hardware'), readV20Text);
  }

  return {
    async poll() {
      const told = await values();
      if (!told.ok) return { seen: null, failure: told };
      const flags = await status();
      const temperatures = sensors.list(told.value.temperatures);
      const seen = observationOf({ ...told.value, temperatures }, flags.ok ? flags.value.value : null, options);
      return { seen, failure: lasting(flags) };
    },
    identify: createNaming({ ask: name, there: values, nameless: 'a board without a serial number' }),
  };
}

function valueOf<T>(heard: Heard<Answered<T>>): Heard<T> {
  if (!heard.ok) return heard;
  return heard.value.value === null ? NO_VALUES : { ok: true, value: heard.value.value };
}

const NO_VALUES: Failure = {
  ok: false,
  reason: 'refused',
  text: 'the board does not know the question for its values (RTN 04): choose another variant or protocol',
};
