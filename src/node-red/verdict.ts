/** What the protection node sends and shows. */
import type { ProtectionEvent } from '../engine/protection/decision.ts';
import { PERMISSION_ROLES, type Severity } from '../engine/vocabulary.ts';
import type { PackRuntime, Verdict } from '../runtime/pack-runtime.ts';
import { eventText } from '../texts/event-text.ts';
import type { Translate } from '../texts/translate.ts';
import type { Message, NodeStatus } from './types.ts';

/** Pushover's scale: −2 silent … 2 asks for an answer. */
const PRIORITY: Record<Severity, number> = { info: -1, warning: 0, alarm: 1, fault: 2 };

/** Outputs 1 and 2: the permission, with its lease. */
export function permissionMessage(pack: PackRuntime, verdict: Verdict, role: 'charge' | 'load'): Message | null {
  const permission = verdict.permissions[role];
  if (permission === undefined) return null;
  // A copy: the pack remembers what it has given, and a receiver may change what it got.
  return { topic: `${pack.name}/${role}`, payload: permission.allowed, permission: { ...permission } };
}

/** Output 3. */
export function preAlarmMessage(pack: PackRuntime, on: boolean): Message {
  return { topic: `${pack.name}/pre-alarm`, payload: on };
}

/** Output 4: once per edge, for people. */
export function eventMessages(
  pack: PackRuntime,
  events: readonly ProtectionEvent[],
  at: number,
  translate: Translate,
): Message[] {
  return events.map((event) => {
    const { title, text: told } = eventText(event, pack.name, translate);
    const text = [told, ...troublesOf(pack, event)].join(' ');
    const { rule, code, severity, edge, cell, value, threshold, duration, count } = event;
    const first = at - Math.round((event.at - event.first) * 1000);
    return {
      topic: title,
      payload: text,
      priority: edge === 'raised' ? PRIORITY[severity] : Math.min(0, PRIORITY[severity] - 1),
      event: { rule, code, severity, edge, cell, value, threshold, duration, at, count, first },
    };
  });
}

/** Why something is not known: what the links say, as sentences. */
function troublesOf(pack: PackRuntime, { edge, rule, missing }: ProtectionEvent): string[] {
  if (edge !== 'raised' || (rule !== 'communication' && missing === null)) return [];
  return pack.troubles.map((trouble) => `${trouble.charAt(0).toUpperCase()}${trouble.slice(1)}.`);
}

/** Output 5: the flat state, with the whole decision beside it. */
export function stateMessage(pack: PackRuntime, verdict: Verdict, wall: number): Message {
  const { decision, permissions } = verdict;
  const payload: Record<string, boolean | number | null> = {};
  for (const role of PERMISSION_ROLES) payload[role] = decision.roles[role].allowed;
  payload['preAlarm'] = decision.preAlarm;
  Object.assign(payload, limits(verdict));
  payload['warnings'] = decision.active.filter((e) => e.severity === 'warning').length;
  payload['alarms'] = decision.active.filter((e) => e.severity === 'alarm' || e.severity === 'fault').length;
  return {
    topic: `${pack.name}/state`,
    payload,
    decision: {
      roles: copies(decision.roles),
      preAlarm: decision.preAlarm,
      active: decision.active.map((event) => ({ ...event, denies: [...event.denies] })),
      latched: [...decision.latched],
      limits: { ...verdict.limits },
      permissions: copies(permissions),
      // The log is long and seldom new: it comes with the edges.
      ...(verdict.events.length > 0 ? { log: logOf(pack, verdict, wall) } : {}),
    },
  };
}

/** What has been raised how often, with times for display (ms since 1970). */
function logOf(pack: PackRuntime, verdict: Verdict, wall: number): object[] {
  const ms = (at: number): number => wall - Math.round((verdict.at - at) * 1000);
  return pack.engine.protection.log.entries().map((e) => ({ ...e, first: ms(e.first), last: ms(e.last) }));
}

/** Each entry copied: what a receiver does to a message must not reach us. */
function copies<T extends object>(records: Readonly<Record<string, T>>): Record<string, T> {
  const copy: Record<string, T> = {};
  for (const name in records) copy[name] = { ...records[name]! };
  return copy;
}

/** What chargers and loads may use, as a device reads it: centivolts and tenths of an ampere are enough for all. */
function limits({
  limits: { maxChargeVoltage, maxChargeCurrent, maxDischargeCurrent, dischargeWarning },
}: Verdict): Record<string, number | boolean | null> {
  const rounded = (value: number | null): number | null => (value === null ? null : Math.round(value * 10) / 10);
  return {
    maxChargeVoltage: Math.round(maxChargeVoltage * 100) / 100,
    maxChargeCurrent: rounded(maxChargeCurrent),
    maxDischargeCurrent: rounded(maxDischargeCurrent),
    dischargeLimitWarning: dischargeWarning,
  };
}

/** The most important thing in under 25 characters: what is not allowed and why, else that all is well. */
export function verdictStatus(
  verdict: Verdict,
  translate: Translate,
): Required<Pick<NodeStatus, 'fill' | 'shape' | 'text'>> {
  const { decision } = verdict;
  const { charge, load } = decision.roles;
  const say = (key: string): string => translate(`bms-protection.status.${key}`);
  if (charge.allowed && load.allowed) {
    return decision.preAlarm
      ? { fill: 'yellow', shape: 'dot', text: say('pre-alarm') }
      : { fill: 'green', shape: 'dot', text: say('all-on') };
  }
  // With one signal for both, the half that was taken along says nothing about why.
  const first = charge.allowed || (charge.reason === 'combined' && load.reason !== null) ? load : charge;
  const reason = first.reason ?? '';
  if (reason === 'starting') return { fill: 'grey', shape: 'ring', text: say('starting') };
  const off = charge.allowed ? 'load' : load.allowed ? 'charge' : 'both';
  const raised = decision.active.find((event) => event.row === reason);
  const key = raised === undefined || raised.missing === null ? reason : 'sensor';
  const bad = raised !== undefined && raised.severity !== 'info';
  return { fill: bad ? 'red' : 'yellow', shape: 'ring', text: `${say(off)}: ${say(`reason.${key}`)}` };
}
