/** What the owner may do by command or in the editor: release latches and locks, clear counters, run the self-test. */
import assert from 'node:assert/strict';
import type { SelfTestReport } from '../../src/engine/selftest.ts';
import { obey, type Command } from '../../src/runtime/command.ts';
import { pinGuard } from '../../src/runtime/pin.ts';
import { memoryStore, startPack } from './support/packs.ts';

const SHORT = { hardware: { shortCircuit: true } };
const OVER = { hardware: { shortCircuit: false } };

function shorted(options: Parameters<typeof startPack>[0] = {}) {
  const running = startPack(options);
  running.run(3);
  running.pack.judgeObservation(SHORT);
  running.pack.judgeObservation(OVER);
  running.run(5);
  return running;
}

const load = ({ pack }: ReturnType<typeof startPack>): boolean => pack.engine.protection.allowed('load');

describe('what the owner may do', () => {
  const withPin = (name: string, pin: unknown = '1234'): Command => ({ name, value: undefined, pin });

  it('ECS-11 a short circuit stays until it is reset, and a reset needs the PIN (123-R17)', () => {
    const running = shorted();
    const guard = pinGuard('1234', running.clock);
    assert.equal(load(running), false, 'the hardware says it is over, and nobody has looked');
    assert.deepEqual(running.pack.engine.protection.decision(0).latched, ['short-circuit']);

    assert.equal(obey(withPin('reset', '1'), running.pack, guard), 'wrong-pin');
    assert.equal(obey(withPin('reset'), running.pack, pinGuard('', running.clock)), 'no-pin');
    running.run(2);
    assert.equal(load(running), false);

    assert.equal(obey(withPin('reset'), running.pack, guard), 'done');
    assert.equal(load(running), true);
    assert.deepEqual(running.pack.engine.protection.decision(0).latched, []);
  });

  it('a reset does nothing while the cause is still there', () => {
    const running = startPack();
    running.run(3);
    running.pack.judgeObservation(SHORT);
    assert.equal(obey(withPin('reset'), running.pack, pinGuard('1234', running.clock)), 'done');
    running.run(3);
    assert.equal(load(running), false);
    running.pack.judgeObservation(OVER);
    running.run(3);
    assert.equal(load(running), false, 'the reset came too early and counts for nothing');
  });

  it('the editor releases a latch once with each mark, after the first complete readings', async () => {
    const store = memoryStore();
    const running = shorted({ store });
    running.pack.release('');
    running.run(2);
    assert.equal(load(running), false, 'the button has never been pressed');
    running.pack.release('a');
    assert.equal(load(running), true);
    running.pack.judgeObservation(SHORT);
    running.pack.judgeObservation(OVER);
    running.pack.release('a');
    running.run(2);
    assert.equal(load(running), false, 'the same press does not count twice');
    running.pack.end();
    await running.pack.settled();

    const again = startPack({ store });
    again.pack.release('a');
    again.run(5);
    assert.equal(load(again), false, 'not even after a restart');
    again.pack.release('b');
    again.run(2);
    assert.equal(load(again), true);
  });

  it('a press that is deployed with other settings waits for readings', async () => {
    const store = memoryStore();
    const running = shorted({ store });
    running.pack.end();
    await running.pack.settled();
    const again = startPack({ store, given: { minimumOff: 1 } });
    again.run(5);
    assert.equal(load(again), false, 'the latch outlives a restart with other settings');
    again.pack.end();
    await again.pack.settled();
    const third = startPack({ store, given: { minimumOff: 2 } });
    third.pack.release('c');
    third.run(5);
    assert.equal(load(third), true);
  });

  it('without a press it does not', async () => {
    const store = memoryStore();
    const running = shorted({ store });
    running.pack.end();
    await running.pack.settled();
    const again = startPack({ store });
    again.run(5);
    assert.equal(load(again), false);
  });

  it('clear-counters forgets how often, and not what is raised', () => {
    const running = shorted();
    const { log } = running.pack.engine.protection;
    assert.equal(log.entries().find((entry) => entry.row === 'short-circuit')?.count, 1);
    assert.equal(obey(withPin('clear-counters'), running.pack, pinGuard('1234', running.clock)), 'done');
    assert.deepEqual(log.entries(), []);
    assert.equal(load(running), false);
  });

  it('VLB-22 the self-test reports which outputs followed, and moves none of the real ones', () => {
    const running = startPack();
    running.run(3);
    let report: SelfTestReport | null = null;
    const tell = (told: SelfTestReport): void => void (report = told);
    const guard = pinGuard('1234', running.clock);
    assert.equal(obey(withPin('self-test', 'x'), running.pack, guard, tell), 'wrong-pin');
    assert.equal(report, null);
    assert.equal(obey(withPin('self-test'), running.pack, guard, tell), 'done');
    assert.equal((report as SelfTestReport | null)?.passed, true);
    assert.equal(load(running), true);
  });
});
