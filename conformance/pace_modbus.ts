/** PACE's Modbus: the block of values and its request. */
import { rtuRequest } from '../src/links/bus/modbus-codec.ts';
import { DEFAULT_OPTIONS } from '../src/links/options.ts';
import { PACE_MODBUS } from '../src/links/pace-modbus/protocol.ts';
import { PACE_BLOCKS, type PaceValues } from '../src/links/pace-modbus/registers.ts';
import { compare, type Outcome, type Suite, type Vector } from './suite.ts';

const { fn, first, count } = PACE_BLOCKS.values;
const QUESTION = Buffer.from(rtuRequest({ fn, unit: 1, address: first, count })).toString('hex');
/** The file's names of our flags. */
const FLAGS: Readonly<Record<string, string>> = {
  cellOvervoltage: 'cellOv',
  cellUndervoltage: 'cellUv',
  chargeSwitch: 'chargeMos',
  dischargeSwitch: 'dischargeMos',
};

function check({ expected, hex }: Vector): Outcome {
  const decoded = PACE_MODBUS.decode(Buffer.from(hex, 'hex'), DEFAULT_OPTIONS);
  if (!decoded.ok) return { kind: 'failed', differences: [decoded.text] };
  const { frame } = decoded;
  if (expected['request'] !== undefined) {
    const range = `read ${Number(frame['first'])}..${Number(frame['first']) + Number(frame['count']) - 1}`;
    return compare(expected, { request: hex === QUESTION && frame['kind'] === 'request' ? range : 'another one' });
  }
  return compare(expected, named(frame as unknown as PaceValues));
}

function named(values: PaceValues): Record<string, unknown> {
  return {
    current_A: values.current,
    voltage_V: values.voltage,
    soc_pct: values.soc,
    soh_pct: values.soh,
    remaining_Ah: values.remainingCapacity,
    full_Ah: values.fullCapacity,
    design_Ah: values.designCapacity,
    cycles: values.cycles,
    warning: setIn(values.warnings),
    protection: setIn(values.protections),
    status: Object.fromEntries(setIn(values.status).map((name) => [name, true])),
    balance: values.balanceBits,
    cells_mV: values.cells.map((volts) => volts * 1000),
    temps_C: values.temperatures,
    mos_C: values.mosTemperature,
    env_C: values.ambientTemperature,
  };
}

function setIn(flags: Readonly<Record<string, boolean>>): string[] {
  return Object.entries(flags).flatMap(([name, on]) => (on ? [FLAGS[name] ?? name] : []));
}

export default { file: 'pace_modbus', check } satisfies Suite;
