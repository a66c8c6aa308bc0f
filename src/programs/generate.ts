/** Generators of programs, biased so that none of what an endpoint may be asked for is rare. */
import fc from 'fast-check';
import type {
  AcknowledgeOperation,
  ArrangeOperation,
  BatchReference,
  ConsumeOperation,
  MessageText,
  Naming,
  Operation,
  Program,
} from '../../schemas/types.ts';
import { secondsOf } from './seconds.ts';

type Phrase = readonly Operation[];
type Query = ConsumeOperation['query'];

const [SUCCESS, FAIL] = ['success', 'fail'] as const;

function weighted<T>(...choices: readonly (readonly [weight: number, arbitrary: fc.Arbitrary<T>])[]): fc.Arbitrary<T> {
  return fc.oneof(...choices.map(([weight, arbitrary]) => ({ weight, arbitrary })));
}

const pick = <T>(...values: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...values);

/** Texts that were mistaken for something else somewhere. */
const nastyText = pick(
  '',
  ' ',
  'null',
  'true',
  '0',
  '-0',
  '1e308',
  '9007199254740993',
  '{"a":1}',
  '[]',
  '"quoted"',
  '__proto__',
  'constructor',
  '\u2028\u2029',
  '\u0000',
  '\r\n',
  '\u{1f600} \u00e4\u0301',
  '<script>&amp;</script>',
  '\\u0041',
  '%41+%20',
  'dmsc-zzz-0-1',
);

/** Any character: of fast-check's own units, the ones for all of Unicode take half a second to be set up. */
const character = weighted(
  [4, fc.integer({ min: 0x20, max: 0x7e })],
  [2, fc.integer({ min: 0, max: 0xd7ff })],
  [1, fc.integer({ min: 0xe000, max: 0x10ffff })],
).map((point) => String.fromCodePoint(point));

const text = weighted([3, nastyText], [4, fc.string({ unit: character, maxLength: 20 })]);

/** Spelt as JSON texts, since what a number is spelt like would be lost in a value. */
const number = weighted(
  [2, fc.integer().map(String)],
  [1, fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => JSON.stringify(value))],
  [2, pick('0', '-0', '1e308', '-1.5e-7', '9007199254740991', '9007199254740992', '0.1', '1E2', '100', '-1')],
);

const { json } = fc.letrec<{ json: string; leaf: string; list: string; object: string }>((tie) => ({
  leaf: weighted([3, text.map((value) => JSON.stringify(value))], [3, number], [2, pick('true', 'false', 'null')]),
  list: fc.array(tie('json'), { maxLength: 4 }).map((parts) => `[${parts.join(',')}]`),
  object: fc
    .uniqueArray(fc.tuple(text, tie('json')), { maxLength: 4, selector: ([name]) => name })
    .map((members) => `{${members.map(([name, value]) => `${JSON.stringify(name)}:${value}`).join(',')}}`),
  json: fc.oneof({ maxDepth: 4, depthSize: 'small' }, tie('leaf'), tie('list'), tie('object')),
}));

/** `#` stands for the tag in a body, so none may be in what is around it. */
const noTag = (value: string): string => value.replaceAll('#', String.raw`\u0023`);

const deep = fc.integer({ min: 5, max: 60 }).map((depth) => `${'['.repeat(depth)}1${']'.repeat(depth)}`);
const long = fc.integer({ min: 10_000, max: 200_000 }).map((length) => JSON.stringify('x'.repeat(length)));

