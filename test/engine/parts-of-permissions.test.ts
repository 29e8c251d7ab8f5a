/** Permissions and rows at places that the tables' own tests pass by: reasons, what is stored, what goes at once. */
import assert from 'node:assert/strict';
import type { PermissionRole } from '../../src/engine/vocabulary.ts';
import { Bench } from '../support/pack.ts';

const OVER = { cells: [3.95, 3.3, 3.3, 3.3] };
const reasonOf = (bench: Bench, role: PermissionRole): string | null =>
  bench.engine.protection.decision(bench.now).roles[role].reason;
const raised = (bench: Bench): string[] => bench.engine.memory(bench.now).protection.raised.map(({ row }) => row);

describe('the reason against a permission', () => {
  it('says what is waited for: readings, a clear value, an aux rule, a precharge that is not needed', () => {
    const bench = new Bench('lifepo4', { firstClose: false, given: { auxRule: 'heater', precharge: 'resistor' } });
    bench.silence(0);
    for (const role of ['charge', 'load', 'shed', 'contactor'] as const)
      assert.equal(reasonOf(bench, role), 'starting');
    bench.say({ cells: [3.55, 3.3, 3.3, 3.3] });
    assert.deepEqual([reasonOf(bench, 'charge'), reasonOf(bench, 'load')], ['band', null]);
    bench.keep(30);
    assert.deepEqual([reasonOf(bench, 'aux'), reasonOf(bench, 'precharge')], ['inactive', 'inactive']);
    assert.equal(reasonOf(bench, 'alternator'), 'not-configured');
    assert.equal(reasonOf(bench, 'charge'), null);
  });

  it('ECS-10 a resistor that is set is waited for, also where somebody vouches for an external precharge', () => {
    const bench = new Bench('lifepo4', { given: { precharge: 'resistor', prechargeTime: 5 } }).say();
    assert.deepEqual([bench.allowed('contactor'), bench.allowed('precharge')], [false, true]);
    assert.equal(reasonOf(bench, 'contactor'), 'precharge');
    assert.equal(bench.keep(5).allowed('contactor'), true);
  });

  it('a changed reason is news for the decision, an unchanged one is not', () => {
    const bench = new Bench('lifepo4', { given: { minimumOff: 60 } }).say().keep(3, OVER).keep(10);
    const before = bench.engine.protection.decision(bench.now);
    assert.equal(before.roles.charge.reason, 'cell-overvoltage');
    bench.keep(1);
    const after = bench.engine.protection.decision(bench.now);
    assert.equal(after.roles.charge.reason, 'minimum-off');
    assert.equal(bench.keep(1).engine.protection.decision(bench.now), after);
  });
});

describe('at once', () => {
  it('ECS-11 a short circuit opens the contactor at once, also when charging goes in the same second', () => {
    const bench = new Bench('victron-smart-lithium').say();
    bench.say({ ...OVER, hardware: { shortCircuit: true } });
    assert.deepEqual([bench.charge, bench.allowed('contactor')], [false, false]);
  });

  it('VSB-5 the contactor does not wait for a charge path that only rests', () => {
    const bench = new Bench('victron-smart-bms-12-200', { given: { minimumOff: 60 } }).say();
    bench.say({ temperatures: [51] }).say({ temperatures: [20] });
    assert.equal(reasonOf(bench, 'charge'), 'minimum-off');
    bench.engine.protection.remote = false;
    assert.equal(bench.say({}, 0.1).allowed('contactor'), false);
  });

  it('ECS-6 the error output follows a fault as it follows an alarm', () => {
    const bench = new Bench('lifepo4', { given: { auxRule: 'error' } }).say();
    assert.equal(bench.allowed('aux'), false);
    assert.equal(bench.say({ hardware: { shortCircuit: true } }).allowed('aux'), true);
    const alarm = new Bench('lifepo4', { given: { auxRule: 'error' } }).say().keep(3, { cells: [3.7, 3.3, 3.3, 3.3] });
    assert.equal(alarm.allowed('aux'), true);
    const warning = new Bench('lifepo4', { given: { auxRule: 'error' } })
      .say()
      .keep(5, { cells: [3.05, 3.3, 3.3, 3.3] });
    assert.equal(warning.preAlarm, true);
    assert.equal(warning.allowed('aux'), false);
  });
});

describe('what is stored', () => {
  it('trips, and not what follows from the moment: silence, the remote switch, a lost sensor, a gate', () => {
    const given = { onSensor: 'stop-charge', chargeRestart: 90, supervisorSupply: 'load' };
    const bench = new Bench('lifepo4', { given }).say().keep(3, OVER);
    assert.deepEqual(raised(bench), ['cell-overvoltage', 'cell-overvoltage-critical']);
    bench.engine.protection.remote = false;
    bench.silence(70);
    const told = bench.engine.protection.decision(bench.now).active.map(({ row }) => row);
    for (const row of ['silence-charge', 'silence-load', 'remote', 'self-lockout', 'sensor', 'soc-unknown']) {
      assert.ok(told.includes(row), `${row} is not raised: ${told.join()}`);
    }
    assert.deepEqual(raised(bench), ['cell-overvoltage', 'cell-overvoltage-critical']);
    const gated = new Bench('lifepo4', { given: { dischargeRestart: 20 } }).say({ soc: 10 });
    gated.keep(40, { cells: [2.7, 2.7, 2.7, 2.7] }).keep(60);
    assert.ok(gated.engine.protection.decision(gated.now).active.some(({ row }) => row === 'discharge-restart'));
    assert.deepEqual(raised(gated), []);
    const persisting = new Bench('lifepo4', { given: { imbalance: 'off' } }).say().keep(3, OVER);
    for (let hour = 0; hour < 25; hour++) persisting.say(OVER, 3600);
    assert.ok(persisting.engine.protection.decision(persisting.now).active.some(({ row }) => row === 'persisting'));
    assert.deepEqual(raised(persisting), ['cell-overvoltage', 'cell-overvoltage-critical']);
  });

  it('permissions of the roles that are set up, and no others', () => {
    const { permissions } = new Bench('lifepo4').say().engine.memory(0).protection;
    assert.deepEqual(Object.keys(permissions).toSorted(), ['charge', 'contactor', 'load', 'shed']);
  });

  it('OGT-14 openings by a fault count for the lock, those by a lock or by the owner do not', () => {
    const openings = (bench: Bench): number =>
      bench.engine.memory(bench.now).protection.roles?.load?.openings.length ?? 0;
    assert.equal(openings(new Bench('lifepo4').say().say({ hardware: { shortCircuit: true } })), 1);
    const owner = new Bench('lifepo4').say();
    owner.engine.protection.remote = false;
    assert.equal(openings(owner.say()), 0);
  });
});
