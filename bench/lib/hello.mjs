// The floor: what a request costs on this machine when nothing is done for it.
import { createServer } from 'node:http';

createServer((request, response) => {
  request.on('data', () => {});
  request.on('end', () => response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': '17' }).end('{"hello":"world"}'));
}).listen(Number(process.argv[2]), '127.0.0.1');
