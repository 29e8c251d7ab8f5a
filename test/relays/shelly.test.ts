/** A channel of a Shelly: what is asked of it to the letter, and what its contact does. */
import assert from 'node:assert/strict';
import { shellyBench } from './support/shelly-bench.ts';

const CONFIRMED = { commanded: true, actual: true, verified: true, problem: null, fault: null };
const RELEASED = { commanded: false, actual: false, verified: true, problem: null, fault: null };

/** What each generation is asked for channel 1 of the wire, the second one printed on it. */
const WORDS = {
  1: {
    hold: (on: boolean, seconds: number) => `GET /relay/1?turn=${on ? 'on' : 'off'}&timer=${seconds}`,
    set: (on: boolean) => `GET /relay/1?turn=${on ? 'on' : 'off'}`,
    status: 'GET /relay/1',
  },
  2: {
    hold: (on: boolean, seconds: number) => `GET /rpc/Switch.Set?id=1&on=${on}&toggle_after=${seconds}`,
    set: (on: boolean) => `GET /rpc/Switch.Set?id=1&on=${on}`,
    status: 'GET /rpc/Switch.GetStatus?id=1',
  },
} as const;

for (const generation of [1, 2] as const) {
  const words = WORDS[generation];
  describe(`a Shelly of generation ${generation}`, () => {
    it('is asked who it is once, then told a hold with its timer, and read back', async () => {
      const { relay, clock, pass, requests, connections, board } = shellyBench({ generation });
      await pass(1);
      assert.deepEqual([requests, connections()], [[], 0], 'nothing before somebody asks');
      relay.hold(clock.now() + 5);
      await pass(0.2);
      assert.deepEqual(requests, ['GET /shelly', words.hold(true, 4), words.status]);
      assert.deepEqual(board.contacts(), [false, true, false, false]);
      assert.deepEqual(relay.state(), CONFIRMED);
      relay.hold(clock.now() + 60.9);
      await pass(0.2);
      relay.release();
      await pass(0.2);
      assert.deepEqual(requests.slice(3), [words.hold(true, 59), words.status, words.set(false), words.status]);
      assert.deepEqual(relay.state(), RELEASED);
      assert.equal(connections(), 1, 'one connection, kept');
    });

    it('a lease of a day is cut to an hour', async () => {
      const { relay, clock, pass, requests } = shellyBench({ generation });
      relay.hold(clock.now() + 86_400);
      await pass(0.2);
      assert.equal(requests[1], words.hold(true, 3600));
    });

    it('a hold for which no whole second is left is never sent as one', async () => {
      const { relay, clock, pass, requests, contact } = shellyBench({ generation });
      relay.hold(clock.now() + 1.7);
      await pass(0.3);
      assert.deepEqual(requests.slice(0, 2), ['GET /shelly', words.set(false)]);
      assert.equal(contact(), false);
    });

    it('inverted: held is a timed off, let go is on', async () => {
      const { relay, clock, pass, requests, contact } = shellyBench({ generation, heldOn: false });
      relay.hold(clock.now() + 5);
      await pass(0.2);
      assert.deepEqual(requests.slice(1), [words.hold(false, 4), words.status]);
      assert.deepEqual(relay.state(), CONFIRMED);
      await pass(4);
      assert.equal(contact(), true, 'the timer ends in on');
      relay.release();
      await pass(0.2);
      assert.ok(requests.includes(words.set(true)));
      assert.deepEqual(relay.state(), RELEASED);
    });

    it('a renewed hold does not let the contact flutter, and without renewal it opens before the lease ends', async () => {
      const { relay, clock, pass, edges, contact } = shellyBench({ generation });
      for (let i = 0; i < 10; i++) {
        relay.hold(clock.now() + 5);
        await pass(1);
      }
      assert.equal(edges.length, 1);
      const until = clock.now() + 4;
      await pass(3.5);
      assert.deepEqual([contact(), edges.at(-1)!.by, clock.now() < until], [false, 'flash-end', true]);
    });

    it('opens by itself when the WLAN is gone, and says that nobody knows', async () => {
      const { relay, clock, pass, air, contact } = shellyBench({ generation });
      relay.hold(clock.now() + 5);
      await pass(0.5);
      air.plugged = false;
      relay.release();
      await pass(2.5);
      assert.equal(relay.state().fault, 'lost');
      assert.match(relay.state().problem ?? '', /no answer from 192\.168\.1\.40/);
      await pass(2);
      assert.equal(contact(), false);
      air.plugged = true;
      await pass(4);
      assert.deepEqual(relay.state(), RELEASED);
    });

    it('an opening waits for no renewal on its way: that one is torn down and never arrives', async () => {
      const { relay, clock, pass, air, requests, contact } = shellyBench({ generation });
      relay.hold(clock.now() + 10);
      await pass(0.5);
      const heard = requests.length;
      air.delay = 0.4;
      relay.hold(clock.now() + 10);
      await pass(0.1);
      air.delay = 0.005;
      relay.release();
      await pass(0.1);
      assert.equal(contact(), false);
      assert.deepEqual(requests.slice(heard), [words.set(false), words.status], 'at once, on a connection of its own');
      await pass(2);
      assert.equal(contact(), false);
    });

    it('a renewal that is not answered in time is torn down and never arrives later', async () => {
      const { relay, clock, pass, air, requests } = shellyBench({ generation });
      relay.hold(clock.now() + 10);
      await pass(0.5);
      const heard = requests.length;
      air.delay = 1.4;
      relay.hold(clock.now() + 10);
      await pass(1.2);
      assert.match(relay.state().problem ?? '', /no answer .* in time/);
      air.delay = 0.005;
      await pass(1);
      assert.deepEqual(
        requests.slice(heard).filter((request) => request.includes('time')),
        [],
      );
    });

    it('a contact that is welded, or never closes, is a problem after three tries', async () => {
      const bench = shellyBench({ generation });
      const { relay, clock, pass, tell } = bench;
      relay.hold(clock.now() + 5);
      await pass(0.2);
      tell('stick 1 closed');
      relay.release();
      await pass(3.5);
      assert.equal(relay.state().fault, 'stays-closed');
      tell('stick 1 open');
      await pass(2);
      assert.deepEqual(relay.state(), RELEASED);
      for (let i = 0; i < 3; i++) {
        relay.hold(clock.now() + 5);
        await pass(1);
      }
      assert.equal(relay.state().fault, 'stays-open');
    });

    it('a Shelly without power is open when it comes back, and is told again what holds', async () => {
      const { relay, clock, pass, tell, contact } = shellyBench({ generation });
      relay.hold(clock.now() + 30);
      await pass(0.5);
      tell('power off');
      assert.equal(contact(), false);
      relay.hold(clock.now() + 30);
      await pass(2.5);
      assert.equal(relay.state().fault, 'lost');
      tell('power on');
      relay.hold(clock.now() + 30);
      await pass(1);
      assert.deepEqual(relay.state(), CONFIRMED);
    });

    it('errors, garbage and slowness are said, never taken for an answer, and get over', async () => {
      const { relay, clock, pass, tell } = shellyBench({ generation });
      const cases: [fault: string, healed: string, sentence: RegExp][] = [
        ['errors on', 'errors off', /refuses \(HTTP 500, code -114\)/],
        ['garbage on', 'garbage off', /not JSON/],
        ['slow 3', 'slow off', /no answer .* in time/],
        ['dead', 'alive', /no answer .* in time/],
      ];
      for (const [fault, healed, sentence] of cases) {
        relay.hold(clock.now() + 30);
        await pass(1);
        assert.deepEqual(relay.state(), CONFIRMED);
        tell(fault);
        relay.hold(clock.now() + 30);
        await pass(2.5);
        assert.deepEqual([relay.state().fault, relay.state().actual, relay.state().verified], ['lost', null, false]);
        assert.match(relay.state().problem ?? '', sentence);
        tell(healed);
      }
    });

    it('another device at the address is not switched, neither closed nor opened', async () => {
      const { relay, clock, pass, tell, hangUp, contact, requests } = shellyBench({ generation });
      relay.hold(clock.now() + 30);
      await pass(0.5);
      tell('power off');
      await pass(5);
      hangUp();
      tell('mac 0123456789AB');
      tell('power on');
      const heard = requests.length;
      relay.hold(clock.now() + 30);
      await pass(0.5);
      relay.release();
      await pass(3);
      assert.equal(contact(), false);
      assert.deepEqual([...new Set(requests.slice(heard))], ['GET /shelly']);
      assert.match(
        relay.state().problem ?? '',
        /another device answers at 192\.168\.1\.40: 0123456789AB instead of A8032ABE54DC/,
      );
      tell('mac A8032ABE54DC');
      await pass(2);
      assert.deepEqual(relay.state(), RELEASED);
    });

    it('a connection that was closed while it rested is made again at once', async () => {
      const { relay, clock, pass, hangUp, connections, requests } = shellyBench({ generation });
      relay.hold(clock.now() + 30);
      await pass(1);
      hangUp();
      relay.hold(clock.now() + 30);
      await pass(0.5);
      assert.deepEqual(relay.state(), CONFIRMED);
      assert.equal(connections(), 2);
      assert.equal(requests.filter((request) => request === 'GET /shelly').length, 1, 'the same device a moment ago');
      await pass(2.5);
      hangUp();
      relay.hold(clock.now() + 30);
      await pass(0.5);
      assert.equal(requests.filter((request) => request === 'GET /shelly').length, 2);
    });

    it('asks for its password, and is given it', async () => {
      const { relay, clock, pass, tell, requests } = shellyBench({ generation, password: 'sesame, "öffne" dich' });
      tell('password sesame');
      relay.hold(clock.now() + 30);
      await pass(0.5);
      assert.match(relay.state().problem ?? '', /does not take the password; correct it/);
      assert.ok(!(relay.state().problem ?? '').includes('sesame'));
      const right = shellyBench({ generation, password: 'sesame' });
      right.tell('password sesame');
      right.relay.hold(right.clock.now() + 30);
      await right.pass(0.5);
      assert.deepEqual(right.relay.state(), CONFIRMED);
      const asked = right.requests.length;
      right.relay.hold(right.clock.now() + 30);
      await right.pass(0.5);
      assert.equal(right.requests.length, asked + 2, 'no challenge each time');
      assert.ok(requests.length > 0);
    });

    it('a Shelly that asks for a password where none is given says so', async () => {
      const { relay, clock, pass, tell } = shellyBench({ generation });
      tell('password sesame');
      relay.hold(clock.now() + 30);
      await pass(0.5);
      assert.match(relay.state().problem ?? '', /asks for a password; enter it/);
    });

    it('the other generation is told from this one', async () => {
      const other = shellyBench({ generation: generation === 1 ? 2 : 1 });
      const { relay, clock, pass, requests } = shellyBench({
        generation,
        answerer: (send) => other.board.connect(send),
      });
      relay.hold(clock.now() + 30);
      await pass(0.5);
      other.clock.advance(1);
      assert.match(
        relay.state().problem ?? '',
        new RegExp(`of generation ${generation === 1 ? 2 : 1}, not ${generation}`),
      );
      assert.deepEqual(requests, []);
      assert.deepEqual(other.edges, []);
    });

    it('closed, it does nothing more', async () => {
      const { relay, clock, pass, requests, contact } = shellyBench({ generation });
      relay.hold(clock.now() + 30);
      await pass(0.5);
      const heard = requests.length;
      relay.close();
      await pass(5);
      assert.equal(requests.length, heard);
      assert.equal(contact(), true, 'nothing is commanded at the end: its own timer goes on');
      await pass(30);
      assert.equal(contact(), false);
    });
  });
}

describe('a Shelly of generation 2 with a password', () => {
  it('a challenge that has become old is answered anew', async () => {
    const { relay, clock, pass, tell } = shellyBench({ generation: 2, password: 'sesame' });
    tell('password sesame');
    relay.hold(clock.now() + 30);
    await pass(0.5);
    tell('new-nonce');
    relay.hold(clock.now() + 30);
    await pass(0.5);
    assert.deepEqual(relay.state(), CONFIRMED);
  });
});
