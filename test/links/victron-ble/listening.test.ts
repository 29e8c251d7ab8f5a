/** Adverts as they come: payloads and lines, other devices, repeated ones, damage. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { optionDefaults } from '../../../src/links/options.ts';
import type { LinkOptions } from '../../../src/links/options.ts';
import { VICTRON_BLE_INFO } from '../../../src/links/victron-ble/info.ts';
import { createVictronBle } from '../../../src/links/victron-ble/listening.ts';
import { advert, KEY, line, type Lithium, lithium, monitor, OTHER_KEY } from './build.ts';

const OPTIONS: LinkOptions = { ...optionDefaults(VICTRON_BLE_INFO.options), secret: KEY };
const ADDRESS = 'C0:FF:EE:00:00:01';

const listen = (options: Partial<LinkOptions> = {}) => createVictronBle({ ...OPTIONS, ...options });
const battery = (counter: number, given: Lithium = {}): Uint8Array => advert(lithium(given), { type: 5, counter });
const first = (code: number): Lithium => ({ cells: [code, 71, 71, 71] });

describe('Victron adverts: listening', () => {
  it('payloads of a Bluetooth adapter, one a chunk: believed from the second on', () => {
    const listening = listen();
    assert.deepEqual(listening.push(battery(1), 10), []);
    const [heard] = listening.push(battery(2), 11);
    assert.equal(heard?.at, 11);
    assert.equal(heard?.seen.cells?.length, 4);
    assert.equal(listening.problem(), null);
  });

  it('lines of text, cut anywhere, with and without an address', () => {
    const text = Buffer.concat([
      line(battery(1), ADDRESS),
      line(battery(2)),
      Buffer.from('\r\n'),
      line(battery(3), 'c0-ff-ee-00-00-01'),
    ]);
    fc.assert(
      fc.property(fc.array(fc.nat(text.length), { maxLength: 20 }), (cuts) => {
        const listening = listen();
        const edges = [0, ...cuts.sort((a, b) => a - b), text.length];
        const heard = edges.flatMap((edge, i) => listening.push(text.subarray(edges[i - 1] ?? 0, edge), 5));
        assert.equal(heard.length, 2);
        assert.equal(listening.counters().discardedBytes, 0);
      }),
    );
  });

  it('the same counter again refreshes nothing, not even by turns with another', () => {
    const listening = listen();
    listening.push(battery(1), 1);
    assert.equal(listening.push(battery(2), 2).length, 1);
    for (let at = 3; at < 12; at += 1) assert.deepEqual(listening.push(battery(1 + (at % 2)), at), []);
    assert.match(listening.problem() ?? '', /repeats one advert/);
    assert.equal(listening.push(battery(3), 12)[0]?.at, 12);
    assert.equal(listening.problem(), null);
  });

  it('the counter may run over and begin anew', () => {
    const listening = listen();
    const told = [65_534, 65_535, 0, 1, 40_000, 40_001].flatMap((counter, at) => listening.push(battery(counter), at));
    assert.equal(told.length, 5);
  });

  it('a stale key is said; adverts of other devices are not ours when the address says so', () => {
    const listening = listen({ secret: OTHER_KEY });
    assert.deepEqual(listening.push(battery(1), 1), []);
    assert.equal(listening.problem(), 'the key is stale: copy it anew from VictronConnect');
    assert.equal(listening.counters().refusedFrames, 1);
    const addressed = listen({ device: ADDRESS, secret: OTHER_KEY });
    addressed.push(line(battery(1), 'AA:BB:CC:DD:EE:FF'), 1);
    assert.match(addressed.problem() ?? '', /none from this device/);
    addressed.push(line(battery(2), ADDRESS.toLowerCase()), 2);
    assert.match(addressed.problem() ?? '', /the key is stale/);
  });

  it("a neighbour's adverts neither count nor stay a problem once ours come", () => {
    const listening = listen({ device: ADDRESS });
    const neighbour = line(advert(lithium(first(5)), { type: 5, counter: 99 }), 'AA:BB:CC:DD:EE:FF');
    const heard = [1, 2, 3].flatMap((n) => [
      ...listening.push(neighbour, n),
      ...listening.push(line(battery(n), ADDRESS), n),
    ]);
    assert.equal(heard.length, 2);
    assert.equal(heard[0]?.seen.cells?.[0]?.voltage, 3.31);
    assert.equal(listening.problem(), null);
  });

  it('with the same key another model or kind of record is refused until somebody deploys', () => {
    const listening = listen();
    for (const counter of [1, 2]) listening.push(battery(counter), counter);
    assert.deepEqual(listening.push(advert(monitor(), { type: 2, counter: 3 }), 3), []);
    assert.match(listening.problem() ?? '', /another model than before.*deploy the flows/);
    assert.equal(listening.push(battery(4), 4).length, 1);
  });

  it('a kind of record that is not read is named', () => {
    const listening = listen();
    listening.push(advert(lithium(), { type: 0x0f }), 1);
    assert.match(listening.problem() ?? '', /kind 0F are not read/);
  });

  it('one wild advert changes nothing, a real step is followed one advert later', () => {
    const listening = listen();
    const volts = [71, 71, 20, 71, 71, 90, 90].flatMap((code, at) =>
      listening.push(line(battery(at, first(code))), at).map(({ seen }) => seen.cells?.[0]?.voltage),
    );
    assert.deepEqual(volts, [3.31, 3.31, 3.31, 3.5]);
  });

  it('a damaged line tells no cell that the others do not confirm', () => {
    const text = line(battery(2));
    fc.assert(
      fc.property(fc.nat(text.length * 8 - 1), (bit) => {
        const listening = listen();
        listening.push(line(battery(0)), 0);
        listening.push(line(battery(1)), 1);
        const broken = text.slice();
        broken[bit >> 3] = (broken[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        for (const { seen } of listening.push(broken, 2)) {
          for (const { voltage } of seen.cells ?? []) assert.ok(Math.abs((voltage ?? 0) - 3.31) <= 0.05);
        }
        const after = [3, 4, 5].flatMap((counter) => listening.push(line(battery(counter)), counter));
        assert.ok(after.length >= 2, 'and the next ones are read');
      }),
    );
  });

  it('never throws, whatever comes', () => {
    const piece = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.constantFrom(battery(1), line(battery(2)), line(battery(3)).slice(7)),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 10 }), fc.string({ maxLength: 20 }), (chunks, device) => {
        const listening = listen({ device });
        for (const [at, chunk] of chunks.entries()) listening.push(chunk, at);
        assert.ok(listening.counters().discardedBytes >= 0);
      }),
    );
  });

  it('bytes without an end of line are not kept for ever', () => {
    const listening = listen();
    for (let at = 0; at < 100; at += 1) listening.push(new Uint8Array(100).fill(0x41), at);
    assert.ok(listening.counters().discardedBytes >= 9700);
  });
});
