/** The one fold from findings to verdicts; exit code, texts and JSON all come from it. */
import type {
  BrokenFinding,
  ClauseVerdict,
  FoundCounterexample,
  Header,
  ProgramCoverage,
  ScenarioVerdict,
  Verdict,
  WaiverVerdict,
} from '../../schemas/types.ts';
import type { Evidence, History } from '../history/evidence.ts';
import { lengthOf, tallyOf } from '../history/programs.ts';
import type { Register, RegisteredClause } from '../history/register.ts';
import type { Rule } from '../rules/rule.ts';
import { blameOf } from './blame.ts';
import { fingerprintOf } from './fingerprint.ts';
import { isFatal, judge } from './judge.ts';
import { decidedIn, outcomeOf, summing, type Outcome } from './outcome.ts';
import { isExcused, waiverVerdicts } from './waivers.ts';

const MOST_NOTES = 20;
const MOST_FINDINGS = 100;

/** The verdict of a run by its evidence alone. `known` holds what came of some of its histories already. */
export function verdictOf(
  evidence: Evidence,
  register: Register,
  rules: readonly Rule[],
  known: ReadonlyMap<History, Outcome> = new Map(),
): Verdict {
  const { header, histories, counterexamples, footer, problems } = evidence;
  const outcomes = new Map(
    histories.map((history) => [history, known.get(history) ?? outcomeOf(history, judge(history, rules))]),
  );
  const crashed = [...outcomes.values()].flatMap((outcome) => outcome.crashed);
  const crashedClauses = new Set(crashed.map(({ clause }) => clause));
  const totals = totalsOf(outcomes, counterexamples, rules);
  const troubles = troublesOf(header, histories);

  // Where nobody set out to exercise any, as with programs alone, those count that were.
  const wanted =
    header.clauses.length > 0 ? header.clauses : [...totals].filter(([, of]) => isExercised(of)).map(([id]) => id);
  const ids = [...new Set([...wanted, ...[...totals].filter(([, { broken }]) => broken.length > 0).map(([id]) => id)])];
  const clauses = ids.flatMap((id) => {
    const clause = register.clauses.get(id);
    return clause === undefined
      ? []
      : [clauseVerdict(clause, totals.get(id), troubles.get(id), crashedClauses.has(id), header)];
  });
  const scenarios = scenarioVerdicts(header, outcomes, register);

  const ended = new Set(histories.filter(({ end }) => end !== undefined).map(({ scenario }) => scenario));
  const unended = header.selection.filter((id) => !ended.has(id));
  const suiteFailures = [
    ...crashed.map(({ clause, reason }) => `the rule of ${clause} crashed: ${reason}`),
    ...histories
      .filter(({ end }) => end?.blame === 'suite')
      .map(({ scenario, end }) => `scenario ${scenario} crashed: ${end?.reason ?? ''}`),
  ];
  const unknown = header.clauses.filter((id) => !register.clauses.has(id));
  if (unknown.length > 0) suiteFailures.push(`the register does not know ${unknown.join(', ')}`);
  if (header.suite.register !== register.digest) {
    suiteFailures.push(
      'the evidence was made with another clause register; judge it with the version of the suite that made it',
    );
  }

  const failing = clauses.filter(({ verdict }) => verdict === 'fail' || (header.strict && verdict === 'warn'));
  const failed = failing.filter(({ waived }) => waived !== true);
  const waived = failing.length - failed.length;
  const waivers = waiverVerdicts(header, outcomes, {
    isKnown: (id) => register.clauses.has(id),
    isWhole: (id) => footer?.outcome === 'completed' && isWhole(id, clauses, troubles),
  });
  const invalid = waivers.flatMap(invalidity);
  const open = clauses.filter(({ verdict, level }) => verdict === 'not-exercised' && level === 'MUST');
  const exercised = clauses.some(({ evidence }) => evidence > 0);
  const gaps = [
    ...problems.map((problem) => `the evidence is incomplete: ${problem}`),
    ...(footer?.outcome === 'unreachable' ? [footer.reason ?? 'the endpoint cannot be reached'] : []),
    ...(footer?.outcome === 'interrupted' ? ['the run was interrupted'] : []),
    ...(open.length > 0
      ? [`${open.length} MUST ${open.length === 1 ? 'clause was' : 'clauses were'} not exercised`]
      : []),
    ...(unended.length > 0 && footer?.outcome === 'completed'
      ? [`${unended.length} of ${header.selection.length} scenarios did not come to their end`]
      : []),
    ...unfinishedPrograms(histories),
    ...(exercised ? [] : ['no clause was exercised']),
  ];
  const verdict =
    failed.length > 0 ? 'nonconformant' : gaps.length > 0 || suiteFailures.length > 0 ? 'incomplete' : 'conformant';
  return {
    verdict,
    ...(waived === 0 ? {} : { waived }),
    exitCode:
      footer?.signal === 'SIGINT'
        ? 130
        : footer?.signal === 'SIGTERM'
          ? 143
          : suiteFailures.length > 0
            ? 70
            : verdict === 'nonconformant'
              ? 1
              : invalid.length > 0
                ? 4
                : verdict === 'incomplete'
                  ? 3
                  : 0,
    filtered: header.only !== null || header.shard !== undefined,
    complete: problems.length === 0 && footer?.outcome === 'completed' && unended.length === 0,
    blame:
      suiteFailures.length > 0
        ? 'suite'
        : verdict === 'nonconformant'
          ? 'endpoint'
          : verdict === 'incomplete'
            ? blameOf(
                footer,
                histories.map(({ end }) => end),
                [...outcomes.values()].map(({ unanswered }) => unanswered),
              )
            : null,
    reasons: [
      ...(failed.length > 0 ? [`${failed.length} ${failed.length === 1 ? 'clause is' : 'clauses are'} broken`] : []),
      ...(waived > 0 ? [`${waived} ${waived === 1 ? 'clause is' : 'clauses are'} broken and waived`] : []),
      ...invalid,
      ...suiteFailures.map((failure) => `the suite itself failed: ${failure}`),
      ...gaps,
    ],
    profile: header.profile,
    strict: header.strict,
    suite: header.suite,
    endpoint: header.endpoint,
    clock: header.clock,
    ...(header.arrangement === undefined ? {} : { arrangement: header.arrangement }),
    ...(header.insecure === true ? { insecure: true as const } : {}),
    ...(header.shard === undefined ? {} : { shard: { index: header.shard.index, of: header.shard.of } }),
    seed: header.seed,
    startedAt: header.startedAt,
    seconds: footer?.at ?? Math.max(0, ...[...outcomes.values()].map(({ lastInstant }) => lastInstant)),
    longestWait: header.longestWait,
    clauses,
    scenarios,
    ...(waivers.length === 0 ? {} : { waivers }),
    programs: coverageOf(header, outcomes),
    counterexamples: counterexamplesIn(evidence),
    undeleted: footer?.undeleted ?? [],
  };
}

