/** The watch on what everything runs in: what it measures, when it tells, and when it is over. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Clock } from '../../src/engine/clock.ts';
import { createHealth, type HealthEdge, type HealthLimits, type Memory } from '../../src/runtime/health.ts';
import { processMemory } from '../../src/runtime/memory.ts';
import { WorstOfMinute } from '../../src/runtime/worst-of-minute.ts';

const MB = 1e6;

/** A clock whose ticks come when the test says so, as those of a busy event loop do. */
class BusyClock implements Clock {
  seconds = 1000;
  ms = Date.UTC(2026, 0, 1);
  readonly ticks = new Set<() => void>();
  now = (): number => this.seconds;
  wall = (): number => this.ms;
  after = (): never => assert.fail('one timer is enough');
  every = (_seconds: number, call: () => void): (() => void) => {
    this.ticks.add(call);
    return () => void this.ticks.delete(call);
  };

  /** So many seconds later the tick comes. */
  tick(after = 1): void {
    this.seconds += after;
    this.ms += after * 1000;
    for (const call of this.ticks) call();
  }
}

function watch(limits: Partial<HealthLimits> = {}) {
  const clock = new BusyClock();
  const memory: { -readonly [K in keyof Memory]: Memory[K] } = { heapUsed: 40 * MB, heapLimit: 100 * MB, rss: 90 * MB };
  const health = createHealth({ clock, memory: () => ({ ...memory }), limits });
  const edges: HealthEdge[] = [];
  health.onEdge((edge) => edges.push(edge));
  const calm = (seconds: number): void => {
    for (let i = 0; i < seconds; i++) clock.tick();
  };
  const told = (): string[] => edges.splice(0).map((e) => `${e.code} ${e.severity} ${e.edge}`);
  return { clock, memory, health, edges, calm, told };
}

describe('health: the event loop', () => {
  it('in time: nothing is told, and the report says so', () => {
    const { health, calm, told } = watch();
    calm(300);
    assert.deepEqual(told(), []);
    assert.deepEqual(health.active(), []);
    const { lagNow, lagWorst, uptime } = health.report();
    assert.deepEqual([lagNow, lagWorst, uptime], [0, 0, 300]);
  });

  it('0.5 s late is not told yet, a little more is, with both numbers', () => {
    const { clock, edges, told } = watch();
    clock.tick(1.5);
    assert.deepEqual(told(), []);
    clock.tick(1.75);
    const [edge] = edges;
    assert.ok(edge);
    assert.deepEqual([edge.value, edge.threshold, edge.duration, edge.at], [0.75, 0.5, 0, clock.seconds]);
    assert.deepEqual(told(), ['lag warning raised']);
  });

  it('it is over after a calm minute, and not before', () => {
    const { clock, health, calm, told, edges } = watch();
    clock.tick(2);
    told();
    calm(60);
    assert.deepEqual(told(), []);
    assert.equal(health.report().lagWorst, 1);
    calm(2);
    assert.equal(edges[0]?.duration, 61);
    assert.deepEqual(told(), ['lag warning cleared']);
    assert.equal(health.report().lagWorst, 0);
    assert.deepEqual(health.active(), []);
  });

  it('later than half the shortest lease: an alarm, also where a warning stands already; over once for both', () => {
    const { clock, health, calm, told } = watch({ lagAlarm: 1.5 });
    clock.tick(2.5);
    assert.deepEqual(told(), ['lag warning raised']);
    clock.tick(2.75);
    assert.deepEqual(told(), ['lag alarm raised']);
    assert.deepEqual(
      health.active().map((e) => e.severity),
      ['alarm'],
    );
    clock.tick(2.75);
    clock.tick(1.75);
    assert.deepEqual(told(), [], 'told once, and not again when it gets better by half');
    calm(62);
    assert.deepEqual(told(), ['lag alarm cleared']);
  });

  it('the shortest lease may change while it runs', () => {
    let alarm = 30;
    const { clock, told } = watch({ lagAlarm: () => alarm });
    clock.tick(6);
    assert.deepEqual(told(), ['lag warning raised']);
    alarm = 2.5;
    clock.tick();
    assert.deepEqual(told(), ['lag alarm raised']);
  });
});

