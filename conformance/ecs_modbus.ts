/** ECS greenMeter and LiPro: the frames that were worked out from the public drivers. */
import { ECS } from '../src/links/ecs/protocol.ts';
import { optionDefaults } from '../src/links/options.ts';
import { compare, type Outcome, type Suite, type Vector } from './suite.ts';

/** The file's words for what the codec says; two registers are named by what they were asked for. */
const NAMES: Readonly<Record<string, string>> = {
  request: 'request',
  slave: 'unit',
  fc: 'function',
  reg: 'first',
  count: 'count',
  deviceId: 'deviceType',
  size_A: 'size',
  cell_V: 'cellVoltage',
  temp_C: 'cellTemperature',
  balancing: 'balancing',
  balanceRaw: 'balanceRaw',
  voltage_V: 'ifVoltage',
  current_A: 'ifCurrent',
  soc_pct: 'soc',
  ovState: 'over',
  uvState: 'under',
  chargeAllowed: 'chargeAllowed',
  dischargeAllowed: 'loadAllowed',
  status: 'status',
  lvp: 'lvp',
  ovp: 'ovp',
};
const EXCEPTION_CODE_AT = 2;

function check({ hex, expected }: Vector): Outcome {
  const bytes = Uint8Array.from(Buffer.from(hex, 'hex'));
  const decoded = ECS.decode(bytes, optionDefaults(ECS.info.options));
  if ('error' in expected) {
    if (decoded.ok) return { kind: 'failed', differences: ['it was taken for a good frame'] };
    const outcome = compare(expected, { error: decoded.refusal, code: bytes[EXCEPTION_CODE_AT] });
    const told = new RegExp(`exception ${String(expected['code'])}\\b`).test(decoded.text);
    if (!told) return { kind: 'failed', differences: [`the code is not told: ${decoded.text}`] };
    return outcome.kind === 'passed' ? { kind: 'refused', why: decoded.text } : outcome;
  }
  if (!decoded.ok) return { kind: 'failed', differences: [decoded.text] };
  const { frame } = decoded;
  const pair = Object.hasOwn(frame, 'ifSoc');
  const actual: Record<string, unknown> = {};
  for (const name of Object.keys(expected)) {
    const mine = name === 'soc_pct' && pair ? 'ifSoc' : NAMES[name];
    if (mine === undefined) return { kind: 'failed', differences: [`unknown field ${name}`] };
    if (Object.hasOwn(frame, mine)) actual[name] = frame[mine];
  }
  return compare(expected, actual);
}

const suite: Suite = { file: 'ecs_modbus', check };
export default suite;
