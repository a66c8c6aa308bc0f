import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Transmission } from './transport.ts';

/** The largest request body that is read, bytes. Above the 512 KB that may be sent, so that the excess has its own code. */
export const bodyLimitBytes = 2 * 1024 * 1024;

/**
 * Reads a request's body. `done` gets `undefined` for one over the limit, and is not called when the client goes first.
 * Even then all of it is received: a connection closed under a client that is still sending reaches it as a reset, not as an answer.
 */
export function readBody(request: IncomingMessage, done: (body: Buffer | undefined) => void): void {
  const chunks: Buffer[] = [];
  let bytes = 0;
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes <= bodyLimitBytes) chunks.push(chunk);
  });
  request.on('end', () => {
    if (bytes > bodyLimitBytes) done(undefined);
    else done(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks));
  });
}

/** Writes an answer, all at once. */
export function send(
  response: ServerResponse,
  {
    answer: { status, headers, body },
    chunked = false,
    close = false,
  }: Partial<Transmission> & Pick<Transmission, 'answer'>,
): void {
  if (response.destroyed || response.headersSent) return;
  const lines: string[] = [];
  let measured = chunked;
  for (const [name, value] of Object.entries(headers)) {
    lines.push(name, value);
    if (name === 'Content-Length') measured = true;
  }
  if (close) lines.push('Connection', 'close');
  // A 204 has no body and must not say how long it is.
  if (!measured && status !== 204) lines.push('Content-Length', String(Buffer.byteLength(body)));
  response.writeHead(status, lines);
  if (chunked && status !== 204) response.write(body.slice(0, 1));
  response.end(chunked && status !== 204 ? body.slice(1) : body);
}

/** Calls `gone` if the client goes before `response` is finished; also when it only closes its sending side. */
export function onDisconnect(request: IncomingMessage, response: ServerResponse, gone: () => void): void {
  const { socket } = request;
  // The socket's `end` comes some turns of the event loop before the response's `close`; in between, a message that
  // arrives would be leased to nobody.
  socket.once('end', gone);
  response.once('close', () => {
    socket.off('end', gone);
    gone();
  });
}

/** Whether a request's Content-Type is acceptable for JSON: application/json in any case, with any parameters, or none. */
export function acceptsAsJson(contentType: string | undefined): boolean {
  if (contentType === undefined || contentType === 'application/json') return true;
  return contentType.split(';', 1)[0]?.trim().toLowerCase() === 'application/json';
}
