/** The line to the BMS: pulled out, forgotten, plugged in elsewhere. */
import { strict as assert } from 'node:assert';
import { startSimulator } from '../../test/support/simulator-process.ts';
import { pause, seconds } from '../../test/support/wait.ts';
import { MARGIN, SILENCE_CHARGE } from '../bounds.ts';
import { CHARGE } from '../coil-log.ts';
import type { Rig } from '../rig.ts';
import type { Scenario } from '../scenario.ts';
import { bothOpenBySilence } from './bms.ts';

function tcp(rig: Rig) {
  if (rig.bmsLine === null) throw new Error('the plan asks for no line');
  return rig.bmsLine;
}

function usb(rig: Rig) {
  if (rig.serial === null) throw new Error('the plan asks for no serial adapter');
  return rig.serial;
}

interface Outage {
  gone(): void | Promise<void>;
  back(): Promise<void>;
  /** s from its being back until both are closed. */
  readonly closedWithin: number;
}

/** The line goes away right after a frame, both contacts open, it comes back, both close; gives charge's seconds. */
async function outage(rig: Rig, { gone, back, closedWithin }: Outage): Promise<number> {
  const from = await rig.nextFrame();
  await gone();
  const charge = await bothOpenBySilence(rig, from);
  await back();
  await rig.closed(closedWithin);
  return charge;
}

export const LINES: readonly Scenario[] = [
  {
    hazards: ['H19'],
    title: 'the TCP bridge of the BMS loses power: charge opens 5 s after the last frame; both close when it is back',
    bound: SILENCE_CHARGE + MARGIN,
    covers: ['age check'],
    repeat: 3,
    plan: { lines: true },
    async run(rig) {
      const line = tcp(rig);
      return await outage(rig, { gone: () => line.cut(), back: () => line.mend(), closedWithin: 45 });
    },
  },
  {
    hazards: ['H19'],
    title: 'the TCP connection to the BMS stays open and carries nothing: charge opens 5 s after the last frame',
    bound: SILENCE_CHARGE + MARGIN,
    covers: ['age check'],
    repeat: 2,
    plan: { lines: true },
    async run(rig) {
      const line = tcp(rig);
      const gone = async (): Promise<void> => {
        await pause(0.2);
        line.swallow();
      };
      return await outage(rig, { gone, back: () => line.mend(), closedWithin: 60 });
    },
  },
  {
    hazards: ['H19', 'H20'],
    title: 'the serial adapter is pulled out and plugged in as another port: charge opens in time, both close again',
    bound: SILENCE_CHARGE + MARGIN,
    covers: ['age check'],
    needs: ['socat'],
    repeat: 3,
    plan: { serial: true },
    async run(rig) {
      const adapter = usb(rig);
      return await outage(rig, { gone: () => adapter.unplug(), back: () => adapter.plug(), closedWithin: 45 });
    },
  },
  {
    hazards: ['H19'],
    title: 'the serial adapter is out for 1 s only: 12 s later at the latest both contacts are closed, and stay so',
    // 2 s until it is noticed, tries after 1 and 2 s more, and frames that agree; measured 5 to 10 s.
    bound: 12,
    covers: [],
    needs: ['socat'],
    repeat: 3,
    plan: { serial: true },
    async run(rig) {
      const from = await rig.nextFrame();
      await usb(rig).unplug();
      await pause(1);
      await usb(rig).plug();
      await pause(from + 14 - seconds());
      await rig.healthy(5);
      const last = rig.coils.since(from).at(-1);
      if (last !== undefined) rig.notes.push(rig.told(from));
      return last === undefined ? 0 : last.at - from;
    },
  },
  {
    hazards: ['H20', 'H31'],
    title:
      "the adapter of another pack gets this pack's name (8 cells, 16 set): charge opens in time, nothing closes on it",
    bound: SILENCE_CHARGE + MARGIN,
    covers: [],
    needs: ['socat'],
    repeat: 2,
    plan: { serial: true },
    async run(rig) {
      const other = await startSimulator({ cli: rig.options.cli, device: '123smartbms', args: ['--cells', '8'] });
      rig.onEnd(() => other.kill());
      const from = await rig.nextFrame();
      await usb(rig).unplug();
      await usb(rig).plug(other.address);
      const charge = await rig.opens(CHARGE, from, SILENCE_CHARGE + MARGIN);
      await pause(rig.quick ? 20 : 40);
      assert.deepEqual(
        rig.coils.since(from).filter(({ closed }) => closed),
        [],
        `nothing was to close; ${rig.told(from)}`,
      );
      await usb(rig).unplug();
      await usb(rig).plug();
      await rig.closed(45);
      await other.kill();
      return charge;
    },
  },
];
