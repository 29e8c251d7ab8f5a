/** Commands in messages: what tightens always works, what loosens needs the PIN, and nothing overrides a rule. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { obey, takeCommand } from '../../src/runtime/command.ts';
import { pinGuard } from '../../src/runtime/pin.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { allowed, healthy, startPack } from './support/packs.ts';

const WRONG = ['0000', '', ' 1234', '12345', 1235, null, undefined, {}, [], true, '1234\n'];

describe('the PIN', () => {
  it('123-R17 is right as text and as a number, and in no other way', () => {
    const clock = new ManualClock();
    for (const pin of WRONG) assert.notEqual(pinGuard('1234', clock).check(pin), 'right', JSON.stringify(pin));
    assert.equal(pinGuard('1234', clock).check('1234'), 'right');
    assert.equal(pinGuard('1234', clock).check(1234), 'right');
    assert.equal(pinGuard('0123', clock).check(123), 'wrong', 'a number has no leading nought');
  });

  it('none set: nothing is right, whatever is given', () => {
    for (const unset of [undefined, null, '', 0, {}]) {
      const guard = pinGuard(unset, new ManualClock());
      for (const pin of ['', undefined, null, 0, '0', 'undefined', '[object Object]'])
        assert.equal(guard.check(pin), 'none');
    }
  });

  it('five wrong ones, and nobody is heard for five minutes, not even with the right one', () => {
    const clock = new ManualClock();
    const guard = pinGuard('1234', clock);
    for (let i = 0; i < 5; i++) assert.equal(guard.check('1'), 'wrong');
    assert.equal(guard.check('1234'), 'locked');
    clock.advance(299);
    assert.equal(guard.check('1234'), 'locked', 'trying while locked does not help');
    clock.advance(2);
    assert.equal(guard.check('1234'), 'right');
  });

  it('a right one in between starts the count again', () => {
    const guard = pinGuard('1234', new ManualClock());
    for (let i = 0; i < 20; i++) assert.equal(guard.check(i % 4 === 3 ? '1234' : 'x'), i % 4 === 3 ? 'right' : 'wrong');
  });

  it('guessing at 100 tries a second for a day finds out almost nothing', () => {
    const clock = new ManualClock();
    const guard = pinGuard('1234', clock);
    let heard = 0;
    for (let t = 0; t < 86_400; t += 10) {
      for (let i = 0; i < 1000 && guard.check('x') === 'wrong'; i++) heard++;
      clock.advance(10);
    }
    assert.ok(heard <= 5 * (86_400 / 300 + 1), `${heard} guesses were heard`);
  });
});

describe('the command in a message', () => {
  it('loses its PIN before anybody else sees the message', () => {
    const message = { topic: 'x', command: { name: 'remote', value: true, pin: '1234' } };
    assert.deepEqual(takeCommand(message), { name: 'remote', value: true, pin: '1234' });
    assert.deepEqual(message, { topic: 'x', command: { name: 'remote', value: true } });
    assert.doesNotMatch(JSON.stringify(message), /1234/);
  });

  it('is none where there is no object, and has no name where that is no text', () => {
    for (const command of [undefined, null, 'remote', 5, true]) assert.equal(takeCommand({ command }), null);
    assert.equal(takeCommand({}), null);
    for (const command of [{}, [], { name: 5 }, { name: null }]) assert.equal(takeCommand({ command })?.name, '');
  });
});

describe('commands to a pack', () => {
  function packWithPin(pin = '1234') {
    const running = startPack();
    running.run(3);
    const guard = pinGuard(pin, running.clock);
    const tell = (name: string, value: unknown, given?: unknown) =>
      obey({ name, value, pin: given }, running.pack, guard);
    return { ...running, tell };
  }

  it('VSB-5 remote off needs nothing and takes everything away at once', () => {
    const { tell, last, verdicts } = packWithPin('');
    const before = verdicts.length;
    assert.equal(tell('remote', false), 'done');
    assert.equal(verdicts.length, before + 1, 'not at the next reading: now');
    assert.deepEqual(allowed(last()), [false, false]);
    assert.deepEqual(
      last().events.map((e) => [e.rule, e.edge]),
      [['remote', 'raised']],
    );
    assert.equal(tell('remote', false), 'done');
  });

  it('remote on needs the PIN, and without one set does not work at all', () => {
    const bare = packWithPin('');
    bare.tell('remote', false);
    assert.equal(bare.tell('remote', true, '1234'), 'no-pin');
    bare.run(3);
    assert.deepEqual(allowed(bare.last()), [false, false]);
    const { tell, last, run } = packWithPin();
    tell('remote', false);
    assert.equal(tell('remote', true), 'wrong-pin');
    assert.equal(tell('remote', true, '9999'), 'wrong-pin');
    run(3);
    assert.deepEqual(allowed(last()), [false, false]);
    assert.equal(tell('remote', true, '1234'), 'done');
    run(3);
    assert.deepEqual(allowed(last()), [true, true]);
  });

  it('remote on never overrides a rule', () => {
    const { tell, last, run } = packWithPin();
    run(5, healthy([3.3, 3.3, 3.8, 3.3]));
    tell('remote', false);
    assert.equal(tell('remote', true, '1234'), 'done');
    run(30, healthy([3.3, 3.3, 3.8, 3.3]));
    assert.equal(allowed(last())[0], false);
  });

  it('remote off while nothing is known yet holds when everything is', () => {
    const { pack, run, last } = startPack();
    pack.setRemote(false);
    run(10);
    assert.deepEqual(allowed(last()), [false, false]);
  });

  it('remote takes true or false and nothing like them', () => {
    const { tell, last, run } = packWithPin();
    for (const value of ['true', 1, null, undefined, {}, 'on'])
      assert.equal(tell('remote', value, '1234'), 'bad-value');
    run(2);
    assert.deepEqual(allowed(last()), [true, true]);
  });

  it('sync-soc takes a percentage, with the PIN', () => {
    const { tell, pack } = packWithPin();
    assert.equal(tell('sync-soc', 50), 'wrong-pin');
    assert.ok(Number.isNaN(pack.engine.soc));
    for (const value of [-1, 101, Number.NaN, '50', null, undefined, Infinity]) {
      assert.equal(tell('sync-soc', value, '1234'), 'bad-value', String(value));
    }
    assert.ok(Number.isNaN(pack.engine.soc));
    for (const value of [0, 50, 100]) {
      assert.equal(tell('sync-soc', value, '1234'), 'done');
      assert.equal(pack.engine.soc, value / 100);
    }
  });

  it('123-R8 zero-current takes what the sensor shows for its zero, with the PIN', () => {
    const { tell, pack, run } = packWithPin();
    run(3, { ...healthy(), current: 0.8 });
    const offset = (): number => pack.engine.figures.known.currentOffset;
    assert.equal(packWithPin('').tell('zero-current', undefined, '1234'), 'no-pin');
    assert.equal(tell('zero-current', undefined), 'wrong-pin');
    run(1, { ...healthy(), current: 0.8 });
    assert.ok(Math.abs(offset()) < 0.1, `${offset()} A`);
    assert.equal(tell('zero-current', undefined, '1234'), 'done');
    run(1, { ...healthy(), current: 0.8 });
    assert.ok(Math.abs(offset() - 0.8) < 0.1, `${offset()} A`);
  });

  it('123-R8 zero-current is refused while more flows than a sensor is off by, and while no current is known', () => {
    const { tell, pack, run, clock } = packWithPin();
    for (const current of [30, -30, 2.5]) {
      run(3, { ...healthy(), current });
      assert.equal(tell('zero-current', undefined, '1234'), 'no-zero', `${current} A`);
      run(1, { ...healthy(), current });
      assert.ok(Math.abs(pack.engine.figures.known.currentOffset) < 0.1);
    }
    run(3, { ...healthy(), current: 0.5 });
    clock.advance(120);
    assert.equal(tell('zero-current', undefined, '1234'), 'no-zero');
  });

  it('123-R10 clear-counters begins energy, history and extremes at nothing, with the PIN, and keeps what the battery is', () => {
    const { tell, pack, run } = packWithPin();
    tell('sync-soc', 80, '1234');
    run(1200, { ...healthy([3.2, 3.2, 3.2, 3.2]), current: -30 });
    const { figures } = pack.engine;
    const before = { soc: pack.engine.soc, calibrated: figures.calibration.at };
    assert.equal(tell('clear-counters', undefined), 'wrong-pin');
    assert.ok(figures.counters.total.dischargedAh > 9);
    assert.equal(figures.extremes.greatestDischarge.value, 30);
    assert.equal(tell('clear-counters', undefined, '1234'), 'done');
    assert.equal(figures.counters.total.dischargedAh, 0);
    assert.equal(figures.counters.today.dischargedAh, 0);
    assert.ok(figures.cycles.equivalent > 0.09, 'the battery is no younger');
    assert.ok(Number.isNaN(figures.extremes.greatestDischarge.value));
    assert.deepEqual({ soc: pack.engine.soc, calibrated: figures.calibration.at }, before);
    run(60, { ...healthy(), current: -30 });
    assert.ok(Math.abs(figures.counters.total.dischargedAh - 0.5) < 0.05);
  });

  it('what is no command does nothing, not even count as a wrong PIN', () => {
    const { tell } = packWithPin();
    for (const name of ['', 'Remote', 'remote ', 'constructor', '__proto__', 'open', 'close']) {
      for (let i = 0; i < 6; i++) assert.equal(tell(name, true, 'x'), 'unknown');
    }
    assert.equal(tell('sync-soc', 50, '1234'), 'done');
  });

  it('no command of any kind, without the PIN, ever allows something that was not', () => {
    const commands = fc.array(
      fc.record({
        name: fc.oneof(fc.constantFrom('remote', 'sync-soc', 'reset', 'self-test', 'clear-counters'), fc.string()),
        value: fc.oneof(fc.boolean(), fc.integer(), fc.anything()),
        pin: fc.oneof(fc.constantFrom<unknown>('0000', '1111', 1, null), fc.anything()),
      }),
      { maxLength: 30 },
    );
    fc.assert(
      fc.property(commands, fc.boolean(), (list, off) => {
        const { tell, last, run } = packWithPin();
        run(5, healthy([3.3, 3.3, 3.8, 3.3]));
        if (off) tell('remote', false);
        const [charge, load] = allowed(last());
        for (const { name, value, pin } of list) {
          if (pin === '1234' || pin === 1234) continue;
          tell(name, value, pin);
          const now = allowed(last());
          assert.ok(!now[0] || charge);
          assert.ok(!now[1] || load);
        }
      }),
      { numRuns: 150 },
    );
  });
});
