/** A coil of a relay board: what is sent, when, and what is made of the answers. */
import assert from 'node:assert/strict';
import type { ModbusBus, ModbusResult, RequestOptions } from '../../src/links/bus/bus.ts';
import { contactOutput } from '../../src/relays/contact.ts';
import { modbusCoil } from '../../src/relays/modbus-coil.ts';
import { ManualClock } from '../support/manual-clock.ts';

const settle = async (): Promise<void> => {
  for (let i = 0; i < 12; i++) await Promise.resolve();
};

interface Sent {
  readonly address: number;
  readonly value: number | boolean;
  readonly options: RequestOptions | undefined;
}

/** A bus that answers at once, as a board with timed coils would, or as it is told to. */
function fakeBus(clock: ManualClock) {
  const sent: Sent[] = [];
  const state = { coil: false, answer: null as ModbusResult<never> | null, stuck: null as boolean | null };
  const status: ((s: { state: 'open' | 'lost'; problem: string | null }) => void)[] = [];
  let releaseWrites: (() => void)[] | null = null;
  const done = async (): Promise<ModbusResult<true>> => {
    if (releaseWrites !== null) await new Promise<void>((resolve) => releaseWrites!.push(resolve));
    return state.answer ?? { ok: true, value: true };
  };
  const bus = {
    path: 'test',
    status: () => ({ state: 'open', problem: null }),
    onStatus: (listener: (typeof status)[number]) => {
      status.push(listener);
      return () => undefined;
    },
    reopen: () => undefined,
    release: () => undefined,
    writeCoil: (_unit: number, address: number, on: boolean, options?: RequestOptions) => {
      sent.push({ address, value: on, options });
      if (state.answer === null) state.coil = on;
      return done();
    },
    writeCoilValue: (_unit: number, address: number, value: number, options?: RequestOptions) => {
      sent.push({ address, value, options });
      if (state.answer === null) state.coil = address < 0x400;
      return done();
    },
    readCoils: () => Promise.resolve(state.answer ?? { ok: true as const, value: [state.stuck ?? state.coil] }),
  };
  return {
    bus: bus as unknown as ModbusBus,
    sent,
    state,
    status,
    clock,
    holdWrites: () => {
      releaseWrites = [];
    },
    letGo: () => {
      const waiting = releaseWrites ?? [];
      releaseWrites = null;
      for (const resolve of waiting) resolve();
    },
  };
}

function coilOf(over: { timed?: boolean; heldCoil?: boolean } = {}) {
  const clock = new ManualClock();
  const fake = fakeBus(clock);
  const relay = contactOutput(
    modbusCoil({ bus: fake.bus, unit: 1, coil: 2, timed: true, heldCoil: true, ...over }),
    clock,
  );
  return { ...fake, relay };
}

