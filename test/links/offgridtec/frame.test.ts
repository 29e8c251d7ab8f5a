import assert from 'node:assert/strict';
import fc from 'fast-check';
import { findAnswer, question, readFrame } from '../../../src/links/offgridtec/frame.ts';
import { OFFGRIDTEC } from '../../../src/links/offgridtec/protocol.ts';
import { cellRegister, registersOf } from '../../../src/links/offgridtec/registers.ts';
import { type SmartBat, smartBatOf } from '../../../src/links/offgridtec/smart-bat.ts';
import { DEFAULT_OPTIONS } from '../../../src/links/options.ts';
import { answer, ciphered, KEY, noSuchRegister, TYPE_A, TYPE_B, word } from './build.ts';

function bat(name: string): SmartBat {
  const known = smartBatOf(name);
  assert.ok(known !== null, name);
  return known;
}

function fields(device: string, bytes: Uint8Array, currentSign: 1 | -1 = 1): Record<string, unknown> {
  const decoded = OFFGRIDTEC.decode(bytes, { ...DEFAULT_OPTIONS, device, currentSign });
  assert.ok(decoded.ok, decoded.ok ? '' : decoded.text);
  return { ...decoded.frame };
}

function refusal(device: string, bytes: Uint8Array): string {
  const decoded = OFFGRIDTEC.decode(bytes, { ...DEFAULT_OPTIONS, device });
  assert.ok(!decoded.ok, 'taken');
  return decoded.refusal;
}

describe('Offgridtec Smart-Pro: the name', () => {
  it('gives type and key', () => {
    assert.deepEqual(smartBatOf(TYPE_A), { name: TYPE_A, type: 'A', key: 0x10 });
    assert.deepEqual(smartBatOf(TYPE_B), { name: TYPE_B, type: 'B', key: 0x10 });
    assert.equal(smartBatOf('SmartBat-B15051')?.key, 25);
    // 0000: four times the share of the digit 0, and that of the type.
    assert.equal(smartBatOf('SmartBat-A0')?.key, 4 * 2 + 5);
    assert.equal(smartBatOf(' smartbat-a12345 ')?.name, TYPE_A);
  });

  it('that does not fit gives none', () => {
    for (const name of ['', 'SmartBat-C12345', 'SmartBat-A', 'SmartBat-A12x', 'AA:BB:CC:DD:EE:FF', 'xSmartBat-A1']) {
      assert.equal(smartBatOf(name), null, name);
      assert.equal(refusal(name, answer(0x08, word(1))), 'key');
    }
  });
});

