/** The kill matrix: what the suite catches, what it leaves alone, and which of its checks can fail at all. */
import type { Deviant, Oddity } from '../../fixtures/deviants/gallery.ts';
import type { Register } from '../../src/history/register.ts';
import { isDeviant, problemsOf, type Seen, type Subject } from './subject.ts';

export interface Row {
  readonly subject: Subject;
  readonly seen: Seen;
  readonly problems: readonly string[];
}

export interface Matrix {
  readonly rows: readonly Row[];
  /** Clauses above INFO that nothing in the gallery makes red: checks that perhaps cannot fail. */
  readonly never: readonly string[];
}

export function matrixOf(subjects: readonly Subject[], seen: ReadonlyMap<string, Seen>, register: Register): Matrix {
  const rows = subjects.flatMap((subject): Row[] => {
    const own = seen.get(subject.name);
    return own === undefined ? [] : [{ subject, seen: own, problems: problemsOf(subject, own) }];
  });
  const reddened = new Set(
    rows.flatMap(({ subject, seen: { red } }) => namedBy(subject).filter((clause) => red.includes(clause))),
  );
  return { rows, never: clausesAboveInfo(register).filter((id) => !reddened.has(id)) };
}

/** The clauses that an entry of the gallery is there to redden. */
export function namedBy(subject: Subject): readonly string[] {
  return isDeviant(subject) ? subject.must : (subject.warns ?? []);
}

export function clausesAboveInfo({ clauses }: Register): string[] {
  return [...clauses.values()].filter(({ level }) => level !== 'INFO').map(({ id }) => id);
}

/** What a reader of the terminal needs: what is wrong, and how much was right. */
export function report({ rows, never }: Matrix): string {
  const wrong = rows.filter(({ problems }) => problems.length > 0);
  const of = (kind: 'deviants' | 'oddities'): Row[] =>
    rows.filter(({ subject }) => isDeviant(subject) === (kind === 'deviants'));
  const good = (kind: 'deviants' | 'oddities'): number =>
    of(kind).filter(({ problems }) => problems.length === 0).length;
  return [
    ...wrong.flatMap(({ subject, problems }) => problems.map((problem) => `✗ ${subject.name} ${problem}`)),
    ...never.map((id) => `✗ nothing in the gallery reddens ${id}`),
    `${of('deviants').length} deviants, ${good('deviants')} killed by the clauses that name their fault`,
    `${of('oddities').length} oddities, ${good('oddities')} conformant`,
    '',
  ].join('\n');
}

/** The document of the gallery. `sawOf` tells which clauses reddened in the run that it is made from. */
export function documentOf(
  deviants: readonly Deviant[],
  oddities: readonly Oddity[],
  register: Register,
  sawOf: (name: string) => readonly string[],
): string {
  const killers = new Map<string, number>();
  for (const { must } of deviants) for (const id of must) killers.set(id, (killers.get(id) ?? 0) + 1);
  const level = (id: string): string => (register.clauses.get(id)?.level === 'MUST' ? id : `${id} (SHOULD)`);
  const code = (ids: readonly string[]): string => ids.map((id) => `\`${id}\``).join(', ');
  return [
    '# The gallery',
    '',
    '<!-- Made by `npm run matrix`. Edit fixtures/deviants instead. -->',
    '',
    `Who tests the suite: ${deviants.length} deviants, endpoints that break one rule each, and ${oddities.length} oddities, endpoints that do what`,
    'documents and rulings permit and nobody expects. `npm run matrix` runs the suite against all of them. Each deviant has to be caught by the',
    'clauses that name its fault, and reddens others only where that is a consequence; each oddity has to come out conformant, with the warnings that are',
    'listed and no others. `npx dms-conformance emulate --deviant NAME` serves any of them.',
    '',
    '## Deviants',
    '',
    '| name | what it breaks | must redden | may redden as a consequence | saw |',
    '| --- | --- | --- | --- | --- |',
    ...deviants.map(
      ({ name, breaks, must, may = [] }) =>
        `| \`${name}\` | ${breaks} | ${code(must)} | ${code(may)} | ${code(sawOf(name))} |`,
    ),
    '',
    '## Oddities',
    '',
    '| name | what it does | must warn | saw |',
    '| --- | --- | --- | --- |',
    ...oddities.map(
      ({ name, does, warns = [] }) => `| \`${name}\` | ${does} | ${code(warns)} | ${code(sawOf(name))} |`,
    ),
    '',
    '## Clauses',
    '',
    'How many deviants have to make a clause red. A clause that none can make red may be a check that cannot fail.',
    '',
    '| clause | deviants |',
    '| --- | --- |',
    ...clausesAboveInfo(register).map((id) => `| \`${level(id)}\` | ${killers.get(id) ?? 0} |`),
    '',
  ].join('\n');
}
