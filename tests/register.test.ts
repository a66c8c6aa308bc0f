import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, onTestFinished, test } from 'vitest';
import clauseRegisterSchema from '../schemas/clause-register.schema.json' with { type: 'json' };
import documentMapSchema from '../schemas/document-map.schema.json' with { type: 'json' };
import rulingsSchema from '../schemas/rulings.schema.json' with { type: 'json' };
import type { ClauseRegister, Rulings } from '../schemas/types.ts';
import { typesFromSchemas } from '../schemas/write-types.ts';
import { checkDocuments, differences, type Entry } from '../specs/register/check-documents.ts';
import documentMap from '../specs/register/document-map.json' with { type: 'json' };
import { digestOf, documentOf, sentencesOf } from '../specs/register/document-sentences.ts';
import rulingList from '../specs/register/rulings.json' with { type: 'json' };

const folder = new URL('../specs/register/', import.meta.url);
const rulings: Rulings = rulingList;
const map: readonly Entry[] = documentMap;

const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, strictRequired: false });
const isChapter = ajv.compile<ClauseRegister>(clauseRegisterSchema);

/** Every file of the register folder that is neither the rulings nor the map, whether register.ts imports it or not. */
const files = (await readdir(folder)).filter((name) => name.endsWith('.json'));
const chapters = await Promise.all(
  files
    .filter((name) => name !== 'rulings.json' && name !== 'document-map.json')
    .map(async (name) => {
      const content: unknown = JSON.parse(await readFile(new URL(name, folder), 'utf8'));
      return { name, content };
    }),
);
const clauses = chapters.flatMap(({ content }) => (isChapter(content) ? content.clauses : []));

describe('the files', () => {
  test.for(chapters)('$name is a chapter of the register', ({ name, content }) => {
    expect(isChapter(content) ? '' : ajv.errorsText(isChapter.errors)).toBe('');
    expect(content).toHaveProperty('chapter', name.replace(/\.json$/, ''));
  });

  test.for([
    ['rulings.json', rulingsSchema, rulings],
    ['document-map.json', documentMapSchema, map],
  ] as const)('%s is what its schema says', ([, schema, content]) => {
    expect(ajv.validate(schema, content) ? '' : ajv.errorsText()).toBe('');
  });

  test('types.ts is made from the schemas as they are', async () => {
    const written = await readFile(new URL('../schemas/types.ts', import.meta.url), 'utf8');
    expect(written === (await typesFromSchemas()), 'run `npm run types`').toBe(true);
  });
});

describe('the register', () => {
  test('no clause id stands twice', () => {
    expect(repeated(clauses.map(({ id }) => id))).toEqual([]);
  });

  test('every chapter file is part of the register', async () => {
    const { register } = await import('../specs/register.ts');
    expect(register.chapters.map(({ chapter }) => `${chapter}.json`).sort()).toEqual(
      chapters.map(({ name }) => name).sort(),
    );
  });

  test('a clause has a place, a ruling, or both', () => {
    const groundless = clauses.filter(({ places, rulings: read }) => places.length + read.length === 0);
    expect(groundless.map(({ id }) => id)).toEqual([]);
  });
});

describe('the rulings', () => {
  test('all of them are there, once', () => {
    const counts = { A: 6, B: 9, C: 9, D: 6, E: 9, F: 7, G: 11, H: 6, I: 9, J: 5, K: 6 };
    const lettered = Object.entries(counts).flatMap(([letter, count]) =>
      Array.from({ length: count }, (_, index) => `${letter}${index + 1}`),
    );
    expect(rulings.map(({ id }) => id)).toEqual(['guard-1', 'guard-2', 'guard-3', ...lettered, 'L']);
  });

  test('every ruling that a clause names exists', () => {
    const known = new Set(rulings.map(({ id }) => id));
    const dangling = clauses.flatMap(({ id, rulings: read }) =>
      read.filter((one) => !known.has(one)).map((one) => `${id} names ${one}`),
    );
    expect(dangling).toEqual([]);
  });

  test('every ruling has a clause, or says why it has none', () => {
    const named = new Set(clauses.flatMap(({ rulings: read }) => read));
    const bare = rulings.filter(({ id, none }) => !named.has(id) && none === undefined);
    expect(bare.map(({ id }) => id)).toEqual([]);
    const both = rulings.filter(({ id, none }) => named.has(id) && none !== undefined);
    expect(
      both.map(({ id }) => id),
      'these have a clause and a reason why there is none',
    ).toEqual([]);
  });
});

