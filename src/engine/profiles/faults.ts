/** Faults of measuring and of the hardware. What the first kind disconnects is the owner's choice (`on<Fault>`). */
import type { Rule } from '../protection/rule.ts';

/** Short circuits within ten minutes that are a loop. */
const LOOP = 3;
/** Pack voltage and cells may differ by so much a cell: sensors, cables under load (V). */
const MISMATCH = 0.08;
/** Impossible jumps within a minute that are a fault and not an event. */
const ERRATIC = 3;

/** Sensors beside the cells' voltages are lost: told where nothing is disconnected for it. */
const SENSOR_RULE: Rule = {
  id: 'sensor',
  rule: 'sensor',
  from: ['OGT-14'],
  severity: 'warning',
  trip: { of: 'silenceSensors', is: '>=', than: 'communicationTimeoutCharge' },
  clear: [{ of: 'silenceSensors', is: '<', than: 'communicationTimeoutCharge' }],
  denies: [],
  only: [
    { setting: 'onSensor', not: 'ignore' },
    { setting: 'onSensor', not: 'stop-both' },
  ],
};

const MEASURING_RULES: readonly Rule[] = [
  {
    id: 'frozen',
    rule: 'frozen',
    from: ['OGT-14'],
    severity: 'alarm',
    trip: { of: 'frozenFor', is: '>=', than: 'onFrozenDelay' },
    clear: [{ of: 'frozenFor', is: '<', than: 0 }],
    denies: [],
    policy: 'onFrozen',
    happens: true,
  },
  {
    id: 'sum-of-cells',
    rule: 'plausibility',
    code: 'sum',
    from: ['OGT-14'],
    severity: 'alarm',
    trip: { of: 'cellMismatch', is: '>', than: MISMATCH },
    clear: [{ of: 'cellMismatch', is: '<', than: MISMATCH / 2 }],
    delay: 'onPlausibilityDelay',
    clearDelay: 10,
    denies: [],
    policy: 'onPlausibility',
    happens: true,
  },
  {
    id: 'jumps',
    rule: 'plausibility',
    code: 'jumps',
    from: ['OGT-14'],
    severity: 'alarm',
    trip: { of: 'jumps', is: '>=', than: ERRATIC },
    clear: [{ of: 'jumps', is: '<', than: 1 }],
    delay: 'onPlausibilityDelay',
    denies: [],
    policy: 'onPlausibility',
    happens: true,
  },
  {
    id: 'open-wire',
    rule: 'plausibility',
    code: 'wire',
    from: ['OGT-14'],
    severity: 'alarm',
    trip: { of: 'openWire', is: '>', than: 0 },
    clear: [{ of: 'openWire', is: '<=', than: 0 }],
    delay: 'onPlausibilityDelay',
    clearDelay: 10,
    denies: [],
    policy: 'onPlausibility',
    happens: true,
  },
];

/** Reported by the hardware; software is far too slow to see one. This one comes back by itself (OGT-5). */
export const SHORT_CIRCUIT_PASSING: Rule = {
  id: 'short-circuit',
  rule: 'short-circuit',
  from: ['OGT-5'],
  severity: 'fault',
  trip: { of: 'shortCircuit', is: '>=', than: 1 },
  clear: [{ of: 'shortCircuit', is: '<', than: 1 }],
  clearDelay: 8,
  denies: ['load', 'shed', 'contactor'],
  atOnce: true,
};

/** Not reconnected by ourselves: somebody must have looked (ECS-11). */
export const SHORT_CIRCUIT: Rule = { ...SHORT_CIRCUIT_PASSING, from: ['ECS-11', 'VSB-7'], clearDelay: 0, latch: true };

/** "Short circuit" and "ended" in turns: stop retrying. Charging shows that the loads are off (OGT-5: > 13.8 V for 4 cells). */
export const SHORT_CIRCUIT_LOOP: Rule = {
  id: 'short-circuit-loop',
  rule: 'short-circuit-loop',
  from: ['OGT-5', 'ECS-11'],
  severity: 'fault',
  trip: { of: 'shortCircuits', is: '>=', than: LOOP },
  clear: [
    { of: 'shortCircuit', is: '<', than: 1 },
    { of: 'cellAverage', is: '>', than: 3.45 },
    { of: 'current', is: '>', than: 0 },
  ],
  clearDelay: 10,
  denies: ['load', 'shed'],
  optional: true,
  happens: true,
  resettable: true,
};

/** The device says that it is too hot itself, or reports a fault in its own code; its own code stands in the event. */
export const BMS_HOT: Rule = {
  id: 'bms-hot',
  rule: 'bms-temperature-high',
  code: 'hardware',
  from: ['VSB-7'],
  severity: 'alarm',
  trip: { of: 'bmsHot', is: '>=', than: 1 },
  clear: [{ of: 'bmsHot', is: '<', than: 1 }],
  clearDelay: 60,
  denies: ['charge', 'load', 'alternator', 'shed'],
};

const DEVICE_FAULT: Rule = {
  id: 'device-fault',
  rule: 'health',
  from: ['VLB-8', 'VSB-7', 'OGT-14'],
  severity: 'fault',
  trip: { of: 'deviceFault', is: '>=', than: 1 },
  clear: [{ of: 'deviceFault', is: '<', than: 1 }],
  denies: [],
};

const SELF_LOCKOUT: Rule = {
  id: 'self-lockout',
  rule: 'self-lockout',
  from: ['VSB-11'],
  severity: 'warning',
  trip: { of: 'selfLockout', is: '>=', than: 1 },
  clear: [{ of: 'selfLockout', is: '<', than: 1 }],
  denies: [],
};

/** The hardware's rows stand in each profile, because they differ; these are the same for all. */
export const FAULT_RULES: readonly Rule[] = [SENSOR_RULE, ...MEASURING_RULES, DEVICE_FAULT, SELF_LOCKOUT];
