/** Room for answers that are larger than they should be: hundreds of them at once, or one after the other for ever, would not fit. */
export interface Room {
  /**
   * Resolves when there is a place, to what gives it back. Rejects if the signal comes first, or if the run has had all the
   * answers that it may have.
   */
  enter(signal: AbortSignal): Promise<() => void>;
}

/** What the answers of a run take. */
export interface Allowance {
  taken: number;
}

/** A whole gate needs 15 MB of them. */
export const MOST_OF_RUN = 24 * 1024 * 1024;

export class NoRoom extends Error {
  readonly code = 'ANSWERS_TOO_LARGE';
  constructor() {
    super(`the answers of this run took ${MOST_OF_RUN / 1024 / 1024} MB already`);
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
          if (run.taken > MOST_OF_RUN) {
            reject(new NoRoom());
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
