/** A physical output as plain data: it can be sent to the process that drives it, compared, and named. */
import type { BusSpec } from '../links/bus/bus.ts';
import type { BmsSwitch } from './bms-switch.ts';

/**
 * Channels count from 1, as printed on the board. `heldOn`: the output is switched on while held, as a normally open
 * contact that connects needs it; false for an inverted one.
 */
export type OutputSpec =
  | {
      readonly board: 'modbus-timed' | 'modbus-plain';
      readonly bus: BusSpec;
      readonly unit: number;
      readonly channel: number;
      readonly heldOn: boolean;
    }
  | {
      readonly board: 'lcus' | 'kmtronic' | 'gx';
      readonly bus: BusSpec;
      readonly channel: number;
      readonly heldOn: boolean;
    }
  | {
      /** The BMS itself switches. */
      readonly board: 'jbd' | 'daly' | 'jk';
      readonly bus: BusSpec;
      readonly switch: BmsSwitch;
      readonly heldOn: true;
    }
  | {
      readonly board: 'shelly-gen1' | 'shelly-gen2';
      /** `host` or `host:port`, checked. */
      readonly address: string;
      readonly channel: number;
      readonly heldOn: boolean;
      readonly password: string;
    }
  | {
      readonly board: 'gpio';
      /** `gpiochip0`, as the libgpiod tools name it. */
      readonly chip: string;
      readonly line: number;
      readonly heldOn: boolean;
    };

/** The key under which a physical output has one owner; the same contact has the same key, however it is driven. */
export function outputKey(spec: OutputSpec): string {
  switch (spec.board) {
    case 'modbus-timed':
    case 'modbus-plain':
      return `${spec.bus.path} unit ${spec.unit} relay ${spec.channel}`;
    case 'lcus':
    case 'kmtronic':
    case 'gx':
      return `${spec.bus.path} relay ${spec.channel}`;
    case 'jbd':
    case 'daly':
    case 'jk':
      return `${spec.bus.path} ${spec.switch} switch`;
    case 'shelly-gen1':
    case 'shelly-gen2':
      // Port 80 is meant where none is named.
      return `${spec.address.toLowerCase().replace(/:80$/, '')} relay ${spec.channel}`;
    case 'gpio':
      return `${spec.chip} line ${spec.line}`;
    default:
      return spec satisfies never;
  }
}
