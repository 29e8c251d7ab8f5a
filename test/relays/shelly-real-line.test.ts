/** A Shelly over a real socket, on real time. How long things take is proven on a clock moved by hand. */
import assert from 'node:assert/strict';
import { createBusRegistry, type BusRegistry } from '../../src/links/bus/registry.ts';
import { openOutput } from '../../src/relays/open-output.ts';
import type { RelayOutput } from '../../src/relays/relay.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { listenTcp, type Listening } from '../../src/simulator/listen.ts';
import type { ContactBoard } from '../../src/simulator/device.ts';
import { createShelly } from '../../src/simulator/shelly.ts';
import { until } from '../support/wait.ts';

describe('a Shelly over a socket', function () {
  this.timeout(15_000);
  let buses: BusRegistry;
  let board: ContactBoard;
  let listening: Listening;
  let relay: RelayOutput;

  async function listen(port: number): Promise<Listening> {
    const result = await listenTcp(board, { host: '127.0.0.1', port }, () => undefined);
    assert.ok(result.ok, result.ok ? '' : result.text);
    return result.value;
  }

  async function start(generation: 1 | 2, password: string): Promise<number> {
    board = createShelly({ clock: systemClock, generation });
    listening = await listen(0);
    const address = listening.address.replace('tcp://', '');
    const spec = { board: `shelly-gen${generation}`, address, channel: 3, heldOn: true, password } as const;
    const opened = openOutput(spec, { clock: systemClock, buses });
    assert.ok(opened.ok);
    relay = opened.output;
    return Number(address.split(':').at(-1));
  }

  beforeEach(() => {
    buses = createBusRegistry(systemClock);
  });
  afterEach(() => {
    relay.close();
    listening.close();
    board.close();
    buses.closeAll();
  });

  for (const generation of [1, 2] as const) {
    it(`generation ${generation}: closes its third channel, is read back, and lets go when told and on its own`, async () => {
      await start(generation, 'sesame');
      assert.equal(board.command('password sesame'), null);
      relay.hold(systemClock.now() + 30);
      await until('the contact to close', 3, () => (relay.state().verified ? true : null));
      assert.deepEqual(board.contacts(), [false, false, true, false]);
      relay.release();
      await until('the contact to open', 3, () => (relay.state().verified ? true : null));
      assert.deepEqual(board.contacts(), [false, false, false, false]);
      relay.hold(systemClock.now() + 2.5);
      await until('the contact to close', 3, () => (board.contacts()[2] ? true : null));
      await until('the Shelly to let go', 3, () => (board.contacts()[2] ? null : true));
    });
  }

  it('one that goes away and comes back at the same address is told again what holds', async () => {
    const port = await start(2, '');
    relay.hold(systemClock.now() + 60);
    await until('the contact to close', 3, () => (relay.state().verified ? true : null));
    listening.close();
    assert.equal(board.command('power off'), null);
    relay.hold(systemClock.now() + 60);
    await until('the loss to be noticed', 4, () => (relay.state().fault === 'lost' ? true : null));
    assert.match(relay.state().problem ?? '', /nothing answers HTTP at 127\.0\.0\.1/);
    assert.equal(board.command('power on'), null);
    listening = await listen(port);
    relay.hold(systemClock.now() + 60);
    await until('the contact to close again', 4, () => (relay.state().verified ? true : null));
    assert.equal(board.contacts()[2], true);
  });
});
