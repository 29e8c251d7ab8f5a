/** VE.Direct as a stream: chunks, damage, doubt, and another device on the cable. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { optionDefaults } from '../../../src/links/options.ts';
import { createVeDirect } from '../../../src/links/vedirect/listening.ts';
import { VEDIRECT_INFO } from '../../../src/links/vedirect/info.ts';
import { ascii, block, blockEnding, changed, glue, hexLine, type Lines, MPPT, SHUNT } from './build.ts';

const OPTIONS = optionDefaults(VEDIRECT_INFO.options);
const HISTORY: Lines = [
  ['H1', -80_000],
  ['H4', 12],
];

/** Feeds pieces a second apart; gives the currents that were passed on. */
function currents(...pieces: readonly Uint8Array[]): unknown[] {
  const listening = createVeDirect(OPTIONS);
  return pieces.flatMap((piece, second) => listening.push(piece, 100 + second).map(({ seen }) => seen.current));
}

const amperes = (value: number): Uint8Array => block(changed(SHUNT, { I: value * 1000 }));

describe('VE.Direct: listening', () => {
  it('the second block that agrees is believed, with the second its first byte came', () => {
    const listening = createVeDirect(OPTIONS);
    const whole = block(SHUNT);
    assert.deepEqual(listening.push(whole, 10), []);
    assert.deepEqual(listening.push(whole.slice(0, 40), 11), []);
    const [heard, ...more] = listening.push(whole.slice(40), 11.2);
    assert.deepEqual(more, []);
    assert.equal(heard?.at, 11);
    assert.equal(heard?.seen.current, -12.34);
    assert.deepEqual(listening.counters(), { discardedBytes: 0, refusedFrames: 0 });
    assert.equal(listening.problem(), null);
  });

  it('the history stands beside the values for a minute', () => {
    const listening = createVeDirect(OPTIONS);
    listening.push(block(SHUNT), 1);
    assert.deepEqual(listening.push(block(HISTORY), 1.1), [], 'it says nothing by itself');
    const cycles = (at: number): unknown => listening.push(block(SHUNT), at)[0]?.seen.extra?.['chargeCycles'];
    assert.equal(cycles(2), 12);
    assert.equal(cycles(59), 12);
    assert.equal(cycles(62), undefined);
  });

  it('any cut into chunks gives the same', () => {
    const bytes = glue(
      block(SHUNT),
      block(HISTORY),
      hexLine(0xa, [1, 2, 3]),
      block(SHUNT),
      block(SHUNT),
      block(HISTORY),
    );
    fc.assert(
      fc.property(fc.array(fc.nat(bytes.length), { maxLength: 30 }), (cuts) => {
        const listening = createVeDirect(OPTIONS);
        const edges = [0, ...cuts.sort((a, b) => a - b), bytes.length];
        const heard = edges.flatMap((edge, i) => listening.push(bytes.slice(edges[i - 1] ?? 0, edge), 5));
        assert.deepEqual(
          heard.map(({ seen }) => seen.current),
          [-12.34, -12.34],
        );
        assert.equal(listening.counters().discardedBytes, 0);
      }),
    );
  });

  it('a checksum byte may be any byte: CR, LF, a colon, 0', () => {
    for (const byte of [0x0d, 0x0a, 0x3a, 0x00, 0xff]) {
      const whole = blockEnding(SHUNT, byte);
      assert.deepEqual(currents(whole, whole, whole), [-12.34, -12.34], `${byte}`);
    }
  });

  it('it finds its way in from anywhere: the first whole block after noise counts', () => {
    const whole = block(SHUNT);
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 60 }).filter((noise) => !noise.includes(0x3a)),
        fc.nat(whole.length),
        (noise, from) => {
          const listening = createVeDirect(OPTIONS);
          listening.push(glue(noise, whole.slice(from)), 1);
          const heard = [4, 5, 6].flatMap((at) => listening.push(whole, at));
          assert.ok(heard.length >= 2);
          for (const { seen } of heard) assert.equal(seen.current, -12.34);
        },
      ),
    );
  });

  it('never throws and keeps no more than a block, whatever comes', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 12 }), (chunks) => {
        const listening = createVeDirect(OPTIONS);
        for (const [second, chunk] of chunks.entries()) listening.push(chunk, second);
        const total = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
        assert.ok(listening.counters().discardedBytes <= total);
      }),
    );
  });

  it('one wild block with a right sum changes nothing; a real step is followed one block later', () => {
    assert.deepEqual(currents(amperes(-10), amperes(-10), amperes(300), amperes(-10)), [-10, -10]);
    assert.deepEqual(currents(amperes(-10), amperes(-10), amperes(-150), amperes(-150)), [-10, -150]);
  });

  it("the same holds for a charger's current and for the starter battery", () => {
    const told = (...all: readonly Lines[]): unknown[] => {
      const listening = createVeDirect(OPTIONS);
      return all.flatMap((lines, at) =>
        listening.push(block(lines), at).map(({ seen }) => [seen.currentIn, seen.starterVoltage]),
      );
    };
    const wild = changed(MPPT, { I: 81_200 });
    assert.deepEqual(told(MPPT, MPPT, wild, MPPT), [
      [11.2, undefined],
      [11.2, undefined],
    ]);
    const cranking = changed(SHUNT, { VS: 9800 });
    assert.deepEqual(told(SHUNT, SHUNT, cranking, cranking), [
      [undefined, 12.81],
      [undefined, 9.8],
    ]);
  });

  it('a load that goes on and off every second is believed again after the first turn', () => {
    const heard = currents(...[-10, -10, -150, -10, -150, -10, -150].map(amperes));
    assert.deepEqual(heard.slice(-4), [-10, -150, -10, -150]);
  });

  it('damaged blocks are counted, and named once there are several', () => {
    const listening = createVeDirect(OPTIONS);
    const broken = block(SHUNT);
    broken[8] = 0x39;
    listening.push(broken, 1);
    assert.equal(listening.problem(), null, 'one is an ordinary event');
    listening.push(broken, 2);
    assert.match(listening.problem() ?? '', /damaged: check the wiring/);
    assert.deepEqual(listening.counters(), { discardedBytes: 2 * broken.length, refusedFrames: 2 });
    listening.push(block(SHUNT), 3);
    listening.push(block(SHUNT), 4);
    assert.equal(listening.problem(), null);
  });

  it('half a block that is never finished does not swallow the next one', () => {
    const whole = block(SHUNT);
    assert.deepEqual(currents(whole, whole, whole.slice(0, 70)), [-12.34]);
    const listening = createVeDirect(OPTIONS);
    listening.push(whole, 1);
    listening.push(whole.slice(0, 70), 2);
    assert.equal(listening.push(whole, 5).length, 1);
  });

  it('another device on the same cable is refused until somebody deploys', () => {
    const listening = createVeDirect(OPTIONS);
    const mine = block(changed(MPPT, { 'SER#': 'HQ1' }));
    const other = block(changed(MPPT, { 'SER#': 'HQ2' }));
    for (const at of [1, 2, 3]) listening.push(mine, at);
    assert.deepEqual(
      [4, 5, 6].flatMap((at) => listening.push(other, at)),
      [],
    );
    assert.match(listening.problem() ?? '', /another device talks than before \(0xA057 HQ2, it was 0xA057 HQ1\)/);
    assert.equal(listening.push(mine, 7).length, 1);
    assert.equal(listening.problem(), null);
  });

  it('a HEX line that never ends is given up', () => {
    const listening = createVeDirect(OPTIONS);
    listening.push(glue(ascii(':'), new Uint8Array(400).fill(0x41)), 1);
    const heard = [2, 3, 4].flatMap((at) => listening.push(block(SHUNT), at));
    assert.equal(heard.length, 2);
    assert.ok(listening.counters().discardedBytes >= 256);
  });
});
