// Reads each request and answers a constant: the measure for what a server costs beside this. Argument: the
// port.

import { createServer } from 'node:http';

const server = createServer((request, response) => {
  request.on('end', () => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': 2 });
    response.end('{}');
  });
  request.resume();
});
server.listen(Number(process.argv[2]), '127.0.0.1');
