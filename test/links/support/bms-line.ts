/** What links to a BMS on a serial line do alike when the line or the device is bad, against its simulated device. */
import assert from 'node:assert/strict';
import type { Observation } from '../../../src/engine/reading/observation.ts';
import { near } from './benches.ts';
import type { LinkBench } from './link-bench.ts';

/** How one protocol behaves there; all times in seconds. */
export interface BmsLine {
  /** Opens a bench with 8 cells that is closed behind its test. */
  readonly start: () => LinkBench;
  readonly silence: {
    /** What is said of it. */
    readonly told: RegExp;
    /** It is read again that soon. */
    readonly back: number;
  };
  readonly noise: {
    /** Time before the noise, and with it before readings are looked at. */
    readonly quiet: number;
    readonly settling: number;
    /** More readings than these must come in 120 s. */
    readonly readings: number;
    /** What else must hold for each of them. */
    readonly check: (observation: Observation) => void;
    readonly back: number;
  };
  readonly stranger: {
    readonly told: RegExp;
    /** For so long it is refused. */
    readonly refused: number;
    readonly back: number;
  };
  readonly slow: {
    /** Delay of each answer, and for how long it is read so. */
    readonly delay: number;
    readonly lasts: number;
    /** Every reading is older than this when it comes. */
    readonly age: number;
    /** The `trickle` of the simulated device, and for how long it is read so. */
    readonly lump: number;
    readonly lumps: number;
  };
}

/** Registers the tests; to be called inside a `describe`. */
export function describeBmsLine({ start, silence, noise, stranger, slow }: BmsLine): void {
  it('silence is told within 5 s with a remedy, and is over in two cycles', async () => {
    const b = start();
    await b.pass(3);
    b.tell('silence');
    await b.pass(5);
    const { ok, problem } = b.link.state();
    assert.equal(ok, false);
    assert.match(problem ?? '', silence.told);
    const count = b.seen.length;
    b.tell('resume');
    await b.pass(silence.back);
    assert.ok(b.link.state().ok, b.link.state().problem ?? '');
    assert.ok(b.seen.length > count);
  });

  it('on a bad line no wrong value gets through', async () => {
    const b = start();
    await b.pass(noise.quiet);
    b.tell('current 0');
    b.tell('noise 0.001');
    await b.pass(noise.settling);
    const before = b.seen.length;
    await b.pass(120);
    assert.ok(b.seen.length - before > noise.readings, `${b.seen.length - before} readings`);
    for (const { observation } of b.seen.slice(before)) {
      assert.equal(observation.cellCount, 8);
      for (const { voltage } of observation.cells ?? []) near(voltage, 3.3, 0.15);
      for (const celsius of observation.temperatures ?? []) near(celsius, 22, 4);
      near(observation.soc, 60, 4);
      noise.check(observation);
    }
    b.tell('noise off');
    await b.pass(noise.back);
    assert.ok(b.link.state().ok, b.link.state().problem ?? '');
  });

  it('after the line was away another BMS is not believed', async () => {
    const b = start();
    await b.pass(3);
    b.plugged(false);
    await b.pass(1);
    assert.equal(b.link.state().ok, false);
    b.tell('identity 2');
    const count = b.seen.length;
    b.plugged(true);
    await b.pass(stranger.refused);
    assert.equal(b.seen.length, count);
    assert.match(b.link.state().problem ?? '', stranger.told);
    b.tell('identity 1');
    await b.pass(stranger.back);
    assert.ok(b.link.state().ok, b.link.state().problem ?? '');
  });

  it('a slow BMS, and one whose answers come in lumps', async () => {
    const b = start();
    b.tell(`slow ${slow.delay}`);
    await b.pass(slow.lasts);
    assert.ok(b.link.state().ok, b.link.state().problem ?? '');
    for (const { at, cameAt } of b.seen) assert.ok(cameAt - at > slow.age, 'as old as its cycle');
    b.tell('slow off');
    b.tell(`trickle ${slow.lump}`);
    const count = b.seen.length;
    await b.pass(slow.lumps);
    assert.ok(b.seen.length >= count + 2);
    assert.equal(b.latest().cells?.length, 8);
  });
}

/** Both directions are allowed; for `check`. */
export function allAllowed({ hardware }: Observation): void {
  assert.deepEqual([hardware?.chargeAllowed, hardware?.loadAllowed], [true, true]);
}
