/** The protection node behind its shell: readings and commands in, permissions, events and state out. */
import type { Clock } from '../engine/clock.ts';
import { obey, takeCommand } from '../runtime/command.ts';
import type { PackRuntime, Verdict } from '../runtime/pack-runtime.ts';
import type { PinGuard } from '../runtime/pin.ts';
import type { Translate } from '../texts/translate.ts';
import { messageObservation } from './monitor.ts';
import type { StatusLine } from './status.ts';
import { isWired, type Done, type Message, type RedNode } from './types.ts';
import { selfTestMessage } from './self-test-message.ts';
import { eventMessages, permissionMessage, preAlarmMessage, stateMessage, verdictStatus } from './verdict.ts';

/** Half a period of the blinking pre-alarm: 1 Hz (s). */
const BLINK = 0.5;

export interface ProtectionView {
  input(message: Message, done: Done): void;
  close(): void;
}

export interface ProtectionViewOptions {
  readonly node: RedNode;
  readonly status: StatusLine;
  readonly translate: Translate;
  readonly clock: Clock;
  readonly pack: PackRuntime | null;
  readonly packName: string;
  readonly problems: readonly string[];
  readonly guard: PinGuard;
}

export function connectProtection(options: ProtectionViewOptions): ProtectionView {
  const { pack, node, status, translate } = options;
  if (pack === null) return refuse(options);
  if (!pack.claimJudge(node.id, hear)) return secondOne(options);
  const judged: PackRuntime = pack;
  status.show('grey', 'ring', translate('bms-protection.status.starting'));

  let preAlarm: boolean | null = null;
  let stopBlinking: (() => void) | null = null;

  function hear(verdict: Verdict): void {
    const { fill, shape, text } = verdictStatus(verdict, translate);
    status.show(fill, shape, text);
    const { events, decision } = verdict;
    const told = events.length > 0 && isWired(node, 3);
    node.send([
      isWired(node, 0) ? permissionMessage(judged, verdict, 'charge') : null,
      isWired(node, 1) ? permissionMessage(judged, verdict, 'load') : null,
      sound(decision.preAlarm),
      told ? eventMessages(judged, events, options.clock.wall(), translate) : null,
      isWired(node, 4) ? stateMessage(judged, verdict, options.clock.wall()) : null,
    ]);
  }

  /** Output 3 on change; blinking while it sounds, where that is set. */
  function sound(on: boolean): Message | null {
    if (on === preAlarm) return null;
    preAlarm = on;
    stopBlinking?.();
    stopBlinking = null;
    if (on && judged.intermittentPreAlarm) {
      let lit = true;
      stopBlinking = options.clock.every(BLINK, () => {
        lit = !lit;
        node.send([null, null, preAlarmMessage(judged, lit), null, null]);
      });
    }
    return preAlarmMessage(judged, on);
  }

  return {
    input(message, done) {
      const command = takeCommand(message);
      if (command !== null) {
        const outcome = obey(command, pack, options.guard, (report) => {
          node.send([null, null, null, selfTestMessage(judged, report, options.clock.wall(), translate), null]);
        });
        done(
          outcome === 'done'
            ? undefined
            : new Error(translate(`bms-protection.command.${outcome}`, { name: command.name })),
        );
        return;
      }
      const outcome = pack.judge(message['reading']);
      if (outcome === 'judged' || outcome === 'repeated') return done();
      if (outcome === 'foreign') {
        status.show('red', 'ring', translate('bms-protection.status.foreign'));
        return done(new Error(translate('bms-protection.error.foreign', { pack: pack.name })));
      }
      const seen = messageObservation(message);
      if (seen === null) return done(new Error(translate('bms-protection.error.no-reading')));
      pack.judgeObservation(seen);
      done();
    },
    close() {
      stopBlinking?.();
      pack.releaseJudge(node.id);
    },
  };
}

/** Settings are refused: everything is off, and stays so, with the reason. */
function refuse({ node, status, translate, packName, problems, clock }: ProtectionViewOptions): ProtectionView {
  const known = problems.length > 0;
  status.show('red', 'ring', translate(`bms-protection.status.${known ? 'settings' : 'no-pack'}`));
  const off = (role: string): Message => ({ topic: `${packName}/${role}`, payload: false });
  const tell = (): void => {
    const text = problems.join(' ');
    const event = {
      rule: 'settings',
      code: null,
      severity: 'fault',
      edge: 'raised',
      cell: null,
      value: null,
      threshold: null,
      duration: 0,
    };
    const events = known
      ? [
          {
            topic: `${packName}: ${translate('bms-protection.event.settings.title')}`,
            payload: text,
            priority: 2,
            event: { ...event, at: clock.wall() },
          },
        ]
      : null;
    node.send([off('charge'), off('load'), null, events, null]);
  };
  // Sent once the flow is wired up: a constructor runs before its neighbours exist.
  const cancel = clock.after(0, tell);
  return {
    input(_message, done) {
      done(new Error(known ? problems.join(' ') : translate('bms-protection.error.no-pack')));
    },
    close: cancel,
  };
}

/** One protection node a pack: a second one permits nothing. */
function secondOne({ status, translate, packName }: ProtectionViewOptions): ProtectionView {
  status.show('red', 'ring', translate('bms-protection.status.second'));
  return {
    input: (_message, done) => done(new Error(translate('bms-protection.error.second', { pack: packName }))),
    close: () => undefined,
  };
}
