/**
 * One guardian after the other: when Node-RED is started again while the guardian of the one before still holds outputs
 * for the rest of their leases, the new guardian takes them over, and no contact moves.
 *
 * They meet at a socket in the user's folder; nothing listens on the network.
 */
import { mkdirSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { dirname } from 'node:path';
import type { Clock } from '../engine/clock.ts';
import type { Inheritance } from './protocol.ts';

/** Seconds the one before is given to answer. */
const PATIENCE = 1;
/** More outputs than any installation has. */
const LONGEST_ANSWER = 64 * 1024;

/** What the one before still holds; empty when there is none, or when it says nothing sensible. Never rejects. */
export function takeOver(path: string, clock: Clock): Promise<Inheritance[]> {
  return new Promise((resolve) => {
    let answer = '';
    const socket = connect(path);
    const done = (): void => {
      cancel();
      socket.destroy();
      resolve(parseInheritance(answer));
    };
    const cancel = clock.after(PATIENCE, done);
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => {
      answer += text;
      if (answer.length > LONGEST_ANSWER) socket.destroy();
    });
    socket.on('error', done);
    socket.on('end', done);
  });
}

/**
 * Waits for a successor.
 * @param give what is held, or `null` while this guardian's own Node-RED lives
 */
export function awaitSuccessor(path: string, give: () => Inheritance[] | null): void {
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    const held = give();
    socket.end(held === null ? '' : JSON.stringify(held));
  });
  // Without it a restart darkens the house until the new permissions come, and that is all.
  server.on('error', (error) => process.emitWarning(error));
  try {
    if (!path.startsWith('\\\\')) {
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      rmSync(path, { force: true });
    }
    server.listen(path);
    server.unref();
  } catch (error) {
    process.emitWarning(error instanceof Error ? error : String(error));
  }
}

/** What comes from another process is looked at before it moves a relay: an end of a lease that is no number holds nothing. */
function parseInheritance(text: string): Inheritance[] {
  try {
    const list: unknown = JSON.parse(text);
    if (!Array.isArray(list)) return [];
    return list.filter((one: Partial<Inheritance> | null): one is Inheritance => {
      if (typeof one !== 'object' || one === null) return false;
      const { spec, onExit, until } = one;
      return typeof spec === 'object' && typeof until === 'number' && (onExit === 'open' || onExit === 'hold');
    });
  } catch {
    return [];
  }
}
