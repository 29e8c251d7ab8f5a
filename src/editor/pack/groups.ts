/** The order in which the pack dialog shows the vocabulary, and the settings that need a sentence beside their label. */
import {
  PROTECTION_NAMES,
  SETTING_NAMES,
  SETTINGS,
  type SettingGroup,
  type SettingName,
} from '../../engine/pack/schema.ts';

/** What is changed often comes first; `pack` holds what stands at the top of the dialog too, so its rest comes last. */
export const GROUPS: readonly SettingGroup[] = [
  'voltage',
  'preAlarm',
  'temperature',
  'current',
  'soc',
  'communication',
  'faults',
  'switching',
  'alternator',
  'aux',
  'link',
  'pack',
];

export const AT_THE_TOP: readonly SettingName[] = ['cells', 'capacity'];

/** Columns of a protection: its trip value and what belongs to it. */
export const COLUMNS = ['', 'Clear', 'Delay', 'ClearDelay'] as const;

/** Settings with a sentence `about.<name>` below their field. */
export const EXPLAINED: readonly SettingName[] = [
  'onSensor',
  'onPlausibility',
  'onFrozen',
  'switchesPerHour',
  'retries',
  'latchCritical',
  'followDevice',
  'combined',
  'remoteScope',
  'precharge',
  'supervisorSupply',
  'relaySupply',
  'chargerSupply',
  'starterVoltageMin',
  'alternatorVoltageLimit',
  'alternatorFuse',
  'auxRule',
  'countBy',
  'temperatureCompensation',
  'chargeEfficiency',
  'peukertExponent',
  'capacityShare',
  'residualDrain',
  'absorptionTime',
  'fullChargeEvery',
];

/** Where a group is not shown protections first, the rest as the vocabulary has it: what decides stands above what follows. */
const SEQUENCE: readonly SettingName[] = [
  'mode',
  'followDevice',
  'combined',
  'minimumOff',
  'switchesPerHour',
  'retries',
  'retryWindow',
  'latchCritical',
  'remoteScope',
  'precharge',
  'prechargeTime',
  'contactorDelay',
  'supervisorSupply',
  'relaySupply',
  'chargerSupply',
  'leaseCharge',
  'leaseLoad',
  'starterVoltageMin',
  'alternatorFuse',
  'alternatorVoltageLimit',
  'auxRule',
];

/** The catalogue's key of a choice; a point in it would part the key. */
export function choiceKey(choice: string): string {
  return `choice.${choice.replace('.', '-')}`;
}

/** The settings of a group that have a block of their own, in the order of the dialog; a protection by its trip value. */
export function blocksOf(group: SettingGroup): SettingName[] {
  const protections: readonly SettingName[] = PROTECTION_NAMES.filter((name) => SETTINGS[name].group === group);
  const parts = new Set<string>(protections.flatMap((name) => COLUMNS.map((column) => `${name}${column}`)));
  const others = SETTING_NAMES.filter(
    (name) => SETTINGS[name].group === group && !parts.has(name) && !AT_THE_TOP.includes(name),
  );
  const place = (name: SettingName): number => {
    const at = SEQUENCE.indexOf(name);
    return at === -1 ? SEQUENCE.length : at;
  };
  return [...protections, ...others].sort((a, b) => place(a) - place(b));
}