describe('Offgridtec Smart-Pro: frames', () => {
  it('OGT-12 questions are ciphered and name type, register and length', () => {
    const sent = (name: string): string[] =>
      registersOf(bat(name)).map((register) =>
        Buffer.from(ciphered(Buffer.from(question(bat(name), register)).toString('latin1'))).toString(),
      );
    assert.deepEqual(sent(TYPE_A), [
      '+RAA0201',
      '+RAA0403',
      '+RAA0802',
      '+RAA0C02',
      '+RAA1003',
      '+RAA1802',
      '+RAA2C02',
    ]);
    assert.deepEqual(sent(TYPE_B), [
      '+R160802',
      '+R160902',
      '+R160A03',
      '+R160D01',
      '+R160F03',
      '+R161202',
      '+R161702',
    ]);
    assert.equal(
      Buffer.from(ciphered(Buffer.from(question(bat(TYPE_B), cellRegister(16))).toString('latin1'))).toString(),
      '+R163002',
    );
  });

  it('OGT-12 reads every register of type A', () => {
    const read = (register: number, ...data: number[]): Record<string, unknown> => {
      const { battery, key, kind, register: told, ...rest } = fields(TYPE_A, answer(register, data));
      assert.deepEqual([battery, key, kind, told], [TYPE_A, KEY, 'value', register]);
      return rest;
    };
    assert.deepEqual(read(0x02, 87), { soc: 87 });
    assert.deepEqual(read(0x02, 87, 0), { soc: 87 });
    assert.deepEqual(read(0x02, 101), { soc: null });
    assert.deepEqual(read(0x04, ...word(31_000), 3), { remaining: 93 });
    assert.deepEqual(read(0x08, ...word(13_246)), { voltage: 13.246 });
    assert.deepEqual(read(0x0c, ...word(2982)), { bmsTemperature: 25.05 });
    assert.deepEqual(read(0x0c, ...word(2631)), { bmsTemperature: -10.05 });
    assert.deepEqual(read(0x0c, 0, 0), { bmsTemperature: null });
    assert.deepEqual(read(0x0c, 0xff, 0xff), { bmsTemperature: null });
    assert.deepEqual(read(0x10, ...word(-4567), 0), { current: -45.67 });
    assert.deepEqual(read(0x10, ...word(-4567), 2), { current: -91.34 });
    assert.deepEqual(read(0x18, ...word(90)), { runtime: 5400 });
    assert.deepEqual(read(0x18, 0xff, 0xff), { runtime: null });
    assert.deepEqual(read(0x2c, ...word(300)), { cycles: 300 });
  });

  it('OGT-12 reads every register of type B', () => {
    const read = (register: number, ...data: number[]): Record<string, unknown> => {
      const {
        battery: _battery,
        key: _key,
        kind: _kind,
        register: _told,
        ...rest
      } = fields(TYPE_B, answer(register, data));
      return rest;
    };
    assert.deepEqual(read(0x08, ...word(2982)), { bmsTemperature: 25.05 });
    assert.deepEqual(read(0x09, ...word(26_500)), { voltage: 26.5 });
    assert.deepEqual(read(0x0a, ...word(-2000), 10), { current: -20 });
    assert.deepEqual(read(0x0d, 100), { soc: 100 });
    assert.deepEqual(read(0x0f, ...word(800), 10), { remaining: 8 });
    assert.deepEqual(read(0x12, ...word(1)), { runtime: 60 });
    assert.deepEqual(read(0x17, ...word(2500)), { cycles: 2500 });
    for (let cell = 1; cell <= 16; cell += 1) {
      assert.deepEqual(read(0x40 - cell, ...word(3300 + cell)), { cell, cellVoltage: (3300 + cell) / 1000 });
    }
  });

  it('turns the current round where that is set', () => {
    assert.equal(fields(TYPE_B, answer(0x0a, [...word(-2000), 10]), -1)['current'], 20);
    const decoded = OFFGRIDTEC.decode(answer(0x0a, [0, 0, 1]), { ...DEFAULT_OPTIONS, device: TYPE_B, currentSign: -1 });
    assert.ok(decoded.ok);
    assert.ok(Object.is(decoded.seen?.current, 0));
  });

  it('knows questions and errors as such', () => {
    const asked = fields(TYPE_B, ciphered('+R160902'));
    assert.deepEqual([asked['kind'], asked['register'], asked['length']], ['question', 9, 2]);
    assert.equal(fields(TYPE_A, noSuchRegister())['error'], 'no such register');
  });

  it('refuses what is none, with the reason', () => {
    assert.equal(refusal(TYPE_B, Uint8Array.of()), 'start');
    assert.equal(refusal(TYPE_B, answer(0x09, word(1), KEY + 1)), 'start');
    assert.equal(refusal(TYPE_B, ciphered('+RD,0971B2')), 'end');
    assert.equal(refusal(TYPE_B, ciphered('+RD,0971B\r\n')), 'character');
    assert.equal(refusal(TYPE_B, ciphered('+RD,0971b2\r\n')), 'character');
    assert.equal(refusal(TYPE_B, answer(0x2c, word(1))), 'register');
    assert.equal(refusal(TYPE_A, answer(0x3f, word(1))), 'register');
    assert.equal(refusal(TYPE_B, answer(0x09, [1, 2, 3])), 'length');
    assert.equal(refusal(TYPE_B, answer(0x0a, [1, 2])), 'length');
  });

  it('never throws, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.constantFrom(TYPE_A, TYPE_B, 'nobody'), (bytes, device) => {
        OFFGRIDTEC.decode(bytes, { ...DEFAULT_OPTIONS, device });
        if (device === 'nobody') return;
        readFrame(bat(device), bytes);
        for (const register of registersOf(bat(device))) findAnswer(bat(device), register, bytes);
      }),
    );
  });
});

describe('Offgridtec Smart-Pro: the answer among what is heard', () => {
  const of = bat(TYPE_B);
  const [, voltage] = registersOf(of);
  assert.ok(voltage !== undefined);
  const right = answer(0x09, word(13_000));

  function find(...parts: Uint8Array[]) {
    assert.ok(voltage !== undefined);
    return findAnswer(of, voltage, Uint8Array.from(Buffer.concat(parts)));
  }

  const FOUND = { kind: 'answer', value: { kind: 'value', value: 13 } };

  it('is found behind noise, an echo, and an answer to something else', () => {
    assert.deepEqual(find(right), FOUND);
    assert.deepEqual(find(Uint8Array.of(0, 0xff, 0x3b), right), FOUND);
    assert.deepEqual(find(ciphered('+R160902'), right), FOUND);
    assert.deepEqual(find(answer(0x08, word(2982)), right, Uint8Array.of(7)), FOUND);
    assert.deepEqual(find(noSuchRegister()), { kind: 'answer', value: { kind: 'error' } });
  });

  it('is not taken from an answer to something else, nor from another battery', () => {
    const other = find(answer(0x08, word(2982)));
    assert.ok(other?.kind === 'other');
    assert.match(other.text, /register 08 was answered, not 09/);
    const stranger = find(answer(0x09, word(13_000), KEY ^ 0x05));
    assert.ok(stranger?.kind === 'other');
    assert.match(stranger.text, /another battery than SmartBat-B12294: check the name/);
  });

  it('is waited for until it is whole, at every cut', () => {
    for (let length = 0; length < right.length; length += 1)
      assert.equal(find(right.subarray(0, length)), null, `${length}`);
    for (let cut = 1; cut < right.length; cut += 1) {
      assert.deepEqual(find(right.subarray(0, cut), right), FOUND, `cut short after ${cut}, then whole`);
    }
  });

  it('with one flipped bit is another value at most where that bit is one of a digit', () => {
    for (let bit = 0; bit < right.length * 8; bit += 1) {
      const damaged = Uint8Array.from(right);
      damaged[bit >> 3] = (damaged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      const found = find(damaged);
      if (found?.kind !== 'answer') continue;
      // There is no checksum: behind `+RD,09` stand the four digits of the value.
      assert.ok(bit >> 3 >= 6 && bit >> 3 < 10, `a flipped bit ${bit & 7} of byte ${bit >> 3} goes unseen`);
    }
  });
});
