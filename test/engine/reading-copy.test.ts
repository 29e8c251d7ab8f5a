import assert from 'node:assert/strict';
import { PackEngine } from '../../src/engine/pack-engine.ts';
import { copyReading } from '../../src/engine/reading/reading.ts';
import { settingsOf } from '../support/pack.ts';

/** Every object inside a value, itself included. */
function objectsIn(value: unknown): object[] {
  if (typeof value !== 'object' || value === null) return [];
  return [value, ...Object.values(value).flatMap(objectsIn)];
}

describe('a copy of a reading', () => {
  it('is the same and shares nothing, with every part that a source may measure', () => {
    const engine = new PackEngine(settingsOf('lifepo4'), { name: 'house' });
    const cells = [1, 2, 3, 4].map((cell) => ({ cell, voltage: 3.3, temperature: 20 }));
    const further = {
      bmsTemperature: 30,
      starterVoltage: 13,
      alternatorCurrent: 20,
      currentIn: 1,
      currentOut: 0,
      soc: 50,
    };
    const hardware = { chargeAllowed: true, fault: '' };
    engine.observe(
      'link',
      { cellCount: 4, cells, temperatures: [21, 22], current: 1, voltage: 13.2, hardware, ...further },
      1000,
    );
    engine.trouble('message', 'silent');
    for (const reading of [
      engine.reading(1000, 0),
      new PackEngine(settingsOf('lifepo4'), { name: 'x' }).reading(1, 0),
    ]) {
      const copy = copyReading(reading);
      assert.deepEqual(copy, reading);
      const ours = new Set(objectsIn(reading));
      assert.deepEqual(
        objectsIn(copy).filter((part) => ours.has(part)),
        [],
      );
    }
  });
});
