/**
 * The Bluetooth side of a 123\SmartBMS of the third generation, behind a bridge that passes its bytes on: says what it
 * holds only when it is sent a `$`, wants its PIN, and streams a turn of records every second.
 */
import { celsiusCounts, cellStatus } from './123smartbms-ble-values.ts';
import { answeringDevice, type Taken } from './answering.ts';
import { type BmsState, createBms } from './bms.ts';
import { numberOr, onOff } from './control.ts';
import type { DeviceKind, DeviceOptions, SimulatedDevice } from './device.ts';

/** s from one turn of records to the next. */
const TURN = 1;
/** Records that it holds at most for a listener that does not ask. */
const MOST_HELD = 64;
const FACTORY_PIN = 1234;
const BALANCE_VOLTAGE = 3.5;
const COLLECTED_BEFORE = 1234;
const CONSUMED_BEFORE = 1180;
const NOMINAL = 3.2;

function hex(value: number, digits: number): string {
  return Math.max(0, Math.round(value)).toString(16).toUpperCase().padStart(digits, '0');
}

const volts = (value: number, digits = 3): string => hex(value / 0.005, digits);

function amperes(value: number | null): string {
  return value === null ? 'XXXXX' : `${value < 0 ? '-' : '+'}${hex(Math.abs(value) / 0.05, 4)}`;
}

/** Value and number of the first one that is the least, or the most. */
function extreme(values: readonly number[], pick: (...values: number[]) => number): [value: number, cell: number] {
  const value = pick(...values);
  return [value, values.indexOf(value) + 1];
}

/** One turn: the pack, its extremes, one cell, and the counters in turn. */
function records(state: BmsState, turn: number, communicates: boolean): string[] {
  const { cells, current, voltage, soc, remaining } = state;
  const voltages = cells.map((cell) => cell.voltage);
  const warmth = cells.map((cell) => celsiusCounts(cell.temperature));
  const [min, minCell] = extreme(voltages, Math.min);
  const [max, maxCell] = extreme(voltages, Math.max);
  const [cold, coldCell] = extreme(warmth, Math.min);
  const [hot, hotCell] = extreme(warmth, Math.max);
  const at = turn % cells.length;
  const [into, out] = current === null ? [null, null] : [Math.max(0, current), Math.max(0, -current)];
  const { status1, status2 } = cellStatus(state, communicates);
  const stored = remaining * NOMINAL * cells.length;
  const counters = [
    `M_${hex(COLLECTED_BEFORE, 6)}_${hex(CONSUMED_BEFORE, 6)}_0C:1E`,
    `H_${hex(state.soh, 2)}_${hex(stored, 4)}_${hex(stored, 4)}_63_${hex(state.cycles * 100, 6)}_${hex(state.cycles * 100, 6)}`,
    `B_${hex(COLLECTED_BEFORE, 6)}_${hex(CONSUMED_BEFORE, 6)}_000000_000000`,
  ];
  return [
    `U_${volts(voltage, 4)}_${amperes(into)}_${amperes(current)}_${amperes(out)}`,
    `V_${volts(min)}_${hex(minCell, 2)}_${volts(max)}_${hex(maxCell, 2)}_${volts(BALANCE_VOLTAGE)}`,
    `T_${hex(cold, 3)}_${hex(coldCell, 2)}_${hex(hot, 3)}_${hex(hotCell, 2)}`,
    `C_${hex(at + 1, 2)}_${hex(state.cellCount, 2)}_${volts(voltages[at] ?? 0)}_${hex(warmth[at] ?? 0, 3)}_${status1}_${status2}`,
    `E_000000_${hex(stored, 6)}_000000_${hex(soc, 2)}`,
    counters[turn % counters.length] ?? '',
  ];
}

function create({ clock, cells, capacity, soc, speed }: DeviceOptions): SimulatedDevice {
  const bms = createBms({ clock, cells, capacity, soc, speed });
  let pin = FACTORY_PIN;
  let communicates = true;

  /** One connection: who it is that talks has to be shown anew each time. */
  function line(): (waiting: Uint8Array) => Taken {
    let held: string[] = [];
    let known = false;
    let streamsFrom: number | null = null;
    let turns = 0;

    function fill(): void {
      if (streamsFrom === null) return;
      const due = Math.floor((clock.now() - streamsFrom) / TURN + 1e-9);
      // Of what it could not say in time only the newest is left.
      turns = Math.max(turns, due - 3);
      for (; turns < due; turns += 1) held.push(...records(bms.state(), turns, communicates));
      held = held.slice(-MOST_HELD);
    }

    function obeyed(command: string): string {
      if (command.startsWith('PW')) known = command === `PW${pin}!`;
      if (!known) return 'NA';
      if (command === 'E!') {
        streamsFrom = clock.now() - TURN;
        turns = 0;
      }
      if (command === 'D!') streamsFrom = null;
      if (command === 'V@') return '333_03_05_03_2BC_7B';
      return 'OK';
    }

    return (waiting) => {
      if (waiting[0] === 0x24) {
        fill();
        const said = held.map((record) => `${record}\r`).join('');
        held = [];
        return { used: 1, ...(said === '' ? {} : { answers: [Buffer.from(said, 'latin1')] }) };
      }
      const end = waiting.indexOf(0x0d);
      if (end < 0) return { used: 0 };
      const command = Buffer.from(waiting.subarray(0, end)).toString('latin1');
      held.push(command, obeyed(command));
      return { used: end + 1 };
    };
  }

  return answeringDevice({
    clock,
    take: line,
    delay: 0.03,
    commands: {
      ...bms.commands,
      'pin NUMBER': numberOr(1000, 9999, [], (number) => {
        pin = Math.round(number);
      }),
      'communication on|off': onOff((on) => {
        communicates = on;
      }),
    },
  });
}

export const smartbms123BleKind: DeviceKind = {
  id: '123smartbms-ble',
  description: '123\\SmartBMS over Bluetooth, third generation, PIN 1234 (BLE, here behind a bridge)',
  baudRate: 9600,
  create,
};
