/** What stands under a relay node. */
import type { RelayReport } from '../runtime/relay-runtime.ts';
import type { Translate } from '../texts/translate.ts';
import type { NodeStatus } from './types.ts';

type ShownStatus = Required<Pick<NodeStatus, 'fill' | 'shape' | 'text'>>;

/** @param alarm the role is the pre-alarm, which is quiet while it is held */
export function relayStatus(report: RelayReport, alarm: boolean, translate: Translate): ShownStatus {
  const say = (key: string): string => translate(`bms-relay-out.status.${key}`);
  if (report.problem !== null) {
    const key = report.fault === null ? 'problem' : alarm ? `alarm-${report.fault}` : report.fault;
    return { fill: 'red', shape: report.commanded ? 'dot' : 'ring', text: say(key) };
  }
  if (alarm) {
    return report.commanded
      ? { fill: 'green', shape: 'ring', text: say('quiet') }
      : { fill: 'yellow', shape: 'dot', text: say('sounding') };
  }
  if (!report.commanded) return { fill: 'grey', shape: 'ring', text: say(report.reason) };
  if (report.actual === null) return { fill: 'green', shape: 'dot', text: say('commanded') };
  return report.verified
    ? { fill: 'green', shape: 'dot', text: say('verified') }
    : { fill: 'yellow', shape: 'dot', text: say('not-verified') };
}
