/** That a protocol's `decode` is total, and takes nothing for a frame that is none. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { DEFAULT_OPTIONS, type LinkOptions } from '../../../src/links/options.ts';
import type { Decoded, Protocol } from '../../../src/links/protocol.ts';

/** @param frames good ones, of every layout */
export function describeTotal(
  protocol: Protocol,
  frames: readonly Uint8Array[],
  options: LinkOptions = DEFAULT_OPTIONS,
): void {
  const decode = (bytes: Uint8Array): Decoded => protocol.decode(bytes, options);
  const refused = (bytes: Uint8Array): void => {
    const decoded = decode(bytes);
    assert.ok(!decoded.ok, `taken: ${Buffer.from(bytes).toString('hex')}`);
    assert.ok(decoded.refusal.length > 0 && decoded.text.length > 10);
  };

  it('any bytes at all are decoded or refused, and nothing is thrown', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const decoded = decode(bytes);
        assert.ok(decoded.ok ? typeof decoded.frame === 'object' : decoded.text.length > 0);
      }),
    );
  });

  it('a frame that is cut, at any place, is refused', () => {
    for (const frame of frames) for (let cut = 0; cut < frame.length; cut++) refused(frame.slice(0, cut));
  });

  it('a frame with something before or behind it is refused: decode takes one', () => {
    for (const frame of frames) {
      for (const other of frames) refused(Buffer.concat([frame, other]));
      refused(Uint8Array.of(...frame, 0));
      refused(Uint8Array.of(0, ...frame));
    }
  });

  it('one or two flipped bits, and a burst of up to 16, never pass for values', () => {
    const frame = fc.constantFrom(...frames);
    fc.assert(
      fc.property(frame, fc.nat(), fc.nat(), (good, a, b) => {
        const bad = Uint8Array.from(good);
        for (const at of new Set([a % (good.length * 8), b % (good.length * 8)])) bad[at >> 3]! ^= 1 << (at & 7);
        refused(bad);
      }),
    );
    fc.assert(
      fc.property(frame, fc.nat(), fc.integer({ min: 1, max: 0xffff }), (good, from, pattern) => {
        const bad = Uint8Array.from(good);
        const start = from % (good.length * 8 - 16);
        for (let bit = 0; bit < 16; bit++) {
          // CRC-16 sees every burst; it runs with the lowest bit first.
          if ((pattern >> bit) & 1) bad[(start + bit) >> 3]! ^= 1 << ((start + bit) & 7);
        }
        refused(bad);
      }),
    );
  });
}
