/** The switches of a BMS as contacts: what is written, what is left alone, and what the other switch notices of it. */
import assert from 'node:assert/strict';
import { parseRelayConfig } from '../../src/node-red/relay-config.ts';
import { outputKey } from '../../src/relays/output-spec.ts';
import { createDalyBms, createJbdBms, createJkBms, type SimulatedBms } from './support/bms-switches.ts';
import { confirmed, createLineBench, type LineBench } from './support/line-bench.ts';

type Bench = LineBench & { readonly board: SimulatedBms };

const jbd = (): Bench => createLineBench('jbd', (clock, onEdge) => createJbdBms({ clock, onEdge }));
const daly = (): Bench => createLineBench('daly', (clock, onEdge) => createDalyBms({ clock, onEdge }));
const jk = (): Bench => createLineBench('jk', (clock, onEdge) => createJkBms({ clock, onEdge }));

const CHARGE = 1;
const DISCHARGE = 2;
const JBD_READ = 'dda50300fffd77';
const DALY_READ = 'a5409308000000000000000080';
const JK_READ = '4e5700130000000006030000000000006800000129';
const JK_PASSWORD = '4e570014000000000502000000000000006800000128';

const KINDS = [
  {
    name: 'JBD',
    bench: jbd,
    read: JBD_READ,
    // It has to be asked first: one command carries both switches.
    off: [JBD_READ, 'dd5ae1020001ff1c77'],
    on: ['dd5ae1020000ff1d77'],
    otherOff: ['dd5ae1020002ff1b77'],
  },
  {
    name: 'Daly',
    bench: daly,
    read: DALY_READ,
    off: ['a540da080000000000000000c7'],
    on: ['a540da080100000000000000c8'],
    otherOff: ['a540d9080000000000000000c6'],
  },
  {
    name: 'JK',
    bench: jk,
    read: JK_READ,
    off: [JK_PASSWORD, '4e57001400000000020200ab000000000068000001d0'],
    on: [JK_PASSWORD, '4e57001400000000020200ab010000000068000001d1'],
    otherOff: [JK_PASSWORD, '4e57001400000000020200ac000000000068000001d1'],
  },
] as const;

/** A held relay as its owner renews it: every second, for so many. */
async function renew(bench: Bench, outputs: ReturnType<Bench['relay']>[], seconds: number): Promise<void> {
  for (let second = 0; second < seconds; second++) {
    for (const output of outputs) output.hold(bench.clock.now() + 5);
    await bench.pass(1);
  }
}

