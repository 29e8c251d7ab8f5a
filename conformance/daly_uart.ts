/** Published frames of Daly's A5 protocol. */
import { dalyRead, dalySwitch } from '../src/links/daly/frame.ts';
import { DALY } from '../src/links/daly/protocol.ts';
import { type LinkOptions, optionDefaults } from '../src/links/options.ts';
import { compare, type Outcome, type Suite, type Vector } from './suite.ts';

type Fields = Readonly<Record<string, unknown>>;

const OPTIONS = optionDefaults(DALY.info.options);
/** Sources that take raw currents above 30000 for charging. */
const TURNED: LinkOptions = { ...OPTIONS, currentSign: -1 };

/** Bits by the words of the file. A bit that is not here is a difference. */
const BITS: Readonly<Record<string, Fields>> = {
  'byte0.1 cell over-voltage (see note)': { bit: '0.1', in: 'protections', name: 'cellOvervoltage' },
  'byte2.0 charge over-current level 1': { bit: '2.0', in: 'warnings', name: 'chargeOvercurrent' },
};

const SWITCHES: Readonly<Record<string, { readonly what: string; readonly on: boolean; readonly built: Uint8Array }>> =
  {
    'charge MOS off': { what: 'chargeSwitch', on: false, built: dalySwitch('charge', false) },
    'charge MOS on': { what: 'chargeSwitch', on: true, built: dalySwitch('charge', true) },
    'discharge MOS off': { what: 'dischargeSwitch', on: false, built: dalySwitch('discharge', false) },
    'discharge MOS on': { what: 'dischargeSwitch', on: true, built: dalySwitch('discharge', true) },
  };

const milli = (value: unknown): unknown => (typeof value === 'number' ? Math.round(value * 1000) : value);

function extremesOf(frame: Fields, unit: 'mV' | 'C'): Fields {
  const { max, min } = frame as Record<string, { value: number; number: number } | undefined>;
  if (max === undefined || min === undefined) return {};
  if (unit === 'C') return { maxTemp_C: max.value, maxNr: max.number, minTemp_C: min.value, minNr: min.number };
  return { maxCell_mV: milli(max.value), maxCellNr: max.number, minCell_mV: milli(min.value), minCellNr: min.number };
}

/** What was decoded, in the words of the file, by the command it answers. */
function inWords(frame: Fields, turned: Fields): Fields {
  const { command, current, cells } = frame;
  const common = {
    cmd: command,
    voltage_V: frame['voltage'],
    currentRaw: typeof current === 'number' ? 30_000 - current * 10 : undefined,
    current_batmon_A: turned['current'],
    soc_pct: frame['soc'],
    state: frame['state'],
    chargeMos: frame['chargeMos'],
    dischargeMos: frame['dischargeMos'],
    bmsLife: frame['life'],
    remaining_Ah: frame['remaining'],
    cells,
    temps: frame['sensors'],
    charger: frame['chargerConnected'],
    load: frame['loadConnected'],
    dioBits: frame['inputsOutputs'],
    cycles: frame['cycles'],
    frame: frame['frame'],
    cells_mV: Array.isArray(cells) ? cells.map(milli) : undefined,
    temps_C: frame['temperatures'],
    rated_Ah: frame['ratedCapacity'],
    nominalCell_mV: milli(frame['nominalCellVoltage']),
  };
  return { ...common, ...extremesOf(frame, command === 0x92 ? 'C' : 'mV') };
}

function bitsOf(expected: readonly string[], frame: Fields): Outcome {
  const wanted = expected.map((words) => BITS[words]);
  const differences = wanted.flatMap((entry, i) => {
    if (entry === undefined) return [`unknown bit "${expected[i]}"`];
    const names = frame[String(entry['in'])];
    return Array.isArray(names) && names.includes(entry['name']) ? [] : [`${expected[i]}: not told`];
  });
  const outcome = compare({ bits: wanted.map((entry) => entry?.['bit']) }, frame);
  if (outcome.kind === 'failed') differences.push(...outcome.differences);
  return differences.length === 0 ? { kind: 'passed' } : { kind: 'failed', differences };
}

function question(expected: unknown, hex: string, frame: Fields): Outcome {
  if (typeof expected === 'number') {
    const built = Buffer.from(dalyRead(expected)).toString('hex');
    return compare({ kind: 'question', command: expected, built: hex }, { ...frame, built });
  }
  const known = SWITCHES[String(expected)];
  if (known === undefined) return { kind: 'failed', differences: [`unknown request "${String(expected)}"`] };
  // The published ones that are filled up with AA are read, not built.
  const built = hex.includes('aaaa') ? hex : Buffer.from(known.built).toString('hex');
  return compare({ kind: 'question', what: known.what, on: known.on, built: hex }, { ...frame, built });
}

function check({ hex, expected }: Vector): Outcome {
  const bytes = Buffer.from(hex, 'hex');
  const decoded = DALY.decode(bytes, OPTIONS);
  const turned = DALY.decode(bytes, TURNED);
  if (!decoded.ok || !turned.ok) return { kind: 'failed', differences: [decoded.ok ? 'refused' : decoded.text] };
  if ('request' in expected) {
    const { request, ...more } = expected;
    const unknown = Object.keys(more).map((name) => `${name}: unknown field`);
    if (unknown.length > 0) return { kind: 'failed', differences: unknown };
    return question(request, hex, decoded.frame);
  }
  if ('bits' in expected) {
    const { bits, ...rest } = expected;
    const outcome = compare(rest, inWords(decoded.frame, turned.frame));
    return outcome.kind === 'passed' ? bitsOf(bits as string[], decoded.frame) : outcome;
  }
  return compare(expected, inWords(decoded.frame, turned.frame));
}

const suite: Suite = { file: 'daly_uart', check };
export default suite;
