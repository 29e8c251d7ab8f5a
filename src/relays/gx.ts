/**
 * A relay of a Victron GX device over its Modbus TCP server: unit 100, holding registers 806 (relay 1) and 807 (relay 2),
 * 0 open and 1 closed ("CCGX Modbus TCP register list"). The GX has no timer of its own for it, and one whose relay has
 * another function than "Manual" moves it as that function wants: seen by reading back.
 */
import type { ModbusBus } from '../links/bus/bus.ts';
import type { ContactDriver } from './contact.ts';
import { onBusLine } from './on-bus-line.ts';

const UNIT = 100;
const RELAY_1 = 806;

export interface GxOptions {
  readonly bus: ModbusBus;
  /** 1 or 2. */
  readonly channel: number;
  /** The relay is closed while held. */
  readonly heldOn: boolean;
}

/** @returns the driver; it gives `bus` back when it is closed */
export function gx({ bus, channel, heldOn }: GxOptions): ContactDriver {
  const register = RELAY_1 + channel - 1;
  return {
    timer: null,
    travel: 0.5,
    send({ holds, urgent, notAfter }) {
      return bus.writeRegister(UNIT, register, holds === heldOn ? 1 : 0, { urgent, notAfter });
    },
    async read() {
      const read = await bus.readHoldingRegisters(UNIT, register, 1);
      if (!read.ok) return read;
      const [value] = read.value;
      if (value === 0 || value === 1) return { ok: true, value: (value === 1) === heldOn };
      // Not "cannot say": this hardware can, so nothing is taken for granted and it is asked on.
      return { ok: false, text: `the GX tells ${value} for relay ${channel}, where 0 is open and 1 is closed` };
    },
    onLine: (listener) => onBusLine(bus, listener),
    close: () => bus.release(),
  };
}
