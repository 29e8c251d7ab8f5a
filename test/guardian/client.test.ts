/** Node-RED's side of the guardian: started when needed, watched, started again, and told anew what it has to know. */
import assert from 'node:assert/strict';
import { createGuardianClient, type GuardianEvents } from '../../src/guardian/client.ts';
import type { ToGuardian } from '../../src/guardian/protocol.ts';
import type { OutputSpec } from '../../src/relays/output-spec.ts';
import { ManualClock } from '../support/manual-clock.ts';

const BUS = { kind: 'tcp', path: 'tcp://board:1', host: 'board', port: 1 } as const;
const SPEC: OutputSpec = { board: 'modbus-plain', bus: BUS, unit: 1, channel: 1, heldOn: true };
const STATE = { commanded: true, actual: true, verified: true, problem: null, fault: null };

interface Started {
  readonly events: GuardianEvents;
  readonly sent: ToGuardian[];
  killed: boolean;
  disconnected: boolean;
  answers: boolean;
}

function clientOf() {
  const clock = new ManualClock();
  const started: Started[] = [];
  const client = createGuardianClient(clock, (events) => {
    const one: Started = { events, sent: [], killed: false, disconnected: false, answers: true };
    started.push(one);
    return {
      pid: started.length,
      send(message) {
        one.sent.push(message);
        if (message.t === 'ping' && one.answers) events.received({ t: 'pong', n: message.n, rss: 41e6 });
      },
      kill() {
        one.killed = true;
        events.ended('SIGKILL');
      },
      disconnect: () => void (one.disconnected = true),
    };
  });
  /** What a process was told, without the questions whether it lives. */
  const told = (index: number): ToGuardian[] => started[index]!.sent.filter(({ t }) => t !== 'ping');
  return { clock, client, started, told };
}

