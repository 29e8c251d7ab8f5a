/**
 * A JK board behind Bluetooth, as a stream of bytes: it answers 97 with its names, and streams its status from command 96
 * on, its settings once before.
 */
import { answeringDevice, type Taken } from './answering.ts';
import { type BmsOptions, createBms } from './bms.ts';
import { total } from './bytes.ts';
import { choice, type Commands } from './control.ts';
import type { DeviceKind, SimulatedDevice } from './device.ts';
import { type BoardLayout, namesFrame, settingsFrame, statusFrame } from './jk02-frames.ts';

const COMMAND = 20;
const NAMES = 0x97;
const STREAM = 0x96;
/** Not a command of the real board: the stream's own beat comes this way, so that the line's faults hit it too. */
const BEAT = Uint8Array.of(0xaa, 0x55, 0x90, 0xeb, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x7a);
/** s between two status frames. */
const EVERY = 0.5;
const HARDWARE: Readonly<Record<BoardLayout, string>> = { '32s': '11.XW', '24s': '10.XG' };

interface Stream {
  wanted: boolean;
}

/** Starts the board, healthy, both switches on, in the long layout unless it is told otherwise. */
export function createJk02Board(options: BmsOptions): SimulatedDevice {
  const { clock } = options;
  const bms = createBms(options);
  const cancels = new Set<() => void>();
  let layout: BoardLayout = '32s';
  let counter = 0;
  let opening: Stream = { wanted: false };

  function answersTo(command: number, stream: Stream): Uint8Array[] {
    counter += 1;
    const state = bms.state();
    if (command === NAMES) return [namesFrame(state, HARDWARE[layout], counter)];
    const status = statusFrame(state, layout, counter);
    if (command === 0) return [status];
    if (command !== STREAM) return [];
    const isFirst = !stream.wanted;
    stream.wanted = true;
    return isFirst ? [settingsFrame(state, counter), status] : [status];
  }

  function take(): (waiting: Uint8Array) => Taken {
    const stream = opening;
    return (waiting) => {
      const at = Buffer.from(waiting).indexOf(Uint8Array.of(0xaa, 0x55, 0x90, 0xeb));
      if (at !== 0) return { used: at > 0 ? at : waiting.length > 3 ? waiting.length - 3 : 0 };
      if (waiting.length < COMMAND) return { used: 0 };
      const bytes = waiting.subarray(0, COMMAND);
      if ((total(bytes.subarray(0, COMMAND - 1)) & 0xff) !== bytes[COMMAND - 1]) return { used: 1 };
      return { used: COMMAND, answers: answersTo(bytes[4] ?? 0, stream) };
    };
  }

  const commands: Commands = {
    ...bms.commands,
    'layout 32s|24s': choice(['32s', '24s'], (word) => {
      layout = word;
    }),
  };
  const device = answeringDevice({ clock, take, commands });

  return {
    connect(send) {
      const stream: Stream = { wanted: false };
      opening = stream;
      const peer = device.connect(send);
      const cancel = clock.every(EVERY, () => {
        if (stream.wanted) peer.receive(BEAT);
      });
      cancels.add(cancel);
      return {
        receive: (bytes) => peer.receive(bytes),
        close() {
          cancels.delete(cancel);
          cancel();
          peer.close();
        },
      };
    },
    command: device.command,
    close() {
      for (const cancel of cancels) cancel();
      cancels.clear();
      device.close();
    },
  };
}

/** The device for the command line. */
export const jk02Kind: DeviceKind = {
  id: 'jk02',
  description: 'a JK board behind Bluetooth, as bytes: streams frames of 300 bytes after command 96',
  baudRate: 115_200,
  create: createJk02Board,
};
