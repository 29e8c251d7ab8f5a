import assert from 'node:assert/strict';
import { isIP, isIPv4, isIPv6 } from 'node:net';
import fc from 'fast-check';
import { keeper, remarks } from '../../src/editor/fail-safe.ts';
import * as browser from '../../src/editor/net.ts';
import { ROLES } from '../../src/engine/vocabulary.ts';
import { parseRelayConfig } from '../../src/node-red/relay-config.ts';
import { BOARDS } from '../../src/relays/boards.ts';
import { canOpenOnExit } from '../../src/relays/kept-by.ts';
import { WIRINGS } from '../../src/relays/wiring.ts';
import { EditorPage, type EditedNode } from './editor-page.ts';

describe('the bus dialog says what is wrong', () => {
  let page: EditorPage;
  before(() => {
    page = new EditorPage();
  });
  const bus = (properties: Record<string, unknown>): EditedNode => page.add('bms-bus', 'bus', properties);

  it('a new bus lacks its address', () => {
    assert.deepEqual(Object.keys(page.problems(bus({}))), ['address']);
    assert.match(String(page.check(bus({}), 'address')), /^Address is missing/);
  });

  for (const [kind, address] of [
    ['serial', '/dev/ttyUSB0'],
    ['serial', '/dev/serial/by-id/usb-FTDI_FT232R-if00'],
    ['serial', 'COM3'],
    ['tcp', 'tcp://192.168.1.20:4001'],
    ['tcp', 'tcp://[fe80::1]:4001'],
    ['modbus-tcp', 'relays.local:502'],
    ['modbus-tcp', '${BOARD}'],
  ] as const) {
    it(`${kind} ${address} is right`, () => assert.deepEqual(page.problems(bus({ kind, address })), {}));
  }

  for (const [kind, address, sentence] of [
    ['serial', 'ttyUSB0', /no serial port/],
    ['serial', 'tcp://10.0.0.1:4001', /no serial port/],
    ['tcp', 'tcp://10.0.0.1', /without a port/],
    ['tcp', 'tcp://10.0.0.300:4001', /no host name or IP address/],
    ['modbus-tcp', '10.0.0.1:99999', /not between 1 and 65535/],
  ] as const) {
    it(`${kind} ${address} is wrong: ${sentence}`, () => {
      assert.match(String(page.check(bus({ kind, address }), 'address')), sentence);
    });
  }

  it('each line setting is judged by itself', () => {
    const problems = page.problems(bus({ address: '', baudRate: '96OO', dataBits: '9', parity: 'x', stopBits: '3' }));
    assert.deepEqual(Object.keys(problems).sort(), ['address', 'baudRate', 'dataBits', 'parity', 'stopBits']);
  });

  it('the browser knows an IP address as Node.js does', () => {
    const group = fc.constantFrom('', ':', '::', '1', 'fe80', 'abcde', '1.2.3.4', '256', '01', '.', '%eth0', '0', 'g');
    const text = fc.oneof(
      fc.ipV4(),
      fc.ipV6(),
      fc.array(group, { maxLength: 10 }).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(text, (address) => {
        assert.equal(browser.isIPv4(address), isIPv4(address), `v4 ${address}`);
        assert.equal(browser.isIPv6(address), isIPv6(address), `v6 ${address}`);
        assert.equal(browser.isIP(address), isIP(address), address);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('the relay dialog says what is wrong', () => {
  let page: EditorPage;
  before(() => {
    page = new EditorPage();
    page.add('bms-bus', 'bus', { address: '/dev/ttyUSB0' });
    page.add('bms-config', 'pack', { name: 'house' });
  });
  const relay = (properties: Record<string, unknown>): EditedNode =>
    page.add('bms-relay-out', 'relay', { pack: 'pack', bus: 'bus', ...properties });

  it('nothing, with a pack and a bus', () => assert.deepEqual(page.problems(relay({})), {}));

  for (const role of ['charge', 'contactor']) {
    it(`VSB-1 ${role} on a normally closed contact is refused: a power loss would connect`, () => {
      assert.match(String(page.check(relay({ role, wiring: 'NC' }), 'wiring')), /power loss would connect.*wire NO/);
    });
  }

  it('123-R12 charge on an inverted contact: refused where a power loss connects, right where it disconnects', () => {
    assert.match(String(page.check(relay({ wiring: 'NO-inverted' }), 'wiring')), /power loss would connect/);
    for (const wiring of ['NO', 'NC-inverted', '123-out-v1', '123-out-v2']) {
      assert.equal(page.check(relay({ wiring }), 'wiring'), true, wiring);
    }
  });

  for (const wiring of ['NC', 'NO-inverted']) {
    it(`loads that a power loss connects (${wiring}) are a choice that has to be made`, () => {
      const load = { role: 'load', wiring };
      assert.deepEqual(Object.keys(page.problems(relay(load))), ['lossConfirmed']);
      assert.match(String(page.check(relay(load), 'lossConfirmed')), /connects the loads.*wire NO, or tick/);
      assert.deepEqual(page.problems(relay({ ...load, lossConfirmed: true })), {});
      assert.deepEqual(page.problems(relay({ ...load, role: 'shed' })), {}, 'where it is only told');
    });
  }

  it('bus, unit and relay number are asked for unless the node only sends messages', () => {
    const wrong = { bus: '', unit: '248', channel: '0' };
    assert.deepEqual(Object.keys(page.problems(relay(wrong))).sort(), ['bus', 'channel', 'unit']);
    assert.deepEqual(page.problems(relay({ ...wrong, board: 'message' })), {});
  });

  it('each board is asked for what it needs, and for nothing else', () => {
    const wrong = { unit: 'x', channel: 'x', address: '', chip: 'x', line: '' };
    const asked = (board: string): string[] => Object.keys(page.problems(relay({ board, bus: '', ...wrong }))).sort();
    assert.deepEqual(asked('modbus-plain'), ['bus', 'channel', 'unit']);
    for (const board of ['lcus', 'kmtronic', 'gx']) assert.deepEqual(asked(board), ['bus', 'channel'], board);
    for (const board of ['shelly-gen1', 'shelly-gen2']) assert.deepEqual(asked(board), ['address', 'channel'], board);
    assert.deepEqual(asked('gpio'), ['chip', 'line']);
    for (const board of ['jbd', 'daly', 'jk']) assert.deepEqual(asked(board), ['bus', 'switchConfirmed'], board);
    for (const board of ['gx-node', 'message']) assert.deepEqual(asked(board), [], board);
  });

  it('a BMS switches only where somebody has said so, and only what it has a switch for', () => {
    for (const board of ['jbd', 'daly', 'jk']) {
      assert.match(String(page.check(relay({ board }), 'switchConfirmed')), /own protection must stay in charge.*tick/);
      assert.deepEqual(page.problems(relay({ board, switchConfirmed: true })), {});
      const alarm = relay({ board, switchConfirmed: true, role: 'pre-alarm' });
      assert.match(String(page.check(alarm, 'board')), /none for this role: choose charge/);
      const closed = relay({ board, switchConfirmed: true, role: 'load', wiring: 'NC-inverted' });
      assert.match(String(page.check(closed, 'wiring')), /no contacts to choose from: choose NO/);
    }
    assert.equal(page.check(relay({ board: 'lcus' }), 'switchConfirmed'), true);
  });

  it('a board needs a bus of its kind', () => {
    page.add('bms-bus', 'gx', { kind: 'modbus-tcp', address: '192.168.1.20' });
    page.add('bms-bus', 'any', { kind: '${KIND}', address: 'x' });
    assert.match(String(page.check(relay({ board: 'gx' }), 'bus')), /over Modbus TCP/);
    assert.equal(page.check(relay({ board: 'gx', bus: 'gx' }), 'bus'), true);
    assert.match(String(page.check(relay({ board: 'lcus', bus: 'gx' }), 'bus')), /does not speak Modbus/);
    assert.equal(page.check(relay({ board: 'lcus', bus: 'any' }), 'bus'), true, 'known at deploy time only');
  });

  it('a sentence holds nothing that a page could act on', () => {
    const sentence = page.check(relay({ board: 'shelly-gen2', address: '<img src=x onerror=y>' }), 'address');
    assert.match(String(sentence), /img src/);
    assert.doesNotMatch(String(sentence), /[<>]/);
  });

  it('what the environment gives is judged at deploy time', () => {
    const open = { role: '${ROLE}', board: '${BOARD}', wiring: '${WIRING}', bus: '${BUS}', channel: '${CHANNEL}' };
    assert.deepEqual(page.problems(relay(open)), {});
    assert.deepEqual(Object.keys(page.problems(relay({ ...open, channel: 'x', board: 'gpio', line: '' }))), ['line']);
  });

  it('the line on which a 123SmartBMS talks all the time cannot carry a relay board', () => {
    page.add('bms-config', 'on-the-line', { name: 'boat', bus: 'bus' });
    assert.match(String(page.check(relay({}), 'bus')), /one line carries one protocol/);
    page.add('bms-config', 'on-the-line', { name: 'boat', bus: 'bus', link: 'message' });
    assert.equal(page.check(relay({}), 'bus'), true);
  });

  it('a further pack that was deleted is named: the relay would never close', () => {
    assert.match(String(page.check(relay({ packs: ['gone'] }), 'packs')), /does not exist any more/);
    assert.equal(page.check(relay({ packs: ['pack', '${OTHER}'] }), 'packs'), true);
  });

  it('refuses what the runtime refuses, and nothing else', () => {
    const line = {
      kind: 'serial',
      path: '/dev/ttyUSB0',
      line: { baudRate: 9600, dataBits: 8, parity: 'none', stopBits: 1 },
    } as const;
    const properties = fc.record({
      role: fc.constantFrom(...ROLES, 'x'),
      board: fc.constantFrom(...BOARDS, 'x'),
      wiring: fc.constantFrom(...WIRINGS, 'x'),
      lossConfirmed: fc.constantFrom(true, false, 'true', undefined),
      switchConfirmed: fc.constantFrom(true, false, 'true', undefined),
      bus: fc.constantFrom('bus', ''),
      unit: fc.constantFrom('1', '247', '248', '0', 'x', '1.5', undefined),
      channel: fc.constantFrom('1', '2', '8', '256', '257', '0', 'x', undefined),
      address: fc.constantFrom('10.0.0.7', '[::1]:80', 'http://10.0.0.7', '', undefined),
      chip: fc.constantFrom('gpiochip0', '', 'gpio0', undefined),
      line: fc.constantFrom('0', 17, '1024', '', undefined),
      minimumOff: fc.constantFrom('0', '', '86401', 5, undefined),
      onExit: fc.constantFrom('', 'open', 'hold', 'x', undefined),
      onDeploy: fc.constantFrom('', 'open', 'hold', 'x', undefined),
      senders: fc.constantFrom([], [{ topic: 'a', timeout: 5 }], [{ topic: '', timeout: 5 }], 'x', undefined),
    });
    fc.assert(
      fc.property(properties, (given) => {
        const node = relay(given);
        const refused =
          typeof parseRelayConfig(node, { bus: given.bus === '' ? null : line, password: '' }, (key) => key) ===
          'string';
        assert.equal(Object.keys(page.problems(node)).length > 0, refused, JSON.stringify(given));
      }),
      { numRuns: 3000 },
    );
  });
});

describe('what a relay does without this computer', () => {
  it('nothing is said where the board opens a normally open contact by itself', () => {
    for (const board of ['modbus-timed', 'shelly-gen1', 'shelly-gen2'] as const) {
      for (const role of ROLES) if (role !== 'pre-alarm') assert.deepEqual(remarks(board, 'NO', role), []);
    }
  });

  it('every other board has a sentence on what nobody covers', () => {
    const quiet = BOARDS.filter((board) => remarks(board, 'NO', 'charge').length === 0);
    assert.deepEqual(quiet, ['modbus-timed', 'shelly-gen2', 'shelly-gen1']);
    assert.deepEqual(remarks('modbus-plain', 'NO', 'charge'), ['stays']);
    assert.deepEqual(remarks('gpio', 'NO', 'charge'), ['gpio-stays']);
    assert.deepEqual(remarks('message', 'NO', 'charge'), ['message-stays']);
  });

  it('what a power loss of the coil connects is said first', () => {
    assert.deepEqual(remarks('modbus-timed', 'NC', 'load'), ['closes-loads']);
    assert.deepEqual(remarks('lcus', 'NO-inverted', 'shed'), ['closes-loads', 'usb-stays']);
    assert.deepEqual(remarks('modbus-timed', 'NC', 'alternator'), ['closes-alternator']);
    assert.deepEqual(remarks('modbus-timed', 'NO', 'pre-alarm'), ['silent-alarm']);
    assert.deepEqual(remarks('modbus-timed', 'NC', 'pre-alarm'), []);
    assert.deepEqual(remarks('modbus-timed', 'NC-inverted', 'load'), [], 'without power it disconnects');
  });

  it('the board ends the hold, or the guardian does, or nobody but who receives the messages', () => {
    assert.equal(keeper('modbus-timed', 'hold'), 'board');
    assert.equal(keeper('modbus-timed', 'open'), 'guardian-and-board');
    assert.equal(keeper('gpio', 'hold'), 'guardian');
    assert.equal(keeper('message', 'open'), 'receiver');
    const asked = BOARDS.filter(canOpenOnExit);
    assert.deepEqual(
      BOARDS.filter((board) => !asked.includes(board)),
      ['gx-node', 'message'],
    );
  });
});
