/** What a JBD BMS says, frame by frame: every field of every layout, and nothing out of damaged bytes. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { jbdAnswerTo } from '../../../src/links/jbd/device.ts';
import { findJbdPasswordAnswer, jbdPassword } from '../../../src/links/jbd/password.ts';
import { JBD } from '../../../src/links/jbd/protocol.ts';
import type { LinkOptions } from '../../../src/links/options.ts';
import { optionDefaults } from '../../../src/links/options.ts';
import { answer, basics, cells, password, question, text, words } from './build.ts';

const OPTIONS = optionDefaults(JBD.info.options);

function read(bytes: Uint8Array, options: Partial<LinkOptions> = {}) {
  const decoded = JBD.decode(bytes, { ...OPTIONS, ...options });
  assert.ok(decoded.ok, JSON.stringify(decoded));
  return decoded;
}

function refusal(bytes: Uint8Array): string {
  const decoded = JBD.decode(bytes, OPTIONS);
  assert.ok(!decoded.ok, JSON.stringify(decoded));
  assert.match(decoded.text, /JBD/);
  return decoded.refusal;
}

const near = (actual: unknown, wanted: number): void =>
  assert.ok(typeof actual === 'number' && Math.abs(actual - wanted) < 1e-9, `${String(actual)} is not ${wanted}`);

describe('what a JBD BMS tells', () => {
  it('register 03: every field of the layout', () => {
    const { frame, seen } = read(basics());
    near(frame['voltage'], 13.28);
    near(frame['current'], -2.87);
    near(frame['remainingCapacity'], 49.8);
    near(frame['nominalCapacity'], 100);
    assert.equal(frame['cycles'], 42);
    assert.equal(frame['productionDate'], '2022-03-28');
    assert.equal(frame['softwareVersion'], '2.4');
    assert.equal(frame['soc'], 49);
    assert.equal(frame['cellCount'], 4);
    assert.equal(frame['tail'], null);
    assert.deepEqual(frame['temperatures'], [22.4, -0.5, 30]);
    assert.ok(seen !== null);
    assert.deepEqual(seen.temperatures, [22.4, -0.5, 30]);
    assert.equal(seen.cells, undefined);
    assert.equal(seen.cellCount, 4);
    assert.equal(seen.soc, 49);
    near(seen.voltage, 13.28);
    near(seen.current, -2.87);
    assert.equal(seen.extra?.['cycles'], 42);
  });

  it('current counts the other way where the setting says so, and is never minus zero', () => {
    near(read(basics(), { currentSign: -1 }).seen?.current, 2.87);
    near(read(basics(), { currentSign: -1 }).frame['current'], 2.87);
    assert.ok(Object.is(read(basics({ current: 0 }), { currentSign: -1 }).seen?.current, 0));
    near(read(basics({ current: 0x7fff })).seen?.current, 327.67);
    near(read(basics({ current: 0x8000 })).seen?.current, -327.68);
  });

  const PROTECTIONS = [
    ['cellOvervoltage', 'charge'],
    ['cellUndervoltage', 'load'],
    ['packOvervoltage', 'charge'],
    ['packUndervoltage', 'load'],
    ['chargeOvertemperature', 'charge'],
    ['chargeUndertemperature', 'charge'],
    ['dischargeOvertemperature', 'load'],
    ['dischargeUndertemperature', 'load'],
    ['chargeOvercurrent', 'charge'],
    ['dischargeOvercurrent', 'load'],
    ['shortCircuit', 'load'],
    ['frontEndError', 'charge load'],
    ['switchedOff', ''],
    ['chargeTimeout', 'charge'],
  ] as const;
  for (const [bit, [name, refuses]] of PROTECTIONS.entries()) {
    it(`protection bit ${bit} is ${name} and refuses ${refuses === '' ? 'nothing' : refuses}`, () => {
      const hardware = read(basics({ protection: 1 << bit })).seen?.hardware ?? {};
      for (const [other] of PROTECTIONS) assert.equal(hardware[other], other === name, other);
      assert.equal(hardware.chargeAllowed, !refuses.includes('charge'));
      assert.equal(hardware.loadAllowed, !refuses.includes('load'));
      assert.equal(hardware.fault, name === 'frontEndError' ? 'front-end IC error' : '');
    });
  }

  it('a switch that somebody has opened is told as open, and is no refusal', () => {
    for (const [fets, charge, load] of [
      [0, false, false],
      [1, true, false],
      [2, false, true],
      [3, true, true],
    ] as const) {
      const hardware = read(basics({ fets, protection: fets === 3 ? 0 : 1 << 12 })).seen?.hardware ?? {};
      assert.deepEqual([hardware['chargeSwitchClosed'], hardware['loadSwitchClosed']], [charge, load]);
      assert.deepEqual([hardware.chargeAllowed, hardware.loadAllowed], [true, true]);
    }
  });

  it('balancing: the order of the register map, and the reversed one', () => {
    const balancing = (balance: readonly [number, number], count: number, variant: string) =>
      read(basics({ balance, cells: count }), { variant }).frame['balancingCells'];
    assert.deepEqual(balancing([0b0101, 0], 4, 'register-map'), [1, 3]);
    assert.deepEqual(balancing([0x8000, 0b1], 20, 'register-map'), [16, 17]);
    assert.deepEqual(balancing([0, 0b1010], 4, 'reversed'), [1, 3]);
    assert.deepEqual(balancing([0b1000, 0b1], 20, 'reversed'), [1, 20]);
    const all = balancing([0xffff, 0xffff], 40, 'register-map') as readonly number[];
    assert.deepEqual([all.length, all.at(-1)], [32, 32]);
    assert.deepEqual(balancing([0, 0], 32, 'reversed'), []);
  });

  it('an input without a sensor is not known, others are', () => {
    assert.deepEqual(read(basics({ sensors: [0, 2731, 0xffff] })).seen?.temperatures, [null, 0, null]);
    assert.deepEqual(read(basics({ sensors: [] })).seen?.temperatures, []);
  });

  it('a date that is none, and what newer firmware puts behind the temperatures', () => {
    assert.equal(read(basics({ date: 0 })).frame['productionDate'], null);
    assert.equal(read(basics({ date: (22 << 9) | (13 << 5) | 1 })).frame['productionDate'], null);
    const tail = [55, ...words(0x1234, 10_000, 4980, 12)];
    assert.deepEqual(read(basics({ tail })).frame['tail'], {
      humidity: 55,
      alarmBits: 0x1234,
      fullCapacityRaw: 10_000,
      remainingCapacityRaw: 4980,
      balanceCurrentRaw: 12,
    });
    assert.equal(read(basics({ tail: tail.slice(1) })).frame['tail'], null);
  });

  it('register 04: the cells', () => {
    const { frame, seen } = read(cells(3400, 3399, 0, 65_535));
    assert.deepEqual(frame['cells'], [3.4, 3.399, 0, 65.535]);
    assert.deepEqual(seen, {
      cellCount: 4,
      cells: [
        { cell: 1, voltage: 3.4 },
        { cell: 2, voltage: 3.399 },
        { cell: 3, voltage: 0 },
        { cell: 4, voltage: 65.535 },
      ],
    });
  });

  it('register 05 and the counters of AA', () => {
    const name = read(answer(0x05, text('JBD-SP04S034')));
    assert.deepEqual([name.frame['name'], name.seen], ['JBD-SP04S034', null]);
    assert.equal(read(answer(0x05, [5, ...text('SP04S')])).frame['name'], 'SP04S');
    const { frame } = read(answer(0xaa, words(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12)));
    const { kind: _kind, register: _register, what, status: _status, others, ...counters } = frame;
    assert.equal(what, 'counters');
    assert.deepEqual(Object.values(counters), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    assert.equal(counters['packUndervoltage'], 11);
    assert.deepEqual(others, [12]);
  });

  it('settings are named, with their units', () => {
    const setting = (register: number, data: readonly number[]) => {
      const { frame, seen } = read(answer(register, data));
      assert.equal(seen, null);
      return [frame['setting'], frame['value']];
    };
    assert.deepEqual(setting(0x24, words(3650)), ['cellOvervoltage', 3.65]);
    assert.deepEqual(setting(0x20, words(5840)), ['packOvervoltage', 58.4]);
    assert.deepEqual(setting(0x10, words(28_000)), ['designCapacity', 280]);
    assert.deepEqual(setting(0x18, words(2731 + 550)), ['chargeOvertemperature', 55]);
    assert.deepEqual(setting(0x29, words(-20_000)), ['dischargeOvercurrent', -200]);
    assert.deepEqual(setting(0x2d, [0, 6]), ['functionBits', [0, 6]]);
    assert.deepEqual(setting(0xa2, [3, ...text('B12')]), ['barcode', 'B12']);
    assert.deepEqual(read(answer(0x66, [1, 2])).frame['data'], [1, 2]);
    assert.equal(read(question('read', 0x24)).frame['setting'], 'cellOvervoltage');
    assert.deepEqual(read(question('write', 0x24, words(3600))).frame['value'], 3.6);
  });

  it('questions are told from answers, and say what they would do', () => {
    assert.deepEqual(read(question('read', 0x03)).frame['what'], 'basics');
    assert.deepEqual(read(question('read', 0x03)).frame['kind'], 'question');
    for (const [off, charge, discharge] of [
      [0, true, true],
      [1, false, true],
      [2, true, false],
      [3, false, false],
    ] as const) {
      const { frame, seen } = read(question('write', 0xe1, [0, off]));
      assert.deepEqual([frame['what'], frame['charge'], frame['discharge']], ['switches', charge, discharge]);
      assert.equal(seen, null);
    }
    assert.equal(read(question('write', 0x01, [0x28, 0x28])).frame['save'], true);
    assert.equal(read(question('write', 0x01, [0, 0])).frame['save'], false);
    assert.equal(read(answer(0xe1, [])).frame['what'], 'switches');
  });

  it('a refusal of the BMS is a frame of its own', () => {
    const { frame, seen } = read(answer(0x03, [], 0x80));
    assert.deepEqual([frame['refused'], frame['status'], seen], [true, 0x80, null]);
  });

  it('the password dialogue of newer Bluetooth modules, without its digits', () => {
    assert.equal(Buffer.from(jbdPassword('000000')).toString('hex'), 'ffaa15063030303030303b');
    const asked = read(jbdPassword('482913')).frame;
    assert.deepEqual([asked['command'], asked['direction'], asked['digits']], ['app', 'question', 6]);
    assert.doesNotMatch(JSON.stringify(asked), /482913/);
    assert.equal(read(password(0x15, [0])).frame['accepted'], true);
    assert.equal(read(password(0x15, [1])).frame['accepted'], false);
    assert.equal(read(password(0x18, [0])).frame['command'], 'root');
    assert.equal(read(password(0x17, [])).frame['direction'], 'question');
    assert.equal(read(password(0x17, [0x24])).frame['direction'], 'answer');
    assert.equal(read(password(0x33, [1, 2])).frame['command'], 'unknown');
    for (const register of [0x06, 0x07, 0x09]) {
      const bytes = question('write', register, [6, ...text('482913')]);
      assert.doesNotMatch(JSON.stringify(read(bytes).frame), /482913|52,56/);
    }
  });

  it('why a frame is refused', () => {
    assert.equal(refusal(new Uint8Array()), 'start');
    assert.equal(refusal(Uint8Array.of(1, 2, 3)), 'start');
    assert.equal(refusal(basics().slice(0, -1)), 'length');
    assert.equal(refusal(Uint8Array.from([...basics(), 0])), 'length');
    assert.equal(refusal(basics().with(basics().length - 1, 0x78)), 'end');
    assert.equal(refusal(basics().with(5, 0x78)), 'checksum');
    assert.equal(refusal(password(0x15, [0]).with(5, 0)), 'checksum');
    assert.equal(refusal(password(0x15, [0]).slice(0, -1)), 'length');
    assert.equal(refusal(answer(0x04, [1, 2, 3])), 'length', 'half a cell');
    assert.equal(
      refusal(
        answer(
          0x03,
          Array.from({ length: 23 }, () => 9),
        ),
      ),
      'length',
      'nine sensors, none there',
    );
  });

  it('no flipped bit gives a value', () => {
    for (const good of [basics(), cells(3400, 3399, 3401)]) {
      for (let bit = 0; bit < good.length * 8; bit += 1) {
        const bytes = good.with(bit >> 3, good[bit >> 3]! ^ (1 << (bit & 7)));
        const decoded = JBD.decode(bytes, OPTIONS);
        // The register's own number is not in the checksum: then it is an answer about something else.
        if (bit >> 3 === 1) assert.notEqual(decoded.ok && decoded.frame['what'], whatOf(good));
        else assert.equal(decoded.ok, false, `bit ${bit}`);
      }
    }
  });

  it('reading is total: any bytes, cut and glued anywhere', () => {
    const piece = fc.oneof(
      fc.uint8Array({ maxLength: 60 }),
      fc.constantFrom(basics(), cells(3400, 3399), question('read', 3), password(0x15, [0])),
    );
    let answered = 0;
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 4 }), fc.nat(200), fc.nat(200), (pieces, from, length) => {
        const bytes = Uint8Array.from(Buffer.concat(pieces)).slice(from % 40, from + length);
        JBD.decode(bytes, OPTIONS);
        findJbdPasswordAnswer(bytes);
        const found = jbdAnswerTo(0x04, (data) => data)(bytes);
        if (found?.kind === 'answer') answered += 1;
      }),
      { numRuns: 1000 },
    );
    assert.ok(answered > 20, `${answered} answers found`);
  });
});

function whatOf(good: Uint8Array): unknown {
  return read(good).frame['what'];
}

describe('the answer of a JBD BMS among other bytes', () => {
  const find = jbdAnswerTo(0x04, (data) => (data.length === 0 ? null : Array.from(data)));
  const wanted = cells(3400);

  it('is found behind noise, an echo and other answers, wherever it is cut', () => {
    const noise = Uint8Array.of(0xdd, 0x04, 0x00, 0xff, 0x77);
    const before = Buffer.concat([noise, question('read', 4), basics(), answer(0xe1, [])]);
    const whole = Uint8Array.from(Buffer.concat([before, wanted]));
    for (let length = 0; length < whole.length; length += 1) {
      const found = find(whole.slice(0, length));
      assert.ok(found === null || found.kind === 'other', `after ${length} bytes`);
    }
    assert.deepEqual(find(whole), { kind: 'answer', value: [0x0d, 0x48] });
  });

  it('the newest counts; a refusal and an empty answer say so', () => {
    const later = Uint8Array.from(Buffer.concat([wanted, cells(3300)]));
    assert.deepEqual(find(later), { kind: 'answer', value: [0x0c, 0xe4] });
    const refused = find(answer(0x04, [], 0x80));
    assert.ok(refused?.kind === 'failure' && refused.reason === 'refused');
    assert.match(refused.text, /refuses.*04/);
    const empty = find(answer(0x04, []));
    assert.ok(empty?.kind === 'failure' && empty.reason === 'nonsense');
    assert.equal(find(basics())?.kind, 'other');
    assert.equal(find(question('read', 4)), null);
  });
});
