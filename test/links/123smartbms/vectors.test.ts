import assert from 'node:assert/strict';
import { runSuite, vectorFolder } from '../../../conformance/main.ts';
import loaded from '../../../conformance/123smartbms_uart.ts';
import type { Suite } from '../../../conformance/suite.ts';

// Imported as CommonJS, a default export sits one level deeper.
const suite = (loaded as unknown as { readonly default?: Suite }).default ?? loaded;

describe('123\\SmartBMS vectors', () => {
  it('123-R19 decodes or refuses all of them as expected', function () {
    const folder = vectorFolder();
    if (folder === null) {
      console.log('      skipped: there is no folder with published frames');
      this.skip();
    }
    const { frames, failures } = runSuite(suite, folder);
    assert.deepEqual(failures, []);
    assert.equal(frames, 26);
  });
});
