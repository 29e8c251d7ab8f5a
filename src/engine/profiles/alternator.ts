/**
 * The alternator port of the Smart BMS 12-200 (VSB-2, VSB-3, VSB-13), for every pack that has one: charging only while the
 * engine runs, off at the battery's charge limit, and a warning before the alternator burns. The rows are in force as
 * soon as `starterVoltageMin` (or the limit) has a number. Whatever takes away `charge` takes away `alternator` too.
 */
import type { Rule } from '../protection/rule.ts';

/** An alternator is at its maximum from this part of its limit on. */
const AT_MAXIMUM = 0.97;
const RESTING = 0.9;
/** Beyond the limit by so much, and so long, the electronic limiter does not work. */
const BEYOND = 1.1;

export const ALTERNATOR_RULES: readonly Rule[] = [
  {
    id: 'alternator-starter',
    rule: 'alternator',
    code: 'starter',
    from: ['VSB-2'],
    severity: 'info',
    trip: { of: 'starterVoltage', is: '<=', than: 'starterVoltageMin' },
    clear: [{ of: 'starterVoltage', is: '>', than: 'starterVoltageMinClear' }],
    delay: 'starterVoltageMinDelay',
    clearDelay: 'starterVoltageMinClearDelay',
    denies: ['alternator'],
    gate: true,
  },
  {
    id: 'alternator-limit',
    rule: 'alternator',
    code: 'limit',
    from: ['VSB-3'],
    severity: 'info',
    trip: { of: 'voltage', is: '>=', than: 'alternatorVoltageLimit' },
    clear: [{ of: 'voltage', is: '<=', than: 'alternatorVoltageLimitClear' }],
    delay: 'alternatorVoltageLimitDelay',
    clearDelay: 'alternatorVoltageLimitClearDelay',
    denies: ['alternator'],
    only: [{ setting: 'starterVoltageMin', on: true }],
  },
  {
    id: 'alternator-current',
    rule: 'alternator',
    code: 'current',
    from: ['VSB-2'],
    severity: 'alarm',
    trip: { of: 'alternatorLoad', is: '>', than: BEYOND },
    clear: [{ of: 'alternatorLoad', is: '<', than: RESTING }],
    delay: 10,
    clearDelay: 60,
    denies: ['alternator'],
    optional: true,
    only: [{ setting: 'alternatorFuse', not: 'unknown' }],
  },
  {
    id: 'alternator-hot',
    rule: 'alternator',
    code: 'five-minutes',
    from: ['VSB-13'],
    severity: 'warning',
    trip: { of: 'alternatorLoad', is: '>=', than: AT_MAXIMUM },
    clear: [{ of: 'alternatorLoad', is: '<', than: RESTING }],
    delay: 300,
    clearDelay: 60,
    denies: [],
    optional: true,
    only: [{ setting: 'alternatorFuse', not: 'unknown' }],
  },
  {
    id: 'silence-alternator',
    rule: 'communication',
    code: 'starter',
    from: ['VSB-2'],
    severity: 'info',
    trip: { of: 'silenceAlternator', is: '>=', than: 'communicationTimeoutCharge' },
    clear: [{ of: 'silenceAlternator', is: '<', than: 'communicationTimeoutCharge' }],
    denies: ['alternator'],
    only: [{ setting: 'starterVoltageMin', on: true }],
  },
];
