/** The store on disks that tear, flip, refuse or lie. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import type { StoreReport } from '../../src/runtime/store-report.ts';
import { openStore } from '../../src/runtime/store.ts';

/** As the store should be checked from outside: version 1, sequence and state under one checksum. */
function slotText(sequence: number, state: unknown, over: object = {}): string {
  const checksum = createHash('sha256')
    .update(`1:${sequence}:${JSON.stringify(state)}`)
    .digest('hex')
    .slice(0, 32);
  return JSON.stringify({ version: 1, sequence, checksum, state, ...over });
}

describe('the store, on a bad disk', () => {
  let folder = '';
  const told: StoreReport[] = [];
  const tell = (report: StoreReport): void => void told.push(report);
  const kinds = (): string[] => told.map((report) => report.kind);
  const at = (name: string): string => join(folder, name);
  const read = (): unknown => openStore(folder, tell).read();
  const write = async (state: unknown): Promise<void> => {
    const store = openStore(folder, tell);
    store.write(state);
    await store.settled();
  };

  beforeEach(() => {
    told.length = 0;
    folder = mkdtempSync(join(tmpdir(), 'cellwarden-slots-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('reads what a slot says from outside, the higher sequence first, whichever file it is in', () => {
    writeFileSync(at('a.json'), slotText(7, 'seven'));
    writeFileSync(at('b.json'), slotText(6, 'six'));
    assert.equal(read(), 'seven');
    writeFileSync(at('b.json'), slotText(8, 'eight'));
    assert.equal(read(), 'eight');
    writeFileSync(at('b.json'), slotText(10_000_000_000, 'late'));
    assert.equal(read(), 'late');
  });

  const LIES: [string, string][] = [
    ['another version', slotText(9, 'nine', { version: 2 })],
    ['no checksum', slotText(9, 'nine', { checksum: undefined })],
    ['a checksum of something else', slotText(9, 'nine', { state: 'ten' })],
    ['a sequence that was raised by hand', slotText(9, 'nine', { sequence: 99 })],
    ['a sequence that is no number', slotText(9, 'nine', { sequence: '9' })],
    ['null', 'null'],
    ['a number', '42'],
    ['a list', '[]'],
    ['zeroes', '\0'.repeat(500)],
    ['two slots in one file', slotText(9, 'nine').repeat(2)],
  ];
  for (const [what, text] of LIES) {
    it(`a slot with ${what} is not used; the older whole one is`, () => {
      writeFileSync(at('a.json'), slotText(2, 'whole'));
      writeFileSync(at('b.json'), text);
      assert.equal(read(), 'whole');
      rmSync(at('a.json'));
      assert.equal(read(), null);
    });
  }

  it('both slots torn at any byte: nothing is made up', async () => {
    await write({ soc: 0.5 });
    await write({ soc: 0.6 });
    const whole = readdirSync(folder).map((name) => [name, readFileSync(at(name))] as const);
    for (let cut = 0; cut < Math.min(...whole.map(([, text]) => text.length)); cut += 7) {
      for (const [name, text] of whole) writeFileSync(at(name), text.subarray(0, cut));
      assert.equal(read(), null, `${cut} bytes`);
    }
  });

  it('a torn slot is the next one written over: the good one is never at stake', async () => {
    await write({ n: 1 });
    await write({ n: 2 });
    const torn = readdirSync(folder).find((name) => readFileSync(at(name), 'utf8').includes('"n":1'))!;
    writeFileSync(at(torn), '{"version":1,');
    await write({ n: 3 });
    assert.deepEqual(read(), { n: 3 });
    const other = readdirSync(folder).find((name) => name !== torn)!;
    assert.ok(readFileSync(at(other), 'utf8').includes('"n":2'));
  });

  it('a write that ended half way leaves both slots as they were', async () => {
    await write({ n: 1 });
    await write({ n: 2 });
    // The power fails while the file beside is being written.
    for (const name of ['a.json.new', 'b.json.new']) writeFileSync(at(name), slotText(99, { n: 99 }).slice(0, 40));
    assert.deepEqual(read(), { n: 2 });
    await write({ n: 3 });
    assert.deepEqual(read(), { n: 3 });
  });

  it('a disk that refuses is reported once, however often it is tried, and so is that it works again', async () => {
    const file = at('in-the-way');
    writeFileSync(file, '');
    const store = openStore(join(file, 'pack'), tell);
    for (let n = 0; n < 5; n++) {
      store.write({ n });
      await store.settled();
    }
    assert.deepEqual(kinds(), ['in-the-way']);
    assert.match(told[0]!.folder, /in-the-way/, 'it says where');
    rmSync(file);
    for (let n = 5; n < 8; n++) {
      store.write({ n });
      await store.settled();
    }
    assert.deepEqual(kinds().slice(1), ['works']);
  });

  it('one slot that cannot be written does not take the other with it', async () => {
    await write({ n: 1 });
    for (const name of ['a.json.new', 'b.json.new']) mkdirSync(at(name));
    const store = openStore(folder, tell);
    store.write({ n: 2 });
    await store.settled();
    assert.deepEqual(kinds(), ['in-the-way']);
    assert.deepEqual(read(), { n: 1 }, 'on disk the old state is still whole');
    for (const name of ['a.json.new', 'b.json.new']) rmSync(at(name), { recursive: true });
    store.write({ n: 3 });
    await store.settled();
    assert.deepEqual(read(), { n: 3 });
    assert.deepEqual(kinds(), ['in-the-way', 'works']);
  });

  it('a state that cannot be written down is reported, and the next one is written', async () => {
    const store = openStore(folder, tell);
    const circle: Record<string, unknown> = {};
    circle['self'] = circle;
    store.write(circle);
    await store.settled();
    assert.deepEqual(kinds(), ['refused']);
    store.write({ n: 1 });
    await store.settled();
    assert.deepEqual(read(), { n: 1 });
  });

  it('a write during a write is not lost: many at once cost few writes, and the last one stands', async () => {
    const store = openStore(folder, tell);
    const waits: Promise<void>[] = [];
    for (let n = 0; n < 200; n++) {
      store.write({ n });
      if (n % 20 === 0) waits.push(store.settled());
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
    await Promise.all([...waits, store.settled()]);
    assert.deepEqual(read(), { n: 199 });
    assert.deepEqual(store.read(), { n: 199 });
    assert.equal(told.length, 0);
  });

  it('settled waits for nothing when nothing was written, and never rejects', async () => {
    await openStore(folder, tell).settled();
    const refused = openStore('/dev/null/nowhere', tell);
    refused.write(1);
    await refused.settled();
    assert.deepEqual(kinds(), ['in-the-way']);
  });

  it('anything that is data comes back as it was', async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), async (state) => {
        await write(state);
        assert.deepEqual(read(), JSON.parse(JSON.stringify(state)) ?? null);
      }),
      { numRuns: 40 },
    );
  });
});
