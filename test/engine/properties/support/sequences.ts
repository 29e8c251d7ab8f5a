/**
 * Sequences of what a pack says, made of the numbers at which something happens: every threshold of its own settings, and a
 * hair to either side. What a test of a property asks the protection about is in here; how the protection works is not.
 */
import fc from 'fast-check';
import type { Given } from '../../../../src/engine/pack/validate.ts';
import { PROTECTION_NAMES, type ProtectionName } from '../../../../src/engine/pack/schema.ts';
import type { PackSettings } from '../../../../src/engine/pack/settings.ts';
import type { Observation } from '../../../../src/engine/reading/observation.ts';
import type { ProfileId } from '../../../../src/engine/vocabulary.ts';
import { Bench, settingsOf } from '../../../support/pack.ts';

/** What the pack does in one step. */
export interface Moment {
  /** `heard`: the device speaks. `silent`: it does not, and what is known is looked at. `tick`: only time passes. */
  readonly way: 'heard' | 'silent' | 'tick';
  /** Seconds since the moment before. */
  readonly after: number;
  readonly cells: readonly (number | null)[];
  /** The cells' own sensors. */
  readonly warmth: readonly (number | null)[];
  /** A sensor that belongs to no cell. */
  readonly outside: number | null;
  readonly current: number | null;
  /** The pack's voltage beside the sum of its cells; `null`: not known. */
  readonly beside: number | null;
  readonly starter: number | null;
  readonly communication: boolean;
  readonly shortCircuit: boolean;
  readonly hot: boolean;
  /** Pressed just before. */
  readonly button: 'remote-off' | 'remote-on' | 'reset' | null;
}

/** A healthy pack at rest: within all limits of every profile, alternator running. */
export const CALM: Moment = {
  way: 'heard',
  after: 1,
  cells: [3.3, 3.3, 3.3, 3.3],
  warmth: [20, 20, 20, 20],
  outside: 20,
  current: 0,
  beside: 0,
  starter: 13.8,
  communication: true,
  shortCircuit: false,
  hot: false,
  button: null,
};

const CELLS = 4;
const REST = 3.3;
const WARM = 20;

/** What an owner may have changed; every property holds for all of them unless it says otherwise. */
export const VARIANTS: readonly Given[] = [
  {},
  { retries: 2, retryWindow: 120 },
  { combined: 'yes' },
  { latchCritical: 'yes' },
  { precharge: 'resistor', prechargeTime: 2, contactorDelay: 4 },
  { contactorDelay: 0 },
  { onSensor: 'stop-charge' },
  { onSensor: 'warn' },
  { onSensor: 'ignore' },
  { onSensorDelay: 7 },
  { communicationTimeoutCharge: 20, communicationTimeoutLoad: 8 },
  { communicationDelay: 3 },
  { preAlarmMode: 'off' },
  { preAlarmMode: 'intermittent', preAlarmMinimum: 6 },
  { mode: 'critical' },
  { remoteScope: 'everything', starterVoltageMin: 13, alternatorVoltageLimit: 14.2 },
  { packOvervoltage: 14.6, packOvervoltageClear: 14, packUndervoltage: 11, packUndervoltageClear: 12 },
  { auxRule: 'error' },
  { auxRule: 'heater' },
  { onPlausibility: 'stop-both', onPlausibilityDelay: 2, onFrozen: 'stop-both', onFrozenDelay: 30 },
];

/** Settings that only ever make closing wait. */
export const PATIENT: readonly Given[] = [
  { minimumOff: 20 },
  { switchesPerHour: 3 },
  { minimumOff: 7, combined: 'yes' },
];

export function play(bench: Bench, moment: Moment, wall = 0): void {
  const { protection } = bench.engine;
  bench.now += moment.after;
  if (moment.button === 'reset') protection.reset();
  else if (moment.button !== null) protection.remote = moment.button === 'remote-on';
  if (moment.way === 'heard') bench.engine.observe('device', observationOf(moment), bench.now);
  if (moment.way === 'tick') protection.tick(bench.now);
  else protection.step(bench.engine.reading(bench.now, wall), bench.now);
  bench.events = [...protection.events];
}

export function observationOf(moment: Moment): Observation {
  const { cells, warmth, outside, current, beside, starter, communication, shortCircuit, hot } = moment;
  return {
    cells: cells.map((voltage, i) => ({ cell: i + 1, voltage, temperature: warmth[i] ?? null })),
    temperatures: [outside],
    current,
    voltage: packVoltage(cells, beside),
    starterVoltage: starter,
    hardware: { cellCommunication: communication, shortCircuit, bmsOverTemperature: hot },
  };
}

/** What the pack's own sensor would read; a cell that is not told is taken to be at rest. */
function packVoltage(cells: readonly (number | null)[], beside: number | null): number | null {
  if (beside === null) return null;
  // In whole millivolts: the order in which cells are added up must not show.
  return Math.round((cells.reduce<number>((sum, v) => sum + (v ?? REST), 0) + beside) * 1000) / 1000;
}

/** A bench that has once been told that all is well. */
export function healthyBench(id: ProfileId, given: Given = {}): Bench {
  const bench = new Bench(id, { given });
  play(bench, CALM);
  return bench;
}

type Group = 'cells' | 'warmth' | 'charging' | 'discharging';

const GROUP: Readonly<Partial<Record<ProtectionName, Group>>> = {
  cellOvervoltage: 'cells',
  cellUndervoltage: 'cells',
  cellOvervoltageCritical: 'cells',
  cellUndervoltageCritical: 'cells',
  preAlarm: 'cells',
  chargeTemperatureMin: 'warmth',
  chargeTemperatureMax: 'warmth',
  dischargeTemperatureMin: 'warmth',
  dischargeTemperatureMax: 'warmth',
  heaterTemperature: 'warmth',
  chargeCurrentMax: 'charging',
  dischargeCurrentMax: 'discharging',
  dischargeCurrentPeak: 'discharging',
};
const HAIR: Readonly<Record<Group, number>> = { cells: 0.01, warmth: 0.1, charging: 0.5, discharging: 0.5 };

