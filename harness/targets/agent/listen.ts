/** Where an agent's stream comes from: standard input and output, a TCP port of loopback, a serial port. */
import { createWriteStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { release, type as kernelName } from 'node:os';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { TargetFault, type Target } from '../../contract/index.js';
import { serveTarget, type ServeOptions } from './serve.js';

/** How often a serial port without a host is looked at. */
const NOBODY_THERE_MS = 20;
const CHUNK = 64 << 10;

export const thisMachine = (software: string): ServeOptions => ({
  software,
  kernel: { name: kernelName(), release: release() },
});

/** Serves one harness after the other on 127.0.0.1, each with a target of its own, until the server is closed. */
export async function serveTcp(
  port: number,
  openTarget: () => Promise<Target>,
  options: ServeOptions,
  say: (text: string) => void,
): Promise<Server> {
  let isBusy = false;
  const server = createServer({ noDelay: true }, (socket) => {
    if (isBusy) {
      // A machine's ports are under one test at a time.
      say('a second harness was sent away');
      socket.destroy();
      return;
    }
    isBusy = true;
    void serveSocket(socket, openTarget, options)
      .catch((error: unknown) => String(error))
      .then((reason) => {
        isBusy = false;
        if (reason !== null) say(reason);
        socket.destroy();
      });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(new TargetFault(`cannot listen: ${error.message}`, { cause: error })));
    server.listen(port, '127.0.0.1', resolve);
  });
  return server;
}

async function serveSocket(
  socket: Socket,
  openTarget: () => Promise<Target>,
  options: ServeOptions,
): Promise<string | null> {
  const target = await openTarget();
  try {
    return await serveTarget(target, socket, socket, options);
  } finally {
    await target.close();
  }
}

/** Serves whoever is at the other end of a serial port, for ever. A virtio port opens once: one descriptor reads and writes. */
export async function servePort(path: string, target: Target, options: ServeOptions): Promise<string | null> {
  const file = await open(path, 'r+').catch((error: unknown) => {
    throw new TargetFault(`cannot open the port ${path}: ${error instanceof Error ? error.message : String(error)}`);
  });
  const output = createWriteStream(path, { fd: file.fd, autoClose: false });
  const input = new Readable({
    read() {
      void readSome();
    },
  });
  const readSome = async (): Promise<void> => {
    try {
      for (;;) {
        const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(CHUNK), 0, CHUNK);
        if (bytesRead > 0) {
          input.push(buffer.subarray(0, bytesRead));
          return;
        }
        await sleep(NOBODY_THERE_MS);
      }
    } catch (error) {
      input.destroy(error instanceof Error ? error : new Error(String(error)));
    }
  };
  return serveTarget(target, input, output, options);
}
