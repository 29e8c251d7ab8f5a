/**
 * A line of a GPIO chip, through libgpiod's own `gpioset`, version 1 or 2.
 *
 * A line is driven as long as the process lives that asked for it, so there is always one: it drives the held level, and
 * after that, for as long, the released one. No two processes can have a line, so a change ends the one and starts the
 * other, and for some milliseconds nobody drives it.
 *
 * The tool must not outlive this process, or a dead guardian would hold a contact for ever. Version 1 waits with
 * `--mode=wait` for its standard input, which ends with us (`--mode=signal` would wait on). Version 2 waits for nothing,
 * and its `--interactive` goes on when its input has ended; there the kernel is told to end it, by `setpriv` (util-linux).
 * Sources: gpioset(1) of 1.6.3 and of 2.2, and tools/gpioset.c of both.
 */
import type { Clock } from '../engine/clock.ts';
import { createListeners } from '../links/bus/listeners.ts';
import type { Answer, ContactDriver } from './contact.ts';
import { createStartTool, type StartTool, type Tool, type ToolEnd } from './tool.ts';

export interface GpioOptions {
  /** `gpiochip0`, as the tools name it. */
  readonly chip: string;
  /** The line's number on the chip (its offset). */
  readonly line: number;
  /** The line is high while held. */
  readonly heldOn: boolean;
  readonly clock: Clock;
  readonly start?: StartTool;
}

/** Seconds after which a tool that has not ended is taken to drive the line: it says nothing when it succeeds. */
const STARTUP = 0.15;
/** Seconds within which a process that was killed must be gone. */
const ENDING = 0.5;
/** Seconds for `gpioset --version`. */
const ASKING = 2;
/** Seconds until a tool that ended by itself is started again. */
const AGAIN = 1;
/** Seconds that a hold may be old when the tool is started. */
const TRAVEL = 0.5;

interface Running {
  readonly level: 0 | 1;
  readonly tool: Tool;
  /** Resolves with its end. */
  readonly ended: Promise<ToolEnd>;
  alive: boolean;
  /** We have ended it. */
  killed: boolean;
  /** Somebody was told that it drives the line, and has to be told when it ends. */
  relied: boolean;
}

