import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type BusSetting, DEFAULT_LINE, parseBus } from '../../../src/links/bus/address.ts';

function spec(setting: BusSetting): unknown {
  const parsed = parseBus(setting);
  assert.ok(parsed.ok, JSON.stringify(parsed));
  return parsed.spec;
}

function problem(setting: BusSetting): string {
  const parsed = parseBus(setting);
  assert.ok(!parsed.ok, JSON.stringify(parsed));
  return `${parsed.problem.field}: ${parsed.problem.problem}`;
}

describe('bus address', () => {
  it('takes a serial port by name, 9600 8N1 unless said otherwise', () => {
    for (const path of ['/dev/ttyUSB0', '/dev/serial/by-id/usb-FTDI_FT232R-if00-port0', 'COM3', '\\\\.\\COM12']) {
      const automatic = ['baudRate', 'dataBits', 'parity', 'stopBits'];
      assert.deepEqual(spec({ kind: 'serial', path }), { kind: 'serial', path, line: DEFAULT_LINE, automatic });
    }
    assert.deepEqual(DEFAULT_LINE, { baudRate: 9600, dataBits: 8, parity: 'none', stopBits: 1 });
    assert.deepEqual(spec({ path: ' /dev/ttyS1 ', baudRate: '115200', dataBits: '7', parity: 'even', stopBits: 2 }), {
      kind: 'serial',
      path: '/dev/ttyS1',
      line: { baudRate: 115200, dataBits: 7, parity: 'even', stopBits: 2 },
    });
  });

  it('takes a bridge by host and port', () => {
    const bridge = { kind: 'tcp', path: 'tcp://bridge.lan:4001', host: 'bridge.lan', port: 4001 };
    assert.deepEqual(spec({ path: 'tcp://Bridge.lan:4001' }), bridge);
    assert.deepEqual(spec({ kind: 'tcp', path: 'bridge.lan:4001/' }), bridge);
    assert.deepEqual(spec({ path: 'tcp://[FE80::1]:23' }), {
      kind: 'tcp',
      path: 'tcp://[fe80::1]:23',
      host: 'fe80::1',
      port: 23,
    });
  });

  it('takes a Modbus TCP device with or without a port; every spelling of it is the same bus', () => {
    const device = { kind: 'modbus-tcp', path: 'tcp://10.0.0.7:502', host: '10.0.0.7', port: 502 };
    for (const path of ['10.0.0.7', '10.0.0.7:502', 'tcp://10.0.0.7', 'TCP://10.0.0.7:0502']) {
      assert.deepEqual(spec({ kind: 'modbus-tcp', path }), device);
    }
  });

  it('names the field that is wrong', () => {
    const cases: [BusSetting, string][] = [
      [{ kind: 'carrier-pigeon', path: '/dev/ttyUSB0' }, 'kind: bad-kind'],
      [{ kind: 'serial' }, 'path: no-path'],
      [{ kind: 'tcp', path: '  ' }, 'path: no-path'],
      [{ path: 7 }, 'path: no-path'],
      [{ path: 'ttyUSB0' }, 'path: bad-path'],
      [{ path: '/' }, 'path: bad-path'],
      [{ path: 'COM0' }, 'path: bad-path'],
      [{ path: '/dev/tty\u0000USB0' }, 'path: bad-path'],
      [{ kind: 'serial', path: 'tcp://host:1' }, 'path: bad-path'],
      [{ path: '/dev/ttyUSB0', baudRate: 0 }, 'baudRate: bad-baud'],
      [{ path: '/dev/ttyUSB0', baudRate: 9600.5 }, 'baudRate: bad-baud'],
      [{ path: '/dev/ttyUSB0', baudRate: '9k6' }, 'baudRate: bad-baud'],
      [{ path: '/dev/ttyUSB0', baudRate: Number.NaN }, 'baudRate: bad-baud'],
      [{ path: '/dev/ttyUSB0', baudRate: true }, 'baudRate: bad-baud'],
      [{ path: '/dev/ttyUSB0', dataBits: 9 }, 'dataBits: bad-data-bits'],
      [{ path: '/dev/ttyUSB0', parity: 'odd-ish' }, 'parity: bad-parity'],
      [{ path: '/dev/ttyUSB0', stopBits: '1.5' }, 'stopBits: bad-stop-bits'],
      [{ path: 'tcp://host' }, 'path: no-port'],
      [{ path: 'tcp://host:' }, 'path: bad-port'],
      [{ path: 'tcp://host:0' }, 'path: bad-port'],
      [{ path: 'tcp://host:65536' }, 'path: bad-port'],
      [{ path: 'tcp://host:80/path' }, 'path: bad-port'],
      [{ path: 'tcp://:502' }, 'path: bad-host'],
      [{ path: 'tcp://10.0.0.300:502' }, 'path: bad-host'],
      [{ path: 'tcp://user@host:502' }, 'path: bad-host'],
      [{ path: 'tcp://[host]:502' }, 'path: bad-host'],
      [{ kind: 'modbus-tcp', path: 'fe80::1' }, 'path: bad-host'],
      [{ kind: 'modbus-tcp', path: 'my host' }, 'path: bad-host'],
      [{ kind: 'modbus-tcp', path: '-host' }, 'path: bad-host'],
    ];
    for (const [setting, expected] of cases) assert.equal(problem(setting), expected, JSON.stringify(setting));
  });

  it('is total, and what it gives is what it takes', () => {
    const path = fc.oneof(
      fc.string(),
      fc.constantFrom('/dev/ttyUSB0', 'COM3'),
      fc.tuple(fc.domain(), fc.integer({ min: 0, max: 70_000 })).map(([host, port]) => `tcp://${host}:${port}`),
      fc.tuple(fc.ipV6(), fc.nat(65_535)).map(([host, port]) => `tcp://[${host}]:${port}`),
      fc.anything(),
    );
    const loose = fc.oneof(fc.constantFrom('9600', 8, 1, 'none', ''), fc.anything());
    const setting = fc.record(
      {
        kind: fc.oneof(fc.constantFrom('serial', 'tcp', 'modbus-tcp'), fc.anything()),
        path,
        baudRate: loose,
        dataBits: loose,
        parity: loose,
        stopBits: loose,
      },
      { requiredKeys: ['path'] },
    );
    let good = 0;
    fc.assert(
      fc.property(setting, (given) => {
        const parsed = parseBus(given);
        if (!parsed.ok) return assert.equal(typeof parsed.problem.value, 'string');
        good += 1;
        const { kind } = parsed.spec;
        const line = parsed.spec.kind === 'serial' ? parsed.spec.line : {};
        // What was automatic is set once it is written down.
        const { automatic: _unset, ...set } = { automatic: null, ...parsed.spec };
        assert.deepEqual(parseBus({ kind, path: parsed.spec.path, ...line }), { ok: true, spec: set });
      }),
      { numRuns: 3000 },
    );
    assert.ok(good > 100, `only ${good} of the settings were good`);
  });
});
