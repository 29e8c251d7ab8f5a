/**
 * Lines of the VE.Direct HEX protocol, after Victron's "BlueSolar HEX protocol" and "BMV-7xx HEX protocol": a colon, one
 * digit of command, pairs of digits, and a pair of check, so that the command and all bytes add up to 0x55 modulo 256.
 * None is ever sent from here: a device that hears one stops its text for some seconds.
 */

const CHECK = 0x55;
const COMMANDS: ReadonlyMap<number, string> = new Map([
  [0x1, 'ping'],
  [0x3, 'app version'],
  [0x4, 'product id'],
  [0x6, 'restart'],
  [0x7, 'get'],
  [0x8, 'set'],
  [0xa, 'async'],
]);
/** Those whose first bytes are a register (low byte first) and flags. */
const WITH_REGISTER: ReadonlySet<number> = new Set([0x7, 0x8, 0xa]);

interface Register {
  readonly name: string;
  /** Our own word and what one step of it is; absent: the bare number says it. */
  readonly field?: string;
  readonly scale?: number;
  readonly signed?: boolean;
}

const REGISTERS: ReadonlyMap<number, Register> = new Map([
  [0x0200, { name: 'device mode' }],
  [0x0201, { name: 'device state' }],
  [0x0fff, { name: 'SOC', field: 'soc', scale: 100 }],
  [0x1000, { name: 'battery capacity', field: 'capacity', scale: 1 }],
  [0xed8d, { name: 'main voltage', field: 'voltage', scale: 100, signed: true }],
  [0xed8e, { name: 'power', field: 'power', scale: 1, signed: true }],
  [0xed8f, { name: 'current', field: 'current', scale: 10, signed: true }],
  [0xedab, { name: 'load output control' }],
  [0xedbb, { name: 'panel voltage', field: 'pvVoltage', scale: 100 }],
  [0xedbc, { name: 'panel power', field: 'pvPower', scale: 100 }],
  [0xedd5, { name: 'charger voltage', field: 'chargerVoltage', scale: 100 }],
  [0xedd7, { name: 'charger current', field: 'chargerCurrent', scale: 10 }],
  [0xedda, { name: 'charger error' }],
  [0xedec, { name: 'battery temperature' }],
  [0xedf0, { name: 'maximum charge current', field: 'maxChargeCurrent', scale: 10 }],
  [0xedf6, { name: 'float voltage', field: 'floatVoltage', scale: 100 }],
  [0xedf7, { name: 'absorption voltage', field: 'absorptionVoltage', scale: 100 }],
  [0xeeff, { name: 'consumed Ah', field: 'consumedAh', scale: 10, signed: true }],
]);

export type HexLine =
  | { readonly ok: true; readonly frame: Readonly<Record<string, unknown>> }
  | { readonly ok: false; readonly refusal: 'checksum' | 'nonsense'; readonly text: string };

/** Reads the characters between colon and LF. Total. */
export function readHexLine(text: string): HexLine {
  const digits = text.replace(/\r$/, '');
  if (!/^[0-9a-f]([0-9a-f]{2})+$/i.test(digits)) {
    return { ok: false, refusal: 'nonsense', text: 'the HEX line is no command and pairs of digits' };
  }
  const command = Number.parseInt(digits.slice(0, 1), 16);
  const bytes = Buffer.from(digits.slice(1), 'hex');
  let sum = command;
  for (const byte of bytes) sum += byte;
  if ((sum & 0xff) !== CHECK) {
    return { ok: false, refusal: 'checksum', text: `the HEX line adds up to ${sum & 0xff}, not to ${CHECK}` };
  }
  const data = bytes.subarray(0, -1);
  const name = COMMANDS.get(command) ?? `command ${command}`;
  const head = { kind: 'hex', command, commandName: name, data: data.toString('hex') };
  if (!WITH_REGISTER.has(command) || data.length < 3) return { ok: true, frame: head };
  return { ok: true, frame: { ...head, ...registerFields(data) } };
}

function registerFields(data: Buffer): Record<string, unknown> {
  const number = data.readUInt16LE(0);
  const register = REGISTERS.get(number);
  const value = data.subarray(3);
  const fields: Record<string, unknown> = {
    register: number,
    registerName: register?.name ?? null,
    flags: data[2] ?? 0,
  };
  if (value.length === 0 || value.length > 4) return fields;
  fields['value'] = value.readUIntLE(0, value.length);
  if (register?.field !== undefined) {
    const raw = register.signed === true ? value.readIntLE(0, value.length) : value.readUIntLE(0, value.length);
    fields[register.field] = raw / (register.scale ?? 1);
  }
  return fields;
}
