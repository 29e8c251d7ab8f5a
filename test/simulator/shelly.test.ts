/** The simulated Shelly: what it answers, byte by byte where that matters, and how it is made to misbehave. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { CoilEdge } from '../../src/simulator/coils.ts';
import { createShelly } from '../../src/simulator/shelly.ts';
import { ManualClock } from '../support/manual-clock.ts';

function start(generation: 1 | 2) {
  const clock = new ManualClock();
  const edges: CoilEdge[] = [];
  const board = createShelly({ clock, generation, channels: 2, onEdge: (edge) => edges.push(edge) });
  let answers = '';
  const peer = board.connect((bytes) => {
    answers += Buffer.from(bytes).toString('utf8');
  });
  const take = (): string => {
    const taken = answers;
    answers = '';
    return taken;
  };
  /** Status and body of the answer to a GET; `null` without one. */
  const get = (path: string, headers = ''): [status: number, body: unknown] | null => {
    peer.receive(Buffer.from(`GET ${path} HTTP/1.1\r\nHost: shelly\r\n${headers}\r\n`));
    const answer = take();
    if (answer === '') return null;
    const [head = '', body = ''] = answer.split('\r\n\r\n', 2);
    const json = /^[[{]/.test(body) ? (JSON.parse(body) as unknown) : body;
    return [Number(head.split(' ')[1]), json];
  };
  const tell = (line: string) => assert.equal(board.command(line), null);
  const moved = () =>
    edges.splice(0).map(({ t, coil, closed, by }) => `${t}:${coil}:${closed ? 'closed' : 'open'}:${by}`);
  return { clock, board, peer, get, take, tell, moved };
}

describe('simulated Shelly', () => {
  it('generation 2: sets a switch, tells its state, and flips back', () => {
    const { get, moved, clock } = start(2);
    assert.deepEqual(get('/rpc/Switch.Set?id=0&on=true&toggle_after=4'), [200, { was_on: false }]);
    assert.deepEqual(get('/rpc/Switch.GetStatus?id=0'), [
      200,
      { id: 0, source: 'http', output: true, timer_started_at: clock.wall() / 1000, timer_duration: 4 },
    ]);
    clock.advance(3);
    assert.deepEqual(get('/rpc/Switch.Set?id=0&on=true&toggle_after=4'), [200, { was_on: true }]);
    clock.advance(3.9);
    assert.deepEqual(moved(), ['0:0:closed:flash']);
    clock.advance(0.2);
    assert.deepEqual(moved(), ['7:0:open:flash-end']);
    assert.deepEqual(get('/rpc/Switch.GetStatus?id=0'), [200, { id: 0, source: 'http', output: false }]);
    get('/rpc/Switch.Set?id=1&on=true');
    get('/rpc/Switch.Set?id=1&on=false&toggle_after=2');
    clock.advance(2);
    assert.deepEqual(moved(), ['7.1:1:closed:write', '7.1:1:open:flash', '9.1:1:closed:flash-end']);
  });

  it('generation 1: the same in its own words', () => {
    const { get, moved, clock } = start(1);
    assert.deepEqual(get('/relay/1?turn=on&timer=4'), [
      200,
      { ison: true, has_timer: true, timer_duration: 4, timer_remaining: 4, source: 'http' },
    ]);
    clock.advance(5);
    assert.deepEqual(get('/relay/1'), [
      200,
      { ison: false, has_timer: false, timer_duration: 0, timer_remaining: 0, source: 'http' },
    ]);
    get('/relay/1?turn=on');
    get('/relay/1?turn=off');
    assert.deepEqual(moved(), ['0:1:closed:flash', '4:1:open:flash-end', '5:1:closed:write', '5:1:open:write']);
  });

  it('says who it is to anybody, and the rest only with the password', () => {
    for (const generation of [1, 2] as const) {
      const { get, tell, moved, peer, take } = start(generation);
      const identity = (): Record<string, unknown> => get('/shelly')![1] as Record<string, unknown>;
      assert.equal(identity().mac, 'A8032ABE54DC');
      assert.equal(identity().gen, generation === 2 ? 2 : undefined);
      tell('password sesame');
      assert.equal(identity()[generation === 1 ? 'auth' : 'auth_en'], true);
      const path = generation === 1 ? '/relay/0?turn=on' : '/rpc/Switch.Set?id=0&on=true';
      assert.equal(get(path)![0], 401);
      peer.receive(Buffer.from(`GET ${path} HTTP/1.1\r\n\r\n`));
      assert.match(take(), generation === 1 ? /WWW-Authenticate: Basic / : /WWW-Authenticate: Digest .*SHA-256/);
      assert.equal(get(path, `Authorization: Basic ${Buffer.from('admin:wrong').toString('base64')}\r\n`)![0], 401);
      assert.deepEqual(moved(), []);
      if (generation === 1) {
        const right = Buffer.from('admin:sesame').toString('base64');
        assert.equal(get(path, `Authorization: Basic ${right}\r\n`)![0], 200);
      }
      tell('password none');
      assert.equal(get(path)![0], 200);
      tell('mac 0123456789AB');
      assert.equal(identity().mac, '0123456789AB');
    }
  });

  it('refuses what it does not have', () => {
    const first = start(1);
    assert.equal(first.get('/relay/2')![0], 404);
    assert.equal(first.get('/relay/0?turn=sideways')![0], 400);
    assert.equal(first.get('/rpc/Switch.GetStatus?id=0')![0], 404);
    const second = start(2);
    assert.deepEqual(second.get('/rpc/Switch.GetStatus?id=2'), [
      500,
      { code: -105, message: "Argument 'id', value 2 not found!" },
    ]);
    assert.equal(second.get('/rpc/Switch.Set?id=0')![0], 500);
    assert.equal(second.get('/rpc/Switch.Set?id=0&on=true&toggle_after=-1')![0], 500);
    assert.equal(second.get('/rpc/Light.Set?id=0&on=true')![0], 404);
    assert.deepEqual([...first.moved(), ...second.moved()], []);
  });

  it('is dead, slow, confused, stuck or without power as it is told', () => {
    const { get, tell, take, moved, clock, board } = start(2);
    const status = '/rpc/Switch.GetStatus?id=0';
    tell('dead');
    assert.equal(get(status), null);
    tell('alive');
    tell('errors on');
    assert.equal(get(status)![0], 500);
    tell('errors off');
    tell('garbage on');
    assert.throws(() => JSON.parse(String(get(status)![1])));
    tell('garbage off');
    tell('slow 2');
    assert.equal(get('/rpc/Switch.Set?id=0&on=true'), null);
    assert.deepEqual(moved(), ['0:0:closed:write'], 'it acts at once');
    clock.advance(2);
    assert.match(take(), /^HTTP\/1\.1 200 OK\r\n/);
    tell('slow off');
    tell('stick 0 closed');
    get('/rpc/Switch.Set?id=0&on=false');
    assert.deepEqual(moved(), []);
    tell('stick 0 free');
    assert.deepEqual(moved(), ['2:0:open:fault']);
    get('/rpc/Switch.Set?id=0&on=true&toggle_after=60');
    tell('power off');
    assert.equal(get(status), null);
    tell('power on');
    assert.deepEqual(get(status), [200, { id: 0, source: 'http', output: false }]);
    for (const line of ['stick 2 closed', 'mac abc', 'password', 'slow never', 'explode'])
      assert.match(board.command(line) ?? '', /Usage|The commands are/, line);
  });

  it('puts a request together however it is cut, and two that come in one piece apart', () => {
    const request = Buffer.from('GET /rpc/Switch.Set?id=0&on=true HTTP/1.1\r\nHost: x\r\n\r\n');
    for (let cut = 1; cut < request.length; cut++) {
      const { peer, take, board } = start(2);
      peer.receive(request.subarray(0, cut));
      peer.receive(request.subarray(cut));
      assert.match(take(), /"was_on":false/, `cut after ${cut}`);
      assert.equal(board.contacts()[0], true);
    }
    const { peer, take } = start(2);
    peer.receive(Buffer.concat([request, request]));
    assert.deepEqual(take().match(/"was_on":(true|false)/g), ['"was_on":false', '"was_on":true']);
  });

  it('never throws whatever comes, and answers the next good request on another connection', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(1 as const, 2 as const),
        fc.array(
          fc.oneof(
            fc.uint8Array({ maxLength: 300 }),
            fc.string().map((text) => Buffer.from(`GET /${text} HTTP/1.1\r\nAuthorization: Digest ${text}\r\n\r\n`)),
          ),
          { maxLength: 8 },
        ),
        (generation, chunks) => {
          const { board, peer, tell } = start(generation);
          tell('password x');
          for (const chunk of chunks) peer.receive(chunk);
          tell('password none');
          let heard = 0;
          const other = board.connect(() => heard++);
          other.receive(Buffer.from('GET /shelly HTTP/1.1\r\n\r\n'));
          assert.equal(heard, 1);
        },
      ),
      { numRuns: 300 },
    );
  });
});
