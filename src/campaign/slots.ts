/** Bounds how many queues exist at once. First come, first served, so that whoever needs many is not starved. */
export interface Slots {
  /** Resolves when `count` slots are ours. */
  take(count: number): Promise<void>;
  give(count: number): void;
  /** The endpoint refused one more than are in use: from now on that many are all there are. */
  lowerTo(inUse: number): void;
  readonly capacity: number;
  readonly used: number;
}

export function slots(initial: number): Slots {
  let capacity = initial;
  let used = 0;
  const waiting: { readonly count: number; readonly go: () => void }[] = [];
  const serve = (): void => {
    for (
      let next = waiting[0];
      next !== undefined && (used + next.count <= capacity || used === 0);
      next = waiting[0]
    ) {
      waiting.shift();
      used += next.count;
      next.go();
    }
  };
  return {
    take: (count) =>
      new Promise((resolve) => {
        waiting.push({ count, go: resolve });
        serve();
      }),
    give(count) {
      used -= count;
      serve();
    },
    lowerTo(inUse) {
      capacity = Math.max(1, Math.min(capacity, inUse));
    },
    get capacity() {
      return capacity;
    },
    get used() {
      return used;
    },
  };
}
