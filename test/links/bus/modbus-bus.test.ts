import assert from 'node:assert/strict';
import type { ModbusBus, ModbusResult } from '../../../src/links/bus/bus.ts';
import { createModbusBus } from '../../../src/links/bus/modbus-bus.ts';
import { createModbusLine, type LineManners } from '../../../src/links/bus/modbus-line.ts';
import type { ModbusRequest } from '../../../src/links/bus/modbus-request.ts';
import { mannersFor } from '../../../src/links/bus/registry.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { mbapAnswer, mbapFrame, rtuAnswer, rtuException } from './support/device.ts';
import { bytes, createFakeTransport, type FakeTransport } from './support/fakes.ts';

const SERIAL: LineManners = mannersFor({
  kind: 'serial',
  path: '/dev/fake',
  line: { baudRate: 9600, dataBits: 8, parity: 'none', stopBits: 1 },
});
const BRIDGE: LineManners = mannersFor({ kind: 'tcp', path: 'tcp://bridge:1', host: 'bridge', port: 1 });
const MBAP: LineManners = mannersFor({ kind: 'modbus-tcp', path: 'tcp://board:502', host: 'board', port: 502 });

/** An answer plus a bit more than the longest ordinary pause after it. */
const SOON = 0.006;
const read = (unit: number, address = 0, count = 8): ModbusRequest => ({ fn: 1, unit, address, count });
const write = (unit: number, address: number, value: number): ModbusRequest => ({ fn: 5, unit, address, value });

interface Bench {
  readonly clock: ManualClock;
  readonly transport: FakeTransport;
  readonly bus: ModbusBus;
  close(): void;
}

function bench(manners: LineManners): Bench {
  const clock = new ManualClock();
  const transport = createFakeTransport(clock);
  const line = createModbusLine(transport, manners, clock);
  return { clock, transport, bus: createModbusBus(line, transport, () => {}), close: () => line.close() };
}

