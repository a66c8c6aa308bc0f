import { createHash } from 'node:crypto';
import type { Clause, ClauseRegister, Ruling } from '../../schemas/types.ts';

export interface RegisteredClause extends Clause {
  readonly chapter: string;
}

/** All clauses of all chapters. */
export interface Register {
  readonly chapters: readonly ClauseRegister[];
  readonly clauses: ReadonlyMap<string, RegisteredClause>;
  /** How the documents are read where they are unclear, by id. */
  readonly rulings: ReadonlyMap<string, Ruling>;
  /** Digest of the whole register: two runs are comparable only if it is the same. */
  readonly digest: string;
}

/** Joins chapters to a register. Throws RangeError where a clause id stands twice. */
export function joinChapters(chapters: readonly ClauseRegister[], rulings: readonly Ruling[] = []): Register {
  const clauses = new Map<string, RegisteredClause>();
  for (const { chapter, clauses: own } of chapters) {
    for (const clause of own) {
      if (clauses.has(clause.id)) throw new RangeError(`clause ${clause.id} stands twice in the register`);
      clauses.set(clause.id, { ...clause, chapter });
    }
  }
  const digest = `sha256:${createHash('sha256').update(JSON.stringify(chapters)).digest('hex')}`;
  return { chapters, clauses, rulings: new Map(rulings.map((ruling) => [ruling.id, ruling])), digest };
}
