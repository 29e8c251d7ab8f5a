/** The link to a PACE BMS by Modbus against the simulated one. */
import assert from 'node:assert/strict';
import { PACE_MODBUS } from '../../../src/links/pace-modbus/protocol.ts';
import { paceModbusKind } from '../../../src/simulator/pace-modbus.ts';
import { benches } from '../support/benches.ts';
import { describeModbusBms } from '../support/modbus-bms.ts';

const BMS = { protocol: PACE_MODBUS, device: paceModbusKind, currentStep: 0.01, tellsCells: false };

describe('the link to a PACE BMS by Modbus', () => {
  const bench = benches(BMS);
  describeModbusBms(BMS);

  it('the BMS, deaf for 0.1 s after an answer, misses no question', async () => {
    const b = bench();
    await b.pass(10);
    // Serial numbers once, then one block a cycle; the simulated BMS would not have heard a hasty one.
    assert.equal(b.sent.length, b.seen.length + 1);
    assert.deepEqual(
      b.states.map(({ ok }) => ok),
      [true],
    );
  });

  it('its MOSFETs are told apart from its permission', async () => {
    const b = bench();
    await b.pass(2);
    b.tell('cell 2 2.4');
    await b.pass(2);
    const { hardware = {} } = b.latest();
    assert.deepEqual([hardware['chargeSwitchClosed'], hardware['loadSwitchClosed']], [true, false]);
    assert.equal(hardware['cellUndervoltage'], true);
  });

  it('cells that the pack does not have are left out', async () => {
    const b = bench({ cells: 5 });
    await b.pass(3);
    assert.equal(b.latest().cells?.length, 5);
  });

  it('a sensor that has only ever said 0 °C is not fitted; one that has said more may say it', async () => {
    const b = bench({ cells: 3 });
    await b.pass(3);
    assert.equal(b.latest().temperatures?.length, 3);
    b.tell('temperature 1 0');
    await b.pass(2);
    assert.equal(b.latest().temperatures?.[0], 0);
    const fresh = bench();
    for (const cell of [1, 2, 3, 4]) fresh.tell(`temperature ${cell} 0`);
    await fresh.pass(3);
    assert.deepEqual(fresh.latest().temperatures, []);
  });
});
