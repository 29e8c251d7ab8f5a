/** The rows that every profile ends with, each proven for each profile; and what all permissions have in common. */
import assert from 'node:assert/strict';
import type { PackMemory } from '../../src/engine/pack-engine.ts';
import { resolveSettings, type Given } from '../../src/engine/pack/validate.ts';
import { PROFILE_IDS, type PermissionRole, type ProfileId } from '../../src/engine/vocabulary.ts';
import { Bench, type BenchOptions, type Said } from '../support/pack.ts';

/** What other rows would make of the values that these tests play with, and the alternator for all. */
const QUIET: Given = {
  onPlausibility: 'ignore',
  onFrozen: 'ignore',
  starterVoltageMin: 13,
  alternatorVoltageLimit: 'off',
};
const pack = (profile: ProfileId, given: Given = {}, options: BenchOptions = {}): Bench =>
  new Bench(profile, { ...options, given: { ...QUIET, ...given } });
const row = (said: Said = {}): Said => ({ starter: 14, ...said });
const third = (v: number): Said => row({ cells: [3.3, 3.3, v, 3.3] });

const ROLES = ['charge', 'load', 'contactor', 'alternator', 'shed'] as const;
const off = (bench: Bench): string => ROLES.filter((role) => !bench.allowed(role)).join(' ');
const reason = (bench: Bench, role: PermissionRole): string | null =>
  bench.engine.protection.decision(bench.now).roles[role].reason;
/** What is raised, without the 123's word that SOC is not known yet. */
const active = (bench: Bench): string[] =>
  bench.engine.protection
    .decision(bench.now)
    .active.filter((e) => e.rule !== 'soc-unknown')
    .map((e) => `${e.rule}${e.code === null ? '' : `(${e.code})`} ${e.severity}`);

/** The Smart BMS has a code of its own for what the others call by a plain word. */
const bms = (profile: ProfileId): boolean => profile === 'victron-smart-bms-12-200';

