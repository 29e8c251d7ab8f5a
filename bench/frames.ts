/** Decoding a 58-byte frame, and the whole link, against summing its bytes. */
import type { Clock } from '../src/engine/clock.ts';
import { decodeFrame } from '../src/links/123smartbms/codec.ts';
import { createSmartBms123Link } from '../src/links/123smartbms/link.ts';
import { rounded, sideBySide, type Row } from './harness.ts';

/** A frame of 16 healthy cells with the given lowest and highest cell (V), by the layout of the protocol document. */
export function frameOf(cellMin: number, cellMax: number, cellNumber = 1): Uint8Array {
  const bytes = new Uint8Array(58);
  const put = (at: number, length: number, value: number): void => {
    for (let i = 0; i < length; i++) bytes[at + length - 1 - i] = (value >> (8 * i)) & 0xff;
  };
  put(0, 3, Math.round(53 / 0.005));
  for (const at of [3, 6, 9]) bytes[at] = 0x2b;
  put(4, 2, 80);
  put(10, 2, 80);
  put(12, 2, Math.round(cellMin / 0.005));
  put(14, 1, 3);
  put(15, 2, Math.round(cellMax / 0.005));
  put(17, 1, 11);
  put(18, 2, 296);
  put(20, 1, 2);
  put(21, 2, 298);
  put(23, 1, 9);
  put(24, 1, cellNumber);
  put(25, 1, 16);
  put(26, 2, Math.round(cellMin / 0.005));
  put(28, 2, 297);
  put(30, 1, 3);
  put(40, 1, 60);
  put(47, 1, 31); // key 6; the keys take turns, and key 0, which costs more, comes every 19th frame
  put(49, 2, 150);
  put(51, 2, 560);
  put(53, 2, 730);
  put(55, 2, 700);
  bytes[57] = bytes.subarray(0, 57).reduce((sum, byte) => sum + byte, 0) & 0xff;
  return bytes;
}

const still: Clock = { now: () => 1000, wall: () => 0, after: () => () => undefined, every: () => () => undefined };

export function frameRows(): Row[] {
  const frame = frameOf(3.3, 3.31);
  const sink = { sum: 0, frames: 0 };
  const sum = (): void => {
    let total = 0;
    for (let i = 0; i < 57; i++) total += frame[i]!;
    sink.sum = total & 0xff;
  };
  const decode = sideBySide(
    () => {
      if (decodeFrame(frame, 'driver').ok) sink.frames++;
    },
    sum,
    100_000,
  );
  let at = 1000;
  const link = createSmartBms123Link({
    clock: still,
    formula: 'driver',
    listener: {
      observed: () => {
        sink.frames++;
      },
      changed: () => undefined,
    },
  });
  const before = sink.frames;
  const whole = sideBySide(
    () => {
      at += 0.5;
      link.push(frame, at);
    },
    sum,
    20_000,
  );
  if (sink.frames === before) throw new Error('the link passed nothing on');
  link.close();
  const note = 'reference: summing 57 bytes';
  const row = (bench: string, { ours, reference, ratio }: typeof decode): Row => ({
    bench,
    unit: 'ns',
    value: rounded(ours),
    reference: rounded(reference),
    ratio: rounded(ratio),
    goal: null,
    met: null,
    note,
  });
  return [row('decode a 58-byte frame', decode), row('find, decode and vote on a frame', whole)];
}
