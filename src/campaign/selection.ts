import type { Clause, Header } from '../../schemas/types.ts';
import { matcher } from '../history/matcher.ts';
import { PROGRAMS } from '../history/programs.ts';
import type { RegisteredClause } from '../history/register.ts';
import type { Scenario } from './scenario.ts';

export { matcher };

/** What a run sets out to do. */
export interface Selection {
  /** Longest waits first: they decide how long the run takes. */
  readonly scenarios: readonly Scenario[];
  readonly clauses: readonly string[];
  /** Seconds that the longest chain of waits of the profile takes on a prompt endpoint. */
  readonly longestWait: number;
}

interface Narrowing {
  readonly profile: Header['profile'];
  readonly clock: Header['clock'];
  readonly only?: string | undefined;
}

/** How many of the programs that are asked for are selected; they are known by their ids before they are generated. */
export function selectedPrograms({
  programs,
  only,
}: {
  readonly programs: number;
  readonly only?: string | undefined;
}): number {
  if (only === undefined) return programs;
  const matches = matcher(only);
  return Array.from({ length: programs }, (_, index) => `${PROGRAMS}${index + 1}`).filter(matches).length;
}

/** Picks scenarios and clauses by profile, clock and pattern. An empty selection is for the caller to refuse. */
export function select(
  all: readonly Scenario[],
  clauses: ReadonlyMap<string, RegisteredClause>,
  { profile, clock, only }: Narrowing,
): Selection {
  const reach: readonly Clause['waits'][] =
    clock === 'controlled'
      ? ['none', 'gate', 'certify', 'controlled']
      : profile === 'certify'
        ? ['none', 'gate', 'certify']
        : ['none', 'gate'];
  const inProfile = all.filter(({ waiting }) => reach.includes(waiting));
  const matches = only === undefined ? () => true : matcher(only);
  const scenarios = inProfile.filter((scenario) => matches(scenario.id) || scenario.clauses.some(matches));
  const named = new Set(scenarios.filter(({ id }) => matches(id)).flatMap((scenario) => scenario.clauses));
  const wanted = [...clauses.values()].filter(
    ({ id, waits }) =>
      // Hours can be tried on a controlled clock only; elsewhere their clauses are listed as not applicable.
      (reach.includes(waits) || waits === 'controlled') && (only === undefined || matches(id) || named.has(id)),
  );
  return {
    scenarios: scenarios.toSorted((a, b) => b.seconds - a.seconds || (a.id < b.id ? -1 : 1)),
    clauses: wanted.map(({ id }) => id),
    longestWait: Math.max(
      0,
      ...inProfile.filter(({ waiting }) => waiting !== 'controlled').map(({ seconds }) => seconds),
    ),
  };
}
