/** The published frames, which are no part of this project: where they are not there, a test says so and is skipped. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runSuite, vectorFolder } from '../../conformance/main.ts';
import type { Suite, Vector } from '../../conformance/suite.ts';

function folderFor(test: Mocha.Context, file: string): string {
  const folder = vectorFolder();
  if (folder !== null && existsSync(join(folder, `${file}.json`))) return folder;
  console.log(`      skipped: there are no published frames of ${file}`);
  return test.skip();
}

/** The frames of one file, named without `.json`. */
export function publishedFrames(test: Mocha.Context, file: string): readonly Vector[] {
  return JSON.parse(readFileSync(join(folderFor(test, file), `${file}.json`), 'utf8')) as Vector[];
}

/**
 * That a suite agrees with every frame of its file.
 * @param loaded its default export
 * @param frames how many there are: a file cut short proves nothing
 */
export function agreesWithPublished(test: Mocha.Context, loaded: Suite, frames: number): void {
  // Imported as CommonJS, a default export sits one level deeper.
  const suite = (loaded as unknown as { readonly default?: Suite }).default ?? loaded;
  const tally = runSuite(suite, folderFor(test, suite.file));
  assert.deepEqual(tally.failures, []);
  assert.equal(tally.frames, frames);
}
