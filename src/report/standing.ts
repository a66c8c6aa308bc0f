/** The clauses of a verdict as reports show them; what each of them is was decided before. */
import type { ClauseVerdict, Verdict, WaiverVerdict } from '../../schemas/types.ts';
import type { Register, RegisteredClause } from '../history/register.ts';

/**
 * `failed` is what made the run nonconformant: a broken MUST and, in a strict run, a broken SHOULD. `waived` is what is broken
 * and excused.
 */
export type Standing = 'failed' | 'waived' | 'warned' | 'noted' | 'passed' | 'not-exercised' | 'not-applicable';

/** A clause and what the run says of it. */
export interface Shown {
  readonly clause: RegisteredClause;
  readonly of: ClauseVerdict;
  readonly standing: Standing;
  /** The waivers that excuse some of what was found. */
  readonly waivers: readonly WaiverVerdict[];
}

export function shown(verdict: Verdict, register: Register): readonly Shown[] {
  return verdict.clauses.flatMap((of): Shown[] => {
    const clause = register.clauses.get(of.id);
    if (clause === undefined) return [];
    const waivers = (verdict.waivers ?? []).filter(({ clause, state }) => clause === of.id && state === 'excuses');
    return [{ clause, of, standing: standingOf(of, verdict.strict), waivers }];
  });
}

function standingOf({ verdict, waived }: ClauseVerdict, strict: boolean): Standing {
  if (waived === true) return 'waived';
  return strict && verdict === 'warn' ? 'failed' : STANDINGS[verdict];
}

const STANDINGS: Readonly<Record<ClauseVerdict['verdict'], Standing>> = {
  fail: 'failed',
  warn: 'warned',
  info: 'noted',
  pass: 'passed',
  'not-exercised': 'not-exercised',
  'not-applicable': 'not-applicable',
};

export interface Gap {
  readonly reason: string;
  readonly clauses: readonly Shown[];
}

/** Clauses by the reason why nothing is known of them, the most frequent reason first, each with its MUSTs first. */
export function byReason(clauses: readonly Shown[]): readonly Gap[] {
  const rank = ({ clause }: Shown): number => ['MUST', 'SHOULD', 'INFO'].indexOf(clause.level);
  return [...Map.groupBy(clauses, ({ of }) => kindOf(of.reason))]
    .map(([kind, clauses]) => ({
      reason: clauses.length === 1 ? (clauses[0]?.of.reason ?? kind) : kind,
      clauses: clauses.toSorted((a, b) => rank(a) - rank(b)),
    }))
    .sort((a, b) => b.clauses.length - a.clauses.length);
}

/** A reason without what differs from scenario to scenario: its id, which stands first, and ids of queues and groups. */
function kindOf(reason = 'no reason was recorded'): string {
  return reason
    .replace(/^[^\s:]+\/[^\s:]+: /, '')
    .replace(/[0-9a-f]{8}(?:-?[0-9a-f]{4}){3}-?[0-9a-f]{12}/gi, '…')
    .replace(/dmsc-[0-9a-z-]+/g, 'dmsc-…');
}
