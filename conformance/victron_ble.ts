/** The published adverts of Victron devices against the codec. */
import { createCipheriv } from 'node:crypto';
import { optionDefaults } from '../src/links/options.ts';
import { VICTRON_BLE } from '../src/links/victron-ble/protocol.ts';
import { compare, type Outcome, type Suite, type Vector } from './suite.ts';

const OWN_KEY = '000102030405060708090a0b0c0d0e0f';
const LYNX = 10;

/** Published records come without their envelope: they get one, with a key of our own. */
function wrapped(record: string, type: number): Uint8Array {
  const nonce = Uint8Array.of(0x34, 0x12);
  const block = new Uint8Array(16);
  block.set(nonce);
  const cipher = createCipheriv('aes-128-ctr', Buffer.from(OWN_KEY, 'hex'), block);
  const encrypted = cipher.update(Buffer.from(record, 'hex').subarray(0, 16));
  return Uint8Array.of(0x10, 0x02, 0, 0, type, ...nonce, 0, ...encrypted);
}

/** The file's words for what the codec says; those that a record does not have stay `undefined`. */
function fieldsOf(frame: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const type = frame['recordType'];
  const consumed = frame['consumedAh'];
  return {
    type,
    modelName: frame['modelName'],
    voltage_V: frame['voltage'],
    current_A: frame['current'],
    soc_pct: frame['soc'],
    // The file has the sign of a library for the Lynx BMS; the document and Venus OS negate it, as for shunts.
    consumed_Ah: type === LYNX && typeof consumed === 'number' ? -consumed : consumed,
    ttg_min: frame['timeToGoMinutes'],
    alarm: frame['alarmBits'],
    auxMode: frame['auxMode'],
    midpoint_V: frame['midpointVoltage'],
    starter_V: frame['starterVoltage'],
    temp_C: frame['temperature'],
    state: frame['state'],
    yieldToday_Wh: frame['yieldToday'],
    pv_W: frame['pvPower'],
    load_A: frame['loadCurrent'],
    input_V: frame['inputVoltage'],
    output_V: frame['outputVoltage'],
    output: frame['output'],
    offReason: frame['offReason'],
    meterType: frame['meterType'],
    errorFlags: frame['errorFlags'],
    balancer: frame['balancer'],
    bmsFlags: frame['bmsFlags'],
    cells_V: frame['cells'],
    error: frame['error'],
    ioStatus: frame['ioStatus'],
    alarmFlags: frame['alarmFlags'],
  };
}

function check(vector: Vector): Outcome {
  const { hex, expected } = vector;
  const isBare = vector['decrypted'] === true;
  const secret = isBare ? OWN_KEY : String(vector['key']);
  const bytes = isBare ? wrapped(hex, Number(vector['recordType'])) : Uint8Array.from(Buffer.from(hex, 'hex'));
  const read = VICTRON_BLE.decode(bytes, { ...optionDefaults(VICTRON_BLE.info.options), secret });
  if (expected['error'] === 'key mismatch') {
    if (!read.ok && read.refusal === 'key') return { kind: 'refused', why: read.text };
    return { kind: 'failed', differences: [read.ok ? 'it was taken' : `refused for another reason: ${read.text}`] };
  }
  return read.ok ? compare(expected, fieldsOf(read.frame)) : { kind: 'failed', differences: [`refused: ${read.text}`] };
}

const suite: Suite = { file: 'victron_ble', check };
export default suite;
