/** What is remembered, and the disk it is on. */
import { strict as assert } from 'node:assert';
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pause, seconds } from '../../test/support/wait.ts';
import { LEASE_CHARGE, REACTION } from '../bounds.ts';
import { CHARGE, LOAD } from '../coil-log.ts';
import type { Rig } from '../rig.ts';
import type { Scenario } from '../scenario.ts';

function disk(rig: Rig): string {
  return join(rig.userDir, 'cellwarden');
}

/** The slots on disk, newest first. */
function slots(rig: Rig): string[] {
  return readdirSync(disk(rig), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.json'))
    .map((name) => join(disk(rig), name))
    .toSorted((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs);
}

/** Charge opens on a high cell and closes again when it is well; gives the seconds of the opening. */
async function tripAndBack(rig: Rig): Promise<number> {
  const charge = await rig.trip('cell 3 3.70', CHARGE);
  await rig.bms.command('cell 3 auto');
  await rig.closed(30);
  return charge;
}

/** A cell between "full" and "not full": only what is remembered tells whether charging is allowed. */
async function killedInTheBand(rig: Rig): Promise<void> {
  const from = seconds();
  await rig.bms.command('cell 3 3.55');
  await rig.stays(4, from);
  await rig.nodeRed.kill();
  await rig.opens(CHARGE, seconds() - 0.5, LEASE_CHARGE);
}

const FILLING = 'filling';

export const STORE: readonly Scenario[] = [
  {
    hazards: ['H10'],
    title: "the store's disk is full: a cell at 3.70 V opens charge as fast as ever, and it closes again",
    bound: REACTION,
    covers: [],
    needs: ['mount'],
    repeat: 3,
    plan: { storeDisk: 64 },
    async run(rig) {
      const filling = join(disk(rig), FILLING);
      try {
        writeFileSync(filling, Buffer.alloc(128 * 1024));
      } catch {
        // Full: what was to be reached.
      }
      assert.throws(() => writeFileSync(join(disk(rig), 'more'), Buffer.alloc(8192)), /ENOSPC/);
      rmSync(join(disk(rig), 'more'), { force: true });
      const charge = await tripAndBack(rig);
      rmSync(filling);
      return charge;
    },
  },
  {
    hazards: ['H10'],
    title: "the store's disk is read-only: a cell at 3.70 V opens charge as fast as ever, and it closes again",
    bound: REACTION,
    covers: [],
    needs: ['mount'],
    repeat: 3,
    plan: { storeDisk: 256 },
    async run(rig) {
      const remount = (how: string) => execFileSync('mount', ['-o', `remount,${how}`, disk(rig)], { stdio: 'ignore' });
      remount('ro');
      try {
        return await tripAndBack(rig);
      } finally {
        remount('rw');
      }
    },
  },
  {
    hazards: ['H9', 'H37'],
    title: 'killed with a cell inside the hysteresis: the stored permission closes charge again',
    bound: 20,
    covers: ['store'],
    repeat: 2,
    async run(rig) {
      await killedInTheBand(rig);
      const from = await rig.startNodeRed();
      await rig.closed(30);
      return seconds() - from;
    },
  },
  {
    hazards: ['H9'],
    title: 'the newest slot of the store is torn: the other one is used, the stored permission closes charge again',
    bound: 20,
    covers: ['store'],
    repeat: 2,
    async run(rig) {
      // Two edges of the load alone: both slots know that charging is allowed.
      await rig.trip('cell 3 2.70', LOAD);
      await rig.bms.command('cell 3 auto');
      await rig.closed(30);
      await pause(1);
      await killedInTheBand(rig);
      const [newest, other] = slots(rig);
      assert.ok(newest !== undefined && other !== undefined && existsSync(other), 'the store was to hold two slots');
      truncateSync(newest, Math.floor(readFileSync(newest).length / 2));
      const from = await rig.startNodeRed();
      await rig.closed(30);
      return seconds() - from;
    },
  },
  {
    hazards: ['H9'],
    title: 'the whole store is torn and the BMS silent: nothing closes; when it speaks, both do',
    bound: 0,
    unit: 'edges',
    covers: [],
    repeat: 2,
    async run(rig) {
      await rig.nodeRed.kill();
      for (const slot of slots(rig)) truncateSync(slot, 20);
      await rig.bms.command('silence');
      await rig.board.command('power off');
      await rig.board.command('power on');
      await pause(0.1);
      const from = await rig.startNodeRed();
      await rig.stays(5, from);
      await rig.bms.command('resume');
      await rig.closed(30);
      return 0;
    },
  },
  {
    hazards: ['H37'],
    title:
      'a latched trip (critical overvoltage), then the cell well again and Node-RED killed and started: charge stays open',
    bound: 0,
    unit: 'edges',
    covers: ['store'],
    repeat: 1,
    plan: { pack: { cellOvervoltageCritical: '3.75', cellOvervoltageCriticalClear: '3.6', latchCritical: 'yes' } },
    async run(rig) {
      await rig.trip('cell 3 3.90', CHARGE);
      await pause(4);
      const well = seconds();
      await rig.bms.command('cell 3 auto');
      // Longer than what clears an unlatched one (10 s).
      await rig.stays(14, well, CHARGE);
      await rig.nodeRed.kill();
      const from = await rig.startNodeRed();
      await rig.stays(from + 15 - seconds() + 5, from, CHARGE);
      return 0;
    },
  },
];
