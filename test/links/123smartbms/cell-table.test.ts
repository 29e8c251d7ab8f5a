import assert from 'node:assert/strict';
import { createCellTable } from '../../../src/links/123smartbms/cell-table.ts';
import { decodeFrame } from '../../../src/links/123smartbms/codec.ts';
import { createVote } from '../../../src/links/123smartbms/vote.ts';
import { encodeFrame, type RawFrame } from './build-frame.ts';

/** A table behind a vote that has settled on `SUNNY` (3.34 to 3.37 V, 15 to 22 °C). */
function settled() {
  const vote = createVote();
  const table = createCellTable();
  let second = 0;
  const take = (fields: Partial<RawFrame> = {}) => {
    const decoded = decodeFrame(encodeFrame(fields), 'document');
    assert.ok(decoded.ok);
    const verdict = vote.add(decoded.frame, second++);
    return verdict === null ? null : table.take(verdict);
  };
  take({ cellNumber: 0 });
  take({ cellNumber: 0 });
  return take;
}

describe('123\\SmartBMS table of cells', () => {
  it('passes on the cell of the frame', () => {
    assert.deepEqual(settled()(), { cell: 7, voltage: 3.355, temperature: 20 });
    assert.equal(settled()({ cellNumber: 0 }), null);
  });

  it('leaves out what lies outside the pack’s own extremes, and keeps the other value', () => {
    const take = settled();
    assert.deepEqual(take({ cellVoltage: 840 }), { cell: 7, temperature: 20 });
    assert.deepEqual(take({ cellNumber: 8, cellTemperature: 400 }), { cell: 8, voltage: 3.355 });
    assert.equal(take({ cellNumber: 9, cellVoltage: 100, cellTemperature: 100 }), null);
  });

  it('an outlier said twice running by the same cell is evidence and passes', () => {
    const take = settled();
    assert.deepEqual(take({ cellVoltage: 780 }), { cell: 7, temperature: 20 });
    assert.deepEqual(take({ cellNumber: 8, cellVoltage: 780 }), { cell: 8, temperature: 20 });
    assert.deepEqual(take({ cellVoltage: 781 }), { cell: 7, voltage: 3.905, temperature: 20 });
    take();
    assert.deepEqual(take({ cellVoltage: 780 }), { cell: 7, temperature: 20 });
  });

  it('takes no cell from a frame that counts other cells, nor with the cell communication broken', () => {
    const take = settled();
    assert.equal(take({ cellCount: 15 }), null);
    take();
    take({ status: 0x04 });
    assert.equal(take({ status: 0x04 }), null);
  });
});
