import assert from 'node:assert/strict';
import type { Observation } from '../../../src/engine/reading/observation.ts';
import { createSmartBms123Link, type SmartBms123Options } from '../../../src/links/123smartbms/link.ts';
import type { ByteBus } from '../../../src/links/bus/bus.ts';
import type { LinkState } from '../../../src/links/link.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { encodeFrame, glue, type RawFrame } from './build-frame.ts';

function setUp(options: Partial<SmartBms123Options> = {}) {
  const clock = new ManualClock(1000);
  const observations: { observation: Observation; at: number }[] = [];
  const states: LinkState[] = [];
  const reopened: number[] = [];
  const listeners = new Set<(chunk: Uint8Array, at: number) => void>();
  const link = createSmartBms123Link({
    bytes: {
      onBytes(listener) {
        listeners.add(listener);
        return () => void listeners.delete(listener);
      },
      reopen: (reason) => {
        assert.ok(reason.length > 0);
        reopened.push(clock.now());
      },
    },
    clock,
    formula: 'document',
    listener: {
      observed: (observation, at) => observations.push({ observation, at }),
      changed: (state) => states.push(state),
    },
    ...options,
  });
  const send = (bytes: Uint8Array) => {
    for (const listener of listeners) listener(bytes, clock.now());
  };
  /** One frame a second. */
  const frames = (...all: Partial<RawFrame>[]) => {
    for (const fields of all) {
      clock.advance(1);
      send(encodeFrame(fields));
    }
  };
  const observed = () => observations.at(-1)?.observation ?? {};
  return { clock, link, observations, observed, states, reopened, listeners, send, frames };
}

const key = (number: number, valueByte: number) => ({ keyByte: 25 + number, valueByte });

