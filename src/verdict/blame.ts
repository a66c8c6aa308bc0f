/** Whose doing it is that a run is not conformant. */
import type { End, Exchange, Footer, Verdict } from '../../schemas/types.ts';
import { readCall, type Call } from '../history/calls.ts';
import type { History } from '../history/evidence.ts';

export type Blamed = NonNullable<Verdict['blame']>;

/** Where two are blamed as often, the first one. */
const FIRST: readonly Blamed[] = ['endpoint', 'network', 'arrangement', 'operator', 'suite'];

/**
 * Of a run of which nothing was found broken, and which is not conformant: by what kept it from starting, by the scenarios
 * that were cut short, and last by the calls under test that got no answer. Null where none of these tells: then the endpoint
 * lawfully offered too little, or instants left findings open.
 */
export function blameOf(
  footer: Footer | undefined,
  ends: readonly (End | undefined)[],
  unanswered: readonly ReadonlyMap<Blamed, number>[],
): Blamed | null {
  if (footer?.outcome === 'interrupted') return 'operator';
  if (footer?.outcome === 'unreachable') return footer.blame ?? 'network';
  const aborted = ends.flatMap((end) => (end?.outcome === 'aborted' ? [end.blame ?? 'suite'] : []));
  return mostOf([counted(aborted)]) ?? mostOf(unanswered) ?? null;
}

/** Whom the calls under test speak against that got no answer, and how often. */
export function blamedIn({ exchanges }: Pick<History, 'exchanges'>): ReadonlyMap<Blamed, number> {
  return counted(exchanges.flatMap(unanswered));
}

/** Whom a call under test speaks against by getting no answer, or one that says nothing of what was asked. */
function unanswered(exchange: Exchange): Blamed[] {
  const { outcome } = exchange;
  const suspect = outcome.kind === 'failure' || [404, 408, 429, 503, 504].includes(outcome.status);
  const call = suspect ? readCall(exchange) : undefined;
  if (call === undefined || !isTested(call)) return [];
  if (call.reply !== 'unknown' && call.reply !== 'transient') return [];
  if (outcome.kind === 'answer') return ['endpoint'];
  if (outcome.cause === 'aborted') return [];
  return [outcome.cause === 'unreachable' ? 'network' : 'endpoint'];
}

function isTested({ kind }: Call): boolean {
  return kind === 'consume' || kind === 'acknowledge' || kind === 'other';
}

function counted(all: readonly Blamed[]): ReadonlyMap<Blamed, number> {
  return new Map(FIRST.map((one) => [one, all.filter((other) => other === one).length]));
}

function mostOf(counts: readonly ReadonlyMap<Blamed, number>[]): Blamed | undefined {
  const times = (one: Blamed): number => counts.reduce((sum, count) => sum + (count.get(one) ?? 0), 0);
  return FIRST.filter((one) => times(one) > 0).toSorted((one, other) => times(other) - times(one))[0];
}
