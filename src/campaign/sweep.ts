/** Deletes the queues of a run that are still there, by their ids and by the word in their names, and nobody else's. */
import type { Arrangement } from '../arrange/arrangement.ts';
import type { Arranger } from '../arrange/arranger.ts';
import { inWords, jsonOf, statusOf } from '../endpoint/answer.ts';
import type { Credentials } from '../endpoint/credentials.ts';
import type { Endpoint } from '../endpoint/endpoint.ts';
import type { Settings } from './settings.ts';
import { visit } from './visit.ts';

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

/** The same after a run, with connections of its own. Whoever arranges can delete by id only. */
export async function sweepAfterwards(
  settings: Settings & { readonly endpoint: string },
  credentials: Credentials,
  arrangement: Arrangement,
  { runWord, known }: Pick<SweepOptions, 'runWord' | 'known'>,
): Promise<Swept> {
  const { project } = settings;
  return visit(settings, credentials, ({ endpoint, clock, connections }) => {
    if (arrangement.hasNeighbours) return sweep({ endpoint, project, runWord, known });
    const { signal } = new AbortController();
    const options = { endpoint, clock, project, scenario: 'clean', signal, note() {} };
    return sweepArranged(arrangement.arranger(options, connections), known);
  });
}

async function sweepArranged(arranger: Arranger, known: readonly string[]): Promise<Swept> {
  const deleted: string[] = [];
  const kept: { queue: string; reason: string }[] = [];
  for (const queue of known) {
    if (await arranger.deleteQueue(queue)) deleted.push(queue);
    else kept.push({ queue, reason: 'whoever arranges did not delete it' });
  }
  return { deleted, gone: [], kept, unlisted: 'whoever arranges can list no queues' };
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
