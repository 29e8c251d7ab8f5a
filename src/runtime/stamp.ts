/** The mark a reading carries along the wire, so that a repeated, delayed or foreign one is told from a fresh one. */
import type { Reading } from '../engine/reading/reading.ts';

export interface Stamp {
  /** The pack runtime that made the reading. */
  readonly instance: string;
  readonly sequence: number;
  /** Monotonic second of this process at which the reading's ages count. */
  readonly monotonic: number;
}

export interface StampedReading extends Reading {
  stamp: Stamp;
}

/** The stamp of whatever a message carries as its reading, or `null` when it has none. */
export function stampOf(reading: unknown): Stamp | null {
  if (typeof reading !== 'object' || reading === null) return null;
  const stamp = (reading as { stamp?: unknown }).stamp;
  if (typeof stamp !== 'object' || stamp === null) return null;
  const { instance, sequence, monotonic } = stamp as Record<string, unknown>;
  const whole = typeof instance === 'string' && isFiniteNumber(sequence) && isFiniteNumber(monotonic);
  return whole ? { instance, sequence, monotonic } : null;
}

function isFiniteNumber(given: unknown): given is number {
  return typeof given === 'number' && Number.isFinite(given);
}

const PARTS = [
  'cellMin',
  'cellMax',
  'voltage',
  'current',
  'temperatureMin',
  'temperatureMax',
  'soc',
  'hardware',
] as const;

/**
 * Whether something has the parts of a reading. The numbers in it are looked at one by one by the protection,
 * which takes everything that is no number as unknown.
 */
export function isReading(given: unknown): given is Reading {
  if (typeof given !== 'object' || given === null) return false;
  const parts = given as Record<string, unknown>;
  if (!Array.isArray(parts['cells'])) return false;
  for (const cell of parts['cells']) if (typeof cell !== 'object' || cell === null) return false;
  for (const name of PARTS) if (typeof parts[name] !== 'object' || parts[name] === null) return false;
  return true;
}
