import assert from 'node:assert/strict';
import fc from 'fast-check';
import { linesOf, lineOf } from '../../../src/links/123smartbms-ble/lines.ts';
import { SMARTBMS123_BLE } from '../../../src/links/123smartbms-ble/protocol.ts';
import { readRecord } from '../../../src/links/123smartbms-ble/record.ts';
import { DEFAULT_OPTIONS, type LinkOptions } from '../../../src/links/options.ts';
import { cell, ENERGY, lines, PACK, TEMPERATURES, TURN, VOLTAGES } from './build.ts';

const OPTIONS: LinkOptions = { ...DEFAULT_OPTIONS, variant: 'gen3', temperatureFormula: 'document' };

function fields(line: string, options = OPTIONS): Record<string, unknown> {
  const decoded = SMARTBMS123_BLE.decode(lines(line), options);
  assert.ok(decoded.ok, `${line}: ${decoded.ok ? '' : decoded.text}`);
  return { ...decoded.frame };
}

function seen(line: string) {
  const decoded = SMARTBMS123_BLE.decode(lines(line), OPTIONS);
  assert.ok(decoded.ok);
  return decoded.seen;
}

const refused = (line: string): boolean => !SMARTBMS123_BLE.decode(lines(line), OPTIONS).ok;

describe('123\\SmartBMS over Bluetooth: records', () => {
  it('123-R7 U tells the pack voltage and three currents, by the generation', () => {
    assert.deepEqual(fields(PACK), { kind: 'pack', voltage: 13.2, currentIn: 5, current: -2, currentOut: 7 });
    const gen2 = fields(PACK, { ...OPTIONS, variant: 'gen2' });
    assert.deepEqual([gen2['currentIn'], gen2['current'], gen2['currentOut']], [12.5, -5, 17.5]);
    const unknown = fields('U_XXXX_XXXXX_+0000_X');
    assert.deepEqual(
      [unknown['voltage'], unknown['currentIn'], unknown['current'], unknown['currentOut']],
      [null, null, 0, null],
    );
  });

  it('123-R1 V and T tell the extremes and their cells', () => {
    assert.deepEqual(fields(VOLTAGES), {
      kind: 'voltages',
      cellMin: { value: 3.25, cell: 3 },
      cellMax: { value: 3.35, cell: 1 },
      vBalanceSetting: 3.5,
    });
    const expected = {
      kind: 'temperatures',
      temperatureMin: { value: 19, cell: 2 },
      temperatureMax: { value: 24, cell: 4 },
    };
    assert.deepEqual(fields(TEMPERATURES), expected);
    assert.deepEqual(fields(`${TEMPERATURES}_XX`), expected);
    assert.deepEqual(fields(`${TEMPERATURES}_05`), expected);
  });

  it('temperatures are read by the formula that is set, and a dead sensor tells none', () => {
    const [document, driver] = (['document', 'driver'] as const).map((temperatureFormula) =>
      fields('T_114_01_12C_02', { ...OPTIONS, temperatureFormula }),
    );
    assert.deepEqual(
      [document?.['temperatureMin'], document?.['temperatureMax']],
      [
        { value: 0, cell: 1 },
        { value: 24, cell: 2 },
      ],
    );
    assert.deepEqual(
      [driver?.['temperatureMin'], driver?.['temperatureMax']],
      [
        { value: 5, cell: 1 },
        { value: 25, cell: 2 },
      ],
    );
    assert.equal(fields(cell(1, 4, '28A', '000'))['temperature'], null);
  });

  it('123-R9 C tells a cell, what is permitted, and the warnings', () => {
    const told = fields(cell(2));
    assert.deepEqual([told['cell'], told['cellCount'], told['voltage'], told['temperature']], [2, 4, 3.25, 24]);
    const FLAGS = [
      'chargeAllowed',
      'loadAllowed',
      'cellCommunicationError',
      'vMin',
      'vMax',
      'tMin',
      'tMax',
      'socNotCalibrated',
    ];
    const SECOND = [
      null,
      'earlyWarning',
      'tMinCharge',
      'tMinDischarge',
      'chargeRelayClosed',
      'loadRelayClosed',
      null,
      null,
    ];
    for (let bit = 0; bit < 8; bit += 1) {
      const byte = (1 << bit).toString(16).toUpperCase().padStart(2, '0');
      const first = fields(cell(1, 4, '28A', '12C', `${byte}_00`));
      assert.deepEqual(
        FLAGS.filter((flag) => first[flag] === true),
        [FLAGS[bit]],
      );
      const second = fields(cell(1, 4, '28A', '12C', `00_${byte}`));
      const names = SECOND.filter((flag) => flag !== null);
      assert.deepEqual(
        names.filter((flag) => second[flag] === true),
        names.filter((flag) => flag === SECOND[bit]),
      );
    }
    assert.equal('earlyWarning' in fields(cell(1, 4, '28A', '12C', '03')), false);
  });

  it('123-R10 E, M, H and B tell SOC and counters', () => {
    assert.deepEqual(fields(ENERGY), {
      kind: 'energy',
      soc: 63,
      energyCollectedToday: 1234,
      energyStored: 8000,
      energyConsumedToday: 777,
    });
    assert.equal(fields('E_000000_000000_000000_65')['soc'], null);
    assert.deepEqual(fields('M_0004D2_00049C_0C:1E'), {
      kind: 'counters',
      energyCollectedTotal: 1234,
      energyConsumedTotal: 1180,
      deviceTime: '12:30',
    });
    assert.deepEqual(fields('H_FF_08E8_08FC_63_0005E9_0005DE'), {
      kind: 'counters',
      soh: null,
      measuredCapacity: 2280,
      measuredChargeCapacity: 2300,
      efficiency: 99,
      chargeCycles: 15.13,
      dischargeCycles: 15.02,
    });
    assert.deepEqual(fields('B_000001_000002_000003_000004'), {
      kind: 'counters',
      energyCharged: 1,
      energyDischarged: 2,
      energyChargedToday: 3,
      energyDischargedToday: 4,
    });
  });

  it('one record tells of the pack what is in it', () => {
    assert.deepEqual(seen(PACK), { voltage: 13.2, current: -2, currentIn: 5, currentOut: 7 });
    assert.deepEqual(seen(cell(2))?.cells, [{ cell: 2, voltage: 3.25, temperature: 24 }]);
    assert.equal(seen(cell(5))?.cells, undefined);
    assert.equal(seen(ENERGY)?.soc, 63);
    assert.equal(seen('E!'), null);
  });

  it('123-R17 knows commands and answers, and says no PIN back', () => {
    assert.deepEqual(fields('PW4711!'), { kind: 'command', command: 'login' });
    assert.deepEqual(fields('E!'), { kind: 'command', command: 'start stream' });
    assert.deepEqual(fields('D!'), { kind: 'command', command: 'stop stream' });
    assert.deepEqual(fields('$'), { kind: 'command', command: 'flush' });
    assert.deepEqual(fields('S1@'), { kind: 'command', command: 'query', query: 'S1@' });
    assert.deepEqual(fields('2D-041!'), { kind: 'command', command: 'write', address: '041', value: 45 });
    assert.deepEqual(fields('OK'), { kind: 'answer', accepted: true });
    for (const no of ['NA', 'KO', 'WRONG']) assert.deepEqual(fields(no), { kind: 'answer', accepted: false });
    // Three times '3', six times '0', and '2', 'B', 'C' add up to 0x270.
    const version = { kind: 'query answer', checksumOk: true, query: 'V@', firmware: '3.3.3' };
    assert.deepEqual(fields('333_00_00_00_2BC_70'), version);
    assert.deepEqual(fields('333_00_00_00_2BC_71'), { ...version, checksumOk: false });
    const settings = fields('00FA_0032_00A0_34373131_00');
    assert.deepEqual(settings['fields'], ['00FA', '0032', '00A0', '(a PIN)']);
  });

  it('refuses what has not the form of a record', () => {
    const wrong = [
      '',
      'X_01',
      'U',
      'U_0A50',
      `${PACK}_00`,
      'U_0A5g_+0064_-0028_+008C',
      'U_0A50_0064_-0028_+008C',
      'u_0A50_+0064_-0028_+008C',
    ];
    for (const line of [...wrong, 'C_01_04_28A_12C', 'C_001_04_28A_12C_03', 'M_0004D2_00049C_0C1E', 'toString_01']) {
      assert.ok(refused(line), line);
    }
  });

  it('never throws, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), fc.constantFrom(...TURN), fc.nat(30), (bytes, record, cut) => {
        SMARTBMS123_BLE.decode(bytes, OPTIONS);
        const glued = Buffer.concat([bytes, lines(record).subarray(0, cut), bytes]);
        for (const line of linesOf(glued)) readRecord(line, OPTIONS);
      }),
    );
  });

  it('a flipped bit makes a record none, or changes what its digits say, and never its kind', () => {
    for (const record of TURN) {
      const bytes = Buffer.from(record, 'latin1');
      const { kind } = fields(record);
      for (let bit = 0; bit < bytes.length * 8; bit += 1) {
        const damaged = Buffer.from(bytes);
        damaged[bit >> 3] = (damaged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        const read = readRecord(damaged.toString('latin1'), OPTIONS);
        if (read === null) continue;
        assert.equal(read.kind, kind, `${record}, bit ${bit}`);
      }
    }
  });
});

describe('123\\SmartBMS over Bluetooth: lines', () => {
  it('end with CR or a space, and echoes of "$" are passed over', () => {
    assert.deepEqual(linesOf(Buffer.from('$$OK\rU_1 V_2\r\n$\rE_', 'latin1')), ['OK', 'U_1', 'V_2', '$']);
    assert.equal(lineOf(Buffer.from('$OK\r\n', 'latin1')), 'OK');
  });

  it('are found whole at every cut, and never in halves', () => {
    const all = lines(...TURN);
    for (let cut = 0; cut <= all.length; cut += 1) {
      const found = linesOf(all.subarray(0, cut));
      assert.deepEqual(found, TURN.slice(0, found.length), `after ${cut} bytes`);
    }
  });
});
