/** `cellwarden decode`: the reading of a frame as JSON, or why it is none. */
import { parseArgs } from 'node:util';
import { SourceTable } from '../engine/reading/assemble.ts';
import { type LinkOptionName, parseOptions } from '../links/options.ts';
import type { LinkOptions } from '../links/options.ts';
import type { Protocol } from '../links/protocol.ts';
import { findProtocol, PROTOCOLS } from '../links/protocols.ts';
import { UsageError, type CommandIo } from './io.ts';

const USAGE = `cellwarden decode --protocol ID HEX…
    [--formula driver|document] [--cells N] [--address N] [--current-sign 1|-1] [--variant NAME]
    [--device NAME] [--secret KEY]
cellwarden decode --list`;

const STRING = { type: 'string' } as const;
const OPTIONS = {
  protocol: STRING,
  formula: STRING,
  cells: STRING,
  address: STRING,
  'current-sign': STRING,
  variant: STRING,
  device: STRING,
  secret: STRING,
  map: STRING,
  list: { type: 'boolean' },
} as const;

/** The command line's words for the options of a link. */
const WORDS: Readonly<Record<LinkOptionName, keyof typeof OPTIONS>> = {
  address: 'address',
  currentSign: 'current-sign',
  variant: 'variant',
  device: 'device',
  secret: 'secret',
  map: 'map',
};

type Values = Readonly<Partial<Record<keyof typeof OPTIONS, string | boolean>>>;

/** @returns 0, or 1 when the frame is refused */
export function decodeCommand(argv: readonly string[], io: CommandIo): number {
  const { values, positionals } = parseArgs({ args: [...argv], allowPositionals: true, options: OPTIONS });
  if (values.list === true) {
    for (const { info } of PROTOCOLS) io.out(`${info.id}\t${info.title}`);
    return 0;
  }
  const protocol = protocolOf(values.protocol);
  const options = optionsOf(protocol, values);
  if (positionals.length === 0) throw new UsageError(`no bytes are given: ${USAGE}`);
  const decoded = protocol.decode(parseHex(positionals), options);
  if (!decoded.ok) {
    io.err(decoded.text);
    return 1;
  }
  const { id } = protocol.info;
  const { frame, seen } = decoded;
  if (seen === null) {
    io.out(JSON.stringify({ protocol: id, frame }));
    return 0;
  }
  const table = new SourceTable({
    pack: id,
    cells: seen.cellCount ?? seen.cells?.length ?? 0,
    staleAfter: Infinity,
    balanceVoltage: Infinity,
    temperatureOffset: 0,
  });
  table.observe(id, seen, 0);
  const { pack: _pack, at: _at, sources: _sources, ...reading } = table.reading(0, 0);
  const soc = table.deviceSoc(0);
  const told = { ...reading, soc: { value: soc, age: soc === null ? null : 0, source: id } };
  io.out(JSON.stringify({ protocol: id, ...told, frame }));
  return 0;
}

function protocolOf(id: string | undefined): Protocol {
  const ids = PROTOCOLS.map(({ info }) => info.id).join(', ');
  if (id === undefined) throw new UsageError(`--protocol is missing: choose from ${ids}`);
  const protocol = findProtocol(id);
  if (protocol === null) throw new UsageError(`--protocol ${id} is not known: choose from ${ids}`);
  return protocol;
}

function optionsOf({ info }: Protocol, values: Values): LinkOptions {
  const { formula = 'driver', cells = '16' } = values;
  if (formula !== 'driver' && formula !== 'document') {
    throw new UsageError(`--formula ${formula} is not known: choose driver or document`);
  }
  const count = Number(cells);
  if (!Number.isInteger(count) || count < 1 || count > 255) {
    throw new UsageError(`--cells ${cells} is no number of cells: write 1 to 255`);
  }
  const given = Object.fromEntries(Object.entries(WORDS).map(([name, word]) => [name, values[word]]));
  const parsed = parseOptions(info.options, given, count);
  if (!parsed.ok) {
    const [{ field, value, allowed } = { field: 'map', value: '', allowed: '' } as const] = parsed.problems;
    // The map's own sentence names line, word and remedy.
    if (field === 'map') throw new UsageError(`--map: ${allowed}`);
    throw new UsageError(`--${WORDS[field]} ${value === '' ? 'is missing' : `${value} is wrong`}: it takes ${allowed}`);
  }
  return { ...parsed.options, temperatureFormula: formula };
}

function parseHex(parts: readonly string[]): Uint8Array {
  const hex = parts.join('').replaceAll(/[\s:,]|0x/gi, '');
  if (!/^([0-9a-f]{2})+$/i.test(hex)) {
    throw new UsageError(`"${parts.join(' ')}" is not hexadecimal in pairs: write the bytes like 01 05 FF or 0105ff`);
  }
  return Uint8Array.from(Buffer.from(hex, 'hex'));
}
