/** Published frames of Pylontech modules against `decode` and the questions of the link. */
import { openEnvelope, sealEnvelope } from '../src/links/ascii-hex/envelope.ts';
import { optionDefaults } from '../src/links/options.ts';
import type { Decoded } from '../src/links/protocol.ts';
import { PYLONTECH_COMMANDS, pylontechQuestion } from '../src/links/pylontech/frame.ts';
import { PYLONTECH_INFO } from '../src/links/pylontech/info.ts';
import { PYLONTECH } from '../src/links/pylontech/protocol.ts';
import { compare, type Outcome, type Suite } from './suite.ts';

type Frame = Readonly<Record<string, unknown>>;

const OPTIONS = optionDefaults(PYLONTECH_INFO.options);
/** Words of the file for our names of questions. */
const REQUESTS: Readonly<Record<string, string>> = {
  analog: 'analog',
  'analog 42 all': 'analog',
  'alarm 44': 'alarm',
  'management 92': 'management',
  'serial 93': 'serial',
  'system parameters 47': 'system parameters',
  'protocol version 4F': 'protocol version',
  'manufacturer 51': 'manufacturer',
  'turn off 95': 'turn off',
  'firmware 96': 'firmware',
};
const ALL_MODULES = 0xff;

const suite: Suite = {
  file: 'pylontech_rs485',
  check({ hex, expected: { checksumOk, ...expected } }) {
    const bytes = Uint8Array.from(Buffer.from(hex, 'hex'));
    const decoded = PYLONTECH.decode(bytes, OPTIONS);
    if (checksumOk === false) return damaged(bytes, decoded, expected);
    if (!decoded.ok) return { kind: 'failed', differences: [decoded.text] };
    const wrongQuestion = questionProblem(bytes, decoded.frame);
    if (wrongQuestion !== null) return { kind: 'failed', differences: [wrongQuestion] };
    return compare(expected, inWordsOfTheFile(decoded.frame, expected));
  },
};
export default suite;

/** Must be refused as it is, and tell the expected values once its checksum is right. */
function damaged(bytes: Uint8Array, decoded: Decoded, expected: Frame): Outcome {
  if (decoded.ok || decoded.refusal !== 'checksum') {
    return { kind: 'failed', differences: ['the checksum is wrong, and it was not refused for that'] };
  }
  const body = Buffer.from(bytes).toString('latin1').slice(1, -5);
  const [version = 0, address = 0, kind = 0, code = 0] = Buffer.from(body.slice(0, 8), 'hex');
  const mended = sealEnvelope({
    version,
    address,
    kind,
    code,
    info: Uint8Array.from(Buffer.from(body.slice(12), 'hex')),
  });
  const again = PYLONTECH.decode(mended, OPTIONS);
  if (!again.ok) return { kind: 'failed', differences: [again.text] };
  const outcome = compare(expected, inWordsOfTheFile(again.frame, expected));
  return outcome.kind === 'passed' ? { kind: 'refused', why: decoded.text } : outcome;
}

/** A question must be the very bytes that the link asks with, where it asks that. */
function questionProblem(bytes: Uint8Array, frame: Frame): string | null {
  const opened = openEnvelope(bytes);
  const { request } = frame;
  if (!opened.ok || typeof request !== 'string' || !(request in PYLONTECH_COMMANDS)) return null;
  if (opened.envelope.info[0] === ALL_MODULES) return null;
  const mine = sealEnvelope(pylontechQuestion(opened.envelope.address, request as keyof typeof PYLONTECH_COMMANDS));
  return Buffer.compare(mine, bytes) === 0 ? null : `the link asks ${Buffer.from(mine).toString('latin1')}`;
}

function inWordsOfTheFile(frame: Frame, expected: Frame): Record<string, unknown> {
  const modules = ((frame['modules'] as Frame[] | undefined) ?? []).map(moduleInWords);
  const [one, two, three, four] = (frame['status'] as number[] | undefined) ?? [];
  const switches = frame['switches'] as Record<string, boolean> | undefined;
  const activity = frame['activity'] as Record<string, boolean> | undefined;
  const protections = frame['protections'] as Record<string, boolean> | undefined;
  const { request } = expected;
  return {
    ...modules[0],
    commandOrCount: frame['commandOrCount'],
    modules,
    cellCount: (modules[0]?.['cells_mV'] as number[] | undefined)?.length,
    addr: frame['address'],
    request: typeof request === 'string' && REQUESTS[request] === frame['request'] ? request : frame['request'],
    status1: one,
    status2: two,
    status3: three,
    status4: four,
    cellAlarms: frame['cells'],
    moduleVoltageAlarm: frame['moduleVoltageState'],
    moduleOverVoltage: protections?.['moduleOvervoltage'],
    chargeMos: switches?.['chargeMos'],
    dischargeMos: switches?.['dischargeMos'],
    usingBatteryPower: switches?.['usingBatteryPower'],
    effectiveDischarge: activity?.['effectiveDischarge'],
    chargeVoltage_V: frame['chargeVoltage'],
    dischargeVoltage_V: frame['dischargeVoltage'],
    chargeCurrent_A: frame['chargeCurrent'],
    dischargeCurrent_A: frame['dischargeCurrent'],
    chargeEnable: frame['chargeEnable'],
    dischargeEnable: frame['dischargeEnable'],
    fullChargeRequest: frame['fullChargeRequest'],
    chargeImmediately: frame['chargeImmediately'],
  };
}

function moduleInWords(module: Frame): Record<string, unknown> {
  return {
    cells_mV: (module['cells'] as number[]).map((volts) => Math.round(volts * 1e6) / 1000),
    temps_C: [module['boardTemperature'], ...(module['temperatures'] as number[])],
    current_A: module['current'],
    voltage_V: module['voltage'],
    remaining_Ah: module['remaining'],
    total_Ah: module['total'],
    cycles: module['cycles'],
    userDefined: module['userDefined'],
  };
}
