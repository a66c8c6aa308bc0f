import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createHeap } from '../../src/emulator/heap.ts';

interface Item {
  readonly value: number;
  place: number;
}

test('whatever is added and removed, items leave in order and only once', () => {
  const step = fc.oneof(
    fc.record({ act: fc.constant('add'), value: fc.integer() }),
    fc.record({ act: fc.constant('remove'), value: fc.nat() }),
    fc.record({ act: fc.constant('take'), value: fc.constant(0) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const heap = createHeap<Item>((a, b) => a.value < b.value);
      const inside: Item[] = [];
      const drop = (item: Item) => inside.splice(inside.indexOf(item), 1);
      const least = () => Math.min(...inside.map(({ value }) => value));
      for (const { act, value } of steps) {
        if (act === 'add') {
          const item = { value, place: -1 };
          heap.add(item);
          inside.push(item);
        } else if (act === 'remove' && inside.length > 0) {
          const item = inside[value % inside.length]!;
          expect(heap.remove(item)).toBe(true);
          expect(heap.remove(item)).toBe(false);
          drop(item);
        } else if (act === 'take') {
          expect(heap.first()?.value ?? Infinity).toBe(least());
          const item = heap.takeFirst();
          expect(item?.value ?? Infinity).toBe(least());
          if (item !== undefined) drop(item);
        }
        expect(heap.size).toBe(inside.length);
      }
      expect(new Set(heap)).toEqual(new Set(inside));
    }),
  );
});
