/**
 * The switches of a BMS at the other end of a line: just what it takes to move them and to tell of them. Coil 0 is the
 * charge MOSFET, coil 1 the discharge MOSFET; a protection holds one open whatever the switch says.
 *
 * Written after the published layouts and sharing no code with the frames of the links.
 */
import { createByteBoard, type ByteBoardOptions, type Taken } from '../../../src/simulator/byte-board.ts';
import type { Coils } from '../../../src/simulator/coils.ts';
import { choice, plain } from '../../../src/simulator/control.ts';
import type { SimulatedBoard } from './line-bench.ts';

export interface SimulatedBms extends SimulatedBoard {
  /** The switches as they are set, charge first. */
  allows(): [charge: boolean, discharge: boolean];
  /** Commands that have set a switch since the start. */
  writes(): number;
}

/** What the BMS behind a protocol is and does. */
interface Inside {
  /** Sets a switch (0 charge, 1 discharge). */
  set(which: number, on: boolean): void;
  /** One command more that has been obeyed. */
  count(): void;
  allows(): readonly boolean[];
  conducts(): readonly boolean[];
  /** Protections hold these open. */
  protects(): readonly boolean[];
}

type Take = (bytes: Uint8Array, inside: Inside) => Taken;

function createBms(options: ByteBoardOptions, take: Take): SimulatedBms {
  const set = [true, true];
  const protects = [false, false];
  let writes = 0;
  let asleep = false;
  let coils: Coils | null = null;
  const follow = (): void => {
    for (const which of [0, 1]) coils?.write(which, set[which] && !protects[which] ? 'on' : 'off');
  };
  const inside: Inside = {
    set(which, on) {
      set[which] = on;
      follow();
    },
    count: () => (writes += 1),
    allows: () => set,
    conducts: () => coils?.contacts() ?? [],
    protects: () => protects,
  };
  const board = createByteBoard(
    { ...options, channels: 2 },
    (bytes, with_) => {
      if (coils === null) {
        coils = with_;
        follow();
      }
      const taken = take(bytes, inside);
      if (!asleep || taken.used === 0 || taken.answer === undefined) return taken;
      asleep = false;
      return { used: taken.used };
    },
    {
      // Somebody with an app.
      'hand charge-on|charge-off|discharge-on|discharge-off': choice(
        ['charge-on', 'charge-off', 'discharge-on', 'discharge-off'],
        (word) => inside.set(word.startsWith('charge') ? 0 : 1, word.endsWith('on')),
      ),
      'protect charge|discharge|both|none': choice(['charge', 'discharge', 'both', 'none'], (word) => {
        protects[0] = word === 'charge' || word === 'both';
        protects[1] = word === 'discharge' || word === 'both';
        follow();
      }),
      // The first request only wakes it.
      sleep: plain(() => {
        asleep = true;
      }),
    },
  );
  // The MOSFETs of a BMS that nobody has told otherwise conduct.
  board.connect(() => {}).receive(Uint8Array.of(0));
  return { ...board, allows: () => [set[0]!, set[1]!], writes: () => writes };
}

const sum = (bytes: Uint8Array): number => bytes.reduce((total, byte) => total + byte, 0);
const u16 = (value: number): [number, number] => [(value >> 8) & 0xff, value & 0xff];

/** `DD A5 03 00` and `DD 5A E1 02 00 word`. */
export function createJbdBms(options: ByteBoardOptions): SimulatedBms {
  function answer(register: number, data: readonly number[]): Uint8Array {
    const body = Uint8Array.of(0, data.length, ...data);
    return Uint8Array.of(0xdd, register, ...body, ...u16(0x10000 - sum(body)), 0x77);
  }
  return createBms(options, (bytes, bms) => {
    if (bytes[0] !== 0xdd) return { used: 1 };
    const size = 7 + (bytes[3] ?? 0);
    if (bytes.length < 4 || bytes.length < size) return { used: 0 };
    const body = bytes.subarray(2, size - 3);
    const [high, low] = u16(0x10000 - sum(body));
    if (bytes[size - 3] !== high || bytes[size - 2] !== low || bytes[size - 1] !== 0x77) return { used: 1 };
    const [what, register] = [bytes[1], bytes[2]];
    if (what === 0xa5 && register === 3) {
      const [charge, discharge] = bms.conducts();
      const [noCharge, noDischarge] = bms.protects();
      const off = bms.allows().includes(false);
      const protection = (noCharge ? 1 : 0) | (noDischarge ? 2 : 0) | (off ? 0x1000 : 0);
      const data = [6, 24, 0, 0, 1, 0xf2, 1, 0xf4, 0, 42, 0x2c, 0x7c, 0, 0, 0, 0, ...u16(protection), 0x80, 100];
      return {
        used: size,
        answer: answer(3, [...data, (charge ? 1 : 0) | (discharge ? 2 : 0), 4, 1, 0x0b, 0x8b]),
      };
    }
    if (what === 0x5a && register === 0xe1 && body[1] === 2 && body[2] === 0 && body[3]! <= 3) {
      bms.count();
      bms.set(0, (body[3]! & 1) === 0);
      bms.set(1, (body[3]! & 2) === 0);
      return { used: size, answer: answer(0xe1, []) };
    }
    throw new Error(`a JBD BMS must not be sent ${Buffer.from(bytes.subarray(0, size)).toString('hex')}`);
  });
}