export function gpioLine({ chip, line, heldOn, clock, start = createStartTool() }: GpioOptions): ContactDriver {
  const name = `line ${line} of ${chip}`;
  const misnamed = whyMisnamed(chip, line);
  const listeners = createListeners<[string | null]>();
  let running: Running | null = null;
  let newest = 0;
  let closed = false;
  /** Why nothing drives the line. */
  let problem = `nothing drives ${name} yet`;
  let cancelAgain: (() => void) | null = null;
  let known: Promise<Answer<1 | 2>> | null = null;

  /** Resolves with the end of the tool, or with `null` when it has not ended within so many seconds. */
  function endOf(ended: Promise<ToolEnd>, within: number): Promise<ToolEnd | null> {
    return new Promise((resolve) => {
      const cancel = clock.after(within, () => resolve(null));
      void ended.then((end) => {
        cancel();
        resolve(end);
      });
    });
  }

  /** Which tools are installed: asked once, and again while there are none. */
  function version(): Promise<Answer<1 | 2>> {
    known ??= askVersion().then((answer) => {
      if (!answer.ok) known = null;
      return answer;
    });
    return known;
  }

  async function askVersion(): Promise<Answer<1 | 2>> {
    const tool = start('gpioset', ['--version']);
    const end = await endOf(tool.ended, ASKING);
    if (end === null) {
      tool.kill();
      return fail('gpioset --version does not end');
    }
    if (end.missing) return fail('gpioset is not installed; install the libgpiod tools (package gpiod)');
    const major = Number(/\bv?(\d+)\.\d/.exec(end.said)?.[1] ?? 0);
    if (major < 1) return fail(`gpioset does not tell its version (it says "${end.said}")`);
    return { ok: true, value: major === 1 ? 1 : 2 };
  }

  function drive(level: 0 | 1, major: 1 | 2): Running {
    const [command, args] = commandFor(chip, line, level, major);
    const tool = start(command, args);
    const mine: Running = { level, tool, ended: tool.ended, alive: true, killed: false, relied: false };
    void mine.ended.then((end) => {
      mine.alive = false;
      if (running !== mine || mine.killed || closed) return;
      problem = whyEnded(end, name, command);
      if (!mine.relied) return;
      listeners.tell(problem);
      cancelAgain = clock.after(AGAIN, () => listeners.tell(null));
    });
    return mine;
  }

  function end(process: Running): void {
    process.killed = true;
    process.tool.kill();
  }

  const send: ContactDriver['send'] = async ({ holds, notAfter }) => {
    const mine = ++newest;
    const overtaken = (): boolean => mine !== newest || closed;
    const level = holds === heldOn ? 1 : 0;
    if (misnamed !== null) return fail(misnamed);
    if (closed) return fail(`${name} was given back`);
    cancelAgain?.();
    cancelAgain = null;
    const before = running;
    if (before !== null && before.alive && !before.killed) {
      if (before.level === level) {
        before.relied = true;
        return { ok: true, value: true };
      }
      end(before); // before anything else is waited for: an opening starts with this
    }
    const tools = await version();
    if (overtaken()) return fail(`overtaken by a newer command to ${name}`);
    if (!tools.ok) return tools;
    if (before?.alive && (await endOf(before.ended, ENDING)) === null)
      return fail(`the gpioset that drives ${name} does not end`);
    if (overtaken() || clock.now() > notAfter) return fail(`a newer command to ${name}, or too late for this one`);
    const started = drive(level, tools.value);
    running = started;
    const early = await endOf(started.ended, STARTUP);
    if (early !== null && !started.killed) return fail(problem);
    if (overtaken()) return fail(`overtaken by a newer command to ${name}`);
    started.relied = true;
    return { ok: true, value: true };
  };

  if (misnamed === null) void version();

  return {
    timer: null,
    travel: TRAVEL,
    send,
    // The tools refuse to read a line that somebody drives, so this hardware cannot say where the contact is.
    read: () => Promise.resolve(running?.alive && !running.killed ? { ok: true, value: null } : fail(problem)),
    onLine: (listener) => listeners.add(listener),
    close() {
      closed = true;
      cancelAgain?.();
      listeners.clear();
      // A process left behind would hold the contact with nobody to end it, and keep the line from its next owner.
      if (running !== null) end(running);
    },
  };
}

/** The command that drives a line until it is killed, or until this process ends. */
function commandFor(chip: string, line: number, level: 0 | 1, major: 1 | 2): readonly [string, readonly string[]] {
  const what = `${line}=${level}`;
  if (major === 1) return ['gpioset', ['--mode=wait', chip, what]];
  return ['setpriv', ['--pdeathsig', 'KILL', 'gpioset', '--chip', chip, '--consumer', 'cellwarden', what]];
}

/** Nothing but a chip's name and a number gets onto a command line. */
function whyMisnamed(chip: string, line: number): string | null {
  if (!/^gpiochip\d{1,3}$/.test(chip)) return 'the GPIO chip is not named like gpiochip0; see gpiodetect';
  if (!Number.isInteger(line) || line < 0 || line > 1023)
    return 'the GPIO line is no number from 0 to 1023; see gpioinfo';
  return null;
}

function whyEnded({ missing, said, code }: ToolEnd, name: string, command: string): string {
  if (missing) return `${command} is not installed (package ${command === 'setpriv' ? 'util-linux' : 'gpiod'})`;
  const how = said === '' ? `with exit code ${code ?? 'none'}` : `and says "${said}"`;
  return `gpioset does not drive ${name}: it ended ${how}`;
}

function fail(text: string): { ok: false; text: string } {
  return { ok: false, text };
}
