/** Runs one subject after the other, as the main thread hands them out; those on the wall clock all at once. */
import { parentPort } from 'node:worker_threads';
import { subjects } from './subjects.ts';
import { runAgainst, type Seen } from './subject.ts';

/** Names of subjects that are run beside one another. */
export interface Task {
  readonly names: readonly string[];
  readonly all: boolean;
}

export type Done = { readonly seen: readonly Seen[] } | { readonly crashed: string };

if (parentPort !== null) {
  const port = parentPort;
  port.on('message', ({ names, all }: Task) => {
    Promise.all(names.map((name) => runAgainst(subjects.get(name)!, { all }))).then(
      (seen) => port.postMessage({ seen } satisfies Done),
      (error: unknown) =>
        port.postMessage({ crashed: error instanceof Error ? String(error.stack) : String(error) } satisfies Done),
    );
  });
}
