import assert from 'node:assert/strict';
import { createKeyValues, type KeyValues } from '../../../src/links/123smartbms/key-values.ts';

/** One turn: SoH 98 %, efficiency 97 %, 2.9, 3.2 and 3.5 V, firmware 3.3.11, 1234 cycles, 70 000 and 65 000 kWh. */
const TURN = [
  98, 97, 0x02, 0x44, 0x02, 0x80, 0x33, 11, 0x04, 0xd2, 0x01, 0x11, 0x70, 0x00, 0xfd, 0xe8, 0x32, 0x02, 0xbc,
];

function turn(into: KeyValues, start: number, bytes: readonly number[] = TURN): number {
  for (const [key, value] of bytes.entries()) into.take({ key, value }, start + key);
  return start + bytes.length;
}

const NOTHING = {
  soh: null,
  efficiency: null,
  vLow: null,
  vNominal: null,
  vFull: null,
  firmware: null,
  chargeCycles: null,
  energyCharged: null,
  energyDischarged: null,
  earlyWarning: null,
  tMinCharge: null,
  tMinDischarge: null,
  chargeRelayClosed: null,
  loadRelayClosed: null,
};

describe('123\\SmartBMS slow values', () => {
  it('123-R19 puts numbers of several bytes together when a new turn begins, not before', () => {
    const slow = createKeyValues();
    assert.deepEqual(slow.values(0), NOTHING);
    const end = turn(slow, 0);
    const { vNominal, chargeCycles, firmware, soh } = slow.values(end - 1);
    assert.deepEqual(
      { vNominal, chargeCycles, firmware, soh },
      { vNominal: null, chargeCycles: null, firmware: null, soh: 98 },
    );
    slow.take({ key: 0, value: 99 }, end);
    assert.deepEqual(slow.values(end), {
      soh: 99,
      efficiency: 97,
      vLow: 2.9,
      vNominal: 3.2,
      vFull: 3.5,
      firmware: '3.3.11',
      chargeCycles: 1234,
      energyCharged: 70_000,
      energyDischarged: 65_000,
      earlyWarning: true,
      tMinCharge: false,
      tMinDischarge: false,
      chargeRelayClosed: true,
      loadRelayClosed: true,
    });
  });

  it('a number with a byte missing stays unknown', () => {
    const slow = createKeyValues();
    for (const [key, value] of TURN.entries()) if (key !== 9) slow.take({ key, value }, key);
    slow.take({ key: 0, value: 98 }, 19);
    assert.equal(slow.values(19).chargeCycles, null);
    assert.equal(slow.values(19).vNominal, 3.2);
  });

  it('everything expires after 60 s, the bytes and what was made of them', () => {
    const slow = createKeyValues();
    const end = turn(slow, 0);
    slow.take({ key: 0, value: 98 }, end);
    assert.equal(slow.values(16 + 60).earlyWarning, true);
    assert.equal(slow.values(16 + 60.1).earlyWarning, null);
    assert.equal(slow.values(end + 60).chargeCycles, 1234);
    assert.deepEqual(slow.values(end + 60.1), NOTHING);
    slow.take({ key: 0, value: 98 }, end + 80);
    assert.deepEqual(slow.values(end + 80), { ...NOTHING, soh: 98 });
  });

  it('health and efficiency above 100 are not valid', () => {
    const slow = createKeyValues();
    slow.take({ key: 0, value: 101 }, 0);
    slow.take({ key: 1, value: 255 }, 0);
    assert.deepEqual(slow.values(0), NOTHING);
    slow.take({ key: 0, value: 100 }, 1);
    assert.equal(slow.values(1).soh, 100);
  });

  it('reads every bit of status byte 2, and leaves the unused ones and unknown keys alone', () => {
    const slow = createKeyValues();
    const names = ['earlyWarning', 'tMinCharge', 'tMinDischarge', 'chargeRelayClosed', 'loadRelayClosed'] as const;
    for (const [place, name] of names.entries()) {
      slow.take({ key: 16, value: 1 << (place + 1) }, 0);
      const values = slow.values(0);
      assert.deepEqual(
        names.filter((other) => values[other]),
        [name],
      );
    }
    slow.take({ key: 16, value: 0b1100_0001 }, 0);
    slow.take({ key: 19, value: 1 }, 0);
    slow.take({ key: 230, value: 1 }, 0);
    assert.ok(names.every((name) => slow.values(0)[name] === false));
  });
});
