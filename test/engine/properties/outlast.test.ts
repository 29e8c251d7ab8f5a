/**
 * No permission outlasts a violated or an unknown condition. The models here know settings and what was said, nothing else:
 * they import nothing from the protection. A hair beyond a threshold counts as violated; whether the threshold itself does
 * differs between manuals, and each profile's own tests say so.
 */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { SettingName } from '../../../src/engine/pack/schema.ts';
import type { PackSettings } from '../../../src/engine/pack/settings.ts';
import { PROFILE_IDS, type PermissionRole, type ProfileId } from '../../../src/engine/vocabulary.ts';
import { settingsOf } from '../../support/pack.ts';
import { cases, healthyBench, PATIENT, play, VARIANTS, type Moment } from './support/sequences.ts';

const RUNS = 250;

type Values = PackSettings['values'];

/** What is said of one condition: it is violated, known to be kept, or not fully known. */
type Said = 'violated' | 'kept' | 'unknown';

interface Limit {
  readonly name: SettingName;
  readonly roles: readonly PermissionRole[];
  readonly said: (moment: Moment, limit: number, values: Values) => Said;
  /** Profiles whose manual has it otherwise: the product has no such stage, or only warns. */
  readonly notIn?: readonly ProfileId[];
}

function any(known: readonly (number | null)[], beyond: (value: number) => boolean): Said {
  if (known.some((v) => v !== null && beyond(v))) return 'violated';
  return known.includes(null) ? 'unknown' : 'kept';
}

const warmths = (m: Moment): (number | null)[] => [...m.warmth, m.outside];

/** A bypassing cell heats its own sensor: it may be hotter than the loads' limit (123-R6). Every other sensor may not. */
function resting(m: Moment, values: Values): (number | null)[] {
  const bypassing = (i: number): boolean => (m.cells[i] ?? 0) >= Number(values.balanceVoltage);
  return [...m.warmth.filter((_, i) => !bypassing(i)), m.outside];
}

function packVoltage({ cells, beside }: Moment): number | null {
  return beside === null ? null : cells.reduce<number>((sum, v) => sum + (v ?? 3.3), 0) + beside;
}

const LIMITS: readonly Limit[] = [
  {
    name: 'cellOvervoltage',
    roles: ['charge', 'alternator'],
    said: (m, l) => any(m.cells, (v) => v > l),
  },
  {
    name: 'cellOvervoltageCritical',
    roles: ['charge', 'alternator'],
    said: (m, l) => any(m.cells, (v) => v > l),
    notIn: ['123smartbms', 'offgridtec-smart-pro'],
  },
  {
    name: 'cellUndervoltageCritical',
    roles: ['load', 'shed'],
    said: (m, l) => any(m.cells, (v) => v < l),
    notIn: ['123smartbms', 'offgridtec-smart-pro'],
  },
  {
    name: 'chargeTemperatureMin',
    roles: ['charge', 'alternator'],
    said: (m, l) => any(warmths(m), (t) => t < l),
  },
  {
    name: 'chargeTemperatureMax',
    roles: ['charge', 'alternator'],
    said: (m, l) => any(warmths(m), (t) => t > l),
  },
  {
    name: 'dischargeTemperatureMin',
    roles: ['load', 'shed'],
    said: (m, l) => any(warmths(m), (t) => t < l),
  },
  {
    name: 'dischargeTemperatureMax',
    roles: ['load', 'shed'],
    said: (m, l, values) => any(resting(m, values), (t) => t > l),
  },
  { name: 'chargeCurrentMax', roles: ['charge', 'alternator'], said: (m, l) => any([m.current], (i) => i > l) },
  { name: 'dischargeCurrentMax', roles: ['load', 'shed'], said: (m, l) => any([m.current], (i) => -i > l) },
  { name: 'dischargeCurrentPeak', roles: ['load', 'shed'], said: (m, l) => any([m.current], (i) => -i > l) },
  {
    name: 'packOvervoltage',
    roles: ['charge', 'alternator'],
    said: (m, l) => any([packVoltage(m)], (v) => v > l),
    notIn: ['offgridtec-smart-pro'],
  },
  {
    name: 'packUndervoltage',
    roles: ['load', 'shed'],
    said: (m, l) => any([packVoltage(m)], (v) => v < l),
    notIn: ['offgridtec-smart-pro'],
  },
  { name: 'alternatorVoltageLimit', roles: ['alternator'], said: (m, l) => any([packVoltage(m)], (v) => v > l) },
  { name: 'starterVoltageMin', roles: ['alternator'], said: (m, l) => any([m.starter], (v) => v < l) },
];

/** Since when a condition has been violated without being known to be kept since. */
class Since {
  at = Number.NaN;

  hear(said: Said, now: number): void {
    if (said === 'kept') this.at = Number.NaN;
    else if (said === 'violated' && Number.isNaN(this.at)) this.at = now;
  }

  lasts(seconds: number, now: number): boolean {
    return now - this.at >= seconds;
  }
}

