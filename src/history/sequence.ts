/** Calls in the order in which they left, to be asked again and again what went on at some time. */
import type { Placed } from './calls.ts';

/** How many of the items, which stand in the order of that number, lie below the bound. */
export function countBelow<T>(items: readonly T[], numberOf: (item: T) => number, bound: number): number {
  let [low, high] = [0, items.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (numberOf(items[middle]!) < bound) low = middle + 1;
    else high = middle;
  }
  return low;
}

const leftOf = ({ left }: Placed): number => left;

/**
 * Things that begin and end: which of them had begun before one instant and had not ended by another is told without
 * looking at those that were over long before.
 */
export class Sequence<T extends Placed> {
  readonly #items: readonly T[];
  /** For each item the latest end of those up to it. */
  readonly #ends: readonly number[];

  /** The items stand in the order in which they left. */
  constructor(items: readonly T[]) {
    this.#items = items;
    let latest = -Infinity;
    this.#ends = items.map(({ arrived }) => (latest = Math.max(latest, arrived)));
  }

  /** Whether one that left before `until`, and arrived after `since`, is so. */
  someBetween(since: number, until: number, isSo: (item: T) => boolean): boolean {
    for (let index = countBelow(this.#items, leftOf, until) - 1; index >= 0; index -= 1) {
      if (!(this.#ends[index]! > since)) return false;
      const item = this.#items[index]!;
      if (item.arrived > since && isSo(item)) return true;
    }
    return false;
  }
}
