/** The settings of a pack as the command line gives them: `--pack FILE` or `--profile … --cells …`, then `--set name=value`. */
import { readFileSync } from 'node:fs';
import { resolveSettings } from '../engine/pack/validate.ts';
import type { PackSettings } from '../engine/pack/settings.ts';
import { problemText, warningText } from '../texts/problem-text.ts';
import type { Translate } from '../texts/translate.ts';
import { UsageError } from './io.ts';

export interface PackArguments {
  readonly pack?: string | undefined;
  readonly profile?: string | undefined;
  readonly cells?: string | undefined;
  readonly capacity?: string | undefined;
  readonly set?: readonly string[] | undefined;
}

/**
 * @returns the settings, checked as a whole, with the warnings as sentences
 * @throws UsageError with a sentence for each problem
 */
export function packFromArguments(
  given: PackArguments,
  translate: Translate,
): { settings: PackSettings; warnings: string[] } {
  const settings: Record<string, unknown> = given.pack === undefined ? {} : readPack(given.pack);
  const profile = given.profile ?? settings['profile'] ?? 'lifepo4';
  delete settings['profile'];
  delete settings['name'];
  if (given.cells !== undefined) settings['cells'] = given.cells;
  if (given.capacity !== undefined) settings['capacity'] = given.capacity;
  for (const pair of given.set ?? []) {
    const at = pair.indexOf('=');
    if (at < 1)
      throw new UsageError(`--set ${pair} is not of the form name=value: write for example --set cellOvervoltage=3.6`);
    settings[pair.slice(0, at).trim()] = pair.slice(at + 1).trim();
  }
  const resolved = resolveSettings(profile, settings);
  if (!resolved.ok) throw new UsageError(resolved.problems.map((p) => problemText(p, translate)).join('\n'));
  return { settings: resolved.settings, warnings: resolved.warnings.map((w) => warningText(w, translate)) };
}

/** A `pack.json`: the vocabulary's names, flat or under `settings`, with `profile` and an optional `name`. */
function readPack(file: string): Record<string, unknown> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new UsageError(
      `--pack ${file} cannot be read as JSON: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw new UsageError(`--pack ${file} holds no object: write {"profile": "lifepo4", "cells": 16, "capacity": 280}`);
  }
  const { settings, ...rest } = parsed as Record<string, unknown>;
  return { ...rest, ...(typeof settings === 'object' && settings !== null ? settings : {}) };
}