for (const { name, bench: start, read, off, on, otherOff } of KINDS) {
  describe(`the switches of a ${name} BMS`, () => {
    it('nothing is sent before somebody asks', async () => {
      const bench = start();
      bench.relay(CHARGE);
      bench.relay(DISCHARGE);
      await bench.pass(20);
      assert.deepEqual(bench.sent, []);
    });

    it('charging off and on again, to the letter, is read back and leaves discharging alone', async () => {
      const bench = start();
      const { clock, board, pass, edges } = bench;
      const sent = (): string[] => bench.sent.splice(0).map((each) => each.hex);
      const output = bench.relay(CHARGE);
      output.release();
      await pass(1);
      assert.deepEqual(sent(), [...off, read]);
      assert.deepEqual(
        [board.allows(), board.contacts(), output.state()],
        [[false, true], [false, true], confirmed(false)],
      );
      output.hold(clock.now() + 5);
      await pass(1);
      assert.deepEqual(sent(), [...on, read]);
      assert.deepEqual(
        [board.allows(), board.contacts(), output.state()],
        [[true, true], [true, true], confirmed(true)],
      );
      assert.deepEqual(
        edges.filter(({ at, coil }) => coil === 1 && at > 1000),
        [],
        'the other never moved',
      );
    });

    it('discharging off, to the letter, leaves charging alone', async () => {
      const { relay, board, pass, sent } = start();
      const output = relay(DISCHARGE);
      output.release();
      await pass(1);
      assert.deepEqual(
        sent.map((each) => each.hex).filter((each) => each !== read),
        otherOff,
      );
      assert.deepEqual([board.contacts(), output.state()], [[true, false], confirmed(false)]);
    });

    it('letting one go does not switch the other on that somebody has switched off', async () => {
      for (const [hand, mine, wanted] of [
        ['hand discharge-off', CHARGE, [false, false]],
        ['hand charge-off', DISCHARGE, [false, false]],
      ] as const) {
        const { relay, board, pass, tell } = start();
        tell(hand);
        relay(mine).release();
        await pass(1);
        assert.deepEqual(board.allows(), wanted);
      }
    });

    it('nor does holding one', async () => {
      const bench = start();
      bench.tell('hand charge-off');
      bench.tell('hand discharge-off');
      await renew(bench, [bench.relay(CHARGE)], 3);
      assert.deepEqual(bench.board.allows(), [true, false]);
    });

    it('both relays together: each follows its own wish', async () => {
      const bench = start();
      const { board, pass } = bench;
      const [charge, discharge] = [bench.relay(CHARGE), bench.relay(DISCHARGE)];
      charge.release();
      discharge.release();
      await pass(2);
      assert.deepEqual(board.contacts(), [false, false]);
      await renew(bench, [charge, discharge], 3);
      assert.deepEqual(
        [board.contacts(), charge.state(), discharge.state()],
        [[true, true], confirmed(true), confirmed(true)],
      );
      charge.release();
      await pass(0.5);
      assert.deepEqual(board.contacts(), [false, true]);
      discharge.release();
      await pass(0.5);
      assert.deepEqual(board.contacts(), [false, false]);
    });

    it('what the BMS has already is not written again: a day of renewals is a handful of writes', async () => {
      const bench = start();
      const output = bench.relay(CHARGE);
      output.release();
      await bench.pass(2);
      await renew(bench, [output], 60);
      output.release();
      await bench.pass(60);
      assert.ok(bench.board.writes() <= 4, `${bench.board.writes()} writes`);
      assert.deepEqual(output.state(), confirmed(false));
    });

    it('a protection of its own is read back as open, is not written against for ever, and goes without us', async () => {
      const bench = start();
      const output = bench.relay(CHARGE);
      bench.tell('protect charge');
      await renew(bench, [output], 60);
      assert.deepEqual([output.state().actual, output.state().fault], [false, 'stays-open']);
      assert.ok(bench.board.writes() <= 6, `${bench.board.writes()} writes`);
      bench.tell('protect none');
      await renew(bench, [output], 2);
      assert.deepEqual([bench.board.contacts()[0], output.state()], [true, confirmed(true)]);
    });

    it('a MOSFET that does not open is a fault, told again now and then, and at once when it is let go anew', async () => {
      const bench = start();
      const { board, clock, pass, tell } = bench;
      const output = bench.relay(CHARGE);
      tell('stick 0 closed');
      output.release();
      await pass(60);
      assert.equal(output.state().fault, 'stays-closed');
      const after = board.writes();
      assert.ok(after <= 7, `${after} writes`);
      output.hold(clock.now() + 5);
      await pass(1);
      const before = board.writes();
      output.release();
      await pass(0.5);
      assert.ok(board.writes() > before);
      tell('stick 0 free');
      await pass(70);
      assert.deepEqual(output.state(), confirmed(false));
    });

    it('somebody with an app switches on what rests: it is switched off again', async () => {
      const { relay, board, pass, tell } = start();
      const output = relay(CHARGE);
      output.release();
      await pass(2);
      tell('hand charge-on');
      await pass(8);
      assert.deepEqual([board.allows(), output.state()], [[false, true], confirmed(false)]);
    });

    it('a BMS that has to be woken is asked twice before it is lost', async () => {
      const { relay, board, pass, tell } = start();
      tell('sleep');
      const output = relay(CHARGE);
      output.release();
      await pass(4);
      assert.deepEqual([board.contacts(), output.state()], [[false, true], confirmed(false)]);
    });

    it('a BMS that is silent is lost, and opens as soon as it answers', async () => {
      const { relay, board, pass, tell } = start();
      const output = relay(CHARGE);
      tell('dead');
      output.release();
      await pass(10);
      assert.deepEqual([output.state().fault, output.state().actual], ['lost', null]);
      assert.match(output.state().problem ?? '', /the BMS does not answer/);
      tell('alive');
      await pass(5);
      assert.deepEqual([board.contacts(), output.state()], [[false, true], confirmed(false)]);
    });

    it('a BMS that answers nonsense is lost', async () => {
      const { relay, pass, tell } = start();
      tell('garbage on');
      const output = relay(DISCHARGE);
      output.release();
      await pass(5);
      assert.equal(output.state().fault, 'lost');
      assert.match(output.state().problem ?? '', /make no sense/);
    });
  });
}

