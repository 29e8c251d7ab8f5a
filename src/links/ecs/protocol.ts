/** The ECS greenMeter and LiPros among the protocols. */
import type { Observation } from '../../engine/reading/observation.ts';
import { exceptionSentence, readRtuFrame } from '../modbus-frame.ts';
import type { LinkOptions } from '../options.ts';
import type { Decoded, Protocol } from '../protocol.ts';
import { createEcs } from './device.ts';
import { ECS_INFO } from './info.ts';
import {
  DEVICE_TYPE,
  deviceName,
  hundredths,
  LIPRO,
  LIPRO_ACTIVE,
  type LiproValues,
  METER,
  meterSize,
  readLipro,
  readLiproActive,
  sideName,
  signed,
  signed32,
  stateOfCharge,
  unsigned32,
} from './registers.ts';
import { rosterOf } from './roster.ts';

export const ECS: Protocol = {
  info: ECS_INFO,
  opens: { kind: 'modbus', device: createEcs },
  decode,
};

const READ_HOLDING = 3;

/** One RTU frame. An answer does not say which registers it holds: its length tells most of it. */
function decode(bytes: Uint8Array, options: LinkOptions): Decoded {
  const read = readRtuFrame(bytes);
  if (!read.ok) return { ok: false, refusal: read.refusal, text: `no frame of an ECS board: ${read.text}` };
  const { unit, fn, kind, first, count, registers } = read;
  if (kind === 'exception') return { ok: false, refusal: 'exception', text: exceptionSentence(read) };
  const head = { unit, function: fn };
  if (kind === 'request') return { ok: true, frame: { ...head, request: true, first, count }, seen: null };
  if (fn !== READ_HOLDING || registers === undefined) {
    return { ok: false, refusal: 'function', text: `function ${fn} is none that ECS boards are asked` };
  }
  const { fields, seen } = answerOf(registers, unit, options);
  return { ok: true, frame: { ...head, ...fields }, seen };
}

interface Told {
  readonly fields: Readonly<Record<string, unknown>>;
  readonly seen: Observation | null;
}

function answerOf(words: readonly number[], unit: number, options: LinkOptions): Told {
  if (words.length === DEVICE_TYPE.count) return { fields: typeFields(words[0] ?? 0), seen: null };
  if (words.length === METER.voltage.count) return { fields: pairFields(words, options.currentSign), seen: null };
  if (words.length === METER.state.count) return stateOf(words);
  if (words.length === LIPRO.count) {
    const values = readLipro(words);
    return {
      fields: { ...told(values), balancing: values.balancing, balanceRaw: words[2] },
      seen: cellOf(values, unit, options),
    };
  }
  if (words.length === LIPRO_ACTIVE.count) {
    const { status, ...values } = readLiproActive(words);
    const { lvp, ovp } = values;
    return { fields: { ...told(values), lvp, ovp, status }, seen: cellOf(values, unit, options) };
  }
  return { fields: { registers: words }, seen: null };
}

const told = ({ voltage, temperature }: LiproValues) => ({ cellVoltage: voltage, cellTemperature: temperature });

function typeFields(type: number): Record<string, unknown> {
  const size = meterSize(type);
  return { deviceType: type, device: deviceName(type), ...(size === null ? {} : { size }) };
}

/** Two registers hold one of many things: what each of them would be. */
function pairFields([low = 0, high = 0]: readonly number[], sign: 1 | -1): Record<string, unknown> {
  return {
    registers: [low, high],
    ifVoltage: signed32(low, high) / 1000,
    ifCurrent: (sign * signed32(low, high)) / 1000 + 0,
    ifSoc: stateOfCharge(low, high),
    ifTemperatures: [hundredths(low), hundredths(high)],
    ifCapacity: unsigned32(low, high) / 1000,
    ifProductionNumber: unsigned32(low, high),
    ifMostDischarge: Math.abs(signed(low)),
    ifMostCharge: Math.abs(signed(high)),
  };
}

function stateOf([low = 0, high = 0, over = 0, under = 0]: readonly number[]): Told {
  const soc = stateOfCharge(low, high);
  const chargeAllowed = over === 0;
  const loadAllowed = under === 0;
  const states = { overState: sideName(over), underState: sideName(under) };
  return {
    fields: { soc, over, under, ...states, chargeAllowed, loadAllowed },
    seen: { soc, hardware: { chargeAllowed, loadAllowed, ...states } },
  };
}

/** A unit that is no cell by the settings says nothing of the pack. */
function cellOf(
  { voltage, temperature, balancing, lvp, ovp }: LiproValues,
  unit: number,
  options: LinkOptions,
): Observation | null {
  const cell = rosterOf(options).cells.indexOf(unit) + 1;
  if (cell === 0) return null;
  return {
    cells: [{ cell, voltage, temperature, ...(balancing === null ? {} : { balancing }) }],
    ...(lvp === null || ovp === null ? {} : { hardware: { chargeAllowed: !ovp, loadAllowed: !lvp } }),
  };
}
