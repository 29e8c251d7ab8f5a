/** What a LifePower4 or Basen says, frame by frame: every group, every status bit, and no more than the check can see. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { lifepowerAnswerTo, lifepowerQuestion } from '../../../src/links/eg4-lifepower/frame.ts';
import { EG4_LIFEPOWER } from '../../../src/links/eg4-lifepower/protocol.ts';
import { type LinkOptions, optionDefaults } from '../../../src/links/options.ts';
import { bit, check, frame, FURTHER, general, generalData, HEALTHY, text } from './build.ts';

const OPTIONS = optionDefaults(EG4_LIFEPOWER.info.options);

function read(bytes: Uint8Array, options: Partial<LinkOptions> = {}) {
  const decoded = EG4_LIFEPOWER.decode(bytes, { ...OPTIONS, ...options });
  assert.ok(decoded.ok, JSON.stringify(decoded));
  return decoded;
}

function refusal(bytes: Uint8Array): string {
  const decoded = EG4_LIFEPOWER.decode(bytes, OPTIONS);
  assert.ok(!decoded.ok, JSON.stringify(decoded));
  assert.match(decoded.text, /LifePower4/);
  return decoded.refusal;
}

describe('what a LifePower4 tells', () => {
  it('the general answer: every group', () => {
    const told = read(general());
    assert.deepEqual(told.frame['cells'], [3.315, 3.316, 3.317, 3.318]);
    assert.equal(told.frame['current'], -12.5);
    assert.equal(told.frame['soc'], 88.6);
    assert.equal(told.frame['capacity'], 100);
    assert.deepEqual(told.frame['temperatures'], [22, 0, -5]);
    assert.equal(told.frame['mosTemperature'], 16);
    assert.equal(told.frame['ambientTemperature'], 15);
    assert.equal(told.frame['cycles'], 7);
    assert.equal(told.frame['voltage'], 13.27);
    assert.equal(told.frame['soh'], 99.5);
    assert.deepEqual(told.frame['others'], { group0A: [3] });
    assert.equal(told.frame['layout'], 'lifepower4');
    assert.equal(told.frame['balancing'], null);
    const { seen } = told;
    assert.ok(seen !== null);
    const { extra, hardware, ...values } = seen;
    assert.deepEqual(values, {
      cellCount: 4,
      cells: HEALTHY.cells.map((raw, i) => ({ cell: i + 1, voltage: raw / 1000 })),
      temperatures: [22, 0, -5],
      bmsTemperature: 16,
      voltage: 13.27,
      current: -12.5,
      soc: 88.6,
    });
    assert.equal(extra?.['soh'], 99.5);
    assert.equal(extra?.['ambientTemperature'], 15);
    assert.deepEqual([hardware?.chargeAllowed, hardware?.loadAllowed], [true, true]);
    assert.equal(hardware?.fault, undefined, 'nothing published tells of its faults');
    assert.equal(hardware?.['chargeSwitchClosed'], undefined, 'nor of its switches');
  });

  it('current counts the other way where the setting says so, and is never minus zero', () => {
    assert.equal(read(general(), { currentSign: -1 }).seen?.current, 12.5);
    assert.equal(read(general(), { currentSign: -1 }).frame['current'], 12.5);
    assert.equal(read(general({ current: 0 })).seen?.current, 300);
    assert.equal(read(general({ current: 0xffff })).seen?.current, -355.35);
    assert.ok(Object.is(read(general({ current: 30_000 }), { currentSign: -1 }).seen?.current, 0));
  });

  it('the flags above a voltage are no volts', () => {
    const cells = [0x8000 + 3315, 0x4000 + 3316, 0xc000 + 3317];
    const { frame: fields, seen } = read(general({ cells }));
    assert.deepEqual(fields['cells'], [3.315, 3.316, 3.317]);
    assert.deepEqual(fields['cellFlags'], [0x8000, 0x4000, 0xc000]);
    assert.equal(seen?.cells?.[0]?.balancing, undefined, 'nobody has published what they mean');
  });

  it('a sensor that is not there is not known; both marks of the MOSFETs are', () => {
    const { seen } = read(general({ temperatures: [0, 0x00ff, 0x0048, 0x4042] }));
    assert.deepEqual(seen?.temperatures, [null, null, 22]);
    assert.equal(seen?.bmsTemperature, 16);
    assert.equal(read(general({ temperatures: [0x8000] })).seen?.bmsTemperature, null);
    assert.equal(read(general({ temperatures: [0x0048] })).seen?.bmsTemperature, null);
  });

  const COMMON = [
    ['charging', ''],
    ['discharging', ''],
    ['shortCircuit', 'load'],
    ['overcurrent', 'charge load'],
    ['overvoltage', 'charge'],
    ['undervoltage', 'load'],
    ['chargeOvertemperature', 'charge'],
    ['chargeUndertemperature', 'charge'],
  ] as const;
  for (const [number, [name, refuses]] of COMMON.entries()) {
    it(`bit ${number} of status byte 3 is ${name} and refuses ${refuses === '' ? 'nothing' : refuses}`, () => {
      for (const further of [[], FURTHER]) {
        const hardware = read(general({ status: bit(3, number), further })).seen?.hardware ?? {};
        for (const [other] of COMMON) assert.equal(hardware[other], other === name, other);
        assert.equal(hardware.chargeAllowed, !refuses.includes('charge'));
        assert.equal(hardware.loadAllowed, !refuses.includes('load'));
      }
    });
  }

  it('status bits that nobody has published for it mean nothing, and are shown', () => {
    for (let byte = 0; byte < 10; byte += 1) {
      if (byte === 3) continue;
      const { hardware, extra } = read(general({ status: bit(byte, 1) })).seen ?? {};
      assert.deepEqual([hardware?.chargeAllowed, hardware?.loadAllowed, hardware?.fault], [true, true, undefined]);
      assert.equal(extra?.['statusBits'], Buffer.from(bit(byte, 1)).toString('hex'));
    }
  });

  it('questions, versions and settings', () => {
    assert.equal(Buffer.from(lifepowerQuestion(1, 'general')).toString('hex'), '7e010100fe0d');
    assert.deepEqual(read(lifepowerQuestion(3, 'firmware')).frame, {
      kind: 'question',
      address: 3,
      what: 'firmware',
      command: 0x33,
    });
    const settings = frame(1, 0x43, [], 0xe0);
    assert.deepEqual([read(settings).frame['what'], read(settings).frame['second']], ['settings', 0xe0]);
    const version = read(frame(2, 0x42, text('\u00ffEG4-LL \u0001V2')));
    assert.deepEqual([version.frame['version'], version.frame['address'], version.seen], ['EG4-LL V2', 2, null]);
    assert.equal(read(frame(1, 0x33, text('Z02T04'))).frame['version'], 'Z02T04');
    assert.deepEqual(read(frame(1, 0xe3, [1, 2])).frame['data'], [1, 2]);
    assert.equal(read(frame(1, 0x77, [1])).frame['what'], 'unknown');
  });
});

describe('what a Basen tells more', () => {
  it('its further groups, its balancing cells, and twelve bits a cell', () => {
    const { frame: fields, seen } = read(general({ cells: [0x8000 + 3315, 0x7000 + 3316], further: FURTHER }));
    assert.equal(fields['layout'], 'basen');
    assert.deepEqual(seen?.cells, [
      { cell: 1, voltage: 3.315, balancing: true },
      { cell: 2, voltage: 3.316, balancing: false },
    ]);
    assert.deepEqual(fields['others'], { group0A: [3], group0B: [6661], group0C: [6493], group10: [0x00ff_0001] });
  });

  it('the setting decides whose bits they are', () => {
    const told = (variant: string, further = FURTHER) =>
      read(general({ status: bit(0, 5), further }), { variant }).seen?.hardware?.fault;
    assert.equal(told('auto'), 'charge MOS fault');
    assert.equal(told('auto', []), undefined);
    assert.equal(told('basen', []), 'charge MOS fault');
    assert.equal(told('lifepower4'), undefined);
  });

  const hardwareOf = (status: readonly number[]) => read(general({ status, further: FURTHER })).seen?.hardware ?? {};

  it('its switches', () => {
    const healthy = hardwareOf(HEALTHY.status);
    assert.deepEqual([healthy['chargeSwitchClosed'], healthy['loadSwitchClosed'], healthy.fault], [true, true, '']);
    const charge = hardwareOf(bit(2, 4));
    assert.deepEqual([charge['chargeSwitchClosed'], charge['loadSwitchClosed']], [false, true]);
    const load = hardwareOf(bit(2, 5));
    assert.deepEqual([load['chargeSwitchClosed'], load['loadSwitchClosed']], [true, false]);
    for (const one of [charge, load]) assert.deepEqual([one.chargeAllowed, one.loadAllowed], [true, true]);
  });

  const REFUSALS = [
    [1, 3, 'charge load'],
    [1, 7, 'charge load'],
    [2, 0, 'load', 'dischargeOvertemperature'],
    [2, 1, 'load', 'dischargeUndertemperature'],
    [4, 0, 'charge load', 'ambientUndertemperature'],
    [4, 1, 'charge load', 'ambientOvertemperature'],
    [4, 4, 'load', 'socLow'],
    [5, 5, 'charge load', 'bmsOverTemperature'],
    [5, 6, 'charge load', 'mosUndertemperature'],
    [5, 7, 'charge', 'tooColdToCharge'],
  ] as const;
  it('its protections', () => {
    for (let byte = 0; byte < 10; byte += 1) {
      for (let number = 0; number < 8; number += 1) {
        if (byte === 3) continue;
        const [, , refuses = '', name] = REFUSALS.find((one) => one[0] === byte && one[1] === number) ?? [];
        const hardware = hardwareOf(bit(byte, number));
        assert.equal(hardware.chargeAllowed, !refuses.includes('charge'), `${byte}.${number}`);
        assert.equal(hardware.loadAllowed, !refuses.includes('load'), `${byte}.${number}`);
        if (name !== undefined) assert.equal(hardware[name], true);
      }
    }
    assert.equal(hardwareOf(bit(5, 4))['heaterOn'], true);
  });

  it('its faults in its own words, its warnings beside them; a status that is none is neither', () => {
    const FAULTS = '0.3 0.4 0.5 0.6 0.7 1.0 1.1 1.2 1.3 1.7 7.3 7.5'.split(' ');
    const STATES = '2.0 2.1 2.4 2.5 4.0 4.1 4.4 5.4 5.5 5.6 5.7'.split(' ');
    const WARNINGS = [
      '1.4 1.5 1.6 2.6 5.0 5.1 5.2 5.3 7.0 7.1 7.2 7.4 7.6 7.7',
      '8.0 8.1 8.2 8.3 8.4 8.5 8.6 9.0 9.1 9.2 9.3 9.4 9.5 9.6 9.7',
    ]
      .join(' ')
      .split(' ');
    const healthy = hardwareOf(HEALTHY.status);
    const words = new Set<unknown>();
    for (let byte = 0; byte < 10; byte += 1) {
      for (let number = 0; number < 8; number += 1) {
        if (byte === 3) continue;
        const name = `${byte}.${number}`;
        const { hardware, extra } = read(general({ status: bit(byte, number), further: FURTHER })).seen ?? {};
        const fault = hardware?.fault ?? '';
        assert.equal(fault !== '', FAULTS.includes(name), name);
        assert.ok(fault.length <= 32);
        assert.equal(extra?.['warnings'] !== '', WARNINGS.includes(name), name);
        for (const word of [fault, extra?.['warnings']].filter((one) => one !== '')) {
          assert.ok(!words.has(word), `${String(word)} twice`);
          words.add(word);
        }
        if (STATES.includes(name)) assert.notDeepEqual(hardware, healthy, name);
      }
    }
    assert.equal(hardwareOf([0xf8, 0x8f, 0, 0, 0, 0, 0, 0, 0, 0]).fault, 'cell voltage low fault +9');
  });
});

describe('frames of a LifePower4 or Basen', () => {
  it('why one is refused', () => {
    assert.equal(refusal(new Uint8Array()), 'start');
    assert.equal(refusal(Uint8Array.of(0x7e)), 'length');
    assert.equal(refusal(general().slice(0, -1)), 'length');
    assert.equal(refusal(Uint8Array.from([...general(), 0])), 'length');
    assert.equal(refusal(general().with(general().length - 1, 0x0e)), 'end');
    assert.equal(refusal(general().with(5, 0x55)), 'checksum');
    const data = generalData();
    assert.equal(refusal(frame(1, 1, data.slice(0, -1))), 'groups', 'half a value');
    assert.equal(refusal(frame(1, 1, [...data, 0x01, 0])), 'groups', 'the cells twice');
    assert.equal(refusal(frame(1, 1, [...data, 0x0b])), 'groups', 'a group without a count');
    assert.equal(refusal(frame(1, 1, generalData({ cells: [] }))), 'groups', 'no cells');
    assert.equal(refusal(frame(1, 1, [0x01, 1, 0x0c, 0xf3])), 'groups', 'no status: nobody knows what is wrong');
  });

  it('a status too short for its protections allows nothing: the answer is refused', () => {
    for (const status of [[], [0, 0]]) {
      assert.equal(refusal(frame(1, 1, generalData({ status }))), 'groups', `${status.length} bytes`);
    }
    assert.equal(read(frame(1, 1, generalData({ status: [0, 0, 0, 0] }))).seen?.hardware?.chargeAllowed, true);
  });

  it('a value that is not told is not known', () => {
    const { seen } = read(frame(1, 1, [0x01, 1, 0x0c, 0xf3, 0x06, 2, 0, 0, 0, 0]));
    assert.deepEqual([seen?.voltage, seen?.current, seen?.soc, seen?.bmsTemperature], [null, null, null, null]);
    assert.deepEqual(seen?.temperatures, []);
  });

  it('a flipped bit is refused wherever the check can see it', () => {
    const good = general();
    let seen = 0;
    for (let at = 0; at < good.length * 8; at += 1) {
      const bytes = good.with(at >> 3, good[at >> 3]! ^ (1 << (at & 7)));
      const body = Array.from(bytes.slice(0, -2));
      const visible =
        bytes[0] !== 0x7e || bytes.at(-1) !== 0x0d || bytes[3] !== good[3] || check(body) !== bytes.at(-2);
      if (!visible) continue;
      seen += 1;
      assert.equal(EG4_LIFEPOWER.decode(bytes, OPTIONS).ok, false, `bit ${at}`);
    }
    // The check is as poor as that: this is why sudden changes are asked about again.
    assert.ok(seen > good.length * 2 && seen < good.length * 6, `${seen} of ${good.length * 8}`);
  });

  it('the answer is found behind noise, an echo and other answers, wherever it is cut', () => {
    const find = lifepowerAnswerTo(1, 'general', (data) => data.length);
    const before = [
      Uint8Array.of(0x7e, 0x01, 0x01, 0xff, 0x0d),
      lifepowerQuestion(1, 'general'),
      general({}, 2),
      frame(1, 0x33, text('V1')),
    ];
    const whole = Uint8Array.from(Buffer.concat([...before, general()]));
    for (let length = 0; length < whole.length; length += 1) {
      const found = find(whole.slice(0, length));
      assert.ok(found === null || found.kind === 'other', `after ${length} bytes`);
    }
    assert.deepEqual(find(whole), { kind: 'answer', value: generalData().length });
    const other = find(general({}, 2));
    assert.ok(other?.kind === 'other');
    assert.match(other.text, /address 2/);
    assert.equal(lifepowerAnswerTo(1, 'general', () => null)(general())?.kind, 'failure');
  });

  it('reading is total: any bytes, cut and glued anywhere', () => {
    const sealed = fc.uint8Array({ maxLength: 60 }).map((data) => frame(1, 1, Array.from(data)));
    const piece = fc.oneof(
      fc.uint8Array({ maxLength: 60 }),
      sealed,
      fc.constantFrom(general(), general({ further: FURTHER }), lifepowerQuestion(1, 'general')),
    );
    const variant = fc.constantFrom('auto', 'lifepower4', 'basen');
    let read_ = 0;
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 3 }),
        fc.nat(120),
        fc.nat(200),
        variant,
        (pieces, from, length, which) => {
          const bytes = Uint8Array.from(Buffer.concat(pieces)).slice(from % 20, from + length);
          const options = { ...OPTIONS, variant: which };
          for (const one of [...pieces, bytes]) if (EG4_LIFEPOWER.decode(one, options).ok) read_ += 1;
          lifepowerAnswerTo(1, 'general', (data) => data)(bytes);
        },
      ),
      { numRuns: 1000 },
    );
    assert.ok(read_ > 100, `${read_} frames read`);
  });
});
