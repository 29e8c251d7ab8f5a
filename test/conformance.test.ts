/** Published frames, where they are at hand: every one is read as its source says, or refused as it is marked. */
import assert from 'node:assert/strict';
import { allSuites, runSuite, vectorFolder } from '../conformance/main.ts';
import { compare } from '../conformance/suite.ts';

describe('published frames', () => {
  const folder = vectorFolder();

  it('are read as their sources say, or refused as they are marked', async function () {
    if (folder === null) {
      console.log('    no folder with published frames (CELLWARDEN_VECTORS): the codecs stand on our own frames here');
      return this.skip();
    }
    for (const suite of await allSuites()) {
      const { file, frames, passed, refused, failures } = runSuite(suite, folder);
      assert.deepEqual(failures, [], file);
      assert.equal(passed + refused, frames, file);
    }
  });

  it('are compared field by field: a missing field, another value and another length are differences', () => {
    assert.deepEqual(
      compare({ a: 1, b: [1, 2], c: { d: 'x' } }, { a: 1 + 1e-9, b: [1, 2], c: { d: 'x', e: 0 }, f: 1 }),
      {
        kind: 'passed',
      },
    );
    for (const actual of [{}, { a: 2 }, { a: null }, { a: [1] }]) {
      assert.equal(compare({ a: 1 }, actual).kind, 'failed', JSON.stringify(actual));
    }
    assert.equal(compare({ a: [1, 2] }, { a: [1, 2, 3] }).kind, 'failed');
    assert.equal(compare({ a: { b: 1 } }, { a: { c: 1 } }).kind, 'failed');
  });
});
