/** The frame with the names and versions of the device, decoded. Its passwords are left where they are. */
import { textUpToZero } from '../bus/bytes.ts';
import { viewOf } from './frame.ts';

export interface Jk02DeviceInfo {
  readonly model: string;
  readonly hardwareVersion: string;
  readonly softwareVersion: string;
  /** s */
  readonly uptime: number;
  readonly powerOnCount: number;
  /** As it advertises itself. */
  readonly name: string;
  /** `YYMMDD`, as the maker wrote it. */
  readonly manufactured: string;
  readonly serialNumber: string;
  readonly userData: string;
}

/** @param bytes a whole info frame, 300 bytes */
export function decodeJk02DeviceInfo(bytes: Uint8Array): Jk02DeviceInfo {
  const view = viewOf(bytes);
  const text = (at: number, length: number): string => textUpToZero(bytes.subarray(at, at + length));
  return {
    model: text(6, 16),
    hardwareVersion: text(22, 8),
    softwareVersion: text(30, 8),
    uptime: view.getUint32(38, true),
    powerOnCount: view.getUint32(42, true),
    name: text(46, 16),
    manufactured: text(78, 8),
    // Ten digits and a zero on older boards, up to fifteen characters on newer ones.
    serialNumber: text(86, 16),
    userData: text(102, 16),
  };
}