/** Why a waiver has to be taken away or renewed. */
function invalidity({ clause, fingerprint, scenario, state, expires, findings }: WaiverVerdict): string[] {
  const which = `the waiver of ${clause}${scenario === undefined ? '' : ` in ${scenario}`} (${fingerprint})`;
  if (state === 'stale') return [`${which} is stale: this failure no longer occurs`];
  if (state === 'unknown') return [`${which} is about a clause that the register does not know`];
  if (state !== 'expired') return [];
  return [`${which} expired on ${expires}${findings > 0 ? ', and what it was about still fails' : ''}`];
}

/** Whether a clause was decided by all that was there to provoke it. */
function isWhole(id: string, clauses: readonly ClauseVerdict[], troubles: ReadonlyMap<string, Troubles>): boolean {
  const { aborted = [], short = [], unarranged = [] } = troubles.get(id) ?? {};
  const verdict = clauses.find((clause) => clause.id === id)?.verdict ?? 'not-exercised';
  return (
    aborted.length + short.length + unarranged.length === 0 &&
    verdict !== 'not-exercised' &&
    verdict !== 'not-applicable'
  );
}

/** No clause waits for them, so nothing else would tell. */
function unfinishedPrograms(histories: readonly History[]): string[] {
  const programs = histories.filter(({ program }) => program !== undefined);
  const aborted = programs.filter(({ end }) => end?.outcome === 'aborted');
  const reason = aborted[0]?.end?.reason ?? '';
  return aborted.length === 0
    ? []
    : [`${aborted.length} of ${programs.length} programs could not be carried out: ${aborted[0]?.scenario}: ${reason}`];
}

/** Of the programs as they were generated: shorter forms and replays of them would count twice. */
function coverageOf(header: Header, outcomes: ReadonlyMap<History, Outcome>): ProgramCoverage {
  const planned = new Set(header.selection);
  const clauses: Record<string, number> = {};
  const programs = [...outcomes].flatMap(([{ scenario, program }, outcome]) => {
    if (program === undefined || !planned.has(scenario)) return [];
    for (const clause of decidedIn(outcome)) clauses[clause] = (clauses[clause] ?? 0) + 1;
    return [program];
  });
  return programs.length === 0 ? null : { count: programs.length, ...tallyOf(programs), clauses };
}