describe('health: the wall clock', () => {
  const YEARS = 50 * 365.25 * 86_400;
  for (const step of [YEARS, -YEARS, 3600, -3600, 5.5, -5.5]) {
    it(`a step of ${step} s is told once, with its size, and lasts no longer`, () => {
      const { clock, health, calm, edges } = watch();
      calm(5);
      clock.ms += step * 1000;
      calm(100);
      assert.equal(edges.length, 1);
      const { code, severity, edge, value, threshold } = edges[0]!;
      assert.deepEqual([code, severity, edge, value, threshold], ['clock', 'info', 'raised', step, 5]);
      assert.deepEqual(health.active(), []);
      const report = health.report();
      assert.deepEqual([report.clockStep, report.lagWorst, report.uptime], [step, 0, 105]);
    });
  }

  it('a clock that is put right slowly, or by little, is not told', () => {
    const { clock, health, told } = watch();
    for (let i = 0; i < 3600; i++) {
      clock.ms += i % 100 === 0 ? 4900 : 5;
      clock.tick();
    }
    assert.deepEqual(told(), []);
    assert.equal(health.report().clockStep, null);
  });

  it('a step there and a step back are two', () => {
    const { clock, calm, edges } = watch();
    clock.ms += 60_000;
    calm(1);
    clock.ms -= 60_000;
    calm(1);
    assert.deepEqual(
      edges.map((e) => e.value),
      [60, -60],
    );
  });

  it('a late tick is no step, and a step is not late', () => {
    const { clock, told } = watch();
    clock.tick(30);
    assert.deepEqual(told(), ['lag alarm raised']);
  });
});

describe('health: memory', () => {
  it('warns above 85 %, alarms above 95 %, and is over below 80 %', () => {
    const { memory, calm, told, edges } = watch();
    const at = (percent: number): string[] => {
      memory.heapUsed = percent * MB;
      calm(3);
      return told();
    };
    assert.deepEqual(at(85), []);
    memory.heapUsed = 86 * MB;
    calm(1);
    assert.deepEqual([edges[0]?.value, edges[0]?.threshold], [86, 85]);
    assert.deepEqual(told(), ['memory warning raised']);
    assert.deepEqual(at(95), []);
    assert.deepEqual(at(96), ['memory alarm raised']);
    assert.deepEqual(at(81), []);
    assert.deepEqual(at(80), []);
    assert.deepEqual(at(79), ['memory alarm cleared']);
  });

  it('the report holds what was measured last; a probe that fails is survived', () => {
    const clock = new BusyClock();
    let works = false;
    const probe = (): Memory => (works ? { heapUsed: 1, heapLimit: 4, rss: 9 } : assert.fail('no memory'));
    const health = createHealth({ clock, memory: probe });
    clock.tick();
    assert.equal(health.report().heapUsed, null);
    works = true;
    clock.tick();
    const { heapUsed, heapLimit, rss } = health.report();
    assert.deepEqual([heapUsed, heapLimit, rss], [1, 4, 9]);
  });

  it('this process has numbers that fit together', () => {
    const { heapUsed, heapLimit, rss } = processMemory();
    assert.ok(heapUsed > 0 && heapLimit > heapUsed && rss > MB, `${heapUsed} ${heapLimit} ${rss}`);
  });
});

describe('health: leases', () => {
  it('three renewals in a row with under 30 % left are told; two, or two and a good one, are not', () => {
    const { health, calm, told, edges } = watch();
    const renew = (...left: number[]): void => {
      for (const seconds of left) health.noteMargin('charge', seconds, 5);
      calm(1);
    };
    renew(1.4, 1.4);
    renew(1.5);
    renew(1.4, 1.4);
    assert.deepEqual(told(), []);
    renew(1);
    assert.deepEqual([edges[0]?.value, edges[0]?.threshold], [20, 30]);
    assert.deepEqual(told(), ['margin warning raised']);
    assert.equal(health.report().marginLeast, 20);
  });

  it('roles are counted apart', () => {
    const { health, calm, told } = watch();
    for (const role of ['charge', 'load', 'contactor']) for (let i = 0; i < 2; i++) health.noteMargin(role, 0.5, 5);
    calm(1);
    assert.deepEqual(told(), []);
    health.noteMargin('load', 0.5, 5);
    calm(1);
    assert.deepEqual(told(), ['margin warning raised']);
  });

  it('it is over after a minute without such a renewal', () => {
    const { health, calm, told } = watch();
    for (let i = 0; i < 4; i++) {
      health.noteMargin('charge', 0, 5);
      calm(1);
    }
    assert.deepEqual(told(), ['margin warning raised']);
    for (let i = 0; i < 58; i++) {
      health.noteMargin('charge', 4, 5);
      calm(1);
    }
    assert.deepEqual(told(), []);
    calm(2);
    assert.deepEqual(told(), ['margin warning cleared']);
    assert.equal(health.report().marginLeast, 80);
  });

  it('a lease that had ended had nothing left; a lease without length says nothing', () => {
    const { health } = watch();
    health.noteMargin('charge', 3, 0);
    health.noteMargin('charge', Number.NaN, 5);
    assert.equal(health.report().marginLeast, null);
    health.noteMargin('charge', -7, 5);
    assert.equal(health.report().marginLeast, 0);
  });

  it('the oldest value of the last minute is shown', () => {
    const { health, calm } = watch();
    assert.equal(health.report().ageWorst, null);
    health.noteAge('house', 1.2);
    health.noteAge('boat', 3.4);
    health.noteAge('boat', Infinity);
    health.noteAge('house', 0.3);
    assert.equal(health.report().ageWorst, 3.4);
    calm(62);
    assert.equal(health.report().ageWorst, null);
  });
});

