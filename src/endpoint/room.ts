/** Room for answers that are larger than any lawful one: a few at a time, since hundreds at once would not fit into memory. */
export interface Room {
  /** Resolves when there is a place, to what gives it back; rejects if the signal comes first. */
  enter(signal: AbortSignal): Promise<() => void>;
}

export function room(places: number): Room {
  let free = places;
  const waiting = new Set<() => void>();
  const leave = (): void => {
    free += 1;
    const [next] = waiting;
    next?.();
  };
  return {
    enter: (signal) =>
      new Promise((resolve, reject) => {
        const go = (): void => {
          waiting.delete(go);
          signal.removeEventListener('abort', stop);
          free -= 1;
          resolve(leave);
        };
        const stop = (): void => {
          waiting.delete(go);
          reject(signal.reason as Error);
        };
        if (signal.aborted) return stop();
        if (free > 0) return go();
        waiting.add(go);
        signal.addEventListener('abort', stop, { once: true });
      }),
  };
}
