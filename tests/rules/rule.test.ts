import { expect, test } from 'vitest';
import { viewOf } from '../../src/history/view.ts';
import { broken, held, inSeconds, noted, perView, undecided } from '../../src/rules/rule.ts';
import { story } from '../support/history.ts';

test('a finding names the exchanges that show it, in the order in which it was told of them', () => {
  const [first, second] = [{ id: 7 }, { id: 3 }];
  expect([held(first, second), undecided(second), broken('so', 'otherwise', first), noted('this')]).toEqual([
    { outcome: 'held', exchanges: [7, 3] },
    { outcome: 'undecided', exchanges: [3] },
    { outcome: 'broken', expected: 'so', observed: 'otherwise', exchanges: [7] },
    { outcome: 'noted', observed: 'this', exchanges: [] },
  ]);
});

test.for([
  [0, '0 s'],
  [15, '15 s'],
  [2.5, '2.5 s'],
  [1.234, '1.23 s'],
  [1.236, '1.24 s'],
  [0.004, '0 s'],
] as const)('%d seconds read as %s', ([value, expected]) => {
  expect(inSeconds(value)).toBe(expected);
});

test('what rules share is made once for a view, also where it is nothing', () => {
  const views = [viewOf(story().history()), viewOf(story().history())] as const;
  const asked: unknown[] = [];
  const of = perView((view) => void asked.push(view));
  for (const view of [...views, ...views]) of(view);
  expect(asked).toEqual(views);
});
