/** Generated programs as scenarios. Whoever needs none does without loading what generates them. */
import fc from 'fast-check';
import type { Scenario } from '../campaign/scenario.ts';
import { PROGRAMS } from '../history/programs.ts';
import { programs } from './generate.ts';
import { programScenario } from './scenario.ts';

export interface Generation {
  readonly seed: number;
  readonly count: number;
  /** Seconds that one may take on a prompt endpoint. */
  readonly seconds: number;
}

/** The programs of a seed: the same for the same version of the suite. */
export function generated({ seed, count, seconds }: Generation): readonly Scenario[] {
  return fc
    .sample(programs({ seconds }), { seed, numRuns: count })
    .map((program, index) => programScenario(`${PROGRAMS}${index + 1}`, program));
}
