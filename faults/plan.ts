/** What a scenario asks of its rig before anything is started. */
import type { Flow } from '../test/support/node-red-process.ts';
import type { RelayBoardKind } from './flow.ts';

export interface Plan {
  /** Cells of the simulated pack, and in its settings; 16 unless given. */
  readonly cells?: number;
  /** Further properties of the pack node. */
  readonly pack?: Readonly<Record<string, unknown>>;
  /** How the relays are driven; timed coils unless given. */
  readonly relays?: RelayBoardKind;
  /** Nodes beside the chain. */
  readonly beside?: Flow;
  /** Arguments of Node.js itself. */
  readonly nodeArgs?: readonly string[];
  /** Lines that can be cut stand between Node-RED and the devices. */
  readonly lines?: boolean;
  /** The BMS hangs on a serial port. Needs socat. */
  readonly serial?: boolean;
  /** The pack's store lies on a disk of its own, this large (kB). Needs the right to mount. */
  readonly storeDisk?: number;
  /** The scenario starts Node-RED itself. */
  readonly unstarted?: boolean;
}
