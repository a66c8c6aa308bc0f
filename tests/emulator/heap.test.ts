import * as fc from 'fast-check';
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
      const drop = (item: Item | undefined) => item && inside.splice(inside.indexOf(item), 1);
      const seen: unknown[] = [];
      const expected: unknown[] = [];
      for (const { act, value } of steps) {
        if (act === 'add') {
          const item = { value, place: -1 };
          heap.add(item);
          inside.push(item);
        } else if (act === 'remove') {
          const item = inside[value % inside.length] ?? { value, place: -1 };
          expected.push(inside.includes(item), false);
          seen.push(heap.remove(item), heap.remove(item));
          drop(inside.includes(item) ? item : undefined);
        } else {
          const least = inside.length === 0 ? undefined : Math.min(...inside.map(({ value }) => value));
          const first = heap.first();
          expected.push(least, first);
          seen.push(first?.value, heap.takeFirst());
          drop(first);
        }
        expected.push(inside.length);
        seen.push(heap.size);
      }
      expect(seen).toEqual(expected);
      expect(new Set(heap)).toEqual(new Set(inside));
    }),
  );
});
