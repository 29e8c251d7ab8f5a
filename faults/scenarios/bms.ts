/** The BMS and what it says: silent, frozen, garbled, another one. */
import { strict as assert } from 'node:assert';
import { pause } from '../../test/support/wait.ts';
import { FRAME, MARGIN, SILENCE_CHARGE, SILENCE_LOAD, REACTION } from '../bounds.ts';
import { CHARGE, LOAD } from '../coil-log.ts';
import type { Rig } from '../rig.ts';
import type { Scenario } from '../scenario.ts';
import { bothOpen } from './contacts.ts';

/** Silence since `from`: charge, then load, each after its own time and not long before; gives charge's seconds. */
export const bothOpenBySilence = (rig: Rig, from: number): Promise<number> =>
  bothOpen(rig, from, SILENCE_CHARGE + MARGIN, SILENCE_LOAD + MARGIN);

/** s of `onFrozenDelay` in the scenario about it. */
const FROZEN = 10;

export const BMS: readonly Scenario[] = [
  {
    hazards: ['H12'],
    title:
      'the BMS falls silent: charge opens 5 s after its last frame, load after its own 20 s; both close when it is back',
    bound: SILENCE_CHARGE + MARGIN,
    covers: ['age check'],
    repeat: 5,
    async run(rig) {
      const charge = await bothOpenBySilence(rig, await rig.tellBms('silence'));
      await rig.bms.command('resume');
      await rig.closed(30);
      return charge;
    },
  },
  {
    hazards: ['H13'],
    title: `cell voltages stand still while the current moves (onFrozen stop-charge, onFrozenDelay ${FROZEN} s): charge opens`,
    bound: FROZEN + 2 * FRAME + 0.05,
    covers: [],
    repeat: 2,
    plan: { pack: { onFrozen: 'stop-charge', onFrozenDelay: String(FROZEN) } },
    async run(rig) {
      await rig.bms.command('current 5');
      await pause(4);
      await rig.bms.command('stuck on');
      await pause(2);
      // A quarter of the capacity's number: no real cell ignores such a step.
      const shown = await rig.firstFrameWith('current 80');
      return await rig.opens(CHARGE, shown, FROZEN + 2 * FRAME);
    },
  },
  {
    hazards: ['H12', 'H15'],
    title: 'one cell board is not heard (warning E): charge and load open',
    bound: REACTION,
    covers: [],
    repeat: 5,
    async run(rig) {
      return await rig.trip('communication off', CHARGE, LOAD);
    },
  },
  {
    hazards: ['H12'],
    title: 'one temperature sensor is lost: charge opens',
    bound: SILENCE_CHARGE + MARGIN,
    covers: [],
    repeat: 3,
    async run(rig) {
      const shown = await rig.firstFrameWith('temperature 2 dead');
      return await rig.opens(CHARGE, shown - 0.01, SILENCE_CHARGE + MARGIN);
    },
  },
  {
    hazards: ['H17', 'H18'],
    title:
      'nothing but garbage arrives: charge opens 5 s after the last good frame, load after 20 s, nothing closes on it',
    bound: SILENCE_CHARGE + MARGIN,
    covers: ['age check'],
    repeat: 2,
    async run(rig) {
      const from = await rig.tellBms('noise 0.5');
      const charge = await bothOpenBySilence(rig, from);
      await pause(rig.quick ? 3 : 10);
      assert.equal(rig.coils.since(from).length, 2, rig.told(from));
      return charge;
    },
  },
  {
    hazards: ['H17'],
    title: 'one bit in 10 000 is wrong for a minute (20 s with --quick): no contact moves',
    bound: 0,
    unit: 'edges',
    covers: [],
    repeat: 2,
    async run(rig) {
      await rig.bms.command('noise 0.0001');
      await rig.stays(rig.quick ? 20 : 60);
      return 0;
    },
  },
  {
    hazards: ['H17'],
    title: 'one bit in 1 000 is wrong when a cell reaches 3.70 V: charge opens within five frames',
    bound: 5 * FRAME + 0.05,
    covers: [],
    repeat: 5,
    async run(rig) {
      await rig.bms.command('noise 0.001');
      const shown = await rig.firstFrameWith('cell 3 3.70');
      return await rig.opens(CHARGE, shown - 0.01, 5 * FRAME);
    },
  },
  {
    hazards: ['H15', 'H31'],
    title:
      'a pack of 8 cells takes the place of the 16: charge opens 5 s after the last good frame, and nothing closes on it',
    bound: SILENCE_CHARGE + MARGIN,
    covers: [],
    repeat: 2,
    async run(rig) {
      const from = await rig.nextFrame();
      await rig.replaceBms(8);
      const charge = await bothOpenBySilence(rig, from);
      await pause(rig.quick ? 5 : 20);
      assert.equal(rig.coils.since(from).length, 2, rig.told(from));
      await rig.replaceBms(16);
      await rig.closed(45);
      return charge;
    },
  },
];
