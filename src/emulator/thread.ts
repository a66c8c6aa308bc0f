/** Emulators in a thread of their own, so that what they cost delays nobody who calls them. */
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Emulator, EmulatorOptions } from './emulator.ts';
import type { Answered, Asked, Started } from './thread-host.ts';

export interface EmulatorThread {
  /** As startEmulator. Behaviour, which is functions, cannot be handed over. */
  start(options: Omit<EmulatorOptions, 'behaviour'>): Promise<Emulator>;
}

/** Starts the thread. It keeps no process alive while nothing is asked of it, and ends with whoever started it. */
export function emulatorThread(): EmulatorThread {
  const worker = new Worker(new URL(`./thread-host${extname(import.meta.url)}`, import.meta.url));
  worker.unref();
  const open = new Map<number, { resolve(answer: unknown): void; reject(error: Error): void }>();
  let last = 0;
  worker.on('message', ({ id, answer, trouble }: Answered) => {
    const asked = open.get(id);
    open.delete(id);
    if (open.size === 0) worker.unref();
    if (trouble === undefined) asked?.resolve(answer);
    else asked?.reject(new Error(trouble));
  });
  worker.on('error', (error: Error) => {
    for (const { reject } of open.values()) reject(error);
    open.clear();
  });
  const ask = (asked: Asked): Promise<unknown> =>
    new Promise((resolve, reject) => {
      last += 1;
      open.set(last, { resolve, reject });
      worker.ref();
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker is no window
      worker.postMessage({ id: last, asked });
    });
  return {
    async start(options) {
      const { emulator, urls } = (await ask({ kind: 'start', options })) as Started;
      const clock = {
        read: () => ask({ kind: 'read', emulator }) as ReturnType<NonNullable<Emulator['clock']>['read']>,
        advance: (seconds: number) =>
          ask({ kind: 'advance', emulator, seconds }) as ReturnType<NonNullable<Emulator['clock']>['advance']>,
      };
      let closed: Promise<void> | undefined;
      return {
        ...urls,
        clock: urls.clockUrl === undefined ? undefined : clock,
        close: () => (closed ??= ask({ kind: 'close', emulator }) as Promise<void>),
      };
    },
  };
}
