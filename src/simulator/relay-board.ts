/**
 * A relay board that speaks Modbus, as Waveshare's "Modbus RTU Relay" does (protocol V2): coils, and timed coils that
 * open (or close) by themselves when nobody renews them.
 */
import type { Clock } from '../engine/clock.ts';
import { type CoilEdge, createCoils, type WriteValue } from './coils.ts';
import { choice, type Commands, numbered, numberOr, obey, plain } from './control.ts';
import type { DeviceKind, Peer } from './device.ts';
import { createModbusFramer, type ModbusMode, type ModbusRequest } from './modbus-framing.ts';

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

export interface RelayBoard {
  /** Where the contacts are. */
  contacts(): boolean[];
  /** A line to somebody; `send` carries the answers. */
  connect(send: (bytes: Uint8Array) => void): Peer;
  /** Obeys one line of text; `null` when done, otherwise a sentence on what is wrong with it. */
  command(line: string): string | null;
  /** Stops every timer; the contacts stay where they are. */
  close(): void;
}

const READ_COILS = 1;
const WRITE_COIL = 5;
const WRITE_COILS = 15;
const ILLEGAL_FUNCTION = 1;
const ILLEGAL_ADDRESS = 2;
const ILLEGAL_VALUE = 3;
const DEVICE_FAILURE = 4;

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
export function createRelayBoard(options: RelayBoardOptions): RelayBoard {
  const { clock, unit = 1, channels = 8 } = options;
  const coils = createCoils(clock, channels, options.onEdge);
  const peers = new Set<Peer>();
  const faults = { dead: false, exceptions: false, powered: true, slow: 0 };

  function readCoils(pdu: Buffer): Uint8Array {
    const first = pdu.readUInt16BE(1);
    const count = pdu.readUInt16BE(3);
    if (count < 1 || count > 2000) return refusal(READ_COILS, ILLEGAL_VALUE);
    if (first + count > channels) return refusal(READ_COILS, ILLEGAL_ADDRESS);
    const bytes = new Uint8Array(Math.ceil(count / 8));
    // A stuck contact shows here, which a real board's welded contact may not: a mismatch must be possible to try out.
    for (const [bit, closed] of coils
      .contacts()
      .slice(first, first + count)
      .entries()) {
      if (closed) bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) | (1 << (bit & 7));
    }
    return Uint8Array.of(READ_COILS, bytes.length, ...bytes);
  }

  function writeCoil(pdu: Buffer): Uint8Array {
    const address = pdu.readUInt16BE(1);
    const value = pdu.readUInt16BE(3);
    const index = address & 0xff;
    const bank = address - index;
    if (address === ALL_COILS || address < channels) {
      const wanted = VALUES.get(value);
      if (wanted === undefined) return refusal(WRITE_COIL, ILLEGAL_VALUE);
      if (address < channels) coils.write(address, wanted);
      else for (let coil = 0; coil < channels; coil++) coils.write(coil, wanted);
      return pdu;
    }
    if ((bank !== FLASH_ON && bank !== FLASH_OFF) || index >= channels) return refusal(WRITE_COIL, ILLEGAL_ADDRESS);
    if (value < 1 || value > FLASH_MAX) return refusal(WRITE_COIL, ILLEGAL_VALUE);
    coils.flash(index, bank === FLASH_ON, value / 10);
    return pdu;
  }

  function writeCoils(pdu: Buffer): Uint8Array {
    const first = pdu.readUInt16BE(1);
    const count = pdu.readUInt16BE(3);
    const bytes = pdu.subarray(6);
    const size = Math.ceil(count / 8);
    if (count < 1 || pdu[5] !== size || bytes.length !== size) return refusal(WRITE_COILS, ILLEGAL_VALUE);
    if (first + count > channels) return refusal(WRITE_COILS, ILLEGAL_ADDRESS);
    for (let bit = 0; bit < count; bit++) {
      coils.write(first + bit, (bytes[bit >> 3] ?? 0) & (1 << (bit & 7)) ? 'on' : 'off');
    }
    return pdu.subarray(0, 5);
  }

  function answer(bytes: Uint8Array): Uint8Array {
    const pdu = Buffer.from(bytes);
    const code = pdu[0] ?? 0;
    if (faults.exceptions) return refusal(code, DEVICE_FAILURE);
    if (code === WRITE_COILS) return pdu.length < 7 ? refusal(code, ILLEGAL_VALUE) : writeCoils(pdu);
    if (code !== READ_COILS && code !== WRITE_COIL) return refusal(code, ILLEGAL_FUNCTION);
    if (pdu.length !== 5) return refusal(code, ILLEGAL_VALUE);
    return code === READ_COILS ? readCoils(pdu) : writeCoil(pdu);
  }

  function connect(send: (bytes: Uint8Array) => void): Peer {
    const framer = createModbusFramer(options.mode);
    const answers = new Set<() => void>();
    let cancelPause: (() => void) | null = null;

    function serve(request: ModbusRequest): void {
      if (faults.dead || !faults.powered) return;
      if (request.unit === 0) answer(request.pdu); // a broadcast is obeyed and never answered
      if (request.unit !== unit) return;
      const bytes = request.wrap(answer(request.pdu));
      if (faults.slow === 0) {
        send(bytes);
        return;
      }
      const cancel = clock.after(faults.slow, () => {
        answers.delete(cancel);
        send(bytes);
      });
      answers.add(cancel);
    }

    const peer: Peer = {
      receive(bytes) {
        cancelPause?.();
        cancelPause = null;
        for (const request of framer.push(bytes)) serve(request);
        if (framer.waiting()) cancelPause = clock.after(PAUSE, () => framer.pause());
      },
      close() {
        cancelPause?.();
        cancelPause = null;
        for (const cancel of answers) cancel();
        answers.clear();
        peers.delete(peer);
      },
    };
    peers.add(peer);
    return peer;
  }

  const commands: Commands = {
    dead: plain(() => {
      faults.dead = true;
    }),
    alive: plain(() => {
      faults.dead = false;
    }),
    'exceptions on|off': choice(['on', 'off'], (word) => {
      faults.exceptions = word === 'on';
    }),
    'stick COIL closed|open|free': numbered('coil', 0, channels - 1, (coil) =>
      choice(['closed', 'open', 'free'], (word) => coils.stick(coil, word === 'free' ? null : word === 'closed')),
    ),
    'slow SECONDS|off': numberOr(0, 600, ['off'], (seconds) => {
      faults.slow = seconds === 'off' ? 0 : seconds;
    }),
    'power on|off': choice(['on', 'off'], (word) => {
      faults.powered = word === 'on';
      if (!faults.powered) coils.powerOff();
    }),
  };

  return {
    contacts: () => coils.contacts(),
    connect,
    command: (line) => obey(commands, line),
    close() {
      coils.close();
      for (const peer of peers) peer.close();
    },
  };
}

/** An exception answer. */
function refusal(code: number, reason: number): Uint8Array {
  return Uint8Array.of(code | 0x80, reason);
}

/** The board for the command line: every movement of a contact is reported. */
export const relayBoardKind: DeviceKind = {
  id: 'relay-board',
  description:
    'Modbus relay board with timed coils (Waveshare layout), RTU or Modbus TCP as the client speaks (9600 8N1)',
  baudRate: 9600,
  create({ clock, unit, channels, report }) {
    return createRelayBoard({ clock, unit, channels, onEdge: (edge) => report({ event: 'coil', ...edge }) });
  },
};
