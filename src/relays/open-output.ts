/** Opens a physical output. A new kind of board is a new case here. */
import type { Clock } from '../engine/clock.ts';
import type { BusProblem } from '../links/bus/address.ts';
import type { BusRegistry, Claim } from '../links/bus/registry.ts';
import { contactOutput, type ContactDriver } from './contact.ts';
import { modbusCoil } from './modbus-coil.ts';
import type { OutputSpec } from './output-spec.ts';
import type { RelayOutput } from './relay.ts';

export type OpenedOutput =
  | { readonly ok: true; readonly output: RelayOutput }
  | { readonly ok: false; readonly problem: BusProblem };

/** @returns the output, or what is wrong with the bus it is to hang on */
export function openOutput(
  spec: OutputSpec,
  tools: { readonly clock: Clock; readonly buses: BusRegistry },
): OpenedOutput {
  const driver = driverOf(spec, tools.buses);
  return driver.ok ? { ok: true, output: contactOutput(driver.bus, tools.clock) } : driver;
}

function driverOf(spec: OutputSpec, buses: BusRegistry): Claim<ContactDriver> {
  switch (spec.board) {
    case 'modbus-timed':
    case 'modbus-plain': {
      const claim = buses.modbus(spec.bus);
      if (!claim.ok) return claim;
      const timed = spec.board === 'modbus-timed';
      const { unit, channel, heldOn } = spec;
      return { ok: true, bus: modbusCoil({ bus: claim.bus, unit, coil: channel - 1, timed, heldCoil: heldOn }) };
    }
    default:
      throw new Error(`no driver for ${spec.board}`);
  }
}
