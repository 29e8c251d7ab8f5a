/**
 * A Victron Smart Lithium battery as a Bluetooth gateway passes its adverts on: a line of text every second, with the
 * record encrypted by the key that VictronConnect would show. A battery has up to eight cells; of more the first eight
 * are told.
 */
import { createCipheriv } from 'node:crypto';
import { type BmsState, createBms } from './bms.ts';
import { bitsAt } from './bytes.ts';
import { choice, type Commands, onOff, plain } from './control.ts';
import type { DeviceKind, DeviceOptions, SimulatedDevice } from './device.ts';
import { talkingDevice } from './talking.ts';

/** The key until another one is set (`key HEX`). */
export const SIMULATED_KEY = '0123456789abcdef0123456789abcdef';

const PERIOD = 1;
const MODEL = 0xeba0;
const SMART_LITHIUM = 5;
const MOST_CELLS = 8;
/** V a cell below which it warns before it cuts the loads. */
const PRE_ALARM = 3.1;
const COLDEST = -40;
const HOTTEST = 86;

/** Bits that are packed one behind the other, lowest first. */
function pack(values: readonly (readonly [value: number, bits: number])[]): Uint8Array {
  let all = 0n;
  let used = 0;
  for (const [value, bits] of values) {
    all |= BigInt(Math.max(0, Math.round(value))) << BigInt(used);
    used += bits;
  }
  return Uint8Array.from({ length: Math.ceil(used / 8) }, (_, i) => Number((all >> BigInt(8 * i)) & 0xffn));
}

function flagsOf({ alarms, cells }: BmsState): number {
  const { cellOvervoltage, cellUndervoltage, chargeOvertemperature, chargeUndertemperature } = alarms;
  const low = cells.some(({ voltage }) => voltage < PRE_ALARM);
  const charge = !(cellOvervoltage || chargeOvertemperature || chargeUndertemperature);
  return bitsAt(
    [9, cellOvervoltage],
    [11, cellUndervoltage],
    [12, low],
    [15, chargeOvertemperature],
    [22, chargeUndertemperature],
    [23, alarms.shortCircuit],
    [25, charge],
    [26, !cellUndervoltage],
    [27, low && !cellUndervoltage],
  );
}

function cellCode(volts: number | undefined): number {
  if (volts === undefined) return 0x7f;
  const hundredths = Math.round(volts * 100);
  if (hundredths < 261) return 0;
  return hundredths > 385 ? 0x7e : hundredths - 260;
}

function recordOf(state: BmsState, errors: number): Uint8Array {
  const count = Math.min(state.cellCount, MOST_CELLS);
  const volts = state.cells.slice(0, count).map(({ voltage }) => voltage);
  const warm = state.cells[0]?.temperature ?? null;
  const celsius = warm === null ? null : Math.min(HOTTEST, Math.max(COLDEST, Math.round(warm)));
  const balancing = state.cells.some((cell) => cell.balancing);
  return pack([
    [flagsOf(state), 32],
    [errors, 16],
    ...Array.from({ length: MOST_CELLS }, (_, cell) => [cellCode(volts[cell]), 7] as const),
    [Math.min(4094, volts.reduce((sum, voltage) => sum + voltage, 0) * 100), 12],
    [balancing ? 2 : 1, 4],
    [celsius === null ? 0x7f : celsius + 40, 7],
  ]);
}

function advertOf(record: Uint8Array, counter: number, key: Uint8Array): Uint8Array {
  const nonce = Uint8Array.of(counter & 0xff, counter >> 8);
  const block = new Uint8Array(16);
  block.set(nonce);
  const encrypted = createCipheriv('aes-128-ctr', key, block).update(record);
  return Uint8Array.of(0x10, 0x02, MODEL & 0xff, MODEL >> 8, SMART_LITHIUM, ...nonce, key[0] ?? 0, ...encrypted);
}

/** An address that is made of its number. */
const addressOf = (identity: number): string =>
  `C0:FF:EE:00:${(identity >> 8).toString(16).padStart(2, '0')}:${(identity & 0xff).toString(16).padStart(2, '0')}`.toUpperCase();

function createBattery({ clock, cells, capacity, soc, speed }: DeviceOptions): SimulatedDevice {
  const bms = createBms({ clock, cells: Math.min(cells, MOST_CELLS), capacity, soc, speed });
  const faults = { key: SIMULATED_KEY, stuck: false, named: true, errors: 0 };
  let counter = 0x1234;
  let last: Uint8Array | null = null;

  const commands: Commands = {
    ...bms.commands,
    'key HEX': ([digits = '', ...more]) => {
      if (!/^[0-9a-f]{32}$/i.test(digits) || more.length > 0) return `"${digits}" is not 32 hex digits.`;
      faults.key = digits;
      return null;
    },
    'stuck on|off': onOff((on) => {
      faults.stuck = on;
    }),
    'addresses on|off': onOff((on) => {
      faults.named = on;
    }),
    'fault balancer|none': choice(['balancer', 'none'], (word) => {
      faults.errors = word === 'none' ? 0 : 1;
    }),
    restart: plain(() => {
      counter = 0;
    }),
  };

  function say(): Uint8Array[] {
    const state = bms.state();
    if (!faults.stuck || last === null) {
      counter = (counter + 1) & 0xffff;
      last = advertOf(recordOf(state, faults.errors), counter, Uint8Array.from(Buffer.from(faults.key, 'hex')));
    }
    const digits = Buffer.from(last).toString('hex').toUpperCase();
    const line = faults.named ? `${addressOf(state.identity)} ${digits}\n` : `${digits}\n`;
    return [Uint8Array.from(Buffer.from(line, 'latin1'))];
  }

  return talkingDevice({ clock, period: PERIOD, say, commands });
}

export const victronBleKind: DeviceKind = {
  id: 'victron-ble',
  description: `Victron Smart Lithium battery (adverts as lines of text, key ${SIMULATED_KEY}): a line every second`,
  baudRate: 115_200,
  create: createBattery,
};