/** Every threshold of the settings and a hair to either side; discharging currents come with their sign. */
function numbersOf({ values }: PackSettings): Record<Group, number[]> {
  const found: Record<Group, number[]> = {
    cells: [3.31, 3.47, 2.3],
    warmth: [66, 76, -25],
    charging: [1],
    discharging: [-1],
  };
  const add = (group: Group, value: unknown): void => {
    if (typeof value !== 'number') return;
    for (const by of [-HAIR[group], 0, HAIR[group]]) {
      const near = Math.round((value + by) * 1000) / 1000;
      found[group].push(group === 'discharging' ? -near : near);
    }
  };
  for (const name of PROTECTION_NAMES) {
    const group = GROUP[name];
    if (group === undefined) continue;
    add(group, values[name]);
    add(group, values[`${name}Clear`]);
  }
  add('cells', values.balanceVoltage);
  return found;
}

export interface SequenceOptions {
  /** Buttons are pressed now and then; true where nothing is said. */
  readonly buttons?: boolean;
  /** Values get lost now and then; true where nothing is said. */
  readonly losses?: boolean;
  /** The hardware reports faults now and then; true where nothing is said. */
  readonly faults?: boolean;
  /** Most parts a sequence has. */
  readonly parts?: number;
}

/** Sequences around the thresholds of these settings, in parts that last. */
export function sequences(settings: PackSettings, options: SequenceOptions = {}): fc.Arbitrary<Moment[]> {
  const { buttons = true, losses = true, faults = true, parts = 12 } = options;
  const numbers = numbersOf(settings);
  const lost = losses ? [{ weight: 1, arbitrary: fc.constant(null) }] : [];
  const mostly = (usual: number, others: readonly number[]): fc.Arbitrary<number | null> =>
    fc.oneof(
      { weight: 6, arbitrary: fc.constant(usual) },
      { weight: 6, arbitrary: fc.constantFrom(...others) },
      ...lost,
    );
  const rarely = (often: boolean): fc.Arbitrary<boolean> =>
    often ? fc.integer({ min: 0, max: 24 }).map((n) => n === 24) : fc.constant(false);
  const part = fc.record({
    base: fc.constantFrom(REST, REST, REST, ...numbers.cells),
    odd: mostly(REST, numbers.cells),
    at: fc.nat({ max: CELLS - 1 }),
    warm: mostly(WARM, numbers.warmth),
    outside: mostly(WARM, numbers.warmth),
    current: mostly(0, [...numbers.charging, ...numbers.discharging]),
    beside: fc.oneof(
      { weight: 8, arbitrary: fc.constant(0) },
      { weight: 2, arbitrary: fc.constantFrom(-3, -0.6, 0.6, 3) },
      ...lost,
    ),
    starter: mostly(13.8, [12.5, 13, 13.01]),
    broken: rarely(faults),
    shortCircuit: rarely(faults),
    hot: rarely(faults),
    button: buttons
      ? fc.oneof(
          { weight: 12, arbitrary: fc.constant(null) },
          {
            weight: 3,
            arbitrary: fc.constantFrom<Moment['button']>('remote-off', 'remote-on', 'remote-on', 'reset', 'reset'),
          },
        )
      : fc.constant(null),
    way: fc.constantFrom<Moment['way']>('heard', 'heard', 'heard', 'heard', 'heard', 'silent', 'tick'),
    after: fc.constantFrom(0.5, 1, 1, 1, 2, 4),
    times: fc.oneof(
      { weight: 6, arbitrary: fc.integer({ min: 1, max: 8 }) },
      { weight: 3, arbitrary: fc.constantFrom(12, 20, 40, 70) },
    ),
  });
  return fc.array(part, { maxLength: parts }).map((list) => {
    const told: string[] = [];
    const moments = list.flatMap((p) => {
      const moment: Moment = {
        way: p.way,
        after: p.after,
        cells: Array.from({ length: CELLS }, (_, i) => (i === p.at ? p.odd : p.base)),
        warmth: Array.from({ length: CELLS }, (_, i) => (i === p.at ? p.warm : WARM)),
        outside: p.outside,
        current: p.current,
        beside: p.beside,
        starter: p.starter,
        communication: !p.broken,
        shortCircuit: p.shortCircuit,
        hot: p.hot,
        button: null,
      };
      const first: Moment = { ...moment, button: p.button };
      told.push(`${p.times} × ${unlikeCalm(first)}`);
      return [first, ...Array.from({ length: p.times - 1 }, () => moment)];
    });
    // A failing sequence is shown in parts, and of each only what is not at rest.
    Object.defineProperty(moments, fc.toStringMethod, { value: () => `\n  ${told.join('\n  ')}\n` });
    return moments;
  });
}

function unlikeCalm(moment: Moment): string {
  const shown = Object.entries(moment).filter(([name, value]) => {
    const calm = CALM[name as keyof Moment];
    return JSON.stringify(value) !== JSON.stringify(calm);
  });
  return JSON.stringify(Object.fromEntries(shown));
}

/** A choice of the owner together with sequences around its thresholds. */
export function cases(
  id: ProfileId,
  variants: readonly Given[] = VARIANTS,
  options: SequenceOptions = {},
): fc.Arbitrary<readonly [Given, Moment[]]> {
  const made = variants.map((given) => fc.tuple(fc.constant(given), sequences(settingsOf(id, given), options)));
  return fc.oneof(...made);
}
