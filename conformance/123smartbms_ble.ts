/** The Bluetooth side of the 123\SmartBMS: one line of text an entry. */
import { SMARTBMS123_BLE } from '../src/links/123smartbms-ble/protocol.ts';
import { DEFAULT_OPTIONS } from '../src/links/options.ts';
import { compare, type Outcome, type Suite, type Vector } from './suite.ts';

/** The file's names of our fields; the temperatures are those of the vendor's document. */
const FIELDS: Readonly<Record<string, string>> = {
  packVoltage_V: 'voltage',
  current_A: 'current',
  cellNr: 'cell',
  cellCount: 'cellCount',
  cell_V: 'voltage',
  cellTemp_docC: 'temperature',
  allowCharge: 'chargeAllowed',
  allowDischarge: 'loadAllowed',
  soc_pct: 'soc',
  soh_pct: 'soh',
  query: 'query',
};

function check({ hex, expected }: Vector): Outcome {
  const bytes = Buffer.from(hex, 'hex');
  const options = { ...DEFAULT_OPTIONS, variant: 'gen3', temperatureFormula: 'document' } as const;
  const decoded = SMARTBMS123_BLE.decode(bytes, options);
  if (!decoded.ok) return { kind: 'failed', differences: [decoded.text] };
  const actual: Record<string, unknown> = {};
  for (const [theirs, ours] of Object.entries(FIELDS)) {
    if (ours in decoded.frame) actual[theirs] = decoded.frame[ours];
  }
  return compare(expected, actual);
}

const suite: Suite = { file: '123smartbms_ble', check };
export default suite;
