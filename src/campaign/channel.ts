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

/** `listening` says that signals are heard from now on. */
export type FromWorker = Progress | { readonly kind: 'listening' };

export type ToWorker = NonNullable<Footer['signal']>;

declare module 'vitest' {
  interface ProvidedContext {
    dms: Assignment;
  }
}
