/**
 * A process of its own: sends as many requests as a run did, of the same sizes, to a server that answers each with as many
 * bytes, both in this one process as in the run. Says how many seconds that took.
 */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Agent, request } from 'undici';

/** Sizes in bytes. */
export interface LoopRequest {
  readonly method: string;
  readonly target: number;
  readonly body: number;
  readonly answer: number;
}

/** As many scenarios as a run with the embedded emulator has under way at once. */
const AT_ONCE = 8;

const chains = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as LoopRequest[][];
const all = chains.flat();
const bytes = Buffer.alloc(Math.max(...all.map(({ body, answer }) => Math.max(body, answer))), 'x');

const server = createServer((asked, reply) => {
  const [, length] = asked.url?.split('/') ?? [];
  asked.resume().on('end', () => {
    reply.writeHead(200, { 'Content-Type': 'application/json;charset=UTF-8', 'Content-Length': length });
    reply.end(bytes.subarray(0, Number(length)));
  });
}).listen(0, '127.0.0.1');
await once(server, 'listening');
const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const agent = new Agent({ allowH2: false, pipelining: 1 });

async function send({ method, target, body, answer }: LoopRequest): Promise<void> {
  const response = await request(origin + `/${answer}/`.padEnd(target, 'x'), {
    dispatcher: agent,
    method: method as 'GET',
    headers: { 'content-type': 'application/json' },
    ...(body === 0 ? {} : { body: bytes.subarray(0, body) }),
  });
  await response.body.arrayBuffer();
}

async function inTurn(): Promise<void> {
  for (let chain = chains.shift(); chain !== undefined; chain = chains.shift())
    for (const one of chain) await send(one);
}

const start = performance.now();
await Promise.all(Array.from({ length: AT_ONCE }, inTurn));
console.log((performance.now() - start) / 1000);
await agent.destroy();
server.close();
