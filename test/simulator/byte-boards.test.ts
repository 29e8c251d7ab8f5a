/** The simulated LCUS and KMTronic boards: what they answer to the published bytes, and how they misbehave. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { findDevice } from '../../src/simulator/index.ts';
import { ManualClock } from '../support/manual-clock.ts';

const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex'));

function start(id: 'lcus' | 'kmtronic', channels: number) {
  const clock = new ManualClock();
  const events: Readonly<Record<string, unknown>>[] = [];
  const device = findDevice(id)!.create({
    clock,
    channels,
    cells: 16,
    speed: 1,
    capacity: 100,
    soc: 50,
    unit: 1,
    report: (event) => events.push(event),
  });
  const answers: Uint8Array[] = [];
  const peer = device.connect((data) => answers.push(data));
  const ask = (data: Uint8Array | string): Buffer => {
    const before = answers.length;
    peer.receive(typeof data === 'string' ? bytes(data) : data);
    return Buffer.concat(answers.slice(before));
  };
  return {
    clock,
    device,
    peer,
    answers,
    ask,
    hex: (data: Uint8Array | string) => ask(data).toString('hex'),
    tell: (line: string) => assert.equal(device.command(line), null),
    /** Movements so far as `coil:open|closed:by`, and forgets them. */
    moved: () =>
      events.splice(0).map(({ event, coil, closed, by }) => {
        assert.equal(event, 'coil');
        return `${String(coil)}:${closed === true ? 'closed' : 'open'}:${String(by)}`;
      }),
  };
}

describe('simulated LCUS board', () => {
  it('obeys the published commands, with the right sum only, and has no further operation', () => {
    const { ask, moved } = start('lcus', 2);
    assert.equal(ask('A0 01 01 A2').length, 0);
    assert.deepEqual(moved(), ['0:closed:write']);
    ask('A0 01 00 A1');
    ask('A0 02 01 A3');
    assert.deepEqual(moved(), ['0:open:write', '1:closed:write']);
    for (const request of ['A0 01 01 A3', 'A0 01 03 A4', 'A0 01 04 A5', 'A0 03 01 A4', 'A0 00 01 A1']) ask(request);
    assert.deepEqual(moved(), []);
  });

  it('tells its states in each of the ways such boards do', () => {
    const { ask, tell, hex } = start('lcus', 2);
    ask('A0 01 01 A2');
    assert.equal(ask('FF').toString(), 'CH1: ON\r\nCH2: OFF\r\n');
    tell('answers tight-text');
    assert.equal(ask('FF').toString(), 'CH1:ON \r\nCH2:OFF \r\n');
    tell('answers bytes');
    assert.equal(hex('FF'), '0100');
    tell('answers frames');
    assert.equal(hex('FF'), 'a00101a2a00200a2');
    tell('answers nothing');
    assert.equal(hex('FF'), '');
  });

  it('that takes everything four bytes at a time loses its place by a single byte, and finds it after a pause', () => {
    const { ask, tell, moved, clock } = start('lcus', 2);
    tell('answers nothing-by-four');
    ask('FF');
    ask('A0 01 01 A2');
    assert.deepEqual(moved(), []);
    ask('00 00 00');
    ask('A0 01 01 A2');
    assert.deepEqual(moved(), ['0:closed:write']);
    ask('FF');
    clock.advance(0.2);
    ask('A0 01 00 A1');
    assert.deepEqual(moved(), ['0:open:write']);
  });

  it('puts a command together however it is cut, and finds it behind noise', () => {
    for (let cut = 1; cut < 4; cut++) {
      const { ask, moved } = start('lcus', 2);
      ask(bytes('00 13 A0 01 01 A2').subarray(0, 2 + cut));
      ask(bytes('A0 01 01 A2').subarray(cut));
      assert.deepEqual(moved(), ['0:closed:write'], `cut after ${cut}`);
    }
  });
});

