/** A Seplos V3 pack as a link asks it: three blocks a cycle, its number of cells once. */
import type { ModbusBus, RequestOptions } from '../bus/bus.ts';
import type { Device, Failure, Heard, Polled } from '../device.ts';
import { heardOf } from '../modbus-heard.ts';
import { createIdentity } from '../modbus-identity.ts';
import type { LinkOptions } from '../options.ts';
import {
  CELL_SENSORS,
  CELLS_MOST,
  COUNTS,
  PIA_COUNT,
  type Pib,
  readPia,
  readPib,
  readSerials,
  SEPLOS_BLOCKS,
  SERIALS,
} from './blocks.ts';
import { type Pic, readPic } from './events.ts';
import { observeSeplosV3 } from './observe.ts';

/** The first pack of a bank has address 0, which elsewhere in Modbus is everybody's. It answers within some 0.1 s. */
const ASKED: RequestOptions = { answersAtZero: true, timeout: 0.5 };
/** A BMS that has kept silent so often about its settings does not tell them. */
const COUNT_TRIES = 3;

/** @param options `address`, `currentSign`; `cells` where the BMS does not tell how many it has */
export function createSeplosV3(bus: ModbusBus, options: LinkOptions): Device {
  const { address } = options;
  let cells: number | null = null;
  let sensors: number | null = null;
  let countTries = 0;

  const words = async (first: number, count: number): Promise<Heard<number[]>> =>
    heardOf(await bus.readInputRegisters(address, first, count, ASKED));
  const pia = (): Promise<Heard<number[]>> => words(SEPLOS_BLOCKS.PIA.first, PIA_COUNT);

  async function askCount(): Promise<void> {
    if (countTries >= COUNT_TRIES) return;
    const heard = await words(COUNTS.first, COUNTS.count);
    countTries += 1;
    if (heard.ok || heard.reason === 'refused') countTries = COUNT_TRIES;
    if (!heard.ok) return;
    const [warm = 0, count = 0] = heard.value;
    cells = count >= 1 && count <= CELLS_MOST ? count : null;
    sensors = warm >= 1 && warm <= CELL_SENSORS ? warm : null;
  }

  async function rest(): Promise<{ pib?: Pib; pic?: Pic; failure: Failure | null }> {
    const { first, count } = SEPLOS_BLOCKS.PIB;
    const pib = await words(first, count);
    if (!pib.ok) return { failure: pib };
    const pic = heardOf(await bus.readCoils(address, SEPLOS_BLOCKS.PIC.first, SEPLOS_BLOCKS.PIC.count, ASKED));
    if (!pic.ok) return { pib: readPib(pib.value), failure: pic };
    return { pib: readPib(pib.value), pic: readPic(pic.value), failure: null };
  }

  async function poll(): Promise<Polled> {
    const pack = await pia();
    if (!pack.ok) {
      // Another one may be put in its place.
      countTries = 0;
      return { seen: null, failure: pack };
    }
    await askCount();
    const { failure, ...blocks } = await rest();
    return { seen: observeSeplosV3({ pia: readPia(pack.value), ...blocks, cells, sensors }, options), failure };
  }

  async function serials(): Promise<Heard<string>> {
    const heard = await words(SERIALS.first, SERIALS.count);
    if (!heard.ok) return heard;
    const { boardSerial, packSerial } = readSerials(heard.value);
    return { ok: true, value: `${boardSerial} ${packSerial}`.trim() };
  }

  return { poll, identify: createIdentity(serials, pia) };
}
