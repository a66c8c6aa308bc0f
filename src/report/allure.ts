/**
 * The scenarios of a run as Allure shows them. What is said of each is in the words of Allure's own runtime, so that the same
 * function serves allure-vitest, where vitest runs the scenarios, and its writer, where they are made from evidence.
 */
import type { Status } from 'allure-js-commons';
import type { RuntimeMessage } from 'allure-js-commons/sdk';
import { createHash } from 'node:crypto';
import type { BrokenFinding, EvidenceLine, Exchange, Payload, ScenarioVerdict, Verdict } from '../../schemas/types.ts';
import type { Evidence, History } from '../history/evidence.ts';
import { PROGRAMS } from '../history/programs.ts';
import type { Register, RegisteredClause } from '../history/register.ts';
import { viewOf } from '../history/view.ts';
import { counterexampleText } from './counterexample.ts';
import { excerpt, plain } from './plain.ts';
import { toldCalls } from './told.ts';
import { count, exitMeaning, INSECURE, placesOf, shortDigest } from './words.ts';

/** Where a run has them. */
export const ALLURE_RESULTS = 'allure-results';

const MOST_STEPS = 60;
const MOST_FINDINGS = 5;
/** Exchanges of one scenario that are attached whole: those that findings rest on. */
const MOST_EXCHANGES = 10;
/** Characters of a body that is attached. */
const MOST_BODY = 16_384;
/** Characters of evidence that are attached: all of it is in evidence.ndjson, and nobody reads what passed as often. */
const MOST_EVIDENCE = { passed: 4_096, failed: 262_144, broken: 65_536, skipped: 4_096 } as const;

/** Characters of an exchange without bodies: fewer are in none. */
const LEAST_OF_EXCHANGE = 250;

export interface AllureResult {
  /** Scenario; or the generated programs together, or the run as a whole. */
  readonly id: string;
  readonly chapter: string;
  readonly status: keyof typeof MOST_EVIDENCE;
  /** Why it is not passed. */
  readonly message: string | undefined;
  /** Milliseconds since 1970. */
  readonly start: number;
  readonly stop: number;
  readonly messages: readonly RuntimeMessage[];
}

/** A run, and what its results are told with. */
export interface Told {
  readonly verdict: Verdict;
  readonly register: Register;
  readonly evidence: Pick<Evidence, 'histories'>;
  /** What each scenario is about, in a sentence. */
  readonly titles: ReadonlyMap<string, string>;
}

/** A finding of a scenario, with its clause. */
interface Broken extends BrokenFinding {
  readonly clause: RegisteredClause;
}

/** A result a scenario, one for the generated programs together and for each that did not pass, and one for the run. */
export function* allureResults(told: Told): Generator<AllureResult> {
  const { verdict, register, evidence } = told;
  const histories = new Map(evidence.histories.map((history) => [history.scenario, history]));
  const broken = Map.groupBy(brokenIn(verdict, register), ({ scenario }) => scenario);
  // Repetitions and shorter forms of a program are told with the program itself.
  const isProgram = ({ id }: ScenarioVerdict): boolean => id.startsWith(PROGRAMS);
  const isPlanned = ({ id }: ScenarioVerdict): boolean => !id.slice(PROGRAMS.length).includes('/');
  const programs = verdict.scenarios.filter((one) => isProgram(one) && isPlanned(one));
  const shown = [
    ...verdict.scenarios.filter((one) => !isProgram(one)),
    ...programs.filter((one) => one.verdict === 'fail' || one.verdict === 'not-exercised'),
  ];
  yield ofRun(verdict);
  if (programs.length > 0) yield ofPrograms(programs, verdict);
  for (const one of shown) yield ofScenario(one, histories.get(one.id), broken.get(one.id) ?? [], told);
}

/** What Allure shows beside the results. */
export function allureEnvironment(verdict: Verdict): Record<string, string> {
  const { endpoint, profile, strict, clock, seed, suite, insecure, exitCode } = verdict;
  return {
    endpoint: plain(endpoint),
    profile: `${profile}${strict ? ', strict' : ''}`,
    clock,
    seed: `${seed}`,
    suite: `${suite.version}, register ${shortDigest(suite.register)}`,
    verdict: `${verdict.verdict}, exit code ${exitCode}`,
    ...(insecure === true ? { insecure: INSECURE } : {}),
  };
}

/**
 * Allure's page without the script that tells its makers of each opening. A policy keeps the page from asking for anything,
 * whatever another version of it, or what an endpoint wrote, may want.
 * @throws Error where the script is no longer what it was.
 */
