/** What several scenarios ask of the contacts. */
import { strict as assert } from 'node:assert';
import { pause } from '../../test/support/wait.ts';
import { CHARGE, LOAD } from '../coil-log.ts';
import type { Rig } from '../rig.ts';

/**
 * Both contacts open, each within what is promised of it (s since `from`).
 * @returns the seconds after which charge opened; whoever asks measures those against the scenario's bound
 */
export async function bothOpen(rig: Rig, from: number, charge: number, load: number): Promise<number> {
  const opened = await rig.opens(CHARGE, from, charge);
  const late = await rig.opens(LOAD, from, load);
  assert.ok(late <= load, `load opened after ${late.toFixed(2)} s, promised ${load} s`);
  return opened;
}

/** Node-RED is started again and everything closes; gives how often load has moved since `from`, which is to be never. */
export async function startedWithLoadClosed(rig: Rig, from: number): Promise<number> {
  await rig.startNodeRed();
  await rig.closed(30);
  await pause(2);
  const moved = rig.coils.since(from, LOAD);
  assert.deepEqual(moved, [], `load was to stay; ${rig.told(from)}`);
  return moved.length;
}
