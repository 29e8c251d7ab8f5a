/** The settings of a relay node: what is refused, in which words, and what is as good as text. */
import assert from 'node:assert/strict';
import { ROLES } from '../../src/engine/vocabulary.ts';
import type { BusSpec } from '../../src/links/bus/bus.ts';
import { BUS, relayBench, statusOf } from './support/relay-bench.ts';

const MODBUS: BusSpec = { kind: 'modbus-tcp', path: 'tcp://gx:502', host: 'gx', port: 502 };

describe('the settings of a relay node', () => {
  const WRONG: [string, object, BusSpec | null, RegExp][] = [
    ['no role', { role: '' }, null, /role is none we know.*charge, load/],
    ['an unknown role', { role: 'fridge' }, null, /role is none we know/],
    ['a role that is a property of every object', { role: 'constructor' }, null, /role is none we know/],
    ['no pack', { pack: '' }, null, /No pack chosen/],
    ['an unknown board', { board: 'telepathy' }, null, /board is none we know/],
    ['an unknown contact', { wiring: 'CO' }, null, /contact is none we know/],
    ['charge on a normally closed contact', { wiring: 'NC' }, null, /wire NO/],
    ['charge that an open contact without power would allow', { wiring: 'NO-inverted' }, null, /wire NO/],
    ['the contactor on a normally closed contact', { wiring: 'NC', role: 'contactor' }, null, /wire NO/],
    ['loads that a power loss connects', { wiring: 'NC', role: 'load' }, null, /connects the loads.*tick/],
    ['the same, not quite confirmed', { wiring: 'NC', role: 'load', lossConfirmed: 1 }, null, /connects the loads/],
    ['a BMS that nobody allowed to be written to', { board: 'jbd', bus: 'b' }, BUS, /own protection must.*tick/],
    ['the same, not quite', { board: 'jk', bus: 'b', switchConfirmed: 1 }, BUS, /own protection must.*tick/],
    [
      'a BMS as a pre-alarm',
      { board: 'daly', bus: 'b', switchConfirmed: true, role: 'pre-alarm' },
      BUS,
      /no.* for this role: choose charge, alternator, load, shed or contactor/,
    ],
    [
      'a BMS with a normally closed contact',
      { board: 'jbd', bus: 'b', switchConfirmed: true, wiring: 'NC-inverted' },
      BUS,
      /no contacts to choose from: choose NO/,
    ],
    ['a BMS on Modbus TCP', { board: 'jbd', bus: 'b', switchConfirmed: true }, MODBUS, /does not speak Modbus/],
    ['no bus', { board: 'modbus-timed' }, null, /No bus chosen/],
    ['a GX on a serial bridge', { board: 'gx', bus: 'b' }, BUS, /over Modbus TCP.*press \+/],
    ['an LCUS board on Modbus TCP', { board: 'lcus', bus: 'b' }, MODBUS, /does not speak Modbus.*press \+/],
    ['the third relay of a GX', { board: 'gx', bus: 'b', channel: 3 }, MODBUS, /which 3 cannot be.*1 to 2\./],
    [
      'the ninth relay of a USB board',
      { board: 'kmtronic', bus: 'b', channel: '9' },
      BUS,
      /which "9" cannot be.*1 to 8\./,
    ],
    [
      'a Shelly without an address',
      { board: 'shelly-gen2' },
      null,
      /^Address is .*which undefined cannot be.*enter it/,
    ],
    ['a Shelly by its page', { board: 'shelly-gen1', address: 'http://10.0.0.7/' }, null, /"http:\/\/10.*without http/],
    ['a chip by its device', { board: 'gpio', chip: '/dev/gpiochip0', line: 4 }, null, /"\/dev\/gpiochip0" cannot be/],
    ['a GPIO line that nobody named', { board: 'gpio' }, null, /^GPIO line.*which undefined cannot be.*0 to 1023/],
    ['a pause of no number', { minimumOff: 'long' }, null, /^Stay open.*"long".*0 to 86400/],
    ['senders that are no list', { senders: 'all' }, null, /"all" needs a topic and a timeout/],
    ['a sender without a timeout', { senders: [{ topic: 'a' }] }, null, /\{"topic":"a"\} needs.*1 to 3600/],
    ['a sender without a topic', { senders: [{ topic: ' ', timeout: 5 }] }, null, /needs a topic/],
    ['another end', { onExit: 'close' }, null, /Node-RED ends cannot be "close": choose open or hold/],
    ['another deploy', { onDeploy: 'close' }, null, /at a deploy cannot be "close": choose hold or open/],
    ['a bus that is gone', { board: 'modbus-timed', bus: 'b9' }, null, /does not exist any more/],
    ...(['0', '248', '-1', '1.5', 'one', 300, Number.NaN] as unknown[]).map(
      (unit): [string, object, BusSpec, RegExp] => [
        `unit ${String(unit)}`,
        { board: 'modbus-timed', bus: 'b', unit },
        BUS,
        /Unit is the Modbus address.*1 to 247/,
      ],
    ),
    ...(['0', '257', 'two', 1.5] as unknown[]).map((channel): [string, object, BusSpec, RegExp] => [
      `relay ${String(channel)}`,
      { board: 'modbus-timed', bus: 'b', channel },
      BUS,
      /Relay number.*1 to 256/,
    ]),
  ];
  for (const [what, config, bus, sentence] of WRONG) {
    it(`${what}: red, one sentence with the remedy, and open whatever comes`, () => {
      const { house, give, relay } = relayBench();
      const { node, tell, contacts } = relay(config, bus);
      assert.equal(statusOf(node), 'red settings are wrong');
      assert.equal(node.errors.length, 1);
      assert.match(node.errors[0]!, sentence);
      for (const role of ROLES) tell({ payload: true, permission: give(house, role) });
      assert.deepEqual(contacts(), []);
    });
  }

  const NO_NUMBERS: [unknown, string][] = [
    [true, 'true'],
    [false, 'false'],
    [null, 'null'],
    [{}, '{}'],
    [[2], '[2]'],
    [[], '[]'],
    [' ', '" "'],
    ['1.5', '"1.5"'],
    ['0x2', '"0x2"'],
    ['1e1', '"1e1"'],
    ['${UNIT}', '"${UNIT}"'],
    [2.5, '2.5'],
    [Number.NaN, 'NaN'],
    ['9'.repeat(100), `"${'9'.repeat(38)}…`],
  ];
  for (const [given, shown] of NO_NUMBERS) {
    it(`${shown} is no number of a unit or a relay, and above all not 1`, () => {
      for (const [property, field] of [
        ['unit', 'Unit'],
        ['channel', 'Relay number'],
      ] as const) {
        const { node } = relayBench().relay({ board: 'modbus-timed', bus: 'b', [property]: given }, BUS);
        assert.equal(statusOf(node), 'red settings are wrong');
        const sentence = node.errors.join();
        assert.ok(sentence.startsWith(`${field} is the `) && sentence.includes(`which ${shown} cannot be: `), sentence);
        assert.match(sentence, /enter a whole number from 1 to \d+\.$/);
      }
    });
  }

  it('no unit and no relay number mean the first of each', () => {
    const { relay } = relayBench();
    for (const [i, none] of [{}, { unit: '', channel: '' }, { unit: undefined, channel: undefined }].entries()) {
      const bench = relayBench();
      bench.relay({ board: 'modbus-timed', bus: 'b', ...none }, BUS, `relay-${i}`);
      const second = bench.relay({ board: 'modbus-timed', bus: 'b', unit: 1, channel: 1 }, BUS, 'second');
      assert.match(second.node.errors.join(), /unit 1 relay 1 belongs to another/, JSON.stringify(none));
    }
    assert.deepEqual(relay({ unit: {}, channel: [2] }).node.errors, [], 'without a board neither counts');
  });

  it('a relay that was closed opens when its settings become wrong', () => {
    const { house, give, relay } = relayBench();
    const closed = relay({ role: 'load' });
    closed.tell({ permission: give(house, 'load') });
    assert.deepEqual(closed.contacts(), [true]);
    closed.view.close(false);
    relay({ role: 'nonsense' });
    const mended = relay({ role: 'load' });
    assert.equal(statusOf(mended.node), 'grey open · nothing heard', 'nothing is left of its lease');
  });

  it('numbers from the environment are as good as text, and normally closed is right for who may have it', () => {
    const { relay } = relayBench();
    const right: object[] = [
      { board: 'modbus-timed', bus: 'b', unit: 3, channel: 8 },
      { board: 'modbus-plain', bus: 'b', unit: '3', channel: ' 7 ' },
      { board: 'modbus-timed', bus: 'b', wiring: 'NC', role: 'load', channel: 2, lossConfirmed: true },
      { board: 'modbus-timed', bus: 'b', wiring: 'NO-inverted', role: 'load', channel: 4, lossConfirmed: 'true' },
      { board: 'modbus-timed', bus: 'b', wiring: 'NC', role: 'pre-alarm', channel: 3 },
    ];
    right.forEach((config, i) => {
      const { node } = relay(config, BUS, `relay-${i}`);
      assert.deepEqual(node.errors, [], JSON.stringify(config));
    });
  });

  it('one output, one relay node: the second is refused in red and names the output', () => {
    const { relay } = relayBench();
    const config = { board: 'modbus-timed', bus: 'b', unit: 1, channel: 2 };
    const first = relay(config, BUS, 'first');
    const second = relay({ ...config, role: 'load', channel: '2' }, BUS, 'second');
    assert.equal(statusOf(second.node), 'red relay taken by another');
    assert.match(second.node.errors[0]!, /board:1 unit 1 relay 2 belongs to another/);
    assert.deepEqual(first.node.errors, []);
    assert.deepEqual(relay({ ...config, channel: 3 }, BUS, 'third').node.errors, []);
    first.view.close(true);
    assert.deepEqual(relay({ ...config, role: 'load' }, BUS, 'second').node.errors, []);
  });
});
