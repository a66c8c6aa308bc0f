/**
 * Bounds how many queues exist at once. In the order of asking; but while somebody waits for more than is free, those behind
 * that fit go first, up to MOST_OVERTAKINGS of them, so that no slot is idle and whoever needs many is not starved.
 */
export interface Slots {
  /**
   * Resolves when `count` slots are ours. More than there are at all are ours when nobody else has any. `again` is for those
   * who had them before: they go before all others.
   */
  take(count: number, again?: 'again'): Promise<void>;
  give(count: number): void;
  /** The endpoint refused one more than are in use: from now on that many are all there are, at least 1. */
  lowerTo(inUse: number): void;
  /** The endpoint may have room for one more: up to `most` there are. */
  raise(): void;
  readonly capacity: number;
  readonly used: number;
}

/** How many that came later may go before one who waits. */
export const MOST_OVERTAKINGS = 4;

/** @param most - How many there may ever be, at least `initial`. */
export function slots(initial: number, most = initial): Slots {
  let capacity = initial;
  let used = 0;
  const waiting: { readonly count: number; readonly go: () => void; overtaken: number }[] = [];
  const serve = (): void => {
    for (let place = 0; place < waiting.length;) {
      const next = waiting[place];
      if (next === undefined) return;
      if (used + next.count <= capacity || used === 0) {
        waiting.splice(place, 1);
        for (const one of waiting.slice(0, place)) one.overtaken += 1;
        used += next.count;
        next.go();
        // Those before it may have been overtaken often enough.
        place = 0;
      } else if (next.overtaken >= MOST_OVERTAKINGS) {
        return;
      } else {
        place += 1;
      }
    }
  };
  return {
    take: (count, again) =>
      new Promise((resolve) => {
        const one = { count, go: resolve, overtaken: 0 };
        if (again === undefined) waiting.push(one);
        else waiting.unshift(one);
        serve();
      }),
    give(count) {
      used -= count;
      serve();
    },
    lowerTo(inUse) {
      capacity = Math.max(1, Math.min(capacity, inUse));
    },
    raise() {
      capacity = Math.max(capacity, Math.min(most, capacity + 1));
      serve();
    },
    get capacity() {
      return capacity;
    },
    get used() {
      return used;
    },
  };
}