describe('a Modbus coil', () => {
  it('a timed hold lasts what is left of the lease less the way, never longer, and is not sent late', async () => {
    const { relay, sent, clock } = coilOf();
    relay.hold(clock.now() + 5);
    await settle();
    assert.deepEqual(
      sent.map((s) => [s.address, s.value]),
      [[0x202, 45]],
    );
    assert.equal(sent[0]!.options?.notAfter, clock.now() + 0.5);
    assert.deepEqual(relay.state(), { commanded: true, actual: true, verified: true, problem: null, fault: null });
    clock.advance(1);
    relay.hold(clock.now() + 3.04);
    await settle();
    assert.equal(sent[1]!.value, 25);
  });

  it('a very long lease is cut to what the board can count', async () => {
    const { relay, sent, clock } = coilOf();
    relay.hold(clock.now() + 10_000);
    await settle();
    assert.equal(sent[0]!.value, 0x7fff);
  });

  it('a lease with nothing left is an opening', async () => {
    const { relay, sent, clock } = coilOf();
    relay.hold(clock.now() + 0.6);
    await settle();
    assert.deepEqual([sent[0]!.address, sent[0]!.value, sent[0]!.options?.urgent], [2, false, true]);
  });

  it('the opening after a lease that ended is urgent: what was confirmed is that it held', async () => {
    const { relay, sent, clock } = coilOf();
    relay.hold(clock.now() + 5);
    await settle();
    relay.hold(clock.now() + 0.6);
    await settle();
    assert.deepEqual([sent[1]!.value, sent[1]!.options?.urgent], [false, true], 'too little is left');
    relay.hold(clock.now() + 0.6);
    await settle();
    assert.equal(sent[2]!.options?.urgent, false, 'it is confirmed open');
    relay.hold(clock.now() + 5);
    await settle();
    clock.advance(6);
    assert.equal(relay.state().verified, false);
    relay.hold(clock.now());
    await settle();
    assert.deepEqual([sent[4]!.value, sent[4]!.options?.urgent], [false, true]);
    assert.equal(relay.state().verified, true);
  });

  it('an inverted output holds with a timed off, which ends in on', async () => {
    const { relay, sent, clock } = coilOf({ heldCoil: false });
    relay.hold(clock.now() + 5);
    await settle();
    assert.deepEqual([sent[0]!.address, sent[0]!.value], [0x402, 45]);
    relay.release();
    await settle();
    assert.deepEqual([sent[1]!.address, sent[1]!.value], [2, true]);
  });

  it('a plain coil is written at every renewal and read back', async () => {
    const { relay, sent, clock } = coilOf({ timed: false });
    relay.hold(clock.now() + 5);
    await settle();
    relay.hold(clock.now() + 6);
    await settle();
    assert.deepEqual(
      sent.map((s) => [s.address, s.value]),
      [
        [2, true],
        [2, true],
      ],
    );
  });

  it('opening is urgent, waits for no command on its way, and is repeated until it is read back', async () => {
    const { relay, sent, state, clock, holdWrites, letGo } = coilOf();
    relay.hold(clock.now() + 5);
    await settle();
    holdWrites();
    relay.hold(clock.now() + 5);
    await settle();
    state.stuck = true;
    relay.release();
    assert.deepEqual([sent.at(-1)!.address, sent.at(-1)!.value, sent.at(-1)!.options?.urgent], [2, false, true]);
    letGo();
    await settle();
    assert.equal(relay.state().verified, false);
    const tries = sent.length;
    for (let i = 0; i < 5; i++) {
      clock.advance(1);
      await settle();
    }
    assert.equal(sent.length, tries + 5, 'it goes on trying');
    assert.match(relay.state().problem ?? '', /does not follow/);
    state.stuck = null;
    clock.advance(1);
    await settle();
    assert.deepEqual(relay.state(), { commanded: false, actual: false, verified: true, problem: null, fault: null });
    const told = sent.length;
    clock.advance(4);
    await settle();
    assert.equal(sent.length, told, 'a contact that rests is left alone');
  });

  it('a contact that somebody else closes is seen within 5 s, and opened again', async () => {
    const { relay, sent, state, clock } = coilOf();
    relay.release();
    await settle();
    const told = sent.length;
    state.stuck = true;
    clock.advance(5);
    await settle();
    assert.equal(relay.state().actual, true);
    assert.deepEqual(
      sent.slice(told).map(({ address, value, options }) => [address, value, options?.urgent]),
      [[2, false, true]],
    );
    for (let i = 0; i < 3; i++) {
      clock.advance(1);
      await settle();
    }
    assert.equal(relay.state().fault, 'stays-closed');
    state.stuck = null;
    clock.advance(1);
    await settle();
    assert.deepEqual(relay.state(), { commanded: false, actual: false, verified: true, problem: null, fault: null });
  });

  it('a board that answers with exceptions or not at all is never called closed', async () => {
    const { relay, state, clock } = coilOf();
    for (const reason of ['exception', 'timeout', 'line'] as const) {
      state.answer = { ok: false, reason, text: `no: ${reason}` };
      relay.hold(clock.now() + 5);
      await settle();
      assert.deepEqual(relay.state(), {
        commanded: true,
        actual: null,
        verified: false,
        problem: `no: ${reason}`,
        fault: 'lost',
      });
    }
    state.answer = null;
    relay.hold(clock.now() + 5);
    await settle();
    assert.equal(relay.state().verified, true);
  });

  it('nothing is commanded before somebody asks, and everything again when the line is back', async () => {
    const { relay, sent, status, clock } = coilOf();
    for (const listener of status) listener({ state: 'open', problem: null });
    await settle();
    assert.equal(sent.length, 0);
    relay.hold(clock.now() + 5);
    await settle();
    for (const listener of status) listener({ state: 'lost', problem: 'unplugged' });
    assert.equal(relay.state().problem, 'unplugged');
    for (const listener of status) listener({ state: 'open', problem: null });
    await settle();
    assert.equal(sent.length, 2);
    assert.equal(relay.state().problem, null);
  });

  it('a renewal can not close again what a release has opened meanwhile', async () => {
    const { relay, state, clock, holdWrites, letGo } = coilOf();
    holdWrites();
    relay.hold(clock.now() + 5);
    relay.release();
    letGo();
    await settle();
    assert.equal(relay.state().commanded, false);
    assert.equal(relay.state().actual, false);
    assert.equal(state.coil, false);
  });
});
