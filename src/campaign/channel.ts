/** What the command line and the scenario project, which runs in a worker, tell each other. */
import type { Footer } from '../../schemas/types.ts';
import type { Progress } from './campaign.ts';
import type { Settings } from './settings.ts';

/** Environment variable in which credentials travel to the worker, as JSON; nobody else is to see it. */
export const CREDENTIALS_VARIABLE = 'DMS_CONFORMANCE_CREDENTIALS';

/** Handed to the worker when it starts. Credentials are not among it. */
export interface Assignment {
  readonly settings: Settings;
  /** Name of the BroadcastChannel on which progress comes back and signals go there. */
  readonly channel: string;
}

/**
 * `listening` says that messages are heard from now on; `written`, that the evidence of all scenarios is in its file, and
 * that it is asked which of them broke something.
 */
export type FromWorker = Progress | { readonly kind: 'listening' } | { readonly kind: 'written' };

export type ToWorker =
  | { readonly kind: 'interrupt'; readonly signal: NonNullable<Footer['signal']> }
  /** The clauses that make the run fail, by the scenario that broke them. */
  | { readonly kind: 'broken'; readonly clauses: ReadonlyMap<string, readonly string[]> };

declare module 'vitest' {
  interface ProvidedContext {
    dms: Assignment;
  }
}
