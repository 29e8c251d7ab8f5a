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

/** What one command tells the board. */
interface Command {
  /** `true` holds, `false` lets go: also when the lease still runs, but not long enough for a hold. */
  readonly holds: boolean;
  /** Tenths of a second that a timed coil is to hold; 0 for everything else. */
  readonly tenths: number;
}

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
  /** The state, held or not, that the contact has confirmed since it was asked for. A lease ends without a word. */
  let confirmed: boolean | null = null;
  let problem: string | null = null;
  let disobeyed = 0;
  let cancelRetry: (() => void) | null = null;

  const held = (): boolean => until > clock.now();

  const changed = (): void => {
    for (const listener of listeners) listener();
  };

  const report = (next: { actual: boolean | null; confirmed: boolean | null; problem: string | null }): void => {
    if (next.actual === actual && next.confirmed === confirmed && next.problem === problem) return;
    ({ actual, confirmed, problem } = next);
    changed();
  };

  const unheard = (why: string): void => report({ actual: null, confirmed: null, problem: why });

  const commandNow = (): Command => {
    const left = until - clock.now() - TRAVEL;
    const holds = left >= SHORTEST_HOLD;
    return { holds, tenths: holds && timed ? Math.min(LONGEST_FLASH, Math.floor(left * 10)) : 0 };
  };

  const write = async ({ holds, tenths }: Command): Promise<ModbusResult<true>> => {
    // An opening goes before everything else on the line; repeating one that is confirmed does not.
    if (!holds) return await bus.writeCoil(unit, coil, !heldCoil, { urgent: confirmed !== false });
    const notAfter = clock.now() + TRAVEL;
    if (!timed) return await bus.writeCoil(unit, coil, heldCoil, { notAfter });
    return await bus.writeCoilValue(unit, (heldCoil ? FLASH_ON : FLASH_OFF) + coil, tenths, { notAfter });
  };

  /** One command and its read-back. What comes of it no longer counts once a newer one has been started. */
  const command = async (mine: number): Promise<void> => {
    const told = commandNow();
    // The board may have let go again from here on: it does not count later than it was told to.
    const ends = told.tenths > 0 ? clock.now() + told.tenths / 10 : Infinity;
    const written = await write(told);
    if (mine !== latest) return;
    if (!written.ok) return unheard(written.text);
    const read = await bus.readCoils(unit, coil, 1);
    if (mine !== latest) return;
    if (!read.ok) return unheard(read.text);
    const now = (read.value[0] === true) === heldCoil;
    const follows = now === told.holds;
    if (follows) disobeyed = 0;
    else if (clock.now() < ends) disobeyed += 1;
    const fault =
      disobeyed >= TRIES
        ? `the contact does not follow: commanded ${told.holds ? 'on' : 'off'}, read back ${now ? 'on' : 'off'}`
        : null;
    report({ actual: now, confirmed: follows ? now : null, problem: fault });
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
        unheard(error instanceof Error ? error.message : String(error));
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
    else if (confirmed !== false && !held()) cancelRetry = clock.after(RETRY, start);
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
    } else if (status.problem !== null) unheard(status.problem);
  });

  const release = (): void => {
    const news = until !== -Infinity;
    until = -Infinity;
    if (!news) return ask();
    // Opening waits for nobody: whatever was on its way no longer counts.
    confirmed = null;
    asked = true;
    start();
  };

  return {
    hold(to) {
      if (!(to > clock.now())) return release();
      if (!held()) confirmed = null;
      until = to;
      ask();
    },
    release,
    state: (): RelayState => ({ commanded: held(), actual, verified: confirmed === held(), problem }),
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
