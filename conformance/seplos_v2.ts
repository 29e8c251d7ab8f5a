/** Published frames of Seplos V2 against `decode` and the questions of the link. */
import { type Envelope, openEnvelope, sealEnvelope } from '../src/links/ascii-hex/envelope.ts';
import { optionDefaults } from '../src/links/options.ts';
import { SEPLOS_V2_INFO } from '../src/links/seplos-v2/info.ts';
import { seplosQuestion } from '../src/links/seplos-v2/frame.ts';
import { SEPLOS_V2 } from '../src/links/seplos-v2/protocol.ts';
import { compare, type Suite, type Vector } from './suite.ts';

const OPTIONS = optionDefaults(SEPLOS_V2_INFO.options);
/** Words of the file for our names of questions. */
const REQUESTS: Readonly<Record<string, string>> = {
  'telemetry 42': 'telemetry',
  'telesignal 44': 'alarms',
  'single machine data': 'single',
  manufacturer: 'manufacturer',
  'pack summary': 'summary',
};

const suite: Suite = {
  file: 'seplos_v2',
  check(vector) {
    const bytes = bytesOf(vector);
    const { checksumOk, ...expected } = vector.expected;
    const decoded = SEPLOS_V2.decode(bytes, OPTIONS);
    if (checksumOk === false) {
      if (!decoded.ok && decoded.refusal === 'checksum') return { kind: 'refused', why: decoded.text };
      return { kind: 'failed', differences: ['the checksum is wrong, and it was not refused for that'] };
    }
    if (!decoded.ok) {
      // The file's own example of a checksum is no whole frame: only the sum of its characters is right.
      const whole = decoded.refusal === 'checksum' || Object.keys(expected).length > 0;
      return whole ? { kind: 'failed', differences: [decoded.text] } : { kind: 'refused', why: decoded.text };
    }
    const wrongQuestion = questionProblem(bytes, decoded.frame);
    if (wrongQuestion !== null) return { kind: 'failed', differences: [wrongQuestion] };
    return compare(expected, inWordsOfTheFile(decoded.frame, vector));
  },
};
export default suite;

/** Frames given as the bytes their digits stand for get their envelope first. */
function bytesOf(vector: Vector): Uint8Array {
  const bytes = Uint8Array.from(Buffer.from(vector.hex, 'hex'));
  if (vector['payloadOnly'] !== true) return bytes;
  const [version = 0, address = 0, kind = 0, code = 0] = bytes;
  return sealEnvelope({ version, address, kind, code, info: bytes.slice(6) });
}

/** A question for values must be the very bytes that the link asks with. */
function questionProblem(bytes: Uint8Array, frame: Readonly<Record<string, unknown>>): string | null {
  const command = frame['request'];
  if (frame['transport'] === 'BLE' || (command !== 'telemetry' && command !== 'alarms')) return null;
  const opened = openEnvelope(bytes);
  const mine = sealEnvelope(seplosQuestion((opened as { envelope: Envelope }).envelope.address, command));
  return Buffer.compare(mine, bytes) === 0 ? null : `the link asks ${Buffer.from(mine).toString('latin1')}`;
}

function inWordsOfTheFile(
  frame: Readonly<Record<string, unknown>>,
  { expected, hex }: Vector,
): Record<string, unknown> {
  const cells = (frame['cells'] as readonly number[] | undefined) ?? [];
  const switches = frame['switches'] as { charge: boolean; discharge: boolean } | undefined;
  const known: Record<string, unknown> = {
    cells_mV: cells.map((volts) => Math.round(volts * 1e6) / 1000),
    cells_V: cells,
    temps_C: [
      ...((frame['temperatures'] as number[] | undefined) ?? []),
      frame['ambientTemperature'],
      frame['mosTemperature'],
    ],
    current_A: frame['current'],
    voltage_V: frame['voltage'],
    remaining_Ah: frame['remaining'],
    full_Ah: frame['full'],
    soc_pct: frame['soc'],
    rated_Ah: frame['rated'],
    design_Ah: frame['rated'],
    cycles: frame['cycles'],
    soh_pct: frame['soh'],
    portVoltage_V: frame['portVoltage'],
    chargeMos: switches?.charge,
    dischargeMos: switches?.discharge,
    rtn: frame['returnCode'],
    addr: frame['address'],
    model: frame['model'],
    swVersion: frame['version'],
    ascii: Buffer.from(hex, 'hex').toString('latin1').trimEnd(),
  };
  const { request } = expected;
  if (typeof request === 'string') {
    const words = Object.keys(REQUESTS).find((name) => REQUESTS[name] === frame['request'] && name === request);
    // Rows of the document are named by their title there.
    const title = request.startsWith('doc ') && typeof frame['request'] === 'string' ? request : undefined;
    const right = request.includes('telemetry') ? 'telemetry' : 'alarms';
    known['request'] = words ?? (frame['request'] === right ? title : frame['request']);
  }
  return known;
}
