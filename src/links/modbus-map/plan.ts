/** Which requests read a whole map: what adjoins is read in one, what does not is left alone. Pure. */
import { type MapItem, type ReadFunction, widthOf } from './types.ts';

/** One request. */
export interface Block {
  readonly unit: number;
  readonly fn: ReadFunction;
  readonly first: number;
  readonly count: number;
  /** What it brings. */
  readonly items: readonly MapItem[];
}

/** MODBUS Application Protocol V1.1b3, 6.1 to 6.4: the most one answer can hold. */
const MOST_BITS = 2000;
const MOST_REGISTERS = 125;

/**
 * The requests, unit by unit and upwards. Registers between two values are never asked for: a device may refuse a request
 * because of one register that it does not have.
 * @param address the unit of items that name none
 */
export function planReads(items: readonly MapItem[], address: number): Block[] {
  const unitOf = (item: MapItem): number => item.unit ?? address;
  const sorted = items.toSorted((a, b) => unitOf(a) - unitOf(b) || a.fn - b.fn || a.address - b.address);
  const blocks: (Omit<Block, 'items' | 'count'> & { count: number; items: MapItem[] })[] = [];
  for (const item of sorted) {
    const block = blocks.at(-1);
    const unit = unitOf(item);
    const end = item.address + widthOf(item);
    const adjoins =
      block !== undefined && block.unit === unit && block.fn === item.fn && item.address <= block.first + block.count;
    const most = item.fn <= 2 ? MOST_BITS : MOST_REGISTERS;
    if (adjoins && end - block.first <= most) {
      block.count = Math.max(block.count, end - block.first);
      block.items.push(item);
    } else {
      blocks.push({ unit, fn: item.fn, first: item.address, count: widthOf(item), items: [item] });
    }
  }
  return blocks;
}
