/** Published frames of JBD's BMSes. */
import { JBD_BASICS, JBD_CELLS, JBD_NAME, jbdRead, jbdSwitches } from '../src/links/jbd/frame.ts';
import { JBD } from '../src/links/jbd/protocol.ts';
import { optionDefaults } from '../src/links/options.ts';
import { compare, type Outcome, type Suite, type Vector } from './suite.ts';

type Fields = Readonly<Record<string, unknown>>;

const OPTIONS = optionDefaults(JBD.info.options);

/** Words of the file, by the codec's. A word that is not here is a difference. */
const WORDS: Readonly<Record<string, string>> = {
  voltage_V: 'voltage',
  current_A: 'current',
  remaining_Ah: 'remainingCapacity',
  nominal_Ah: 'nominalCapacity',
  cycles: 'cycles',
  soc_pct: 'soc',
  protection: 'protectionBits',
  chargeFet: 'chargeSwitchClosed',
  dischargeFet: 'loadSwitchClosed',
  cells: 'cellCount',
  temps_C: 'temperatures',
  cells_V: 'cells',
  name: 'name',
  softwareVersion: 'softwareVersion',
  balanceBitmap: 'balanceBits',
  shortCircuit: 'shortCircuit',
  chargeOvercurrent: 'chargeOvercurrent',
  dischargeOvercurrent: 'dischargeOvercurrent',
  cellOvervoltage: 'cellOvervoltage',
  cellUndervoltage: 'cellUndervoltage',
};

/** Questions: what the codec reads in them, and the bytes of its own builder where it has one. */
const QUESTIONS: Readonly<Record<string, { readonly fields: Fields; readonly built?: Uint8Array }>> = {
  'read basic': { fields: { what: 'basics', action: 'read' }, built: jbdRead(JBD_BASICS) },
  'read cells': { fields: { what: 'cells', action: 'read' }, built: jbdRead(JBD_CELLS) },
  'read name': { fields: { what: 'name', action: 'read' }, built: jbdRead(JBD_NAME) },
  'read error counts': { fields: { what: 'counters', action: 'read' }, built: jbdRead(0xaa) },
  'both FETs on': switches(true, true),
  'charge FET off': switches(false, true),
  'discharge FET off': switches(true, false),
  'both FETs off': switches(false, false),
  'enter factory mode': { fields: { what: 'enterFactoryMode', action: 'write', data: [0x56, 0x78] } },
  'exit factory mode, discard': { fields: { what: 'leaveFactoryMode', action: 'write', save: false } },
  'exit factory mode, save': { fields: { what: 'leaveFactoryMode', action: 'write', save: true } },
};

function switches(charge: boolean, discharge: boolean) {
  return {
    fields: { what: 'switches', action: 'write', charge, discharge },
    built: jbdSwitches({ charge, discharge }),
  };
}

/** The one frame of the file with balancing cells has them in the reversed order: cells 1 and 3 of four. */
function balancing(hex: string, expected: Fields): Outcome | null {
  if (!('balanceBitmap' in expected)) return null;
  const decoded = JBD.decode(Buffer.from(hex, 'hex'), { ...OPTIONS, variant: 'reversed' });
  return decoded.ok ? compare({ balancingCells: [1, 3] }, decoded.frame) : null;
}

const suite: Suite = {
  file: 'jbd',
  check({ hex, expected }: Vector) {
    const decoded = JBD.decode(Buffer.from(hex, 'hex'), OPTIONS);
    if ('error' in expected) {
      const differs = [`refused for "${String(expected['error'])}"`, decoded].map((one) => JSON.stringify(one));
      return !decoded.ok && decoded.refusal === expected['error']
        ? { kind: 'refused', why: decoded.text }
        : { kind: 'failed', differences: [`expected ${differs[0]}, got ${differs[1]}`] };
    }
    if (!decoded.ok) return { kind: 'failed', differences: [decoded.text] };
    const wanted: Record<string, unknown> = {};
    const got: Record<string, unknown> = { ...decoded.frame };
    for (const [word, value] of Object.entries(expected)) {
      if (word === 'checksumOk') {
        wanted['checksumOk'] = value;
        got['checksumOk'] = true;
      } else if (word === 'protectionFlags') {
        const flags = Object.entries((decoded.frame['protections'] ?? {}) as Fields);
        wanted['protectionFlags'] = value;
        got['protectionFlags'] = flags.flatMap(([name, on]) => (on === true ? [name] : []));
      } else if (word === 'ntc') {
        wanted['sensors'] = value;
        got['sensors'] = (decoded.frame['temperatures'] as readonly unknown[]).length;
      } else if (word === 'request') {
        const question = QUESTIONS[String(value)];
        if (question === undefined) return { kind: 'failed', differences: [`unknown question "${String(value)}"`] };
        Object.assign(wanted, { kind: 'question', ...question.fields });
        if (question.built !== undefined) {
          wanted['built'] = hex;
          got['built'] = Buffer.from(question.built).toString('hex');
        }
      } else if (Object.hasOwn(WORDS, word)) wanted[WORDS[word] ?? word] = value;
      else return { kind: 'failed', differences: [`unknown field ${word}`] };
    }
    const outcome = compare(wanted, got);
    return outcome.kind === 'failed' ? outcome : (balancing(hex, expected) ?? outcome);
  },
};

export default suite;
