/** The commissioning test of a relay, without a dialog: what is noted while the contact is open, and what that proves. */
import assert from 'node:assert/strict';
import { readLive, type Live } from '../../src/editor/relay/live.ts';
import { createTrial, hasPassed, judgeTrial, type TrialResult } from '../../src/editor/relay/trial.ts';
import { isProven, testedSettings } from '../../src/node-red/relay-test-record.ts';

type Case = readonly [
  what: string,
  role: string,
  before: number | null,
  after: number | null,
  yes: boolean,
  result: TrialResult,
];

const CASES: readonly Case[] = [
  ['the charge current ends', 'charge', 20, 0, true, 'proven'],
  ['the load current ends', 'load', -12, -0.4, true, 'proven'],
  ['a tenth may be left', 'load', -30, -3, true, 'proven'],
  ['everything ends with the contactor', 'contactor', -8, 0, true, 'proven'],
  ['the current ends, and nobody has seen it', 'charge', 20, 0, false, 'unseen'],
  ['another charger goes on', 'charge', 20, 12, true, 'partly'],
  ['chargers off, loads on', 'charge', 5, -10, true, 'partly'],
  ['loads off, chargers on', 'load', 5, 15, true, 'partly'],
  ['some goes on, and nobody has seen anything end', 'charge', 20, 12, false, 'failed'],
  ['inverted contact of a charger', 'charge', 0, 18, true, 'reversed'],
  ['inverted contact of a charger, while loads draw', 'charge', -6, 12, true, 'reversed'],
  ['inverted contact of loads', 'load', 0, -9, true, 'reversed'],
  ['inverted contact of loads, and nobody has seen it', 'load', -1, -9, false, 'reversed'],
  ['inverted contactor', 'contactor', 0, 9, true, 'reversed'],
  ['the loads end with the relay of the chargers', 'charge', -10, 0, true, 'other-side'],
  ['the chargers end with the relay of the loads', 'load', 10, 0, true, 'other-side'],
  ['nothing changes', 'charge', 20, 20, true, 'nothing'],
  ['a little wavers, as it always does', 'load', -40, -41, true, 'nothing'],
  ['nothing changes, and nobody has seen anything', 'load', -40, -40, false, 'failed'],
  ['nothing flows', 'charge', 0.2, 0.1, true, 'little'],
  ['nothing flows, and nobody has seen anything', 'charge', 0.2, 0.1, false, 'failed'],
  ['the current is not known before', 'charge', null, 0, true, 'unknown'],
  ['the current is not known after', 'charge', 20, null, true, 'unknown'],
  ['neither is known, nor was anything seen', 'charge', null, null, false, 'failed'],
  ['the buzzer sounds', 'pre-alarm', -3, -3, true, 'sounded'],
  ['the buzzer does not sound', 'pre-alarm', null, null, false, 'silent'],
];

describe('what a test of a relay proves', () => {
  for (const [what, role, before, after, yes, result] of CASES) {
    it(`VLB-22 ${what}: ${result}`, () => {
      assert.equal(judgeTrial(role, { before, after, stuck: false, yes }), result);
    });
  }

  it('VLB-22 a contact that the board itself calls closed is stuck, whatever the current does', () => {
    for (const role of ['charge', 'load', 'pre-alarm']) {
      for (const after of [0, 20, null]) {
        assert.equal(judgeTrial(role, { before: 20, after, stuck: true, yes: true }), 'stuck');
      }
    }
  });

  it('VLB-22 the runtime believes a record exactly when the test has proven it', () => {
    const settings = { role: 'charge', board: 'modbus-timed', channel: '1' };
    for (const [what, role, before, after, yes, result] of CASES) {
      const record = { at: 1, of: testedSettings(settings), before, after, disconnected: hasPassed(result) };
      const believed = isProven({ ...settings, tested: JSON.stringify(record) });
      if (role !== 'pre-alarm') assert.equal(believed, result === 'proven', `${what}: ${yes}`);
    }
  });
});

describe('the course of a test', () => {
  const live = (over: Partial<Live> = {}): Live => ({
    closed: true,
    actual: true,
    reason: 'allowed',
    current: 20,
    age: 0.5,
    cellMax: 3.4,
    ...over,
  });
  const opened = (over: Partial<Live> = {}): Live =>
    live({ closed: false, actual: false, reason: 'test', current: 0, ...over });

  function start(role = 'charge') {
    let now = 100;
    const trial = createTrial(role, () => now);
    return { trial, wait: (seconds: number) => void (now += seconds) };
  }

  it('cannot begin before a closed contact has been seen', () => {
    const { trial } = start();
    assert.equal(trial.ready(), false);
    trial.hear(live({ closed: false, actual: false, reason: 'not-allowed' }));
    assert.equal(trial.ready(), false);
    trial.hear(live());
    assert.equal(trial.ready(), true);
  });

  it('takes the last current before and the last one while open, and asks when the contact may close again', () => {
    const { trial, wait } = start();
    trial.hear(live({ current: 14 }));
    trial.hear(live({ current: 20 }));
    trial.opened();
    for (const current of [19, 5, 0.2]) {
      wait(2);
      trial.hear(opened({ current }));
      assert.equal(trial.phase(), 'open');
    }
    wait(2);
    trial.hear(live({ current: 21 }));
    assert.equal(trial.phase(), 'asked');
    assert.deepEqual([trial.before(), trial.after()], [20, 0.2]);
    assert.equal(trial.answer(true), 'proven');
    assert.equal(trial.phase(), 'done');
  });

  it('a current measured before the contact opened says nothing of what flows now', () => {
    const { trial, wait } = start();
    trial.hear(live());
    trial.opened();
    wait(1);
    trial.hear(opened({ current: 20, age: 3 }));
    wait(9);
    trial.hear(live({ reason: 'minimum-off', closed: false }));
    assert.equal(trial.after(), null);
    assert.equal(trial.answer(true), 'unknown');
  });

  it('a contact that is still read back closed at the end is stuck; one that is only slow is not', () => {
    for (const [last, result] of [
      [true, 'stuck'],
      [false, 'proven'],
    ] as const) {
      const { trial, wait } = start();
      trial.hear(live());
      trial.opened();
      wait(1);
      trial.hear(opened({ actual: true, closed: true }));
      wait(3);
      trial.hear(opened({ actual: last, closed: last }));
      wait(6);
      trial.hear(live());
      assert.equal(trial.answer(true), result);
    }
  });

  it('a permission that is withdrawn meanwhile ends the test too', () => {
    const { trial, wait } = start();
    trial.hear(live());
    trial.opened();
    wait(2);
    trial.hear(opened());
    trial.hear(opened({ reason: 'not-allowed' }));
    assert.equal(trial.phase(), 'asked');
  });
});

describe('the answer of the runtime', () => {
  const whole = { known: true, closed: true, actual: null, reason: 'allowed', current: 1.5, age: 0.1, cellMax: 3.3 };

  it('is read field by field; what is no number is not known', () => {
    assert.deepEqual(readLive(whole), {
      closed: true,
      actual: null,
      reason: 'allowed',
      current: 1.5,
      age: 0.1,
      cellMax: 3.3,
    });
    for (const current of ['1.5', Number.NaN, undefined]) {
      assert.equal(readLive({ ...whole, current })?.current, null);
    }
  });

  it('is none where no such relay runs, or something else answers', () => {
    for (const answer of [null, undefined, 'x', [], {}, { known: false }, { ...whole, closed: 1 }]) {
      assert.equal(readLive(answer), null, JSON.stringify(answer));
    }
  });
});
