/** What is done about programs that broke something: they are run again, and shorter forms of them are looked for. */
import type { Counterexample, Program } from '../../schemas/types.ts';
import type { Campaign } from '../campaign/campaign.ts';
import type { Scenario } from '../campaign/scenario.ts';
import type { History } from '../history/evidence.ts';
import { lengthOf } from '../history/programs.ts';
import { programScenario } from './scenario.ts';
import { shrink } from './shrink.ts';

const REPLAYS = 3;

export interface Budget {
  /** How many counterexamples are looked for in one run. */
  readonly counterexamples: number;
  /** Programs that are run for one counterexample. */
  readonly attempts: number;
  /** Seconds for one counterexample. */
  readonly seconds: number;
  /** Programs that are run at once. */
  readonly atOnce: number;
}

/** Under a controlled clock programs cost what their requests cost; on the wall clock they wait, many at once. */
export function budgetFor(clock: 'wall' | 'controlled'): Budget {
  return clock === 'controlled'
    ? { counterexamples: 3, attempts: 500, seconds: 20, atOnce: 8 }
    : { counterexamples: 3, attempts: 400, seconds: 120, atOnce: 60 };
}

export interface Search {
  readonly campaign: Pick<Campaign, 'run' | 'attempt' | 'note'>;
  /** The programs that were run and broke something, with the clauses whose break makes a run fail. */
  readonly failed: readonly (readonly [Scenario, readonly string[]])[];
  /** Clauses whose break makes a run fail, those that a history breaks. */
  readonly brokenIn: (history: History) => readonly string[];
  readonly budget: Budget;
  /** Whether the run was interrupted. */
  readonly interrupted: () => boolean;
  readonly progress?: (scenario: string, clause: string) => void;
}

/** Finds counterexamples and writes them down, one for each clause that none of the others breaks, too. */
export async function findCounterexamples(search: Search): Promise<readonly Counterexample[]> {
  const failed = search.failed
    .flatMap(([{ id, program }, clauses]) =>
      program === undefined || clauses.length === 0 ? [] : [{ id, program, clauses: [...new Set(clauses)] }],
    )
    .sort((one, other) => lengthOf(one.program.operations) - lengthOf(other.program.operations));
  const frequency = new Map<string, number>();
  for (const clause of failed.flatMap(({ clauses }) => clauses))
    frequency.set(clause, (frequency.get(clause) ?? 0) + 1);
  const explained = new Set<string>();
  const found: Counterexample[] = [];
  // What breaks most often names the fault more likely than what breaks in its wake.
  for (const [clause] of [...frequency].sort(([, one], [, other]) => other - one)) {
    const shortest = failed.find(({ clauses }) => clauses.includes(clause));
    if (shortest === undefined || explained.has(clause)) continue;
    if (found.length === search.budget.counterexamples || search.interrupted()) break;
    const { id, program, clauses } = shortest;
    for (const one of clauses) explained.add(one);
    search.progress?.(id, clause);
    const counterexample = await examine(id, program, clause, search);
    // What was cut short says nothing about how often it breaks.
    if (search.interrupted()) break;
    search.campaign.note(counterexample);
    found.push(counterexample);
  }
  return found;
}

async function examine(id: string, program: Program, clause: string, search: Search): Promise<Counterexample> {
  const { campaign, brokenIn, budget } = search;
  const breaks = (history: History): boolean => brokenIn(history).includes(clause);
  const again = Array.from({ length: REPLAYS }, (_, index) => programScenario(`${id}/again/${index + 1}`, program));
  const replays = await Promise.all(again.map((scenario) => campaign.run(scenario)));
  const reproduced = replays.filter(breaks).length;
  const known = {
    type: 'counterexample' as const,
    scenario: id,
    clause,
    replays: replays.length,
    reproduced,
    again: replays.filter((history) => !breaks(history)).map(({ scenario }) => scenario),
  };
  if (reproduced === 0) return { ...known, attempts: 0, shrunk: null };
  const until = performance.now() + budget.seconds * 1000;
  let attempts = 0;
  const shrunk = await shrink(program, {
    breaks: async (programs) => {
      const histories = await Promise.all(
        programs.map((one) => campaign.attempt(programScenario(`${id}/attempt/${(attempts += 1)}`, one))),
      );
      return histories.map(breaks);
    },
    atOnce: budget.atOnce,
    most: budget.attempts,
    goOn: () => performance.now() < until && !search.interrupted(),
  });
  const shortest = programScenario(`${id}/shrunk`, shrunk.program);
  const last = await campaign.run(shortest);
  return { ...known, attempts: shrunk.attempts, shrunk: breaks(last) ? shortest.id : null };
}
