/**
 * The 58 bytes of the 123\SmartBMS "extended data output", written from the vendor's protocol document
 * (UART data protocol, firmware 3.3.11). Big-endian; no header; the last byte is the low byte of the sum of the others.
 */
import { total } from './bytes.ts';

export const FRAME_LENGTH = 58;
/** Key/value pairs 0…18 take turns, one a frame. */
export const PAIR_COUNT = 19;

const VOLT = 1 / 0.005;
const AMPERE = 1 / 0.125;

/** `null` = no sensor: the sign byte is then X. */
type Current = number | null;

export interface FrameExtreme {
  readonly value: number;
  /** From 1. */
  readonly cell: number;
}

/** Everything one frame says, in V, A, Wh, kWh, %, raw temperature counts. */
export interface FrameContent {
  readonly currentIn: Current;
  readonly currentOut: Current;
  /** V */
  readonly voltage: number;
  readonly lowestVoltage: FrameExtreme;
  readonly highestVoltage: FrameExtreme;
  readonly lowestTemperature: FrameExtreme;
  readonly highestTemperature: FrameExtreme;
  readonly cellCount: number;
  /** The one cell of this frame. */
  readonly cell: { readonly number: number; readonly voltage: number; readonly temperature: number };
  readonly status: number;
  readonly collectedToday: number;
  readonly stored: number;
  readonly consumedToday: number;
  readonly soc: number;
  readonly collectedTotal: number;
  readonly consumedTotal: number;
  readonly pair: { readonly key: number; readonly value: number };
  /** kWh */
  readonly capacity: number;
  readonly vMin: number;
  readonly vMax: number;
  readonly vBalance: number;
}

/** The nearest count that fits in so many bytes. */
function count(value: number, bytes: number): number {
  return Math.min(2 ** (8 * bytes) - 1, Math.max(0, Math.round(value)));
}

function ampereCounts(current: Current): number | null {
  return current === null ? null : Math.round(current * AMPERE);
}

/** Writes one frame. Values beyond a field's range are held at its end. */
export function writeFrame(content: FrameContent): Uint8Array {
  const frame = Buffer.alloc(FRAME_LENGTH);
  const put = (offset: number, bytes: number, value: number) => frame.writeUIntBE(count(value, bytes), offset, bytes);
  const putCurrent = (offset: number, counts: number | null) => {
    frame.write(counts === null ? 'X' : counts < 0 ? '-' : '+', offset, 'latin1');
    put(offset + 1, 2, Math.abs(counts ?? 0));
  };
  const putExtreme = (offset: number, { value, cell }: FrameExtreme, scale: number) => {
    put(offset, 2, value * scale);
    put(offset + 2, 1, cell);
  };
  const inward = ampereCounts(content.currentIn);
  const outward = ampereCounts(content.currentOut);

  put(0, 3, content.voltage * VOLT);
  putCurrent(3, inward);
  putCurrent(6, outward);
  putCurrent(9, inward === null || outward === null ? null : inward - outward); // the document: I1 − I2
  putExtreme(12, content.lowestVoltage, VOLT);
  putExtreme(15, content.highestVoltage, VOLT);
  putExtreme(18, content.lowestTemperature, 1);
  putExtreme(21, content.highestTemperature, 1);
  put(24, 1, content.cell.number);
  put(25, 1, content.cellCount);
  put(26, 2, content.cell.voltage * VOLT);
  put(28, 2, content.cell.temperature);
  put(30, 1, content.status);
  put(31, 3, content.collectedToday);
  put(34, 3, content.stored);
  put(37, 3, content.consumedToday);
  put(40, 1, content.soc);
  put(41, 3, content.collectedTotal);
  put(44, 3, content.consumedTotal);
  put(47, 1, content.pair.key + 25);
  put(48, 1, content.pair.value);
  put(49, 2, content.capacity * 10);
  put(51, 2, content.vMin * VOLT);
  put(53, 2, content.vMax * VOLT);
  put(55, 2, content.vBalance * VOLT);
  frame[FRAME_LENGTH - 1] = total(frame.subarray(0, FRAME_LENGTH - 1)) & 0xff;
  return frame;
}
