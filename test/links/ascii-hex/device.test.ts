/** What the devices of this envelope make of refusals, of missing flags and of answers about somebody else. */
import assert from 'node:assert/strict';
import type { Ask, Failure } from '../../../src/links/device.ts';
import { optionDefaults } from '../../../src/links/options.ts';
import { PACE } from '../../../src/links/pace/protocol.ts';
import type { Protocol } from '../../../src/links/protocol.ts';
import { PYLONTECH } from '../../../src/links/pylontech/protocol.ts';
import { SEPLOS_V2 } from '../../../src/links/seplos-v2/protocol.ts';
import { status25, values25 } from '../pace/build-answer.ts';
import { alarmOf, moduleOf } from '../pylontech/build-answer.ts';
import { alarms, telemetry } from '../seplos-v2/build-answer.ts';
import { buildFrame, type Parts } from './build-frame.ts';

const SILENT: Failure = { ok: false, reason: 'silent', text: 'no answer' };

/** What is answered to each question, by its CID2; nothing where it is absent. */
type Script = Readonly<Record<string, Parts | undefined>>;

function deviceOn(protocol: Protocol, script: () => Script) {
  const asked: string[] = [];
  const ask: Ask = (question, find) => {
    const text = Buffer.from(question).toString('latin1');
    asked.push(text.slice(1, 3) + text.slice(7, 9));
    const parts = script()[text.slice(7, 9)];
    if (parts === undefined) return Promise.resolve(SILENT);
    const found = find(buildFrame(parts));
    if (found === null) return Promise.resolve({ ok: false, reason: 'noise', text: 'noise' });
    if (found.kind === 'answer') return Promise.resolve({ ok: true, value: found.value });
    return Promise.resolve({ ok: false, reason: found.kind === 'other' ? 'other' : found.reason, text: found.text });
  };
  assert.ok(protocol.opens.kind === 'bytes');
  return { device: protocol.opens.device(ask, optionDefaults(protocol.info.options, 4)), asked };
}

const makers: readonly {
  readonly name: string;
  readonly protocol: Protocol;
  readonly values: Parts;
  readonly flags: Parts;
}[] = [
  {
    name: 'Seplos V2',
    protocol: SEPLOS_V2,
    values: { address: 0, info: telemetry() },
    flags: { address: 0, info: alarms({ cells: [0, 0, 0, 0] }) },
  },
  {
    name: 'Pylontech',
    protocol: PYLONTECH,
    values: { info: [0x11, 2, ...moduleOf()] },
    flags: { info: alarmOf({ cells: [0, 0, 0, 0] }) },
  },
  {
    name: 'PACE',
    protocol: PACE,
    values: { version: 0x25, address: 1, info: values25() },
    flags: { version: 0x25, address: 1, info: status25({ cells: [0, 0, 0, 0] }) },
  },
];

