import assert from 'node:assert/strict';
import { isIP, isIPv4, isIPv6 } from 'node:net';
import fc from 'fast-check';
import { remark } from '../../src/editor/fail-safe.ts';
import * as browser from '../../src/editor/net.ts';
import { ROLES } from '../../src/engine/vocabulary.ts';
import { BOARDS, parseRelayConfig } from '../../src/node-red/relay-config.ts';
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

  it('load on a normally closed contact is not refused', () => {
    assert.equal(page.check(relay({ role: 'load', wiring: 'NC' }), 'wiring'), true);
  });

  it('bus, unit and relay number are asked for unless the node only sends messages', () => {
    const wrong = { bus: '', unit: '248', channel: '0' };
    assert.deepEqual(Object.keys(page.problems(relay(wrong))).sort(), ['bus', 'channel', 'unit']);
    assert.deepEqual(page.problems(relay({ ...wrong, board: 'message' })), {});
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
      wiring: fc.constantFrom('NO', 'NC', 'x'),
      bus: fc.constantFrom('bus', ''),
      unit: fc.constantFrom('1', '247', '248', '0', 'x', '1.5', undefined),
      channel: fc.constantFrom('1', '256', '257', '0', 'x', undefined),
    });
    fc.assert(
      fc.property(properties, (given) => {
        const node = relay(given);
        const refused = typeof parseRelayConfig(node, given.bus === '' ? null : line, (key) => key) === 'string';
        assert.equal(Object.keys(page.problems(node)).length > 0, refused, JSON.stringify(given));
      }),
      { numRuns: 500 },
    );
  });
});

describe('what a relay does without this computer', () => {
  it('nothing is said where the timed board opens a normally open contact', () => {
    for (const role of ROLES) if (role !== 'pre-alarm') assert.equal(remark('modbus-timed', 'NO', role), null);
  });

  it('a plain coil stays, a message stops, a normally closed contact closes, a silent buzzer stays silent', () => {
    assert.equal(remark('modbus-plain', 'NO', 'charge'), 'plain-stays');
    assert.equal(remark('message', 'NO', 'charge'), 'message-stays');
    assert.equal(remark('modbus-timed', 'NC', 'load'), 'closes-loads');
    assert.equal(remark('modbus-timed', 'NC', 'shed'), 'closes-loads');
    assert.equal(remark('modbus-timed', 'NC', 'alternator'), 'closes-alternator');
    assert.equal(remark('modbus-timed', 'NO', 'pre-alarm'), 'silent-alarm');
    assert.equal(remark('modbus-timed', 'NC', 'pre-alarm'), null);
  });
});
