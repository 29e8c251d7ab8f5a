/** `cellwarden replay`: the engine of the nodes over a log, time from the log. */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { PackEngine } from '../engine/pack-engine.ts';
import { numberOf } from '../engine/pack/settings.ts';
import type { ProtectionEvent } from '../engine/protection/decision.ts';
import type { Quantity } from '../engine/protection/quantity.ts';
import type { Observation } from '../engine/reading/observation.ts';
import { emptyReading, type Reading } from '../engine/reading/reading.ts';
import { PERMISSION_ROLES } from '../engine/vocabulary.ts';
import { readingPayload } from '../runtime/reading-payload.ts';
import type { Translate } from '../texts/translate.ts';
import { parseLog, type Log, type LogRow } from './csv-log.ts';
import { UsageError, type CommandIo } from './io.ts';
import { packFromArguments } from './pack-options.ts';

const USAGE =
  'cellwarden replay [--pack pack.json | --profile ID --cells N --capacity AH] [--set name=value …] [--soc 40] [--series soc,…] LOG.csv';

/** @returns the exit code */
export function replayCommand(argv: readonly string[], io: CommandIo, translate: Translate): number {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      pack: { type: 'string' },
      profile: { type: 'string' },
      cells: { type: 'string' },
      capacity: { type: 'string' },
      set: { type: 'string', multiple: true },
      soc: { type: 'string' },
      series: { type: 'string' },
    },
  });
  const file = positionals[0];
  if (file === undefined || positionals.length > 1) {
    throw new UsageError(`replay takes one log, got ${positionals.length}: ${USAGE}`);
  }
  const { settings, warnings } = packFromArguments(values, translate);
  for (const warning of warnings) io.err(warning);
  const log = openLog(file, numberOf(settings, 'cells'));
  const without = notLogged(log, io);
  const engine = new PackEngine(settings, { name: 'replay', firstClose: true, precharged: true, without });
  if (values.soc !== undefined) engine.seedSoc(parseSoc(values.soc));
  if (values.series === undefined) printEdges(engine, log, io);
  else printSeries(engine, log, values.series, io);
  return 0;
}

function openLog(file: string, cells: number): Log {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(`the log ${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
  const log = parseLog(text);
  if (log.cells !== cells) {
    throw new UsageError(`the log has ${log.cells} cell columns, the settings say ${cells}: give --cells ${log.cells}`);
  }
  return log;
}

/** A log that never holds a quantity cannot be judged by it: those rules are left out, and that is said. */
function notLogged(log: Log, io: CommandIo): Quantity[] {
  const without: Quantity[] = [];
  if (!log.hasTemperatures) without.push('temperatureMin', 'temperatureMax', 'temperatureMaxResting');
  if (!log.hasCurrent) without.push('current', 'dischargeCurrent');
  if (!log.hasTemperatures) io.err('the log has no temperatures: the temperature rules are not active');
  if (!log.hasCurrent) io.err('the log has no current: the current rules are not active and SOC is not counted');
  return without;
}

function parseSoc(text: string): number {
  const soc = Number(text);
  if (!(soc >= 0 && soc <= 100)) throw new UsageError(`--soc ${text} is not between 0 and 100: give a percentage`);
  return soc / 100;
}

interface Step {
  readonly row: LogRow;
  readonly reading: Reading;
  readonly changed: boolean;
}

function* run(engine: PackEngine, log: Log): Generator<Step> {
  for (const row of log.rows()) {
    engine.observe('log', observationOf(row, log), row.t);
    if (row.remote !== undefined) engine.protection.remote = row.remote;
    const reading = engine.reading(row.t, row.t * 1000);
    yield { row, reading, changed: engine.protection.step(reading, row.t) };
  }
}

/** A row as an observation. Without communication nothing else in the row is believed. */
function observationOf(row: LogRow, log: Log): Observation {
  const hardware = row.communication === undefined ? {} : { cellCommunication: row.communication };
  if (row.communication === false) return { hardware };
  const byCell = row.temperatures.length === row.cells.length;
  const voltage = log.hasVoltage ? row.voltage : sumOf(row.cells);
  const cells = row.cells.flatMap((v, i) => {
    const temperature = byCell ? row.temperatures[i] : undefined;
    if (v === undefined && temperature === undefined) return [];
    return [
      {
        cell: i + 1,
        ...(v === undefined ? {} : { voltage: v }),
        ...(temperature === undefined ? {} : { temperature }),
      },
    ];
  });
  const loose = !byCell && row.temperatures.some((v) => v !== undefined);
  return {
    hardware,
    cells,
    ...(voltage === undefined ? {} : { voltage }),
    ...(row.current === undefined ? {} : { current: row.current }),
    ...(row.starter === undefined ? {} : { starterVoltage: row.starter }),
    ...(loose ? { temperatures: row.temperatures.map((v) => v ?? null) } : {}),
  };
}

/** The pack's voltage where the log does not hold it: the sum of its cells, when all are there. */
function sumOf(cells: readonly (number | undefined)[]): number | undefined {
  let sum = 0;
  for (const cell of cells) {
    if (cell === undefined) return undefined;
    sum += cell;
  }
  return sum;
}

function printEdges(engine: PackEngine, log: Log, io: CommandIo): void {
  let first = true;
  for (const { row, changed } of run(engine, log)) {
    const notes = engine.takeNotes().filter((note) => note.rule === 'soc-corrected');
    if (!changed && notes.length === 0 && !first) continue;
    first = false;
    const { protection } = engine;
    const line = {
      t: row.t,
      charge: protection.allowed('charge'),
      load: protection.allowed('load'),
      preAlarm: protection.preAlarm,
      contactor: protection.allowed('contactor'),
      alternator: protection.allowed('alternator'),
      shed: protection.allowed('shed'),
      events: [...protection.events, ...notes].map(eventFields),
    };
    io.out(JSON.stringify(line));
  }
}

function eventFields(event: ProtectionEvent): Record<string, unknown> {
  const { rule, edge, cell, value, threshold, code } = event;
  return { rule, edge, cell, value, threshold, ...(code === null ? {} : { code }) };
}

function printSeries(engine: PackEngine, log: Log, series: string, io: CommandIo): void {
  const names = series.split(',').map((name) => name.trim());
  const known = Object.keys(seriesFields(engine, emptyReading('replay', 0, 0), 0));
  const strange = names.find((name) => !known.includes(name));
  if (strange !== undefined) {
    throw new UsageError(`--series "${strange}" is not a field of the reading: choose from ${known.join(', ')}`);
  }
  io.out(['t', ...names].join(','));
  for (const { row, reading } of run(engine, log)) {
    const payload = seriesFields(engine, reading, row.t);
    io.out([row.t, ...names.map((name) => payload[name] ?? '')].join(','));
  }
}

/** What a series can show: the reading, the permissions as 1 and 0, and the limits. */
function seriesFields(
  engine: PackEngine,
  reading: Reading,
  t: number,
): Record<string, number | string | boolean | null> {
  const { maxChargeVoltage, maxChargeCurrent, maxDischargeCurrent } = engine.limits(t);
  const roles = PERMISSION_ROLES.map((role) => [role, engine.protection.allowed(role) ? 1 : 0]);
  return {
    ...readingPayload(reading, engine),
    ...Object.fromEntries(roles),
    preAlarm: engine.protection.preAlarm ? 1 : 0,
    maxChargeVoltage,
    maxChargeCurrent,
    maxDischargeCurrent,
  };
}