function counterexamplesIn({ histories, counterexamples }: Evidence): FoundCounterexample[] {
  const operations = new Map(histories.map(({ scenario, program }) => [scenario, lengthOf(program?.operations ?? [])]));
  return counterexamples.map(({ scenario, clause, replays, reproduced, attempts, again, shrunk }) => {
    const whole = operations.get(scenario) ?? 0;
    const shortest = operations.get(shrunk ?? scenario) ?? whole;
    return { scenario, clause, replays, reproduced, attempts, again, shrunk, operations: whole, shortest };
  });
}

/** What was found of one clause in the whole run. */
interface Total {
  readonly broken: ClauseVerdict['findings'];
  readonly notes: readonly string[];
  readonly noted: number;
  readonly held: number;
  readonly undecided: number;
}

/** By clause, in the order of the rules. Programs as they were generated come last: what a scenario or a short program shows is easier to understand. */
function totalsOf(
  outcomes: ReadonlyMap<History, Outcome>,
  counterexamples: Evidence['counterexamples'],
  rules: readonly Rule[],
): Map<string, Total> {
  const shrunk = new Set(counterexamples.map((one) => one.shrunk));
  const isPlain = ([{ scenario, program }]: readonly [History, Outcome]): boolean =>
    program === undefined || shrunk.has(scenario);
  const kinds = [[...outcomes].filter(isPlain), [...outcomes].filter((one) => !isPlain(one))];
  const broken = new Map(rules.map(({ clause }): [string, BrokenFinding[]] => [clause, []]));
  for (const [history, outcome] of kinds.flat()) {
    for (const judged of outcome.broken) {
      const { clause, finding } = judged;
      const { expected, observed, exchanges } = finding;
      broken.get(clause)?.push({
        scenario: history.scenario,
        expected,
        observed,
        exchanges: [...exchanges],
        fingerprint: fingerprintOf(clause, finding, history.program !== undefined),
        ...(isExcused(history.header, history, judged) ? { waived: true as const } : {}),
      });
    }
  }
  const sums = kinds.map((kind) => {
    const sum = summing();
    for (const [, outcome] of kind) sum.add(outcome);
    return sum.tallies;
  });
  const added = (numbers: readonly number[]): number => numbers.reduce((sum, number) => sum + number, 0);
  return new Map(
    [...broken].map(([clause, findings]) => {
      const noted = sums.flatMap((sum) => sum.noted.get(clause) ?? []);
      return [
        clause,
        {
          broken: findings,
          notes: [...new Set(noted.flatMap((notes) => [...notes.keys()].toSorted()))],
          noted: added(noted.flatMap((notes) => [...notes.values()])),
          held: added(sums.map(({ held }) => held.get(clause) ?? 0)),
          undecided: added(sums.map(({ undecided }) => undecided.get(clause) ?? 0)),
        },
      ];
    }),
  );
}

const isExercised = ({ broken, held, noted }: Total): boolean => broken.length + held + noted > 0;

/** For each clause the scenarios that were to provoke it and could not be carried out, or were offered too little. */
interface Troubles {
  readonly aborted: string[];
  readonly short: string[];
  /** Left out before the run, since the arrangement has nothing for them. */
  readonly unarranged: string[];
  /** How many were started. */
  started: number;
}

function troublesOf(header: Header, histories: readonly History[]): Map<string, Troubles> {
  const troubles = new Map<string, Troubles>();
  const entryOf = (clause: string): Troubles => {
    let found = troubles.get(clause);
    if (found === undefined) {
      troubles.set(clause, (found = { aborted: [], short: [], unarranged: [], started: 0 }));
    }
    return found;
  };
  const blame = (clauses: readonly string[], kind: 'aborted' | 'short' | 'unarranged', reason: string): void => {
    for (const clause of clauses) entryOf(clause)[kind].push(reason);
  };
  for (const { scenario, provokes, reason } of header.unarranged ?? []) {
    blame(provokes, 'unarranged', `${scenario}: ${reason}`);
  }
  const byId = new Map(histories.map((history) => [history.scenario, history]));
  for (const id of header.selection) {
    const history = byId.get(id);
    const provokes = history?.start?.provokes;
    if (provokes === undefined) continue;
    for (const clause of provokes) entryOf(clause).started += 1;
    if (history?.end === undefined) blame(provokes, 'aborted', `${id} was cut off`);
    else if (history.end.outcome !== 'completed') {
      blame(provokes, history.end.outcome, `${id}: ${history.end.reason ?? history.end.outcome}`);
    }
  }
  return troubles;
}

