/** A program of somebody else's, run without a shell. */
import { childProcess } from './when-used.ts';

export interface ToolEnd {
  /** It is not installed, or not to be found. */
  readonly missing: boolean;
  /** What it printed, both outputs together, cut short; empty when it said nothing. */
  readonly said: string;
  /** The exit code; `null` when it was killed or never ran. */
  readonly code: number | null;
}

export interface Tool {
  /** Resolves when the process is gone; never rejects. */
  readonly ended: Promise<ToolEnd>;
  /** Ends it at once; it is not asked. */
  kill(): void;
}

/** Starts a program; its standard input stays open until it ends or this process does. */
export type StartTool = (command: string, args: readonly string[]) => Tool;

/** Characters of its output that are kept. */
const SAID = 300;

/** Starts tools in the given environment, in English. */
export function createStartTool(environment: NodeJS.ProcessEnv = process.env): StartTool {
  return (command, args) => {
    let said = '';
    const hear = (text: string): void => {
      said = (said + text).slice(0, SAID);
    };
    let kill = (): void => undefined;
    const ended = new Promise<ToolEnd>((resolve) => {
      const end = (missing: boolean, code: number | null): void =>
        resolve({ missing, code, said: said.replaceAll(/\s+/g, ' ').trim() });
      try {
        const child = childProcess().spawn(command, [...args], { stdio: 'pipe', env: { ...environment, LC_ALL: 'C' } });
        kill = () => void child.kill('SIGKILL');
        child.stdin.on('error', () => undefined); // it may end before it has read anything
        child.stdout.setEncoding('utf8').on('data', hear);
        child.stderr.setEncoding('utf8').on('data', hear);
        child.on('error', (error: NodeJS.ErrnoException) => {
          hear(error.message);
          end(error.code === 'ENOENT', null);
        });
        child.on('close', (code) => end(false, code));
      } catch (error) {
        hear(error instanceof Error ? error.message : String(error));
        end(false, null);
      }
    });
    return { ended, kill: () => kill() };
  };
}
