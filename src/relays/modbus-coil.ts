/**
 * A coil of a Modbus relay board, read back after every command.
 *
 * `timed`: the board's own "flash" coils (0x0200 + n on, 0x0400 + n off, value in 0.1 s; protocols of Waveshare-compatible
 * boards). The board ends the hold by itself when nobody renews it: a dead host cannot keep the contact held.
 * `plain`: an ordinary coil, which stays as it was commanded when the host dies.
 */
import type { Clock } from '../engine/clock.ts';
import type { ModbusBus, ModbusResult } from '../links/bus/bus.ts';
import type { RelayOutput, RelayState } from './relay.ts';

const FLASH_ON = 0x0200;
const FLASH_OFF = 0x0400;
const LONGEST_FLASH = 0x7fff;
/**
 * A renewal may be this old when it is sent (s), and is dropped when it is older: the board counts from the moment it
 * hears, so this much is taken off the hold. No hop extends what it was given.
 */
const TRAVEL = 0.5;
/** A hold shorter than this is not worth a command (s). */
const SHORTEST_HOLD = 0.2;
/** Between tries while the board does not answer or does not follow (s). */
const RETRY = 1;
/** Commands that the board acknowledged but the contact did not follow, before it is called a fault. */
const TRIES = 3;

export interface ModbusCoilOptions {
  readonly bus: ModbusBus;
  readonly clock: Clock;
  readonly unit: number;
  /** 0-based, as on the wire. */
  readonly coil: number;
  readonly timed: boolean;
  /** The coil's state while held: true for a normally open contact that connects. */
  readonly heldCoil: boolean;
}

export function modbusCoilRelay(options: ModbusCoilOptions): RelayOutput {
  const { bus, clock, unit, coil, timed, heldCoil } = options;
  const listeners = new Set<() => void>();
  /** Held until then; -Infinity: released. */
  let until = -Infinity;
  /** Nothing is commanded before somebody asks: a rebuilt node must not move a relay. */
  let asked = false;
  /** Number of the newest command. */
  let latest = 0;
  let dirty = false;
  let busy = false;
  let closed = false;
  let actual: boolean | null = null;
  let verified = false;
  let problem: string | null = null;
  let disobeyed = 0;
  let cancelRetry: (() => void) | null = null;

  const held = (): boolean => until > clock.now();

  const changed = (): void => {
    for (const listener of listeners) listener();
  };

  const report = (next: { actual: boolean | null; verified: boolean; problem: string | null }): void => {
    if (next.actual === actual && next.verified === verified && next.problem === problem) return;
    ({ actual, verified, problem } = next);
    changed();
  };

  const write = async (): Promise<ModbusResult<true>> => {
    const left = until - clock.now() - TRAVEL;
    // An opening goes before everything else on the line; repeating one that is confirmed does not.
    if (left < SHORTEST_HOLD) return await bus.writeCoil(unit, coil, !heldCoil, { urgent: !verified });
    const notAfter = clock.now() + TRAVEL;
    if (!timed) return await bus.writeCoil(unit, coil, heldCoil, { notAfter });
    const tenths = Math.min(LONGEST_FLASH, Math.floor(left * 10));
    return await bus.writeCoilValue(unit, (heldCoil ? FLASH_ON : FLASH_OFF) + coil, tenths, { notAfter });
  };

  /** One command and its read-back. What comes of it no longer counts once a newer one has been started. */
  const command = async (mine: number): Promise<void> => {
    const wanted = held();
    const written = await write();
    if (mine !== latest) return;
    if (!written.ok) {
      report({ actual: null, verified: false, problem: written.text });
      return;
    }
    const read = await bus.readCoils(unit, coil, 1);
    if (mine !== latest) return;
    if (!read.ok) {
      report({ actual: null, verified: false, problem: read.text });
      return;
    }
    const now = (read.value[0] === true) === heldCoil;
    disobeyed = now === wanted ? 0 : disobeyed + 1;
    const fault =
      disobeyed >= TRIES
        ? `the contact does not follow: commanded ${wanted ? 'on' : 'off'}, read back ${now ? 'on' : 'off'}`
        : null;
    report({ actual: now, verified: now === wanted && wanted === held(), problem: fault });
  };

  const start = (): void => {
    if (closed) return;
    const mine = ++latest;
    busy = true;
    dirty = false;
    cancelRetry?.();
    cancelRetry = null;
    command(mine).then(
      () => done(mine),
      (error: unknown) => {
        report({ actual: null, verified: false, problem: error instanceof Error ? error.message : String(error) });
        done(mine);
      },
    );
  };

  const done = (mine: number): void => {
    if (mine !== latest) return;
    busy = false;
    if (closed) return;
    if (dirty) start();
    // A hold is repeated by its owner; a release that is not confirmed is repeated here, for as long as it takes.
    else if (!verified && !held()) cancelRetry = clock.after(RETRY, start);
  };

  /** The newest wish is carried out when the command before it is through. */
  const ask = (): void => {
    asked = true;
    if (busy) dirty = true;
    else start();
  };

  const stopStatus = bus.onStatus((status) => {
    if (status.state === 'open') {
      if (asked) ask();
    } else if (status.problem !== null) report({ actual: null, verified: false, problem: status.problem });
  });

  return {
    hold(to) {
      if (!held()) verified = false;
      until = to;
      ask();
    },
    release() {
      const news = until !== -Infinity;
      until = -Infinity;
      if (!news) return ask();
      // Opening waits for nobody: whatever was on its way no longer counts.
      verified = false;
      asked = true;
      start();
    },
    state: (): RelayState => ({ commanded: held(), actual, verified, problem }),
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    close() {
      closed = true;
      cancelRetry?.();
      stopStatus();
      listeners.clear();
      bus.release();
    },
  };
}
