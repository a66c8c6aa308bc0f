/** The gallery and its matrix: that they say what they should. `npm run matrix` runs all of it. */
import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { deviants, oddities, type Deviant, type Oddity } from '../fixtures/deviants/gallery.ts';
import { chapters } from '../specs/chapters.ts';
import { register } from '../specs/register.ts';
import { matcher } from '../src/campaign/selection.ts';
import { clausesAboveInfo, documentOf, matrixOf, namedBy, report } from './matrix/matrix.ts';
import { problemsOf, runAgainst, type Seen } from './matrix/subject.ts';
import { subjects } from './matrix/subjects.ts';

const clauses = [...register.clauses.keys()];

describe('the gallery', () => {
  test('has at least 80 deviants and 20 oddities, each with a name of its own', () => {
    expect(deviants.length).toBeGreaterThanOrEqual(80);
    expect(oddities.length).toBeGreaterThanOrEqual(20);
    expect(subjects.size).toBe(deviants.length + oddities.length);
  });

  test('names clauses that there are, and deviants break at least one', () => {
    const named = [...subjects.values()].flatMap(namedBy);
    expect(named.filter((id) => !register.clauses.has(id))).toEqual([]);
    expect(deviants.filter(({ must }) => must.length === 0)).toEqual([]);
    const idle = deviants.flatMap(({ name, may = [] }) =>
      may.filter((pattern) => !clauses.some(matcher(pattern))).map((pattern) => `${name}: ${pattern}`),
    );
    expect(idle).toEqual([]);
  });

  test('has something that reddens each MUST and each SHOULD', () => {
    const named = new Set([...subjects.values()].flatMap(namedBy));
    expect(clausesAboveInfo(register).filter((id) => !named.has(id))).toEqual([]);
  });

  test('warns of no MUST: what breaks one is no oddity', () => {
    const musts = oddities.flatMap(({ warns = [] }) =>
      warns.filter((id) => register.clauses.get(id)?.level !== 'SHOULD'),
    );
    expect(musts).toEqual([]);
  });

  test('is as large as the README says', async () => {
    const readme = await readFile('README.md', 'utf8');
    expect(readme).toContain(
      `${deviants.length} deviants, endpoints that break one rule each, and ${oddities.length} oddities`,
    );
  });

  test('is what docs/gallery.md shows; npm run matrix makes it anew', async () => {
    const text = await readFile('docs/gallery.md', 'utf8');
    // What a run saw is taken from the document itself: within must and may it may differ from run to run.
    const saw = new Map(
      [...text.matchAll(/^\| `([^`]+)` \|.*\| ([^|]*) \|$/gm)].map(([, name = '', cell = '']) => [
        name,
        [...cell.matchAll(/`([^`]+)`/g)].map(([, id = '']) => id),
      ]),
    );
    expect(text).toBe(documentOf(deviants, oddities, register, (name) => saw.get(name) ?? []));
    const unseen = [...subjects.values()].filter((one) =>
      namedBy(one).some((id) => saw.get(one.name)?.includes(id) !== true),
    );
    expect(unseen.map(({ name }) => name)).toEqual([]);
  });
});

const entry = { name: 'class/case', behaviour: () => ({}) };
const deviant = (part: Partial<Deviant> = {}): Deviant => ({
  ...entry,
  breaks: 'It breaks something.',
  must: ['isolation.group'],
  ...part,
});
const oddity = (part: Partial<Oddity> = {}): Oddity => ({ ...entry, does: 'It does something.', ...part });
const seen = (red: readonly string[], part: Partial<Seen> = {}): Seen => ({
  name: entry.name,
  verdict: red.length > 0 ? 'nonconformant' : 'conformant',
  exitCode: red.length > 0 ? 1 : 0,
  red,
  reasons: ['a reason'],
  open: [],
  scenarios: 1,
  seconds: 1,
  ...part,
});

