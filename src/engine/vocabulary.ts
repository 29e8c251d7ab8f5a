/**
 * The words that settings, messages, rules, command line and documentation share.
 * One list each, so that a name is written once and every edge can be checked against it.
 */

/** Rule ids as they appear in events, tests and documentation. */
export const RULE_IDS = [
  'cell-overvoltage',
  'cell-undervoltage',
  'cell-overvoltage-critical',
  'cell-undervoltage-critical',
  'pre-alarm',
  'charge-temperature-low',
  'charge-temperature-high',
  'discharge-temperature-low',
  'discharge-temperature-high',
  'bms-temperature-high',
  'charge-overcurrent',
  'discharge-overcurrent',
  'short-circuit',
  'short-circuit-loop',
  'pack-overvoltage',
  'pack-undervoltage',
  'imbalance',
  'soc-low',
  'soc-unknown',
  'communication',
  'sensor',
  'frozen',
  'plausibility',
  'settings',
  'store',
  'health',
  'remote',
  'lock',
  'contactor',
  'relay-mismatch',
  'relay-welded',
  'alternator',
  'self-lockout',
  'soc-corrected',
  'advice',
] as const;
export type RuleId = (typeof RULE_IDS)[number];

/** Permissions that open when their lease ends. `pre-alarm` is the other way round and no permission. */
export const PERMISSION_ROLES = ['charge', 'load', 'contactor', 'alternator', 'shed', 'precharge', 'aux'] as const;
export type PermissionRole = (typeof PERMISSION_ROLES)[number];

/** Everything a relay can be told to follow. */
export const ROLES = [...PERMISSION_ROLES, 'pre-alarm'] as const;
export type Role = (typeof ROLES)[number];

export type Severity = 'info' | 'warning' | 'alarm' | 'fault';
export type Edge = 'raised' | 'cleared';

export const PROFILE_IDS = [
  'lifepo4',
  '123smartbms',
  'victron-smart-lithium',
  'victron-smart-bms-12-200',
  'offgridtec-smart-pro',
  'ecs-smartpro',
] as const;
export type ProfileId = (typeof PROFILE_IDS)[number];
