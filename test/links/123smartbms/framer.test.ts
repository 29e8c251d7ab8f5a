import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { createFramer, type Framer, LONGEST_FRAME } from '../../../src/links/123smartbms/framer.ts';
import { encodeFrame, glue } from './build-frame.ts';
import { seeded } from './line-noise.ts';

const A = encodeFrame({ cellNumber: 1 });
const B = encodeFrame({ cellNumber: 2, packVoltage: 10_700 });
const C = encodeFrame({ cellNumber: 3, soc: 78 });

/** Pushes chunks at one moment; returns the frames as bytes. */
function feed(framer: Framer, ...chunks: Uint8Array[]): Uint8Array[] {
  return chunks.flatMap((chunk) => framer.push(chunk, 100)).map((found) => found.bytes);
}

function has(found: readonly Uint8Array[], frame: Uint8Array): boolean {
  return found.some((bytes) => Buffer.from(bytes).equals(frame));
}

function noise(length: number, random: () => number): Uint8Array {
  return Uint8Array.from({ length }, () => Math.floor(random() * 256));
}

describe('123\\SmartBMS framer', () => {
  it('finds a frame in one piece, byte by byte, and frames glued together', () => {
    assert.deepEqual(feed(createFramer(), A), [A]);
    assert.deepEqual(feed(createFramer(), ...[...A].map((byte) => Uint8Array.of(byte))), [A]);
    const framer = createFramer();
    assert.deepEqual(feed(framer, glue(A, B, C)), [A, B, C]);
    assert.equal(framer.discardedBytes(), 0);
    assert.equal(framer.refusedFrames(), 0);
  });

  it('finds the whole frame after the end of another, cut in two at any byte (58 × 58)', () => {
    for (let tail = 0; tail < 58; tail++) {
      const stream = glue(A.subarray(58 - tail), B);
      for (let cut = 0; cut < 58; cut++) {
        const framer = createFramer();
        const found = feed(framer, stream.subarray(0, tail + cut), stream.subarray(tail + cut), C);
        assert.deepEqual(found, [B, C], `tail of ${tail}, cut at ${cut}`);
        assert.equal(framer.discardedBytes(), tail);
      }
    }
  });

  it('finds the whole frame after the head of another, cut in two at any byte (58 × 58)', () => {
    let byChance = 0;
    for (let head = 0; head < 58; head++) {
      const stream = glue(A.subarray(0, head), B, C);
      for (let cut = 0; cut < 58; cut++) {
        const found = feed(createFramer(), stream.subarray(0, head + cut), stream.subarray(head + cut));
        assert.ok(has(found, B) && has(found, C), `head of ${head}, cut at ${cut}`);
        byChance += found.length - 2;
      }
    }
    // A head and the bytes after it may fit by chance; that must not cost the true frame (checked above).
    assert.ok(byChance <= 3 * 58, `${byChance} frames made of two`);
  });

  it('finds a frame cut into any three portions', () => {
    for (let first = 0; first <= 58; first++) {
      for (let second = first; second <= 58; second++) {
        const found = feed(createFramer(), A.subarray(0, first), A.subarray(first, second), A.subarray(second));
        assert.deepEqual(found, [A], `cut at ${first} and ${second}`);
      }
    }
  });

  it('never loses a true frame, whatever stands before and after it and however it is cut', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 200 }),
        fc.uint8Array({ maxLength: 200 }),
        fc.array(fc.nat(458), { maxLength: 8 }),
        (before, after, cuts) => {
          const stream = glue(before, A, after);
          const ends = [...cuts.filter((cut) => cut < stream.length).sort((a, b) => a - b), stream.length];
          const found = feed(createFramer(), ...ends.map((end, place) => stream.subarray(ends[place - 1] ?? 0, end)));
          assert.ok(has(found, A));
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('finds the same frames whatever the portions', () => {
    const random = seeded(7);
    const stream = glue(noise(33, random), A, B, noise(5, random), C, noise(77, random), A, A.subarray(0, 20), B, C);
    const whole = feed(createFramer(), stream);
    for (const portion of [1, 2, 3, 7, 16, 57, 58, 59, 100]) {
      const chunks = Array.from({ length: Math.ceil(stream.length / portion) }, (_, place) =>
        stream.subarray(place * portion, (place + 1) * portion),
      );
      assert.deepEqual(feed(createFramer(), ...chunks), whole, `portions of ${portion}`);
    }
    assert.ok(whole.length >= 6);
  });

  it('a pause inside a frame does not destroy it; its time is that of its first byte', () => {
    for (const pause of [0.15, 0.2, 0.5, 1, 1.9]) {
      const framer = createFramer();
      assert.deepEqual(framer.push(A.subarray(0, 30), 10), []);
      assert.deepEqual(framer.push(A.subarray(30), 10 + pause), [{ bytes: A, at: 10 }]);
      assert.deepEqual(framer.push(B, 11 + pause), [{ bytes: B, at: 11 + pause }]);
      assert.equal(framer.discardedBytes(), 0);
    }
  });

  it('what has waited too long for its rest is thrown away, and the next frame stands by itself', () => {
    const framer = createFramer();
    framer.push(A.subarray(0, 30), 10);
    assert.deepEqual(framer.push(A.subarray(30), 10 + LONGEST_FRAME + 0.01), []);
    assert.equal(framer.discardedBytes(), 30);
    assert.deepEqual(framer.push(B, 13), [{ bytes: B, at: 13 }]);
    assert.equal(framer.discardedBytes(), 58);
  });

  it('a frame dribbling in over more than the longest time is none: its first values would be old', () => {
    const framer = createFramer();
    const found = [...A].flatMap((byte, place) => framer.push(Uint8Array.of(byte), place * 0.1));
    assert.deepEqual(found, []);
  });

  it('after a frame cut short and a silence the next one is found', () => {
    for (let length = 1; length < 58; length++) {
      const framer = createFramer();
      framer.push(A.subarray(0, length), 0);
      assert.ok(
        has(
          framer.push(B, 1).map((found) => found.bytes),
          B,
        ),
      );
    }
  });

  it('counts the bytes of no frame and the frames that fail', () => {
    const damaged = A.slice();
    damaged[27] = (damaged[27] ?? 0) ^ 0x10;
    const framer = createFramer();
    assert.deepEqual(feed(framer, Uint8Array.of(1, 2, 3), A, damaged, B), [A, B]);
    assert.equal(framer.discardedBytes(), 3 + 58);
    assert.equal(framer.refusedFrames(), 1);
  });

  it('123-R1 refuses a frame whose lowest or highest cell is none of its cells', () => {
    for (const fields of [
      { cellMinNumber: 0 },
      { cellMinNumber: 17 },
      { cellMaxNumber: 0 },
      { cellMaxNumber: 17 },
      { cellCount: 0 },
    ]) {
      const framer = createFramer();
      assert.deepEqual(feed(framer, encodeFrame(fields)), [], JSON.stringify(fields));
      assert.equal(framer.refusedFrames(), 1);
    }
    const all = encodeFrame({ cellCount: 255, cellMinNumber: 255, cellMaxNumber: 1, cellNumber: 0 });
    assert.deepEqual(feed(createFramer(), all), [all]);
  });

  it('123-R9 lets a frame through that says the cells are lost and names none', () => {
    const lost = encodeFrame({ status: 0x04, cellMinNumber: 0, cellMaxNumber: 0, cellMin: 0, cellMax: 0 });
    assert.deepEqual(feed(createFramer(), lost), [lost]);
  });

  it('finds next to nothing in noise, and stays quick and small on a great deal of it', function () {
    this.timeout(10_000);
    const framer = createFramer();
    const random = seeded(99);
    const million = noise(1_000_000, random);
    assert.ok(feed(framer, million).length <= 1);
    assert.ok(framer.discardedBytes() >= 1_000_000 - 57 - 58);

    // The worst there is: every window has its signs, so every one is added up.
    const signs = new Uint8Array(1_000_000).fill(0x2b);
    const nanosecondsPerByte = (length: number) => {
      const before = process.hrtime.bigint();
      createFramer().push(signs.subarray(0, length), 0);
      return Number(process.hrtime.bigint() - before) / length;
    };
    const best = (length: number) => Math.min(...[1, 2, 3].map(() => nanosecondsPerByte(length)));
    best(50_000);
    const small = best(50_000);
    const large = best(1_000_000);
    assert.ok(large < 5 * small + 100, `${large} ns a byte in a large portion, ${small} ns in a small one`);
    assert.ok(large < 5000, `${large} ns a byte`);
  });
});
