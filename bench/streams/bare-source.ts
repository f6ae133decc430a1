// Answers each GET with the same bytes from memory: the measure for a server that reads them from somewhere.
// Arguments: the port, and how many bytes.

import { createServer } from 'node:http';

const [port, bytes] = process.argv.slice(2).map(Number);
const body = Buffer.alloc(bytes ?? 0, 'x');
const server = createServer((request, response) => {
  request.resume();
  response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': body.length });
  response.end(body);
});
server.listen(port, '127.0.0.1');
