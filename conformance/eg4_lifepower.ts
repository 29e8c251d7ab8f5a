/** Published frames of LifePower4 and Basen. */
import { type LifepowerCommand, lifepowerQuestion } from '../src/links/eg4-lifepower/frame.ts';
import { EG4_LIFEPOWER } from '../src/links/eg4-lifepower/protocol.ts';
import { optionDefaults } from '../src/links/options.ts';
import { compare, type Suite, type Vector } from './suite.ts';

type Fields = Readonly<Record<string, unknown>>;

const OPTIONS = optionDefaults(EG4_LIFEPOWER.info.options);

/** Words of the file, by what the codec gives. A word that is not here is a difference. */
const WORDS: Readonly<Record<string, (frame: Fields) => unknown>> = {
  addr: (frame) => frame['address'],
  cellCount: (frame) => (frame['cells'] as readonly number[]).length,
  cell1_mV: (frame) => millivolts(frame, 0),
  cell16_mV: (frame) => millivolts(frame, 15),
  current_A: (frame) => frame['current'],
  soc_pct: (frame) => frame['soc'],
  capacity_Ah: (frame) => frame['capacity'],
  temps_C: (frame) => frame['temperatures'],
  mos_C: (frame) => frame['mosTemperature'],
  ambient_C: (frame) => frame['ambientTemperature'],
  cycles: (frame) => frame['cycles'],
  voltage_V: (frame) => frame['voltage'],
  soh_pct: (frame) => frame['soh'],
  // As a bit a cell.
  balancing: (frame) =>
    (frame['balancing'] as readonly boolean[]).reduce((bits, on, i) => (on ? bits + 2 ** i : bits), 0),
  checksumOk: () => true,
  request: (frame) => (frame['kind'] === 'question' ? frame['what'] : null),
};

function millivolts(frame: Fields, index: number): number {
  return ((frame['cells'] as readonly number[])[index] ?? Number.NaN) * 1000;
}

const suite: Suite = {
  file: 'eg4_lifepower',
  check({ hex, expected }: Vector) {
    const decoded = EG4_LIFEPOWER.decode(Buffer.from(hex, 'hex'), OPTIONS);
    if (!decoded.ok) return { kind: 'failed', differences: [decoded.text] };
    const got: Record<string, unknown> = {};
    for (const word of Object.keys(expected)) {
      const read = WORDS[word];
      if (read === undefined) return { kind: 'failed', differences: [`unknown field ${word}`] };
      got[word] = read(decoded.frame);
    }
    if (!('request' in expected)) return compare(expected, got);
    const address = Number(decoded.frame['address']);
    const built = lifepowerQuestion(address, String(expected['request']) as LifepowerCommand);
    return compare({ ...expected, built: hex }, { ...got, built: Buffer.from(built).toString('hex') });
  },
};

export default suite;