for (const profile of PROFILE_IDS) {
  describe(`rows of every profile: ${profile}`, () => {
    const PACK = {
      packOvervoltage: 14.1,
      packOvervoltageClear: 13.9,
      packOvervoltageDelay: 5,
      packOvervoltageClearDelay: 30,
      packUndervoltage: 11.5,
      packUndervoltageClear: 12,
      packUndervoltageDelay: 5,
      packUndervoltageClearDelay: 30,
    };
    const volts = (voltage: number): Said => row({ voltage });
    // Offgridtec's cells cut; the pack's voltage is told there (OGT-8).
    const cuts = profile !== 'offgridtec-smart-pro';
    const alarm = cuts ? 'alarm' : 'warning';

    it(`OGT-8 ECS-7 ECS-13 ${profile}: pack overvoltage after 5 s, until it is below its clear value for 30 s`, () => {
      const bench = pack(profile, PACK).say(row()).keep(60, volts(14.09));
      assert.deepEqual([active(bench), off(bench)], [[], '']);
      bench.keep(5, volts(14.11));
      assert.deepEqual(active(bench), [], 'the delay is not over');
      bench.say(volts(14.11));
      assert.deepEqual(active(bench), [`pack-overvoltage ${alarm}`]);
      assert.equal(off(bench), cuts ? 'charge alternator' : '');
      bench.keep(60, volts(13.9)).keep(30, volts(13.89));
      assert.deepEqual(active(bench), [`pack-overvoltage ${alarm}`], 'the clear delay is not over');
      bench.say(volts(13.89));
      assert.deepEqual([active(bench), off(bench)], [[], '']);
    });

    it(`OGT-8 ECS-7 ${profile}: pack undervoltage after 5 s, until it is above its clear value for 30 s`, () => {
      const bench = pack(profile, PACK).say(row()).keep(60, volts(11.51));
      assert.deepEqual([active(bench), off(bench)], [[], '']);
      bench.keep(5, volts(11.5));
      assert.deepEqual(active(bench), [], 'the delay is not over');
      bench.say(volts(11.5));
      assert.deepEqual(active(bench), [`pack-undervoltage ${alarm}`]);
      assert.equal(off(bench), cuts ? 'load shed' : '');
      bench.keep(60, volts(12)).keep(30, volts(12.01));
      assert.deepEqual(active(bench), [`pack-undervoltage ${alarm}`], 'the clear delay is not over');
      bench.say(volts(12.01));
      assert.deepEqual([active(bench), off(bench)], [[], '']);
    });

    it(`VLB-11 VLB-21 ${profile}: an imbalance of 0.1 V is told and switches nothing`, () => {
      const given = { imbalance: 0.1, imbalanceClear: 0.05, imbalanceDelay: 60, imbalanceClearDelay: 10 };
      const bench = pack(profile, given).say(row()).keep(120, third(3.399));
      assert.deepEqual(active(bench), []);
      bench.keep(60, third(3.401));
      assert.deepEqual(active(bench), [], 'the delay is not over');
      bench.say(third(3.401));
      assert.deepEqual([active(bench), off(bench)], [['imbalance warning'], '']);
      assert.equal(bench.events[0]?.cell, 3);
      bench.keep(60, third(3.351)).keep(10, third(3.349));
      assert.deepEqual(active(bench), ['imbalance warning'], 'the clear delay is not over');
      assert.deepEqual(active(bench.say(third(3.349))), []);
    });

    it(`VSB-7 ${profile}: above its own limit the BMS is too hot: everything off, back a minute after 70 °C`, () => {
      const at = (bmsTemperature: number | null): Said => row({ bmsTemperature });
      const given = { bmsTemperatureMax: 80, bmsTemperatureMaxClear: 70 };
      const bench = pack(profile, given).say(at(20)).keep(60, at(80));
      assert.equal(off(bench), '');
      assert.equal(off(bench.keep(5, at(80.1))), '', 'the delay is not over');
      bench.say(at(80.1));
      assert.equal(off(bench), 'charge load alternator shed');
      assert.ok(active(bench).some((text) => text.startsWith('bms-temperature-high')));
      bench.keep(120, at(70.1)).keep(120, at(null)).keep(60, at(70));
      // The port of the Smart BMS goes with it, after the charge path.
      const all = bms(profile) ? 'charge load contactor alternator shed' : 'charge load alternator shed';
      assert.equal(off(bench), all, 'the clear delay is not over');
      assert.equal(off(bench.say(at(70))), '');
      const silent = pack(profile, given).keep(60, row());
      assert.equal(off(silent), '', 'a device that never tells it stands in nobody’s way');
    });

    it(`VSB-7 ${profile}: a BMS that says it is too hot itself: everything off at once, back a minute later`, () => {
      const says = (bmsOverTemperature: boolean): Said => row({ hardware: { bmsOverTemperature } });
      const bench = pack(profile).say(says(false)).say(says(true));
      assert.equal(off(bench), 'charge load alternator shed');
      assert.deepEqual(active(bench), [`bms-temperature-high(${bms(profile) ? 'A-B15' : 'hardware'}) alarm`]);
      bench.say(says(true)).keep(60, says(false));
      assert.equal(bench.charge || bench.load, false, 'the clear delay is not over');
      assert.equal(off(bench.say(says(false))), '');
    });

    it(`VSB-10 ${profile}: loads that can wait are shed at a settable SOC, the others stay`, () => {
      const bench = pack(profile, { shedSoc: 30, shedSocClear: 40, shedSocDelay: 10, shedSocClearDelay: 60 });
      const at = (soc: number, seconds: number): string => {
        bench.engine.seedSoc(soc);
        return off(bench.keep(seconds, row()));
      };
      assert.equal(at(0.301, 60), '');
      assert.equal(at(0.299, 10), '', 'the delay is not over');
      assert.equal(at(0.299, 1), 'shed');
      assert.deepEqual(active(bench), ['soc-low(shed) warning']);
      assert.equal(at(0.399, 120), 'shed');
      assert.equal(at(0.401, 60), 'shed', 'the clear delay is not over');
      assert.equal(at(0.401, 1), '');
    });

    it(`123-R2 123-R3 ${profile}: an unknown SOC is told where a rule asks for it, and skipped`, () => {
      const bench = pack(profile, { shedSoc: 30 }).say(row());
      assert.deepEqual(bench.edges, ['soc-unknown/raised']);
      assert.deepEqual([bench.events[0]?.severity, off(bench)], ['warning', '']);
      bench.engine.seedSoc(0.5);
      bench.say(row());
      assert.deepEqual([bench.edges, off(bench)], [['soc-unknown/cleared'], '']);
    });

    it(`VLB-9 123-R2 ${profile}: silence takes charging and the alternator after its time, and sounds the pre-alarm`, () => {
      const bench = pack(profile, { communicationTimeoutCharge: 5, communicationTimeoutLoad: 20 }).say(row());
      bench.silence(4.99);
      assert.deepEqual([off(bench), bench.preAlarm], ['', false]);
      bench.silence(0.01);
      assert.deepEqual([off(bench), bench.preAlarm], ['charge alternator', true]);
      const event = bench.events.find((e) => e.row === 'silence-charge');
      assert.deepEqual([event?.rule, event?.severity, event?.missing], ['communication', 'alarm', null]);
      bench.say(row());
      assert.deepEqual([off(bench), bench.preAlarm], ['', false]);
    });

    it(`VLB-9 123-R3 ${profile}: silence takes the loads, the shed ones and the contactor after theirs; all come back`, () => {
      const bench = pack(profile, { communicationTimeoutCharge: 5, communicationTimeoutLoad: 20 })
        .say(row())
        .silence(5);
      bench.silence(14.99);
      assert.equal(off(bench), 'charge alternator');
      bench.silence(0.01);
      assert.deepEqual([off(bench), bench.preAlarm], ['charge load contactor alternator shed', false]);
      assert.ok(bench.edges.includes('communication/raised'), bench.edges.join());
      assert.equal(off(bench.say(row())), '');
    });

    it(`VSB-5 ${profile}: remote off takes everything (info), and on gives back only what the rules allow`, () => {
      const bench = pack(profile, { remoteScope: 'everything' }).say(row());
      bench.engine.protection.remote = false;
      bench.say(row());
      assert.deepEqual(bench.edges, ['remote/raised']);
      assert.equal(bench.events[0]?.severity, 'info');
      assert.equal(off(bench.keep(2, row())), 'charge load contactor alternator shed');
      bench.say(third(3.94)).keep(3, third(3.94));
      assert.ok(active(bench).length > 1, 'the protection stays active');
      bench.engine.protection.remote = true;
      bench.say(third(3.94));
      assert.deepEqual([bench.charge, bench.load], [false, true]);
    });

    it(`VSB-5 VSB-4 ${profile}: remote off for the ports takes the contactor and the alternator alone`, () => {
      const bench = pack(profile, { remoteScope: 'ports' }).say(row());
      bench.engine.protection.remote = false;
      bench.say(row());
      assert.deepEqual([off(bench), bench.edges], ['contactor alternator', ['remote(ports)/raised']]);
      bench.engine.protection.remote = true;
      assert.equal(off(bench.say(row())), '');
    });

    it(`VSB-11 ${profile}: what is fed through an output of its own pack is told at the start, and switches nothing`, () => {
      assert.deepEqual(active(pack(profile).say(row())), []);
      for (const supply of ['supervisorSupply', 'relaySupply', 'chargerSupply']) {
        for (const output of ['load', 'contactor']) {
          const bench = pack(profile, { [supply]: output }).say(row());
          assert.deepEqual([active(bench), off(bench)], [['self-lockout warning'], ''], `${supply} ${output}`);
        }
      }
    });

    it(`OGT-14 VLB-8 VSB-7 ${profile}: a fault of the device is told under its own code, until the device takes it back`, () => {
      const bench = pack(profile)
        .say(row())
        .say(row({ hardware: { fault: 'E-X1' } }));
      assert.deepEqual([active(bench), off(bench)], [['health(E-X1) fault'], '']);
      bench.keep(60, row());
      assert.deepEqual(active(bench), ['health(E-X1) fault'], 'not saying it again is not taking it back');
      bench.say(row({ hardware: { fault: '' } }));
      assert.deepEqual([active(bench), bench.edges], [[], ['health(E-X1)/cleared']]);
    });

    it(`OGT-14 ${profile}: an alarm that stands for a day is told as one that does not go away by itself`, () => {
      const given = {
        bmsTemperatureMax: 80,
        bmsTemperatureMaxDelay: 0,
        communicationTimeoutCharge: 600,
        communicationTimeoutLoad: 600,
      };
      const hot = row({ bmsTemperature: 81 });
      const persists = (bench: Bench): boolean => active(bench).includes('health(persists) warning');
      const bench = pack(profile, given).say(row()).say(hot);
      for (let i = 0; i < 172; i++) bench.say(hot, 500);
      bench.say(hot, 390);
      assert.equal(persists(bench), false, '10 s less than a day');
      const before = off(bench);
      bench.keep(12, hot);
      assert.deepEqual([persists(bench), off(bench)], [true, before]);
      bench.keep(62, row({ bmsTemperature: 20 }));
      assert.deepEqual([active(bench), off(bench)], [[], '']);

      const twice = pack(profile, given).say(row()).say(hot);
      for (let i = 0; i < 170; i++) twice.say(hot, 500);
      for (let i = 0; i < 2; i++) twice.say(row({ bmsTemperature: 20 }), 60);
      for (let i = 0; i < 170; i++) twice.say(hot, 500);
      assert.equal(persists(twice), false, 'twice 23 h are no day');
    });

    const shorted = (shortCircuit: boolean): Said => row({ hardware: { shortCircuit } });
    const latches = profile !== 'offgridtec-smart-pro';

    if (latches) {
      it(`ECS-11 VSB-7 ${profile}: a short circuit stays until somebody resets it, and longer while it lasts`, () => {
        const bench = pack(profile).say(shorted(false)).say(shorted(true));
        assert.equal(off(bench), 'load contactor shed', 'at once');
        assert.deepEqual(active(bench), [`short-circuit${bms(profile) ? '(A-A12)' : ''} fault`]);
        bench.engine.protection.reset();
        assert.equal(off(bench.say(shorted(true))), 'load contactor shed', 'a reset does not end what still holds');
        bench.keep(3600, shorted(false));
        assert.equal(off(bench), 'load contactor shed');
        assert.deepEqual(bench.engine.protection.decision(bench.now).latched, ['short-circuit']);

        const stored = JSON.parse(JSON.stringify(bench.engine.memory(bench.now))) as PackMemory;
        const after = pack(profile, {}, { memory: stored }).keep(60, shorted(false));
        assert.equal(off(after), 'load contactor shed', 'a restart keeps it');

        assert.deepEqual(bench.engine.protection.reset(), ['short-circuit']);
        bench.say(shorted(false));
        assert.equal(off(bench), '');
      });
    }

    it(`OGT-5 ECS-11 ${profile}: a loop of short circuits is ended by charging, or by somebody who has looked, not by time`, () => {
      const looping = (bench: Bench): boolean =>
        active(bench).some((text) => text.startsWith('short-circuit-loop') && text.endsWith('fault'));
      const looped = (): Bench => {
        const bench = pack(profile).say(shorted(false));
        for (let i = 0; i < 3; i++) bench.say(shorted(true)).keep(10, shorted(false));
        return bench.keep(700, shorted(false));
      };
      const bench = looped();
      assert.deepEqual([looping(bench), bench.load, bench.charge], [true, false, true]);
      const charging = { ...shorted(false), cells: [3.46, 3.46, 3.46, 3.46], current: 5 };
      assert.equal(looping(bench.keep(10, charging)), true, 'the clear delay is not over');
      assert.equal(looping(bench.say(charging)), false);
      assert.equal(bench.load, !latches, 'where the short circuit itself latches it still does');

      const reset = looped();
      assert.ok(reset.engine.protection.reset().includes('short-circuit-loop'));
      assert.equal(off(reset.say(shorted(false))), '');
    });

    const CURRENTS = {
      chargeCurrentMax: 60,
      chargeCurrentMaxClear: 50,
      dischargeCurrentMax: 60,
      dischargeCurrentMaxClear: 50,
      dischargeCurrentPeak: 90,
      dischargeCurrentPeakClear: 50,
      chargeCurrentMaxDelay: 10,
      chargeCurrentMaxClearDelay: 60,
      dischargeCurrentMaxDelay: 10,
      dischargeCurrentMaxClearDelay: 60,
      dischargeCurrentPeakDelay: 1,
      dischargeCurrentPeakClearDelay: 60,
    };
    for (const [ids, rule, row_, limit, sign, delay, roles] of [
      ['OGT-9 VLB-16 ECS-12', 'charge-overcurrent', 'charge-overcurrent', 60, 1, 10, 'charge alternator'],
      ['OGT-3 OGT-9 VLB-16 ECS-12', 'discharge-overcurrent', 'discharge-overcurrent', 60, -1, 10, 'load shed'],
      [
        'OGT-3 OGT-9 VLB-16 VSB-4 ECS-12',
        'discharge-overcurrent',
        'discharge-overcurrent-peak',
        90,
        -1,
        1,
        'load shed',
      ],
    ] as const) {
      it(`${ids} ${profile}: ${row_} where a number is set, after its delay, until it is below the clear value`, () => {
        const at = (current: number): Said => row({ current: sign * current });
        const bench = pack(profile, CURRENTS).say(row());
        if (limit === 60) bench.keep(60, at(60));
        else bench.keep(5, at(90));
        assert.equal(off(bench), '');
        bench.keep(delay, at(limit + 0.1));
        assert.equal(off(bench), '', 'the delay is not over');
        bench.say(at(limit + 0.1));
        assert.equal(off(bench), roles);
        const event = bench.events.find((e) => e.row === row_);
        assert.deepEqual([event?.rule, event?.severity, event?.threshold], [rule, 'alarm', limit]);
        bench.keep(60, at(50)).keep(60, at(49.9));
        assert.equal(off(bench), roles, 'the clear delay is not over');
        assert.equal(off(bench.say(at(49.9))), '');
      });
    }

    it(`ECS-7 VLB-10 ${profile}: the device's own word about charge and load is an input where that is set`, () => {
      const says = (chargeAllowed: boolean, loadAllowed: boolean): Said =>
        row({ hardware: { chargeAllowed, loadAllowed } });
      const bench = pack(profile, { followDevice: 'yes' }).say(says(true, true));
      assert.equal(off(bench), '');
      bench.say(says(false, true));
      assert.deepEqual([off(bench), active(bench)], ['charge alternator', ['cell-overvoltage(OVP) alarm']]);
      bench.say(says(true, false));
      assert.deepEqual([off(bench), active(bench)], ['load shed', ['cell-undervoltage(LVP) alarm']]);
      assert.equal(off(bench.say(says(true, true))), '');
      const own = pack(profile, { followDevice: 'no' }).say(says(true, true)).say(says(false, false));
      assert.deepEqual([off(own), active(own)], ['', []], 'where it is not, our own rules decide');
    });
  });

  describe(`permissions that come and go: ${profile}`, () => {
    const HIGH = {
      cellOvervoltage: 3.65,
      cellOvervoltageClear: 3.45,
      cellOvervoltageDelay: 0,
      cellOvervoltageClearDelay: 0,
    };
    const LOW = {
      cellUndervoltage: 2.8,
      cellUndervoltageClear: 3.2,
      cellUndervoltageDelay: 0,
      cellUndervoltageClearDelay: 0,
      preAlarmMode: 'off',
    };
    const times = (bench: Bench, count: number, beyond: Said): Bench => {
      for (let i = 0; i < count; i++) bench.say(beyond).say(row());
      return bench;
    };
    const LOCK = { retries: 2, retryWindow: 600 };

    it(`OGT-14 VLB-21 ${profile}: charging that trips a third time within the window stays off, until the window is over`, () => {
      const bench = pack(profile, { ...HIGH, ...LOCK }).say(row());
      const start = bench.now + 1;
      assert.equal(off(times(bench, 2, third(3.7))), '', 'twice is forgiven');
      times(bench, 1, third(3.7)).say(row());
      assert.equal(off(bench), 'charge alternator');
      assert.deepEqual(active(bench), ['lock(charge) alarm']);
      bench.keep(60, row({ current: 10 }));
      assert.equal(off(bench), 'charge alternator', 'charging current is no reason to try again');
      for (let i = 0; i < 600 && bench.now < start + 599; i++) bench.say(row());
      assert.equal(off(bench), 'charge alternator', 'the first trip is 599 s ago');
      bench.say(row());
      assert.deepEqual([off(bench), bench.edges], ['', ['lock(charge)/cleared']]);
    });

    it(`OGT-5 OGT-14 ${profile}: loads that trip a third time within the window stay off, until the window is over`, () => {
      const bench = pack(profile, { ...LOW, ...LOCK }).say(row());
      const start = bench.now + 1;
      assert.equal(off(times(bench, 2, third(2.75))), '', 'twice is forgiven');
      times(bench, 1, third(2.75)).say(row());
      assert.equal(off(bench), 'load shed');
      assert.deepEqual(active(bench), ['lock(load) alarm']);
      for (let i = 0; i < 600 && bench.now < start + 599; i++) bench.say(row());
      assert.equal(off(bench), 'load shed', 'the first trip is 599 s ago');
      bench.say(row());
      assert.deepEqual([off(bench), bench.edges], ['', ['lock(load)/cleared']]);
    });

    it(`OGT-5 OGT-14 ${profile}: half a minute of charging releases the loads early`, () => {
      const locked = (): Bench => times(pack(profile, { ...LOW, ...LOCK }).say(row()), 3, third(2.75)).say(row());
      assert.equal(off(locked().keep(120, row({ current: 0 }))), 'load shed', 'no current');
      assert.equal(off(locked().keep(120, { ...third(3.1), current: 10 })), 'load shed', 'a cell that is not back');
      const bench = locked().keep(30, row({ current: 10 }));
      assert.equal(off(bench), 'load shed', '29 s');
      assert.equal(off(bench.keep(2, row({ current: 10 }))), '');
      const broken = locked()
        .keep(20, row({ current: 10 }))
        .say(row())
        .keep(20, row({ current: 10 }));
      assert.equal(off(broken), 'load shed', 'not on end');
    });

    it(`OGT-14 VLB-21 OGT-5 ${profile}: a reset releases both locks and counts anew`, () => {
      for (const [given, beyond, lock] of [
        [HIGH, third(3.7), 'lock-charge'],
        [LOW, third(2.75), 'lock-load'],
      ] as const) {
        const bench = times(pack(profile, { ...given, ...LOCK }).say(row()), 3, beyond).say(row());
        assert.notEqual(off(bench), '');
        assert.deepEqual(bench.engine.protection.reset(), [lock]);
        assert.equal(off(bench.say(row())), '');
        assert.equal(off(times(bench, 2, beyond).say(row())), '', 'two more are forgiven');
        assert.notEqual(off(times(bench, 1, beyond).say(row())), '');
      }
    });

    it(`OGT-14 VLB-21 ${profile}: a restart keeps a lock and how long ago its trips were`, () => {
      const bench = times(pack(profile, { ...HIGH, ...LOCK }).say(row()), 3, third(3.7)).keep(100, row());
      const stored = JSON.parse(JSON.stringify(bench.engine.memory(bench.now))) as PackMemory;
      const after = pack(profile, { ...HIGH, ...LOCK }, { memory: stored })
        .say(row())
        .keep(400, row());
      assert.equal(off(after), 'charge alternator');
      assert.equal(off(after.keep(110, row())), '', '600 s after the first trip, not after the restart');
    });

    it(`OGT-14 ${profile}: trips that lie further apart than the window do not add up, nor does the owner's switch`, () => {
      const bench = pack(profile, { ...HIGH, retries: 2, retryWindow: 60, remoteScope: 'everything' }).say(row());
      for (let i = 0; i < 5; i++) times(bench, 1, third(3.7)).keep(40, row());
      assert.equal(off(bench), '');
      for (let i = 0; i < 5; i++) {
        bench.engine.protection.remote = false;
        bench.say(row());
        bench.engine.protection.remote = true;
        bench.say(row());
      }
      assert.equal(off(bench.say(row())), '');
    });

    it(`VLB-21 ${profile}: closings an hour are limited, openings never`, () => {
      const bench = pack(profile, { ...HIGH, switchesPerHour: 3 }).say(row());
      const first = bench.now;
      times(bench, 2, third(3.7));
      assert.equal(bench.charge, true, 'the third closing, with the one at the start');
      times(bench, 1, third(3.7));
      assert.deepEqual([bench.charge, reason(bench, 'charge')], [false, 'switches']);
      for (let i = 0; i < 1800 && bench.now < first + 3598; i++) bench.say(row(), 2);
      assert.equal(bench.charge, false, 'the first closing is less than an hour ago');
      assert.equal(bench.keep(3, row()).charge, true);
      assert.equal(bench.say(third(3.7)).charge, false, 'opening waits for nothing');
    });

    it(`VLB-21 ${profile}: what has opened stays off for a set time at least`, () => {
      const bench = pack(profile, { ...HIGH, minimumOff: 120 }).say(row());
      assert.equal(bench.charge, true, 'not at the start');
      bench.say(third(3.7));
      assert.deepEqual([bench.charge, bench.load], [false, true]);
      bench.keep(119, row());
      assert.deepEqual([bench.charge, reason(bench, 'charge')], [false, 'minimum-off']);
      assert.equal(bench.say(row()).charge, true);
      assert.equal(bench.say(third(3.7)).charge, false, 'opening waits for nothing');
    });

    it(`123-R11 ${profile}: with one signal for both, what takes one half away takes the other too`, () => {
      const given = { ...HIGH, ...LOW, combined: 'yes' };
      const high = pack(profile, given).say(row()).say(third(3.7));
      assert.deepEqual([high.charge, high.load, reason(high, 'load')], [false, false, 'combined']);
      assert.deepEqual([high.say(row()).charge, high.load], [true, true]);
      const low = pack(profile, given).say(row()).say(third(2.75));
      assert.deepEqual([low.charge, low.load, reason(low, 'charge')], [false, false, 'combined']);
      assert.deepEqual([low.say(row()).charge, low.load], [true, true]);
      const two = pack(profile, { ...HIGH, ...LOW })
        .say(row())
        .say(third(3.7));
      assert.deepEqual([two.charge, two.load], [false, true], 'two signals are separate');
    });

    it(`123-R11 ${profile}: that an undervoltage then blocks charging too is warned of`, () => {
      const warned = (combined: string): boolean => {
        const resolved = resolveSettings(profile, { cells: 4, capacity: 100, combined });
        return resolved.ok && resolved.warnings.some((w) => w.kind === 'combined-blocks-charging');
      };
      assert.deepEqual([warned('yes'), warned('no')], [true, false]);
    });
  });
}

