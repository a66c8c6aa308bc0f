import { register } from '../../specs/register.ts';
import { arrangementOf } from '../campaign/arrangements.ts';
import { configure, type RunOptions } from '../campaign/configure.ts';
import { endpointUrl } from '../campaign/given.ts';
import { sweepAfterwards } from '../campaign/sweep.ts';
import { UsageError } from '../campaign/usage-error.ts';
import { readCall } from '../history/calls.ts';
import type { Evidence } from '../history/evidence.ts';
import { excerpt, plain } from '../report/plain.ts';
import { count } from '../report/words.ts';
import { readEvidenceFile } from './judge.ts';
import type { Terminal } from './terminal.ts';

const INCOMPLETE = 3;

/** Deletes what a run left behind. Resolves to the exit code: 0 if nothing of it is left, 3 if something may be. */
export async function clean(path: string, options: RunOptions, terminal: Terminal): Promise<number> {
  const evidence = readEvidenceFile(path);
  const { header } = evidence;
  if (header.shards !== undefined) {
    throw new UsageError(`${path} was merged. Expected the evidence of one part, where each part has what it left.`);
  }
  if (header.endpoint === 'embedded' && options.endpoint === undefined) {
    terminal.out('the run was against the embedded emulator, which is gone with all its queues\n');
    return 0;
  }
  const { settings, credentials } = await configure(
    { ...options, project: options.project ?? header.project },
    process.env,
    (_profile, stamp) => `${stamp}-clean`,
  );
  // Whoever made the evidence must not choose where a token goes that was meant for another endpoint.
  if (options.endpoint === undefined && settings.endpoint !== undefined && settings.endpoint !== header.endpoint) {
    throw new UsageError(
      `The evidence is of ${plain(header.endpoint)}, but the environment or the configuration file names ${settings.endpoint}. Say with --endpoint which one is meant.`,
    );
  }
  const endpoint = settings.endpoint ?? endpointUrl({ value: header.endpoint, where: `${path}, member "endpoint"` });
  const { arrangement: how = 'dms' } = header;
  if (how === 'preloaded') {
    terminal.out('the run took what was preloaded, and made nothing\n');
    return 0;
  }
  if (settings.arrange.kind !== how) {
    throw new UsageError(
      `The run's dead letters were arranged by ${how}, so that has to delete them, too. Say how with --arrange ${how}=…`,
    );
  }
  const { deleted, gone, kept, unlisted } = await sweepAfterwards(
    { ...settings, endpoint },
    credentials,
    await arrangementOf(settings, 'wall', [], register),
    { runWord: header.run ?? earlierWord(evidence), known: leftIn(evidence) },
  );
  const rows: [string, string][] = [
    ['endpoint', `${endpoint}, project ${settings.project}`],
    ...deleted.map((queue): [string, string] => ['deleted', queue]),
    ...gone.map((queue): [string, string] => ['gone before', queue]),
    ...kept.map(({ queue, reason }): [string, string] => ['not deleted', `${queue}: ${reason}`]),
    ...(unlisted === undefined
      ? []
      : [
          ['not listed', `queues whose creation was never answered cannot be found: ${unlisted}`] satisfies [
            string,
            string,
          ],
        ]),
    ['in all', `${count(deleted.length, 'queue')} deleted, ${gone.length} gone before, ${kept.length} not deleted`],
  ];
  terminal.out(rows.map(([name, value]) => `${name.padEnd(13)}${excerpt(value)}\n`).join(''));
  return kept.length === 0 && unlisted === undefined ? 0 : INCOMPLETE;
}

/** Ids of the queues that were made and of whose deletion no answer tells. */
function leftIn({ histories, footer }: Evidence): string[] {
  const left = new Set(histories.flatMap(({ queues }) => queues.map(({ queue }) => queue)));
  for (const exchange of histories.flatMap(({ exchanges }) => exchanges)) {
    const call = readCall(exchange);
    if (call?.kind === 'delete-queue' && [200, 204, 404].includes(call.status ?? 0)) left.delete(call.queue);
  }
  for (const { action, queue, done } of histories.flatMap(({ arrangings }) => arrangings)) {
    if (action === 'delete-queue' && done) left.delete(queue ?? '');
  }
  return [...new Set([...left, ...(footer?.undeleted ?? [])])];
}

/** The word of a run whose header does not hold it yet. */
function earlierWord({ header }: Evidence): string {
  return Math.floor(Date.parse(header.startedAt) / 1000).toString(36) + header.seed.toString(36);
}
