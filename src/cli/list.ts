import { register } from '../../specs/register.ts';
import type { Clause } from '../../schemas/types.ts';
import type { Scenario } from '../campaign/scenario.ts';
import { inTenths } from '../report/words.ts';
import { matcher } from '../campaign/selection.ts';
import { UsageError } from '../campaign/usage-error.ts';
import { columns } from './columns.ts';
import type { ListOptions } from './main.ts';
import type { Terminal } from './terminal.ts';

/** What a run of a profile exercises under a wall clock. */
const REACH: Readonly<Record<'gate' | 'certify', readonly Clause['waits'][]>> = {
  gate: ['none', 'gate'],
  certify: ['none', 'gate', 'certify'],
};

export async function list(pattern: string | undefined, options: ListOptions, terminal: Terminal): Promise<void> {
  const wanted = pattern === undefined ? () => true : matcher(pattern);
  const rows =
    options.deviants === true
      ? await deviantRows(wanted, options)
      : options.scenarios === true
        ? await scenarioRows(wanted, options)
        : clauseRows(wanted, options);
  if (rows.length === 0) throw await nothing(pattern, options);
  terminal.out(columns(rows));
}

function clauseRows(wanted: (id: string) => boolean, { level, profile }: ListOptions): string[][] {
  return [...register.clauses.values()]
    .filter((clause) => wanted(clause.id))
    .filter((clause) => level === undefined || clause.level === level)
    .filter((clause) => profile === undefined || REACH[profile].includes(clause.waits))
    .map(({ id, level, waits, text }) => [id, level, waits, text]);
}

async function scenarioRows(wanted: (id: string) => boolean, { level, profile }: ListOptions): Promise<string[][]> {
  const { chapters } = await import('../../specs/chapters.ts');
  const ofLevel = ({ clauses }: Scenario): boolean =>
    level === undefined || clauses.some((id) => register.clauses.get(id)?.level === level);
  return chapters
    .flatMap(({ scenarios }) => scenarios)
    .filter(({ id, clauses }) => wanted(id) || clauses.some(wanted))
    .filter(({ waiting }) => profile === undefined || REACH[profile].includes(waiting))
    .filter(ofLevel)
    .map(({ id, waiting, seconds, title }) => [id, waiting, inTenths(seconds), title]);
}

/** Deviants with the clauses that have to redden, then oddities with those that may be warnings. */
async function deviantRows(wanted: (id: string) => boolean, { level }: ListOptions): Promise<string[][]> {
  const { deviants, oddities } = await import('../../fixtures/deviants/gallery.ts');
  const gallery = [
    ...deviants.map(({ name, breaks, must }) => ({ name, clauses: must, text: breaks })),
    ...oddities.map(({ name, does, warns = [] }) => ({ name, clauses: warns, text: does })),
  ];
  return gallery
    .filter(({ name, clauses }) => wanted(name) || clauses.some(wanted))
    .filter(({ clauses }) => level === undefined || clauses.some((id) => register.clauses.get(id)?.level === level))
    .map(({ name, clauses, text }) => [name, clauses.join(', ') || 'conformant', text]);
}

async function nothing(pattern: string | undefined, options: ListOptions): Promise<UsageError> {
  const what = options.deviants === true ? 'deviant' : options.scenarios === true ? 'scenario' : 'clause';
  if (pattern === undefined) return new UsageError(`No ${what} has all of these properties. Give fewer of them.`);
  const { guess } = await import('./guess.ts');
  const meant = guess(pattern);
  if (meant === pattern) return new UsageError(`No ${what} below ${pattern} has these properties. Give fewer of them.`);
  return new UsageError(
    `No ${what} matches ${pattern}. ${meant === undefined ? 'Expected a pattern of ids, in which * stands for anything.' : `Did you mean ${meant}?`}`,
  );
}
