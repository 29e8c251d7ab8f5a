/** How often full cells cut charging, and for how long the charger has cycled. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ChargeCuts } from '../../../src/engine/advice/charge-cuts.ts';

const HOUR = 3600;

/** A cut of half a minute after each pause. */
function cut(cuts: ChargeCuts, times: number, pause: number): void {
  for (let k = 0; k < times; k++) {
    cuts.step(pause - 30, false);
    cuts.step(30, true);
  }
}

describe('cuts of charging by full cells', () => {
  it('VLB-21 are counted once each, however long they last', () => {
    const cuts = new ChargeCuts();
    for (let t = 0; t < 600; t++) cuts.step(1, t >= 100 && t < 400);
    assert.equal(cuts.count, 1);
    assert.equal(cuts.sinceLast, 499);
    assert.equal(cuts.cyclingFor, 0);
  });

  it('VLB-21 for twelve hours', () => {
    const cuts = new ChargeCuts();
    cut(cuts, 20, 120);
    cuts.step(11 * HOUR, false);
    assert.equal(cuts.count, 20);
    cuts.step(2 * HOUR, false);
    assert.equal(cuts.count, 0);
  });

  it('VLB-21 the time of cycling leaves out nights, and is forgotten after three days without a cut', () => {
    const cuts = new ChargeCuts();
    cut(cuts, 101, 180);
    assert.equal(cuts.cyclingFor, 5 * HOUR);
    cuts.step(14 * HOUR, false);
    cut(cuts, 101, 180);
    assert.equal(cuts.cyclingFor, 10 * HOUR);
    cuts.step(73 * HOUR, false);
    assert.equal(cuts.cyclingFor, 0);
    cut(cuts, 2, 180);
    assert.equal(cuts.cyclingFor, 180);
  });

  it('without a cut there is no time since one', () => {
    const cuts = new ChargeCuts();
    cuts.step(HOUR, false);
    assert.equal(cuts.sinceLast, Number.NaN);
    assert.equal(cuts.count, 0);
  });

  it('a round trip through JSON goes on as if nothing had happened, and nonsense is not believed', () => {
    const steps = fc.array(fc.tuple(fc.double({ min: 0, max: 5 * HOUR, noNaN: true }), fc.boolean()), {
      maxLength: 30,
    });
    fc.assert(
      fc.property(steps, steps, (before, after) => {
        const one = new ChargeCuts();
        for (const [dt, isCut] of before) one.step(dt, isCut);
        const other = new ChargeCuts();
        other.restore(JSON.parse(JSON.stringify(one.state())));
        for (const [dt, isCut] of after) {
          one.step(dt, isCut);
          other.step(dt, isCut);
          assert.deepEqual(other.state(), one.state());
        }
      }),
    );
    for (const thing of [null, 1, {}, { hours: [1] }, { hours: Array<null>(12).fill(null) }]) {
      const cuts = new ChargeCuts();
      cuts.restore(thing);
      assert.deepEqual(cuts.state(), new ChargeCuts().state());
    }
  });
});
