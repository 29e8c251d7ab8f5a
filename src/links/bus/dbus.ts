/**
 * The system's D-Bus, as far as Bluetooth needs it, over the optional package `@homebridge/dbus-native`: pure JavaScript,
 * nothing to compile. Values come without D-Bus's wrapping: a dictionary as an object, a variant as its value, `ay` as
 * bytes.
 */

export interface Signal {
  readonly path: string;
  readonly interface: string;
  readonly member: string;
  readonly body: readonly unknown[];
}

export interface Call {
  readonly destination: string;
  readonly path: string;
  readonly interface: string;
  readonly member: string;
  readonly signature?: string;
  readonly body?: readonly unknown[];
}

export interface DBus {
  /** Resolves with the answer's values; rejects with an error whose name is D-Bus's own (`org.bluez.Error.Failed`). */
  call(call: Call): Promise<readonly unknown[]>;
  /** Signals that come in; call `AddMatch` for those that are wanted. */
  onSignal(listener: (signal: Signal) => void): void;
  close(): void;
}

/** Opens a bus; `lost` is called once when it goes away by itself. Rejects with a sentence. */
export type OpenDBus = (lost: (problem: string) => void) => Promise<DBus>;

/** The message types of D-Bus. */
const SIGNAL = 4;
/** Seconds in which BlueZ answers everything; a connection to a device is given up by itself after some 25 s. */
const ANSWER_WITHIN_MS = 40_000;

class DBusError extends Error {
  override readonly name: string;
  constructor(name: string, text: string) {
    super(text);
    this.name = name;
  }
}

/** The system's bus, or the one that `DBUS_SYSTEM_BUS_ADDRESS` names. */
export async function openSystemBus(lost: (problem: string) => void): Promise<DBus> {
  const library = await import('@homebridge/dbus-native').catch(() => null);
  if (library === null) {
    throw new Error('Bluetooth needs the package @homebridge/dbus-native: install it beside this one');
  }
  // Imported as CommonJS, everything sits one level deeper where it is not bundled.
  const { createClient } = ('default' in library ? library.default : library) as unknown as Native;
  const busAddress = process.env['DBUS_SYSTEM_BUS_ADDRESS'] ?? 'unix:path=/var/run/dbus/system_bus_socket';
  const bus = createClient({ busAddress, ayBuffer: true });
  const { connection } = bus;
  const listeners: ((signal: Signal) => void)[] = [];
  let closed = false;
  const pending = new Set<(error: Error) => void>();
  const end = (problem: string): void => {
    if (closed) return;
    closed = true;
    for (const reject of pending) reject(new Error(problem));
    pending.clear();
    lost(problem);
  };
  connection.on('error', (error: Error) => end(`the system's D-Bus cannot be reached (${error.message})`));
  connection.on('end', () => end("the system's D-Bus has ended"));
  connection.on('message', (message: Message) => {
    if (message.type !== SIGNAL || closed) return;
    const { path = '', interface: iface = '', member = '', body = [] } = message;
    const signal = { path, interface: iface, member, body: body.map((value, i) => plain(value, typeAt(message, i))) };
    for (const listener of listeners) listener(signal);
  });
  return {
    call({ destination, path, interface: iface, member, signature, body }) {
      return new Promise((resolve, reject) => {
        if (closed) return reject(new Error("the system's D-Bus is closed"));
        const timer = setTimeout(() => give(new Error(`${member} found no answer`)), ANSWER_WITHIN_MS);
        const give = (error: Error): void => {
          pending.delete(give);
          clearTimeout(timer);
          reject(error);
        };
        pending.add(give);
        const message = { destination, path, interface: iface, member, ...(signature ? { signature, body } : {}) };
        bus.invoke(message, function answered(this: Answered, error: unknown, ...values: unknown[]) {
          if (!pending.delete(give)) return;
          clearTimeout(timer);
          if (error) return reject(errorOf(error));
          const answer = this.message;
          resolve(values.map((value, i) => plain(value, typeAt(answer, i))));
        });
      });
    },
    onSignal: (listener) => void listeners.push(listener),
    close() {
      if (closed) return;
      closed = true;
      for (const reject of pending) reject(new Error('closed'));
      pending.clear();
      connection.end();
    },
  };
}

interface Message {
  readonly type?: number;
  readonly path?: string;
  readonly interface?: string;
  readonly member?: string;
  readonly signature?: string;
  readonly body?: readonly unknown[];
}

interface Answered {
  readonly message?: Message;
}

/** What is used of the package. */
interface Native {
  createClient(options: { readonly busAddress: string; readonly ayBuffer: boolean }): {
    readonly connection: {
      on(event: 'message', listener: (message: Message) => void): void;
      on(event: 'error', listener: (error: Error) => void): void;
      on(event: 'end', listener: () => void): void;
      end(): void;
    };
    invoke(message: object, callback: (this: Answered, error: unknown, ...values: unknown[]) => void): void;
  };
}

function errorOf(error: unknown): Error {
  if (error instanceof Error) return error;
  const { name, message } = error as { readonly name?: unknown; readonly message?: unknown };
  const text = Array.isArray(message) ? String(message[0] ?? '') : String(message ?? error);
  return new DBusError(typeof name === 'string' ? name : 'Error', text);
}

/** The type of the n-th value of a message: enough to tell a dictionary (`a{`) from a list of pairs. */
function typeAt(message: Message | undefined, index: number): string {
  return splitTypes(message?.signature ?? '')[index] ?? '';
}

/** `sa{sv}as` → `s`, `a{sv}`, `as`. */
export function splitTypes(signature: string): string[] {
  const types: string[] = [];
  for (let at = 0; at < signature.length; ) {
    const from = at;
    while (signature[at] === 'a') at += 1;
    if (signature[at] === '(' || signature[at] === '{') {
      for (let depth = 0; at < signature.length; at += 1) {
        if (signature[at] === '(' || signature[at] === '{') depth += 1;
        if (signature[at] === ')' || signature[at] === '}') depth -= 1;
        if (depth === 0) break;
      }
    }
    at += 1;
    types.push(signature.slice(from, at));
  }
  return types;
}

/** A value without D-Bus's wrapping, by its type. */
function plain(value: unknown, type: string): unknown {
  if (type === 'v') {
    const [tree, values] = value as [readonly Tree[], readonly unknown[]];
    return plain(values[0], typeOf(tree[0]));
  }
  if (type.startsWith('a{')) {
    const [, valueType = ''] = splitTypes(type.slice(2, -1));
    const pairs = value as readonly (readonly [string | number, unknown])[];
    return Object.fromEntries(pairs.map(([key, one]) => [String(key), plain(one, valueType)]));
  }
  if (type === 'ay') return Uint8Array.from(value as Iterable<number>);
  if (type.startsWith('a')) return (value as readonly unknown[]).map((one) => plain(one, type.slice(1)));
  return value;
}

interface Tree {
  readonly type: string;
  readonly child: readonly Tree[];
}

function typeOf(tree: Tree | undefined): string {
  if (tree === undefined) return '';
  const inner = tree.child.map(typeOf).join('');
  if (tree.type === 'a') return `a${inner}`;
  if (tree.type === '{') return `{${inner}}`;
  return tree.type === '(' ? `(${inner})` : tree.type;
}
