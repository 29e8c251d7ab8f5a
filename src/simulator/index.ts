/** The devices there are. A new one is a file beside these and a line here. */
import { smartbms123BleKind } from './123smartbms-ble.ts';
import { smartbms123Kind } from './123smartbms.ts';
import { jbdKind } from './jbd.ts';
import { eg4LifepowerKind } from './eg4-lifepower.ts';
import type { DeviceKind } from './device.ts';
import { ecsKind } from './ecs.ts';
import { modbusMapKind } from './modbus-map.ts';
import { victronSmartBmsKind } from './victron-smart-bms.ts';
import { eg4LlKind } from './eg4-ll.ts';
import { gxKind } from './gx.ts';
import { dalyD2Kind } from './daly-d2.ts';
import { dalyKind } from './daly.ts';
import { jkKind } from './jk.ts';
import { jk02Kind } from './jk02.ts';
import { jkPbKind } from './jk-pb.ts';
import { kmtronicBoardKind } from './kmtronic-board.ts';
import { lcusBoardKind } from './lcus-board.ts';
import { offgridtecAKind, offgridtecKind } from './offgridtec.ts';
import { paceModbusKind } from './pace-modbus.ts';
import { paceKind } from './pace.ts';
import { pylontechKind } from './pylontech.ts';
import { seplosV2Kind } from './seplos-v2.ts';
import { seplosV3Kind } from './seplos-v3.ts';
import { relayBoardKind } from './relay-board.ts';
import { shellyGen1Kind, shellyGen2Kind } from './shelly.ts';
import { vedirectKind, vedirectMpptKind } from './vedirect.ts';
import { victronBleKind } from './victron-ble.ts';

export const DEVICES: readonly DeviceKind[] = [
  smartbms123Kind,
  smartbms123BleKind,
  ecsKind,
  offgridtecKind,
  offgridtecAKind,
  victronBleKind,
  victronSmartBmsKind,
  jbdKind,
  jkKind,
  jk02Kind,
  jkPbKind,
  dalyKind,
  dalyD2Kind,
  seplosV2Kind,
  seplosV3Kind,
  pylontechKind,
  paceKind,
  paceModbusKind,
  eg4LifepowerKind,
  eg4LlKind,
  vedirectKind,
  vedirectMpptKind,
  modbusMapKind,
  relayBoardKind,
  lcusBoardKind,
  kmtronicBoardKind,
  gxKind,
  shellyGen1Kind,
  shellyGen2Kind,
];

/** The device of that id, or `null`. */
export function findDevice(id: string): DeviceKind | null {
  return DEVICES.find((kind) => kind.id === id) ?? null;
}
