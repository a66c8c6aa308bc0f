import { once } from 'node:events';
import { createServer, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { served, type Front } from './front.ts';

export interface Proxy extends Front {
  /** What it was asked for: CONNECT with a host, or the method with a whole URL. */
  readonly asked: string[];
}

/** A proxy that forwards and tunnels, whatever the name, to ports of this machine; with `auth` it asks for that name and password. */
export async function proxyTo(port: number, auth?: string): Promise<Proxy> {
  const asked: string[] = [];
  const sockets = new Set<Socket>();
  const letsIn = (given: string | undefined): boolean =>
    auth === undefined || given === `Basic ${Buffer.from(auth).toString('base64')}`;
  const server = createServer((incoming, reply) => {
    const { method, url = '', headers } = incoming;
    asked.push(`${method} ${url}`);
    if (!letsIn(headers['proxy-authorization'])) {
      reply.writeHead(407).end();
      return;
    }
    const { host } = new URL(url);
    const passed = request({
      port,
      host: '127.0.0.1',
      method,
      path: url.slice(url.indexOf(host) + host.length),
      headers,
    });
    passed.on('response', (answered) => {
      reply.writeHead(answered.statusCode ?? 502, answered.rawHeaders);
      answered.pipe(reply);
    });
    passed.on('error', () => reply.destroy());
    reply.on('close', () => passed.destroy());
    incoming.pipe(passed);
  });
  server.on('connect', (incoming, socket: Socket) => {
    asked.push(`CONNECT ${incoming.url ?? ''}`);
    sockets.add(socket);
    socket.on('error', () => {});
    if (!letsIn(incoming.headers['proxy-authorization'])) {
      socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
      return;
    }
    const tunnel = connect(port, '127.0.0.1');
    sockets.add(tunnel);
    tunnel.on('error', () => socket.destroy());
    void once(tunnel, 'connect').then(() => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      socket.pipe(tunnel).pipe(socket);
    });
  });
  const front = await served(server);
  return {
    ...front,
    asked,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await front[Symbol.asyncDispose]();
    },
  };
}
