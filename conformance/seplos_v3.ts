/** Seplos V3: blocks of a pack and of a bank, requests, an exception. */
import { rtuRequest } from '../src/links/bus/modbus-codec.ts';
import type { Block } from '../src/links/modbus-decode.ts';
import { DEFAULT_OPTIONS } from '../src/links/options.ts';
import { SEPLOS_BLOCKS } from '../src/links/seplos-v3/blocks.ts';
import { SEPLOS_V3 } from '../src/links/seplos-v3/protocol.ts';
import { compare, type Outcome, type Suite, type Vector } from './suite.ts';

function check({ expected, hex }: Vector): Outcome {
  const bytes = Buffer.from(hex, 'hex');
  const decoded = SEPLOS_V3.decode(bytes, DEFAULT_OPTIONS);
  if (expected['checksumOk'] === false) {
    if (decoded.ok) return { kind: 'failed', differences: ['taken in spite of its checksum'] };
    return { kind: 'refused', why: decoded.text };
  }
  if (expected['error'] !== undefined) {
    if (decoded.ok) return { kind: 'failed', differences: ['taken for an answer'] };
    const code = Number(/exception (\d+)/.exec(decoded.text)?.[1]);
    return compare(expected, { checksumOk: decoded.refusal !== 'checksum', error: decoded.refusal, code });
  }
  if (!decoded.ok) return { kind: 'failed', differences: [decoded.text] };
  const { frame } = decoded;
  if (typeof expected['request'] === 'string') return compare(expected, { request: requestName(frame, hex) });
  return compare(expected, named(frame));
}

/** The file's name of a request, where our own question is the same, byte by byte. */
function requestName(frame: Readonly<Record<string, unknown>>, hex: string): string {
  const name = String(frame['block']);
  const block: Block | undefined = (SEPLOS_BLOCKS as Readonly<Record<string, Block>>)[name];
  if (frame['kind'] !== 'request' || block === undefined) return 'none';
  const count = Number(frame['count']);
  const { fn, first: address } = block;
  const own = Buffer.from(rtuRequest({ fn, address, unit: Number(frame['unit']), count })).toString('hex');
  if (own !== hex) return `${name}, but ${own}`;
  return count === block.count ? name : `${name} 0x${count.toString(16)}`;
}

/** The file's names of our fields. */
const FIELDS: Readonly<Record<string, string>> = {
  voltage: 'voltage_V',
  current: 'current_A',
  remainingCapacity: 'remaining_Ah',
  fullCapacity: 'full_Ah',
  soc: 'soc_pct',
  soh: 'soh_pct',
  cycles: 'cycles',
  cells: 'cells_V',
  temperatures: 'temps_C',
  ambientTemperature: 'ambient_C',
  mosTemperature: 'mos_C',
  temperatureMax: 'tempMax_C',
  temperatureMin: 'tempMin_C',
  temperatureAverage: 'tempAvg_C',
};

function named(frame: Readonly<Record<string, unknown>>): Record<string, unknown> {
  // A frame with a wrong checksum would not have come so far.
  const actual: Record<string, unknown> = { checksumOk: true };
  for (const [name, value] of Object.entries(frame)) actual[FIELDS[name] ?? name] = value;
  const events = frame['events'] as Readonly<Record<string, boolean>> | undefined;
  if (events === undefined) return actual;
  const { discharging, chargeSwitch = false, dischargeSwitch = false } = events;
  const isFine = frame['chargeAllowed'] === true && frame['loadAllowed'] === true && frame['fault'] === '';
  const isAlarmed = Object.entries(events).some(([name, on]) => on && /alarm|protection|locked/i.test(name));
  actual['discharge'] = discharging;
  actual['chargeMos'] = chargeSwitch;
  actual['dischargeMos'] = dischargeSwitch;
  actual['alarms'] = isAlarmed || !isFine;
  actual['fetBits'] = Number(dischargeSwitch) | (Number(chargeSwitch) << 1);
  return actual;
}

export default { file: 'seplos_v3', check } satisfies Suite;
