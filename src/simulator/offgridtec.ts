/**
 * An Offgridtec Smart-Pro battery, behind a bridge that passes its Bluetooth bytes on: type B, which tells of its cells,
 * and type A, which does not. It does not understand another battery's key.
 */
import { answeringDevice, type Taken } from './answering.ts';
import { type BmsState, createBms } from './bms.ts';
import type { DeviceKind, DeviceOptions, SimulatedDevice } from './device.ts';

type Type = 'A' | 'B';

/** Serial numbers of the first battery of each type. */
const SERIAL = { A: 12345, B: 12294 };
const KEY_TABLE = '2543141683725893';
const HEAD = { A: '+RAA', B: '+R16' };
const QUESTION_LENGTH = 8;
const MOST_CELLS = 16;
const KELVIN = 273.15;
const NEVER = 0xffff;

function keyOf(type: Type, serial: number): number {
  let key = type === 'A' ? 5 : 8;
  for (const digit of serial.toString(16).padStart(4, '0')) key += Number(KEY_TABLE[Number.parseInt(digit, 16)]);
  return key % 256;
}

function littleEndian(value: number, bytes: number): number[] {
  const whole = Math.round(value);
  return Array.from({ length: bytes }, (_, i) => (whole >> (8 * i)) & 0xff);
}

/** 16 bits and a factor that makes them large enough. */
function withFactor(value: number): number[] {
  const factor = Math.min(255, Math.max(1, Math.ceil(Math.abs(value) / 32_767)));
  return [...littleEndian(value / factor, 2), factor];
}

/** Minutes until it is empty. */
function runtime({ current, remaining }: BmsState): number {
  return current !== null && current < -0.05 ? Math.min(NEVER - 1, (remaining / -current) * 60) : NEVER;
}

/** Data of every register that the type has, by number. */
function registers(type: Type, state: BmsState): Map<number, number[]> {
  const current = state.current ?? 0;
  const temperature = littleEndian((state.mosTemperature + KELVIN) * 10, 2);
  const voltage = littleEndian(state.voltage * 1000, 2);
  const soc = littleEndian(state.soc, 2);
  const remaining = withFactor(state.remaining * 1000);
  const minutes = littleEndian(runtime(state), 2);
  const cycles = littleEndian(state.cycles, 2);
  if (type === 'A') {
    return new Map([
      [0x02, soc],
      [0x04, remaining],
      [0x08, voltage],
      [0x0c, temperature],
      [0x10, withFactor(current * 100)],
      [0x18, minutes],
      [0x2c, cycles],
    ]);
  }
  const shown = Math.min(MOST_CELLS, state.cellCount);
  const cells = state.cells
    .slice(0, shown)
    .map(({ voltage: volts }, i): [number, number[]] => [0x3f - i, littleEndian(volts * 1000, 2)]);
  return new Map([
    [0x08, temperature],
    [0x09, voltage],
    [0x0a, withFactor(current * 1000)],
    [0x0d, soc],
    [0x0f, remaining],
    [0x12, minutes],
    [0x17, cycles],
    ...cells,
  ]);
}

function create(type: Type, { clock, cells, capacity, soc, speed }: DeviceOptions): SimulatedDevice {
  const bms = createBms({ clock, cells, capacity, soc, speed });

  function answer(asked: string): string {
    const register = Number.parseInt(asked.slice(4, 6), 16);
    const data = registers(type, bms.state()).get(register);
    if (data === undefined) return '+RD,Erro\0';
    const hex = Buffer.from([register, ...data])
      .toString('hex')
      .toUpperCase();
    return `+RD,${hex}\r\n`;
  }

  function take(waiting: Uint8Array): Taken {
    const key = keyOf(type, SERIAL[type] + bms.state().identity - 1);
    const text = Buffer.from(waiting.map((byte) => byte ^ key)).toString('latin1');
    const at = text.indexOf(HEAD[type]);
    if (at < 0) return { used: Math.max(0, waiting.length - HEAD[type].length + 1) };
    if (text.length < at + QUESTION_LENGTH) return { used: at };
    const asked = text.slice(at, at + QUESTION_LENGTH);
    const used = at + QUESTION_LENGTH;
    if (!/^....[0-9A-F]{4}$/.test(asked)) return { used };
    return { used, answers: [Buffer.from(answer(asked), 'latin1').map((byte) => byte ^ key)] };
  }

  return answeringDevice({ clock, take: () => take, commands: bms.commands, delay: 0.02 });
}

export const offgridtecKind: DeviceKind = {
  id: 'offgridtec',
  description: 'Offgridtec Smart-Pro battery of type B, named SmartBat-B12294 (BLE, here behind a bridge)',
  baudRate: 9600,
  create: (options) => create('B', options),
};

export const offgridtecAKind: DeviceKind = {
  id: 'offgridtec-a',
  description: 'Offgridtec Smart-Pro battery of type A, named SmartBat-A12345: no cells (BLE, here behind a bridge)',
  baudRate: 9600,
  create: (options) => create('A', options),
};
