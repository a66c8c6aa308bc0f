import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { chapters } from '../../specs/chapters.ts';
import { register } from '../../specs/register.ts';
import { queueOf, scenario, type Scenario } from '../../src/campaign/scenario.ts';
import { select } from '../../src/campaign/selection.ts';
import { narrow, shardOf } from '../../src/campaign/shards.ts';
import { ran } from '../support/runs.ts';

const all = chapters.flatMap(({ scenarios }) => scenarios);
const gate = select(all, register.clauses, { profile: 'gate', clock: 'wall' });

const held = (part: readonly Scenario[]): number =>
  part.reduce((sum, { seconds, queues }) => sum + seconds * queues.length, 0);

function parts(of: number, clock: 'wall' | 'controlled' = 'wall', scenarios = gate.scenarios): (readonly Scenario[])[] {
  return Array.from({ length: of }, (_, place) => shardOf(scenarios, { index: place + 1, of }, clock));
}

describe('the parts of a run', () => {
  test.for([1, 2, 3, 7, 50])('have each scenario once between them, in its order, where they are %d', (of) => {
    const ids = parts(of).map((part) => part.map(({ id }) => id));
    expect(ids.flat().toSorted()).toEqual(gate.scenarios.map(({ id }) => id).toSorted());
    const order = new Map(gate.scenarios.map(({ id }, index) => [id, index]));
    for (const part of ids) {
      const places = part.map((id) => order.get(id) ?? -1);
      expect(places).toEqual(places.toSorted((one, other) => one - other));
    }
  });

  test.for([2, 3, 5])('hold queues for as long as each other, where they are %d', (of) => {
    const loads = parts(of).map(held);
    expect(Math.min(...loads)).toBeGreaterThan(0.97 * Math.max(...loads));
  });

  test('have as many scenarios as each other under a controlled clock', () => {
    const small = gate.scenarios.filter(({ queues }) => queues.length === 1);
    const counts = parts(3, 'controlled', small).map(({ length }) => length);
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
  });

  test('are the same on every machine: they depend on nothing but the scenarios', () => {
    const shuffled = fc.shuffledSubarray([...gate.scenarios], { minLength: gate.scenarios.length });
    const ids = (scenarios: readonly Scenario[]): string[] => scenarios.map(({ id }) => id).toSorted();
    fc.assert(
      fc.property(shuffled, (scenarios) => {
        expect(parts(3, 'wall', scenarios).map(ids)).toEqual(parts(3).map(ids));
      }),
      { numRuns: 10 },
    );
  });

  test('have to exercise what their own scenarios provoke', () => {
    const part = narrow(gate, { index: 2, of: 3 }, 'wall');
    const provoked = new Set(part.scenarios.flatMap(({ clauses }) => clauses));
    expect(part.clauses.length).toBeGreaterThan(50);
    expect(part.clauses.filter((id) => !provoked.has(id))).toEqual([]);
    expect(narrow(gate, undefined, 'wall')).toBe(gate);
  });
});

test('the header of a part says which it is, and what the whole is', async () => {
  const made = ['a/one', 'a/two', 'a/three'].map((id) =>
    scenario({ id, title: id, clauses: ['a.clause'], queues: [queueOf('NORMAL')], run: () => Promise.resolve() }),
  );
  const { header } = await ran(made, { settings: { shard: { index: 2, of: 2 } } });
  expect(header.selection).toEqual(['a/three']);
  expect(header.shard).toEqual({
    index: 2,
    of: 2,
    selection: ['a/one', 'a/three', 'a/two'],
    clauses: ['a.clause'],
  });
  expect((await ran(made)).header).not.toHaveProperty('shard');
});
