import { describe, expect, test } from 'vitest';
import type { Noted, QueueSpec } from '../../src/arrange/arranger.ts';
import { preloadedArrangement, readPreloaded, type Demand } from '../../src/arrange/preloaded.ts';
import type { Endpoint } from '../../src/endpoint/endpoint.ts';
import { wallClock } from '../../src/clock/wall.ts';
import { agent } from '../support/servers.ts';

const NORMAL: QueueSpec = { mode: 'NORMAL', redrive: true, maxConsumeCount: 1 };
const FIFO: QueueSpec = { ...NORMAL, mode: 'FIFO' };
const untouched: Endpoint = { send: () => Promise.reject(new TypeError('the endpoint was asked')) };

const wants = (spec: QueueSpec, ...letters: number[]): Demand => ({
  queues: [{ spec, groups: letters.map((number) => ({ letters: number })) }],
  impossible: undefined,
});

function manifest(...queues: readonly object[]) {
  const read = readPreloaded(JSON.stringify({ queues }));
  if ('problem' in read) throw new TypeError(read.problem);
  return read.queues;
}

const queue = (id: string, mode: string, ...letters: (number | unknown[])[]): object => ({
  queue: id,
  mode,
  groups: letters.map((deadLetters, index) => ({ group: `${id}-g${index}`, deadLetters })),
});

function arranged(queues: readonly object[], demands: Readonly<Record<string, Demand>>) {
  const asking = Object.keys(demands).map((id) => ({ id, clauses: [`clause-of-${id}`] }));
  const arrangement = preloadedArrangement(manifest(...queues), asking, new Map(Object.entries(demands)));
  const noted: Noted[] = [];
  const arrangerOf = (scenario: string) =>
    arrangement.arranger(
      {
        endpoint: untouched,
        clock: wallClock(0),
        project: 'p1',
        scenario,
        signal: new AbortController().signal,
        note: (line) => void noted.push(line),
      },
      agent(),
    );
  return { arrangement, arrangerOf, noted };
}

describe('a manifest', () => {
  test.for<readonly [string, string, RegExp]>([
    ['no JSON', '{', /is not JSON/],
    ['no queues', '{"queues":[]}', /does not fit schemas\/preloaded\.schema\.json/],
    ['a queue without groups', JSON.stringify({ queues: [{ queue: 'q', mode: 'FIFO', groups: [] }] }), /does not fit/],
    [
      'a queue twice',
      JSON.stringify({ queues: [queue('q', 'FIFO', 1), queue('q', 'FIFO', 1)] }),
      /names the queue q twice/,
    ],
    [
      'two dead letters that are alike',
      JSON.stringify({ queues: [queue('q', 'FIFO', [{ body: { a: 1, b: 2 } }, { body: { b: 2, a: 1.0 } }])] }),
      /two dead letters with the body/,
    ],
  ])('with %s is refused with a reason', ([, text, expected]) => {
    expect((readPreloaded(text) as { problem: string }).problem).toMatch(expected);
  });
});

describe('who gets what', () => {
  test('a queue of the mode that holds enough, and as little more as there is', async () => {
    const queues = [queue('big', 'NORMAL', 9), queue('fifo', 'FIFO', 3), queue('fit', 'NORMAL', 3)];
    const { arrangerOf, noted } = arranged(queues, { a: wants(NORMAL, 2) });
    const arranger = arrangerOf('a');
    expect(await arranger.queue('any', NORMAL)).toBe('fit');
    expect(await arranger.group('fit', 'any')).toBe('fit-g0');
    expect(await arranger.fail('fit', 'fit-g0', [])).toHaveLength(3);
    expect(noted).toMatchObject([{ type: 'queue' }, { type: 'group', ours: false }]);
  });

  test('no queue goes to two scenarios', () => {
    const { arrangement } = arranged([queue('q', 'NORMAL', 2)], { a: wants(NORMAL, 2), b: wants(NORMAL, 2) });
    expect(arrangement.refusal('a')).toBeUndefined();
    expect(arrangement.refusal('b')).toBe('no preloaded NORMAL queue is left whose groups hold 2 dead letters');
  });

  test('a group that is to be empty is', () => {
    const { arrangement } = arranged([queue('q', 'NORMAL', 2)], { a: wants(NORMAL, 0) });
    expect(arrangement.refusal('a')).toMatch(/hold 0 dead letters/);
  });

  test('two groups are two', async () => {
    const { arrangerOf } = arranged([queue('q', 'FIFO', 1, 4)], { a: wants(FIFO, 4, 1) });
    const arranger = arrangerOf('a');
    await arranger.queue('any', FIFO);
    expect([await arranger.group('q', '1'), await arranger.group('q', '2')]).toEqual(['q-g1', 'q-g0']);
  });

  test('whoever exercises most comes first', () => {
    const asking = [
      { id: 'a', clauses: ['one'] },
      { id: 'b', clauses: ['one', 'two'] },
    ];
    const demands = new Map(asking.map(({ id }) => [id, wants(NORMAL, 1)]));
    const arrangement = preloadedArrangement(manifest(queue('q', 'NORMAL', 1)), asking, demands);
    expect(arrangement.refusal('b')).toBeUndefined();
    expect(arrangement.refusal('a')).toBeDefined();
  });

  test('what is impossible says why, and what nobody knows of is refused', () => {
    const { arrangement } = arranged([queue('q', 'NORMAL', 1)], {
      a: { queues: [], impossible: 'it deletes what it uses' },
    });
    expect(arrangement.refusal('a')).toBe('it deletes what it uses');
    const programs = preloadedArrangement(
      manifest(queue('q', 'NORMAL', 1)),
      [{ id: 'programs/1', clauses: [] }],
      new Map(),
    );
    expect(programs.refusal('programs/1')).toMatch(/generated programs/);
  });
});

test('known bodies are written down as they are spelled, in their order', async () => {
  const text =
    '{"queues":[{"queue":"q","mode":"FIFO","groups":[{"group":"g","deadLetters":[{"body":{"n":1.50}},{"body":"x","attributes":{"a":"b"}}]}]}]}';
  const read = readPreloaded(text);
  if ('problem' in read) throw new TypeError(read.problem);
  const arrangement = preloadedArrangement(read.queues, [{ id: 'a', clauses: [] }], new Map([['a', wants(FIFO, 2)]]));
  const noted: Noted[] = [];
  const arranger = arrangement.arranger(
    {
      endpoint: untouched,
      clock: wallClock(0),
      project: 'p1',
      scenario: 'a',
      signal: new AbortController().signal,
      note: (line) => void noted.push(line),
    },
    agent(),
  );
  await arranger.queue('any', FIFO);
  await arranger.group('q', 'any');
  expect(noted.filter(({ type }) => type === 'dead-letter')).toMatchObject([
    { body: '{"n":1.50}', attributes: null, position: 0, tagged: false },
    { body: '"x"', attributes: '{"a":"b"}', position: 1, tagged: false },
  ]);
});
