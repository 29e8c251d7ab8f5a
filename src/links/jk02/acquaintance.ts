/** Who the device is: asked for twice, because one damaged answer in some hundred passes the sum of 8 bits. */
import type { Failure, Heard } from '../device.ts';
import type { Jk02DeviceInfo } from './device-info.ts';

/**
 * How often a device answers about its pack, but not about itself, before it counts as one without a name: three times
 * where nothing or something else comes, twelve times where it is noise, which may be the line's.
 */
const PATIENCE = 12;
const OF_SILENCE = 4;
const OF_NOISE = 1;

export interface Acquaintance {
  /** As it was told last; `null`: never. */
  info(): Jk02DeviceInfo | null;
  /** What was told cannot be right. */
  forget(): void;
  identify(): Promise<Heard<string>>;
}

export interface AcquaintanceOptions {
  readonly askInfo: () => Promise<Heard<Jk02DeviceInfo>>;
  /** Any answer of the device. */
  readonly askStatus: () => Promise<Heard<unknown>>;
  /** What a device is called that does not tell who it is: some firmware does not answer the question. */
  readonly nameless: string;
}

/** Nothing is known yet. A device that has told its name once must tell it again. */
export function createAcquaintance({ askInfo, askStatus, nameless }: AcquaintanceOptions): Acquaintance {
  let known: Jk02DeviceInfo | null = null;
  let named = false;
  let spent = 0;

  /** It may be another question that finds no answer, or nobody is there. */
  async function unnamed(failure: Failure): Promise<Heard<string>> {
    if (named || failure.reason === 'line') return failure;
    const heard = await askStatus();
    if (!heard.ok) return heard;
    spent += failure.reason === 'noise' ? OF_NOISE : OF_SILENCE;
    return spent < PATIENCE ? failure : { ok: true, value: nameless };
  }

  return {
    info: () => known,
    forget() {
      known = null;
    },
    async identify() {
      if (!named && spent >= PATIENCE) return { ok: true, value: nameless };
      const first = await askInfo();
      if (!first.ok) return unnamed(first);
      const second = await askInfo();
      if (!second.ok) return unnamed(second);
      const name = nameOf(second.value);
      if (nameOf(first.value) !== name) {
        return { ok: false, reason: 'noise', text: 'what it tells about itself changes from one answer to the next' };
      }
      known = second.value;
      named = true;
      return { ok: true, value: name };
    },
  };
}

function nameOf({ model, serialNumber, name, hardwareVersion }: Jk02DeviceInfo): string {
  return `${model} ${hardwareVersion} ${serialNumber === '' ? name : serialNumber}`.trim();
}
