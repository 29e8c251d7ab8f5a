import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { CoilEdge } from '../../src/simulator/coils.ts';
import { createRelayBoard, type RelayBoardOptions } from '../../src/simulator/relay-board.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { publishedFrames } from '../support/published-frames.ts';

function bytes(hex: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex'));
}

function hex(data: Uint8Array | undefined): string {
  return Buffer.from(data ?? []).toString('hex');
}

/** The CRC bit by bit, from the Modbus specification: the simulator's own is not used to check the simulator. */
function rtu(text: string): Uint8Array {
  const data = bytes(text);
  let crc = 0xffff;
  for (const byte of data) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) {
      const odd = crc % 2 === 1;
      crc >>= 1;
      if (odd) crc ^= 0xa001;
    }
  }
  return Uint8Array.of(...data, crc % 256, Math.floor(crc / 256));
}

function start(options: Partial<RelayBoardOptions> = {}) {
  const clock = new ManualClock();
  const edges: CoilEdge[] = [];
  const board = createRelayBoard({ clock, onEdge: (edge) => edges.push(edge), ...options });
  const answers: Uint8Array[] = [];
  const peer = board.connect((data) => answers.push(data));
  const ask = (data: Uint8Array | string) => {
    const before = answers.length;
    peer.receive(typeof data === 'string' ? bytes(data) : data);
    return answers.slice(before).map((answer) => hex(answer));
  };
  const tell = (line: string) => assert.equal(board.command(line), null);
  /** Edges so far as `t:coil:open|closed:by`, and forgets them. */
  const moved = () =>
    edges.splice(0).map(({ t, coil, closed, by }) => `${t}:${coil}:${closed ? 'closed' : 'open'}:${by}`);
  return { clock, board, peer, answers, ask, tell, moved, edges };
}

const ON_0 = '01 05 00 00 FF 00 8C 3A';
const OFF_0 = '01 05 00 00 00 00 CD CA';
const READ_8 = '01 01 00 00 00 08 3D CC';
const FLASH_0 = '01 05 02 00 00 07 8D B0';

