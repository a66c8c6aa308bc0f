/** Parts of a run that are run apart, on machines that know nothing of each other, and merged afterwards. */
import type { Header } from '../../schemas/types.ts';
import type { Scenario } from './scenario.ts';
import type { Selection } from './selection.ts';
import type { Shard } from './settings.ts';

/**
 * The scenarios of one part. Each part holds a queue for as long as any other, as near as it goes: the longest go first, to whoever has
 * least. Nothing but the scenarios themselves decides, so that every machine comes to the same parts.
 */
export function shardOf(
  scenarios: readonly Scenario[],
  { index, of }: Shard,
  clock: Header['clock'],
): readonly Scenario[] {
  // A controlled clock waits for nothing; and each scenario has to be arranged.
  const load = ({ seconds, queues }: Scenario): number => queues.length * (clock === 'wall' ? seconds + 1 : 1);
  const parts = Array.from({ length: of }, () => ({ load: 0, ids: new Set<string>() }));
  const longestFirst = scenarios.toSorted((one, other) => load(other) - load(one) || (one.id < other.id ? -1 : 1));
  for (const scenario of longestFirst) {
    const least = parts.reduce((best, one) => (one.load < best.load ? one : best));
    least.load += load(scenario);
    least.ids.add(scenario.id);
  }
  const own = parts[index - 1]?.ids;
  return scenarios.filter(({ id }) => own?.has(id));
}

/** What a part sets out to do: its scenarios, and the clauses that these provoke. */
export function narrow(whole: Selection, shard: Shard | undefined, clock: Header['clock']): Selection {
  if (shard === undefined) return whole;
  const scenarios = shardOf(whole.scenarios, shard, clock);
  const provoked = new Set(scenarios.flatMap(({ clauses }) => clauses));
  return { ...whole, scenarios, clauses: whole.clauses.filter((id) => provoked.has(id)) };
}
