/** One advert, from its bytes to its fields. */
import { productName } from '../victron-products.ts';
import { decrypt, readAdvert } from './advert.ts';
import { contradiction } from './observe.ts';
import { type Fields, recordKind } from './records.ts';

export type Refusal = 'advert' | 'record' | 'key' | 'length' | 'nonsense';

export type ReadAdvert =
  | {
      readonly ok: true;
      readonly recordType: number;
      readonly model: number;
      readonly counter: number;
      readonly fields: Fields;
    }
  | { readonly ok: false; readonly refusal: Refusal; readonly text: string };

/** For people, where the key does not fit. */
const STALE_KEY = 'the key is stale: copy it anew from VictronConnect';

/** Reads an advert with the 16 bytes of its key. Total. */
export function readWith(key: Uint8Array, bytes: Uint8Array): ReadAdvert {
  const advert = readAdvert(bytes);
  if (advert === null)
    return refuse('advert', 'these bytes are no Victron Instant Readout advert (they begin with 10)');
  const { recordType, model, counter } = advert;
  const kind = recordKind(recordType);
  if (kind === null) return refuse('record', `adverts of kind ${hex(recordType, 2)} are not read`);
  const record = decrypt(advert, key);
  if (record === null) return refuse('key', STALE_KEY);
  if (record.length < kind.length) {
    return refuse('length', `the record of a ${kind.name} has ${kind.length} bytes, not ${record.length}`);
  }
  const fields: Fields = {
    recordType,
    record: kind.name,
    model,
    modelName: productName(model),
    counter,
    ...kind.read(record),
  };
  const wrong = contradiction(fields);
  return wrong === null ? { ok: true, recordType, model, counter, fields } : refuse('nonsense', wrong);
}

function refuse(refusal: Refusal, text: string): ReadAdvert {
  return { ok: false, refusal, text };
}

/** For people: `A389`. */
export function hex(value: number, digits: number): string {
  return value.toString(16).toUpperCase().padStart(digits, '0');
}
