/** Which room may know which: the arrows of the design, read off the imports of every file. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

interface Room {
  /** Rooms that it may import, besides itself and the schemas, which are data. */
  readonly rooms: readonly string[];
  /** Packages and built-in modules that it may import; undefined where that is its own business. */
  readonly packages?: readonly string[];
}

/**
 * `specs` stands for scenarios and register; the one aggregate, which runs and judges them, is a
 * room of its own. `package` is src/package.ts, which knows the suite's own version and nothing else.
 */
const house: Readonly<Record<string, Room>> = {
  cli: {
    rooms: [
      'specs',
      'gallery',
      'programs',
      'certify',
      'campaign',
      'emulator',
      'report',
      'verdict',
      'rules',
      'history',
      'package',
    ],
  },
  // It reads and writes no files: the command line does.
  certify: {
    rooms: ['campaign', 'report', 'verdict', 'rules', 'history'],
    packages: ['node:crypto', 'node:zlib', 'yaml'],
  },
  aggregate: {
    rooms: ['specs', 'programs', 'campaign', 'report', 'verdict', 'rules', 'history', 'package'],
  },
  specs: { rooms: ['campaign', 'history'] },
  // What is generated provokes as scenarios do, and is judged by the same rules.
  programs: { rooms: ['campaign', 'history'], packages: ['fast-check'] },
  campaign: { rooms: ['endpoint', 'arrange', 'clock', 'emulator', 'history'] },
  arrange: {
    rooms: ['endpoint', 'clock', 'history'],
    packages: ['undici', 'node:child_process', 'node:timers/promises'],
  },
  endpoint: {
    rooms: ['clock', 'history'],
    packages: ['undici', 'node:buffer', 'node:crypto', 'node:fs', 'node:timers/promises', 'node:tls'],
  },
  clock: { rooms: ['history'], packages: ['undici', 'node:timers/promises'] },
  // It is tested by the suite, so it may share nothing with it (design, point 5).
  emulator: { rooms: [] },
  // fixtures/deviants: made of the emulator, and told by nothing that judges.
  gallery: { rooms: ['emulator'], packages: [] },
  // fixtures/hostile: real sockets, which misbehave before, beside or instead of an emulator.
  hostile: {
    rooms: ['emulator', 'gallery'],
    packages: ['node:events', 'node:fs', 'node:http', 'node:https', 'node:net', 'node:tls', 'node:url', 'node:zlib'],
  },
  report: { rooms: ['verdict', 'history'] },
  // What judges is pure: no I/O, and nothing that could do some.
  verdict: { rooms: ['rules', 'history'], packages: ['node:crypto'] },
  rules: { rooms: ['history'], packages: [] },
  history: { rooms: [], packages: ['ajv/dist/2020.js', 'node:crypto', 'node:module'] },
  package: { rooms: [], packages: ['node:fs', 'node:path'] },
};

/** What runs the scenarios as tests. */
const AGGREGATE = ['specs/campaign.spec.ts', 'specs/by-itself.ts'];

/** The register's own tooling reads the documents and belongs to no run. */
const OUTSIDE = ['specs/register/check-documents.ts', 'specs/register/document-sentences.ts'];

/** What a pure room may not name either: globals that reach the clock, chance, the process or the network. */
const IMPURE =
  /\b(?:Date\.now|new Date\b|performance\.|Math\.random|process\.|fetch\(|setTimeout|setInterval|setImmediate|console\.)/;

interface Import {
  readonly file: string;
  readonly room: string;
  readonly specifier: string;
  /** The room that is imported; undefined for a package. */
  readonly target: string | undefined;
}

function filesBelow(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name).split(sep).join('/'))
    .filter((name) => name.endsWith('.ts') && !OUTSIDE.includes(name));
}

function roomOf(path: string): string {
  if (AGGREGATE.includes(path)) return 'aggregate';
  const [top = '', next = ''] = path.split('/');
  if (top === 'fixtures') return next === 'hostile' ? 'hostile' : 'gallery';
  return top === 'src' ? next.replace(/\.ts$/, '') : top;
}

/** Comments may speak of imports; strings that hold a whole import statement do not occur. */
function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');
}

