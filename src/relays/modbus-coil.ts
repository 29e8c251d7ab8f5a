/**
 * A coil of a Modbus relay board, read back after every command.
 *
 * `timed`: the board's own "flash" coils (0x0200 + n on, 0x0400 + n off, value in 0.1 s; protocols of Waveshare-compatible
 * boards). The board ends the hold by itself when nobody renews it: a dead host cannot keep the contact held.
 * `plain`: an ordinary coil, which stays as it was commanded when the host dies.
 */
import type { ModbusBus, ModbusResult } from '../links/bus/bus.ts';
import type { ContactDriver } from './contact.ts';
import { onBusLine } from './on-bus-line.ts';

const FLASH_ON = 0x0200;
const FLASH_OFF = 0x0400;
const LONGEST_FLASH = 0x7fff;

export interface ModbusCoilOptions {
  readonly bus: ModbusBus;
  readonly unit: number;
  /** 0-based, as on the wire. */
  readonly coil: number;
  readonly timed: boolean;
  /** The coil's state while held: true for a normally open contact that connects. */
  readonly heldCoil: boolean;
}

export function modbusCoil({ bus, unit, coil, timed, heldCoil }: ModbusCoilOptions): ContactDriver {
  return {
    timer: timed ? { perSecond: 10, longest: LONGEST_FLASH / 10 } : null,
    travel: 0.5,
    send({ holds, seconds, urgent, notAfter }) {
      if (!holds) return bus.writeCoil(unit, coil, !heldCoil, { urgent });
      if (!timed) return bus.writeCoil(unit, coil, heldCoil, { notAfter });
      const tenths = Math.round(seconds * 10);
      return bus.writeCoilValue(unit, (heldCoil ? FLASH_ON : FLASH_OFF) + coil, tenths, { notAfter });
    },
    async read() {
      const read: ModbusResult<boolean[]> = await bus.readCoils(unit, coil, 1);
      return read.ok ? { ok: true, value: (read.value[0] === true) === heldCoil } : read;
    },
    onLine: (listener) => onBusLine(bus, listener),
    close: () => bus.release(),
  };
}
