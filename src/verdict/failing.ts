import type { History } from '../history/evidence.ts';
import type { Register, RegisteredClause } from '../history/register.ts';
import type { Broken } from './judge.ts';
import { isExcused } from './waivers.ts';

/** A finding that makes a run fail, with the clause that it breaks. */
export interface Failing {
  readonly clause: RegisteredClause;
  readonly finding: Broken['finding'];
}

/** Those of a history's findings that make a run fail: a MUST is broken, or with `--strict` a SHOULD, and no waiver excuses it. */
export function failingOf(history: History, broken: readonly Broken[], register: Register): Failing[] {
  const { header } = history;
  return broken.flatMap((judged) => {
    const clause = register.clauses.get(judged.clause);
    if (clause === undefined) return [];
    const fails = clause.level === 'MUST' || (header.strict && clause.level === 'SHOULD');
    return fails && !isExcused(header, history, judged) ? [{ clause, finding: judged.finding }] : [];
  });
}
