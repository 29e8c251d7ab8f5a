/**
 * What is counted and learned of a battery, at the engine's edge: whatever is told, in whatever order, with whatever gaps and
 * restarts, the numbers stay numbers, and nothing that was counted is lost or counted twice.
 */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { PackEngine, type PackMemory } from '../../../src/engine/pack-engine.ts';
import type { Given } from '../../../src/engine/pack/validate.ts';
import type { Observation } from '../../../src/engine/reading/observation.ts';
import { PROFILE_IDS, type ProfileId } from '../../../src/engine/vocabulary.ts';
import { figuresDetail } from '../../../src/runtime/figures-payload.ts';
import { readingPayload, type ReadingPayload } from '../../../src/runtime/reading-payload.ts';
import { settingsOf } from '../../support/pack.ts';

/** A moment in November 2023, and one on a machine whose clock nobody has set. */
const NOW = 1_700_000_000_000;
const UNSET = 60_000;

const HOUR = 3600;

/** One engine over restarts, and the clock that it lives by. */
class Battery {
  engine: PackEngine;
  now = 1000;
  wall = NOW;
  readonly #profile: ProfileId;
  given: Given;

  constructor(profile: ProfileId, given: Given, memory: PackMemory | null = null) {
    this.#profile = profile;
    this.given = given;
    this.engine = this.#start(memory, 0);
  }

  #start(memory: PackMemory | null, memoryAt: number): PackEngine {
    const settings = settingsOf(this.#profile, this.given);
    return new PackEngine(settings, { name: 'test', memory, memoryAt, firstClose: true, precharged: true });
  }

  hear(seen: Observation, source = 'device'): this {
    this.engine.observe(source, seen, this.now);
    return this;
  }

  /** @returns the payload after `seconds` */
  look(seconds = 0): ReadingPayload {
    this.now += seconds;
    this.wall += 1000 * seconds;
    const reading = this.engine.reading(this.now, this.wall);
    this.engine.protection.step(reading, this.now);
    return readingPayload(reading, this.engine);
  }

  /** Time passes, and then a device tells everything. */
  say(seconds: number, { current, cell }: Told): ReadingPayload {
    this.now += seconds;
    this.wall += 1000 * seconds;
    this.hear(whole(this.engine, current, cell));
    return this.look();
  }

  /** As it comes back from the store. */
  remembered(): PackMemory {
    return JSON.parse(JSON.stringify(this.engine.memory(this.now))) as PackMemory;
  }

  /** The process ends, and another one begins so much later. */
  restart(seconds: number, given = this.given): this {
    const memory = this.remembered();
    this.given = given;
    this.engine = this.#start(memory, this.now);
    this.now += seconds;
    this.wall += 1000 * seconds;
    return this;
  }

  get counted(): { readonly ah: number; readonly wh: number } {
    const { chargedAh, dischargedAh, chargedWh, dischargedWh } = this.engine.figures.counters.total;
    return { ah: chargedAh - dischargedAh, wh: chargedWh - dischargedWh };
  }
}

interface Told {
  readonly current: number;
  /** V of every cell. */
  readonly cell: number;
}

function whole(engine: PackEngine, current: number | null, cell: number): Observation {
  const count = engine.figures.settings.cells;
  return {
    cells: Array.from({ length: count }, (_, k) => ({ cell: k + 1, voltage: cell })),
    voltage: count * cell,
    temperatures: [20],
    current,
    hardware: { cellCommunication: true },
  };
}

/** What never goes back, by any path. */
const COUNTERS = ['chargedAh', 'dischargedAh', 'chargedWh', 'dischargedWh', 'cycles'] as const;

function assertSound(payload: ReadingPayload, battery: Battery, before: ReadingPayload | null): void {
  const { soc, socUncertainty } = payload;
  if (soc !== null) assert.ok(typeof soc === 'number' && soc >= 0 && soc <= 100, `SOC is ${soc}`);
  if (socUncertainty !== null) assert.ok(Number(socUncertainty) >= 0 && Number(socUncertainty) <= 100);
  assertTold(payload, 'payload');
  assertTold(figuresDetail(battery.engine.figures), 'figures');
  if (before === null) return;
  for (const name of COUNTERS) {
    assert.ok(Number(payload[name]) >= Number(before[name]), `${name} went from ${before[name]} to ${payload[name]}`);
  }
}

/** Nothing but finite numbers, words, truths and `null`. */
function assertTold(told: unknown, where: string): void {
  if (typeof told === 'number') assert.ok(Number.isFinite(told), `${where} is ${told}`);
  else if (typeof told === 'object' && told !== null) {
    for (const [name, value] of Object.entries(told)) assertTold(value, `${where}.${name}`);
  } else assert.ok(told === null || ['string', 'boolean'].includes(typeof told), `${where} is ${typeof told}`);
}

