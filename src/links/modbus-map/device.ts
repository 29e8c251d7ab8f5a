/** A device with registers, read as its map says. */
import type { Clock } from '../../engine/clock.ts';
import type { ModbusBus } from '../bus/bus.ts';
import type { Device, Failure, Heard, Polled } from '../device.ts';
import { heardOf } from '../modbus-heard.ts';
import { createSweep } from '../modbus-sweep.ts';
import type { LinkOptions } from '../options.ts';
import { observe, wholeOf } from './observe.ts';
import { nameOf, parseMap } from './parse.ts';
import { type Block, planReads } from './plan.ts';
import type { MapItem } from './types.ts';
import { valueOf } from './value.ts';

/** What a map asks of one unit. */
interface UnitPlan {
  readonly unit: number;
  readonly blocks: readonly Block[];
}

/** The device that the map of the settings describes; one with a wrong map says what is wrong with it. */
export function createMapped(bus: ModbusBus, options: LinkOptions, clock: Clock): Device {
  const parsed = parseMap(options.map);
  if (!parsed.ok) {
    const failure: Failure = { ok: false, reason: 'line', text: `the register map: ${parsed.problem.text}` };
    return { poll: () => Promise.resolve({ seen: null, failure }) };
  }
  const { items } = parsed;
  const isSerial = ({ target }: MapItem): boolean => target.kind === 'scalar' && target.name === 'serial';
  const sweep = createSweep(unitPlans(planReads(items, options.address)), clock);
  const whole = wholeOf(items);

  async function poll(): Promise<Polled> {
    const values = new Map<MapItem, number | boolean | null>();
    /** What a unit that answers refuses: the other registers are told all the same. */
    let partial: Failure | null = null;
    const { missed } = await sweep.run(async ({ blocks }) => {
      let answered = false;
      for (const block of blocks) {
        const heard = await readBlock(bus, block);
        if (heard.ok) {
          answered = true;
          for (const item of block.items) values.set(item, valueOf(item, heard.value, item.address - block.first));
        } else {
          const failure = named(heard, block);
          if (heard.reason !== 'refused' && heard.reason !== 'nonsense') return failure;
          partial ??= failure;
        }
      }
      return answered ? null : partial;
    });
    const failure = [...missed.values()][0] ?? partial;
    if (values.size === 0)
      return { seen: null, failure: failure ?? { ok: false, reason: 'silent', text: 'no answer' } };
    // Of several units one may be silent alone.
    const told = failure?.reason === 'silent' ? { ...failure, reason: 'line' as const } : failure;
    return { seen: observe(values, whole, options.currentSign), failure: told };
  }

  const serial = items.find(isSerial);
  if (serial === undefined) return { poll };
  return { poll, identify: () => readSerial(bus, serial, options.address) };
}

async function readSerial(bus: ModbusBus, serial: MapItem, address: number): Promise<Heard<string>> {
  const [block] = planReads([serial], address);
  if (block === undefined) return { ok: false, reason: 'nonsense', text: 'there is no serial number' };
  const heard = await readBlock(bus, block);
  if (!heard.ok) return named(heard, block);
  const value = valueOf(serial, heard.value, 0);
  if (value === null) return { ok: false, reason: 'nonsense', text: 'the serial number is none' };
  return { ok: true, value: `serial number ${value}` };
}

function unitPlans(blocks: readonly Block[]): UnitPlan[] {
  return [...new Set(blocks.map(({ unit }) => unit))].map((unit) => ({
    unit,
    blocks: blocks.filter((block) => block.unit === unit),
  }));
}

/** Bits come as 0 and 1. */
async function readBlock(bus: ModbusBus, { unit, fn, first, count }: Block): Promise<Heard<readonly number[]>> {
  const heard =
    fn <= 2
      ? bitsAsWords(heardOf(await (fn === 1 ? bus.readCoils(unit, first, count) : bus.readInputs(unit, first, count))))
      : heardOf(
          await (fn === 3 ? bus.readHoldingRegisters(unit, first, count) : bus.readInputRegisters(unit, first, count)),
        );
  if (heard.ok && heard.value.length < count) {
    return { ok: false, reason: 'nonsense', text: `${heard.value.length} values came for ${count}` };
  }
  return heard;
}

const bitsAsWords = (heard: Heard<readonly boolean[]>): Heard<readonly number[]> =>
  heard.ok ? { ok: true, value: heard.value.map(Number) } : heard;

/** Says which line of the map it was. */
function named(failure: Failure, { items, first, fn }: Block): Failure {
  const [item] = items;
  if (failure.reason === 'line' || item === undefined) return failure;
  const table = ['coil', 'discrete', 'holding', 'input'][fn - 1];
  return {
    ...failure,
    text: `${failure.text} (${nameOf(item.target)}, line ${item.line} of the map, ${table} ${first})`,
  };
}