/** `A5 40 93`, `A5 40 D9` and `A5 40 DA`. */
export function createDalyBms(options: ByteBoardOptions): SimulatedBms {
  function answer(command: number, data: readonly number[]): Uint8Array {
    const frame = Uint8Array.of(0xa5, 1, command, 8, ...data);
    return Uint8Array.of(...frame, sum(frame) & 0xff);
  }
  return createBms(options, (bytes, bms) => {
    if (bytes[0] !== 0xa5) return { used: 1 };
    if (bytes.length < 13) return { used: 0 };
    if (bytes[1] !== 0x40 || bytes[3] !== 8 || bytes[12] !== (sum(bytes.subarray(0, 12)) & 0xff)) return { used: 1 };
    const [command, on] = [bytes[2]!, bytes[4]!];
    if (command === 0x93) {
      const [charge, discharge] = bms.conducts();
      return { used: 13, answer: answer(0x93, [1, Number(charge), Number(discharge), 202, 0, 3, 221, 56]) };
    }
    if ((command === 0xd9 || command === 0xda) && on <= 1) {
      bms.count();
      bms.set(command === 0xda ? 0 : 1, on === 1);
      return { used: 13, answer: answer(command, [on, 1, 0, 0, 2, 0, 0x6c, 0xbe]) };
    }
    throw new Error(`a Daly BMS must not be sent ${Buffer.from(bytes.subarray(0, 13)).toString('hex')}`);
  });
}

/** `4E 57` with the commands 06, 05, and 02 for the tags AB and AC. A write counts only behind the password. */
export function createJkBms(options: ByteBoardOptions): SimulatedBms {
  let knowsPassword = false;
  function answer(command: number, data: readonly number[]): Uint8Array {
    const length = 11 + data.length + 9 - 2;
    const frame = Uint8Array.of(0x4e, 0x57, ...u16(length), 0, 0, 0, 0, command, 0, 1, ...data, 0, 0, 0, 0, 0x68);
    return Uint8Array.of(...frame, 0, 0, ...u16(sum(frame)));
  }
  return createBms(options, (bytes, bms) => {
    if (bytes[0] !== 0x4e || (bytes.length > 1 && bytes[1] !== 0x57)) return { used: 1 };
    const size = 2 + bytes[2]! * 256 + bytes[3]!;
    if (bytes.length < 4 || bytes.length < size) return { used: 0 };
    const [high, low] = u16(sum(bytes.subarray(0, size - 4)));
    if (size < 20 || bytes[size - 2] !== high || bytes[size - 1] !== low) return { used: 1 };
    const [command, tag, value] = [bytes[8]!, bytes[11]!, bytes[12]!];
    if (command === 6) {
      const [charge, discharge] = bms.conducts();
      const [mayCharge, mayDischarge] = bms.allows();
      const status = Number(charge) + 2 * Number(discharge);
      const cells = [0x79, 6, 1, 0x0c, 0xf8, 2, 0x0c, 0xf9];
      const switches = [0xab, Number(mayCharge), 0xac, Number(mayDischarge), 0xc0, 1];
      return { used: size, answer: answer(6, [...cells, 0x85, 50, 0x8b, 0, 0, 0x8c, 0, status, ...switches]) };
    }
    if (command === 5) {
      knowsPassword = true;
      return { used: size, answer: answer(5, [0]) };
    }
    if (command === 2 && (tag === 0xab || tag === 0xac) && value <= 1 && size === 22) {
      if (knowsPassword) {
        bms.count();
        bms.set(tag === 0xab ? 0 : 1, value === 1);
      }
      knowsPassword = false;
      return { used: size, answer: answer(2, [tag]) };
    }
    throw new Error(`a JK BMS must not be sent ${Buffer.from(bytes.subarray(0, size)).toString('hex')}`);
  });
}