describe('latches of the second stage', () => {
  // Two products have no second stage of their own: there it is one as soon as it has numbers.
  const STAGES = {
    cellOvervoltageCritical: 3.95,
    cellOvervoltageCriticalClear: 3.6,
    cellUndervoltage: 2.8,
    preAlarm: 3.1,
    cellUndervoltageClear: 3.2,
    cellUndervoltageCritical: 2.5,
    cellUndervoltageCriticalClear: 3.2,
  };
  for (const profile of PROFILE_IDS) {
    for (const [title, beyond, stays, latched] of [
      ['above', third(3.96), 'charge contactor alternator', 'cell-overvoltage-critical'],
      ['below', third(2.4), 'load shed', 'cell-undervoltage-critical'],
    ] as const) {
      it(`ECS-10 VLB-10 VLB-8 VLB-4 ${profile}: the stage ${title} latches where that is set, through a restart, until a reset`, () => {
        const bench = pack(profile, { ...STAGES, latchCritical: 'yes' })
          .say(row())
          .keep(10, beyond)
          .keep(600, row());
        assert.equal(off(bench), stays);
        assert.deepEqual(bench.engine.protection.decision(bench.now).latched, [latched]);
        const stored = JSON.parse(JSON.stringify(bench.engine.memory(bench.now))) as PackMemory;
        const after = pack(profile, { ...STAGES, latchCritical: 'yes' }, { memory: stored }).keep(60, row());
        assert.equal(off(after), stays);
        for (const one of [bench, after]) {
          assert.deepEqual(one.engine.protection.reset(), [latched]);
          assert.equal(off(one.say(row())), '');
        }
        const free = pack(profile, STAGES).say(row()).keep(10, beyond).keep(600, row());
        assert.equal(off(free), '', 'and comes back by itself where it is not');
      });
    }
  }
});