export function withoutAnalytics(html: string): string {
  const page = html
    .replace(/<script[^>]*\ssrc="https?:[^>]*><\/script>/g, '')
    .replace(/<script>(?:(?!<\/script>)[^])*?\bgtag\((?:(?!<\/script>)[^])*<\/script>/g, '')
    .replace('<head>', `<head>${ASKS_FOR_NOTHING}`);
  const left = /googletagmanager|google-analytics|\bgtag\(|<(?:script|link)[^>]* (?:src|href)="https?:/.exec(page);
  if (left !== null || !page.includes(ASKS_FOR_NOTHING))
    throw new Error(`the page of this version of allure cannot be kept from asking for something: ${left?.[0] ?? ''}`);
  return page;
}

const ASKS_FOR_NOTHING = `<meta http-equiv="Content-Security-Policy" content="default-src data: blob: 'unsafe-inline' 'unsafe-eval'">`;

function brokenIn(verdict: Verdict, register: Register): Broken[] {
  return verdict.clauses.flatMap(({ id, findings }) => {
    const clause = register.clauses.get(id);
    return clause === undefined ? [] : findings.map((finding) => ({ ...finding, clause }));
  });
}

/** Not every run whose scenarios pass is conformant, so that the whole has a result, too. */
function ofRun(verdict: Verdict): AllureResult {
  const { exitCode, reasons, startedAt, seconds, insecure, waived } = verdict;
  const start = Date.parse(startedAt);
  const message = [
    exitMeaning(verdict),
    ...(insecure === true ? [INSECURE] : []),
    ...reasons.map((reason) => excerpt(reason)),
  ].join('\n');
  return {
    id: 'run/verdict',
    chapter: 'run',
    status: exitCode === 0 ? 'passed' : verdict.verdict === 'nonconformant' ? 'failed' : 'broken',
    message: exitCode === 0 && waived === undefined ? undefined : message,
    start,
    stop: start + seconds * 1000,
    messages: [metadata('run/verdict', 'run/verdict', 'critical', [], [message], verdict)],
  };
}

function ofPrograms(programs: readonly ScenarioVerdict[], verdict: Verdict): AllureResult {
  const failed = programs.filter((one) => one.verdict === 'fail' && one.waived !== true);
  const open = programs.filter((one) => one.verdict === 'not-exercised');
  const starts = programs.flatMap(({ startedAt }) => (startedAt === null ? [] : [Date.parse(startedAt)]));
  const ends = programs.flatMap(({ startedAt, seconds }) =>
    startedAt === null ? [] : [Date.parse(startedAt) + seconds * 1000],
  );
  const start = Math.min(...starts, ...(starts.length === 0 ? [Date.parse(verdict.startedAt)] : []));
  const clauses = Object.keys(verdict.programs?.clauses ?? {}).length;
  const parts = [
    ...(failed.length === 0 ? [] : [`${failed.length} of ${programs.length} programs broke a clause`]),
    ...(open.length === 0 ? [] : [`${open.length} of ${programs.length} programs could not be carried out`]),
  ];
  const said = `${count(programs.length, 'generated program')} exercised ${count(clauses, 'clause')}. Those that did not pass have results of their own.`;
  return {
    id: 'programs',
    chapter: 'programs',
    status: failed.length > 0 ? 'failed' : open.length > 0 ? 'broken' : 'passed',
    message: parts.length === 0 ? undefined : parts.join('\n'),
    start,
    stop: Math.max(start, ...ends),
    messages: [metadata('programs', 'programs', 'critical', [], [said], verdict)],
  };
}

function ofScenario(
  { id, verdict: outcome, waived, reason, startedAt, seconds }: ScenarioVerdict,
  history: History | undefined,
  broken: readonly Broken[],
  { verdict, register, evidence, titles }: Told,
): AllureResult {
  const title = titles.get(id);
  const start = Date.parse(startedAt ?? verdict.startedAt);
  // An endpoint that lawfully offered too little, or was not asked at all, is no trouble of the scenario's.
  const status =
    outcome === 'fail'
      ? waived === true
        ? 'skipped'
        : 'failed'
      : outcome !== 'not-exercised'
        ? 'passed'
        : history?.end?.outcome === 'aborted' || (history !== undefined && history.end === undefined)
          ? 'broken'
          : 'skipped';
  const failing = broken.filter(
    ({ clause }) => clause.level === 'MUST' || (verdict.strict && clause.level === 'SHOULD'),
  );
  const provoked = (history?.start?.provokes ?? []).flatMap((one) => register.clauses.get(one) ?? []);
  const clauses = [...new Set([...broken.map(({ clause }) => clause), ...provoked])];
  const found = verdict.counterexamples.find(({ scenario }) => scenario === id);
  return {
    id,
    chapter: id.split('/', 1)[0] ?? id,
    status,
    message: messageOf(status, failing, waived === true ? 'what is broken is waived' : reason),
    start,
    stop: start + seconds * 1000,
    messages: [
      metadata(
        id,
        // Another seed makes another program of the same number, which has no history with it.
        id.startsWith(PROGRAMS) ? `${id}, seed ${verdict.seed}` : id,
        severityOf(clauses),
        clauses,
        [...(title === undefined ? [] : [title]), clausesText(clauses)],
        verdict,
      ),
      ...(history === undefined ? [] : steps(history, failing, status, start, verdict)),
      ...(found === undefined
        ? []
        : [
            text(
              'counterexample',
              counterexampleText(found, evidence, verdict, undefined).join('\n'),
              'text/plain',
              'txt',
            ),
          ]),
      ...(history === undefined ? [] : [evidenceOf(history, failing, MOST_EVIDENCE[status])]),
    ],
  };
}

function messageOf(
  status: AllureResult['status'],
  failing: readonly Broken[],
  reason: string | undefined,
): string | undefined {
  if (status === 'passed') return undefined;
  const parts = failing
    .slice(0, MOST_FINDINGS)
    .map(({ clause, expected, observed, exchanges }) =>
      [
        `${clause.id} (${clause.level}): ${clause.text}`,
        `  expected   ${excerpt(expected)}`,
        `  observed   ${excerpt(observed)}`,
        `  exchanges  ${exchanges.join(', ')}`,
        `  place      ${placesOf(clause)}`,
      ].join('\n'),
    );
  const more = failing.length - parts.length;
  return [
    ...parts,
    ...(more > 0 ? [`+${count(more, 'finding')}, which verdict.json holds`] : []),
    ...(reason === undefined ? [] : [excerpt(reason)]),
  ].join('\n');
}

function severityOf(clauses: readonly RegisteredClause[]): string {
  const levels = new Set(clauses.map(({ level }) => level));
  return levels.has('MUST') ? 'critical' : levels.has('SHOULD') ? 'normal' : 'minor';
}

function clausesText(clauses: readonly RegisteredClause[]): string {
  return clauses
    .map((clause) => `- \`${clause.id}\` (${clause.level}): ${clause.text} *${placesOf(clause)}*`)
    .join('\n');
}

/** Endpoint, seed and clock are shown, and make no history of their own. */
function metadata(
  id: string,
  history: string,
  severity: string,
  clauses: readonly RegisteredClause[],
  description: readonly string[],
  { endpoint, profile, clock, seed }: Verdict,
): RuntimeMessage {
  const [chapter = id, ...rest] = id.split('/');
  const key = createHash('md5').update(`dms-conformance ${history}`).digest('hex');
  return {
    type: 'metadata',
    data: {
      displayName: id,
      testCaseId: key,
      historyId: key,
      description: description.join('\n\n'),
      labels: [
        { name: 'epic', value: 'DMS v1.0 dead letters' },
        { name: 'feature', value: chapter },
        { name: 'story', value: rest.join('/') || id },
        { name: 'severity', value: severity },
        ...clauses.map((clause) => ({ name: 'tag', value: clause.id })),
      ],
      parameters: Object.entries({ endpoint: plain(endpoint), profile, clock, seed: `${seed}` }).map(
        ([name, value]) => ({ name, value, excluded: true }),
      ),
    },
  };
}

/**
 * What was arranged as one step, then a step a call; those that a finding rests on have failed, and hold the whole exchange.
 * To tell calls in words, a history has to be indexed, which takes longer than all else here: what passed is told by its paths.
 */
function steps(
  history: History,
  failing: readonly Broken[],
  status: AllureResult['status'],
  start: number,
  { endpoint }: Verdict,
): RuntimeMessage[] {
  const origin = start - (history.start?.at ?? 0) * 1000;
  const marked = new Set(failing.flatMap(({ exchanges }) => exchanges));
  const told =
    status === 'passed'
      ? history.exchanges.flatMap((exchange) => {
          const text = pathOf(exchange);
          return text === undefined ? [] : [{ exchange, marked: false, text }];
        })
      : toldCalls(viewOf(history), marked).map(({ call, text }) => ({
          exchange: call.exchange,
          marked: marked.has(call.id),
          text,
        }));
  const kept = told.filter(
    (one, index) => one.marked || index < MOST_STEPS / 2 || index >= told.length - MOST_STEPS / 2,
  );
  const attached = new Set([...marked].slice(0, MOST_EXCHANGES));
  const arranged = [
    count(history.queues.length, 'queue'),
    count(history.groups.length, 'group'),
    count(history.deadLetters.length, 'dead letter'),
  ].join(', ');
  const others = count(history.exchanges.length - told.length, 'request');
  return [
    ...step(`arranged: ${arranged}; ${others} beside the calls below`, 'passed', start, start),
    ...kept.flatMap(({ exchange, marked, text }) =>
      step(
        `#${exchange.id} ${text}`,
        marked ? 'failed' : 'passed',
        origin + exchange.sent * 1000,
        origin + exchange.received * 1000,
        attached.has(exchange.id) ? [exchangeOf(exchange, endpoint)] : [],
      ),
    ),
    ...(kept.length === told.length
      ? []
      : step(`${told.length - kept.length} more calls are in the evidence`, 'passed', start, start)),
  ];
}

/** A call to the dead letters of a group, by its path; undefined for all others. */
function pathOf({ consumer, request: { method, target }, outcome }: Exchange): string | undefined {
  const at = target.indexOf('/deadletters');
  if (at < 0) return undefined;
  const answer = outcome.kind === 'answer' ? outcome.status : `no answer: ${outcome.message}`;
  return excerpt(`${consumer} ${method} …${target.slice(at)} → ${answer}`, 220);
}

function step(
  name: string,
  status: 'passed' | 'failed',
  start: number,
  stop: number,
  within: readonly RuntimeMessage[] = [],
): RuntimeMessage[] {
  return [
    { type: 'step_start', data: { name, start } },
    ...within,
    // The type is an enumeration, of which nothing but its strings is wanted.
    { type: 'step_stop', data: { status: status as Status, stop } },
  ];
}

/** An exchange in the form for which Allure has a view. */
function exchangeOf({ id, request, outcome }: Exchange, endpoint: string): RuntimeMessage {
  const fields = (pairs: readonly (readonly [string, string])[]): { name: string; value: string }[] =>
    pairs.map(([name, value]) => ({ name, value }));
  const whole = {
    schemaVersion: 1,
    request: {
      method: request.method,
      url: (endpoint === 'embedded' ? 'http://embedded' : endpoint) + request.target,
      headers: fields(request.headers),
      ...(request.body === undefined ? {} : { body: bodyOf(request.body) }),
    },
    ...(outcome.kind === 'answer'
      ? { response: { status: outcome.status, headers: fields(outcome.headers), body: bodyOf(outcome.body) } }
      : { error: { name: outcome.code, message: outcome.message } }),
  };
  return text(`exchange ${id}`, JSON.stringify(whole), 'application/vnd.allure.http+json', 'httpexchange');
}

function bodyOf({ encoding, data }: Payload): object {
  return { encoding, value: data.slice(0, MOST_BODY), size: data.length, truncated: data.length > MOST_BODY };
}

/** The lines of evidence that a scenario left, as they stand in evidence.ndjson; whole ones only, and the most telling first. */
function evidenceOf(history: History, failing: readonly Broken[], most: number): RuntimeMessage {
  const { start, program, queues, groups, deadLetters, arrangings, exchanges, moves, end, scenario } = history;
  const marked = new Set(failing.flatMap((finding) => finding.exchanges));
  const all: (EvidenceLine | undefined)[] = [
    start,
    end,
    ...exchanges.filter(({ id }) => marked.has(id)),
    program === undefined ? undefined : { type: 'program', scenario, program },
    ...queues,
    ...groups,
    ...deadLetters,
    ...exchanges.filter(({ id }) => !marked.has(id)),
    ...arrangings,
    ...moves,
  ];
  const lines = all.filter((line) => line !== undefined);
  let room = most;
  const kept: string[] = [];
  for (const line of lines) {
    // Most of what does not fit need not be spelled to know it.
    if (leastOf(line) > room) continue;
    const json = JSON.stringify(line);
    if (json.length > room) continue;
    room -= json.length + 1;
    kept.push(json);
  }
  const left = lines.length - kept.length;
  const rest =
    left === 0 ? [] : [`${left} of ${lines.length} lines are left out: grep '"${scenario}"' evidence.ndjson`];
  return text(`evidence of ${scenario}`, [...kept, ...rest, ''].join('\n'), 'text/plain', 'txt');
}

/** Characters that a line has at least. */
function leastOf(line: EvidenceLine): number {
  if (line.type === 'dead-letter') return line.body.length;
  if (line.type !== 'exchange') return 0;
  const { request, outcome } = line;
  const answer = outcome.kind === 'answer' ? outcome.body.data.length : 0;
  return LEAST_OF_EXCHANGE + (request.body?.data.length ?? 0) + answer;
}

function text(name: string, content: string, contentType: string, fileExtension: string): RuntimeMessage {
  return {
    type: 'attachment_content',
    data: { name, content: Buffer.from(content).toString('base64'), encoding: 'base64', contentType, fileExtension },
  };
}
