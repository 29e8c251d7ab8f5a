/** Every protocol there is, as code. A new one is a folder beside these and a line here, and one in `catalogue.ts`. */
import { SMARTBMS123 } from './123smartbms/protocol.ts';
import { SMARTBMS123_BLE } from './123smartbms-ble/protocol.ts';
import { ECS } from './ecs/protocol.ts';
import { OFFGRIDTEC } from './offgridtec/protocol.ts';
import { VICTRON_BLE } from './victron-ble/protocol.ts';
import { VICTRON_SMART_BMS } from './victron-smart-bms-12-200/protocol.ts';
import { JBD } from './jbd/protocol.ts';
import { JK } from './jk/protocol.ts';
import { JK02 } from './jk02/protocol.ts';
import { JK_PB } from './jk-pb/protocol.ts';
import { DALY } from './daly/protocol.ts';
import { DALY_D2 } from './daly-d2/protocol.ts';
import { SEPLOS_V2 } from './seplos-v2/protocol.ts';
import { SEPLOS_V3 } from './seplos-v3/protocol.ts';
import { PYLONTECH } from './pylontech/protocol.ts';
import { PACE } from './pace/protocol.ts';
import { PACE_MODBUS } from './pace-modbus/protocol.ts';
import { EG4_LIFEPOWER } from './eg4-lifepower/protocol.ts';
import { EG4_LL } from './eg4-ll/protocol.ts';
import { VEDIRECT } from './vedirect/protocol.ts';
import { MODBUS_MAP } from './modbus-map/protocol.ts';
import type { Protocol } from './protocol.ts';

export const PROTOCOLS: readonly Protocol[] = [
  SMARTBMS123,
  SMARTBMS123_BLE,
  ECS,
  OFFGRIDTEC,
  VICTRON_BLE,
  VICTRON_SMART_BMS,
  JBD,
  JK,
  JK02,
  JK_PB,
  DALY,
  DALY_D2,
  SEPLOS_V2,
  SEPLOS_V3,
  PYLONTECH,
  PACE,
  PACE_MODBUS,
  EG4_LIFEPOWER,
  EG4_LL,
  VEDIRECT,
  MODBUS_MAP,
];

/** The protocol of that id or alias, or `null`. */
export function findProtocol(id: string): Protocol | null {
  return PROTOCOLS.find(({ info }) => info.id === id || info.aliases?.includes(id)) ?? null;
}
