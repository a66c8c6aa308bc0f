/** Deletes the queues of a run that are still there, by their ids and by the word in their names, and nobody else's. */
import { monotonicSeconds } from '../clock/clock.ts';
import { wallClock } from '../clock/wall.ts';
import { inWords, jsonOf, statusOf } from '../endpoint/answer.ts';
import { connections, endpoint as client, type Endpoint } from '../endpoint/endpoint.ts';
import { lagMeter } from '../endpoint/lag.ts';
import { redactor } from '../endpoint/secrets.ts';
import type { Settings } from './settings.ts';

/** What the names of all queues of a run start with; no run's word starts with another's and a hyphen. */
export function queuePrefix(runWord: string): string {
  return `dmsc-${runWord}-`;
}

export interface SweepOptions {
  readonly endpoint: Endpoint;
  readonly project: string;
  readonly runWord: string;
  /** Ids of queues that the run has made and that may be there. */
  readonly known: readonly string[];
}

export interface Swept {
  readonly deleted: readonly string[];
  /** Of the known ones, those that were gone already. */
  readonly gone: readonly string[];
  readonly kept: readonly { readonly queue: string; readonly reason: string }[];
  /** Why queues could not be listed, so that those whose creation was never answered are not found; undefined if they could. */
  readonly unlisted: string | undefined;
}

/** Never throws for what the endpoint does. */
export async function sweep({ endpoint, project, runWord, known }: SweepOptions): Promise<Swept> {
  const root = `/v1.0/${project}/queues`;
  const headers = { 'content-type': 'application/json' };
  const listed = await endpoint.send({ consumer: 'arranger', method: 'GET', target: root, headers });
  const names = statusOf(listed) === 200 ? namesIn(jsonOf(listed)) : undefined;
  const ours = [...(names ?? [])].flatMap(([id, name]) => (name.startsWith(queuePrefix(runWord)) ? [id] : []));
  const deleted: string[] = [];
  const gone: string[] = [];
  const kept: { queue: string; reason: string }[] = [];
  for (const queue of new Set([...known, ...ours])) {
    const name = names?.get(queue);
    if (name !== undefined && !name.startsWith(queuePrefix(runWord))) {
      kept.push({ queue, reason: `its name, ${name}, is none that this run gives` });
      continue;
    }
    const target = `${root}/${encodeURIComponent(queue)}`;
    const exchange = await endpoint.send({ consumer: 'arranger', method: 'DELETE', target, headers });
    const status = statusOf(exchange);
    if (status === 204 || status === 200) deleted.push(queue);
    else if (status === 404) gone.push(queue);
    else kept.push({ queue, reason: inWords(exchange) });
  }
  return { deleted, gone, kept, unlisted: names === undefined ? inWords(listed) : undefined };
}

/** The same after a run, with connections of its own. */
export async function sweepAfterwards({
  settings: { endpoint: url, project },
  token,
  ...rest
}: Omit<SweepOptions, 'endpoint' | 'project'> & {
  readonly settings: Settings & { readonly endpoint: string };
  readonly token: string | undefined;
}): Promise<Swept> {
  const agent = connections();
  const lag = lagMeter();
  const clock = wallClock(monotonicSeconds());
  let lastId = 0;
  const endpoint = client({
    url,
    agent,
    token,
    redact: redactor(token === undefined ? [] : [token]),
    clock,
    lag,
    scenario: 'clean',
    record() {},
    signal: new AbortController().signal,
    nextId: () => (lastId += 1),
  });
  try {
    return await sweep({ endpoint, project, ...rest });
  } finally {
    clock.close();
    lag.close();
    await agent.destroy();
  }
}

/** Names by ids; undefined where the body is no list of queues. */
function namesIn(body: unknown): ReadonlyMap<string, string> | undefined {
  const queues = (body as { queues?: unknown } | null | undefined)?.queues;
  if (!Array.isArray(queues)) return undefined;
  return new Map(
    queues.flatMap((queue: unknown): [string, string][] => {
      const { id, name } = (queue ?? {}) as { id?: unknown; name?: unknown };
      return typeof id === 'string' && id !== '' && typeof name === 'string' ? [[id, name]] : [];
    }),
  );
}
