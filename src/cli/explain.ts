import { chapters } from '../../specs/chapters.ts';
import { register } from '../../specs/register.ts';
import type { Clause } from '../../schemas/types.ts';
import { nearest } from '../campaign/nearest.ts';
import { UsageError } from '../campaign/usage-error.ts';
import { painter } from '../report/terminal.ts';
import { inTenths, placesOf } from '../report/words.ts';
import { columns } from './columns.ts';
import type { Terminal } from './terminal.ts';

const LEVELS: Readonly<Record<Clause['level'], string>> = {
  MUST: 'MUST: an endpoint that breaks it is nonconformant',
  SHOULD: 'SHOULD: an endpoint that breaks it is warned of, and fails with --strict',
  INFO: 'INFO: what an endpoint does is noted, and nothing can be broken',
};

const WAITS: Readonly<Record<Clause['waits'], string>> = {
  none: 'nothing has to be waited for',
  gate: 'waits of up to 30 s (profiles gate and certify)',
  certify: 'waits of up to 300 s (profile certify, or a clock hook)',
  controlled: 'waits of hours (only with a clock hook)',
};

export function explain(id: string, terminal: Terminal): void {
  const clause = register.clauses.get(id);
  if (clause === undefined) throw unknown(id);
  const paint = painter(terminal.colour);
  const scenarios = chapters.flatMap((chapter) => chapter.scenarios).filter(({ clauses }) => clauses.includes(id));
  const parts = [
    [paint('bold', id), clause.text],
    [
      LEVELS[clause.level],
      ...(clause.places.length === 0 ? [] : [`Stands in ${placesOf({ places: clause.places, rulings: [] })}`]),
      `To exercise it: ${WAITS[clause.waits]}`,
      ...(clause.feature === undefined ? [] : [`Applies only where the endpoint offers: ${clause.feature}`]),
    ],
    ...clause.rulings.map(inWords),
    scenarios.length === 0
      ? ['No scenario provokes it.']
      : [
          'Scenarios that provoke it:',
          columns(
            scenarios.map(({ id, waiting, seconds, title }) => [`  ${id}`, waiting, inTenths(seconds), title]),
          ).trimEnd(),
        ],
  ];
  terminal.out(`${parts.map((lines) => lines.join('\n')).join('\n\n')}\n`);
}

function inWords(id: string): string[] {
  const ruling = register.rulings.get(id);
  if (ruling === undefined) return [`Ruling ${id}`];
  const { title, reading, reason } = ruling;
  return [`Ruling ${id}: ${title}`, `  read as  ${reading}`, `  because  ${reason}`];
}

function unknown(id: string): UsageError {
  const ids = [...register.clauses.keys()];
  const below = ids.filter((known) => known.startsWith(id) || known.includes(`.${id}`));
  const meant = [...new Set([...nearest(id, ids), ...below])].slice(0, 5);
  return new UsageError(
    `There is no clause ${id}. ${meant.length === 0 ? "'dms-conformance list' prints them all." : `Did you mean ${meant.join(', ')}?`}`,
  );
}