describe('a deviant is wrong', () => {
  test.for([
    ['as it should', ['isolation.group'], []],
    ['not at all', [], ['is not caught: isolation.group should redden']],
    [
      'by something else',
      ['fifo.order-in-answer'],
      [
        'is caught by fifo.order-in-answer only, which do not name its fault',
        'reddens fifo.order-in-answer, which it does not break',
      ],
    ],
    ['with a consequence', ['isolation.group', 'delivery.all-arrive'], []],
    ['with more than that', ['isolation.group', 'http.no-5xx'], ['reddens http.no-5xx, which it does not break']],
  ] as const)('where it is caught %s: %j', ([, red, problems]) => {
    expect(problemsOf(deviant({ may: ['delivery.*'] }), seen(red))).toEqual(problems);
  });

  test('where only a part of what it breaks shows', () => {
    const two = deviant({ must: ['isolation.group', 'isolation.queue'] });
    expect(problemsOf(two, seen(['isolation.queue']))).toEqual(['does not redden isolation.group']);
  });

  test('where the exit code says otherwise than the clauses', () => {
    expect(problemsOf(deviant(), seen(['isolation.group'], { exitCode: 3 }))).toEqual(['ends with exit code 3']);
    const should = deviant({ must: ['redelivery.prompt'] });
    expect(problemsOf(should, seen(['redelivery.prompt'], { exitCode: 0 }))).toEqual([]);
    expect(problemsOf(should, seen(['redelivery.prompt'], { exitCode: 1 }))).toEqual(['ends with exit code 1']);
  });
});

describe('an oddity is wrong', () => {
  const warned = { verdict: 'conformant', exitCode: 0 } as const;
  test.for([
    ['conformant', oddity(), seen([]), []],
    ['with its warning', oddity({ warns: ['redelivery.prompt'] }), seen(['redelivery.prompt'], warned), []],
    ['without its warning', oddity({ warns: ['redelivery.prompt'] }), seen([]), ['does not warn of redelivery.prompt']],
    [
      'with another warning',
      oddity(),
      seen(['redelivery.prompt'], warned),
      ['reddens redelivery.prompt, which it keeps'],
    ],
    [
      'broken',
      oddity(),
      seen(['isolation.group']),
      ['is nonconformant: a reason', 'reddens isolation.group, which it keeps'],
    ],
    [
      'incomplete',
      oddity(),
      seen([], { verdict: 'incomplete', exitCode: 3, open: ['isolation.group: nothing was observed'] }),
      ['is incomplete: a reason; isolation.group: nothing was observed'],
    ],
  ] as const)('unless it is as it should be: %s', ([, subject, what, problems]) => {
    expect(problemsOf(subject, what)).toEqual(problems);
  });
});

test('a matrix tells what no entry of the gallery reddens, and counts the rest', () => {
  const subject = deviant();
  const matrix = matrixOf([subject], new Map([[subject.name, seen(['isolation.group'])]]), register);
  expect(matrix.never).toEqual(clausesAboveInfo(register).filter((id) => id !== 'isolation.group'));
  expect(report({ ...matrix, never: ['http.no-5xx'] })).toBe(
    [
      '✗ nothing in the gallery reddens http.no-5xx',
      '1 deviants, 1 killed by the clauses that name their fault',
      '0 oddities, 0 conformant',
      '',
    ].join('\n'),
  );
});

/** A part of the gallery that covers every chapter; .ci/run runs the whole. */
const sample: readonly string[] = [
  'parameters/max-msgs/accepts-11',
  'parameters/ack-wait/falls-back',
  'parameters/time-wait/default-30',
  'response/one-is-no-array',
  'response/empty-204',
  'payload/normalised',
  'payload/attributes-lost',
  'long-poll/never-waits',
  'long-poll/deaf',
  'acknowledge/status-required',
  'acknowledge/refused-settles',
  'counts/swapped',
  'counts/success-comes-back',
  'order/gap-accepted',
  'order/counts-behind-failed',
  'leases/half',
  'leases/only-the-first',
  'redelivery/never',
  'redelivery/once',
  'handlers/invented-succeed',
  'handlers/through-any-group',
  'isolation/every-group-gets-it',
  'isolation/deleted-group-is-served',
  'delivery/one-in-eleven-is-lost',
  'fifo/failed-go-to-the-end',
  'eligibility/without-redrive',
  'retention/a-day',
  'http/post-consumes',
  'http/any-project',
  'rare/batches-of-seven',
];

describe('a sample of the gallery', () => {
  test('has a deviant for every chapter', () => {
    const sampled = new Set(sample.flatMap((name) => namedBy(subjects.get(name)!)));
    const without = chapters.filter(
      ({ scenarios }) => !scenarios.some((scenario) => scenario.clauses.some((clause) => sampled.has(clause))),
    );
    expect(without.map(({ name }) => name)).toEqual([]);
  });

  test.for(sample)('%s is as the gallery says', { timeout: 60_000 }, async (name) => {
    const subject = subjects.get(name)!;
    expect(problemsOf(subject, await runAgainst(subject))).toEqual([]);
  });

  test.for(['fifo/blocks', 'counts/rest-of-the-batch'])(
    'the oddity %s is conformant',
    { timeout: 120_000 },
    async (name) => {
      const subject = subjects.get(name)!;
      expect(problemsOf(subject, await runAgainst(subject))).toEqual([]);
    },
  );
});
