// Answers of HTTP that do not end, one socket each. What comes is searched for the mark of the value that is
// on its way, and not parsed: a thousand of these share one thread.

import { once } from 'node:events';
import { createConnection, type Socket } from 'node:net';

const BEGUN_BYTES_MAX = 16 * 1024;

/**
 * Sends `request`, and resolves when the answer has `begun` in it. Then calls `heard` once for each mark that
 * comes.
 *
 * @throws Error when the server closes the connection, or answers something else
 */
export async function openStream(
  port: number,
  request: Buffer,
  begun: string,
  mark: () => Buffer,
  heard: () => void,
): Promise<Socket> {
  const socket = createConnection({ port, host: '127.0.0.1' });
  await once(socket, 'connect');
  socket.setNoDelay(true);
  let opening = '';
  const opened = new Promise<void>((resolve, reject) => {
    const take = (chunk: Buffer) => {
      opening += chunk.toString('latin1');
      if (opening.includes(begun)) resolve();
      else if (opening.length > BEGUN_BYTES_MAX) reject(new Error(`no ${begun} in ${opening}`));
      else socket.once('data', take);
    };
    socket.once('data', take);
    socket.on('error', reject);
    socket.on('close', () => reject(new Error(`the server closed the connection after ${opening}`)));
  });
  socket.write(request);
  await opened;
  searchIn(socket, mark, heard);
  return socket;
}

function searchIn(socket: Socket, mark: () => Buffer, heard: () => void): void {
  /** The end of what came before, in which a mark may begin. */
  let carried = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    const all = carried.length === 0 ? chunk : Buffer.concat([carried, chunk]);
    const looked = mark();
    const at = all.indexOf(looked);
    const rest = at < 0 ? all : all.subarray(at + looked.length);
    carried = Buffer.from(rest.subarray(Math.max(0, rest.length - looked.length + 1)));
    if (at >= 0) heard();
  });
}
