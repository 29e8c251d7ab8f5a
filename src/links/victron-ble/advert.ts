/**
 * The envelope of an advert, after Victron's "Extra Manufacturer Data" (2022-12-14): what follows the company id 02E1.
 *
 * `10`, flags, model (2 bytes), kind of record, counter (2 bytes), first byte of the key, then the record, encrypted with
 * AES-128 in counter mode. Numbers low byte first. The counter is the nonce: it changes with every new record.
 */
import { createDecipheriv } from 'node:crypto';

const PRODUCT_ADVERT = 0x10;
const HEAD = 8;
/** Bytes of the longest manufacturer data, and of the part of a record that one counter block decrypts. */
const LONGEST = 64;
const BLOCK = 16;

export interface Advert {
  readonly model: number;
  readonly recordType: number;
  readonly counter: number;
  readonly keyByte: number;
  readonly encrypted: Uint8Array;
}

/** Reads the envelope; `null` when it is none of such an advert. Total. */
export function readAdvert(bytes: Uint8Array): Advert | null {
  if (bytes.length <= HEAD || bytes.length > LONGEST || bytes[0] !== PRODUCT_ADVERT) return null;
  const [, , modelLow = 0, modelHigh = 0, recordType = 0, counterLow = 0, counterHigh = 0, keyByte = 0] = bytes;
  return {
    model: modelLow | (modelHigh << 8),
    recordType,
    counter: counterLow | (counterHigh << 8),
    keyByte,
    encrypted: bytes.slice(HEAD),
  };
}

/** The record behind an advert; `null` when the key is not the one it was encrypted with, as far as can be told. */
export function decrypt({ counter, keyByte, encrypted }: Advert, key: Uint8Array): Uint8Array | null {
  if (key.length !== BLOCK || key[0] !== keyByte) return null;
  const block = Buffer.alloc(BLOCK);
  block.writeUInt16LE(counter, 0);
  const cipher = createDecipheriv('aes-128-ctr', key, block);
  return Uint8Array.from(cipher.update(encrypted.subarray(0, BLOCK)));
}

/** The key in hexadecimal, as VictronConnect shows it, as bytes. */
export function keyBytes(secret: string): Uint8Array {
  return Uint8Array.from(Buffer.from(secret, 'hex'));
}
