/** A coil as its relay sees it, with a simulated board at the other end of the line. */
import assert from 'node:assert/strict';
import { contactOutput } from '../../../src/relays/contact.ts';
import { modbusCoil } from '../../../src/relays/modbus-coil.ts';
import type { RelayOutput } from '../../../src/relays/relay.ts';
import { createBoardBench, type BoardBench } from './board-bench.ts';

export interface OnBoard extends BoardBench {
  readonly relay: RelayOutput;
  contact(): boolean;
}

/** A coil of the bench's board; `bench` puts a second one beside the first. */
export function relayOnBoard(
  over: { timed?: boolean; heldCoil?: boolean; coil?: number } = {},
  bench = createBoardBench(),
): OnBoard {
  const { coil = 1 } = over;
  const relay = contactOutput(
    modbusCoil({
      bus: bench.bus(),
      unit: 1,
      coil,
      timed: true,
      heldCoil: true,
      ...over,
    }),
    bench.clock,
  );
  return { ...bench, relay, contact: () => bench.board.contacts()[coil]! };
}

/** A line of the board's console: `dead`, `stick 1 closed`, `power off`, … */
export function tell(bench: BoardBench, line: string): void {
  assert.equal(bench.board.command(line), null);
}
