/**
 * The slow values: newer firmware sends one key/value pair in each frame, a full turn takes about 20 s.
 *
 * As the vendor's driver does it: numbers of several bytes are put together only when key 0 begins a new turn, so that
 * their bytes are of one turn; a pair that has not come for 60 s counts no more; health and efficiency above 100 are
 * not valid.
 */
import type { KeyValue } from './codec.ts';

/** Seconds: three turns. */
const PAIR_EXPIRES = 60;

/** Numbers of several bytes, by their keys, high byte first. */
const KEYS = {
  vLow: [2, 3],
  vNominal: [4, 5],
  firmware: [6, 7],
  chargeCycles: [8, 9],
  energyCharged: [10, 11, 12],
  energyDischarged: [13, 14, 15],
  vFull: [17, 18],
} as const;
const HEALTH = 0;
const EFFICIENCY = 1;
const STATUS_2 = 16;
const LAST_KEY = 18;

/** Everything is `null` until it has come, and when it has not come for long. */
export interface SlowValues {
  /** State of health, % */
  readonly soh: number | null;
  /** Charge efficiency, % */
  readonly efficiency: number | null;
  /** V */
  readonly vLow: number | null;
  /** V, nominal voltage of a cell */
  readonly vNominal: number | null;
  /** V, a cell counts as full here */
  readonly vFull: number | null;
  /** `major.minor.patch` */
  readonly firmware: string | null;
  readonly chargeCycles: number | null;
  /** kWh */
  readonly energyCharged: number | null;
  /** kWh */
  readonly energyDischarged: number | null;
  /** Status byte 2: warnings before the cut, and what the device's own relays do. */
  readonly earlyWarning: boolean | null;
  readonly tMinCharge: boolean | null;
  readonly tMinDischarge: boolean | null;
  readonly chargeRelayClosed: boolean | null;
  readonly loadRelayClosed: boolean | null;
}

export interface KeyValues {
  /** Takes the pair of a frame measured at a monotonic second. */
  take(pair: KeyValue, at: number): void;
  values(now: number): SlowValues;
}

function firmware(bytes: number): string {
  return `${bytes >> 12}.${(bytes >> 8) & 0x0f}.${bytes & 0xff}`;
}

function map<A, B>(value: A | null, to: (value: A) => B): B | null {
  return value === null ? null : to(value);
}

/** Slow values of which none has come yet. */
export function createKeyValues(): KeyValues {
  const pairs = new Map<number, { value: number; at: number }>();
  let assembledAt = Number.NEGATIVE_INFINITY;
  let assembled: Partial<Record<keyof typeof KEYS, number | null>> = {};

  function fresh(key: number, now: number): number | null {
    const pair = pairs.get(key);
    return pair !== undefined && now - pair.at <= PAIR_EXPIRES ? pair.value : null;
  }

  function join(keys: readonly number[], now: number): number | null {
    let joined = 0;
    for (const key of keys) {
      const byte = fresh(key, now);
      if (byte === null) return null;
      joined = joined * 256 + byte;
    }
    return joined;
  }

  function assemble(now: number): void {
    assembledAt = now;
    assembled = Object.fromEntries(Object.entries(KEYS).map(([name, keys]) => [name, join(keys, now)]));
  }

  return {
    take({ key, value }, at) {
      if (key > LAST_KEY) return;
      if (key === 0) assemble(at);
      pairs.set(key, { value, at });
    },
    values(now) {
      const whole = (name: keyof typeof KEYS) => (now - assembledAt <= PAIR_EXPIRES ? (assembled[name] ?? null) : null);
      const percent = (key: number) => map(fresh(key, now), (value) => (value <= 100 ? value : null));
      const status2 = (bit: number) => map(fresh(STATUS_2, now), (byte) => (byte & (1 << bit)) !== 0);
      const volts = (name: keyof typeof KEYS) => map(whole(name), (counts) => counts / 200);
      return {
        soh: percent(HEALTH),
        efficiency: percent(EFFICIENCY),
        vLow: volts('vLow'),
        vNominal: volts('vNominal'),
        vFull: volts('vFull'),
        firmware: map(whole('firmware'), firmware),
        chargeCycles: whole('chargeCycles'),
        energyCharged: whole('energyCharged'),
        energyDischarged: whole('energyDischarged'),
        earlyWarning: status2(1),
        tMinCharge: status2(2),
        tMinDischarge: status2(3),
        chargeRelayClosed: status2(4),
        loadRelayClosed: status2(5),
      };
    },
  };
}
