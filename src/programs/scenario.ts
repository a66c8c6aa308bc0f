/** A program as a scenario: it provokes whatever it provokes, and the same rules judge it. */
import type { Program } from '../../schemas/types.ts';
import { queueOf, type Scenario } from '../campaign/scenario.ts';
import { selectedPrograms } from '../campaign/selection.ts';
import type { Settings } from '../campaign/settings.ts';
import { perform } from './perform.ts';
import { secondsOf } from './seconds.ts';

/** Seconds that a program may take: as long as the longest wait of the profile, hours aside. */
export function secondsFor(profile: 'gate' | 'certify', clock: 'wall' | 'controlled'): number {
  return clock === 'wall' && profile === 'gate' ? 30 : 300;
}

/** The programs that a run generates; where none is selected, what generates them is not loaded. */
export async function programsOf(
  settings: Pick<Settings, 'seed' | 'programs' | 'profile' | 'only'>,
  clock: 'wall' | 'controlled',
): Promise<readonly Scenario[]> {
  if (selectedPrograms(settings) === 0) return [];
  const { generated } = await import('./scenarios.ts');
  const { seed, programs: count, profile } = settings;
  return generated({ seed, count, seconds: secondsFor(profile, clock) });
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