describe('the first stage below', () => {
  it('VLB-2 VLB-4 VSB-11 lifepo4: it cuts at 2.80 V without any help from the second, and charging stays', () => {
    const bench = new Bench('lifepo4').say();
    for (let second = 0; second < 120 && bench.load; second++) bench.say({ cells: [3.3, 3.3, 2.8, 3.3] });
    assert.deepEqual(
      ROLES.filter((role) => role !== 'alternator' && !bench.allowed(role)),
      ['load', 'shed'],
    );
    assert.equal(bench.events[0]?.row, 'cell-undervoltage');
  });
});

describe('state of charge as a gate', () => {
  it('123-R2 lifepo4: given a charge restart, charging waits for SOC below it', () => {
    const bench = pack('lifepo4', { chargeRestart: 90 });
    bench.engine.seedSoc(0.95);
    bench.say(row()).keep(5, third(3.7)).keep(60, row());
    assert.deepEqual([bench.charge, bench.load], [false, true]);
    assert.deepEqual(active(bench), ['cell-overvoltage(charge-restart) info']);
    bench.engine.seedSoc(0.901);
    assert.equal(bench.say(row()).charge, false, '90.1 % is not below 90 %');
    bench.engine.seedSoc(0.899);
    assert.equal(bench.say(row()).charge, true);
  });

  it('123-R3 lifepo4: given a discharge restart, the loads wait for SOC at it', () => {
    const bench = pack('lifepo4', { dischargeRestart: 20 });
    bench.engine.seedSoc(0.1);
    bench.say(row()).keep(5, third(2.4)).keep(60, row());
    assert.deepEqual([bench.load, bench.charge], [false, true]);
    assert.deepEqual(active(bench), ['soc-low(discharge-restart) info']);
    bench.engine.seedSoc(0.199);
    assert.equal(bench.keep(5, row()).load, false);
    bench.engine.seedSoc(0.2);
    assert.equal(bench.say(row()).load, true);
  });

  it('123-R11 123-R4 in critical mode a full battery does not cut the shared signal, a cell at V-max does', () => {
    const full = row({ cells: [3.55, 3.55, 3.55, 3.55] });
    const normal = pack('123smartbms', { combined: 'yes' }).say(row()).say(full);
    assert.deepEqual([normal.charge, normal.load], [false, false]);
    const critical = pack('123smartbms', { combined: 'yes', mode: 'critical' }).say(row()).say(full);
    assert.deepEqual([critical.charge, critical.load], [true, true]);
    critical.say(third(3.65));
    assert.deepEqual([critical.charge, critical.load], [false, false]);
  });
});

