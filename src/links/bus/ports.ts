/** The serial ports of this computer, stable names first. */
import { readdir, realpath } from 'node:fs/promises';
import { join } from 'node:path';

export interface Port {
  /** What to enter as its address. */
  readonly path: string;
  /** The name under which the system knows it now, where that is another one. */
  readonly now: string | null;
  /** Maker and kind of the adapter, as it tells them. */
  readonly about: string;
}

const BY_ID = '/dev/serial/by-id';

/** What `serialport` lists. */
type List = () => Promise<readonly { readonly path: string; readonly manufacturer?: string | undefined }[]>;

/**
 * Every port once, under its stable name where it has one: `ttyUSB0` goes to whichever adapter is found first.
 * Never rejects; an empty list where ports cannot be listed.
 */
export async function listPorts(list: List = systemPorts, byId: string = BY_ID): Promise<Port[]> {
  const [found, stable] = await Promise.all([list().catch(() => []), stableNames(byId)]);
  const ports = found.map(({ path, manufacturer }): Port => {
    const name = stable.get(path);
    return { path: name ?? path, now: name === undefined ? null : path, about: manufacturer ?? '' };
  });
  const rank = ({ now, path }: Port): string => (now === null ? `1${path}` : `0${path}`);
  return ports.sort((a, b) => (rank(a) < rank(b) ? -1 : 1));
}

async function systemPorts(): ReturnType<List> {
  // Loaded when it is needed: the driver is native code that whoever only draws a flow does without.
  const { SerialPort } = await import('serialport');
  return SerialPort.list();
}

/** Device → its name by adapter. */
async function stableNames(folder: string): Promise<Map<string, string>> {
  const names = await readdir(folder).catch(() => []);
  const pairs = await Promise.all(
    names.map(async (name): Promise<[string, string] | null> => {
      const path = join(folder, name);
      const device = await realpath(path).catch(() => null);
      return device === null ? null : [device, path];
    }),
  );
  return new Map(pairs.filter((pair) => pair !== null));
}