describe('health: storms', () => {
  it('told when messages are shed, with how many, and over after a minute without', () => {
    const { health, calm, told, edges } = watch();
    health.noteShed(0);
    calm(1);
    assert.deepEqual(told(), []);
    health.noteShed(70);
    health.noteShed(30);
    calm(1);
    assert.equal(edges[0]?.value, 100);
    assert.deepEqual(told(), ['storm warning raised']);
    for (let i = 0; i < 30; i++) {
      health.noteShed(1000);
      calm(1);
    }
    calm(59);
    assert.deepEqual(told(), []);
    calm(1);
    assert.equal(edges[0]?.duration, 90);
    assert.deepEqual(told(), ['storm warning cleared']);
    assert.equal(health.report().shed, 30_100);
  });
});

describe('health: the watch itself', () => {
  it('keeps one timer, and none after it is closed', () => {
    const { clock, health, told } = watch();
    assert.equal(clock.ticks.size, 1);
    health.noteShed(1);
    health.close();
    assert.equal(clock.ticks.size, 0);
    clock.tick(100);
    assert.deepEqual(told(), []);
  });

  it('a listener that throws keeps nobody else from being told; one that has left is not told', () => {
    const { clock, health, told } = watch();
    health.onEdge(() => assert.fail('broken'));
    const late: string[] = [];
    const leave = health.onEdge((e) => late.push(e.edge));
    clock.tick(2);
    assert.deepEqual(told(), ['lag warning raised']);
    leave();
    for (let i = 0; i < 70; i++) clock.tick();
    assert.deepEqual(told(), ['lag warning cleared']);
    assert.deepEqual(late, ['raised']);
  });

  it('the worst comes first among what is raised', () => {
    const { clock, memory, health } = watch();
    clock.tick(2);
    memory.heapUsed = 99 * MB;
    clock.tick();
    assert.deepEqual(
      health.active().map((e) => `${e.code} ${e.severity}`),
      ['memory alarm', 'lag warning'],
    );
  });

  it('the report is flat, and each one is a fresh object', () => {
    const { health, calm } = watch();
    calm(3);
    for (const [name, value] of Object.entries(health.report())) {
      assert.ok(value === null || typeof value === 'number', name);
    }
    assert.notEqual(health.report(), health.report());
  });

  it('whatever happens, each code is raised and cleared in turns, and everything is over in the end', () => {
    const event = fc.oneof(
      fc.record({ late: fc.double({ min: 0, max: 10, noNaN: true }) }),
      fc.record({ heap: fc.integer({ min: 0, max: 100 }) }),
      fc.record({ left: fc.double({ min: -1, max: 5, noNaN: true }) }),
      fc.record({ shed: fc.integer({ min: 0, max: 1e6 }) }),
    );
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), (events) => {
        const { clock, memory, health, edges, calm } = watch();
        for (const one of events) {
          if ('heap' in one) memory.heapUsed = one.heap * MB;
          if ('left' in one) health.noteMargin('charge', one.left, 5);
          if ('shed' in one) health.noteShed(one.shed);
          clock.tick(1 + ('late' in one ? one.late : 0));
        }
        memory.heapUsed = MB;
        calm(130);
        assert.deepEqual(health.active(), []);
        for (const code of ['lag', 'memory', 'margin', 'storm']) {
          const levels = ['cleared', 'warning', 'alarm'];
          let level = 0;
          for (const edge of edges.filter((e) => e.code === code)) {
            const next = edge.edge === 'cleared' ? 0 : levels.indexOf(edge.severity);
            assert.ok(next === 0 ? level > 0 : next > level, `${code}: ${levels[level]} → ${levels[next]}`);
            level = next;
          }
          assert.equal(level, 0);
        }
      }),
      { numRuns: 200 },
    );
  });
});

describe('the worst of a minute', () => {
  it('is what looking at all of the last minute gives', () => {
    const note = fc.tuple(fc.integer({ min: 0, max: 20 }), fc.integer({ min: -50, max: 50 }));
    fc.assert(
      fc.property(fc.array(note, { maxLength: 200 }), (notes) => {
        const worst = new WorstOfMinute();
        const all: { at: number; value: number }[] = [];
        let now = 0;
        for (const [after, value] of notes) {
          now += after;
          worst.note(value, now);
          all.push({ at: now, value });
          const inside = all.filter(({ at }) => now - at <= 60).map((one) => one.value);
          assert.equal(worst.worst(now), Math.max(...inside));
        }
        assert.equal(worst.worst(now + 61), null);
      }),
    );
  });
});
