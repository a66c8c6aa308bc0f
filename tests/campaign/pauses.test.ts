import { expect, test } from 'vitest';
import { pausesOf } from '../../src/campaign/campaign.ts';
import { queueOf, scenario } from '../../src/campaign/scenario.ts';

const made = (id: string, seconds: number) =>
  scenario({ id, title: id, clauses: [], seconds, queues: [queueOf('NORMAL')], run: () => Promise.resolve() });
const scenarios = [made('long/a', 300), made('long/b', 290), made('short/a', 30), made('short/b', 1)];

test('what is shorter begins later, by a quarter of what there is to spare and 6 s at most', () => {
  expect([...pausesOf(scenarios, 400, 0)]).toEqual([
    ['long/a', 0],
    ['long/b', 2.5],
    ['short/a', 6],
    ['short/b', 6],
  ]);
});

test('what many requests take on a slow endpoint is not to spare', () => {
  expect([...pausesOf(scenarios, 400, 0.2).values()]).toEqual([0, 0.5, 6, 6]);
  expect([...pausesOf(scenarios, 400, 7).values()]).toEqual([0, 0, 0, 4.75]);
});

test.for([
  ['few queues, which have to be shared', 3],
  ['a clock that nobody waits for', 0],
] as const)('nobody begins later with %s', ([, queues]) => {
  expect(pausesOf(scenarios, queues, 0).size).toBe(0);
});

test('nor where there is nothing to run', () => {
  expect(pausesOf([], 400, 0).size).toBe(0);
});
