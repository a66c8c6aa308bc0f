import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server as HttpServer, type ServerResponse } from 'node:http';
import { createServer as createTcpServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Dispatcher } from 'undici';
import { onTestFinished } from 'vitest';
import { connections } from '../../src/endpoint/endpoint.ts';

export interface Asked {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

async function listening(server: Server | HttpServer): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A server that is gone with its test; resolves to its URL. */
export async function httpServer(answer: (asked: Asked, reply: ServerResponse) => unknown): Promise<string> {
  const server = createServer((request, reply) => {
    void text(request).then((body) => {
      const { method = '', url = '', headers } = request;
      return answer({ method, url, headers, body }, reply);
    });
  });
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return listening(server);
}

/** A server below HTTP: `answer` gets the socket when the first bytes of a request have come. */
export async function tcpServer(answer: (socket: Socket, request: string) => unknown): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('data', (bytes: Buffer) => void answer(socket, bytes.toString('latin1')));
  });
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return listening(server);
}

/** Connections as a run makes them, gone with the test. */
export function agent(): Dispatcher {
  const own = connections();
  onTestFinished(() => own.destroy());
  return own;
}
