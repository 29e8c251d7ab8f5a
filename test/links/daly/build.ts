/** Frames of Daly's A5 protocol, as its documents lay them out. */

/** `A5 address command 08`, data filled up with zeros, sum. */
export function frame(address: number, command: number, data: readonly number[]): Uint8Array {
  const body = [0xa5, address, command, 8, ...Array.from({ length: 8 }, (_, i) => data[i] ?? 0)];
  return Uint8Array.of(...body, body.reduce((sum, byte) => sum + byte, 0) % 256);
}

/** An answer of board 1. */
export const answer = (command: number, data: readonly number[]): Uint8Array => frame(1, command, data);

export const u16 = (value: number): number[] => [Math.floor(value / 256), value % 256];

export const u32 = (value: number): number[] => [...u16(Math.floor(value / 65_536)), ...u16(value % 65_536)];

/** 95 or 96: numbered frames of so many values each. */
export function numbered(command: number, perFrame: number, values: readonly (readonly number[])[]): Uint8Array[] {
  return Array.from({ length: Math.ceil(values.length / perFrame) }, (_, i) =>
    answer(command, [i + 1, ...values.slice(i * perFrame, (i + 1) * perFrame).flat()]),
  );
}

export const glue = (...parts: readonly Uint8Array[]): Uint8Array =>
  Uint8Array.from(parts.flatMap((part) => [...part]));

/** Answers of a healthy pack of four, by command; some take several frames. */
export function healthy(): Map<number, Uint8Array[]> {
  const cells = [3300, 3301, 3302, 3303];
  return new Map([
    [0x50, [answer(0x50, [...u32(280_000), ...u32(3200)])]],
    [0x53, [answer(0x53, [0, 0, 23, 4, 17])]],
    [0x57, [1, 2, 3, 4, 5].map((n) => answer(0x57, [n, ...Buffer.from(n === 1 ? 'DALY-42' : '       ')]))],
    [0x90, [answer(0x90, [...u16(132), 0, 0, ...u16(29_900), ...u16(785)])]],
    [0x91, [answer(0x91, [...u16(3303), 4, ...u16(3300), 1])]],
    [0x92, [answer(0x92, [65, 2, 63, 1])]],
    [0x93, [answer(0x93, [1, 1, 1, 202, ...u32(219_800)])]],
    [0x94, [answer(0x94, [4, 2, 1, 0, 2, ...u16(53)])]],
    [0x95, numbered(0x95, 3, cells.map(u16))],
    [0x96, numbered(0x96, 7, [[65], [63]])],
    [0x97, [answer(0x97, [0b0100])]],
    [0x98, [answer(0x98, [])]],
  ]);
}
