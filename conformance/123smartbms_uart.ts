/** The frame of the 123\SmartBMS "extended data output". */
import { decodeFrame, type Frame, type TemperatureFormula } from '../src/links/123smartbms/codec.ts';
import { createFramer } from '../src/links/123smartbms/framer.ts';
import { AT, checksum, FRAME_LENGTH } from '../src/links/123smartbms/layout.ts';
import { SMARTBMS123 } from '../src/links/123smartbms/protocol.ts';
import { DEFAULT_OPTIONS } from '../src/links/options.ts';
import { compare, type Outcome, type Suite, type Vector } from './suite.ts';

type Fields = Record<string, unknown>;

function read(bytes: Uint8Array, formula: TemperatureFormula): Frame | null {
  const decoded = decodeFrame(bytes, formula);
  return decoded.ok ? decoded.frame : null;
}

/** A frame's fields by the names of the file. */
function fieldsOf(bytes: Uint8Array): Fields | null {
  const frame = read(bytes, 'document');
  const driver = read(bytes, 'driver');
  if (frame === null || driver === null) return null;
  const signAt = (at: number): string => String.fromCharCode(bytes[at] ?? 0);
  return {
    packVoltage_V: frame.packVoltage,
    i1_A: frame.currentIn,
    i1Sign: signAt(AT.currentIn),
    i2_A: frame.currentOut,
    i2Sign: signAt(AT.currentOut),
    // The file has no word for an unknown current of the battery.
    iBattery_A: frame.current ?? 0,
    iBatterySign: signAt(AT.current),
    lowestCell_V: frame.cellMin.voltage,
    lowestCellNr: frame.cellMin.cell,
    highestCell_V: frame.cellMax.voltage,
    highestCellNr: frame.cellMax.cell,
    ...temperatureFields(frame, driver),
    cellNr: frame.cell?.number ?? bytes[AT.cellNumber],
    cellIgnored: frame.cell === null,
    cellCount: frame.cellCount,
    cell_V: frame.cell?.voltage,
    energyTodayCollected_Wh: frame.energyCollectedToday,
    energyStored_Wh: frame.energyStored,
    energyTodayConsumed_Wh: frame.energyConsumedToday,
    soc_pct: frame.soc,
    totalCollected_kWh: frame.energyCollectedTotal,
    totalConsumed_kWh: frame.energyConsumedTotal,
    capacity_kWh: frame.capacity,
    cellVminSetting_V: frame.vMinSetting,
    cellVmaxSetting_V: frame.vMaxSetting,
    cellVbalanceSetting_V: frame.vBalanceSetting,
    checksum: bytes[AT.checksum],
    ...statusFields(frame),
    ...pairFields(frame, bytes),
  };
}

function statusFields({ status }: Frame): Fields {
  const { chargeAllowed, loadAllowed, cellCommunicationError, ...flags } = status;
  return { ...flags, allowCharge: chargeAllowed, allowDischarge: loadAllowed, commError: cellCommunicationError };
}

function temperatureFields(document: Frame, driver: Frame): Fields {
  return {
    lowestTemp_raw: document.temperatureMin.raw,
    lowestTemp_docC: document.temperatureMin.celsius,
    lowestTemp_driverC: driver.temperatureMin.celsius,
    lowestTempCellNr: document.temperatureMin.cell,
    highestTemp_raw: document.temperatureMax.raw,
    highestTemp_docC: document.temperatureMax.celsius,
    highestTemp_driverC: driver.temperatureMax.celsius,
    highestTempCellNr: document.temperatureMax.cell,
    cellTemp_docC: document.cell?.temperature,
    cellTemp_driverC: driver.cell?.temperature,
  };
}

const HIGH_AND_LOW = { 0: 'sohPct', 4: 'vNomMsb', 5: 'vNomLsb', 8: 'chargeCyclesMsb', 9: 'chargeCyclesLsb' };
const STATUS_2 = {
  1: 'earlyWarning',
  2: 'tMinCharge',
  3: 'tMinDischarge',
  4: 'chargeRelayClosed',
  5: 'loadRelayClosed',
};

/** The key/value pair, or what older firmware has in its place. */
function pairFields({ keyValue }: Frame, bytes: Uint8Array): Fields {
  if (keyValue === null) return { byte47: bytes[AT.key], byte48: bytes[AT.value] };
  const { key, value } = keyValue;
  const fields: Fields = { key, value };
  for (const [of, name] of Object.entries(HIGH_AND_LOW)) if (key === Number(of)) fields[name] = value;
  if (key === 0) fields['soh_valid'] = value <= 100;
  if (key !== 16) return fields;
  const bits = Object.entries(STATUS_2).map(([bit, name]) => [name, (value & (1 << Number(bit))) !== 0]);
  return { ...fields, ...Object.fromEntries(bits), status2: value };
}

/** The single fields that the protocol document gives as examples, put into a frame that says nothing else. */
function documentExamples(): Fields | null {
  const bytes = new Uint8Array(FRAME_LENGTH);
  const put = (at: number, ...values: number[]): void => bytes.set(values, at);
  for (const at of [AT.currentIn, AT.currentOut, AT.current]) put(at, 0x2b);
  put(AT.packVoltage, 0x01, 0x05, 0xff);
  put(AT.currentIn + 1, 0x01, 0x00);
  put(AT.cellMin, 0x02, 0x30);
  put(AT.temperatureMin, 0x01, 0x14);
  put(AT.temperatureMax, 0x01, 0x28);
  put(AT.energyStored, 0x00, 0xf2, 0x21);
  put(AT.key, 0x19);
  put(AT.capacity, 0x00, 0xa0);
  put(AT.vMin, 0x02, 0x44);
  put(AT.vMax, 0x02, 0xe4);
  put(AT.vBalance, 0x02, 0xbc);
  put(AT.checksum, checksum(bytes));
  const frame = read(bytes, 'document');
  return (
    frame && {
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
    }
  );
}

/** Frames in a stream: how many, and where each begins. */
function checkStream(expected: Vector['expected'], bytes: Uint8Array): Outcome {
  const found = createFramer().push(bytes, 0);
  const offsets = found.map((frame) => Buffer.from(bytes).indexOf(frame.bytes));
  return compare(expected, { frames: found.length, offsets });
}

function check({ hex, expected }: Vector): Outcome {
  if (hex === '') return compareFields(expected, documentExamples());
  const bytes = Uint8Array.from(Buffer.from(hex, 'hex'));
  if ('frames' in expected) return checkStream(expected, bytes);
  if ('error' in expected) {
    const decoded = SMARTBMS123.decode(bytes, DEFAULT_OPTIONS);
    if (decoded.ok) return failed('it was taken');
    if (decoded.refusal !== expected['error']) return failed(`refused as ${decoded.refusal}`);
    return { kind: 'refused', why: decoded.text };
  }
  if (createFramer().push(bytes, 0).length !== 1) return failed('the framer does not find it');
  return compareFields(flat(expected), fieldsOf(bytes));
}

/** The flags of a status byte stand by themselves, or in an object under its name. */
function flat(expected: Vector['expected']): Vector['expected'] {
  const pairs = Object.entries(expected).flatMap(([name, value]) =>
    typeof value === 'object' && value !== null ? Object.entries(value) : [[name, value] as const],
  );
  return Object.fromEntries(pairs);
}

function compareFields(expected: Vector['expected'], actual: Fields | null): Outcome {
  return actual === null ? failed('refused') : compare(expected, actual);
}

function failed(difference: string): Outcome {
  return { kind: 'failed', differences: [difference] };
}

const suite: Suite = { file: '123smartbms_uart', check };
export default suite;
