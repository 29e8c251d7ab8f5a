/** One Modbus RTU frame by itself, and who a Modbus device is. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Heard } from '../../src/links/device.ts';
import { exceptionSentence, readRtuFrame } from '../../src/links/modbus-frame.ts';
import { createIdentity } from '../../src/links/modbus-identity.ts';
import { bits, exception, request, rtu, words } from './support/rtu.ts';

describe('a Modbus RTU frame by itself', () => {
  it('reads answers, requests, writes and exceptions', () => {
    const head = { ok: true, unit: 9 };
    assert.deepEqual(readRtuFrame(words(9, 3, [0xffff, 1])), {
      ...head,
      fn: 3,
      kind: 'answer',
      registers: [0xffff, 1],
    });
    assert.deepEqual(readRtuFrame(words(9, 4, [2])), { ...head, fn: 4, kind: 'answer', registers: [2] });
    assert.deepEqual(readRtuFrame(bits(9, 1, [0x05])), {
      ...head,
      fn: 1,
      kind: 'answer',
      bits: [true, false, true, false, false, false, false, false],
    });
    for (const fn of [1, 2, 3, 4]) {
      assert.deepEqual(readRtuFrame(request(9, fn, 0x1234, 7)), {
        ...head,
        fn,
        kind: 'request',
        first: 0x1234,
        count: 7,
      });
    }
    assert.deepEqual(readRtuFrame(rtu(9, 6, 0, 4, 1, 2)), {
      ...head,
      fn: 6,
      kind: 'request',
      first: 4,
      count: 1,
      registers: [0x102],
    });
    assert.deepEqual(readRtuFrame(rtu(9, 5, 0, 4, 0xff, 0)), {
      ...head,
      fn: 5,
      kind: 'request',
      first: 4,
      count: 1,
      registers: [0xff00],
    });
    assert.deepEqual(readRtuFrame(rtu(9, 15, 0, 4, 0, 3, 1, 0x06)), {
      ...head,
      fn: 15,
      kind: 'request',
      first: 4,
      count: 3,
      bits: [false, true, true],
    });
    assert.deepEqual(readRtuFrame(rtu(9, 16, 0, 4, 0, 2, 4, 0, 1, 0, 2)), {
      ...head,
      fn: 16,
      kind: 'request',
      first: 4,
      count: 2,
      registers: [1, 2],
    });
    assert.deepEqual(readRtuFrame(rtu(9, 16, 0, 4, 0, 2)), { ...head, fn: 16, kind: 'answer', first: 4, count: 2 });
    assert.deepEqual(readRtuFrame(exception(9, 3, 2)), { ...head, fn: 3, kind: 'exception', code: 2 });
    assert.equal(
      exceptionSentence({ unit: 9, fn: 3, code: 2 }),
      'unit 9 refuses function 3: illegal address (exception 2)',
    );
  });

  it('where a frame could be two things, its length decides as it is written down', () => {
    // 24 bits, or a request for two bits from 0307.
    const both = rtu(1, 1, 3, 7, 0, 2);
    const read = readRtuFrame(both);
    assert.ok(read.ok && read.kind === 'answer' && read.bits?.length === 24);
    // Three bytes are no words.
    const words3 = readRtuFrame(rtu(1, 3, 3, 7, 0, 2));
    assert.ok(words3.ok && words3.kind === 'request' && words3.first === 0x307);
  });

  it('says why it refuses', () => {
    const why = (bytes: Uint8Array) => {
      const read = readRtuFrame(bytes);
      assert.ok(!read.ok && read.text.length > 10);
      return read.refusal;
    };
    assert.equal(why(new Uint8Array()), 'length');
    assert.equal(why(words(1, 3, [1, 2, 3]).slice(0, -1)), 'length');
    assert.equal(why(rtu(1, 0x2b, 14, 1, 0)), 'function');
    assert.equal(why(rtu(1, 0x80, 1)), 'function');
    assert.equal(why(rtu(1, 3, 0)), 'length');
    assert.equal(why(rtu(1, 16, 0, 4, 0, 0, 0)), 'length');
    assert.equal(why(rtu(1, 16, 0, 4, 0, 2, 3, 0, 1, 0)), 'length');
    const damaged = words(1, 3, [1, 2]);
    damaged[4]! ^= 1;
    assert.equal(why(damaged), 'checksum');
  });

  it('any bytes are read or refused', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 260 }), (bytes) => {
        assert.equal(typeof readRtuFrame(bytes).ok, 'boolean');
      }),
    );
  });
});

describe('who a Modbus device is', () => {
  const told = (value: string): Heard<string> => ({ ok: true, value });
  const not = (reason: 'silent' | 'noise' | 'refused'): Heard<never> => ({ ok: false, reason, text: 'no' });

  function identity(serials: Heard<string>[], alive: Heard<unknown> = told('')) {
    const asked = { serial: 0, alive: 0 };
    const identify = createIdentity(
      () => {
        asked.serial += 1;
        return Promise.resolve(serials.shift() ?? not('silent'));
      },
      () => {
        asked.alive += 1;
        return Promise.resolve(alive);
      },
    );
    return { identify, asked };
  }

  it('a serial number is asked once and told', async () => {
    const { identify, asked } = identity([told('A1')]);
    assert.deepEqual(await identify(), told('A1'));
    assert.deepEqual(asked, { serial: 1, alive: 0 });
  });

  it('a device that refuses, tells nothing or only keeps silent about it has none, and is no other for it', async () => {
    const none = await identity([not('refused')]).identify();
    assert.ok(none.ok && none.value !== '');
    assert.deepEqual(await identity([told('')]).identify(), none);
    const { identify, asked } = identity([]);
    assert.deepEqual(await identify(), none);
    assert.deepEqual(asked, { serial: 3, alive: 2 });
  });

  it('a device that says nothing at all is silent, and noise is no name', async () => {
    assert.deepEqual(await identity([], not('silent')).identify(), not('silent'));
    assert.deepEqual(await identity([not('noise')]).identify(), not('noise'));
  });

  it('one that has told a name is not believed to have none when it keeps silent', async () => {
    const { identify } = identity([told('A1'), not('silent'), not('refused')]);
    await identify();
    assert.deepEqual(await identify(), not('silent'));
    const refusing = await identify();
    assert.ok(refusing.ok && refusing.value !== 'A1', 'another device, which refuses');
  });
});
