/**
 * The relays of a Victron GX device behind its Modbus TCP server: unit 100, holding registers 806 and 807. Its software
 * remembers where a relay with the function "Manual" was and puts it back there at the next start.
 */
import type { Clock } from '../engine/clock.ts';
import { createBoardFaults } from './board-faults.ts';
import { two } from './bytes.ts';
import { type CoilEdge, createCoils, reportEdges, stickCommand } from './coils.ts';
import { choice, type Commands, numbered, numberOr, obey, onOff } from './control.ts';
import { type ContactBoard, createPeers, type DeviceKind } from './device.ts';
import {
  createModbusFramer,
  DEVICE_FAILURE,
  exceptionPdu,
  ILLEGAL_ADDRESS,
  ILLEGAL_FUNCTION,
  ILLEGAL_VALUE,
} from './modbus-framing.ts';

export interface GxOptions {
  readonly clock: Clock;
  /** Every movement of a contact. */
  readonly onEdge?: (edge: CoilEdge) => void;
}

const UNIT = 100;
const FIRST = 806;
const RELAYS = 2;
const READ = 3;
const WRITE = 6;
const GATEWAY_NO_ANSWER = 11;
/** s until a function other than "Manual" has its way again. */
const OWN_WAY_AFTER = 1;

/** Starts the device, both relays open and "Manual". */
export function createGx({ clock, onEdge }: GxOptions): ContactBoard {
  const coils = createCoils(clock, RELAYS, onEdge);
  const commanded = [false, false];
  /** What a register says instead of the truth. */
  const pretended: (number | null)[] = [null, null];
  const peers = createPeers();
  let exceptions = false;
  let manual = true;
  let cancelOwnWay: (() => void) | null = null;

  const faults = createBoardFaults(clock, (on) => {
    if (!on) return coils.powerOff();
    for (const [relay, closed] of commanded.entries()) if (closed) coils.write(relay, 'on');
  });

  function move(relay: number, closed: boolean): void {
    commanded[relay] = closed;
    coils.write(relay, closed ? 'on' : 'off');
  }

  function ownWay(): void {
    if (manual) return;
    cancelOwnWay?.();
    cancelOwnWay = clock.after(OWN_WAY_AFTER, () => {
      cancelOwnWay = null;
      move(0, false);
    });
  }

  function read(pdu: Buffer): Uint8Array {
    const first = pdu.readUInt16BE(1) - FIRST;
    const count = pdu.readUInt16BE(3);
    if (first < 0 || count < 1 || first + count > RELAYS) return exceptionPdu(READ, ILLEGAL_ADDRESS);
    const contacts = coils.contacts();
    const values = contacts.map((closed, relay) => pretended[relay] ?? Number(closed)).slice(first, first + count);
    return Uint8Array.of(READ, 2 * count, ...values.flatMap(two));
  }

  function write(pdu: Buffer): Uint8Array {
    const relay = pdu.readUInt16BE(1) - FIRST;
    const value = pdu.readUInt16BE(3);
    if (relay < 0 || relay >= RELAYS) return exceptionPdu(WRITE, ILLEGAL_ADDRESS);
    if (value > 1) return exceptionPdu(WRITE, ILLEGAL_VALUE);
    move(relay, value === 1);
    if (relay === 0) ownWay();
    return pdu;
  }

  function answer(unit: number, bytes: Uint8Array): Uint8Array {
    const pdu = Buffer.from(bytes);
    const code = pdu[0] ?? 0;
    if (unit !== UNIT) return exceptionPdu(code, GATEWAY_NO_ANSWER);
    if (exceptions) return exceptionPdu(code, DEVICE_FAILURE);
    if (code !== READ && code !== WRITE) return exceptionPdu(code, ILLEGAL_FUNCTION);
    if (pdu.length !== 5) return exceptionPdu(code, ILLEGAL_VALUE);
    return code === READ ? read(pdu) : write(pdu);
  }

  const commands: Commands = {
    ...faults.commands,
    'exceptions on|off': onOff((on) => {
      exceptions = on;
    }),
    'function manual|other': choice(['manual', 'other'], (word) => {
      manual = word === 'manual';
      ownWay();
    }),
    ...stickCommand(coils, RELAYS),
    'tell COIL VALUE|truth': numbered('coil', 0, RELAYS - 1, (coil) =>
      numberOr(0, 0xffff, ['truth'], (value) => {
        pretended[coil] = value === 'truth' ? null : value;
      }),
    ),
  };

  return {
    contacts: () => coils.contacts(),
    connect(send) {
      const framer = createModbusFramer('mbap');
      const line = faults.line(send);
      return peers.open({
        receive(bytes) {
          for (const request of framer.push(bytes)) {
            if (faults.hears()) line.answer(request.wrap(answer(request.unit, request.pdu)));
          }
        },
        close() {
          line.close();
        },
      });
    },
    command: (line) => obey(commands, line),
    close() {
      cancelOwnWay?.();
      cancelOwnWay = null;
      coils.close();
      peers.close();
    },
  };
}

/** The device for the command line: every movement of a contact is reported. */
export const gxKind: DeviceKind = {
  id: 'gx',
  description: 'the two relays of a Victron GX device, over Modbus TCP as unit 100',
  baudRate: 9600,
  create({ clock, report }) {
    return createGx({ clock, onEdge: reportEdges(report) });
  },
};
