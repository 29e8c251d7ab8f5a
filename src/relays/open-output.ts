/** Opens a physical output. A new kind of board is a new case here. */
import type { Clock } from '../engine/clock.ts';
import type { BusProblem } from '../links/bus/address.ts';
import type { BusRegistry, Claim } from '../links/bus/registry.ts';
import { bmsSwitch, type BmsSwitchProtocol } from './bms-switch.ts';
import { claimByteLine } from '../links/bus/byte-lines.ts';
import { contactOutput, type ContactDriver } from './contact.ts';
import { DALY_SWITCHES } from './daly-switch.ts';
import { gpioLine } from './gpio.ts';
import { gx } from './gx.ts';
import { JBD_SWITCHES } from './jbd-switch.ts';
import { JK_SWITCHES } from './jk-switch.ts';
import { kmtronic } from './kmtronic.ts';
import { lcus } from './lcus.ts';
import { modbusCoil } from './modbus-coil.ts';
import type { OutputSpec } from './output-spec.ts';
import type { RelayOutput } from './relay.ts';
import { shelly } from './shelly.ts';

export type OpenedOutput =
  | { readonly ok: true; readonly output: RelayOutput }
  | { readonly ok: false; readonly problem: BusProblem };

/** What outputs are opened with. Relays that are to share a line must be given the same `buses`. */
export interface OutputTools {
  readonly clock: Clock;
  readonly buses: BusRegistry;
}

/** @returns the output, or what is wrong with the bus it is to hang on */
export function openOutput(spec: OutputSpec, tools: OutputTools): OpenedOutput {
  const driver = driverOf(spec, tools);
  return driver.ok ? { ok: true, output: contactOutput(driver.bus, tools.clock) } : driver;
}

const BMS_SWITCHES: Readonly<Record<'jbd' | 'daly' | 'jk', BmsSwitchProtocol>> = {
  jbd: JBD_SWITCHES,
  daly: DALY_SWITCHES,
  jk: JK_SWITCHES,
};

function driverOf(spec: OutputSpec, tools: OutputTools): Claim<ContactDriver> {
  const { clock, buses } = tools;
  switch (spec.board) {
    case 'modbus-timed':
    case 'modbus-plain': {
      const claim = buses.modbus(spec.bus);
      if (!claim.ok) return claim;
      const timed = spec.board === 'modbus-timed';
      const { unit, channel, heldOn } = spec;
      return { ok: true, bus: modbusCoil({ bus: claim.bus, unit, coil: channel - 1, timed, heldCoil: heldOn }) };
    }
    case 'lcus':
    case 'kmtronic': {
      const claim = claimByteLine(spec.bus, spec.board, tools);
      if (!claim.ok) return claim;
      const { channel, heldOn } = spec;
      const options = { held: claim.bus, clock, channel, heldOn };
      return { ok: true, bus: spec.board === 'lcus' ? lcus(options) : kmtronic(options) };
    }
    case 'jbd':
    case 'daly':
    case 'jk': {
      const claim = claimByteLine(spec.bus, spec.board, tools);
      if (!claim.ok) return claim;
      const protocol = BMS_SWITCHES[spec.board];
      return { ok: true, bus: bmsSwitch({ held: claim.bus, clock, protocol, which: spec.switch }) };
    }
    case 'gx': {
      const claim = buses.modbus(spec.bus);
      if (!claim.ok) return claim;
      return { ok: true, bus: gx({ bus: claim.bus, channel: spec.channel, heldOn: spec.heldOn }) };
    }
    case 'shelly-gen1':
    case 'shelly-gen2': {
      const { address, channel, heldOn, password } = spec;
      const generation = spec.board === 'shelly-gen1' ? 1 : 2;
      return { ok: true, bus: shelly({ generation, address, channel: channel - 1, heldOn, password, clock }) };
    }
    case 'gpio': {
      const { chip, line, heldOn } = spec;
      return { ok: true, bus: gpioLine({ chip, line, heldOn, clock }) };
    }
    default:
      return spec satisfies never;
  }
}
