/**
 * A bus: the line (or socket) behind which devices answer. Opened once and shared by everyone who names the same path.
 *
 * Two kinds, because devices are of two kinds: some talk by themselves (`ByteBus`), some answer when asked (`ModbusBus`).
 * Links and relays see these interfaces only and cannot tell a serial port from a network bridge.
 */

export type Parity = 'none' | 'even' | 'odd';

export interface LineSettings {
  readonly baudRate: number;
  readonly dataBits: 7 | 8;
  readonly parity: Parity;
  readonly stopBits: 1 | 2;
}

/**
 * Where a bus is, checked. `path` is the key under which it is shared: a serial port's name as given,
 * `tcp://host:port` in lower case for anything on the network.
 */
export type BusSpec =
  | {
      readonly kind: 'serial';
      readonly path: string;
      readonly line: LineSettings;
      /** What nobody has set: whoever opens the line for a device puts in what that device uses from the factory. */
      readonly automatic?: readonly (keyof LineSettings)[];
    }
  /** Raw bytes through a serial-to-network bridge. */
  | { readonly kind: 'tcp'; readonly path: string; readonly host: string; readonly port: number }
  /** Modbus TCP proper, with the MBAP header. */
  | { readonly kind: 'modbus-tcp'; readonly path: string; readonly host: string; readonly port: number }
  /** A Bluetooth adapter of this computer; `peer` is filled in by the link that wants a device behind it. */
  | { readonly kind: 'ble'; readonly path: string; readonly adapter: string; readonly peer?: BlePeer };

/** A device behind a Bluetooth adapter, and how its bytes come. */
export interface BlePeer {
  /** Address (`AA:BB:CC:DD:EE:FF`) or name as it advertises. */
  readonly device: string;
  /** Characteristics, the first that the device has; `adverts`: it only advertises. */
  readonly streams: readonly GattStream[] | 'adverts';
}

/** The GATT characteristics behind which a BLE device keeps a stream of bytes. Full 128-bit UUIDs or 4 hex digits. */
export interface GattStream {
  readonly service: string;
  readonly notify: string;
  readonly write: string;
}

export type BusKind = BusSpec['kind'];

/** `connecting` only until the first outcome; while it tries again the bus stays `lost`, with the reason. */
export type BusState = 'connecting' | 'open' | 'lost' | 'closed';

export interface BusStatus {
  readonly state: BusState;
  /** Why it is not open, in one sentence; `null` while open. */
  readonly problem: string | null;
}

export interface BusBase {
  readonly path: string;
  status(): BusStatus;
  /** Calls back on every change of state; returns the way to stop that. */
  onStatus(listener: (status: BusStatus) => void): () => void;
  /**
   * Drops the connection and makes a fresh one a second later. For whoever sees that an open line has fallen silent;
   * does nothing unless the line is open.
   */
  reopen(reason: string): void;
  /** Gives the handle back. The line closes when nobody has held it for a while. */
  release(): void;
}

export interface ByteBus extends BusBase {
  /** Every chunk as it arrives, with the monotonic second it arrived at. */
  onBytes(listener: (chunk: Uint8Array, at: number) => void): () => void;
  /** Queues bytes; false when the line is not open or takes no more. */
  write(bytes: Uint8Array): boolean;
}

/** A Modbus answer, or why there is none. Never a rejection: an answer that does not come is an ordinary event here. */
export type ModbusResult<T> =
  | { readonly ok: true; readonly value: T }
  | {
      readonly ok: false;
      /**
       * `not-open`: the line is down. `timeout`: the unit said nothing, or is backed off because it keeps saying
       * nothing while others use the line.
       * `exception`: the unit (or a gateway) refused. `mismatch`: a whole answer came, but to something else.
       * `line`: bytes came that are no answer, or the request never got onto the line (queue full, too late, overtaken).
       * `request`: no such request exists in Modbus; nothing was sent.
       */
      readonly reason: 'not-open' | 'timeout' | 'exception' | 'mismatch' | 'line' | 'request';
      readonly text: string;
      /** The exception code, where a unit sent one. */
      readonly code?: number;
    };

export interface RequestOptions {
  /**
   * For opening a relay: goes before everything that waits, ignores the back-off of a silent unit, and takes every
   * ordinary write that waits for the same unit off the queue, so that no older "close" is sent after it.
   */
  readonly urgent?: boolean;
  /**
   * Monotonic second after which the request must not be sent any more: a lease renewal that waited in the queue would
   * otherwise close a contact for which permission has ended. Without it: 5 s from now, urgent ones for ever.
   */
  readonly notAfter?: number;
  /** Seconds to wait for the answer, beyond the time its bytes take; default 1 s. */
  readonly timeout?: number;
  /** Seconds of silence, at most 0.5, that the unit wants before anybody on its line asks again. Default 0. */
  readonly pause?: number;
  /** A read to unit 0, which is everybody elsewhere in Modbus RTU: this device answers there, alone on its line. */
  readonly answersAtZero?: boolean;
}

export interface ModbusBus extends BusBase {
  /** Function 01: the state of coils from `address`. */
  readCoils(unit: number, address: number, count: number, options?: RequestOptions): Promise<ModbusResult<boolean[]>>;
  /** Function 02: the state of discrete inputs from `address`. */
  readInputs(unit: number, address: number, count: number, options?: RequestOptions): Promise<ModbusResult<boolean[]>>;
  /** Function 03: holding registers from `address`, 0…65535 each. */
  readHoldingRegisters(
    unit: number,
    address: number,
    count: number,
    options?: RequestOptions,
  ): Promise<ModbusResult<number[]>>;
  /** Function 04: input registers from `address`, 0…65535 each. */
  readInputRegisters(
    unit: number,
    address: number,
    count: number,
    options?: RequestOptions,
  ): Promise<ModbusResult<number[]>>;
  /** Function 05 with FF00 or 0000. */
  writeCoil(unit: number, address: number, on: boolean, options?: RequestOptions): Promise<ModbusResult<true>>;
  /** Function 05 with a raw value: timed coils of relay boards take tenths of a second there. */
  writeCoilValue(unit: number, address: number, value: number, options?: RequestOptions): Promise<ModbusResult<true>>;
  /** Function 0F. */
  writeCoils(
    unit: number,
    address: number,
    values: readonly boolean[],
    options?: RequestOptions,
  ): Promise<ModbusResult<true>>;
  /** Function 06. */
  writeRegister(unit: number, address: number, value: number, options?: RequestOptions): Promise<ModbusResult<true>>;
  /** Function 10. */
  writeRegisters(
    unit: number,
    address: number,
    values: readonly number[],
    options?: RequestOptions,
  ): Promise<ModbusResult<true>>;
}
