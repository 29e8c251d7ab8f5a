/**
 * Every state that a rule, and the permissions together, can get into: found breadth first by playing inputs to the real
 * protection, second by second, until no input leads anywhere new. A state is what can be seen from outside (the decision,
 * the memory) and what the past can still do (how long something has lasted, up to the longest delay that is set).
 */
import assert from 'node:assert/strict';
import type { Given } from '../../src/engine/pack/validate.ts';
import type { Decision } from '../../src/engine/protection/decision.ts';
import { Protection } from '../../src/engine/protection/protection.ts';
import { emptyReading, type Reading } from '../../src/engine/reading/reading.ts';
import { PERMISSION_ROLES, type PermissionRole, type ProfileId } from '../../src/engine/vocabulary.ts';
import { settingsOf } from '../support/pack.ts';

/** A pack of two cells with everything else at rest. `null`: not known. */
interface Seen {
  readonly low?: number | null;
  readonly high?: number | null;
  /** The extremes speak for every cell. */
  readonly whole?: boolean;
  readonly current?: number | null;
  readonly shortCircuit?: boolean;
}

function readingOf({ low = 3.3, high = 3.3, whole = true, current = 0, shortCircuit = false }: Seen): Reading {
  const reading = emptyReading('test', 2, 0);
  const age = 0;
  const source = 'test';
  reading.cellMin = { value: low, age, source, cell: 1, whole: whole && low !== null };
  reading.cellMax = { value: high, age, source, cell: 2, whole: whole && high !== null };
  reading.voltage = { value: 6.6, age, source };
  reading.current = { value: current, age, source };
  reading.temperatureMin = { value: 20, age, source, cell: null, whole: true };
  reading.temperatureMax = { value: 20, age, source, cell: null, whole: true };
  reading.soc = { value: 50, age, source, uncertainty: null };
  reading.hardware = { cellCommunication: true, shortCircuit };
  return reading;
}

interface Input {
  readonly name: string;
  /** `null`: the device says nothing, only time passes. */
  readonly reading: Reading | null;
  readonly button?: 'reset' | 'on' | 'off';
  /** Seconds; one where nothing is said. */
  readonly seconds?: number;
}

/** A protection, and what a test keeps beside it. */
abstract class World {
  abstract readonly inputs: readonly Input[];
  readonly protection: Protection;
  now = 1000;

  constructor(id: ProfileId, given: Given) {
    this.protection = new Protection(settingsOf(id, { cells: 2, ...given }), { firstClose: true });
  }

  play(input: Input): void {
    const { reading, button, seconds = 1 } = input;
    this.now += seconds;
    if (button === 'reset') this.protection.reset();
    else if (button !== undefined) this.protection.remote = button === 'on';
    if (reading === null) this.protection.tick(this.now);
    else this.protection.step(reading, this.now);
  }

  get decision(): Decision {
    return this.protection.decision(this.now);
  }

  /** What is seen from outside, without the time of day. */
  get outside(): string {
    const { roles, latched, active, preAlarm } = this.decision;
    const shown = PERMISSION_ROLES.map((role) => roles[role].reason ?? '+');
    const { permissions } = this.protection.memory(this.now);
    return JSON.stringify([shown, latched, active.map((e) => e.row), preAlarm, permissions]);
  }

  /** Plays the input and asserts what must hold after it. */
  abstract step(input: Input): void;
  /** The same without asserting: on the way to a state that is known. */
  abstract again(input: Input): void;
  /** The state, in so far as it decides about what comes. */
  abstract get key(): string;
}

interface Found {
  readonly states: number;
  readonly transitions: number;
}

function explore(make: () => World, atEveryState?: (path: readonly Input[]) => void): Found {
  const seen = new Set<string>();
  const queue: (readonly Input[])[] = [[]];
  let transitions = 0;
  const start = make();
  seen.add(start.key);
  for (let i = 0; i < queue.length; i++) {
    const path = queue[i]!;
    atEveryState?.(path);
    for (const input of start.inputs) {
      const world = make();
      for (const before of path) world.again(before);
      try {
        world.step(input);
      } catch (error) {
        const way = [...path, input].map(({ name }) => name).join(' → ');
        throw new Error(`${(error as Error).message}\n    on the way ${way}`, { cause: error });
      }
      transitions++;
      const { key } = world;
      if (seen.has(key)) continue;
      seen.add(key);
      queue.push([...path, input]);
      assert.ok(seen.size < 60_000, 'there is no end of states');
    }
  }
  return { states: seen.size, transitions };
}

