import assert from 'node:assert/strict';
import { createSmartbms123, type Smartbms123Options } from '../../src/simulator/123smartbms.ts';
import { constantFlow } from '../../src/simulator/flow.ts';
import { createPack, type PackOptions } from '../../src/simulator/pack.ts';
import { ManualClock } from '../support/manual-clock.ts';

/** A decoder of its own, straight from the table of the protocol document: it shares nothing with the simulator. */
function decode(frame: Uint8Array) {
  const view = Buffer.from(frame);
  const current = (at: number) => {
    const sign = { '+': 1, '-': -1 }[String.fromCharCode(view.readUInt8(at))];
    return sign === undefined ? null : sign * view.readUInt16BE(at + 1) * 0.125;
  };
  const volts = (at: number) => view.readUInt16BE(at) / 200;
  return {
    voltage: view.readUIntBE(0, 3) / 200,
    signs: [view.readUInt8(3), view.readUInt8(6), view.readUInt8(9)],
    currentIn: current(3),
    currentOut: current(6),
    current: current(9),
    lowest: [volts(12), view.readUInt8(14)],
    highest: [volts(15), view.readUInt8(17)],
    coldest: [view.readUInt16BE(18), view.readUInt8(20)],
    hottest: [view.readUInt16BE(21), view.readUInt8(23)],
    cell: view.readUInt8(24),
    cells: view.readUInt8(25),
    cellVoltage: volts(26),
    cellTemperature: view.readUInt16BE(28),
    status: view.readUInt8(30),
    collectedToday: view.readUIntBE(31, 3),
    stored: view.readUIntBE(34, 3),
    consumedToday: view.readUIntBE(37, 3),
    soc: view.readUInt8(40),
    collectedTotal: view.readUIntBE(41, 3),
    consumedTotal: view.readUIntBE(44, 3),
    key: view.readUInt8(47) - 25,
    value: view.readUInt8(48),
    capacity: view.readUInt16BE(49) / 10,
    vMin: volts(51),
    vMax: volts(53),
    vBalance: volts(55),
  };
}

function start(pack: Partial<PackOptions> = {}, options: Partial<Smartbms123Options> = {}) {
  const clock = new ManualClock();
  const frames: Uint8Array[] = [];
  const simulated = createPack({ cells: 16, capacity: 100, flow: constantFlow(12, 2), ...pack });
  const device = createSmartbms123({ pack: simulated, clock, send: (bytes) => frames.push(bytes), ...options });
  const last = () => {
    const frame = frames.at(-1);
    assert.ok(frame, 'a frame was sent');
    return decode(frame);
  };
  const tell = (line: string) => assert.equal(device.command(line), null);
  return { clock, frames, pack: simulated, device, last, tell };
}

const CHARGE = 1;
const LOAD = 2;
const E = 4;
const V_MIN = 8;
const V_MAX = 16;
const T_MIN = 32;
const T_MAX = 64;
const UNCALIBRATED = 128;

