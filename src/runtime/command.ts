/** Commands in messages. Without the PIN only what tightens works; with it, what the owner may loosen. */
import { selfTest, type SelfTestReport } from '../engine/selftest.ts';
import type { PackRuntime } from './pack-runtime.ts';
import type { PinGuard } from './pin.ts';

/** What became of a command; a key of the protection node's catalogue. */
export type CommandOutcome = 'done' | 'no-pin' | 'wrong-pin' | 'locked' | 'unknown' | 'bad-value' | 'no-zero';

export interface Command {
  readonly name: string;
  readonly value: unknown;
  readonly pin: unknown;
}

/** No command has a longer name; a sentence repeats it. */
const LONGEST_NAME = 40;

/** The command in a message, with the PIN taken out of the message before anybody forwards or logs it. */
export function takeCommand(message: Record<string, unknown>): Command | null {
  const command = message['command'];
  if (typeof command !== 'object' || command === null) return null;
  const { name, value, pin } = command as Record<string, unknown>;
  forgetPin(message);
  return { name: typeof name === 'string' && name.length <= LONGEST_NAME ? name : '', value, pin };
}

/**
 * Takes the PIN out of a message, whatever became of its command. One that cannot be taken out (the command is frozen) goes
 * with the command; never throws.
 */
export function forgetPin(message: Record<string, unknown>): void {
  try {
    const command = message['command'];
    if (typeof command !== 'object' || command === null || !('pin' in command)) return;
    if (!Reflect.deleteProperty(command, 'pin') || 'pin' in command) Reflect.deleteProperty(message, 'command');
  } catch {
    // A message that throws when it is looked at shows its PIN to nobody else either.
  }
}

/** Everything but `remote` false could loosen something, or tells a stranger how the pack is set up: it needs the PIN. */
export function obey(
  command: Command,
  pack: PackRuntime,
  guard: PinGuard,
  tell: (report: SelfTestReport) => void = () => undefined,
): CommandOutcome {
  const { name, value } = command;
  if (name === 'remote' && value === false) {
    pack.setRemote(false);
    return 'done';
  }
  if (!isCommand(name)) return 'unknown';
  const pin = guard.check(command.pin);
  if (pin !== 'right') return pin === 'none' ? 'no-pin' : pin === 'wrong' ? 'wrong-pin' : 'locked';
  if (COMMANDS[name](pack, value, tell)) return 'done';
  return name === 'zero-current' ? 'no-zero' : 'bad-value';
}

/** Each tells whether it could do something, with the value where it takes one. */
const COMMANDS = {
  remote(pack: PackRuntime, value: unknown): boolean {
    if (value !== true) return false;
    pack.setRemote(true);
    return true;
  },
  'sync-soc'(pack: PackRuntime, percent: unknown): boolean {
    if (typeof percent !== 'number' || !(percent >= 0 && percent <= 100)) return false;
    pack.syncSoc(percent);
    return true;
  },
  // 123-R8: the sensor's own zero, when certainly nothing flows.
  'zero-current'(pack: PackRuntime): boolean {
    return pack.zeroCurrent();
  },
  reset(pack: PackRuntime): boolean {
    pack.reset();
    return true;
  },
  'clear-counters'(pack: PackRuntime): boolean {
    pack.clearCounters();
    return true;
  },
  'self-test'(pack: PackRuntime, _value: unknown, tell: (report: SelfTestReport) => void): boolean {
    tell(selfTest(pack.settings));
    return true;
  },
};

function isCommand(name: string): name is keyof typeof COMMANDS {
  return Object.hasOwn(COMMANDS, name);
}
