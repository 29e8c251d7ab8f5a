/** Published frames of Daly's Modbus-like protocol. */
import { readBlock, unitOf } from '../src/links/daly-d2/frame.ts';
import { BLOCKS, VERSIONS } from '../src/links/daly-d2/layouts.ts';
import { DALY_D2 } from '../src/links/daly-d2/protocol.ts';
import { optionDefaults } from '../src/links/options.ts';
import { compare, type Outcome, type Suite, type Vector } from './suite.ts';

type Fields = Readonly<Record<string, unknown>>;

const OPTIONS = optionDefaults(DALY_D2.info.options);
const [MAIN, MORE] = BLOCKS.d2;
const QUESTIONS = {
  'read 62 regs': MAIN,
  'read 0x3E x9': MORE,
  'read 0xA9 x32 version': VERSIONS.d2,
} as const;

/** What was decoded, in the words of the file. */
function inWords(frame: Fields): Fields {
  const cells = frame['cells'];
  return {
    checksumOk: true,
    voltage_V: frame['voltage'],
    current_A: frame['current'],
    soc_pct: frame['soc'],
    cycles: frame['cycles'],
    remaining_Ah: frame['remainingCapacity'],
    cells_V: cells,
    cells_mV: Array.isArray(cells) ? cells.map((volts: number) => Math.round(volts * 1000)) : undefined,
    temps_C: frame['temperatures'],
    cellCount: frame['cellCount'],
    delta_V: frame['cellDifference'],
    chargeMos: frame['chargeMos'],
    dischargeMos: frame['dischargeMos'],
    balancer: frame['balancer'] !== 0,
    mosTemp_C: frame['mosTemperature'],
  };
}

function check({ hex, expected }: Vector): Outcome {
  const decoded = DALY_D2.decode(Buffer.from(hex, 'hex'), OPTIONS);
  if (expected['checksumOk'] === false) {
    return decoded.ok ? { kind: 'failed', differences: ['taken'] } : { kind: 'refused', why: decoded.refusal };
  }
  if (!decoded.ok) return { kind: 'failed', differences: [decoded.text] };
  if (!('request' in expected)) return compare(expected, inWords(decoded.frame));
  const block = QUESTIONS[expected['request'] as keyof typeof QUESTIONS];
  if (block === undefined) return { kind: 'failed', differences: [`unknown request "${String(expected['request'])}"`] };
  const built = Buffer.from(readBlock(unitOf(OPTIONS), block)).toString('hex');
  return compare({ kind: 'request', ...block, built: hex }, { ...decoded.frame, built });
}

const suite: Suite = { file: 'daly_d2', check };
export default suite;