describe('simulated KMTronic board', () => {
  it('with four or eight relays obeys, and tells all states a byte each', () => {
    for (const channels of [4, 8]) {
      const { ask, hex, moved } = start('kmtronic', channels);
      assert.equal(ask('FF 04 01').length, 0);
      assert.deepEqual(moved(), ['3:closed:write']);
      assert.equal(hex('FF 09 00'), `00000001${'00'.repeat(channels - 4)}`);
      assert.equal(hex('FF 04 03'), '');
      ask('FF 04 00');
      assert.deepEqual(moved(), ['3:open:write']);
    }
  });

  it('with one or two relays tells one state at a time', () => {
    const { ask, hex, moved } = start('kmtronic', 2);
    ask('FF 02 01');
    assert.deepEqual(moved(), ['1:closed:write']);
    assert.equal(hex('FF 02 03'), 'ff0201');
    assert.equal(hex('FF 01 03'), 'ff0100');
    assert.equal(hex('FF 09 00'), '');
    assert.equal(hex('FF 03 03'), '');
  });
});

for (const id of ['lcus', 'kmtronic'] as const) {
  const [on, status] = id === 'lcus' ? ['A0 01 01 A2', 'FF'] : ['FF 01 01', 'FF 09 00'];
  describe(`simulated ${id} board and its faults`, () => {
    it('has eight relays at most', () => {
      const { device } = start(id, 32);
      assert.equal(device.command('stick 7 free'), null);
      assert.match(device.command('stick 8 open') ?? '', /"8" is no coil from 0 to 7/);
    });

    it('hears nothing while it is dead, and what it half heard before is forgotten', () => {
      const { ask, tell, moved } = start(id, 4);
      ask(bytes(on).subarray(0, 2));
      tell('dead');
      assert.equal(ask(on).length, 0);
      assert.equal(ask(status).length, 0);
      tell('alive');
      assert.ok(ask(status).length > 0);
      assert.deepEqual(moved(), []);
      ask(on);
      assert.deepEqual(moved(), ['0:closed:write']);
    });

    it('answers noise of the same length, and goes on obeying', () => {
      const { ask, tell, moved } = start(id, 4);
      const good = ask(status);
      tell('garbage on');
      const bad = ask(status);
      assert.equal(bad.length, good.length);
      assert.ok(bad.every((byte, index) => byte !== good[index] && byte > 1));
      ask(on);
      assert.deepEqual(moved(), ['0:closed:write']);
      tell('garbage off');
      assert.ok(ask(status).length > 0);
    });

    it('answers late, and not at all when the line is gone by then', () => {
      const { ask, tell, clock, answers, peer } = start(id, 4);
      tell('slow 2');
      ask(status);
      clock.advance(1.9);
      assert.equal(answers.length, 0);
      clock.advance(0.2);
      assert.equal(answers.length, 1);
      ask(status);
      peer.close();
      clock.advance(5);
      assert.equal(answers.length, 1);
      assert.equal(clock.pending, 0);
    });

    it('holds a stuck contact, and tells where it is', () => {
      const { ask, tell, moved } = start(id, 4);
      const open = ask(status);
      tell('stick 0 open');
      ask(on);
      assert.deepEqual(ask(status), open);
      assert.deepEqual(moved(), []);
      tell('stick 0 free');
      assert.deepEqual(moved(), ['0:closed:fault']);
      assert.notDeepEqual(ask(status), open);
    });

    it('lets go without power, and does not close again by itself', () => {
      const { ask, tell, moved } = start(id, 4);
      ask(on);
      moved();
      tell('power off');
      assert.deepEqual(moved(), ['0:open:power']);
      assert.equal(ask(status).length, 0);
      tell('power on');
      assert.ok(ask(status).length > 0);
      assert.deepEqual(moved(), []);
    });

    it('never throws whatever comes, and obeys the next good command after a pause', () => {
      fc.assert(
        fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 8 }), (chunks) => {
          const { ask, clock, device, tell } = start(id, 4);
          for (const chunk of chunks) ask(chunk);
          clock.advance(1);
          tell('stick 0 open');
          tell('stick 0 free');
          ask(on);
          const told = ask(status).toString(id === 'lcus' ? 'latin1' : 'hex');
          assert.ok(told.startsWith(id === 'lcus' ? 'CH1: ON' : '01'), told);
          clock.advance(1);
          device.close();
          assert.equal(clock.pending, 0);
        }),
        { numRuns: 300 },
      );
    });
  });
}
