/** Names of Victron products by their product id, as VE.Direct (`PID`) and the Bluetooth adverts tell it. */

const SHUNTS: ReadonlyMap<number, string> = new Map([
  [0x0203, 'BMV-700'],
  [0x0204, 'BMV-702'],
  [0x0205, 'BMV-700H'],
  [0xa380, 'BMV-710 Smart'],
  [0xa381, 'BMV-712 Smart'],
  [0xa382, 'BMV-710H Smart'],
  [0xa383, 'BMV-712 Smart Rev2'],
  [0xa389, 'SmartShunt 500A/50mV'],
  [0xa38a, 'SmartShunt 1000A/50mV'],
  [0xa38b, 'SmartShunt 2000A/50mV'],
  [0xc030, 'SmartShunt IP65 500A/50mV'],
  [0xc031, 'SmartShunt IP65 1000A/50mV'],
  [0xc032, 'SmartShunt IP65 2000A/50mV'],
]);

const OTHERS: ReadonlyMap<number, string> = new Map([
  [0x0300, 'BlueSolar Charger MPPT 70/15'],
  [0xa042, 'BlueSolar Charger MPPT 75/15'],
  [0xa043, 'BlueSolar Charger MPPT 100/15'],
  [0xa04c, 'BlueSolar Charger MPPT 75/10'],
  [0xa053, 'SmartSolar Charger MPPT 75/15'],
  [0xa054, 'SmartSolar Charger MPPT 75/10'],
  [0xa055, 'SmartSolar Charger MPPT 100/15'],
  [0xa056, 'SmartSolar Charger MPPT 100/30'],
  [0xa057, 'SmartSolar Charger MPPT 100/50'],
  [0xa05f, 'SmartSolar Charger MPPT 100/20'],
  [0xa060, 'SmartSolar Charger MPPT 100/20 48V'],
  [0xa3a4, 'Smart Battery Sense'],
  [0xa3a5, 'Smart Battery Sense'],
  [0xa3b0, 'Smart BatteryProtect'],
  [0xa3e5, 'Lynx Smart BMS 500'],
  [0xa3e6, 'Lynx Smart BMS 1000'],
]);

/** Solar chargers with VE.Direct: the old one, and the block that Victron keeps for them. */
const MPPT_OLD = 0x0300;
const MPPT_FROM = 0xa040;
const MPPT_TO = 0xa07f;

/** The product's name; `null` for one that is not in the (short) list. */
export function productName(id: number): string | null {
  return SHUNTS.get(id) ?? OTHERS.get(id) ?? null;
}

/** Whether that product measures the battery's own current, or what a charger gives; `null`: neither, or not known. */
export function productKind(id: number): 'shunt' | 'charger' | null {
  if (SHUNTS.has(id)) return 'shunt';
  return id === MPPT_OLD || (id >= MPPT_FROM && id <= MPPT_TO) ? 'charger' : null;
}