for (const { name, protocol, values, flags } of makers) {
  describe(`a ${name} device on a scripted line`, () => {
    const refusal = (parts: Parts, code: number): Parts => ({ ...parts, code, info: [] });

    it('values and flags make one observation', async () => {
      const { device } = deviceOn(protocol, () => ({ 42: values, 44: flags }));
      const { seen, failure } = await device.poll();
      assert.equal(failure, null);
      assert.equal(seen?.cells?.length, 4);
      assert.deepEqual([seen?.hardware?.chargeAllowed, seen?.hardware?.loadAllowed], [true, true]);
    });

    it('a device that does not know the question for its flags is read without them', async () => {
      const { device } = deviceOn(protocol, () => ({ 42: values, 44: refusal(flags, 4) }));
      for (let cycle = 0; cycle < 5; cycle += 1) {
        const { seen, failure } = await device.poll();
        assert.equal(failure, null);
        assert.equal(seen?.cells?.length, 4);
        assert.equal(seen?.hardware, undefined);
      }
    });

    it('flags that stay away are told from the third time on, and what was heard is passed on', async () => {
      let there = false;
      const { device } = deviceOn(protocol, () => (there ? { 42: values, 44: flags } : { 42: values }));
      const reasons: (string | undefined)[] = [];
      for (let cycle = 0; cycle < 6; cycle += 1) {
        there = cycle === 4;
        const { seen, failure } = await device.poll();
        assert.equal(seen?.voltage, 13.21);
        reasons.push(failure?.reason);
      }
      assert.deepEqual(reasons, [undefined, undefined, 'silent', 'silent', undefined, undefined]);
    });

    it('a device that does not know the question for its values says so', async () => {
      const { device } = deviceOn(protocol, () => ({ 42: refusal(values, 4) }));
      const { seen, failure } = await device.poll();
      assert.equal(seen, null);
      assert.equal(failure?.reason, 'refused');
      assert.match(failure.text, /does not know the question for its values/);
    });

    it('a refusal is told with its reason', async () => {
      const { device } = deviceOn(protocol, () => ({ 42: refusal(values, 2) }));
      const { seen, failure } = await device.poll();
      assert.equal(seen, null);
      assert.match(failure?.text ?? '', /refuses question 42.*wrong checksum.*RTN 02/);
    });

    it('an answer of another address, and flags in the place of values, are not believed', async () => {
      for (const other of [{ ...values, address: 9 }, flags]) {
        const { device } = deviceOn(protocol, () => ({ 42: other, 44: flags }));
        const { seen, failure } = await device.poll();
        assert.equal(seen, null);
        assert.equal(failure?.reason, 'other');
      }
    });

    it('without a name it is told apart from nobody, and still read', async () => {
      const { device } = deviceOn(protocol, () => ({ 42: values, 44: flags }));
      const told = await device.identify!();
      assert.ok(told.ok);
      assert.match(told.value, /without/);
      assert.equal((await device.poll()).seen?.cells?.length, 4);
    });

    it('nobody there is silence, asked for its name or its values', async () => {
      const { device } = deviceOn(protocol, () => ({}));
      const told = await device.identify!();
      assert.deepEqual(told, SILENT);
      assert.deepEqual(await device.poll(), { seen: null, failure: SILENT });
    });
  });
}

describe('answers that name whom they are about', () => {
  it('Pylontech: another module', async () => {
    const { device } = deviceOn(PYLONTECH, () => ({ 42: { info: [0x11, 3, ...moduleOf()] } }));
    assert.equal((await device.poll()).failure?.reason, 'other');
  });

  it('Pylontech: a module that the first one cannot reach', async () => {
    const { device } = deviceOn(PYLONTECH, () => ({ 42: { code: 0x91 } }));
    assert.match((await device.poll()).failure?.text ?? '', /cannot reach the module.*RTN 91/);
    const { device: wrong } = deviceOn(PYLONTECH, () => ({ 42: { code: 0x90 } }));
    assert.match((await wrong.poll()).failure?.text ?? '', /finds the address wrong.*RTN 90/);
  });

  it('PACE 2.5: another pack', async () => {
    const info = values25();
    info[1] = 2;
    const { device } = deviceOn(PACE, () => ({ 42: { version: 0x25, address: 1, info } }));
    assert.equal((await device.poll()).failure?.reason, 'other');
  });

  it('a layout of another variant shows itself by the voltage', async () => {
    const { device } = deviceOn(PACE, () => ({ 42: { version: 0x25, address: 1, info: values25({ voltage: 1321 }) } }));
    const { seen, failure } = await device.poll();
    assert.equal(seen, null);
    assert.equal(failure?.reason, 'nonsense');
    assert.match(failure.text, /cells sum up to 13.21 V but it tells 1.32 V/);
  });
});

describe('the version of a PACE board, learned', () => {
  it('is learned again when the board falls silent, the known one first', async () => {
    let script: Script = { 42: { version: 0x25, address: 1, info: values25() } };
    const { device, asked } = deviceOn(PACE, () => script);
    await device.poll();
    assert.deepEqual(asked.splice(0), ['2542', '2544']);
    script = {};
    await device.poll();
    assert.deepEqual(asked.splice(0), ['2542']);
    await device.poll();
    assert.deepEqual(asked.splice(0), ['2542', '2042']);
  });
});