describe('the map of the documents', () => {
  test('every clause that it names exists', () => {
    const known = new Set(clauses.map(({ id }) => id));
    const dangling = map.flatMap((unit) =>
      unit.clauses.filter((id) => !known.has(id)).map((id) => `${nameOf(unit)} names ${id}`),
    );
    expect(dangling).toEqual([]);
  });

  test('every unit has a clause, or says why it has none', () => {
    const wrong = map.filter(({ clauses: ids, why }) => (ids.length === 0) !== (why !== undefined));
    expect(wrong.map(nameOf)).toEqual([]);
  });

  test('no place stands twice', () => {
    expect(repeated(map.map(nameOf))).toEqual([]);
  });

  const placed = clauses.flatMap(({ id, places }) =>
    places.filter(({ document }) => document !== 'manual').map((place) => ({ id, ...place })),
  );

  test('every clause that has a place in the documents comes from a unit', () => {
    const mapped = new Set(map.flatMap((unit) => unit.clauses));
    expect(placed.filter(({ id }) => !mapped.has(id)).map(({ id }) => id)).toEqual([]);
  });

  test('every place of a clause is there, and one of its units names the clause', () => {
    const lost = placed.filter(
      ({ id, document, section, row }) =>
        !map.some(
          (unit) =>
            unit.document === document &&
            unit.section === section &&
            (row === undefined || reaches(row, unit)) &&
            unit.clauses.includes(id),
        ),
    );
    expect(lost.map(({ id, document, section, row = '' }) => `${id}: ${document}, ${section}, ${row}`)).toEqual([]);
  });
});

