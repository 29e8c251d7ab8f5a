/** EG4's LL batteries among the protocols. */
import { type Answer, decodeModbus, unknownAnswer } from '../modbus-decode.ts';
import type { LinkOptions } from '../options.ts';
import type { Decoded, Protocol } from '../protocol.ts';
import { createFitted } from '../register-values.ts';
import { readEg4Config } from './config.ts';
import { createEg4Ll } from './device.ts';
import { EG4_LL_INFO } from './info.ts';
import { currentSteps, isSane, observeEg4 } from './observe.ts';
import { EG4_BLOCKS, readEg4Hardware, readEg4Status } from './registers.ts';

export const EG4_LL: Protocol = {
  info: EG4_LL_INFO,
  opens: { kind: 'modbus', device: (bus, options) => createEg4Ll(bus, options) },
  decode: (bytes, options) =>
    decodeModbus(bytes, EG4_LL_INFO.title, EG4_BLOCKS, (frame) => decodeAnswer(frame, options)),
};

/** An answer does not say which registers it is about: its length does. */
function decodeAnswer(frame: Answer, options: LinkOptions): Extract<Decoded, { ok: true }> {
  const { unit, fn, registers: words } = frame;
  if (fn !== 3 || words === undefined) return unknownAnswer(frame);
  const head = { kind: 'answer', unit, fn };
  switch (words.length) {
    case EG4_BLOCKS.status.count: {
      const status = readEg4Status(words, currentSteps(options));
      const seen = isSane(status) ? observeEg4(status, createFitted()(status.temperatures), options) : null;
      return { ok: true, frame: { ...head, block: 'status', ...status }, seen };
    }
    case EG4_BLOCKS.hardware.count:
      return { ok: true, frame: { ...head, block: 'hardware', ...readEg4Hardware(words) }, seen: null };
    case EG4_BLOCKS.config.count:
      return { ok: true, frame: { ...head, block: 'config', ...readEg4Config(words) }, seen: null };
    default:
      return unknownAnswer(frame);
  }
}
