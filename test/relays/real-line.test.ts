/** A timed coil over a real socket, on real time: both framings, and a board that comes back. How long things take is proven on a clock moved by hand. */
import assert from 'node:assert/strict';
import { createBusRegistry, type BusRegistry } from '../../src/links/bus/registry.ts';
import { contactOutput } from '../../src/relays/contact.ts';
import { modbusCoil } from '../../src/relays/modbus-coil.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import type { CoilEdge } from '../../src/simulator/coils.ts';
import { listenTcp, type Listening } from '../../src/simulator/listen.ts';
import type { ContactBoard } from '../../src/simulator/device.ts';
import { createRelayBoard } from '../../src/simulator/relay-board.ts';
import { until } from '../support/wait.ts';

describe('a timed coil over a socket', function () {
  this.timeout(15_000);
  let board: ContactBoard;
  let listening: Listening;
  let buses: BusRegistry;
  const edges: CoilEdge[] = [];

  async function listen(port: number): Promise<Listening> {
    const result = await listenTcp(board, { host: '127.0.0.1', port }, () => undefined);
    assert.ok(result.ok, result.ok ? '' : result.text);
    return result.value;
  }
  const portOf = ({ address }: Listening): number => Number(address.split(':').at(-1));

  beforeEach(async () => {
    edges.length = 0;
    board = createRelayBoard({ clock: systemClock, onEdge: (edge) => edges.push(edge) });
    listening = await listen(0);
    buses = createBusRegistry(systemClock);
  });
  afterEach(() => {
    buses.closeAll();
    listening.close();
    board.close();
  });

  for (const kind of ['modbus-tcp', 'tcp'] as const) {
    it(`closes, is read back, and lets go on its own when the lease is not renewed (${kind})`, async () => {
      const port = portOf(listening);
      const claim = buses.modbus({ kind, path: listening.address, host: '127.0.0.1', port });
      assert.ok(claim.ok);
      const relay = contactOutput(
        modbusCoil({
          bus: claim.bus,
          unit: 1,
          coil: 3,
          timed: true,
          heldCoil: true,
        }),
        systemClock,
      );
      relay.hold(systemClock.now() + 1.6);
      await until('the contact to close', 1, () => (relay.state().verified ? true : null));
      assert.deepEqual(relay.state(), { commanded: true, actual: true, verified: true, problem: null, fault: null });
      await until('the board to let go', 2, () => (board.contacts()[3] ? null : true));
      const opened = edges.at(-1)!;
      assert.deepEqual([opened.coil, opened.closed, opened.by], [3, false, 'flash-end']);
      relay.close();
    });
  }

  it('a board that goes away and comes back on the same port is told again what holds', async () => {
    const port = portOf(listening);
    const claim = buses.modbus({ kind: 'tcp', path: listening.address, host: '127.0.0.1', port });
    assert.ok(claim.ok);
    const relay = contactOutput(
      modbusCoil({
        bus: claim.bus,
        unit: 1,
        coil: 0,
        timed: true,
        heldCoil: true,
      }),
      systemClock,
    );
    relay.hold(systemClock.now() + 30);
    await until('the contact to close', 1, () => (relay.state().verified ? true : null));
    listening.close();
    await until('the loss to be noticed', 2, () => (relay.state().problem === null ? null : true));
    assert.equal(relay.state().verified, false);
    assert.equal(board.command('power off'), null);
    assert.equal(board.command('power on'), null);
    listening = await listen(port);
    await until('the contact to close again', 5, () => (relay.state().verified ? true : null));
    assert.equal(board.contacts()[0], true);
    relay.close();
  });
});
