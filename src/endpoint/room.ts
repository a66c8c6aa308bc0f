/** Room for answers that are larger than they should be: hundreds of them at once, or one after the other for ever, would not fit. */
export interface Room {
  /**
   * Resolves when there is a place, to what gives it back. Rejects if the signal comes first, or if the run has had all the
   * answers that it may have.
   */
  enter(signal: AbortSignal): Promise<() => void>;
}

/** What the answers of a run take, in bytes of evidence, and what they may. */
export interface Allowance {
  all: number;
  readonly mostOfAll: number;
  /** Of those that are larger than 128 KB: few scenarios bring such answers about, and none brings many. */
  large: number;
  readonly mostOfLarge: number;
}

export const LARGE_BYTES = 128 * 1024;
/** For each scenario or program. With handlers of 8 KB, which are lawful, they take 150 KB on average. */
const MOST_BYTES = 600 * 1024;
/** The same of large answers, which take 27 to 35 KB where nothing is escaped that need not be. */
const MOST_LARGE_BYTES = 72 * 1024;
/** A few scenarios may be just those with large answers. */
const LEAST_BYTES = 16 * 1024 * 1024;

/** For a run of so many scenarios and programs. */
export function allowanceFor(scenarios: number): Allowance {
  return {
    all: 0,
    mostOfAll: Math.max(LEAST_BYTES, scenarios * MOST_BYTES),
    large: 0,
    mostOfLarge: Math.max(LEAST_BYTES, scenarios * MOST_LARGE_BYTES),
  };
}

/** What a run has had too much of, in words; undefined where that is nothing. */
export function excessOf({ all, mostOfAll, large, mostOfLarge }: Allowance): string | undefined {
  if (large > mostOfLarge)
    return `its answers of more than 128 KB take more than the ${megabytes(mostOfLarge)} that this run may have`;
  return all > mostOfAll ? `its answers take more than the ${megabytes(mostOfAll)} that this run may have` : undefined;
}

export function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1024 / 1024)} MB`;
}

export class NoRoom extends Error {
  readonly code = 'ANSWERS_TOO_LARGE';
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