describe('simulated 123\\SmartBMS', () => {
  it('123-R19 sends 58 bytes once a period, with a good sum', () => {
    const { clock, frames, device } = start({}, { period: 0.5 });
    clock.advance(10);
    assert.equal(frames.length, 20);
    for (const frame of frames) {
      assert.equal(frame.length, 58);
      const sum = frame.subarray(0, 57).reduce((total, byte) => total + byte, 0);
      assert.equal(frame[57], sum % 256);
    }
    device.close();
    assert.equal(clock.pending, 0);
  });

  it('123-R19 puts every field where the document has it', () => {
    const { clock, last, pack, tell } = start({ soc: 60 });
    tell('cell 3 3.2');
    tell('cell 11 3.37');
    tell('temperature 2 11');
    tell('temperature 9 29.08');
    clock.advance(7);
    const frame = last();
    const volts = pack.cells().map((cell) => Math.round(cell.voltage * 200) / 200);
    assert.ok(Math.abs(frame.voltage - volts.reduce((sum, v) => sum + v, 0)) < 0.0026);
    assert.deepEqual(frame.signs, [0x2b, 0x2b, 0x2b]);
    assert.deepEqual([frame.currentIn, frame.currentOut, frame.current], [12, 2, 10]);
    assert.deepEqual(frame.lowest, [3.2, 3]);
    assert.deepEqual(frame.highest, [3.37, 11]);
    assert.deepEqual(frame.coldest, [Math.round((11 + 232) / 0.857), 2]);
    assert.deepEqual(frame.hottest, [Math.round((29.08 + 232) / 0.857), 9]);
    assert.deepEqual([frame.cell, frame.cells, frame.cellVoltage], [7, 16, volts[6]]);
    const celsius = pack.cells()[6]?.temperature ?? 0;
    assert.ok(Math.abs(frame.cellTemperature * 0.857 - 232 - celsius) < 0.43, 'half a count');
    assert.equal(frame.status, CHARGE | LOAD);
    assert.equal(frame.soc, 60);
    assert.ok(Math.abs(frame.stored - 0.6 * 5120) < 20);
    assert.equal(frame.capacity, 5.1);
    assert.deepEqual([frame.vMin, frame.vMax, frame.vBalance], [2.8, 3.65, 3.5]);
    assert.equal(frame.key, 6);
    assert.equal(frame.value, 0x33);
  });

  it('gives a negative total while more goes out than comes in, and X without sensors', () => {
    const { clock, last, tell } = start();
    tell('current -20');
    clock.advance(1);
    assert.deepEqual([last().currentIn, last().currentOut, last().current], [0, 20, -20]);
    assert.deepEqual(last().signs, [0x2b, 0x2b, 0x2d]);
    tell('current unknown');
    clock.advance(1);
    assert.deepEqual(last().signs, [0x58, 0x58, 0x58]);
    tell('current auto');
    clock.advance(1);
    assert.equal(last().current, 10);
  });

  it('describes one cell a frame in turn, and the pairs 0…18 beside them', () => {
    const { clock, frames } = start({ cells: 4 });
    clock.advance(40);
    const seen = frames.map((frame) => decode(frame));
    assert.deepEqual(
      seen.map(({ cell }) => cell),
      Array.from({ length: 40 }, (_, n) => (n % 4) + 1),
    );
    assert.deepEqual(
      seen.map(({ key }) => key),
      Array.from({ length: 40 }, (_, n) => n % 19),
    );
  });

  it('spells its settings and counters in the pairs', () => {
    const { clock, frames } = start({ cells: 2 });
    clock.advance(19);
    const values = frames.map((frame) => decode(frame).value);
    const word = (at: number, size = 2) => values.slice(at, at + size).reduce((sum, byte) => sum * 256 + byte, 0);
    assert.deepEqual(values.slice(0, 2), [98, 99]);
    assert.deepEqual([word(2) / 200, word(4) / 200, word(17) / 200], [3, 3.2, 3.45]);
    assert.deepEqual(values.slice(6, 8), [0x33, 11]);
    assert.equal(word(8), 123);
    const { collectedTotal, consumedTotal } = decode(frames[18] ?? new Uint8Array());
    assert.deepEqual([word(10, 3), word(13, 3)], [collectedTotal, consumedTotal]);
    assert.equal(values[16], 0b110000, 'both relays closed, no early warning');
  });

  it('123-R10 counts energy today and in total, and begins a new day at zero', () => {
    const { clock, last } = start({ flow: constantFlow(100, 100), capacity: 400 }, { speed: 3600 });
    clock.advance(1);
    const first = last();
    clock.advance(10);
    const hourly = 100 * 16 * 3.31;
    assert.ok(Math.abs(last().collectedToday - 11 * hourly) < 600);
    assert.ok(Math.abs(last().consumedToday - last().collectedToday) < 2);
    assert.ok(Math.abs(last().collectedTotal - first.collectedTotal - (10 * hourly) / 1000) <= 1.5);
    clock.advance(13);
    assert.equal(last().collectedToday, 0);
    clock.advance(1);
    assert.ok(Math.abs(last().collectedToday - hourly) < 60);
  });

  it('123-R2 allows charging until a cell is at V-max or all are at V-bypass, and again when all are below', () => {
    const { clock, last, tell } = start({ flow: constantFlow(0, 0) });
    const expect = (status: number) => {
      clock.advance(1);
      assert.equal(last().status, status);
    };
    expect(CHARGE | LOAD);
    tell('cell 3 3.65');
    expect(LOAD | V_MAX);
    tell('cell 3 3.6'); // between V-bypass and V-max nothing changes
    expect(LOAD);
    tell('cell 3 auto');
    expect(CHARGE | LOAD);
    for (let cell = 1; cell <= 16; cell++) tell(`cell ${cell} 3.5`);
    expect(LOAD);
  });

  it('123-R3 allows the loads until a cell is at V-min, and takes both on temperature and on E', () => {
    const { clock, last, tell } = start({ flow: constantFlow(0, 0) });
    const expect = (status: number) => {
      clock.advance(1);
      assert.equal(last().status, status);
    };
    tell('cell 16 2.8');
    expect(CHARGE | V_MIN);
    tell('cell 16 auto');
    tell('temperature 2 55');
    expect(T_MAX);
    assert.deepEqual(last().hottest, [335, 2]);
    tell('temperature 2 -10');
    expect(T_MIN);
    tell('temperature 2 dead');
    expect(T_MIN);
    assert.deepEqual(last().coldest, [0, 2]);
    tell('temperature 2 auto');
    tell('communication off');
    expect(E);
    tell('communication on');
    tell('calibrated off');
    expect(CHARGE | LOAD | UNCALIBRATED);
    tell('calibrated on');
    tell('soc 5');
    expect(CHARGE | LOAD); // 123-R3: SOC below the restart value keeps loads off, it does not switch them off
  });

  it('123-R6 reports a bypassing cell too hot and leaves it out of T-max', () => {
    const { clock, last, tell } = start({ ambient: 38, flow: constantFlow(0, 0) });
    tell('cell 5 3.55');
    clock.advance(2);
    assert.equal(last().hottest[1], 5);
    assert.ok(Number(last().hottest[0]) * 0.857 - 232 > 57);
    assert.equal(last().status, CHARGE | LOAD);
  });

  it('writes temperatures by the document when it is told to', () => {
    const { clock, last, tell } = start({}, { temperatureFormula: 'document' });
    tell('temperature 1 20');
    clock.advance(1);
    assert.equal(last().cellTemperature, 0x0128);
  });

  it('falls silent and comes back, while its pack lives on', () => {
    const { clock, frames, pack, tell } = start();
    clock.advance(2);
    tell('silence');
    const before = pack.soc();
    clock.advance(600);
    assert.equal(frames.length, 2);
    assert.ok(pack.soc() > before);
    tell('resume');
    clock.advance(1);
    assert.equal(frames.length, 3);
  });

  it('freezes on its last frame and thaws', () => {
    const { clock, frames, tell } = start();
    clock.advance(3);
    tell('freeze');
    tell('cell 1 3.9');
    clock.advance(100);
    assert.equal(frames.length, 103);
    for (const frame of frames.slice(3)) assert.deepEqual(frame, frames[2]);
    tell('thaw');
    clock.advance(1);
    assert.deepEqual(decode(frames.at(-1) ?? new Uint8Array()).highest, [3.9, 1]);
  });

  it('H13: measures its cells no more while its current goes on', () => {
    const { clock, frames, tell } = start();
    tell('current 5');
    clock.advance(3);
    const before = decode(frames.at(-1) ?? new Uint8Array());
    tell('stuck on');
    tell('cell 1 3.9');
    tell('current 80');
    clock.advance(2);
    const stuck = decode(frames.at(-1) ?? new Uint8Array());
    assert.deepEqual([stuck.highest, stuck.lowest], [before.highest, before.lowest]);
    assert.notEqual(stuck.currentIn, before.currentIn);
    tell('stuck off');
    clock.advance(1);
    assert.deepEqual(decode(frames.at(-1) ?? new Uint8Array()).highest, [3.9, 1]);
  });

  it('flips about as many bits as it is told, and the same ones every time', () => {
    const run = () => {
      const clean = start();
      const noisy = start();
      noisy.tell('noise 1e-2');
      clean.clock.advance(500);
      noisy.clock.advance(500);
      let flips = 0;
      for (const [n, frame] of noisy.frames.entries()) {
        for (const [at, byte] of frame.entries()) {
          for (let diff = byte ^ (clean.frames[n]?.[at] ?? 0); diff > 0; diff >>= 1) flips += diff & 1;
        }
      }
      return flips;
    };
    const flips = run();
    assert.ok(flips > 0.9 * 500 * 464 * 0.01 && flips < 1.1 * 500 * 464 * 0.01, `${flips} flips`);
    assert.equal(run(), flips);
  });

  it('claims another number of cells, sags where it is weak, and obeys its disconnects', () => {
    const { clock, last, tell, pack } = start();
    tell('count 15');
    tell('weak 4 -0.1');
    tell('charger off');
    tell('loads off');
    clock.advance(1);
    assert.equal(last().cells, 15);
    assert.equal(last().lowest[1], 4);
    assert.equal(last().current, 0);
    tell('count auto');
    tell('weak 4 auto');
    tell('charger on');
    clock.advance(1);
    assert.equal(last().cells, 16);
    assert.equal(last().current, 12);
    tell('soc 97');
    clock.advance(1);
    assert.equal(last().soc, 97);
    assert.ok(Math.abs(pack.soc() - 97) < 0.1);
  });

  it('runs its physics faster, not its frames', () => {
    const { clock, frames, pack } = start({ soc: 20 }, { speed: 600 });
    const before = pack.soc();
    clock.advance(6);
    assert.equal(frames.length, 6);
    assert.ok(Math.abs(pack.soc() - before - 10) < 0.1, 'an hour at 10 A');
  });

  it('says what is wrong with a command, and what there is', () => {
    const { device } = start();
    const wrong = (line: string, ...parts: RegExp[]) => {
      const answer = device.command(line) ?? '';
      for (const part of parts) assert.match(answer, part);
    };
    wrong('explode', /"explode"/, /silence/, /cell N VOLT\|auto/, /current AMPERE/);
    wrong('cell 17 3.3', /"17" is no cell from 1 to 16/);
    wrong('cell 1.5 3.3', /"1\.5"/);
    wrong('cell 1', /Usage: cell N/);
    wrong('cell 1 much', /"much" is not a number from 0 to 5, nor auto/);
    wrong('communication maybe', /on, off/);
    wrong('silence now', /"now" is too much/);
    assert.equal(device.command('   '), null);
  });
});
