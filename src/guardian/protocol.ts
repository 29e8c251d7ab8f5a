/**
 * What Node-RED and its guardian say to each other. Times are seconds of the system's monotonic clock, which both
 * processes read alike: a lease that is delivered late has ended as if it had come in time.
 */
import type { BusProblem } from '../links/bus/address.ts';
import type { BusSpec, BusStatus, ModbusResult } from '../links/bus/bus.ts';
import type { AnswerData } from '../links/bus/modbus-codec.ts';
import type { ModbusRequest } from '../links/bus/modbus-request.ts';
import type { BusUse } from '../links/bus/registry.ts';
import type { OutputSpec } from '../relays/output-spec.ts';
import type { RelayState } from '../relays/relay.ts';

/** What becomes of a held output when Node-RED ends, however it ends: opened at once, or held for the rest of its lease. */
export type OnExit = 'open' | 'hold';

/** `id` numbers an output or a line of this Node-RED; `n` a question on a line. */
export type ToGuardian =
  | { readonly t: 'output'; readonly id: number; readonly spec: OutputSpec; readonly onExit: OnExit }
  | { readonly t: 'hold'; readonly id: number; readonly until: number }
  | { readonly t: 'release'; readonly id: number }
  | { readonly t: 'close'; readonly id: number }
  | { readonly t: 'line'; readonly id: number; readonly spec: BusSpec; readonly use: BusUse }
  | { readonly t: 'line-close'; readonly id: number }
  | { readonly t: 'write'; readonly id: number; readonly bytes: Uint8Array }
  | { readonly t: 'reopen'; readonly id: number; readonly reason: string }
  | {
      readonly t: 'ask';
      readonly id: number;
      readonly n: number;
      readonly request: ModbusRequest;
      readonly timeout: number;
      readonly urgent: boolean;
      readonly notAfter: number;
      readonly pause?: number;
      readonly answersAtZero?: boolean;
    }
  | { readonly t: 'ping'; readonly n: number }
  /** Node-RED is being stopped, and this process may not outlive it for long. */
  | { readonly t: 'stopping' };

export type FromGuardian =
  | { readonly t: 'ready' }
  | { readonly t: 'state'; readonly id: number; readonly state: RelayState }
  /** The output or line cannot be had. */
  | { readonly t: 'refused'; readonly id: number; readonly problem: BusProblem }
  | { readonly t: 'status'; readonly id: number; readonly status: BusStatus }
  | { readonly t: 'bytes'; readonly id: number; readonly chunk: Uint8Array; readonly at: number }
  | { readonly t: 'answer'; readonly id: number; readonly n: number; readonly result: ModbusResult<AnswerData> }
  /** `rss` in bytes. */
  | { readonly t: 'pong'; readonly n: number; readonly rss: number };

/** An output as one guardian hands it to the next. */
export interface Inheritance {
  readonly spec: OutputSpec;
  readonly onExit: OnExit;
  /** Monotonic second of this computer; one that is over: it was let go, and has not confirmed it. */
  readonly until: number;
}
