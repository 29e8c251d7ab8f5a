/** The link to a Seplos V3 pack against the simulated one. */
import assert from 'node:assert/strict';
import { DEFAULT_OPTIONS } from '../../../src/links/options.ts';
import { readPia, readPib } from '../../../src/links/seplos-v3/blocks.ts';
import { observeSeplosV3 } from '../../../src/links/seplos-v3/observe.ts';
import { SEPLOS_V3 } from '../../../src/links/seplos-v3/protocol.ts';
import { seplosV3Kind } from '../../../src/simulator/seplos-v3.ts';
import { benches, near } from '../support/benches.ts';
import { describeModbusBms } from '../support/modbus-bms.ts';

const BMS = { protocol: SEPLOS_V3, device: seplosV3Kind, currentStep: 0.01, tellsCells: true };

describe('the link to a Seplos V3', () => {
  const bench = benches(BMS);
  describeModbusBms(BMS);

  it('a pack at address 0 is asked and answers, although 0 is everybody elsewhere', async () => {
    const b = bench({ options: { address: '0' }, simulated: { unit: 0 } });
    await b.pass(3);
    assert.ok(b.link.state().ok, String(b.link.state().problem));
    assert.ok(b.sent.some((hex) => hex.startsWith('000410000011')));
  });

  it('its MOSFETs are told apart from its permission', async () => {
    const b = bench();
    await b.pass(2);
    const { hardware = {} } = b.latest();
    assert.deepEqual([hardware['chargeSwitchClosed'], hardware['loadSwitchClosed']], [true, true]);
    b.tell('cell 1 3.7');
    await b.pass(2);
    assert.equal(b.latest().hardware?.['chargeSwitchClosed'], false);
    assert.equal(b.latest().hardware?.['loadSwitchClosed'], true);
    assert.equal(b.latest().hardware?.['cellOvervoltage'], true);
  });

  it('its own extremes come with the cells', async () => {
    const b = bench();
    b.tell('cell 3 2.9');
    b.tell('temperature 2 31');
    await b.pass(3);
    near(b.latest().cellMin?.value, 2.9, 0.001);
    near(b.latest().temperatures?.[1], 31, 0.1);
  });

  it('a cell beyond its own extremes counts, whatever those say', () => {
    const pia = readPia([2640, 0, 7001, 10_002, 0, 600, 987, 45, 3300, 2931, 3310, 3290, 2931, 2931, 0, 150, 100]);
    const table = Array.from({ length: 16 }, (_, i) => (i === 2 ? 2400 : i === 5 ? 3700 : 3300));
    const pib = readPib([...table, 2931, 2931, 2931, 2931, 0, 0, 0, 0, 2931, 2931]);
    const seen = observeSeplosV3({ pia, pib, cells: 8 }, DEFAULT_OPTIONS);
    assert.deepEqual(seen.cellMin, { value: 2.4, cell: 3 });
    assert.deepEqual(seen.cellMax, { value: 3.7, cell: 6 });
  });

  it('its own extremes of temperature do not hide a sensor that is lost', async () => {
    const b = bench();
    b.tell('temperature 2 dead');
    await b.pass(3);
    const { temperatures, temperatureMin, temperatureMax } = b.latest();
    assert.equal(temperatures?.[1], null);
    assert.deepEqual([temperatureMin, temperatureMax], [undefined, undefined]);
  });

  it('a number of cells that it tells wrongly is passed on, to be compared with the setting', async () => {
    const b = bench();
    b.tell('count 7');
    await b.pass(3);
    assert.equal(b.latest().cellCount, 7);
    assert.equal(b.latest().cells?.length, 7);
  });

  it('it asks for the number of cells once, and again after it was away', async () => {
    const b = bench();
    const asked = () => b.sent.filter((hex) => hex.startsWith('010413000002')).length;
    await b.pass(10);
    assert.equal(asked(), 1);
    b.tell('silence');
    await b.pass(8);
    b.tell('resume');
    await b.pass(8);
    assert.equal(asked(), 2);
  });
});
