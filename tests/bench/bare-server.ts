/**
 * A process of its own: a server that does nothing but answer, to compare the emulator with. What is consumed and
 * acknowledged gets these two answers; a GET of /held waits for a POST to /wake, and /waiting tells how many do.
 */
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

const [consumed = '', acknowledged = ''] = process.argv.slice(2);
const held = new Set<ServerResponse>();

function answer(reply: ServerResponse, body: string): void {
  reply.writeHead(200, {
    'Content-Type': 'application/json;charset=UTF-8',
    'Cache-Control': 'no-store',
    'Content-Length': Buffer.byteLength(body),
  });
  reply.end(body);
}

const server = createServer({ keepAliveTimeout: 120_000 }, (request, reply) => {
  if (request.url === '/waiting') answer(reply, JSON.stringify({ waiting: held.size }));
  else if (request.url === '/held') held.add(reply);
  else if (request.method === 'GET') answer(reply, consumed);
  else {
    request.resume().on('end', () => {
      if (request.url === '/wake') {
        for (const waiting of held) answer(waiting, consumed);
        held.clear();
      }
      answer(reply, acknowledged);
    });
  }
}).listen({ port: 0, host: '127.0.0.1', backlog: 4096 });
await once(server, 'listening');
console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