// ---- one rule

type Region = 'clear' | 'band' | 'beyond' | 'unknown';

interface RuleCase {
  readonly title: string;
  readonly id: ProfileId;
  readonly given: Given;
  readonly row: string;
  readonly role: PermissionRole;
  readonly delay: number;
  readonly clearDelay: number;
  readonly latch?: true;
  readonly gate?: true;
  /** Another row must have been raised for so long first. */
  readonly wait?: number;
  /** What is said for a value in the region. */
  readonly say: (region: Region) => Seen;
  /** Values may be known for a part of the pack. */
  readonly parts?: true;
}

/** Nothing else than the rule that is looked at shall act. */
const QUIET: Given = {
  preAlarmMode: 'off',
  onPlausibility: 'ignore',
  onFrozen: 'ignore',
  retries: 'off',
  contactorDelay: 0,
  communicationTimeoutCharge: 600,
  communicationTimeoutLoad: 3600,
};
const high = (region: Region, clear: number, band: number, beyond: number): Seen =>
  region === 'unknown' ? { low: null, high: null } : { high: { clear, band, beyond }[region] };
const low = (region: Region, clear: number, band: number, beyond: number): Seen =>
  region === 'unknown' ? { low: null, high: null } : { low: { clear, band, beyond }[region] };

const RULES: readonly RuleCase[] = [
  ...[0, 1, 2, 3].flatMap((delay) =>
    [0, 2].map(
      (clearDelay): RuleCase => ({
        title: `trips after ${delay} s, clears after ${clearDelay} s`,
        id: 'lifepo4',
        given: { cellOvervoltageDelay: delay, cellOvervoltageClearDelay: clearDelay, cellOvervoltageCritical: 'off' },
        row: 'cell-overvoltage',
        role: 'charge',
        delay,
        clearDelay,
        say: (region) => high(region, 3.3, 3.5, 3.7),
        parts: true,
      }),
    ),
  ),
  {
    title: 'a latch',
    id: 'lifepo4',
    given: {
      latchCritical: 'yes',
      cellOvervoltageCriticalDelay: 2,
      cellOvervoltageCriticalClearDelay: 2,
      precharge: 'external',
    },
    row: 'cell-overvoltage-critical',
    role: 'contactor',
    delay: 2,
    clearDelay: 2,
    latch: true,
    say: (region) => high(region, 3.3, 3.64, 3.95),
    parts: true,
  },
  {
    title: 'a gate',
    id: '123smartbms',
    given: { mode: 'critical', cellOvervoltageDelay: 2, cellOvervoltageClearDelay: 2 },
    row: 'cell-overvoltage',
    role: 'charge',
    delay: 2,
    clearDelay: 2,
    gate: true,
    say: (region) => high(region, 3.3, 3.62, 3.7),
    parts: true,
  },
  {
    title: 'a row that waits for another',
    id: 'lifepo4',
    given: {
      preAlarmMode: 'continuous',
      preAlarmMinimum: 3,
      preAlarmDelay: 0,
      preAlarmClearDelay: 0,
      preAlarmClear: 3.2,
      cellUndervoltageCritical: 'off',
      cellUndervoltageDelay: 2,
      cellUndervoltageClearDelay: 2,
    },
    row: 'cell-undervoltage',
    role: 'load',
    delay: 2,
    clearDelay: 2,
    wait: 3,
    // The band is the pre-alarm's own: it is raised where the cell trips, and stays until the cell is clear.
    say: (region) => low(region, 3.3, 3.15, 2.7),
    parts: true,
  },
  ...(['stop-both', 'ignore'] as const).map(
    (onSensor): RuleCase => ({
      title: `a sensor whose loss means ${onSensor}`,
      id: 'lifepo4',
      given: {
        onSensor,
        chargeCurrentMax: 50,
        chargeCurrentMaxClear: 40,
        chargeCurrentMaxDelay: 2,
        chargeCurrentMaxClearDelay: 2,
      },
      row: 'charge-overcurrent',
      role: 'charge',
      delay: 2,
      clearDelay: 2,
      say: (region) => ({ current: { clear: 0, band: 45, beyond: 60, unknown: null }[region] }),
    }),
  ),
];