describe('the two switches of a JBD BMS in one command', () => {
  const words = (bench: Bench): string[] =>
    bench.sent.filter((each) => each.hex.startsWith('dd5ae1')).map((each) => each.hex.slice(8, 12));

  it('a BMS that has never answered is not commanded: how the other switch is set nobody knows', async () => {
    const bench = jbd();
    bench.tell('garbage on');
    bench.relay(CHARGE).release();
    await bench.pass(5);
    assert.deepEqual(words(bench), []);
    bench.relay(DISCHARGE).release();
    await bench.pass(1);
    assert.equal(words(bench)[0], '0003', 'both are to open: there is nothing to know');
  });

  it('one that answers no more is told with the other as it was last read', async () => {
    const bench = jbd();
    const output = bench.relay(CHARGE);
    await renew(bench, [output], 2);
    bench.tell('garbage on');
    output.release();
    await bench.pass(0.5);
    assert.deepEqual([words(bench), bench.board.allows()], [['0001'], [false, true]]);
  });

  it('both let go at the same moment are one command', async () => {
    const bench = jbd();
    const outputs = [bench.relay(CHARGE), bench.relay(DISCHARGE)];
    await renew(bench, outputs, 2);
    for (const output of outputs) output.release();
    await bench.pass(0.3);
    assert.ok(words(bench).length > 0);
    assert.deepEqual([...new Set(words(bench))], ['0003']);
  });

  it('a passing protection of the other does not become a switch that stays off', async () => {
    const bench = jbd();
    const { board, clock, pass, tell } = bench;
    const output = bench.relay(CHARGE);
    tell('protect discharge');
    output.release();
    await pass(1);
    assert.deepEqual(board.allows(), [false, true], 'the protection alone explains that it is open');
    await pass(20);
    output.hold(clock.now() + 5);
    await pass(1);
    tell('protect none');
    await pass(1);
    assert.deepEqual(
      [board.allows(), board.contacts()],
      [
        [true, true],
        [true, true],
      ],
    );
  });

  it('what a protection does not explain stays off', async () => {
    const bench = jbd();
    const output = bench.relay(CHARGE);
    output.release();
    await bench.pass(1);
    bench.tell('hand discharge-off');
    await bench.pass(6);
    await renew(bench, [output], 2);
    assert.deepEqual(bench.board.allows(), [true, false]);
  });
});

describe('a relay node whose board is a BMS', () => {
  const bus = { kind: 'tcp', path: 'tcp://bms:1', host: 'bms', port: 1 } as const;
  const parse = (role: string) =>
    parseRelayConfig(
      { id: 'r', role, pack: 'p', board: 'jbd', switchConfirmed: true },
      { bus, password: '' },
      (key) => key,
    );

  it('follows its role: chargers by the charge switch, loads and the contactor by the discharge switch', () => {
    const switchOf = (role: string): unknown => {
      const parsed = parse(role);
      assert.ok(typeof parsed !== 'string', JSON.stringify(parsed));
      return parsed.output;
    };
    for (const role of ['charge', 'alternator']) {
      assert.deepEqual(switchOf(role), { board: 'jbd', bus, switch: 'charge', heldOn: true });
    }
    for (const role of ['load', 'shed', 'contactor']) {
      assert.deepEqual(switchOf(role), { board: 'jbd', bus, switch: 'discharge', heldOn: true });
    }
    for (const role of ['precharge', 'aux', 'pre-alarm']) {
      assert.equal(parse(role), 'bms-relay-out.problem.switch-role');
    }
  });

  it('each switch has one owner, however it is spelt', () => {
    const key = (board: 'jbd' | 'daly', which: 'charge' | 'discharge'): string =>
      outputKey({ board, bus, switch: which, heldOn: true });
    assert.equal(key('jbd', 'charge'), 'tcp://bms:1 charge switch');
    assert.equal(key('daly', 'charge'), key('jbd', 'charge'));
    assert.notEqual(key('jbd', 'discharge'), key('jbd', 'charge'));
  });
});