/** Lets every promise that can settle do so. */
function flush(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

async function state<T>(promise: Promise<T>): Promise<T | 'pending'> {
  await flush();
  return Promise.race([promise, Promise.resolve('pending' as const)]);
}

async function reason(promise: Promise<ModbusResult<unknown>>): Promise<string> {
  const result = await state(promise);
  return result === 'pending' ? result : result.ok ? 'ok' : result.reason;
}

/** Somebody else uses the line too: unit 1 is asked, and answers. */
async function askAnother(b: Bench): Promise<void> {
  const result = b.bus.readCoils(1, 0, 8);
  b.transport.hear(rtuAnswer(read(1)));
  assert.equal(await reason(result), 'ok');
  b.clock.advance(SOON);
}

/** Lets a unit miss an answer and the pauses after it pass. */
async function missOne(b: Bench, unit: number): Promise<void> {
  const result = b.bus.writeCoil(unit, 0, true);
  b.clock.advance(1.2);
  assert.equal(await reason(result), 'timeout');
}

describe('modbus bus: one request at a time', () => {
  it('asks, takes the answer, and leaves the gap of the line before it asks again', async () => {
    const b = bench(SERIAL);
    const first = b.bus.readCoils(1, 0, 8);
    const second = b.bus.writeCoilValue(1, 0x200, 7);
    assert.deepEqual(b.transport.written, ['0101000000083dcc']);
    b.clock.advance(0.03);
    b.transport.hear(bytes('01 01 01 05 91 8B'));
    assert.deepEqual(await state(first), { ok: true, value: [true, false, true, false, false, false, false, false] });
    b.clock.advance(0.0035); // 3.5 characters of 11 bits at 9600 baud are 4.01 ms
    assert.equal(b.transport.written.length, 1);
    b.clock.advance(0.002);
    assert.deepEqual(b.transport.written.slice(1), ['0105020000078db0']);
    b.transport.hear(bytes('01 05 02 00 00 07 8D B0'));
    assert.deepEqual(await state(second), { ok: true, value: true });
    b.close();
    assert.equal(b.clock.pending, 0);
  });

  it('knows the gaps of lines: 3.5 characters, 1.75 ms above 19200 baud, 5 ms through a bridge', () => {
    const gap = (baudRate: number): number =>
      mannersFor({ kind: 'serial', path: '/dev/x', line: { baudRate, dataBits: 8, parity: 'none', stopBits: 1 } }).gap;
    assert.equal(gap(19_200).toFixed(5), '0.00201');
    assert.equal(gap(1200).toFixed(4), '0.0321');
    assert.equal(gap(115_200), 0.001_75);
    assert.equal(BRIDGE.gap, 0.005);
  });

  it('offers every function', async () => {
    const b = bench(MBAP);
    const [inputs, holding, input] = [
      b.bus.readInputs(1, 0, 3),
      b.bus.readHoldingRegisters(1, 0, 2),
      b.bus.readInputRegisters(1, 5, 1),
    ];
    const writes = [
      b.bus.writeCoil(1, 2, false),
      b.bus.writeCoils(1, 0, [true]),
      b.bus.writeRegister(1, 9, 7),
      b.bus.writeRegisters(1, 9, [7, 8]),
    ];
    const asked: ModbusRequest[] = [
      { fn: 2, unit: 1, address: 0, count: 3 },
      { fn: 3, unit: 1, address: 0, count: 2 },
      { fn: 4, unit: 1, address: 5, count: 1 },
      { fn: 5, unit: 1, address: 2, value: 0 },
      { fn: 15, unit: 1, address: 0, values: [true] },
      { fn: 6, unit: 1, address: 9, value: 7 },
      { fn: 16, unit: 1, address: 9, values: [7, 8] },
    ];
    asked.forEach((request, i) => b.transport.hear(mbapAnswer(request, i + 1, 3)));
    assert.deepEqual(await state(inputs), { ok: true, value: [true, false, true] });
    assert.deepEqual(await state(holding), { ok: true, value: [0x5d6e, 0x7f90] });
    assert.deepEqual(await state(input), { ok: true, value: [0x5d6e] });
    for (const done of writes) assert.deepEqual(await state(done), { ok: true, value: true });
    b.close();
  });

  it('puts an answer together from pieces, behind noise', async () => {
    const b = bench(SERIAL);
    const result = b.bus.readCoils(1, 0, 8);
    for (const piece of ['00', 'FF 01', '01 01 01', '05', '91']) b.transport.hear(bytes(piece));
    assert.equal(await reason(result), 'pending');
    b.transport.hear(bytes('8B'));
    assert.equal(await reason(result), 'ok');
    b.close();
  });

  it('gives an exception with its code', async () => {
    const b = bench(SERIAL);
    const result = b.bus.writeCoil(1, 0, true);
    b.transport.hear(rtuException(write(1, 0, 0xff00), 2));
    assert.deepEqual(await state(result), {
      ok: false,
      reason: 'exception',
      text: 'unit 1 refused: illegal address (exception 2)',
      code: 2,
    });
    b.close();
  });

  it('gives up after the time-out and the time the bytes take on the wire', async () => {
    const b = bench(SERIAL);
    const result = b.bus.readCoils(1, 0, 8);
    b.clock.advance(1.01);
    assert.equal(await reason(result), 'pending');
    b.clock.advance(0.01); // 14 bytes at 9600 baud are 16 ms
    assert.deepEqual(await state(result), { ok: false, reason: 'timeout', text: 'unit 1 did not answer within 1 s' });
    b.close();
    assert.equal(b.clock.pending, 0);
  });

  it('tells noise and strangers from silence', async () => {
    const b = bench(SERIAL);
    const noisy = b.bus.writeCoil(1, 0, true);
    b.transport.hear(bytes('12 34 56'));
    b.clock.advance(1.1);
    assert.equal(await reason(noisy), 'line');
    const stranger = b.bus.writeCoil(1, 0, true);
    b.clock.advance(SOON);
    b.transport.hear(rtuAnswer(write(2, 0, 0xff00)));
    b.clock.advance(1.1);
    assert.equal(await reason(stranger), 'mismatch');
    b.close();
  });

  it('never sends what Modbus does not have', async () => {
    const b = bench(SERIAL);
    assert.equal(await reason(b.bus.readCoils(1, 0, 0)), 'request');
    assert.equal(await reason(b.bus.writeCoilValue(1, 0, 70_000)), 'request');
    assert.equal(await reason(b.bus.writeCoil(0, 0, true)), 'request');
    assert.deepEqual(b.transport.written, []);
    b.close();
  });
});

describe('modbus bus: late answers', () => {
  it('throws away what comes after a time-out, and waits for the line to fall quiet', async () => {
    const b = bench(SERIAL);
    const first = b.bus.writeCoil(1, 0, true);
    b.clock.advance(1.02);
    assert.equal(await reason(first), 'timeout');
    const second = b.bus.writeCoil(1, 1, true);
    b.clock.advance(0.04);
    b.transport.hear(rtuAnswer(write(1, 0, 0xff00))); // the late answer, in the pause
    b.clock.advance(0.045);
    assert.equal(b.transport.written.length, 1);
    b.clock.advance(0.01);
    assert.equal(b.transport.written.length, 2);
    assert.equal(await reason(second), 'pending');
    b.transport.hear(rtuAnswer(write(1, 1, 0xff00)));
    assert.equal(await reason(second), 'ok');
    b.close();
  });

  it('does not take a late echo for the echo of another coil or value', async () => {
    const b = bench(SERIAL);
    const first = b.bus.writeCoil(1, 0, true);
    b.clock.advance(1.1);
    assert.equal(await reason(first), 'timeout');
    const open = b.bus.writeCoil(1, 0, false);
    b.transport.hear(rtuAnswer(write(1, 0, 0xff00)));
    assert.equal(await reason(open), 'pending');
    b.transport.hear(rtuAnswer(write(1, 0, 0)));
    assert.equal(await reason(open), 'ok');
    b.close();
  });

  it('sends no other read to a unit while its answer to an earlier one may still come: RTU cannot tell them apart', async () => {
    const b = bench(SERIAL);
    const low = b.bus.readHoldingRegisters(1, 0, 8);
    b.clock.advance(1.05);
    assert.equal(await reason(low), 'timeout');
    const high = b.bus.readHoldingRegisters(1, 100, 8);
    const other = b.bus.readHoldingRegisters(2, 0, 8);
    b.clock.advance(0.1);
    assert.deepEqual(
      b.transport.written.slice(1).map((frame) => frame.slice(0, 2)),
      ['02'],
    ); // unit 2 is not held up
    b.transport.hear(rtuAnswer({ fn: 3, unit: 1, address: 0, count: 8 }, 1)); // unit 1 answers the first read at last
    b.transport.hear(rtuAnswer({ fn: 3, unit: 2, address: 0, count: 8 }, 2));
    assert.equal(await reason(other), 'ok');
    assert.equal(await reason(high), 'pending');
    b.clock.advance(0.9);
    assert.equal(b.transport.written.length, 3);
    b.transport.hear(rtuAnswer({ fn: 3, unit: 1, address: 100, count: 8 }, 3));
    const result = await state(high);
    assert.ok(result !== 'pending' && result.ok);
    assert.equal(result.value[0], 0x5d * 256 + 0x6e);
    b.close();
  });

  it('reads again at once after a garbled answer: that was the answer, no other can come', async () => {
    const b = bench(SERIAL);
    const garbled = b.bus.readCoils(1, 0, 8);
    b.transport.hear(bytes('01 01 01 04 91 8B'));
    b.clock.advance(1.1);
    assert.equal(await reason(garbled), 'line');
    void b.bus.readCoils(1, 8, 8);
    assert.equal(b.transport.written.length, 2);
    const glitched = bench(SERIAL);
    void glitched.bus.readCoils(1, 0, 8);
    glitched.transport.hear(bytes('FF')); // a glitch is no answer: it may still come
    glitched.clock.advance(1.1);
    void glitched.bus.readCoils(1, 8, 8);
    glitched.clock.advance(0.1);
    assert.equal(glitched.transport.written.length, 1);
    b.close();
    glitched.close();
  });

  it('tells late answers by their number on Modbus TCP, and asks again without waiting', async () => {
    const b = bench(MBAP);
    const first = b.bus.readCoils(1, 0, 8);
    b.clock.advance(1);
    assert.equal(await reason(first), 'timeout');
    const second = b.bus.readCoils(1, 8, 8);
    assert.equal(b.transport.written.length, 2);
    b.transport.hear(mbapAnswer(read(1), 1, 1));
    assert.equal(await reason(second), 'pending');
    b.transport.hear(mbapAnswer(read(1, 8), 2, 0));
    assert.deepEqual(await state(second), { ok: true, value: Array.from({ length: 8 }, () => false) });
    b.close();
  });

  it('ends at once when an answer with the right number does not fit', async () => {
    const b = bench(MBAP);
    const result = b.bus.writeCoil(1, 0, true);
    b.transport.hear(mbapAnswer(write(1, 1, 0xff00), 1));
    assert.equal(await reason(result), 'mismatch');
    b.close();
  });

  it('asks all the same on a line that never falls quiet', async () => {
    const b = bench(SERIAL);
    await missOne(b, 1);
    const stopNoise = b.clock.every(0.01, () => b.transport.hear(bytes('00')));
    b.clock.advance(0.02);
    const result = b.bus.writeCoil(1, 0, false, { urgent: true });
    b.clock.advance(0.45);
    assert.equal(b.transport.written.length, 1);
    b.clock.advance(0.06);
    assert.equal(b.transport.written.length, 2);
    b.transport.hear(rtuAnswer(write(1, 0, 0)));
    assert.equal(await reason(result), 'ok');
    stopNoise();
    b.close();
  });
});

describe('modbus bus: the queue', () => {
  it('holds 16 requests; one more is refused at once, an urgent one never', async () => {
    const b = bench(SERIAL);
    const under = b.bus.readCoils(1, 0, 8);
    const waiting = Array.from({ length: 16 }, () => b.bus.readCoils(1, 0, 8));
    const tooMany = await state(b.bus.readCoils(1, 0, 8));
    assert.deepEqual(tooMany, { ok: false, reason: 'line', text: 'queue full' });
    const urgent = b.bus.writeCoil(1, 3, false, { urgent: true });
    assert.equal(await reason(urgent), 'pending');
    for (const one of [under, ...waiting]) assert.equal(await reason(one), 'pending');
    b.transport.hear(rtuAnswer(read(1)));
    b.clock.advance(SOON);
    assert.equal(b.transport.written[1], Buffer.from(rtuAnswer(write(1, 3, 0))).toString('hex'));
    b.close();
    assert.equal(await reason(waiting[15] as Promise<ModbusResult<boolean[]>>), 'not-open');
  });

  it('has room for the opening of every coil of two 32-channel boards, and no more', async () => {
    const b = bench(SERIAL);
    const openings = Array.from({ length: 66 }, (_, i) =>
      b.bus.writeCoil(1 + (i >> 5), i & 31, false, { urgent: true }),
    );
    const results = await Promise.all(openings.map(reason));
    assert.deepEqual([results.filter((r) => r === 'pending').length, results[65]], [65, 'line']);
    b.close();
  });

  it('takes every waiting write to the same unit off the queue when an urgent write comes: no older "close" after an "open"', async () => {
    const b = bench(SERIAL);
    const under = b.bus.readCoils(1, 0, 8);
    const flash = b.bus.writeCoilValue(1, 0x203, 50);
    const otherUnit = b.bus.writeCoilValue(2, 0x203, 50);
    const readBack = b.bus.readCoils(1, 0, 8);
    const open = b.bus.writeCoil(1, 3, false, { urgent: true });
    assert.equal(await reason(flash), 'line');
    b.transport.hear(rtuAnswer(read(1)));
    b.clock.advance(SOON);
    b.transport.hear(rtuAnswer(write(1, 3, 0)));
    b.clock.advance(SOON);
    b.transport.hear(rtuAnswer(write(2, 0x203, 50)));
    b.clock.advance(SOON);
    b.transport.hear(rtuAnswer(read(1)));
    for (const done of [under, open, otherUnit, readBack]) assert.equal(await reason(done), 'ok');
    assert.deepEqual(
      b.transport.written.map((frame) => frame.slice(0, 8)),
      ['01010000', '01050003', '02050203', '01010000'],
    );
    b.close();
  });

  it('does not send a renewal after its permission has ended', async () => {
    const b = bench(SERIAL);
    const dead = b.bus.writeCoil(9, 0, false);
    const renewal = b.bus.writeCoilValue(1, 0x200, 50, { notAfter: b.clock.now() + 0.5 });
    const broken = b.bus.writeCoilValue(1, 0x201, 50, { notAfter: Number.NaN });
    const still = b.bus.writeCoilValue(1, 0x202, 50, { notAfter: b.clock.now() + 2 });
    b.clock.advance(1.2);
    assert.equal(await reason(dead), 'timeout');
    assert.equal(await reason(renewal), 'line');
    assert.equal(await reason(broken), 'line');
    assert.deepEqual(
      b.transport.written.map((frame) => frame.slice(0, 8)),
      ['09050000', '01050202'],
    );
    b.transport.hear(rtuAnswer(write(1, 0x202, 50)));
    assert.equal(await reason(still), 'ok');
    b.close();
  });

  it('lets nothing ordinary wait longer than 5 s', async () => {
    const b = bench(SERIAL);
    const waiting = Array.from({ length: 10 }, (_, i) => b.bus.writeCoil(10 + i, 0, true));
    b.clock.advance(20);
    const results = await Promise.all(waiting.map(reason));
    assert.deepEqual(
      results.slice(0, 5),
      Array.from({ length: 5 }, () => 'timeout'),
    );
    assert.deepEqual(
      results.slice(5),
      Array.from({ length: 5 }, () => 'line'),
    );
    assert.equal(b.transport.written.length, 5);
    b.close();
  });
});

describe('modbus bus: silent units', () => {
  it('asks a unit that was silent three times only once in 2 s while others use the line, and says so at once', async () => {
    const b = bench(SERIAL);
    for (let i = 0; i < 3; i += 1) await missOne(b, 9);
    await askAnother(b);
    const sent = b.transport.written.length;
    const refused = await state(b.bus.writeCoil(9, 0, true));
    assert.ok(refused !== 'pending' && !refused.ok && refused.reason === 'timeout');
    assert.match(refused.text, /unit 9 keeps silent; it is asked again in 1\.\d s/);
    assert.equal(b.transport.written.length, sent);
    b.clock.advance(2);
    const probe = b.bus.writeCoil(9, 0, true);
    const behind = b.bus.writeCoil(9, 0, true);
    b.clock.advance(1.2);
    assert.equal(await reason(probe), 'timeout');
    assert.equal(await reason(behind), 'timeout');
    assert.equal(b.transport.written.length, sent + 1);
    b.close();
  });

  it('asks a silent unit again and again while nobody else uses the line, from 10 s after the last of them', async () => {
    const b = bench(SERIAL);
    for (let i = 0; i < 6; i += 1) await missOne(b, 9);
    assert.equal(b.transport.written.length, 6);
    await askAnother(b);
    b.clock.advance(9.98);
    // A probe: its silence starts the next 2 s.
    await missOne(b, 9);
    assert.equal(b.transport.written.length, 8);
    for (let i = 0; i < 3; i += 1) await missOne(b, 9);
    assert.equal(b.transport.written.length, 11);
    b.close();
  });

  it('a silent unit that already waits makes room for another that comes', async () => {
    const b = bench(SERIAL);
    for (let i = 0; i < 2; i += 1) await missOne(b, 9);
    const last = b.bus.writeCoil(9, 0, true);
    const waiting = b.bus.writeCoil(9, 1, true);
    const other = b.bus.readCoils(1, 0, 8);
    b.clock.advance(1.2);
    assert.deepEqual([await reason(last), await reason(waiting)], ['timeout', 'timeout']);
    assert.equal(b.transport.written.at(-1)?.slice(0, 2), '01');
    assert.equal(await reason(other), 'pending');
    b.close();
  });

  it('relays that are renewed in step with those of a dead unit go on being renewed', async () => {
    const b = bench(SERIAL);
    let renewed = 0;
    let longest = 0;
    let last = b.clock.now();
    /** As a relay does it: one renewal at a time, the next at once when it was asked for meanwhile. */
    const relay = (unit: number, heard: () => void) => {
      let busy = false;
      let dirty = false;
      const renew = (): void => {
        dirty = busy;
        if (busy) return;
        busy = true;
        void b.bus.writeCoil(unit, 0, true, { notAfter: b.clock.now() + 0.5 }).then((result) => {
          busy = false;
          if (result.ok) heard();
          if (dirty) renew();
        });
      };
      return renew;
    };
    const dead = relay(9, () => assert.fail('a dead unit does not answer'));
    const good = relay(1, () => {
      renewed += 1;
      longest = Math.max(longest, b.clock.now() - last);
      last = b.clock.now();
    });
    let seen = 0;
    for (let i = 0; i < 6000; i += 1) {
      if (i % 100 === 0) {
        dead();
        good();
      }
      b.clock.advance(0.01);
      await flush();
      for (const frame of b.transport.written.slice(seen)) {
        if (frame.startsWith('01')) b.clock.after(0.03, () => b.transport.hear(rtuAnswer(write(1, 0, 0xff00))));
      }
      seen = b.transport.written.length;
    }
    assert.ok(renewed > 20, `renewed ${renewed} times in a minute`);
    assert.ok(longest < 4.5, `not renewed for ${longest.toFixed(2)} s: a lease of 5 s would have ended`);
    b.close();
  });

  it('says so at once even while the line is busy with another unit', async () => {
    const b = bench(SERIAL);
    for (let i = 0; i < 3; i += 1) await missOne(b, 9);
    const other = b.bus.readCoils(1, 0, 8);
    assert.equal(await reason(b.bus.writeCoil(9, 0, true)), 'timeout');
    assert.equal(await reason(other), 'pending');
    b.close();
  });

  it('opens the relays of units that answer before those of a silent one', async () => {
    const b = bench(SERIAL);
    for (let i = 0; i < 3; i += 1) await missOne(b, 9);
    const sent = b.transport.written.length;
    void b.bus.readCoils(1, 0, 8);
    void b.bus.writeCoil(9, 0, false, { urgent: true });
    void b.bus.writeCoil(2, 0, false, { urgent: true });
    b.clock.advance(SOON);
    b.transport.hear(rtuAnswer(read(1)));
    b.clock.advance(SOON);
    b.transport.hear(rtuAnswer(write(2, 0, 0)));
    b.clock.advance(SOON);
    assert.deepEqual(
      b.transport.written.slice(sent).map((frame) => frame.slice(0, 2)),
      ['01', '02', '09'],
    );
    b.close();
  });

  it('forgives at the first answer, an exception too', async () => {
    const b = bench(SERIAL);
    for (let i = 0; i < 3; i += 1) await missOne(b, 9);
    b.clock.advance(2);
    const probe = b.bus.writeCoil(9, 0, true);
    b.transport.hear(rtuException(write(9, 0, 0xff00), 2));
    assert.equal(await reason(probe), 'exception');
    b.clock.advance(SOON);
    await missOne(b, 9);
    assert.equal(await reason(b.bus.writeCoil(9, 0, true)), 'pending');
    b.close();
  });

  it('counts a gateway that finds nobody as silence of the unit', async () => {
    const b = bench(MBAP);
    for (let i = 1; i <= 3; i += 1) {
      const result = b.bus.writeCoil(9, 0, true);
      b.transport.hear(mbapFrame(i, 9, [0x85, 11]));
      assert.equal(await reason(result), 'exception');
    }
    void b.bus.readCoils(1, 0, 8);
    assert.equal(await reason(b.bus.writeCoil(9, 0, true)), 'timeout');
    b.close();
  });

  it('opens a relay all the same: urgent goes first and knows no back-off', async () => {
    const b = bench(SERIAL);
    for (let i = 0; i < 3; i += 1) await missOne(b, 9);
    const sent = b.transport.written.length;
    const open = b.bus.writeCoil(9, 0, false, { urgent: true });
    b.clock.advance(SOON);
    assert.equal(b.transport.written.length, sent + 1);
    b.transport.hear(rtuAnswer(write(9, 0, 0)));
    assert.equal(await reason(open), 'ok');
    b.close();
  });

  it('one dead unit of 16 does not starve the others: each is heard again within two rounds', async () => {
    const b = bench(SERIAL);
    const heard = new Map<number, number>();
    let oldest = 0;
    const answer = (frame: string): void => {
      const unit = Number.parseInt(frame.slice(0, 2), 16);
      if (unit !== 16) b.clock.after(0.03, () => b.transport.hear(rtuAnswer(read(unit))));
    };
    let seen = 0;
    const stop = b.clock.every(0.001, () => {
      for (; seen < b.transport.written.length; seen += 1) answer(b.transport.written[seen] as string);
    });
    for (let round = 0; round < 20; round += 1) {
      const all = Array.from({ length: 16 }, (_, i) => b.bus.readCoils(i + 1, 0, 8));
      b.clock.advance(2);
      const results = await Promise.all(all.map(reason));
      results.forEach((result, i) => {
        if (result === 'ok') heard.set(i + 1, b.clock.now());
      });
      for (let unit = 1; unit <= 15; unit += 1) oldest = Math.max(oldest, b.clock.now() - (heard.get(unit) ?? 0));
    }
    assert.equal(heard.size, 15);
    assert.equal(oldest, 0);
    stop();
    b.close();
  });

  it('does not let the repeated opening of a dead unit starve the renewals of the others', async () => {
    const b = bench(SERIAL);
    let seen = 0;
    let renewals = 0;
    let openings = 0;
    const stop = b.clock.every(0.001, () => {
      for (; seen < b.transport.written.length; seen += 1) {
        const frame = b.transport.written[seen] as string;
        if (frame.startsWith('09')) openings += 1;
        else b.clock.after(0.03, () => b.transport.hear(rtuAnswer(write(1, 0x200, 50))));
      }
    });
    const stopOpening = b.clock.every(0.5, () => void b.bus.writeCoil(9, 0, false, { urgent: true }));
    for (let second = 0; second < 20; second += 1) {
      const renewal = b.bus.writeCoilValue(1, 0x200, 50, { notAfter: b.clock.now() + 4 });
      b.clock.advance(1);
      await flush();
      void renewal.then((result) => (renewals += result.ok ? 1 : 0));
    }
    b.clock.advance(2);
    await flush();
    assert.ok(renewals >= 15, `${renewals} of 20 renewals got through`);
    assert.ok(openings >= 12, `${openings} openings`);
    stop();
    stopOpening();
    b.close();
  });
});

describe('modbus bus: the line goes and comes', () => {
  it('fails at once while the line is down, with its reason', async () => {
    const b = bench(SERIAL);
    b.transport.become('lost', 'no such port: /dev/fake');
    assert.deepEqual(await state(b.bus.readCoils(1, 0, 8)), {
      ok: false,
      reason: 'not-open',
      text: 'no such port: /dev/fake',
    });
    assert.deepEqual(b.bus.status(), { state: 'lost', problem: 'no such port: /dev/fake' });
    b.close();
  });

  it('fails what waits and what is under way when the line is lost, and works again when it is back', async () => {
    const b = bench(SERIAL);
    const under = b.bus.readCoils(1, 0, 8);
    const waiting = b.bus.writeCoil(1, 0, false, { urgent: true });
    b.transport.become('lost', 'unplugged');
    assert.equal(await reason(under), 'not-open');
    assert.equal(await reason(waiting), 'not-open');
    assert.equal(b.clock.pending, 0);
    b.transport.become('open');
    b.transport.hear(rtuAnswer(read(1)));
    const again = b.bus.readCoils(1, 0, 8);
    b.clock.advance(SOON);
    b.transport.hear(rtuAnswer(read(1)));
    assert.equal(await reason(again), 'ok');
    b.close();
  });

  it('says so when the line takes no bytes, and goes on to the next request', async () => {
    const b = bench(SERIAL);
    b.transport.takesBytes = false;
    assert.equal(await reason(b.bus.readCoils(1, 0, 8)), 'line');
    b.transport.takesBytes = true;
    const next = b.bus.readCoils(1, 0, 8);
    assert.equal(await reason(next), 'pending');
    assert.equal(b.transport.written.length, 1);
    b.close();
  });

  it('makes a fresh network connection when nothing at all has answered for 10 s', async () => {
    for (const manners of [BRIDGE, MBAP]) {
      const b = bench(manners);
      b.transport.become('open');
      const stop = b.clock.every(0.7, () => void b.bus.writeCoil(1, 0, false, { urgent: true }));
      b.clock.advance(9);
      assert.deepEqual(b.transport.reopened, []);
      b.clock.advance(3);
      assert.deepEqual(b.transport.reopened, ['nothing has answered at /dev/fake for 10 s']);
      stop();
      b.close();
    }
  });

  it('does not take a rarely used connection for a dead one', async () => {
    const b = bench(MBAP);
    b.transport.become('open');
    for (let i = 0; i < 8; i += 1) {
      await missOne(b, i % 4); // four units of which each is silent once in a while
      const answered = b.bus.readCoils(7, 0, 8);
      b.transport.hear(mbapAnswer(read(7), 2 * i + 2));
      assert.equal(await reason(answered), 'ok');
      b.clock.advance(11);
    }
    assert.deepEqual(b.transport.reopened, []);
    b.close();
  });

  it('leaves a serial port open however silent the units are: opening it may reset a board', () => {
    const b = bench(SERIAL);
    const stop = b.clock.every(0.7, () => void b.bus.writeCoil(1, 0, false, { urgent: true }));
    b.clock.advance(120);
    assert.deepEqual(b.transport.reopened, []);
    stop();
    b.close();
  });

  it('drops a connection on which something else than Modbus TCP talks', async () => {
    const b = bench(MBAP);
    const result = b.bus.readCoils(1, 0, 8);
    b.transport.hear(Buffer.from('SSH-2.0-OpenSSH_9.2p1\r\n'));
    assert.equal(await reason(result), 'not-open');
    assert.deepEqual(b.transport.reopened, ['what answers at /dev/fake is no Modbus TCP']);
    b.close();
  });

  it('closes without leaving a timer or a promise behind', async () => {
    for (const manners of [SERIAL, BRIDGE, MBAP]) {
      const b = bench(manners);
      await missOne(b, 1);
      const waiting = [
        b.bus.readCoils(1, 0, 8),
        b.bus.readCoils(2, 0, 8),
        b.bus.writeCoil(1, 0, false, { urgent: true }),
      ];
      b.close();
      b.close();
      for (const result of waiting) assert.equal(await reason(result), 'not-open');
      assert.equal(await reason(b.bus.readCoils(1, 0, 8)), 'not-open');
      assert.equal(b.clock.pending, 0);
    }
  });

  it('sends what waits in a handle that is given back: the last word of a relay is "open"', async () => {
    const b = bench(SERIAL);
    const under = b.bus.readCoils(1, 0, 8);
    const open = b.bus.writeCoil(1, 0, false, { urgent: true });
    b.bus.release();
    assert.equal(b.bus.status().state, 'closed');
    assert.equal(await reason(b.bus.readCoils(1, 0, 8)), 'not-open');
    b.transport.hear(rtuAnswer(read(1)));
    b.clock.advance(SOON);
    b.transport.hear(rtuAnswer(write(1, 0, 0)));
    assert.equal(await reason(under), 'ok');
    assert.equal(await reason(open), 'ok');
    b.close();
  });
});
