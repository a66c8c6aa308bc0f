import { describe, expect, test } from 'vitest';
import type { Naming, Operation, PlacesNaming, Program } from '../../schemas/types.ts';
import { lengthOf, programText, tallyOf } from '../../src/history/programs.ts';

test('a program reads as sentences', () => {
  const operations: Program['operations'] = [
    { do: 'arrange', group: 2, messages: [{}, { body: '{"t":"#"}', attributes: '{}' }] },
    { do: 'consume', by: 1, group: 2, query: { max_msgs: '3' } },
    {
      do: 'acknowledge',
      by: 1,
      group: 2,
      entries: [
        { of: { by: 1, group: 2, back: 0 }, places: [0, -1], status: 'success' },
        { of: { by: 2, group: 1, back: 2 }, places: 'rest' },
        { handler: null, status: 7 },
      ],
    },
    {
      do: 'together',
      lanes: [
        [{ do: 'wait', group: 2, until: 'half' }],
        [
          { do: 'delete', group: 1 },
          { do: 'drain', by: 3, group: 2, max_msgs: '1' },
        ],
      ],
    },
    { do: 'post', by: 1, group: 1, body: '[]' },
  ];
  expect(programText({ mode: 'FIFO', groups: 2, seconds: 30, operations })).toEqual([
    'on a FIFO queue with 2 groups:',
    '1.  arrange 2 dead letters, among them body {"t":"#"} attributes {} in group 2',
    '2.  c1 consumes in group 2 with max_msgs=3',
    '3.  c1 acknowledges in group 2 the 1st, last of the last batch as success, then the rest of the 3rd last batch that c2 got in group 1 without a status, then the handler null as 7',
    '4.  at the same time:',
    '    - wait for half of the last lease in group 2',
    '    - delete group 1',
    '      c3 consumes in group 2 with max_msgs=1 and acknowledges until nothing comes',
    '5.  c1 acknowledges in group 1 with the body []',
  ]);
});

test('what is long is cut, and of many special messages the first three are shown', () => {
  const special = Array.from({ length: 5 }, () => ({ body: `"#${'x'.repeat(80)}"` }));
  const [, line = ''] = programText({
    mode: 'NORMAL',
    groups: 1,
    seconds: 30,
    operations: [{ do: 'arrange', group: 1, messages: special }],
  });
  expect(line).toBe(
    `1.  arrange 5 dead letters, among them ${`body "#${'x'.repeat(58)}… (83 characters); `.repeat(3).slice(0, -2)}, +2 more`,
  );
  expect(
    programText({
      mode: 'NORMAL',
      groups: 1,
      seconds: 30,
      operations: [{ do: 'arrange', group: 1, messages: [{}] }],
    })[1],
  ).toBe('1.  arrange 1 dead letter');
});

const named = (
  places: PlacesNaming['places'],
  more: Partial<Pick<PlacesNaming, 'status'>> = { status: 'success' },
  of = {},
): Naming => ({ of: { by: 1, group: 1, back: 0, ...of }, places, ...more });

const SUCCESS = { status: 'success' };
const FAIL = { status: 'fail' };

const of = (...operations: Operation[]): Program => ({ mode: 'NORMAL', groups: 1, seconds: 30, operations });

describe('the tally', () => {
  test.for([
    [[named('all')], ['whole batch']],
    [[named('all', FAIL)], ['whole batch', 'all as fail']],
    [[named('all', {})], ['whole batch', 'status omitted']],
    [[named('all', { status: 7 })], ['whole batch', 'other status']],
    [[named([0, 1])], ['prefix']],
    [[named([-1])], ['suffix']],
    [[named([1])], ['gap']],
    [[named([0, 2])], ['gap']],
    [[named([1, 0])], ['gap', 'reordered']],
    [[named([0, 0])], ['duplicate']],
    [[named([0]), named('rest', FAIL)], ['mixed statuses']],
    [
      [named([0]), named([0], SUCCESS, { back: 1 })],
      ['duplicate', 'two batches', 'earlier batch'],
    ],
    [[named('all', SUCCESS, { by: 2 })], ['whole batch', "another consumer's"]],
    [[named('all', SUCCESS, { group: 2 })], ['whole batch', "another group's"]],
    [[{ handler: 'x', status: 'success' }], ['invented handler']],
  ] as const)('of acknowledgements, %j', ([entries, patterns]) => {
    const { acknowledgements } = tallyOf([of({ do: 'acknowledge', by: 1, group: 1, entries: [...entries] })]);
    expect(acknowledgements).toEqual(Object.fromEntries(patterns.map((name) => [name, 1])));
  });

  test.for([
    [{}, 'consume'],
    [{ max_msgs: '10', time_wait: '60', ack_wait: '300' }, 'consume'],
    [{ max_msgs: '' }, 'consume'],
    [{ max_msgs: '11' }, 'consume (max_msgs out of range)'],
    [{ max_msgs: '0' }, 'consume (max_msgs out of range)'],
    [{ max_msgs: 'x' }, 'consume (max_msgs out of range)'],
    [{ time_wait: '61', ack_wait: '14' }, 'consume (time_wait, ack_wait out of range)'],
  ] as const)('of consumes, %j', ([query, name]) => {
    expect(tallyOf([of({ do: 'consume', by: 1, group: 1, query })]).operations).toEqual({ [name]: 1 });
  });

  test('of what overlaps, and of what is in lanes', () => {
    const consume: Operation = { do: 'consume', by: 1, group: 1, query: {} };
    const wait: Operation = { do: 'wait', group: 1, until: 'late' };
    const program = of(consume, {
      do: 'together',
      lanes: [
        [consume, consume],
        [wait, { do: 'delete', group: 1 }],
      ],
    });
    expect(tallyOf([program, of(consume)])).toEqual({
      operations: { consume: 4, together: 1, 'wait (late)': 1, delete: 1 },
      acknowledgements: {},
      overlaps: { 'consume + wait': 1, 'consume + delete': 1 },
    });
    expect(lengthOf(program.operations)).toBe(5);
  });
});
