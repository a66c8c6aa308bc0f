/** What a heap needs of its items: a place where it notes each item's index, so that any item can leave in O(log n). */
export interface Heaped {
  /** Index in the heap that holds the item; -1 while none does. */
  place: number;
}

/** A binary heap. Every operation but `size` and `first` (both O(1)) and iteration costs O(log n). */
export interface Heap<Item extends Heaped> extends Iterable<Item> {
  readonly size: number;
  readonly first: () => Item | undefined;
  readonly add: (item: Item) => void;
  readonly takeFirst: () => Item | undefined;
  /** Takes `item` out wherever it is; returns false if it was not in a heap. */
  readonly remove: (item: Item) => boolean;
}

/** An empty heap whose first item is the one that comes `before` all others. An item may be in one heap at a time. */
export function createHeap<Item extends Heaped>(before: (a: Item, b: Item) => boolean): Heap<Item> {
  const items: Item[] = [];

  function put(item: Item, place: number): void {
    items[place] = item;
    item.place = place;
  }

  function rise(item: Item, from: number): void {
    let place = from;
    while (place > 0) {
      const above = (place - 1) >> 1;
      const parent = items[above]!;
      if (!before(item, parent)) break;
      put(parent, place);
      place = above;
    }
    put(item, place);
  }

  function sink(item: Item, from: number): void {
    let place = from;
    for (;;) {
      let below = 2 * place + 1;
      if (below >= items.length) break;
      if (below + 1 < items.length && before(items[below + 1]!, items[below]!)) below++;
      const child = items[below]!;
      if (!before(child, item)) break;
      put(child, place);
      place = below;
    }
    put(item, place);
  }

  function remove(item: Item): boolean {
    const place = item.place;
    if (place < 0) return false;
    const last = items.pop()!;
    item.place = -1;
    if (last !== item) {
      sink(last, place);
      rise(last, last.place);
    }
    return true;
  }

  return {
    get size() {
      return items.length;
    },
    first: () => items[0],
    add: (item) => rise(item, items.length),
    takeFirst: () => {
      const item = items[0];
      if (item !== undefined) remove(item);
      return item;
    },
    remove,
    [Symbol.iterator]: () => items.values(),
  };
}
