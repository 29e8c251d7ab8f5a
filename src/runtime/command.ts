/** Commands in messages. Without the PIN only what tightens works; with it, what the owner may loosen. */
import type { PackRuntime } from './pack-runtime.ts';
import type { PinGuard } from './pin.ts';

/** What became of a command; a key of the protection node's catalogue. */
export type CommandOutcome = 'done' | 'no-pin' | 'wrong-pin' | 'locked' | 'unknown' | 'bad-value';

export interface Command {
  readonly name: string;
  readonly value: unknown;
  readonly pin: unknown;
}

/** The command in a message, with the PIN taken out of the message before anybody forwards or logs it. */
export function takeCommand(message: Record<string, unknown>): Command | null {
  const command = message['command'];
  if (typeof command !== 'object' || command === null) return null;
  const { name, value, pin } = command as Record<string, unknown>;
  delete (command as Record<string, unknown>)['pin'];
  return { name: typeof name === 'string' ? name : '', value, pin };
}

export function obey(command: Command, pack: PackRuntime, guard: PinGuard): CommandOutcome {
  if (command.name === 'remote' && command.value === false) {
    pack.setRemote(false);
    return 'done';
  }
  if (command.name !== 'remote' && command.name !== 'sync-soc') return 'unknown';
  const pin = guard.check(command.pin);
  if (pin !== 'right') return pin === 'none' ? 'no-pin' : pin === 'wrong' ? 'wrong-pin' : 'locked';
  if (command.name === 'remote') {
    if (command.value !== true) return 'bad-value';
    pack.setRemote(true);
    return 'done';
  }
  const percent = command.value;
  if (typeof percent !== 'number' || !(percent >= 0 && percent <= 100)) return 'bad-value';
  pack.syncSoc(percent);
  return 'done';
}
