/** The greenMeter: current, voltage, state of charge, temperatures and the states of both sides. */
import type { Failure } from '../device.ts';
import { createFitted } from '../register-values.ts';
import type { Answer, AskBoard } from './ask.ts';
import {
  DEVICE_TYPE,
  deviceName,
  METER,
  meterSize,
  signed,
  signed32,
  type Stretch,
  stateOfCharge,
  unsigned32,
} from './registers.ts';

export interface Measured<T> {
  readonly value: T;
  /** Monotonic second. */
  readonly at: number;
}

export interface MeterValues {
  /** V; A as the meter counts; %. */
  readonly voltage: Measured<number>;
  readonly current: Measured<number>;
  readonly soc: Measured<number | null>;
  readonly temperatures: Measured<readonly (number | null)[]>;
  /** States of the charge and the discharge side; 0 is fine. */
  readonly over: number;
  readonly under: number;
  readonly facts: MeterFacts;
}

/** What does not change. */
export interface MeterFacts {
  readonly production: number;
  /** A of the shunt. */
  readonly size: number;
  /** Ah, A and A as set in it; absent: it does not tell. */
  readonly capacity?: number;
  readonly mostDischarge?: number;
  readonly mostCharge?: number;
}

export interface Meter {
  readonly unit: number;
  /** What the last reading brought; `null`: it failed. */
  latest(): MeterValues | null;
  /** How many temperature sensors it told last. */
  sensors(): number;
  read(): Promise<Failure | null>;
}

/** The greenMeter at this unit. */
export function createMeter(unit: number, ask: AskBoard): Meter {
  let facts: MeterFacts | null = null;
  /** Production number of the one that answered first: the others are strangers. */
  let known: number | null = null;
  let latest: MeterValues | null = null;
  const fitted = createFitted();
  let sensors = 0;

  async function identify(): Promise<Failure | null> {
    const size = facts?.size ?? (await sizeOf(unit, ask));
    if (typeof size !== 'number') return size;
    const number = await ask(unit, METER.production);
    if (!number.ok) return number;
    const production = unsigned32(number.value[0], number.value[1]);
    if (known !== null && production !== known) {
      const text = `another greenMeter answers than before (number ${production}, it was ${known}): if that is right, deploy the flows`;
      return { ok: false, reason: 'other', text };
    }
    if (facts !== null) return null;
    const settings = await settingsOf(unit, ask);
    if ('ok' in settings) return settings;
    known = production;
    facts = { production, size, ...settings };
    return null;
  }

  async function measure(told: MeterFacts): Promise<Failure | null> {
    const current = await ask(unit, METER.current);
    if (!current.ok) return current;
    const voltage = await ask(unit, METER.voltage);
    if (!voltage.ok) return voltage;
    const state = await ask(unit, METER.state);
    if (!state.ok) return state;
    const warmth = await unlessRefused(ask, unit, METER.temperatures);
    if (!warmth.ok) return warmth;
    const [socLow, socHigh, over = 0, under = 0] = state.value;
    const temperatures = fitted(warmth.value.map((word) => signed(word) / 100));
    sensors = temperatures.length;
    latest = {
      voltage: { value: milli(voltage.value), at: voltage.at },
      current: { value: milli(current.value), at: current.at },
      soc: { value: stateOfCharge(socLow, socHigh), at: state.at },
      temperatures: { value: temperatures, at: warmth.at },
      over,
      under,
      facts: told,
    };
    return null;
  }

  return {
    unit,
    latest: () => latest,
    sensors: () => sensors,
    async read() {
      latest = null;
      const failure = (await identify()) ?? (facts === null ? null : await measure(facts));
      // After it was away it may be another one.
      if (failure !== null) facts = null;
      return failure;
    },
  };
}

const milli = ([low, high]: readonly number[]): number => signed32(low, high) / 1000;

/** A of its shunt: whether it is a greenMeter at all. */
async function sizeOf(unit: number, ask: AskBoard): Promise<number | Failure> {
  const type = await ask(unit, DEVICE_TYPE);
  if (!type.ok) return type;
  const [told = 0] = type.value;
  return meterSize(told) ?? { ok: false, reason: 'other', text: stranger(unit, told) };
}

function stranger(unit: number, type: number): string {
  const found = deviceName(type) ?? `a device of type ${type}`;
  const remedy = found.startsWith('LiPro') ? '; without a greenMeter choose the variant "cells-only"' : '';
  return `${found} answers at address ${unit}, where the greenMeter is expected${remedy}`;
}

/** A firmware without these registers says no, which is no failure: it tells nothing there. */
async function unlessRefused(ask: AskBoard, unit: number, stretch: Stretch): Promise<Answer> {
  const told = await ask(unit, stretch);
  return !told.ok && told.reason === 'refused' ? { ok: true, value: [], at: -Infinity } : told;
}

/** What is set in it. */
async function settingsOf(unit: number, ask: AskBoard): Promise<Omit<MeterFacts, 'production' | 'size'> | Failure> {
  const currents = await unlessRefused(ask, unit, METER.mostCurrents);
  if (!currents.ok) return currents;
  const capacity = await unlessRefused(ask, unit, METER.capacity);
  if (!capacity.ok) return capacity;
  const [discharge, charge] = currents.value;
  const [low, high] = capacity.value;
  return {
    ...(low === undefined ? {} : { capacity: unsigned32(low, high) / 1000 }),
    ...(discharge === undefined ? {} : { mostDischarge: Math.abs(signed(discharge)) }),
    ...(charge === undefined ? {} : { mostCharge: Math.abs(signed(charge)) }),
  };
}
