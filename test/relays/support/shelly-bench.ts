/** A channel of a Shelly as its relay sees it: the real HTTP client, a simulated Shelly, and a WLAN on a clock moved by hand. */
import assert from 'node:assert/strict';
import { Duplex } from 'node:stream';
import { contactOutput, type ContactDriver } from '../../../src/relays/contact.ts';
import type { RelayOutput } from '../../../src/relays/relay.ts';
import { shelly, type ShellyOptions } from '../../../src/relays/shelly.ts';
import type { CoilEdge } from '../../../src/simulator/coils.ts';
import type { ContactBoard } from '../../../src/simulator/device.ts';
import { createShelly } from '../../../src/simulator/shelly.ts';
import { ManualClock } from '../../support/manual-clock.ts';

/** Lets every stream and promise that can go on do so. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 3; i++) await new Promise((resolve) => setImmediate(resolve));
}

/** Whoever answers at the other end of a connection. */
type Answerer = (send: (bytes: Uint8Array) => void) => { receive(bytes: Uint8Array): void; close(): void };

/** A connection whose bytes take their time, in order; what is on its way when it is torn down never arrives. */
class Wire extends Duplex {
  readonly #clock: ManualClock;
  readonly #air: Air;
  readonly #peer: ReturnType<Answerer>;
  #hungUp = false;

  constructor(clock: ManualClock, air: Air, answerer: Answerer) {
    super({ allowHalfOpen: false });
    this.#clock = clock;
    this.#air = air;
    this.#peer = answerer((bytes) => this.#travel(() => this.push(Buffer.from(bytes))));
  }

  #travel(arrive: () => void): void {
    this.#clock.after(this.#air.delay, () => {
      if (!this.destroyed && !this.#hungUp && this.#air.plugged) arrive();
    });
  }

  override _write(bytes: Buffer, _encoding: string, done: () => void): void {
    this.#travel(() => this.#peer.receive(bytes));
    done();
  }

  /** The other side closes the connection. */
  hangUp(): void {
    this.#hungUp = true;
    this.push(null);
    this.read(0);
  }

  override _read(): void {}

  override _destroy(_error: Error | null, done: (error: Error | null) => void): void {
    this.#peer.close();
    done(null);
  }

  // What an HTTP agent asks of a socket besides.
  setKeepAlive(): void {}
  setNoDelay(): void {}
  setTimeout(): void {}
  ref(): void {}
  unref(): void {}
}

interface Air {
  /** Seconds one way. */
  delay: number;
  plugged: boolean;
}

export interface ShellyBench {
  readonly clock: ManualClock;
  readonly board: ContactBoard;
  readonly air: Air;
  readonly edges: readonly CoilEdge[];
  /** Every request as it arrived: `GET /path`, in order, of all connections. */
  readonly requests: string[];
  readonly relay: RelayOutput;
  readonly driver: ContactDriver;
  /** Connections made so far. */
  connections(): number;
  contact(): boolean;
  /** A line of the Shelly's console. */
  tell(line: string): void;
  /** The Shelly closes every connection, as after a restart. */
  hangUp(): void;
  /** Moves time on in small steps. */
  pass(seconds: number, look?: () => void): Promise<void>;
}

const STEP = 0.02;
const CHANNEL = 1;

export function shellyBench(over: Partial<ShellyOptions> & { answerer?: Answerer } = {}): ShellyBench {
  const clock = new ManualClock();
  const edges: CoilEdge[] = [];
  const requests: string[] = [];
  const generation = over.generation ?? 2;
  const board = createShelly({ clock, generation, onEdge: (edge) => edges.push(edge) });
  const air: Air = { delay: 0.005, plugged: true };
  const wires: Wire[] = [];
  const answerer: Answerer =
    over.answerer ??
    ((send) => {
      const peer = board.connect(send);
      return {
        receive(bytes) {
          const [line = ''] = Buffer.from(bytes).toString('latin1').split(' HTTP/1.1');
          requests.push(line);
          peer.receive(bytes);
        },
        close: () => peer.close(),
      };
    });
  const connect = (): Duplex => {
    const wire = new Wire(clock, air, answerer);
    wires.push(wire);
    return wire;
  };
  const driver = shelly({
    generation,
    address: '192.168.1.40',
    channel: CHANNEL,
    heldOn: true,
    password: '',
    clock,
    connect,
    ...over,
  });
  const relay = contactOutput(driver, clock);
  return {
    clock,
    board,
    air,
    edges,
    requests,
    relay,
    driver,
    connections: () => wires.length,
    contact: () => board.contacts()[CHANNEL]!,
    tell: (line) => assert.equal(board.command(line), null),
    hangUp() {
      for (const wire of wires) wire.hangUp();
    },
    async pass(seconds, look) {
      const end = clock.now() + seconds;
      while (clock.now() < end - 1e-9) {
        await settle();
        clock.advance(Math.min(STEP, end - clock.now()));
        await settle();
        look?.();
      }
    },
  };
}
