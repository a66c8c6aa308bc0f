/** Generated programs as scenarios: they provoke whatever they provoke, and the same rules judge them. */
import fc from 'fast-check';
import type { Program } from '../../schemas/types.ts';
import { queueOf, type Scenario } from '../campaign/scenario.ts';
import { PROGRAMS } from '../history/programs.ts';
import { programs } from './generate.ts';
import { perform } from './perform.ts';
import { secondsOf } from './seconds.ts';

export interface Generation {
  readonly seed: number;
  readonly count: number;
  /** Seconds that one may take on a prompt endpoint. */
  readonly seconds: number;
}

/** Seconds that a program may take: as long as the longest wait of the profile, hours aside. */
export function secondsFor(profile: 'gate' | 'certify', clock: 'wall' | 'controlled'): number {
  return clock === 'wall' && profile === 'gate' ? 30 : 300;
}

/** The programs of a seed: the same for the same version of the suite. */
export function generated({ seed, count, seconds }: Generation): readonly Scenario[] {
  return fc
    .sample(programs({ seconds }), { seed, numRuns: count })
    .map((program, index) => programScenario(`${PROGRAMS}${index + 1}`, program));
}

export function programScenario(id: string, program: Program): Scenario {
  return {
    id,
    title: 'A generated program of consumes and acknowledgements.',
    clauses: [],
    waiting: 'gate',
    seconds: Math.min(program.seconds, secondsOf(program)),
    queues: [queueOf(program.mode)],
    program,
    run: (world) => perform(program, world),
  };
}