describe('123\\SmartBMS: the settings of its app', () => {
  const of = (given: Given): Bench => new Bench('123smartbms', { given: { onPlausibility: 'ignore', ...given } });
  const allowed = (bench: Bench): boolean[] => [bench.charge, bench.load];

  it('123-R18 V-max and V-min move the two cuts', () => {
    const given = { cellOvervoltage: 3.8, cellUndervoltage: 2.6 };
    assert.deepEqual(allowed(of(given).say().say(third(3.79))), [true, true]);
    assert.deepEqual(allowed(of(given).say().say(third(3.8))), [false, true]);
    assert.deepEqual(allowed(of(given).say().say(third(2.61))), [true, true]);
    assert.deepEqual(allowed(of(given).say().say(third(2.6))), [true, false]);
  });

  it('123-R18 T-min and T-max move both relays', () => {
    const given = {
      chargeTemperatureMin: 8,
      dischargeTemperatureMin: 8,
      chargeTemperatureMax: 40,
      dischargeTemperatureMax: 40,
    };
    for (const [t, both] of [
      [7.9, false],
      [8, true],
      [40, true],
      [40.1, false],
    ] as const) {
      assert.deepEqual(
        allowed(
          of(given)
            .say()
            .say({ temperatures: [t] }),
        ),
        [both, both],
        `${t} °C`,
      );
    }
  });

  it('123-R18 charge restart and discharge restart move what SOC the relays wait for', () => {
    const given = { chargeRestart: 80, dischargeRestart: 40 };
    const high = of(given);
    high.engine.seedSoc(0.8);
    assert.equal(high.say().say(third(3.7)).say().charge, false);
    high.engine.seedSoc(0.799);
    assert.equal(high.say().charge, true);
    const low = of(given);
    low.engine.seedSoc(0.399);
    assert.equal(low.say().say(third(2.7)).say().load, false);
    low.engine.seedSoc(0.4);
    assert.equal(low.say().load, true);
  });

  it('123-R18 the capacity is what SOC counts against', () => {
    const bench = new Bench('123smartbms', { given: { capacity: 50 } });
    bench.engine.seedSoc(0.5);
    bench.say({ current: -10 });
    for (let minute = 0; minute < 60; minute++) bench.say({ current: -10 }, 60);
    assert.ok(Math.abs(bench.engine.soc - 0.3) < 1e-3, String(bench.engine.soc));
  });

  for (const balanceVoltage of [3.4, 3.5, 3.6, 3.7, 4, 4.1, 4.2, 4.3]) {
    it(`123-R6 123-R18 V-bypass ${balanceVoltage} V: full is all cells at it, and a cell at it is marked as bypassing`, () => {
      const given = { balanceVoltage, cellOvervoltage: 4.4 };
      const all = (v: number): Said => ({ cells: [v, v, v, v] });
      const bench = of(given)
        .say()
        .say({ cells: [4.35, balanceVoltage, balanceVoltage, balanceVoltage - 0.01] });
      assert.equal(bench.charge, true, 'one cell is below');
      const { cells } = bench.engine.reading(bench.now, 0);
      assert.deepEqual(
        cells.map((cell) => cell.balancing),
        [true, true, true, false],
      );
      assert.equal(bench.say(all(balanceVoltage)).charge, false);
      assert.equal(bench.engine.soc, 1);
    });
  }

  it('123-R6 a bypassing cell is marked and never ignored: too hot it stops charging and not the loads', () => {
    const bench = of({});
    const say = (balancing: boolean, temperature: number): boolean[] => {
      bench.now += 1;
      const cells = [1, 2, 3, 4].map((cell) => ({
        cell,
        voltage: 3.4,
        temperature: cell === 2 ? temperature : 20,
        balancing: cell === 2 && balancing,
      }));
      bench.engine.observe('device', { cells, current: 0, voltage: 13.6 }, bench.now);
      return allowed(bench.judge());
    };
    assert.deepEqual(say(true, 49.9), [true, true]);
    assert.deepEqual(say(true, 80), [false, true]);
    assert.deepEqual(say(false, 80), [false, false]);
    assert.deepEqual(say(false, 20), [true, true]);
  });
});
