/** Runs one subject after the other, as the main thread hands them out. */
import { setPriority } from 'node:os';
import { parentPort } from 'node:worker_threads';
import { runAgainst, type Seen } from './subject.ts';
import { subjects } from './subjects.ts';

export interface Task {
  readonly name: string;
  readonly all: boolean;
}

export type Done = { readonly seen: Seen } | { readonly crashed: string };

if (parentPort !== null) {
  const port = parentPort;
  port.on('message', ({ name, all }: Task) => {
    // Whoever has a clock of his own is in no hurry, and steps aside for those who are on the wall clock.
    if (subjects.get(name)!.clock !== 'wall') setPriority(10);
    runAgainst(subjects.get(name)!, { all }).then(
      (seen) => port.postMessage({ seen } satisfies Done),
      (error: unknown) =>
        port.postMessage({ crashed: error instanceof Error ? String(error.stack) : String(error) } satisfies Done),
    );
  });
}
