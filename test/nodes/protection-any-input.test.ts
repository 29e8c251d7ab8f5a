/** The protection node, whatever comes in: it fits under its node, answers, and allows nothing that was not earned. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Message } from '../../src/node-red/types.ts';
import { healthy } from '../runtime/support/packs.ts';
import { CHARGE, feed, GOOD, LOAD, viewOf } from './support/protection-bench.ts';

describe('the status of the protection node', () => {
  const volts = fc.constantFrom(2.4, 2.7, 3.05, 3.3, 3.5, 3.7, 3.95);
  const row = fc.record({
    cells: fc.oneof(fc.tuple(volts, volts, volts, volts), fc.constantFrom([3.3], [null, 3.3, 3.3, 3.3])),
    temperatures: fc.constantFrom([20], [-25], [2], [47], [65], [null]),
    current: fc.constantFrom(0, 10, 150, -150, -250, null),
    seconds: fc.integer({ min: 1, max: 40 }),
    silent: fc.constantFrom(false, false, false, true),
  });
  for (const profile of ['lifepo4', '123smartbms'] as const) {
    it(`${profile}: in whatever state, it has its words and fits under the node`, () => {
      const shown = new Set<string>();
      fc.assert(
        fc.property(fc.array(row, { minLength: 1, maxLength: 6 }), fc.boolean(), (rows, firstClose) => {
          const viewed = viewOf({ profile, firstClose, given: { minimumOff: 20 } });
          for (const { cells, temperatures, current, seconds, silent } of rows) {
            const voltage = 13.2;
            if (silent) viewed.clock.advance(seconds * 2);
            else feed(viewed, seconds, { cells, temperatures, current, voltage });
          }
          viewed.tell({ command: { name: 'remote', value: false } });
          viewed.clock.advance(2);
          for (const { text = '', fill, shape } of viewed.node.statuses) {
            shown.add(text);
            assert.ok(text.length > 2 && text.length <= 24, text);
            assert.doesNotMatch(text, /bms-|…|__|undefined|null/, text);
            assert.ok(fill !== undefined && shape !== undefined);
          }
        }),
        { numRuns: 60 },
      );
      assert.ok(shown.size >= 8, `only ${[...shown].join(', ')}`);
    });
  }

  it('changes of words alone are calm; a change of colour is shown at once', () => {
    const viewed = viewOf({ given: { cellOvervoltageDelay: 0 } });
    feed(viewed, 5);
    const before = viewed.node.statuses.length;
    for (let i = 0; i < 50; i++) {
      viewed.clock.advance(0.02);
      viewed.tell({ payload: GOOD });
    }
    assert.equal(viewed.node.statuses.length, before, 'the same words are not sent again');
    viewed.tell({ payload: { ...GOOD, cells: [3.3, 3.8, 3.3, 3.3] } });
    assert.equal(viewed.node.statuses.at(-1)!.fill, 'red');
  });
});

describe('anything at all into the protection node', () => {
  it('never throws, always answers, and never allows', () => {
    const thing = fc.anything({
      withNullPrototype: true,
      withBigInt: true,
      withTypedArray: true,
      withSparseArray: true,
    });
    const list = fc.oneof(
      thing,
      fc.sparseArray(thing, { maxLength: 5 }),
      fc.array(fc.oneof(thing, fc.constant(3.3)), { maxLength: 5 }),
    );
    // Four numbers would be a good reading of this pack.
    const cells = list.filter(
      (given) => !(Array.isArray(given) && given.length === 4 && given.every((cell) => typeof cell === 'number')),
    );
    const payload = fc.oneof(thing, fc.record({ cells, temperatures: list, current: thing }, { requiredKeys: [] }));
    const message = fc.record(
      { payload, reading: thing, command: fc.oneof(fc.constant(undefined), thing), topic: thing },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.array(message, { maxLength: 6 }), (messages) => {
        const viewed = viewOf();
        for (const given of messages) {
          viewed.tell(given);
          viewed.clock.advance(0.7);
        }
        viewed.clock.advance(3);
        assert.ok(viewed.payloads(CHARGE).every((charge) => charge === false));
        assert.ok(viewed.payloads(LOAD).every((load) => load === false));
      }),
      { numRuns: 400 },
    );
  });

  it('between good readings it takes nothing away for good', () => {
    const viewed = viewOf();
    feed(viewed, 3);
    const circle: Message = { current: 1 };
    circle['voltage'] = { value: circle };
    (circle['voltage'] as Message)['value'] = circle['voltage'];
    const garbage: Message[] = [
      { payload: circle },
      { payload: { cells: Array.from({ length: 1e6 }, () => 3.3) } },
      { payload: Buffer.alloc(1e6) },
      { payload: JSON.parse('{"__proto__":{"cells":[9,9,9,9]},"cells":[3.3]}') },
      { reading: { ...healthy(), stamp: { instance: 'p-1', sequence: 1e9, monotonic: 0 } } },
      { reading: null, payload: null, command: null },
    ];
    for (const message of garbage) viewed.tell(message);
    feed(viewed, 200);
    assert.deepEqual([viewed.payloads(CHARGE).at(-1), viewed.payloads(LOAD).at(-1)], [true, true]);
  });
});
