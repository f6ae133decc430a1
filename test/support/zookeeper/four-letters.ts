// Four-letter words: a connection that says one, and the whole answer.

import { createConnection } from 'node:net';

/** Empty when the server closes the connection without an answer, or there is none. */
export function fourLetters(port: number, word: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = createConnection({ port, host: '127.0.0.1' }, () => socket.write(word));
    let answer = '';
    socket.setEncoding('utf8');
    socket.on('data', (text) => {
      answer += text;
    });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(answer));
  });
}
