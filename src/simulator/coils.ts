/** The coils of a relay board and the contacts behind them: written, timed, stuck, without power. */
import type { Clock } from '../engine/clock.ts';
import { choice, type Commands, numbered } from './control.ts';
import type { DeviceOptions } from './device.ts';

/** Why a contact moved: `fault` = an injected fault moved it, not the board. */
export type EdgeCause = 'write' | 'flash' | 'flash-end' | 'power' | 'fault';

export interface CoilEdge {
  /** s since the board started. */
  readonly t: number;
  /** The same as a time of day (ISO 8601), for people. */
  readonly at: string;
  /** From 0. */
  readonly coil: number;
  readonly closed: boolean;
  readonly by: EdgeCause;
}

export type WriteValue = 'on' | 'off' | 'toggle';

export interface Coils {
  /** Where the contacts are, a stuck one where it is stuck. */
  contacts(): boolean[];
  /** Latches a coil (from 0), and forgets its timer. */
  write(coil: number, value: WriteValue): void;
  /**
   * Closes (or opens) now and goes back by itself after so many seconds. Called again before that, the time starts anew
   * and the contact does not move.
   */
  flash(coil: number, closed: boolean, seconds: number): void;
  /** Holds a contact where it is said to be, whatever the board commands; `null` lets it go. */
  stick(coil: number, closed: boolean | null): void;
  /** Power is lost: every coil lets go, every timer is forgotten. */
  powerOff(): void;
  /** Forgets every timer; the contacts stay where they are. */
  close(): void;
}

interface Coil {
  commanded: boolean;
  contact: boolean;
  stuck: boolean | null;
  cancelTimer: (() => void) | null;
}

/** So many coils, open. `onEdge` hears every movement of a contact. A coil that does not exist is left alone. */
export function createCoils(clock: Clock, channels: number, onEdge?: (edge: CoilEdge) => void): Coils {
  const started = clock.now();
  const coils: Coil[] = Array.from({ length: channels }, () => ({
    commanded: false,
    contact: false,
    stuck: null,
    cancelTimer: null,
  }));

  function settle(index: number, by: EdgeCause): void {
    const coil = coils[index];
    const closed = coil?.stuck ?? coil?.commanded;
    if (coil === undefined || closed === undefined || closed === coil.contact) return;
    coil.contact = closed;
    const t = Math.round((clock.now() - started) * 1000) / 1000;
    onEdge?.({ t, at: new Date(clock.wall()).toISOString(), coil: index, closed, by });
  }

  function drive(index: number, closed: boolean, by: EdgeCause): void {
    const coil = coils[index];
    if (coil === undefined) return;
    coil.cancelTimer?.();
    coil.cancelTimer = null;
    coil.commanded = closed;
    settle(index, by);
  }

  return {
    contacts: () => coils.map((coil) => coil.contact),
    write(index, value) {
      drive(index, value === 'toggle' ? !coils[index]?.commanded : value === 'on', 'write');
    },
    flash(index, closed, seconds) {
      drive(index, closed, 'flash');
      const coil = coils[index];
      if (coil !== undefined) coil.cancelTimer = clock.after(seconds, () => drive(index, !closed, 'flash-end'));
    },
    stick(index, closed) {
      const coil = coils[index];
      if (coil === undefined) return;
      coil.stuck = closed;
      settle(index, 'fault');
    },
    powerOff() {
      for (const index of coils.keys()) drive(index, false, 'power');
    },
    close() {
      for (const coil of coils) coil.cancelTimer?.();
    },
  };
}

/**
 * The command that holds a contact where it is said to be, or lets it go.
 * @param what the board's own word for a coil
 */
export function stickCommand(coils: Coils, channels: number, what: 'coil' | 'relay' = 'coil'): Commands {
  return {
    [`stick ${what.toUpperCase()} closed|open|free`]: numbered(what, 0, channels - 1, (coil) =>
      choice(['closed', 'open', 'free'], (word) => coils.stick(coil, word === 'free' ? null : word === 'closed')),
    ),
  };
}

/** Puts every movement of a contact into a simulator's report. */
export function reportEdges(report: DeviceOptions['report']): (edge: CoilEdge) => void {
  return (edge) => report({ event: 'coil', ...edge });
}
