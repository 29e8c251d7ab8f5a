/** What the cell monitor sends and shows. */
import type { PackEngine } from '../engine/pack-engine.ts';
import type { Observation } from '../engine/reading/observation.ts';
import type { Reading } from '../engine/reading/reading.ts';
import { observationOf } from '../links/message.ts';
import { figuresDetail } from '../runtime/figures-payload.ts';
import { readingPayload } from '../runtime/reading-payload.ts';
import { stampOf, type StampedReading } from '../runtime/stamp.ts';
import type { Translate } from '../texts/translate.ts';
import type { Message, NodeStatus } from './types.ts';

/** Output 1: the flat payload, with the whole reading and what is known of the battery beside it. */
export function readingMessage(reading: StampedReading, engine: PackEngine): Message {
  return {
    topic: `${reading.pack}/reading`,
    payload: readingPayload(reading, engine),
    measurement: 'bms',
    timestamp: reading.at,
    reading,
    figures: figuresDetail(engine.figures),
  };
}

/** What was told of each cell last: the monotonic second it was measured at; NaN once it was told to be unknown. */
export type CellMemory = number[];

/**
 * Output 2: a message for each cell that was measured anew, or has become unknown. Repeating an old value would look
 * like a fresh one.
 */
export function cellMessages(reading: StampedReading, told: CellMemory): Message[] | null {
  let messages: Message[] | null = null;
  for (let i = 0; i < reading.cells.length; i++) {
    const { voltage, age } = reading.cells[i]!;
    const measured = voltage === null || age === null ? Number.NaN : reading.stamp.monotonic - age;
    const before = told[i];
    const news = Number.isNaN(measured) ? before !== undefined && !Number.isNaN(before) : !(measured - before! < 0.001);
    if (!news) continue;
    told[i] = measured;
    (messages ??= []).push({ topic: `${reading.pack}/cell/${i + 1}`, payload: voltage, timestamp: reading.at });
  }
  return messages;
}

/**
 * The observation in a message: the hand-made reading in its payload, or the whole reading of another machine.
 * `null`: the message holds none and merely polls.
 */
export function messageObservation(message: Message): Observation | null {
  const reading = message['reading'];
  // A reading of this process that is sent round in a circle is no new source.
  if (stampOf(reading) !== null) return null;
  return observationOf(reading) ?? observationOf(message['payload']);
}

/** What a source reports to be wrong, in its own sentence; `null` when none does. */
export function sourceProblem(reading: Reading): string | null {
  for (const source of Object.values(reading.sources)) if (source.error !== null) return source.error;
  return null;
}

/** The most important thing in under 25 characters: the spread of the cells and the charge, or what is wrong. */
export function monitorStatus(
  reading: Reading,
  translate: Translate,
): Required<Pick<NodeStatus, 'fill' | 'shape' | 'text'>> {
  const { cellMin, cellMax, soc } = reading;
  if (cellMin.value === null || cellMax.value === null) {
    const sources = Object.values(reading.sources);
    const heard = sources.some((source) => source.age !== null);
    return { fill: 'red', shape: 'ring', text: translate(`bms-cell-monitor.status.${heard ? 'silent' : 'no-data'}`) };
  }
  const charge = soc.value === null ? '' : ` · ${Math.round(soc.value)} %`;
  const text = `${cellMin.value.toFixed(2)}–${cellMax.value.toFixed(2)} V${charge}`;
  if (!cellMin.whole) return { fill: 'yellow', shape: 'ring', text: translate('bms-cell-monitor.status.incomplete') };
  return { fill: 'green', shape: 'dot', text };
}
