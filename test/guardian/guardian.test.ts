/** The guardian in one process, on a clock moved by hand: what it holds, and what becomes of that when nobody renews it. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { createGuardian } from '../../src/guardian/guardian.ts';
import type { FromGuardian, OnExit } from '../../src/guardian/protocol.ts';
import { createBusRegistry } from '../../src/links/bus/registry.ts';
import { outputKey, type OutputSpec } from '../../src/relays/output-spec.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { createFakeTransport, type FakeTransport } from '../links/bus/support/fakes.ts';
import { createFakeOutput, type FakeOutput } from '../runtime/support/fake-output.ts';

const BUS = { kind: 'tcp', path: 'tcp://board:1', host: 'board', port: 1 } as const;

function spec(channel: number, heldOn = true): OutputSpec {
  return { board: 'modbus-plain', bus: BUS, unit: 1, channel, heldOn };
}

function guardianOf() {
  const clock = new ManualClock();
  const told: FromGuardian[] = [];
  const outputs: { key: string; output: FakeOutput }[] = [];
  let exits = 0;
  let transport: FakeTransport | null = null;
  const open = () => (transport = createFakeTransport(clock));
  const guardian = createGuardian({
    clock,
    buses: createBusRegistry(clock, { open }),
    open(wanted) {
      if (outputKey(wanted).endsWith('relay 99')) {
        return { ok: false, problem: { field: 'path', value: BUS.path, problem: 'other-use' } };
      }
      const output = createFakeOutput();
      outputs.push({ key: outputKey(wanted), output });
      return { ok: true, output };
    },
    send: (message) => told.push(message),
    memory: () => 40e6,
    exit: () => void exits++,
  });
  const claim = (id: number, onExit: OnExit = 'open', channel = id, heldOn = true): void =>
    guardian.receive({ t: 'output', id, spec: spec(channel, heldOn), onExit });
  const hold = (id: number, seconds: number): void => guardian.receive({ t: 'hold', id, until: clock.now() + seconds });
  const output = (index: number): FakeOutput => outputs[index]!.output;
  return { clock, guardian, told, outputs, output, claim, hold, exits: () => exits, transport: () => transport! };
}

describe('the guardian', () => {
  it('holds an output until its lease ends, not a moment longer, and needs nobody to open it', () => {
    const { clock, output, claim, hold } = guardianOf();
    claim(1);
    assert.deepEqual(output(0).asked, [], 'taking one on commands nothing');
    hold(1, 5);
    clock.advance(3);
    hold(1, 5);
    clock.advance(4.9);
    assert.deepEqual(output(0).asked, ['hold 1005', 'hold 1008']);
    clock.advance(0.1);
    assert.equal(output(0).asked.at(-1), 'release');
  });

  it('a hold that was delivered late has ended as if it had come in time', () => {
    const { clock, output, guardian, claim } = guardianOf();
    claim(1);
    guardian.receive({ t: 'hold', id: 1, until: clock.now() - 0.1 });
    guardian.receive({ t: 'hold', id: 1, until: Number.NaN });
    assert.deepEqual(output(0).asked, ['release', 'release']);
  });

  it('opens at once on the word of Node-RED, and tells it what the hardware says', () => {
    const { output, guardian, claim, hold, told } = guardianOf();
    claim(1);
    hold(1, 5);
    guardian.receive({ t: 'release', id: 1 });
    assert.equal(output(0).asked.at(-1), 'release');
    told.length = 0;
    output(0).say({ actual: true, fault: 'stays-closed', problem: 'it sticks' });
    assert.deepEqual(
      told.map((message) => (message.t === 'state' ? [message.id, message.state.fault] : message)),
      [[1, 'stays-closed']],
    );
  });

  it('Node-RED ends: what is set so opens at once, the rest at the end of its lease, and then it ends itself', () => {
    const { clock, output, guardian, claim, hold, exits } = guardianOf();
    claim(1, 'open');
    claim(2, 'hold');
    hold(1, 5);
    hold(2, 60);
    output(0).say({ verified: true });
    output(1).say({ verified: true });
    guardian.parentGone();
    assert.deepEqual([output(0).asked.at(-1), output(1).asked.at(-1)], ['release', `hold ${clock.now() + 60}`]);
    clock.advance(59.9);
    assert.equal(exits(), 0);
    clock.advance(0.2);
    assert.equal(output(1).asked.at(-1), 'release');
    clock.advance(0.1);
    assert.equal(exits(), 1);
  });

  it('gives hardware that cannot be read back 5 s, and ends then', () => {
    const { clock, guardian, claim, hold, exits } = guardianOf();
    claim(1, 'open');
    hold(1, 60);
    guardian.parentGone();
    clock.advance(4.9);
    assert.equal(exits(), 0);
    clock.advance(0.2);
    assert.equal(exits(), 1);
  });

  it('a board that is lost when it is to open is waited for: nobody else would open it; for an hour, not for ever', () => {
    const { clock, output, guardian, claim, hold, exits } = guardianOf();
    claim(1, 'open');
    hold(1, 60);
    output(0).say({ fault: 'lost', problem: 'the line is cut' });
    guardian.parentGone();
    clock.advance(600);
    assert.equal(exits(), 0);
    output(0).say({ fault: null, problem: null, verified: true });
    clock.advance(0.1);
    assert.equal(exits(), 1);

    const lost = guardianOf();
    lost.claim(1, 'open');
    lost.hold(1, 60);
    lost.output(0).say({ fault: 'lost', problem: 'the board was taken away' });
    lost.guardian.parentGone();
    lost.clock.advance(3599);
    assert.equal(lost.exits(), 0);
    lost.clock.advance(2);
    assert.equal(lost.exits(), 1);
  });

  it('a service that is being stopped is not kept waiting for a board that is lost', () => {
    const { clock, output, guardian, claim, hold, exits } = guardianOf();
    claim(1, 'open');
    hold(1, 60);
    output(0).say({ fault: 'lost', problem: 'the line is cut' });
    guardian.signalled();
    guardian.parentGone();
    clock.advance(5.1);
    assert.equal(exits(), 1);
  });

  it('a signal alone opens nothing while Node-RED lives; with the end of Node-RED it is the stop of the service', () => {
    const { clock, output, guardian, claim, hold } = guardianOf();
    claim(1, 'hold');
    hold(1, 60);
    guardian.signalled();
    clock.advance(10);
    assert.equal(output(0).asked.length, 1);
    guardian.parentGone();
    assert.equal(output(0).asked.at(-1), 'release');
  });

  it('the same when the signal comes after, and not when it was long ago', () => {
    const after = guardianOf();
    after.claim(1, 'hold');
    after.hold(1, 60);
    after.guardian.parentGone();
    after.clock.advance(1);
    assert.equal(after.output(0).asked.length, 1);
    after.guardian.signalled();
    assert.equal(after.output(0).asked.at(-1), 'release');

    const before = guardianOf();
    before.claim(1, 'hold');
    before.guardian.signalled();
    before.clock.advance(31);
    before.hold(1, 60);
    before.guardian.parentGone();
    assert.equal(before.output(0).asked.at(-1), `hold ${before.clock.now() + 60}`);
  });

  it('a guardian that cannot be trusted any more opens everything, holds nothing again, and ends', () => {
    const { clock, output, guardian, claim, hold, exits } = guardianOf();
    claim(1, 'hold');
    hold(1, 60);
    guardian.fail();
    assert.equal(output(0).asked.at(-1), 'release');
    hold(1, 60);
    assert.equal(output(0).asked.at(-1), 'release');
    clock.advance(5.1);
    assert.equal(exits(), 1);
  });

  it('in a container everything opens with the word that Node-RED is being stopped', () => {
    const { output, guardian, claim, hold } = guardianOf();
    claim(1, 'hold');
    hold(1, 60);
    guardian.receive({ t: 'stopping' });
    assert.equal(output(0).asked.at(-1), 'release');
  });

  it('gives up an output that is closed, and opens one that is still held first', () => {
    const { clock, output, guardian, claim, hold } = guardianOf();
    claim(1);
    guardian.receive({ t: 'close', id: 1 });
    assert.deepEqual(output(0).asked, ['close']);
    claim(2);
    hold(2, 60);
    guardian.receive({ t: 'close', id: 2 });
    assert.equal(output(1).asked.at(-1), 'release');
    clock.advance(5);
    assert.equal(output(1).asked.at(-1), 'close');
  });

  it('a relay node that is rebuilt finds its contact as it was; the old one takes nothing along', () => {
    const { guardian, outputs, output, claim, hold } = guardianOf();
    claim(1, 'hold', 7);
    hold(1, 60);
    claim(2, 'hold', 7);
    guardian.receive({ t: 'close', id: 1 });
    assert.equal(outputs.length, 1);
    assert.equal(output(0).asked.at(-1), 'hold 1060');
    guardian.receive({ t: 'release', id: 2 });
    assert.equal(output(0).asked.at(-1), 'release');
  });

  it('the same contact driven otherwise is let go before it is driven anew', () => {
    const { clock, outputs, output, claim, hold } = guardianOf();
    claim(1, 'hold', 7, true);
    hold(1, 60);
    claim(2, 'hold', 7, false);
    assert.equal(output(0).asked.at(-1), 'release');
    assert.equal(outputs.length, 2);
    clock.advance(5);
    assert.equal(output(0).asked.at(-1), 'close');
    hold(2, 5);
    assert.equal(output(1).asked.at(-1), `hold ${clock.now() + 5}`);
  });

  it('says when a bus is used otherwise, and nobody holds anything by that number', () => {
    const { told, claim, hold } = guardianOf();
    claim(99, 'hold', 99);
    hold(99, 5);
    assert.deepEqual(told.at(-1), {
      t: 'refused',
      id: 99,
      problem: { field: 'path', value: BUS.path, problem: 'other-use' },
    });
  });

  it('answers when asked how it is', () => {
    const { guardian, told } = guardianOf();
    guardian.receive({ t: 'ping', n: 3 });
    assert.deepEqual(told, [{ t: 'pong', n: 3, rss: 40e6 }]);
  });

  describe('one after the other', () => {
    it('what an orphan holds goes to its successor with what is left of the lease, and no contact is commanded', () => {
      const old = guardianOf();
      old.claim(1, 'open');
      old.claim(2, 'hold');
      old.hold(1, 5);
      old.hold(2, 60);
      old.output(0).say({ verified: true });
      old.guardian.parentGone();
      old.clock.advance(20);
      const commands = old.output(1).asked.length;
      const held = old.guardian.handOver();
      assert.deepEqual(held, [{ spec: spec(2), onExit: 'hold', until: 1060 }]);
      old.clock.advance(100);
      assert.deepEqual(old.output(1).asked.slice(commands), ['close'], 'the old one has opened nothing');
      assert.equal(old.exits(), 1);

      const next = guardianOf();
      next.clock.advance(20);
      next.guardian.inherit(held);
      assert.deepEqual(next.output(0).asked, ['hold 1060']);
      next.claim(5, 'hold', 2);
      assert.equal(next.outputs.length, 1, 'its relay finds it again');
      next.clock.advance(40);
      assert.equal(next.output(0).asked.at(-1), 'release', 'nobody renewed it');
    });

    it('an opening that was not confirmed is the successor’s to confirm', () => {
      const old = guardianOf();
      old.claim(1, 'open');
      old.hold(1, 60);
      old.output(0).say({ fault: 'lost', problem: 'the line is cut' });
      old.guardian.parentGone();
      old.clock.advance(20);
      const held = old.guardian.handOver();
      assert.deepEqual(held, [{ spec: spec(1), onExit: 'open', until: 0 }]);
      const next = guardianOf();
      next.guardian.inherit(JSON.parse(JSON.stringify(held)));
      assert.deepEqual(next.output(0).asked, ['release']);
    });

    it('one whose Node-RED lives gives nothing away', () => {
      const { guardian, claim, hold } = guardianOf();
      claim(1);
      hold(1, 60);
      assert.equal(guardian.handOver(), null);
    });
  });

  it('lends its line to a link, and takes it back when Node-RED is gone', async () => {
    const { guardian, told, transport, clock } = guardianOf();
    guardian.receive({ t: 'line', id: 1, spec: BUS, use: 'bytes' });
    assert.deepEqual(told.at(-1), { t: 'status', id: 1, status: { state: 'open', problem: null } });
    transport().hear(Uint8Array.of(1, 2));
    assert.deepEqual(told.at(-1), { t: 'bytes', id: 1, chunk: Uint8Array.of(1, 2), at: clock.now() });
    guardian.receive({ t: 'write', id: 1, bytes: Uint8Array.of(7) });
    assert.deepEqual(transport().written, ['07']);
    guardian.receive({ t: 'line', id: 2, spec: BUS, use: 'modbus' });
    assert.equal(told.at(-1)?.t, 'refused');
    guardian.parentGone();
    told.length = 0;
    transport().hear(Uint8Array.of(3));
    guardian.receive({
      t: 'ask',
      id: 1,
      n: 1,
      request: { fn: 1, unit: 1, address: 0, count: 1 },
      timeout: 1,
      urgent: false,
      notAfter: Infinity,
    });
    assert.deepEqual(
      told.map((message) => message.t),
      ['answer'],
      'a question to a line that is gone is answered too',
    );
  });

  it('whatever happens, an output is held only within a lease that was given, and the end of Node-RED ends it', () => {
    const step = fc.oneof(
      fc.record({
        do: fc.constant('hold' as const),
        id: fc.integer({ min: 1, max: 2 }),
        seconds: fc.integer({ min: -1, max: 20 }),
      }),
      fc.record({ do: fc.constant('release' as const), id: fc.integer({ min: 1, max: 2 }) }),
      fc.record({ do: fc.constant('wait' as const), seconds: fc.integer({ min: 0, max: 12 }) }),
      fc.constant({ do: 'gone' as const }),
      fc.constant({ do: 'signal' as const }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const { clock, guardian, claim, output } = guardianOf();
        claim(1, 'open');
        claim(2, 'hold');
        /** When each must be open at the latest. */
        const until = [-Infinity, -Infinity];
        let gone = false;
        for (const one of steps) {
          if (one.do === 'hold' && !gone) {
            guardian.receive({ t: 'hold', id: one.id, until: clock.now() + one.seconds });
            until[one.id - 1] = clock.now() + one.seconds;
          } else if (one.do === 'release' && !gone) {
            guardian.receive({ t: 'release', id: one.id });
            until[one.id - 1] = -Infinity;
          } else if (one.do === 'wait') clock.advance(one.seconds);
          else if (one.do === 'gone' && !gone) {
            gone = true;
            until[0] = -Infinity;
            guardian.parentGone();
          } else if (one.do === 'signal') guardian.signalled();
          for (const index of [0, 1]) {
            if (until[index]! <= clock.now())
              assert.equal(output(index).state().commanded, false, `output ${index + 1}`);
          }
        }
      }),
    );
  });
});
