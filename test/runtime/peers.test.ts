/** Defects that other battery supervisors have or had, where a pack and a relay are alive: see `test/engine/peers.test.ts`. */
import assert from 'node:assert/strict';
import type { Role } from '../../src/engine/vocabulary.ts';
import type { Permission } from '../../src/runtime/permission.ts';
import { RelayRuntime } from '../../src/runtime/relay-runtime.ts';
import { createFakeOutput } from './support/fake-output.ts';
import { allowed, HEALTHY, healthy, startPack, type Running } from './support/packs.ts';

/** A relay that is shown every permission of the pack for its role, as the wire between the nodes does. */
function relayOn({ clock, pack, verdicts }: Running, role: Role) {
  const output = createFakeOutput();
  const packs = [{ name: () => pack.name, instance: () => pack.instance, real: (shown: Permission) => shown }];
  const relay = new RelayRuntime({ clock, role, packs, output });
  let shown = 0;
  const show = (): void => {
    while (shown < verdicts.length) {
      const permission = verdicts[shown++]!.permissions[role];
      if (permission !== undefined) relay.show(permission);
    }
  };
  return { output, show };
}

describe('what others got wrong, with a clock that runs', () => {
  it('diyBMS writes a relay only when something changes: permissions are repeated, each with a later end', () => {
    const running = startPack();
    running.run(2);
    const from = running.verdicts.length;
    const at: number[] = [];
    running.pack.releaseJudge('judge');
    running.pack.claimJudge('judge', (verdict) => {
      running.verdicts.push(verdict);
      at.push(running.clock.now());
    });
    running.run(60);
    const gaps = at.slice(1).map((t, i) => t - at[i]!);
    assert.ok(at.length >= 30 && Math.max(...gaps) <= 2, `the longest silence is ${Math.max(...gaps)} s`);
    const told = running.verdicts.slice(from).map((verdict) => verdict.permissions.charge!);
    for (let i = 1; i < told.length; i++) {
      assert.ok(told[i]!.sequence > told[i - 1]!.sequence);
      assert.ok(told[i]!.validUntil >= told[i - 1]!.validUntil);
    }
    assert.ok(told.at(-1)!.validUntil - told[0]!.validUntil >= 55, 'the lease moves along with time');
  });

  it('diyBMS writes a relay only when something changes: a relay is told again and again to hold', () => {
    const running = startPack();
    const { output, show } = relayOn(running, 'charge');
    for (let i = 0; i < 60; i++) {
      running.run(1);
      show();
    }
    const holds = output.asked.filter((what) => what.startsWith('hold'));
    assert.ok(holds.length >= 29, `${holds.length} times in a minute`);
    const untils = holds.map((what) => Number(what.slice('hold '.length)));
    assert.ok(untils.at(-1)! - untils[0]! >= 50, 'each time until later');
  });

  it('diyBMS #153 does not see that a relay has not followed: nobody who falls silent holds one, and opening is asked for', () => {
    const running = startPack();
    const { output, show } = relayOn(running, 'charge');
    running.run(3);
    show();
    assert.equal(output.state().commanded, true);
    // The wire is cut: the relay hears nothing more, and lets go by itself.
    running.clock.advance(5.1);
    assert.equal(output.state().commanded, false);
    assert.equal(output.asked.at(-1), 'release');
  });

  it('LibreSolar goes on with old data: a monitor whose wire is cut is silence, and opens', () => {
    const running = startPack();
    running.run(3);
    assert.deepEqual(allowed(running.last()), [true, true]);
    // The device goes on talking, but nothing reaches the protection.
    for (let i = 0; i < 70; i++) {
      running.clock.advance(1);
      running.link.observed(HEALTHY, running.clock.now());
      const heardFor = i + 1;
      assert.deepEqual(allowed(running.last()), [heardFor < 5, heardFor < 60], `${heardFor} s after the cut`);
    }
    running.run(15);
    assert.deepEqual(allowed(running.last()), [true, true], 'and comes back with it');
  });

  it('123SmartBMS-Venus measures staleness by the wall clock: setting it moves no lease and no permission', () => {
    const steady = startPack();
    const jumping = startPack();
    const story = ({ verdicts }: Running): unknown[] =>
      verdicts.map(({ decision, permissions, events }) => [
        decision.roles,
        permissions,
        events.map((e) => [e.row, e.edge, e.at]),
      ]);
    for (let i = 0; i < 60; i++) {
      const seen = i > 20 && i < 30 ? healthy([3.3, 3.7, 3.3, 3.3]) : HEALTHY;
      jumping.clock.stepWall((i % 2 === 0 ? 1 : -1) * 50 * 365.25 * 86_400_000);
      steady.run(1, seen);
      jumping.run(1, seen);
    }
    assert.ok(steady.verdicts.some((verdict) => !allowed(verdict)[0]));
    assert.deepEqual(story(jumping), story(steady));
  });

  it('a list that was lost on its way along the wire throws nothing, whatever the battery does', () => {
    for (const broken of [undefined, null, 7, 'x', [null], [undefined], [7], {}]) {
      for (const balancing of [false, true]) {
        const running = startPack();
        running.run(2);
        const cells = [3.3, 3.3, 3.3, 3.3].map((voltage, i) => ({
          cell: i + 1,
          voltage,
          temperature: i === 0 ? 44 : 20,
          balancing: i === 0 && balancing,
        }));
        running.run(2, { ...HEALTHY, cells });
        running.pack.poll();
        const reading = { ...running.readings.at(-1)!, temperatures: broken };
        assert.doesNotThrow(() => running.pack.judge(reading), `temperatures: ${JSON.stringify(broken)}`);
      }
    }
  });

  it('diyBMS #282 switches without a cause: every change of what is allowed comes with an event', () => {
    const running = startPack();
    const parts: [number, typeof HEALTHY | null][] = [
      [3, HEALTHY],
      [5, healthy([3.3, 3.7, 3.3, 3.3])],
      [15, HEALTHY],
      [50, healthy([3.3, 2.7, 3.3, 3.3])],
      [15, HEALTHY],
      [70, null],
      [15, HEALTHY],
    ];
    for (const [seconds, seen] of parts) {
      if (seen === null) running.clock.advance(seconds);
      else running.run(seconds, seen);
    }
    let before: [boolean, boolean] | null = null;
    let edges = 0;
    for (const verdict of running.verdicts) {
      const after = allowed(verdict);
      if (before === null || after.join() !== before.join()) {
        edges++;
        assert.ok(verdict.events.length > 0, `${String(before)} became ${after.join()} without a word`);
      }
      before = after;
    }
    assert.ok(edges >= 8, `${edges} edges`);
  });
});
