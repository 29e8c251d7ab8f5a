/** Every protocol there is, as facts: pure data, also for the dialog. A new one is a folder beside these and a line here. */
import { SMARTBMS123_INFO } from './123smartbms/info.ts';
import { SMARTBMS123_BLE_INFO } from './123smartbms-ble/info.ts';
import { ECS_INFO } from './ecs/info.ts';
import { OFFGRIDTEC_INFO } from './offgridtec/info.ts';
import { VICTRON_BLE_INFO } from './victron-ble/info.ts';
import { VICTRON_SMART_BMS_INFO } from './victron-smart-bms-12-200/info.ts';
import { JBD_INFO } from './jbd/info.ts';
import { JK_INFO } from './jk/info.ts';
import { JK02_INFO } from './jk02/info.ts';
import { JK_PB_INFO } from './jk-pb/info.ts';
import { DALY_INFO } from './daly/info.ts';
import { DALY_D2_INFO } from './daly-d2/info.ts';
import { SEPLOS_V2_INFO } from './seplos-v2/info.ts';
import { SEPLOS_V3_INFO } from './seplos-v3/info.ts';
import { PYLONTECH_INFO } from './pylontech/info.ts';
import { PACE_INFO } from './pace/info.ts';
import { PACE_MODBUS_INFO } from './pace-modbus/info.ts';
import { EG4_LIFEPOWER_INFO } from './eg4-lifepower/info.ts';
import { EG4_LL_INFO } from './eg4-ll/info.ts';
import { VEDIRECT_INFO } from './vedirect/info.ts';
import { MODBUS_MAP_INFO } from './modbus-map/info.ts';
import type { ProtocolInfo } from './protocol.ts';

export const PROTOCOL_INFOS: readonly ProtocolInfo[] = [
  SMARTBMS123_INFO,
  SMARTBMS123_BLE_INFO,
  ECS_INFO,
  OFFGRIDTEC_INFO,
  VICTRON_BLE_INFO,
  VICTRON_SMART_BMS_INFO,
  JBD_INFO,
  JK_INFO,
  JK02_INFO,
  JK_PB_INFO,
  DALY_INFO,
  DALY_D2_INFO,
  SEPLOS_V2_INFO,
  SEPLOS_V3_INFO,
  PYLONTECH_INFO,
  PACE_INFO,
  PACE_MODBUS_INFO,
  EG4_LIFEPOWER_INFO,
  EG4_LL_INFO,
  VEDIRECT_INFO,
  MODBUS_MAP_INFO,
];

/** The protocol of that id or alias, or `null`. */
export function findProtocolInfo(id: string): ProtocolInfo | null {
  return PROTOCOL_INFOS.find((info) => info.id === id || info.aliases?.includes(id)) ?? null;
}