describe('123\\SmartBMS link', () => {
  it('123-R19 passes on everything a frame says, from the second frame on', () => {
    const { frames, observations, link, states } = setUp();
    assert.deepEqual(link.state().ok, false);
    frames({});
    assert.equal(observations.length, 0);
    assert.equal(link.state().ok, false);
    frames({});
    assert.deepEqual(observations, [
      {
        at: 1002,
        observation: {
          cellCount: 16,
          cellMin: { value: 3.34, cell: 3 },
          cellMax: { value: 3.37, cell: 11 },
          temperatureMin: { value: 15, cell: 2 },
          temperatureMax: { value: 22, cell: 9 },
          cells: [{ cell: 7, voltage: 3.355, temperature: 20 }],
          voltage: 53.6,
          current: 40,
          currentIn: 50,
          currentOut: 10,
          soc: 77,
          hardware: {
            chargeAllowed: true,
            loadAllowed: true,
            cellCommunication: true,
            socCalibrated: true,
            vMin: false,
            vMax: false,
            tMin: false,
            tMax: false,
            earlyWarning: null,
            tMinCharge: null,
            tMinDischarge: null,
            chargeRelayClosed: null,
            loadRelayClosed: null,
          },
          extra: {
            energyCollectedToday: 4321,
            energyStored: 12_345,
            energyConsumedToday: 1234,
            energyCollectedTotal: 5678,
            energyConsumedTotal: 5432,
            capacityKwh: 16,
            vMinSetting: 2.9,
            vMaxSetting: 3.7,
            vBalanceSetting: 3.5,
            soh: null,
            efficiency: null,
            chargeCycles: null,
            firmware: null,
            vLow: null,
            vNominal: null,
            vFull: null,
            energyCharged: null,
            energyDischarged: null,
          },
        },
      },
    ]);
    assert.deepEqual(states, [
      { ok: true, problem: null, counters: { frames: 2, discardedBytes: 0, refusedFrames: 0 } },
    ]);
  });

  it('fits a bus as it is', () => {
    const bus = { onBytes: () => () => undefined } as unknown as ByteBus;
    createSmartBms123Link({
      bytes: bus,
      clock: new ManualClock(),
      formula: 'driver',
      listener: { observed: () => undefined, changed: () => undefined },
    }).close();
  });

  it('uses the temperature formula it is given', () => {
    const { frames, observed } = setUp({ formula: 'driver' });
    frames({}, {});
    assert.deepEqual(observed().temperatureMin, { value: 17, cell: 2 });
  });

  it('123-R7 a current without a sensor is not known', () => {
    const { frames, observed } = setUp();
    const none = { sign: 'X', counts: 0 } as const;
    frames({ currentOut: none, current: none }, { currentOut: none, current: none });
    assert.equal(observed().currentIn, 50);
    assert.equal(observed().currentOut, null);
    assert.equal(observed().current, null);
  });

  it('a wild frame changes nothing and its stand-in carries its age; a step passes within 2 frames', () => {
    const { frames, observed } = setUp();
    frames({}, {}, {}, { cellMax: 900, cellMin: 100, packVoltage: 2000, soc: 3, status: 0x3c });
    assert.deepEqual(observed().cellMax, { value: 3.37, cell: 11, age: 1 });
    assert.deepEqual(observed().cellMin, { value: 3.34, cell: 3, age: 1 });
    assert.equal(observed().voltage, 53.6);
    assert.equal(observed().soc, 77);
    assert.equal(observed().hardware?.cellCommunication, true);
    frames({}, { cellMax: 735 }, { cellMax: 735 });
    assert.deepEqual(observed().cellMax, { value: 3.675, cell: 11 });
  });

  it('what the frames do not agree on is left out, not made up', () => {
    const { frames, observed } = setUp();
    frames({ cellMax: 600, packVoltage: 5000, soc: 10, capacity: 100 }, {});
    for (const field of ['cellMax', 'voltage', 'soc']) assert.ok(!(field in observed()), field);
    assert.equal(observed().extra?.['capacityKwh'], null);
    assert.deepEqual(observed().cellMin, { value: 3.34, cell: 3 });
  });

  it('123-R9 without cell communication every measured value is unknown, and nothing old passes for new', () => {
    const { frames, observed } = setUp();
    frames({}, {}, {}, { status: 0x04 }, { status: 0x04 });
    assert.equal(observed().hardware?.cellCommunication, false);
    assert.equal(observed().hardware?.chargeAllowed, false);
    for (const field of ['cellMin', 'cellMax', 'temperatureMin', 'temperatureMax'] as const) {
      assert.deepEqual(observed()[field], { value: null, cell: null }, field);
    }
    for (const field of ['voltage', 'current', 'currentIn', 'currentOut', 'soc'] as const) {
      assert.equal(observed()[field], null, field);
    }
    assert.ok(!('cells' in observed()));
    frames({}, {});
    assert.deepEqual(observed().cellMin, { value: 3.34, cell: 3 });
  });

  it('123-R9 at the start one frame without cell communication is enough to doubt', () => {
    const { frames, observed } = setUp();
    frames({ status: 0x04 }, {});
    assert.equal(observed().hardware?.cellCommunication, false);
    assert.deepEqual(observed().cellMax, { value: null, cell: null });
    frames({});
    assert.equal(observed().hardware?.cellCommunication, true);
  });

  it('123-R5 an uncalibrated or impossible state of charge is not known', () => {
    const uncalibrated = setUp();
    uncalibrated.frames({ status: 0x83 }, { status: 0x83 });
    assert.equal(uncalibrated.observed().soc, null);
    assert.equal(uncalibrated.observed().hardware?.socCalibrated, false);
    const impossible = setUp();
    impossible.frames({ soc: 101 }, { soc: 101 });
    assert.equal(impossible.observed().soc, null);
  });

  it('123-R9, 123-R19 passes on the slow values and status byte 2 while they are fresh', () => {
    const { frames, observed, send, clock } = setUp();
    frames(key(0, 98), key(4, 2), key(5, 0x80), key(8, 4), key(9, 0xd2), key(16, 0x12), key(0, 98));
    const { soh, vNominal, chargeCycles } = observed().extra ?? {};
    assert.deepEqual({ soh, vNominal, chargeCycles }, { soh: 98, vNominal: 3.2, chargeCycles: 1234 });
    const { earlyWarning, chargeRelayClosed, loadRelayClosed } = observed().hardware ?? {};
    assert.deepEqual(
      { earlyWarning, chargeRelayClosed, loadRelayClosed },
      {
        earlyWarning: true,
        chargeRelayClosed: true,
        loadRelayClosed: false,
      },
    );
    for (let second = 0; second < 62; second++) {
      clock.advance(1);
      send(encodeFrame());
    }
    assert.equal(observed().extra?.['soh'], null);
    assert.equal(observed().hardware?.earlyWarning, null);
  });

  it('says after 5 s that nothing arrives, and is well again with the second frame', () => {
    const { clock, states, link, frames } = setUp();
    clock.advance(5);
    assert.equal(states.length, 0);
    clock.advance(1);
    assert.match(states.at(-1)?.problem ?? '', /nothing arrives/);
    assert.equal(link.state().ok, false);
    clock.advance(30);
    assert.equal(states.length, 1, 'said once');
    frames({});
    clock.advance(1);
    assert.equal(states.length, 1, 'and nothing else while the first frames come');
    frames({});
    assert.deepEqual(link.state(), {
      ok: true,
      problem: null,
      counters: { frames: 2, discardedBytes: 0, refusedFrames: 0 },
    });
    clock.advance(5);
    assert.equal(link.state().ok, true);
    clock.advance(1);
    assert.match(link.state().problem ?? '', /nothing arrives/);
    assert.equal(states.length, 3);
  });

  it('says when bytes arrive without a frame among them', () => {
    const { clock, send, link } = setUp();
    for (let second = 0; second < 8; second++) {
      clock.advance(1);
      send(Uint8Array.from({ length: 58 }, (_, place) => (place * 37 + second) % 256));
    }
    assert.match(
      link.state().problem ?? '',
      /no 123\\SmartBMS frame among them: check baud rate 9600 and the polarity/,
    );
    assert.ok(link.state().counters.discardedBytes > 300);
  });

  it('says when the frames arrive damaged, and when they contradict each other', () => {
    const damaged = setUp();
    const bad = encodeFrame();
    bad[40] = 0;
    for (let second = 0; second < 8; second++) {
      damaged.clock.advance(1);
      damaged.send(bad);
    }
    assert.match(damaged.link.state().problem ?? '', /damaged/);
    assert.ok(damaged.link.state().counters.refusedFrames >= 7);

    const contradictory = setUp();
    for (let second = 0; second < 8; second++) contradictory.frames({ cellCount: 20 + second });
    assert.match(contradictory.link.state().problem ?? '', /contradict/);
    assert.equal(contradictory.observations.length, 0);
  });

  it('has the line opened anew after 20 s without a byte and every 30 s from there, also in the middle of a day', () => {
    const { clock, reopened, send } = setUp();
    clock.advance(100);
    assert.deepEqual(reopened, [1020, 1050, 1080]);
    send(Uint8Array.of(1)); // 1100: some byte, so the line lives
    clock.advance(19);
    assert.equal(reopened.length, 3);
    clock.advance(40);
    assert.deepEqual(reopened.slice(3), [1120, 1150]);

    const patient = setUp({ reopenAfter: 60 });
    patient.clock.advance(90);
    assert.deepEqual(patient.reopened, [1060, 1090]);
  });

  it('takes bytes by hand, as they come in a message, and needs no bus', () => {
    const clock = new ManualClock(50);
    const observations: Observation[] = [];
    const link = createSmartBms123Link({
      clock,
      formula: 'document',
      listener: { observed: (observation) => observations.push(observation), changed: () => undefined },
    });
    link.push(Buffer.from(encodeFrame()), 50);
    clock.advance(1);
    const second = Buffer.from(encodeFrame({ cellNumber: 8 }));
    link.push(second.subarray(0, 11), 51);
    link.push(second.subarray(11), 51);
    assert.deepEqual(
      observations.map(({ cells }) => cells?.[0]?.cell),
      [8],
    );
    clock.advance(60);
    assert.equal(link.state().ok, false);
    link.close();
    assert.equal(clock.pending, 0);
  });

  it('the time of an observation is that of the first byte of its frame', () => {
    const { clock, send, frames, observations } = setUp();
    frames({});
    clock.advance(1);
    send(encodeFrame().subarray(0, 20));
    clock.advance(0.5);
    send(encodeFrame().subarray(20));
    assert.deepEqual(
      observations.map(({ at }) => at),
      [1002],
    );
  });

  it('after close nothing is heard, nothing is said and no timer is left', () => {
    const { clock, link, listeners, send, observations, states, reopened, frames } = setUp();
    frames({});
    link.close();
    assert.equal(listeners.size, 0);
    assert.equal(clock.pending, 0);
    send(encodeFrame());
    link.push(encodeFrame(), clock.now());
    clock.advance(100);
    assert.deepEqual([observations, states, reopened], [[], [], []]);
    link.close();
  });

  it('a listener may close the link while frames are handed out', () => {
    const clock = new ManualClock();
    let heard = 0;
    const link = createSmartBms123Link({
      clock,
      formula: 'driver',
      listener: {
        observed() {
          heard++;
          link.close();
        },
        changed: () => undefined,
      },
    });
    link.push(glue(encodeFrame(), encodeFrame(), encodeFrame(), encodeFrame()), clock.now());
    assert.equal(heard, 1);
  });

  it('nothing a listener or a bus throws gets out; it is the link’s problem until a frame gets through', () => {
    let broken = true;
    const { clock, link, states } = setUp({
      listener: {
        observed() {
          if (broken) throw new Error('no room');
        },
        changed(state) {
          states.push(state);
          throw new Error('nobody home');
        },
      },
      bytes: {
        onBytes: () => () => undefined,
        reopen() {
          throw new TypeError('no such port');
        },
      },
    });
    clock.advance(20);
    assert.match(link.state().problem ?? '', /no such port/);
    link.push(glue(encodeFrame(), encodeFrame()), clock.now());
    assert.match(link.state().problem ?? '', /no room/);
    assert.equal(link.state().ok, false);
    broken = false;
    link.push(encodeFrame(), clock.now());
    assert.equal(link.state().ok, true);
    assert.ok(states.length >= 3);
  });
});
