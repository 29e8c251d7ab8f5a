/** A GPIO line through programs that behave as libgpiod's do, in processes of their own. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { contactOutput } from '../../src/relays/contact.ts';
import { gpioLine } from '../../src/relays/gpio.ts';
import type { RelayOutput } from '../../src/relays/relay.ts';
import { createStartTool } from '../../src/relays/tool.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { ownChild } from '../support/own-child.ts';
import { until } from '../support/wait.ts';
import { type FakeGpio, fakeGpio } from './support/fake-gpioset.ts';

const COMMANDS = {
  '1.6.3': (level: number) => `--mode=wait gpiochip0 17=${level}`,
  '2.2.1': (level: number) => `--chip gpiochip0 --consumer cellwarden 17=${level}`,
} as const;

for (const version of ['1.6.3', '2.2.1'] as const) {
  describe(`a GPIO line with the tools of libgpiod ${version}`, function () {
    this.timeout(20_000);
    let gpio: FakeGpio;
    const relays: RelayOutput[] = [];
    const lineOf = (heldOn = true): RelayOutput => {
      const start = createStartTool(gpio.environment);
      const relay = contactOutput(
        gpioLine({ chip: 'gpiochip0', line: 17, heldOn, clock: systemClock, start }),
        systemClock,
      );
      relays.push(relay);
      return relay;
    };
    const drives = (level: number): Promise<boolean> =>
      until(
        () => `the line to be driven to ${level}: ${gpio.history().join(', ')}`,
        5,
        () => (gpio.driven().join() === `gpiochip0 17=${level}` ? true : null),
      );

    before(function () {
      if (process.platform === 'linux') return;
      console.log('    skipped: GPIO lines, and the tools for them, are there on Linux only');
      this.skip();
    });
    beforeEach(() => {
      gpio = fakeGpio(version);
    });
    afterEach(() => {
      for (const relay of relays.splice(0)) relay.close();
      gpio.remove();
    });

    it('is driven as long as it is held, and after that to the other level, by one process at a time', async () => {
      const relay = lineOf();
      relay.hold(systemClock.now() + 60);
      await drives(1);
      relay.hold(systemClock.now() + 60);
      relay.release();
      await drives(0);
      relay.release();
      relay.hold(systemClock.now() + 60);
      await drives(1);
      assert.deepEqual(gpio.calls(), [1, 0, 1].map(COMMANDS[version]), 'and no command twice');
      await until('the state', 2, () => (relay.state().problem === null ? true : null));
      assert.deepEqual(relay.state(), { commanded: true, actual: null, verified: false, problem: null, fault: null });
    });

    it('inverted: low while held, high when let go', async () => {
      const relay = lineOf(false);
      relay.hold(systemClock.now() + 60);
      await drives(0);
      relay.release();
      await drives(1);
    });

    it('a tool that dies is lost, and started again', async () => {
      const relay = lineOf();
      const renewed = <T>(look: () => T | null) => {
        relay.hold(systemClock.now() + 60);
        return look();
      };
      relay.hold(systemClock.now() + 60);
      await drives(1);
      gpio.killAll();
      await until('the loss', 3, () => (relay.state().fault === 'lost' ? true : null));
      assert.match(relay.state().problem ?? '', /does not drive line 17 of gpiochip0: it ended/);
      await until('the line to be driven again', 3, () => renewed(() => (gpio.driven().length === 1 ? true : null)));
      await until('the state', 3, () => renewed(() => (relay.state().problem === null ? true : null)));
    });

    it('a line that somebody else has is said to be busy, and taken when it is free', async () => {
      const first = lineOf();
      first.hold(systemClock.now() + 60);
      await drives(1);
      const second = lineOf();
      second.release();
      await until('the refusal', 3, () => (/Device or resource busy/.test(second.state().problem ?? '') ? true : null));
      assert.equal(second.state().fault, 'lost');
      first.close();
      await drives(0);
    });

    it('a tool that refuses is quoted, and tried again', async () => {
      gpio.broken(true);
      const relay = lineOf();
      relay.hold(systemClock.now() + 60);
      await until('the refusal', 3, () => (/Permission denied/.test(relay.state().problem ?? '') ? true : null));
      gpio.broken(false);
      relay.release();
      await drives(0);
    });

    it('closed, it gives the line back', async () => {
      const relay = lineOf();
      relay.hold(systemClock.now() + 60);
      await drives(1);
      relay.close();
      await until('the line to be free', 2, () => (gpio.driven().length === 0 ? true : null));
    });

    it('a process that is killed takes its tool with it: nobody holds the line', async () => {
      const source = `
        const { gpioLine } = require('./src/relays/gpio.ts');
        const { createStartTool } = require('./src/relays/tool.ts');
        const { systemClock } = require('./src/runtime/clock.ts');
        const line = gpioLine({ chip: 'gpiochip0', line: 17, heldOn: true, clock: systemClock, start: createStartTool() });
        void line.send({ holds: true, seconds: 0, urgent: false, notAfter: Infinity });
        setInterval(() => undefined, 1000);
      `;
      const child = spawn(process.execPath, ['--import=tsx', '-e', source], {
        cwd: join(import.meta.dirname, '../..'),
        env: gpio.environment,
        stdio: 'inherit',
      });
      ownChild(child);
      await drives(1);
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
      await until('the line to be free', 3, () => (gpio.driven().length === 0 ? true : null));
    });
  });
}

describe('a GPIO line without its tools', () => {
  it('names what is missing', async () => {
    const start = createStartTool({ PATH: '/nowhere' });
    const line = gpioLine({ chip: 'gpiochip0', line: 17, heldOn: true, clock: systemClock, start });
    const told = await line.send({ holds: false, seconds: 0, urgent: true, notAfter: Infinity });
    assert.deepEqual(told, { ok: false, text: 'gpioset is not installed; install the libgpiod tools (package gpiod)' });
    const read = await line.read();
    assert.equal(read.ok, false);
    line.close();
  });
});