describe("Node-RED's side of the guardian", () => {
  it('no output, no process', () => {
    const { clock, started, client } = clientOf();
    clock.advance(100);
    assert.equal(started.length, 0);
    assert.equal(client.status().state, 'idle');
  });

  it('one process for all outputs; ends when none is left for a minute', () => {
    const { clock, client, started } = clientOf();
    const one = client.openOutput(SPEC, 'open');
    const two = client.openOutput({ ...SPEC, channel: 2 }, 'hold');
    assert.equal(started.length, 1);
    one.close();
    two.close();
    clock.advance(59);
    assert.equal(started[0]!.disconnected, false);
    client.openOutput(SPEC, 'open').close();
    clock.advance(59);
    assert.equal(started[0]!.disconnected, false, 'a redeploy in between');
    clock.advance(1.1);
    assert.equal(started[0]!.disconnected, true);
    assert.equal(client.status().state, 'idle');
    assert.equal(clock.pending, 0);
  });

  it('passes the lease on with its end, and shows what the guardian says', () => {
    const { clock, client, started, told } = clientOf();
    const output = client.openOutput(SPEC, 'hold');
    let changes = 0;
    output.onChange(() => changes++);
    assert.deepEqual(told(0), [{ t: 'output', id: 1, spec: SPEC, onExit: 'hold' }]);
    output.hold(clock.now() + 5);
    assert.deepEqual(told(0).at(-1), { t: 'hold', id: 1, until: 1005 });
    assert.equal(changes, 1);
    assert.deepEqual(output.state(), { ...STATE, actual: null, verified: false });
    started[0]!.events.received({ t: 'ready' });
    started[0]!.events.received({ t: 'state', id: 1, state: STATE });
    assert.deepEqual(output.state(), STATE);
    assert.equal(client.status().state, 'running');
    clock.advance(5);
    assert.deepEqual(
      [output.state().commanded, output.state().verified],
      [false, false],
      'the lease is over, and nobody has confirmed the open contact yet',
    );
    output.release();
    assert.deepEqual(told(0).at(-1), { t: 'release', id: 1 });
  });

  it('a guardian that ends is started again at once, told what was wanted, and nothing that nobody asked for', () => {
    const { clock, client, started, told } = clientOf();
    const held = client.openOutput(SPEC, 'hold');
    const open = client.openOutput({ ...SPEC, channel: 2 }, 'open');
    client.openOutput({ ...SPEC, channel: 3 }, 'open');
    held.hold(clock.now() + 60);
    open.hold(clock.now() + 60);
    open.release();
    started[0]!.events.ended('SIGSEGV');
    assert.match(held.state().problem ?? '', /guardian process ended \(SIGSEGV\); it is started again/);
    assert.equal(held.state().fault, 'lost');
    clock.advance(0);
    assert.equal(started.length, 2);
    assert.deepEqual(
      told(1).map((message) => ('id' in message ? [message.t, message.id] : message.t)),
      [
        ['output', 1],
        ['hold', 1],
        ['output', 2],
        ['release', 2],
        ['output', 3],
      ],
    );
    started[1]!.events.received({ t: 'state', id: 1, state: STATE });
    assert.deepEqual(held.state(), STATE);
    assert.equal(client.status().restarts, 1);
  });

  it('one that ends again and again is started in growing pauses, and at once again after it has proven itself', () => {
    const { clock, client, started } = clientOf();
    client.openOutput(SPEC, 'hold');
    const pauses: number[] = [];
    for (let i = 0; i < 7; i++) {
      const before = started.length;
      started.at(-1)!.events.ended('code 1');
      let waited = 0;
      for (; started.length === before && waited < 30; waited += 1) clock.advance(waited === 0 ? 0 : 1);
      pauses.push(waited - 1);
    }
    assert.deepEqual(pauses, [0, 1, 2, 4, 8, 15, 15]);
    clock.advance(31);
    started.at(-1)!.events.ended('code 1');
    clock.advance(0);
    assert.equal(started.length, 9);
  });

  it('one that no longer answers is killed after 5 s; a stall of this process is no silence of the guardian', () => {
    const { clock, client, started } = clientOf();
    client.openOutput(SPEC, 'hold');
    clock.advance(10);
    assert.equal(started[0]!.killed, false);
    started[0]!.answers = false;
    clock.advance(4);
    assert.equal(started[0]!.killed, false);
    clock.advance(1);
    assert.equal(started[0]!.killed, true);
    clock.advance(0);
    assert.equal(started.length, 2);
  });

  it('a message of a process that was replaced counts no more', () => {
    const { clock, client, started } = clientOf();
    const output = client.openOutput(SPEC, 'hold');
    started[0]!.events.ended('SIGKILL');
    clock.advance(0);
    started[0]!.events.received({ t: 'state', id: 1, state: STATE });
    started[0]!.events.ended('SIGKILL');
    assert.equal(output.state().actual, null);
    assert.equal(started.length, 2);
  });

  it('a bus that is used otherwise is said in a sentence', () => {
    const { client, started } = clientOf();
    const output = client.openOutput(SPEC, 'hold');
    started[0]!.events.received({
      t: 'refused',
      id: 1,
      problem: { field: 'path', value: BUS.path, problem: 'other-use' },
    });
    assert.match(output.state().problem ?? '', /tcp:\/\/board:1: other-use/);
  });

  describe('a line that the guardian keeps', () => {
    it('carries bytes and questions, and says when it is lost', async () => {
      const { client, started, told } = clientOf();
      const { transport, line } = client.openLine(BUS, 'modbus');
      const request = { fn: 1, unit: 1, address: 0, count: 1 } as const;
      assert.equal(transport.write(Uint8Array.of(1)), false, 'not open yet');
      assert.equal((await line!.request(request, { timeout: 1 })).ok, false);
      started[0]!.events.received({ t: 'status', id: 1, status: { state: 'open', problem: null } });
      const asked = line!.request(request, { timeout: 1 });
      assert.deepEqual(told(0).at(-1), { t: 'ask', id: 1, n: 1, request, timeout: 1, urgent: false, notAfter: 1005 });
      started[0]!.events.received({
        t: 'answer',
        id: 1,
        n: 1,
        result: { ok: true, value: { bits: [true], words: [] } },
      });
      assert.deepEqual(await asked, { ok: true, value: { bits: [true], words: [] } });
      const unanswered = line!.request(request, { timeout: 1, urgent: true });
      assert.equal((told(0).at(-1) as { notAfter: number }).notAfter, Infinity);
      const states: string[] = [];
      transport.onStatus(({ state }) => states.push(state));
      started[0]!.events.ended('SIGKILL');
      assert.deepEqual(await unanswered, {
        ok: false,
        reason: 'not-open',
        text: 'the guardian process ended (SIGKILL); it is started again',
      });
      assert.deepEqual(states, ['lost']);
      transport.close();
      assert.equal(transport.status().state, 'closed');
    });

    it('plain bytes come as they are heard', () => {
      const { client, started, told } = clientOf();
      const { transport, line } = client.openLine(BUS, 'bytes');
      assert.equal(line, null);
      const heard: [Uint8Array, number][] = [];
      transport.onBytes((chunk, at) => heard.push([chunk, at]));
      started[0]!.events.received({ t: 'status', id: 1, status: { state: 'open', problem: null } });
      started[0]!.events.received({ t: 'bytes', id: 1, chunk: Uint8Array.of(5), at: 1000.5 });
      assert.deepEqual(heard, [[Uint8Array.of(5), 1000.5]]);
      assert.equal(transport.write(Uint8Array.of(6)), true);
      transport.reopen('silent');
      assert.deepEqual(
        told(0).map(({ t }) => t),
        ['line', 'write', 'reopen'],
      );
      transport.close();
      assert.equal(told(0).at(-1)!.t, 'line-close');
    });
  });
});
