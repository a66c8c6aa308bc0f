/** Room for answers that are larger than they should be: hundreds of them at once, or one after the other for ever, would not fit. */
export interface Room {
  /**
   * Resolves when there is a place, to what gives it back. Rejects if the signal comes first, or if the run has had all the
   * answers that it may have.
   */
  enter(signal: AbortSignal): Promise<() => void>;
}

/** What the answers of a run take, in bytes of evidence. */
export interface Allowance {
  all: number;
  /** Of those that are larger than 128 KB: few scenarios bring such answers about, and none brings many. */
  large: number;
}

export const LARGE_BYTES = 128 * 1024;
/** With handlers of 8 KB, which are lawful, all scenarios and 300 programs take 106 MB. */
export const MOST_OF_RUN = 256 * 1024 * 1024;
/** They take 19 MB where nothing is escaped that need not be. */
export const MOST_LARGE_OF_RUN = 48 * 1024 * 1024;

export function noneTaken(): Allowance {
  return { all: 0, large: 0 };
}

/** What a run has had too much of, in words; undefined where that is nothing. */
export function excessOf({ all, large }: Allowance): string | undefined {
  if (large > MOST_LARGE_OF_RUN)
    return `its answers of more than 128 KB take more than the ${megabytes(MOST_LARGE_OF_RUN)} that a run may have`;
  return all > MOST_OF_RUN ? `its answers take more than the ${megabytes(MOST_OF_RUN)} that a run may have` : undefined;
}

export function megabytes(bytes: number): string {
  return `${bytes / 1024 / 1024} MB`;
}

export class NoRoom extends Error {
  readonly code = 'ANSWERS_TOO_LARGE';
  constructor(excess: string) {
    super(excess);
  }
}

export function room(places: number): (run: Allowance) => Room {
  let free = places;
  const waiting = new Set<() => void>();
  const leave = (): void => {
    free += 1;
    const [next] = waiting;
    next?.();
  };
  return (run) => ({
    enter: (signal) =>
      new Promise((resolve, reject) => {
        const end = (): void => {
          waiting.delete(go);
          signal.removeEventListener('abort', stop);
        };
        const go = (): void => {
          end();
          const excess = excessOf(run);
          if (excess !== undefined) {
            reject(new NoRoom(excess));
            // It took no place: whoever is behind it may have this one.
            const [next] = waiting;
            next?.();
            return;
          }
          free -= 1;
          resolve(leave);
        };
        const stop = (): void => {
          end();
          reject(signal.reason as Error);
        };
        if (signal.aborted) return stop();
        if (free > 0) return go();
        waiting.add(go);
        signal.addEventListener('abort', stop, { once: true });
      }),
  });
}
