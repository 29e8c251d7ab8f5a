/** A device that talks faster than any: the simulator's own keeps to its second, however fast its battery lives. */
import { once } from 'node:events';
import net from 'node:net';
import { frameAt } from './soak-frames.ts';
import { CALM } from './soak-plant.ts';

export interface FastDevice {
  /** `tcp://127.0.0.1:PORT`. */
  readonly address: string;
  /** Frames put on the line so far. */
  frames(): number;
  close(): void;
}

/** Sends a healthy battery's frames to everybody who listens, so many a second. */
export async function startFastDevice(perSecond: number): Promise<FastDevice> {
  const sockets = new Set<net.Socket>();
  let frames = 0;
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the device has no port');
  const timer = setInterval(() => {
    if (sockets.size === 0) return;
    frames += 1;
    const frame = frameAt(frames, CALM);
    for (const socket of sockets) socket.write(frame);
  }, 1000 / perSecond);
  return {
    address: `tcp://127.0.0.1:${address.port}`,
    frames: () => frames,
    close() {
      clearInterval(timer);
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
