/**
 * What a frame costs to decode, and how many damaged frames a codec takes for good, beside what its check can see at best.
 * The frames are a simulated device's; damage is one to eight flipped bits in one place, or anywhere. What a codec takes by
 * itself is not what a link passes on: where the check is weak, a sudden change needs a second answer that agrees.
 */
import { PROTOCOL_INFOS } from '../src/links/catalogue.ts';
import { optionDefaults } from '../src/links/options.ts';
import type { LinkOptions } from '../src/links/options.ts';
import type { Protocol } from '../src/links/protocol.ts';
import { findProtocol } from '../src/links/protocols.ts';
import { rounded, sideBySide, type Row } from './harness.ts';
import { createLine } from './links.ts';

const FRAMES = 12;
const DAMAGED = 20_000;
/** Bits of the check, by what its facts call it. */
const BITS: readonly (readonly [pattern: RegExp, bits: number])[] = [
  [/crc|16 bits/i, 16],
  [/8 bits/i, 8],
];

/** Deterministic chance: the bench says the same each time. */
function createChance(): (below: number) => number {
  let state = 0x2545_f491;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

/** Good frames that the simulated device sent while it was asked, the longest first. */
async function captured(protocol: Protocol, options: LinkOptions): Promise<Uint8Array[]> {
  const { id } = protocol.info;
  const frames = new Map<string, Uint8Array>();
  const line = createLine(id, [options.address], [], (bytes) => {
    if (frames.size < 200 && protocol.decode(bytes, options).ok) frames.set(Buffer.from(bytes).toString('hex'), bytes);
  });
  const link = line.open(protocol, options.address, () => undefined);
  await line.clock.pass(4);
  link.close();
  line.close();
  return [...frames.values()].sort((a, b) => b.length - a.length).slice(0, FRAMES);
}

function damage(frame: Uint8Array, chance: (below: number) => number): Uint8Array {
  const copy = Uint8Array.from(frame);
  const flips = 1 + chance(8);
  const together = chance(2) === 0;
  const from = chance(frame.length * 8);
  for (let n = 0; n < flips; n += 1) {
    const bit = (together ? from + chance(16) : chance(frame.length * 8)) % (frame.length * 8);
    copy[bit >> 3]! ^= 1 << (bit & 7);
  }
  return copy;
}

async function rowsOf(protocol: Protocol): Promise<Row[]> {
  const { id, check, options: infos } = protocol.info;
  const options = optionDefaults(infos, 16);
  const frames = await captured(protocol, options);
  const [longest] = frames;
  if (longest === undefined) return [];
  const chance = createChance();
  let taken = 0;
  let damaged = 0;
  for (let n = 0; n < DAMAGED; n += 1) {
    const frame = frames[n % frames.length]!;
    const bytes = damage(frame, chance);
    if (Buffer.compare(bytes, frame) === 0) continue;
    damaged += 1;
    if (protocol.decode(bytes, options).ok) taken += 1;
  }
  const bits = BITS.find(([pattern]) => pattern.test(check))?.[1] ?? 0;
  const sink = { sum: 0 };
  const cost = sideBySide(
    () => {
      if (protocol.decode(longest, options).ok) sink.sum += 1;
    },
    () => {
      for (const byte of longest) sink.sum += byte;
    },
    2000,
    9,
  );
  return [
    {
      bench: `decode a frame of ${id}, ${longest.length} bytes`,
      unit: 'ns',
      value: rounded(cost.ours),
      reference: rounded(cost.reference),
      ratio: rounded(cost.ratio),
      goal: null,
      met: null,
      note: 'reference: summing its bytes',
    },
    {
      bench: `damaged frames of ${id} that are taken for good`,
      unit: 'ppm',
      value: Math.round((taken / damaged) * 1e6),
      reference: Math.round(1e6 / 2 ** bits),
      ratio: null,
      goal: null,
      met: null,
      note: `reference: what ${bits} bits miss of arbitrary bytes (${check})`,
    },
  ];
}

/** Two rows a protocol whose frames can be told apart on the wire. */
export async function damageRows(): Promise<Row[]> {
  const rows: Row[] = [];
  for (const { id, line, options } of PROTOCOL_INFOS) {
    const protocol = findProtocol(id);
    const needs = options.some(
      (option) => option.name === 'map' || (option.name === 'secret' && option.form === 'key'),
    );
    if (protocol === null || line === null || needs) continue;
    rows.push(...(await rowsOf(protocol)));
  }
  return rows;
}