/** What one rule is to do, from the description of the rule table; seconds are counted, not measured. */
class RuleModel {
  raised = false;
  held = false;
  released = false;
  /** Seconds the trip condition has lasted, `null` while it does not. */
  bad: number | null = null;
  /** Seconds the clear condition has lasted while raised. */
  good: number | null = null;
  /** Seconds the warning before it has been raised, `null` while it is not. */
  warned: number | null = null;
  readonly #of: RuleCase;

  constructor(of: RuleCase) {
    this.#of = of;
  }

  hear(region: Region, whole: boolean): void {
    const { delay, clearDelay, latch, wait } = this.#of;
    if (this.warned === null) this.warned = region === 'beyond' ? 0 : null;
    else this.warned = region === 'clear' && whole ? null : this.warned + 1;
    if (this.raised) {
      // Not known to be clear for the whole pack: it stays, and a reset before that counts for nothing.
      if (region !== 'clear' || !whole) {
        this.good = null;
        this.held = this.released = false;
        return;
      }
      this.good = this.good === null ? 0 : this.good + 1;
      if (this.good < clearDelay) return;
      if (latch === true && !this.released) this.held = true;
      else this.#end();
      return;
    }
    if (region === 'beyond') this.bad = this.bad === null ? 0 : this.bad + 1;
    else if (region !== 'unknown' && whole) this.bad = null;
    else if (this.bad !== null) this.bad += 1;
    if (this.bad === null || this.bad < delay) return;
    if (wait !== undefined && (this.warned === null || this.warned < wait)) return;
    this.raised = true;
    this.good = null;
  }

  reset(): void {
    if (this.held) this.released = true;
  }

  #end(): void {
    this.raised = this.held = this.released = false;
    this.bad = this.good = null;
  }
}

class RuleWorld extends World {
  readonly inputs: readonly Input[];
  readonly #of: RuleCase;
  readonly #model: RuleModel;
  #last = '';

  constructor(of: RuleCase, inputs: readonly Input[]) {
    super(of.id, { ...QUIET, ...of.given });
    this.#of = of;
    this.inputs = inputs;
    this.#model = new RuleModel(of);
    this.again(inputs[0]!);
  }

  again(input: Input): void {
    this.play(input);
    const [region, part] = input.name.split(' ') as [Region, string | undefined];
    if (input.button === 'reset') this.#model.reset();
    this.#model.hear(region, part !== 'part' && region !== 'unknown');
    this.#last = input.name;
  }

