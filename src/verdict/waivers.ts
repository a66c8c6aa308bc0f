/** Which broken findings waivers excuse, and what became of each waiver. */
import type { BrokenFinding, Header, Waiver, WaiverVerdict } from '../../schemas/types.ts';
import type { Evidence, History } from '../history/evidence.ts';
import { matcher } from '../history/matcher.ts';
import { ALL_PROGRAMS } from '../history/programs.ts';
import type { Register } from '../history/register.ts';
import type { Rule } from '../rules/rule.ts';
import { fingerprintOf } from './fingerprint.ts';
import { isBroken, isFatal, judge, type Broken } from './judge.ts';
import { decidedIn, type Outcome } from './outcome.ts';

type Known = Pick<Header, 'waivers' | 'utcDay'>;

/** Whether a waiver that has not expired covers a broken finding. */
export function isExcused(header: Known, history: History, judged: Broken): boolean {
  return coveringOf(header, history, judged).some((waiver) => !hasExpired(waiver, header));
}

function coveringOf({ waivers = [] }: Known, { scenario, program }: History, { clause, finding }: Broken): Waiver[] {
  const about = waivers.filter(
    (waiver) =>
      waiver.clause === clause &&
      (waiver.scenario === undefined ||
        waiver.scenario === scenario ||
        (waiver.scenario === ALL_PROGRAMS && program !== undefined)),
  );
  if (about.length === 0) return [];
  const fingerprint = fingerprintOf(clause, finding, program !== undefined);
  return about.filter((waiver) => waiver.fingerprint === fingerprint);
}

function hasExpired({ expires }: Waiver, { utcDay }: Known): boolean {
  return utcDay > expires;
}

interface Tested {
  /** Whether the register has a clause. */
  readonly isKnown: (clause: string) => boolean;
  /** Whether a clause was decided, and everything that was to provoke it came to its end. */
  readonly isWhole: (clause: string) => boolean;
}

/** What became of each waiver of a run. */
export function waiverVerdicts(
  header: Header,
  outcomes: ReadonlyMap<History, Outcome>,
  { isKnown, isWhole }: Tested,
): WaiverVerdict[] {
  const { waivers = [], only, shard } = header;
  if (waivers.length === 0) return [];
  const covered = new Map<Waiver, number>();
  for (const [history, { broken }] of outcomes)
    for (const judged of broken)
      for (const waiver of coveringOf(header, history, judged)) covered.set(waiver, (covered.get(waiver) ?? 0) + 1);

  const asked = only === null ? () => true : matcher(only);
  const wasTested = ({ clause, scenario }: Waiver): boolean => {
    // With --only some of what provokes a clause may have been left out, unless the clause itself was named; with --shard always.
    if (scenario === undefined) return shard === undefined && asked(clause) && isWhole(clause);
    // Never for all programs: others than those of this run might show it.
    return [...outcomes].some(
      ([history, outcome]) =>
        history.scenario === scenario && history.end?.outcome === 'completed' && decidedIn(outcome).has(clause),
    );
  };
  return waivers.map((waiver): WaiverVerdict => {
    const findings = covered.get(waiver) ?? 0;
    const state = !isKnown(waiver.clause)
      ? 'unknown'
      : hasExpired(waiver, header)
        ? 'expired'
        : findings > 0
          ? 'excuses'
          : wasTested(waiver)
            ? 'stale'
            : 'not-exercised';
    return { ...waiver, state, findings };
  });
}

/** What broke in one way, and would fail the run. */
export interface Failure {
  readonly clause: string;
  /** Where only there, or where each scenario counts by itself. */
  readonly scenario: string | undefined;
  readonly fingerprint: string;
  readonly first: Omit<BrokenFinding, 'fingerprint'>;
  readonly findings: number;
  readonly scenarios: number;
  /** What excuses all of it already. */
  readonly waiver: Waiver | undefined;
}

/**
 * All failures of a run, by clause and fingerprint; `eachScenario`: by scenario, too. What only generated programs showed is
 * about programs alone.
 */
export function failuresIn(
  { header, histories }: Pick<Evidence, 'header' | 'histories'>,
  register: Register,
  rules: readonly Rule[],
  { eachScenario }: { readonly eachScenario: boolean },
): Failure[] {
  const groups = new Map<string, { history: History; judged: Broken; fingerprint: string }[]>();
  // Programs last: what a scenario shows is easier to understand.
  const plainFirst = [...histories].sort(
    (one, other) => Number(one.program !== undefined) - Number(other.program !== undefined),
  );
  for (const history of plainFirst) {
    for (const judged of judge(history, rules).findings.filter(isBroken)) {
      const { clause, finding } = judged;
      if (!isFatal(register.clauses.get(clause)?.level, header)) continue;
      const fingerprint = fingerprintOf(clause, finding, history.program !== undefined);
      const key = [clause, fingerprint, ...(eachScenario ? [scenarioOf(history)] : [])].join(' ');
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [{ history, judged, fingerprint }]);
      else group.push({ history, judged, fingerprint });
    }
  }
  return [...groups.values()].flatMap((group): Failure[] => {
    const [first] = group;
    if (first === undefined) return [];
    const { expected, observed, exchanges } = first.judged.finding;
    const scenarios = new Set(group.map(({ history }) => scenarioOf(history)));
    const only = eachScenario || [...scenarios].every((id) => id === ALL_PROGRAMS);
    const covering = group.map(({ history, judged }) => coveringOf(header, history, judged));
    const waiver = covering[0]?.find((one) => !hasExpired(one, header) && covering.every((all) => all.includes(one)));
    return [
      {
        clause: first.judged.clause,
        scenario: only ? scenarioOf(first.history) : undefined,
        fingerprint: first.fingerprint,
        first: { scenario: first.history.scenario, expected, observed, exchanges: [...exchanges] },
        findings: group.length,
        scenarios: scenarios.size,
        waiver,
      },
    ];
  });
}

function scenarioOf({ scenario, program }: History): string {
  return program === undefined ? scenario : ALL_PROGRAMS;
}
