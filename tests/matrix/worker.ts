/** Runs subjects as the main thread hands them out. */
/* oxlint-disable unicorn/require-post-message-target-origin -- a port is no window */
import { setPriority } from 'node:os';
import { parentPort, type MessagePort } from 'node:worker_threads';
import { runAgainst, type Seen } from './subject.ts';
import { subjects } from './subjects.ts';

export interface Task {
  readonly name: string;
  readonly all: boolean;
  /** Where to say what came of it. */
  readonly answer: MessagePort;
}

export type Done = { readonly seen: Seen } | { readonly crashed: string };

if (parentPort !== null) {
  parentPort.on('message', ({ name, all, answer }: Task) => {
    // Whoever has a clock of his own is in no hurry, and steps aside for those who are on the wall clock.
    if (subjects.get(name)!.clock !== 'wall') setPriority(10);
    runAgainst(subjects.get(name)!, { all }).then(
      (seen) => answer.postMessage({ seen } satisfies Done),
      (error: unknown) =>
        answer.postMessage({ crashed: error instanceof Error ? String(error.stack) : String(error) } satisfies Done),
    );
  });
}
