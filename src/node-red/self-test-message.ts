/** The report of a self-test as a message of the events output: a sentence a step, and the whole report beside it. */
import type { SelfTestReport, StepReport } from '../engine/selftest.ts';
import type { PackRuntime } from '../runtime/pack-runtime.ts';
import type { Translate } from '../texts/translate.ts';
import type { Message } from './types.ts';

export function selfTestMessage(pack: PackRuntime, report: SelfTestReport, at: number, translate: Translate): Message {
  const say = (key: string, detail?: Record<string, string | number>): string =>
    translate(`bms-protection.selfTest.${key}`, detail);
  const role = (name: string): string => say(`role.${name}`);
  const sentence = ({ step, expected, followed, passed }: StepReport): string => {
    const told = followed.map(({ role: name, openedAfter, backAfter }) =>
      backAfter === null
        ? say('stays', { role: role(name), opened: openedAfter })
        : say('follows', { role: role(name), opened: openedAfter, back: backAfter }),
    );
    const missing = expected.filter((name) => !followed.some((f) => f.role === name)).map(role);
    const detail = { step: say(`step.${step}`), followed: told.join(', '), missing: missing.join(', ') };
    if (passed) return say('passed', detail);
    return say(missing.length > 0 ? 'missing' : 'notBack', detail);
  };
  return {
    topic: `${pack.name}: ${say(report.passed ? 'titlePassed' : 'titleFailed')}`,
    payload: [...report.steps.map(sentence), say('note')].join(' '),
    priority: report.passed ? -1 : 1,
    selfTest: { ...report, at },
  };
}
