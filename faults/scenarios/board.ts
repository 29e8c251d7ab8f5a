/** The relay board and its line. */
import { strict as assert } from 'node:assert';
import { startSimulator } from '../../test/support/simulator-process.ts';
import { pause, seconds, until } from '../../test/support/wait.ts';
import { FRAME, LEASE_CHARGE, MARGIN, SILENCE_CHARGE, SILENCE_LOAD, REACTION } from '../bounds.ts';
import { CHARGE, CONTACTOR, LOAD, readCoils } from '../coil-log.ts';
import { changed, CHARGE_RELAY, PROTECTION, relay, relayInLog, statusInLog } from '../flow.ts';
import type { Rig } from '../rig.ts';
import type { Scenario } from '../scenario.ts';
import { bothOpen } from './contacts.ts';

/** Modbus: how long an answer is waited for. */
const TIMEOUT = 1;
/** s within which a contact that does not follow is called so: three tries a second apart, and the way. */
const TOLD = 5;
/** s within which the next switch up opens: until it is called a fault, 2 s for which it must last, and the way. */
const WELDED = TOLD + 2 + 0.5;

/** What the flow said through its own nodes since a line of the log. */
function said(
  rig: Rig,
  line: number,
): { relay?: { commanded: boolean; actual: boolean | null }; node?: string; fill?: string }[] {
  return rig.nodeRed.log
    .slice(line)
    .filter((text) => text.includes('] rig {') || text.includes(' rig {'))
    .map((text) => JSON.parse(text.slice(text.indexOf('rig {') + 4)));
}

/** Waits until the relay node has gone red and tells that the contact is not where it was told to be. */
async function tellsMismatch(rig: Rig, line: number, actual: boolean): Promise<void> {
  const { log } = rig.nodeRed;
  await until(
    () => `a red status and a message of the relay; it said ${log.slice(line).join(' | ')}`,
    TOLD + 15,
    () => {
      const words = said(rig, line);
      const red = words.some(({ node, fill }) => node === CHARGE_RELAY && fill === 'red');
      const message = words.some((one) => one.relay?.actual === actual && one.relay.commanded === !actual);
      return (red && message) || null;
    },
  );
}

const watch = { beside: [...statusInLog(), relayInLog()] };

/** The charge relay's messages come into the log from now on; gives the place in the log. */
async function listen(rig: Rig): Promise<number> {
  const from = seconds();
  await rig.deploy(changed(rig.flow, CHARGE_RELAY, { wires: [['say-relay']] }), 'nodes');
  await rig.stays(2, from);
  return rig.nodeRed.log.length;
}

