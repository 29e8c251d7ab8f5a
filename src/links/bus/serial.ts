/** One opening of a serial port as a wire, over the package `serialport`. */
import type { Clock } from '../../engine/clock.ts';
import type { LineSettings } from './bus.ts';
import { guarded } from './listeners.ts';
import { watchPresence } from './presence.ts';
import type { Connect, Wire } from './transport.ts';

/** What is used of a port of the package `serialport`. */
export interface SerialPortLike {
  readonly isOpen: boolean;
  readonly writableLength: number;
  open(done: (error: Error | null) => void): void;
  write(bytes: Uint8Array, done: (error: Error | null | undefined) => void): boolean;
  /** Asks for the modem lines. */
  get(done: (error: Error | null) => void): void;
  close(done: (error: Error | null) => void): void;
  on(event: 'data', listener: (chunk: Uint8Array) => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'close', listener: (error?: Error | null) => void): unknown;
}

export type MakePort = (options: { path: string; autoOpen: false } & LineSettings) => SerialPortLike;

/** Bytes waiting in this process; a line at 9600 baud needs 4 s for so many. */
const MOST_UNSENT = 4096;
/** Seconds an orderly close waits for the last bytes to be handed to the system. */
const FLUSH_LIMIT = 1;

/**
 * Loads the package only when the first serial bus opens: its native part may be missing or broken on some machine, and
 * that must cost the serial buses alone.
 */
async function loadSerialPort(): Promise<MakePort> {
  const { SerialPort } = await import('serialport');
  return (options) => new SerialPort(options);
}

/** Opens the port `path`. The system locks it, so that two programs that both lock cannot share it by mistake. */
export function serialConnect(
  path: string,
  line: LineSettings,
  clock: Clock,
  load: () => Promise<MakePort> = loadSerialPort,
): Connect {
  return (events): Wire => {
    let port: SerialPortLike | null = null;
    let over = false;
    let unsent = 0;
    let stopPresence: (() => void) | null = null;
    let flushed: (() => void) | null = null;

    function finish(): boolean {
      if (over) return false;
      over = true;
      stopPresence?.();
      stopPresence = null;
      return true;
    }

    function end(problem: string): void {
      if (!finish()) return;
      if (port !== null) shut(port);
      guarded(() => events.ended(problem));
    }

    function start(make: MakePort): void {
      if (over) return;
      const opening = make({ path, autoOpen: false, ...line });
      port = opening;
      // These stay for good: an 'error' that nobody listens to would end Node-RED, even after we are done with the port.
      opening.on('error', (error) => end(serialProblem(path, error.message)));
      opening.on('close', () => end(`${path} went away — was it unplugged?`));
      opening.on('data', (chunk) => {
        if (!over) guarded(() => events.received(chunk));
      });
      opening.open((error) => {
        if (over) shut(opening);
        else if (error !== null) end(serialProblem(path, error.message));
        else {
          stopPresence = watchPresence(opening, clock, () => end(`${path} went away — was it unplugged?`));
          guarded(() => events.opened());
        }
      });
    }

    load()
      .then(start)
      .catch((error: unknown) => end(driverProblem(path, error)));

    return {
      write(bytes) {
        if (over || port === null || !port.isOpen || port.writableLength + bytes.length > MOST_UNSENT) return false;
        unsent += 1;
        port.write(bytes, () => {
          unsent -= 1;
          if (unsent === 0) flushed?.();
        });
        return true;
      },
      close(how) {
        if (!finish() || port === null) return;
        const old = port;
        if (how === 'abort' || unsent === 0) return shut(old);
        const cancel = clock.after(FLUSH_LIMIT, () => flushed?.());
        flushed = () => {
          flushed = null;
          cancel();
          shut(old);
        };
      },
    };
  };
}

/** Closes a port that is open; one that is still opening is closed when it is through. */
function shut(port: SerialPortLike): void {
  guarded(() => {
    if (port.isOpen) port.close(() => {});
  });
}

function driverProblem(path: string, error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return `the serial driver could not be used for ${path}: ${firstLine(text)}`;
}

const SERIAL_PROBLEMS: readonly (readonly [RegExp, (path: string) => string])[] = [
  [
    /no such file|ENOENT|file not found/i,
    (path) => `no such port: ${path} — check the cable and the name under /dev/serial/by-id`,
  ],
  [
    /permission denied|EACCES/i,
    (path) => `no permission for ${path} — add the user that runs Node-RED to the group dialout`,
  ],
  [
    /cannot lock port|temporarily unavailable|device or resource busy|EBUSY|access denied/i,
    (path) => `${path} is in use by another program (or another node under another name)`,
  ],
  [/inappropriate ioctl|ENOTTY/i, (path) => `${path} is no serial port`],
  [
    /no such device|input\/output error|EIO|ENXIO|ENODEV/i,
    (path) => `${path} has no device behind it — was it unplugged?`,
  ],
];

/** One sentence for a port that could not be opened or was lost, from the system's message. */
export function serialProblem(path: string, message: string): string {
  const known = SERIAL_PROBLEMS.find(([pattern]) => pattern.test(message));
  return known === undefined ? `${path} does not work: ${firstLine(message)}` : known[1](path);
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0]?.trim() ?? '';
}
