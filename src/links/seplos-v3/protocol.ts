/** Seplos V3 among the protocols. */
import type { Observation } from '../../engine/reading/observation.ts';
import { type Answer, decodeModbus, unknownAnswer } from '../modbus-decode.ts';
import type { LinkOptions } from '../options.ts';
import type { Decoded, Protocol } from '../protocol.ts';
import {
  COUNTS,
  PIA_COUNT,
  readEia,
  readEib,
  readPia,
  readPib,
  readSerials,
  readVia,
  SEPLOS_BLOCKS,
  SERIALS,
} from './blocks.ts';
import { createSeplosV3 } from './device.ts';
import { bytesOf, readEvents, readPic } from './events.ts';
import { SEPLOS_V3_INFO } from './info.ts';
import { observeSeplosV3 } from './observe.ts';

type Taken = Extract<Decoded, { ok: true }>;

/** The bank answers at C0 and, by Bluetooth, at 0. */
const BANK = [0x00, 0xc0];

export const SEPLOS_V3: Protocol = {
  info: SEPLOS_V3_INFO,
  opens: { kind: 'modbus', device: (bus, options) => createSeplosV3(bus, options) },
  decode: (bytes, options) =>
    decodeModbus(bytes, SEPLOS_V3_INFO.title, SEPLOS_BLOCKS, (frame) => decodeAnswer(frame, options)),
};

/**
 * An answer does not say which block it is: its length does. PIB and EIA are of one length, as are SFA and EIC: the
 * bank's are those at the bank's addresses, for EIA if the high word of its voltage is zero, as no second cell is.
 */
function decodeAnswer(frame: Answer, options: LinkOptions): Taken {
  const { unit, fn, registers: words, bits } = frame;
  const isBank = BANK.includes(unit);
  const taken = (block: string, fields: object, seen: Observation | null = null): Taken => ({
    ok: true,
    frame: { kind: 'answer', unit, fn, block, ...fields },
    seen,
  });
  const { PIA, PIB, PIC, SFA, VIA, EIA, EIB } = SEPLOS_BLOCKS;
  if (fn === 4 && words !== undefined) {
    if (words.length === PIA_COUNT || words.length === PIA.count) {
      const pia = readPia(words);
      return taken('PIA', pia, observeSeplosV3({ pia, cells: null }, options));
    }
    if (words.length === EIA.count && isBank && words[1] === 0) return taken('EIA', readEia(words));
    if (words.length === PIB.count) {
      const pib = readPib(words);
      return taken('PIB', pib, observeSeplosV3({ pib, cells: null }, options));
    }
    if (words.length === EIB.count) return taken('EIB', readEib(words));
    if (words.length === VIA.count) return taken('VIA', readVia(words));
    if (words.length === SERIALS.count) return taken('VIA', readSerials(words));
    if (words.length === COUNTS.count) return taken('SPA', { sensorCount: words[0], cellCount: words[1] });
  }
  if (fn === 1 && bits !== undefined) {
    if (bits.length === PIC.count) {
      const pic = readPic(bits);
      return taken('PIC', pic, observeSeplosV3({ pic, cells: null }, options));
    }
    if (bits.length === SFA.count) {
      return isBank ? taken('EIC', readEvents(bits)) : taken('SFA', { switchedOn: bytesOf(bits) });
    }
  }
  return unknownAnswer(frame);
}
