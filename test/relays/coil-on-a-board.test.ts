/** A coil on a real Modbus line with a simulated board behind it: what the contact does. */
import assert from 'node:assert/strict';
import { relayOnBoard, tell } from './support/relay-on-board.ts';

describe('a coil on a board', () => {
  it('follows, is read back, and moves only its own contact', async () => {
    const { relay, board, clock, pass } = relayOnBoard();
    relay.hold(clock.now() + 5);
    await pass(0.1);
    assert.deepEqual(board.contacts(), [false, true, false, false]);
    assert.deepEqual(relay.state(), { commanded: true, actual: true, verified: true, problem: null, fault: null });
    relay.release();
    await pass(0.1);
    assert.deepEqual(board.contacts(), [false, false, false, false]);
    assert.deepEqual(relay.state(), { commanded: false, actual: false, verified: true, problem: null, fault: null });
  });

  it('a renewed hold does not let the contact flutter', async () => {
    const { relay, clock, pass, edges } = relayOnBoard();
    for (let i = 0; i < 20; i++) {
      relay.hold(clock.now() + 5);
      await pass(0.9);
    }
    assert.equal(edges.length, 1);
  });

  it('opens by itself before the lease ends when nobody renews it: the host may be dead', async () => {
    const { relay, clock, pass, contact, edges } = relayOnBoard();
    const until = clock.now() + 5;
    relay.hold(until);
    await pass(4.3);
    assert.equal(contact(), true);
    await pass(0.7);
    assert.equal(contact(), false);
    assert.equal(edges.at(-1)!.by, 'flash-end');
  });

  it('opens by itself also when the line is cut in the middle of a lease', async () => {
    const { relay, clock, pass, contact, plugged } = relayOnBoard();
    relay.hold(clock.now() + 5);
    await pass(1);
    plugged(false);
    relay.hold(clock.now() + 5);
    relay.release();
    await pass(4.1);
    assert.equal(contact(), false);
  });

  for (const heldCoil of [true, false]) {
    it(`held with the coil ${heldCoil ? 'on' : 'off'}: released, ended and dead all leave it the other way`, async () => {
      const { relay, clock, pass, contact } = relayOnBoard({ heldCoil });
      relay.hold(clock.now() + 3);
      await pass(0.2);
      assert.equal(contact(), heldCoil);
      await pass(3);
      assert.equal(contact(), !heldCoil);
      relay.hold(clock.now() + 3);
      await pass(0.2);
      relay.release();
      await pass(0.2);
      assert.equal(contact(), !heldCoil);
      assert.deepEqual(relay.state(), { commanded: false, actual: false, verified: true, problem: null, fault: null });
    });
  }

  it('a release is repeated until the board comes back, and nothing is taken for granted meanwhile', async () => {
    const bench = relayOnBoard({ timed: false });
    const { relay, clock, pass, contact } = bench;
    relay.hold(clock.now() + 60);
    await pass(0.2);
    tell(bench, 'dead');
    relay.release();
    await pass(20);
    assert.equal(contact(), true, 'a plain coil stays as it was');
    assert.equal(relay.state().verified, false);
    assert.match(relay.state().problem ?? '', /\S/);
    tell(bench, 'alive');
    await pass(5);
    assert.equal(contact(), false);
    assert.deepEqual(relay.state(), { commanded: false, actual: false, verified: true, problem: null, fault: null });
  });

  it('a board that is deaf for 3 s does not open: alone on the line it is asked again at once', async () => {
    for (let tenth = 0; tenth < 10; tenth++) {
      const bench = relayOnBoard();
      const { relay, clock, pass, contact, edges } = bench;
      const renew = (): void => relay.hold(clock.now() + 5);
      renew();
      const stop = clock.every(1, renew);
      await pass(2 + tenth / 10);
      tell(bench, 'dead');
      await pass(3);
      tell(bench, 'alive');
      await pass(4);
      stop();
      assert.deepEqual([contact(), edges.length], [true, 1], `deaf from ${tenth / 10} s after a renewal`);
      assert.equal(relay.state().verified, true);
    }
  });

  it('a contact that is welded is a problem after three tries, in the direction it fails', async () => {
    const bench = relayOnBoard();
    const { relay, clock, pass } = bench;
    relay.hold(clock.now() + 5);
    await pass(0.2);
    tell(bench, 'stick 1 closed');
    relay.release();
    await pass(0.5);
    assert.deepEqual([relay.state().verified, relay.state().actual], [false, true], 'seen at once');
    await pass(2.5);
    assert.match(relay.state().problem ?? '', /commanded off, read back on/);
    tell(bench, 'stick 1 free');
    await pass(1.5);
    assert.equal(relay.state().problem, null);
  });

  it('a contact that never closes is a problem after three renewals', async () => {
    const bench = relayOnBoard();
    const { relay, clock, pass } = bench;
    tell(bench, 'stick 1 open');
    for (let i = 0; i < 3; i++) {
      relay.hold(clock.now() + 5);
      await pass(0.9);
    }
    assert.match(relay.state().problem ?? '', /commanded on, read back off/);
  });

  it('a line that comes back gets the newest word again: hold what is held, open what is not', async () => {
    const bench = relayOnBoard();
    const { relay, clock, pass, contact, plugged } = bench;
    relay.hold(clock.now() + 30);
    await pass(0.2);
    plugged(false);
    tell(bench, 'power off');
    tell(bench, 'power on');
    assert.equal(contact(), false);
    await pass(1);
    plugged(true);
    await pass(0.5);
    assert.equal(contact(), true);
    plugged(false);
    relay.release();
    await pass(0.5);
    plugged(true);
    await pass(1.2);
    assert.equal(contact(), false);
    assert.equal(relay.state().verified, true);
  });

  it('nothing is written before somebody asks: a board that holds a contact keeps it over our start', async () => {
    const first = relayOnBoard();
    first.relay.hold(first.clock.now() + 20);
    await first.pass(0.2);
    first.relay.close();
    const second = relayOnBoard({}, first);
    second.plugged(false);
    await second.pass(0.5);
    second.plugged(true);
    await second.pass(3);
    assert.equal(second.contact(), true);
    assert.equal(second.edges.length, 1);
  });

  it('closed, it does nothing more', async () => {
    const bench = relayOnBoard();
    const { relay, clock, pass } = bench;
    relay.hold(clock.now() + 5);
    await pass(0.2);
    relay.release();
    relay.close();
    const told = bench.edges.length;
    relay.hold(clock.now() + 60);
    await pass(10);
    assert.ok(bench.edges.slice(told).every((edge) => !edge.closed));
    assert.equal(bench.contact(), false, 'the last word was "open", and it was said');
  });

  it('two relays of one board: the trouble of one does not open the other', async function () {
    this.timeout(20_000);
    const stuck = relayOnBoard({ coil: 0 });
    const good = relayOnBoard({ coil: 2 }, stuck);
    stuck.relay.hold(stuck.clock.now() + 5);
    await stuck.pass(0.2);
    tell(stuck, 'stick 0 closed');
    stuck.relay.release();
    for (let i = 0; i < 40; i++) {
      good.relay.hold(stuck.clock.now() + 5);
      await stuck.pass(0.9, () => i > 0 && assert.equal(good.contact(), true, `after ${i} renewals`));
    }
    assert.equal(good.relay.state().problem, null);
  });
});
