/** Asking one ECS board for a stretch of its registers, with the moment it was asked. */
import type { Clock } from '../../engine/clock.ts';
import type { ModbusBus } from '../bus/bus.ts';
import type { Failure } from '../device.ts';
import { heardOf } from '../modbus-heard.ts';
import type { Stretch } from './registers.ts';

/** Words, and the monotonic second before which they were not measured. */
export type Answer = { readonly ok: true; readonly value: readonly number[]; readonly at: number } | Failure;

export type AskBoard = (unit: number, stretch: Stretch) => Promise<Answer>;

/** Asks on `bus`, function 03. Never rejects. */
export function createAskBoard(bus: ModbusBus, clock: Clock): AskBoard {
  return async (unit, { first, count }) => {
    const at = clock.now();
    const heard = heardOf(await bus.readHoldingRegisters(unit, first, count));
    if (!heard.ok) return heard;
    if (heard.value.length !== count) {
      return { ok: false, reason: 'nonsense', text: `unit ${unit} gave ${heard.value.length} registers for ${count}` };
    }
    return { ...heard, at };
  };
}
