/** The serial ports there are, stable names first. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listPorts } from '../../../src/links/bus/ports.ts';

describe('the ports of a computer', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'cellwarden-ports-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('each is listed once, by the name of its adapter where it has one, and those first', async () => {
    const byId = join(folder, 'by-id');
    mkdirSync(byId);
    const [one, two] = [join(folder, 'ttyUSB0'), join(folder, 'ttyS0')];
    for (const path of [one, two]) writeFileSync(path, '');
    symlinkSync(one, join(byId, 'usb-FTDI_1'));
    const list = () => Promise.resolve([{ path: two }, { path: one, manufacturer: 'FTDI' }]);
    assert.deepEqual(await listPorts(list, byId), [
      { path: join(byId, 'usb-FTDI_1'), now: one, about: 'FTDI' },
      { path: two, now: null, about: '' },
    ]);
  });

  it('where ports cannot be listed there are none', async () => {
    assert.deepEqual(await listPorts(() => Promise.reject(new Error('no driver')), join(folder, 'nowhere')), []);
  });
});
