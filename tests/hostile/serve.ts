/** A thread with one hostile endpoint: what floods one run must not delay the answers to another. */
/* oxlint-disable unicorn/require-post-message-target-origin -- a worker is no window */
import { once } from 'node:events';
import { parentPort, Worker, workerData } from 'node:worker_threads';
import type { Serving } from '../../fixtures/hostile/hostile.ts';

export interface Served {
  readonly serving: Pick<Serving, 'url' | 'clockUrl' | 'env'>;
  /** What the endpoint saw that it should not have seen. */
  readonly problems: () => Promise<readonly string[]>;
  readonly close: () => Promise<void>;
}

interface Order {
  readonly name: string;
  readonly token: string;
}

/** Starts a hostile endpoint in a thread of its own. */
export async function serve(order: Order): Promise<Served> {
  const worker = new Worker(new URL(import.meta.url), { workerData: order });
  const answer = async (): Promise<unknown> => ((await once(worker, 'message')) as [unknown])[0];
  return {
    serving: (await answer()) as Served['serving'],
    async problems() {
      worker.postMessage('problems');
      return (await answer()) as readonly string[];
    },
    close: async () => void (await worker.terminate()),
  };
}

if (parentPort !== null && isOrder(workerData)) await serveHere(parentPort, workerData);

async function serveHere(port: NonNullable<typeof parentPort>, { name, token }: Order): Promise<void> {
  const { hostiles } = await import('../../fixtures/hostile/hostiles.ts');
  const { url, clockUrl, env, problems } = await hostiles.find((one) => one.name === name)!.start(token);
  port.on('message', () => port.postMessage(problems?.() ?? []));
  port.postMessage({ url, ...(clockUrl === undefined ? {} : { clockUrl }), ...(env === undefined ? {} : { env }) });
}

function isOrder(value: unknown): value is Order {
  return typeof value === 'object' && value !== null && 'name' in value && 'token' in value;
}
