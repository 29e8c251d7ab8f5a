/**
 * A relay board that speaks Modbus, as Waveshare's "Modbus RTU Relay" does (protocol V2): coils, and timed coils that
 * open (or close) by themselves when nobody renews them.
 */
import type { Clock } from '../engine/clock.ts';
import { createBoardFaults } from './board-faults.ts';
import { packed } from './bytes.ts';
import { type CoilEdge, createCoils, reportEdges, stickCommand, type WriteValue } from './coils.ts';
import { type Commands, obey, onOff } from './control.ts';
import { type ContactBoard, createPeers, type DeviceKind, type Peer } from './device.ts';
import {
  createModbusFramer,
  DEVICE_FAILURE,
  exceptionPdu,
  ILLEGAL_ADDRESS,
  ILLEGAL_FUNCTION,
  ILLEGAL_VALUE,
  type ModbusMode,
  type ModbusRequest,
} from './modbus-framing.ts';

export interface RelayBoardOptions {
  readonly clock: Clock;
  /** 1…247. */
  readonly unit?: number;
  /** 1…32. */
  readonly channels?: number;
  readonly mode?: ModbusMode;
  /** Every movement of a contact. Renewing a closed one is none. */
  readonly onEdge?: (edge: CoilEdge) => void;
}

const READ_COILS = 1;
const WRITE_COIL = 5;
const WRITE_COILS = 15;

const ALL_COILS = 0x00ff;
const FLASH_ON = 0x0200;
const FLASH_OFF = 0x0400;
/** Tenths of a second. */
const FLASH_MAX = 0x7fff;
const VALUES: ReadonlyMap<number, WriteValue> = new Map([
  [0xff00, 'on'],
  [0x0000, 'off'],
  [0x5500, 'toggle'],
]);

/**
 * s of quiet after which a request that was cut short is forgotten. RTU says 3.5 characters; over TCP the pieces of one
 * request may come further apart.
 */
const PAUSE = 0.1;

/** Starts the board, every contact open. */
export function createRelayBoard(options: RelayBoardOptions): ContactBoard {
  const { clock, unit = 1, channels = 8 } = options;
  const coils = createCoils(clock, channels, options.onEdge);
  const peers = createPeers();
  const faults = createBoardFaults(clock, (on) => {
    if (!on) coils.powerOff();
  });
  let exceptions = false;

  function readCoils(pdu: Buffer): Uint8Array {
    const first = pdu.readUInt16BE(1);
    const count = pdu.readUInt16BE(3);
    if (count < 1 || count > 2000) return exceptionPdu(READ_COILS, ILLEGAL_VALUE);
    if (first + count > channels) return exceptionPdu(READ_COILS, ILLEGAL_ADDRESS);
    // A stuck contact shows here, which a real board's welded contact may not: a mismatch must be possible to try out.
    const bytes = packed(coils.contacts().slice(first, first + count), 8, Math.ceil(count / 8));
    return Uint8Array.of(READ_COILS, bytes.length, ...bytes);
  }

  function writeCoil(pdu: Buffer): Uint8Array {
    const address = pdu.readUInt16BE(1);
    const value = pdu.readUInt16BE(3);
    const index = address & 0xff;
    const bank = address - index;
    if (address === ALL_COILS || address < channels) {
      const wanted = VALUES.get(value);
      if (wanted === undefined) return exceptionPdu(WRITE_COIL, ILLEGAL_VALUE);
      if (address < channels) coils.write(address, wanted);
      else for (let coil = 0; coil < channels; coil++) coils.write(coil, wanted);
      return pdu;
    }
    if ((bank !== FLASH_ON && bank !== FLASH_OFF) || index >= channels)
      return exceptionPdu(WRITE_COIL, ILLEGAL_ADDRESS);
    if (value < 1 || value > FLASH_MAX) return exceptionPdu(WRITE_COIL, ILLEGAL_VALUE);
    coils.flash(index, bank === FLASH_ON, value / 10);
    return pdu;
  }

  function writeCoils(pdu: Buffer): Uint8Array {
    const first = pdu.readUInt16BE(1);
    const count = pdu.readUInt16BE(3);
    const bytes = pdu.subarray(6);
    const size = Math.ceil(count / 8);
    if (count < 1 || pdu[5] !== size || bytes.length !== size) return exceptionPdu(WRITE_COILS, ILLEGAL_VALUE);
    if (first + count > channels) return exceptionPdu(WRITE_COILS, ILLEGAL_ADDRESS);
    for (let bit = 0; bit < count; bit++) {
      coils.write(first + bit, (bytes[bit >> 3] ?? 0) & (1 << (bit & 7)) ? 'on' : 'off');
    }
    return pdu.subarray(0, 5);
  }

  function answer(bytes: Uint8Array): Uint8Array {
    const pdu = Buffer.from(bytes);
    const code = pdu[0] ?? 0;
    if (exceptions) return exceptionPdu(code, DEVICE_FAILURE);
    if (code === WRITE_COILS) return pdu.length < 7 ? exceptionPdu(code, ILLEGAL_VALUE) : writeCoils(pdu);
    if (code !== READ_COILS && code !== WRITE_COIL) return exceptionPdu(code, ILLEGAL_FUNCTION);
    if (pdu.length !== 5) return exceptionPdu(code, ILLEGAL_VALUE);
    return code === READ_COILS ? readCoils(pdu) : writeCoil(pdu);
  }

  function connect(send: (bytes: Uint8Array) => void): Peer {
    const framer = createModbusFramer(options.mode);
    const line = faults.line(send);
    let cancelPause: (() => void) | null = null;

    function serve(request: ModbusRequest): void {
      if (!faults.hears()) return;
      if (request.unit === 0) answer(request.pdu); // a broadcast is obeyed and never answered
      if (request.unit !== unit) return;
      line.answer(request.wrap(answer(request.pdu)));
    }

    return peers.open({
      receive(bytes) {
        cancelPause?.();
        cancelPause = null;
        for (const request of framer.push(bytes)) serve(request);
        if (framer.waiting()) cancelPause = clock.after(PAUSE, () => framer.pause());
      },
      close() {
        cancelPause?.();
        cancelPause = null;
        line.close();
      },
    });
  }

  const commands: Commands = {
    ...faults.commands,
    'exceptions on|off': onOff((on) => {
      exceptions = on;
    }),
    ...stickCommand(coils, channels),
  };

  return {
    contacts: () => coils.contacts(),
    connect,
    command: (line) => obey(commands, line),
    close() {
      coils.close();
      peers.close();
    },
  };
}

/** The board for the command line: every movement of a contact is reported. */
export const relayBoardKind: DeviceKind = {
  id: 'relay-board',
  description:
    'Modbus relay board with timed coils (Waveshare layout), RTU or Modbus TCP as the client speaks (9600 8N1)',
  baudRate: 9600,
  create({ clock, unit, channels, report }) {
    return createRelayBoard({ clock, unit, channels, onEdge: reportEdges(report) });
  },
};