describe('simulated relay board', () => {
  it('echoes the published on and off, and moves the contact', () => {
    const { ask, moved, board } = start();
    assert.deepEqual(ask(ON_0), [hex(bytes(ON_0))]);
    assert.deepEqual(moved(), ['0:0:closed:write']);
    assert.deepEqual(ask(ON_0), [hex(bytes(ON_0))]);
    assert.deepEqual(moved(), [], 'closed already');
    assert.deepEqual(board.contacts(), [true, false, false, false, false, false, false, false]);
    assert.deepEqual(ask(OFF_0), [hex(bytes(OFF_0))]);
    assert.deepEqual(moved(), ['0:0:open:write']);
  });

  it('tells the mask of its contacts', () => {
    const { ask } = start();
    assert.deepEqual(ask(READ_8), [hex(bytes('01 01 01 00 51 88'))]);
    ask(ON_0);
    ask('01 05 00 02 FF 00 2D FA');
    assert.deepEqual(ask(READ_8), [hex(bytes('01 01 01 05 91 8B'))]);
    assert.deepEqual(ask(rtu('01 01 00 02 00 03')), [hex(rtu('01 01 01 01'))], 'coils 2…4 only');
  });

  it('toggles one, and switches all at once', () => {
    const { ask, moved, board } = start();
    ask('01 05 00 00 55 00 F2 9A');
    assert.deepEqual(moved(), ['0:0:closed:write']);
    assert.deepEqual(ask('01 05 00 FF 55 00 C2 AA'), [hex(bytes('01 05 00 FF 55 00 C2 AA'))]);
    assert.deepEqual(board.contacts(), [false, true, true, true, true, true, true, true]);
    ask('01 05 00 FF FF 00 BC 0A');
    assert.ok(board.contacts().every((closed) => closed));
    ask('01 05 00 FF 00 00 FD FA');
    assert.ok(board.contacts().every((closed) => !closed));
  });

  it('writes several coils at once', () => {
    const { ask, board } = start();
    assert.deepEqual(ask('01 0F 00 00 00 08 01 05 3E 96'), [hex(bytes('01 0F 00 00 00 08 54 0D'))]);
    assert.deepEqual(board.contacts(), [true, false, true, false, false, false, false, false]);
    ask(rtu('01 0F 00 01 00 02 01 01'));
    assert.deepEqual(board.contacts(), [true, true, false, false, false, false, false, false]);
  });

  it('closes for 0.7 s and opens by itself', () => {
    const { ask, moved, clock } = start();
    clock.advance(5);
    assert.deepEqual(ask(FLASH_0), [hex(bytes(FLASH_0))]);
    clock.advance(0.69);
    assert.deepEqual(moved(), ['5:0:closed:flash']);
    clock.advance(0.02);
    assert.deepEqual(moved(), ['5.7:0:open:flash-end']);
    assert.equal(clock.pending, 0);
  });

  it('stays closed without an edge while it is renewed, and opens a whole time after the last renewal', () => {
    const { ask, moved, clock } = start();
    for (let n = 0; n < 20; n++) {
      ask(FLASH_0);
      clock.advance(0.5);
    }
    assert.deepEqual(moved(), ['0:0:closed:flash']);
    clock.advance(10);
    assert.deepEqual(moved(), ['10.2:0:open:flash-end']);
  });

  it('opens for a time and closes by itself, the other way round', () => {
    const { ask, moved, clock } = start();
    ask(ON_0);
    assert.deepEqual(ask('01 05 04 00 00 07 8D 38'), [hex(bytes('01 05 04 00 00 07 8D 38'))]);
    clock.advance(1);
    assert.deepEqual(moved(), ['0:0:closed:write', '0:0:open:flash', '0.7:0:closed:flash-end']);
  });

  it('forgets the timer when the coil is written', () => {
    const { ask, moved, clock } = start();
    ask(FLASH_0);
    ask(ON_0);
    clock.advance(60);
    assert.deepEqual(moved(), ['0:0:closed:flash'], 'latched');
    ask(FLASH_0);
    ask(OFF_0);
    clock.advance(60);
    assert.deepEqual(moved(), ['60:0:open:write']);
  });

  it('stamps its edges with seconds since the start and a time of day', () => {
    const { ask, clock, edges } = start();
    clock.advance(2.5);
    ask(ON_0);
    assert.deepEqual(edges[0], { t: 2.5, at: '2026-01-01T00:00:02.500Z', coil: 0, closed: true, by: 'write' });
  });

  it('refuses functions, addresses and values it does not have', () => {
    const { ask, moved } = start();
    const cases: [request: string, answer: string][] = [
      ['01 03 00 00 00 01', '01 83 01'],
      ['01 2B 0E 01 00', '01 AB 01'],
      ['01 05 00 08 FF 00', '01 85 02'],
      ['01 05 02 08 00 07', '01 85 02'],
      ['01 05 06 00 00 07', '01 85 02'],
      ['01 05 01 00 FF 00', '01 85 02'],
      ['01 05 00 00 12 34', '01 85 03'],
      ['01 05 02 00 00 00', '01 85 03'],
      ['01 05 02 00 80 00', '01 85 03'],
      ['01 01 00 00 00 09', '01 81 02'],
      ['01 01 00 00 00 00', '01 81 03'],
      ['01 0F 00 07 00 02 01 03', '01 8F 02'],
      ['01 0F 00 00 00 08 02 FF FF', '01 8F 03'],
    ];
    for (const [request, answer] of cases) assert.deepEqual(ask(rtu(request)), [hex(rtu(answer))], request);
    assert.deepEqual(moved(), []);
  });

  it('ignores a wrong CRC and another unit, and obeys a broadcast without an answer', () => {
    const { ask, moved } = start();
    assert.deepEqual(ask('01 05 00 00 FF 00 8C 3B'), []);
    assert.deepEqual(ask(rtu('02 05 00 00 FF 00')), []);
    assert.deepEqual(moved(), []);
    assert.deepEqual(ask(rtu('00 05 00 00 FF 00')), []);
    assert.deepEqual(moved(), ['0:0:closed:write']);
    assert.deepEqual(ask(READ_8), [hex(rtu('01 01 01 01'))], 'a bad request before costs the good one nothing');
  });

  it('answers as the unit, and with the channels, it is given', () => {
    const { ask, board } = start({ unit: 17, channels: 32 });
    assert.equal(board.contacts().length, 32);
    assert.deepEqual(ask(ON_0), []);
    assert.deepEqual(ask(rtu('11 0F 00 00 00 20 04 01 00 00 80')), [hex(rtu('11 0F 00 00 00 20'))]);
    assert.deepEqual(ask(rtu('11 01 00 00 00 20')), [hex(rtu('11 01 04 01 00 00 80'))]);
  });

  it('speaks Modbus TCP to whoever begins with its header', () => {
    const { ask, moved } = start();
    assert.deepEqual(ask('0001 0000 0006 01 05 0000 FF00'), ['00010000000601050000ff00']);
    assert.deepEqual(ask('0004 0000 0008 01 0F 0000 0008 01 05'), ['000400000006010f00000008']);
    assert.deepEqual(ask('0003 0000 0006 01 01 0000 0008'), ['00030000000401010105']);
    assert.deepEqual(ask('0005 0000 0006 01 06 0326 0001'), ['000500000003018601']);
    assert.deepEqual(ask('0006 0000 0006 02 01 0000 0008'), [], 'another unit');
    assert.deepEqual(moved(), ['0:0:closed:write', '0:2:closed:write']);
  });

  it('answers two Modbus TCP requests that come in one piece, and one that comes in two', () => {
    const { ask } = start();
    const two = '0001 0000 0006 01 05 0000 FF00 0002 0000 0006 01 01 0000 0008';
    assert.deepEqual(ask(two), ['00010000000601050000ff00', '00020000000401010101']);
    assert.deepEqual(ask('0003 0000 0006 01'), []);
    assert.deepEqual(ask('01 0000 0008'), ['00030000000401010101']);
  });

  it('tells RTU from Modbus TCP also where the first six bytes would be both', () => {
    const first = start();
    assert.equal(first.ask(READ_8).length, 1);
    const second = start();
    assert.equal(second.ask('01 0F 00 00 00 08 01 FF BE D5').length, 1);
    const third = start();
    assert.deepEqual(third.ask('01 01 00 00 00 08 3D CD'), [], 'a damaged one');
    assert.deepEqual(third.ask(READ_8).length, 1, 'decides nothing');
    const fourth = start();
    assert.deepEqual(fourth.ask('0101 0000 0006 01 01 0000 0008'), ['01010000000401010100']);
  });

  it('serves every connection in its own way', () => {
    const { board, ask } = start();
    const other: Uint8Array[] = [];
    const tcp = board.connect((data) => other.push(data));
    ask(ON_0);
    tcp.receive(bytes('0003 0000 0006 01 01 0000 0008'));
    assert.equal(hex(other[0]), '00030000000401010101');
    assert.equal(ask(READ_8).length, 1);
  });

  it('puts a request together however it is cut', () => {
    for (const request of [ON_0, '0001 0000 0006 01 05 0000 FF00']) {
      const whole = bytes(request);
      for (let cut = 1; cut < whole.length; cut++) {
        const { peer, answers, board } = start();
        peer.receive(whole.subarray(0, cut));
        peer.receive(whole.subarray(cut));
        assert.equal(answers.length, 1, `${request} cut after ${cut}`);
        assert.equal(board.contacts()[0], true);
      }
    }
  });

  it('forgets a request that was cut short, after a pause', () => {
    for (const request of [ON_0, '0001 0000 0006 01 05 0000 FF00']) {
      const whole = bytes(request);
      for (let cut = 1; cut < whole.length; cut++) {
        const { ask, clock, board } = start();
        ask(whole.subarray(0, cut));
        clock.advance(0.2);
        assert.equal(ask(whole).length, 1, `${request} cut after ${cut}`);
        assert.equal(board.contacts()[0], true);
        assert.equal(clock.pending, 0);
      }
    }
  });

  it('finds the next request behind noise without a pause', () => {
    const { ask } = start({ mode: 'rtu' });
    assert.equal(ask(`FF 00 01 05 ${ON_0}`).length, 1);
    assert.equal(ask(`01 05 00 ${READ_8} ${READ_8}`).length, 2);
  });

  it('never throws whatever comes, and answers the next good request', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 8 }),
        fc.constantFrom('rtu', 'mbap', 'auto'),
        (chunks, mode) => {
          const { peer, clock, ask } = start({ mode });
          for (const chunk of chunks) peer.receive(chunk);
          clock.advance(1);
          if (mode === 'rtu') assert.equal(ask(READ_8).length, 1);
          if (mode === 'mbap') assert.equal(ask('0003 0000 0006 01 01 0000 0008').length, 1);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('survives damaged requests of both kinds', () => {
    const sound = [ON_0, READ_8, '0001 0000 0006 01 05 0000 FF00', '0004 0000 0008 01 0F 0000 0008 01 05'].map(bytes);
    const damaged = fc
      .tuple(fc.constantFrom(...sound), fc.nat({ max: 13 }), fc.nat({ max: 255 }))
      .map(([frame, at, mask]) => frame.map((byte, index) => (index === at ? byte ^ mask : byte)));
    fc.assert(
      fc.property(fc.array(damaged, { maxLength: 10 }), (frames) => {
        const { peer, clock, board } = start();
        for (const frame of frames) peer.receive(frame);
        clock.advance(10_000);
        assert.equal(board.contacts().length, 8);
        assert.equal(clock.pending, 0);
      }),
    );
  });

  it('takes a flood of bytes in one piece', () => {
    const { ask, clock } = start();
    ask(new Uint8Array(300_000).fill(1));
    clock.advance(1);
    assert.equal(ask(READ_8).length, 1);
  });

  it('falls dead for its line while its timers go on', () => {
    const { ask, moved, tell, clock } = start();
    ask(FLASH_0);
    tell('dead');
    assert.deepEqual(ask(FLASH_0), []);
    clock.advance(1);
    assert.deepEqual(moved(), ['0:0:closed:flash', '0.7:0:open:flash-end']);
    tell('alive');
    assert.equal(ask(READ_8).length, 1);
  });

  it('answers exceptions, and does nothing, while it is told to', () => {
    const { ask, tell, moved } = start();
    tell('exceptions on');
    assert.deepEqual(ask(ON_0), [hex(rtu('01 85 04'))]);
    assert.deepEqual(moved(), []);
    tell('exceptions off');
    assert.equal(ask(ON_0)[0], hex(bytes(ON_0)));
  });

  it('answers late, and not at all when the line is gone by then', () => {
    const { ask, tell, clock, answers, peer, moved } = start();
    tell('slow 2');
    assert.deepEqual(ask(ON_0), []);
    assert.deepEqual(moved(), ['0:0:closed:write'], 'it acts at once');
    clock.advance(1.9);
    assert.equal(answers.length, 0);
    clock.advance(0.2);
    assert.equal(answers.length, 1);
    ask(ON_0);
    peer.close();
    clock.advance(5);
    assert.equal(answers.length, 1);
    assert.equal(clock.pending, 0);
  });

  it('keeps its answers in order when it is slow no more, and spoils them when it is told to', () => {
    const { ask, tell, clock, answers } = start();
    tell('slow 2');
    ask(ON_0);
    tell('slow off');
    assert.deepEqual(ask(READ_8), [], 'behind the one that is still on its way');
    clock.advance(2);
    assert.deepEqual(
      answers.map((answer) => hex(answer)),
      [hex(bytes(ON_0)), hex(rtu('01 01 01 01'))],
    );
    tell('garbage on');
    assert.notDeepEqual(ask(READ_8), [hex(rtu('01 01 01 01'))]);
    tell('garbage off');
    assert.deepEqual(ask(READ_8), [hex(rtu('01 01 01 01'))]);
  });

  it('holds a stuck contact, shows it when read, and lets it go', () => {
    const { ask, tell, moved, clock } = start();
    ask(FLASH_0);
    tell('stick 0 closed');
    clock.advance(1);
    ask(OFF_0);
    assert.deepEqual(moved(), ['0:0:closed:flash']);
    assert.deepEqual(ask(READ_8), [hex(rtu('01 01 01 01'))]);
    tell('stick 0 free');
    assert.deepEqual(moved(), ['1:0:open:fault']);
    tell('stick 3 open');
    ask(rtu('01 05 00 03 FF 00'));
    assert.deepEqual(moved(), []);
    assert.deepEqual(ask(READ_8), [hex(rtu('01 01 01 00'))]);
  });

  it('lets every contact go when it loses power, and answers nothing', () => {
    const { ask, tell, moved, clock } = start();
    ask(ON_0);
    ask('01 05 02 01 00 08 9C 74');
    moved();
    tell('power off');
    assert.deepEqual(moved(), ['0:0:open:power', '0:1:open:power']);
    assert.deepEqual(ask(ON_0), []);
    clock.advance(10);
    tell('power on');
    assert.deepEqual(ask(READ_8), [hex(rtu('01 01 01 00'))]);
    assert.deepEqual(moved(), []);
  });

  it('says what is wrong with a command, and what there is', () => {
    const { board } = start();
    assert.match(board.command('bite') ?? '', /"bite".*dead.*slow.*stick COIL closed\|open\|free/);
    assert.match(board.command('stick 8 open') ?? '', /"8" is no coil from 0 to 7/);
    assert.match(board.command('stick 0 shut') ?? '', /"shut" is not one of closed, open, free/);
    assert.match(board.command('slow down') ?? '', /"down" is not a number from 0 to 600/);
  });

  it('leaves no timer behind when it is closed', () => {
    const { board, ask, clock, tell } = start();
    ask(FLASH_0);
    tell('slow 5');
    ask(READ_8);
    ask('01 05');
    assert.equal(clock.pending, 3);
    board.close();
    assert.equal(clock.pending, 0);
  });

  it('obeys every published Waveshare request for coils', function () {
    const vectors = publishedFrames(this, 'relays');
    let tried = 0;
    for (const { name, hex: request, expected: told } of vectors) {
      const expected = told as { op?: string; ch?: number; ms?: number };
      if (!name.startsWith('waveshare') || !/^010[15f]/.test(request) || expected.op === undefined) continue;
      if (/answer|ack/.test(expected.op)) continue;
      const { ask, board, clock } = start({ channels: 32 });
      const [answer = ''] = ask(request);
      assert.equal(answer.slice(0, 4), request.slice(0, 4), `${name} is not refused`);
      const contact = board.contacts()[expected.ch ?? 0];
      if (expected.op === 'on' || expected.op === 'flash on' || expected.op === 'toggle')
        assert.equal(contact, true, name);
      if (expected.op === 'off' || expected.op === 'flash off') assert.equal(contact, false, name);
      clock.advance((expected.ms ?? 0) / 1000);
      if (expected.ms !== undefined)
        assert.equal(board.contacts()[expected.ch ?? 0], expected.op === 'flash off', name);
      tried += 1;
    }
    assert.ok(tried >= 20, `${tried} requests tried`);
  });
});
