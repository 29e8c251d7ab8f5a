/** Messages belong to whoever receives them: what is done to one must not reach into the pack or the rules. */
import assert from 'node:assert/strict';
import { PROFILES } from '../../src/engine/profiles/index.ts';
import type { Message } from '../../src/node-red/types.ts';
import { readingMessage } from '../../src/node-red/monitor.ts';
import { HEALTHY, startPack } from '../runtime/support/packs.ts';
import { CHARGE, feed, GOOD, STATE, viewOf } from './support/protection-bench.ts';

/** Puts something else in every place of it, as deep as it goes. */
function wreck(thing: unknown, seen = new Set<unknown>()): void {
  if (typeof thing !== 'object' || thing === null || seen.has(thing)) return;
  seen.add(thing);
  for (const key of Object.keys(thing)) {
    wreck((thing as Message)[key], seen);
    (thing as Message)[key] = 'wrecked';
  }
  if (Array.isArray(thing)) thing.length = 0;
}

describe('messages are nobody’s but the receiver’s', () => {
  const BAD = { ...GOOD, cells: [3.3, 3.8, 3.3, 3.3] };
  const rules = Object.values(PROFILES).flatMap((profile) => profile.rules);
  const denies = rules.map((rule) => [...rule.denies]);
  // Should a message reach into the table, the tests that follow are not to suffer from it.
  afterEach(() => {
    rules.forEach((rule, i) => (rule.denies as string[]).splice(0, Infinity, ...denies[i]!));
  });

  it('wrecking them does not change what we say next', () => {
    const viewed = viewOf({ given: { cellOvervoltageDelay: 0 } });
    feed(viewed, 3);
    feed(viewed, 3, BAD);
    for (const messages of viewed.node.out) for (const message of messages) wreck(message);
    feed(viewed, 3, BAD);
    const state = viewed.node.out[STATE]!.at(-1)!;
    assert.equal((state['payload'] as Message)['charge'], false);
    const { active } = state['decision'] as { active: { rule: string; denies: string[] }[] };
    assert.ok(active.find((event) => event.rule === 'cell-overvoltage')?.denies.includes('charge'));
  });

  it('nor the table of rules, which every pack of this process is made from', () => {
    const viewed = viewOf({ given: { cellOvervoltageDelay: 0 } });
    feed(viewed, 3);
    feed(viewed, 3, BAD);
    for (const messages of viewed.node.out) for (const message of messages) wreck(message);
    const next = viewOf({ given: { cellOvervoltageDelay: 0 } });
    feed(next, 3);
    feed(next, 3, BAD);
    assert.equal(
      next.payloads(CHARGE).at(-1),
      false,
      'a cell at 3.8 V denies charging, whatever was done to a message',
    );
    assert.deepEqual(
      rules.map((rule) => [...rule.denies]),
      denies,
    );
  });

  it('msg.figures and the payload are made anew for each message, with the advice in them', () => {
    const running = startPack();
    running.run(3700, { ...HEALTHY, current: -1 });
    const make = (): Message => readingMessage(running.pack.reading(), running.pack.engine);
    const first = make();
    const told = JSON.stringify([first['figures'], first['payload']]);
    assert.match(told, /"id":"first-charge"/);
    wreck(first);
    const next = make();
    assert.equal(JSON.stringify([next['figures'], next['payload']]), told);
  });
});
