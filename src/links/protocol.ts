/** What a protocol is, to whoever opens, decodes, documents or simulates it. */
import type { Observation } from '../engine/reading/observation.ts';
import type { Clock } from '../engine/clock.ts';
import type { BusKind, ByteBus, GattStream, LineSettings, ModbusBus } from './bus/bus.ts';
import type { Ask, Device, Listening } from './device.ts';
import type { FedLink, LinkListener } from './link.ts';
import type { LinkOptionInfo, LinkOptions } from './options.ts';

/** Facts about a protocol. Pure data: the dialog, the README's table, `--list` and the documentation are made of it. */
export interface ProtocolInfo {
  /** As in `bms-config`'s `link` and on the command line. */
  readonly id: string;
  /** Other names under which the command line knows it. */
  readonly aliases?: readonly string[];
  /** A few words: `JBD / Xiaoxiang / Overkill Solar`. */
  readonly title: string;
  /** Where a reader finds it: the five systems, what hobbyists own, anything else. */
  readonly group: 'systems' | 'hobby' | 'sources' | 'generic';
  /** Buses it runs on, the usual one first. */
  readonly buses: readonly BusKind[];
  /** The line "automatic" stands for; `null` where there is none (messages, BLE only). */
  readonly line: LineSettings | null;
  /** Named characteristics where it can be reached by BLE; `adverts` where the device only advertises. */
  readonly ble?: readonly GattStream[] | 'adverts';
  /** Settings of the link, by name, with this protocol's own default where it differs. */
  readonly options: readonly LinkOptionInfo[];
  /** What is read: words for the table of devices. */
  readonly reads: readonly Reads[];
  /** The BMS's switches can be written (by a relay node, off by default). */
  readonly writes: boolean;
  /** How a frame is checked: words for the documentation (`sum of bytes, 8 bit`). */
  readonly check: string;
  /** The check is weak (8 bits or none): sudden changes are believed when a second answer agrees. */
  readonly weak: boolean;
  /** Seconds from the beginning of a cycle to the next, at least; 0 for what talks by itself. */
  readonly period: number;
  /** Several devices share one line, told apart by address. */
  readonly addressed: boolean;
  /** The page in `docs/devices/`, without `.md`. */
  readonly page: string;
}

export type Reads = 'cells' | 'temperatures' | 'voltage' | 'current' | 'soc' | 'flags' | 'switches' | 'counters';

/** One frame, by itself. */
export type Decoded =
  | {
      readonly ok: true;
      /** Everything the frame holds, by name: V, A (positive = charging), °C, Ah, Wh, %. */
      readonly frame: Readonly<Record<string, unknown>>;
      /** What it says of the pack; `null` for a frame that says nothing of it (a question, a name, a setting). */
      readonly seen: Observation | null;
    }
  /** `refusal`: a word (`checksum`, `length`, `key`, `exception` …); `text`: one sentence. */
  | { readonly ok: false; readonly refusal: string; readonly text: string };

export type Opens =
  /** Answers on a line of plain bytes (serial, bridge, BLE). */
  | { readonly kind: 'bytes'; device(ask: Ask, options: LinkOptions): Device }
  /** Answers to Modbus requests. */
  | { readonly kind: 'modbus'; device(bus: ModbusBus, options: LinkOptions, clock: Clock): Device }
  /** Talks by itself. */
  | { readonly kind: 'listens'; listening(options: LinkOptions): Listening }
  /** Talks by itself, and has a link of its own. */
  | { readonly kind: 'own'; open(how: OwnLink): FedLink };

export interface OwnLink {
  /** Absent: the link lives on what is pushed. */
  readonly bytes?: ByteBus;
  readonly clock: Clock;
  readonly listener: LinkListener;
  readonly options: LinkOptions;
}

export interface Protocol {
  readonly info: ProtocolInfo;
  readonly opens: Opens;
  /** Reads one frame, whatever its kind: for `cellwarden decode` and whoever has a capture. Total. */
  decode(bytes: Uint8Array, options: LinkOptions): Decoded;
}
