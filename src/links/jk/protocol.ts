/** JK's older protocol among the others. */
import type { LinkOptions } from '../options.ts';
import type { Decoded, Protocol } from '../protocol.ts';
import { createJk } from './device.ts';
import { jkCommandName, type JkFrame, type JkRefusal, readJkFrame, tellsAll } from './frame.ts';
import { JK_INFO } from './info.ts';
import { observeJk, signedCurrent } from './observe.ts';
import { namedJkValues, readJkCells, readJkTags, TAG } from './tags.ts';

export const JK: Protocol = {
  info: JK_INFO,
  opens: { kind: 'bytes', device: createJk },
  decode,
};

const WHY: Readonly<Record<JkRefusal, string>> = {
  start: 'it does not begin with 4E 57',
  length: 'it is not as long as it says',
  end: 'there is no 68 before its sum',
  checksum: 'its sum is wrong',
};

function decode(bytes: Uint8Array, options: LinkOptions): Decoded {
  const frame = readJkFrame(bytes);
  if (typeof frame === 'string') return { ok: false, refusal: frame, text: `no frame of a JK BMS: ${WHY[frame]}` };
  const { command, source, answer, data } = frame;
  const head = { command: jkCommandName(command), source };
  if (tellsAll(frame)) return answerOf(head, data, options);
  const values = namedJkValues(readJkTags(data));
  return { ok: true, frame: { kind: answer ? 'answer' : 'question', ...head, ...written(frame, values) }, seen: null };
}

function answerOf(head: object, data: Uint8Array, options: LinkOptions): Decoded {
  const values = readJkTags(data);
  const { temperature1 = null, temperature2 = null, status, currentWord: _, ...named } = namedJkValues(values);
  return {
    ok: true,
    frame: {
      kind: 'answer',
      ...head,
      ...named,
      cells: readJkCells(values),
      temperatures: [temperature1, temperature2],
      ...(values.has(TAG.current) ? { current: signedCurrent(values, options) } : {}),
      ...(typeof status === 'number'
        ? {
            status,
            chargeMosfet: (status & 1) !== 0,
            dischargeMosfet: (status & 2) !== 0,
            balancing: (status & 4) !== 0,
          }
        : {}),
    },
    seen: observeJk(values, options),
  };
}

/** What a write sets: nothing of a question for everything, whose one byte is no tag. */
function written({ command }: JkFrame, values: Record<string, unknown>): object {
  return jkCommandName(command) === 'write' ? { writes: values } : {};
}
