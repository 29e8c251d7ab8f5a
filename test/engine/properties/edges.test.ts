/** When permissions and rules move: never too early, never without a cause, never back before their time. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { PackSettings } from '../../../src/engine/pack/settings.ts';
import { PERMISSION_ROLES, PROFILE_IDS, type PermissionRole } from '../../../src/engine/vocabulary.ts';
import type { Bench } from '../../support/pack.ts';
import { settingsOf } from '../../support/pack.ts';
import { cases, healthyBench, PATIENT, play, VARIANTS, type Moment } from './support/sequences.ts';

const RUNS = 120;
const ALL = [...VARIANTS, ...PATIENT];

type Values = PackSettings['values'];
type Allowed = Record<PermissionRole, boolean>;

const allowedBy = (bench: Bench): Allowed =>
  Object.fromEntries(PERMISSION_ROLES.map((role) => [role, bench.allowed(role)])) as Allowed;

/** Why a permission that is off waits, in words that are no row of the table: its end is no news. */
const WAITS = ['starting', 'minimum-off', 'switches', 'precharge', 'combined', 'waiting', 'band', 'inactive'];

/** The condition of a row, by the settings alone: the extreme that is looked at, and on which side it is good. */
interface Watched {
  readonly row: string;
  readonly delay: (values: Values) => number;
  readonly clearDelay: (values: Values) => number;
  /** The condition may count as violated by what was said. `null`: nothing was said of it. */
  readonly mayTrip: (moment: Moment, values: Values) => boolean | null;
  /** The condition may count as clear by what was said: everything is known and on the good side. */
  readonly mayClear: (moment: Moment, values: Values) => boolean;
}

const known = (list: readonly (number | null)[]): number[] => list.filter((v) => v !== null);
const whole = (list: readonly (number | null)[]): boolean => !list.includes(null);

function watched(
  row: string,
  name: 'cellOvervoltage' | 'cellUndervoltage' | 'chargeTemperatureMin' | 'chargeTemperatureMax' | 'chargeCurrentMax',
  list: (moment: Moment) => readonly (number | null)[],
  bad: 1 | -1,
): Watched {
  return {
    row,
    delay: (values) => Number(values[`${name}Delay`]),
    clearDelay: (values) => Number(values[`${name}ClearDelay`]),
    mayTrip: (m, values) => {
      const all = list(m);
      if (known(all).some((v) => bad * (v - Number(values[name])) >= 0)) return true;
      return whole(all) ? false : null;
    },
    // In normal mode the 123 profile clears where it trips: below the trip value is the widest a clear value can be.
    mayClear: (m, values) => whole(list(m)) && list(m).every((v) => bad * (v! - Number(values[name])) <= 0),
  };
}

const WATCHED: readonly Watched[] = [
  watched('cell-overvoltage', 'cellOvervoltage', (m) => m.cells, 1),
  watched('cell-undervoltage', 'cellUndervoltage', (m) => m.cells, -1),
  watched('charge-temperature-low', 'chargeTemperatureMin', (m) => [...m.warmth, m.outside], -1),
  watched('charge-temperature-high', 'chargeTemperatureMax', (m) => [...m.warmth, m.outside], 1),
  watched('charge-overcurrent', 'chargeCurrentMax', (m) => [m.current], 1),
];