/** Numbers at which something happens, and what is no measurement at all. */
const VOLTS = [0, 0.5, 1.9, 2.4, 2.75, 3.0, 3.2, 3.3, 3.34, 3.45, 3.5, 3.56, 3.65, 4.2, 5.5, -1, null];
const AMPERES = [0, 0.004, -0.3, 1, 5, 20, -20, 100, -100, 600, -650, 20_000, 1e9, null];
const DEGREES = [-60, -10, 0, 19.5, 25, 52, 80, 150, null];

const doings = fc.record({
  /** Who says what; `again`: nothing new, polled; `silent`: nothing at all. */
  way: fc.constantFrom('whole', 'whole', 'whole', 'cell by cell', 'shunt', 'no current', 'again', 'silent', 'restart'),
  after: fc.constantFrom(0, 0.2, 0.2, 1, 1, 1, 5, 59, 61, 600, 3600, 3601, 90_000, 1e9),
  times: fc.constantFrom<number[]>(1, 1, 2, 20, 130),
  volts: fc.array(fc.constantFrom(...VOLTS), { minLength: 1, maxLength: 3 }),
  current: fc.constantFrom(...AMPERES),
  degrees: fc.constantFrom(...DEGREES),
  /** %, of a device or (`true`) the owner. */
  soc: fc.option(fc.tuple(fc.constantFrom(0, 3, 50, 99.5, 100, 101), fc.boolean())),
  clock: fc.constantFrom(null, null, null, UNSET, NOW - 200_000_000, NOW + 9e11),
  zero: fc.boolean(),
});
type Doing = typeof doings extends fc.Arbitrary<infer T> ? T : never;

function observed(engine: PackEngine, doing: Doing, turn: number): Observation {
  const { volts, current, degrees, soc } = doing;
  const count = engine.figures.settings.cells;
  const voltage = (k: number): number | null => volts[k % volts.length] ?? null;
  const own = soc !== null && !soc[1] ? { soc: soc[0] } : {};
  if (doing.way === 'shunt') return { current, voltage: 3.3 * count, ...own };
  const known = doing.way === 'no current' ? {} : { current };
  if (doing.way === 'cell by cell') {
    const k = turn % count;
    return { cells: [{ cell: k + 1, voltage: voltage(k), temperature: degrees }], cellCount: count, ...known, ...own };
  }
  const cells = Array.from({ length: count }, (_, k) => ({ cell: k + 1, voltage: voltage(k) }));
  return { cells, temperatures: [degrees], voltage: 3.3 * count, ...known, ...own };
}

function follow(battery: Battery, doing: Doing, others: readonly Given[]): void {
  const { way, after, times, soc, clock, zero } = doing;
  const { engine } = battery;
  if (clock !== null) battery.wall = clock;
  if (soc?.[1] === true) engine.seedSoc(soc[0] / 100);
  if (zero) engine.zeroCurrent(battery.now);
  if (way === 'restart') battery.restart(after, others[times % others.length]);
  let before = battery.look();
  for (let turn = 0; turn < times; turn++) {
    battery.now += after;
    battery.wall += 1000 * after;
    if (way !== 'again' && way !== 'silent' && way !== 'restart') {
      battery.hear(observed(battery.engine, doing, turn), way === 'shunt' ? 'shunt' : 'device');
    }
    const payload = battery.look();
    assertSound(payload, battery, before);
    before = payload;
  }
}

/** Settings that a restart may bring, beside those that were there. */
const SIZES: readonly Given[] = [
  { cells: 4, capacity: 100 },
  { cells: 1, capacity: 2.5 },
  { cells: 4, capacity: 110, capacityShare: 75, temperatureCompensation: 'yes', reserveSoc: 20 },
  { cells: 8, capacity: 100_000, countBy: 'energy', selfConsumption: 10 },
  { cells: 16, capacity: 0.5, currentBlindSpot: 1, peukertExponent: 1.1, chargeEfficiency: 97 },
  { cells: 4, capacity: 12, fullTime: 0, fullTailCurrent: 'off', balanceCurrent: 1, residualDrain: 0.01 },
];

/** A pack that is used, second by second or slower, with nothing missing and no cell at either end. */
const usedBy = (...seconds: readonly number[]) =>
  fc.array(
    fc.record({
      seconds: fc.constantFrom(...seconds),
      current: fc.double({ min: -80, max: 80, noNaN: true }),
      cell: fc.double({ min: 3.1, max: 3.4, noNaN: true }),
    }),
    { minLength: 2, maxLength: 60 },
  );
const used = usedBy(1, 2, 10, 60, 600);
/** Voltages that stand for many minutes are compared in each of them, so that it matters which minute one belongs to. */
const quickly = usedBy(1, 2, 10, 60);

