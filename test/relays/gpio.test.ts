/** A GPIO line and the process that drives it, on a clock moved by hand: which runs when, and what is said of it. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { contactOutput } from '../../src/relays/contact.ts';
import { gpioLine } from '../../src/relays/gpio.ts';
import type { RelayOutput } from '../../src/relays/relay.ts';
import type { StartTool, ToolEnd } from '../../src/relays/tool.ts';
import { seconds } from '../runtime/support/arbitrary-seconds.ts';
import { ManualClock } from '../support/manual-clock.ts';

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

interface Process {
  readonly level: number;
  /** Ended by us, or by itself. */
  end(how?: Partial<ToolEnd>): void;
  over: boolean;
}

interface GpioBench {
  readonly clock: ManualClock;
  readonly relay: RelayOutput;
  readonly commands: string[];
  readonly running: () => Process[];
  /** Seconds that a killed process lives on, and how a start goes. */
  readonly set: { dies: number; version: string; refuses: string | null };
  pass(seconds: number, look?: () => void): Promise<void>;
}

function gpioBench(over: { heldOn?: boolean; chip?: string; line?: number } = {}): GpioBench {
  const clock = new ManualClock();
  const commands: string[] = [];
  const all: Process[] = [];
  const set = { dies: 0.004, version: 'gpioset (libgpiod) v1.6.3', refuses: null as string | null };
  const running = (): Process[] => all.filter(({ over }) => !over);
  const start: StartTool = (command, args) => {
    let end: (how: ToolEnd) => void = () => undefined;
    const ended = new Promise<ToolEnd>((resolve) => {
      end = resolve;
    });
    commands.push([command, ...args].join(' '));
    if (args.includes('--version')) {
      clock.after(0.01, () => end({ missing: false, code: 0, said: set.version }));
      return { ended, kill: () => undefined };
    }
    const mine: Process = {
      level: Number(args.at(-1)!.split('=')[1]),
      over: false,
      end: (how = {}) => {
        mine.over = true;
        end({ missing: false, code: null, said: '', ...how });
      },
    };
    if (set.refuses !== null || running().length > 0)
      clock.after(0.01, () => mine.end({ code: 1, said: set.refuses ?? 'Device or resource busy' }));
    else all.push(mine);
    return { ended, kill: () => void clock.after(set.dies, () => mine.end()) };
  };
  const relay = contactOutput(gpioLine({ chip: 'gpiochip0', line: 17, heldOn: true, clock, start, ...over }), clock);
  return {
    clock,
    relay,
    commands,
    running,
    set,
    async pass(seconds, look) {
      const end = clock.now() + seconds;
      while (clock.now() < end - 1e-9) {
        await settle();
        clock.advance(Math.min(0.01, end - clock.now()));
        await settle();
        look?.();
      }
    },
  };
}

const UNKNOWN = { actual: null, verified: false, problem: null, fault: null };