function specifiersIn(text: string): string[] {
  const code = withoutComments(text);
  const found = code.matchAll(
    /(?:\bfrom\s*|\bimport\s*\(\s*|^\s*import\s+)['"]([^'"]+)['"]|\b(?:import\.meta\.resolve|createRequire\([^)]*\))\(\s*['"]([^'"]+)['"]/gm,
  );
  return [...found].map(([, one, other]) => one ?? other ?? '');
}

const folders = ['src', 'specs', 'fixtures/deviants', 'fixtures/hostile'];
const sources = folders.flatMap(filesBelow).map((file) => ({
  file,
  room: roomOf(file),
  text: readFileSync(join(ROOT, file), 'utf8'),
}));

const imports: readonly Import[] = sources.flatMap(({ file, room, text }) =>
  specifiersIn(text).map((specifier): Import => {
    const path = specifier.startsWith('.')
      ? relative(ROOT, join(ROOT, dirname(file), specifier))
          .split(sep)
          .join('/')
      : undefined;
    return { file, room, specifier, target: path === undefined ? undefined : roomOf(path) };
  }),
);

const shown = ({ file, specifier }: Import): string => `${file} imports ${specifier}`;

test('the reader of imports sees every way to import', () => {
  const text = [
    "import { a } from './a.ts';",
    "import type {\n  B,\n} from '../b.ts';",
    "export { c } from './c.ts';",
    "import './d.ts';",
    "const e = await import('./e.ts');",
    "const f = createRequire(import.meta.url)('f');",
    "// import './no.ts'",
    "/* from './no.ts' */",
  ].join('\n');
  expect(specifiersIn(text)).toEqual(['./a.ts', '../b.ts', './c.ts', './d.ts', './e.ts', 'f']);
});

test('every file stands in a room of the house', () => {
  expect(sources.filter(({ room }) => !(room in house)).map(({ file }) => file)).toEqual([]);
  // Rooms that are gone must not leave their permissions behind.
  expect(Object.keys(house).filter((name) => sources.every(({ room }) => room !== name))).toEqual([]);
});

test('no module keeps state of its own: test files share those that they load', () => {
  const state = /^(?:export )?(?:(?:let|var)\b.*|const .*= (?:new (?:Map|Set)(?:<.*>)?\(\)|\[\]|\{\});)$/m;
  expect("import 'a';\nlet calls = 0;").toMatch(state);
  expect('export const seen = new Map<string, Set<string>>();').toMatch(state);
  // The aggregate is one itself.
  const loaded = sources.filter(({ file }) => file !== 'specs/campaign.spec.ts');
  const wrong = loaded.flatMap(({ file, text }) => {
    const [found] = state.exec(text) ?? [];
    return found === undefined ? [] : [`${file}: ${found}`];
  });
  expect(wrong).toEqual([]);
});

describe('dependencies point one way', () => {
  test.for(Object.entries(house))('%s imports only the rooms below it', ([name, { rooms }]) => {
    const allowed = new Set([name, ...rooms, 'schemas']);
    const wrong = imports.filter(
      ({ room, target }) => room === name && target !== undefined && !allowed.has(target.replace(/\.ts$/, '')),
    );
    expect(wrong.map(shown)).toEqual([]);
  });

  test('no room can be reached from itself', () => {
    const edges = new Map<string, Set<string>>();
    for (const { room, target } of imports) {
      if (target === undefined || target === room || target === 'schemas') continue;
      edges.set(room, (edges.get(room) ?? new Set()).add(target));
    }
    const below = (room: string, seen: Set<string>): Set<string> => {
      for (const next of edges.get(room) ?? []) {
        if (seen.has(next)) continue;
        seen.add(next);
        below(next, seen);
      }
      return seen;
    };
    expect([...edges.keys()].filter((room) => below(room, new Set()).has(room))).toEqual([]);
    // An empty graph would be free of cycles, too.
    expect(below('cli', new Set())).toContain('clock');
  });
});

describe('what judges does no I/O', () => {
  test.for(Object.entries(house).filter(([, { packages }]) => packages !== undefined))(
    '%s imports no package but its own few',
    ([name, { packages = [] }]) => {
      const wrong = imports.filter(
        ({ room, target, specifier }) => room === name && target === undefined && !packages.includes(specifier),
      );
      expect(wrong.map(shown)).toEqual([]);
    },
  );

  test.for(['rules', 'history', 'verdict'])('%s names no clock, no chance, no process and no network', (name) => {
    const own = sources.filter(({ room }) => room === name);
    expect(own.length).toBeGreaterThan(0);
    const wrong = own.flatMap(({ file, text }) => {
      const [found] = IMPURE.exec(withoutComments(text)) ?? [];
      return found === undefined ? [] : [`${file} names ${found}`];
    });
    expect(wrong).toEqual([]);
  });

  test('only clock and endpoint speak HTTP, and only the emulator and hostile endpoints serve it', () => {
    const speaking = imports.filter(({ specifier }) =>
      /^(?:undici|(?:node:)?(?:https?|http2|net|tls))$/.test(specifier),
    );
    expect([...new Set(speaking.map(({ room, specifier }) => `${room} ${specifier}`))].toSorted()).toEqual([
      'arrange undici',
      'clock undici',
      'emulator node:http',
      'endpoint node:tls',
      'endpoint undici',
      'hostile node:http',
      'hostile node:https',
      'hostile node:net',
      'hostile node:tls',
    ]);
  });
});

describe('scenarios assert nothing', () => {
  test('no spec but the aggregate knows rules, verdicts or an assertion library', () => {
    const wrong = imports.filter(
      ({ room, target, specifier }) =>
        room === 'specs' &&
        (['rules', 'verdict', 'report'].includes(target ?? '') || /^(?:vitest|node:assert)/.test(specifier)),
    );
    expect(wrong.map(shown)).toEqual([]);
  });

  test('the aggregate judges with the rules themselves', () => {
    const aggregate = imports.filter(({ room }) => room === 'aggregate').map(({ target }) => target);
    expect(aggregate).toEqual(expect.arrayContaining(['campaign', 'rules', 'verdict']));
  });
});