describe('edges', function () {
  // Many sequences; a slow or busy machine needs more than the usual time.
  this.timeout(60_000);
  for (const id of PROFILE_IDS) {
    it(`OGT-14 every edge of every permission has an event in its step, or a reason that names it (${id})`, () => {
      fc.assert(
        fc.property(cases(id, ALL), ([given, moments]) => {
          const bench = healthyBench(id, given);
          let before = bench.engine.protection.decision(bench.now);
          for (const moment of moments) {
            play(bench, moment);
            const after = bench.engine.protection.decision(bench.now);
            for (const role of PERMISSION_ROLES) {
              const { allowed, reason } = after.roles[role];
              if (allowed === before.roles[role].allowed) continue;
              if (allowed) {
                const waited = WAITS.includes(before.roles[role].reason ?? '');
                assert.ok(waited || bench.events.length > 0, `${role} came on without a cause at ${bench.now}`);
                continue;
              }
              const words = reason === 'combined' || reason === 'inactive';
              const named = bench.events.some((e) => e.row === reason && e.edge === 'raised');
              // The contactor opens later than the row that opens it: its reason names that row, which is still raised.
              const late = role === 'contactor' && after.active.some((e) => e.row === reason);
              assert.ok(words || named || late, `${role} went off for ${reason} at ${bench.now}, and nothing says so`);
            }
            before = after;
          }
        }),
        { numRuns: RUNS },
      );
    });

    it(`while a permission is off its reason is true: an active row that denies it, or a word (${id})`, () => {
      fc.assert(
        fc.property(cases(id, ALL), ([given, moments]) => {
          const bench = healthyBench(id, given);
          for (const moment of moments) {
            play(bench, moment);
            const { roles, active } = bench.engine.protection.decision(bench.now);
            for (const role of PERMISSION_ROLES) {
              const { allowed, reason } = roles[role];
              assert.equal(allowed, reason === null);
              if (reason === null || reason === 'not-configured' || WAITS.includes(reason)) continue;
              const row = active.find((e) => e.row === reason);
              assert.ok(row !== undefined, `${role} is off for ${reason}, which is not raised`);
              assert.ok(row.denies.includes(role), `${role} is off for ${reason}, which does not deny it`);
            }
            for (const e of active)
              for (const role of e.denies) {
                const waits = role === 'contactor' && !roles.charge.allowed;
                assert.ok(!roles[role].allowed || waits, `${role} is on although ${e.row} denies it`);
              }
          }
        }),
        { numRuns: RUNS },
      );
    });

    it(`the edges of a row take turns, and count up (${id})`, () => {
      fc.assert(
        fc.property(cases(id, ALL), ([given, moments]) => {
          const bench = healthyBench(id, given);
          const raised = new Map(bench.engine.protection.decision(bench.now).active.map((e) => [e.row, e]));
          for (const moment of moments) {
            play(bench, moment);
            for (const e of bench.events) {
              assert.equal(raised.has(e.row), e.edge === 'cleared', `${e.row} ${e.edge} twice at ${bench.now}`);
              if (e.edge === 'raised') raised.set(e.row, e);
              else {
                assert.equal(e.rule, raised.get(e.row)?.rule, 'it clears under the name it was raised under');
                raised.delete(e.row);
              }
              assert.ok(e.duration >= 0 && e.first <= e.at && e.count >= 1, JSON.stringify(e));
            }
          }
        }),
        { numRuns: RUNS },
      );
    });

    it(`no row trips before its delay, and none clears before its clear delay (${id})`, () => {
      fc.assert(
        fc.property(cases(id, ALL, { buttons: false }), ([given, moments]) => {
          const { values } = settingsOf(id, given);
          const bench = healthyBench(id, given);
          const bad = WATCHED.map(() => Number.NaN);
          const good = WATCHED.map(() => Number.NaN);
          for (const moment of moments) {
            const before = allowedBy(bench);
            play(bench, moment);
            WATCHED.forEach(({ row, mayTrip, mayClear, delay, clearDelay }, i) => {
              if (moment.way === 'heard') {
                const trips = mayTrip(moment, values);
                if (trips === false) bad[i] = Number.NaN;
                else if (trips === true && Number.isNaN(bad[i]!)) bad[i] = bench.now;
                if (!mayClear(moment, values)) good[i] = Number.NaN;
                else if (Number.isNaN(good[i]!)) good[i] = bench.now;
              }
              for (const e of bench.events.filter((event) => event.row === row)) {
                // A gate that is the last thing in the way of a permission is told when it is waited for; that is no trip.
                if (e.edge === 'raised' && !before[e.denies[0]!]) continue;
                const [since, least] = e.edge === 'raised' ? [bad[i]!, delay(values)] : [good[i]!, clearDelay(values)];
                assert.ok(
                  bench.now - since >= least,
                  `${row} ${e.edge} at ${bench.now}, since ${since}, after ${least} s`,
                );
              }
            });
          }
        }),
        { numRuns: RUNS },
      );
    });

    it(`OGT-14 minimum off and switches an hour delay closing, and never opening (${id})`, () => {
      fc.assert(
        fc.property(cases(id, PATIENT), ([given, moments]) => {
          const { values } = settingsOf(id, given);
          const bench = healthyBench(id, given);
          // The same pack without them opens at the same moments, and closes no later.
          const loose = healthyBench(id, { ...given, minimumOff: 0, switchesPerHour: 'off', retries: 'off' });
          const most = typeof values.switchesPerHour === 'number' ? values.switchesPerHour : Infinity;
          const openedAt = new Map<PermissionRole, number>();
          const closings = new Map<PermissionRole, number[]>(PERMISSION_ROLES.map((role) => [role, [bench.now]]));
          let before = allowedBy(bench);
          for (const moment of moments) {
            play(bench, moment);
            play(loose, moment);
            const after = allowedBy(bench);
            for (const role of ['charge', 'load', 'alternator', 'shed', 'contactor'] as const) {
              assert.ok(loose.allowed(role) || !after[role], `${role} was kept on by what only delays closing`);
              if (after[role] === before[role]) continue;
              if (!after[role]) openedAt.set(role, bench.now);
              else {
                const off = bench.now - (openedAt.get(role) ?? -Infinity);
                assert.ok(off >= Number(values.minimumOff), `${role} was off for only ${off} s`);
                const list = closings.get(role)!;
                list.push(bench.now);
                const lately = list.filter((at) => bench.now - at < 3600).length;
                assert.ok(lately <= most, `${role} closed ${lately} times within the hour`);
              }
            }
            before = after;
          }
        }),
        { numRuns: RUNS },
      );
    });

    it(`OGT-14 VLB-21 a lock: what rules open too often stays off until the window has passed (${id})`, () => {
      const retries = 2;
      const retryWindow = 120;
      fc.assert(
        fc.property(cases(id, [{ retries, retryWindow }], { buttons: false, parts: 25 }), ([given, moments]) => {
          const bench = healthyBench(id, given);
          const alarms = new Map<PermissionRole, number[]>([
            ['charge', []],
            ['load', []],
          ]);
          let before = allowedBy(bench);
          let chargingSince = Number.NaN;
          for (const moment of moments) {
            play(bench, moment);
            const after = allowedBy(bench);
            // Where nothing new is told the current that was told last may go on.
            const told = moment.way === 'heard';
            const charged = told ? moment.current !== null && moment.current > 0 : !Number.isNaN(chargingSince);
            if (!charged) chargingSince = Number.NaN;
            else if (Number.isNaN(chargingSince)) chargingSince = bench.now;
            const { active } = bench.engine.protection.decision(bench.now);
            for (const role of ['charge', 'load'] as const) {
              const list = alarms.get(role)!;
              const alarm = active.some(
                (e) => e.denies.includes(role) && e.row !== `lock-${role}` && /alarm|fault/.test(e.severity),
              );
              if (before[role] && !after[role] && alarm) list.push(bench.now);
              const lately = list.filter((at) => bench.now - at < retryWindow && at < bench.now).length;
              // A battery that is charged again is forgiven what its loads did (VLB-21).
              const forgiven = role === 'load' && bench.now - chargingSince >= 30;
              if (lately > retries && !forgiven) assert.ok(!after[role], `${role} is on after ${lately} openings`);
              if (role === 'load' && forgiven) list.length = 0;
            }
            before = after;
          }
        }),
        { numRuns: RUNS },
      );
    });

    it(`VLB-10 the contactor closes only after the precharge, and not at all without one (${id})`, () => {
      const given = [
        { precharge: 'resistor', prechargeTime: 3 },
        { precharge: 'resistor', prechargeTime: 3, minimumOff: 10 },
      ];
      fc.assert(
        fc.property(cases(id, given), ([choice, moments]) => {
          const bench = healthyBench(id, choice);
          let inSince = bench.allowed('precharge') ? bench.now : Number.NaN;
          let closed = bench.allowed('contactor');
          assert.equal(closed, false);
          for (const moment of moments) {
            const resistor = inSince;
            play(bench, moment);
            if (!bench.allowed('precharge')) inSince = Number.NaN;
            else if (Number.isNaN(inSince)) inSince = bench.now;
            const now = bench.allowed('contactor');
            if (now && !closed)
              assert.ok(bench.now - resistor >= 3, `closed ${bench.now - resistor} s after the resistor`);
            closed = now;
          }
        }),
        { numRuns: RUNS / 2 },
      );
    });

    it(`123-R11 one signal for both: charging and the loads are always alike (${id})`, () => {
      fc.assert(
        fc.property(cases(id, [{ combined: 'yes' }, { combined: 'yes', minimumOff: 7 }]), ([given, moments]) => {
          const bench = healthyBench(id, given);
          for (const moment of moments) {
            play(bench, moment);
            assert.equal(bench.charge, bench.load, `at ${bench.now}`);
          }
        }),
        { numRuns: RUNS / 2 },
      );
    });

    it(`ECS-10 a latch opens only by a reset after its cause is gone (${id})`, () => {
      fc.assert(
        fc.property(cases(id, [{ latchCritical: 'yes' }]), ([given, moments]) => {
          const bench = healthyBench(id, given);
          let latched: readonly string[] = [];
          for (const moment of moments) {
            const pressed = moment.button === 'reset';
            play(bench, moment);
            const { active, latched: next } = bench.engine.protection.decision(bench.now);
            const rows = active.map((e) => e.row);
            for (const row of latched) assert.ok(rows.includes(row) || pressed, `${row} is gone without a reset`);
            for (const row of next) assert.ok(rows.includes(row), `${row} waits for a reset and is not raised`);
            for (const e of bench.events)
              if (e.edge === 'cleared' && e.row.endsWith('-critical')) assert.ok(pressed, `${e.row} cleared by itself`);
            latched = next;
          }
        }),
        { numRuns: RUNS },
      );
    });
  }
});
