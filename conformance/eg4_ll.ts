/** EG4 LL: the published status frame, whose currents come in 0.1 A, and requests. */
import { rtuRequest } from '../src/links/bus/modbus-codec.ts';
import { EG4_LL } from '../src/links/eg4-ll/protocol.ts';
import { EG4_BLOCKS, type Eg4Status } from '../src/links/eg4-ll/registers.ts';
import { DEFAULT_OPTIONS } from '../src/links/options.ts';
import { compare, type Outcome, type Suite, type Vector } from './suite.ts';

/** The file's words for requests: block, and its length where it is another one. */
const REQUESTS: Readonly<Record<string, readonly [keyof typeof EG4_BLOCKS, number?]>> = {
  'read status': ['status'],
  hw: ['hardware'],
  config: ['config'],
  // An app asks for as many words as there are bytes.
  'read info (BLE app length)': ['hardware', 0x2e],
};

function check({ expected, hex }: Vector): Outcome {
  const decoded = EG4_LL.decode(Buffer.from(hex, 'hex'), { ...DEFAULT_OPTIONS, variant: 'current-0.1A' });
  if (!decoded.ok) return { kind: 'failed', differences: [decoded.text] };
  const { frame } = decoded;
  if (typeof expected['request'] === 'string') return checkRequest(expected['request'], frame, hex);
  const status = frame as unknown as Eg4Status;
  return compare(expected, {
    // A frame with a wrong checksum would not have come so far.
    checksumOk: true,
    voltage_V: status.voltage,
    current_A: status.current,
    soc_pct: status.soc,
    soh_pct: status.soh,
    cycles: status.cycles,
    cells_V: status.cells,
    pcbTemp_C: status.boardTemperature,
  });
}

function checkRequest(name: string, frame: Readonly<Record<string, unknown>>, hex: string): Outcome {
  const [block, length] = REQUESTS[name] ?? [];
  if (block === undefined) return { kind: 'failed', differences: [`unknown request ${name}`] };
  const { fn, first: address, count } = EG4_BLOCKS[block];
  const own = Buffer.from(rtuRequest({ fn, unit: 1, address, count: length ?? count })).toString('hex');
  return compare({ kind: 'request', block, hex }, { ...frame, hex: own });
}

export default { file: 'eg4_ll', check } satisfies Suite;
