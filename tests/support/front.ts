import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

export interface Front extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
}

/** An answer instead of that of the server behind. */
export interface Instead {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A server before another one, byte for byte: what `instead` says is answered, all else is passed on. */
export async function frontOf(
  behind: string,
  instead: (asked: IncomingMessage, body: Buffer) => Instead | undefined,
  tls?: ServerOptions,
): Promise<Front> {
  const answer: RequestListener = (asked, reply) => {
    void (async () => {
      const body = await buffer(asked);
      const own = instead(asked, body);
      if (own !== undefined) return reply.writeHead(own.status, own.headers).end(own.body);
      const passed = request(behind, { method: asked.method, path: asked.url, headers: asked.headers });
      passed.on('response', (answered) => {
        reply.writeHead(answered.statusCode ?? 502, answered.rawHeaders);
        answered.pipe(reply);
      });
      passed.on('error', () => reply.destroy());
      reply.on('close', () => passed.destroy());
      return passed.end(body);
    })().catch(() => reply.destroy());
  };
  return served(
    tls === undefined ? createServer(answer) : createTlsServer(tls, answer),
    tls === undefined ? 'http' : 'https',
  );
}

/** Serves on a free port of this machine until it is disposed of. */
export async function served(server: Server, scheme: 'http' | 'https' = 'http'): Promise<Front> {
  server.on('tlsClientError', () => {});
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `${scheme}://127.0.0.1:${port}`,
    port,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