function clauseVerdict(
  clause: RegisteredClause,
  of: Total | undefined,
  troubles: Troubles | undefined,
  crashed: boolean,
  header: Header,
): ClauseVerdict {
  const { broken = [], held = 0, undecided = 0, noted = 0, notes = [] } = of ?? {};
  const evidence = broken.length + held + noted;
  const unexcused = broken.filter(({ waived }) => waived !== true);
  const base = {
    id: clause.id,
    level: clause.level,
    evidence,
    undecided,
    ...(notes.length === 0 ? {} : { notes: notes.slice(0, MOST_NOTES) }),
    findings: [...unexcused, ...broken.filter(({ waived }) => waived === true)].slice(0, MOST_FINDINGS),
    ...(broken.length > MOST_FINDINGS ? { omitted: broken.length - MOST_FINDINGS } : {}),
  };
  if (broken.length > 0) {
    const verdict = clause.level === 'MUST' ? 'fail' : clause.level === 'SHOULD' ? 'warn' : 'info';
    return { ...base, verdict, ...(unexcused.length === 0 ? { waived: true as const } : {}) };
  }
  const feature = clause.feature === undefined ? undefined : header.features[clause.feature];
  if (feature?.present === false) return { ...base, verdict: 'not-applicable', reason: feature.reason };
  // What a crashed rule would have said is unknown, never 'held'.
  if (crashed) return { ...base, verdict: 'not-exercised', reason: 'its rule crashed' };
  const [aborted] = troubles?.aborted ?? [];
  // What one scenario showed does not stand for another that could not be carried out.
  if (aborted !== undefined && clause.level !== 'INFO') return { ...base, verdict: 'not-exercised', reason: aborted };
  const missing = troubles?.unarranged ?? [];
  // What other scenarios showed by the way does not stand for those that are there for it.
  if (missing[0] !== undefined && troubles?.started === 0)
    return { ...base, verdict: 'not-exercised', reason: missing[0] };
  if (clause.level === 'INFO') {
    return evidence > 0
      ? { ...base, verdict: 'info' }
      : { ...base, verdict: 'not-exercised', reason: 'nothing was observed' };
  }
  if (held > 0) {
    const reason = missing.length === 0 ? {} : { reason: `${missing.length} of its scenarios could not be arranged` };
    return { ...base, verdict: 'pass', ...reason };
  }
  const reason =
    troubles?.short[0] ??
    (undecided > 0 ? `${undecided} findings were undecided` : 'its scenarios brought no evidence');
  return { ...base, verdict: 'not-exercised', reason };
}

function scenarioVerdicts(
  header: Header,
  outcomes: ReadonlyMap<History, Outcome>,
  register: Register,
): ScenarioVerdict[] {
  const byId = new Map([...outcomes].map(([history, { broken }]) => [history.scenario, { history, broken }]));
  const unarranged = (header.unarranged ?? []).map(({ scenario, reason }): ScenarioVerdict => ({
    id: scenario,
    verdict: 'not-exercised',
    reason,
    startedAt: null,
    seconds: 0,
  }));
  // Programs that were run again, or in a shorter form, were not planned.
  const ids = new Set([
    ...header.selection,
    ...[...outcomes.keys()].filter(({ program }) => program !== undefined).map(({ scenario }) => scenario),
  ]);
  const ran = [...ids].map((id): ScenarioVerdict => {
    const seen = byId.get(id);
    if (seen === undefined)
      return { id, verdict: 'not-exercised', reason: 'it was not started', startedAt: null, seconds: 0 };
    const { start, end } = seen.history;
    const { broken } = seen;
    const levels = new Set(broken.map(({ clause }) => register.clauses.get(clause)?.level));
    const failing = broken.filter(({ clause }) => isFatal(register.clauses.get(clause)?.level, header));
    const waived = failing.length > 0 && failing.every((judged) => isExcused(header, seen.history, judged));
    const verdict =
      failing.length > 0
        ? 'fail'
        : end?.outcome !== 'completed'
          ? 'not-exercised'
          : levels.has('SHOULD')
            ? 'warn'
            : 'pass';
    const reason = end === undefined ? 'it was cut off' : end.reason;
    return {
      id,
      verdict,
      ...(waived ? { waived } : {}),
      ...(reason === undefined ? {} : { reason }),
      startedAt: start?.startedAt ?? null,
      seconds: start === undefined || end === undefined ? 0 : Math.round((end.at - start.at) * 1000) / 1000,
    };
  });
  return [...ran, ...unarranged];
}
