/** `cellwarden decode`: the reading of a frame as JSON, or why it is none. */
import { parseArgs } from 'node:util';
import { SourceTable } from '../engine/reading/assemble.ts';
import { decodeFrame, type Frame } from '../links/123smartbms/codec.ts';
import type { Observation } from '../engine/reading/observation.ts';
import { UsageError, type CommandIo } from './io.ts';

const USAGE = 'cellwarden decode --protocol ID [--formula driver|document] HEX…, or --list';

/** A frame's bytes → what it says, or why it is refused. A new protocol is a new line in `PROTOCOLS`. */
type Decode = (bytes: Uint8Array, formula: 'driver' | 'document') => { seen: Observation; frame: unknown } | string;

const PROTOCOLS: Readonly<Record<string, { readonly title: string; readonly decode: Decode }>> = {
  '123smartbms': { title: '123\\SmartBMS, extended data output (UART, 58 bytes)', decode: decode123 },
};

/** @returns 0, or 1 when the frame is refused */
export function decodeCommand(argv: readonly string[], io: CommandIo): number {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: { protocol: { type: 'string' }, formula: { type: 'string' }, list: { type: 'boolean' } },
  });
  if (values.list === true) {
    for (const [id, { title }] of Object.entries(PROTOCOLS)) io.out(`${id}\t${title}`);
    return 0;
  }
  const ids = Object.keys(PROTOCOLS).join(', ');
  if (values.protocol === undefined) throw new UsageError(`--protocol is missing: choose from ${ids}`);
  const protocol = Object.hasOwn(PROTOCOLS, values.protocol) ? PROTOCOLS[values.protocol] : undefined;
  if (protocol === undefined) throw new UsageError(`--protocol ${values.protocol} is not known: choose from ${ids}`);
  const { formula = 'driver' } = values;
  if (formula !== 'driver' && formula !== 'document') {
    throw new UsageError(`--formula ${formula} is not known: choose driver or document`);
  }
  if (positionals.length === 0) throw new UsageError(`no bytes are given: ${USAGE}`);
  const decoded = protocol.decode(parseHex(positionals), formula);
  if (typeof decoded === 'string') {
    io.err(decoded);
    return 1;
  }
  const table = new SourceTable({
    pack: values.protocol,
    cells: decoded.seen.cellCount ?? 0,
    staleAfter: Infinity,
    balanceVoltage: Infinity,
    temperatureOffset: 0,
  });
  table.observe(values.protocol, decoded.seen, 0);
  const { pack: _pack, at: _at, sources: _sources, ...reading } = table.reading(0, 0);
  const soc = table.deviceSoc(0);
  const told = { ...reading, soc: { value: soc, age: soc === null ? null : 0, source: values.protocol } };
  io.out(JSON.stringify({ protocol: values.protocol, ...told, frame: decoded.frame }));
  return 0;
}

function parseHex(parts: readonly string[]): Uint8Array {
  const hex = parts.join('').replaceAll(/[\s:,]|0x/gi, '');
  if (!/^([0-9a-f]{2})+$/i.test(hex)) {
    throw new UsageError(`"${parts.join(' ')}" is not hexadecimal in pairs: write the bytes like 01 05 FF or 0105ff`);
  }
  return Uint8Array.from(Buffer.from(hex, 'hex'));
}

function decode123(bytes: Uint8Array, formula: 'driver' | 'document'): { seen: Observation; frame: Frame } | string {
  const decoded = decodeFrame(bytes, formula);
  if (!decoded.ok) return `no 123\\SmartBMS frame: ${decoded.text} (${decoded.refusal})`;
  const { frame } = decoded;
  const { status, cell } = frame;
  const seen: Observation = {
    cellCount: frame.cellCount,
    cellMin: { value: frame.cellMin.voltage, cell: frame.cellMin.cell },
    cellMax: { value: frame.cellMax.voltage, cell: frame.cellMax.cell },
    temperatureMin: { value: frame.temperatureMin.celsius, cell: frame.temperatureMin.cell },
    temperatureMax: { value: frame.temperatureMax.celsius, cell: frame.temperatureMax.cell },
    ...(cell === null ? {} : { cells: [{ cell: cell.number, voltage: cell.voltage, temperature: cell.temperature }] }),
    voltage: frame.packVoltage,
    current: frame.current,
    currentIn: frame.currentIn,
    currentOut: frame.currentOut,
    soc: status.socNotCalibrated ? null : frame.soc,
    hardware: {
      chargeAllowed: status.chargeAllowed,
      loadAllowed: status.loadAllowed,
      cellCommunication: !status.cellCommunicationError,
      socCalibrated: !status.socNotCalibrated,
    },
  };
  return { seen, frame };
}
