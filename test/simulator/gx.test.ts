/** The simulated GX device, asked by an independent Modbus client over a socket, and its faults byte by byte. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import ModbusRTU from 'modbus-serial';
import { createGx } from '../../src/simulator/gx.ts';
import { listenTcp } from '../../src/simulator/listen.ts';
import { ManualClock } from '../support/manual-clock.ts';

function start() {
  const clock = new ManualClock();
  const edges: string[] = [];
  const device = createGx({
    clock,
    onEdge: ({ coil, closed, by }) => edges.push(`${coil}:${closed ? 'closed' : 'open'}:${by}`),
  });
  const answers: string[] = [];
  const peer = device.connect((data) => answers.push(Buffer.from(data).toString('hex')));
  const ask = (hex: string): string => {
    const before = answers.length;
    peer.receive(Buffer.from(hex.replaceAll(' ', ''), 'hex'));
    return answers.slice(before).join(' ');
  };
  return {
    clock,
    device,
    ask,
    answers,
    peer,
    moved: () => edges.splice(0),
    tell: (line: string) => assert.equal(device.command(line), null),
  };
}

const CLOSE_1 = '0001 0000 0006 64 06 0326 0001';
const READ_BOTH = '0002 0000 0006 64 03 0326 0002';
const both = (...values: number[]): string =>
  `000200000007640304${values.map((value) => value.toString(16).padStart(4, '0')).join('')}`;

describe('simulated GX device', () => {
  it('is used by an independent client', async () => {
    const { device, moved } = start();
    const listening = await listenTcp(device, { host: '127.0.0.1', port: 0 }, () => undefined);
    assert.ok(listening.ok);
    const client = new ModbusRTU();
    try {
      client.setTimeout(2000);
      client.setID(100);
      await client.connectTCP('127.0.0.1', { port: Number(listening.value.address.split(':').at(-1)) });
      await client.writeRegister(807, 1);
      assert.deepEqual((await client.readHoldingRegisters(806, 2)).data, [0, 1]);
      assert.deepEqual(moved(), ['1:closed:write']);
      await assert.rejects(client.readHoldingRegisters(805, 2), /Modbus exception 2/);
      await assert.rejects(client.writeRegister(808, 1), /Modbus exception 2/);
      await assert.rejects(client.writeRegister(806, 2), /Modbus exception 3/);
      await assert.rejects(client.readCoils(0, 1), /Modbus exception 1/);
      client.setID(1);
      await assert.rejects(client.readHoldingRegisters(806, 1), /Modbus exception 11/);
    } finally {
      await new Promise<void>((resolve) => client.close(() => resolve()));
      listening.value.close();
      device.close();
    }
  });

  it('puts a manual relay back where it was when power returns', () => {
    const { ask, tell, moved } = start();
    ask(CLOSE_1);
    moved();
    tell('power off');
    assert.deepEqual(moved(), ['0:open:power']);
    assert.equal(ask(READ_BOTH), '');
    tell('power on');
    assert.deepEqual(moved(), ['0:closed:write']);
    assert.equal(ask(READ_BOTH), both(1, 0));
  });

  it('with another function it opens relay 1 again after a second', () => {
    const { ask, tell, moved, clock } = start();
    tell('function other');
    ask(CLOSE_1);
    assert.equal(ask(READ_BOTH), both(1, 0));
    clock.advance(1);
    assert.deepEqual(moved(), ['0:closed:write', '0:open:write']);
    tell('function manual');
    ask(CLOSE_1);
    clock.advance(5);
    assert.deepEqual(moved(), ['0:closed:write']);
  });

  it('tells what it is told to tell, refuses, falls silent, sticks', () => {
    const { ask, tell, moved, clock, answers } = start();
    tell('tell 0 258');
    assert.equal(ask(READ_BOTH), both(258, 0));
    tell('tell 0 truth');
    assert.equal(ask(READ_BOTH), both(0, 0));
    tell('exceptions on');
    assert.equal(ask(CLOSE_1), '000100000003648604');
    tell('exceptions off');
    tell('dead');
    assert.equal(ask(CLOSE_1), '');
    tell('alive');
    assert.deepEqual(moved(), []);
    tell('stick 0 open');
    assert.equal(ask(CLOSE_1), '000100000006640603260001');
    assert.equal(ask(READ_BOTH), both(0, 0));
    tell('stick 0 free');
    assert.deepEqual(moved(), ['0:closed:fault']);
    tell('slow 1');
    assert.equal(ask(READ_BOTH), '');
    clock.advance(1);
    assert.equal(answers.at(-1), both(1, 0));
    tell('slow off');
    tell('garbage on');
    assert.notEqual(ask(READ_BOTH), both(1, 0));
  });

  it('never throws whatever comes, and leaves no timer', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 80 }), { maxLength: 8 }), (chunks) => {
        const { peer, device, clock } = start();
        for (const chunk of chunks) peer.receive(chunk);
        device.command('slow 3');
        device.command('function other');
        for (const chunk of chunks) peer.receive(chunk);
        device.close();
        assert.equal(clock.pending, 0);
      }),
      { numRuns: 300 },
    );
  });
});
