/** PACE's Modbus among the protocols. */
import { type Answer, decodeModbus, unknownAnswer } from '../modbus-decode.ts';
import type { LinkOptions } from '../options.ts';
import type { Decoded, Protocol } from '../protocol.ts';
import { textOf } from '../register-values.ts';
import { createPaceModbus, createPaceSensors } from './device.ts';
import { PACE_MODBUS_INFO } from './info.ts';
import { observePace } from './observe.ts';
import { PACE_BLOCKS, readPaceSerials, readPaceValues } from './registers.ts';

export const PACE_MODBUS: Protocol = {
  info: PACE_MODBUS_INFO,
  opens: { kind: 'modbus', device: (bus, options) => createPaceModbus(bus, options) },
  decode: (bytes, options) =>
    decodeModbus(bytes, PACE_MODBUS_INFO.title, PACE_BLOCKS, (frame) => decodeAnswer(frame, options)),
};

/** An answer does not say which registers it is about: its length does, except between the texts. */
function decodeAnswer(frame: Answer, options: LinkOptions): Extract<Decoded, { ok: true }> {
  const { unit, fn, registers: words } = frame;
  if (fn !== 3 || words === undefined) return unknownAnswer(frame);
  const head = { kind: 'answer', unit, fn };
  const { values, settings, version, serials } = PACE_BLOCKS;
  switch (words.length) {
    case values.count: {
      const read = readPaceValues(words);
      const seen = observePace(read, createPaceSensors()(read), options);
      return { ok: true, frame: { ...head, block: 'values', ...read }, seen };
    }
    case serials.count:
      return { ok: true, frame: { ...head, block: 'serials', ...readPaceSerials(words) }, seen: null };
    case version.count:
      return { ok: true, frame: { ...head, block: 'text', text: textOf(words) }, seen: null };
    case settings.count:
      return { ok: true, frame: { ...head, block: 'settings', first: settings.first, registers: words }, seen: null };
    default:
      return unknownAnswer(frame);
  }
}
