/** The registers of a JBD BMS that hold its settings: only read in captures, never asked for or written from here. */
import { signed } from '../register-values.ts';

/** Name, and units a count. `text`: a text. `bytes`: two values of one byte each, or bits. */
type Setting = readonly [register: number, name: string, kind: number | 'text' | 'bytes' | 'signed' | 'temperature'];

const SETTINGS: readonly Setting[] = [
  [0x10, 'designCapacity', 0.01],
  [0x11, 'cycleCapacity', 0.01],
  [0x12, 'cellVoltageFull', 0.001],
  [0x13, 'cellVoltageEmpty', 0.001],
  [0x14, 'selfDischarge', 0.1],
  [0x15, 'productionDateBits', 'bytes'],
  [0x16, 'serialNumber', 1],
  [0x17, 'cycles', 1],
  [0x18, 'chargeOvertemperature', 'temperature'],
  [0x19, 'chargeOvertemperatureRelease', 'temperature'],
  [0x1a, 'chargeUndertemperature', 'temperature'],
  [0x1b, 'chargeUndertemperatureRelease', 'temperature'],
  [0x1c, 'dischargeOvertemperature', 'temperature'],
  [0x1d, 'dischargeOvertemperatureRelease', 'temperature'],
  [0x1e, 'dischargeUndertemperature', 'temperature'],
  [0x1f, 'dischargeUndertemperatureRelease', 'temperature'],
  [0x20, 'packOvervoltage', 0.01],
  [0x21, 'packOvervoltageRelease', 0.01],
  [0x22, 'packUndervoltage', 0.01],
  [0x23, 'packUndervoltageRelease', 0.01],
  [0x24, 'cellOvervoltage', 0.001],
  [0x25, 'cellOvervoltageRelease', 0.001],
  [0x26, 'cellUndervoltage', 0.001],
  [0x27, 'cellUndervoltageRelease', 0.001],
  [0x28, 'chargeOvercurrent', 'signed'],
  [0x29, 'dischargeOvercurrent', 'signed'],
  [0x2a, 'balanceVoltage', 0.001],
  [0x2b, 'balanceWindow', 0.001],
  [0x2c, 'shuntMilliohm', 0.1],
  [0x2d, 'functionBits', 'bytes'],
  [0x2e, 'sensorBits', 'bytes'],
  [0x2f, 'cellCount', 1],
  [0x32, 'cellVoltage80', 0.001],
  [0x33, 'cellVoltage60', 0.001],
  [0x34, 'cellVoltage40', 0.001],
  [0x35, 'cellVoltage20', 0.001],
  [0x36, 'cellOvervoltageSecond', 0.001],
  [0x37, 'cellUndervoltageSecond', 0.001],
  [0x38, 'shortCircuitBits', 'bytes'],
  [0x39, 'secondDelayBits', 'bytes'],
  [0x3a, 'chargeTemperatureDelays', 'bytes'],
  [0x3b, 'dischargeTemperatureDelays', 'bytes'],
  [0x3c, 'packVoltageDelays', 'bytes'],
  [0x3d, 'cellVoltageDelays', 'bytes'],
  [0x3e, 'chargeOvercurrentDelays', 'bytes'],
  [0x3f, 'dischargeOvercurrentDelays', 'bytes'],
  [0xa0, 'manufacturer', 'text'],
  [0xa1, 'deviceName', 'text'],
  [0xa2, 'barcode', 'text'],
  [0xe0, 'remainingCapacity', 0.01],
];

/** What a register keeps, by name, with its value where the data hold one (V, A, Ah, °C, %); `null`: not known. */
export function readJbdSetting(
  register: number,
  data: Uint8Array,
  text: (data: Uint8Array) => string,
): { readonly setting: string; readonly value?: number | string | readonly number[] } | null {
  const found = SETTINGS.find(([known]) => known === register);
  if (found === undefined) return null;
  const [, setting, kind] = found;
  if (kind === 'text') return data.length === 0 ? { setting } : { setting, value: text(data) };
  if (data.length !== 2) return { setting };
  const [high = 0, low = 0] = data;
  if (kind === 'bytes') return { setting, value: [high, low] };
  const raw = (high << 8) | low;
  if (kind === 'temperature') return { setting, value: (raw - 2731) / 10 };
  if (kind === 'signed') return { setting, value: signed(raw) / 100 };
  return { setting, value: raw / Math.round(1 / kind) };
}