describe('a page', () => {
  const page = [
    '# Consuming Tea<a name="T1"></a>',
    '',
    '## Function<a name="s1"></a>',
    '',
    'Tea is served hot. It is served at 3:30 p.m. sharp \\(see [the clock](clock.md)\\).  ',
    '',
    'Milk &amp; sugar come   apart.',
    '',
    '## URI<a name="s2"></a>',
    '',
    'GET /tea/\\{cup\\_id\\}',
    '',
    '[Table 1](#t1)  has more.',
    '',
    '**Table  1**  Cups',
    '',
    '<a name="t1"></a>',
    '<table><thead><tr id="h"><th class="c"><p>Cup</p>',
    '</th>',
    '<th><p>Size</p></th><th><p>Notes</p></th></tr></thead>',
    '<tbody><tr><td><p>large</p></td><td><p>3â€“5 dl.</p><p>Default: <strong>4</strong>.</p></td>',
    '<td><p>Hot.</p><div class="note"><span class="notetitle"> NOTE: </span><div class="notebody"><p>Very hot.</p>',
    '</div></div></td></tr></tbody></table>',
    '',
    '**Example**',
    '',
    '```',
    '{ "cup":',
    '   [1 ] }',
    '```',
  ].join('\n');

  test('is taken apart into sentences, cells, request lines and examples', () => {
    expect(sentencesOf(page).map(({ section, place, text }) => `${section} / ${place} / ${text}`)).toEqual([
      'Function / paragraph 1, sentence 1 / Tea is served hot.',
      'Function / paragraph 1, sentence 2 / It is served at 3:30 p.m. sharp (see the clock).',
      'Function / paragraph 2 / Milk & sugar come apart.',
      'URI / request line / GET /tea/{cup_id}',
      'URI / paragraph 1 / Table 1 has more.',
      'URI / table 1, title / Cups',
      'URI / table 1, header / Cup | Size | Notes',
      'URI / table 1, large, size, sentence 1 / 3–5 dl.',
      'URI / table 1, large, size, sentence 2 / Default: 4.',
      'URI / table 1, large, notes / Hot.',
      'URI / table 1, large, note / Very hot.',
      'URI / example / {"cup":[1]}',
    ]);
  });

  test('is known by its title', () => {
    expect(documentOf(page)).toBe('consume');
    expect(documentOf(page.replace('Consuming', 'Acknowledging'))).toBe('acknowledge');
    expect(documentOf(page.replace('Consuming', 'Brewing'))).toBeUndefined();
  });

  test('has the same units with a whole dash and with other line ends', () => {
    const units = sentencesOf(page);
    expect(sentencesOf(page.replace('â€“', '–'))).toEqual(units);
    expect(sentencesOf(page.replaceAll('\n', '\r\n'))).toEqual(units);
  });

  const entries = sentencesOf(page).map(({ section, place, text }): Entry => ({
    document: 'consume',
    section,
    place,
    digest: digestOf(text),
    gist: `about ${place}`,
    clauses: [],
  }));

  test('that the map lists unit by unit does not differ from it', () => {
    expect(differences(entries, sentencesOf(page))).toEqual([]);
  });

  test.for([
    ['unmapped', 'Tea is served hot.', 'Tea is served hot. Coffee is not.'],
    ['changed', '**Default', '**Fallback'],
    ['changed', 'served hot', 'served cold'],
    ['vanished', 'Milk &amp; sugar come   apart.', ''],
    ['vanished', '<td><p>Hot.</p>', '<td>'],
  ] as const)('that differs from the map is reported: %s', ([kind, before, after]) => {
    const changed = page.replace(before.replaceAll('**', ''), after.replaceAll('**', ''));
    expect(changed).not.toBe(page);
    expect(differences(entries, sentencesOf(changed)).map((difference) => difference.kind)).toContain(kind);
  });

  test('whose units have changed places is reported', () => {
    const swapped = sentencesOf(page);
    swapped.reverse();
    expect(differences(entries, swapped).map(({ kind }) => kind)).toEqual(['moved']);
  });

  test('is looked for in a directory, and the exit code says what came of it', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'documents-'));
    onTestFinished(() => rm(directory, { recursive: true }));
    expect(await checkDocuments(join(directory, 'none'), entries)).toMatchObject({ exitCode: 2 });
    await writeFile(join(directory, 'a.md'), page);
    expect(await checkDocuments(directory, entries)).toMatchObject({ exitCode: 2 });
    await writeFile(join(directory, 'b.txt'), page.replace('Consuming', 'Acknowledging'));
    const both = [...entries, ...entries.map((entry) => ({ ...entry, document: 'acknowledge' }))];
    expect(await checkDocuments(directory, both)).toMatchObject({ exitCode: 0 });
    const { exitCode, lines } = await checkDocuments(directory, both.slice(1));
    expect(exitCode).toBe(1);
    expect(lines[0]).toBe('unmapped: consume, Function, paragraph 1, sentence 1: Tea is served hot.');
  });
});

function nameOf({ document, section, place }: Entry): string {
  return `${document}, ${section}, ${place}`;
}

function repeated(values: readonly string[]): string[] {
  return values.filter((value, index) => values.indexOf(value) !== index);
}

/** Whether the row of a clause's place means that unit: its place or the beginning of it, or several at a time. */
function reaches(row: string, unit: Entry): boolean {
  const begins = (start: string): boolean =>
    unit.place === start || (/^[, ]/.test(unit.place.slice(start.length)) && unit.place.startsWith(start));
  const [, firstTable, secondTable] = /^tables (\d+) and (\d+)$/.exec(row) ?? [];
  if (firstTable !== undefined) return begins(`table ${firstTable}`) || begins(`table ${secondTable}`);
  const [, column] = /, column (.+)$/.exec(row) ?? [];
  if (column !== undefined) {
    return begins(row.slice(0, row.indexOf(','))) && unit.place.includes(`, ${column.toLowerCase()}`);
  }
  const [, paragraph, from, to] = /^(.+), sentences (\d+) to (\d+)$/.exec(row) ?? [];
  if (paragraph !== undefined) {
    return Array.from({ length: Number(to) - Number(from) + 1 }, (_, index) => Number(from) + index).some((sentence) =>
      begins(`${paragraph}, sentence ${sentence}`),
    );
  }
  const [, ordinal] = /^sentence (\d+)$/.exec(row) ?? [];
  if (ordinal !== undefined) {
    const sentences = map.filter(
      ({ document, section, place }) =>
        document === unit.document && section === unit.section && place.startsWith('paragraph'),
    );
    return sentences[Number(ordinal) - 1] === unit;
  }
  return begins(row);
}
