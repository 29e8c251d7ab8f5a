/** The protection node behind its shell: readings and commands in, permissions, events and state out. */
import type { Clock } from '../engine/clock.ts';
import { numberOf } from '../engine/pack/settings.ts';
import type { Observation } from '../engine/reading/observation.ts';
import { obey, takeCommand } from '../runtime/command.ts';
import type { Health } from '../runtime/health.ts';
import type { PackRuntime, Verdict } from '../runtime/pack-runtime.ts';
import type { PinGuard } from '../runtime/pin.ts';
import { stampOf, type Stamp } from '../runtime/stamp.ts';
import type { Translate } from '../texts/translate.ts';
import { badnessOfObservation, badnessOfReading } from './badness.ts';
import { createComplaints } from './complaints.ts';
import { healthMessage, healthStatus } from './health-message.ts';
import { createIntake } from './intake.ts';
import { messageObservation } from './monitor.ts';
import { kindOf } from './monitor-input.ts';
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
  /** The watch on what everything runs in: told on output 4, shown on output 5. */
  readonly health?: Health;
}

/** A message that is no command, on its way to be judged. */
interface Shown {
  /** Whatever stands in `msg.reading`. */
  readonly reading: unknown;
  readonly stamp: Stamp | null;
  /** A reading by hand. */
  readonly seen: Observation | null;
  readonly done: Done;
}

export function connectProtection(options: ProtectionViewOptions): ProtectionView {
  const { pack, node, status, translate, clock, health } = options;
  if (pack === null) return refuse(options);
  if (!pack.claimJudge(node.id, hear)) return secondOne(options);
  const judged: PackRuntime = pack;
  status.show('grey', 'ring', translate('bms-protection.status.starting'));

  let preAlarm: boolean | null = null;
  let stopBlinking: (() => void) | null = null;

  function hear(verdict: Verdict): void {
    const said = verdictStatus(verdict, translate);
    // What is not allowed is always more important.
    const trouble = said.fill === 'green' && health !== undefined ? healthStatus(health.active(), translate) : null;
    const { fill, shape, text } = trouble ?? said;
    status.show(fill, shape, text);
    noteAge();
    const { events, decision } = verdict;
    const told = events.length > 0 && isWired(node, 3);
    node.send([
      isWired(node, 0) ? permissionMessage(judged, verdict, 'charge') : null,
      isWired(node, 1) ? permissionMessage(judged, verdict, 'load') : null,
      sound(decision.preAlarm),
      told ? eventMessages(judged, events, options.clock.wall(), translate) : null,
      isWired(node, 4) ? state(verdict) : null,
    ]);
  }

  /** Output 5, with the health of Node-RED beside it. */
  function state(verdict: Verdict): Message {
    const message = stateMessage(judged, verdict, clock.wall());
    return health === undefined ? message : { ...message, health: health.report() };
  }

  /** How old the oldest value is that charging rests on; nothing while it was never known. */
  function noteAge(): void {
    if (health === undefined) return;
    const timeout = numberOf(judged.settings, 'communicationTimeoutCharge');
    health.noteAge(judged.name, clock.now() - judged.engine.protection.relyUntil('charge') + timeout);
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

  const stopHealth = health?.onEdge((edge) => {
    if (!isWired(node, 3)) return;
    node.send([null, null, null, healthMessage(judged.name, edge, clock.wall(), translate), null]);
  });

  /** The newest reading of this pack that was judged here. */
  let newest = -1;
  const complaints = createComplaints(clock);

  const intake = createIntake<Shown>({
    clock,
    handle({ reading, stamp, seen, done }, at) {
      const outcome = judged.judge(reading);
      if (outcome === 'judged') newest = stamp?.sequence ?? newest;
      if (outcome === 'judged' || outcome === 'repeated') return done();
      if (outcome === 'foreign') {
        status.show('red', 'ring', translate('bms-protection.status.foreign'));
        return complain(done, translate('bms-protection.error.foreign', { pack: judged.name }));
      }
      if (seen === null) return complain(done, translate('bms-protection.error.no-reading'));
      judgeObservation(seen, at);
      done();
    },
    give: ({ done }, error) => done(error),
    badness: ({ reading, stamp, seen }) =>
      stamp !== null ? badnessOfReading(reading) : seen === null ? [] : badnessOfObservation(seen),
    ...(health === undefined ? {} : { shed: (count: number) => health.noteShed(count) }),
  });

  /** In a storm the same sentence is said once, not a thousand times a second. */
  function complain(done: Done, sentence: string): void {
    if (intake.isStorm && !complaints.isNew(sentence)) done();
    else done(new Error(sentence));
  }

  /** What had to wait is as old as it is: waiting makes nothing fresh. */
  function judgeObservation(seen: Observation, at: number): void {
    judged.judgeObservation(seen, at);
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
      const reading = message['reading'];
      const stamp = stampOf(reading);
      // One that goes round in a circle is not to take the place of a fresh one.
      if (stamp !== null && stamp.instance === judged.instance && stamp.sequence <= newest) return done();
      const seen = messageObservation(message);
      intake.take({ reading, stamp, seen, done }, kindOfShown(message, stamp, seen));
    },
    close() {
      stopHealth?.();
      intake.close();
      stopBlinking?.();
      pack.releaseJudge(node.id);
    },
  };
}

/** What a newer message takes the place of an older one by; `null`: nothing may take its place. */
function kindOfShown(message: Message, stamp: Stamp | null, seen: Observation | null): string | null {
  if (stamp !== null) return `reading ${stamp.instance}`;
  if (message['payload'] === false) return null;
  return seen === null ? 'no reading' : kindOf(message);
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