const PLAIN: Given = { cells: 4, capacity: 100, fullTailCurrent: 5 };

function assertNear(found: number, expected: number, most: number, what: string): void {
  assert.ok(Math.abs(found - expected) <= most, `${what} is ${found}, not ${expected} ± ${most}`);
}

describe('what is counted and learned of a battery', function () {
  // Many sequences; a slow or busy machine needs more than the usual time.
  this.timeout(60_000);

  it('123-R5 ECS-3 whatever is told, SOC stays within 0 and 100 %, counters never go back and numbers are numbers', () => {
    const some = fc.tuple(
      fc.constantFrom(...PROFILE_IDS),
      fc.constantFrom(...SIZES),
      fc.array(doings, { maxLength: 8 }),
    );
    fc.assert(
      fc.property(some, ([profile, given, list]) => {
        const battery = new Battery(profile, given);
        for (const doing of list) follow(battery, doing, SIZES);
        // And it is believed after a restart.
        const { estimator, learner } = battery.remembered();
        const again = battery.restart(1).remembered();
        assert.deepEqual(again.estimator, estimator);
        assert.deepEqual(again.learner, learner);
      }),
      { numRuns: 250 },
    );
  });

  it('the same for 255 cells, told one a frame', () => {
    const list = fc.array(doings, { maxLength: 3 });
    const large: Given = { cells: 255, capacity: 300 };
    fc.assert(
      fc.property(list, (all) => {
        const battery = new Battery('lifepo4', large);
        for (const doing of all) follow(battery, { ...doing, way: 'cell by cell', times: 10 }, [large]);
      }),
      { numRuns: 20 },
    );
  });

  it('ECS-3 123-R10 charged less discharged is what was told, in Ah, and in Wh at the voltages that were told', () => {
    fc.assert(
      fc.property(used, (moments) => {
        const battery = new Battery('lifepo4', PLAIN);
        let before: Told = { current: 0, cell: 3.3 };
        battery.say(1, before);
        let [ah, least, most] = [0, 0, 0];
        for (const { seconds, ...told } of moments) {
          battery.say(seconds, told);
          const charge = (((before.current + told.current) / 2) * seconds) / HOUR;
          const volts = [4 * before.cell, 4 * told.cell].map((voltage) => charge * voltage);
          ah += charge;
          least += Math.min(...volts);
          most += Math.max(...volts);
          before = told;
        }
        const { counted } = battery;
        assertNear(counted.ah, ah, 1e-9 * (1 + Math.abs(ah)), 'Ah');
        assert.ok(counted.wh >= least - 1e-6 && counted.wh <= most + 1e-6, `${counted.wh} Wh, not ${least} to ${most}`);
      }),
      { numRuns: 200 },
    );
  });

  it('123-R5 a poll in between, with values on the straight line, changes nothing', () => {
    fc.assert(
      fc.property(quickly, fc.double({ min: 0.1, max: 0.9, noNaN: true }), (moments, share) => {
        const [plain, split] = [new Battery('lifepo4', PLAIN), new Battery('lifepo4', PLAIN)];
        let before: Told = { current: 0, cell: 3.3 };
        for (const battery of [plain, split]) {
          battery.engine.seedSoc(0.5);
          battery.say(1, before);
        }
        let apart = 0;
        for (const { seconds, ...told } of moments) {
          const between = (key: keyof Told): number => before[key] + (told[key] - before[key]) * share;
          const own = plain.say(seconds, told);
          split.say(share * seconds, { current: between('current'), cell: between('cell') });
          const other = split.say((1 - share) * seconds, told);
          const charge = (Math.abs(before.current) + Math.abs(told.current)) * (seconds / HOUR);
          apart += charge * 4 * Math.abs(told.cell - before.cell);
          before = told;
          assertNear(Number(other.soc), Number(own.soc), SPLIT_SOC, 'SOC');
        }
        assertNear(split.counted.ah, plain.counted.ah, 1e-9, 'Ah');
        assertNear(split.counted.wh, plain.counted.wh, 1e-6 + apart, 'Wh');
      }),
      { numRuns: 200 },
    );
  });

  it('123-R17 a restart in between goes on: what was counted is kept, and only the gap is not known', () => {
    fc.assert(
      fc.property(quickly, quickly, fc.constantFrom(0, 1, 30), (first, later, gap) => {
        const [kept, other] = [new Battery('lifepo4', PLAIN), new Battery('lifepo4', PLAIN)];
        for (const battery of [kept, other]) battery.engine.seedSoc(0.5);
        for (const { seconds, ...told } of first) for (const battery of [kept, other]) battery.say(seconds, told);
        const { current, cell } = first.at(-1)!;
        const before = kept.counted;
        const own = kept.say(gap, { current, cell });
        const { figures } = other.remembered();
        other.restart(gap);
        assert.deepEqual(other.remembered().figures, figures);
        const back = other.say(0, { current, cell });
        const missed = (Math.abs(current) * gap) / HOUR;
        assertNear(Number(back.soc), Number(own.soc), missed + RESTART_SOC, 'SOC');
        assertNear(other.counted.ah, before.ah, 1e-9, 'Ah');
        for (const { seconds, ...told } of later) {
          const [mine, its] = [kept.say(seconds, told), other.say(seconds, told)];
          assertNear(Number(its.soc), Number(mine.soc), missed + RESTART_SOC, 'SOC');
        }
        assertNear(kept.counted.ah - other.counted.ah, (current * gap) / HOUR, 1e-9, 'Ah');
      }),
      { numRuns: 150 },
    );
  });

  it('a damaged memory is believed where it can be, and nothing comes of it but numbers', () => {
    const battery = new Battery('lifepo4', PLAIN);
    battery.engine.seedSoc(0.5);
    for (let t = 0; t < 700; t++) battery.say(1, { current: t % 40 < 20 ? -30 : 10, cell: t % 40 < 20 ? 3.25 : 3.35 });
    const memory: unknown = JSON.parse(JSON.stringify(battery.engine.memory(battery.now)));
    const places = placesOf(memory);
    const damage = fc.oneof(
      fc.constantFrom(0, -1, 1e-300, 1e15, 1e300, -1e300, null, '', true, [], {}),
      fc.double({ noNaN: true }),
    );
    const damages = fc.array(fc.tuple(fc.constantFrom(...places), damage), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(damages, fc.array(doings, { maxLength: 2 }), (all, list) => {
        const found = JSON.parse(JSON.stringify(memory)) as Node;
        for (const [place, value] of all) put(found, place, value);
        const other = new Battery('lifepo4', PLAIN, found as unknown as PackMemory);
        let before: ReadingPayload | null = null;
        for (let t = 0; t < 70; t++) {
          const payload = other.say(1, { current: 20, cell: 3.35 });
          if (t % 10 === 0) assertSound(payload, other, before);
          before = payload;
        }
        // Whatever it was, it does not stay: the owner's word is taken.
        other.engine.seedSoc(0.4);
        assertNear(Number(other.say(1, { current: 0, cell: 3.3 }).soc), 40, 1, 'SOC');
        for (const doing of list) follow(other, { ...doing, times: 2 }, [PLAIN]);
      }),
      { numRuns: 200 },
    );
  });

  it('OGT-11 VLB-21 what began with a cut goes on over a restart: the reserve, the cut and how often', () => {
    const given: Given = { ...PLAIN, residualDrain: 0.1 };
    const battery = new Battery('lifepo4', given);
    for (let t = 0; t < 7200; t += 5) battery.say(5, { current: 0, cell: 2.4 });
    const reserve = (): number => battery.engine.figures.reserve.remaining;
    assert.equal(battery.engine.protection.isRaised('cell-undervoltage'), true);
    const left = reserve();
    assert.ok(left > 0 && left < 0.85, `${left} Ah are left`);
    battery.restart(10).say(1, { current: 0, cell: 2.4 });
    assertNear(reserve(), left, 0.001, 'the reserve');

    const full = new Battery('lifepo4', given);
    for (let t = 0; t < 60; t++) full.say(1, { current: 5, cell: 3.9 });
    const cuts = (): number => JSON.parse(JSON.stringify(full.engine.figures.state())).chargeCuts.hours[0];
    assert.equal(cuts(), 1);
    full.restart(10).say(1, { current: 0, cell: 3.9 });
    assert.equal(cuts(), 1);
  });
});

/** A poll in between sees voltages that the other does not, and what a switched load shows of the resistance (%). */
const SPLIT_SOC = 0.5;
/** The minute in which the process ended was counted, but not compared with the voltage; minutes begin anew after it (%). */
const RESTART_SOC = 1;

type Node = { [key: string]: unknown };

/** Ways to all the numbers, and to what holds them, of what counts; protection has properties of its own. */
function placesOf(memory: unknown): string[][] {
  const { soc, estimator, learner, figures } = memory as Node;
  const places: string[][] = [];
  const walk = (node: unknown, place: string[]): void => {
    if (place.length > 0) places.push(place);
    if (typeof node !== 'object' || node === null) return;
    for (const [key, value] of Object.entries(node)) walk(value, [...place, key]);
  };
  walk({ soc, estimator, learner, figures }, []);
  return places;
}

function put(memory: Node, place: readonly string[], value: unknown): void {
  let node: unknown = memory;
  for (const key of place.slice(0, -1)) node = (node as Node | null | undefined)?.[key];
  if (typeof node === 'object' && node !== null) (node as Node)[place.at(-1)!] = value;
}
