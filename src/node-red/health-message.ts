/** The health of Node-RED in the words and shapes of a protection node: an event as a message, an alarm as a status. */
import type { HealthEdge } from '../runtime/health.ts';
import { durationText } from '../texts/duration-text.ts';
import type { Translate } from '../texts/translate.ts';
import type { Message, NodeStatus } from './types.ts';

/** Pushover's scale, as for the other events. */
const PRIORITY: Record<HealthEdge['severity'], number> = { info: -1, warning: 0, alarm: 1 };

/** How a value of each code is written. */
const UNITS: Record<HealthEdge['code'], (value: number) => string> = {
  lag: durationText,
  // Which way is said in words.
  clock: (value) => durationText(Math.abs(value)),
  memory: percent,
  margin: percent,
  storm: String,
};

function percent(value: number): string {
  return `${Math.round(value)} %`;
}

/**
 * Output 4: an edge of the health watch, for people.
 *
 * @param packName with which the title starts, as every event's of that protection node
 * @param wall ms since 1970
 */
export function healthMessage(packName: string, edge: HealthEdge, wall: number, translate: Translate): Message {
  const { code, severity, value, threshold, duration } = edge;
  const key = `bms-protection.event.health-${code}`;
  const sentence = edge.edge === 'cleared' ? 'cleared' : code === 'clock' && value < 0 ? 'raisedBack' : 'raised';
  const text = translate(`${key}.${sentence}`, {
    value: UNITS[code](value),
    threshold: UNITS[code](threshold),
    duration: durationText(duration),
  });
  return {
    topic: `${packName}: ${translate(`${key}.title`)}`,
    payload: edge.edge === 'raised' ? `${text} ${translate(`${key}.remedy`)}` : text,
    priority: edge.edge === 'raised' ? PRIORITY[severity] : Math.min(0, PRIORITY[severity] - 1),
    event: { rule: 'health', code, severity, edge: edge.edge, cell: null, value, threshold, duration, at: wall },
  };
}

/** The worst alarm as a status, or `null` while there is none. Warnings are told and not shown. */
export function healthStatus(
  active: readonly HealthEdge[],
  translate: Translate,
): Required<Pick<NodeStatus, 'fill' | 'shape' | 'text'>> | null {
  const alarm = active.find(({ severity }) => severity === 'alarm');
  if (alarm === undefined) return null;
  return { fill: 'yellow', shape: 'dot', text: translate(`bms-protection.status.health-${alarm.code}`) };
}
