/** A program as a scenario: it provokes whatever it provokes, and the same rules judge it. */
import type { Program } from '../../schemas/types.ts';
import { queueOf, type Scenario } from '../campaign/scenario.ts';
import { perform } from './perform.ts';
import { secondsOf } from './seconds.ts';

/** Seconds that a program may take: as long as the longest wait of the profile, hours aside. */
export function secondsFor(profile: 'gate' | 'certify', clock: 'wall' | 'controlled'): number {
  return clock === 'wall' && profile === 'gate' ? 30 : 300;
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