describe('a GPIO line', () => {
  it('asks only for the version at first, and starts one tool for each change', async () => {
    const { relay, clock, commands, pass } = gpioBench();
    await pass(1);
    assert.deepEqual(commands, ['gpioset --version']);
    for (let i = 0; i < 5; i++) {
      relay.hold(clock.now() + 5);
      await pass(1);
    }
    relay.release();
    await pass(12);
    assert.deepEqual(commands.slice(1), ['gpioset --mode=wait gpiochip0 17=1', 'gpioset --mode=wait gpiochip0 17=0']);
    assert.deepEqual(relay.state(), { commanded: false, ...UNKNOWN });
  });

  it('version 2 is told to end with us', async () => {
    const { relay, clock, commands, set, pass } = gpioBench();
    set.version = 'gpioset (libgpiod) v2.2.1';
    relay.hold(clock.now() + 5);
    await pass(1);
    assert.deepEqual(commands.slice(1), [
      'setpriv --pdeathsig KILL gpioset --chip gpiochip0 --consumer cellwarden 17=1',
    ]);
  });

  it('an opening ends the tool that holds at once, and overtakes a hold that is being started', async () => {
    const { relay, clock, running, set, pass } = gpioBench();
    relay.hold(clock.now() + 60);
    await pass(0.5);
    assert.deepEqual(
      running().map(({ level }) => level),
      [1],
    );
    relay.release();
    clock.advance(0.005);
    assert.deepEqual(running(), [], 'before anything else');
    await pass(0.5);
    set.dies = 0.2;
    relay.hold(clock.now() + 60);
    await pass(0.1);
    relay.release();
    await pass(1);
    assert.deepEqual(
      running().map(({ level }) => level),
      [0],
    );
  });

  it('a hold that could not be started in time is not started', async () => {
    const { relay, clock, running, set, commands, pass } = gpioBench();
    relay.release();
    await pass(0.5);
    set.dies = 0.6;
    relay.hold(clock.now() + 60);
    await pass(1);
    assert.match(relay.state().problem ?? '', /the gpioset that drives line 17 of gpiochip0 does not end/);
    assert.deepEqual([running().length, commands.length], [0, 2]);
    relay.release();
    await pass(1);
    assert.deepEqual(
      running().map(({ level }) => level),
      [0],
    );
  });

  it('a tool that ends by itself is a loss, and is started again a second later', async () => {
    for (const held of [true, false]) {
      const { relay, clock, running, pass } = gpioBench();
      if (held) relay.hold(clock.now() + 60);
      else relay.release();
      await pass(0.5);
      running()[0]!.end({ code: 1, said: 'line is gone' });
      await pass(0.1);
      assert.equal(relay.state().fault, 'lost');
      assert.match(
        relay.state().problem ?? '',
        /does not drive line 17 of gpiochip0: it ended and says "line is gone"/,
      );
      await pass(1.2);
      assert.deepEqual(
        running().map(({ level }) => level),
        [held ? 1 : 0],
      );
      assert.deepEqual(relay.state(), { commanded: held, ...UNKNOWN });
    }
  });

  it('a line that is refused is asked for again every second, and not more often', async () => {
    const { relay, set, commands, running, pass } = gpioBench();
    set.refuses = 'Device or resource busy';
    relay.release();
    await pass(10);
    assert.ok(commands.length >= 8 && commands.length <= 12, `${commands.length} starts`);
    assert.match(relay.state().problem ?? '', /says "Device or resource busy"/);
    set.refuses = null;
    await pass(1.5);
    assert.deepEqual(
      running().map(({ level }) => level),
      [0],
    );
    assert.deepEqual(relay.state(), { commanded: false, ...UNKNOWN });
  });

  it('tools of an unknown kind are not used', async () => {
    const { relay, clock, commands, set, pass } = gpioBench();
    set.version = 'BusyBox v.';
    relay.hold(clock.now() + 60);
    await pass(1);
    assert.match(relay.state().problem ?? '', /does not tell its version/);
    assert.ok(commands.every((command) => command === 'gpioset --version'));
  });

  it('nothing but a chip’s name and a number gets onto a command line', async () => {
    const cases: [chip: string, line: number, sentence: RegExp][] = [
      ['gpiochip0; reboot', 1, /chip is not named like gpiochip0/],
      ['--help', 1, /chip is not named/],
      ['/dev/gpiochip0', 1, /chip is not named/],
      ['gpiochip0', -1, /line is no number from 0 to 1023/],
      ['gpiochip0', 1.5, /line is no number/],
      ['gpiochip0', Number.NaN, /line is no number/],
    ];
    for (const [chip, line, sentence] of cases) {
      const { relay, clock, commands, pass } = gpioBench({ chip, line });
      relay.hold(clock.now() + 60);
      await pass(0.5);
      assert.match(relay.state().problem ?? '', sentence);
      assert.deepEqual(commands, []);
    }
  });

  it('closed, it ends its tool and starts no other', async () => {
    const { relay, clock, running, commands, pass } = gpioBench();
    relay.hold(clock.now() + 60);
    await pass(0.5);
    relay.release();
    relay.close();
    const told = commands.length;
    await pass(10);
    assert.deepEqual([running().length, commands.length], [0, told]);
  });

  it('whatever is asked and whatever dies: one process at a time, and none that holds after a release', async function () {
    this.timeout(30_000);
    const happening = fc.record({
      ask: fc.constantFrom('hold', 'hold', 'release', 'nothing'),
      fault: fc.constantFrom(null, null, null, 'dies', 'refuses', 'lingers'),
      wait: seconds(0, 1.5),
    });
    let looks = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(happening, { minLength: 3, maxLength: 20 }), fc.boolean(), async (steps, heldOn) => {
        const { relay, clock, running, set, pass } = gpioBench({ heldOn });
        let released = -Infinity;
        const look = (): void => {
          assert.ok(running().length <= 1, 'two at a time');
          const held = running().some(({ level }) => (level === 1) === heldOn);
          if (held) looks++;
          if (held && clock.now() > released + 0.25) assert.fail(`held ${(clock.now() - released).toFixed(2)} s after`);
        };
        for (const { ask, fault, wait } of steps) {
          if (fault === 'dies') running()[0]?.end({ code: 1, said: 'gone' });
          set.refuses = fault === 'refuses' ? 'busy' : null;
          set.dies = fault === 'lingers' ? 0.2 : 0.004;
          if (ask === 'hold') {
            released = Infinity;
            relay.hold(clock.now() + 60);
          } else if (ask === 'release') {
            released = Math.min(released, clock.now());
            relay.release();
          }
          await pass(wait, look);
        }
        set.refuses = null;
        released = Math.min(released, clock.now());
        relay.release();
        await pass(3, look);
        assert.deepEqual(
          running().map(({ level }) => level),
          [heldOn ? 0 : 1],
        );
        relay.close();
        await pass(1);
        assert.deepEqual(running(), []);
      }),
      { numRuns: 100 },
    );
    assert.ok(looks > 500, `held at ${looks} looks only`);
  });
});
