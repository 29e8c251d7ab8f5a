/** `docs/profiles.md` is what people hold against the manuals: it must be what the tables say now. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { profilesMarkdown } from '../../src/cli/profiles.ts';
import { PROFILES } from '../../src/engine/profiles/index.ts';

describe('docs/profiles.md', () => {
  const written = readFileSync(new URL('../../docs/profiles.md', import.meta.url), 'utf8').trimEnd();

  it('is what the tables say: run `npm run --silent cellwarden -- profiles > docs/profiles.md` after a change', () => {
    assert.equal(written, profilesMarkdown().trimEnd());
  });

  it('holds every rule of every profile', () => {
    for (const profile of Object.values(PROFILES)) {
      const part = profilesMarkdown([profile.id]);
      for (const rule of profile.rules) assert.ok(part.includes(`\`${rule.id}\``), `${profile.id}: ${rule.id}`);
    }
  });
});
