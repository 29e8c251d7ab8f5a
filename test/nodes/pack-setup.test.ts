/** From what stands in the dialog of a pack to a running pack, or to sentences that say why there is none. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BusSpec } from '../../src/links/bus/bus.ts';
import { createBusRegistry } from '../../src/links/bus/registry.ts';
import { packSetup, type PackSetup } from '../../src/node-red/pack-setup.ts';
import { Host } from '../../src/runtime/host.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { english } from './support/fake-node.ts';

describe('setting up a pack', () => {
  let userDir = '';
  before(() => {
    userDir = mkdtempSync(join(tmpdir(), 'cellwarden-setup-'));
  });
  after(() => rmSync(userDir, { recursive: true, force: true }));

  const BRIDGE: BusSpec = { kind: 'tcp', path: 'tcp://board:1', host: 'board', port: 1 };

  function setups() {
    const clock = new ManualClock();
    const host = new Host(clock, { buses: createBusRegistry(clock) });
    const setup = (config: object = {}, id = 'p1', bus: BusSpec | null = null): PackSetup =>
      packSetup({
        id,
        config: { id, name: 'house', cells: '4', capacity: '100', link: 'message', ...config },
        bus,
        furtherBuses: { second: 'secondBus' in config ? BRIDGE : null },
        userDir,
        host,
        translate: english,
        report: () => undefined,
      });
    return { host, setup };
  }

  it('text, numbers and a comma for the decimal point are all the same', () => {
    const { setup } = setups();
    for (const cellOvervoltage of ['3.6', 3.6, '3,6', ' 3.60 ']) {
      const { pack, problems } = setup({ cells: 4, capacity: '100', cellOvervoltage });
      assert.deepEqual(problems, []);
      assert.equal(pack!.settings.values.cellOvervoltage, 3.6);
      assert.equal(pack!.settings.values.cells, 4);
    }
  });

  it('an empty field follows the profile, off switches off', () => {
    const { setup } = setups();
    const { values } = setup({ cellOvervoltage: '', imbalance: 'off', chargeCurrentMax: undefined }).pack!.settings;
    assert.deepEqual([values.cellOvervoltage, values.imbalance, values.chargeCurrentMax], [3.65, null, 100]);
  });

  it('what belongs to Node-RED in the node’s properties is no setting', () => {
    const { problems } = setups().setup({
      z: 'tab',
      type: 'bms-config',
      wires: [],
      _users: ['x'],
      d: true,
      credentials: {},
    });
    assert.deepEqual(problems, []);
  });

  const WRONG: [string, object, RegExp[]][] = [
    ['thresholds crossed', { cellUndervoltage: '3.5', cellOvervoltage: '3.4' }, [/cell\w+ is 3\.\d+ V .*cell\w+/]],
    ['clear above trip', { cellOvervoltageClear: 3.7 }, [/cellOvervoltageClear is 3\.7 V.*cellOvervoltage.*3\.65 V/]],
    ['millivolts', { cellOvervoltage: '3650' }, [/cellOvervoltage is 3650 V.*millivolts.*3\.65 V/]],
    ['millivolts in every field', { cellOvervoltage: 3650, cellUndervoltage: 2800 }, [/3650.*3\.65/, /2800.*2\.8/]],
    ['0 cells', { cells: '0' }, [/cells is 0.*1 to 255/]],
    ['300 cells', { cells: 300 }, [/cells is 300.*255/]],
    ['no cells', { cells: '' }, [/cells is missing/]],
    ['a half cell', { cells: '4.5' }, [/cells is 4\.5.*whole/]],
    ['no capacity', { capacity: '' }, [/capacity is missing/]],
    ['a text for a number', { capacity: 'large' }, [/capacity is large.*not a number/]],
    ['not a number', { capacity: Number.NaN }, [/capacity.*not a number/]],
    ['infinitely much', { capacity: Infinity }, [/capacity.*not a number/]],
    ['an object for a number', { capacity: {} }, [/capacity.*not a number/]],
    ['a list for a number', { cells: [4] }, [/cells.*not a number/]],
    ['yes for a number', { cells: true }, [/cells.*not a number/]],
    ['off where that cannot be', { cellOvervoltage: 'off' }, [/cellOvervoltage is off.*cannot be switched off/]],
    ['an unknown profile', { profile: 'tesla' }, [/profile tesla.*lifepo4, 123smartbms/]],
    ['an unknown choice', { mode: 'eco' }, [/mode is eco.*normal, critical/]],
    ['no name', { name: '' }, [/Name is missing/]],
    ['a name of blanks', { name: '   ' }, [/Name is missing/]],
    ['a name that is no text', { name: {} }, [/Name is missing/]],
    ['no bus', { link: '123smartbms' }, [/No bus chosen.*123.SmartBMS/]],
    ['a bus that cannot be used', { link: '123smartbms', bus: 'b9' }, [/bus does not exist or is not complete/]],
    ['a link on a bus that cannot be used', { link: 'jbd', bus: 'b9' }, [/bus does not exist or is not complete/]],
    ['an address that cannot be', { link: 'daly', bus: 'b9', linkAddress: '99' }, [/bus/, /Address is 99.*1…16/]],
    ['no key', { link: 'victron-ble', bus: 'b9' }, [/bus/, /Key or PIN is missing.*32 hex/]],
    [
      'a wrong register map',
      { link: 'modbus-map', bus: 'b9', linkMap: 'voltage = here' },
      [/bus/, /Register map: line 1/],
    ],
    ['an unknown second device', { second: 'pigeon' }, [/^Second device: .*pigeon/]],
    ['a third device without a bus', { third: 'vedirect' }, [/^Third device: No bus/]],
    [
      'one that only says what is allowed, and nobody listens',
      { second: 'victron-smart-bms-12-200', secondBus: 'b1' },
      [/Victron Smart BMS.*only says what is allowed.*set it to yes/],
    ],
    ['an unknown link', { link: 'pigeon' }, [/pigeon.*none we know.*123smartbms.*message/]],
    ['three things at once', { name: '', cells: 0, link: 'pigeon' }, [/Name/, /cells/, /pigeon|none we know/]],
  ];
  for (const [what, config, sentences] of WRONG) {
    it(`refuses ${what}, and says which setting, its value and the remedy`, () => {
      const { host, setup } = setups();
      const { pack, problems } = setup(config);
      assert.equal(pack, null);
      assert.equal(host.pack('p1'), undefined);
      assert.ok(problems.length >= sentences.length);
      for (const sentence of sentences)
        assert.ok(
          problems.some((problem) => sentence.test(problem)),
          problems.join('\n'),
        );
      for (const problem of problems) assert.match(problem, /^[^_]+[.?]$/, problem);
    });
  }

  it('two packs of one name: the first keeps it, the second is told, and may have it when the first is gone', () => {
    const { host, setup } = setups();
    const first = setup();
    assert.match(setup({}, 'p2').problems.join(), /house belongs to another pack/);
    assert.match(setup({ name: ' house ' }, 'p2').problems.join(), /house belongs to another pack/);
    assert.equal(host.pack('p1'), first.pack, 'the first runs on');
    host.releasePack('p1', true);
    assert.deepEqual(setup({}, 'p2').problems, []);
  });

  it('settings that become wrong end the running pack', () => {
    const { host, setup } = setups();
    const { pack } = setup();
    assert.ok(pack);
    setup({ cells: 0 });
    assert.equal(host.pack('p1'), undefined);
    assert.notEqual(setup().pack, pack);
  });

  it('what is legal but unwise is warned about, and runs', () => {
    const { pack, warnings } = setups().setup({
      chargeTemperatureMin: '-5',
      cellUndervoltage: 2.4,
      cellUndervoltageCritical: 2.3,
    });
    assert.ok(pack);
    assert.ok(
      warnings.some((warning) => /chargeTemperatureMin is -5 °C.*5 °C/.test(warning)),
      warnings.join(),
    );
    assert.ok(
      warnings.some((warning) => /cellUndervoltage is 2\.4 V.*2\.5 V/.test(warning)),
      warnings.join(),
    );
  });

  it('first close counts when it is really set', () => {
    const { host, setup } = setups();
    const instances = [true, 'true', false, '', 'yes', 1, undefined].map((firstClose) => {
      const { instance } = setup({ firstClose }).pack!;
      return instance;
    });
    // True, then not: one change of the pack, between the second and the third.
    assert.equal(new Set(instances.slice(0, 2)).size, 1);
    assert.equal(new Set(instances.slice(2)).size, 1);
    assert.equal(new Set(instances).size, 2);
    host.releasePack('p1', true);
  });

  it('adopts a stored state before the pack reads its own, and only a pack that does not run yet', () => {
    const asked: string[][] = [];
    const clock = new ManualClock();
    const host = new Host(clock, { buses: createBusRegistry(clock) });
    const setup = (adopt: unknown, works = true): PackSetup =>
      packSetup({
        id: 'p1',
        config: { id: 'p1', name: 'house', cells: 4, capacity: 100, link: 'message', adopt },
        bus: null,
        userDir,
        host,
        translate: english,
        report: () => undefined,
        adopt: (from, to) => {
          asked.push([from, to]);
          assert.equal(host.pack('p1'), undefined, 'the pack would have read its state already');
          return works;
        },
      });
    for (const nothing of [undefined, '', null, {}, 'p1']) assert.equal(setup(nothing).adopted, false);
    assert.deepEqual(asked, []);
    assert.equal(setup('old').adopted, false, 'it runs already');
    assert.deepEqual(asked, []);
    host.releasePack('p1', true);
    assert.equal(setup('old', false).adopted, false, 'there was nothing to adopt, or it has a state of its own');
    host.releasePack('p1', true);
    assert.equal(setup('old').adopted, true);
    assert.deepEqual(asked.at(-1), ['old', 'p1']);
    host.releasePack('p1', true);
  });
});
