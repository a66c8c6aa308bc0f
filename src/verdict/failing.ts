import type { History } from '../history/evidence.ts';
import type { Register, RegisteredClause } from '../history/register.ts';
import { isFatal, type Broken } from './judge.ts';
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
    if (clause === undefined || !isFatal(clause.level, header) || isExcused(header, history, judged)) return [];
    return [{ clause, finding: judged.finding }];
  });
}
