import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { decodeFrame, type Frame } from '../../../src/links/123smartbms/codec.ts';
import { createFramer } from '../../../src/links/123smartbms/framer.ts';
import { encodeFrame } from './build-frame.ts';

function decode(bytes: Uint8Array, formula: 'driver' | 'document'): Frame {
  const decoded = decodeFrame(bytes, formula);
  assert.ok(decoded.ok, decoded.ok ? '' : decoded.text);
  return decoded.frame;
}

interface Vector {
  name: string;
  hex: string;
  expected: Record<string, unknown>;
}

const orZero = (current: number | null) => current ?? 0; // the vectors' source has no word for unknown

/** How the names of the shared vectors read in a frame. */
function fieldOf(name: string, bytes: Uint8Array): unknown {
  const document = decode(bytes, 'document');
  const driver = decode(bytes, 'driver');
  const signAt = (at: number) => String.fromCharCode(bytes[at] ?? 0);
  const { key, value } = document.keyValue ?? {};
  const { chargeAllowed, loadAllowed, ...flags } = document.status;
  const status2 = (bit: number) => key === 16 && ((value ?? 0) & (1 << bit)) !== 0;
  const fields: Record<string, unknown> = {
    packVoltage_V: document.packVoltage,
    i1_A: document.currentIn,
    i1Sign: signAt(3),
    i2_A: document.currentOut,
    i2Sign: signAt(6),
    iBattery_A: orZero(document.current),
    iBatterySign: signAt(9),
    lowestCell_V: document.cellMin.voltage,
    lowestCellNr: document.cellMin.cell,
    highestCell_V: document.cellMax.voltage,
    highestCellNr: document.cellMax.cell,
    lowestTemp_raw: document.temperatureMin.raw,
    lowestTemp_docC: document.temperatureMin.celsius,
    lowestTemp_driverC: driver.temperatureMin.celsius,
    lowestTempCellNr: document.temperatureMin.cell,
    highestTemp_raw: document.temperatureMax.raw,
    highestTemp_docC: document.temperatureMax.celsius,
    highestTemp_driverC: driver.temperatureMax.celsius,
    highestTempCellNr: document.temperatureMax.cell,
    cellNr: document.cell?.number ?? bytes[24],
    cellIgnored: document.cell === null,
    cellCount: document.cellCount,
    cell_V: document.cell?.voltage,
    cellTemp_docC: document.cell?.temperature,
    cellTemp_driverC: driver.cell?.temperature,
    energyTodayCollected_Wh: document.energyCollectedToday,
    energyStored_Wh: document.energyStored,
    energyTodayConsumed_Wh: document.energyConsumedToday,
    soc_pct: document.soc,
    totalCollected_kWh: document.energyCollectedTotal,
    totalConsumed_kWh: document.energyConsumedTotal,
    byte47: document.keyValue === null ? bytes[47] : 'a key',
    byte48: document.keyValue === null ? bytes[48] : 'a value',
    capacity_kWh: document.capacity,
    cellVminSetting_V: document.vMinSetting,
    cellVmaxSetting_V: document.vMaxSetting,
    cellVbalanceSetting_V: document.vBalanceSetting,
    allowCharge: chargeAllowed,
    allowDischarge: loadAllowed,
    commError: flags.cellCommunicationError,
    vMin: flags.vMin,
    vMax: flags.vMax,
    tMin: flags.tMin,
    tMax: flags.tMax,
    socNotCalibrated: flags.socNotCalibrated,
    checksum: bytes[57],
    key,
    value,
    status2: value,
    sohPct: key === 0 ? value : undefined,
    soh_valid: key === 0 && (value ?? 0) <= 100,
    vNomMsb: key === 4 ? value : undefined,
    vNomLsb: key === 5 ? value : undefined,
    chargeCyclesMsb: key === 8 ? value : undefined,
    chargeCyclesLsb: key === 9 ? value : undefined,
    earlyWarning: status2(1),
    tMinCharge: status2(2),
    tMinDischarge: status2(3),
    chargeRelayClosed: status2(4),
    loadRelayClosed: status2(5),
  };
  assert.ok(name in fields, `the vector has a field ${name} that this test does not know`);
  return fields[name];
}

/** The single fields the protocol document gives as examples, put into a frame. */
function documentExamples(): Record<string, unknown> {
  const frame = decode(
    encodeFrame({
      packVoltage: 0x0105ff,
      currentIn: { sign: '+', counts: 0x0100 },
      cellMin: 0x0230,
      temperatureMin: 0x0114,
      temperatureMax: 0x0128,
      energyStored: 0x00f221,
      capacity: 0x00a0,
      vMin: 0x0244,
      vMax: 0x02e4,
      vBalance: 0x02bc,
      keyByte: 0x19,
    }),
    'document',
  );
  return {
    '0x0105FF*0.005': frame.packVoltage,
    '0x0100*0.125': frame.currentIn,
    '0x0230*0.005': frame.cellMin.voltage,
    '0x0114 temp': frame.temperatureMin.celsius,
    '0x0128 temp': frame.temperatureMax.celsius,
    '0x00F221 Wh': frame.energyStored,
    '0x00A0*0.1 kWh': frame.capacity,
    '0x0244*0.005': frame.vMinSetting,
    '0x02E4*0.005': frame.vMaxSetting,
    '0x02BC*0.005': frame.vBalanceSetting,
    '0x19 key': frame.keyValue?.key,
  };
}

describe('123\\SmartBMS vectors', () => {
  const file = '../shared/vectors/123smartbms_uart.json';

  it('123-R19 decodes or refuses all of them as expected', function () {
    if (!existsSync(file)) {
      console.log(`      skipped: no vectors at ${file}`);
      this.skip();
    }
    const vectors = JSON.parse(readFileSync(file, 'utf8')) as Vector[];
    assert.equal(vectors.length, 26);
    for (const { name, hex, expected } of vectors) {
      const bytes = Uint8Array.from(Buffer.from(hex, 'hex'));
      if (hex === '') {
        assert.deepEqual(documentExamples(), expected, name);
      } else if ('error' in expected) {
        const decoded = decodeFrame(bytes, 'driver');
        assert.equal(decoded.ok ? 'none' : decoded.refusal, expected['error'], name);
      } else if ('frames' in expected) {
        const found = createFramer().push(bytes, 0);
        assert.equal(found.length, expected['frames'], name);
        const offsets = found.map((frame) => Buffer.from(bytes).indexOf(frame.bytes));
        assert.deepEqual(offsets, expected['offsets'], name);
      } else {
        assert.equal(createFramer().push(bytes, 0).length, 1, `${name}: the framer finds it too`);
        for (const [field, value] of Object.entries(expected)) {
          const nested =
            typeof value === 'object' && value !== null ? Object.entries(value) : [[field, value] as const];
          for (const [inner, wanted] of nested) assert.deepEqual(fieldOf(inner, bytes), wanted, `${name}: ${inner}`);
        }
      }
    }
  });
});
