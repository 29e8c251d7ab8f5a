/**
 * The kinds of relay boards: what each hangs on, what it can do by itself, and what a dialog has to ask for it.
 * A new kind is a line here, a driver beside it, and a case in `open-output.ts`.
 */

export const BOARDS = [
  'modbus-timed',
  'modbus-plain',
  'lcus',
  'kmtronic',
  'shelly-gen2',
  'shelly-gen1',
  'gpio',
  'gx',
  'jbd',
  'daly',
  'jk',
  'gx-node',
  'message',
] as const;
export type Board = (typeof BOARDS)[number];

/** What a dialog asks beside the role, and where its value stands in the node's properties. */
export type BoardField = 'bus' | 'unit' | 'channel' | 'address' | 'chip' | 'line' | 'password' | 'switchConfirmed';

export interface BoardTraits {
  readonly fields: readonly BoardField[];
  /** Its line carries Modbus, or bytes of its own; `null`: it hangs on no bus. */
  readonly bus: 'modbus' | 'bytes' | null;
  /**
   * Who ends a hold that nobody renews: the board by itself, the guardian process, or whoever receives the messages.
   * A board that stays as commanded is kept by the guardian.
   */
  readonly leaseBy: 'board' | 'guardian' | 'receiver';
  /** It can say where its contact is: always, on some models, or never. */
  readonly readsBack: 'yes' | 'some' | 'no';
  /** The highest channel, counted from 1. */
  readonly channels: number;
}

/** A switch of a BMS itself: which of its two, the role says. */
function bmsSwitch(): BoardTraits {
  return { fields: ['bus', 'switchConfirmed'], bus: 'bytes', leaseBy: 'guardian', readsBack: 'yes', channels: 1 };
}

export const BOARD_TRAITS: Readonly<Record<Board, BoardTraits>> = {
  'modbus-timed': {
    fields: ['bus', 'unit', 'channel'],
    bus: 'modbus',
    leaseBy: 'board',
    readsBack: 'yes',
    channels: 256,
  },
  'modbus-plain': {
    fields: ['bus', 'unit', 'channel'],
    bus: 'modbus',
    leaseBy: 'guardian',
    readsBack: 'yes',
    channels: 256,
  },
  lcus: { fields: ['bus', 'channel'], bus: 'bytes', leaseBy: 'guardian', readsBack: 'some', channels: 8 },
  kmtronic: { fields: ['bus', 'channel'], bus: 'bytes', leaseBy: 'guardian', readsBack: 'yes', channels: 8 },
  'shelly-gen2': {
    fields: ['address', 'channel', 'password'],
    bus: null,
    leaseBy: 'board',
    readsBack: 'yes',
    channels: 8,
  },
  'shelly-gen1': {
    fields: ['address', 'channel', 'password'],
    bus: null,
    leaseBy: 'board',
    readsBack: 'yes',
    channels: 4,
  },
  gpio: { fields: ['chip', 'line'], bus: null, leaseBy: 'guardian', readsBack: 'no', channels: 1 },
  gx: { fields: ['bus', 'channel'], bus: 'modbus', leaseBy: 'guardian', readsBack: 'yes', channels: 2 },
  jbd: bmsSwitch(),
  daly: bmsSwitch(),
  jk: bmsSwitch(),
  'gx-node': { fields: [], bus: null, leaseBy: 'receiver', readsBack: 'some', channels: 1 },
  message: { fields: [], bus: null, leaseBy: 'receiver', readsBack: 'no', channels: 1 },
};