const body = weighted(
  [6, json.map((value) => `{"t":"#","v":${noTag(value)}}`)],
  [2, text.map((value) => noTag(JSON.stringify(value)).replace(/"$/, '#"'))],
  [1, deep.map((value) => `{"t":"#","v":${value}}`)],
);

const attributes = fc
  .uniqueArray(fc.tuple(text, weighted([3, text.map((value) => JSON.stringify(value))], [1, json])), {
    maxLength: 3,
    selector: ([name]) => name,
  })
  .map((members) => `{${members.map(([name, value]) => `${JSON.stringify(name)}:${value}`).join(',')}}`);

const message: fc.Arbitrary<MessageText> = weighted<MessageText>(
  [12, fc.constant({})],
  [4, body.map((value) => ({ body: value }))],
  [2, attributes.map((value) => ({ attributes: value }))],
  [1, fc.record({ body, attributes })],
);

const messages = weighted(
  [8, fc.array(message, { minLength: 1, maxLength: 5, size: 'max' })],
  [4, fc.array(message, { minLength: 6, maxLength: 14, size: 'max' })],
  [1, long.map((value): MessageText[] => [{ body: `{"t":"#","v":${value}}` }, {}])],
  [1, fc.integer({ min: 15, max: 40 }).map((count) => manyAtOnce(count).messages)],
);

/** Any integer or text for one parameter; the range is in it, too. */
const wildValue = weighted(
  [3, fc.integer({ min: -2, max: 12 }).map(String)],
  [2, fc.integer({ min: 13, max: 320 }).map(String)],
  [1, fc.bigInt({ min: -(10n ** 25n), max: 10n ** 25n }).map(String)],
  [2, text],
  [1, pick('1.0', '1e1', '+1', ' 1', '01', '0x1', '1,', '١')],
);

export interface Ranges {
  /** Seconds that a program may take on a prompt endpoint. */
  readonly seconds: number;
}

/** Programs that take no longer than that on a prompt endpoint. */
export function programs({ seconds }: Ranges): fc.Arbitrary<Program> {
  const leases: fc.Arbitrary<string | undefined> =
    seconds < 60
      ? weighted<string | undefined>([8, pick('15')], [3, pick('16', '17', '20')], [1, pick(undefined, '30')])
      : weighted<string | undefined>(
          [6, pick('15', '30')],
          [4, fc.integer({ min: 15, max: 60 }).map(String)],
          [3, fc.integer({ min: 61, max: 300 }).map(String)],
          [2, pick(undefined)],
        );
  return fc
    .tuple(pick('NORMAL' as const, 'FIFO' as const), weighted([5, pick(1)], [3, pick(2)], [1, pick(3)]))
    .chain(([mode, groups]) =>
      fc
        .tuple(
          weighted<Operation[]>(
            [20, fc.array(arrangement(groups), { minLength: 1, maxLength: 2, size: 'max' })],
            [1, fc.array(fc.integer({ min: 26, max: 40 }).map(manyAtOnce), { minLength: 2, maxLength: 2 })],
          ),
          fc.array(phrase(groups, leases), { minLength: 1, maxLength: 5, size: 'max' }),
        )
        .map(([first, rest]) => cut({ mode, groups, seconds, operations: [...first, ...rest.flat()] })),
    );
}

/** Leaves out what would take too long, from the end. */
function cut(program: Program): Program {
  let { operations } = program;
  while (operations.length > 1 && secondsOf({ ...program, operations }) > program.seconds) {
    operations = operations.slice(0, -1);
  }
  return { ...program, operations };
}

function arrangement(groups: number): fc.Arbitrary<ArrangeOperation> {
  return fc.record({ do: fc.constant('arrange' as const), group: groupOf(groups), messages });
}

/** What keeps something of every message may break only when there were many. */
function manyAtOnce(count: number): ArrangeOperation {
  return { do: 'arrange', group: 1, messages: Array.from({ length: count }, () => ({})) };
}

function groupOf(groups: number): fc.Arbitrary<number> {
  return weighted([2, fc.constant(1)], [2, fc.integer({ min: 1, max: groups })]);
}

/** A few operations that belong together. */
function phrase(groups: number, leases: fc.Arbitrary<string | undefined>): fc.Arbitrary<Phrase> {
  const by = weighted([3, fc.constant(1)], [1, fc.integer({ min: 2, max: 4 })]);
  const query = (sizes: fc.Arbitrary<string | undefined>, waits = pick('1', '1', '2', '3')): fc.Arbitrary<Query> =>
    fc.tuple(sizes, waits, leases).map(([max_msgs, time_wait, ack_wait]) => ({
      ...(max_msgs === undefined ? {} : { max_msgs }),
      time_wait,
      ...(ack_wait === undefined ? {} : { ack_wait }),
    }));
  const sizes = weighted<string | undefined>(
    [4, pick('10')],
    [4, fc.integer({ min: 1, max: 9 }).map(String)],
    [1, pick(undefined)],
  );

  return fc.tuple(groupOf(groups), by).chain(([group, consumer]) => {
    const place = { group, by: consumer };
    const consume = (values: fc.Arbitrary<Query>, who = consumer): fc.Arbitrary<ConsumeOperation> =>
      values.map((chosen) => ({ do: 'consume', by: who, group, query: chosen }));
    const normal = consume(query(sizes));
    const whole = (status: string): AcknowledgeOperation => wholeBatch(place, status);
    const pattern = patterns(place, groups);
    const wild = wildOperation(place);
    const wait: fc.Arbitrary<Operation> = weighted(
      [2, pick('half' as const)],
      [3, pick('before' as const)],
      [4, pick('after' as const)],
      [2, pick('late' as const)],
    ).map((until) => ({ do: 'wait', group, until }));
    const times = (least: number, most: number, parts: fc.Arbitrary<Phrase>): fc.Arbitrary<Phrase> =>
      fc.array(parts, { minLength: least, maxLength: most, size: 'max' }).map((list) => list.flat());
    const small = weighted<string | undefined>([3, pick('1')], [2, pick('2')], [1, pick('3')]);
    const other = (consumer % 4) + 1;
    const together = (lanes: Operation[][]): Phrase => [{ do: 'together', lanes }];
    const poll = consume(
      fc
        .tuple(sizes, pick('3', '4', '5'))
        .map(([max_msgs = '10', time_wait]) => ({ max_msgs, time_wait, ack_wait: '15' })),
    );

    return weighted<Phrase>(
      [4, fc.tuple(normal, pattern)],
      [2, fc.tuple(normal)],
      [3, fc.tuple(normal, wait, pattern)],
      [3, fc.tuple(normal, normal, pattern, pattern)],
      [2, fc.tuple(consume(query(small)), consume(query(small)), consume(query(small)), pattern, pattern)],
      [
        2,
        times(
          2,
          5,
          consume(query(sizes)).map((first) => [first, whole(FAIL)]),
        ),
      ],
      [
        2,
        times(
          3,
          6,
          consume(query(small)).map((first) => [first, whole(SUCCESS)]),
        ),
      ],
      [1, times(2, 4, fc.tuple(normal, fc.constant<Operation>({ do: 'wait', group, until: 'after' })))],
      [2, small.map((max_msgs = '1') => [{ do: 'drain', by: consumer, group, max_msgs }])],
      [3, fc.tuple(normal, wild)],
      [3, fc.tuple(wild)],
      [2, fc.tuple(normal, consume(query(sizes), other)).map((both) => together(both.map((one) => [one])))],
      [1, fc.tuple(poll, arrangement(groups)).map(([first, second]) => together([[first, whole(SUCCESS)], [second]]))],
      [
        1,
        fc
          .tuple(normal, poll)
          .map(([first, second]) => [first, ...together([[{ ...second, by: other }], [whole(FAIL)]])]),
      ],
      [1, fc.tuple(normal, pattern, pattern).map(([first, one, two]) => [first, ...together([[one], [two]])])],
      [1, arrangement(groups).map((one) => [one])],
      [groups > 1 ? 2 : 0, fc.constant<Phrase>([{ do: 'delete', group: groups }])],
      // Handlers are acknowledged by another consumer, which is lawful, and through another group, which is not.
      [1, normal.map((first) => [first, { ...whole(SUCCESS), by: other }])],
      [groups > 1 ? 3 : 0, normal.map((first) => [first, { ...whole(SUCCESS), group: (group % groups) + 1 }])],
    );
  });
}

/** Whose call it is, and in which group. */
interface Place {
  readonly by: number;
  readonly group: number;
}

function wholeBatch({ by, group }: Place, status: string, back = 0): AcknowledgeOperation {
  return { do: 'acknowledge', by, group, entries: [{ of: { by, group, back }, places: 'all', status }] };
}

/** Acknowledgements of what came last, and of what came before. */
function patterns({ by, group }: Place, groups: number): fc.Arbitrary<AcknowledgeOperation> {
  const last = (back = 0): BatchReference => ({ by, group, back });
  const acknowledge = (entries: Naming[]): AcknowledgeOperation => ({ do: 'acknowledge', by, group, entries });
  const whole = (status: string, back = 0): AcknowledgeOperation => wholeBatch({ by, group }, status, back);
  const place = fc.integer({ min: 0, max: 6 });
  const prefix = fc.integer({ min: 1, max: 6 }).map((length) => Array.from({ length }, (_, index) => index));
  const named = (places: number[], status: string = SUCCESS, back = 0): Naming => ({
    of: last(back),
    places,
    status,
  });
  const rest = (status: string): Naming => ({ of: last(), places: 'rest', status });

  return weighted(
    [4, fc.constant(whole(SUCCESS))],
    [2, fc.constant(whole(FAIL))],
    [2, fc.constant(acknowledge([{ of: last(), places: 'all' }]))],
    [3, prefix.map((places) => acknowledge([named(places)]))],
    [2, place.map((at) => acknowledge([named([-1 - (at % 3)])]))],
    [2, place.map((at) => acknowledge([named([at]), named([at + 2])]))],
    [2, fc.shuffledSubarray([0, 1, 2, 3, 4], { minLength: 2 }).map((places) => acknowledge([named(places)]))],
    [1, place.map((at) => acknowledge([named([0]), named([at % 3]), rest(SUCCESS)]))],
    [
      3,
      prefix.chain((places) =>
        pick(SUCCESS, FAIL).map((then) =>
          acknowledge([named(places.slice(0, -1)), named(places.slice(-1), FAIL), rest(then)]),
        ),
      ),
    ],
    [2, prefix.map((places) => acknowledge([named(places), rest(FAIL)]))],
    [4, pick(SUCCESS, FAIL).map((status) => acknowledge([named([0, 1], status), named([0, 1, 2], SUCCESS, 1)]))],
    [2, pick(SUCCESS, FAIL).map((status) => whole(status, 1))],
    [
      1,
      fc
        .integer({ min: 1, max: 3 })
        .map((other) => acknowledge([{ of: { by: other, group, back: 0 }, places: 'all', status: SUCCESS }])),
    ],
    [
      1,
      fc
        .integer({ min: 1, max: groups })
        .map((other) => acknowledge([{ of: { by, group: other, back: 0 }, places: 'all', status: SUCCESS }])),
    ],
    [
      2,
      fc
        .tuple(fc.boolean(), text)
        .map(([first, handler]) =>
          acknowledge(
            first ? [{ handler, status: SUCCESS }, rest(SUCCESS)] : [named([0, 1]), { handler, status: SUCCESS }],
          ),
        ),
    ],
    [2, json.map((value) => acknowledge([named([0]), { ...named([1]), status: JSON.parse(value) as string }]))],
    [1, json.map((value) => acknowledge([{ handler: JSON.parse(value) as string, status: SUCCESS }]))],
  );
}

/** What lies outside of the ranges, or has no form at all. */
function wildOperation({ by, group }: Place): fc.Arbitrary<Operation> {
  return weighted<Operation>(
    [
      6,
      fc.tuple(pick('max_msgs', 'time_wait', 'ack_wait'), wildValue).map(([name, value]) => ({
        do: 'consume',
        by,
        group,
        query: { max_msgs: '2', time_wait: '1', ack_wait: '15', [name]: value },
      })),
    ],
    [2, json.map((value) => ({ do: 'post', by, group, body: value }))],
    [1, json.map((value) => ({ do: 'post', by, group, body: `{"message":${value}}` }))],
    [1, text.map((value) => ({ do: 'post', by, group, body: value }))],
  );
}
