/** Listens to the adverts of one Victron device: whole payloads from a Bluetooth adapter, or lines of text. */
import { createBelief } from '../belief.ts';
import type { ListenedTo, Listening } from '../device.ts';
import type { LinkOptions } from '../options.ts';
import { createSameDevice } from '../same-device.ts';
import { keyBytes, readAdvert } from './advert.ts';
import { hex, type Refusal, readWith } from './decode.ts';
import { createLines, plainAddress, readLine } from './lines.ts';
import { observationOf } from './observe.ts';
import { HIGHEST_RECORD } from './records.ts';

/** Counters of the last records: one of these again is an advert that was sent before, perhaps by way of a gateway. */
const REMEMBERED = 8;

/** What stands in the way, with the remedy. */
const OTHERS =
  'adverts come, but none from this device: check its address, its range, and Instant Readout in VictronConnect';
const FROZEN = 'it repeats one advert: the device, or the gateway that passes its adverts on, is stuck';
const CONTRADICTORY = 'adverts contradict each other, so none of them can be believed: check the key';

/** Nothing has been heard yet. */
export function createVictronBle({ secret, device, currentSign }: LinkOptions): Listening {
  const key = keyBytes(secret);
  const address = plainAddress(device);
  const lines = createLines();
  const belief = createBelief();
  const same = createSameDevice();
  const counters: number[] = [];
  let discardedBytes = 0;
  let refusedFrames = 0;
  let problem: string | null = null;

  /** What is heard of other devices says nothing when this one has been heard since. */
  function refuse(bytes: Uint8Array, why: string): null {
    refusedFrames += 1;
    discardedBytes += bytes.length;
    problem = why;
    return null;
  }

  function repeated(counter: number): boolean {
    if (counters.includes(counter)) return true;
    counters.push(counter);
    if (counters.length > REMEMBERED) counters.shift();
    return false;
  }

  function advert(bytes: Uint8Array, at: number): ListenedTo | null {
    const read = readWith(key, bytes);
    if (!read.ok) return refuse(bytes, sentence(read));
    if (!same.take(`model ${hex(read.model, 4)}, kind ${hex(read.recordType, 2)}`)) {
      return refuse(
        bytes,
        `adverts of another model than before come (it was ${same.known()}): if that is right, deploy the flows`,
      );
    }
    const seen = observationOf(read.recordType, read.fields, currentSign);
    if (seen === null) return null;
    // The same record again is no news: its values stay as old as they are.
    if (repeated(read.counter)) {
      if (problem !== CONTRADICTORY) problem = FROZEN;
      return null;
    }
    if (!belief.take(seen)) {
      problem = CONTRADICTORY;
      return null;
    }
    problem = null;
    return { seen, at };
  }

  function line(text: string, at: number): ListenedTo | null {
    if (text.trim() === '') return null;
    const told = readLine(text);
    if (told === null) {
      discardedBytes += text.length + 1;
      return null;
    }
    if (address !== null && told.from !== null && told.from !== address) {
      problem ??= OTHERS;
      return null;
    }
    return advert(told.bytes, at);
  }

  return {
    push(bytes, at) {
      if (isPayload(bytes)) {
        const heard = advert(bytes, at);
        return heard === null ? [] : [heard];
      }
      return lines.push(bytes).flatMap((text) => line(text, at) ?? []);
    },
    counters: () => ({ discardedBytes: discardedBytes + lines.discarded(), refusedFrames }),
    problem: () => problem,
  };
}

/** A chunk that is one advert by itself. No text begins with the byte 10, nor has a kind of record's byte in that place. */
function isPayload(bytes: Uint8Array): boolean {
  const advert = readAdvert(bytes);
  return advert !== null && advert.recordType <= HIGHEST_RECORD;
}

function sentence({ refusal, text }: { readonly refusal: Refusal; readonly text: string }): string {
  return refusal === 'nonsense' ? `${text}: check the key` : text;
}