  step(input: Input): void {
    const { row, role, gate } = this.#of;
    const before = this.protection.allowed(role);
    this.again(input);
    const { active, latched, roles } = this.decision;
    const raised = active.some((e) => e.row === row);
    // A gate may also be raised because it is waited for; by a trip it is raised exactly when the model is.
    if (gate !== true || before) assert.equal(raised, this.#model.raised, `${row} is ${raised ? '' : 'not '}raised`);
    if (gate !== true) assert.equal(latched.includes(row), this.#model.held, `${row}: held`);
    if (this.#model.raised) assert.equal(roles[role].allowed, false, `${role} is on although ${row} is raised`);
    if (raised) assert.equal(roles[role].allowed, false);
    // It comes back only when what it looks at is seen to be good.
    if (!before && roles[role].allowed)
      assert.equal(input.name.split(' ')[0], 'clear', `${role} came on at ${input.name}`);
    // Nothing but a trip takes it away.
    if (before && !roles[role].allowed) assert.ok(this.#model.raised, `${role} went off without a trip`);
  }

  get key(): string {
    const { delay, clearDelay, wait = 0 } = this.#of;
    const { raised, held, released, bad, good, warned } = this.#model;
    const capped = (n: number | null, most: number): number | null => (n === null ? null : Math.min(n, most));
    const past = [raised, held, released, capped(bad, delay), capped(good, clearDelay), capped(warned, wait)];
    return JSON.stringify([past, this.#last, this.outside]);
  }
}

// ---- the permissions together

interface SystemCase {
  readonly title: string;
  readonly given: Given;
  readonly inputs: readonly Input[];
  /** Where no precharge is set, nobody vouches for one: the contactor must stay open. */
  readonly neverCloses?: true;
  /** Seconds up to which the past is told apart: longer than every delay that is set. */
  readonly memory?: number;
}

const say = (name: string, seen: Seen, more: Partial<Input> = {}): Input => ({
  name,
  reading: readingOf(seen),
  ...more,
});

const GOOD = say('good', {});
const BAND = say('band', { high: 3.5, low: 3.0 });
const HIGH = say('high', { high: 3.7 });
const LOW = say('low', { low: 2.7 });
const BOTH = say('high and low', { high: 3.7, low: 2.7 });
const CRITICAL = say('critical', { high: 3.95 });
const SHORT = say('short circuit', { shortCircuit: true });
const PART = say('a cell is lost', { whole: false });
const SILENT: Input = { name: 'silence', reading: null };
const OFF = say('remote off', {}, { button: 'off' });
const ON = say('remote on', {}, { button: 'on' });
const RESET = say('reset', {}, { button: 'reset' });

const FAST: Given = {
  ...QUIET,
  cellOvervoltageDelay: 0,
  cellOvervoltageClearDelay: 1,
  cellUndervoltageDelay: 0,
  cellUndervoltageClearDelay: 1,
  cellUndervoltageCritical: 'off',
  cellOvervoltageCriticalDelay: 0,
  cellOvervoltageCriticalClearDelay: 1,
  communicationTimeoutCharge: 2,
  communicationTimeoutLoad: 3,
  precharge: 'external',
};

const SYSTEMS: readonly SystemCase[] = [
  {
    title: 'contactor with delay, precharge by a resistor, latch, silence, remote',
    given: { ...FAST, contactorDelay: 2, precharge: 'resistor', prechargeTime: 2, latchCritical: 'yes' },
    inputs: [GOOD, BAND, HIGH, LOW, CRITICAL, SHORT, PART, SILENT, OFF, ON, RESET],
  },
  {
    title: 'no precharge is confirmed: the contactor never closes',
    given: { ...FAST, contactorDelay: 2, precharge: 'unconfirmed' },
    inputs: [GOOD, HIGH, CRITICAL, SHORT, SILENT, OFF, ON, RESET],
    neverCloses: true,
  },
  {
    title: 'the contactor waits, a minimum time off for everything',
    given: { ...FAST, contactorDelay: 3, precharge: 'resistor', prechargeTime: 1, minimumOff: 3 },
    inputs: [GOOD, HIGH, LOW, CRITICAL, OFF, ON],
    memory: 4,
  },
  {
    title: 'one signal for both, with a minimum time off',
    given: { ...FAST, combined: 'yes', minimumOff: 3, contactorDelay: 0 },
    inputs: [GOOD, HIGH, LOW, SILENT, OFF, ON],
    memory: 4,
  },
  {
    title: 'a lock after two openings within a minute',
    given: {
      ...FAST,
      retries: 1,
      retryWindow: 60,
      communicationTimeoutCharge: 600,
      communicationTimeoutLoad: 600,
      cellOvervoltageClearDelay: 0,
      cellUndervoltageClearDelay: 0,
    },
    // In steps of twenty seconds three of them are the window.
    inputs: [GOOD, HIGH, LOW, BOTH, RESET].map((input) => ({ ...input, seconds: 20 })),
    memory: 80,
  },
  {
    title: 'two closings an hour at most',
    given: {
      ...FAST,
      switchesPerHour: 2,
      communicationTimeoutCharge: 600,
      communicationTimeoutLoad: 600,
      cellOvervoltageClearDelay: 0,
      cellUndervoltageClearDelay: 0,
    },
    inputs: [GOOD, HIGH, LOW].map((input) => ({ ...input, seconds: 900 })),
    memory: 4500,
  },
];

/** When a permission moved, and how often. */
interface Past {
  openedAt: number;
  closedAt: number;
  closings: number[];
  trips: number[];
}

const WATCHED: readonly PermissionRole[] = ['charge', 'load', 'contactor', 'precharge', 'shed'];

class SystemWorld extends World {
  readonly inputs: readonly Input[];
  readonly #of: SystemCase;
  readonly #past = new Map<PermissionRole, Past>();
  #last: Input = GOOD;
  #heard: Input = GOOD;
  /** When the last complete reading came. */
  #wholeAt: number;
  #remote = true;
  #resistorSince = Number.NaN;

  constructor(of: SystemCase) {
    super('lifepo4', of.given);
    this.#of = of;
    this.inputs = of.inputs;
    for (const role of WATCHED) {
      this.#past.set(role, { openedAt: -Infinity, closedAt: -Infinity, closings: [], trips: [] });
    }
    this.#wholeAt = this.now + 1;
    this.again(GOOD);
  }

  again(input: Input): void {
    const before = WATCHED.map((role) => this.protection.allowed(role));
    this.play(input);
    this.#last = input;
    if (input.reading !== null) {
      this.#heard = input;
      if (input.reading.cellMin.whole) this.#wholeAt = this.now;
    }
    if (input.button === 'on' || input.button === 'off') this.#remote = input.button === 'on';
    WATCHED.forEach((role, i) => {
      const past = this.#past.get(role)!;
      const allowed = this.protection.allowed(role);
      if (input.button === 'reset') past.trips = [];
      if (allowed === before[i]) return;
      if (allowed) {
        past.closedAt = this.now;
        past.closings.push(this.now);
      } else {
        past.openedAt = this.now;
        if (/high|low|critical/.test(input.name)) past.trips.push(this.now);
      }
    });
    if (!this.protection.allowed('precharge')) this.#resistorSince = Number.NaN;
    else if (Number.isNaN(this.#resistorSince)) this.#resistorSince = this.now;
  }

  step(input: Input): void {
    const resistor = this.#resistorSince;
    const before = new Map(WATCHED.map((role) => [role, this.protection.allowed(role)]));
    const openedBefore = new Map(WATCHED.map((role) => [role, this.#past.get(role)!.openedAt]));
    this.again(input);
    const { roles, active } = this.decision;
    const { values } = this.protection.settings;
    const on = (role: PermissionRole): boolean => roles[role].allowed;
    const chargeOff = this.now - this.#past.get('charge')!.openedAt;

    for (const event of active)
      for (const role of event.denies) {
        const waits = role === 'contactor' && !on('charge') && chargeOff < Number(values.contactorDelay);
        if (waits) assert.ok(event.rule !== 'short-circuit' || !on(role), 'a short circuit waits for nothing');
        else assert.equal(on(role), false, `${role} is on although ${event.row} denies it`);
      }
    assertSays(input.name, /high/, () => !on('charge'), 'charging at a high cell');
    assertSays(input.name, /low/, () => !on('load') && !on('shed'), 'the loads at a low cell');
    assertSays(input.name, /critical/, () => !on('charge'), 'charging at a critical cell');
    assertSays(input.name, /short/, () => !on('load') && !on('contactor'), 'the contactor at a short circuit');
    if (!this.#remote) assert.ok(!on('charge') && !on('load'), 'on although the owner switched off');
    const silent = this.now - this.#wholeAt;
    if (silent >= Number(values.communicationTimeoutCharge)) assert.ok(!on('charge'), `charging after ${silent} s`);
    if (silent >= Number(values.communicationTimeoutLoad)) assert.ok(!on('load'), `loads after ${silent} s`);
    if (silent >= Number(values.communicationTimeoutLoad) + Number(values.contactorDelay)) {
      assert.ok(!on('contactor'), `the contactor after ${silent} s`);
    }
    if (values.combined === 'yes') assert.equal(on('charge'), on('load'));
    if (this.#of.neverCloses) assert.ok(!on('contactor'), 'closed without a precharge');

    for (const role of WATCHED) {
      const past = this.#past.get(role)!;
      if (!on(role) || before.get(role)!) continue;
      if (role === 'precharge') continue;
      const off = this.now - openedBefore.get(role)!;
      assert.ok(off >= Number(values.minimumOff), `${role} came back after ${off} s`);
      if (typeof values.switchesPerHour === 'number') {
        const lately = past.closings.filter((at) => this.now - at < 3600).length;
        assert.ok(lately <= values.switchesPerHour, `${role} closed ${lately} times in an hour`);
      }
      if (typeof values.retries === 'number' && role !== 'contactor') {
        const lately = past.trips.filter((at) => this.now - at < Number(values.retryWindow)).length;
        assert.ok(lately <= values.retries, `${role} came back after ${lately} openings`);
      }
      if (role === 'contactor' && values.precharge === 'resistor') {
        const prechargedFor = this.now - resistor;
        assert.ok(
          prechargedFor >= Number(values.prechargeTime),
          `the contactor closed after ${prechargedFor} s of precharge`,
        );
      }
    }
  }

  get key(): string {
    const most = this.#of.memory ?? 3;
    const age = (at: number): number => Math.min(this.now - at, most);
    const { values } = this.protection.settings;
    // What nothing waits for need not be told apart.
    const times = [...this.#past].map(([role, { openedAt, closedAt, closings, trips }]) => [
      role === 'charge' || values.minimumOff !== 0 ? age(openedAt) : 0,
      role === 'contactor' || role === 'precharge' ? age(closedAt) : 0,
      ...(most > 60 ? [...closings, ...trips].map(age).filter((a) => a < most) : []),
    ]);
    const said = [this.#last.reading === null, this.#heard.name, age(this.#wholeAt), this.#remote];
    return JSON.stringify([said, times, this.outside]);
  }
}

function assertSays(name: string, word: RegExp, holds: () => boolean, what: string): void {
  if (word.test(name)) assert.ok(holds(), `${what} is not off at once`);
}

/** From here a healthy pack is allowed again, once the switch is on and somebody has looked. */
function assertRecovers(of: SystemCase, path: readonly Input[]): void {
  const world = new SystemWorld(of);
  for (const input of path) world.again(input);
  const seconds = of.inputs[0]!.seconds ?? 1;
  for (const input of [ON, ...Array<Input>(9).fill(GOOD), RESET, ...Array<Input>(9).fill(GOOD)]) {
    world.again({ ...input, seconds });
  }
  const { roles } = world.decision;
  const off = WATCHED.filter((role) => role !== 'precharge' && !roles[role].allowed);
  const wanted = of.neverCloses ? ['contactor'] : [];
  assert.deepEqual(off, wanted, `never again, on the way ${path.map(({ name }) => name).join(' → ')}`);
}

describe('exhaustive', () => {
  const total = { states: 0, transitions: 0 };
  const add = ({ states, transitions }: Found): void => {
    total.states += states;
    total.transitions += transitions;
  };

  for (const of of RULES) {
    it(`every state of one rule: ${of.title} (${of.id}, ${of.row})`, () => {
      const regions: Region[] = ['clear', 'band', 'beyond', 'unknown'];
      const inputs: Input[] = regions.map((region) => ({ name: region, reading: readingOf(of.say(region)) }));
      if (of.parts) {
        for (const region of ['clear', 'band', 'beyond'] as const)
          inputs.push({ name: `${region} part`, reading: readingOf({ ...of.say(region), whole: false }) });
      }
      if (of.latch)
        for (const region of regions)
          inputs.push({ name: `${region} whole reset`, reading: readingOf(of.say(region)), button: 'reset' });
      const found = explore(() => new RuleWorld(of, inputs));
      assert.ok(found.states > 10, `${found.states} states only`);
      add(found);
    });
  }

  for (const of of SYSTEMS) {
    it(`every state of the permissions together: ${of.title}`, function () {
      this.timeout(60_000);
      const found = explore(
        () => new SystemWorld(of),
        (path) => assertRecovers(of, path),
      );
      assert.ok(found.states > 30, `${found.states} states only`);
      add(found);
    });
  }

  after(() => {
    console.log(`      explored ${total.states} states and ${total.transitions} transitions`);
  });
});