export const BOARD: readonly Scenario[] = [
  {
    hazards: ['H21'],
    title:
      'the board refuses everything (Modbus exceptions): it opens charge at the end of its lease; both close when it obeys',
    bound: LEASE_CHARGE + MARGIN,
    covers: ['board lease'],
    repeat: 3,
    async run(rig) {
      const from = await rig.nextFrame();
      await rig.board.command('exceptions on');
      const charge = await rig.opens(CHARGE, from, LEASE_CHARGE + MARGIN);
      assert.equal(rig.coils.since(from, CHARGE)[0]?.by, 'flash-end', rig.told(from));
      await rig.board.command('exceptions off');
      await rig.closed(30);
      return charge;
    },
  },
  {
    hazards: ['H21'],
    title: 'the board answers 0.3 s late: no contact moves',
    bound: 0,
    unit: 'edges',
    covers: [],
    repeat: 1,
    async run(rig) {
      await rig.board.command('slow 0.3');
      await rig.stays(rig.quick ? 10 : 60);
      return 0;
    },
  },
  {
    hazards: ['H21'],
    title: 'the board answers 2 s late, after every time-out: a cell at 3.70 V still opens charge within the lease',
    bound: LEASE_CHARGE + MARGIN,
    covers: [],
    repeat: 3,
    async run(rig) {
      await rig.board.command('slow 2');
      await pause(5);
      assert.ok(rig.isClosed(CHARGE), 'charge was to be closed: the board hears, it only answers late');
      const shown = await rig.firstFrameWith('cell 3 3.70');
      return await rig.opens(CHARGE, shown - 0.01, LEASE_CHARGE + MARGIN);
    },
  },
  {
    hazards: ['H21'],
    title: 'another unit on the line never answers: no contact moves, and a trip waits for one time-out (1 s) at most',
    bound: REACTION + TIMEOUT,
    covers: [],
    repeat: 3,
    plan: { beside: [relay({ id: 'absent-relay', role: 'charge', board: 'modbus-timed', unit: 2, channel: 3 })] },
    async run(rig) {
      const { wires } = rig.flow.find(({ id }) => id === PROTECTION) as unknown as { wires: string[][] };
      const [charge = [], ...others] = wires;
      const from = await rig.deploy(
        changed(rig.flow, PROTECTION, { wires: [[...charge, 'absent-relay'], ...others] }),
        'nodes',
      );
      await rig.stays(rig.quick ? 10 : 30, from);
      return await rig.trip('cell 3 3.70', CHARGE);
    },
  },
  {
    hazards: ['H22'],
    title:
      'a second board with the same unit number answers too: a cell at 3.70 V opens charge on both within the lease',
    bound: LEASE_CHARGE + MARGIN,
    covers: [],
    repeat: 2,
    plan: { lines: true },
    async run(rig) {
      const other = await startSimulator({ cli: rig.options.cli, device: 'relay-board' });
      rig.onEnd(() => other.kill());
      const coils = await readCoils(other);
      rig.boardLine?.join(other.address);
      await pause(8);
      const shown = await rig.firstFrameWith('cell 3 3.70');
      await pause(shown + LEASE_CHARGE + 2 - seconds());
      assert.ok(!rig.isClosed(CHARGE) && !coils.isClosed(CHARGE), 'charge was to be open on both boards');
      const opened = [rig.coils, coils].map((log) => log.since(shown - 0.01, CHARGE).findLast(({ closed }) => !closed));
      rig.boardLine?.join(null);
      await other.kill();
      return Math.max(0, ...opened.map((edge) => (edge === undefined ? 0 : edge.at - shown)));
    },
  },
  {
    hazards: ['H23', 'H7'],
    title: 'the board is deaf: it opens charge, then load, by itself; both close when it hears again',
    bound: LEASE_CHARGE + MARGIN,
    covers: ['board lease'],
    repeat: 3,
    async run(rig) {
      const from = await rig.nextFrame();
      await rig.board.command('dead');
      const charge = await bothOpen(rig, from, LEASE_CHARGE + MARGIN, SILENCE_LOAD + MARGIN);
      assert.ok(
        rig.coils.since(from).every(({ by }) => by === 'flash-end'),
        rig.told(from),
      );
      await rig.board.command('alive');
      await rig.closed(30);
      return charge;
    },
  },
  {
    hazards: ['H23'],
    title: "the board's line is cut: it opens charge by itself; both close when the line is back",
    bound: LEASE_CHARGE + MARGIN,
    covers: ['board lease'],
    repeat: 2,
    plan: { lines: true },
    async run(rig) {
      const from = await rig.nextFrame();
      rig.boardLine?.cut();
      const charge = await rig.opens(CHARGE, from, LEASE_CHARGE + MARGIN);
      await rig.boardLine?.mend();
      await rig.closed(45);
      return charge;
    },
  },
  {
    hazards: ['H6', 'H36'],
    title: 'the board loses power and gets it back: both close again within 10 s',
    bound: 10,
    covers: [],
    repeat: 3,
    async run(rig) {
      await rig.board.command('power off');
      await pause(8);
      assert.ok(!rig.isClosed(CHARGE) && !rig.isClosed(LOAD), 'a board without power was to be open');
      const back = seconds();
      await rig.board.command('power on');
      await rig.closed(30);
      const last = rig.coils.since(back).findLast(({ closed }) => closed);
      return last === undefined ? 0 : last.at - back;
    },
  },
  {
    hazards: ['H25'],
    title:
      'the charge contact stays open whatever it is told: the relay node turns red and tells where the contact is (judged by its messages)',
    bound: TOLD,
    covers: ['read-back'],
    repeat: 3,
    plan: watch,
    async run(rig) {
      const line = await listen(rig);
      const from = seconds();
      await rig.board.command('stick 0 open');
      await tellsMismatch(rig, line, false);
      return seconds() - from;
    },
  },
  {
    hazards: ['H24'],
    title:
      'the charge contact is welded: told to open, the relay node turns red and tells where the contact is (judged by its messages)',
    bound: TOLD + FRAME + REACTION,
    covers: ['read-back'],
    repeat: 3,
    plan: watch,
    async run(rig) {
      await rig.board.command('stick 0 closed');
      const line = await listen(rig);
      const shown = await rig.firstFrameWith('cell 3 3.70');
      await tellsMismatch(rig, line, true);
      return seconds() - shown;
    },
  },
  {
    hazards: ['H24'],
    title: 'the charge contact is welded: told to open and read back closed, the main contactor opens',
    bound: WELDED + FRAME,
    covers: ['read-back'],
    // Latched: it would not close a second time.
    repeat: 1,
    plan: { pack: { precharge: 'external' } },
    async run(rig) {
      const contactor = relay({
        id: 'main-contactor',
        role: 'contactor',
        board: 'modbus-timed',
        channel: CONTACTOR + 1,
      });
      const { wires } = rig.flow.find(({ id }) => id === PROTECTION) as unknown as { wires: string[][] };
      const [charge = [], load = [], alarm = [], events = []] = wires;
      await rig.deploy(
        [...changed(rig.flow, PROTECTION, { wires: [charge, load, alarm, events, [contactor.id]] }), contactor],
        'nodes',
      );
      await until('the main contactor to close', 10, () => rig.isClosed(CONTACTOR) || null);
      await rig.board.command('stick 0 closed');
      const shown = await rig.firstFrameWith('cell 3 3.70');
      return rig.opens(CONTACTOR, shown, WELDED + FRAME);
    },
  },
  {
    hazards: ['H27'],
    title: 'a second node claims the same relay: nothing moves, and the first still opens when the BMS falls silent',
    bound: SILENCE_CHARGE + MARGIN,
    covers: [],
    repeat: 2,
    async run(rig) {
      const second = relay({ id: 'second-owner', role: 'load', board: 'modbus-timed', channel: 1 });
      const { wires } = rig.flow.find(({ id }) => id === PROTECTION) as unknown as { wires: string[][] };
      const [charge = [], load = [], ...others] = wires;
      const from = await rig.deploy(
        [...changed(rig.flow, PROTECTION, { wires: [charge, [...load, second.id], ...others] }), second],
        'nodes',
      );
      await rig.stays(rig.quick ? 5 : 15, from);
      const silent = await rig.tellBms('silence');
      const opened = await rig.opens(CHARGE, silent, SILENCE_CHARGE + MARGIN);
      await rig.stays(5, seconds(), CHARGE);
      return opened;
    },
  },
];
