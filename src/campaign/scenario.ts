import type { Features, Program } from '../../schemas/types.ts';
import type { QueueSpec } from '../arrange/arranger.ts';
import type { World } from './world.ts';

/** How long a scenario has to wait: up to 30 s, up to 300 s, or hours, which only a controlled clock can pass. */
export type Waiting = 'gate' | 'certify' | 'controlled';

/**
 * Arranges dead letters and makes requests that put clauses to the test. It asserts nothing: rules judge what it saw.
 */
export interface Scenario {
  /** Hierarchical and stable: chapter, subject, case. */
  readonly id: string;
  /** One sentence that states the rule which is provoked. */
  readonly title: string;
  /** The clauses that it is there to provoke. */
  readonly clauses: readonly string[];
  readonly waiting: Waiting;
  /** Seconds that its chain of waits takes on a prompt endpoint. */
  readonly seconds: number;
  /** The queues that it needs, made before it starts. */
  readonly queues: readonly QueueSpec[];
  /** Without this optional neighbouring feature there is nothing to run. */
  readonly feature?: keyof Features;
  /** What it does, where that was generated. */
  readonly program?: Program;
  readonly run: (world: World) => Promise<void>;
}

/** A chapter of the contract: what a spec file exports. */
export interface Chapter {
  readonly name: string;
  readonly scenarios: readonly Scenario[];
}

export type Mode = 'NORMAL' | 'FIFO';
export const bothModes: readonly Mode[] = ['NORMAL', 'FIFO'];

export function queueOf(
  mode: QueueSpec['mode'],
  options: { redrive?: boolean; maxConsumeCount?: number } = {},
): QueueSpec {
  return { mode, redrive: options.redrive ?? !mode.startsWith('KAFKA'), maxConsumeCount: options.maxConsumeCount ?? 1 };
}

/** A scenario with what most have in common: one NORMAL queue, the two short polls that end a drain, part of the gate. */
export function scenario(part: Pick<Scenario, 'id' | 'title' | 'clauses' | 'run'> & Partial<Scenario>): Scenario {
  return { waiting: 'gate', seconds: 2, queues: [queueOf('NORMAL')], ...part };
}
