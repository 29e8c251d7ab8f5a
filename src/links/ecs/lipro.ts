/** One LiPro: which registers it has is asked once, and again after it was away. */
import type { Failure } from '../device.ts';
import type { AskBoard } from './ask.ts';
import {
  DEVICE_TYPE,
  deviceName,
  LIPRO,
  LIPRO_ACTIVE,
  type LiproValues,
  liproName,
  readLipro,
  readLiproActive,
} from './registers.ts';
import type { LiproKind } from './roster.ts';

export interface Lipro {
  readonly unit: number;
  /** What it said last, and when; `null`: never anything, or nothing since it was away. */
  latest(): { readonly values: LiproValues; readonly at: number } | null;
  /** Asks it. */
  read(): Promise<Failure | null>;
}

/** @param forced which registers it has; `null`: it is asked */
export function createLipro(unit: number, forced: LiproKind | null, ask: AskBoard): Lipro {
  let kind = forced;
  let latest: ReturnType<Lipro['latest']> = null;

  async function learn(): Promise<Failure | null> {
    const told = await ask(unit, DEVICE_TYPE);
    if (!told.ok) {
      // The older active boards are described without a type register.
      if (told.reason !== 'refused') return told;
      kind = 'active';
      return null;
    }
    const [type = 0] = told.value;
    if (liproName(type) !== null) {
      kind = 'v2-v3';
      return null;
    }
    const found = deviceName(type) ?? `a device of type ${type}`;
    return { ok: false, reason: 'other', text: `${found} answers at address ${unit}, where a LiPro is expected` };
  }

  async function values(): Promise<Failure | null> {
    const active = kind === 'active';
    const told = await ask(unit, active ? LIPRO_ACTIVE : LIPRO);
    if (told.ok) {
      latest = { values: active ? readLiproActive(told.value) : readLipro(told.value), at: told.at };
      return null;
    }
    return told;
  }

  return {
    unit,
    latest: () => latest,
    async read() {
      if (kind === null) {
        const unknown = await learn();
        if (unknown !== null) return unknown;
      }
      const failure = await values();
      if (failure === null) return null;
      if (failure.reason === 'refused' && forced === null && kind === 'v2-v3') {
        // V1 boards with older firmware: the other table of registers is tried at once.
        kind = 'active';
        const other = await values();
        if (other === null) return null;
      }
      kind = forced;
      return failure;
    },
  };
}