/** Seconds after which a low cell must have cut the loads although people are warned first (VLB-4). */
class LowCell {
  readonly #values: Values;
  readonly #low = new Since();
  #warnedAt = Number.NaN;

  constructor(values: Values) {
    this.#values = values;
  }

  hear(moment: Moment, now: number): void {
    if (moment.way === 'heard')
      this.#low.hear(
        any(moment.cells, (v) => v < Number(this.#values.cellUndervoltage)),
        now,
      );
    if (Number.isNaN(this.#low.at)) this.#warnedAt = Number.NaN;
    else if (Number.isNaN(this.#warnedAt) && this.#low.lasts(Number(this.#values.preAlarmDelay), now))
      this.#warnedAt = now;
  }

  mustBeOff(now: number): boolean {
    const values = this.#values;
    if (!this.#low.lasts(Number(values.cellUndervoltageDelay), now)) return false;
    return values.preAlarmMode === 'off' || now - this.#warnedAt >= Number(values.preAlarmMinimum);
  }
}

describe('no permission outlasts', function () {
  // Many sequences; a slow or busy machine needs more than the usual time.
  this.timeout(60_000);
  for (const id of PROFILE_IDS) {
    it(`VLB-1 a violated limit by more than its delay (${id})`, () => {
      fc.assert(
        fc.property(cases(id, [...VARIANTS, ...PATIENT]), ([given, moments]) => {
          const { values } = settingsOf(id, given);
          const limits = LIMITS.filter((l) => typeof values[l.name] === 'number' && !l.notIn?.includes(id));
          const since = limits.map(() => new Since());
          const bench = healthyBench(id, given);
          for (const moment of moments) {
            play(bench, moment);
            limits.forEach((limit, i) => {
              const threshold = Number(values[limit.name]);
              if (moment.way === 'heard') since[i]!.hear(limit.said(moment, threshold, values), bench.now);
              if (!since[i]!.lasts(Number(values[`${limit.name}Delay` as SettingName]), bench.now)) return;
              for (const role of limit.roles) {
                assert.equal(bench.allowed(role), false, `${role}: ${limit.name} violated since ${since[i]!.at}`);
              }
            });
          }
        }),
        { numRuns: RUNS },
      );
    });

    it(`VLB-2 VLB-4 a low cell by more than its delay and the pre-alarm's half minute (${id})`, () => {
      fc.assert(
        fc.property(cases(id, [...VARIANTS, ...PATIENT]), ([given, moments]) => {
          const { values } = settingsOf(id, given);
          const low = new LowCell(values);
          const bench = healthyBench(id, given);
          for (const moment of moments) {
            play(bench, moment);
            low.hear(moment, bench.now);
            if (!low.mustBeOff(bench.now)) continue;
            assert.deepEqual([bench.load, bench.allowed('shed')], [false, false]);
          }
        }),
        { numRuns: RUNS },
      );
    });

    it(`VLB-9 an unknown value by more than the communication timeout (${id})`, () => {
      fc.assert(
        fc.property(cases(id, [...VARIANTS, ...PATIENT]), ([given, moments]) => {
          const { values } = settingsOf(id, given);
          const needs = needsOf(id, values);
          let silentAt = Number.NaN;
          const bench = healthyBench(id, given);
          const heard = {
            cells: bench.now,
            warmth: bench.now,
            current: bench.now,
            voltage: bench.now,
            starter: bench.now,
          };
          for (const moment of moments) {
            play(bench, moment);
            const { now } = bench;
            if (moment.way === 'heard') {
              if (!moment.cells.includes(null)) heard.cells = now;
              if (!warmths(moment).includes(null)) heard.warmth = now;
              if (moment.current !== null) heard.current = now;
              if (moment.beside !== null) heard.voltage = now;
              if (moment.starter !== null) heard.starter = now;
            }
            const timeoutCharge = Number(values.communicationTimeoutCharge);
            const timeoutLoad = Number(values.communicationTimeoutLoad);
            const patience = Number(values.onSensorDelay);
            for (const what of needs.charge) {
              if (now - heard[what] < timeoutCharge + (what === 'cells' ? 0 : patience)) continue;
              assert.deepEqual([bench.charge, bench.allowed('alternator')], [false, false], `without ${what}`);
            }
            for (const what of needs.load) {
              if (now - heard[what] < timeoutLoad + (what === 'cells' ? 0 : patience)) continue;
              assert.deepEqual([bench.load, bench.allowed('shed')], [false, false], `without ${what}`);
            }
            if (now - heard.cells < timeoutLoad) silentAt = Number.NaN;
            else if (Number.isNaN(silentAt)) silentAt = now;
            if (now - silentAt >= Number(values.contactorDelay)) assert.equal(bench.allowed('contactor'), false);
            if (now - heard.starter >= timeoutCharge) assert.equal(bench.allowed('alternator'), false);
          }
        }),
        { numRuns: RUNS },
      );
    });

    it(`OGT-5 VSB-5 VSB-7 the hardware's own word, or the owner's switch (${id})`, () => {
      fc.assert(
        fc.property(cases(id, [...VARIANTS, ...PATIENT]), ([given, moments]) => {
          const { values } = settingsOf(id, given);
          const bench = healthyBench(id, given);
          const says = { broken: new Since(), shortCircuit: false, hot: false };
          let remote = true;
          for (const moment of moments) {
            play(bench, moment);
            if (moment.button === 'remote-off' || moment.button === 'remote-on') remote = moment.button === 'remote-on';
            if (moment.way === 'heard') {
              says.broken.hear(moment.communication ? 'kept' : 'violated', bench.now);
              says.shortCircuit = moment.shortCircuit;
              says.hot = moment.hot;
            }
            const everything = [bench.charge, bench.load, bench.allowed('alternator'), bench.allowed('shed')];
            const off = [false, false, false, false];
            if (!remote && values.remoteScope === 'everything') assert.deepEqual(everything, off, 'remote');
            if (!remote && values.remoteScope === 'ports') assert.equal(bench.allowed('alternator'), false, 'remote');
            if (says.hot) assert.deepEqual(everything, off, 'the BMS is too hot');
            if (says.shortCircuit) assert.deepEqual([bench.load, bench.allowed('contactor')], [false, false]);
            if (TELLS_COMMUNICATION.includes(id) && says.broken.lasts(Number(values.communicationDelay), bench.now)) {
              assert.deepEqual(everything, off, 'no cell communication');
            }
          }
        }),
        { numRuns: RUNS / 2 },
      );
    });

    it(`a lease: it never rests on a value that is no longer known (${id})`, () => {
      fc.assert(
        fc.property(cases(id), ([given, moments]) => {
          const { values } = settingsOf(id, given);
          const bench = healthyBench(id, given);
          let heard = bench.now;
          for (const moment of moments) {
            play(bench, moment);
            if (moment.way === 'heard' && !moment.cells.includes(null)) heard = bench.now;
            const rely = (role: PermissionRole): number => bench.engine.protection.relyUntil(role);
            assert.ok(rely('charge') <= heard + Number(values.communicationTimeoutCharge));
            assert.ok(rely('load') <= heard + Number(values.communicationTimeoutLoad));
            assert.ok(rely('contactor') <= heard + Number(values.communicationTimeoutLoad));
            if (bench.charge) assert.ok(rely('charge') > bench.now, 'allowed, and no lease left');
            if (bench.load) assert.ok(rely('load') > bench.now, 'allowed, and no lease left');
          }
        }),
        { numRuns: RUNS / 2 },
      );
    });
  }

  // The other products have no second stage.
  for (const id of PROFILE_IDS.filter((p) => settingsOf(p).values.cellOvervoltageCritical !== null)) {
    it(`VLB-10 the second stage by more than its delay and the contactor's (${id})`, () => {
      fc.assert(
        fc.property(cases(id, [...VARIANTS, ...PATIENT]), ([given, moments]) => {
          const { values } = settingsOf(id, given);
          const limit = Number(values.cellOvervoltageCritical);
          const high = new Since();
          let trippedAt = Number.NaN;
          const bench = healthyBench(id, given);
          for (const moment of moments) {
            play(bench, moment);
            if (moment.way === 'heard')
              high.hear(
                any(moment.cells, (v) => v > limit),
                bench.now,
              );
            if (!high.lasts(Number(values.cellOvervoltageCriticalDelay), bench.now)) trippedAt = Number.NaN;
            else if (Number.isNaN(trippedAt)) trippedAt = bench.now;
            if (bench.now - trippedAt >= Number(values.contactorDelay)) assert.equal(bench.allowed('contactor'), false);
          }
        }),
        { numRuns: RUNS / 2 },
      );
    });
  }
});

/** Products that say whether their own cell bus works. */
const TELLS_COMMUNICATION: readonly ProfileId[] = ['123smartbms', 'victron-smart-lithium', 'victron-smart-bms-12-200'];

type Need = 'cells' | 'warmth' | 'current' | 'voltage';

/** What charging and the loads rest on, by the settings: a watch that is on needs what it watches (contract: start-up). */
function needsOf(id: ProfileId, values: Values): { readonly charge: Need[]; readonly load: Need[] } {
  const on = (name: SettingName): boolean => typeof values[name] === 'number';
  const charge: Need[] = ['cells'];
  const load: Need[] = ['cells'];
  const policy = values.onSensor;
  if (policy === 'stop-both' || policy === 'stop-charge') {
    if (on('chargeTemperatureMin') || on('chargeTemperatureMax')) charge.push('warmth');
    if (on('chargeCurrentMax')) charge.push('current');
    if (on('packOvervoltage') && id !== 'offgridtec-smart-pro') charge.push('voltage');
  }
  if (policy === 'stop-both') {
    if (on('dischargeTemperatureMin') || on('dischargeTemperatureMax')) load.push('warmth');
    if (on('dischargeCurrentMax') || on('dischargeCurrentPeak')) load.push('current');
    if (on('packUndervoltage') && id !== 'offgridtec-smart-pro') load.push('voltage');
  }
  return { charge, load };
}
