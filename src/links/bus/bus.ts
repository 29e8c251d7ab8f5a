/**
 * A bus: the line (or socket) behind which devices answer. Opened once and shared by everyone who names the same path.
 *
 * Two kinds, because devices are of two kinds: some talk by themselves (`ByteBus`), some answer when asked (`ModbusBus`).
 * Links and relays see these interfaces only and cannot tell a serial port from a network bridge.
 */

export type Transport = 'serial' | 'tcp';
export type Parity = 'none' | 'even' | 'odd';

export interface LineSettings {
  readonly baudRate: number;
  readonly dataBits: 7 | 8;
  readonly parity: Parity;
  readonly stopBits: 1 | 2;
}

/** `/dev/ttyUSB0`, `/dev/serial/by-id/…`, `COM3`, or `tcp://host:port`. */
export interface BusAddress {
  readonly transport: Transport;
  /** The path as given: the key under which the bus is shared. */
  readonly path: string;
  readonly host?: string;
  readonly port?: number;
}

export type BusState = 'connecting' | 'open' | 'lost' | 'closed';

export interface BusStatus {
  readonly state: BusState;
  /** Why it is not open, in one sentence; `null` while open. */
  readonly problem: string | null;
}

interface BusBase {
  readonly path: string;
  status(): BusStatus;
  /** Calls back on every change of state; returns the way to stop that. */
  onStatus(listener: (status: BusStatus) => void): () => void;
  /** Gives the handle back. The line closes when nobody holds it any more. */
  release(): void;
}

export interface ByteBus extends BusBase {
  /** Every chunk as it arrives, with the monotonic second it arrived at. */
  onBytes(listener: (chunk: Uint8Array, at: number) => void): () => void;
  /** Queues bytes; false when the line is not open. */
  write(bytes: Uint8Array): boolean;
}

/** A Modbus answer, or why there is none. Never a rejection: an answer that does not come is an ordinary event here. */
export type ModbusResult<T> =
  | { readonly ok: true; readonly value: T }
  | {
      readonly ok: false;
      readonly reason: 'not-open' | 'timeout' | 'exception' | 'mismatch' | 'line';
      readonly text: string;
    };

export interface ModbusBus extends BusBase {
  /** Function 01: the state of coils from `address`. */
  readCoils(unit: number, address: number, count: number): Promise<ModbusResult<boolean[]>>;
  /** Function 05 with FF00 or 0000. */
  writeCoil(unit: number, address: number, on: boolean): Promise<ModbusResult<true>>;
  /** Function 05 with a raw value: timed coils of relay boards take tenths of a second there. */
  writeCoilValue(unit: number, address: number, value: number): Promise<ModbusResult<true>>;
}
